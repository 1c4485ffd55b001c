//! `gleaner download` and `gleaner enrich`: run stages that stored photos have not passed.

use anyhow::Result;
use clap::Args;
use clap::builder::PossibleValuesParser;

use super::stored_run::StoredRun;
use super::{Global, Outcome, details};
use crate::photo::StageName;
use crate::pipeline::Choice;
use crate::sources::details::Detail;

/// Arguments of `gleaner download`.
#[derive(Debug, Args)]
pub struct DownloadArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// Only photos that match: 'country:IN,MY license:CC-BY-4.0' (docs/filter.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Option<String>,
    /// Retry photos that were rejected or gone
    #[arg(long)]
    again: bool,
}

/// Arguments of `gleaner enrich`.
#[derive(Debug, Args)]
pub struct EnrichArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// Only photos that match: 'country:MY score.monkey:>=0.5' (docs/filter.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Option<String>,
    /// Ask the source for more of each photo, one request each: comments, EXIF as the source shows it, raw tags and place
    /// names; `taxa` asks GBIF for the accepted taxa of all names, with classification and Red List category
    #[arg(long, value_name = "DETAILS", value_delimiter = ',', value_parser = with_names())]
    with: Vec<String>,
    /// With --with: ask again for what is known
    #[arg(long, requires = "with")]
    again: bool,
}

fn with_names() -> PossibleValuesParser {
    PossibleValuesParser::new(Detail::NAMES.iter().copied().chain([details::TAXA]))
}

/// Runs `gleaner download`.
pub async fn download(args: DownloadArgs, global: &Global) -> Result<Outcome> {
    let choice = Choice { rejected: args.again, gone: args.again, ..Choice::default() };
    let mut stored = StoredRun::open(&args.dataset, args.filter.as_deref(), choice, global)?;
    let summary = stored.process("download", &[]).await?;
    stored.run.finish(summary, None)
}

/// Runs `gleaner enrich`.
pub async fn enrich(args: EnrichArgs, global: &Global) -> Result<Outcome> {
    let mut stored = StoredRun::open(&args.dataset, args.filter.as_deref(), Choice::default(), global)?;
    if !args.with.is_empty() {
        return Box::pin(details::enrich(stored, &args.with, args.again, global)).await;
    }
    let summary = stored.process("enrich", &[StageName::Download]).await?;
    stored.run.finish(summary, None)
}
