//! Image files in an S3-compatible bucket.
//!
//! Calls block: requests run on the bucket's own runtime while the caller waits on a channel. Any thread may call, also
//! a thread of another runtime.

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
use crate::photo::ImageFormat;

/// The longest time during which a request is repeated; later its signature has expired.
const RETRY_TIMEOUT: Duration = Duration::from_secs(180);

/// The address of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Its name.
    pub bucket: String,
    /// The prefix of all keys, without `/` at its ends; may be empty.
    pub prefix: String,
    /// The server; `None` for Amazon S3.
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

/// The access keys of a bucket.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The access key's id.
    pub id: Secret,
    /// The secret access key.
    pub secret: Secret,
    /// The session token of temporary keys.
    pub session: Option<Secret>,
}

/// A bucket of image files.
pub struct Bucket {
    address: Address,
    prefix: Path,
    /// `None` if no keys were given.
    store: Option<AmazonS3>,
    retry_policy: RetryPolicy,
    /// Taken by drop.
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
        // Dropping a runtime inside another one must not block.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Bucket {
    /// Sends no request. Without keys, every call fails with `NoKeys`, so that commands that need no files work.
    pub fn new(
        address: Address,
        keys: Option<&Keys>,
        net: &NetConfig,
        retry_policy: RetryPolicy,
    ) -> Result<Self, FilesError> {
        let failed = |why: String| FilesError::Unanswered {
            action: "set up the connection".to_owned(),
            place: address.to_string(),
            why,
        };
        let prefix = Path::parse(&address.prefix).map_err(|err| failed(err.to_string()))?;
        let store = keys.map(|keys| connect(&address, keys, net, &retry_policy)).transpose().map_err(failed)?;
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("bucket").enable_all().build();
        let runtime = Some(runtime.map_err(|err| failed(err.to_string()))?);
        Ok(Self { address, prefix, store, retry_policy, runtime })
    }

    fn path(&self, key: &str) -> Path {
        key.split('/').fold(self.prefix.clone(), Path::join)
    }

