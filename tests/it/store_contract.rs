//! The tests that every store must pass, and faults that SQLite's file must survive.

mod counts;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use base64::Engine;
use gleaner::dataset::Dataset;
use gleaner::photo::{Fault, Found, PersonalField, Photo, PhotoId, Size, StageName, State, Vector};
use gleaner::pipeline::merge;
use gleaner::seal::{Key, SealedPhoto, Vault};
use gleaner::serve::ExplorerServer;
use gleaner::store::{self, Access, Store, StoreError};
use serde_json::json;

use super::seal::photo;

const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";

fn vault() -> Vault {
    Vault::new(Key::parse(KEY).unwrap())
}

fn id(own: &str) -> PhotoId {
    PhotoId::new("flickr", own)
}

fn own_ids(photos: &[SealedPhoto]) -> Vec<&str> {
    photos.iter().map(|sealed| sealed.photo().id.own()).collect()
}

/// The tests. `open` opens the same dataset each time, which is empty at first; the previous one is closed.
pub fn check_store_contract(open: impl Fn() -> Box<dyn Store>) {
    let vault = vault();
    let store = open();
    assert!(store.scan_sealed(None, 10).unwrap().is_empty() && store.count_by_state().unwrap().is_empty());
    let mut unsealed = Photo { id: id("0"), ..Photo::default() };
    unsealed.personal.keep_sealed(PersonalField::Owner, "somebody".into());
    let refused = [vault.seal(photo("9")).unwrap(), vault.seal(unsealed).unwrap()];
    assert!(store.save(&refused).is_err() && store.scan_sealed(None, 10).unwrap().is_empty(), "all are saved or none");
    let photos: Vec<_> = ["3", "1", "20", "2"].map(|own| vault.seal(photo(own)).unwrap()).into();
    store.save(&photos).unwrap();
    store.save(&[]).unwrap();
    drop(store);

    let store = open();
    assert_eq!(store.load_sealed(&[id("20"), id("none"), id("3")]).unwrap(), [photos[2].clone(), photos[0].clone()]);
    let plain: Vec<_> = [2, 0].map(|at: usize| photos[at].photo().clone()).into();
    assert_eq!(store.load(&[id("20"), id("none"), id("3")]).unwrap(), plain);
    assert_eq!(store.scan(Some(&id("20")), 1).unwrap(), plain[1..]);
    let first = store.scan_sealed(None, 2).unwrap();
    assert_eq!(own_ids(&first), ["1", "2"]);
    assert_eq!(own_ids(&store.scan_sealed(Some(&id("2")), 10).unwrap()), ["20", "3"]);
    assert!(store.scan_sealed(Some(&id("3")), 10).unwrap().is_empty());
    reports_changes(&*store, &vault);
    drop(store);

    let store = open();
    store.set_note("cursor", Some("page 2")).unwrap();
    store.set_note("cursor", Some("page 3")).unwrap();
    assert_eq!(store.note("cursor").unwrap().as_deref(), Some("page 3"));
    assert_eq!(store.note_or_insert("cursor", "page 9").unwrap(), "page 3");
    for (key, value) in [("list:b", "2"), ("list:a", "1"), ("lists", "3"), ("list:%", "0")] {
        store.set_note(key, Some(value)).unwrap();
    }
    let listed = store.notes("list:").unwrap();
    let listed: Vec<(&str, &str)> = listed.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(listed, [("list:%", "0"), ("list:a", "1"), ("list:b", "2")]);
    store.set_note("cursor", None).unwrap();
    store.set_note("cursor", None).unwrap();
    assert_eq!(store.note("cursor").unwrap(), None);
    assert_eq!(store.note(store::DATASET_ID).unwrap().unwrap().len(), 32);
    keeps_vectors(&*store);
    drop(store);
    keeps_unknown_fields(&open, &vault);
    counts::counts_photos(&open, &vault);
    keeps_no_id_of_what_was_withdrawn(&*open(), &vault);
    assert_eq!(open().load_vectors("lite0", &[id("1")]).unwrap(), [(id("1"), Vector::of(&[0.5, 7.0]))]);
}

