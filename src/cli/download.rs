//! `gleaner download` and `gleaner enrich`: later stages for photos that are in the store.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use futures::StreamExt;

use super::progress::Progress;
use super::scrape::{Ending, close};
use super::{Global, Outcome, workplace};
use crate::net::Client;
use crate::photo::StageName;
use crate::pipeline::{self, Road, Watch};
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
    walk_stored(&args.dataset, global, Walk { skipped: &[], again: args.again }).await
}

/// Runs `gleaner enrich`.
pub async fn enrich(args: EnrichArgs, global: &Global) -> Result<Outcome> {
    walk_stored(&args.dataset, global, Walk { skipped: &[StageName::Download], again: false }).await
}

/// Which stored photos walk which stages.
struct Walk<'a> {
    skipped: &'a [StageName],
    again: bool,
}

async fn walk_stored(dataset: &str, global: &Global, walk: Walk<'_>) -> Result<Outcome> {
    let config = workplace::config(global)?;
    // A misspelt name must not make an empty dataset.
    drop(workplace::read(dataset, global)?);
    let client = Client::new(config.net.client())?;
    let place = workplace::write(dataset, global)?;
    let started = Instant::now();
    let stop = workplace::stop_on_signal();
    let watch: Arc<dyn Watch> = Arc::new(Progress::new(global.json));
    let origin = Origin::Network { client, net: config.net.clone() };
    let at_once = config.net.images_at_once.max(2) * 2;
    let road = Road { stages: stages::road(&place.dataset, origin, walk.skipped), at_once };
    let wants = road.clone();
    let counted = Arc::clone(&watch);
    let photos = place.keeper.stored(walk.again).filter(move |photo| {
        let wanted = photo.as_ref().map_or(true, |photo| wants.wants(photo));
        counted.sent(u64::from(wanted));
        futures::future::ready(wanted)
    });
    let tally = pipeline::run(photos.boxed(), road, Arc::clone(&place.keeper), watch, stop.clone()).await?;
    close(&place.dataset, tally, None, &Ending { started, stop: &stop, json: global.json })
}
