//! Push and pull between a folder and a server: only changes are copied, and no one's changes are lost.

use std::collections::BTreeMap;

use gleaner::dataset::Dataset;
use gleaner::photo::{Photo, PhotoId, Score, ScoreKey, Vector};
use gleaner::pipeline::Stop;
use gleaner::pipeline::copy::{Copied, CopyOptions, copy};
use gleaner::seal::{Key, SealedPhoto, Vault};
use gleaner::store::{self, Access, Store, adopt_key};
use tempfile::TempDir;

use super::server::shared;
use crate::seal::photo;

struct TwoStores {
    local: Box<dyn Store>,
    remote: Box<dyn Store>,
    vault: Vault,
    folder: TempDir,
}

impl TwoStores {
    fn new(ids: &[&str]) -> Option<Self> {
        let mongo = shared()?;
        let folder = tempfile::tempdir().unwrap();
        let key = Key::generate();
        let local = store::open(&Dataset::at(folder.path().join("local")), Access::Write).unwrap();
        adopt_key(local.as_ref(), &key).unwrap();
        let remote = store::open(&mongo.dataset(folder.path()), Access::Write).unwrap();
        let vault = Vault::new(key);
        let pair = Self { local, remote, vault, folder };
        let photos: Vec<_> = ids.iter().map(|id| pair.vault.seal(photo(id)).unwrap()).collect();
        pair.local.save(&photos).unwrap();
        Some(pair)
    }

    fn push(&self) -> Copied {
        carry(self.local.as_ref(), self.remote.as_ref(), false)
    }

    fn pull(&self) -> Copied {
        carry(self.remote.as_ref(), self.local.as_ref(), false)
    }

    fn are_equal(&self) -> bool {
        let digest = |store: &dyn Store| store::digest(store, Some(&self.vault)).unwrap();
        digest(self.local.as_ref()) == digest(self.remote.as_ref())
    }

    fn of(store: &dyn Store, id: &str) -> Photo {
        store.load_sealed(&[PhotoId::new("flickr", id)]).unwrap()[0].photo().clone()
    }

    /// Changes a photo on its own side, as another user would.
    fn change(store: &dyn Store, vault: &Vault, id: &str, change: impl Fn(&mut Photo)) {
        let ids = [PhotoId::new("flickr", id)];
        let changed = |_: &[PhotoId], known: Vec<SealedPhoto>| {
            let mut photo = known.into_iter().next().unwrap().into_photo();
            change(&mut photo);
            Ok(vec![vault.seal(photo)?])
        };
        store.update(&ids, &mut { changed }).unwrap();
    }
}

fn carry(from: &dyn Store, to: &dyn Store, all: bool) -> Copied {
    let stop = Stop::default();
    copy(
        from,
        to,
        &CopyOptions {
            all,
            on_begin: &|_| {},
            on_batch: &|_| {},
            copy_files: &|_| Ok(()),
            withdrawals: None,
            stop: &stop,
        },
    )
    .unwrap()
}

#[test]
fn a_record_that_no_server_can_hold_costs_only_itself() {
    let Some(pair) = TwoStores::new(&["1", "2", "3"]) else { return };
    // As a program of before could write them to SQLite.
    TwoStores::change(pair.local.as_ref(), &pair.vault, "2", |photo| photo.views = Some(1 << 63));
    TwoStores::change(pair.local.as_ref(), &pair.vault, "3", |photo| photo.description = "x".repeat(17 << 20));
    let mut copied = pair.push();
    copied.refused.sort();
    assert_eq!(copied.new, 1);
    let said: Vec<_> = copied.refused.iter().map(|record| format!("{}: {}", record.id, record.why)).collect();
    assert_eq!(
        said,
        [
            "flickr:2: views is 9223372036854775808; the largest number of a record is 9223372036854775807",
            "flickr:3: it has 18 MB; a record has at most 16 MB",
        ]
    );
    assert_eq!(pair.push(), Copied::default(), "the rest is there");
    TwoStores::change(pair.local.as_ref(), &pair.vault, "2", |photo| photo.views = Some(7));
    assert_eq!(pair.push(), Copied { new: 1, ..Copied::default() });
}