/// What was withdrawn is gone with everything that names it; followers get a mark.
fn keeps_no_id_of_what_was_withdrawn(store: &dyn Store, vault: &Vault) {
    let marker = vault.marker();
    let (ids, before) = ([id("77"), id("78")], store.ids(None, 100).unwrap());
    let marks: Vec<PhotoId> = ids.iter().map(|id| marker.mark(id)).collect();
    for own in ["77", "78"] {
        store.save(&[vault.seal(photo(own)).unwrap()]).unwrap();
    }
    store.save_vectors("lite0", &[(id("77"), Vector::of(&[1.0]))]).unwrap();
    assert_eq!(store.ids(Some(&id("3")), 100).unwrap(), ids, "ids are in order");
    assert_eq!(store.ids(None, 2).unwrap(), before[..2]);
    // One of them was removed before, which left its id.
    store.remove(&ids[1..]).unwrap();
    let seen = store.last_seq().unwrap();
    assert_eq!(store.withdraw(&ids, &marks).unwrap(), 1);
    assert_eq!(store.ids(None, 100).unwrap(), before);
    assert!(store.load_vectors("lite0", &ids).unwrap().is_empty());
    let told =
        |after| store.changes(after, 1_000).unwrap().into_iter().map(|change| (change.id, change.photo.is_some()));
    assert!(told(seen).eq(marks.iter().map(|mark| (mark.clone(), false))), "followers get marks alone");
    assert!(told(0).all(|(id, _)| !ids.contains(&id)), "and nobody gets the id");
    let mut all = store.withdrawn(None).unwrap();
    all.sort();
    let mut wanted = marks.clone();
    wanted.sort();
    assert_eq!(all, wanted);
    assert_eq!(store.withdrawn(Some(&[marker.mark(&id("1")), marks[0].clone()])).unwrap(), marks[..1]);
    assert_eq!(store.withdraw(&ids, &marks).unwrap(), 0, "it can be repeated");
    store.withdraw(&[], &[marker.mark(&id("79"))]).unwrap();
    assert_eq!(store.withdrawn(None).unwrap().len(), 3);
}

/// Fields of a newer program survive this program: read, changed, saved, read again.
fn keeps_unknown_fields(open: &impl Fn() -> Box<dyn Store>, vault: &Vault) {
    let newer = json!({
        "id": "flickr:88", "title": "A monkey", "mood": "calm", "taxa": [{"id": 7, "rank": null}],
        "location": {"latitude": 1.5, "longitude": 2.5, "origin": "triangulated", "geoid": {"height_m": 3.25}},
        "media": "hologram",
        "place": {"subdivision": {"code": "MY-12", "origin": "surveyed"}},
        "file": {"sha256": "aa".repeat(32), "stored_sha256": "bb", "format": "avif", "width": 4, "height": 3, "orientation": 1,
            "bytes": 9, "stored_bytes": 8, "downloaded_at": "2026-05-01T12:00:00Z"},
        "searches": [{"term": "ape", "rank": 3, "engine": "b"}, {"term": "monkey", "rank": 1, "engine": {"name": "a"}}],
        "sizes": [{"label": "l", "url": "l.jpg", "width": 2, "height": 1, "codec": "avif", "spare~/": [null]}],
        "labels": {"s": {"version": "1", "at": "2026-01-01T00:00:00Z", "labels": [
            {"description": "fur", "score": 0.5}, {"description": "tail", "score": 0.5, "box": [0, 1]}]}},
    });
    let photo: Photo = serde_json::from_value(newer.clone()).unwrap();
    open().save(&[vault.seal(photo).unwrap()]).unwrap();
    let mut photo = open().load(&[id("88")]).unwrap().remove(0);
    assert_eq!(photo.media.as_str(), "hologram");
    photo.title = "Another".into();
    let mut again =
        Photo { id: id("88"), location: photo.location.clone(), title: "From the source".into(), ..Photo::default() };
    // The source gives a further size, and a search of ours finds the photo that sorts before the known ones.
    again.sizes = vec![Size { label: "s".into(), ..Size::default() }, photo.sizes[0].clone()];
    again.found_by(Found { term: "a first search".into(), rank: 9, ..Found::default() });
    open().save(&[vault.seal(photo.clone()).unwrap()]).unwrap();
    merge(&mut again, open().load(&[id("88")]).unwrap().remove(0));
    open().save(&[vault.seal(again).unwrap()]).unwrap();
    let read = serde_json::to_value(&open().load(&[id("88")]).unwrap()[0]).unwrap();
    let names = ["/location/origin", "/place/subdivision/origin", "/file/format"];
    for path in ["/mood", "/taxa", "/location/geoid", "/labels"].into_iter().chain(names) {
        assert_eq!(read.pointer(path), newer.pointer(path), "{path}");
    }
    let lists = [(&read["searches"], &newer["searches"]), (&read["sizes"], &newer["sizes"])];
    for (now, before) in lists.map(|(now, before)| (now.as_array().unwrap(), before.as_array().unwrap())) {
        assert_eq!(now[1..], before[..], "known items keep what they had");
        assert_eq!((now[0].get("engine"), now[0].get("codec")), (None, None), "and new ones get nothing of it");
    }
    assert_eq!(read["title"], "From the source");
    let names: BTreeSet<&str> = read.as_object().unwrap().keys().map(String::as_str).collect();
    assert!(["_id", "seq", "state", "key_id", "origin"].iter().all(|own| !names.contains(own)), "{names:?}");
    open().remove(&[id("88")]).unwrap();
}

