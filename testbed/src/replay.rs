//! Replays any photo service: serves recorded pages of its API, and draws the images that the pages name.
//!
//! A folder of fixtures has `pages.json`, a list of `{"when": {"id_above": "7"}, "file": "page2.json"}`. The first
//! entry whose parameters all equal those of the request is served (`null`: the request has no such
//! parameter; `path` is the path of its address; `"status": 404` beside `file` is the status of the answer). `{IMAGES}` in a page is replaced by the address of the image host. Images are drawn from their path without
//! the last part, so that all sizes of a photo look the same, and have metadata that must never be stored.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Query as Arguments, State};
use axum::http::{Response, Uri};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::faults::{Fault, Plan, plan_methods};
use crate::flickr::{bind, spawn};
use crate::stats::{Stats, Tally};
use crate::wire::{self, Reset};
use crate::{picture, random};

/// Faults for any API: fast ones that do not repeat.
pub const ANY_API_MIX: &[Fault] = &[
    Fault::TooMany,
    Fault::ServerError,
    Fault::BadGateway,
    Fault::Unavailable,
    Fault::GatewayTimeout,
    Fault::CutBody,
    Fault::ShortBody,
    Fault::ChunkedAbort,
    Fault::Reset,
    Fault::WrongGzip,
    Fault::HtmlOk,
    Fault::Forbidden,
    Fault::Empty,
];

/// The edges of drawn images in px.
const PIXELS: (u32, u32) = (320, 240);

/// What to serve; see [`Replay::of`].
#[derive(Debug)]
pub struct Replay {
    folder: PathBuf,
    plan: Plan,
    port: u16,
    pictures: HashMap<String, Vec<u8>>,
}

/// One recorded page.
#[derive(Debug)]
struct Recording {
    when: HashMap<String, Option<String>>,
    status: u16,
    body: String,
}

#[derive(Debug)]
struct Service {
    recordings: Vec<Recording>,
    plan: Plan,
    /// Path below the image host, without its last part -> the file.
    pictures: HashMap<String, Vec<u8>>,
    image_url: String,
    tally: Tally,
    api_calls: AtomicU64,
    image_calls: AtomicU64,
    /// The queries of all API calls, in order.
    queries: Mutex<Vec<HashMap<String, String>>>,
}

plan_methods!(Replay);

impl Replay {
    /// Serves the pages of a folder, without faults.
    pub fn of(folder: impl AsRef<Path>) -> Self {
        Self { folder: folder.as_ref().to_owned(), plan: Plan::new(ANY_API_MIX), port: 0, pictures: HashMap::new() }
    }

    /// The random seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.plan.seed = seed;
        self
    }

    /// Port of the API; 0, the default, picks a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Serves this file for all addresses `{IMAGES}PHOTO/...`, instead of a drawn picture.
    pub fn picture(mut self, photo: &str, bytes: Vec<u8>) -> Self {
        self.pictures.insert(photo.to_owned(), bytes);
        self
    }

    /// Starts serving; ends when the result is dropped.
    pub async fn start(self) -> Result<Running> {
        let api = bind(Ipv4Addr::LOCALHOST, self.port).await?;
        let images = bind(Ipv4Addr::LOCALHOST, 0).await?;
        let api_url = format!("http://{}/", api.local_addr()?);
        let image_url = format!("http://{}", images.local_addr()?);
        let service = Arc::new(Service {
            recordings: read(&self.folder, &image_url)?,
            plan: self.plan,
            pictures: self.pictures,
            image_url: image_url.clone(),
            tally: Tally::default(),
            api_calls: AtomicU64::new(0),
            image_calls: AtomicU64::new(0),
            queries: Mutex::default(),
        });
        let tasks = vec![
            spawn(api, Router::new().fallback(play).with_state(service.clone())),
            spawn(images, Router::new().fallback(image).with_state(service.clone())),
        ];
        Ok(Running { api_url, image_url, service, tasks })
    }
}

