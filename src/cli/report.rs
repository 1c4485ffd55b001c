//! `gleaner report`: writes a report of a dataset as one HTML file.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;

use super::filter::FilterOption;
use super::output::{UsageError, counted, print_data, print_json, print_message};
use super::{Global, Outcome, analyse, datasets, output_file, settings, source_access};
use crate::analysis::AnalysisError;
use crate::explorer::Explorer;
use crate::report::{Asked, Chosen, Report, file_name};
use crate::store::Store;

/// Arguments of `gleaner report`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gleaner report monkeys --filter 'country:MY' -o malaysia.html\n  gleaner report monkeys --analysis country --analysis visits:by=city\n\nTitle and authors are those of [citation] in gleaner.toml."
)]
pub struct ReportArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// Only photos that match: 'country:IN,MY taken:2019..' (docs/filter.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Option<String>,
    /// An analysis, with parameters after a colon: visits:by=city,monthly=yes. May be repeated [default: the usual ones]
    #[arg(long = "analysis", value_name = "NAME[:PARAMETER=VALUE,...]")]
    analyses: Vec<String>,
    /// Write to this file; - is standard output [default: DATASET-report.html]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs `gleaner report`.
pub fn run(args: &ReportArgs, global: &Global) -> Result<Outcome> {
    let asked = asked(&args.analyses)?;
    let filter = FilterOption::read(args.filter.as_deref())?;
    let config = settings::config(global)?;
    let (dataset, store) = datasets::read(&args.dataset, global)?;
    let store: Arc<dyn Store> = Arc::from(store);
    let explorer = Explorer::open(Arc::clone(&store), &dataset)?;
    let filter = filter.in_explorer(&dataset, &explorer, global)?;
    let report = Report::make(&dataset, store.as_ref(), &explorer, &filter, (asked, config.citation))?;
    let html = report.html();
    let own = PathBuf::from(file_name(&dataset.name()));
    match output_file::named(Some(args.output.as_ref().unwrap_or(&own))) {
        None => print_data(html.trim_end())?,
        Some(path) => {
            output_file::write(path, false, |out| Ok(out.write_all(html.as_bytes())?))?;
            let unanswered = report.answers.iter().filter(|answered| answered.answer.is_err()).count() as u64;
            if global.json {
                print_json(&serde_json::json!({
                    "output": path, "photos": report.manifest.photos, "digest": report.manifest.digest,
                    "analyses": report.answers.len(), "not_answered": unanswered,
                }))?;
            }
            print_message(&format!("report of {} -> {}", counted(report.manifest.photos, "photo"), path.display()));
            for answered in &report.answers {
                if let Err(why) = &answered.answer {
                    print_message(&format!("  {} is not answered: {why}", answered.analysis.name));
                }
            }
        }
    }
    Ok(Outcome::Success)
}

/// The analyses with checked parameters.
fn asked(texts: &[String]) -> Result<Vec<Asked>> {
    let all = if texts.is_empty() {
        Chosen::usual()
    } else {
        let parse = |text: &String| {
            Chosen::parse(text).map_err(|why| {
                UsageError::error(format!("--analysis {text}: {why}"), "for example: --analysis visits:by=city")
            })
        };
        texts.iter().map(parse).collect::<Result<_>>()?
    };
    let layers = source_access::layers()?;
    let checked = |chosen: Chosen| {
        let name = chosen.name.clone();
        let wrong = |err: AnalysisError| {
            UsageError::error(format!("--analysis {name}: {err}"), "`gleaner analyse --list` lists them")
        };
        chosen.asked(analyse::find(&name)?, &layers).map_err(wrong)
    };
    all.into_iter().map(checked).collect()
}
