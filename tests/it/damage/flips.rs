//! Every flipped bit is found, or changes nothing that the dataset says.

use std::fs;
use std::path::{Path, PathBuf};

use futures::TryStreamExt;
use gleaner::dataset::Dataset;
use gleaner::photo::{Location, PhotoId, Vector};
use gleaner::seal::{Key, Vault};
use gleaner::store::{self, Access, Store, adopt_key};
use mongodb::bson::{RawDocumentBuf, doc};

use super::{Numbers, flips, scraped};
use crate::export::write;
use crate::mongodb::server::shared;
use crate::seal::photo;

/// What a flipped bit led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    Found,
    Harmless,
    /// An export says something else, and nobody noticed.
    Wrong,
}

/// Fills a store. Returns the vault.
fn fill(store: &dyn Store) {
    let key = Key::generate();
    adopt_key(store, &key).unwrap();
    let vault = Vault::new(key);
    let sealed: Vec<_> = (0..24)
        .map(|own| {
            let mut photo = photo(&own.to_string());
            photo.views = Some(own * 1_001);
            photo.tags = vec!["monkey".into(), format!("tag {own}")];
            photo.description = "A macaque in a tree. ".repeat(own as usize);
            photo.location = Some(Location { latitude: 1.5 + own as f64, longitude: 101.25, ..Location::default() });
            vault.seal(photo).unwrap()
        })
        .collect();
    store.save(&sealed).unwrap();
    let vectors: Vec<_> =
        (0..24).map(|own| (PhotoId::new("flickr", &own.to_string()), Vector::of(&[0.5; 64]))).collect();
    store.save_vectors("lite0", &vectors).unwrap();
}

/// The export of a dataset, or `None` if damage was found.
fn export(dataset: &Dataset) -> Option<Vec<u8>> {
    let store = store::open(dataset, Access::Read).ok()?;
    let mut out = Vec::new();
    write(store.as_ref(), "jsonl", None, &mut out).ok()?;
    store.damage().is_empty().then_some(out)
}

fn judge(dataset: &Dataset, before: &[u8]) -> Judged {
    match export(dataset) {
        None => Judged::Found,
        Some(after) if after == before => Judged::Harmless,
        Some(_) => Judged::Wrong,
    }
}

fn report(what: &str, judged: &[Judged]) {
    let count = |which| judged.iter().filter(|judged| **judged == which).count();
    println!("{what}: {} flips, {} found, {} harmless", judged.len(), count(Judged::Found), count(Judged::Harmless));
    assert!(count(Judged::Found) > judged.len() / 4, "most bytes are records");
}

#[test]
fn no_flipped_bit_of_the_database_changes_an_export_unseen() {
    let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let dataset = Dataset::at(folder.path());
    let store = store::open(&dataset, Access::Write).unwrap();
    fill(store.as_ref());
    drop(store);
    let before = export(&dataset).expect("it is whole");
    let whole = fs::read(dataset.database()).unwrap();
    let damaged = Dataset::at(copy.path());
    let mut numbers = Numbers(5);
    let mut all = Vec::new();
    for _ in 0..flips(600) {
        let bit = numbers.below(whole.len() * 8);
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(damaged.database(), &bytes).unwrap();
        let judged = judge(&damaged, &before);
        assert_ne!(judged, Judged::Wrong, "bit {} of byte {}", bit % 8, bit / 8);
        all.push(judged);
    }
    report("dataset.db", &all);
}