fn keeps_vectors(store: &dyn Store) {
    let (one, other) = (Vector::of(&[0.25, -1.0]), Vector::of(&[0.5, 7.0]));
    assert!(store.scan_vectors("lite0", None, 10).unwrap().is_empty());
    let made: Vec<_> = ["3", "1", "20", "none"].map(|own| (id(own), one.clone())).into();
    store.save_vectors("lite0", &made).unwrap();
    store.save_vectors("lite0", &[(id("1"), other.clone())]).unwrap();
    store.save_vectors("other", &[(id("2"), other.clone())]).unwrap();
    let found = store.load_vectors("lite0", &[id("1"), id("2"), id("3"), id("none")]).unwrap();
    assert_eq!(
        found,
        [(id("1"), other.clone()), (id("3"), one.clone())],
        "the newest of each, and none of another dataset's"
    );
    assert_eq!((store.count_vectors("lite0").unwrap(), store.count_vectors("none").unwrap()), (3, 0));
    let all = store.scan_vectors("lite0", None, 2).unwrap();
    assert_eq!(all, [(id("1"), other), (id("20"), one.clone())]);
    assert_eq!(store.scan_vectors("lite0", Some(&all[1].0), 2).unwrap(), [(id("3"), one)]);
    let seq = store.last_seq().unwrap();
    store.remove(&[id("20")]).unwrap();
    assert!(store.load_vectors("lite0", &[id("20")]).unwrap().is_empty(), "a removed photo leaves no vector");
    assert_eq!(store.last_seq().unwrap(), seq + 1);
    let back = vault().seal(photo("20")).unwrap();
    store.save(&[back]).unwrap();
}