/// Reads the recorded pages and inserts the address of the image host.
fn read(folder: &Path, image_url: &str) -> Result<Vec<Recording>> {
    let text = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))
    };
    let pages: Vec<Value> = serde_json::from_str(&text("pages.json")?).context("pages.json is not a list")?;
    pages
        .iter()
        .map(|page| {
            let file = page["file"].as_str().context("an entry of pages.json names no file")?;
            let when = page["when"].as_object().into_iter().flatten();
            let when = when.map(|(name, value)| (name.clone(), value.as_str().map(str::to_owned))).collect();
            let status = page["status"].as_u64().map_or(Ok(200), u16::try_from)?;
            Ok(Recording { when, status, body: text(file)?.replace("{IMAGES}", image_url) })
        })
        .collect()
}

impl Recording {
    fn answers(&self, path: &str, query: &HashMap<String, String>) -> bool {
        let given = |name: &String| if name == "path" { Some(path) } else { query.get(name).map(String::as_str) };
        self.when.iter().all(|(name, value)| given(name) == value.as_deref())
    }
}

/// A running replay.
#[derive(Debug)]
pub struct Running {
    /// Address of the API, with a slash at the end.
    pub api_url: String,
    /// Address of the image host, without a slash at the end.
    pub image_url: String,
    service: Arc<Service>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Counts of requests and responses so far.
    pub fn stats(&self) -> Stats {
        self.service.tally.stats()
    }

    /// The queries of all API calls so far, in order.
    pub fn queries(&self) -> Vec<HashMap<String, String>> {
        self.service.queries.lock().clone()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn play(
    State(service): State<Arc<Service>>,
    ConnectInfo(reset): ConnectInfo<Reset>,
    Arguments(query): Arguments<HashMap<String, String>>,
    uri: Uri,
) -> Response<Body> {
    let call = service.api_calls.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(service.plan.latency).await;
    let fault = service.plan.api(call, uri.query().unwrap_or(""));
    let response = match service.recordings.iter().find(|recording| recording.answers(uri.path(), &query)) {
        Some(recording) => answer(fault, (recording.status, "application/json"), recording.body.clone().into_bytes()),
        None => {
            wire::whole(404, "application/json", br#"{"error":"no page was recorded for this query"}"#.to_vec(), true)
        }
    };
    service.queries.lock().push(query);
    service.tally.answered(&response, fault, &reset);
    service.tally.note(|stats| stats.api_calls += 1);
    response
}

async fn image(
    State(service): State<Arc<Service>>,
    ConnectInfo(reset): ConnectInfo<Reset>,
    uri: Uri,
) -> Response<Body> {
    let call = service.image_calls.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(service.plan.latency).await;
    let photo = uri.path().rsplit_once('/').map_or("", |(photo, _)| photo);
    let named = service.recordings.iter().any(|page| page.body.contains(&format!("{}{photo}/", service.image_url)));
    let subject = random::hash(photo.as_bytes());
    let fault = service.plan.image(call, subject, uri.path()).filter(|_| named);
    let response = if named {
        let drawn = || picture::draw(subject, PIXELS, Some(&picture::canaries_of(subject, None)));
        let bytes = service.pictures.get(photo).cloned().unwrap_or_else(drawn);
        let mime = if bytes.starts_with(b"RIFF") { "image/webp" } else { "image/jpeg" };
        answer(fault, (200, mime), bytes)
    } else {
        wire::whole(404, "text/html", b"<h1>404 Not Found</h1>".to_vec(), true)
    };
    service.tally.answered(&response, fault, &reset);
    service.tally.note(|stats| stats.image_calls += 1);
    response
}

fn answer(fault: Option<Fault>, (status, mime): (u16, &str), good: Vec<u8>) -> Response<Body> {
    match fault {
        Some(fault) => wire::spoiled(fault, mime, good),
        None => wire::whole(status, mime, good, true),
    }
}
