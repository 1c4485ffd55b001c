//! `gleaner repair`: mends what is damaged, as far as it can be known or had again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::output::{self, UsageError, counted, print_message};
use super::run::PhotoRun;
use super::{Global, Outcome, datasets, settings, source_access};
use crate::net::Client;
use crate::photo::PhotoId;
use crate::pipeline::repair::{Repaired, Repairer};
use crate::pipeline::reviewed::copy_reviews;
use crate::pipeline::worker_session::WorkerSession;
use crate::pipeline::{Pipeline, stage_needs};
use crate::reviews::Reviews;
use crate::sources::find;
use crate::sources::folder::Folder;
use crate::stages::{self, Origin};
use crate::store::for_each_photo;

/// Arguments of `gleaner repair`.
#[derive(Debug, Args)]
pub struct RepairArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// The folder of the photos that came from one (--source folder), to read its files again
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// The result, for `--json`.
#[derive(Serialize)]
struct RepairReport {
    dataset: String,
    #[serde(flatten)]
    repaired: Repaired,
    seconds: f64,
}

/// Runs `gleaner repair`.
pub async fn run(args: RepairArgs, global: &Global) -> Result<Outcome> {
    let folder = args.folder.as_deref().map(open_folder).transpose()?.map(Arc::new);
    // A misspelt name must not create an empty dataset.
    drop(datasets::read(&args.dataset, global)?);
    let run = PhotoRun::open(&args.dataset, global, settings::config(global)?)?;
    // Two repairs would have the same files again.
    let _lease = WorkerSession::exclusive(&run.run.store, "repair", &["repair".to_owned()])?;
    let client = Client::new(run.run.config.net.client())?;
    let pipeline = run.network_pipeline(client.clone(), &[])?;
    let store = Arc::clone(&run.run.store);
    tokio::task::block_in_place(|| store.check(&mut |_| Ok(())))?;
    let damaged = store.damage().found().records;
    let sources: BTreeSet<&str> = damaged.keys().map(PhotoId::source).collect();
    let access = source_access::with(run.run.config.clone());
    let mut clients = BTreeMap::new();
    for name in sources {
        let Some(entry) = find(name) else { continue };
        match access.search_client(entry, &client) {
            Ok(opened) => drop(clients.insert(name.to_owned(), opened)),
            Err(err) => print_message(&format!("{name} is not asked: {err:#}")),
        }
    }
    let repairer = Repairer {
        writer: Arc::clone(&run.writer),
        dataset: run.run.dataset.clone(),
        pipeline,
        folder: folder.map(|folder| with_pipeline(folder, &run)).transpose()?,
        stop: run.run.stop.clone(),
    };
    let repaired = Box::pin(repairer.run(&clients)).await?;
    if !repaired.asked_again.is_empty() {
        let (reviews, derived) = (Reviews::open(&run.run.dataset)?, run.run.context().derived(&run.run.dataset)?);
        tokio::task::block_in_place(|| {
            copy_reviews((store.as_ref(), derived.as_ref()), &reviews, &repaired.asked_again)
        })?;
    }
    global.damage.forget();
    let (dataset, seconds) = (run.run.dataset.to_string(), run.run.seconds());
    RepairReport { dataset, repaired, seconds }.print(global.json)
}

fn open_folder(dir: &Path) -> Result<Folder> {
    Folder::open(dir, None).map_err(|err| UsageError::error(format!("{err:#}"), "check the path after --folder"))
}

/// The folder with the pipeline that reads its files. The metadata of the files are used if they were before.
fn with_pipeline(folder: Arc<Folder>, run: &PhotoRun) -> Result<(Arc<Folder>, Pipeline)> {
    let mut fills_in = false;
    tokio::task::block_in_place(|| {
        for_each_photo(run.run.store.as_ref(), |photo| {
            fills_in |= photo.from_file.is_some_and(|names| !names.is_empty());
            Ok(())
        })
    })?;
    let needs = stage_needs(&source_access::with(run.run.config.clone()))?;
    let origin = Origin::Folder { folder: Arc::clone(&folder), fills_in };
    Ok((folder, Pipeline { stages: stages::build(&run.run.dataset, origin, &[], &needs), at_once: 1 }))
}

impl RepairReport {
    fn print(&self, json: bool) -> Result<Outcome> {
        let repaired = &self.repaired;
        if json {
            output::print_json(self)?;
        } else {
            self.lines().iter().try_for_each(|line| output::print_data(line))?;
        }
        Ok(match (repaired.interrupted, repaired.lost.is_empty()) {
            (true, _) => Outcome::Interrupted,
            (false, true) => Outcome::Success,
            (false, false) => Outcome::Faults,
        })
    }

    fn lines(&self) -> Vec<String> {
        let Repaired { given_checksums, mended, asked_again, images, thumbnails, vectors, lost, .. } = &self.repaired;
        let mut lines: Vec<String> = lost.iter().map(|(what, why)| format!("lost: {what}: {why}")).collect();
        let counts = [
            (mended.len() as u64, "record", "mended: one changed bit was changed back"),
            (
                asked_again.len() as u64,
                "record",
                "made again from what the source says now; what only the dataset knew of it is lost",
            ),
            (images.len() as u64, "image", "downloaded again"),
            (thumbnails.len() as u64, "thumbnail", "made again"),
            (*vectors, "vector", "removed; gleaner score makes it again"),
            (*given_checksums, "record", "given a checksum"),
        ];
        for (count, what, done) in counts {
            if count > 0 {
                lines.push(format!("{} {done}", counted(count, what)));
            }
        }
        let left = match (lines.is_empty(), lost.len()) {
            (true, _) => "nothing to repair".to_owned(),
            (false, 0) => "nothing is lost".to_owned(),
            (false, items) => format!("{} lost", counted(items as u64, "item")),
        };
        lines.push(format!("{}: {left} ({} s)", self.dataset, self.seconds));
        lines
    }
}
