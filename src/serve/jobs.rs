//! Writes from the explorer: reviews, concepts, and background jobs that train and score.
//!
//! A dataset has one writer, which holds its lock. The job runner holds it only while it writes. Reviews that arrive
//! while another process writes are safe in `reviews.jsonl`, and are copied into the records later.

use std::collections::BTreeSet;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use jiff::Timestamp;
use parking_lot::{Mutex, MutexGuard};
use tracing::{info, warn};

use super::job::{Job, JobKind, JobStatus, Task};
use crate::concepts::{self, Concept, Concepts};
use crate::dataset::Dataset;
use crate::explorer::SimilarityIndex;
use crate::photo::{PhotoId, Taxon};
use crate::pipeline::Stop;
use crate::pipeline::reviewed::{self, copy_reviews};
use crate::pipeline::score::{self, ScoreObserver};
use crate::pipeline::scoring_context::ScoringContext;
use crate::pipeline::{heads, train};
use crate::reviews::{Review, Reviews, Verdict};
use crate::stages::Derived;
use crate::store::{self, Access, Store, StoreError};
use crate::training::{HeldOut, Options};

/// How long the embeddings in memory are used after the dataset has changed; reading a million takes time.
const SIMILARITY_TTL: Duration = Duration::from_secs(600);
/// Up to this many embeddings are read again after every change of the dataset.
const REREAD_UP_TO: usize = 20_000;

/// The name of a job's thread.
const THREAD: &str = "job";
/// The message of a job that panicked. Where it did is on standard error.
pub const PANICKED: &str = "a bug in Gleaner ended it; please report it with what gleaner serve printed";

/// The embeddings of one model in memory.
struct CachedSimilarityIndex {
    /// The change of the dataset up to which they were read.
    seq: u64,
    read_at: Instant,
    similarity_index: Arc<SimilarityIndex>,
}

/// Why a job cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another one is running.
    #[error("Another job is running; wait until it is done")]
    Busy,
    /// Another worker does this work, on the same or another computer.
    #[error("another worker does it: {0}")]
    Held(String),
    /// The store cannot be opened for writing.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Runs the jobs of one dataset.
pub struct JobRunner {
    dataset: Dataset,
    context: Arc<ScoringContext>,
    reviews: Mutex<Reviews>,
    /// Photos whose records do not yet contain what `reviews.jsonl` says.
    pending: Mutex<BTreeSet<PhotoId>>,
    job: Mutex<Job>,
    /// Locked while the file of concepts is read, changed and written.
    concepts_file: Mutex<()>,
    /// A server's store, kept open. A folder's store is closed after each use: it is locked while it is open.
    writer: Mutex<Option<Arc<dyn Store>>>,
    similarity_index: Mutex<Vec<CachedSimilarityIndex>>,
    stop: Stop,
}

impl JobRunner {
    /// Reads the reviews. Their photos' records are brought up to date at the first write.
    pub fn open(dataset: Dataset, context: Arc<ScoringContext>) -> Result<Self> {
        let reviews = Reviews::open(&dataset)?;
        let pending = reviewed::reviewed(&reviews).into_iter().collect();
        Ok(Self {
            dataset,
            context,
            reviews: Mutex::new(reviews),
            pending: Mutex::new(pending),
            job: Mutex::default(),
            concepts_file: Mutex::default(),
            writer: Mutex::default(),
            similarity_index: Mutex::default(),
            stop: Stop::default(),
        })
    }

    /// Models and settings.
    pub fn context(&self) -> &ScoringContext {
        &self.context
    }

    /// What follows from scores, labels and reviews.
    pub fn derived(&self) -> Result<Arc<Derived>> {
        self.context.derived(&self.dataset)
    }

    /// The dataset's folder.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The concepts of the settings and of the dataset.
    pub fn concepts(&self) -> Result<Concepts> {
        self.context.concepts(&self.dataset)
    }

    /// Saves a concept of the dataset, or removes it (`None`). Returns whether anything was saved or removed.
    pub fn change_concept(&self, name: &str, concept: Option<Concept>) -> Result<bool> {
        let _guard = self.concepts_file.lock();
        let mut own = concepts::read(&self.dataset)?;
        let old = own.remove(name);
        let changes = old.is_some() || concept.is_some();
        if let Some(concept) = concept {
            // The page does not show thresholds: a threshold in the file is kept.
            let threshold = concept.threshold.or(old.and_then(|old| old.threshold));
            own.insert(Concept { threshold, ..concept })?;
        }
        if changes {
            concepts::write(&self.dataset, &own)?;
        }
        Ok(changes)
    }

