//! What tables of taxa say of the Red List categories of the species in an answer: category, date, and which layer.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::photo::text::grouped;
use crate::reference::taxa::Statuses;

/// The layers that have categories.
pub struct StatusLayers(pub Vec<(String, String, Arc<Statuses>)>);

/// The category of a species by a layer.
pub struct Status<'a> {
    layer: usize,
    category: &'a str,
    assessed: Option<&'a str>,
}

impl StatusLayers {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The category of a species. Of several layers one that says when it was assigned counts first.
    pub fn of(&self, species: &str) -> Option<Status<'_>> {
        let found = self.0.iter().enumerate().filter_map(|(layer, (.., statuses))| {
            let (category, assessed) = statuses.of(species)?;
            Some(Status { layer, category, assessed })
        });
        found.min_by_key(|status| status.assessed.is_none())
    }

    /// The cells of a row: category, day or year, layer.
    pub fn cells(&self, species: &str) -> [Value; 3] {
        self.of(species).map_or([Value::Null, Value::Null, Value::Null], |status| {
            [json!(status.category), json!(status.assessed), json!(self.0[status.layer].0)]
        })
    }

    /// What each layer says of these species; `species` has the name and the category that the photos' records have.
    pub fn notes<'s>(&self, species: impl Iterator<Item = (&'s str, &'s str)>) -> Vec<String> {
        let mut by_layer: BTreeMap<usize, (u64, u64, Vec<String>)> = BTreeMap::new();
        let mut all = 0;
        for (name, category) in species {
            all += 1;
            let Some(status) = self.of(name) else { continue };
            let (known, others, dates) = by_layer.entry(status.layer).or_default();
            *known += 1;
            *others += u64::from(!category.is_empty() && status.category != category);
            dates.extend(status.assessed.map(|assessed| assessed.chars().take(4).collect()));
        }
        let note = |(layer, (known, others, mut dates)): (usize, (u64, u64, Vec<String>))| {
            dates.sort_unstable();
            let when = match (dates.first(), dates.last()) {
                (Some(first), Some(last)) if first == last => format!("assigned in {first}"),
                (Some(first), Some(last)) => format!("assigned from {first} to {last}"),
                _ => "without dates".to_owned(),
            };
            let (name, citation, _) = &self.0[layer];
            let (known, of) = (grouped(known), grouped(all));
            [
                format!(
                    "{name} has a category of {known} of these {of} species, {when}; of {} of them another one than the photos.",
                    grouped(others)
                ),
                citation.clone(),
            ]
        };
        by_layer.into_iter().flat_map(note).collect()
    }
}
