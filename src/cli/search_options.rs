//! The options that say what is searched: words, their translations, criteria, and how many photos.

use anyhow::Result;
use clap::Args;

use super::criteria::CriteriaArgs;
use super::gbif_names;
use super::report::UsageError;
use super::translation::TranslationArgs;
use crate::config::Config;
use crate::net::Client;
use crate::sources::{ALL, Search};

/// What is searched.
#[derive(Clone, Debug, Default, Args)]
pub struct SearchArgs {
    /// Search words in any language; may be repeated
    #[arg(short, long, value_name = "WORDS", allow_hyphen_values = true)]
    search: Vec<String>,
    /// Photos per search and source, or `all` [default of scrape: 100, of a list and of plan: all]
    #[arg(short, long, value_parser = number, allow_negative_numbers = true)]
    pub number: Option<u64>,
    #[command(flatten)]
    criteria: CriteriaArgs,
    #[command(flatten)]
    translation: TranslationArgs,
}

impl SearchArgs {
    /// Whether any option but the number is given.
    pub fn any(&self) -> bool {
        !self.search.is_empty() || self.criteria.any() || self.translation.any()
    }

    /// The searches; `default_number` is the number of photos of each where `-n` is not given. GBIF is
    /// asked for names only where the user wants that.
    pub async fn read(&self, default_number: u64, config: &Config, client: &Client) -> Result<Vec<Search>> {
        let criteria = self.criteria.read()?;
        let of_gbif = if self.translation.asks_gbif() {
            gbif_names::of_terms(&self.search, config, client).await?
        } else {
            Vec::new()
        };
        let translator = self.translation.read(of_gbif)?;
        let mut searches: Vec<Search> = Vec::new();
        for term in &self.search {
            let term = term.trim();
            if term.is_empty() {
                return Err(UsageError::error("a search requires words", "for example: -s \"monkey wild\""));
            }
            let names = translator.iter().flat_map(|translator| translator.names(term));
            let names = names.map(|(name, language)| (name, Some(language)));
            for (term, language) in [(term.to_owned(), None)].into_iter().chain(names) {
                if !searches.iter().any(|search| search.term == term) {
                    let (criteria, want) = (criteria.clone(), self.number.unwrap_or(default_number));
                    searches.push(Search { term, language, criteria, want });
                }
            }
        }
        if searches.is_empty() {
            return Err(UsageError::error(
                "no search is given",
                "for example: gleaner scrape -s \"monkey wild\" -n 10 (or --source folder DIR for your own photos)",
            ));
        }
        Ok(searches)
    }
}

fn number(text: &str) -> Result<u64, String> {
    if text.eq_ignore_ascii_case("all") {
        return Ok(ALL);
    }
    let number = text.replace(['_', ','], "").parse::<u64>().ok().filter(|number| (1..ALL).contains(number));
    number.ok_or_else(|| "write a number from 1, or all".to_owned())
}
