//! The pass that finds one photo at several sources, interrupted after each of its transactions, on both stores.

use std::collections::BTreeMap;

use gleaner::dataset::Dataset;
use gleaner::hash::sha256_hex;
use gleaner::photo::{ImageFile, Photo, PhotoId};
use gleaner::pipeline::Stop;
use gleaner::pipeline::same_photo;
use gleaner::seal::{Key, SealedPhoto, Vault};
use gleaner::store::{self, Access, Store};
use tempfile::TempDir;

use crate::mongodb::server::shared;
/// Photos that two sources have with equal bytes: more than three transactions.
const PAIRS: u32 = 350;
/// Photos in a transaction of the pass.
const BATCH: usize = 200;

fn photo(source: &str, number: u32) -> Photo {
    let at = "2026-05-01T12:00:00Z".parse().unwrap();
    let file = ImageFile {
        sha256: sha256_hex(&number.to_le_bytes()).parse().unwrap(),
        stored_sha256: sha256_hex(&number.to_be_bytes()),
        format: "jpeg".into(),
        width: 400,
        height: 300,
        orientation: 1,
        bytes: 9,
        stored_bytes: 9,
        downloaded_at: at,
        end_marker_added: false,
        animation_removed: false,
        not_decoded: None,
    };
    Photo { id: PhotoId::new(source, &format!("{number:04}")), file: Some(file), ..Photo::default() }
}

fn photos() -> Vec<SealedPhoto> {
    let vault = Vault::new(Key::generate());
    let both = (0..PAIRS).flat_map(|number| ["flickr", "inaturalist"].map(|source| photo(source, number)));
    let alone = (PAIRS..PAIRS + 40).map(|number| photo("flickr", number));
    both.chain(alone).map(|photo| vault.seal(photo).unwrap()).collect()
}

fn all(store: &dyn Store) -> BTreeMap<PhotoId, Photo> {
    store.scan(None, 10_000).unwrap().into_iter().map(|photo| (photo.id.clone(), photo)).collect()
}

/// What a pass that is killed after each of its transactions leaves, and the next one makes of it.
fn check(dataset: &Dataset) {
    let store = store::open(dataset, Access::Write).unwrap();
    let before = photos();
    store.save(&before).unwrap();
    assert_eq!(same_photo::find(store.as_ref(), &Stop::default()).unwrap(), u64::from(PAIRS));
    let whole = all(store.as_ref());
    assert_eq!(whole.values().filter(|photo| !photo.is_listed()).count(), PAIRS as usize);
    let marked: Vec<PhotoId> = whole.keys().filter(|id| id.own() < &*format!("{PAIRS:04}")).cloned().collect();
    assert_eq!(marked.len(), 2 * PAIRS as usize);
    let originals: BTreeMap<PhotoId, &SealedPhoto> =
        before.iter().map(|sealed| (sealed.photo().id.clone(), sealed)).collect();
    for done in (0..marked.len()).step_by(BATCH) {
        // The rest is as before the pass.
        let rest = &marked[done..];
        let undo = |sealed: SealedPhoto| {
            let original = originals[&sealed.photo().id].photo();
            Some(sealed.with_other_records(original.other_records.clone(), original.same_as.clone()))
        };
        for some in rest.chunks(BATCH) {
            store.update(some, &mut |_, known| Ok(known.into_iter().filter_map(undo).collect())).unwrap();
        }
        assert_ne!(all(store.as_ref()), whole, "{done}");
        assert_eq!(same_photo::find(store.as_ref(), &Stop::default()).unwrap(), u64::from(PAIRS));
        assert_eq!(all(store.as_ref()), whole, "after {done} photos");
    }
    let seq = store.last_seq().unwrap();
    same_photo::find(store.as_ref(), &Stop::default()).unwrap();
    assert_eq!(store.last_seq().unwrap(), seq, "nothing is left to do");
}

#[test]
fn a_pass_that_was_interrupted_is_completed_by_the_next_one() {
    let folder = TempDir::new().unwrap();
    check(&Dataset::at(folder.path().join("d")));
}

#[test]
fn a_pass_that_was_interrupted_is_completed_by_the_next_one_on_mongodb() {
    let Some(mongo) = shared() else { return };
    let folder = TempDir::new().unwrap();
    check(&mongo.dataset(folder.path()));
}
