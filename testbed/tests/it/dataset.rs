//! Generated datasets, read from their stores.

use std::collections::{BTreeMap, BTreeSet};

use gleaner::dataset::Dataset;
use gleaner::photo::{PersonalField, Photo, State};
use gleaner::places::Atlas;
use gleaner::seal::{SealedPhoto, Vault};
use gleaner::store::{self, Access, for_each_sealed};
use testbed::dataset::DatasetConfig;

fn config(photos: u64, seed: u64) -> DatasetConfig {
    DatasetConfig { photos, seed, pictures: 6, ..DatasetConfig::default() }
}

fn sealed_of(config: &DatasetConfig) -> (tempfile::TempDir, Dataset, Vec<SealedPhoto>) {
    let folder = tempfile::tempdir().unwrap();
    let dataset = config.write(&folder.path().join("made")).unwrap();
    let store = store::open(&dataset, Access::Read).unwrap();
    let mut photos = Vec::new();
    for_each_sealed(store.as_ref(), |photo| {
        photos.push(photo);
        Ok(())
    })
    .unwrap();
    (folder, dataset, photos)
}

fn photos_of(config: &DatasetConfig) -> Vec<Photo> {
    sealed_of(config).2.iter().map(|sealed| sealed.photo().clone()).collect()
}

#[test]
fn the_same_seed_makes_the_same_records_and_another_seed_others() {
    let first = photos_of(&config(300, 5));
    assert_eq!(first.len(), 300);
    assert_eq!(first, photos_of(&config(300, 5)));
    let others = photos_of(&config(300, 6));
    assert!(first.iter().zip(&others).all(|(a, b)| a.id != b.id || a != b));
}

#[test]
fn a_smaller_dataset_is_the_beginning_of_a_larger_one() {
    let plain = |photo: Photo| Photo { owner_pseudonym: None, ..photo };
    let large: Vec<Photo> = photos_of(&config(4_100, 3)).into_iter().map(plain).collect();
    let small: Vec<Photo> = photos_of(&config(50, 3)).into_iter().map(plain).collect();
    assert_eq!(large.len(), 4_100);
    assert_eq!(large[..50], small[..]);
}

#[test]
fn every_photo_that_is_stored_has_its_files_and_its_hash() {
    let (_folder, dataset, photos) = sealed_of(&config(200, 1));
    let stored = photos.iter().map(SealedPhoto::photo).filter(|photo| photo.state() == State::Stored);
    let mut shown = BTreeSet::new();
    for photo in stored {
        let file = photo.file.as_ref().unwrap();
        let bytes = dataset.files().read(gleaner::files::BlobName::image(file)).unwrap().unwrap();
        assert_eq!((bytes.len() as u64, gleaner::hash::sha256_hex(&bytes)), (file.bytes, file.sha256.to_string()));
        assert!(dataset.files().exists(gleaner::files::BlobName::thumbnail(file)).unwrap());
        assert!(photo.thumbnail.as_ref().unwrap().thumbhash.len() > 20);
        shown.insert(file.sha256.clone());
    }
    assert_eq!(shown.len(), 6, "six pictures, shared by all");
}

#[test]
fn sealed_fields_decrypt_with_the_key_of_the_config_and_pseudonyms_agree() {
    let config = DatasetConfig { sealed: 0.5, ..config(120, 2) };
    let (_folder, _, photos) = sealed_of(&config);
    let vault = Vault::new(config.key());
    let mut owners = BTreeMap::new();
    let sealed = photos.iter().filter(|photo| !photo.tokens().is_empty());
    for photo in sealed {
        let opened = vault.open(photo).unwrap();
        let owner = opened[&PersonalField::Owner].to_string();
        let pseudonym = photo.photo().owner_pseudonym.clone().unwrap();
        assert_eq!(*owners.entry(owner).or_insert(pseudonym.clone()), pseudonym);
    }
    assert!(owners.len() > 5);
    assert!(photos.iter().all(|photo| photo.photo().owner_pseudonym.is_some()));
}

#[test]
fn generated_places_agree_with_the_atlas_and_some_photos_have_none() {
    let photos = photos_of(&config(400, 1));
    let placed: Vec<&Photo> = photos.iter().filter(|photo| photo.location.is_some()).collect();
    assert!((180..300).contains(&placed.len()), "{}", placed.len());
    for photo in &placed {
        let there = photo.location.as_ref().unwrap();
        let place = Atlas::load().place(there.latitude, there.longitude, there.uncertainty_m);
        assert_eq!(photo.place.as_ref(), Some(&place));
    }
}

#[test]
fn every_kind_of_value_that_the_explorer_shows_occurs() {
    let photos = photos_of(&DatasetConfig { pictures: 30, ..config(3_000, 1) });
    let count = |what: &dyn Fn(&Photo) -> bool| photos.iter().filter(|photo| what(photo)).count();
    let terms: BTreeSet<&str> = photos.iter().flat_map(|photo| &photo.searches).map(|found| &*found.term).collect();
    assert_eq!(terms.len(), 8);
    let states: BTreeSet<State> = photos.iter().map(Photo::state).collect();
    assert_eq!(states.len(), 5);
    let dated = |photo: &Photo| photo.taken.as_ref().is_some_and(|taken| taken.local.is_some());
    let wanted = [
        count(&|photo| photo.searches.len() > 1),
        count(&|photo| !dated(photo)),
        count(&|photo| photo.scores.is_empty() || photo.scores.len() < 4),
        count(&|photo| photo.fault.is_some()),
        count(&|photo| photo.title.is_empty()),
        count(&|photo| photo.title.contains(|c| ('\u{4e00}'..'\u{9fff}').contains(&c))),
        count(&|photo| photo.title.contains(|c| ('\u{600}'..'\u{6ff}').contains(&c))),
        count(&|photo| photo.description.contains("<a href")),
        count(&|photo| photo.description.contains("<script>")),
        count(&|photo| photo.views.is_none()),
    ];
    assert!(wanted.iter().all(|n| (5..2_000).contains(n)), "{wanted:?}");
}

#[test]
fn an_existing_dataset_is_never_overwritten() {
    let (folder, _, _) = sealed_of(&config(1, 1));
    let refused = config(1, 1).write(&folder.path().join("made")).unwrap_err();
    assert!(refused.to_string().contains("already"), "{refused}");
}
