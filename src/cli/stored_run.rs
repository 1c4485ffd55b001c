//! A run over the photos that a dataset has: the dataset, and the photos that are taken up.

use std::sync::Arc;

use anyhow::Result;
use futures::StreamExt;
use futures::future::ready;
use futures::stream::BoxStream;
use tokio::task::block_in_place;

use super::filter::FilterOption;
use super::run::PhotoRun;
use super::{Global, datasets, settings};
use crate::net::Client;
use crate::photo::{Photo, StageName};
use crate::pipeline::worker_session::shared;
use crate::pipeline::{Choice, Pipeline, RunSummary};

/// A run over the photos of an existing dataset.
pub struct StoredRun {
    /// The run.
    pub run: PhotoRun,
    /// The photos that are taken up.
    pub choice: Arc<Choice>,
}

impl StoredRun {
    /// Opens the dataset, and checks the filter's names against it.
    pub fn open(dataset: &str, filter: Option<&str>, choice: Choice, global: &Global) -> Result<Self> {
        let option = FilterOption::read(filter)?;
        let config = settings::config(global)?;
        // A misspelt name must not create an empty dataset.
        let (read, store) = datasets::read(dataset, global)?;
        let checked = block_in_place(|| option.in_store(&read, store.as_ref(), global))?;
        drop(store);
        let filter = filter.map(|_| checked);
        Ok(Self { run: PhotoRun::open(dataset, global, config)?, choice: Arc::new(Choice { filter, ..choice }) })
    }

    /// Runs the chosen photos through the stages that they need. `work` is the job's name among the workers of a shared
    /// store.
    pub async fn process(&mut self, work: &str, skipped: &[StageName]) -> Result<RunSummary> {
        let client = Client::new(self.run.run.config.net.client())?;
        let pipeline = self.run.network_pipeline(client, skipped)?;
        let photos = match self.run.share(work, &pipeline, &self.choice)? {
            Some(work) => shared(work.session, work.job),
            None => self.wanted(&pipeline)?,
        };
        let observer = Arc::clone(&self.run.observer);
        let photos = photos.inspect(move |_| observer.photos_queued(1)).boxed();
        self.run.process(photos, pipeline).await
    }

    /// The chosen photos that need a stage. For stores with one writer.
    fn wanted(&self, pipeline: &Pipeline) -> Result<BoxStream<'static, Result<Photo>>> {
        let run = &self.run;
        let photos = run.run.store.count_by_state()?.iter().map(|(_, count)| count).sum();
        run.progress.set_total(photos);
        let (pipeline, observer, passing) = (pipeline.clone(), Arc::clone(&run.observer), Arc::clone(&run.observer));
        let wanted = move |photo: &Result<Photo>| {
            let wanted = photo.as_ref().map_or(true, |photo| pipeline.wants(photo));
            if !wanted {
                observer.photos_passed(1);
            }
            ready(wanted)
        };
        let chosen = run.writer.scan(Arc::clone(&self.choice), move |photos| passing.photos_passed(photos));
        Ok(chosen.filter(wanted).boxed())
    }
}
