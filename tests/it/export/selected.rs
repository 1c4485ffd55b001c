//! Exports of a filter: the same bytes whether the explorer's snapshot says which photos pass or every record is read.

use std::fs;
use std::sync::Arc;

use gleaner::dataset::Dataset;
use gleaner::explorer::Explorer;
use gleaner::export::{EXPORTS, Export, ExportContext, KeyUse, OptionValues};
use gleaner::photo::filter::Filter;
use gleaner::photo::{Found, Location, Photo, PhotoId, Place};
use gleaner::store::{self, Access, KnownDigest, Store, StoreState};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::{full, vault};
use crate::filter::property::any_filter;

/// Photos that differ in what filters ask for; one is the copy of another.
fn photos() -> Vec<Photo> {
    let photo = |n: u64| Photo {
        id: PhotoId::new("flickr", &format!("{}", 100 + n)),
        title: ["monkey", "猴子", "Straße"][(n % 3) as usize].into(),
        searches: vec![Found { term: "monkey".into(), rank: n + 1, ..Found::default() }],
        views: (!n.is_multiple_of(5)).then_some(n * 37),
        taken: gleaner::photo::Taken::parse(&format!("{}-{:02}-11", 2004 + n % 18, 1 + n % 12))
            .filter(|_| !n.is_multiple_of(7)),
        location: Location::new(-60.0 + n as f64, n as f64 * 2.0 - 170.0).filter(|_| !n.is_multiple_of(4)),
        place: (!n.is_multiple_of(4)).then(|| Place { country: Some("MY".into()), ..Place::default() }),
        same_as: (n == 50).then(|| PhotoId::new("flickr", "100")),
        ..Photo::default()
    };
    (0..120).map(photo).chain([full()]).collect()
}

fn saved(folder: &std::path::Path) -> (Dataset, Arc<dyn Store>) {
    let dataset = Dataset::at(folder);
    let store: Arc<dyn Store> = store::open(&dataset, Access::Write).unwrap().into();
    store.save(&photos().into_iter().map(|photo| vault().seal(photo).unwrap()).collect::<Vec<_>>()).unwrap();
    (dataset, store)
}

/// The bytes and the manifest of an export, without what depends on the time.
fn exported(store: &dyn Store, dataset: &Dataset, format: &str, filter: &Filter) -> (Vec<u8>, Value, u64) {
    let format = gleaner::export::format(format).unwrap();
    let context =
        ExportContext { options: OptionValues::of(format, []).unwrap(), ..ExportContext::sealed(dataset.clone()) };
    let mut export = Export::open(format, &context, filter.clone()).unwrap().recorded();
    let mut out = Vec::new();
    let summary = export.write_all_with(store, &mut out, &mut |_| {}).unwrap();
    let read = export.read();
    let manifest = export.manifest(store, &summary, None).unwrap().text().unwrap();
    let mut manifest: Value = serde_json::from_str(&manifest).unwrap();
    (manifest["made_at"], manifest["digest"]) = (Value::Null, Value::Null);
    (out, manifest, read)
}

#[test]
fn a_filtered_export_has_the_same_bytes_with_and_without_the_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let (dataset, store) = saved(folder.path());
    let formats: Vec<&str> =
        EXPORTS.iter().filter(|format| format.key != KeyUse::Always).map(|format| format.name).collect();
    let explorer = Explorer::open(Arc::clone(&store), &dataset).unwrap();
    let mut skipped = 0;
    let mut runner = TestRunner::deterministic();
    for turn in 0..60 {
        let filter = any_filter().new_tree(&mut runner).unwrap().current();
        let format = formats[turn % formats.len()];
        let _ = fs::remove_dir_all(dataset.root().join("index"));
        let whole = exported(&*store, &dataset, format, &filter);
        explorer.save_snapshot().unwrap();
        if !dataset.snapshot().exists() {
            Explorer::open(Arc::clone(&store), &dataset).unwrap().save_snapshot().unwrap();
        }
        let selected = exported(&*store, &dataset, format, &filter);
        skipped += u64::from(selected.2 < whole.2);
        // GeoPackage names its own time.
        assert!(whole.0 == selected.0, "{format}, {filter:?}");
        assert_eq!(whole.1, selected.1, "{format}, {filter:?}");
    }
    assert!(skipped > 10, "{skipped} exports did not read all records");
}

#[test]
fn the_digest_of_a_manifest_is_kept_until_the_store_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (dataset, store) = saved(folder.path());
    let before = StoreState::of(&*store).unwrap();
    assert_eq!(KnownDigest::load(&*store, &dataset), None);
    let (_, manifest, _) = exported(&*store, &dataset, "jsonl", &Filter::default());
    let known = KnownDigest::load(&*store, &dataset).unwrap();
    assert_eq!(manifest["dataset"]["digest"], known.digest.as_str());
    assert_eq!(known.digest, store::digest(&*store, None).unwrap());
    store.remove(&[PhotoId::new("flickr", "101")]).unwrap();
    assert_eq!(KnownDigest::load(&*store, &dataset), None, "the store has changed");
    known.save(&*store, &dataset, &before);
    assert_eq!(KnownDigest::load(&*store, &dataset), None, "a digest of records that were read before is not kept");
}
