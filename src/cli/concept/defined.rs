//! Finds the definition of a concept that a user names.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;

use super::{Global, datasets, output::UsageError, settings};
use crate::concepts::{self, Concept, Concepts};
use crate::dataset::Dataset;
use crate::photo::suggest::nearest;

/// Concepts that are listed where none is near.
const LISTED: usize = 10;

/// A concept, and the file that defines it.
pub struct Defined {
    /// The concept.
    pub concept: Concept,
    /// The file.
    pub path: PathBuf,
    /// Whether the file is `gleaner.toml` or that of `--config`, for all datasets.
    pub in_settings: bool,
}

/// The definitions in the settings and in one dataset.
pub struct Definitions {
    settings: Concepts,
    settings_path: PathBuf,
    own: Concepts,
    own_path: Option<PathBuf>,
}

impl Definitions {
    /// Reads the settings and a dataset's concepts.
    pub fn read(dataset: Option<&Dataset>, global: &Global) -> Result<Self> {
        let invalid = |err: anyhow::Error| UsageError::error(format!("{err:#}"), "");
        Ok(Self {
            settings: settings::config(global)?.concepts,
            settings_path: settings::path(global),
            own: dataset.map(concepts::read).transpose().map_err(invalid)?.unwrap_or_default(),
            own_path: dataset.map(Dataset::concepts),
        })
    }

    /// The definition with this name: the dataset's, else that of the settings.
    pub fn find(&self, name: &str) -> Option<Defined> {
        let own = self.own_path.as_ref().map(|path| (&self.own, path, false));
        own.into_iter().chain([(&self.settings, &self.settings_path, true)]).find_map(|(all, path, in_settings)| {
            let concept = all.get(name).or_else(|| all.get_normalised(name))?.clone();
            Some(Defined { concept, path: path.clone(), in_settings })
        })
    }

    /// Whether the settings define it too, which take precedence.
    pub fn is_hidden(&self, defined: &Defined) -> bool {
        !defined.in_settings && self.settings.get(&defined.concept.name).is_some()
    }

    /// All names, those of the settings first.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.settings.iter().chain(self.own.iter()).map(|concept| concept.name.as_str())
    }

    /// The error for a name that is not defined. `others` are further names that the user may mean.
    pub fn unknown(&self, name: &str, others: &[String]) -> anyhow::Error {
        let known = || self.names().chain(others.iter().map(String::as_str));
        unknown(name, known(), "`gleaner concept list` shows the concepts; --dataset DIR includes a dataset's own")
    }
}

/// The error for an unknown concept, with the name that is probably meant.
pub fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>, otherwise: &str) -> anyhow::Error {
    let known: BTreeSet<&str> = known.collect();
    let hint = match nearest(name, known.iter().copied()) {
        Some(meant) => format!("did you mean {meant}?"),
        None if (1..=LISTED).contains(&known.len()) => {
            format!("there are {}; {otherwise}", known.into_iter().collect::<Vec<_>>().join(", "))
        }
        None => otherwise.to_owned(),
    };
    UsageError::error(format!("there is no concept {name:?}"), hint)
}

/// The datasets that a user names, which must exist.
pub fn existing(names: &[String], global: &Global) -> Result<Vec<Dataset>> {
    names.iter().map(|name| datasets::read(name, global).map(|(dataset, _)| dataset)).collect()
}