#[test]
fn a_push_brings_everything_and_the_next_one_only_what_changed() {
    let Some(pair) = TwoStores::new(&["1", "2", "3", "4"]) else { return };
    pair.local.save_vectors("lite0", &[(PhotoId::new("flickr", "2"), Vector::of(&[0.5]))]).unwrap();
    assert_eq!(pair.push(), Copied { new: 4, ..Copied::default() });
    assert!(pair.are_equal());
    assert_eq!(pair.remote.vector_models().unwrap(), ["lite0"]);
    assert_eq!(pair.remote.count_vectors("lite0").unwrap(), 1);
    assert_eq!(pair.push(), Copied::default());
    TwoStores::change(pair.local.as_ref(), &pair.vault, "2", |photo| photo.title = "another".into());
    pair.local.remove(&[PhotoId::new("flickr", "3")]).unwrap();
    let seq = pair.remote.last_seq().unwrap();
    assert_eq!(pair.push(), Copied { changed: 1, removed: 1, ..Copied::default() });
    assert_eq!(pair.remote.changes_sealed(seq, 10).unwrap().len(), 2, "nothing else was written");
    assert!(pair.are_equal());
    assert_eq!(carry(pair.local.as_ref(), pair.remote.as_ref(), true), Copied { same: 3, ..Copied::default() });
}

#[test]
fn what_was_withdrawn_on_one_side_leaves_the_other_and_is_not_brought_back() {
    let Some(pair) = TwoStores::new(&["1", "2", "3", "4"]) else { return };
    pair.push();
    let id = |own: &str| PhotoId::new("flickr", own);
    let withdraw = |store: &dyn Store, own: &str| {
        let marker = store::marker_or_new(store, &pair.vault).unwrap();
        store.withdraw(&[id(own)], &[marker.mark(&id(own))]).unwrap();
    };
    withdraw(pair.local.as_ref(), "1");
    withdraw(pair.remote.as_ref(), "2");
    let target = Dataset::at(pair.folder.path().join("local"));
    let copied = |from: &dyn Store, to: &dyn Store| {
        let stop = Stop::default();
        let withdrawals = Some((&pair.vault, &target));
        let quiet = |_: u64| {};
        let options = CopyOptions {
            all: true,
            on_begin: &quiet,
            on_batch: &quiet,
            copy_files: &|_| Ok(()),
            withdrawals,
            stop: &stop,
        };
        copy(from, to, &options).unwrap()
    };
    let without_key = CopyOptions {
        all: false,
        on_begin: &|_| {},
        on_batch: &|_| {},
        copy_files: &|_| Ok(()),
        withdrawals: None,
        stop: &Stop::default(),
    };
    let refused = copy(pair.local.as_ref(), pair.remote.as_ref(), &without_key).unwrap_err();
    assert!(refused.to_string().contains("only the dataset's key recognises"), "{refused}");
    assert_eq!(copied(pair.local.as_ref(), pair.remote.as_ref()).removed, 1);
    let ids = |store: &dyn Store| store.ids(None, 10).unwrap();
    assert_eq!(ids(pair.remote.as_ref()), [id("3"), id("4")], "the other side had withdrawn one itself");
    assert_eq!(copied(pair.remote.as_ref(), pair.local.as_ref()).removed, 1);
    assert_eq!(ids(pair.local.as_ref()), [id("3"), id("4")]);
    assert!(pair.are_equal());
}

