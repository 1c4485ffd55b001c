//! `gleaner analyse`: runs an analysis of a dataset and prints a table, CSV, JSON or SVG.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::filter::FilterOption;
use super::output::{self, UsageError, print_message};
use super::{Global, Outcome, datasets, output_file, source_access};
use crate::analysis::{self, Analysis, Answer, ParameterKind, Request};
use crate::dataset::Dataset;
use crate::explorer::{Clauses, Explorer};
use crate::photo::suggest::nearest;
use crate::pipeline::search_report::SearchReport;
use crate::reference::Catalogue;
use crate::store::Store;

/// Arguments of `gleaner analyse`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  gleaner analyse --list\n  gleaner analyse country monkeys --filter 'taken:2019..' --set limit=10\n  gleaner analyse score monkeys --set concept=monkey --format svg -o score.svg"
)]
pub struct AnalyseArgs {
    /// Name of the analysis; `gleaner analyse --list` lists all
    #[arg(required_unless_present = "list")]
    name: Option<String>,
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// List the analyses and their parameters
    #[arg(long, conflicts_with_all = ["name", "filter", "set", "format", "output"])]
    list: bool,
    /// Use only photos that match: 'country:IN,MY -fault:any taken:2019..' (docs/filter.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Option<String>,
    /// Set a parameter of the analysis
    #[arg(long = "set", value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write to this file; - is standard output [default: -]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A text table
    Table,
    /// Comma-separated values (RFC 4180)
    Csv,
    /// JSON, as in the API
    Json,
    /// A chart
    Svg,
}

/// Runs `gleaner analyse`.
pub fn run(args: &AnalyseArgs, global: &Global) -> Result<Outcome> {
    let Some(name) = args.name.as_ref().filter(|_| !args.list) else {
        list(global)?;
        return Ok(Outcome::Success);
    };
    let analysis = find(name)?;
    let filter = FilterOption::read(args.filter.as_deref())?;
    let given = args.set.iter().map(|text| parameter(text)).collect::<Result<Vec<_>>>()?;
    let wrong =
        |err: analysis::AnalysisError| UsageError::error(err.to_string(), "`gleaner analyse --list` lists them");
    let layers = source_access::layers()?;
    let request = Request::with_layers(analysis, Clauses::All, given, &layers).map_err(wrong)?;
    let (dataset, store) = datasets::read(&args.dataset, global)?;
    let store: Arc<dyn Store> = Arc::from(store);
    let request = request.with_reports(SearchReport::all(store.as_ref())?);
    let explorer = Explorer::open(store, &dataset)?;
    let filter = filter.in_explorer(&dataset, &explorer, global)?;
    let answer = request.answer(&explorer.view(&filter)).map_err(wrong)?;
    let format = if global.json { Format::Json } else { args.format };
    let text = written(&answer, format, &dataset.to_string())?;
    match output_file::named(args.output.as_ref()) {
        None => output::print_data(text.trim_end())?,
        Some(path) => {
            output_file::write(path, false, |out| Ok(out.write_all(text.as_bytes())?))?;
            print_message(&format!("{} -> {}", answer.title, path.display()));
        }
    }
    Ok(Outcome::Success)
}

/// The analysis with this name.
pub fn find(name: &str) -> Result<&'static Analysis> {
    analysis::named(name).ok_or_else(|| {
        let names = || analysis::all().iter().map(|analysis| analysis.name);
        let hint = match nearest(name, names()) {
            Some(meant) => format!("did you mean {meant}? `gleaner analyse --list` lists all"),
            None => format!("the analyses are {}", names().collect::<Vec<_>>().join(", ")),
        };
        let hint = if Dataset::at(name).database().is_file() {
            format!("{name} is a dataset; the analysis comes first: gleaner analyse country {name}")
        } else {
            hint
        };
        UsageError::error(format!("there is no analysis \"{name}\""), hint)
    })
}

fn written(answer: &Answer, format: Format, dataset: &str) -> Result<String> {
    Ok(match format {
        Format::Table => analysis::table(answer) + "\n",
        Format::Csv => analysis::csv(answer),
        Format::Json => serde_json::to_string_pretty(answer)? + "\n",
        Format::Svg => analysis::svg(answer, dataset),
    })
}

fn parameter(text: &str) -> Result<(String, String)> {
    let (name, value) = text.split_once('=').ok_or_else(|| {
        UsageError::error(format!("--set requires NAME=VALUE, got \"{text}\""), "for example: --set limit=10")
    })?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// Prints all analyses, one per line, with their parameters below them.
fn list(global: &Global) -> Result<()> {
    if global.json {
        let layers = source_access::layers()?;
        let all: Vec<_> = analysis::all().iter().map(|analysis| listed(analysis, &layers)).collect();
        return output::print_json(&all);
    }
    let width = analysis::all().iter().map(|analysis| analysis.name.len()).max().unwrap_or(0);
    for analysis in analysis::all() {
        output::print_data(&format!("{:width$}  {}", analysis.name, analysis.question))?;
        for parameter in analysis.parameters {
            let default = parameter.default.map_or_else(String::new, |default| format!(" [default: {default}]"));
            output::print_data(&format!("{:width$}    --set {}=...  {}{default}", "", parameter.name, parameter.help))?;
        }
    }
    Ok(())
}

fn listed(analysis: &Analysis, layers: &Catalogue) -> serde_json::Value {
    let parameter = |parameter: &analysis::Parameter| {
        let bounds = match parameter.kind {
            ParameterKind::Number(least, most) => serde_json::json!([least, most]),
            _ => serde_json::Value::Null,
        };
        serde_json::json!({
            "name": parameter.name, "help": parameter.help, "default": parameter.default, "kind": parameter.kind.name(),
            "bounds": bounds, "values": parameter.kind.words(layers),
        })
    };
    let parameters: Vec<_> = analysis.parameters.iter().map(parameter).collect();
    serde_json::json!({
        "name": analysis.name, "title": analysis.title, "question": analysis.question, "parameters": parameters,
    })
}
