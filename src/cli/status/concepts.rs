//! The concepts of a dataset in `gleaner status`: how many photos each scorer has scored, people's labels, trained heads.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;

use super::super::output::UsageError;
use super::super::{Global, settings};
use super::Status;
use crate::concepts::{self, BuiltInScorer, Concept};
use crate::dataset::Dataset;
use crate::photo::ScoreKey;
use crate::pipeline::heads;
use crate::pipeline::scoring_context::Settings;
use crate::reviews::{Reviews, Verdict};
use crate::scorers::REVIEW;
use crate::store::{Aspect, IMAGE, Tally};

/// A concept.
#[derive(Debug, Serialize)]
pub struct ConceptStatus {
    /// Its name.
    pub name: String,
    /// Scorers with scores, or that could score photos.
    pub scorers: Vec<ScorerStatus>,
    /// People's labels.
    pub labels: Labels,
    /// The trained head in use.
    pub head: Option<HeadStatus>,
    /// Why it cannot be scored without training.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs_training: Option<String>,
}

/// Scores of a concept by one scorer.
#[derive(Debug, Serialize)]
pub struct ScorerStatus {
    /// The scorer.
    pub scorer: String,
    /// Photos with a score by the current definition.
    pub scored: u64,
    /// Photos with a score by an earlier definition, head or model.
    pub outdated: u64,
    /// Photos that it would score now, without the outdated ones; `None` if that is not known before scoring.
    pub not_yet: Option<u64>,
}

/// Numbers of labels.
#[derive(Debug, Default, Serialize)]
pub struct Labels {
    /// The photo shows it.
    pub yes: u64,
    /// It does not.
    pub no: u64,
    /// It cannot be told.
    pub unsure: u64,
    /// Labels yes and no in the photos' records, which `gleaner score` copies there; on a shared store those of everybody.
    pub in_records: u64,
}

/// A trained head.
#[derive(Debug, Serialize)]
pub struct HeadStatus {
    /// When it was trained.
    pub trained_at: Timestamp,
    /// Photos it was trained on.
    pub labels: u64,
    /// Heads that are kept, this one included.
    pub versions: u64,
}

/// Scores of a concept that is not defined.
#[derive(Debug, Serialize)]
pub struct LeftScores {
    /// Its name.
    pub name: String,
    /// The largest number of photos with a score by one scorer.
    pub scored: u64,
}

impl Status {
    /// Adds the concepts of the settings and of the dataset.
    pub(super) fn add_concepts(&mut self, dataset: &Dataset, tally: &Tally, global: &Global) -> Result<()> {
        let config = settings::config(global)?;
        let own = concepts::read(dataset).map_err(|err| UsageError::error(format!("{err:#}"), ""))?;
        let all = config.concepts.clone().over(own);
        let scoring = Settings { concepts: config.concepts, model: config.score.model, ..Settings::default() };
        let versions = scoring.versions(dataset, &all).unwrap_or_else(|err| {
            self.problems.push(format!("{err:#}"));
            BTreeMap::new()
        });
        let reviews = match Reviews::open(dataset) {
            Ok(reviews) => Some(reviews),
            Err(err) => {
                self.problems.push(format!("could not read reviews.jsonl: {err}"));
                None
            }
        };
        for concept in all.iter() {
            let head = heads::in_use(dataset, &concept.name).unwrap_or_else(|err| {
                self.problems.push(err.to_string());
                None
            });
            self.concepts.push(ConceptStatus {
                name: concept.name.clone(),
                scorers: scorers(concept, tally, &versions),
                labels: labels(concept, reviews.as_ref(), tally),
                needs_training: concepts::needs_training(concept).filter(|_| head.is_none()),
                head: head.map(|head| HeadStatus {
                    trained_at: head.trained_at,
                    labels: (head.labels.yes + head.labels.no) as u64,
                    versions: heads::versions(dataset, &concept.name).len() as u64,
                }),
            });
        }
        let defined: BTreeSet<&str> = all.iter().map(|concept| concept.name.as_str()).collect();
        self.left_scores = left_scores(tally, &defined);
        Ok(())
    }
}

fn scorers(concept: &Concept, tally: &Tally, versions: &BTreeMap<ScoreKey, String>) -> Vec<ScorerStatus> {
    let images = tally.get(Aspect::Part, IMAGE).photos;
    let mut found = Vec::new();
    for &scorer in BuiltInScorer::ALL {
        let key = ScoreKey::by(&concept.name, scorer.as_str());
        let version = versions.get(&key);
        let (mut scored, mut outdated) = (0, 0);
        for (of, photos) in tally.scored(key.as_str()) {
            *(if version.is_some_and(|version| version == of) { &mut scored } else { &mut outdated }) += photos;
        }
        let possible = match scorer {
            BuiltInScorer::Trained | BuiltInScorer::Local => version.map(|_| images),
            BuiltInScorer::Vision => version.map(|_| tally.get(Aspect::Labels, scorer.as_str()).photos),
            // A photo without words gets no score.
            BuiltInScorer::Text => None,
        };
        let not_yet = possible.map(|possible| possible.saturating_sub(scored + outdated));
        if scored + outdated + not_yet.unwrap_or(0) > 0 {
            found.push(ScorerStatus { scorer: scorer.to_string(), scored, outdated, not_yet });
        }
    }
    found
}

/// The labels in `reviews.jsonl`. On a shared store other people's labels are in other files; the records have all that say
/// yes or no.
fn labels(concept: &Concept, reviews: Option<&Reviews>, tally: &Tally) -> Labels {
    let key = ScoreKey::by(&concept.name, REVIEW);
    let in_records = tally.scored(key.as_str()).map(|(_, photos)| photos).sum();
    let mut labels = Labels { in_records, ..Labels::default() };
    for review in reviews.into_iter().flat_map(|reviews| reviews.of(&concept.name)) {
        match review.verdict {
            Verdict::Yes => labels.yes += 1,
            Verdict::No => labels.no += 1,
            Verdict::Unsure => labels.unsure += 1,
            Verdict::Cleared => {}
        }
    }
    labels
}

fn left_scores(tally: &Tally, defined: &BTreeSet<&str>) -> Vec<LeftScores> {
    let mut by_key: BTreeMap<ScoreKey, u64> = BTreeMap::new();
    for (value, tallied) in tally.of(Aspect::Score) {
        let key = ScoreKey::from(value.split('\n').next().unwrap_or_default());
        if !defined.contains(key.concept()) && key.scorer() != Some(REVIEW) {
            *by_key.entry(key).or_default() += tallied.photos;
        }
    }
    let mut left: BTreeMap<String, u64> = BTreeMap::new();
    for (key, photos) in by_key {
        let most = left.entry(key.concept().to_owned()).or_default();
        *most = (*most).max(photos);
    }
    left.into_iter().map(|(name, scored)| LeftScores { name, scored }).collect()
}
