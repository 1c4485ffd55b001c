//! The counts of a store are those of its records.

use std::collections::BTreeMap;

use gleaner::dataset::Dataset;
use gleaner::photo::{Fault, Found, ImageFile, Photo, PhotoId, Score, ScoreKey, StageName, Thumbnail};
use gleaner::seal::{SealedPhoto, Vault};
use gleaner::store::{self, Access, Aspect, IMAGE, RecordRead, Store};

use super::{id, vault};
use crate::memory::Memory;
use crate::seal::photo;

/// A photo in one of many forms, by a number.
fn varied(own: u64, form: u64) -> Photo {
    let mut photo = photo(&format!("varied-{own}"));
    for term in ["ape", "猿"].iter().take((form % 3) as usize) {
        photo.found_by(Found {
            term: (*term).to_owned(),
            rank: form,
            bbox: form.is_multiple_of(2).then(|| "1,2,3,4".to_owned()),
            ..Found::default()
        });
        photo.found_by(Found { term: (*term).to_owned(), rank: form, ..Found::default() });
    }
    if form % 5 < 3 {
        let scored = Score::known(0.5, "local", &format!("v{}", form % 4));
        photo.scores.insert(ScoreKey::by("monkey", "local"), scored.clone());
        photo.scores.insert(ScoreKey::main("monkey"), scored);
        photo.scores.insert(ScoreKey::by("monkey", "review"), Score::known(1.0, "review", &format!("{form} ann")));
    }
    if form % 7 < 4 {
        let file =
            ImageFile { sha256: "aa".repeat(32).parse().unwrap(), stored_bytes: 100 + form, ..ImageFile::default() };
        photo.file = Some(file);
        photo.thumbnail = Some(Thumbnail::default());
    }
    if form.is_multiple_of(11) {
        photo.fault = Some(Fault::temporary(StageName::Download, "the host did not answer"));
    }
    photo
}

/// The counts are those of the records, whatever was written in whatever order.
pub fn counts_photos(open: &impl Fn() -> Box<dyn Store>, vault: &Vault) {
    let check = |store: &dyn Store| {
        let records = Memory::of(&store.scan_sealed(None, 1_000).unwrap());
        assert_eq!(store.tally().unwrap(), records.tally().unwrap());
    };
    let store = open();
    check(store.as_ref());
    let mut number: u64 = 7;
    let mut next = |below: u64| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (number >> 33) % below
    };
    for _ in 0..40 {
        // The same photo may be in a batch twice.
        let photos: Vec<_> = (0..next(5)).map(|_| vault.seal(varied(next(8), next(60))).unwrap()).collect();
        match next(4) {
            0 => drop(store.remove(&[id(&format!("varied-{}", next(8)))]).unwrap()),
            1 => {
                let ids: Vec<PhotoId> = (0..8).map(|own| id(&format!("varied-{own}"))).collect();
                let mut rescored = |sealed: SealedPhoto| {
                    let scores = varied(0, next(60)).scores;
                    sealed.with_scores(scores, BTreeMap::new())
                };
                store.update(&ids, &mut |_, known| Ok(known.into_iter().map(&mut rescored).collect())).unwrap();
            }
            _ => store.save(&photos).unwrap(),
        }
        check(store.as_ref());
    }
    let tally = store.tally().unwrap();
    assert!(tally.photos() > 4 && tally.get(Aspect::Search, "ape").photos > 0, "{tally:?}");
    assert!(tally.get(Aspect::Part, IMAGE).bytes > 100 && tally.owners == 1, "{tally:?}");
    assert!(tally.scored("monkey@review").count() <= 1 && tally.scored("monkey@local").count() > 0, "{tally:?}");
    assert_eq!(store.count_by_state().unwrap().iter().map(|(_, count)| count).sum::<u64>(), tally.photos());
    drop(store);
    check(open().as_ref());
    let ids: Vec<PhotoId> = (0..8).map(|own| id(&format!("varied-{own}"))).collect();
    open().remove(&ids).unwrap();
    check(open().as_ref());
}

#[test]
fn counts_are_made_again_after_another_program_has_written() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path());
    let store = store::open(&dataset, Access::Write).unwrap();
    store.save(&(0..5).map(|n| vault().seal(varied(n, n)).unwrap()).collect::<Vec<_>>()).unwrap();
    drop(store);
    let sql = |text: &str| rusqlite::Connection::open(dataset.database()).unwrap().execute_batch(text).unwrap();
    let check = || {
        let reader = store::open(&dataset, Access::Read).unwrap();
        let records = Memory::of(&reader.scan_sealed(None, 1_000).unwrap());
        assert_eq!(reader.tally().unwrap(), records.tally().unwrap());
    };
    // An older program knows no counts: it removes and changes records, and does not touch the table.
    for change in [
        "DELETE FROM photo WHERE id = 'flickr:varied-1'; INSERT INTO tombstone VALUES ('flickr:varied-1', 100)",
        "UPDATE photo SET seq = 200, record = replace(record, '\"ape\"', '\"monkey\"') WHERE id = 'flickr:varied-2'",
        "DROP TABLE tally",
        "UPDATE tally SET value = '0' WHERE aspect = 'counted'; UPDATE tally SET photos = 9 WHERE aspect = 'state'",
    ] {
        sql(change);
        check();
        let writer = store::open(&dataset, Access::Write).unwrap();
        writer.save(&[vault().seal(varied(0, 3)).unwrap()]).unwrap();
        drop(writer);
        check();
    }
    // The record that is replaced cannot be read, so that what was counted of it is not known.
    sql("UPDATE photo SET record = '{' WHERE id = 'flickr:varied-3'");
    store::open(&dataset, Access::Write).unwrap().save(&[vault().seal(varied(3, 5)).unwrap()]).unwrap();
    check();
    drop(store::open(&dataset, Access::Write).unwrap());
    check();
}
