//! A worker on a shared store: leases photos, sends heartbeats, releases processed photos.

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

use super::{Choice, Observer, Pipeline, RecordWriter, SearchProgress};
use crate::hash::hex;
use crate::photo::{Photo, PhotoId};
use crate::seal::SealedPhoto;
use crate::store::coordination::{HEARTBEAT, LeaseOutcome, Worker, WorkerCoordination};
use crate::store::{Store, StoreError, this_host};

/// Photos released at a time.
const RELEASE_BATCH: usize = 50;

/// A worker's session. It leases its photos until it releases them or ends.
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

/// Photos to be released.
#[derive(Default)]
struct Finished {
    done: Vec<PhotoId>,
    tried: Vec<PhotoId>,
}

/// The result of leasing a batch.
#[derive(Default)]
pub struct LeasedPhotos {
    /// The leased photos, read after the lease.
    pub photos: Vec<SealedPhoto>,
    /// Photos leased by other workers.
    pub busy: Vec<PhotoId>,
}

impl WorkerSession {
    /// Starts a session; `None` if the store has only one writer.
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

    /// Leases the photos that no other worker has leased and that still need work. They are read after the lease, so they
    /// include the work of other workers.
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

    /// Leases the photos that no other worker has leased, without reading them.
    pub fn lease(&self, ids: &[PhotoId]) -> Result<LeaseOutcome, StoreError> {
        match self.store.coordination() {
            Some(coordination) => coordination.lease(&self.state.worker, ids),
            None => Ok(LeaseOutcome { granted: ids.to_vec(), busy: Vec::new() }),
        }
    }

    /// The photos that a worker may process: with a session those that it could lease, without one all.
    pub async fn lease_photos(session: Option<Arc<Self>>, mut photos: Vec<Photo>) -> Result<Vec<Photo>> {
        let Some(session) = session else { return Ok(photos) };
        let ids: Vec<PhotoId> = photos.iter().map(|photo| photo.id.clone()).collect();
        let leased = tokio::task::spawn_blocking(move || session.lease(&ids)).await.context("leasing failed")??;
        photos.retain(|photo| leased.granted.contains(&photo.id));
        Ok(photos)
    }

    /// Leases work that only one worker may do at a time. The error names the current worker.
    pub fn exclusive(store: &Arc<dyn Store>, work: &str, what: &[String]) -> Result<Option<Self>, StoreError> {
        let Some(session) = Self::begin(store, work)? else { return Ok(None) };
        let ids: Vec<PhotoId> = what.iter().map(PhotoId::from_text).collect();
        if session.lease(&ids)?.granted.len() == ids.len() {
            return Ok(Some(session));
        }
        let own = &session.state.worker.id;
        let others = store.coordination().map(WorkerCoordination::workers).transpose()?.unwrap_or_default();
        let other = others.iter().find(|other| other.work == work && other.id != *own);
        // The leases of a worker that was just killed expire after a minute.
        let holder = other
            .map_or_else(|| "a worker that ended a moment ago; its lease expires within a minute".to_owned(), describe);
        Err(StoreError::Locked { holder })
    }

    /// Marks photos as done, or as tried without success; they are released in batches.
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

/// A description of a worker.
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
        // If the server is unreachable for longer than a lease, other workers may lease these photos. This does no harm.
        let sent = coordination.heartbeat(&Worker { done, per_minute, ..state.worker.clone() });
        log_failure(sent, "the heartbeat failed");
        log_failure(state.release(store), "could not release leases");
    }
}

impl Drop for WorkerSession {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.heartbeat.take() {
            drop(end);
            let _ = thread.join();
        }
        // Leases that cannot be released expire.
        log_failure(self.state.release(self.store.as_ref()), "could not release leases");
        if let Some(coordination) = self.store.coordination() {
            log_failure(coordination.unregister(&self.state.worker.id), "could not unregister the worker");
        }
    }
}

