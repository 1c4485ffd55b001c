//! `gleaner demo`: runs the pipeline on the bundled photos, then opens the explorer.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;

use super::output::{UsageError, print_message};
use super::run::PhotoRun;
use super::scrape::process_folder;
use super::{Global, Outcome, datasets, serve, settings};
use crate::concepts::{self, Concept, Concepts};
use crate::dataset::Dataset;
use crate::photo::PhotoId;
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
    /// Port of the explorer on 127.0.0.1; 0 for any free port
    #[arg(long, default_value_t = 8420)]
    port: u16,
    /// Do not start the explorer at the end
    #[arg(long)]
    no_serve: bool,
    /// Start the explorer, but do not open it in the browser
    #[arg(long)]
    no_open: bool,
}

/// Runs `gleaner demo`.
pub async fn run(args: DemoArgs, global: &Global) -> Result<Outcome> {
    let photos = std::env::temp_dir().join(format!("gleaner-demo-{}", std::process::id()));
    demo::unpack(&photos).with_context(|| format!("could not unpack the demo photos to {}", photos.display()))?;
    let processed = process(&args, global, &photos).await;
    std::fs::remove_dir_all(&photos).context("could not remove the unpacked demo photos")?;
    let (outcome, context) = processed?;
    if args.no_serve || outcome == Outcome::Interrupted {
        return Ok(outcome);
    }
    let (dataset, store) = datasets::read(&args.dataset, global)?;
    let store: Arc<dyn Store> = Arc::from(store);
    serve::serve((dataset, store), context, &serve::ListenOptions::local(args.port, args.no_open), global).await
}

/// Concepts of the demo; the model needs no training for them.
const CONCEPTS: [(&str, &str); 4] =
    [("bird", "bird.n.01"), ("fish", "fish.n.01"), ("insect", "insect.n.01"), ("primate", "primate.n.02")];

/// Defines the concepts, unless the dataset has some.
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

async fn process(args: &DemoArgs, global: &Global, photos: &Path) -> Result<(Outcome, Arc<ScoringContext>)> {
    let folder = Folder::open(photos, None)?;
    let mut run = PhotoRun::open(&args.dataset, global, settings::config(global)?)?;
    let bundled: HashSet<PhotoId> = folder.photos().map(|photo| photo.id).collect();
    if run.run.store.scan(None, bundled.len() + 1)?.iter().any(|photo| !bundled.contains(&photo.id)) {
        return Err(UsageError::error(
            format!("the dataset {} has other photos than the demo's", args.dataset),
            "name another folder: gleaner demo --dataset FOLDER",
        ));
    }
    print_message("processing the bundled photos; the explorer shows their authors and licences");
    let (summary, warnings) = process_folder(&run, folder, &[], true).await?;
    warnings.iter().for_each(|warning| run.observer.notice(warning));
    if !run.run.stop.is_raised() {
        give_concepts(&run.run.dataset)?;
        run.run.score_new().await?;
    }
    if !args.no_serve {
        run = run.without_json();
    }
    Ok((run.finish(summary, None)?, Arc::clone(run.run.context())))
}
