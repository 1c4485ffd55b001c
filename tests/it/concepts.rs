//! `gleaner concept`, run with the built program.

mod edit;

use std::fs;
use std::path::Path;
use std::process::Output;

use gleaner::dataset::Dataset;
use gleaner::store::{Access, SqliteStore};
use serde_json::Value;

use crate::pipeline::command;

fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, &[&["concept"], args].concat()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let output = run(folder, &[args, &["--json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|err| panic!("{err}: {}", said(&output)))
}

#[test]
fn a_word_with_one_sense_needs_no_choice() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["add", "monkey", "--like", "macaque, Monkey、猿"]);
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(
        text.contains("monkey, macaque, 猿 -> gleaner.toml") && text.contains("monkey.n.01 (13 classes): guenon"),
        "{text}"
    );
    let written = fs::read_to_string(folder.path().join("gleaner.toml")).unwrap();
    assert_eq!(written, "[concepts.monkey]\nwords = [\"monkey\", \"macaque\", \"猿\"]\nsenses = [\"monkey.n.01\"]\n");
}

#[test]
fn a_concept_without_known_senses_suggests_training() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("gleaner.toml"), "# mine\n[net]\nattempts = 2").unwrap();
    let output = run(folder.path(), &["add", "cage", "--like", "cage, fence, mesh", "--counts", "vision"]);
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert!(
        text.contains("cannot be recognised by words alone") && text.contains("`gleaner train cage --from reviews`"),
        "{text}"
    );
    let written = fs::read_to_string(folder.path().join("gleaner.toml")).unwrap();
    assert_eq!(
        written,
        "# mine\n[net]\nattempts = 2\n\n[concepts.cage]\nwords = [\"cage\", \"fence\", \"mesh\"]\ncounts = \"vision\"\n"
    );
    let answer = json(folder.path(), &["add", "wild crate"]);
    assert!(answer["needs_training"].as_str().unwrap().contains("wild crate"), "{answer}");
}

#[test]
fn a_word_with_several_senses_asks_which_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["add", "crane"]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text.contains("crane.n.04 (1 class)") && text.contains("wading bird") && text.contains("--sense"),
        "{text}"
    );
    assert!(!folder.path().join("gleaner.toml").exists());
    let answer = json(folder.path(), &["add", "crane", "--sense", "crane.n.05"]);
    assert_eq!((&answer["classes"], &answer["needs_training"]), (&Value::from(1), &Value::Null));
    let answer = json(folder.path(), &["add", "car", "--sense", "none"]);
    assert_eq!(answer["classes"], 0);
    let output = run(folder.path(), &["add", "jail", "--sense", "cage.n.01"]);
    assert!(output.status.code() == Some(2) && said(&output).contains("gleaner concept senses"), "{}", said(&output));
}

#[test]
fn a_duplicate_or_invalid_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), &["add", "monkey"]).status.success());
    let before = fs::read(folder.path().join("gleaner.toml")).unwrap();
    for name in ["monkey", "Monkey", "a@b", "a/b", " ", ".."] {
        let output = run(folder.path(), &["add", name]);
        assert_eq!(output.status.code(), Some(2), "{name}: {}", said(&output));
    }
    let output = run(folder.path(), &["add", "ape", "--counts", "visoin"]);
    assert!(output.status.code() == Some(2) && said(&output).contains("vision"), "{}", said(&output));
    assert_eq!(fs::read(folder.path().join("gleaner.toml")).unwrap(), before);
}

#[test]
fn a_given_settings_file_is_used_or_created() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), &["add", "dog", "--config", "other.toml"]).status.success());
    assert!(run(folder.path(), &["add", "zebra", "--config", "other.toml"]).status.success());
    assert!(!folder.path().join("gleaner.toml").exists());
    let listed = json(folder.path(), &["list", "--config", "other.toml"]);
    assert_eq!(listed[0]["name"], "dog");
    assert_eq!(listed[0]["senses"][0]["classes"], 118);
    assert_eq!(listed[1]["file"], "other.toml");
    assert_eq!(listed[0]["trained"], Value::Null);
}

#[test]
fn a_dataset_has_concepts_and_heads_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path().join("mine"));
    drop(SqliteStore::open(&dataset, Access::Write).unwrap());
    assert!(run(folder.path(), &["add", "monkey"]).status.success());
    assert!(run(folder.path(), &["add", "cage", "--dataset", "mine"]).status.success());
    assert_eq!(run(folder.path(), &["add", "Monkey", "--dataset", "mine"]).status.code(), Some(2));
    assert_eq!(run(folder.path(), &["add", "dog", "--dataset", "mistyped"]).status.code(), Some(2));
    assert!(!folder.path().join("mistyped").exists());
    fs::create_dir(folder.path().join("mine/heads")).unwrap();
    fs::write(dataset.head("cage"), "{}").unwrap();
    let listed = json(folder.path(), &["list", "--dataset", "mine"]);
    assert_eq!((&listed[0]["name"], &listed[0]["trained"]), (&Value::from("cage"), &Value::from(true)));
    assert_eq!((&listed[0]["file"], &listed[1]["trained"]), (&Value::from("mine/concepts.toml"), &Value::from(false)));
    let table = String::from_utf8(run(folder.path(), &["list", "--dataset", "mine"]).stdout).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["NAME", "SENSES", "COUNTS", "TRAINED", "FILE", "WORDS"]);
    assert_eq!(rows[1], ["cage", "-", "-", "yes", "mine/concepts.toml", "cage"]);
    assert_eq!(rows[2], ["monkey", "monkey.n.01", "(13)", "-", "no", "gleaner.toml", "monkey"]);
}

#[test]
fn senses_are_listed_with_meaning_and_hypernyms() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["senses", "Monkeys"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("monkey.n.01 (13 classes): ") && text.contains("wider: primate.n.02 (20)"), "{text}");
    assert_eq!(json(folder.path(), &["senses", "crane"]).as_array().unwrap().len(), 2);
    let output = run(folder.path(), &["senses", "cage"]);
    assert!(output.status.success() && output.stdout.is_empty() && said(&output).contains("gleaner train cage"));
    assert_eq!(json(folder.path(), &["senses", "cage"]), Value::Array(Vec::new()));
    let output = run(folder.path(), &["list"]);
    assert!(output.stdout.is_empty() && said(&output).contains("gleaner concept add"), "{}", said(&output));
}
