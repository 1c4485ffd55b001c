//! A custom scorer: the popularity of a photo. `cargo run --example own_scorer` scores one photo.
#![allow(clippy::print_stdout)]

use std::sync::Arc;

use anyhow::Result;
use gleaner::concepts::{Concept, Concepts};
use gleaner::photo::Photo;
use gleaner::scorers::{Evidence, ScoreValue, Scorer, ScoringTasks};

/// Scores by the number of favourites; it needs no model.
pub struct Popularity;

impl Scorer for Popularity {
    fn name(&self) -> &'static str {
        "popularity"
    }

    fn version(&self, _concept: &Concept) -> Option<String> {
        Some("1".to_owned()) // Increase it when `score` changes: photos are then scored again.
    }

    fn model(&self, _concept: &Concept) -> Option<&str> {
        None
    }

    fn score(&self, concepts: &[&Concept], evidence: &Evidence<'_>) -> Result<Vec<Option<ScoreValue>>> {
        let value = evidence.photo.faves.map(|faves| ScoreValue::Known(faves as f64 / (faves as f64 + 10.0)));
        Ok(vec![value; concepts.len()])
    }
}

fn main() -> Result<()> {
    println!("monkey@popularity = {:?}", score(Photo { faves: Some(30), ..Photo::default() })?);
    Ok(())
}

/// Scores a photo for the concept "monkey". To score whole datasets, add the scorer to `ScoringContext::scoring`.
pub fn score(mut photo: Photo) -> Result<Option<f64>> {
    let concepts: Concepts = toml::from_str("[monkey]\nwords = [\"monkey\"]")?;
    let scorers: [Arc<dyn Scorer>; 1] = [Arc::new(Popularity)];
    ScoringTasks::of(&scorers, &concepts).score(&mut photo, |_| None)?;
    Ok(photo.scores.get("monkey@popularity").and_then(|score| score.value))
}
