//! Searches for the names of a word in other languages: from tables, from the user's files, and from GBIF.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

use super::access::SourceAccess;
use super::gbif::kept_names::{self, KnownTaxa};
use super::gbif::names::NamesError as GbifError;
use super::{Criteria, Search};
use crate::net::Client;
use crate::photo::suggest;
use crate::reference::names::NamesError;
use crate::reference::vernacular::{Translation, VernacularNames};
use crate::reference::{NAMES, ReferenceError, Registry};

/// Every language that has names.
const ALL: &str = "all";
/// The layer of the names that GBIF knows.
const GBIF: &str = "GBIF";
/// Languages without a name are listed up to this many.
const MOST_MISSING: usize = 20;

/// The languages that words are translated to, and where names are looked for.
#[derive(Clone, Debug, Default)]
pub struct Languages {
    /// Tags of BCP 47, or `all`.
    pub languages: Vec<String>,
    /// The user's tables of names.
    pub files: Vec<PathBuf>,
    /// Whether GBIF is asked for the names of scientific names.
    pub asks_gbif: bool,
}

/// Words that cannot be translated as they were to be.
#[derive(Debug, Error)]
pub enum TranslationError {
    /// There are no names in a language.
    #[error("{language}: no names in this language are known")]
    Language {
        /// As it was written.
        language: String,
        /// A language that it may mean.
        near: Option<String>,
    },
    /// A table of the user cannot be read.
    #[error("{}: {err}", path.display())]
    File {
        /// The table.
        path: PathBuf,
        /// Why.
        err: NamesError,
    },
    /// A reference layer of the user cannot be read.
    #[error(transparent)]
    Reference(ReferenceError),
    /// GBIF does not answer.
    #[error("GBIF could not be asked for names: {0}")]
    Gbif(GbifError),
    /// A local error.
    #[error(transparent)]
    Other(anyhow::Error),
}

impl TranslationError {
    /// What to do, for a person. Empty if that is not known.
    pub fn hint(&self) -> String {
        match self {
            Self::Language { near: Some(near), .. } => format!("did you mean {near}?"),
            Self::Language { near: None, .. } => "languages are codes of BCP 47, such as it, ja, pt".to_owned(),
            Self::File { .. } => NamesError::HINT.to_owned(),
            Self::Reference(_) => {
                "gleaner reference list shows the layers; add the file again with --replace".to_owned()
            }
            Self::Gbif(_) => "try again later, or do not ask GBIF for names".to_owned(),
            Self::Other(_) => String::new(),
        }
    }
}

/// Finds the names of words in other languages.
#[derive(Clone, Debug, Default)]
pub struct Translator {
    names: VernacularNames,
    languages: Vec<String>,
}

/// The names of a word in other languages. Each is a search of its own.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TermNames {
    /// The word.
    pub term: String,
    /// Its names.
    pub names: Vec<Translation>,
    /// The languages without a name, if there are at most 20.
    pub missing: Vec<String>,
    /// A word that has names and resembles this one, if this one has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub near: Option<String>,
}

impl Translator {
    /// Reads the names. Also returns what there is to say about the terms. GBIF is asked only where that is wanted.
    pub async fn read(
        asked: &Languages,
        terms: &[String],
        (access, client): (&SourceAccess, &Client),
    ) -> Result<(Self, Vec<String>), TranslationError> {
        if asked.languages.is_empty() {
            return Ok((Self::default(), Vec::new()));
        }
        let mut names = VernacularNames::embedded();
        let folder = access.user.reference_folder().map_err(TranslationError::Other)?;
        for (layer, table) in Registry::at(folder).of_kind(&NAMES).map_err(TranslationError::Reference)? {
            names.add_table(&table, &layer.name).map_err(|err| {
                let why = err.to_string();
                TranslationError::Reference(ReferenceError::Damaged { name: layer.name, why })
            })?;
        }
        for path in &asked.files {
            names.add_file(path).map_err(|err| TranslationError::File { path: path.clone(), err })?;
        }
        let mut known = KnownTaxa::default();
        if asked.asks_gbif {
            known = kept_names::of_terms(terms, access, client).await.map_err(|err| match err.downcast() {
                Ok(err) => TranslationError::Gbif(err),
                Err(err) => TranslationError::Other(err),
            })?;
        }
        for (term, taxon) in known.taxa {
            let mut thing = taxon.by_language;
            // By what was typed, a synonym too, the taxon is found.
            thing.insert("la".to_owned(), vec![taxon.scientific_name, term]);
            names.add_thing(thing, GBIF);
        }
        let languages = languages(&asked.languages, &names)?;
        Ok((Self { names, languages }, known.messages))
    }

