//! `gleaner scrape --source urls`: collects the images of a list of addresses.

use std::path::PathBuf;
use std::sync::Arc;
use std::{panic, thread};

use anyhow::Result;

use super::output::UsageError;
use super::run::PhotoRun;
use super::{Global, Outcome, near, settings};
use crate::net::{Client, Guard};
use crate::photo::StageName;
use crate::pipeline::Pipeline;
use crate::pipeline::collect::Collected;
use crate::pipeline::listed::Listed;
use crate::sources::URLS;
use crate::sources::rows::{TableOptions, parquet};
use crate::sources::urls::List;

/// Photos at a time: most of them wait for a host of their own.
const AT_ONCE: usize = 32;

/// What of a list is wanted.
pub struct Wanted {
    /// The list.
    pub path: PathBuf,
    /// How its table is read.
    pub table: TableOptions,
    /// The most photos to take, from the first.
    pub number: u64,
    /// Stages to leave out.
    pub skipped: Vec<StageName>,
}

/// Prints nothing for a panic while a damaged Parquet table is read: the error says it.
fn hush_parquet() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().name() != Some(parquet::THREAD) {
            print(panic);
        }
    }));
}

/// Collects the images of a list. All arguments are checked before anything is written to disk.
pub async fn collect(dataset: &str, wanted: Wanted, global: &Global) -> Result<Outcome> {
    let config = settings::config(global)?;
    let guard = Guard::new(&config.net.trusted_hosts);
    hush_parquet();
    let list = List::open(&wanted.path, &wanted.table, &guard).map_err(|err| {
        let meant = if wanted.path.exists() { String::new() } else { near::file(&wanted.path) };
        UsageError::error(format!("{err}{meant}"), err.hint)
    })?;
    let client = Client::new(config.net.client())?;
    let mut run = PhotoRun::open(dataset, global, config)?;
    for warning in list.warnings() {
        run.observer.notice(warning);
    }
    let pipeline = run.network_pipeline(client, &wanted.skipped)?;
    let pipeline = Pipeline { at_once: pipeline.at_once.max(AT_ONCE), ..pipeline };
    let downloads = !wanted.skipped.contains(&StageName::Download);
    let shared = if downloads { run.share("download", &pipeline, &Arc::default())? } else { None };
    let mut photos = list.into_photos();
    photos.truncate(usize::try_from(wanted.number).unwrap_or(usize::MAX));
    let collected = Collected { found: photos.len() as u64, ..Collected::default() };
    let listed = Listed {
        writer: run.writer.clone(),
        early: pipeline.early(),
        pipeline: pipeline.clone(),
        session: shared.map(|shared| shared.session),
        observer: run.observer.clone(),
        stop: run.run.stop.clone(),
    };
    let photos = listed.start(photos, URLS).await?;
    let summary = run.process(photos, pipeline).await?;
    run.run.score_new().await?;
    run.finish(summary, Some(collected))
}
