//! A simulated S3 on loopback: one bucket in memory, path-style addresses, checked signatures, XML errors
//! and faults, at random or by script.

pub mod fault;
pub mod sign;

use std::collections::{BTreeMap, HashMap};
use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, Response, Uri, header};
use gleaner::hash::sha256_hex;
use parking_lot::{Mutex, MutexGuard};
use tokio::task::JoinHandle;

use crate::flickr::{bind, spawn};
use crate::random::SubjectRandom;
use crate::wire::{self, Reset};
use fault::ServiceFault;
use sign::{Signer, decoded, pairs};

/// Largest object, bytes.
const LARGEST: usize = 200 << 20;

/// The modification time of all objects.
const WRITTEN: &str = "Thu, 01 Jan 2026 00:00:00 GMT";

/// Counts of requests by method and result.
#[derive(Debug, Clone, Default)]
pub struct ServiceStats {
    /// Requests by method, including those with a fault; lists are `LIST`.
    pub requests: BTreeMap<String, u64>,
    /// Requests that were refused because of their key.
    pub refused: u64,
    /// Faults by name.
    pub faults: HashMap<&'static str, u64>,
}

#[derive(Debug)]
struct Service {
    bucket: String,
    signer: Signer,
    page: usize,
    seed: u64,
    faults: (f64, Vec<ServiceFault>),
    script: HashMap<u64, ServiceFault>,
    state: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    objects: BTreeMap<String, Bytes>,
    stats: ServiceStats,
    calls: u64,
}

impl Service {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.state.lock()
    }
}

/// What to simulate; see [`S3::builder`].
#[derive(Debug)]
pub struct S3 {
    bucket: String,
    signer: Signer,
    page: usize,
    seed: u64,
    faults: (f64, Vec<ServiceFault>),
    script: HashMap<u64, ServiceFault>,
    port: u16,
}

impl S3 {
    /// A service without faults that has one bucket and accepts one key.
    pub fn builder(bucket: &str, key_id: &str, secret: &str) -> Self {
        Self {
            bucket: bucket.to_owned(),
            signer: Signer { key_id: key_id.to_owned(), secret: secret.to_owned() },
            page: 1000,
            seed: 1,
            faults: (0.0, Vec::new()),
            script: HashMap::new(),
            port: 0,
        }
    }

    /// Keys of one page of a list.
    pub fn page(mut self, keys: usize) -> Self {
        self.page = keys.max(1);
        self
    }

    /// Sets the random seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Share of requests with a fault of these kinds.
    pub fn faults(mut self, rate: f64, kinds: &[ServiceFault]) -> Self {
        self.faults = (rate, kinds.to_vec());
        self
    }

    /// A fault of one request, by its number from 0.
    pub fn script(mut self, call: u64, fault: ServiceFault) -> Self {
        self.script.insert(call, fault);
        self
    }

    /// Port; 0, the default, picks a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts serving; ends when the result is dropped.
    pub async fn start(self) -> Result<Running> {
        let Self { bucket, signer, page, seed, faults, script, port } = self;
        let listener = bind(Ipv4Addr::LOCALHOST, port).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let state = Mutex::default();
        let service = Arc::new(Service { bucket, signer, page, seed, faults, script, state });
        let router = Router::new()
            .fallback(axum::routing::any(answer))
            .layer(DefaultBodyLimit::max(LARGEST))
            .with_state(Arc::clone(&service));
        Ok(Running { endpoint, service, task: spawn(listener, router) })
    }
}

/// A running simulation.
#[derive(Debug)]
pub struct Running {
    /// Its address, without the bucket.
    pub endpoint: String,
    service: Arc<Service>,
    task: JoinHandle<()>,
}

impl Running {
    /// Counts of requests so far.
    pub fn stats(&self) -> ServiceStats {
        self.service.held().stats.clone()
    }

    /// All objects, by key.
    pub fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        self.service.held().objects.iter().map(|(key, bytes)| (key.clone(), bytes.to_vec())).collect()
    }

    /// Adds an object as another program would.
    pub fn put(&self, key: &str, bytes: &[u8]) {
        self.service.held().objects.insert(key.to_owned(), Bytes::copy_from_slice(bytes));
    }

    /// Removes an object as another program would.
    pub fn remove(&self, key: &str) {
        self.service.held().objects.remove(key);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    State(service): State<Arc<Service>>,
    ConnectInfo(reset): ConnectInfo<Reset>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let (bucket, key) = place(uri.path());
    let call = note(&service, &method, &key);
    if let Err(refusal) = service.signer.check((&method, &uri), &headers, &body) {
        service.held().stats.refused += 1;
        return error(&method, 403, refusal.code(), &refusal.detail());
    }
    if bucket != service.bucket {
        return error(&method, 404, "NoSuchBucket", "");
    }
    let fault = fault(&service, call);
    fault.into_iter().for_each(|fault| *service.held().stats.faults.entry(fault.name()).or_default() += 1);
    if let Some(early) = fault.filter(|fault| !fault.is_done()) {
        return early.answer(&method);
    }
    let good = act(&service, &method, &key, (&uri, &headers, body));
    match fault {
        Some(ServiceFault::Reset) => {
            reset.pull();
            good
        }
        Some(fault) => fault.spoil(&method, good).await,
        None => good,
    }
}

