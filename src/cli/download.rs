//! `gleaner download` and `gleaner enrich`: later stages for photos that are in the store.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use futures::StreamExt;
use futures::future::ready;
use futures::stream::BoxStream;

use super::progress::Progress;
use super::scrape::{Ending, close};
use super::{Global, Outcome, workplace};
use crate::net::Client;
use crate::photo::{Photo, StageName};
use crate::pipeline::worker_session::{self, Job, WorkerObserver, WorkerSession};
use crate::pipeline::{self, Observer, Pipeline, RecordWriter};
use crate::stages::{self, Origin};

/// Arguments of `gleaner download`.
#[derive(Debug, Args)]
pub struct DownloadArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// Try again what was rejected or gone
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
    walk_stored(&args.dataset, global, Walk { work: "download", skipped: &[], again: args.again }).await
}

/// Runs `gleaner enrich`.
pub async fn enrich(args: EnrichArgs, global: &Global) -> Result<Outcome> {
    walk_stored(&args.dataset, global, Walk { work: "enrich", skipped: &[StageName::Download], again: false }).await
}

/// Which stored photos walk which stages.
struct Walk<'a> {
    work: &'a str,
    skipped: &'a [StageName],
    again: bool,
}

/// All stored photos that want something done, for the one who writes.
fn alone(writer: &Arc<RecordWriter>, pipeline: &Pipeline, again: bool) -> BoxStream<'static, Result<Photo>> {
    let pipeline = pipeline.clone();
    let wanted = move |photo: &Result<Photo>| ready(photo.as_ref().map_or(true, |photo| pipeline.wants(photo)));
    writer.stored(again).filter(wanted).boxed()
}

async fn walk_stored(dataset: &str, global: &Global, walk: Walk<'_>) -> Result<Outcome> {
    let config = workplace::config(global)?;
    // A misspelt name must not make an empty dataset.
    drop(workplace::read(dataset, global)?);
    let client = Client::new(config.net.client())?;
    let place = workplace::write(dataset, global)?;
    let started = Instant::now();
    let stop = workplace::stop_on_signal();
    let observer: Arc<dyn Observer> = Arc::new(Progress::new(global.json));
    let origin = Origin::Network { client, net: config.net.clone() };
    let at_once = config.net.images_at_once.max(2) * 2;
    let pipeline = Pipeline { stages: stages::build(&place.dataset, origin, walk.skipped), at_once };
    let (photos, observer) = match WorkerSession::begin(place.writer.store(), walk.work)? {
        Some(session) => {
            let job = Job { writer: Arc::clone(&place.writer), pipeline: pipeline.clone(), again: walk.again };
            let (session, job) = (Arc::new(session), Arc::new(job));
            let photos = worker_session::shared(Arc::clone(&session), Arc::clone(&job));
            (photos, Arc::new(WorkerObserver { session, job, observer }) as Arc<dyn Observer>)
        }
        None => (alone(&place.writer, &pipeline, walk.again), observer),
    };
    let counted = Arc::clone(&observer);
    let photos = photos.inspect(move |_| counted.sent(1)).boxed();
    let summary = pipeline::run(photos, pipeline, Arc::clone(&place.writer), observer, stop.clone()).await?;
    close(&place.dataset, summary, None, &Ending { started, stop: &stop, json: global.json })
}
