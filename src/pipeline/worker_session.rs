//! One of several workers on a shared store: leases photos, sends heartbeats, releases what is done.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use jiff::Timestamp;
use parking_lot::Mutex;
use tracing::warn;

use super::record_writer::without_retryable_fault;
use super::{Observer, Pipeline, RecordWriter, SearchProgress};
use crate::hash::hex;
use crate::photo::{Photo, PhotoId};
use crate::seal::SealedPhoto;
use crate::store::coordination::{HEARTBEAT, LeaseOutcome, Worker, WorkerCoordination};
use crate::store::{Store, StoreError, this_host};

/// Photos that are released at once.
const RELEASE_BATCH: usize = 50;

/// A worker's session. It holds its photos until it releases them or ends, for whatever reason.
pub struct WorkerSession {
    store: Arc<dyn Store>,
    state: Arc<State>,
    heartbeat: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
}

struct State {
    worker: Worker,
    done: AtomicU64,
    finished: Mutex<Finished>,
}

/// What waits to be released.
#[derive(Default)]
struct Finished {
    done: Vec<PhotoId>,
    tried: Vec<PhotoId>,
}

/// The photos of a batch that a worker got.
#[derive(Default)]
pub struct LeasedPhotos {
    /// As they are now that nobody else changes them.
    pub photos: Vec<SealedPhoto>,
    /// Others have these now.
    pub busy: Vec<PhotoId>,
}

impl WorkerSession {
    /// Starts a session; `None` where the store has only one writer.
    pub fn begin(store: &Arc<dyn Store>, work: &str) -> Result<Option<Self>, StoreError> {
        let Some(coordination) = store.coordination() else { return Ok(None) };
        let mut id = [0; 6];
        getrandom::fill(&mut id).map_err(|err| StoreError::Other(format!("no random bytes: {err}")))?;
        let worker = Worker {
            id: hex(&id),
            work: work.to_owned(),
            host: this_host(),
            process: std::process::id(),
            since: Some(Timestamp::now()),
            ..Worker::default()
        };
        if !coordination.workers()?.iter().any(|other| other.work == work) {
            coordination.forget_attempts(work)?;
        }
        coordination.heartbeat(&worker)?;
        let state = Arc::new(State { worker, done: AtomicU64::new(0), finished: Mutex::default() });
        let (end, ended) = mpsc::channel();
        let (own, shared) = (Arc::clone(store), Arc::clone(&state));
        let thread = thread::spawn(move || run_heartbeat(own.as_ref(), &shared, &ended));
        Ok(Some(Self { store: Arc::clone(store), state, heartbeat: Some((end, thread)) }))
    }

    /// Leases those of these photos that no other worker has and that still want something done, as they are now: with
    /// what other workers did before.
    pub fn lease_wanted(
        &self,
        ids: &[PhotoId],
        wants: impl Fn(&SealedPhoto) -> bool,
    ) -> Result<LeasedPhotos, StoreError> {
        let Some(coordination) = self.store.coordination().filter(|_| !ids.is_empty()) else {
            return Ok(LeasedPhotos::default());
        };
        let leased = self.lease(ids)?;
        let mut photos = self.store.load_sealed(&leased.granted)?;
        photos.retain(wants);
        let kept: HashSet<&PhotoId> = photos.iter().map(|sealed| &sealed.photo().id).collect();
        let unwanted: Vec<PhotoId> = leased.granted.iter().filter(|id| !kept.contains(id)).cloned().collect();
        coordination.release(&self.state.worker, &unwanted, false)?;
        Ok(LeasedPhotos { photos, busy: leased.busy })
    }

    /// Leases those of these photos that no other worker has, without reading them.
    pub fn lease(&self, ids: &[PhotoId]) -> Result<LeaseOutcome, StoreError> {
        match self.store.coordination() {
            Some(coordination) => coordination.lease(&self.state.worker, ids),
            None => Ok(LeaseOutcome { granted: ids.to_vec(), busy: Vec::new() }),
        }
    }

