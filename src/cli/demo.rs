//! `gleaner demo`: the whole road on the bundled photos, then the explorer.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;

use super::progress::Progress;
use super::report::say;
use super::scrape::{Ending, close, walk_folder};
use super::{Global, Outcome, score, scoring, serve, workplace};
use crate::concepts::{self, Concept, Concepts};
use crate::dataset::Dataset;
use crate::pipeline::Observer;
use crate::pipeline::scoring_context::ScoringContext;
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
    let context = Arc::new(scoring::context(&workplace::config(global)?, None)?);
    let outcome = walk(&args, global, (&photos, Arc::clone(&context)), started).await;
    std::fs::remove_dir_all(&photos).context("could not remove the unpacked demo photos")?;
    let outcome = outcome?;
    if args.no_serve || outcome == Outcome::Interrupted {
        return Ok(outcome);
    }
    let (dataset, store) = workplace::read(&args.dataset, global)?;
    let store: Arc<dyn Store> = Arc::from(store);
    serve::serve((dataset, store), context, &serve::ListenOptions::local(args.port), global.json).await
}

/// What the demo looks for: concepts that the model knows from words alone.
const CONCEPTS: [(&str, &str); 4] =
    [("bird", "bird.n.01"), ("fish", "fish.n.01"), ("insect", "insect.n.01"), ("primate", "primate.n.02")];

/// Gives the dataset its concepts, unless it has some.
fn give_concepts(dataset: &Dataset) -> Result<()> {
    if !concepts::read(dataset)?.is_empty() {
        return Ok(());
    }
    let mut given = Concepts::default();
    for (name, sense) in CONCEPTS {
        let (words, senses) = (vec![name.to_owned()], vec![sense.to_owned()]);
        given.insert(Concept {
            name: name.to_owned(),
            words: words.into(),
            senses: senses.into(),
            ..Concept::default()
        })?;
    }
    concepts::write(dataset, &given)
}

async fn walk(
    args: &DemoArgs,
    global: &Global,
    (photos, context): (&std::path::Path, Arc<ScoringContext>),
    started: Instant,
) -> Result<Outcome> {
    let folder = Folder::open(photos, None)?;
    let place = workplace::write(&args.dataset, global)?;
    let stop = workplace::stop_on_signal();
    let observer: Arc<dyn Observer> = Arc::new(Progress::new(global.json));
    say("bundled photos, openly licensed; authors and licences are shown with each");
    let (summary, warnings) = walk_folder(folder, &place, &[], &observer, &stop).await?;
    warnings.iter().for_each(|warning| observer.notice(warning));
    drop(observer);
    if !stop.is_raised() {
        give_concepts(&place.dataset)?;
        score::at_the_end(&place, context, &stop, global.json).await?;
    }
    close(&place.dataset, summary, None, &Ending { started, stop: &stop, json: global.json && args.no_serve })
}
