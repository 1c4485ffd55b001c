//! Scores the photos of a store: computes missing vectors, then runs the scorers.
//!
//! The vectors of a batch are saved before its scores are computed, so an interrupted run computes no vector twice. Scoring
//! needs no key, because it does not change sealed fields.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;

use super::Stop;
use super::worker_session::WorkerSession;
use crate::concepts::Concepts;
use crate::dataset::Dataset;
use crate::files::{BlobName, FilesError};
use crate::models::ImageEncoder;
use crate::photo::{Photo, PhotoId, Vector};
use crate::scorers::{self, Scorer, ScoringTasks};
use crate::stages::Derived;
use crate::store::Store;

/// Photos per batch: the number in memory, and the maximum loss in a power cut.
const BATCH: usize = 128;

/// Photos that one of several workers leases at once.
const LEASE_BATCH: usize = 32;
/// How long to wait for photos that other workers hold.
const WAIT: Duration = Duration::from_secs(1);

/// Concepts, models and scorers of a run.
pub struct Scoring {
    /// The concepts to score.
    pub concepts: Concepts,
    /// The models that compute vectors.
    pub models: Vec<Arc<dyn ImageEncoder>>,
    /// The scorers.
    pub scorers: Vec<Arc<dyn Scorer>>,
    /// Brings the taxon and the setting of photos with new scores or labels up to date.
    pub derived: Arc<Derived>,
}

/// Receives the progress of a run.
pub trait ScoreObserver: Sync {
    /// `photos` more photos were processed.
    fn processed(&self, photos: u64);
    /// The image of a photo cannot be read.
    fn unreadable(&self, id: &PhotoId, why: &str);
}

/// The result of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Scored {
    /// Photos that were processed.
    pub photos: u64,
    /// Vectors that were computed.
    pub looked: u64,
    /// Records whose scores or labels changed.
    pub changed: u64,
    /// Images that could not be read.
    pub unreadable: u64,
    /// Whether the user stopped the run.
    pub interrupted: bool,
}

/// Scores all photos of a store that is open for writing. On a shared store this is one of several workers.
pub fn score(
    (store, dataset): (&Arc<dyn Store>, &Dataset),
    scoring: &Scoring,
    observer: &dyn ScoreObserver,
    stop: &Stop,
) -> Result<Scored> {
    let session = WorkerSession::begin(store, "score")?;
    let run = ScoreRun { store: store.as_ref(), dataset, scoring, observer, stop, session: session.as_ref() };
    run.run(&ScoringTasks::of(&scoring.scorers, &scoring.concepts))
}

struct ScoreRun<'a> {
    store: &'a dyn Store,
    dataset: &'a Dataset,
    scoring: &'a Scoring,
    observer: &'a dyn ScoreObserver,
    stop: &'a Stop,
    session: Option<&'a WorkerSession>,
}

