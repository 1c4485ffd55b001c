//! Calls the service. A call is retried only if the images cannot have been processed.

use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::sleep;

use super::refusal::{self, Refusal};
use super::request;
use super::response::{self, BatchResponse};
use crate::config;
use crate::net::{Backoff, Client, HostLimits, JSON, NetError, Post, RetryPolicy, Secret};

/// Largest response; 16 images with 100 labels each take about 200 KB.
const MAX_RESPONSE_BYTES: u64 = 8 << 20;

/// A per-minute quota needs longer waits than a network error.
const SLOWER: u64 = 4;

/// A client of Google Vision or of a simulated service.
#[derive(Clone, Debug)]
pub struct Service {
    client: Client,
    key: Secret,
    settings: config::Vision,
    patience: RetryPolicy,
}

/// The outcome of one call.
#[derive(Clone, Debug, PartialEq)]
pub enum CallOutcome {
    /// The service responded; images missing from the response may have been processed.
    Answered(BatchResponse),
    /// Nothing was processed and retrying does not help for now; with the reason.
    NotProcessed(String),
    /// Cancelled before anything was sent.
    Cancelled,
    /// It is unknown whether the images were processed, with the reason. Repeating the call may cost twice.
    Uncertain(String),
}

/// Why further calls are pointless. The key never appears in the message.
#[derive(Debug, thiserror::Error)]
pub enum VisionError {
    /// The service refuses our key.
    #[error("Google Vision refused the key: {0}")]
    Credentials(String),
    /// The request is invalid, or the address is wrong.
    #[error("Google Vision cannot process the request: {0}")]
    Query(String),
    /// A local error (the store, the disk).
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

/// Makes a future that completes when the call should be cancelled; called for each wait.
pub type Cancellation<'a> = &'a (dyn Fn() -> BoxFuture<'static, ()> + Send + Sync);

enum Attempt {
    End(CallOutcome),
    Again { after: Option<Duration>, why: String },
}

impl Service {
    /// A service that calls through `client` within the settings' limits and retries like `patience`.
    pub fn new(client: Client, settings: &config::Vision, key: Secret, patience: RetryPolicy) -> Self {
        let limits =
            HostLimits { requests_per_second: settings.calls_per_minute / 60.0, at_once: settings.calls_at_once };
        let host = settings.api_url.host_str().unwrap_or_default();
        let port = settings.api_url.port().map(|port| format!(":{port}")).unwrap_or_default();
        client.limit(&format!("{host}{port}"), limits);
        let patience = RetryPolicy { base_ms: patience.base_ms.saturating_mul(SLOWER), ..patience };
        Self { client, key, settings: settings.clone(), patience }
    }

    /// The settings.
    pub fn settings(&self) -> &config::Vision {
        &self.settings
    }

    /// The retry policy.
    pub fn patience(&self) -> &RetryPolicy {
        &self.patience
    }

    /// Requests labels of up to 16 JPEGs, see [`request::split_into_calls`].
    pub async fn call(&self, images: &[&[u8]], cancelled: Cancellation<'_>) -> Result<CallOutcome, VisionError> {
        let post = Post {
            url: self.settings.api_url.clone(),
            secret_headers: vec![("x-goog-api-key", self.key.clone())],
            media_type: JSON,
            body: request::body(images, self.settings.max_results),
            max_bytes: MAX_RESPONSE_BYTES,
        };
        let mut backoff = Backoff::new(&self.patience);
        let mut tried = 1;
        loop {
            let (after, why) = match self.attempt(&post, images.len(), cancelled).await? {
                Attempt::End(called) => return Ok(called),
                Attempt::Again { after, why } => (after, why),
            };
            if tried >= self.patience.attempts {
                return Ok(CallOutcome::NotProcessed(why));
            }
            tried += 1;
            let wait = backoff.next_wait();
            tokio::select! {
                () = sleep(after.map_or(wait, |after| after.max(wait))) => {}
                () = cancelled() => return Ok(CallOutcome::Cancelled),
            }
        }
    }

    async fn attempt(&self, post: &Post, asked: usize, cancelled: Cancellation<'_>) -> Result<Attempt, VisionError> {
        let answer = match self.client.post(post, cancelled()).await {
            Ok(Some(answer)) => answer,
            Ok(None) => return Ok(Attempt::End(CallOutcome::Cancelled)),
            Err(err @ (NetError::Refused { .. } | NetError::Tls { .. } | NetError::Setup { .. })) => {
                return Err(VisionError::Query(err.to_string()));
            }
            Err(err) if err.may_be_processed() => return Ok(Attempt::End(CallOutcome::Uncertain(err.to_string()))),
            Err(err) => return Ok(Attempt::Again { after: None, why: err.to_string() }),
        };
        if answer.is_success() {
            return Ok(Attempt::End(CallOutcome::Answered(response::read(&answer.body, asked))));
        }
        Ok(match refusal::read(answer.status, &answer.body, &self.key) {
            Refusal::Busy(why) => Attempt::Again { after: answer.retry_after(), why },
            Refusal::Quota(why) => Attempt::End(CallOutcome::NotProcessed(why)),
            Refusal::Uncertain(why) => Attempt::End(CallOutcome::Uncertain(why)),
            Refusal::Credentials(why) => return Err(VisionError::Credentials(why)),
            Refusal::Wrong(why) => return Err(VisionError::Query(why)),
        })
    }
}
