//! The options of `gleaner scrape` that also search for a word's names in other languages.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::near;
use super::report::{UsageError, print_message};
use crate::photo::suggest;
use crate::sources::gbif::names::TaxonNames;
use crate::sources::vernacular::VernacularNames;

/// Every language that has names.
const ALL: &str = "all";

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

/// What terms are translated with.
pub struct Translator {
    names: VernacularNames,
    languages: Vec<String>,
}

impl TranslationArgs {
    /// Whether any option is given.
    pub fn any(&self) -> bool {
        !self.translate.is_empty()
    }

    /// Whether GBIF is to be asked.
    pub fn asks_gbif(&self) -> bool {
        self.gbif_names
    }

    /// Reads the names, and adds those of GBIF; `None` if nothing is to be translated.
    pub fn read(&self, of_gbif: Vec<(String, TaxonNames)>) -> Result<Option<Translator>> {
        if self.translate.is_empty() {
            return Ok(None);
        }
        let mut names = VernacularNames::embedded();
        for path in &self.names {
            names.add_file(path).map_err(|err| {
                let meant = if path.exists() { String::new() } else { near::file(path) };
                UsageError::error(
                    format!("--names {}: {err}{meant}", path.display()),
                    "it takes a table with the columns wn30_offset, english, lang and lemma",
                )
            })?;
        }
        for (term, taxon) in of_gbif {
            let mut thing = taxon.by_language;
            // By what was typed, a synonym too, the taxon is found.
            thing.insert("la".to_owned(), vec![taxon.scientific_name, term]);
            names.add_thing(thing);
        }
        let known = names.languages();
        let mut languages = Vec::new();
        for language in self.translate.iter().map(|language| language.trim()) {
            if language.eq_ignore_ascii_case(ALL) {
                languages.extend(known.iter().map(|language| (*language).to_owned()));
                continue;
            }
            let Some(language) = known.iter().find(|known| known.eq_ignore_ascii_case(language)) else {
                let meant = suggest::nearest(language, known.iter().copied());
                let hint = meant.map_or_else(
                    || "languages are codes of BCP 47, such as it, ja, pt".to_owned(),
                    |meant| format!("did you mean {meant}?"),
                );
                return Err(UsageError::error(
                    format!("--translate {language}: no names in this language are known"),
                    hint,
                ));
            };
            languages.push((*language).to_owned());
        }
        languages.dedup();
        Ok(Some(Translator { names, languages }))
    }
}

impl Translator {
    /// The names of a term with their languages. Prints them, and what else a name means.
    pub fn names(&self, term: &str) -> Vec<(String, String)> {
        let found = self.names.translations(term, &self.languages);
        if found.is_empty() {
            let meant = self.names.nearest(term).map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
            print_message(&format!("  \"{term}\" has no names in other languages in the tables{meant}"));
            return Vec::new();
        }
        let each: Vec<String> = found.iter().map(|each| format!("{} ({})", each.name, each.language)).collect();
        print_message(&format!("  \"{term}\" is also searched for as: {}", each.join(", ")));
        for each in found.iter().filter(|each| !each.also.is_empty()) {
            print_message(&format!("  \"{}\" ({}) also means: {}", each.name, each.language, each.also.join(", ")));
        }
        let missing: Vec<&str> = self
            .languages
            .iter()
            .map(String::as_str)
            .filter(|language| !found.iter().any(|each| each.language == *language))
            .collect();
        if !missing.is_empty() && missing.len() <= 20 {
            print_message(&format!("  \"{term}\" has no other name in: {}", missing.join(", ")));
        }
        found.into_iter().map(|each| (each.name, each.language)).collect()
    }
}
