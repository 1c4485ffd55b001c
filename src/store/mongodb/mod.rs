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

use super::{Access, Change, Record, Store, StoreError};
use crate::dataset::Server;
use crate::photo::{Photo, PhotoId, State, Vector};
use crate::seal::SealedPhoto;

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

impl Store for MongoStore {
    fn save(&self, photos: &[SealedPhoto]) -> Result<(), StoreError> {
        let entries = photos.iter().map(put::Entry::of).collect::<Result<Vec<_>, _>>()?;
        self.run(|home| home.save(put::unique(entries)))
    }

    fn update(&self, ids: &[PhotoId], change: &mut super::Changing<'_>) -> anyhow::Result<Vec<SealedPhoto>> {
        let mut wanted = ids.to_vec();
        let mut saved = Vec::new();
        while !wanted.is_empty() {
            let asked = wanted.clone();
            let known = self.run(|home| async move { home.known(&asked).await })?;
            let revisions = known.iter().map(|known| (known.id().to_owned(), known.revision)).collect();
            let before = known.into_iter().filter_map(|known| known.photo).collect();
            let changed = change(&wanted, before)?;
            let mut entries = changed.iter().map(put::Entry::of).collect::<Result<Vec<_>, _>>()?;
            put::expect(&mut entries, &revisions);
            let late = self.run(|home| home.replace(entries))?;
            let (again, done) = changed.into_iter().partition(|sealed| late.contains(sealed.photo().id.as_str()));
            let again: Vec<SealedPhoto> = again;
            saved.extend::<Vec<SealedPhoto>>(done);
            wanted = again.into_iter().map(|sealed| sealed.photo().id.clone()).collect();
        }
        Ok(saved)
    }

    fn team(&self) -> Option<&dyn super::team::Team> {
        Some(self)
    }

    fn load(&self, ids: &[PhotoId]) -> Result<Vec<SealedPhoto>, StoreError> {
        let ids = ids.to_vec();
        self.run(|home| async move {
            let known = home.known(&ids).await?;
            Ok(known.into_iter().filter_map(|known| known.photo).collect())
        })
    }

    fn scan(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<SealedPhoto>, StoreError> {
        let after = after.map(|id| id.as_str().to_owned());
        self.run(|home| async move { home.scan(after, limit).await })
    }

    fn photos(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<Photo>, StoreError> {
        let after = after.map(|id| id.as_str().to_owned());
        let raw = self.run(|home| async move { home.raw_photos(after, limit).await })?;
        raw.iter().map(|document| document::read_photo(document)).collect()
    }

    fn look(&self, ids: &[PhotoId]) -> Result<Vec<Photo>, StoreError> {
        let ids = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let raw = self.run(|home| async move { home.raw_of(ids).await })?;
        raw.iter().map(|document| document::read_photo(document)).collect()
    }

    fn changes(&self, after_seq: u64, limit: usize) -> Result<Vec<Change>, StoreError> {
        self.run(|home| async move { home.changes(after_seq, limit).await })
    }

    fn records(&self, after_seq: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        let raw = self.run(|home| async move { home.raw_records(after_seq, limit).await })?;
        // Decoded on the caller's thread: there may be several, the driver's are for the network.
        Ok(raw.into_iter().map(photos::record).collect())
    }

    fn seq(&self) -> Result<u64, StoreError> {
        self.run(|home| async move { home.horizon().await })
    }

    fn wait(&self, most: Duration) {
        let bell = self.bell.get_or_init(|| {
            let bell = Arc::default();
            let follow = self.home.clone().follow(Arc::clone(&bell));
            self.driver.0.as_ref().expect("it is there until it is dropped").spawn(follow);
            bell
        });
        bell.wait(most);
    }

    fn remove(&self, ids: &[PhotoId]) -> Result<usize, StoreError> {
        let ids = ids.iter().map(|id| id.as_str().to_owned()).collect();
        self.run(|home| async move { home.remove(ids).await })
    }

    fn check(&self) -> Result<(u64, Vec<String>), StoreError> {
        self.run(|home| async move { home.check().await })
    }

    fn count(&self) -> Result<Vec<(State, u64)>, StoreError> {
        self.run(|home| async move { home.count().await })
    }

    fn note(&self, key: &str) -> Result<Option<String>, StoreError> {
        let key = key.to_owned();
        self.run(|home| async move { home.note(&key).await })
    }

    fn set_note(&self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        let (key, value) = (key.to_owned(), value.map(str::to_owned));
        self.run(|home| async move { home.set_note(&key, value.as_deref()).await })
    }

    fn first_note(&self, key: &str, value: &str) -> Result<String, StoreError> {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.run(|home| async move { home.first_note(&key, &value).await })
    }

    fn save_vectors(&self, model: &str, vectors: &[(PhotoId, Vector)]) -> Result<(), StoreError> {
        let (model, vectors) = (model.to_owned(), vectors.to_vec());
        self.run(|home| async move { home.save_vectors(&model, vectors).await })
    }

    fn vectors(&self, model: &str, ids: &[PhotoId]) -> Result<Vec<(PhotoId, Vector)>, StoreError> {
        let (model, ids) = (model.to_owned(), ids.to_vec());
        self.run(|home| async move { home.vectors(&model, &ids).await })
    }

    fn models(&self) -> Result<Vec<String>, StoreError> {
        self.run(|home| async move { home.models().await })
    }

    fn count_vectors(&self, model: &str) -> Result<u64, StoreError> {
        let model = model.to_owned();
        self.run(|home| async move { home.count_vectors(&model).await })
    }

    fn scan_vectors(
        &self,
        model: &str,
        after: Option<&PhotoId>,
        limit: usize,
    ) -> Result<Vec<(PhotoId, Vector)>, StoreError> {
        let (model, after) = (model.to_owned(), after.map(|id| id.as_str().to_owned()));
        self.run(|home| async move { home.scan_vectors(&model, after, limit).await })
    }
}
