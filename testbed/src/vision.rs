//! The simulated Google Vision: `POST /v1/images:annotate` on loopback, its labels, quotas, charges and faults.

pub mod fault;
pub mod labels;
pub mod upload;

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{HeaderMap, Response, Uri};
use gleaner::hash::sha256_hex;
use parking_lot::{Mutex, MutexGuard};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::faults::Fault;
use crate::flickr::{bind, spawn};
use crate::wire::Reset;
use fault::{Plan, ServiceFault, answered, image_error, refusal};
use labels::{Album, Label};
use upload::Upload;

/// Counts of posted images and their results.
#[derive(Debug, Clone, Default)]
pub struct ServiceStats {
    /// Calls, including those with a fault.
    pub calls: u64,
    /// Annotated and charged images, as SHA-256 of the posted image -> how often.
    pub charged: HashMap<String, u64>,
    /// Charged today.
    pub today: u64,
    /// Faults by name.
    pub faults: HashMap<&'static str, u64>,
    /// Every different posted image, whatever the result: SHA-256, width and height in px, metadata bytes.
    pub uploads: Vec<(String, (u32, u32), usize)>,
    /// Images in each call.
    pub sizes: Vec<usize>,
    /// Bytes of each call's JSON.
    pub bytes: Vec<usize>,
    /// Calls whose address had a query, which must not contain a key.
    pub queries: u64,
    /// The most concurrent calls.
    pub at_once: u64,
    under_way: u64,
}

impl ServiceStats {
    /// Images charged, with repetitions.
    pub fn bill(&self) -> u64 {
        self.charged.values().sum()
    }

    /// Images charged more than once.
    pub fn charged_twice(&self) -> usize {
        self.charged.values().filter(|times| **times > 1).count()
    }
}

/// The running service.
#[derive(Debug)]
pub struct Service {
    key: Option<String>,
    album: Album,
    plan: Plan,
    latency: Duration,
    per_day: Option<u64>,
    stats: Mutex<ServiceStats>,
}

impl Service {
    fn stats(&self) -> MutexGuard<'_, ServiceStats> {
        self.stats.lock()
    }
}

/// What to simulate; see [`Vision::builder`].
#[derive(Debug, Default)]
pub struct Vision {
    key: Option<String>,
    album: Album,
    plan: Plan,
    latency: Duration,
    per_day: Option<u64>,
    port: u16,
}

impl Vision {
    /// A service without faults that accepts any key and derives labels from the images' bytes.
    pub fn builder() -> Self {
        Self::default().seed(1)
    }

    /// Refuses every other key.
    pub fn key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// Knows the photos of `folder` by the labels of a table, see [`Album::open`].
    pub fn album(mut self, folder: &Path, table: &Path) -> Result<Self> {
        self.album = Album::open(folder, table)?;
        Ok(self)
    }

    /// Sets the random seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.plan.seed = seed;
        self
    }

    /// A fault of one call, by its number from 0.
    pub fn script(mut self, call: u64, fault: ServiceFault) -> Self {
        self.plan.script.insert(call, fault);
        self
    }

    /// The n-th different image (from 0, as they are posted) has an error, this many times.
    pub fn image_error(mut self, nth: u64, code: i64, times: u32) -> Self {
        self.plan.image_script.insert(nth, (code, times));
        self
    }

    /// Share of calls with a fault of these kinds.
    pub fn faults(mut self, rate: f64, kinds: &[ServiceFault]) -> Self {
        self.plan.calls = (rate, kinds.to_vec());
        self
    }

    /// Share of images with an error of these codes; code 3 is permanent, the others occur twice at most.
    pub fn image_errors(mut self, rate: f64, codes: &[i64]) -> Self {
        self.plan.images = (rate, codes.to_vec());
        self
    }

    /// Images a day, then 429; see [`Running::next_day`].
    pub fn per_day(mut self, images: u64) -> Self {
        self.per_day = Some(images);
        self
    }

    /// Wait before each answer; the images are charged before it.
    pub fn latency_ms(mut self, ms: u64) -> Self {
        self.latency = Duration::from_millis(ms);
        self
    }

    /// Port; 0, the default, picks a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts serving; ends when the result is dropped.
    pub async fn start(self) -> Result<Running> {
        let Self { key, album, plan, latency, per_day, port } = self;
        let listener = bind(Ipv4Addr::LOCALHOST, port).await?;
        let api_url = format!("http://{}/v1/images:annotate", listener.local_addr()?);
        let service = Arc::new(Service { key, album, plan, latency, per_day, stats: Mutex::default() });
        let router = Router::new()
            .route("/v1/images:annotate", axum::routing::post(annotate))
            .layer(DefaultBodyLimit::max(2 * upload::LIMITS.1))
            .with_state(Arc::clone(&service));
        Ok(Running { api_url, service, task: spawn(listener, router) })
    }
}

