//! The scorer of words, called through the interface of all scorers.

use std::sync::Arc;

use gleaner::concepts::{BuiltInScorer, Concept, Concepts};
use gleaner::photo::{Photo, Score, ScoreKey};
use gleaner::scorers::{Scorer, ScoringTasks, Text, update_main_scores};

use super::of;

fn concepts(all: &[Concept]) -> Concepts {
    let mut concepts = Concepts::default();
    all.iter().for_each(|concept| concepts.insert(concept.clone()).unwrap());
    concepts
}

fn said(title: &str) -> Photo {
    Photo { title: title.to_owned(), ..Photo::default() }
}

fn scored_labels(all: &Concepts, mut photo: Photo) -> Photo {
    let scorers: [Arc<dyn Scorer>; 1] = [Arc::new(Text)];
    ScoringTasks::of(&scorers, all).score(&mut photo, |_| None).unwrap();
    update_main_scores(all, &mut photo);
    photo
}

#[test]
fn words_are_present_or_absent_and_no_text_means_no_score() {
    let all = concepts(&[of(&["monkey", "titi"]), of(&["cage"])]);
    let photo = scored_labels(&all, said("A titi at rest"));
    let version = Text.version(&of(&["monkey", "titi"])).unwrap();
    assert_eq!(photo.scores.get("monkey@text"), Some(&Score::known(1.0, "text", &version)));
    assert_eq!(photo.scores.get("cage@text").unwrap().value, Some(0.0));
    for nothing in ["", "  ", "https://example.org/monkey"] {
        assert!(scored_labels(&all, said(nothing)).scores.is_empty(), "{nothing:?}");
    }
}

#[test]
fn words_count_only_for_a_concept_that_enables_them() {
    let counting = Concept { counts: Some(BuiltInScorer::Text), ..of(&["monkey"]) };
    let photo = scored_labels(&concepts(&[counting, of(&["cage"])]), said("monkey in a cage"));
    let names: Vec<&str> = photo.scores.keys().map(ScoreKey::as_str).collect();
    assert_eq!(names, ["cage@text", "monkey", "monkey@text"]);
}

#[test]
fn other_words_give_another_version_and_no_words_give_none() {
    let photo = scored_labels(&concepts(&[of(&["monkey"])]), said("ape"));
    assert_eq!(photo.scores["monkey@text"].value, Some(0.0));
    let wider = of(&["monkey", "ape"]);
    assert_ne!(Text.version(&wider), Text.version(&of(&["monkey"])));
    let photo = scored_labels(&concepts(&[wider]), photo);
    assert_eq!(photo.scores["monkey@text"].value, Some(1.0));
    let silent = Concept { words: Vec::new().into(), ..of(&["monkey"]) };
    assert!(scored_labels(&concepts(&[silent]), photo).scores.is_empty());
}
