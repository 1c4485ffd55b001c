//! Concepts in TOML: strict parsing, round trips, and edits that keep the rest of a file.

use std::fs;

use gleaner::concepts::{self, BuiltInScorer, Concept, Concepts};
use gleaner::config::Config;
use gleaner::dataset::Dataset;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::of;

fn parsed(text: &str) -> Result<Concepts, String> {
    Config::parse(text).map(|config| config.concepts).map_err(|err| format!("{err:#}"))
}

#[test]
fn the_example_has_the_concepts_of_the_python_system() {
    let all =
        parsed(&fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/monkeys.toml")).unwrap()).unwrap();
    assert_eq!(all.iter().map(|concept| concept.name.as_str()).collect::<Vec<_>>(), ["cage", "monkey"]);
    let (monkey, cage) = (all.get("monkey").unwrap(), all.get("cage").unwrap());
    assert_eq!(monkey.classes(), (365..=384).collect::<Vec<_>>());
    for label in ["Primate", "Colobines", "New World monkey", "Macaques", "猿"] {
        assert!(monkey.matches(label), "{label}");
    }
    assert!(!monkey.matches("Competition") && !monkey.matches("Human"));
    assert!(cage.matches("Chain-link fencing") && cage.matches("Mesh") && !cage.matches("Cabinet"));
    assert!(concepts::needs_training(cage).is_some());
}

#[test]
fn a_concept_without_words_uses_its_name_as_its_word() {
    let all = parsed("[concepts.\"wild animal\"]\n[concepts.none]\nwords = []\n").unwrap();
    assert_eq!(all.get("wild animal").unwrap().words[..], ["wild animal"]);
    assert!(all.get("none").unwrap().words.is_empty());
    assert_eq!(all.len(), 2);
}

#[test]
fn invalid_settings_are_errors_that_name_them() {
    let long = "x".repeat(61);
    for (text, named) in [
        ("[concepts.a]\nword = [\"a\"]", "word"),
        ("[concepts.\"a@b\"]", "@"),
        ("[concepts.'a\"b']", "quotes"),
        ("[concepts.\"a/b\"]", "slashes"),
        ("[concepts.'..']", "full stop"),
        ("[concepts.\" a\"]", "spaces"),
        ("[concepts.\"\"]", "letters"),
        ("[concepts.\"a\\u0007\"]", "control"),
        (&format!("[concepts.{long}]"), "longer than"),
        ("[concepts.a]\nwords = [\" \"]", "not a word"),
        ("[concepts.a]\nsenses = [\"cage.n.01\"]", "cage.n.01"),
        ("[concepts.a]\ncounts = \"visoin\"", "visoin"),
        ("[concepts.a]\nthreshold = 1.5", "1.5"),
        ("[concepts.a]\nthreshold = nan", "NaN"),
    ] {
        let err = parsed(text).unwrap_err();
        assert!(err.contains(named), "{text}: {err}");
    }
}

#[test]
fn settings_come_before_the_dataset() {
    let ours = parsed("[concepts.a]\nwords = [\"ours\"]\n[concepts.b]\n").unwrap();
    let own = parsed("[concepts.a]\nwords = [\"own\"]\n[concepts.c]\n").unwrap();
    let all = ours.over(own);
    assert_eq!(all.iter().map(|concept| concept.name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(all.get("a").unwrap().words[..], ["ours"]);
    assert!(all.get_normalised("A").is_some() && all.get("A").is_none() && all.get_normalised("d").is_none());
}

#[test]
fn a_dataset_without_the_file_has_none_and_a_broken_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path());
    assert!(concepts::read(&dataset).unwrap().is_empty());
    fs::write(dataset.concepts(), "[concept.a]").unwrap();
    let err = format!("{:#}", concepts::read(&dataset).unwrap_err());
    assert!(err.contains("concepts.toml") && err.contains("concept"), "{err}");
}

#[test]
fn existing_text_of_a_settings_file_is_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gleaner.toml");
    for before in [
        "",
        "# mine",
        "[net]\nattempts = 3   # patience\n",
        "[net]\r\nattempts = 3\r\n",
        "[concepts.b]\n\n\n",
        "\u{feff}# BOM\n",
    ] {
        fs::write(&path, before).unwrap();
        concepts::add(&path, &of(&["cage", "fence"])).unwrap();
        let after = fs::read_to_string(&path).unwrap();
        assert!(after.starts_with(before), "{after:?}");
        assert_eq!(after.contains("\r\n"), before.contains("\r\n"));
        assert_eq!(parsed(&after).unwrap().get("cage").unwrap().words[..], ["cage", "fence"]);
    }
}

#[test]
fn a_file_that_cannot_be_extended_is_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gleaner.toml");
    for before in ["concepts = { b = {} }\n", "[concepts.cage]\n", "[net\n", "[[concepts]]\n"] {
        fs::write(&path, before).unwrap();
        assert!(concepts::add(&path, &of(&["cage"])).is_err(), "{before}");
        assert_eq!(fs::read_to_string(&path).unwrap(), before);
    }
    fs::remove_file(&path).unwrap();
    assert!(concepts::add(&path, &of(&["a@b"])).is_err() && !path.exists());
}

/// Any concept that is valid.
fn any_concept() -> impl Strategy<Value = Concept> {
    let text = || prop_oneof!["[a-z]{1,8}", "[^\\p{Cc}]{1,12}"];
    let senses = vec(select(vec!["monkey.n.01", "dog.n.01", "crane.n.05"]).prop_map(str::to_owned), 0..3);
    let counts = option::of(select(BuiltInScorer::ALL));
    (text(), vec(text(), 0..5), senses, counts, option::of(0.0..=1.0_f64))
        .prop_map(|(name, words, senses, counts, threshold)| Concept {
            name,
            words: words.into(),
            senses: senses.into(),
            counts,
            threshold,
        })
        .prop_filter("a valid one", |concept| concept.check().is_ok())
}

proptest! {
    #[test]
    fn any_concept_is_read_back_as_it_was(concept in any_concept()) {
        let all = parsed(&concepts::block(&concept)).unwrap();
        prop_assert_eq!(all.get(&concept.name), Some(&concept));
    }

    #[test]
    fn a_dataset_keeps_all_its_concepts(all in vec(any_concept(), 0..5)) {
        let folder = tempfile::tempdir().unwrap();
        let dataset = Dataset::at(folder.path());
        let mut concepts = Concepts::default();
        for concept in all {
            concepts.insert(concept).unwrap();
        }
        concepts::write(&dataset, &concepts).unwrap();
        prop_assert_eq!(concepts::read(&dataset).unwrap(), concepts);
    }
}
