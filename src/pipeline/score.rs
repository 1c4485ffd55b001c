//! Scoring: a walk over the store that looks at photos which no model has seen, then lets the scorers judge.
//!
//! What models make of photos is kept before anything is judged from it, batch by batch: a walk that is cut off
//! goes on where it was, and nothing is looked at twice. It seals nothing, so it needs no key.

use std::collections::HashMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result};
use serde::Serialize;

use super::Stop;
use crate::concepts::Concepts;
use crate::dataset::Dataset;
use crate::models::Looking;
use crate::photo::{Photo, PhotoId, Vector};
use crate::scorers::{self, Scorer};
use crate::seal::SealedPhoto;
use crate::store::Store;

/// Photos of a batch: what is lost at most when the power goes, and what is in memory.
const BATCH: usize = 128;

/// What to score with.
pub struct Scoring {
    /// What to look for.
    pub concepts: Concepts,
    /// Models that look at photos which they have not seen.
    pub models: Vec<Arc<dyn Looking>>,
    /// Who judges.
    pub scorers: Vec<Arc<dyn Scorer>>,
}

/// Told how far a walk is.
pub trait ScoreWatch: Sync {
    /// So many photos more were gone through, of which models had to look at `looked`.
    fn went(&self, photos: u64, looked: u64);
    /// An image cannot be read: whose, and why.
    fn unreadable(&self, id: &PhotoId, why: &str);
}

/// What came of a walk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Scored {
    /// Photos gone through.
    pub photos: u64,
    /// Images that a model looked at.
    pub looked: u64,
    /// Records that got other scores.
    pub changed: u64,
    /// Images that could not be read.
    pub unreadable: u64,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

/// Goes over all photos of a store that is open for writing.
pub fn score(
    (store, dataset): (&dyn Store, &Dataset),
    scoring: &Scoring,
    watch: &dyn ScoreWatch,
    stop: &Stop,
) -> Result<Scored> {
    let mut scored = Scored::default();
    let mut after: Option<PhotoId> = None;
    loop {
        let batch = store.scan(after.as_ref(), BATCH)?;
        let Some(last) = batch.last() else { return Ok(scored) };
        if stop.is_raised() {
            return Ok(Scored { interrupted: true, ..scored });
        }
        after = Some(last.photo().id.clone());
        let mut looked = 0;
        for model in &scoring.models {
            looked += look((store, dataset), model.as_ref(), &batch, &mut scored, (watch, stop))?;
        }
        scored.looked += looked;
        scored.photos += batch.len() as u64;
        let went = batch.len() as u64;
        scored.changed += judge(store, scoring, batch)?;
        watch.went(went, looked);
    }
}

/// Lets a model look at those photos that it has not seen; how many these were.
fn look(
    (store, dataset): (&dyn Store, &Dataset),
    model: &dyn Looking,
    batch: &[SealedPhoto],
    scored: &mut Scored,
    (watch, stop): (&dyn ScoreWatch, &Stop),
) -> Result<u64> {
    let with_file: Vec<&Photo> = batch.iter().map(SealedPhoto::photo).filter(|photo| photo.file.is_some()).collect();
    let ids: Vec<PhotoId> = with_file.iter().map(|photo| photo.id.clone()).collect();
    let seen: HashMap<PhotoId, Vector> = store.vectors(model.id(), &ids)?.into_iter().collect();
    let unseen: Vec<&Photo> = with_file.into_iter().filter(|photo| !seen.contains_key(&photo.id)).collect();
    let made = on_all_cores(&unseen, |photo| (!stop.is_raised()).then(|| look_at(dataset, model, photo)));
    let mut vectors = Vec::new();
    for (photo, made) in unseen.iter().zip(made) {
        match made {
            Some(Ok(vector)) => vectors.push((photo.id.clone(), vector)),
            Some(Err(err)) => {
                scored.unreadable += 1;
                watch.unreadable(&photo.id, &format!("{err:#}"));
            }
            None => {}
        }
    }
    store.save_vectors(model.id(), &vectors)?;
    Ok(vectors.len() as u64)
}

fn look_at(dataset: &Dataset, model: &dyn Looking, photo: &Photo) -> Result<Vector> {
    let file = photo.file.as_ref().context("there is no image")?;
    let path = dataset.image(&file.sha256, &file.format);
    let bytes = fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
    model.look(&bytes)
}

/// Lets every scorer judge what is pending, and saves what changed; how many records that were.
fn judge(store: &dyn Store, scoring: &Scoring, batch: Vec<SealedPhoto>) -> Result<u64> {
    let vectors = needed_vectors(store, scoring, &batch)?;
    let judged = on_all_cores(&batch, |sealed| {
        let mut photo = sealed.photo().clone();
        let changed = judge_one(scoring, &mut photo, &vectors)?;
        anyhow::Ok(changed.then_some((photo.scores, photo.labels)))
    });
    let mut changed = Vec::new();
    for (sealed, judged) in batch.into_iter().zip(judged) {
        if let Some((scores, labels)) = judged? {
            changed.push(sealed.with_scores(scores, labels));
        }
    }
    store.save(&changed)?;
    Ok(changed.len() as u64)
}

/// Judges one photo, all scorers and concepts; says whether its scores changed.
fn judge_one(scoring: &Scoring, photo: &mut Photo, vectors: &Vectors) -> Result<bool> {
    let mut changed = false;
    for scorer in &scoring.scorers {
        let due = scorers::pending(scorer.as_ref(), &scoring.concepts, photo);
        // Heads may be made for models of their own: each model's concepts have their turn.
        let mut models: Vec<Option<&str>> = due.iter().map(|(concept, _)| scorer.model(concept)).collect();
        models.sort_unstable();
        models.dedup();
        if models.is_empty() {
            models.push(None);
        }
        for model in models {
            let vector = model.and_then(|model| vectors.get(&(model.to_owned(), photo.id.clone())));
            changed |= scorers::judge(scorer.as_ref(), (&scoring.concepts, model), photo, vector)?;
        }
    }
    Ok(scorers::settle(&scoring.concepts, photo) || changed)
}

/// By model and photo.
type Vectors = HashMap<(String, PhotoId), Vector>;

/// The vectors that something pending is judged from.
fn needed_vectors(store: &dyn Store, scoring: &Scoring, batch: &[SealedPhoto]) -> Result<Vectors> {
    let mut asked: HashMap<&str, Vec<PhotoId>> = HashMap::new();
    for photo in batch.iter().map(SealedPhoto::photo).filter(|photo| photo.file.is_some()) {
        for scorer in &scoring.scorers {
            for (concept, _) in scorers::pending(scorer.as_ref(), &scoring.concepts, photo) {
                let Some(model) = scorer.model(concept) else { continue };
                let ids = asked.entry(model).or_default();
                if ids.last() != Some(&photo.id) {
                    ids.push(photo.id.clone());
                }
            }
        }
    }
    let mut vectors = Vectors::new();
    for (model, ids) in asked {
        let found = store.vectors(model, &ids)?;
        vectors.extend(found.into_iter().map(|(id, vector)| ((model.to_owned(), id), vector)));
    }
    Ok(vectors)
}

/// Does the same with each item, on all cores; what came of each, in their order.
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