impl ScoreRun<'_> {
    fn run(&self, tasks: &ScoringTasks<'_>) -> Result<Scored> {
        let mut scored = Scored::default();
        let mut after: Option<PhotoId> = None;
        let mut busy = VecDeque::new();
        loop {
            let batch = self.store.scan(after.as_ref(), BATCH)?;
            let Some(last) = batch.last() else { break };
            if self.stop.is_raised() {
                return Ok(Scored { interrupted: true, ..scored });
            }
            after = Some(last.id.clone());
            let processed = batch.len() as u64;
            match self.session {
                None => self.work(tasks, &batch, &mut scored)?,
                Some(session) => busy.extend(self.share(session, tasks, &batch, &mut scored)?),
            }
            scored.photos += processed;
            self.observer.processed(processed);
        }
        // Photos that other workers had leased: they are done, or their lease has expired.
        while let (Some(session), false) = (self.session, busy.is_empty()) {
            if self.stop.is_raised() {
                return Ok(Scored { interrupted: true, ..scored });
            }
            let ids: Vec<PhotoId> = busy.drain(..busy.len().min(BATCH)).collect();
            let left = self.share(session, tasks, &self.store.load(&ids)?, &mut scored)?;
            if left.len() == ids.len() {
                thread::sleep(WAIT);
            }
            busy.extend(left);
        }
        Ok(scored)
    }

    fn work(&self, tasks: &ScoringTasks<'_>, batch: &[Photo], scored: &mut Scored) -> Result<()> {
        for model in &self.scoring.models {
            compute_vectors((self.store, self.dataset), model.as_ref(), batch, scored, (self.observer, self.stop))?;
        }
        scored.changed += score_batch(self.store, (tasks, self.scoring), batch)?;
        Ok(())
    }

    /// Scores those photos of a batch that need it and that no other worker holds. Returns the photos that others hold.
    fn share(
        &self,
        session: &WorkerSession,
        tasks: &ScoringTasks<'_>,
        batch: &[Photo],
        scored: &mut Scored,
    ) -> Result<Vec<PhotoId>> {
        let mut busy = Vec::new();
        for due in self.due(tasks, batch)?.chunks(LEASE_BATCH) {
            let held = session.lease(due)?;
            busy.extend(held.busy);
            // Other workers may have scored some of them before the lease.
            let photos = self.store.load(&held.granted)?;
            let still: HashSet<PhotoId> = self.due(tasks, &photos)?.into_iter().collect();
            let ids = held.granted;
            let mine: Vec<Photo> = photos.into_iter().filter(|photo| still.contains(&photo.id)).collect();
            let unreadable = scored.unreadable;
            self.work(tasks, &mine, scored)?;
            // An image that cannot be read must not be tried again and again.
            session.finish(ids, scored.unreadable > unreadable)?;
            if self.stop.is_raised() {
                break;
            }
        }
        Ok(busy)
    }

    /// The photos that lack a vector, or that a scorer would score.
    fn due(&self, tasks: &ScoringTasks<'_>, batch: &[Photo]) -> Result<Vec<PhotoId>> {
        let photos = || batch.iter();
        let mut due: HashSet<&PhotoId> = HashSet::new();
        let with_file: Vec<PhotoId> =
            photos().filter(|photo| photo.file.is_some()).map(|photo| photo.id.clone()).collect();
        for model in &self.scoring.models {
            let seen: HashSet<PhotoId> =
                self.store.load_vectors(model.id(), &with_file)?.into_iter().map(|(id, _)| id).collect();
            due.extend(with_file.iter().filter(|id| !seen.contains(id)));
        }
        due.extend(photos().filter(|photo| tasks.are_due(&self.scoring.concepts, photo)).map(|photo| &photo.id));
        Ok(photos().filter(|photo| due.contains(&photo.id)).map(|photo| photo.id.clone()).collect())
    }
}

/// Computes and saves the missing vectors of one model.
fn compute_vectors(
    (store, dataset): (&dyn Store, &Dataset),
    model: &dyn ImageEncoder,
    batch: &[Photo],
    scored: &mut Scored,
    (observer, stop): (&dyn ScoreObserver, &Stop),
) -> Result<()> {
    let with_file: Vec<&Photo> = batch.iter().filter(|photo| photo.file.is_some()).collect();
    let ids: Vec<PhotoId> = with_file.iter().map(|photo| photo.id.clone()).collect();
    let seen: HashMap<PhotoId, Vector> = store.load_vectors(model.id(), &ids)?.into_iter().collect();
    let unseen: Vec<&Photo> = with_file.into_iter().filter(|photo| !seen.contains_key(&photo.id)).collect();
    let made = on_all_cores(&unseen, |photo| (!stop.is_raised()).then(|| encode_photo(dataset, model, photo)));
    let mut vectors = Vec::new();
    for (photo, made) in unseen.iter().zip(made) {
        match made {
            Some(Ok(vector)) => vectors.push((photo.id.clone(), vector)),
            // The next image would fail too.
            Some(Err(err)) if err.downcast_ref().is_some_and(FilesError::is_storage_failure) => return Err(err),
            Some(Err(err)) => {
                scored.unreadable += 1;
                observer.unreadable(&photo.id, &format!("{err:#}"));
            }
            None => {}
        }
    }
    store.save_vectors(model.id(), &vectors)?;
    scored.looked += vectors.len() as u64;
    Ok(())
}

