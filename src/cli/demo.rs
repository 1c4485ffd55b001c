//! `gleaner demo`: the whole road on the bundled photos, then the explorer.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;

use super::progress::Progress;
use super::report::say;
use super::scrape::{Ending, close, walk_folder};
use super::{Global, Outcome, serve, workplace};
use crate::pipeline::Watch;
use crate::sources::demo;
use crate::sources::folder::Folder;
use crate::store::Store;

/// Arguments of `gleaner demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The dataset's folder
    #[arg(long, default_value = "gleaner-demo", value_name = "FOLDER")]
    dataset: String,
    /// Port of the explorer on 127.0.0.1; 0 for any free one
    #[arg(long, default_value_t = 8420)]
    port: u16,
    /// Do not open the explorer at the end
    #[arg(long)]
    no_serve: bool,
}

/// Runs `gleaner demo`.
pub async fn run(args: DemoArgs, global: &Global) -> Result<Outcome> {
    let started = Instant::now();
    let photos = std::env::temp_dir().join(format!("gleaner-demo-{}", std::process::id()));
    demo::unpack(&photos).with_context(|| format!("could not unpack the demo photos to {}", photos.display()))?;
    let outcome = walk(&args, global, &photos, started).await;
    std::fs::remove_dir_all(&photos).context("could not remove the unpacked demo photos")?;
    let outcome = outcome?;
    if args.no_serve || outcome == Outcome::Interrupted {
        return Ok(outcome);
    }
    let (dataset, store) = workplace::read(&args.dataset)?;
    let store: Arc<dyn Store> = Arc::from(store);
    serve::serve(dataset, store, &serve::Gate::local(args.port), global.json).await
}

async fn walk(args: &DemoArgs, global: &Global, photos: &std::path::Path, started: Instant) -> Result<Outcome> {
    let folder = Folder::open(photos, None)?;
    let place = workplace::write(&args.dataset, global)?;
    let stop = workplace::stop_on_signal();
    let watch: Arc<dyn Watch> = Arc::new(Progress::new(global.json));
    say("bundled photos, openly licensed; authors and licences are shown with each");
    let (tally, warnings) = walk_folder(folder, &place, &[], &watch, &stop).await?;
    warnings.iter().for_each(|warning| watch.notice(warning));
    drop(watch);
    close(&args.dataset, tally, None, &Ending { started, stop: &stop, json: global.json && args.no_serve })
}
