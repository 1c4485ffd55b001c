//! The explorer: a dataset in the browser, rendered here, without a script, for this machine only.
//!
//! It shows what may be read without a key and nothing else; it never sees a key.

mod api;
mod failure;
mod files;
mod guard;
mod html;
mod page;
mod photo;
mod words;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::middleware;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

use crate::dataset::Dataset;
use crate::photo::PhotoId;
use crate::seal::SealedPhoto;
use crate::store::{Store, StoreError};
use failure::Failure;

/// How long answers under way may take once the end was asked for.
const GRACE: Duration = Duration::from_secs(3);

/// What every answer is made from.
struct Shelf {
    store: Arc<dyn Store>,
    dataset: Dataset,
    /// The folder's name, for a person.
    name: String,
}

/// Serves the dataset until `stop` is there; answers under way get three more seconds.
pub async fn run(
    store: Arc<dyn Store>,
    dataset: Dataset,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let root = dataset.root().canonicalize().unwrap_or_else(|_| dataset.root().to_owned());
    let name = root.file_name().map_or_else(|| "dataset".to_owned(), |name| name.to_string_lossy().into_owned());
    let routes = routes(Arc::new(Shelf { store, dataset, name }));
    let (ending, ended) = oneshot::channel();
    let serving = axum::serve(listener, routes).with_graceful_shutdown(async move {
        stop.await;
        let _ = ending.send(());
    });
    let late = async {
        let _ = ended.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        done = async { serving.await } => done.context("the explorer stopped listening"),
        () = late => Ok(()),
    }
}

fn routes(shelf: Arc<Shelf>) -> Router {
    Router::new()
        .route("/", get(page::gallery))
        .route("/photos/{id}", get(photo::one))
        .route("/thumbs/{file}", get(files::thumbnail))
        .route("/images/{file}", get(files::image))
        .route("/assets/app.css", get(files::style))
        .route("/assets/icon.svg", get(files::icon))
        .route("/api/v1/photos", get(api::photos))
        .route("/api/v1/photos/{id}", get(api::photo))
        .route("/api/v1/summary", get(api::summary))
        .fallback(failure::nothing_here)
        .layer(middleware::from_fn(guard::guard))
        .with_state(shelf)
}

impl Shelf {
    /// Asks the store on a thread that may block.
    async fn ask<T, F>(self: &Arc<Self>, question: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
    {
        let own = Arc::clone(self);
        let answer = spawn_blocking(move || question(own.store.as_ref())).await;
        answer.map_err(|_| Failure::unreadable())?.map_err(|_| Failure::unreadable())
    }

    /// At most `limit` photos after an id, and the id to go on from where there are more.
    async fn page(self: &Arc<Self>, after: Option<String>, limit: usize) -> Result<Page, Failure> {
        let after = after.filter(|after| !after.is_empty()).map(PhotoId::from_text);
        let mut photos = self.ask(move |store| store.scan(after.as_ref(), limit + 1)).await?;
        let more = photos.len() > limit;
        photos.truncate(limit);
        let next = photos.last().filter(|_| more).map(|last| last.photo().id.clone());
        Ok(Page { photos, next })
    }

    /// The photo of that id.
    async fn photo(self: &Arc<Self>, id: String) -> Result<SealedPhoto, Failure> {
        let id = PhotoId::from_text(id);
        let found = self.ask(move |store| store.load(&[id])).await?;
        found.into_iter().next().ok_or_else(Failure::no_photo)
    }
}

/// Photos in the order of their ids.
struct Page {
    photos: Vec<SealedPhoto>,
    /// Where the next page begins, if there is one.
    next: Option<PhotoId>,
}