/// Logs an error that does not end the run: a lease that is not released expires.
fn log_failure<T, E: std::fmt::Display>(result: Result<T, E>, message: &str) {
    if let Err(err) = result {
        warn!(error = %err, "{message}");
    }
}

/// Photos read at a time.
const SCAN: usize = 200;
/// Photos leased at a time; few, so that work is left for new workers.
pub(super) const LEASE_BATCH: usize = 24;
/// How long to wait for photos that other workers have leased.
const WAIT: Duration = Duration::from_secs(1);

/// The work of a worker.
pub struct Job {
    /// Saves the photos.
    pub writer: Arc<RecordWriter>,
    /// The stages.
    pub pipeline: Pipeline,
    /// The photos that are taken up.
    pub choice: Arc<Choice>,
}

impl Job {
    /// Whether a stored photo still needs work.
    fn wants(&self, photo: Photo) -> bool {
        self.choice.prepare(photo).is_some_and(|photo| self.pipeline.wants(&photo))
    }
}

/// Work on photos that several workers share.
pub struct SharedWork {
    /// This worker.
    pub session: Arc<WorkerSession>,
    /// Its job.
    pub job: Arc<Job>,
    /// Releases saved photos, and forwards all calls to the observer of the run.
    pub observer: Arc<dyn Observer>,
}

impl SharedWork {
    /// Starts a worker session; `None` if the store has one writer.
    pub fn begin(work: &str, job: Job, observer: &Arc<dyn Observer>) -> Result<Option<Self>, StoreError> {
        let Some(session) = WorkerSession::begin(job.writer.store(), work)? else { return Ok(None) };
        let (session, job, observer) = (Arc::new(session), Arc::new(job), Arc::clone(observer));
        let releasing = WorkerObserver { session: Arc::clone(&session), job: Arc::clone(&job), observer };
        Ok(Some(Self { session, job, observer: Arc::new(releasing) }))
    }
}

/// Stored photos that need work, each for one worker; ends when no worker has any left.
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
    /// The remaining photos are leased by other workers.
    Later,
    Nothing,
}

/// A worker's scan of the store.
struct StoreScan {
    session: Arc<WorkerSession>,
    job: Arc<Job>,
    after: Option<PhotoId>,
    /// Photos that need work and are not leased yet.
    read: VecDeque<PhotoId>,
    /// Photos that other workers had leased.
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
        let choice = &self.job.choice;
        let photos: Vec<Photo> =
            leased.photos.into_iter().filter_map(|sealed| choice.prepare(sealed.into_photo())).collect();
        Ok(if photos.is_empty() && waiting { Batch::Later } else { Batch::Photos(photos) })
    }

    /// Removes the photos that other workers have processed meanwhile.
    fn still_wanted(&self, ids: Vec<PhotoId>) -> Result<Vec<PhotoId>> {
        let photos = self.session.store.load(&ids)?.into_iter();
        let wanted = photos.map(|photo| (photo.id.clone(), photo)).filter(|(_, photo)| self.job.wants(photo.clone()));
        Ok(wanted.map(|(id, _)| id).collect())
    }
}

/// Releases saved photos, and forwards all calls to another observer.
pub struct WorkerObserver {
    /// The session of this worker.
    pub session: Arc<WorkerSession>,
    /// The job. A saved photo that still needs it was tried without success.
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

    fn all_queued(&self) {
        self.observer.all_queued();
    }

    fn photos_passed(&self, photos: u64) {
        self.observer.photos_passed(photos);
    }

    fn photo_saved(&self, photo: &Photo) {
        self.observer.photo_saved(photo);
        // An error here comes from the server; the next save will report it.
        let finished = self.session.finish([photo.id.clone()], self.job.wants(photo.clone()));
        log_failure(finished, "could not release a lease");
    }

    fn notice(&self, text: &str) {
        self.observer.notice(text);
    }

    fn ended(&self) {
        self.observer.ended();
    }
}
