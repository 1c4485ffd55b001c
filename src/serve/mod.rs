//! The explorer: a web app and its API over a dataset, for this machine or for those with the token.
//!
//! Without the dataset's key it shows what may be read without a key; a key that is given in a browser
//! stays in this program's memory.

mod access;
mod api;
mod app_state;
mod assets;
mod connections;
mod description;
mod extract;
mod failure;
mod files;
mod guard;
mod jobs;
mod judging;
mod plain;
mod recording;
mod sessions;
mod tile;
mod tries;
mod views;
mod why;
mod words;

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

pub use access::{AccessControl, Token};
pub use app_state::Site;
pub use connections::Limits;

use api::Change;
use app_state::AppState;

use crate::explorer::Explorer;

/// How often the dataset is looked at for changes.
const FOLLOW: Duration = Duration::from_secs(1);
/// Between two looks where changes are told at once: many that come together are taken in together.
const BREATH: Duration = Duration::from_millis(100);

/// Bytes of a request's body, at most, unless its route says otherwise.
const MOST_BODY: usize = 256 << 10;

/// Serves the dataset until `stop` is there; answers under way get three more seconds.
pub async fn run(site: Site, listener: TcpListener, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
    let limits = site.limits();
    let port = listener.local_addr().context("the listener has no address")?.port();
    let (news, changes) = watch::channel(site.state());
    let app = Arc::new(site.app(port, changes));
    let following = tokio::spawn(follow(Arc::clone(&app), news));
    let ending = Arc::clone(&app.jobs);
    let explorer = Arc::clone(&app.explorer);
    // Whoever read the store whole need not have it written down before the first answer.
    save(&explorer);
    connections::serve(listener, router(app), limits, async move {
        stop.await;
        // Ends the streams of those who wait for changes.
        following.abort();
        ending.end();
    })
    .await;
    let _ = save(&explorer).await;
    Ok(())
}

/// Writes the columns down, on a thread of its own: the others may all be at work for those who did not go.
fn save(explorer: &Arc<Explorer>) -> oneshot::Receiver<()> {
    let (saved, waiting) = oneshot::channel();
    let explorer = Arc::clone(explorer);
    std::thread::spawn(move || {
        // A folder that cannot be written to is no error.
        let _ = explorer.save_snapshot();
        let _ = saved.send(());
    });
    waiting
}

/// Takes in what a scrape writes meanwhile, and says so; forgets the keys of browsers whose time is over.
async fn follow(app: Arc<AppState>, news: watch::Sender<Change>) {
    loop {
        news_of(&app).await;
        app.sessions.sweep();
        let own = Arc::clone(&app);
        let now = spawn_blocking(move || {
            // While another process writes, reviews wait in their file.
            let _ = own.jobs.settle_reviews();
            // A store that cannot be read to its end now may be readable in a second; what was read until then counts.
            let _ = own.explorer.follow();
            own.state()
        });
        let Ok(now) = now.await else { continue };
        news.send_if_modified(|last| std::mem::replace(last, now) != now);
    }
}

/// Waits until the store may have changed.
async fn news_of(app: &Arc<AppState>) {
    if app.store.coordination().is_none() {
        // A file tells nobody; and a thread that sleeps is one less for answers.
        return tokio::time::sleep(FOLLOW).await;
    }
    tokio::time::sleep(BREATH).await;
    let own = Arc::clone(app);
    let _ = spawn_blocking(move || own.store.wait_for_change(FOLLOW)).await;
}

/// An address, what it takes, and what answers.
struct Route {
    path: &'static str,
    methods: &'static [&'static str],
    answers: MethodRouter<Arc<AppState>>,
}

impl Route {
    fn new(path: &'static str, methods: &'static [&'static str], answers: MethodRouter<Arc<AppState>>) -> Self {
        Self { path, methods, answers }
    }
}

fn table() -> Vec<Route> {
    let mut routes = vec![
        Route::new("/plain", &["GET"], get(plain::gallery::gallery)),
        Route::new("/plain/photos/{id}", &["GET"], get(plain::photo::one)),
        Route::new("/plain/plain.css", &["GET"], get(plain::style)),
        Route::new("/thumbs/{file}", &["GET"], get(files::thumbnail)),
        Route::new("/images/{file}", &["GET"], get(files::image)),
        Route::new(access::ENTER, &["GET"], get(access::enter)),
    ];
    routes.extend(api::routes());
    routes
}

/// Every address and the methods that it takes; what stands nowhere in here is the page itself.
pub fn routes() -> Vec<(&'static str, &'static [&'static str])> {
    table().into_iter().map(|route| (route.path, route.methods)).collect()
}

/// The API's description, as `web/openapi.json` holds it.
pub fn openapi() -> Result<String> {
    api::description()
}

fn router(app: Arc<AppState>) -> Router {
    let routes = table().into_iter().fold(Router::new(), |router, route| router.route(route.path, route.answers));
    routes
        .fallback(assets::asset)
        .method_not_allowed_fallback(failure::wrong_method)
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::guard))
        .with_state(app)
}
