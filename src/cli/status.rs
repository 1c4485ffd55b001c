//! `gleaner status`: what a dataset holds, from counts that are kept with the records.

mod concepts;
mod searches;
mod sizes;
mod text;

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use self::concepts::{ConceptStatus, LeftScores};
use self::sizes::Sizes;
use super::{Global, Outcome, datasets, output};
use crate::photo::State;
use crate::pipeline::search_report::SearchReport;
use crate::store::coordination::{Worker, WorkerCoordination};
use crate::store::{Aspect, IMAGE, LOCATION, THUMBNAIL, Tally};

/// Arguments of `gleaner status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
}

/// What a dataset holds.
#[derive(Debug, Default, Serialize)]
pub struct Status {
    dataset: String,
    photos: u64,
    states: BTreeMap<State, u64>,
    images: u64,
    image_bytes: u64,
    located: u64,
    owners: u64,
    thumbnails: u64,
    sources: BTreeMap<String, u64>,
    searches: BTreeMap<String, u64>,
    /// What each search reached.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    completeness: Vec<SearchReport>,
    concepts: Vec<ConceptStatus>,
    /// Scores of concepts that are not defined.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_scores: Vec<LeftScores>,
    /// Photos with labels of a service.
    labels: BTreeMap<String, u64>,
    countries: BTreeMap<String, u64>,
    licenses: BTreeMap<String, u64>,
    faults: BTreeMap<String, u64>,
    /// Photos that are not listed, because one of another source is, by source. They are not counted elsewhere.
    unlisted: BTreeMap<String, u64>,
    sizes: Sizes,
    /// What could not be found out, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
    /// The running workers of a shared store.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    workers: Vec<Worker>,
}

/// Runs `gleaner status`.
pub fn run(args: &StatusArgs, global: &Global) -> Result<Outcome> {
    let (dataset, store) = datasets::read(&args.dataset, global)?;
    let tally = store.tally()?;
    let mut status = Status { dataset: dataset.to_string(), ..Status::of(&tally) };
    status.add_concepts(&dataset, &tally, global)?;
    status.completeness = SearchReport::all(store.as_ref())?;
    status.sizes = Sizes::of(&dataset, store.as_ref(), &mut status.problems);
    status.workers = store.coordination().map(WorkerCoordination::workers).transpose()?.unwrap_or_default();
    if global.json {
        output::print_json(&status)?;
    } else {
        output::print_data(status.text().trim_end())?;
    }
    Ok(Outcome::Success)
}

impl Status {
    fn of(tally: &Tally) -> Self {
        let counts = |aspect| tally.of(aspect).map(|(value, tallied)| (value.to_owned(), tallied.photos)).collect();
        let states = tally.of(Aspect::State).filter_map(|(state, tallied)| Some((state.parse().ok()?, tallied.photos)));
        let image = tally.get(Aspect::Part, IMAGE);
        Self {
            photos: tally.photos(),
            states: states.collect(),
            images: image.photos,
            image_bytes: image.bytes,
            located: tally.get(Aspect::Part, LOCATION).photos,
            owners: tally.owners,
            thumbnails: tally.get(Aspect::Part, THUMBNAIL).photos,
            sources: counts(Aspect::Source),
            searches: counts(Aspect::Search),
            labels: counts(Aspect::Labels),
            countries: counts(Aspect::Country),
            licenses: counts(Aspect::License),
            faults: counts(Aspect::Fault),
            unlisted: counts(Aspect::Unlisted),
            ..Self::default()
        }
    }
}
