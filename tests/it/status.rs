//! `gleaner status`: what a dataset holds, and what it is asked for by mistake.

use std::fs;

use gleaner::reviews::{Review, Reviews, Verdict};
use gleaner::store::{self, Access};
use serde_json::{Value, json};

use super::pipeline::{Fixture, photos, talk};

fn status(fixture: &Fixture, dataset: &str) -> Value {
    serde_json::from_slice(&fixture.expect(0, &["status", dataset, "--json"]).stdout).unwrap()
}

/// A value of an object as a number.
fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is not a number"))
}

#[test]
fn every_part_of_a_dataset_is_counted() {
    let fixture = Fixture::new(photos(300, 5));
    let settings = fs::read_to_string(fixture.path("gleaner.toml")).unwrap();
    let concepts = "[concepts.bird]\nsenses = [\"bird.n.01\"]\n[concepts.cage]\n";
    fs::write(fixture.path("gleaner.toml"), format!("{settings}{concepts}")).unwrap();
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "12", "--dataset", "d"]);
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "20", "-d", "false", "--dataset", "d"]);
    let records = fixture.records("d", false);
    let with = |part: &str| records.iter().filter(|record| !record[part].is_null()).count() as u64;
    let dataset = gleaner::dataset::Dataset::at(fixture.path("d"));
    let ids: Vec<_> =
        store::open(&dataset, Access::Read).unwrap().scan(None, 3).unwrap().into_iter().map(|photo| photo.id).collect();
    let review = |at: usize, verdict| Review {
        photo: ids[at].clone(),
        concept: "cage".into(),
        verdict,
        by: "ann".into(),
        at: "2026-03-01T12:00:00Z".parse().unwrap(),
        taxon: None,
    };
    let labels = [review(0, Verdict::Yes), review(1, Verdict::Unsure), review(2, Verdict::Cleared)];
    Reviews::open(&dataset).unwrap().append(&labels).unwrap();

    let found = status(&fixture, "d");
    assert_eq!((number(&found["photos"]), number(&found["sources"]["flickr"])), (20, 20));
    assert_eq!(found["searches"], json!({"monkey": 20}));
    assert_eq!((number(&found["images"]), number(&found["located"])), (with("file"), with("location")));
    assert_eq!(number(&found["thumbnails"]), 12);
    assert_eq!(found["states"], json!({"stored": 12, "found": 8}));
    let bird = &found["concepts"][0];
    let local = &bird["scorers"][0];
    assert_eq!((&bird["name"], &local["scorer"]), (&"bird".into(), &"local".into()));
    assert_eq!(local, &json!({"scorer": "local", "scored": 12, "outdated": 0, "not_yet": 0}));
    let cage = &found["concepts"][1];
    assert_eq!(cage["labels"], json!({"yes": 1, "no": 0, "unsure": 1, "in_records": 0}));
    assert!(cage["needs_training"].is_string() && cage["head"].is_null());
    for part in ["images", "thumbnails", "records"] {
        assert!(number(&found["sizes"][part]["bytes"]) > 10_000, "{part}: {}", found["sizes"]);
    }
    assert_eq!(number(&found["sizes"]["images"]["bytes"]), number(&found["image_bytes"]));

    fs::write(fixture.path("gleaner.toml"), format!("{settings}[concepts.bird]\nsenses = [\"owl.n.01\"]\n")).unwrap();
    let found = status(&fixture, "d");
    let outdated = json!({"scorer": "local", "scored": 0, "outdated": 12, "not_yet": 0});
    assert_eq!(found["concepts"][0]["scorers"][0], outdated, "by an earlier definition");
    assert_eq!(found["left_scores"][0]["name"], "cage");
    let text = talk(&fixture.expect(0, &["status", "d"]));
    for line in [
        "d: 20 photos by ",
        "         12  with an image (",
        "          8  without an image so far (`gleaner download` fetches them)",
        "         20  flickr",
        "  bird: no labels; not trained",
        "           0  scored by local, 12 by an earlier definition",
        "  cage: not defined; ",
        "on disk:",
        " kB  images",
    ] {
        assert!(text.contains(line), "{line}:\n{text}");
    }
    fixture.expect(0, &["download", "d"]);
    let found = status(&fixture, "d");
    assert_eq!(found["states"], json!({"stored": 20}));
    assert_eq!(found["concepts"][0]["scorers"][0]["not_yet"], 8);
}

#[test]
fn a_path_without_a_dataset_is_answered_with_what_is_probably_meant() {
    let fixture = Fixture::new(photos(60, 1));
    for dataset in ["monkeys", "more/birds"] {
        fixture.expect(0, &["scrape", "-s", "monkey", "-n", "2", "-d", "false", "--dataset", dataset]);
    }
    fs::write(fixture.path("table.csv"), "file\n").unwrap();
    for command in [&["status"][..], &["verify"], &["export"], &["serve", "--port", "0"], &["key", "check"], &["score"]]
    {
        for (name, words) in [
            ("monkyes", "did you mean monkeys?"),
            ("./Monkeys", "did you mean ./monkeys?"),
            ("more", "this folder contains more/birds"),
            ("more/brids", "did you mean more/birds?"),
            ("whales", "the datasets there are monkeys"),
            ("table.csv", "it is a file"),
        ] {
            let said = talk(&fixture.expect(2, &[command, &[name]].concat()));
            assert!(said.contains("there is no dataset at") && said.contains(words), "{command:?} {name}: {said}");
        }
    }
}
