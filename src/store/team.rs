//! Several workers on one store: who they are, and who does what.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::StoreError;
use crate::photo::PhotoId;

/// How often a worker says that it is alive and renews its leases, at least; thrice a lease's time if that is more often.
pub const BEAT: Duration = Duration::from_secs(5);
/// For how long nobody tries again what a worker tried in vain; a new round, when nobody is at work, begins anew.
pub const TRIED: Duration = Duration::from_secs(600);

/// One worker.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Worker {
    /// Random; another one for each run.
    pub id: String,
    /// What it does: `download`, `enrich`, `score`, ...
    pub work: String,
    /// The computer's name.
    pub host: String,
    /// Its process there.
    pub process: u32,
    /// When it began, by its own clock.
    pub since: Option<Timestamp>,
    /// Photos that it has done.
    pub done: u64,
    /// Photos that it did a minute, lately.
    pub per_minute: f64,
}

/// What came of asking for photos.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leased {
    /// These are the asker's.
    pub granted: Vec<PhotoId>,
    /// These are another worker's now; they may become free.
    pub busy: Vec<PhotoId>,
    // What is neither was tried in vain by another worker.
}

/// A store that several workers share.
pub trait Team: Send + Sync {
    /// Says that a worker is alive, and holds its leases for the whole time again.
    fn beat(&self, worker: &Worker) -> Result<(), StoreError>;

    /// Takes leave, giving back every lease.
    fn leave(&self, worker: &str) -> Result<(), StoreError>;

    /// Who was heard of within a lease's time, by the server's clock.
    fn workers(&self) -> Result<Vec<Worker>, StoreError>;

    /// Takes photos for a kind of work, as far as they are free.
    fn lease(&self, worker: &Worker, ids: &[PhotoId]) -> Result<Leased, StoreError>;

    /// Gives photos back: done, or (`tried`) in vain, so that nobody tries them soon.
    fn give_back(&self, worker: &Worker, ids: &[PhotoId], tried: bool) -> Result<(), StoreError>;

    /// How long a lease holds without being renewed.
    fn lease_time(&self) -> Duration;

    /// Forgets what was tried in vain: a new round begins.
    fn begin_round(&self, work: &str) -> Result<(), StoreError>;
}
