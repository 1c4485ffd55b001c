//! Sends one request: check, wait for a permit, send, follow redirects, receive the body.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, redirect::Policy};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::{debug, trace};
use url::Url;

use super::MAX_HEADER_BYTES;
use crate::net::error::place;
use crate::net::guard::{Guard, GuardedResolver, Lookup, plain, system_lookup};
use crate::net::memory;
use crate::net::receive::{check_headers, receive};
use crate::net::redirect::next_url;
use crate::net::response::parse_retry_after;
use crate::net::{
    HostLimiter, HostLimits, HttpResponse, MemoryPool, NetConfig, NetError, Permit, Post, Request, Secret,
};

/// Maximum number of redirects for one request.
const MAX_HOPS: usize = 5;

/// Sends requests to hosts that the guard allows, within their limits. Cheap to clone; clones share limits and memory.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    http: reqwest::Client,
    guard: Guard,
    hosts: Mutex<Hosts>,
    memory: Arc<MemoryPool>,
    total_timeout: Duration,
    limits: HostLimits,
    closed: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Hosts {
    limits: HashMap<String, HostLimits>,
    limiters: HashMap<String, Arc<HostLimiter>>,
}

impl Client {
    #[allow(clippy::needless_pass_by_value, reason = "the caller does not need the settings any more")]
    /// A new client. Fails if TLS cannot be set up.
    pub fn new(config: NetConfig) -> Result<Self, NetError> {
        Self::with_lookup(&config, &system_lookup())
    }

    /// A client with another name lookup. The addresses that it returns are checked too.
    pub fn with_lookup(config: &NetConfig, lookup: &Lookup) -> Result<Self, NetError> {
        let guard = Guard::new(&config.trusted_hosts);
        let http = build(config, |builder| {
            builder.dns_resolver(Arc::new(GuardedResolver::new(guard.clone(), Arc::clone(lookup))))
        })?;
        Ok(Self(Arc::new(Inner {
            http,
            guard,
            hosts: Mutex::default(),
            memory: match config.max_bytes_in_flight {
                memory::SHARED_BYTES => MemoryPool::shared(),
                own => Arc::new(MemoryPool::new(own)),
            },
            total_timeout: config.total_timeout,
            limits: config.limits,
            closed: watch::Sender::new(false),
        })))
    }

    /// Sets the limits of a host, given as `host`, or as `host:port` for one port.
    pub fn limit(&self, host: &str, limits: HostLimits) {
        let host = plain(host);
        let mut hosts = self.0.hosts.lock();
        for (key, limiter) in &hosts.limiters {
            let is_port_of = || key.strip_prefix(&host).is_some_and(|rest| rest.starts_with(':'));
            if *key == host || (is_port_of() && !hosts.limits.contains_key(key)) {
                limiter.set(limits);
            }
        }
        hosts.limits.insert(host, limits);
    }

    /// Ends all current and future requests with `Cancelled`.
    pub fn close(&self) {
        self.0.closed.send_replace(true);
    }

    /// Sends a request and returns the complete response, whatever its status. Dropping the future cancels it.
    pub async fn get(&self, request: &Request) -> Result<HttpResponse, NetError> {
        let mut closed = self.0.closed.subscribe();
        let closing = async move {
            let _ = closed.wait_for(|closed| *closed).await;
        };
        let answering = async {
            // The permit counts the request until the body is here.
            let (response, url, _permit) = self.answered(request, self.0.total_timeout).await?;
            receive(response, url, request.max_bytes, &self.0.memory).await
        };
        tokio::select! {
            biased;
            () = closing => Err(NetError::Cancelled),
            answer = answering => answer,
        }
    }

    /// Sends a request once and returns the complete response, whatever its status. Redirects are not followed.
    /// `None` if `given_up` completed while the request waited for a permit: nothing was sent. Once sent, only dropping the
    /// future or closing the client ends it; it is then unknown whether it was processed (see [`NetError::may_be_processed`]).
    pub async fn post(
        &self,
        post: &Post,
        given_up: impl Future<Output = ()>,
    ) -> Result<Option<HttpResponse>, NetError> {
        let mut closed = self.0.closed.subscribe();
        let closing = async move {
            let _ = closed.wait_for(|closed| *closed).await;
        };
        self.0.guard.check(&post.url).map_err(|why| NetError::refused(&post.url, why))?;
        let sending = async {
            let limiter = self.limiter(&post.url, None);
            let permit = tokio::select! {
                biased;
                () = given_up => return Ok(None),
                permit = limiter.acquire() => permit,
            };
            let started = Instant::now();
            let response = self.send_post(post).await;
            log_sent("POST", &post.url, &response, started);
            let response = response?;
            observe(&permit, &response);
            check_headers(response.headers(), &post.url)?;
            receive(response, post.url.clone(), post.max_bytes, &self.0.memory).await.map(Some)
        };
        tokio::select! {
            biased;
            () = closing => Err(NetError::Cancelled),
            answer = sending => answer,
        }
    }

