//! `gleaner download` and `gleaner enrich`: run stages that stored photos have not passed.

use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use futures::StreamExt;
use futures::future::ready;
use futures::stream::BoxStream;

use super::run::PhotoRun;
use super::{Global, Outcome, datasets, settings};
use crate::net::Client;
use crate::photo::{Photo, StageName};
use crate::pipeline::Pipeline;
use crate::pipeline::worker_session::shared;

/// Arguments of `gleaner download`.
#[derive(Debug, Args)]
pub struct DownloadArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
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
}

/// Runs `gleaner download`.
pub async fn download(args: DownloadArgs, global: &Global) -> Result<Outcome> {
    process_stored(&args.dataset, global, Work { name: "download", skipped: &[], again: args.again }).await
}

/// Runs `gleaner enrich`.
pub async fn enrich(args: EnrichArgs, global: &Global) -> Result<Outcome> {
    process_stored(&args.dataset, global, Work { name: "enrich", skipped: &[StageName::Download], again: false }).await
}

/// A job on stored photos.
struct Work<'a> {
    /// The job's name among the workers of a shared store.
    name: &'a str,
    skipped: &'a [StageName],
    /// Whether rejected and gone photos are retried.
    again: bool,
}

/// All stored photos that need a stage. For stores with one writer.
fn wanted(run: &PhotoRun, pipeline: &Pipeline, again: bool) -> Result<BoxStream<'static, Result<Photo>>> {
    let photos = run.run.store.count_by_state()?.iter().map(|(_, count)| count).sum();
    run.progress.set_total(photos);
    let (pipeline, observer) = (pipeline.clone(), Arc::clone(&run.observer));
    let wanted = move |photo: &Result<Photo>| {
        let wanted = photo.as_ref().map_or(true, |photo| pipeline.wants(photo));
        if !wanted {
            observer.photos_passed(1);
        }
        ready(wanted)
    };
    Ok(run.writer.scan(again).filter(wanted).boxed())
}

async fn process_stored(dataset: &str, global: &Global, work: Work<'_>) -> Result<Outcome> {
    let config = settings::config(global)?;
    // A misspelt name must not create an empty dataset.
    drop(datasets::read(dataset, global)?);
    let client = Client::new(config.net.client())?;
    let mut run = PhotoRun::open(dataset, global, config)?;
    let pipeline = run.network_pipeline(client, work.skipped)?;
    let photos = match run.share(work.name, &pipeline, work.again)? {
        Some(work) => shared(work.session, work.job),
        None => wanted(&run, &pipeline, work.again)?,
    };
    let observer = Arc::clone(&run.observer);
    let photos = photos.inspect(move |_| observer.photos_queued(1)).boxed();
    let summary = run.process(photos, pipeline).await?;
    run.finish(summary, None)
}
