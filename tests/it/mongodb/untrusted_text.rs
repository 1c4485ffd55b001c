//! Photos are only data: no text becomes a command, and no personal data are in clear.

use std::collections::BTreeMap;

use gleaner::dataset::Dataset;
use gleaner::photo::{Label, Labels, PersonalField, Photo, PhotoId, Score, ScoreKey, Vector};
use gleaner::seal::{Key, Vault};
use gleaner::store::{self, Access, Store, StoreCheck};
use mongodb::bson::{Document, RawDocumentBuf, doc};
use proptest::prelude::*;
use serde_json::json;
use testbed::record::nsid;

use super::server::{Mongo, shared};
use crate::pipeline::privacy::{holds, needles};
use crate::pipeline::{Fixture, photos, talk};

const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";

/// Texts with a meaning in a database query.
const TEXTS: [&str; 24] = [
    "$where",
    "$set",
    "$$ROOT",
    "$$NOW",
    ".",
    "a.b.c",
    "$.$",
    "",
    " ",
    "_id",
    "seq",
    "{\"$gt\": \"\"}",
    "{$ne: null}",
    "'; return true; var x='",
    "\"; sleep(9999); \"",
    "function() { return 1 }",
    "this.constructor.constructor('return process')()",
    "__proto__",
    "\u{feff}",
    "\u{202e}reversed",
    "\u{ffff}",
    "\u{10ffff}",
    "🐒",
    "NaN",
];

/// A photo that has a text in every field that a source, a person or a model may write.
fn full_of(text: &str, number: usize) -> Photo {
    let mut photo = Photo {
        id: PhotoId::from_text(format!("{text}:{number}")),
        title: text.to_owned(),
        description: text.to_owned(),
        tags: vec![text.to_owned(), format!("{text}\0{text}")],
        machine_tags: vec![text.to_owned()],
        media: text.into(),
        landing_url: Some(text.to_owned()),
        file_name: Some(text.to_owned()),
        attribution: Some(text.to_owned()),
        views: Some(i64::MAX as u64),
        ..Photo::default()
    };
    let score = Score::known(0.1 + 0.2, text, text);
    photo.scores = BTreeMap::from([(ScoreKey::main(text), score.clone()), (ScoreKey::by(text, text), score)]);
    let label = Label { description: text.to_owned(), score: f64::MIN_POSITIVE, mid: Some(text.to_owned()) };
    let at = Some("2026-01-02T03:04:05.678901234Z".parse().unwrap());
    let labels = Labels { version: text.to_owned(), at, labels: vec![label], refused: Some(text.to_owned()) };
    photo.labels = BTreeMap::from([(text.to_owned(), labels)]);
    photo.personal.find(PersonalField::OwnerName, text);
    photo.personal.find(PersonalField::RawRecord, json!({text: {text: text}, "$where": text}));
    photo
}

fn store_of(mongo: &Mongo) -> (Dataset, Box<dyn Store>) {
    let dataset = mongo.dataset(std::path::Path::new("unused"));
    let store = store::open(&dataset, Access::Write).unwrap();
    (dataset, store)
}

/// Saves photos, replaces them and reads them in every possible way.
fn come_back(store: &dyn Store, photos: &[Photo], vault: &Vault) {
    let sealed: Vec<_> = photos.iter().map(|photo| vault.seal(photo.clone()).unwrap()).collect();
    store.save(&sealed).unwrap();
    store.save(&sealed).unwrap();
    let ids: Vec<PhotoId> = sealed.iter().map(|sealed| sealed.photo().id.clone()).collect();
    assert_eq!(store.load_sealed(&ids).unwrap(), sealed);
    let same = store.update(&ids, &mut |_, known| Ok(known)).unwrap();
    assert_eq!(same, sealed);
    for (id, sealed) in ids.iter().zip(&sealed) {
        let alone = store.load_sealed(std::slice::from_ref(id)).unwrap();
        assert!(alone.len() == 1 && alone[0] == *sealed);
        let after = store.scan_sealed(Some(id), 1).unwrap();
        assert!(after.iter().all(|next| next.photo().id > *id));
    }
}