#[test]
fn no_flipped_bit_of_a_document_changes_an_export_unseen() {
    let Some(mongo) = shared() else { return };
    let folder = tempfile::tempdir().unwrap();
    let dataset = mongo.dataset(folder.path());
    let store = store::open(&dataset, Access::Write).unwrap();
    fill(store.as_ref());
    drop(store);
    let before = export(&dataset).expect("it is whole");
    let server = dataset.server().unwrap().clone();
    let mut numbers = Numbers(7);
    let (mut all, mut refused) = (Vec::new(), 0);
    for _ in 0..flips(120) {
        let name = ["photos", "sealed"][numbers.below(2)];
        let id = format!("flickr:{}", numbers.below(24));
        let whole = mongo.with(&server, async |database| {
            let of = database.collection::<RawDocumentBuf>(name);
            let found: Vec<RawDocumentBuf> = of.find(doc! {"_id": &id}).await.unwrap().try_collect().await.unwrap();
            found.into_iter().next().unwrap()
        });
        let bit = 32 + numbers.below(whole.as_bytes().len() * 8 - 40);
        let mut bytes = whole.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        // Neither the driver nor the server takes a document with a wrong structure or another id.
        let flipped =
            RawDocumentBuf::from_bytes(bytes).ok().filter(|flipped| flipped.iter().all(|field| field.is_ok()));
        let put = |document: RawDocumentBuf| {
            let id = id.clone();
            mongo.with(&server, async move |database| {
                let of = database.collection::<RawDocumentBuf>(name);
                of.replace_one(doc! {"_id": &id}, document).await.is_ok()
            })
        };
        if !flipped.is_some_and(&put) {
            refused += 1;
            continue;
        }
        let judged = judge(&dataset, &before);
        assert_ne!(judged, Judged::Wrong, "bit {} of byte {} of {id} in {name}", bit % 8, bit / 8);
        all.push(judged);
        assert!(put(whole));
    }
    println!("refused by the server: {refused}");
    report("documents", &all);
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            files_below(&entry.path(), found);
        } else {
            found.push(entry.path());
        }
    }
}

#[test]
fn verify_reads_every_file_that_cannot_be_made_again() {
    let fixture = scraped("8");
    let root = fixture.path("d");
    let sha256 = gleaner::hash::sha256_hex(b"rejected");
    let key = gleaner::seal::KeyFile::load(&key_file(&fixture.path(""))).unwrap();
    fs::create_dir_all(root.join("quarantine")).unwrap();
    fs::write(root.join(format!("quarantine/{sha256}.fernet")), Vault::new(key).seal_bytes(b"rejected")).unwrap();
    let mut reviews = gleaner::reviews::Reviews::open(&Dataset::at(&root)).unwrap();
    let review = gleaner::reviews::Review {
        photo: PhotoId::new("flickr", "1"),
        concept: "cage".into(),
        verdict: gleaner::reviews::Verdict::Yes,
        taxon: None,
        by: "Aminah".into(),
        at: "2026-05-01T12:00:00Z".parse().unwrap(),
    };
    reviews.append(&[review.clone(), review]).unwrap();
    fixture.expect(0, &["verify", "d", "--read-data"]);
    let mut files = Vec::new();
    files_below(&root, &mut files);
    files.sort();
    let mut numbers = Numbers(11);
    let mut checked = 0;
    for path in files {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let whole = fs::read(&path).unwrap();
        let is_seen = ["images/", "thumbs/", "quarantine/", "reviews.jsonl"].iter().any(|of| name.starts_with(of));
        if !is_seen || whole.is_empty() {
            continue;
        }
        for _ in 0..flips(2).min(50) {
            let bit = numbers.below(whole.len() * 8);
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &bytes).unwrap();
            let said = crate::pipeline::talk(&fixture.expect(1, &["verify", "d", "--read-data"]));
            assert!(said.contains("1 problem") || said.contains("2 problems"), "{name}: {said}");
            checked += 1;
        }
        fs::write(&path, &whole).unwrap();
    }
    assert!(checked >= 34, "8 images, 8 thumbnails, a rejected file and the reviews: {checked}");
    fixture.expect(0, &["verify", "d", "--read-data"]);
}

/// The only key file of a user's folder.
pub fn key_file(home: &Path) -> PathBuf {
    let mut found = Vec::new();
    files_below(home, &mut found);
    found.into_iter().find(|path| path.extension().is_some_and(|suffix| suffix == "key")).expect("a key")
}
