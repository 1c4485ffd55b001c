//! The reported folders, read and asked by the built program.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::pipeline::{command, shared, talk};

/// Reads a folder of photos into the dataset `ds`.
fn scraped(photos: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let photos = photos.to_str().unwrap();
    run(folder.path(), &["scrape", "--source", "folder", photos, "--dataset", "ds"]);
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let output = command(folder, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", talk(&output));
    output
}

fn records(folder: &Path, filter: &str) -> Vec<Value> {
    let output = run(folder, &["export", "ds", "--format", "jsonl", "--filter", filter]);
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_islands_of_the_report_have_their_country() {
    let Some(photos) = shared("cases/geo-small-islands/photos") else { return };
    let folder = scraped(&photos);
    let records = records(folder.path(), "");
    assert_eq!(records.len(), 12);
    for record in records {
        let (title, place) = (record["title"].as_str().unwrap(), &record["place"]);
        let country = place["country"].as_str().unwrap_or("none");
        assert_eq!(title, format!("want {country} and at_sea {}", place["at_sea"]), "{place}");
    }
}

#[test]
fn the_words_of_the_report_find_their_photo() {
    let Some(photos) = shared("cases/search-turkish-i/photos") else { return };
    let folder = scraped(&photos);
    for (asked, file) in [
        ("istanbul", "a"),
        ("ISTANBUL", "a"),
        ("İstanbul", "a"),
        ("strasse", "b"),
        ("STRASSE", "b"),
        ("葛城市", "c"),
        ("snow-monkey", "d"),
        ("\"SNOW-MONKEY BATH\"", "d"),
        ("city:izmir", "e"),
        ("city:Izmir", "e"),
        ("city:İZMİR", "e"),
    ] {
        let found = records(folder.path(), asked);
        let files: Vec<&str> = found.iter().map(|record| record["file"]["name"].as_str().unwrap_or_default()).collect();
        assert_eq!(found.len(), 1, "{asked} finds {files:?}");
        assert!(found[0].to_string().contains(&format!("{file}.jpg")), "{asked}: {}", found[0]);
    }
}
