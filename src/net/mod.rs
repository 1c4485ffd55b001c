//! The HTTP client for photo services and image hosts, with rate limits and address checks. (`bucket.rs` has its own client.)
//!
//! It connects only to public addresses by https (and to `trusted_hosts`), checks every redirect, has one rate limiter for
//! each host, and receives bodies in bounded memory.

mod budget;
mod client;
mod download;
mod error;
mod guard;
mod host;
mod memory;
mod proxy;
mod receive;
mod redirect;
mod response;
mod retry;
mod secret;
#[cfg(test)]
mod tests;

pub use budget::{Budget, Window};
pub use client::Client;
pub(crate) use client::own_client;
pub use download::{DownloadError, Downloaded};
pub use error::NetError;
pub use guard::{Guard, GuardedResolver, Lookup, is_public, system_lookup};
pub use host::{HostLimiter, Permit};
pub use memory::{MemoryPool, Reservation};
pub use proxy::Proxy;
pub use response::{HttpResponse, is_json};
pub use retry::{Attempt, Backoff, RetryPolicy, is_retryable_status, with_retry};
pub use secret::Secret;

use std::fmt;
use std::time::Duration;

use url::Url;

/// Maximum total bytes of the header names and values of a response.
const MAX_HEADER_BYTES: u64 = 64 << 10;

/// The settings of the client.
#[derive(Clone, Debug)]
pub struct NetConfig {
    /// Hosts (`127.0.0.1`, `localhost`) for which http, any port and private addresses are allowed.
    pub trusted_hosts: Vec<String>,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// Timeout for a connection, including name lookup.
    pub connect_timeout: Duration,
    /// Timeout between two parts of a body.
    pub idle_timeout: Duration,
    /// Timeout for a whole response including redirects, but not the wait for a permit.
    pub total_timeout: Duration,
    /// Memory for all bodies together, in bytes; one more response may exceed it (see `MemoryPool`). The default is the
    /// pool that clients share with the files of folders.
    pub max_bytes_in_flight: u64,
    /// The limits of hosts without their own.
    pub limits: HostLimits,
}

impl Default for NetConfig {
    fn default() -> Self {
        Self {
            trusted_hosts: Vec::new(),
            user_agent: concat!("gleaner/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_mins(5),
            max_bytes_in_flight: memory::SHARED_BYTES,
            limits: HostLimits::default(),
        }
    }
}

/// The limits of one host.
#[derive(Clone, Copy, Debug)]
pub struct HostLimits {
    /// Requests per second; `f64::INFINITY` for no limit.
    pub requests_per_second: f64,
    /// Simultaneous requests.
    pub at_once: usize,
}

impl Default for HostLimits {
    /// 10 requests per second, 4 simultaneous requests.
    fn default() -> Self {
        Self { requests_per_second: 10.0, at_once: 4 }
    }
}

/// A GET request. Secrets are added when it is sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// The address without secrets.
    pub url: Url,
    /// Secret query parameters (an API key).
    pub secret_query: Vec<(String, Secret)>,
    /// Secret headers (an API key).
    pub secret_headers: Vec<(&'static str, Secret)>,
    /// Hosts that a redirect may lead to; a leading `.` includes subdomains. If empty, all hosts that the guard allows.
    pub hosts: Vec<String>,
    /// Maximum size of the decompressed body in bytes.
    pub max_bytes: u64,
    /// Limits of its hosts, unless [`Client::limit`] sets them; `None` for the client's default limits.
    pub limits: Option<HostLimits>,
}

impl Request {
    /// A request without secrets and limits of its own, whose redirects stay at the host of the address.
    pub fn to_one_host(url: Url, max_bytes: u64) -> Self {
        let hosts = url.host_str().map(str::to_owned).into_iter().collect();
        Self { url, secret_query: Vec::new(), secret_headers: Vec::new(), hosts, max_bytes, limits: None }
    }
}

/// The media type of JSON.
pub const JSON: &str = "application/json";
/// The media type of pairs of names and values.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// A POST request. Secrets are added when it is sent. Redirects are not followed.
#[derive(Clone)]
pub struct Post {
    /// The address without secrets.
    pub url: Url,
    /// Secret headers (an API key).
    pub secret_headers: Vec<(&'static str, Secret)>,
    /// The media type of the body: [`JSON`] or [`FORM`].
    pub media_type: &'static str,
    /// The body, which no log shows.
    pub body: Vec<u8>,
    /// Maximum size of the decompressed response in bytes.
    pub max_bytes: u64,
}

impl fmt::Debug for Post {
    /// Without the content, which may be a photo or a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post")
            .field("url", &self.url.as_str())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
