//! One call to the service, with patience: repeated only while nothing was done, or nothing can have been.

use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::sleep;

use super::answer::{self, BatchResponse};
use super::refusal::{self, Refusal};
use super::request;
use crate::config;
use crate::net::{Backoff, Client, HostLimits, NetError, Post, RetryPolicy, Secret};

/// The largest answer: 16 images with 100 labels each take about 200 KB.
const MAX_ANSWER_BYTES: u64 = 8 << 20;

/// A quota of a minute wants more patience than a lost packet.
const SLOWER: u64 = 4;

/// Asks Google Vision, or what plays it.
#[derive(Clone, Debug)]
pub struct Service {
    client: Client,
    key: Secret,
    settings: config::Vision,
    patience: RetryPolicy,
}

/// What came of one call.
#[derive(Clone, Debug, PartialEq)]
pub enum CallOutcome {
    /// The service looked; what is missing among the answers is in doubt.
    Answered(BatchResponse),
    /// Nothing was done, and it will not be for now: why.
    NotProcessed(String),
    /// It was given up before anything was sent.
    Cancelled,
    /// Nobody knows whether it was done: why. To repeat it may cost twice.
    Uncertain(String),
}

/// Why there is no use in asking on. No message holds the key.
#[derive(Debug, thiserror::Error)]
pub enum VisionError {
    /// The service refuses our key.
    #[error("Google Vision refuses the key: {0}")]
    Credentials(String),
    /// It cannot be asked so, or not there.
    #[error("Google Vision cannot be asked so: {0}")]
    Query(String),
    /// Not the service's doing (the store, the disk).
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

/// Something that comes true when nobody waits any more; asked for anew by each who waits.
pub type Cancellation<'a> = &'a (dyn Fn() -> BoxFuture<'static, ()> + Send + Sync);

enum Attempt {
    End(CallOutcome),
    Again { after: Option<Duration>, why: String },
}

impl Service {
    /// Asks through `client`, within the settings' limits; `patience` as for other hosts.
    pub fn new(client: Client, settings: &config::Vision, key: Secret, patience: RetryPolicy) -> Self {
        let limits =
            HostLimits { requests_per_second: settings.calls_per_minute / 60.0, at_once: settings.calls_at_once };
        let host = settings.api_url.host_str().unwrap_or_default();
        let port = settings.api_url.port().map(|port| format!(":{port}")).unwrap_or_default();
        client.limit(&format!("{host}{port}"), limits);
        let patience = RetryPolicy { base_ms: patience.base_ms.saturating_mul(SLOWER), ..patience };
        Self { client, key, settings: settings.clone(), patience }
    }

    /// How it is asked.
    pub fn settings(&self) -> &config::Vision {
        &self.settings
    }

    /// How patiently.
    pub fn patience(&self) -> &RetryPolicy {
        &self.patience
    }

    /// Asks for the labels of up to 16 JPEGs, see [`request::split_into_calls`].
    pub async fn call(&self, images: &[&[u8]], cancelled: Cancellation<'_>) -> Result<CallOutcome, VisionError> {
        let post = Post {
            url: self.settings.api_url.clone(),
            secret_headers: vec![("x-goog-api-key", self.key.clone())],
            json: request::body(images, self.settings.max_results),
            max_bytes: MAX_ANSWER_BYTES,
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
            Err(err) if err.may_be_done() => return Ok(Attempt::End(CallOutcome::Uncertain(err.to_string()))),
            Err(err) => return Ok(Attempt::Again { after: None, why: err.to_string() }),
        };
        if answer.is_success() {
            return Ok(Attempt::End(CallOutcome::Answered(answer::read(&answer.body, asked))));
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
