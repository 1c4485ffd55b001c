//! `gleaner concept change` and `remove`: definitions, and what datasets hold about a concept.

use std::fs;
use std::path::Path;

use gleaner::dataset::Dataset;
use gleaner::photo::{Photo, PhotoId, Score, ScoreKey, State};
use gleaner::pipeline::heads;
use gleaner::reviews::{Review, Reviews, Verdict};
use gleaner::seal::{Key, Vault};
use gleaner::store::{self, Access};
use gleaner::training::draw::Rng;
use gleaner::training::features::Words;
use gleaner::training::groups::GroupKeys;
use gleaner::training::{Options, Sample, Trainer};
use serde_json::Value;

use super::{run, said};
use crate::explorer::generated::KEY;

const SETTINGS: &str = "# my settings\n[net]\nattempts = 2 # few\n\n# what I look for\n[concepts.monkey] # apes too\n\
    words = [\n  \"monkey\", # en\n  \"singe\",\n]\nsenses = [\"primate.n.02\"]\nthreshold = 0.3\n\n# later\n\n[concepts.\"wild cage\"]\n\
    words = [\"wild cage\"]\n\n[vision]\nmax_results = 9\n";

fn settings(folder: &Path) -> String {
    fs::read_to_string(folder.join("gleaner.toml")).unwrap()
}

#[test]
fn a_change_keeps_the_rest_of_the_file_and_what_is_not_named() {
    let folder = tempfile::tempdir().unwrap();
    let change = |args: &[&str]| {
        fs::write(folder.path().join("gleaner.toml"), SETTINGS).unwrap();
        let output = run(folder.path(), &[&["change", "monkey"], args].concat());
        assert!(output.status.success(), "{}", said(&output));
        settings(folder.path())
    };
    for (args, from, to) in [
        (&["--counts", "vision"][..], "threshold = 0.3\n", "threshold = 0.3\ncounts = \"vision\"\n"),
        (&["--sense", "none"], "senses = [\"primate.n.02\"]\n", ""),
        (&["--sense", "monkey.n.01"], "\"primate.n.02\"", "\"monkey.n.01\""),
        (&["--like", "ape, 猿"], "[\n  \"monkey\", # en\n  \"singe\",\n]", "[\"monkey\", \"ape\", \"猿\"]"),
    ] {
        assert_eq!(change(args), SETTINGS.replace(from, to), "{args:?}");
    }
    let renamed = change(&["--name", "ape", "--definition-only"]);
    assert!(
        renamed.contains("# what I look for\n[concepts.ape] # apes too\nwords = [\"ape\", \"monkey\", \"singe\"]"),
        "{renamed}"
    );
    assert!(renamed.contains("threshold = 0.3\n\n# later\n\n[concepts.\"wild cage\"]"), "{renamed}");
}

#[test]
fn a_definition_is_removed_with_its_comment_and_nothing_else() {
    for (name, rest) in [
        (
            "monkey",
            "# my settings\n[net]\nattempts = 2 # few\n\n# later\n\n[concepts.\"wild cage\"]\nwords = [\"wild cage\"]\n\n[vision]\nmax_results = 9\n",
        ),
        ("wild cage", SETTINGS.replace("[concepts.\"wild cage\"]\nwords = [\"wild cage\"]\n\n", "").as_str()),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("gleaner.toml"), SETTINGS).unwrap();
        let output = run(folder.path(), &["remove", name]);
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(settings(folder.path()), rest, "{name}");
    }
    for (before, after) in [
        ("[concepts.a]\n", ""),
        ("[concepts]\na.words = [\"b\"]\nc = { words = [\"d\"] }\n", "[concepts]\nc = { words = [\"d\"] }\n"),
        ("concepts = { a = {}, c = {} }\n", "concepts = { c = {} }\n"),
        ("[concepts.c]\r\n\r\n# that\r\n[concepts.a]\r\nwords = [\"b\"]\r\n", "[concepts.c]\r\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("gleaner.toml"), before).unwrap();
        let output = run(folder.path(), &["remove", "a"]);
        assert!(output.status.success(), "{before}: {}", said(&output));
        assert_eq!(settings(folder.path()), after);
    }
}

