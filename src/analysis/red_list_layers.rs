//! What tables of taxa say of the Red List categories of the species in an answer: category, date, and which layer.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::photo::filter::{ChoiceField, Clause, Filter, Test};
use crate::photo::text::grouped;
use crate::photo::{MONKEYS, Taxon};
use crate::reference::taxa::Statuses;

/// The categories of threatened species.
pub const THREATENED: [&str; 3] = ["CR", "EN", "VU"];

/// The layers that have categories.
pub struct StatusLayers(pub Vec<(String, String, Arc<Statuses>)>);

/// The category of a species by a layer.
pub struct Status<'a> {
    layer: usize,
    /// The category.
    pub category: &'a str,
    assessed: Option<&'a str>,
}

/// The branches that a clause of a filter means.
fn branches(clause: &Clause) -> Option<&Vec<String>> {
    match &clause.test {
        Test::Choice { field, values, none: false, any: false } if !clause.negated && field.as_str() == "taxon" => {
            Some(values)
        }
        _ => None,
    }
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

    /// The species of the Red List that a filter may mean, each with its category: those on the branches of its clauses on `taxon`, or
    /// all. Also says which branches these are.
    pub fn known(&self, filter: &Filter) -> (BTreeMap<&str, Status<'_>>, Vec<String>) {
        let branches: Vec<&Vec<String>> = filter.clauses.iter().filter_map(branches).collect();
        let field = ChoiceField::named("taxon");
        let is_meant = |taxon: &Taxon| {
            let names = taxon.branch().into_iter().chain(taxon.is_monkey().then_some(MONKEYS));
            let names: Vec<&str> = names.collect();
            let has = |asked: &String| names.iter().any(|name| field.is_some_and(|field| field.is(name, asked)));
            branches.iter().all(|branches| branches.iter().any(has))
        };
        let species = self.0.iter().flat_map(|(.., statuses)| statuses.species()).filter(|taxon| is_meant(taxon));
        let known = species.filter_map(|taxon| {
            let name = taxon.scientific_name.as_str();
            Some((name, self.of(name)?))
        });
        (known.collect(), branches.into_iter().flatten().cloned().collect())
    }

    /// The citations of the layers in which one of these species has the category that its photos have.
    pub fn agreeing<'s>(&self, species: impl Iterator<Item = (&'s str, &'s str)>) -> Vec<&str> {
        let species: Vec<(&str, &str)> = species.collect();
        let agrees = |statuses: &Statuses| {
            let is_same = |(name, category): &(&str, &str)| statuses.of(name).is_some_and(|(own, _)| own == *category);
            species.iter().any(is_same)
        };
        self.0.iter().filter(|(.., statuses)| agrees(statuses)).map(|(_, citation, _)| citation.as_str()).collect()
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
