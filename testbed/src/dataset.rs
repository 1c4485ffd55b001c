//! Generates datasets of any size: real stores, written through the vault, whose photos share some hundred pictures.
//!
//! `testbed dataset DIR --photos 50000 --seed 1` and [`DatasetConfig::write`] give the same records for the same seed.

mod canvas;
mod painting;
mod photos;
mod pictures;
mod scene;
mod sites;
mod words;

use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use gleaner::dataset::Dataset;
use gleaner::places::Atlas;
use gleaner::seal::{Key, SealError, SealedPhoto, Vault};
use gleaner::store::{self, Access};

use crate::random;
use photos::PhotoGenerator;
use words::Words;

/// Photos generated and saved at a time.
const BATCH: u64 = 4_000;

/// The parameters of a generated dataset.
#[derive(Debug, Clone)]
pub struct DatasetConfig {
    /// The number of photos.
    pub photos: u64,
    /// The random seed, also of the key.
    pub seed: u64,
    /// The number of different pictures that the photos share; at least one.
    pub pictures: usize,
    /// Share of photos with sealed fields, 0 to 1; each costs some 20 KB.
    pub sealed: f64,
}

impl Default for DatasetConfig {
    fn default() -> Self {
        Self { photos: 1_000, seed: 1, pictures: 240, sealed: 0.01 }
    }
}

impl DatasetConfig {
    /// The key that seals the dataset. Its people are invented, so it need not be secret.
    pub fn key(&self) -> Key {
        let bytes: Vec<u8> = (0..4).flat_map(|part| random::bits(self.seed, part, "key").to_le_bytes()).collect();
        Key::parse(&URL_SAFE.encode(bytes)).expect("32 bytes in URL-safe base64 are a key")
    }

    /// Writes a dataset into `dir`, which must not have one yet. Photos are saved by id, in batches of some thousands.
    pub fn write(&self, dir: &Path) -> Result<Dataset> {
        let dataset = Dataset::at(dir);
        let there = dataset.database();
        anyhow::ensure!(!there.exists(), "{} already contains a dataset", dir.display());
        let store = store::open(&dataset, Access::Write)?;
        store::adopt_key(store.as_ref(), &self.key())?;
        let vault = Vault::new(self.key());
        let pictures = pictures::write(&dataset, self.seed, self.pictures)?;
        let owners = photos::pseudonyms(&vault, photos::owners(self.photos))?;
        let (config, words, atlas) = (self.clone(), Words::default(), Atlas::load());
        let generator = PhotoGenerator { config, pictures: &pictures, owners: &owners, words: &words, atlas };
        thread::scope(|scope| {
            let threads = thread::available_parallelism().map_or(1, |n| n.get() as u64);
            let makers: Vec<_> = (0..threads)
                .map(|number| {
                    let (sender, receiver) = sync_channel(1);
                    let (generator, vault) = (&generator, &vault);
                    scope.spawn(move || make(generator, vault, (number, threads), &sender));
                    receiver
                })
                .collect();
            for batch in 0..self.photos.div_ceil(BATCH) {
                let made = makers[(batch % threads) as usize].recv().context("a generator thread ended early")??;
                store.save(&made)?;
            }
            Ok(dataset)
        })
    }
}

/// Generates batches in order until the receiver is closed.
fn make(
    generator: &PhotoGenerator<'_>,
    vault: &Vault,
    (number, of): (u64, u64),
    sender: &SyncSender<Result<Vec<SealedPhoto>, SealError>>,
) {
    let photos = generator.config.photos;
    for batch in (number..photos.div_ceil(BATCH)).step_by(of as usize) {
        let numbers = batch * BATCH..photos.min((batch + 1) * BATCH);
        let made = numbers.map(|i| vault.seal(generator.photo(i))).collect();
        if sender.send(made).is_err() {
            return;
        }
    }
}