    /// Leases work that only one worker may do at a time; an error names the worker who does it now.
    pub fn exclusive(store: &Arc<dyn Store>, work: &str, what: &[String]) -> Result<Option<Self>, StoreError> {
        let Some(session) = Self::begin(store, work)? else { return Ok(None) };
        let ids: Vec<PhotoId> = what.iter().map(PhotoId::from_text).collect();
        if session.lease(&ids)?.granted.len() == ids.len() {
            return Ok(Some(session));
        }
        let own = &session.state.worker.id;
        let others = store.coordination().map(WorkerCoordination::workers).transpose()?.unwrap_or_default();
        let other = others.iter().find(|other| other.work == work && other.id != *own);
        // A worker that was killed just now holds its leases for a minute.
        let holder = other
            .map_or_else(|| "one that was cut off a moment ago; it is free again in a minute".to_owned(), describe);
        Err(StoreError::Locked { holder })
    }

    /// Notes photos that are done, or that were tried in vain; they are released in batches.
    pub fn finish(&self, ids: impl IntoIterator<Item = PhotoId>, tried: bool) -> Result<(), StoreError> {
        let many = {
            let mut finished = self.state.finished.lock();
            let list = if tried { &mut finished.tried } else { &mut finished.done };
            let before = list.len();
            list.extend(ids);
            self.state.done.fetch_add((list.len() - before) as u64, Ordering::Relaxed);
            list.len() >= RELEASE_BATCH
        };
        if many { self.state.release(self.store.as_ref()) } else { Ok(()) }
    }
}

impl State {
    fn release(&self, store: &dyn Store) -> Result<(), StoreError> {
        let Finished { done, tried } = std::mem::take(&mut *self.finished.lock());
        let Some(coordination) = store.coordination() else { return Ok(()) };
        coordination.release(&self.worker, &done, false)?;
        coordination.release(&self.worker, &tried, true)
    }
}

/// A worker in words.
pub fn describe(worker: &Worker) -> String {
    let since = worker.since.map(|since| format!(" since {since:.0}")).unwrap_or_default();
    format!("{} on {} (process {}){since}", worker.work, worker.host, worker.process)
}

fn run_heartbeat(store: &dyn Store, state: &State, ended: &mpsc::Receiver<()>) {
    let every = store.coordination().map_or(HEARTBEAT, |coordination| HEARTBEAT.min(coordination.lease_duration() / 3));
    let (mut before, mut at) = (0, Instant::now());
    while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(every) {
        let Some(coordination) = store.coordination() else { return };
        let done = state.done.load(Ordering::Relaxed);
        let minutes = at.elapsed().as_secs_f64() / 60.0;
        let per_minute = ((done - before) as f64 / minutes).round();
        (before, at) = (done, Instant::now());
        // If the server is unreachable for longer than a lease, others may take these photos: nothing is lost by that.
        let sent = coordination.heartbeat(&Worker { done, per_minute, ..state.worker.clone() });
        log_failure(sent, "the heartbeat failed");
        log_failure(state.release(store), "leases could not be released");
    }
}

impl Drop for WorkerSession {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.heartbeat.take() {
            drop(end);
            let _ = thread.join();
        }
        // What cannot be released expires.
        log_failure(self.state.release(self.store.as_ref()), "leases could not be released");
        if let Some(coordination) = self.store.coordination() {
            log_failure(coordination.unregister(&self.state.worker.id), "the worker could not be unregistered");
        }
    }
}

/// Logs an error that does not end the run: a lease that is not released expires.
fn log_failure<T, E: std::fmt::Display>(result: Result<T, E>, message: &str) {
    if let Err(err) = result {
        warn!(error = %err, "{message}");
    }
}

/// Photos that are read at once.
const SCAN: usize = 200;
/// Photos that are leased at once: few, so that new workers have something to do.
pub(super) const LEASE_BATCH: usize = 24;
/// How long to wait for photos that other workers have.
const WAIT: Duration = Duration::from_secs(1);

/// What a worker does.
pub struct Job {
    /// Saves the photos.
    pub writer: Arc<RecordWriter>,
    /// Which stages.
    pub pipeline: Pipeline,
    /// Whether what was rejected or gone is tried too.
    pub again: bool,
}

impl Job {
    /// Whether a stored photo still wants something done.
    fn wants(&self, photo: Photo) -> bool {
        self.pipeline.wants(&without_retryable_fault(photo, self.again))
    }
}