fn reports_changes(store: &dyn Store, vault: &Vault) {
    let all = store.changes_sealed(0, 10).unwrap();
    assert_eq!(all.iter().map(|change| change.id.own()).collect::<Vec<_>>(), ["3", "1", "20", "2"]);
    assert!(all.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    let seen = all.last().unwrap().seq;

    let digest = store::digest(store, Some(vault)).unwrap();
    store.save(&[vault.seal(photo("1")).unwrap()]).unwrap();
    assert_eq!(store::digest(store, Some(vault)).unwrap(), digest, "saving the same again changes nothing");
    assert_eq!(store.count_by_state().unwrap(), [(State::Found, 4)]);
    let mut failed = photo("2");
    failed.fault = Some(Fault::temporary(StageName::Download, "the server did not answer"));
    store.save(&[vault.seal(failed).unwrap()]).unwrap();
    assert_ne!(store::digest(store, Some(vault)).unwrap(), digest);
    assert_eq!(store.count_by_state().unwrap(), [(State::Found, 3), (State::Failed, 1)]);

    assert_eq!(store.remove(&[id("20"), id("none")]).unwrap(), 1);
    assert_eq!(store.remove(&[id("20")]).unwrap(), 0);
    let since = store.changes_sealed(seen, 10).unwrap();
    let told: Vec<_> = since.iter().map(|change| (change.id.own(), change.photo.is_some())).collect();
    assert_eq!(told, [("1", true), ("2", true), ("20", false)]);
    for (limit, after) in [(10, 0), (10, seen), (2, seen), (1, since[0].seq)] {
        let changes = store.changes_sealed(after, limit).unwrap();
        let open = changes.iter().map(|change| (change.seq, &change.id, change.photo.as_ref().map(SealedPhoto::photo)));
        let records = store.changes(after, limit).unwrap();
        let told = records.iter().map(|record| (record.seq, &record.id, record.photo.as_ref()));
        assert!(open.eq(told), "records are changes without sealed fields");
    }
    let page = store.changes_sealed(seen, 2).unwrap();
    assert_eq!(page.len(), 2);
    assert_eq!(store.changes_sealed(page[1].seq, 2).unwrap().len(), 1);

    store.save(&[vault.seal(photo("20")).unwrap()]).unwrap();
    let back = store.changes_sealed(since[2].seq, 10).unwrap();
    assert!(back.len() == 1 && back[0].photo.is_some(), "a removed photo that came back has no tombstone");
}

#[test]
fn sqlite_passes_the_store_contract() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path().join("monkeys"));
    check_store_contract(|| store::open(&dataset, Access::Write).unwrap());
    assert_eq!(store::verify(&dataset).unwrap(), store::Verification { photos: 4, problems: vec![] });
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(dataset.root()), 0o700);
        assert_eq!(mode(&dataset.database()), 0o600);
    }
}

#[test]
fn a_second_writer_gets_the_holder_of_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path());
    let first = store::open(&dataset, Access::Write).unwrap();
    let Err(StoreError::Locked { holder }) = store::open(&dataset, Access::Write) else { panic!("two writers") };
    assert!(holder.contains(&format!("process {}", std::process::id())), "{holder}");
    drop(first);
    assert!(store::open(&dataset, Access::Write).is_ok());
}

#[test]
fn a_reader_works_during_and_after_a_writer_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path());
    assert!(matches!(store::open(&dataset, Access::Read), Err(StoreError::Missing(_))));
    let writer = store::open(&dataset, Access::Write).unwrap();
    let reader = store::open(&dataset, Access::Read).unwrap();
    for own in ["1", "2", "3"] {
        writer.save(&[vault().seal(photo(own)).unwrap()]).unwrap();
        assert_eq!(own_ids(&reader.scan_sealed(None, 10).unwrap()).last(), Some(&own));
    }
    assert!(reader.save(&[vault().seal(photo("4")).unwrap()]).is_err());
    drop((reader, writer));
    assert!(!dataset.database().with_extension("db-wal").exists());
    assert_eq!(store::open(&dataset, Access::Read).unwrap().scan_sealed(None, 10).unwrap().len(), 3);
}

#[test]
fn a_newer_format_and_a_foreign_file_are_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path());
    drop(store::open(&dataset, Access::Write).unwrap());
    let db = rusqlite::Connection::open(dataset.database()).unwrap();
    db.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(db);
    for access in [Access::Read, Access::Write] {
        let Err(StoreError::Newer { found, .. }) = store::open(&dataset, access) else { panic!("opened") };
        assert_eq!(found, 99);
    }
    let stranger = Dataset::at(folder.path().join("stranger"));
    std::fs::create_dir(stranger.root()).unwrap();
    let db = rusqlite::Connection::open(stranger.database()).unwrap();
    db.execute_batch("CREATE TABLE theirs (x)").unwrap();
    drop(db);
    let before = std::fs::read(stranger.database()).unwrap();
    assert!(store::open(&stranger, Access::Write).is_err());
    assert_eq!(std::fs::read(stranger.database()).unwrap(), before);
}

#[test]
fn a_dataset_of_an_older_format_is_readable_and_upgraded_on_write() {
    older_formats(1, "DROP TABLE vector; PRAGMA user_version = 1;");
    older_formats(2, "PRAGMA user_version = 2;");
}

