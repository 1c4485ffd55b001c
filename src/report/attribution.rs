//! What a report reads from the records: who is to be credited for what, and accepted taxa.

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::export::{ExportFormat, ExportSummary, Exporter, KeyUse, Target, whole_photos};
use crate::photo::{Photo, fields};
use crate::store::StoredRecord;

/// Credits that are listed.
pub const MOST_CREDITS: usize = 2_000;

/// The pass over the records. It is no format of `gleaner export`.
pub const PASS: ExportFormat = ExportFormat {
    name: "report",
    aliases: &[],
    label: "Report",
    description: "The credits of a report",
    suffix: "html",
    media_type: "text/html",
    targets: &[Target::Stream],
    key: KeyUse::Never,
    options: &[],
    open: |_| Ok(Box::new(Pass::default())),
};

/// The member of [`ExportSummary::counts`] that has what was read.
const READ: &str = "read";

/// What only the records have.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Attribution {
    /// Photos with an accepted taxon.
    pub accepted: u64,
    /// The checklists that have them.
    pub checklists: BTreeSet<String>,
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
struct Pass(Attribution);

impl Exporter for Pass {
    fn reads_whole_photos(&self) -> bool {
        true
    }

    fn write(&mut self, records: &[&StoredRecord], _out: &mut dyn Write) -> Result<()> {
        whole_photos(records)?.iter().for_each(|sealed| self.0.add(sealed.photo()));
        Ok(())
    }

    fn end(&mut self, _out: &mut dyn Write) -> Result<ExportSummary> {
        let counts = std::iter::once((READ.to_owned(), json!(std::mem::take(&mut self.0)))).collect();
        Ok(ExportSummary { counts, ..ExportSummary::default() })
    }
}

/// What a pass that has ended has read.
pub fn read(mut summary: ExportSummary) -> Result<Attribution> {
    Ok(serde_json::from_value(summary.counts.remove(READ).unwrap_or(Value::Null))?)
}

impl Attribution {
    fn add(&mut self, photo: &Photo) {
        if let Some(accepted) = photo.accepted_taxon.as_ref().filter(|accepted| accepted.taxon.is_some()) {
            self.accepted += 1;
            self.checklists.insert(accepted.checklist.clone());
        }
        if self.credits.len() < MOST_CREDITS {
            let license = photo.license_in_force();
            self.credits.push(Credit {
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
