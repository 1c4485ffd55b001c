//! Scoring runs: no model runs twice on a photo, no unneeded score is computed, no review is lost.

use std::collections::BTreeMap;
use std::fs;

use gleaner::photo::{Photo, Score, ScoreKey};
use gleaner::pipeline::Stop;
use gleaner::pipeline::score::{ScoreObserver, score};
use gleaner::pipeline::scoring_context::{ScoringContext, Settings};
use gleaner::reviews::{Review, Reviews, Verdict};
use gleaner::store::{self, Access};
use jiff::Timestamp;

use super::{Fixture, demo};

const BIRD: &str = "[concepts.bird]\nsenses = [\"bird.n.01\"]\n";

fn scores_of(fixture: &Fixture, own: &str) -> BTreeMap<ScoreKey, Score> {
    fixture.photos().into_iter().find(|photo| photo.id.own() == own).unwrap().scores
}

#[test]
fn images_are_analysed_once_and_scored_again_only_for_changed_concepts() {
    let fixture = demo();
    let first = fixture.score();
    // Without concepts the records get the model's classes.
    assert_eq!((&first["looked"], &first["changed"], &first["photos"]), (&26.into(), &26.into(), &26.into()));
    fixture.settings(BIRD);
    let second = fixture.score();
    assert_eq!((&second["looked"], &second["changed"]), (&0.into(), &26.into()));
    let digest = store::digest(fixture.store().as_ref(), None).unwrap();
    let third = fixture.score();
    assert_eq!((&third["looked"], &third["changed"]), (&0.into(), &0.into()));
    assert_eq!(store::digest(fixture.store().as_ref(), None).unwrap(), digest);

    let owl = scores_of(&fixture, "farm_owl.webp");
    assert_eq!(owl["bird"], owl["bird@local"], "the effective score has the bare name");
    assert!(owl["bird"].value.unwrap() > 0.5 && owl["bird"].scorer == "local");
    assert!(owl.contains_key("bird@text") && !owl.contains_key("bird@vision") && !owl.contains_key("bird@trained"));

    fixture.settings("[concepts.bird]\nsenses = [\"owl.n.01\"]\ncounts = \"text\"\n");
    let fourth = fixture.score();
    assert_eq!((&fourth["looked"], &fourth["changed"]), (&0.into(), &26.into()), "other senses, another version");
    let toucan = scores_of(&fixture, "erase_toucan.webp");
    assert!(toucan["bird@local"].value.unwrap() < 0.1, "a toucan is no owl");
    assert_eq!(toucan["bird"].scorer, "text");
}

#[test]
fn a_concept_without_classes_has_no_score() {
    let fixture = demo();
    fixture.settings("[concepts.cage]\nwords = [\"cage\", \"fence\"]\n");
    fixture.score();
    for photo in fixture.photos() {
        assert!(!photo.scores.contains_key("cage") && !photo.scores.contains_key("cage@local"), "{}", photo.id);
        assert_eq!(photo.scores["cage@text"].value, Some(0.0));
    }
}

struct StopAfter<'a>(&'a Stop);

impl ScoreObserver for StopAfter<'_> {
    fn processed(&self, _: u64) {
        self.0.raise();
    }

    fn unreadable(&self, id: &gleaner::photo::PhotoId, why: &str) {
        panic!("{id}: {why}");
    }
}

#[test]
fn a_stopped_scoring_run_resumes_with_the_same_result() {
    let stopped = demo();
    let kit = || {
        let concepts = gleaner::config::Config::parse(BIRD).unwrap().concepts;
        ScoringContext::new(Settings { concepts, ..Settings::default() })
    };
    // Enough photos for more than one batch: the same photos under other ids.
    let copies = |fixture: &Fixture| {
        let store = store::open(&fixture.dataset(), Access::Write).unwrap();
        let key = fs::read_dir(fixture.folder.path().join("home/.config/gleaner/keys")).unwrap().next().unwrap();
        let key = gleaner::seal::KeyFile::load(&key.unwrap().path()).unwrap();
        let vault = gleaner::seal::Vault::new(key);
        let copies = fixture.photos().into_iter().flat_map(|photo| {
            (0..4).map(move |n| {
                let id = gleaner::photo::PhotoId::new("folder", &format!("{n}-{}", photo.id.own()));
                Photo { id, ..photo.clone() }
            })
        });
        let sealed: Vec<_> = copies.map(|photo| vault.seal(photo).unwrap()).collect();
        store.save(&sealed).unwrap();
    };
    copies(&stopped);
    let dataset = stopped.dataset();
    let (scoring, _) = kit().scoring(&dataset).unwrap();
    let store: std::sync::Arc<dyn gleaner::store::Store> = store::open(&dataset, Access::Write).unwrap().into();
    let stop = Stop::default();
    let first = score((&store, &dataset), &scoring, &StopAfter(&stop), &stop).unwrap();
    assert!(first.interrupted && first.photos == 128 && first.looked == 128, "{first:?}");
    let stop = Stop::default();
    let second = score((&store, &dataset), &scoring, &StopAfter(&Stop::default()), &stop).unwrap();
    assert_eq!((second.looked, second.changed, second.photos), (2, 2, 130));
    // The same image has the same scores in every part of the run.
    let mut by_image = BTreeMap::new();
    for photo in stopped.photos() {
        let local = photo.scores["bird@local"].clone();
        assert_eq!(*by_image.entry(photo.file.unwrap().sha256).or_insert_with(|| local.clone()), local);
    }
    assert_eq!(by_image.len(), 26);
}

