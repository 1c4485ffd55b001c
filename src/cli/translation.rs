//! The options of `gleaner scrape` that also search for a word's names in other languages.

use std::path::PathBuf;

use clap::Args;

use super::near;
use super::output::UsageError;
use crate::sources::translation::{Languages, TranslationError};

/// Languages, and files with names.
#[derive(Clone, Debug, Default, Args)]
pub struct TranslationArgs {
    /// Also search for the names of each animal or plant of -s in these languages: it,es,ja, or all
    #[arg(long, value_name = "LANGUAGES", value_delimiter = ',')]
    translate: Vec<String>,
    /// With --translate: further names, a table of Open Multilingual Wordnet (tab-separated); may be repeated
    #[arg(long, value_name = "FILE", requires = "translate")]
    names: Vec<PathBuf>,
    /// With --translate: ask GBIF for further names, if -s is a scientific name; answers are kept for a month
    #[arg(long, requires = "translate")]
    gbif_names: bool,
}

impl TranslationArgs {
    /// Whether any option is given.
    pub fn any(&self) -> bool {
        !self.translate.is_empty()
    }

    /// The languages, and where names are looked for.
    pub fn languages(&self) -> Languages {
        Languages { languages: self.translate.clone(), files: self.names.clone(), asks_gbif: self.gbif_names }
    }
}

/// An error of these options.
pub fn wrong(err: TranslationError) -> anyhow::Error {
    let hint = err.hint();
    match err {
        TranslationError::Language { .. } => UsageError::error(format!("--translate {err}"), hint),
        TranslationError::File { ref path, .. } => {
            let meant = if path.exists() { String::new() } else { near::file(path) };
            UsageError::error(format!("--names {err}{meant}"), hint)
        }
        TranslationError::Gbif(_) => UsageError::error(err.to_string(), "try again later, or leave out --gbif-names"),
        TranslationError::Reference(_) => UsageError::error(err.to_string(), hint),
        TranslationError::Other(err) => err,
    }
}
