//! The store in MongoDB (6.0 and newer): a single server, a replica set, a sharded cluster, Atlas.
//!
//! Several processes may write at once. A photo's record and its tokens are two documents with the same `_id` (see
//! docs/mongodb.md). A document is replaced only if its `seq` is the one that was read, so no change is lost. Writes are
//! acknowledged by a majority, journaled and idempotent: after an unclear result the document is read and written again.

mod checksum;
mod connect;
mod document;
mod follow;
mod read;
mod retry;
mod sequence;
mod store;
mod tally;
mod vectors;
mod workers;
mod write;

pub(crate) use connect::database;
pub(crate) use retry::store_error;

use std::future::Future;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::{Document, RawDocumentBuf};
use tokio::runtime::Runtime;

use super::checksum::Checksums;
use super::{Access, DamageLog, StoreError};
use crate::dataset::Server;

/// A database that holds one dataset's records.
pub struct MongoStore {
    driver: Driver,
    collections: Collections,
    /// Created by the first call of `wait_for_change`.
    signal: OnceLock<Arc<follow::ChangeSignal>>,
    damage: DamageLog,
}

/// The collections of one dataset. Cheap to clone.
#[derive(Clone)]
struct Collections {
    /// Records without tokens: as in JSON Lines, with `_id`, `seq`, `state` and `key_id`.
    photos: Collection<RawDocumentBuf>,
    /// Their tokens, by the same `_id`.
    sealed: Collection<RawDocumentBuf>,
    tombstones: Collection<Document>,
    vectors: Collection<RawDocumentBuf>,
    notes: Collection<Document>,
    /// `_id` "seq": the last reserved change number, and the reservations that are still valid.
    counters: Collection<Document>,
    workers: Collection<Document>,
    leases: Collection<Document>,
    /// How long a lease is valid without a heartbeat.
    lease: Duration,
    /// The address without user, password and options.
    shown: String,
    checksums: Checksums,
    damage: DamageLog,
}

/// Number of threads of the driver, which mostly waits for the network.
const THREADS: usize = 2;

impl MongoStore {
    /// Opens the database. For writing, creates missing collections and indexes.
    pub fn open(server: &Server, access: Access) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("mongodb")
            .enable_all()
            .build()
            .map_err(|err| StoreError::Other(format!("no threads for MongoDB's driver: {err}")))?;
        let driver = Driver(Some(runtime));
        let collections = driver.wait(connect::collections(server.clone(), access))?;
        let damage = collections.damage.clone();
        let mut store = Self { driver, collections, signal: OnceLock::new(), damage };
        store.collections.checksums = match access {
            Access::Read => Checksums::load(&store, &store.damage)?,
            Access::Write => Checksums::load_or_make(&store, &store.damage)?,
        };
        Ok(store)
    }

    /// Runs work on the driver's threads and waits for the result.
    fn run<T, W, F>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
        W: FnOnce(Collections) -> F,
    {
        self.driver.wait(work(self.collections.clone()))
    }
}

/// The driver's runtime. Callers block; they may be in a runtime of their own.
struct Driver(Option<Runtime>);

impl Driver {
    /// Spawns work and waits for it by a channel: `block_on` panics if the caller is in a runtime.
    fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.0.as_ref().expect("the runtime exists until drop").spawn(async move {
            let _ = sender.send(work.await);
        });
        receiver.recv().unwrap_or_else(|_| Err(StoreError::Other("MongoDB's driver failed".to_owned())))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Dropping a runtime inside another one must not block.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
