//! `gleaner train`, run with the built program: labels of three origins, and messages when something is missing.

use std::fs;
use std::path::Path;
use std::process::Output;

use gleaner::dataset::Dataset;
use gleaner::models::{Model, Runtime};
use gleaner::photo::{Found, Photo, PhotoId, Score, ScoreKey, Vector};
use gleaner::reviews::{Review, Reviews, Verdict};
use gleaner::seal::{Key, Vault};
use gleaner::store::{self, Access};
use gleaner::training::draw::Rng;
use gleaner::training::head::Head;
use serde_json::Value;
use tempfile::TempDir;

use crate::explorer::generated::KEY;
use crate::pipeline::{command, talk};

const PHOTOS: u64 = 60;

fn id(n: u64) -> PhotoId {
    PhotoId::new("made", &n.to_string())
}

/// A dataset in `folder/zoo`, of which even photos show a cage and a model has seen all if `seen`.
fn dataset(folder: &Path, seen: bool) -> Dataset {
    fs::write(folder.join("gleaner.toml"), "[concepts.cage]\n[concepts.bars]\n").unwrap();
    let dataset = Dataset::at(folder.join("zoo"));
    let store = store::open(&dataset, Access::Write).unwrap();
    let key = Key::parse(KEY).unwrap();
    store::adopt_key(store.as_ref(), &key).unwrap();
    let vault = Vault::new(key);
    let mut draw = Rng::new(1);
    let mut vectors = Vec::new();
    for n in 0..PHOTOS {
        let shows = n % 2 == 0;
        let mut photo = Photo { id: id(n), title: "<b>a photo".into(), ..Photo::default() };
        photo.found_by(Found { term: if shows { "in a cage" } else { "wild" }.into(), rank: 1, ..Found::default() });
        if n < 2 {
            photo.found_by(Found { term: "wild".into(), rank: 1, ..Found::default() });
            photo.found_by(Found { term: "in a cage".into(), rank: 1, ..Found::default() });
        }
        let opinion = if shows { Score::known(0.9, "vision", "1") } else { Score::below(0.5, "vision", "1") };
        photo.scores.insert(ScoreKey::by("cage", "vision"), opinion);
        store.save(&[vault.seal(photo).unwrap()]).unwrap();
        let mut numbers: Vec<f32> = (0..16).map(|_| draw.normal() as f32).collect();
        numbers[0] += if shows { 3.0 } else { -3.0 };
        vectors.push((id(n), Vector::of(&numbers)));
    }
    if seen {
        let model = Model::bundled(&Runtime::rust()).unwrap();
        store.save_vectors(model.id(), &vectors).unwrap();
    }
    dataset
}

fn review(dataset: &Dataset, concept: &str, photos: std::ops::Range<u64>) {
    let review = |n: u64| Review {
        photo: id(n),
        concept: concept.into(),
        verdict: if n.is_multiple_of(2) { Verdict::Yes } else { Verdict::No },
        by: "ann".into(),
        at: "2026-03-01T12:00:00Z".parse().unwrap(),
        taxon: None,
    };
    Reviews::open(dataset).unwrap().append(&photos.map(review).collect::<Vec<_>>()).unwrap();
}

fn train(folder: &Path, args: &[&str]) -> Output {
    command(folder, &[&["train"], args].concat()).output().unwrap()
}

fn answers(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", talk(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn heads_are_trained_from_reviews_searches_and_scores() {
    let folder = TempDir::new().unwrap();
    let dataset = dataset(folder.path(), true);
    review(&dataset, "cage", 0..40);
    review(&dataset, "bars", 20..60);

    let both = answers(&train(folder.path(), &["cage", "bars", "zoo", "--json"]));
    assert_eq!(both.len(), 2);
    for (answer, concept) in both.iter().zip(["cage", "bars"]) {
        assert_eq!((&answer["concept"], &answer["labels"]["yes"]), (&concept.into(), &20.into()));
        assert_eq!(answer["labels"]["from"], "reviews");
        assert!(answer["measures"]["roc_auc"].as_f64().unwrap() > 0.9, "{answer}");
        let head = Head::read(&dataset.head(concept)).unwrap();
        assert_eq!(head.version(), answer["version"].as_str().unwrap());
        let page = fs::read_to_string(dataset.head_report(concept)).unwrap();
        assert!(page.contains("ROC curve") && !page.contains("<b>a photo"));
    }

    let searches =
        ["cage", "--dataset", "zoo", "--from", "search-terms", "--yes", "in a cage", "--no", "wild", "--json"];
    let found = answers(&train(folder.path(), &searches));
    assert_eq!(
        (&found[0]["labels"]["yes"], &found[0]["labels"]["no"]),
        (&29.into(), &29.into()),
        "found by both: excluded"
    );

    let scores = ["cage", "zoo", "--from", "scores", "--scorer", "vision", "--with-text", "--json"];
    let scored_labels = answers(&train(folder.path(), &scores));
    assert_eq!(
        (&scored_labels[0]["labels"]["yes"], &scored_labels[0]["labels"]["no"]),
        (&30.into(), &30.into()),
        "below minimum is below the threshold"
    );
    assert_eq!(scored_labels[0]["with_text"], true);
    assert!(Head::read(&dataset.head("cage")).unwrap().reads_text());

    let shown = train(folder.path(), &["cage", "zoo"]);
    let text = String::from_utf8(shown.stdout.clone()).unwrap();
    assert!(
        text.contains("concept") && text.contains("precision") && talk(&shown).contains("cage.html"),
        "{}",
        talk(&shown)
    );
}

#[test]
fn each_missing_input_is_reported_with_the_next_step() {
    let folder = TempDir::new().unwrap();
    let dataset = dataset(folder.path(), false);
    let says = |args: &[&str], words: &[&str]| {
        let output = train(folder.path(), args);
        assert_eq!(output.status.code(), Some(2), "{}", talk(&output));
        words.iter().for_each(|word| assert!(talk(&output).contains(word), "{word}: {}", talk(&output)));
    };
    says(&["cage", "zoo"], &["at least 4 of each", "gleaner serve zoo"]);
    review(&dataset, "cage", 0..10);
    says(&["cage", "zoo"], &["10 photos labelled", "gleaner score zoo"]);
    says(&["zebra", "zoo"], &["no concept \"zebra\"", "gleaner concept add"]);
    says(&["cage", "zoo", "--from", "search-terms"], &["--yes", "--no"]);
    says(&["cage", "zoo", "--yes", "x"], &["search-terms"]);
    says(&["cage", "zoo", "--from", "scores"], &["--scorer"]);
    says(&["cage", "zoo", "--from", "scores", "--scorer", "vision", "--above", "0.2"], &["--below"]);
    says(&["cage", "nowhere"], &["nowhere"]);
    assert!(!dataset.heads().exists(), "no head was trained");
}
