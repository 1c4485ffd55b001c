//! `gleaner repair` mends what can be known or had again, and names the rest.

use std::fs;

use serde_json::Value;

use super::super::pipeline::{Fixture, talk};
use super::{ids, scraped, sql};

fn repair(fixture: &Fixture, code: i32) -> Value {
    serde_json::from_slice(&fixture.expect(code, &["repair", "d", "--json"]).stdout).unwrap()
}

/// The list of photos of a report.
fn listed(report: &Value, what: &str) -> usize {
    report[what].as_array().unwrap_or_else(|| panic!("{report}")).len()
}

#[test]
fn one_changed_bit_of_a_record_is_changed_back() {
    let fixture = scraped("6");
    let (root, digest) = (fixture.path("d"), fixture.digest("d"));
    let ids = ids(&root);
    // One bit each: in the record, in a token, in both checksums.
    sql(
        &root,
        &format!("UPDATE photo SET record = replace(record, '\"title\":', '\"uitle\":') WHERE id = '{}'", ids[0]),
    );
    flip_blob(&root, "photo", "raw_record", &ids[1]);
    flip_blob(&root, "checksum", "record", &ids[2]);
    flip_blob(&root, "checksum", "sealed", &ids[3]);
    let said = talk(&fixture.expect(1, &["verify", "d"]));
    assert!(said.contains("4 problems"), "{said}");
    let report = repair(&fixture, 0);
    assert_eq!((listed(&report, "mended"), listed(&report, "asked_again")), (4, 0), "{report}");
    assert_eq!(fixture.digest("d"), digest, "every value is as it was");
    assert_eq!(listed(&repair(&fixture, 0), "mended"), 0);
}

/// Flips one bit in the middle of a blob.
fn flip_blob(root: &std::path::Path, table: &str, column: &str, id: &str) {
    let db = rusqlite::Connection::open(root.join("dataset.db")).unwrap();
    let read = format!("SELECT {column} FROM {table} WHERE id = ?1");
    let mut bytes: Vec<u8> = db.query_row(&read, [id], |row| row.get(0)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    db.execute(&format!("UPDATE {table} SET {column} = ?2 WHERE id = ?1"), rusqlite::params![id, bytes]).unwrap();
}

#[test]
fn more_damage_is_had_again_from_the_source_the_addresses_and_the_images() {
    let fixture = scraped("6");
    let (root, digest) = (fixture.path("d"), fixture.digest("d"));
    let ids = ids(&root);
    sql(&root, &format!("UPDATE photo SET record = '{{\"id\": ' WHERE id = '{}'", ids[0]));
    let records: Vec<Value> = fixture
        .run(&["export", "d", "--format", "jsonl"])
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    let path = |nth: usize, kind: &str| {
        let sha256 = records[nth]["file"]["sha256"].as_str().unwrap();
        root.join(format!("{kind}/{}/{sha256}.jpg", &sha256[..2]))
    };
    let (image, thumbnail, missing) = (path(0, "images"), path(1, "thumbs"), path(2, "thumbs"));
    let damage = |path: &std::path::Path| {
        let mut bytes = fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    damage(&image);
    damage(&thumbnail);
    fs::remove_file(&missing).unwrap();
    let said = talk(&fixture.expect(1, &["verify", "d", "--read-data"]));
    assert!(said.contains("its image was changed") && said.contains("its thumbnail was changed"), "{said}");
    assert!(said.contains("its thumbnail is missing") && said.contains(&ids[0]), "{said}");
    let report = repair(&fixture, 0);
    let counts = ["asked_again", "images", "thumbnails"].map(|what| listed(&report, what));
    assert_eq!(counts, [1, 1, 2], "{report}");
    fixture.expect(0, &["verify", "d", "--read-data"]);
    // A search says again that it found the photo, which only the dataset knew.
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "6", "--dataset", "d"]);
    let found = fixture.digest("d");
    assert_eq!(fixture.records("d", false).len(), 6);
    assert!(found == digest || fixture.records("d", false).iter().all(|record| record["file"].is_object()));
}

#[test]
fn what_cannot_be_had_again_is_named_as_lost() {
    let fixture = scraped("3");
    let root = fixture.path("d");
    let bad = &ids(&root)[0];
    sql(&root, &format!("UPDATE photo SET id = 'nowhere:1', record = '{{}}' WHERE id = '{bad}'"));
    let report = repair(&fixture, 1);
    let lost = report["lost"]["nowhere:1"].as_str().unwrap_or_else(|| panic!("{report}"));
    assert!(lost.contains("nowhere cannot be asked for it"), "{lost}");
    fixture.expect(1, &["verify", "d"]);
}
