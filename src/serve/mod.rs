//! The explorer: a web app and its API over a dataset, for this machine or for browsers with the token.
//!
//! It shows what can be read without the dataset's key. A key that is entered in a browser stays in memory.

mod access;
mod api;
mod app_state;
mod assets;
mod attempt_limiter;
mod connections;
mod description;
mod enter;
mod error;
mod extract;
mod files;
mod guard;
mod html;
mod job;
mod jobs;
mod noscript;
mod photo_text;
mod recording;
mod request_log;
mod search_match;
mod searching;
mod server;
mod sessions;
mod threshold;
mod tile;
mod views;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{MethodRouter, get};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::spawn_blocking;
use tracing::{error, info, warn};

pub use access::{AccessControl, Token};
pub use connections::ConnectionLimits;
pub use searching::SearchSetup;
pub use server::ExplorerServer;
pub use views::Views;

use app_state::{AppState, DatasetState};
use request_log::RequestCounter;

use crate::error_chain::error_chain;
use crate::explorer::Explorer;

/// How often the dataset's file is checked for changes.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// Pause between two checks of a store that reports changes at once: changes in quick succession are read together.
const DEBOUNCE: Duration = Duration::from_millis(100);

/// How long the end of the server waits for a search: the pipeline has five seconds to finish photos.
const STOP_TIMEOUT: Duration = Duration::from_secs(8);

/// Bytes of a request's body, at most, unless its route says otherwise.
const MAX_BODY_BYTES: usize = 256 << 10;

/// Serves the dataset until `stop` completes. Responses in progress then get three more seconds.
pub async fn run(
    server: ExplorerServer,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let limits = server.limits();
    let port = listener.local_addr().context("the listener has no address")?.port();
    let (sender, changes) = watch::channel(server.state());
    let app = Arc::new(server.into_app(port, changes));
    let following = tokio::spawn(follow(Arc::clone(&app), sender));
    let (jobs, searches) = (Arc::clone(&app.jobs), Arc::clone(&app.searches));
    let stopped = Arc::clone(&searches);
    let explorer = Arc::clone(&app.explorer);
    // In the background: the first response need not wait for the snapshot.
    save_snapshot(&explorer);
    connections::serve(listener, router(app, limits), limits, async move {
        stop.await;
        // Ends the event streams of open pages.
        following.abort();
        jobs.cancel();
        stopped.stop();
    })
    .await;
    searches.ended(STOP_TIMEOUT).await;
    let _ = save_snapshot(&explorer).await;
    Ok(())
}

/// Writes the columns to disk, on a thread of its own: requests may occupy all threads of the pool.
fn save_snapshot(explorer: &Arc<Explorer>) -> oneshot::Receiver<()> {
    let (saved, waiting) = oneshot::channel();
    let explorer = Arc::clone(explorer);
    std::thread::spawn(move || {
        // Without a snapshot the next start takes longer. A read-only folder is no error.
        if let Err(err) = explorer.save_snapshot() {
            info!(error = format!("{err:#}"), "the snapshot was not saved");
        }
        let _ = saved.send(());
    });
    waiting
}

/// Follows the dataset, which another process may write to, and reports changes. Also removes expired sessions.
async fn follow(app: Arc<AppState>, sender: watch::Sender<DatasetState>) {
    let mut last_failures = [None, None];
    loop {
        wait_for_change(&app).await;
        app.sessions.remove_expired();
        let own = Arc::clone(&app);
        let current = spawn_blocking(move || {
            // While another process writes, reviews stay pending in their file.
            let applied = own.jobs.apply_reviews().err().map(|err| error_chain(&err));
            // A store that cannot be read now may be readable in a second. What was read until then counts.
            let followed = own.explorer.follow().err().map(|err| format!("{err:#}"));
            (own.state(), [applied, followed])
        });
        let (current, failures) = match current.await {
            Ok(followed) => followed,
            Err(err) => {
                error!(error = %err, "following the dataset failed");
                continue;
            }
        };
        // The same failure every second is logged once.
        if failures != last_failures {
            log_failures(&failures);
            last_failures = failures;
        }
        sender.send_if_modified(|last| std::mem::replace(last, current) != current);
    }
}

fn log_failures([applied, followed]: &[Option<String>; 2]) {
    if let Some(error) = applied {
        info!(error, "reviews are not in the records yet");
    }
    if let Some(error) = followed {
        warn!(error, "changes of the dataset could not be read");
    }
}

/// Waits until the store may have changed.
async fn wait_for_change(app: &Arc<AppState>) {
    if app.store.coordination().is_none() {
        // SQLite sends no notifications. Sleeping here occupies no thread of the blocking pool.
        return tokio::time::sleep(POLL_INTERVAL).await;
    }
    tokio::time::sleep(DEBOUNCE).await;
    let own = Arc::clone(app);
    let _ = spawn_blocking(move || own.store.wait_for_change(POLL_INTERVAL)).await;
}

/// The routes outside the API; all of them answer GET.
fn page_routes() -> [(&'static str, MethodRouter<Arc<AppState>>); 6] {
    [
        ("/plain", get(noscript::gallery::gallery)),
        ("/plain/photos/{id}", get(noscript::photo::page)),
        ("/plain/plain.css", get(noscript::style)),
        ("/thumbs/{file}", get(files::thumbnail)),
        ("/images/{file}", get(files::image)),
        (enter::PATH, get(enter::enter)),
    ]
}

/// The path and the methods of every route. All other paths belong to the page.
pub fn routes() -> Vec<(String, Vec<&'static str>)> {
    let described = api::openapi().paths.paths.into_iter().map(|(path, item)| {
        let operations = [("GET", item.get), ("PUT", item.put), ("POST", item.post), ("DELETE", item.delete)];
        (path, operations.into_iter().filter_map(|(method, operation)| operation.map(|_| method)).collect())
    });
    described.chain(page_routes().into_iter().map(|(path, _)| (path.to_owned(), vec!["GET"]))).collect()
}

/// The API's description, as `web/openapi.json` holds it.
pub fn openapi() -> Result<String> {
    api::description()
}

fn router(app: Arc<AppState>, limits: ConnectionLimits) -> Router {
    let (api, _) = api::router().split_for_parts();
    let counter = Arc::new(RequestCounter::new(&app.run));
    page_routes()
        .into_iter()
        .fold(api, |router, (path, handler)| router.route(path, handler))
        .fallback(assets::asset)
        .method_not_allowed_fallback(error::wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::guard))
        .layer(middleware::from_fn_with_state(counter, request_log::log_request))
        .layer(middleware::from_fn_with_state(limits.body, connections::limit_body))
        .with_state(app)
}