fn encode_photo(dataset: &Dataset, model: &dyn ImageEncoder, photo: &Photo) -> Result<Vector> {
    let file = photo.file.as_ref().context("there is no image")?;
    let bytes = dataset.files().read(BlobName::image(file))?;
    let bytes = bytes.with_context(|| format!("{} is missing", BlobName::image(file).key()))?;
    model.encode(&bytes)
}

/// Runs the scorers and saves the changed records. Returns how many changed.
fn score_batch(store: &dyn Store, (tasks, scoring): (&ScoringTasks<'_>, &Scoring), batch: &[Photo]) -> Result<u64> {
    let vectors = needed_vectors(store, tasks, batch)?;
    let scored_photo = |photo: &Photo| {
        let mut photo = photo.clone();
        let id = photo.id.clone();
        let mut changed = tasks.score(&mut photo, |model| vectors.get(model)?.get(&id))?;
        changed |= scorers::update_main_scores(&scoring.concepts, &mut photo);
        anyhow::Ok(changed.then_some(photo))
    };
    // Most photos do not change. Those that do are read again with their tokens to be saved.
    let mut changed = Vec::new();
    for (photo, scored_photo) in batch.iter().zip(on_all_cores(batch, scored_photo)) {
        changed.extend(scored_photo?.map(|_| photo.id.clone()));
    }
    if changed.is_empty() {
        return Ok(0);
    }
    let saved = store.update(&changed, &mut |_, known| {
        let again = on_all_cores(&known, |sealed| {
            let mut photo = scored_photo(sealed.photo())?;
            photo.as_mut().map_or(Ok(()), |photo| scoring.derived.update(photo))?;
            anyhow::Ok(photo)
        });
        let mut changed = Vec::with_capacity(known.len());
        for (sealed, photo) in known.into_iter().zip(again) {
            let Some(mut photo) = photo? else { continue };
            let (scores, labels) = (std::mem::take(&mut photo.scores), std::mem::take(&mut photo.labels));
            changed.push(sealed.with_scores(scores, labels).with_derived(photo));
        }
        Ok(changed)
    })?;
    Ok(saved.len() as u64)
}

/// Vectors by model and photo.
type Vectors<'a> = HashMap<&'a str, HashMap<PhotoId, Vector>>;

/// The vectors that the scorers need.
fn needed_vectors<'a>(store: &dyn Store, tasks: &ScoringTasks<'a>, batch: &[Photo]) -> Result<Vectors<'a>> {
    let mut asked: HashMap<&str, BTreeSet<&PhotoId>> = HashMap::new();
    for task in &tasks.tasks {
        let Some(model) = task.model else { continue };
        let with_file = batch.iter().filter(|photo| photo.file.is_some());
        asked.entry(model).or_default().extend(with_file.filter(|photo| task.is_due(photo)).map(|photo| &photo.id));
    }
    let read = |(model, ids): (&'a str, BTreeSet<&PhotoId>)| {
        let ids: Vec<PhotoId> = ids.into_iter().cloned().collect();
        Ok((model, store.load_vectors(model, &ids)?.into_iter().collect()))
    };
    asked.into_iter().map(read).collect()
}

/// Calls `work` with each item on all cores. Returns the results in the order of the items.
///
/// These are threads of their own, not rayon's: `work` runs models in rten's pools, and a thread of rayon's that waits for
/// another pool begins the next item meanwhile. Then more models would run at once than there are cores.
fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, work(item)));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mut done = run();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
