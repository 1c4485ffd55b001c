//! The digest of all records, kept in the dataset's folder until the store changes: computing it reads every record.

use std::fs;
use std::io::Write;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tracing::debug;

use super::{DATASET_ID, STORE_ID, Store};
use crate::dataset::Dataset;
use crate::disk::{self, PartFile};
use crate::hash::sha256_hex;

/// Increase this when lines of the digest are made differently.
const LINES: u32 = 1;

/// Changes of the store that must be the same. A store that was restored from a backup and has changed since may have
/// reached the same number by other changes.
const LAST: usize = 256;

/// What the store contains, as far as it can be told without reading every record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreState {
    program: String,
    lines: u32,
    dataset: Option<String>,
    store: Option<String>,
    /// The last change.
    seq: u64,
    /// The SHA-256 of the last changes: numbers and ids.
    changes: String,
}

/// The digest of all records without personal values, and their number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownDigest {
    /// What `gleaner verify` prints without a key.
    pub digest: String,
    /// Records.
    pub photos: u64,
}

#[derive(Serialize, Deserialize)]
struct File {
    of: StoreState,
    #[serde(flatten)]
    known: KnownDigest,
    /// Of the rest.
    #[serde(default)]
    sum: String,
}

impl File {
    /// With its checksum: what is damaged must not get into a manifest.
    fn of(of: StoreState, known: KnownDigest) -> Result<Self> {
        let sum = sha256_hex(serde_json::to_string(&(&of, &known))?.as_bytes());
        Ok(Self { of, known, sum })
    }
}

impl StoreState {
    /// The state now.
    pub fn of(store: &dyn Store) -> Result<Self> {
        let seq = store.last_seq()?;
        let changes = store.changes(seq.saturating_sub(LAST as u64), LAST)?;
        let changes: Vec<String> = changes.iter().map(|change| format!("{} {}\n", change.seq, change.id)).collect();
        Ok(Self {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            lines: LINES,
            dataset: store.note(DATASET_ID)?,
            store: store.note(STORE_ID)?,
            seq,
            changes: sha256_hex(changes.concat().as_bytes()),
        })
    }
}

impl KnownDigest {
    /// The digest, if it was computed since the last change.
    pub fn load(store: &dyn Store, dataset: &Dataset) -> Option<Self> {
        let text = fs::read(dataset.known_digest()).ok()?;
        let File { of, known, sum } = serde_json::from_slice(&text).ok()?;
        let file = File::of(of, known).ok().filter(|file| file.sum == sum)?;
        (file.of == StoreState::of(store).ok()?).then_some(file.known)
    }

    /// Keeps a digest of records that were read since `before`, unless the store has changed meanwhile. A folder that
    /// cannot be written to keeps none.
    pub fn save(self, store: &dyn Store, dataset: &Dataset, before: &StoreState) {
        if let Err(err) = self.write(store, dataset, before) {
            debug!(error = format!("{err:#}"), "the digest was not kept");
        }
    }

    fn write(self, store: &dyn Store, dataset: &Dataset, before: &StoreState) -> Result<()> {
        let of = StoreState::of(store)?;
        if of != *before || of.dataset.is_none() || !dataset.root().is_dir() {
            return Ok(());
        }
        let path = dataset.known_digest();
        disk::create_private_folder(path.parent().context("a file is in a folder")?)?;
        let mut file = PartFile::create_private(&path)?;
        file.write_all(&serde_json::to_vec_pretty(&File::of(of, self)?)?)?;
        Ok(file.commit()?)
    }
}
