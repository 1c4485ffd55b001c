//! Image files in an S3-compatible bucket.
//!
//! Callers block: requests run on a small runtime of the bucket's own, and whoever asked waits on a channel, so that
//! any thread may ask, one of another runtime too.

use std::fmt;
use std::sync::mpsc;
use std::time::Duration;

use futures::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{HttpClient, HttpConnector, HttpError, HttpErrorKind};
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, Error, ObjectStore, ObjectStoreExt, RetryConfig};
use tokio::runtime::{Builder, Runtime};
use url::Url;

use crate::files::{BlobStore, FilesError};
use crate::net::{Attempt, NetConfig, RetryPolicy, Secret, own_client, with_retry};

/// A request is not repeated longer than this: its signature grows old.
const REPEATED_FOR: Duration = Duration::from_secs(180);

/// Which bucket, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Its name.
    pub bucket: String,
    /// What all keys begin with, without `/` at its ends; empty for nothing.
    pub prefix: String,
    /// Where it is served; none for Amazon's own.
    pub endpoint: Option<Url>,
    /// Its region.
    pub region: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}", self.bucket)?;
        if !self.prefix.is_empty() {
            write!(f, "/{}", self.prefix)?;
        }
        let Some((endpoint, host)) = self.endpoint.as_ref().and_then(|url| Some((url, url.host_str()?))) else {
            return Ok(());
        };
        write!(f, " at {host}")?;
        endpoint.port().map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// What lets us in.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The access key's id.
    pub id: Secret,
    /// The secret access key.
    pub secret: Secret,
    /// The token of keys that are lent for a while.
    pub session: Option<Secret>,
}

/// A bucket of image files.
pub struct Bucket {
    address: Address,
    prefix: Path,
    /// `None` where no keys were given.
    store: Option<AmazonS3>,
    patience: RetryPolicy,
    /// Taken when the bucket is dropped.
    runtime: Option<Runtime>,
}

impl fmt::Debug for Bucket {
    /// Shows no keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bucket({})", self.address)
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        // Waiting would be forbidden inside another runtime, and nobody waits for an answer any more.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Bucket {
    /// Asks nobody yet. Without keys every call says that there are none: what needs no files works all the same.
    pub fn new(
        address: Address,
        keys: Option<&Keys>,
        net: &NetConfig,
        patience: RetryPolicy,
    ) -> Result<Self, FilesError> {
        let failed = |why: String| FilesError::Unanswered {
            action: "set up the connection".to_owned(),
            place: address.to_string(),
            why,
        };
        let prefix = Path::parse(&address.prefix).map_err(|err| failed(err.to_string()))?;
        let store = keys.map(|keys| connect(&address, keys, net, &patience)).transpose().map_err(failed)?;
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("bucket").enable_all().build();
        let runtime = Some(runtime.map_err(|err| failed(err.to_string()))?);
        Ok(Self { address, prefix, store, patience, runtime })
    }

    fn path(&self, key: &str) -> Path {
        key.split('/').fold(self.prefix.clone(), Path::join)
    }

    /// Runs a request on the bucket's runtime; repeats it where an answer broke off, which the layer below does not
    /// always do.
    fn ask<T, F, Fut>(&self, action: &str, request: F) -> Result<T, FilesError>
    where
        T: Send + 'static,
        F: Fn(AmazonS3) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = object_store::Result<T>> + Send + 'static,
    {
        let Some(store) = self.store.clone() else { return Err(FilesError::NoKeys(self.address.to_string())) };
        let runtime = self.runtime.as_ref().expect("it is taken only by drop");
        let (answer, answered) = mpsc::sync_channel(1);
        let patience = self.patience.clone();
        runtime.spawn(async move {
            let done = with_retry(&patience, || {
                let asked = request(store.clone());
                async { asked.await.map_err(|err| if broke_off(&err) { again(err) } else { Attempt::Stop(err) }) }
            });
            // Nobody waits any more where the program ends.
            let _ = answer.send(done.await);
        });
        match answered.recv() {
            Ok(done) => done.map_err(|err| self.error(action, &err)),
            Err(_) => Err(self.unanswered(action, "the request broke down".to_owned())),
        }
    }

    fn error(&self, action: &str, err: &Error) -> FilesError {
        let (why, place) = (reason(err), self.address.to_string());
        let refused = matches!(err, Error::PermissionDenied { .. } | Error::Unauthenticated { .. });
        if refused || REFUSALS.iter().any(|code| why.contains(code)) {
            return FilesError::Refused { place, why };
        }
        if matches!(err, Error::NotFound { .. }) || why.contains("NoSuchBucket") {
            return FilesError::NoBucket(place);
        }
        self.unanswered(action, why)
    }

    fn unanswered(&self, action: &str, why: String) -> FilesError {
        FilesError::Unanswered { action: action.to_owned(), place: self.address.to_string(), why }
    }
}