#[test]
fn changes_of_both_sides_are_merged() {
    let Some(pair) = TwoStores::new(&["1", "2"]) else { return };
    pair.push();
    let score = |by: &str| BTreeMap::from([(ScoreKey::by("monkey", by), Score::known(0.5, by, "1"))]);
    // A colleague scores a photo on the server, and here its title and another score change.
    TwoStores::change(pair.remote.as_ref(), &pair.vault, "1", |photo| photo.scores = score("vision"));
    TwoStores::change(pair.local.as_ref(), &pair.vault, "1", |photo| {
        photo.title = "as I see it".into();
        photo.scores = score("local");
    });
    // The other photo was changed on this side only: it was removed.
    TwoStores::change(pair.local.as_ref(), &pair.vault, "2", |photo| photo.title.clear());
    assert_eq!(pair.push(), Copied { changed: 2, merged: 1, ..Copied::default() });
    let there = TwoStores::of(pair.remote.as_ref(), "1");
    assert_eq!(there.title, "as I see it");
    assert_eq!(there.scores.keys().map(ScoreKey::as_str).collect::<Vec<_>>(), ["monkey@local", "monkey@vision"]);
    assert!(TwoStores::of(pair.remote.as_ref(), "2").title.is_empty());
    assert_eq!(pair.pull(), Copied { changed: 1, merged: 1, same: 1, ..Copied::default() });
    assert!(pair.are_equal());
}

#[test]
fn a_pull_into_an_empty_folder_creates_the_same_dataset() {
    let Some(pair) = TwoStores::new(&["1", "2", "3"]) else { return };
    pair.push();
    let copied = store::open(&Dataset::at(pair.folder.path().join("copy")), Access::Write).unwrap();
    assert_eq!(carry(pair.remote.as_ref(), copied.as_ref(), false).new, 3);
    assert_eq!(
        store::digest(copied.as_ref(), Some(&pair.vault)).unwrap(),
        store::digest(pair.local.as_ref(), Some(&pair.vault)).unwrap()
    );
    for note in [store::DATASET_ID, store::KEY_ID] {
        assert_eq!(copied.note(note).unwrap(), pair.local.note(note).unwrap());
    }
    assert_ne!(copied.note(store::STORE_ID).unwrap(), pair.local.note(store::STORE_ID).unwrap());
}

#[test]
fn another_dataset_or_another_key_is_refused() {
    let (Some(one), Some(other)) = (TwoStores::new(&["1"]), TwoStores::new(&["1"])) else { return };
    one.push();
    let stop = Stop::default();
    let copying = CopyOptions {
        all: false,
        on_begin: &|_| {},
        on_batch: &|_| {},
        copy_files: &|_| Ok(()),
        withdrawals: None,
        stop: &stop,
    };
    let refused = copy(other.local.as_ref(), one.remote.as_ref(), &copying).unwrap_err();
    assert!(refused.to_string().contains("was sealed with another key"), "{refused}");
    assert_eq!(one.push(), Copied::default());
    assert!(one.are_equal());
}

#[test]
fn a_damaged_record_is_not_copied_and_is_replaced_by_the_whole_one_of_the_other_side() {
    let Some(pair) = TwoStores::new(&["1", "2"]) else { return };
    pair.push();
    let db = rusqlite::Connection::open(pair.folder.path().join("local/dataset.db")).unwrap();
    db.execute_batch("UPDATE photo SET record = replace(record, 'A monkey', 'A donkey') WHERE id = 'flickr:2'")
        .unwrap();
    drop(db);
    let pushed = carry(pair.local.as_ref(), pair.remote.as_ref(), true);
    assert_eq!(pushed, Copied { same: 1, ..Copied::default() }, "neither removed nor changed there");
    assert_eq!(TwoStores::of(pair.remote.as_ref(), "2").title, "A monkey");
    assert_eq!(pair.local.damage().found().records.len(), 1);
    let pulled = carry(pair.remote.as_ref(), pair.local.as_ref(), true);
    assert_eq!(pulled, Copied { changed: 1, same: 1, ..Copied::default() });
    assert!(pair.local.damage().is_empty() && pair.are_equal());
}