fn older_formats(format: u32, change: &str) {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path());
    store::open(&dataset, Access::Write).unwrap().save(&[vault().seal(photo("1")).unwrap()]).unwrap();
    let db = rusqlite::Connection::open(dataset.database()).unwrap();
    let columns = "ALTER TABLE photo DROP COLUMN comments; ALTER TABLE photo DROP COLUMN exif_api;";
    db.execute_batch(&format!("{columns} {change}")).unwrap();
    drop(db);
    let reader = store::open(&dataset, Access::Read).unwrap();
    let stored = reader.scan_sealed(None, 10).unwrap();
    assert_eq!((stored.len(), stored[0].tokens().len()), (1, 5), "format {format}");
    assert_eq!(reader.load_sealed(&[id("1")]).unwrap(), stored);
    assert_eq!(reader.changes_sealed(0, 9).unwrap().len() + reader.tally().unwrap().photos() as usize, 2);
    assert_eq!((reader.last_seq().unwrap(), reader.count_by_state().unwrap()), (1, vec![(State::Found, 1)]));
    assert!(store::verify(&dataset).unwrap().problems.is_empty());
    assert!(reader.load_vectors("lite0", &[id("1")]).unwrap().is_empty());
    assert!(reader.scan_vectors("lite0", None, 9).unwrap().is_empty());
    drop(reader);
    let writer = store::open(&dataset, Access::Write).unwrap();
    writer.save_vectors("lite0", &[(id("1"), Vector::of(&[1.0]))]).unwrap();
    drop(writer);
    assert_eq!(store::open(&dataset, Access::Read).unwrap().scan_vectors("lite0", None, 9).unwrap().len(), 1);
}

#[test]
fn a_damaged_store_is_detected() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path());
    let store = store::open(&dataset, Access::Write).unwrap();
    store.save(&[vault().seal(photo("1")).unwrap()]).unwrap();
    drop(store);
    let db = rusqlite::Connection::open(dataset.database()).unwrap();
    db.execute_batch("UPDATE photo SET record = replace(record, 'flickr:1', 'flickr:2'), owner = x'80'").unwrap();
    drop(db);
    assert_eq!(store::verify(&dataset).unwrap().problems.len(), 1);
    let reader = store::open(&dataset, Access::Read).unwrap();
    assert!(store::verify_seals(&*reader, &vault()).is_err());
}

#[test]
fn a_damaged_record_is_reported_and_affects_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path());
    let store = store::open(&dataset, Access::Write).unwrap();
    let photos: Vec<_> = (0..5).map(|own| vault().seal(photo(&own.to_string())).unwrap()).collect();
    store.save(&photos).unwrap();
    drop(store);
    let db = rusqlite::Connection::open(dataset.database()).unwrap();
    for (own, record) in [("1", "'{\"id\": '"), ("3", "CAST(x'ff00' AS TEXT)")] {
        db.execute_batch(&format!("UPDATE photo SET record = {record} WHERE id = 'flickr:{own}'")).unwrap();
    }
    drop(db);
    let reader = store::open(&dataset, Access::Read).unwrap();
    let records = reader.changes(0, 10).unwrap();
    let told: Vec<_> = records.iter().map(|record| (record.id.own(), record.photo.is_some(), record.damaged)).collect();
    let (whole, damaged) = ((true, false), (false, true));
    assert_eq!(
        told,
        [("0", whole), ("1", damaged), ("2", whole), ("3", damaged), ("4", whole)]
            .map(|(own, (is, not))| (own, is, not))
    );
    let server = ExplorerServer::open(Arc::from(reader), dataset.clone()).unwrap();
    assert_eq!(server.damaged().unwrap(), 2);
    let problems = store::verify(&dataset).unwrap().problems;
    assert!(
        problems.len() == 2 && problems[0].contains("flickr:1") && problems[1].contains("flickr:3"),
        "{problems:?}"
    );
    let verify = Command::new(env!("CARGO_BIN_EXE_gleaner")).arg("verify").arg(folder.path()).output().unwrap();
    let said = String::from_utf8(verify.stdout).unwrap();
    assert_eq!(verify.status.code(), Some(1), "{said}");
    assert!(said.contains("flickr:1 is damaged") && said.contains("flickr:3 is damaged"), "{said}");
}

