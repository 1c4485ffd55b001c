//! The columns have the same content whether they are read from the store or from a snapshot.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use gleaner::dataset::Dataset;
use gleaner::explorer::{Explorer, MapQuery, Measure, Sort};
use gleaner::photo::{Found, PhotoId, Place, Score};
use gleaner::store::{self, Access, Store};

use super::generated::{CLAUSES, World, filter, photo};
use super::{counts, gallery};

/// All results of an explorer for a filter.
fn told(explorer: &Explorer, text: &str) -> String {
    let filter = filter(text);
    let mut facets = serde_json::to_value(explorer.facets(&filter, &[])).unwrap();
    let query = MapQuery { zoom: 4.0, measure: Measure::Score("monkey".into()), ..MapQuery::default() };
    let mut map = serde_json::to_value(explorer.map(&filter, &query)).unwrap();
    // The number of changes while the program ran is not about the photos.
    facets["generation"] = 0.into();
    map["generation"] = 0.into();
    let pages = ["newest", "views", "score.cage"].map(|name| Sort::named(name).unwrap());
    let pages = pages.map(|sort| (explorer.window(&filter, &sort, 0, 500).ids, explorer.ticks(&filter, &sort).1));
    let summary = explorer.summary();
    format!("{facets}\n{map}\n{pages:?}\n{:?}\n{:?}", summary.terms, explorer.view(&filter).seasons())
}

#[test]
fn columns_read_from_a_snapshot_are_equal() {
    let world = World::of(300);
    let built = world.explorer();
    let path = world.dataset().snapshot();
    let written = fs::metadata(&path).unwrap().modified().unwrap();
    let loaded = world.explorer();
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), written, "it was read, not written again");
    for text in CLAUSES.iter().chain(&[""]) {
        assert_eq!(told(&built, text), told(&loaded, text), "{text}");
    }
}

#[test]
fn changes_since_the_snapshot_are_read_and_then_saved_in_it() {
    let mut world = World::of(120);
    drop(world.explorer());
    world.save((100..160).map(photo).collect());
    world.remove(&PhotoId::new("flickr", "5"));
    let explorer = world.explorer();
    for text in CLAUSES.iter().step_by(5).chain(&[""]) {
        counts::check(&world, &explorer, &filter(text));
    }
    gallery::check_with(&world, &explorer);
    explorer.save_snapshot().unwrap();
    let bytes = fs::read(world.dataset().snapshot()).unwrap();
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"flickr:159\n") && !holds(b"flickr:5\n"), "removed photos are not in the file");
    let again = world.explorer();
    assert_eq!(told(&explorer, "views:10.."), told(&again, "views:10.."));
    gallery::check_with(&world, &again);
}

#[test]
fn names_of_removed_photos_only_are_not_in_the_file() {
    let mut world = World::of(50);
    let mut odd = photo(70);
    odd.found_by(Found { term: "oddterm".into(), rank: 1, ..Found::default() });
    odd.owner_pseudonym = Some("0ddpseudonym".into());
    odd.place = Some(Place { country: Some("XK".into()), country_name: Some("Oddland".into()), ..Place::default() });
    odd.scores.insert("oddconcept".into(), Score::known(0.5, "", ""));
    let id = odd.id.clone();
    world.save(vec![odd]);
    let path = world.dataset().snapshot();
    let holds = |text: &str| {
        let bytes = fs::read(&path).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    let odd = ["oddterm", "0ddpseudonym", "Oddland", "oddconcept"];
    drop(world.explorer());
    assert!(odd.iter().all(|name| holds(name)));
    world.remove(&id);
    let explorer = world.explorer();
    explorer.save_snapshot().unwrap();
    assert!(!odd.iter().any(|name| holds(name)));
    for text in CLAUSES.iter().chain(&[""]) {
        assert_eq!(told(&world.explorer(), text), told(&explorer, text), "{text}");
    }
}

#[test]
fn a_snapshot_of_another_history_is_not_used() {
    let mut world = World::of(100);
    let folder = tempfile::tempdir().unwrap();
    let put_back = Dataset::at(folder.path());
    for name in ["dataset.db", "dataset.db-wal"] {
        fs::copy(world.dataset().root().join(name), folder.path().join(name)).unwrap();
    }
    world.save((100..150).map(photo).collect());
    drop(world.explorer());
    fs::create_dir(folder.path().join("index")).unwrap();
    fs::copy(world.dataset().snapshot(), put_back.snapshot()).unwrap();
    let store: Arc<dyn Store> = store::open(&put_back, Access::Write).unwrap().into();
    let mut other =
        World { folder, store, photos: (0..100).map(photo).collect(), ids: std::collections::HashSet::new() };
    other.save((200..280).map(photo).collect());
    let explorer = other.explorer();
    assert_eq!(explorer.summary().photos, 180);
    counts::check(&other, &explorer, &filter(""));
}

#[test]
fn an_invalid_snapshot_is_ignored_and_the_store_is_read() {
    let world = World::of(60);
    let told_first = told(&world.explorer(), "");
    let path = world.dataset().snapshot();
    let whole = fs::read(&path).unwrap();
    let flipped = (0..whole.len()).step_by(whole.len() / 150).map(|at| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        bytes
    });
    let cut = (0..whole.len()).step_by(whole.len() / 40).map(|length| whole[..length].to_vec());
    let longer = [whole.as_slice(), b"more"].concat();
    for bytes in flipped.chain(cut).chain([longer]) {
        fs::write(&path, &bytes).unwrap();
        assert_eq!(told(&world.explorer(), ""), told_first);
        assert!(fs::read(&path).unwrap().len() == whole.len(), "it is rewritten");
    }
}

#[test]
fn another_datasets_snapshot_and_one_newer_than_the_store_are_not_used() {
    let (one, mut other) = (World::of(40), World::of(70));
    drop((one.explorer(), other.explorer()));
    fs::copy(other.dataset().snapshot(), one.dataset().snapshot()).unwrap();
    assert_eq!(one.explorer().summary().photos, 40);
    // A newer snapshot with an older store.
    let folder = tempfile::tempdir().unwrap();
    fs::copy(other.dataset().database(), folder.path().join("dataset.db")).unwrap();
    let wal = other.dataset().root().join("dataset.db-wal");
    fs::copy(wal, folder.path().join("dataset.db-wal")).unwrap();
    other.save((70..90).map(photo).collect());
    other.explorer().save_snapshot().unwrap();
    let before = Dataset::at(folder.path());
    fs::create_dir(folder.path().join("index")).unwrap();
    fs::copy(other.dataset().snapshot(), before.snapshot()).unwrap();
    let store = store::open(&before, Access::Write).unwrap().into();
    assert_eq!(Explorer::open(store, &before).unwrap().summary().photos, 70);
    assert_eq!(other.explorer().summary().photos, 90);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_no_error() {
    let world = World::of(30);
    let index = world.dataset().root().join("index");
    // A file in place of the folder prevents writing, even as root.
    fs::write(&index, b"").unwrap();
    let explorer = world.explorer();
    assert_eq!(explorer.summary().photos, 30);
    assert!(explorer.save_snapshot().is_err());
    assert_eq!(world.explorer().summary().photos, 30);
    fs::remove_file(&index).unwrap();
    fs::set_permissions(world.dataset().root(), fs::Permissions::from_mode(0o500)).unwrap();
    assert_eq!(world.explorer().summary().photos, 30);
    fs::set_permissions(world.dataset().root(), fs::Permissions::from_mode(0o700)).unwrap();
}
