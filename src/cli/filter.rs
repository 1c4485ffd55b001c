//! `--filter`: reads a filter, and checks the names in it against the dataset. An error shows where it is.

use anyhow::{Error, Result};

use super::output::UsageError;
use super::{Global, settings, source_access};
use crate::concepts::{self, Concepts};
use crate::dataset::Dataset;
use crate::explorer::{self, Explorer};
use crate::photo::filter::{Filter, FilterError, KnownNames, Parsed};
use crate::store::Store;

/// The filter of an option, read before a dataset is opened.
pub struct FilterOption {
    text: String,
    parsed: Parsed,
}

impl FilterOption {
    /// Reads the option's text; without one, all photos.
    pub fn read(text: Option<&str>) -> Result<Self> {
        let text = text.unwrap_or_default().to_owned();
        let parsed = text.parse::<Parsed>().map_err(|err| wrong(&text, &err))?;
        Ok(Self { text, parsed })
    }

    /// The filter, its names checked. The store is read only where the definitions do not have them all.
    pub fn in_store(self, dataset: &Dataset, store: &dyn Store, global: &Global) -> Result<Filter> {
        if self.parsed.is_checked() {
            return Ok(self.parsed.unchecked());
        }
        let concepts = defined(dataset, global)?;
        if let Ok(filter) = self.parsed.clone().checked(&names(explorer::defined(&concepts))?) {
            return Ok(filter);
        }
        let known = names(explorer::in_store(store, &concepts)?)?;
        self.parsed.checked(&known).map_err(|err| wrong(&self.text, &err))
    }

    /// The filter, its names checked.
    pub fn in_explorer(self, dataset: &Dataset, explorer: &Explorer, global: &Global) -> Result<Filter> {
        if self.parsed.is_checked() {
            return Ok(self.parsed.unchecked());
        }
        let known = names(explorer.known_names(&defined(dataset, global)?))?;
        self.parsed.checked(&known).map_err(|err| wrong(&self.text, &err))
    }
}

/// Known names, with the areas of the user's layers.
fn names(known: KnownNames) -> Result<KnownNames> {
    Ok(known.with_layers(source_access::layers()?))
}

fn defined(dataset: &Dataset, global: &Global) -> Result<Concepts> {
    Ok(settings::config(global)?.concepts.over(concepts::read(dataset)?))
}

fn wrong(text: &str, err: &FilterError) -> Error {
    let hint = "docs/filter.md describes the filter language";
    UsageError::error(format!("in --filter {}\n{}", err.message, pointed(text, err.at)), hint)
}

/// Characters of a filter that are shown on either side of an error.
const SHOWN: usize = 50;

/// The part of a text around a position, and a caret below it.
fn pointed(text: &str, at: usize) -> String {
    let from = at.saturating_sub(SHOWN);
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    let part: String = text.chars().skip(from).take(2 * SHOWN).map(shown).collect();
    // East Asian characters are two columns wide, and so is their blank.
    let blank = |c: char| {
        if matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}')
        {
            '\u{3000}'
        } else {
            ' '
        }
    };
    let blanks: String = part.chars().take(at - from).map(blank).collect();
    format!("  {part}\n  {blanks}^")
}