/// Stored photos to be processed again, each by one worker only; ends when no worker has any left.
pub fn shared(session: Arc<WorkerSession>, job: Arc<Job>) -> BoxStream<'static, Result<Photo>> {
    let begin = StoreScan { session, job, after: None, read: VecDeque::new(), busy: VecDeque::new(), whole: false };
    let leased = stream::try_unfold(begin, |mut search| async move {
        loop {
            let (back, found) = tokio::task::spawn_blocking(move || {
                let found = search.next();
                (search, found)
            })
            .await
            .context("reading the store failed")?;
            search = back;
            match found? {
                Batch::Photos(photos) => return anyhow::Ok(Some((photos, search))),
                Batch::Later => tokio::time::sleep(WAIT).await,
                Batch::Nothing => return Ok(None),
            }
        }
    });
    leased.map_ok(|photos| stream::iter(photos.into_iter().map(anyhow::Ok))).try_flatten().boxed()
}

enum Batch {
    Photos(Vec<Photo>),
    /// Others have what is left.
    Later,
    Nothing,
}

/// How far a worker has read the store.
struct StoreScan {
    session: Arc<WorkerSession>,
    job: Arc<Job>,
    after: Option<PhotoId>,
    /// Wanted, and not leased yet.
    read: VecDeque<PhotoId>,
    /// Others had these.
    busy: VecDeque<PhotoId>,
    /// Whether the whole store was read.
    whole: bool,
}

impl StoreScan {
    fn next(&mut self) -> Result<Batch> {
        while self.read.is_empty() && !self.whole {
            let batch = self.session.store.scan(self.after.as_ref(), SCAN)?;
            self.whole = batch.is_empty();
            self.after = batch.last().map(|last| last.id.clone());
            let wanted = batch.into_iter();
            self.read.extend(
                wanted
                    .map(|photo| (photo.id.clone(), photo))
                    .filter_map(|(id, photo)| self.job.wants(photo).then_some(id)),
            );
        }
        let waiting = self.read.is_empty();
        let list = if waiting { &mut self.busy } else { &mut self.read };
        let ids: Vec<PhotoId> = list.drain(..list.len().min(LEASE_BATCH)).collect();
        if ids.is_empty() {
            return Ok(Batch::Nothing);
        }
        let ids = if waiting { self.still_wanted(ids)? } else { ids };
        let leased = self.session.lease_wanted(&ids, |sealed| self.job.wants(sealed.clone().into_photo()))?;
        self.busy.extend(leased.busy);
        let again = self.job.again;
        let photos: Vec<Photo> =
            leased.photos.into_iter().map(|sealed| without_retryable_fault(sealed.into_photo(), again)).collect();
        Ok(if photos.is_empty() && waiting { Batch::Later } else { Batch::Photos(photos) })
    }

    /// Without those that other workers have done meanwhile.
    fn still_wanted(&self, ids: Vec<PhotoId>) -> Result<Vec<PhotoId>> {
        let photos = self.session.store.load(&ids)?.into_iter();
        let wanted = photos.map(|photo| (photo.id.clone(), photo)).filter(|(_, photo)| self.job.wants(photo.clone()));
        Ok(wanted.map(|(id, _)| id).collect())
    }
}

/// Releases photos that are saved, and passes all calls on to another observer.
pub struct WorkerObserver {
    /// This worker.
    pub session: Arc<WorkerSession>,
    /// What it does: a saved photo that still wants it was tried in vain.
    pub job: Arc<Job>,
    /// The other observer.
    pub observer: Arc<dyn Observer>,
}

impl Observer for WorkerObserver {
    fn page_received(&self, progress: &SearchProgress<'_>) {
        self.observer.page_received(progress);
    }

    fn photos_queued(&self, photos: u64) {
        self.observer.photos_queued(photos);
    }

    fn photo_saved(&self, photo: &Photo) {
        self.observer.photo_saved(photo);
        // An error here is the server's; the next save reports it.
        let finished = self.session.finish([photo.id.clone()], self.job.wants(photo.clone()));
        log_failure(finished, "a lease could not be ended");
    }

    fn notice(&self, text: &str) {
        self.observer.notice(text);
    }
}
