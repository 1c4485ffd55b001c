//! Application state that all handlers share, and functions to use it from asynchronous code.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use utoipa::ToSchema;

use super::access::AccessControl;
use super::attempt_limiter::AttemptLimiter;
use super::error::HttpError;
use super::jobs::JobRunner;
use super::recording::{RecordingError, Recordings};
use super::searching::Searches;
use super::sessions::Sessions;
use super::views::Views;
use crate::config::Citation;
use crate::dataset::Dataset;
use crate::explorer::{Explorer, time_limit};
use crate::photo::PhotoId;
use crate::reference::Catalogue;
use crate::seal::SealedPhoto;
use crate::store::{KEY_ID, Store, StoreError};

/// How long the clauses of a filter may take.
const QUERY_TIME: Duration = Duration::from_secs(10);

/// Application state.
pub struct AppState {
    pub store: Arc<dyn Store>,
    pub dataset: Dataset,
    pub explorer: Arc<Explorer>,
    pub access: AccessControl,
    pub jobs: Arc<JobRunner>,
    pub searches: Arc<Searches>,
    pub sessions: Sessions,
    pub wrong_keys: AttemptLimiter,
    pub wrong_tokens: AttemptLimiter,
    pub views: Views,
    pub recordings: Recordings,
    /// The folder's name, to display.
    pub name: String,
    /// How the dataset is described in citation files.
    pub citation: Citation,
    /// The layers that analyses use.
    pub layers: Arc<Catalogue>,
    /// Identifies this run of the program in ETags.
    pub run: String,
    pub changes: watch::Receiver<DatasetState>,
    /// Whether views and recordings can be saved in the dataset's folder.
    pub writable: bool,
    /// Further names of the machine, from the command line.
    pub hosts: Vec<String>,
}

/// The current version of the dataset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DatasetState {
    /// Increases with every change of the dataset.
    pub generation: u64,
    /// Number of photos.
    pub photos: u64,
}

impl DatasetState {
    /// The version of the columns.
    pub fn of(explorer: &Explorer) -> Self {
        let (generation, photos) = explorer.state();
        Self { generation, photos }
    }
}

impl AppState {
    /// Runs a query on columns and store, on a thread that may block.
    pub async fn query<T, F>(self: &Arc<Self>, query: F) -> Result<T, HttpError>
    where
        T: Send + 'static,
        F: FnOnce(&Explorer, &dyn Store) -> Result<T, HttpError> + Send + 'static,
    {
        let own = Arc::clone(self);
        let query = move || time_limit::within(QUERY_TIME, || query(&own.explorer, own.store.as_ref()));
        let result = spawn_blocking(query).await.map_err(HttpError::read_failed)?;
        result.map_err(|time_limit::TooSlow| {
            let message = "This filter takes too long in this dataset: use fewer or smaller areas, or gleaner export";
            HttpError::new(StatusCode::SERVICE_UNAVAILABLE, message)
        })?
    }

    /// Reads or writes the explorer's own files, on a thread that may block.
    pub async fn run_blocking<T, F>(self: &Arc<Self>, work: F) -> Result<T, HttpError>
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> io::Result<T> + Send + 'static,
    {
        let own = Arc::clone(self);
        let result = spawn_blocking(move || work(&own)).await.map_err(HttpError::read_failed)?;
        result.map_err(HttpError::write_failed)
    }

    /// Reads or writes recordings, on a thread that may block.
    pub async fn with_recordings<T, F>(self: &Arc<Self>, work: F) -> Result<T, HttpError>
    where
        T: Send + 'static,
        F: FnOnce(&Recordings) -> Result<T, RecordingError> + Send + 'static,
    {
        let own = Arc::clone(self);
        let result = spawn_blocking(move || work(&own.recordings)).await;
        Ok(result.map_err(HttpError::read_failed)??)
    }

    /// The current version of the dataset.
    pub fn state(&self) -> DatasetState {
        DatasetState::of(&self.explorer)
    }

    /// Increases with every change of the dataset.
    pub fn generation(&self) -> u64 {
        self.changes.borrow().generation
    }

    /// The photo with this id.
    pub async fn photo(self: &Arc<Self>, id: String) -> Result<SealedPhoto, HttpError> {
        let id = PhotoId::from_text(id);
        self.query(move |_, store| load(store, &id)).await
    }

    /// At most `limit` photos after an id, in the order of ids.
    pub async fn page(self: &Arc<Self>, after: Option<String>, limit: usize) -> Result<Page, HttpError> {
        let after = after.filter(|after| !after.is_empty()).map(PhotoId::from_text);
        let scan = move |store: &dyn Store| listed_after(store, after, limit + 1);
        let mut photos = self.query(move |_, store| scan(store).map_err(HttpError::read_failed)).await?;
        let more = photos.len() > limit;
        photos.truncate(limit);
        let next = photos.last().filter(|_| more).map(|last| last.photo().id.clone());
        Ok(Page { photos, next })
    }
}

/// At most `limit` listed photos after an id.
fn listed_after(store: &dyn Store, mut after: Option<PhotoId>, limit: usize) -> Result<Vec<SealedPhoto>, StoreError> {
    let mut listed = Vec::new();
    while listed.len() < limit {
        let batch = store.scan_sealed(after.as_ref(), limit)?;
        let Some(last) = batch.last() else { break };
        after = Some(last.photo().id.clone());
        listed.extend(batch.into_iter().filter(|sealed| sealed.photo().is_listed()));
    }
    listed.truncate(limit);
    Ok(listed)
}

/// Photos in the order of their ids.
pub struct Page {
    /// The photos.
    pub photos: Vec<SealedPhoto>,
    /// The id after which the next page begins, if there is one.
    pub next: Option<PhotoId>,
}

/// The photo with this id.
pub fn load(store: &dyn Store, id: &PhotoId) -> Result<SealedPhoto, HttpError> {
    let found = store.load_sealed(std::slice::from_ref(id)).map_err(HttpError::read_failed)?;
    found.into_iter().next().ok_or_else(HttpError::photo_not_found)
}

/// Whether the dataset has a key.
pub fn is_sealed(store: &dyn Store) -> Result<bool, HttpError> {
    store.note(KEY_ID).map(|id| id.is_some()).map_err(HttpError::read_failed)
}
