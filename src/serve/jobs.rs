//! What people do to a dataset from the explorer: reviews, concepts, training, scoring. The dataset's one writer is
//! whoever holds its lock: the desk takes it for as long as it writes, and reviews that come meanwhile wait in
//! `reviews.jsonl`, where they are safe.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::concepts::{self, Concept, Concepts};
use crate::dataset::Dataset;
use crate::explorer::Likeness;
use crate::photo::PhotoId;
use crate::pipeline::Stop;
use crate::pipeline::reviewed::{self, mirror};
use crate::pipeline::score::{self, ScoreObserver};
use crate::pipeline::scoring_context::ScoringContext;
use crate::pipeline::train::{self, Labelled};
use crate::reviews::{Review, Reviews, Verdict};
use crate::store::{self, Access, Store, StoreError};
use crate::training::{HeldOut, Options};

/// How long what was read of all vectors is used although the dataset changed: reading a million takes its time.
const ALIKE_FOR: Duration = Duration::from_secs(600);
/// Vectors that are read anew at once whenever the dataset changed.
const SOON_READ: usize = 20_000;

/// What is done in the background, one thing at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Nothing was done yet.
    #[default]
    None,
    /// A head is learnt, then photos are judged anew.
    Train,
    /// Photos are looked at and judged.
    Score,
}

/// How it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Nothing was done yet.
    #[default]
    Idle,
    /// It is being done.
    Running,
    /// It is done.
    Done,
    /// It ended with an error.
    Failed,
}

/// Work in the background.
#[derive(Clone, Debug, Default)]
pub struct Work {
    pub kind: Kind,
    pub concept: Option<String>,
    pub state: Standing,
    /// Photos gone through.
    pub done: u64,
    /// Photos to go through.
    pub total: u64,
    /// For a person.
    pub message: String,
    pub started_at: Option<Timestamp>,
    /// After training: labelled photos that the head has wrong, the worst first.
    pub mistakes: Vec<HeldOut>,
}

/// What was read of all vectors, of which state of the dataset, and when.
struct Alike {
    seq: u64,
    at: Instant,
    likeness: Arc<Likeness>,
}

/// One desk for one dataset.
pub struct JobRunner {
    dataset: Dataset,
    context: Arc<ScoringContext>,
    reviews: Mutex<Reviews>,
    /// Photos whose records do not yet say what `reviews.jsonl` says.
    waiting: Mutex<BTreeSet<PhotoId>>,
    work: Mutex<Work>,
    /// A server's store that was opened before: a folder's is locked for others while it is open.
    writer: Mutex<Option<Arc<dyn Store>>>,
    alike: Mutex<Vec<Alike>>,
    stop: Stop,
}

impl JobRunner {
    /// Reads the reviews; their photos are compared with their records when the desk first writes.
    pub fn open(dataset: Dataset, context: Arc<ScoringContext>) -> Result<Self> {
        let reviews = Reviews::open(&dataset)?;
        let waiting = reviewed::reviewed(&reviews).into_iter().collect();
        Ok(Self {
            dataset,
            context,
            reviews: Mutex::new(reviews),
            waiting: Mutex::new(waiting),
            work: Mutex::default(),
            writer: Mutex::default(),
            alike: Mutex::default(),
            stop: Stop::default(),
        })
    }

    /// What models and settings there are.
    pub fn context(&self) -> &ScoringContext {
        &self.context
    }

    /// The dataset's folder.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The settings' concepts and the dataset's own.
    pub fn concepts(&self) -> Result<Concepts> {
        self.context.concepts(&self.dataset)
    }

    /// Keeps a concept of the dataset, or takes it away (`None`); says whether there was anything to take away.
    pub fn change_concept(&self, name: &str, concept: Option<Concept>) -> Result<bool> {
        // Two browsers that change concepts at once must both be in the file.
        let _turn = lock(&self.work);
        let mut own = concepts::read(&self.dataset)?;
        let old = own.remove(name);
        let changes = old.is_some() || concept.is_some();
        if let Some(concept) = concept {
            // The page knows no threshold: one that somebody wrote into the file stays.
            let threshold = concept.threshold.or(old.and_then(|old| old.threshold));
            own.insert(Concept { threshold, ..concept })?;
        }
        if changes {
            concepts::write(&self.dataset, &own)?;
        }
        Ok(changes)
    }

