//! `gleaner retry`: tries photos again that failed, and counts the causes before and after.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;

use super::output::{self, print_message};
use super::stored_run::StoredRun;
use super::{Global, Outcome};
use crate::photo::text::grouped;
use crate::pipeline::{Choice, RunSummary};

/// Arguments of `gleaner retry`.
#[derive(Debug, Args)]
pub struct RetryArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// Only photos that match: 'state:failed country:MY' (docs/filter.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Option<String>,
    /// Also photos whose image was gone at the source
    #[arg(long)]
    gone: bool,
}

/// The result, for `--json`.
#[derive(Serialize)]
struct RetryReport {
    dataset: String,
    /// Photos by cause before the run.
    before: BTreeMap<String, u64>,
    /// Photos by cause after it.
    after: BTreeMap<String, u64>,
    #[serde(flatten)]
    summary: RunSummary,
    interrupted: bool,
    seconds: f64,
}

/// Runs `gleaner retry`.
pub async fn run(args: RetryArgs, global: &Global) -> Result<Outcome> {
    let choice = Choice { only_faults: true, rejected: true, gone: args.gone, ..Choice::default() };
    let mut stored = StoredRun::open(&args.dataset, args.filter.as_deref(), choice, global)?;
    // Only their causes are counted: those that are repaired no longer pass a filter of states.
    let before = faults(&stored).await?;
    // It shares the photos with workers that download.
    let mut summary = stored.process("download", &[]).await?;
    let after = faults(&stored).await?;
    for line in table(&before, &after) {
        print_message(&line);
    }
    let StoredRun { run, .. } = stored;
    let (dataset, interrupted, seconds) = (run.run.dataset.to_string(), run.run.stop.is_raised(), run.run.seconds());
    let json = RetryReport { dataset, before, after, summary: summary.clone(), interrupted, seconds };
    // The table says them.
    summary.reasons.clear();
    let outcome = run.without_json().finish(summary, None)?;
    if global.json {
        output::print_json(&json)?;
    }
    Ok(outcome)
}

async fn faults(stored: &StoredRun) -> Result<BTreeMap<String, u64>> {
    let (choice, store) = (Arc::clone(&stored.choice), Arc::clone(&stored.run.run.store));
    tokio::task::spawn_blocking(move || choice.faults(store.as_ref())).await.context("reading the store failed")?
}

/// The causes with the numbers before and after, the most frequent first.
fn table(before: &BTreeMap<String, u64>, after: &BTreeMap<String, u64>) -> Vec<String> {
    let of = |counts: &BTreeMap<String, u64>, cause: &String| counts.get(cause).copied().unwrap_or(0);
    let causes: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut rows: Vec<(u64, u64, &String)> =
        causes.into_iter().map(|cause| (of(before, cause), of(after, cause), cause)).collect();
    rows.sort_by_key(|(before, after, _)| std::cmp::Reverse(*before.max(after)));
    if rows.is_empty() {
        return vec!["no photo has a fault".to_owned()];
    }
    let heading = format!("  {:>9}  {:>9}  cause", "before", "after");
    let row = |(before, after, cause): (u64, u64, &String)| {
        format!("  {:>9}  {:>9}  {cause}", grouped(before), grouped(after))
    };
    [heading].into_iter().chain(rows.into_iter().map(row)).collect()
}
