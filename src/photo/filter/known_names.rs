//! The names in a filter that only a dataset can know: its concepts, and values such as licences.
//!
//! Every way to ask with a filter (page, API, command line) checks them here, so that a slip is an error and not an
//! empty answer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::{Area, ChoiceField, Filter, FilterError, LayerAreas, NumberField, Test, mistakes, print};
use crate::photo::fields::Form;
use crate::photo::suggest::{did_you_mean, nearest};
use crate::photo::text::normalise;
use crate::photo::{Photo, ScoreKey};

/// Names that a message lists.
const LISTED: usize = 12;

/// A filter and the names in it that are still to be checked.
#[derive(Clone, Debug)]
pub struct Parsed {
    filter: Filter,
    named: Vec<Named>,
}

/// A name in a filter.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// Characters before it.
    pub(super) at: usize,
    pub(super) name: Name,
}

/// What it names.
#[derive(Clone, Debug)]
pub(super) enum Name {
    /// A score: `monkey`, `monkey@vision`.
    Score(ScoreKey),
    /// A value of a field.
    Value(ChoiceField, String),
    /// A layer and its areas, by the characters before each of them. The clause has the names.
    Areas(Vec<usize>),
}

impl Parsed {
    pub(super) fn new(filter: Filter, named: Vec<Named>) -> Self {
        Self { filter, named }
    }

    /// Whether there is nothing to check.
    pub fn is_checked(&self) -> bool {
        self.named.is_empty()
    }

    /// The filter, its names unchecked.
    pub fn unchecked(self) -> Filter {
        self.filter
    }

    /// The filter, where the dataset knows all names in it; else what is wrong, and what may have been meant.
    pub fn checked(self, names: &KnownNames) -> Result<Filter, FilterError> {
        let wrong = self.named.iter().find_map(|named| {
            let message = match &named.name {
                Name::Score(name) => names.unknown_score(name),
                Name::Value(field, value) => names.unknown_value(*field, value),
                Name::Areas(_) => None,
            };
            message.map(|message| FilterError { at: named.at, message })
        });
        wrong.map_or_else(|| self.placed(names.layers.0.as_deref()), Err)
    }

    /// The filter with the geometry of its areas of layers; its other names unchecked. Fails if a layer or an area is unknown.
    pub fn placed(mut self, layers: Option<&dyn LayerAreas>) -> Result<Filter, FilterError> {
        let places = self.named.iter().filter_map(|named| match &named.name {
            Name::Areas(places) => Some((named.at, places)),
            _ => None,
        });
        let of_layers = self.filter.clauses.iter_mut().filter_map(|clause| match &mut clause.test {
            Test::Place { area: Area::Layer { layer, areas, geometry } } => Some((layer, areas, geometry)),
            _ => None,
        });
        for ((at, places), (layer, areas, geometry)) in places.zip(of_layers) {
            let found = layers.ok_or_else(|| (None, "there are no layers here".to_owned()));
            *geometry = found.and_then(|layers| layers.areas(layer, areas)).map_err(|(nth, message)| {
                let place = places.get(nth.map_or(0, |nth| nth + 1)).copied();
                FilterError { at: place.unwrap_or(at), message }
            })?;
        }
        Ok(self.filter)
    }
}

/// What a dataset has names for.
#[derive(Clone, Debug, Default)]
pub struct KnownNames {
    scores: BTreeSet<ScoreKey>,
    /// Values by the name of their field.
    values: BTreeMap<&'static str, BTreeSet<String>>,
    layers: Layers,
}

/// The layers whose areas a filter may name.
#[derive(Clone, Default)]
struct Layers(Option<Arc<dyn LayerAreas>>);

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "layers" } else { "no layers" })
    }
}

impl KnownNames {
    /// Fields whose values a dataset has to confirm, where they are not usual ones.
    pub fn fields() -> impl Iterator<Item = ChoiceField> {
        ChoiceField::all().filter(|field| matches!(field.form(), Form::Usual(_) | Form::CountryCode))
    }

    /// With layers whose areas a filter may name.
    #[must_use]
    pub fn with_layers(self, layers: Arc<dyn LayerAreas>) -> Self {
        Self { layers: Layers(Some(layers)), ..self }
    }

    /// Adds the key of a score.
    pub fn add_score(&mut self, key: &ScoreKey) {
        if !self.scores.contains(key) {
            self.scores.insert(key.clone());
        }
    }

    /// Adds a value of a field.
    pub fn add_value(&mut self, field: ChoiceField, value: &str) {
        let values = self.values.entry(field.as_str()).or_default();
        if !values.contains(value) {
            values.insert(value.to_owned());
        }
    }

    /// Adds the names that a photo has.
    pub fn add_photo(&mut self, photo: &Photo) {
        photo.scores.keys().for_each(|key| self.add_score(key));
        for field in Self::fields() {
            field.names(photo).iter().for_each(|value| self.add_value(field, value));
        }
    }

    /// Whether there is such a score: else what is wrong, and what may have been meant.
    pub fn check_score(&self, key: &ScoreKey) -> Result<(), String> {
        self.unknown_score(key).map_or(Ok(()), Err)
    }

    fn unknown_score(&self, key: &ScoreKey) -> Option<String> {
        if self.scores.contains(key) {
            return None;
        }
        let main = self.scores.iter().filter(|key| key.scorer().is_none()).map(ScoreKey::as_str);
        let hint = match (nearest(key.as_str(), self.scores.iter().map(ScoreKey::as_str)), listed(main)) {
            (Some(near), _) => format!("; did you mean {}?", print::field_name(&NumberField::Score(near.into()))),
            (None, Some(all)) => format!("; concepts are {all}"),
            (None, None) => "; no concept is defined and no photo has a score".to_owned(),
        };
        Some(format!("this dataset has no concept \"{key}\"{hint}"))
    }

    fn unknown_value(&self, field: ChoiceField, value: &str) -> Option<String> {
        let own = self.values.get(field.as_str());
        let own = || own.into_iter().flatten().map(String::as_str);
        if own().any(|known| normalise(known) == normalise(value)) {
            return None;
        }
        let usual = match field.form() {
            Form::Usual(names) => names(),
            Form::CountryCode => return Some(mistakes::unknown_country(value)),
            Form::Free | Form::OneOf(_) => Vec::new(),
        };
        let (name, near) = (field.as_str(), did_you_mean(value, own().chain(usual.iter().copied())));
        let hint = match listed(own()) {
            _ if !near.is_empty() => near,
            Some(all) => format!("; this dataset has {all}"),
            None => listed(usual.iter().copied()).map_or_else(String::new, |all| format!("; usual ones are {all}")),
        };
        Some(format!("there is no {name} \"{value}\"{hint}"))
    }
}

/// Some names in one line; `None`: there are none.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let names: Vec<&str> = names.collect();
    let more = if names.len() > LISTED { ", ..." } else { "" };
    (!names.is_empty()).then(|| names[..names.len().min(LISTED)].join(", ") + more)
}
