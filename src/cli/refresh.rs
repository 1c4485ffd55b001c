//! `gleaner refresh`: asks the sources again for the stored photos.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::output::{self, UsageError, counted, print_message, this_command};
use super::progress::Progress;
use super::stored_run::StoredRun;
use super::{Global, Outcome, source_access};
use crate::net::Client;
use crate::photo::text::grouped;
use crate::pipeline::refresh::{Consent, FolderRefreshed, Refreshed, Refresher, refresh_folder};
use crate::pipeline::worker_session::WorkerSession;
use crate::pipeline::{Choice, Observer, Pipeline, stage_needs};
use crate::sources::folder::Folder;
use crate::sources::search::SearchClient;
use crate::sources::{FOLDER, URLS, find};
use crate::stages::{self, Origin};

/// Arguments of `gleaner refresh`.
#[derive(Debug, Args)]
pub struct RefreshArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// Only photos that match: 'source:flickr country:MY' (docs/filter.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Option<String>,
    /// Only photos that their source did not confirm in the last DAYS days; a scrape that finds them again confirms them
    #[arg(long, value_name = "DAYS")]
    older_than: Option<u16>,
    /// Also compare the photos of this folder (--source folder) with its files
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Remove withdrawn photos also where their number is suspicious
    #[arg(long)]
    yes: bool,
}

/// The result, for `--json`.
#[derive(Serialize)]
struct RefreshReport {
    dataset: String,
    sources: Vec<Refreshed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<FolderRefreshed>,
    /// Why photos of a source were not asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_asked: Vec<String>,
    /// Photos that are not listed, because one of another source is.
    same_photos: u64,
    interrupted: bool,
    seconds: f64,
}

/// Runs `gleaner refresh`.
pub async fn run(args: RefreshArgs, global: &Global) -> Result<Outcome> {
    let folder = args.folder.as_deref().map(open_folder).transpose()?.map(Arc::new);
    let stored = StoredRun::open(&args.dataset, args.filter.as_deref(), Choice::default(), global)?;
    let StoredRun { run, choice } = stored;
    // Two refreshes would ask for the same photos.
    let _lease = WorkerSession::exclusive(&run.run.store, "refresh", &["refresh".to_owned()])?;
    let client = Client::new(run.run.config.net.client())?;
    let pipeline = run.network_pipeline(client.clone(), &[])?;
    let mut not_asked = Vec::new();
    let clients = clients(&run, &client, folder.is_some(), &mut not_asked)?;
    not_asked.iter().for_each(|line| print_message(&format!("  {line}")));
    let days = args.older_than.map(|days| SignedDuration::from_hours(i64::from(days) * 24));
    let mut refresher = Refresher {
        writer: Arc::clone(&run.writer),
        dataset: run.run.dataset.clone(),
        pipeline,
        choice,
        confirmed_since: days.map(|days| Timestamp::now() - days),
        consent: consent(args.yes),
        observer: Arc::clone(&run.observer),
        stop: run.run.stop.clone(),
    };
    let sources = if clients.is_empty() { Vec::new() } else { refresher.run(&clients).await? };
    let of_folder = match folder.filter(|_| !run.run.stop.is_raised()) {
        Some(folder) => {
            refresher.observer = Arc::new(Progress::new(global.json)) as Arc<dyn Observer>;
            let dataset = run.run.dataset.clone();
            let needs = stage_needs(&source_access::with(run.run.config.clone()))?;
            let own = Arc::clone(&folder);
            let pipeline = move |fills_in| {
                let stages = stages::build(&dataset, Origin::Folder { folder: own, fills_in }, &[], &needs);
                Pipeline { stages, at_once: 8 }
            };
            Some(refresh_folder(&refresher, &folder, pipeline).await?)
        }
        None => None,
    };
    run.run.score_new().await?;
    let same_photos = run.run.find_same_photos()?;
    let (dataset, interrupted, seconds) = (run.run.dataset.to_string(), run.run.stop.is_raised(), run.run.seconds());
    let report = RefreshReport { dataset, sources, folder: of_folder, not_asked, same_photos, interrupted, seconds };
    report.print(global.json)
}

fn open_folder(dir: &std::path::Path) -> Result<Folder> {
    Folder::open(dir, None).map_err(|err| UsageError::error(format!("{err:#}"), "check the path after --folder"))
}

/// A terminal is asked; elsewhere `--yes` is needed.
fn consent(yes: bool) -> Arc<Consent> {
    Arc::new(move |source, withdrawn, asked| {
        let photos = format!("{} of {}", grouped(withdrawn), counted(asked, "photo"));
        yes || output::confirms(&format!("{source} does not show {photos} any more. Remove them?")).unwrap_or(false)
    })
}