#[test]
fn a_mistake_writes_nothing_and_says_what_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("gleaner.toml"), SETTINGS).unwrap();
    for (args, words) in [
        (&["change", "monky", "--like", "ape"][..], "did you mean monkey?"),
        (&["remove", "wild cages"], "did you mean wild cage?"),
        (&["remove", "zebra"], "gleaner concept list"),
        (&["change", "monkey"], "no change is given"),
        (&["change", "monkey", "--sense", "monky.n.01"], "did you mean monkey.n.01?"),
        (&["change", "monkey", "--sense", "primate.n.02"], "defined like this already"),
        (&["change", "monkey", "--name", "Wild-Cage", "--definition-only"], "already a concept"),
        (&["change", "monkey", "--name", "a@b", "--definition-only"], "must not contain @"),
        (&["change", "monkey", "--name", "ape"], "--definition-only"),
        (&["change", "monkey", "--like", "x", "--definition-only"], "--name"),
        (&["change", "monkey", "--like", "x", "--dataset", "none"], "there is no dataset at none"),
        (&["remove", "monkey", "--also", "scores"], "--dataset"),
        (&["add", "Monkey"], "gleaner concept change monkey"),
    ] {
        let output = run(folder.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", said(&output));
        assert!(said(&output).contains(words), "{args:?}: {}", said(&output));
        assert_eq!(settings(folder.path()), SETTINGS, "{args:?}");
    }
    let output = run(folder.path(), &["senses", "monky"]);
    assert!(said(&output).contains("did you mean monkey?"), "{}", said(&output));
}

/// A dataset with three photos that have scores, two labels and a head of the concept `cage`, which only it defines.
fn labelled(folder: &Path) -> Dataset {
    let dataset = Dataset::at(folder.join("zoo"));
    let store = store::open(&dataset, Access::Write).unwrap();
    let key = Key::parse(KEY).unwrap();
    store::adopt_key(store.as_ref(), &key).unwrap();
    let vault = Vault::new(key);
    for n in 0..3 {
        let mut photo = Photo { id: id(n), ..Photo::default() };
        for name in ["cage", "cages"] {
            photo.scores.insert(ScoreKey::by(name, "text"), Score::known(0.5, "text", "1"));
            photo.scores.insert(ScoreKey::main(name), Score::known(0.5, "text", "1"));
        }
        store.save(&[vault.seal(photo).unwrap()]).unwrap();
    }
    fs::write(dataset.concepts(), "# own\n\n[concepts.cage]\nwords = [\"cage\"]\n\n[concepts.cages]\n").unwrap();
    let review = |n, verdict| Review {
        photo: id(n),
        concept: "cage".into(),
        verdict,
        by: "ann".into(),
        at: "2026-03-01T12:00:00Z".parse().unwrap(),
        taxon: None,
    };
    let labels = [review(0, Verdict::Yes), review(1, Verdict::No), review(2, Verdict::Cleared)];
    Reviews::open(&dataset).unwrap().append(&labels).unwrap();
    for seed in 1..3 {
        let (samples, labels) = generate(seed);
        let trainer = Trainer::new("some-model", samples, Options::default()).unwrap();
        let at = "2026-03-01T12:00:00Z".parse().unwrap();
        let head = trainer.train("cage", &labels, "reviews", at).unwrap().head;
        heads::keep(&dataset, &head, Some(format!("report {seed}").as_bytes())).unwrap();
        heads::adopt(&dataset, "cage", &head.version()).unwrap();
    }
    dataset
}

/// Photos of which every other one shows the concept, with labels.
fn generate(seed: u64) -> (Vec<Sample>, Vec<(PhotoId, bool)>) {
    let mut draw = Rng::new(seed);
    let sample = |n: u64| {
        let mut embedding: Vec<f32> = (0..24).map(|_| draw.normal() as f32).collect();
        embedding[0] += if n.is_multiple_of(2) { 1.0 } else { -1.0 };
        Sample { id: id(n), embedding, words: Words::default(), group_keys: GroupKeys::default() }
    };
    let samples: Vec<Sample> = (0..60).map(sample).collect();
    let labels = (0..60).map(|n: u64| (id(n), n.is_multiple_of(2))).collect();
    (samples, labels)
}