/// The encodings of a name: UTF-8, both UTF-16, base64 at its three offsets, %XX.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let utf16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let mut forms = vec![text.as_bytes().to_vec(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)];
    for offset in 0..3_usize {
        let padded = [&b"xx"[..offset], text.as_bytes()].concat();
        let coded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(padded);
        forms.push(coded.as_bytes()[[0, 2, 3][offset]..coded.len() - 1].to_vec());
    }
    forms.push(text.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect());
    forms
}

fn bytes_below(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.flat_map(|path| if path.is_dir() { bytes_below(&path) } else { std::fs::read(path).unwrap() }).collect()
}

#[test]
fn no_planted_name_is_found_in_the_datasets_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path());
    let store = store::open(&dataset, Access::Write).unwrap();
    let vault = vault();
    let canaries: Vec<_> = (0..40).map(|n| format!("Canary-Pérsón-{n:04}-Zq")).collect();
    let photos = canaries.iter().enumerate().map(|(n, canary)| {
        let mut photo = Photo { id: id(&n.to_string()), title: "plain-title-canary".into(), ..Photo::default() };
        for field in PersonalField::ALL {
            photo.personal.find(field, json!(canary));
        }
        vault.seal(photo).unwrap()
    });
    store.save(&photos.collect::<Vec<_>>()).unwrap();
    store.remove(&[id("3")]).unwrap();
    let found = |bytes: &[u8], form: &[u8]| bytes.windows(form.len()).any(|window| window == form);
    let at_work = bytes_below(folder.path());
    drop(store);
    let at_rest = bytes_below(folder.path());
    assert!(found(&at_rest, b"plain-title-canary"), "the search must find a planted text");
    // The common part of all canaries: one pass finds any of them.
    for form in forms("Canary-Pérsón-") {
        assert!(!found(&at_work, &form) && !found(&at_rest, &form), "found {}", String::from_utf8_lossy(&form));
    }
}

/// Not a test of its own: the process that `an_acknowledged_save_survives_kill_9` kills.
#[test]
#[ignore = "run by another test"]
fn child_that_saves_until_killed() {
    let Some(folder) = std::env::var_os("GLEANER_TEST_CHILD") else { return println!("skipped: run by another test") };
    let store = store::open(&Dataset::at(folder), Access::Write).unwrap();
    let vault = vault();
    for batch in 0.. {
        let photos: Vec<_> = (0..20).map(|n| vault.seal(photo(&format!("{batch}-{n}"))).unwrap()).collect();
        store.save(&photos).unwrap();
        println!("\nsaved {batch}");
    }
}

#[test]
fn an_acknowledged_save_survives_kill_9() {
    for round in 1..=4 {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store_contract::child_that_saves_until_killed", "--ignored", "--nocapture"])
            .env("GLEANER_TEST_CHILD", folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut saved = lines.filter_map(|line| line.strip_prefix("saved ")?.parse::<u64>().ok());
        let last = saved.by_ref().nth(round * 2).expect("the child saves");
        child.kill().unwrap();
        let last = saved.last().unwrap_or(last);
        child.wait().unwrap();

        let dataset = Dataset::at(folder.path());
        let found = store::verify(&dataset).unwrap();
        assert!(found.problems.is_empty(), "{:?}", found.problems);
        assert_eq!(found.photos % 20, 0, "a save is complete or absent");
        let counted = store::open(&dataset, Access::Read).unwrap().tally().unwrap();
        assert_eq!(counted.photos(), found.photos, "the counts agree with the records");
        let store = store::open(&dataset, Access::Write).unwrap();
        let wanted: BTreeSet<_> = (0..=last).flat_map(|b| (0..20).map(move |n| id(&format!("{b}-{n}")))).collect();
        let there = store.load_sealed(&wanted.iter().cloned().collect::<Vec<_>>()).unwrap();
        assert_eq!(there.len(), wanted.len(), "round {round}: an acknowledged save is missing");
        assert_eq!(store::verify_seals(&*store, &vault()).unwrap(), found.photos);
    }
}
