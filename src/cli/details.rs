//! `gleaner enrich --with`: asks the sources for more of the stored photos.

use std::sync::Arc;

use anyhow::{Context, Result};
use serde::Serialize;

use super::output::{self, UsageError, counted, print_message, this_command};
use super::stored_run::StoredRun;
use super::{Global, Outcome, source_access};
use crate::net::Client;
use crate::photo::text::grouped;
use crate::pipeline::accepted_taxa::{AcceptedTaxa, AcceptedTaxaRun};
use crate::pipeline::details::{DetailRun, Detailed};
use crate::pipeline::worker_session::WorkerSession;
use crate::sources::details::Detail;
use crate::sources::gbif::kept::KeptAnswers;
use crate::sources::{find, gbif};

/// The name of the detail that GBIF tells.
pub const TAXA: &str = "taxa";

/// The result of `--with taxa`, for `--json`.
#[derive(Serialize)]
struct TaxaReport {
    dataset: String,
    taxa: AcceptedTaxa,
    interrupted: bool,
    seconds: f64,
}

/// Looks up the accepted taxa of the names that photos have.
async fn taxa(stored: StoredRun, again: bool, global: &Global) -> Result<Outcome> {
    let StoredRun { run, choice } = stored;
    let _lease = WorkerSession::exclusive(&run.run.store, "enrich --with taxa", &["taxa".to_owned()])?;
    let client = Client::new(run.run.config.net.client())?;
    let access = source_access::with(run.run.config.clone());
    let entry = find(gbif::ABOUT.name).context("GBIF is no source of this program")?;
    let search = access.search_client(entry, &client)?;
    let kept = KeptAnswers::open(access.user.state_folder()?.join("gbif-taxa"), search.source().api_url())?;
    let pipeline = run.network_pipeline(client, &[])?;
    run.progress.set_total(run.run.store.count_by_state()?.iter().map(|(_, count)| count).sum());
    let lookup = AcceptedTaxaRun {
        writer: Arc::clone(&run.writer),
        choice,
        pipeline,
        client: search,
        kept,
        again,
        observer: Arc::clone(&run.observer),
        stop: run.run.stop.clone(),
    };
    let taxa = lookup.run().await?;
    let (dataset, interrupted, seconds) = (run.run.dataset.to_string(), run.run.stop.is_raised(), run.run.seconds());
    let names = counted(taxa.names, "name");
    print_message(&format!(
        "GBIF has a taxon for {} of {names} of {} ({}); {} changed",
        grouped(taxa.found),
        counted(taxa.photos, "photo"),
        counted(taxa.requests, "request"),
        counted(taxa.changed, "photo")
    ));
    if !taxa.unknown.is_empty() {
        print_message(&format!("  no taxon there: {}", taxa.unknown.join(", ")));
    }
    if let Some(why) = &taxa.cut_short {
        print_message(&format!("  it ended early: {why}"));
    }
    let report = TaxaReport { dataset, taxa, interrupted, seconds };
    end(&report, report.taxa.cut_short.is_some(), interrupted, global.json)
}

/// Says how to continue, prints the report for `--json`, and tells the outcome.
fn end<T: Serialize>(report: &T, is_cut: bool, interrupted: bool, json: bool) -> Result<Outcome> {
    if is_cut || interrupted {
        print_message(&format!("to continue: {}", this_command()));
    }
    if json {
        output::print_json(report)?;
    }
    Ok(match (interrupted, is_cut) {
        (true, _) => Outcome::Interrupted,
        (false, true) => Outcome::Faults,
        (false, false) => Outcome::Success,
    })
}

/// The result, for `--json`.
#[derive(Serialize)]
struct DetailReport {
    dataset: String,
    sources: Vec<Detailed>,
    interrupted: bool,
    seconds: f64,
}

/// Runs `gleaner enrich --with`.
pub async fn enrich(stored: StoredRun, with: &[String], again: bool, global: &Global) -> Result<Outcome> {
    if with.iter().any(|name| name == TAXA) {
        if with.len() > 1 {
            return Err(UsageError::error("--with taxa takes no other details", "run the command once for each"));
        }
        return Box::pin(taxa(stored, again, global)).await;
    }
    let StoredRun { run, choice } = stored;
    let wanted: Vec<Detail> =
        Detail::ALL.iter().copied().filter(|detail| with.iter().any(|name| name == detail.as_str())).collect();
    // Two runs would ask for the same photos.
    let _lease = WorkerSession::exclusive(&run.run.store, "enrich --with", &["details".to_owned()])?;
    let client = Client::new(run.run.config.net.client())?;
    let access = source_access::with(run.run.config.clone());
    let (mut clients, mut total) = (Vec::new(), 0);
    for (name, stored) in run.run.store.tally()?.stored_by_source() {
        let Some(entry) = find(name) else { continue };
        // Without its key a source that tells nothing would only be in the way.
        let source = (entry.open)(entry.about.api_url.parse()?, &std::collections::BTreeMap::new());
        if source.details().is_none() {
            continue;
        }
        clients.push(access.search_client(entry, &client)?);
        let requests = counted(stored * wanted.len() as u64, "request");
        let (title, limits) = (entry.about.title, entry.about.limits);
        print_message(&format!("  {title}: {}, at most {requests} ({limits})", counted(stored, "photo")));
        total += stored;
    }
    if clients.is_empty() {
        let why = "no photo of the dataset is from a source that tells more of a photo";
        return Err(UsageError::error(why, "Flickr does; the records of the other sources are whole"));
    }
    run.progress.set_total(total);
    let (writer, observer, stop) = (Arc::clone(&run.writer), Arc::clone(&run.observer), run.run.stop.clone());
    let sources = DetailRun { writer, choice, wanted, again, observer, stop }.run(&clients).await?;
    let (dataset, interrupted, seconds) = (run.run.dataset.to_string(), run.run.stop.is_raised(), run.run.seconds());
    let report = DetailReport { dataset, sources, interrupted, seconds };
    report.print(global.json)
}

impl DetailReport {
    fn print(&self, json: bool) -> Result<Outcome> {
        self.sources.iter().flat_map(lines).for_each(|line| print_message(&line));
        let is_cut = self.sources.iter().any(|source| source.cut_short.is_some());
        end(self, is_cut, self.interrupted, json)
    }
}

fn lines(of: &Detailed) -> Vec<String> {
    let photos = counted(of.photos, "photo");
    let requests = counted(of.requests, "request");
    let mut lines = vec![format!("{}: {} of {photos} added ({requests})", of.source, counted(of.added, "detail"))];
    for (count, what) in [
        (of.complete, "photos that had everything already"),
        (of.refused, "details that the owners do not show, which is respected; they are not asked for again"),
        (of.not_shown, "photos that the source does not show any more (`gleaner refresh` removes them)"),
    ] {
        if count > 0 {
            lines.push(format!("  {what}: {}", grouped(count)));
        }
    }
    lines.extend(of.cut_short.iter().map(|why| format!("  it ended early: {why}")));
    lines
}