    /// Runs a request on the bucket's runtime. Repeats it if the response was interrupted, which `object_store` does not always
    /// do.
    fn request<T, F, Fut>(&self, action: &str, request: F) -> Result<T, FilesError>
    where
        T: Send + 'static,
        F: Fn(AmazonS3) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = object_store::Result<T>> + Send + 'static,
    {
        let Some(store) = self.store.clone() else { return Err(FilesError::NoKeys(self.address.to_string())) };
        let runtime = self.runtime.as_ref().expect("it is taken only by drop");
        let (answer, answered) = mpsc::sync_channel(1);
        let retry_policy = self.retry_policy.clone();
        runtime.spawn(async move {
            let done = with_retry(&retry_policy, || {
                let response = request(store.clone());
                async {
                    response.await.map_err(|err| if is_interrupted(&err) { retry(err) } else { Attempt::Stop(err) })
                }
            });
            // The receiver is gone when the program ends.
            let _ = answer.send(done.await);
        });
        match answered.recv() {
            Ok(done) => done.map_err(|err| self.error(action, &err)),
            Err(_) => Err(self.unanswered(action, "the request failed unexpectedly".to_owned())),
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
        self.request(&format!("read {key}"), move |store| {
            let path = path.clone();
            async move {
                let bytes = async { store.get(&path).await?.bytes().await };
                if_exists(bytes.await.map(Vec::from))
            }
        })
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<(), FilesError> {
        let path = self.path(key);
        let payload = object_store::PutPayload::from(bytes.to_vec());
        self.request(&format!("write {key}"), move |store| {
            let (path, payload) = (path.clone(), payload.clone());
            async move { store.put(&path, payload).await.map(|_| ()) }
        })
    }

    fn len(&self, key: &str) -> Result<Option<u64>, FilesError> {
        let path = self.path(key);
        self.request(&format!("look for {key}"), move |store| {
            let path = path.clone();
            async move { if_exists(store.head(&path).await.map(|meta| meta.size)) }
        })
    }

    fn remove(&self, key: &str) -> Result<(), FilesError> {
        let path = self.path(key);
        self.request(&format!("remove {key}"), move |store| {
            let path = path.clone();
            async move { if_exists(store.delete(&path).await).map(|_| ()) }
        })
    }

    /// Page by page. Each page is repeated as the retry policy says, so no file is listed twice.
    fn list(&self, folder: &str, each: &mut dyn FnMut(String, u64)) -> Result<(), FilesError> {
        let below = self.path(folder);
        let cut = if self.prefix.as_ref().is_empty() { 0 } else { self.prefix.as_ref().len() + 1 };
        let mut last = None::<Path>;
        loop {
            let (below, from) = (below.clone(), last.clone());
            let page = self.request(&format!("list {folder}"), move |store| {
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
        self.request("list images", move |store| {
            let first = store.list(Some(&below));
            async move { first.try_ready_chunks(1).try_next().await.map_err(|err| err.1) }
        })
        .map(|_| ())
    }

    fn is_remote(&self) -> bool {
        true
    }
}

/// Maximum number of keys in one page of a list; S3's limit.
const PAGE: usize = 1000;

/// Error codes of S3 for refused keys, with any status.
const REFUSALS: [&str; 6] = [
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AccessDenied",
    "ExpiredToken",
    "InvalidToken",
    "RequestTimeTooSkewed",
];

fn connect(address: &Address, keys: &Keys, net: &NetConfig, retry_policy: &RetryPolicy) -> Result<AmazonS3, String> {
    let client = own_client(net).map_err(|err| err.to_string())?;
    let options = ImageFormat::ALL.iter().fold(ClientOptions::new(), |options, format| {
        options.with_content_type_for_suffix(format.extension(), format.media_type())
    });
    let backoff = BackoffConfig {
        init_backoff: Duration::from_millis(retry_policy.base_ms),
        max_backoff: Duration::from_millis(retry_policy.max_ms.min(15_000).max(retry_policy.base_ms)),
        base: 2.0,
    };
    let retries = retry_policy.attempts.saturating_sub(1) as usize;
    let mut builder = AmazonS3Builder::new()
        .with_client_options(options)
        .with_http_connector(Connector(client))
        .with_bucket_name(&address.bucket)
        .with_region(&address.region)
        .with_access_key_id(keys.id.expose())
        .with_secret_access_key(keys.secret.expose())
        .with_retry(RetryConfig { backoff, max_retries: retries, retry_timeout: RETRY_TIMEOUT })
        // Not every service with the S3 API supports bulk deletion.
        .with_disable_bulk_delete(true);
    if let Some(session) = &keys.session {
        builder = builder.with_token(session.expose());
    }
    if let Some(endpoint) = &address.endpoint {
        // The settings have already checked whether HTTP is allowed.
        builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/')).with_allow_http(true);
    }
    builder.build().map_err(|err| reason(&err))
}

/// Gives `object_store` our own client, with our certificates and timeouts.
#[derive(Debug)]
struct Connector(reqwest::Client);

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.0.clone()))
    }
}

/// `None` if the object does not exist.
fn if_exists<T>(answer: object_store::Result<T>) -> object_store::Result<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(err) => Err(err),
    }
}

fn retry(err: Error) -> Attempt<Error> {
    Attempt::Retry { after: None, err }
}

/// Whether a response was interrupted or invalid. `object_store` has already repeated requests with an error status or a
/// failed connection.
fn is_interrupted(err: &Error) -> bool {
    let Error::Generic { source, .. } = err else { return false };
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(source.as_ref());
    let mut message = String::new();
    while let Some(err) = cause {
        if let Some(http) = err.downcast_ref::<HttpError>() {
            return !matches!(http.kind(), HttpErrorKind::Connect | HttpErrorKind::Timeout);
        }
        message = err.to_string();
        cause = err.source();
    }
    !message.contains("status code")
}

/// The innermost cause in a few words: a status, S3's error code, or the system's error. The bodies of errors contain the
/// access key's id and are left out.
fn reason(err: &Error) -> String {
    let mut cause: &dyn std::error::Error = err;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let message = cause.to_string();
    let code = message.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    let short = message.split('<').next().unwrap_or_default();
    let short = short.strip_prefix("Server returned non-2xx status code: ").unwrap_or(short);
    let short = short.trim_end_matches([':', ' ', '\n']);
    match code.filter(|code| code.len() < 60) {
        Some(code) => format!("{short}, {code}"),
        None => short.to_owned(),
    }
}
