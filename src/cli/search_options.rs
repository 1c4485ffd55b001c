//! The options that say what is searched: words, their translations, criteria, and how many photos.

use anyhow::Result;
use clap::Args;

use super::criteria::CriteriaArgs;
use super::output::{UsageError, print_message};
use super::translation::{self, TranslationArgs};
use crate::net::Client;
use crate::sources::access::SourceAccess;
use crate::sources::translation::{TermNames, Translator};
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

    /// The searches; `default_number` is the number of photos of each where `-n` is not given. Prints the names in other
    /// languages. GBIF is asked for them only where the user wants that.
    pub async fn read(&self, default_number: u64, access: &SourceAccess, client: &Client) -> Result<Vec<Search>> {
        let criteria = self.criteria.read()?;
        if self.search.iter().any(|term| term.trim().is_empty()) {
            return Err(UsageError::error("a search requires words", "for example: -s \"monkey wild\""));
        }
        let translator = Translator::read(&self.translation.languages(), &self.search, (access, client)).await;
        let (translator, messages) = translator.map_err(translation::wrong)?;
        let wanted = (criteria, self.number.unwrap_or(default_number));
        let (searches, named) = translator.searches(&self.search, &wanted);
        for message in messages.into_iter().chain(named.iter().flat_map(TermNames::messages)) {
            print_message(&format!("  {message}"));
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
