//! Counts of a run's results.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::hash::sha256;
use crate::photo::{Photo, PhotoId, State};

/// Counts of photos that passed the pipeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RunSummary {
    /// By state.
    pub states: BTreeMap<State, u64>,
    /// Why photos were rejected, gone or failed.
    pub reasons: BTreeMap<String, u64>,
    /// Bytes of the images stored.
    pub image_bytes: u64,
    /// Of the stored images those that the dataset had before.
    pub known_images: u64,
    /// Files that several owners' photos have: probably a picture that says that a photo is gone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shared_files: Vec<SharedFile>,
    /// Hashes of owners by hashes of files: sixteen bytes for a photo.
    #[serde(skip)]
    owners: HashMap<u64, u64>,
}

/// A file that photos of several owners have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SharedFile {
    /// Of the received bytes.
    pub sha256: String,
    /// Some of the photos, without the first.
    pub photos: Vec<PhotoId>,
}

/// Most photos that are named of each shared file, and most shared files.
const NAMED_MAX: usize = 5;
const SHARED_MAX: usize = 20;

/// Most files that are compared in a run.
const COMPARED_MAX: usize = 1_000_000;

impl RunSummary {
    /// Counts one photo; `is_known` if the dataset had its image before.
    pub fn count(&mut self, photo: &Photo, is_known: bool) {
        *self.states.entry(photo.state()).or_default() += 1;
        if let Some(fault) = &photo.fault {
            *self.reasons.entry(fault.message.clone()).or_default() += 1;
        }
        if is_known {
            self.known_images += u64::from(photo.state() == State::Stored);
            return;
        }
        self.compare_owner(photo);
        self.image_bytes += photo.file.as_ref().map_or(0, |file| file.stored_bytes);
    }

    /// Whether another owner's photo had the same file in this run. Sources whose photos have no owner say nothing.
    fn compare_owner(&mut self, photo: &Photo) {
        let Some((file, owner)) = photo.file.as_ref().zip(photo.owner_pseudonym.as_ref()) else { return };
        let number = |text: &str| {
            let sum = sha256(text.as_bytes());
            u64::from_le_bytes([sum[0], sum[1], sum[2], sum[3], sum[4], sum[5], sum[6], sum[7]])
        };
        let (key, owner) = (number(&file.sha256), number(owner));
        if self.owners.len() >= COMPARED_MAX || *self.owners.entry(key).or_insert(owner) == owner {
            return;
        }
        let has_room = self.shared_files.len() < SHARED_MAX;
        match self.shared_files.iter_mut().find(|shared| *shared.sha256 == *file.sha256) {
            Some(shared) if shared.photos.len() < NAMED_MAX => shared.photos.push(photo.id.clone()),
            None if has_room => {
                self.shared_files.push(SharedFile { sha256: file.sha256.to_string(), photos: vec![photo.id.clone()] });
            }
            Some(_) | None => {}
        }
    }

    /// The number of photos in a state.
    pub fn of(&self, state: State) -> u64 {
        self.states.get(&state).copied().unwrap_or(0)
    }

    /// The number of photos that did not complete the pipeline.
    pub fn faulty(&self) -> u64 {
        self.states.iter().filter(|(state, _)| state.is_faulty()).map(|(_, count)| count).sum()
    }
}
