//! Counts of a run's results.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::photo::{Photo, State};

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
}

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
        self.image_bytes += photo.file.as_ref().map_or(0, |file| file.stored_bytes);
    }

    /// The number of photos in a state.
    pub fn of(&self, state: State) -> u64 {
        self.states.get(&state).copied().unwrap_or(0)
    }

    /// The number of photos that did not complete the pipeline.
    pub fn faulty(&self) -> u64 {
        self.of(State::Rejected) + self.of(State::Gone) + self.of(State::Failed)
    }
}
