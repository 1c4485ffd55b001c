//! The tree of classes equals the measured one, and words find their senses in it.

use std::ops::RangeInclusive;

use gleaner::concepts::{CLASSES, Concept, class_name, lookup, needs_training, sense};

use super::of;

fn names(word: &str) -> Vec<&'static str> {
    lookup(word).into_iter().map(|sense| sense.name).collect()
}

fn with(senses: &[&str]) -> Concept {
    let senses = senses.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>().into();
    Concept { senses, ..of(&["thing"]) }
}

#[test]
fn all_classes_are_there_in_the_order_of_the_logits() {
    let all = sense("entity.n.01").unwrap();
    assert_eq!(all.classes, (0..CLASSES).collect::<Vec<_>>());
    let known = [
        (0, "tench"),
        (134, "crane"),
        (207, "golden retriever"),
        (365, "orangutan"),
        (386, "African elephant"),
        (489, "chainlink fence"),
        (517, "crane"),
        (743, "prison"),
        (999, "toilet tissue"),
    ];
    for (class, name) in known {
        assert_eq!(class_name(class), Some(name));
    }
    assert_eq!(class_name(CLASSES), None);
}

#[test]
fn a_sense_covers_the_independently_counted_classes() {
    let counted: [(&str, usize, RangeInclusive<usize>); 11] = [
        ("monkey.n.01", 13, 370..=382),
        ("primate.n.02", 20, 365..=384),
        ("ape.n.01", 5, 365..=369),
        ("dog.n.01", 118, 151..=268),
        ("elephant.n.01", 2, 385..=386),
        ("bird.n.01", 59, 7..=146),
        ("fence.n.01", 4, 0..=999),
        ("barrier.n.01", 10, 0..=999),
        ("car.n.01", 10, 0..=999),
        ("flower.n.01", 2, 0..=999),
        ("building.n.01", 14, 0..=999),
    ];
    for (name, count, range) in counted {
        let concept = with(&[name]);
        let classes = concept.classes();
        assert_eq!(classes.len(), count, "{name}");
        assert!(classes.iter().all(|class| range.contains(class)), "{name}: {classes:?}");
    }
    assert!(lookup("cage").is_empty());
}

#[test]
fn several_senses_cover_each_class_once() {
    let both = with(&["monkey.n.01", "ape.n.01", "macaque.n.01"]);
    assert_eq!(both.classes(), (365..=382).collect::<Vec<_>>());
    assert!(with(&[]).classes().is_empty());
}

#[test]
fn a_class_with_two_parents_counts_for_both() {
    // WordNet puts dogs below canines and below domestic animals.
    let dogs = sense("dog.n.01").unwrap().classes;
    for above in ["canine.n.02", "domestic_animal.n.01"] {
        let classes = sense(above).unwrap().classes;
        assert!(classes.len() > dogs.len() && dogs.iter().all(|class| classes.contains(class)), "{above}");
    }
    let names: Vec<_> = sense("monkey.n.01").unwrap().wider;
    assert_eq!(names, [("primate.n.02", 20)]);
}

#[test]
fn a_word_in_any_spelling_and_number_finds_its_senses() {
    assert_eq!(names("monkey"), ["monkey.n.01"]);
    for word in ["Monkeys", " MONKEY ", "ｍｏｎｋｅｙ"] {
        assert_eq!(names(word), ["monkey.n.01"], "{word}");
    }
    for word in ["spider monkey", "spider-monkey", "Spider_Monkeys", "Ateles geoffroyi"] {
        assert_eq!(names(word), ["spider_monkey.n.01"], "{word}");
    }
    assert_eq!(names("crane"), ["crane.n.04", "crane.n.05"]);
    assert_eq!(names("wolves"), names("wolf"));
    assert_eq!(names("mice"), names("mouse"));
    assert_eq!(names("foxes"), names("fox"));
    assert!(!names("wolf").is_empty() && !names("mouse").is_empty() && !names("fox").is_empty());
    for word in ["", " ", "猿", "monke", "competition", "\u{301}"] {
        assert!(lookup(word).is_empty(), "{word:?}");
    }
}

#[test]
fn the_widest_sense_comes_first_with_its_meaning() {
    let car = lookup("car");
    assert!(car.len() > 1 && car.windows(2).all(|pair| pair[0].classes.len() >= pair[1].classes.len()));
    assert_eq!(car[0].name, "car.n.01");
    assert!(car[0].gloss.starts_with("a motor vehicle"), "{}", car[0].gloss);
    assert_eq!(car[0].words[..2], ["car", "auto"]);
}

#[test]
fn a_concept_without_classes_needs_training_and_suggests_senses() {
    let said = needs_training(&of(&["cage", "fence", "mesh"])).unwrap();
    assert!(said.contains("\"cage\"") && said.contains("fence.n.01 (4 classes)"), "{said}");
    let said = needs_training(&of(&["zoo keeper's lunch"])).unwrap();
    assert!(!said.contains("near"), "{said}");
    let said = needs_training(&of(&["wild monkey"])).unwrap();
    assert!(said.contains("monkey.n.01 (13 classes)"), "{said}");
    assert_eq!(needs_training(&with(&["monkey.n.01"])), None);
}

#[test]
fn suggested_senses_are_meanings_of_the_words_outside_its_senses() {
    let concept = Concept { senses: vec!["monkey.n.01".to_owned()].into(), ..of(&["monkey", "ape", "macaque"]) };
    let near: Vec<_> = concept.near().into_iter().map(|sense| sense.name).collect();
    assert_eq!(near, ["ape.n.01"]);
}

#[test]
fn digests_depend_only_on_the_relevant_settings() {
    let digest = |words: &[&str]| of(words).words_digest();
    assert_eq!(digest(&["monkey", "ape"]), digest(&["Ape", "MONKEY", "ape"]));
    assert_ne!(digest(&["monkey", "ape"]), digest(&["monkey", "apes"]));
    assert_ne!(digest(&["a b"]), digest(&["a", "b"]));
    let digest = |senses: &[&str]| with(senses).senses_digest();
    assert_eq!(digest(&["monkey.n.01", "ape.n.01"]), digest(&["ape.n.01", "monkey.n.01", "macaque.n.01"]));
    assert_ne!(digest(&["monkey.n.01"]), digest(&["primate.n.02"]));
    assert!(digest(&[]).len() == 12 && digest(&[]).bytes().all(|byte| byte.is_ascii_hexdigit()));
    // Versions of scores hold them: they must not change by themselves.
    assert_eq!(digest(&["monkey.n.01"]), "a2a5b532e74f");
    assert_eq!(of(&["monkey"]).words_digest(), "86b77a0c7dd7");
}
