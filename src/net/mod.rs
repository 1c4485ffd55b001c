//! The only way out of the house: one polite, guarded HTTP client.
//!
//! Https to public addresses only (or what `trusted_hosts` admits), every redirect checked again,
//! one limiter a host, bodies received in bounded memory.

mod secret;

pub use secret::Secret;

use std::time::Duration;

use url::Url;

/// How the client behaves.
#[derive(Clone, Debug)]
pub struct NetConfig {
    /// Hosts (`127.0.0.1`, `localhost`) that may be reached by http and at private addresses.
    pub trusted_hosts: Vec<String>,
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// To connect.
    pub connect_timeout: Duration,
    /// Between two pieces of a body.
    pub idle_timeout: Duration,
    /// For a whole answer.
    pub total_timeout: Duration,
}

/// How fast one host may be asked.
#[derive(Clone, Copy, Debug)]
pub struct HostLimits {
    /// Requests a second; `f64::INFINITY` for no limit.
    pub requests_per_second: f64,
    /// Requests at once.
    pub at_once: usize,
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
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// Where the answer came from, after redirects.
    pub url: Url,
    /// The body, inflated.
    pub body: Vec<u8>,
}
