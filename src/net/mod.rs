//! The HTTP client for other people's servers: rate-limited and guarded. (`bucket.rs` has a client of its own.)
//!
//! It speaks https to public addresses only (and to `trusted_hosts`), checks every redirect, has one rate limiter for
//! each host, and receives bodies in bounded memory.

mod budget;
mod client;
mod error;
mod guard;
mod host;
mod memory;
mod receive;
mod redirect;
mod response;
mod retry;
mod secret;

pub use budget::{Budget, Window};
pub use client::Client;
pub(crate) use client::own_client;
pub use error::NetError;
pub use guard::{Guard, GuardedResolver, Lookup, is_public, system_lookup};
pub use host::{HostLimiter, Permit};
pub use memory::{MemoryPool, Reservation};
pub use response::{HttpResponse, is_json};
pub use retry::{Attempt, Backoff, RetryPolicy, is_retryable_status, with_retry};
pub use secret::Secret;

use std::fmt;
use std::time::Duration;

use url::Url;

/// Most bytes of all header names and values of an answer.
const MAX_HEADER_BYTES: u64 = 64 << 10;

/// How the client behaves.
#[derive(Clone, Debug)]
pub struct NetConfig {
    /// Hosts (`127.0.0.1`, `localhost`) that may be reached by http, at any port and at private addresses.
    pub trusted_hosts: Vec<String>,
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// To connect, the name's lookup included.
    pub connect_timeout: Duration,
    /// Between two pieces of a body.
    pub idle_timeout: Duration,
    /// For a whole answer, redirects included; waiting for one's turn is not counted.
    pub total_timeout: Duration,
    /// Bodies kept in memory together, in bytes; one more answer may go beyond it (see `MemoryPool`).
    pub max_bytes_in_flight: u64,
    /// The limits of a host for which nothing else is set.
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
            max_bytes_in_flight: 64 << 20,
            limits: HostLimits::default(),
        }
    }
}

/// How fast one host may be asked.
#[derive(Clone, Copy, Debug)]
pub struct HostLimits {
    /// Requests a second; `f64::INFINITY` for no limit.
    pub requests_per_second: f64,
    /// Requests at once.
    pub at_once: usize,
}

impl Default for HostLimits {
    /// For a host without limits of its own: 10 requests a second, 4 at once.
    fn default() -> Self {
        Self { requests_per_second: 10.0, at_once: 4 }
    }
}

/// One request, free of secrets until it is sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// May be printed.
    pub url: Url,
    /// Query parameters that may not be printed (an API key).
    pub secret_query: Vec<(String, Secret)>,
    /// Hosts to which a redirect may lead; a leading `.` admits subdomains. Empty: any that is admitted.
    pub hosts: Vec<String>,
    /// The largest body to receive, after inflating.
    pub max_bytes: u64,
    /// How fast its hosts may be asked, where [`Client::limit`] says nothing of them; `None` for the client's own limits.
    pub limits: Option<HostLimits>,
}

/// One POST of JSON, free of secrets until it is sent. No redirect is followed.
#[derive(Clone)]
pub struct Post {
    /// May be printed.
    pub url: Url,
    /// Headers that may not be printed (an API key).
    pub secret_headers: Vec<(&'static str, Secret)>,
    /// The body, as JSON text.
    pub json: Vec<u8>,
    /// The largest answer to receive, after inflating.
    pub max_bytes: u64,
}

impl fmt::Debug for Post {
    /// Shows no content: it may be a photo.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Post")
            .field("url", &self.url.as_str())
            .field("json_bytes", &self.json.len())
            .finish_non_exhaustive()
    }
}
