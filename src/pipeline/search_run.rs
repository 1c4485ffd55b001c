//! One run of searches: from the photo services to the store, with the stages between them. `gleaner scrape` and the explorer
//! start it.

use std::sync::Arc;

use anyhow::{Context, Result};

use super::collect::{Collected, Collector, forget_progress, note_key, start_all};
use super::worker_session::{Job, SharedWork, WorkerSession};
use super::{Observer, Pipeline, RecordWriter, RunSummary, Stop, same_photo};
use crate::dataset::Dataset;
use crate::net::Client;
use crate::photo::StageName;
use crate::sources::Search;
use crate::sources::access::SourceAccess;
use crate::sources::search::SearchClient;
use crate::store::StoreError;

/// Searches, and where their photos go.
pub struct SearchRun {
    /// The dataset.
    pub dataset: Dataset,
    /// Saves its photos.
    pub writer: Arc<RecordWriter>,
    /// Settings, and the budgets of images.
    pub access: SourceAccess,
    /// The client for images.
    pub client: Client,
    /// Clients of the sources, which are searched side by side.
    pub clients: Vec<SearchClient>,
    /// The searches, one after the other at each source.
    pub searches: Vec<Search>,
    /// Stages to leave out; without the download only records are collected.
    pub skipped: Vec<StageName>,
    /// Long edge in pixels to download; `None` for the largest.
    pub long_edge_px: Option<u32>,
    /// Receives progress events.
    pub observer: Arc<dyn Observer>,
    /// Raised to stop the run. The next one continues.
    pub stop: Stop,
}

impl SearchRun {
    /// Leases the searches, so that no other worker runs them on the same store: two runs of the same search would count each
    /// other's pages. `None` if the store has one writer. Fails with [`StoreError::Locked`] if another worker has leased one.
    pub fn lease(&self) -> Result<Option<WorkerSession>, StoreError> {
        let names = self.clients.iter().map(|client| client.source().about().name);
        let notes: Vec<String> =
            names.flat_map(|name| self.searches.iter().map(move |search| note_key(name, search))).collect();
        WorkerSession::exclusive(self.writer.store(), "search", &notes)
    }

    /// Runs the searches, which are leased until they end.
    pub async fn run(self, _lease: Option<WorkerSession>) -> Result<(RunSummary, Collected)> {
        let Self { dataset, writer, access, client, clients, searches, skipped, long_edge_px, observer, stop } = self;
        let pipeline = Pipeline::of_network(&dataset, &access, client, &skipped)?;
        let early = pipeline.early();
        let names: Vec<&str> = clients.iter().map(|client| client.source().about().name).collect();
        let shared = if skipped.contains(&StageName::Download) {
            None
        } else {
            let job = Job { writer: Arc::clone(&writer), pipeline: pipeline.clone(), choice: Arc::default() };
            SharedWork::begin("download", job, &observer)?
        };
        let observer = shared.as_ref().map_or(observer, |shared| Arc::clone(&shared.observer));
        let collector = |client| Collector {
            client,
            writer: Arc::clone(&writer),
            early: early.clone(),
            pipeline: pipeline.clone(),
            long_edge_px,
            session: shared.as_ref().map(|shared| Arc::clone(&shared.session)),
            observer: Arc::clone(&observer),
            stop: stop.clone(),
        };
        let collectors = clients.into_iter().map(collector).collect();
        let (photos, collecting) = start_all(collectors, &searches, Arc::clone(&observer));
        let processed = super::run(photos, pipeline, Arc::clone(&writer), observer, stop.clone()).await;
        if processed.is_err() {
            // The searches would go on saving records, and keep the store open.
            stop.raise();
        }
        let collected = collecting.await.context("searching failed")?;
        let (summary, collected) = (processed?, collected?);
        let store = Arc::clone(writer.store());
        let compared = stop.clone();
        tokio::task::spawn_blocking(move || same_photo::find(store.as_ref(), &compared))
            .await
            .context("comparing the photos failed")??;
        if !stop.is_raised() && collected.cut_short.is_none() {
            names.iter().try_for_each(|name| forget_progress(&writer, name, &searches))?;
        }
        Ok((summary, collected))
    }
}