impl BlobStore for Bucket {
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, FilesError> {
        let path = self.path(key);
        self.ask(&format!("read {key}"), move |store| {
            let path = path.clone();
            async move {
                let bytes = async { store.get(&path).await?.bytes().await };
                absent(bytes.await.map(Vec::from))
            }
        })
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<(), FilesError> {
        let path = self.path(key);
        let payload = object_store::PutPayload::from(bytes.to_vec());
        self.ask(&format!("write {key}"), move |store| {
            let (path, payload) = (path.clone(), payload.clone());
            async move { store.put(&path, payload).await.map(|_| ()) }
        })
    }

    fn len(&self, key: &str) -> Result<Option<u64>, FilesError> {
        let path = self.path(key);
        self.ask(&format!("look for {key}"), move |store| {
            let path = path.clone();
            async move { absent(store.head(&path).await.map(|meta| meta.size)) }
        })
    }

    fn remove(&self, key: &str) -> Result<(), FilesError> {
        let path = self.path(key);
        self.ask(&format!("remove {key}"), move |store| {
            let path = path.clone();
            async move { absent(store.delete(&path).await).map(|_| ()) }
        })
    }

    /// Page by page; a page that could not be had ends it only after the usual patience, and nothing is told twice.
    fn list(&self, folder: &str, each: &mut dyn FnMut(String, u64)) -> Result<(), FilesError> {
        let below = self.path(folder);
        let cut = if self.prefix.as_ref().is_empty() { 0 } else { self.prefix.as_ref().len() + 1 };
        let mut last = None::<Path>;
        loop {
            let (below, from) = (below.clone(), last.clone());
            let page = self.ask(&format!("list {folder}"), move |store| {
                let listed = match &from {
                    Some(from) => store.list_with_offset(Some(&below), from),
                    None => store.list(Some(&below)),
                };
                async move { listed.try_ready_chunks(PAGE).try_next().await.map_err(|err| err.1) }
            })?;
            let Some(page) = page else { return Ok(()) };
            last = page.last().map(|meta| meta.location.clone());
            for meta in page {
                each(meta.location.as_ref()[cut..].to_owned(), meta.size);
            }
        }
    }

    fn check(&self) -> Result<(), FilesError> {
        let below = self.path("images");
        self.ask("list images", move |store| {
            let first = store.list(Some(&below));
            async move { first.try_ready_chunks(1).try_next().await.map_err(|err| err.1) }
        })
        .map(|_| ())
    }

    fn is_remote(&self) -> bool {
        true
    }
}

/// Keys of one page of a list, at most; S3 gives no more.
const PAGE: usize = 1000;

/// Codes of S3 for keys that are not good, whatever the status.
const REFUSALS: [&str; 6] = [
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AccessDenied",
    "ExpiredToken",
    "InvalidToken",
    "RequestTimeTooSkewed",
];

fn connect(address: &Address, keys: &Keys, net: &NetConfig, patience: &RetryPolicy) -> Result<AmazonS3, String> {
    let client = own_client(net).map_err(|err| err.to_string())?;
    let options = ClientOptions::new()
        .with_content_type_for_suffix("jpg", "image/jpeg")
        .with_content_type_for_suffix("png", "image/png")
        .with_content_type_for_suffix("webp", "image/webp")
        .with_content_type_for_suffix("gif", "image/gif");
    let backoff = BackoffConfig {
        init_backoff: Duration::from_millis(patience.base_ms),
        max_backoff: Duration::from_millis(patience.max_ms.min(15_000).max(patience.base_ms)),
        base: 2.0,
    };
    let retries = patience.attempts.saturating_sub(1) as usize;
    let mut builder = AmazonS3Builder::new()
        .with_client_options(options)
        .with_http_connector(Connector(client))
        .with_bucket_name(&address.bucket)
        .with_region(&address.region)
        .with_access_key_id(keys.id.expose())
        .with_secret_access_key(keys.secret.expose())
        .with_retry(RetryConfig { backoff, max_retries: retries, retry_timeout: REPEATED_FOR })
        // Not every service that speaks S3 takes many deletions in one request.
        .with_disable_bulk_delete(true);
    if let Some(session) = &keys.session {
        builder = builder.with_token(session.expose());
    }
    if let Some(endpoint) = &address.endpoint {
        // Whether http may be spoken is the settings' affair.
        builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/')).with_allow_http(true);
    }
    builder.build().map_err(|err| reason(&err))
}

/// Hands out our own client, with our way of finding certificates and our timeouts.
#[derive(Debug)]
struct Connector(reqwest::Client);

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

fn absent<T>(answer: object_store::Result<T>) -> object_store::Result<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(err) => Err(err),
    }
}

fn again(err: Error) -> Attempt<Error> {
    Attempt::Retry { after: None, err }
}

/// Whether an answer broke off or is none. What has a status was repeated as far as that is of use, and so was looking
/// for a server that is not there.
fn broke_off(err: &Error) -> bool {
    let Error::Generic { source, .. } = err else { return false };
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(source.as_ref());
    let mut said = String::new();
    while let Some(err) = cause {
        if let Some(http) = err.downcast_ref::<HttpError>() {
            return !matches!(http.kind(), HttpErrorKind::Connect | HttpErrorKind::Timeout);
        }
        said = err.to_string();
        cause = err.source();
    }
    !said.contains("status code")
}

/// The innermost cause in a few words: a status, S3's code for it, or what the system says. Bodies of refusals repeat
/// the access key's id and are left out.
fn reason(err: &Error) -> String {
    let mut cause: &dyn std::error::Error = err;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let said = cause.to_string();
    let code = said.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    let short = said.split('<').next().unwrap_or_default();
    let short = short.strip_prefix("Server returned non-2xx status code: ").unwrap_or(short);
    let short = short.trim_end_matches([':', ' ', '\n']);
    match code.filter(|code| code.len() < 60) {
        Some(code) => format!("{short}, {code}"),
        None => short.to_owned(),
    }
}