/// A running simulation.
#[derive(Debug)]
pub struct Running {
    /// Address of `images:annotate`.
    pub api_url: String,
    service: Arc<Service>,
    task: JoinHandle<()>,
}

impl Running {
    /// What was posted and charged so far.
    pub fn stats(&self) -> ServiceStats {
        self.service.stats().clone()
    }

    /// Resets the daily quota.
    pub fn next_day(&self) {
        self.service.stats().today = 0;
    }

    /// The labels of a posted image.
    pub fn labels(&self, posted: &[u8]) -> Vec<Label> {
        labels::of(&self.service.album, self.service.plan.seed, posted)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn annotate(
    State(service): State<Arc<Service>>,
    ConnectInfo(reset): ConnectInfo<Reset>,
    headers: HeaderMap,
    uri: Uri,
    body: Bytes,
) -> Response<Body> {
    let call = begin(&service, &uri);
    let (response, fault) = decide(&service, call, &headers, &body);
    tokio::time::sleep(service.latency).await;
    if fault == Some(ServiceFault::Wire(Fault::Reset)) {
        reset.pull();
    }
    let mut stats = service.stats();
    stats.under_way -= 1;
    fault.into_iter().for_each(|fault| *stats.faults.entry(fault.name()).or_default() += 1);
    response
}

fn begin(service: &Service, uri: &Uri) -> u64 {
    let mut stats = service.stats();
    stats.calls += 1;
    stats.queries += u64::from(uri.query().is_some());
    stats.under_way += 1;
    stats.at_once = stats.at_once.max(stats.under_way);
    stats.calls - 1
}

/// The response to a call. Images are charged here, before it is sent.
fn decide(service: &Service, call: u64, headers: &HeaderMap, body: &[u8]) -> (Response<Body>, Option<ServiceFault>) {
    let given = headers.get("x-goog-api-key").and_then(|key| key.to_str().ok()).unwrap_or_default();
    if given.is_empty() || service.key.as_ref().is_some_and(|key| key != given) {
        return (ServiceFault::BadKey.answer(Vec::new()), Some(ServiceFault::BadKey));
    }
    let uploads = match upload::read(body) {
        Ok(uploads) => uploads,
        Err(message) => return (refusal(400, "INVALID_ARGUMENT", &message, "BAD_REQUEST"), None),
    };
    note(service, &uploads, body.len());
    let today = service.stats().today;
    let spent = service.per_day.is_some_and(|per_day| today + uploads.len() as u64 > per_day);
    let fault = if spent { Some(ServiceFault::DayIsOver) } else { service.plan.call(call) };
    if fault.is_some_and(|fault| !fault.is_done()) {
        return (fault.map_or_else(|| answered(&[]), |fault| fault.answer(Vec::new())), fault);
    }
    let images: Vec<Value> = uploads.iter().map(|upload| charge(service, upload)).collect();
    match fault {
        Some(fault) => (fault.answer(images), Some(fault)),
        None => (answered(&images), None),
    }
}

fn note(service: &Service, uploads: &[Upload], bytes: usize) {
    let mut stats = service.stats();
    stats.sizes.push(uploads.len());
    stats.bytes.push(bytes);
    for upload in uploads {
        let sha256 = sha256_hex(&upload.bytes);
        if stats.uploads.iter().all(|(known, ..)| *known != sha256) {
            let pixels = upload::pixels(&upload.bytes).unwrap_or_default();
            stats.uploads.push((sha256, pixels, upload::metadata_bytes(&upload.bytes)));
        }
    }
}

/// Annotates one image and charges it, unless it has an error.
fn charge(service: &Service, upload: &Upload) -> Value {
    let sha256 = sha256_hex(&upload.bytes);
    let nth = service.stats().uploads.iter().position(|(known, ..)| *known == sha256).unwrap_or_default();
    let undecodable = labels::look(&upload.bytes).is_none().then_some(3);
    if let Some(code) = undecodable.or_else(|| service.plan.image(nth as u64, &upload.bytes)) {
        return image_error(code);
    }
    let seen = labels::of(&service.album, service.plan.seed, &upload.bytes);
    let mut stats = service.stats();
    *stats.charged.entry(sha256).or_default() += 1;
    stats.today += 1;
    labels::answer(&seen, upload.max_results)
}