    /// Whether it translates anything.
    pub fn is_empty(&self) -> bool {
        self.languages.is_empty()
    }

    /// The names of a word.
    pub fn names(&self, term: &str) -> TermNames {
        let names = self.names.translations(term, &self.languages);
        let unnamed = |language: &&String| !names.iter().any(|each| each.language == **language);
        let mut missing: Vec<String> = self.languages.iter().filter(unnamed).cloned().collect();
        missing.truncate(if missing.len() > MOST_MISSING { 0 } else { MOST_MISSING });
        let near = self.names.nearest(term).filter(|_| names.is_empty()).map(str::to_owned);
        TermNames { term: term.to_owned(), names, missing, near }
    }

    /// A search for each of the terms and each of its names, in this order; the same words once. `wanted` has what all searches
    /// ask for besides. Also returns the names, if there is a translation.
    pub fn searches(&self, terms: &[String], wanted: &(Criteria, u64)) -> (Vec<Search>, Vec<TermNames>) {
        let (mut searches, mut translated): (Vec<Search>, _) = (Vec::new(), Vec::new());
        for term in terms.iter().map(|term| term.trim()) {
            let named = (!self.is_empty()).then(|| self.names(term));
            let names = named.iter().flat_map(|named| &named.names);
            let names = names.map(|each| (each.name.clone(), Some(each.language.clone())));
            for (term, language) in [(term.to_owned(), None)].into_iter().chain(names) {
                if searches.iter().all(|search| search.term != term) {
                    searches.push(Search { term, language, criteria: wanted.0.clone(), want: wanted.1 });
                }
            }
            translated.extend(named);
        }
        (searches, translated)
    }
}

/// The languages as the names have them.
fn languages(asked: &[String], names: &VernacularNames) -> Result<Vec<String>, TranslationError> {
    let known = names.languages();
    let mut languages: Vec<String> = Vec::new();
    for language in asked.iter().map(|language| language.trim()) {
        let found: Vec<&str> = if language.eq_ignore_ascii_case(ALL) {
            known.iter().copied().collect()
        } else {
            known.iter().copied().filter(|known| known.eq_ignore_ascii_case(language)).collect()
        };
        if found.is_empty() {
            let near = suggest::nearest(language, known.iter().copied()).map(str::to_owned);
            return Err(TranslationError::Language { language: language.to_owned(), near });
        }
        languages.extend(found.into_iter().map(str::to_owned));
    }
    let mut seen = BTreeSet::new();
    languages.retain(|language| seen.insert(language.clone()));
    Ok(languages)
}

impl TermNames {
    /// The names, what else they mean, and what is missing, as lines to display.
    pub fn messages(&self) -> Vec<String> {
        let term = &self.term;
        if self.names.is_empty() {
            let meant = self.near.as_ref().map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            return vec![format!("\"{term}\" has no names in other languages in the tables{meant}")];
        }
        let mut layers: Vec<&str> = Vec::new();
        for each in &self.names {
            if !layers.contains(&each.layer.as_str()) {
                layers.push(&each.layer);
            }
        }
        let mut lines = Vec::new();
        for layer in layers {
            let of_layer = self.names.iter().filter(|each| each.layer == layer);
            let names: Vec<String> = of_layer.map(|each| format!("{} ({})", each.name, each.language)).collect();
            lines.push(format!("\"{term}\" is also searched for as: {} (names of {layer})", names.join(", ")));
        }
        for each in self.names.iter().filter(|each| !each.also.is_empty()) {
            lines.push(format!("\"{}\" ({}) also means: {}", each.name, each.language, each.also.join(", ")));
        }
        if !self.missing.is_empty() {
            lines.push(format!("\"{term}\" has no other name in: {}", self.missing.join(", ")));
        }
        lines
    }
}
