//! What a report says of the photos themselves: numbers, and who is to be credited for what.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use anyhow::Result;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::export::{ExportFormat, ExportSummary, Exporter, KeyUse, Target};
use crate::photo::{Photo, fields};
use crate::seal::SealedPhoto;

/// Credits that are listed.
pub const MOST_CREDITS: usize = 2_000;

/// The pass over the records. It is no format of `gleaner export`.
pub const PASS: ExportFormat = ExportFormat {
    name: "report",
    aliases: &[],
    label: "Report",
    description: "The numbers and credits of a report",
    suffix: "html",
    media_type: "text/html",
    targets: &[Target::Stream],
    key: KeyUse::Never,
    options: &[],
    open: |_| Ok(Box::new(Pass::default())),
};

/// The member of [`ExportSummary::counts`] that has the numbers.
const NUMBERS: &str = "numbers";

/// Numbers of the photos that pass the filter.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Numbers {
    /// Distinct owners, of photos with a known owner.
    pub photographers: u64,
    /// Photos without a known owner.
    pub without_owner: u64,
    /// Distinct pairs of owner and day.
    pub user_days: u64,
    /// Photos whose day is known.
    pub with_day: u64,
    /// The first and the last day.
    pub days: Option<(Date, Date)>,
    /// Photos with coordinates.
    pub with_coordinates: u64,
    /// Of these, photos whose uncertainty is known.
    pub with_uncertainty: u64,
    /// Countries.
    pub countries: u64,
    /// What the taxa rest on -> photos.
    pub identified_by: BTreeMap<String, u64>,
    /// Photos with an accepted taxon.
    pub accepted: u64,
    /// The checklists that were asked.
    pub checklists: BTreeSet<String>,
    /// Photos of captive or cultivated organisms, according to their source.
    pub captive: u64,
    /// Credits, by id.
    pub credits: Vec<Credit>,
}

/// Who is to be credited for a photo.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Credit {
    /// The photo's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The author, as its licence or its source states it publicly.
    pub author: Option<String>,
    /// The web page.
    pub page: Option<String>,
    /// The licence in force.
    pub license: Option<String>,
    /// The address of its text.
    pub license_url: Option<String>,
    /// Changes that the licence asks to state.
    pub changes: Option<String>,
}

#[derive(Default)]
struct Pass {
    numbers: Numbers,
    owners: BTreeSet<String>,
    user_days: BTreeSet<(String, Date)>,
    countries: BTreeSet<String>,
}

impl Exporter for Pass {
    fn write(&mut self, photos: &[&SealedPhoto], _out: &mut dyn Write) -> Result<()> {
        photos.iter().for_each(|sealed| self.add(sealed.photo()));
        Ok(())
    }

    fn end(&mut self, _out: &mut dyn Write) -> Result<ExportSummary> {
        let mut numbers = std::mem::take(&mut self.numbers);
        numbers.photographers = self.owners.len() as u64;
        numbers.user_days = self.user_days.len() as u64;
        numbers.countries = self.countries.len() as u64;
        let counts = std::iter::once((NUMBERS.to_owned(), json!(numbers))).collect();
        Ok(ExportSummary { counts, ..ExportSummary::default() })
    }
}

/// The numbers of a pass that has ended.
pub fn numbers(mut summary: ExportSummary) -> Result<Numbers> {
    Ok(serde_json::from_value(summary.counts.remove(NUMBERS).unwrap_or(Value::Null))?)
}

impl Pass {
    fn add(&mut self, photo: &Photo) {
        let numbers = &mut self.numbers;
        let day = fields::day(photo);
        match &photo.owner_pseudonym {
            Some(owner) => {
                self.owners.insert(owner.clone());
                if let Some(day) = day {
                    self.user_days.insert((owner.clone(), day));
                }
            }
            None => numbers.without_owner += 1,
        }
        if let Some(day) = day {
            numbers.with_day += 1;
            numbers.days = Some(numbers.days.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
        }
        if let Some(location) = &photo.location {
            numbers.with_coordinates += 1;
            numbers.with_uncertainty += u64::from(location.uncertainty_m.is_some());
        }
        self.countries.extend(photo.place.as_ref().and_then(|place| place.country.clone()));
        if let Some((_, basis)) = photo.named() {
            *numbers.identified_by.entry(basis.to_string()).or_default() += 1;
        }
        if let Some(accepted) = photo.accepted_taxon.as_ref().filter(|accepted| accepted.taxon.is_some()) {
            numbers.accepted += 1;
            numbers.checklists.insert(accepted.checklist.clone());
        }
        let observation = photo.observation.as_ref();
        numbers.captive += u64::from(observation.and_then(|observation| observation.captive) == Some(true));
        if numbers.credits.len() < MOST_CREDITS {
            let license = photo.license_in_force();
            numbers.credits.push(Credit {
                id: photo.id.to_string(),
                title: fields::title(photo),
                author: photo.attribution.clone(),
                page: photo.landing_url.clone(),
                license: license
                    .as_ref()
                    .map(|license| if license.name.is_empty() { license.id.clone() } else { license.name.clone() }),
                license_url: license.as_ref().and_then(|license| license.url.clone()),
                changes: photo.changes.clone(),
            });
        }
    }
}
