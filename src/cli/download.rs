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
use crate::pipeline::shift::{self, Job, Shift, ShiftWatch};
use crate::pipeline::{self, Keeper, Road, Watch};
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
fn alone(keeper: &Arc<Keeper>, road: &Road, again: bool) -> BoxStream<'static, Result<Photo>> {
    let road = road.clone();
    let wanted = move |photo: &Result<Photo>| ready(photo.as_ref().map_or(true, |photo| road.wants(photo)));
    keeper.stored(again).filter(wanted).boxed()
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
    let (photos, watch) = match Shift::begin(place.keeper.store(), walk.work)? {
        Some(shift) => {
            let job = Job { keeper: Arc::clone(&place.keeper), road: road.clone(), again: walk.again };
            let (shift, job) = (Arc::new(shift), Arc::new(job));
            let photos = shift::shared(Arc::clone(&shift), Arc::clone(&job));
            (photos, Arc::new(ShiftWatch { shift, job, watch }) as Arc<dyn Watch>)
        }
        None => (alone(&place.keeper, &road, walk.again), watch),
    };
    let counted = Arc::clone(&watch);
    let photos = photos.inspect(move |_| counted.sent(1)).boxed();
    let tally = pipeline::run(photos, road, Arc::clone(&place.keeper), watch, stop.clone()).await?;
    close(&place.dataset, tally, None, &Ending { started, stop: &stop, json: global.json })
}