    /// The reviews, with what other processes added.
    pub fn reviews(&self) -> MutexGuard<'_, Reviews> {
        let mut reviews = lock(&self.reviews);
        // What was read stands; a disk that fails is told of when something is to be kept.
        let _ = reviews.follow();
        reviews
    }

    /// Keeps reviews, durably; the photos' records follow as soon as nobody else writes.
    pub fn review(&self, concept: &str, by: &str, verdicts: Vec<(PhotoId, Verdict)>) -> io::Result<()> {
        let at = Timestamp::now();
        let review = |(photo, verdict): (PhotoId, Verdict)| Review {
            photo,
            concept: concept.to_owned(),
            verdict,
            by: by.to_owned(),
            at,
        };
        let reviews: Vec<Review> = verdicts.into_iter().map(review).collect();
        lock(&self.reviews).append(&reviews)?;
        lock(&self.waiting).extend(reviews.into_iter().map(|review| review.photo));
        Ok(())
    }

    /// Writes waiting reviews into the photos' records, unless another process writes to the dataset.
    pub fn settle_reviews(&self) -> Result<(), StoreError> {
        if lock(&self.waiting).is_empty() {
            return Ok(());
        }
        let store = self.writer()?;
        self.settle_in(store.as_ref()).map_err(|err| StoreError::Other(format!("{err:#}")))
    }

    fn writer(&self) -> Result<Arc<dyn Store>, StoreError> {
        let mut kept = lock(&self.writer);
        if let Some(store) = kept.as_ref() {
            return Ok(Arc::clone(store));
        }
        let store: Arc<dyn Store> = store::open(&self.dataset, Access::Write)?.into();
        if store.coordination().is_some() {
            *kept = Some(Arc::clone(&store));
        }
        Ok(store)
    }

    fn settle_in(&self, store: &dyn Store) -> Result<()> {
        // Taken away first: a review that comes meanwhile waits anew.
        let waiting = std::mem::take(&mut *lock(&self.waiting));
        let ids: Vec<PhotoId> = waiting.iter().cloned().collect();
        let mirrored = mirror(store, &self.reviews(), &ids);
        if mirrored.is_err() {
            lock(&self.waiting).extend(waiting);
        }
        mirrored.map(drop)
    }

    /// How the work stands.
    pub fn work(&self) -> Work {
        lock(&self.work).clone()
    }

    /// Begins something in the background; `false` when something else is under way.
    pub fn begin(self: &Arc<Self>, kind: Kind, concept: Option<String>, with_text: bool) -> bool {
        let mut work = lock(&self.work);
        if work.state == Standing::Running {
            return false;
        }
        *work = Work {
            kind,
            concept: concept.clone(),
            state: Standing::Running,
            started_at: Some(Timestamp::now()),
            message: "starting".to_owned(),
            ..Work::default()
        };
        drop(work);
        let own = Arc::clone(self);
        std::thread::spawn(move || {
            let ended = own.carry_out(concept.as_deref(), with_text);
            own.note(|work| match ended {
                Ok(message) => (work.state, work.message) = (Standing::Done, message),
                Err(err) => (work.state, work.message) = (Standing::Failed, sentence(&err)),
            });
        });
        true
    }

    /// Asks what is under way in the background to end.
    pub fn end(&self) {
        self.stop.raise();
    }

    fn carry_out(&self, concept: Option<&str>, with_text: bool) -> Result<String> {
        let store = self.writer()?;
        self.settle_in(store.as_ref())?;
        let trained = concept.map(|concept| self.train(store.as_ref(), concept, with_text)).transpose()?;
        self.say("opening the model");
        let (scoring, wrong) = self.context.scoring(&self.dataset)?;
        let total = store.count_by_state()?.iter().map(|(_, count)| count).sum();
        self.note(|work| (work.total, work.message) = (total, "judging photos".to_owned()));
        let scored = score::score((&store, &self.dataset), &scoring, self, &self.stop)?;
        let mut said: Vec<String> = trained.into_iter().collect();
        said.push(match scored.changed {
            1 => "1 photo has new scores".to_owned(),
            changed => format!("{changed} photos have new scores"),
        });
        said.extend(wrong);
        Ok(said.join("; "))
    }

    fn train(&self, store: &dyn Store, concept: &str, with_text: bool) -> Result<String> {
        self.say("learning from the labels");
        let model = self.context.model()?;
        let options = Options { with_text, ..Options::default() };
        let reviews = Reviews::open(&self.dataset)?;
        let labelled = Labelled::Reviews(&reviews);
        let outcome = train::train((store, &self.dataset), (concept, model.id()), &labelled, options)?;
        let labels = &outcome.head.labels;
        let said = match &outcome.too_few_groups {
            Some(too_few) => format!("learnt {concept} from {} yes and {} no, but it {too_few}", labels.yes, labels.no),
            None => format!("learnt {concept} from {} yes and {} no", labels.yes, labels.no),
        };
        let cut = outcome.head.cut;
        let mut mistakes: Vec<HeldOut> =
            outcome.held_out.into_iter().filter(|held| (held.score >= cut) != held.truth).collect();
        mistakes.sort_by(|one, other| (other.score - cut).abs().total_cmp(&(one.score - cut).abs()));
        self.note(|work| work.mistakes = mistakes);
        Ok(said)
    }

    /// What a model made of all photos, in short.
    pub fn likeness(&self, store: &dyn Store, model: &str) -> Result<Arc<Likeness>> {
        let mut known = lock(&self.alike);
        let seq = store.last_seq()?;
        let fresh =
            |alike: &Alike| alike.seq == seq || alike.likeness.seen() > SOON_READ && alike.at.elapsed() < ALIKE_FOR;
        if let Some(alike) = known.iter().find(|alike| alike.likeness.model() == model && fresh(alike)) {
            return Ok(Arc::clone(&alike.likeness));
        }
        let likeness = Arc::new(Likeness::of(store, model)?);
        known.retain(|alike| alike.likeness.model() != model);
        known.push(Alike { seq, at: Instant::now(), likeness: Arc::clone(&likeness) });
        Ok(likeness)
    }

    fn say(&self, message: &str) {
        self.note(|work| message.clone_into(&mut work.message));
    }

    fn note(&self, change: impl FnOnce(&mut Work)) {
        change(&mut lock(&self.work));
    }
}

impl ScoreObserver for JobRunner {
    fn went(&self, photos: u64) {
        self.note(|work| work.done += photos);
    }

    fn unreadable(&self, _id: &PhotoId, _why: &str) {}
}

/// An error and its causes as one sentence.
fn sentence(err: &dyn Display) -> String {
    format!("{err:#}")
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each change is a single assignment: a panic elsewhere leaves nothing half done.
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