#[test]
fn scoring_needs_no_key_and_keeps_reviews() {
    let fixture = demo();
    fixture.settings(BIRD);
    fs::remove_dir_all(fixture.folder.path().join("home/.config/gleaner/keys")).unwrap();
    let photos = fixture.photos();
    let review = |own: &str, verdict| Review {
        photo: photos.iter().find(|photo| photo.id.own() == own).unwrap().id.clone(),
        concept: "bird".into(),
        verdict,
        by: "ada".into(),
        at: Timestamp::now(),
        taxon: None,
    };
    let mut reviews = Reviews::open(&fixture.dataset()).unwrap();
    reviews.append(&[review("farm_owl.webp", Verdict::No), review("farm_duck.webp", Verdict::Yes)]).unwrap();
    reviews.append(&[review("farm_duck.webp", Verdict::Unsure)]).unwrap();
    fixture.score();
    let owl = scores_of(&fixture, "farm_owl.webp");
    assert_eq!(owl["bird@review"].value, Some(0.0));
    assert!(owl["bird@review"].version.ends_with(" ada") && owl["bird"].value.unwrap() > 0.5);
    assert!(!scores_of(&fixture, "farm_duck.webp").contains_key("bird@review"), "unsure is no score");
    fixture.settings("[concepts.bird]\nsenses = [\"owl.n.01\"]\n");
    fixture.score();
    assert_eq!(scores_of(&fixture, "farm_owl.webp")["bird@review"].value, Some(0.0), "it survives scoring again");
    reviews.append(&[review("farm_owl.webp", Verdict::Cleared)]).unwrap();
    fixture.score();
    assert!(!scores_of(&fixture, "farm_owl.webp").contains_key("bird@review"));
}

#[test]
fn an_unreadable_image_is_reported_and_the_others_are_scored() {
    let fixture = demo();
    fixture.settings(BIRD);
    let photo = fixture.photos().into_iter().find(|photo| photo.id.own() == "farm_owl.webp").unwrap();
    let file = photo.file.unwrap();
    fs::remove_file(fixture.dataset().root().join(gleaner::files::BlobName::image(&file).key())).unwrap();
    let output = fixture.expect(1, &["score", "d", "--json"]);
    let closing: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&closing["looked"], &closing["unreadable"]), (&25.into(), &1.into()));
    assert!(String::from_utf8_lossy(&output.stderr).contains("folder:farm_owl.webp cannot be scored"));
    assert!(!scores_of(&fixture, "farm_owl.webp").contains_key("bird"), "unknown stays unknown");
}

#[test]
fn wrong_settings_have_clear_messages() {
    let fixture = demo();
    for (settings, wanted) in [
        ("[score]\nmodel = \"none.toml\"\n", "none.toml"),
        ("[score]\nonnxruntime = \"none.so\"\n", "none.so"),
        ("[score]\nmodle = \"x\"\n", "modle"),
        ("[concepts.bird]\nsenses = [\"brid.n.01\"]\n", "brid.n.01"),
    ] {
        fixture.settings(settings);
        let output = fixture.expect(2, &["score", "d"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(wanted) && said.contains("error: "), "{settings}: {said}");
    }
    fixture.settings("");
    let said = fixture.expect(0, &["score", "d"]);
    assert!(String::from_utf8_lossy(&said.stderr).contains("gleaner concept add monkey"));
}

#[test]
fn scoring_brings_taxa_and_settings_up_to_date_without_the_key() {
    let fixture = demo();
    fixture.settings(&format!("{BIRD}[setting.concepts]\nbird = \"captive\"\n"));
    let keys = fixture.folder.path().join("home/.config/gleaner/keys");
    let hidden = fixture.folder.path().join("keys");
    fs::rename(&keys, &hidden).unwrap();
    fixture.score();
    let photo = |own: &str| fixture.photos().into_iter().find(|photo| photo.id.own() == own).unwrap();
    let owl = photo("farm_owl.webp");
    let seen: Vec<&str> =
        owl.identifications.iter().flat_map(|made| &made.all).map(|each| each.basis.as_str()).collect();
    assert!(seen.contains(&"model"), "{:?}", owl.identifications);
    let evidence = owl.setting.unwrap().evidence;
    assert!(evidence.iter().any(|each| each.kind.as_str() == "score" && each.verbatim.starts_with("bird 0.")));

    // A person's verdict on the concept takes the place of its score.
    let review = Review {
        photo: owl.id.clone(),
        concept: "bird".into(),
        verdict: Verdict::No,
        by: "ada".into(),
        at: Timestamp::now(),
        taxon: None,
    };
    Reviews::open(&fixture.dataset()).unwrap().append(&[review]).unwrap();
    fixture.score();
    let evidence = photo("farm_owl.webp").setting.unwrap().evidence;
    assert!(evidence.iter().all(|each| each.kind.as_str() != "score"), "{evidence:?}");

    // So does the removal of its scores.
    let by_score = || {
        let evidence = |photo: &Photo| {
            photo.setting.iter().flat_map(|made| &made.evidence).any(|each| each.kind.as_str() == "score")
        };
        fixture.photos().iter().filter(|photo| evidence(photo)).count()
    };
    assert!(by_score() > 0, "other photos have scores of bird");
    fixture.expect(0, &["concept", "remove", "bird", "--dataset", "d", "--also", "scores,labels", "--yes"]);
    assert_eq!(by_score(), 0);

    // Nothing is left for the stages.
    let digest = || store::digest(fixture.store().as_ref(), None).unwrap();
    let before = digest();
    fs::rename(&hidden, &keys).unwrap();
    fixture.expect(0, &["enrich", "d"]);
    assert_eq!(digest(), before);
}