    async fn send_post(&self, post: &Post) -> Result<Response, NetError> {
        let mut request = self.0.http.post(post.url.clone()).timeout(self.0.total_timeout);
        request = request.header(CONTENT_TYPE, post.media_type).body(post.body.clone());
        request = with_headers(request, &post.secret_headers, &post.url)?;
        request.send().await.map_err(|error| NetError::from_reqwest(error, &post.url, false))
    }

    /// Sends a request, follows redirects, and returns the response before its body, which has to be here within `left`.
    pub(super) async fn answered(
        &self,
        request: &Request,
        mut left: Duration,
    ) -> Result<(Response, Url, Permit), NetError> {
        let mut url = request.url.clone();
        let mut with_secrets = true;
        for _ in 0..=MAX_HOPS {
            self.0.guard.check(&url).map_err(|why| NetError::refused(&url, why))?;
            let queued = Instant::now();
            let permit = self.limiter(&url, request.limits).acquire().await;
            let started = Instant::now();
            trace!(host = url.host_str(), waited_ms = millis(started - queued), "request may be sent");
            let response = self.send(&url, request, with_secrets, left).await;
            log_sent("GET", &url, &response, started);
            let response = response?;
            observe(&permit, &response);
            check_headers(response.headers(), &url)?;
            let Some(location) = location(&response) else {
                return Ok((response, url, permit));
            };
            let next = next_url(&self.0.guard, request, &url, &location)?;
            // The first host does not get the secret again if another host redirects back to it.
            with_secrets &= next.origin() == url.origin();
            left = left.saturating_sub(started.elapsed());
            url = next;
        }
        Err(NetError::TooManyRedirects { place: place(&url) })
    }

    async fn send(
        &self,
        url: &Url,
        request: &Request,
        with_secrets: bool,
        left: Duration,
    ) -> Result<Response, NetError> {
        let mut full = url.clone();
        if with_secrets && !request.secret_query.is_empty() {
            let secrets = request.secret_query.iter().map(|(name, secret)| (name, secret.expose()));
            full.query_pairs_mut().extend_pairs(secrets);
        }
        let mut sent = self.0.http.get(full).timeout(left);
        if with_secrets {
            sent = with_headers(sent, &request.secret_headers, url)?;
        }
        sent.send().await.map_err(|error| NetError::from_reqwest(error, url, false))
    }

    fn limiter(&self, url: &Url, of_request: Option<HostLimits>) -> Arc<HostLimiter> {
        let host = plain(url.host_str().unwrap_or_default());
        let key = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        let mut hosts = self.0.hosts.lock();
        let limits = hosts.limits.get(&key).or_else(|| hosts.limits.get(&host)).copied().or(of_request);
        let limiter = hosts.limiters.entry(key);
        Arc::clone(limiter.or_insert_with(|| HostLimiter::new(limits.unwrap_or(self.0.limits))))
    }
}

/// The request with secret headers, which no log shows.
fn with_headers(
    mut request: RequestBuilder,
    headers: &[(&'static str, Secret)],
    url: &Url,
) -> Result<RequestBuilder, NetError> {
    for (name, secret) in headers {
        let value = HeaderValue::from_str(secret.expose());
        let mut value = value.map_err(|_| NetError::refused(url, "the key is not a valid header value"))?;
        value.set_sensitive(true);
        request = request.header(*name, value);
    }
    Ok(request)
}

/// A client for a server in the user's settings: the same TLS and timeouts, but no guard and no decompression.
pub(crate) fn own_client(config: &NetConfig) -> Result<reqwest::Client, NetError> {
    build(config, reqwest::ClientBuilder::no_gzip)
}

fn build(
    config: &NetConfig,
    finish: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
) -> Result<reqwest::Client, NetError> {
    // An already installed provider is used.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A machine without CA certificates can still use trusted hosts by http.
    finish(builder(config))
        .build()
        .or_else(|_| finish(builder(config).tls_certs_only([])).build())
        .map_err(|error| NetError::Setup { why: error.without_url().to_string() })
}

fn builder(config: &NetConfig) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .user_agent(&config.user_agent)
        .connect_timeout(config.connect_timeout)
        .read_timeout(config.idle_timeout)
        .http2_max_header_list_size(MAX_HEADER_BYTES as u32)
}

/// Logs a request and its status. The address is logged without user, query and fragment.
fn log_sent(method: &str, url: &Url, sent: &Result<Response, NetError>, started: Instant) {
    let (host, path, ms) = (url.host_str(), url.path(), millis(started.elapsed()));
    match sent {
        Ok(response) => debug!(method, host, path, status = response.status().as_u16(), ms, "request sent"),
        Err(err) => debug!(method, host, path, ms, error = %err, "request failed"),
    }
}

fn millis(duration: Duration) -> u64 {
    duration.as_millis() as u64
}

fn observe(permit: &Permit, response: &Response) {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
    let after = header(RETRY_AFTER).and_then(|value| parse_retry_after(value, header(DATE), Timestamp::now()));
    permit.observe(response.status().as_u16(), after);
}

fn location(response: &Response) -> Option<String> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    response.headers().get(LOCATION).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests;
