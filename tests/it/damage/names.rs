//! Names in records name files of the dataset and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gleaner::photo::{FileHash, Photo};
use gleaner::store::{self, Access};
use mongodb::bson::{Document, doc};

use super::super::pipeline::talk;
use super::{ids, scraped, sql};
use crate::mongodb::server::shared;

/// Names that a record must not be able to give to a file, and formats that must not become a part of a path.
fn hostile() -> Vec<(String, String)> {
    let good = "ab".repeat(32);
    let dots = format!("{}/../../../x", &good[..52]);
    let names = [
        "../../x",
        "../../../../../../etc/passwd",
        "/etc/passwd",
        "",
        ".",
        "..",
        "CON",
        "a\u{0}b",
        "images/../../x",
        "\u{2025}/x",
        &dots,
        &good.to_uppercase(),
        &format!("{good}/"),
        &"a".repeat(5_000),
    ];
    let formats = ["/../../../x", "../x", "a/b", "", "jpeg\u{0}", &"f".repeat(300)];
    let named = names.iter().map(|name| ((*name).to_owned(), "jpeg".to_owned()));
    named.chain(formats.iter().map(|format| (good.clone(), (*format).to_owned()))).collect()
}

/// Every file below a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            drop(found.insert(path.clone(), fs::read(&path).unwrap()));
        }
    }
    found
}

#[test]
fn a_planted_name_makes_no_command_read_or_write_outside_of_the_dataset() {
    let fixture = scraped("20");
    let root = fixture.path("d");
    // What a name that leads out would reach.
    let canary = fixture.path("x");
    fs::write(&canary, "canary").unwrap();
    fs::write(fixture.path("x.jpg"), "canary").unwrap();
    let ids = ids(&root);
    assert_eq!(ids.len(), hostile().len());
    let db = rusqlite::Connection::open(root.join("dataset.db")).unwrap();
    for (id, (name, format)) in ids.iter().zip(hostile()) {
        let sql = "UPDATE photo SET record = json_set(record, '$.file.sha256', ?2, '$.file.format', ?3) WHERE id = ?1";
        db.execute(sql, rusqlite::params![id, name, format]).unwrap();
    }
    drop(db);
    // Who can write to the database can make checksums, too.
    sql(&root, "DELETE FROM checksum; DELETE FROM tally;");
    let outside = || {
        let mut all = contents(&fixture.path(""));
        all.retain(|path, _| !path.starts_with(&root) && !path.to_string_lossy().contains("/state"));
        all
    };
    let before = outside();
    for args in [
        &["enrich", "d"][..],
        &["download", "d"][..],
        &["score", "d"][..],
        &["export", "d", "--format", "jsonl"][..],
        &["verify", "d", "--read-data"][..],
        &["repair", "d"][..],
        &["export", "d", "--format", "csv"][..],
    ] {
        let output = fixture.run(args);
        let said = talk(&output);
        assert!(!said.contains("panicked") && !said.contains("canary"), "gleaner {args:?}\n{said}");
        assert!(output.status.code().is_some_and(|code| code <= 1), "gleaner {args:?}\n{said}");
        let after = outside();
        let changed: Vec<_> = after.iter().filter(|(path, bytes)| before.get(*path) != Some(*bytes)).collect();
        assert!(
            changed.is_empty(),
            "gleaner {args:?} wrote {:?}",
            changed.iter().map(|(path, _)| path).collect::<Vec<_>>()
        );
        assert_eq!(before.len(), after.len(), "gleaner {args:?} removed a file");
    }
}

#[test]
fn a_planted_name_in_a_document_is_a_damaged_record() {
    let Some(mongo) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let dataset = mongo.dataset(folder.path());
    let store = store::open(&dataset, Access::Write).unwrap();
    let vault = gleaner::seal::Vault::new(gleaner::seal::Key::generate());
    let names = hostile();
    let photos = (0..names.len()).map(|own| {
        let file = gleaner::photo::ImageFile {
            sha256: FileHash::of(&[own as u8]),
            format: "jpeg".into(),
            ..Default::default()
        };
        let own = format!("{own:03}");
        vault.seal(Photo { file: Some(file), ..crate::seal::photo(&own) }).unwrap()
    });
    store.save(&photos.collect::<Vec<_>>()).unwrap();
    mongo.with(dataset.server().unwrap(), async |database| {
        let of = database.collection::<Document>("photos");
        for (own, (name, format)) in names.iter().enumerate() {
            let to = doc! {"$set": {"file.sha256": name, "file.format": format}, "$unset": {"_sum": ""}};
            of.update_one(doc! {"_id": format!("flickr:{own:03}")}, to).await.unwrap();
        }
    });
    let kept = store.scan(None, 100).unwrap();
    for photo in &kept {
        let key = gleaner::files::BlobName::image(photo.file.as_ref().unwrap()).key();
        let parts: Vec<&str> = key.split('/').collect();
        assert!(parts.len() == 3 && parts[0] == "images" && key.len() < 120 && !key.contains(".."), "{key}");
        assert!(!key.contains('\0'), "{key:?}");
    }
    let damaged = store.damage().found().records;
    assert_eq!((kept.len(), damaged.len()), (6, 14), "{damaged:?}");
}
