//! `gleaner status`: counts of a dataset's photos, and its workers.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::{Global, Outcome, datasets, report};
use crate::photo::{Photo, State};
use crate::pipeline::worker_session::describe;
use crate::store::coordination::{Worker, WorkerCoordination};
use crate::store::{Store, for_each_photo};

/// Arguments of `gleaner status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
}

/// Counts of a dataset.
#[derive(Debug, Default, Serialize)]
pub struct Status {
    dataset: String,
    photos: u64,
    states: BTreeMap<State, u64>,
    image_bytes: u64,
    located: u64,
    owners: u64,
    thumbnails: u64,
    searches: BTreeMap<String, u64>,
    countries: BTreeMap<String, u64>,
    licenses: BTreeMap<String, u64>,
    faults: BTreeMap<String, u64>,
    /// The running workers of a shared store.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    workers: Vec<Worker>,
}

/// Runs `gleaner status`.
pub fn run(args: &StatusArgs, global: &Global) -> Result<Outcome> {
    let (dataset, store) = datasets::read(&args.dataset, global)?;
    let mut status = read(&dataset.to_string(), store.as_ref())?;
    status.workers = store.coordination().map(WorkerCoordination::workers).transpose()?.unwrap_or_default();
    if global.json {
        report::print_json(&status)?;
    } else {
        report::print_data(status.text().trim_end())?;
    }
    Ok(Outcome::Success)
}

fn read(name: &str, store: &dyn Store) -> Result<Status> {
    let mut status = Status { dataset: name.to_owned(), ..Status::default() };
    let mut owners = std::collections::HashSet::new();
    for_each_photo(store, |photo| {
        status.count(&photo);
        owners.extend(photo.owner_pseudonym);
        Ok(())
    })?;
    status.owners = owners.len() as u64;
    Ok(status)
}

impl Status {
    fn count(&mut self, photo: &Photo) {
        self.photos += 1;
        *self.states.entry(photo.state()).or_default() += 1;
        self.image_bytes += photo.file.as_ref().map_or(0, |file| file.stored_bytes);
        self.located += u64::from(photo.location.is_some());
        self.thumbnails += u64::from(photo.thumbnail.is_some());
        for found in &photo.searches {
            *self.searches.entry(found.term.clone()).or_default() += 1;
        }
        let place = photo.place.as_ref();
        if let Some(country) = place.and_then(|place| place.country_name.as_ref().or(place.country.as_ref())) {
            *self.countries.entry(country.clone()).or_default() += 1;
        }
        if let Some(license) = &photo.license {
            *self.licenses.entry(license.id.clone()).or_default() += 1;
        }
        if let Some(fault) = &photo.fault {
            *self.faults.entry(format!("{}: {}", fault.stage.as_str(), fault.message)).or_default() += 1;
        }
    }

    fn text(&self) -> String {
        let count = |state| self.states.get(&state).copied().unwrap_or(0);
        let mut text = format!(
            "{}: {} photos by {} people; {} with an image ({:.1} MB), {} with a thumbnail, {} with a place\n",
            self.dataset,
            self.photos,
            self.owners,
            count(State::Stored),
            self.image_bytes as f64 / 1e6,
            self.thumbnails,
            self.located
        );
        for (state, word) in [
            (State::Found, "metadata only"),
            (State::Failed, "failed temporarily (`gleaner download` retries)"),
            (State::Gone, "gone at the source"),
            (State::Rejected, "rejected"),
        ] {
            if count(state) > 0 {
                text += &format!("  {} {word}\n", count(state));
            }
        }
        for (title, counts) in [
            ("searches", &self.searches),
            ("countries", &self.countries),
            ("licences", &self.licenses),
            ("faults", &self.faults),
        ] {
            if !counts.is_empty() {
                text += &format!("{title}:\n{}", top(counts));
            }
        }
        if !self.workers.is_empty() {
            text += "workers:\n";
        }
        for worker in &self.workers {
            text += &format!("  {}: {} photos, {} per minute\n", describe(worker), worker.done, worker.per_minute);
        }
        text
    }
}

/// The ten most frequent values, and the number of the others.
fn top(counts: &BTreeMap<String, u64>) -> String {
    let mut rows: Vec<_> = counts.iter().collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let mut text: String = rows.iter().take(10).map(|(name, count)| format!("  {count:>7}  {name}\n")).collect();
    if rows.len() > 10 {
        text += &format!("           and {} more\n", rows.len() - 10);
    }
    text
}