    /// The reviews, including those that other processes have added.
    pub fn reviews(&self) -> MutexGuard<'_, Reviews> {
        let mut reviews = self.reviews.lock();
        // Reviews read before stay valid. A failing disk is reported when the next review is saved.
        if let Err(err) = reviews.follow() {
            warn!(error = %err, "new reviews could not be read");
        }
        reviews
    }

    /// Saves reviews durably. The photos' records follow when no other process writes.
    pub fn review(&self, concept: &str, by: &str, verdicts: Vec<(PhotoId, Verdict)>) -> io::Result<()> {
        let at = Timestamp::now();
        let review = |(photo, verdict): (PhotoId, Verdict)| Review {
            photo,
            concept: concept.to_owned(),
            verdict,
            by: by.to_owned(),
            at,
            taxon: None,
        };
        self.record(verdicts.into_iter().map(review).collect())
    }

    /// Saves a verdict on the taxon of a photo durably. The record follows when no other process writes.
    pub fn review_taxon(&self, photo: &PhotoId, by: &str, said: (Verdict, Option<Taxon>)) -> io::Result<()> {
        self.record(vec![Review::of_taxon(photo.clone(), by, said, Timestamp::now())])
    }

    fn record(&self, reviews: Vec<Review>) -> io::Result<()> {
        self.reviews.lock().append(&reviews)?;
        self.pending.lock().extend(reviews.into_iter().map(|review| review.photo));
        Ok(())
    }

    /// Writes pending reviews into the photos' records. Fails while another process writes to the dataset.
    pub fn apply_reviews(&self) -> Result<(), StoreError> {
        if self.pending.lock().is_empty() {
            return Ok(());
        }
        let store = self.writer()?;
        self.apply_reviews_to(store.as_ref()).map_err(|err| StoreError::Other(format!("{err:#}")))
    }

    fn writer(&self) -> Result<Arc<dyn Store>, StoreError> {
        let mut kept = self.writer.lock();
        if let Some(store) = kept.as_ref() {
            return Ok(Arc::clone(store));
        }
        let store: Arc<dyn Store> = store::open(&self.dataset, Access::Write)?.into();
        if store.coordination().is_some() {
            *kept = Some(Arc::clone(&store));
        }
        Ok(store)
    }

    fn apply_reviews_to(&self, store: &dyn Store) -> Result<()> {
        // Taken first: a review that arrives meanwhile is pending again.
        let pending = std::mem::take(&mut *self.pending.lock());
        let ids: Vec<PhotoId> = pending.iter().cloned().collect();
        let applied = self.derived().and_then(|derived| copy_reviews((store, &derived), &self.reviews(), &ids));
        if applied.is_err() {
            self.pending.lock().extend(pending);
        }
        applied.map(drop)
    }

    /// The current job, or the last one.
    pub fn job(&self) -> Job {
        self.job.lock().clone()
    }

    /// Starts a job in the background. Returns `false` if another one is running.
    pub fn start(self: &Arc<Self>, task: Task) -> bool {
        let kind = task.kind();
        let reserved = self.reserve(kind, task.concept()).is_some();
        if reserved {
            self.spawn(kind, move |own| own.run(&task));
        }
        reserved
    }

    /// Reserves the current job for work that writes, opens the store and prepares the work; [`Self::run_writing`] follows. Fails
    /// at once if another job is running here, or if another process writes to the dataset.
    pub fn begin_writing<T>(
        &self,
        kind: JobKind,
        prepare: impl FnOnce(&Arc<dyn Store>) -> Result<T, StartError>,
    ) -> Result<(Arc<dyn Store>, T), StartError> {
        let before = self.reserve(kind, None).ok_or(StartError::Busy)?;
        let prepared = self.writer().map_err(StartError::from).and_then(|store| {
            let prepared = prepare(&store)?;
            Ok((store, prepared))
        });
        prepared.inspect_err(|_| *self.job.lock() = before)
    }

    /// Runs the work of the reserved job in the background.
    pub fn run_writing<F>(self: &Arc<Self>, kind: JobKind, store: Arc<dyn Store>, work: F)
    where
        F: FnOnce(&Self, Arc<dyn Store>) -> Result<String> + Send + 'static,
    {
        self.spawn(kind, move |own| {
            // Reviews that cannot be applied now stay pending.
            if let Err(err) = own.apply_reviews_to(store.as_ref()) {
                warn!(error = format!("{err:#}"), "reviews are not in the records yet");
            }
            work(own, store)
        });
    }

    /// Makes this the current job and returns the last one; `None` if that is still running.
    fn reserve(&self, kind: JobKind, concept: Option<&str>) -> Option<Job> {
        let mut job = self.job.lock();
        if job.status == JobStatus::Running {
            return None;
        }
        let next = Job {
            kind,
            concept: concept.map(str::to_owned),
            status: JobStatus::Running,
            started_at: Some(Timestamp::now()),
            message: "starting".to_owned(),
            ..Job::default()
        };
        Some(std::mem::replace(&mut job, next))
    }

    fn spawn(self: &Arc<Self>, kind: JobKind, work: impl FnOnce(&Self) -> Result<String> + Send + 'static) {
        let own = Arc::clone(self);
        let thread = thread::Builder::new().name(THREAD.to_owned());
        let spawned = thread.spawn(move || {
            info!(?kind, "job started");
            let result = panic::catch_unwind(AssertUnwindSafe(|| work(&own)));
            // The payload may quote a sealed value.
            let result = result.unwrap_or_else(|_| Err(anyhow!(PANICKED)));
            match &result {
                Ok(message) => info!(?kind, message, "job done"),
                Err(err) => warn!(?kind, error = format!("{err:#}"), "job failed"),
            }
            own.update(|job| match result {
                Ok(message) => (job.status, job.message) = (JobStatus::Done, message),
                Err(err) => (job.status, job.message) = (JobStatus::Failed, format!("{err:#}")),
            });
        });
        if let Err(err) = spawned {
            warn!(?kind, error = %err, "job failed: there is no thread for it");
            let message = format!("there is no thread for it: {err}");
            self.update(|job| (job.status, job.message) = (JobStatus::Failed, message));
        }
    }

    /// Asks the running job to stop.
    pub fn cancel(&self) {
        self.stop.raise();
    }

    fn run(&self, task: &Task) -> Result<String> {
        let store = self.writer()?;
        self.apply_reviews_to(store.as_ref())?;
        let before = match task {
            Task::Train { concept, with_text } => Some(self.train(store.as_ref(), concept, *with_text)?),
            Task::Adopt { concept, version } => {
                let head = heads::adopt(&self.dataset, concept, version)?;
                Some(format!("the head of {} labels is in use", head.labels.yes + head.labels.no))
            }
            Task::Score => None,
        };
        let waits = self.job().candidate.is_some();
        if let Some(trained) = before.as_ref().filter(|_| waits) {
            // The scores change when a person puts the new head in use.
            return Ok(trained.clone());
        }
        let parts = before.into_iter().chain(self.score_all(&store, &self.stop)?);
        Ok(parts.collect::<Vec<_>>().join("; "))
    }

    /// Scores all photos, and returns the results as messages.
    pub fn score_all(&self, store: &Arc<dyn Store>, stop: &Stop) -> Result<Vec<String>> {
        self.set_message("opening the model");
        let (scoring, wrong) = self.context.scoring(&self.dataset)?;
        let total = store.count_by_state()?.iter().map(|(_, count)| count).sum();
        self.update(|job| (job.done, job.total, job.message) = (0, total, "scoring photos".to_owned()));
        let scored = score::score((store, &self.dataset), &scoring, self, stop)?;
        let mut parts = vec![match scored.changed {
            1 => "1 photo has new scores".to_owned(),
            changed => format!("{changed} photos have new scores"),
        }];
        parts.extend(wrong);
        Ok(parts)
    }

    /// Trains a head beside the one in use and returns a message with the result.
    fn train(&self, store: &dyn Store, concept: &str, with_text: bool) -> Result<String> {
        self.set_message("training on the labels");
        let model = self.context.model()?;
        let options = Options { with_text, ..Options::default() };
        let reviews = Reviews::open(&self.dataset)?;
        let trained = train::train_beside((store, &self.dataset), (concept, model.id()), &reviews, options)?;
        let outcome = trained.outcome;
        let labels = &outcome.head.labels;
        let done = format!("trained {concept} on {} yes and {} no", labels.yes, labels.no);
        let message = match &outcome.too_few_groups {
            Some(too_few) => format!("{done}, but it {too_few}"),
            None => done,
        };
        let candidate = (!trained.in_use).then(|| outcome.head.version());
        let cut = outcome.head.cut;
        let mut mistakes: Vec<HeldOut> =
            outcome.held_out.into_iter().filter(|held| (held.score >= cut) != held.truth).collect();
        mistakes.sort_by(|one, other| (other.score - cut).abs().total_cmp(&(one.score - cut).abs()));
        self.update(|job| {
            (job.mistakes, job.comparison, job.candidate) = (mistakes, trained.comparison, candidate);
        });
        Ok(message)
    }

    /// The embeddings of a model, from memory if they are recent enough.
    pub fn similarity_index(&self, store: &dyn Store, model: &str) -> Result<Arc<SimilarityIndex>> {
        let mut cache = self.similarity_index.lock();
        let seq = store.last_seq()?;
        let is_fresh = |cached: &CachedSimilarityIndex| {
            cached.seq == seq
                || cached.similarity_index.seen() > REREAD_UP_TO && cached.read_at.elapsed() < SIMILARITY_TTL
        };
        if let Some(cached) = cache.iter().find(|cached| cached.similarity_index.model() == model && is_fresh(cached)) {
            return Ok(Arc::clone(&cached.similarity_index));
        }
        let similarity_index = Arc::new(SimilarityIndex::of(store, model)?);
        cache.retain(|cached| cached.similarity_index.model() != model);
        cache.push(CachedSimilarityIndex {
            seq,
            read_at: Instant::now(),
            similarity_index: Arc::clone(&similarity_index),
        });
        Ok(similarity_index)
    }

    /// Shows what the current job does.
    pub fn set_message(&self, message: &str) {
        self.update(|job| message.clone_into(&mut job.message));
    }

    fn update(&self, change: impl FnOnce(&mut Job)) {
        change(&mut self.job.lock());
    }
}

impl ScoreObserver for JobRunner {
    fn processed(&self, photos: u64) {
        self.update(|job| job.done += photos);
    }

    fn unreadable(&self, id: &PhotoId, why: &str) {
        info!(photo = id.as_str(), why, "an image could not be read");
    }
}
