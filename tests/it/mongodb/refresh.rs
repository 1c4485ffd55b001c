//! A refresh of a dataset on a server: what was withdrawn leaves no id there.

use std::fs;
use std::path::Path;

use gleaner::seal::is_mark;
use gleaner::store::{self, Access};
use serde_json::Value;

use super::server::shared;
use crate::pipeline::{Fixture, photos, talk};

/// The image files in all folders named `images`.
fn images(folder: &Path, within: bool) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let count = |path: std::path::PathBuf| {
        if path.is_dir() { images(&path, within || path.ends_with("images")) } else { usize::from(within) }
    };
    entries.map(count).sum()
}

#[test]
fn what_was_withdrawn_leaves_a_server_and_is_not_taken_back() {
    let Some(mongo) = shared() else { return };
    let fixture = Fixture::new(photos(300, 6));
    let dataset = mongo.dataset(Path::new("none"));
    let url = dataset.to_string();
    let scrape = ["scrape", "-s", "monkey", "-n", "30", "--key-file", "k.key", "--store", &url];
    fixture.expect(0, &scrape);
    let records = || -> Vec<Value> {
        let output = fixture.expect(0, &["export", "dataset", "--format", "jsonl", "--store", &url]).stdout;
        String::from_utf8(output).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let ids: Vec<u64> = records()
        .iter()
        .map(|record| record["id"].as_str().unwrap().strip_prefix("flickr:").unwrap().parse().unwrap())
        .collect();
    ids[..2].iter().for_each(|id| fixture.flickr.changes().withdraw(*id));
    fixture.flickr.changes().move_to(ids[2], (5.84, 118.1));
    let refresh = ["refresh", "--key-file", "k.key", "--json", "--store", &url];
    let report: Value = serde_json::from_slice(&fixture.expect(0, &refresh).stdout).unwrap();
    let source = &report["sources"][0];
    assert_eq!((&source["removed"], &source["moved"], &source["confirmed"]), (&2.into(), &1.into(), &28.into()));
    let store = store::open(&dataset, Access::Read).unwrap();
    let changes = store.changes(0, 1_000).unwrap();
    assert!(changes.iter().all(|change| ids[..2].iter().all(|id| !change.id.as_str().contains(&id.to_string()))));
    assert_eq!(changes.iter().filter(|change| is_mark(&change.id) && change.photo.is_none()).count(), 2);
    assert_eq!(images(fixture.folder.path(), false), 28);
    ids[..2].iter().for_each(|id| fixture.flickr.changes().publish(*id));
    let said = talk(&fixture.expect(0, &scrape));
    assert!(said.contains("left out 2 photos that their owners had withdrawn") && records().len() == 28, "{said}");
    let verified: Value =
        serde_json::from_slice(&fixture.expect(0, &["verify", "--json", "--store", &url]).stdout).unwrap();
    assert_eq!(verified["problems"], Value::Array(Vec::new()));
}