#[test]
fn database_operators_in_texts_round_trip() {
    let Some(mongo) = shared() else { return };
    let (_, store) = store_of(mongo);
    let vault = Vault::new(Key::parse(KEY).unwrap());
    let photos: Vec<Photo> = TEXTS.iter().enumerate().map(|(number, text)| full_of(text, number)).collect();
    come_back(&*store, &photos, &vault);
    let mut by_id: Vec<PhotoId> = photos.iter().map(|photo| photo.id.clone()).collect();
    by_id.sort();
    let scanned = store.scan_sealed(None, 100).unwrap();
    assert!(scanned.iter().map(|sealed| &sealed.photo().id).eq(&by_id), "the order is that of the bytes");
    for text in TEXTS {
        store.set_note(text, Some(text)).unwrap();
        assert_eq!(store.note(text).unwrap().as_deref(), Some(text));
        store.save_vectors(text, &[(by_id[0].clone(), Vector::of(&[0.5]))]).unwrap();
        assert_eq!(store.load_vectors(text, &by_id).unwrap(), [(by_id[0].clone(), Vector::of(&[0.5]))]);
        assert_eq!(
            (store.count_vectors(text).unwrap(), store.scan_vectors(text, None, 9).unwrap().len()),
            (1, 1),
            "{text:?}"
        );
    }
    let mut models = TEXTS.to_vec();
    models.sort_unstable();
    assert_eq!(store.vector_models().unwrap(), models);
    assert_eq!(store.remove(&by_id[..5]).unwrap(), 5);
    let all_good = StoreCheck { photos: TEXTS.len() as u64 - 5, ..StoreCheck::default() };
    assert_eq!(store.check(&mut |_| Ok(())).unwrap(), all_good);
}

#[test]
fn an_id_never_matches_another_photo() {
    let Some(mongo) = shared() else { return };
    let (_, store) = store_of(mongo);
    let vault = Vault::new(Key::parse(KEY).unwrap());
    let there = full_of("kept", 1);
    store.save(&[vault.seal(there.clone()).unwrap()]).unwrap();
    let attacks: Vec<PhotoId> = TEXTS.iter().map(|text| PhotoId::from_text(*text)).collect();
    assert!(store.load_sealed(&attacks).unwrap().is_empty());
    assert_eq!(store.remove(&attacks).unwrap(), 0);
    assert_eq!(store.load_sealed(&[there.id]).unwrap().len(), 1);
}

#[test]
fn an_oversized_record_is_refused_by_name_and_the_others_are_saved() {
    let Some(mongo) = shared() else { return };
    let (_, store) = store_of(mongo);
    let vault = Vault::new(Key::parse(KEY).unwrap());
    let mut photo = full_of("monkey", 1);
    photo.scores.insert("a\0b".into(), Score::known(0.5, "local", "1"));
    let large = Photo { description: "x".repeat(17 << 20), ..full_of("monkey", 1) };
    for photo in [photo, large] {
        let err = store.save(&[vault.seal(photo).unwrap()]).unwrap_err().to_string();
        assert!(err.contains("the record of monkey:1"), "{err}");
    }
    assert!(store.scan_sealed(None, 1).unwrap().is_empty());
    store.save(&[vault.seal(full_of("monkey", 2)).unwrap()]).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_text_round_trips(texts in prop::collection::vec("[^\0]{0,24}", 1..8)) {
        if let Some(mongo) = shared() {
            use std::sync::OnceLock;
            static STORE: OnceLock<Box<dyn Store>> = OnceLock::new();
            let store = STORE.get_or_init(|| store_of(mongo).1);
            let photos: Vec<Photo> = texts.iter().enumerate().map(|(number, text)| full_of(text, number)).collect();
            come_back(&**store, &photos, &Vault::new(Key::parse(KEY).unwrap()));
        }
    }
}

/// Every document of every collection, as bytes.
fn dump(mongo: &Mongo, dataset: &Dataset) -> Vec<(String, RawDocumentBuf)> {
    mongo.with(dataset.server().unwrap(), async |database| {
        let mut all = Vec::new();
        for name in database.list_collection_names().await.unwrap() {
            let mut cursor = database.collection::<RawDocumentBuf>(&name).find(doc! {}).await.unwrap();
            while cursor.advance().await.unwrap() {
                all.push((name.clone(), cursor.current().to_owned()));
            }
        }
        all
    })
}

#[test]
fn after_a_scrape_no_planted_name_is_in_any_document() {
    let Some(mongo) = shared() else { return };
    let fixture = Fixture::new(photos(600, 14));
    let dataset = mongo.dataset(fixture.folder.path());
    let url = dataset.server().unwrap().expose().to_string();
    let output = fixture.expect(0, &["scrape", "-s", "monkey", "-n", "100", "--store", &url]);
    let truth = fixture.flickr.truth();
    let mut planted = vec!["CANARY".to_owned()];
    for photo in truth.iter().take(12) {
        planted.extend([nsid(photo.owner), photo.owner_name.clone()]);
    }
    let needles = needles(&planted);
    let documents = dump(mongo, &dataset);
    assert!(documents.iter().filter(|(name, _)| name == "sealed").count() >= 100, "{}", talk(&output));
    for (name, document) in &documents {
        for (text, needle) in &needles {
            assert!(
                !holds(document.as_bytes(), needle),
                "a document of {name} holds {text}: {:?}",
                Document::try_from(document)
            );
        }
    }
    // The names can be read with the key.
    let open = fixture.expect(0, &["export", &url, "--unseal"]);
    assert!(talk(&open).contains("CANARY"));
}
