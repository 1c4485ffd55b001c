//! From labels to the score of a concept.

use gleaner::concepts::Concept;
use gleaner::photo::{Label, Photo};
use gleaner::scorers::vision::{NAME, Vision, labels, refused};
use gleaner::scorers::{Evidence, ScoreValue, Scorer as _};

fn concept(words: &[&str]) -> Concept {
    let words = words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>().into();
    Concept { name: "monkey".into(), words, ..Concept::default() }
}

fn photo(found: &[(&str, f64)], max_results: u32) -> Photo {
    let label =
        |(description, score): &(&str, f64)| Label { description: (*description).to_owned(), score: *score, mid: None };
    let mut photo = Photo::default();
    photo.labels.insert(NAME.into(), labels(found.iter().map(label).collect(), max_results));
    photo
}

fn scored_labels(words: &[&str], photo: &Photo) -> Option<ScoreValue> {
    let concept = concept(words);
    let opinions = Vision.score(&[&concept, &concept], &Evidence { photo, vector: None }).unwrap();
    assert_eq!((opinions.len(), opinions[0]), (2, opinions[1]));
    opinions[0]
}

#[test]
fn the_best_matching_label_counts_not_the_first() {
    let photo = photo(&[("Plant", 0.99), ("New world monkey", 0.7), ("Monkeys", 0.93), ("Primate", 0.6)], 50);
    assert_eq!(scored_labels(&["monkey"], &photo), Some(ScoreValue::Known(0.93)));
    assert_eq!(scored_labels(&["primate", "ape"], &photo), Some(ScoreValue::Known(0.6)));
}

#[test]
fn words_match_whole_words_and_no_match_is_below_minimum() {
    let found = photo(&[("Competition", 0.95), ("Plant", 0.8)], 50);
    assert_eq!(scored_labels(&["titi"], &found), Some(ScoreValue::Below(0.5)));
    assert_eq!(
        scored_labels(&["titi"], &photo(&[], 50)),
        Some(ScoreValue::Below(0.5)),
        "analysed, without matching label"
    );
}

#[test]
fn the_minimum_is_the_lowest_label_of_a_full_list() {
    let found = photo(&[("Plant", 0.9), ("Sky", 0.8)], 2);
    assert_eq!(scored_labels(&["monkey"], &found), Some(ScoreValue::Below(0.8)));
}

#[test]
fn a_photo_without_labels_has_no_score() {
    assert_eq!(scored_labels(&["monkey"], &Photo::default()), None);
    let mut photo = Photo::default();
    photo.labels.insert(NAME.into(), refused("Bad image data. (code 3)".into(), 50));
    assert_eq!(scored_labels(&["monkey"], &photo), None);
}

#[test]
fn a_version_contains_the_words_and_a_concept_without_words_has_none() {
    let version = |words: &[&str]| Vision.version(&concept(words));
    assert_eq!(version(&["monkey", "ape"]), version(&["ape", "monkey"]));
    assert_ne!(version(&["monkey"]), version(&["ape"]));
    assert!(version(&["monkey"]).unwrap().starts_with("images:annotate v1 LABEL_DETECTION "));
    assert_eq!(version(&[]), None);
}
