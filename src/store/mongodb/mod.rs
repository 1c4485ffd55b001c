//! The store in MongoDB (6.0 and newer): a single server, a replica set, a sharded cluster, Atlas.
//!
//! Many may write at once. A photo's record and what is sealed of it are two documents with the same `_id` (docs/mongodb.md
//! shows them); each is only replaced when it still is what was read, so nobody undoes what another did. Writes are
//! acknowledged by a majority, journaled, and idempotent: what is not known to be done is looked up and done again.

mod connect;
mod document;
mod follow;
mod persist;
mod photos;
mod put;
mod sequence;
mod store;
mod team;
mod vectors;

pub(crate) use connect::database;
pub(crate) use persist::words;

use std::future::Future;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use mongodb::Collection;
use mongodb::bson::{Document, RawDocumentBuf};
use tokio::runtime::Runtime;

use super::{Access, StoreError};
use crate::dataset::Server;

/// A database that holds one dataset's records.
pub struct MongoStore {
    driver: Driver,
    home: Home,
    /// Made when somebody first waits for changes.
    bell: OnceLock<Arc<follow::Bell>>,
}

/// The collections of one dataset; cheap to clone.
#[derive(Clone)]
struct Home {
    /// Records, without anything sealed: as in JSON Lines, with `_id`, `seq`, `state` and `key_id`.
    photos: Collection<RawDocumentBuf>,
    /// What is sealed of them, by the same `_id`.
    sealed: Collection<RawDocumentBuf>,
    tombstones: Collection<Document>,
    vectors: Collection<RawDocumentBuf>,
    notes: Collection<Document>,
    /// `_id` "seq": how far the numbers of changes are given out, and which are under way.
    counters: Collection<Document>,
    workers: Collection<Document>,
    leases: Collection<Document>,
    /// How long leases hold.
    lease: Duration,
    /// The address without what is secret.
    shown: String,
}

/// Threads of the driver: it waits for the network most of the time.
const THREADS: usize = 2;

impl MongoStore {
    /// Opens the database; for writing makes what is missing.
    pub fn open(server: &Server, access: Access) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("mongodb")
            .enable_all()
            .build()
            .map_err(|err| StoreError::Other(format!("no threads for MongoDB's driver: {err}")))?;
        let driver = Driver(Some(runtime));
        let home = driver.wait(connect::home(server.clone(), access))?;
        Ok(Self { driver, home, bell: OnceLock::new() })
    }

    /// Runs work on the driver's threads and waits for it.
    fn run<T, W, F>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
        W: FnOnce(Home) -> F,
    {
        self.driver.wait(work(self.home.clone()))
    }
}

/// What the driver runs on: callers block, in whatever runtime they may be themselves.
struct Driver(Option<Runtime>);

impl Driver {
    /// Spawns work and waits for it by a channel: `block_on` would panic where the caller is in a runtime of its own.
    fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.0.as_ref().expect("it is there until it is dropped").spawn(async move {
            let _ = sender.send(work.await);
        });
        receiver.recv().unwrap_or_else(|_| Err(StoreError::Other("MongoDB's driver broke down".to_owned())))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It must not wait where it is dropped: that may be in a runtime.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
