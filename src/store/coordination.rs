//! Several workers on one store: who is at work, and which photos each one holds.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::StoreError;
use crate::photo::PhotoId;

/// The longest time between two heartbeats; a third of the lease duration if that is shorter.
pub const HEARTBEAT: Duration = Duration::from_secs(5);
/// How long a photo is left alone after a worker tried it without success. A new round, which begins when no worker of
/// this kind is running, ends the wait.
pub const RETRY_AFTER: Duration = Duration::from_secs(600);

/// One worker process.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Worker {
    /// Random, new for each run.
    pub id: String,
    /// What it does: `download`, `enrich`, `score`, ...
    pub work: String,
    /// The host name of its computer.
    pub host: String,
    /// Its process id on that computer.
    pub process: u32,
    /// When it started, by its own clock.
    pub since: Option<Timestamp>,
    /// Number of photos that it has finished.
    pub done: u64,
    /// Photos per minute since its last heartbeat.
    pub per_minute: f64,
}

/// The result of [`WorkerCoordination::lease`]. Ids that are in neither list were tried without success by another
/// worker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeaseOutcome {
    /// The caller holds these now.
    pub granted: Vec<PhotoId>,
    /// Another worker holds these; they may become free.
    pub busy: Vec<PhotoId>,
}

/// Leases and heartbeats of the workers that share a store.
pub trait WorkerCoordination: Send + Sync {
    /// Registers a worker or says that it is still alive. Renews all its leases.
    fn heartbeat(&self, worker: &Worker) -> Result<(), StoreError>;

    /// Removes a worker and releases all its leases.
    fn unregister(&self, worker: &str) -> Result<(), StoreError>;

    /// The workers whose last heartbeat is younger than the lease duration, by the server's clock.
    fn workers(&self) -> Result<Vec<Worker>, StoreError>;

    /// Leases the free photos among `ids` for the worker's kind of work.
    fn lease(&self, worker: &Worker, ids: &[PhotoId]) -> Result<LeaseOutcome, StoreError>;

    /// Releases leases. With `failed`, other workers leave these photos alone for [`RETRY_AFTER`].
    fn release(&self, worker: &Worker, ids: &[PhotoId], failed: bool) -> Result<(), StoreError>;

    /// How long a lease is valid without a heartbeat.
    fn lease_duration(&self) -> Duration;

    /// Begins a new round for a kind of work: photos that were tried without success are free again.
    fn forget_attempts(&self, work: &str) -> Result<(), StoreError>;
}