fn note(service: &Service, method: &Method, key: &str) -> u64 {
    let mut held = service.held();
    let name = if key.is_empty() && method == Method::GET { "LIST" } else { method.as_str() };
    *held.stats.requests.entry(name.to_owned()).or_default() += 1;
    held.calls += 1;
    held.calls - 1
}

fn fault(service: &Service, call: u64) -> Option<ServiceFault> {
    let (rate, kinds) = &service.faults;
    let random = SubjectRandom { seed: service.seed, subject: call };
    let by_chance = || {
        (!kinds.is_empty() && random.chance("request fails", *rate)).then(|| kinds[random.below("kind", kinds.len())])
    };
    service.script.get(&call).copied().or_else(by_chance)
}

/// The bucket and the key of a path-style address.
fn place(path: &str) -> (String, String) {
    let path = decoded(path.trim_start_matches('/'));
    let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
    (bucket.to_owned(), key.to_owned())
}

fn act(
    service: &Service,
    method: &Method,
    key: &str,
    (uri, headers, body): (&Uri, &HeaderMap, Bytes),
) -> Response<Body> {
    if key.is_empty() {
        return if method == Method::GET { list(service, uri) } else { error(method, 405, "MethodNotAllowed", "") };
    }
    match method.as_str() {
        "PUT" => {
            let tag = tag(&body);
            service.held().objects.insert(key.to_owned(), body);
            wire::respond(200, &[("etag", &tag)], Body::empty())
        }
        "DELETE" => {
            service.held().objects.remove(key);
            wire::respond(204, &[], Body::empty())
        }
        "GET" | "HEAD" => match service.held().objects.get(key) {
            Some(bytes) => object(method, bytes, headers),
            None => error(method, 404, "NoSuchKey", ""),
        },
        _ => error(method, 405, "MethodNotAllowed", ""),
    }
}

fn tag(bytes: &[u8]) -> String {
    format!("\"{}\"", &sha256_hex(bytes)[..32])
}

fn object(method: &Method, bytes: &Bytes, headers: &HeaderMap) -> Response<Body> {
    let tag = tag(bytes);
    let wanted =
        headers.get(header::RANGE).and_then(|range| range.to_str().ok()?.strip_prefix("bytes=")?.split_once('-'));
    let range = wanted.and_then(|(from, to)| {
        let from: usize = from.parse().ok()?;
        let to = to.parse::<usize>().map_or(bytes.len(), |to| to + 1).min(bytes.len());
        (from < to).then_some((from, to))
    });
    let (from, to) = range.unwrap_or((0, bytes.len()));
    let (length, span) = ((to - from).to_string(), format!("bytes {from}-{}/{}", to.saturating_sub(1), bytes.len()));
    let mut head = vec![("etag", tag.as_str()), ("last-modified", WRITTEN), ("content-length", length.as_str())];
    head.extend(range.map(|_| ("content-range", span.as_str())));
    let body = if method == Method::HEAD { Body::empty() } else { Body::from(bytes.slice(from..to)) };
    wire::respond(if range.is_some() { 206 } else { 200 }, &head, body)
}

/// `ListObjectsV2`.
fn list(service: &Service, uri: &Uri) -> Response<Body> {
    let asked: HashMap<String, String> = pairs(uri.query().unwrap_or_default()).into_iter().collect();
    let text = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let prefix = text("prefix");
    // A token is the last key of the page before it.
    let after = [text("continuation-token"), text("start-after")].into_iter().max().unwrap_or_default();
    let page = text("max-keys").parse().map_or(service.page, |most: usize| most.min(service.page));
    let held = service.held();
    let mut keys: Vec<_> =
        held.objects.iter().filter(|(key, _)| key.starts_with(prefix) && key.as_str() > after).take(page + 1).collect();
    let truncated = keys.len() > page;
    keys.truncate(page);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Name>{}</Name><Prefix>{}</Prefix><KeyCount>{}</KeyCount><MaxKeys>{page}</MaxKeys><IsTruncated>{truncated}</IsTruncated>",
        service.bucket,
        escaped(prefix),
        keys.len()
    );
    if let Some((last, _)) = keys.last().filter(|_| truncated) {
        xml.push_str(&format!("<NextContinuationToken>{}</NextContinuationToken>", escaped(last)));
    }
    for (key, bytes) in keys {
        xml.push_str(&format!(
            "<Contents><Key>{}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>{}</ETag>\
             <Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
            escaped(key),
            escaped(&tag(bytes)),
            bytes.len()
        ));
    }
    xml.push_str("</ListBucketResult>");
    wire::whole(200, "application/xml", xml.into_bytes(), true)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// An error as S3 writes it. The response to HEAD has no body.
pub(crate) fn error(method: &Method, status: u16, code: &str, detail: &str) -> Response<Body> {
    if method == Method::HEAD {
        return wire::respond(status, &[("content-type", "application/xml")], Body::empty());
    }
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>It could not be done.</Message>\
         {detail}<RequestId>0</RequestId></Error>"
    );
    wire::whole(status, "application/xml", xml.into_bytes(), true)
}
