//! The pipeline: runs a stream of photos through the stages, seals and saves them.
//!
//! Only [`RecordWriter`] writes new photos to the store: at the end of [`run`], and for a search, which saves
//! records before their images. Scores, labels and copies change existing sealed records.

pub mod accepted_taxa;
pub mod annotate;
mod choice;
pub mod collect;
pub mod concept_data;
pub mod copy;
mod criteria_check;
pub mod details;
pub mod file_check;
pub mod gallery;
pub mod heads;
pub mod listed;
mod merge;
pub mod record_writer;
pub mod refresh;
pub mod repair;
pub mod reviewed;
pub mod same_photo;
pub mod score;
pub mod scoring_context;
pub mod search_report;
pub mod search_run;
mod stop;
mod summary;
pub mod train;
pub mod train_setting;
pub mod withdraw;
pub mod worker_session;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use futures::stream::{BoxStream, StreamExt};
use tracing::{debug, trace};

use crate::dataset::Dataset;
use crate::net::Client;
use crate::photo::{FaultKind, Photo, StageName};
use crate::reference::Registry;
use crate::sources::access::SourceAccess;
use crate::stages::{self, Needs, Network, Origin, Stage};

pub use choice::Choice;
pub use merge::merge;
pub use record_writer::RecordWriter;
pub use stop::Stop;
pub use summary::RunSummary;

/// Time for photos in the pipeline to finish after a stop request.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// Photos saved in one transaction.
const BATCH: usize = 100;

/// Receives progress events of a run: progress bars, tests. Calls are cheap and come from any thread.
pub trait Observer: Send + Sync {
    /// A page of a search was received.
    fn page_received(&self, _progress: &SearchProgress<'_>) {}
    /// Photos were sent to the pipeline.
    fn photos_queued(&self, _photos: u64) {}
    /// No more photos will be sent to the pipeline.
    fn all_queued(&self) {}
    /// Photos were looked at that need no stage.
    fn photos_passed(&self, _photos: u64) {}
    /// A photo has passed the stages and was saved.
    fn photo_saved(&self, _photo: &Photo) {}
    /// A message for the user.
    fn notice(&self, _text: &str) {}
    /// The pipeline has processed all photos, or was stopped.
    fn ended(&self) {}
}

/// The progress of a search.
#[derive(Clone, Copy, Debug)]
pub struct SearchProgress<'a> {
    /// The source's title.
    pub source: &'static str,
    /// The search term.
    pub term: &'a str,
    /// Number of distinct photos found so far.
    pub found: u64,
    /// Number of photos wanted.
    pub want: u64,
    /// Number of results reported by the source.
    pub claimed: Option<u64>,
}

/// An observer that ignores everything.
pub struct NoObserver;

impl Observer for NoObserver {}

/// The stages, and the number of photos that they process at a time.
#[derive(Clone)]
pub struct Pipeline {
    /// In the order of [`crate::stages::ORDER`].
    pub stages: Vec<Arc<dyn Stage>>,
    /// Number of photos processed at a time.
    pub at_once: usize,
}

impl Pipeline {
    /// The pipeline for images from the network, without the skipped stages.
    pub fn of_network(dataset: &Dataset, access: &SourceAccess, client: Client, skipped: &[StageName]) -> Result<Self> {
        let config = &access.config;
        let network = Network::new(client, config, access.image_budgets()?);
        let stages = stages::build(dataset, Origin::Network(network), skipped, &stage_needs(access)?);
        Ok(Self { stages, at_once: config.net.images_at_once.max(2) * 2 })
    }

    /// The stages that need no image.
    pub fn early(&self) -> Self {
        let stages = self.stages.iter().filter(|stage| stages::EARLY.contains(&stage.name()));
        Self { stages: stages.cloned().collect(), at_once: 4 }
    }

    /// Whether the photo needs any stage.
    pub fn wants(&self, photo: &Photo) -> bool {
        self.stages.iter().any(|stage| stage.wants(photo))
    }

    /// Runs one photo through the stages that it needs.
    pub async fn process(&self, mut photo: Photo) -> Result<Photo> {
        for stage in &self.stages {
            if stage.finds_out() || stage.wants(&photo) {
                trace!(photo = photo.id.as_str(), stage = stage.name().as_str(), "stage");
                stage
                    .apply(&mut photo)
                    .await
                    .with_context(|| format!("in the stage {} of {}", stage.name().as_str(), photo.id))?;
            }
        }
        if let Some(fault) = &photo.fault {
            debug!(photo = photo.id.as_str(), stage = fault.stage.as_str(), fault = fault.message, "photo has a fault");
        }
        if !photo.fault.as_ref().is_some_and(|fault| fault.kind == FaultKind::Rejected) {
            // Bytes are needed later only if they were rejected, for the quarantine.
            photo.received = None;
        }
        Ok(photo)
    }
}

/// What stages need: limits of images, the user's layers, and the concepts that speak for a setting.
pub fn stage_needs(access: &SourceAccess) -> Result<Needs> {
    let registry = Registry::at(access.user.reference_folder()?);
    let concepts = access.config.setting.concepts.clone();
    Ok(Needs { limits: access.config.pictures.limits(), registry, concepts })
}

/// Runs all photos of `input` through the pipeline and saves them. If `stop` is raised it ends early, after saving all
/// finished photos. The first error of a stage or of the store ends it.
pub async fn run(
    input: BoxStream<'static, Result<Photo>>,
    pipeline: Pipeline,
    writer: Arc<RecordWriter>,
    observer: Arc<dyn Observer>,
    stop: Stop,
) -> Result<RunSummary> {
    let at_once = pipeline.at_once;
    let processing = input.take_until(stop.clone().raised()).map(move |photo| {
        let pipeline = pipeline.clone();
        // Runs as a separate task, so that other photos are processed while a batch is saved.
        tokio::spawn(async move {
            let photo = photo?;
            let before = photo.file.as_ref().map(|file| file.sha256.clone());
            let photo = pipeline.process(photo).await?;
            let is_known = before.is_some() && before == photo.file.as_ref().map(|file| file.sha256.clone());
            anyhow::Ok((photo, is_known))
        })
    });
    let late = stop.clone();
    let mut finished = processing
        .buffer_unordered(at_once)
        .take_until(async move {
            late.raised().await;
            tokio::time::sleep(STOP_TIMEOUT).await;
        })
        .ready_chunks(BATCH)
        .boxed();
    let mut summary = RunSummary::default();
    while let Some(batch) = finished.next().await {
        let mut photos = Vec::with_capacity(batch.len());
        let mut known = HashSet::new();
        let mut failure = None;
        for photo in batch {
            match photo.context("a stage failed").flatten() {
                Ok((photo, is_known)) => {
                    known.extend(is_known.then(|| photo.id.clone()));
                    photos.push(photo);
                }
                Err(err) => failure = failure.or(Some(err)),
            }
        }
        debug!(photos = photos.len(), "saving a batch");
        for photo in writer.save(photos).await? {
            summary.count(&photo, known.contains(&photo.id));
            observer.photo_saved(&photo);
        }
        if let Some(err) = failure {
            return Err(err);
        }
    }
    observer.ended();
    Ok(summary)
}