fn id(n: u64) -> PhotoId {
    PhotoId::new("made", &n.to_string())
}

fn score_names(dataset: &Dataset) -> Vec<String> {
    let photos = store::open(dataset, Access::Read).unwrap().scan(None, 10).unwrap();
    photos[0].scores.keys().map(ToString::to_string).collect()
}

#[test]
fn a_new_name_takes_labels_heads_and_scores_along() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = labelled(folder.path());
    let version = heads::in_use(&dataset, "cage").unwrap().unwrap().version();
    let args = ["change", "cage", "--name", "enclosure", "--dataset", "zoo", "--like", "fence", "--json"];
    let output = run(folder.path(), &args);
    assert!(output.status.success(), "{}", said(&output));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let moved = serde_json::json!([{"dataset": "zoo", "scored": 3, "labels": 2, "heads": 2}]);
    assert_eq!((&answer["moved"], &answer["renamed_from"]), (&moved, &"cage".into()));
    let written = fs::read_to_string(dataset.concepts()).unwrap();
    assert_eq!(written, "# own\n\n[concepts.enclosure]\nwords = [\"enclosure\", \"fence\"]\n\n[concepts.cages]\n");
    assert_eq!(score_names(&dataset), ["cages", "cages@text", "enclosure", "enclosure@text"]);
    let reviews = Reviews::open(&dataset).unwrap();
    assert_eq!(reviews.labels("enclosure"), [(id(0), true), (id(1), false)]);
    assert!(reviews.labels("cage").is_empty() && reviews.all().len() == 7, "the history stays");
    assert_eq!(reviews.latest(&id(0), "enclosure").unwrap().by, "ann");
    let head = heads::in_use(&dataset, "enclosure").unwrap().unwrap();
    assert_eq!((head.version(), head.concept.as_str()), (version, "enclosure"));
    assert_eq!(heads::versions(&dataset, "enclosure").len(), 2);
    assert_eq!(fs::read_to_string(dataset.head_report("enclosure")).unwrap(), "report 2");
    assert!(heads::versions(&dataset, "cage").is_empty() && !dataset.head("cage").exists());
}

#[test]
fn a_removed_concept_leaves_what_is_not_named_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = labelled(folder.path());
    let remove = |code: i32, args: &[&str]| {
        let output = run(folder.path(), &[&["remove", "cage", "--dataset", "zoo"], args].concat());
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", said(&output));
        said(&output)
    };
    let text = remove(0, &[]);
    for part in ["zoo/concepts.toml", "the scores of 3 photos, 2 labels, 2 trained heads", "--also"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(fs::read_to_string(dataset.concepts()).unwrap(), "# own\n\n[concepts.cages]\n");
    assert_eq!((score_names(&dataset).len(), heads::versions(&dataset, "cage").len()), (4, 2));
    assert!(remove(2, &[]).contains("not defined any more"));
    let text = remove(0, &["--also", "scores,labels"]);
    assert!(
        text.contains("removed from zoo: the scores of 3 photos, 2 labels")
            && text.contains("kept in zoo: 2 trained heads"),
        "{text}"
    );
    assert_eq!(score_names(&dataset), ["cages", "cages@text"]);
    let reviews = Reviews::open(&dataset).unwrap();
    assert!(reviews.labels("cage").is_empty() && reviews.all().len() == 5);
    assert!(remove(2, &["--also", "heads"]).contains("--yes"), "nobody is there to confirm it");
    assert_eq!(heads::versions(&dataset, "cage").len(), 2);
    remove(0, &["--also", "heads", "--yes"]);
    assert!(heads::versions(&dataset, "cage").is_empty() && !dataset.head_report("cage").exists());
    assert!(remove(2, &[]).contains("did you mean cages?"));
    assert_eq!(store::open(&dataset, Access::Read).unwrap().count_by_state().unwrap(), [(State::Found, 3)]);
}