/// Clients of the sources of the dataset's photos that can be asked by id; `not_asked` says why the others are not.
fn clients(
    run: &super::run::PhotoRun,
    client: &Client,
    has_folder: bool,
    not_asked: &mut Vec<String>,
) -> Result<Vec<SearchClient>> {
    let access = source_access::with(run.run.config.clone());
    let (mut clients, mut refused, mut total) = (Vec::new(), None, 0);
    for (name, stored) in run.run.store.tally()?.stored_by_source() {
        let photos = counted(stored, "photo");
        let Some(entry) = find(name) else {
            let why = match name {
                FOLDER if has_folder => continue,
                FOLDER => "to compare them with their files: --folder DIR",
                URLS => "an address has no record to ask for; `gleaner retry --gone` asks for their images",
                _ => "this version of Gleaner has no such source",
            };
            not_asked.push(format!("{name}: {photos}, not asked for: {why}"));
            continue;
        };
        let opened = match access.search_client(entry, client) {
            Ok(opened) => opened,
            Err(err) => {
                not_asked.push(format!("{name}: {photos}, not asked for: {err:#}"));
                refused = refused.or(Some(err));
                continue;
            }
        };
        let Some(lookup) = opened.source().lookup() else {
            not_asked.push(format!("{name}: {photos}, not asked for: {} has no search by id", entry.about.title));
            continue;
        };
        let requests = stored.div_ceil(lookup.batch() as u64);
        print_message(&format!(
            "  {}: {photos}, at most {} ({})",
            entry.about.title,
            counted(requests, "request"),
            entry.about.limits
        ));
        total += stored;
        clients.push(opened);
    }
    run.progress.set_total(total);
    match refused {
        // Nothing can be done at all.
        Some(err) if clients.is_empty() && !has_folder => Err(err),
        _ => Ok(clients),
    }
}

impl RefreshReport {
    fn print(&self, json: bool) -> Result<Outcome> {
        let mut complete = true;
        for source in &self.sources {
            complete &= source.is_complete() && source.unclear + source.failed_images == 0;
            lines(source).iter().for_each(|line| print_message(line));
        }
        if let Some(folder) = &self.folder {
            complete &= !folder.held_back && folder.failed == 0;
            folder_lines(folder).iter().for_each(|line| print_message(line));
        }
        if self.sources.iter().any(|source| !source.is_complete()) || self.interrupted {
            print_message(&format!("to continue: {}", this_command()));
        }
        if json {
            output::print_json(self)?;
        }
        Ok(match (self.interrupted, complete) {
            (true, _) => Outcome::Interrupted,
            (false, true) => Outcome::Success,
            (false, false) => Outcome::Faults,
        })
    }
}

/// The counts that are not zero, as a list of words.
fn worded(counts: &[(u64, &str)]) -> String {
    let words =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{} {what}", grouped(*count)));
    words.collect::<Vec<_>>().join(", ")
}

fn lines(of: &Refreshed) -> Vec<String> {
    let counts = [
        (of.confirmed, "confirmed"),
        (of.relicensed, "with another licence"),
        (of.moved, "with other coordinates"),
        (of.edited, "with other words"),
        (of.readdressed, "with other image addresses"),
        (of.new_images, "with a new picture"),
        (of.removed, "withdrawn and removed"),
    ];
    let counts = worded(&counts);
    let counts = if counts.is_empty() { "no photos".to_owned() } else { counts };
    let mut lines = vec![format!("{}: {counts} ({})", of.source, counted(of.requests, "request"))];
    for (count, what) in [
        (of.recent, "not asked for, because they were confirmed recently"),
        (of.failed_images, "with a new picture that could not be downloaded; the old one stays until the next refresh"),
        (of.unclear, "without a definite answer; they stay as they are"),
        (of.without_key, "not asked for, because their records do not name the observation"),
    ] {
        if count > 0 {
            lines.push(format!("  {what}: {}", grouped(count)));
        }
    }
    if of.held_back {
        let many = "suspiciously many, so nothing was removed. To remove them: --yes";
        lines.push(format!("  not shown any more: {}, {many}", grouped(of.withdrawn)));
    }
    lines.extend(of.cut_short.iter().map(|why| format!("  the refresh ended early: {why}; nothing was removed")));
    lines
}

fn folder_lines(of: &FolderRefreshed) -> Vec<String> {
    let counts = [
        (of.same, "unchanged"),
        (of.changed, "changed and read again"),
        (of.removed, "not there any more and removed"),
    ];
    let mut lines = vec![format!("folder: {}", worded(&counts))];
    if of.held_back {
        lines.push(format!(
            "  not in this folder any more: {}. To remove them from the dataset: --yes",
            grouped(of.missing)
        ));
    }
    for (count, what) in [
        (of.failed, "changed and of no use any more; the images of before stay"),
        (of.new, "new files, which `gleaner scrape --source folder DIR` reads"),
    ] {
        if count > 0 {
            lines.push(format!("  {what}: {}", grouped(count)));
        }
    }
    lines
}
