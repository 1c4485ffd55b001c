//! What a search reached: how many results the source claims, how many came, and what is missing. The last report of each
//! search is a note of the dataset.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::photo::text::grouped;
use crate::sources::{ALL, Gap, Population, Search};
use crate::store::NoteStore;

/// The start of the notes' keys.
const PREFIX: &str = "searched:";

/// The result of one search.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SearchReport {
    /// The source's name.
    pub source: String,
    /// The search term.
    pub term: String,
    /// The language of a translated term, BCP 47.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The box: `west,south,east,north`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bbox: Option<String>,
    /// What the search asks for besides words and box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criteria: Option<String>,
    /// When the source was last asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// Whether everything was asked for: the source has no more results, or as many photos as wanted were found.
    #[serde(default)]
    pub finished: bool,
    /// The number of photos wanted; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub want: Option<u64>,
    /// Number of distinct photos found that meet the criteria.
    pub found: u64,
    /// Number of results reported by the source.
    pub claimed: Option<u64>,
    /// Number of photos that there are, by a second look at the results in another order; absent if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population: Option<Population>,
    /// Records received, repeated ones too.
    #[serde(default)]
    pub received: u64,
    /// Records of photos that the search had received before.
    #[serde(default)]
    pub repeated: u64,
    /// Whether it continued a search of an earlier run.
    pub resumed: bool,
    /// Slices with more results than the source returns.
    pub truncated_slices: u32,
    /// The first of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// Criterion -> photos that the source returned although they do not meet it. They are not kept.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, u64>,
}

impl SearchReport {
    /// A report without numbers.
    pub fn of(source: &str, search: &Search) -> Self {
        let found = search.found(0);
        Self {
            source: source.to_owned(),
            term: found.term,
            language: found.language,
            bbox: found.bbox,
            criteria: found.criteria,
            want: Some(search.want).filter(|want| *want != ALL),
            ..Self::default()
        }
    }

    /// Results of the source that cannot be received, as far as it says.
    pub fn missing(&self) -> u64 {
        self.gaps.iter().map(|gap| gap.claimed.saturating_sub(gap.reachable)).sum()
    }

    /// The photos that were left out: their number, and the numbers by criterion (`area 3, license 1`). `None` if there are none.
    pub fn left_out_counts(&self) -> Option<(u64, String)> {
        let total: u64 = self.left_out.values().sum();
        let each = self.left_out.iter().map(|(criterion, photos)| format!("{criterion} {}", grouped(*photos)));
        (total > 0).then(|| (total, each.collect::<Vec<_>>().join(", ")))
    }

    /// Whether the search ended because it had found as many photos as wanted.
    pub fn stopped_at_want(&self) -> bool {
        self.finished && self.want.is_some_and(|want| self.found >= want)
    }

    /// Stores it in place of an earlier report of the same search, unless that one finished and went further.
    pub fn save(&self, store: &(impl NoteStore + ?Sized)) -> Result<()> {
        let (bbox, criteria) = (self.bbox.as_deref().unwrap_or_default(), self.criteria.as_deref().unwrap_or_default());
        let key = format!("{PREFIX}{}:{bbox}:{criteria}:{}", self.source, self.term);
        let earlier = store.note(&key)?.and_then(|text| serde_json::from_str::<Self>(&text).ok());
        let reach = |report: &Self| report.want.unwrap_or(ALL);
        if earlier.is_some_and(|earlier| earlier.finished && reach(&earlier) > reach(self)) {
            return Ok(());
        }
        Ok(store.set_note(&key, Some(&serde_json::to_string(self)?))?)
    }

    /// The reports of all searches, by source and term.
    pub fn all(store: &(impl NoteStore + ?Sized)) -> Result<Vec<Self>> {
        let mut reports = Vec::new();
        for (key, text) in store.notes(PREFIX)? {
            match serde_json::from_str(&text) {
                Ok(report) => reports.push(report),
                // A newer program may have written it.
                Err(err) => warn!(%key, error = %err, "the report of a search cannot be read"),
            }
        }
        reports.sort_by(|one: &Self, other| (&one.source, &one.term).cmp(&(&other.source, &other.term)));
        Ok(reports)
    }
}
