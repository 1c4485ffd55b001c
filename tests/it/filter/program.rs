//! `gleaner export --filter`, run with the built program.

use std::path::Path;
use std::process::Output;

use gleaner::dataset::Dataset;
use gleaner::photo::{Photo, PhotoId};
use gleaner::seal::{Key, Vault};
use gleaner::store::{Access, RecordWrite, SqliteStore};
use serde_json::Value;

use super::{blank, macaque};
use crate::pipeline::command;

/// A folder with a dataset `monkeys`: ten macaques with 0, 10, ... 90 views, and a photo without values.
pub fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let numbered = (0..10).map(|nth: u64| Photo {
        id: PhotoId::new("flickr", &nth.to_string()),
        views: Some(nth * 10),
        ..macaque()
    });
    let vault = Vault::new(Key::generate());
    let sealed: Vec<_> = numbered.chain([blank()]).map(|photo| vault.seal(photo).unwrap()).collect();
    let store = SqliteStore::open(&Dataset::at(folder.path().join("monkeys")), Access::Write).unwrap();
    store.save(&sealed).unwrap();
    folder
}

fn export(folder: &Path, more: &[&str]) -> Output {
    command(folder, &[&["export", "monkeys"], more].concat()).output().unwrap()
}

fn ids(output: &Output) -> Vec<String> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
    text.lines().map(id).collect()
}

#[test]
fn an_export_holds_the_photos_that_pass_and_says_how_many() {
    let folder = folder();
    let output = export(folder.path(), &["--filter", "-views:<70 place:any"]);
    assert_eq!(ids(&output), ["flickr:7", "flickr:8", "flickr:9"]);
    assert_eq!(String::from_utf8_lossy(&output.stderr).trim(), "3 of 11 photos");
    let output = export(folder.path(), &["--filter", "views:none", "-o", "some.jsonl"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("1 of 11 photos -> some.jsonl"), "{said}");
    assert_eq!(std::fs::read_to_string(folder.path().join("some.jsonl")).unwrap().lines().count(), 1);
    assert_eq!(ids(&export(folder.path(), &[])).len(), 11);
    assert_eq!(ids(&export(folder.path(), &["--filter", ""])).len(), 11);
}

#[test]
fn both_formats_hold_the_same_and_the_columns_stay() {
    let folder = folder();
    let csv = |text: &str| {
        let output = export(folder.path(), &["--format", "csv", "--filter", text]);
        String::from_utf8(output.stdout).unwrap()
    };
    let (some, none) = (csv("macaque views:20,40 term:猿"), csv("gorilla"));
    assert_eq!(some.lines().next(), none.lines().next(), "scores keep their columns");
    assert!(none.lines().count() == 1 && none.contains("scores.monkey.value"));
    let first = |line: &str| line.split(',').next().unwrap().to_owned();
    let rows: Vec<_> = some.lines().skip(1).filter(|line| line.starts_with("flickr:")).map(first).collect();
    assert_eq!(rows, ids(&export(folder.path(), &["--filter", "macaque views:20,40 term:猿"])));
    assert_eq!(rows, ["flickr:2", "flickr:4"]);
}

#[test]
fn a_filter_that_is_none_is_shown_with_a_caret_before_anything_is_written() {
    let folder = folder();
    let output = export(folder.path(), &["-o", "some.jsonl", "--filter", "猿 cage contry:IN"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("there is no field \"contry\""), "{said}");
    assert!(said.contains("\n  猿 cage contry:IN\n  \u{3000}      ^\n"), "{said}");
    assert!(!folder.path().join("some.jsonl").exists());
    let long = format!("{} month:99", "word ".repeat(40));
    let said = String::from_utf8(export(folder.path(), &["--filter", &long]).stderr).unwrap();
    let mut lines = said.lines().skip(1);
    let (shown, caret) = (lines.next().unwrap(), lines.next().unwrap());
    assert_eq!(&shown[caret.find('^').unwrap()..], "99", "{said}");
    assert!(shown.len() < 110, "{said}");
    let output = export(folder.path(), &["--json", "--filter", "views:many"]);
    let error: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(error["error"]["exit_code"], 2);
}
