//! Repeats failed operations with increasing waits.

use std::future::Future;
use std::time::Duration;

use tracing::debug;

/// Whether a request with this response status may succeed later.
pub fn is_retryable_status(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// How often an operation is attempted, and the waits in between.
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    /// Maximum number of attempts, including the first.
    pub attempts: u32,
    /// Upper bound of the first wait, milliseconds; it doubles each time.
    pub base_ms: u64,
    /// Upper bound of all waits, milliseconds.
    pub max_ms: u64,
    /// Seed of the random waits; `None` for a seed from the system.
    pub seed: Option<u64>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts: 5, base_ms: 1_000, max_ms: 60_000, seed: None }
    }
}

/// A failed attempt.
#[derive(Debug)]
pub enum Attempt<E> {
    /// Try again, not before `after` if the server asked for a wait.
    Retry {
        /// The wait that the server asked for.
        after: Option<Duration>,
        /// The error to return after the last attempt.
        err: E,
    },
    /// Another attempt would fail too.
    Stop(E),
}

/// Random waits between 0 and a bound that doubles (full jitter), so that many clients do not retry at the same time.
#[derive(Clone, Debug)]
pub struct Backoff {
    bound_ms: u64,
    max_ms: u64,
    random: u64,
}

impl Backoff {
    /// The waits of a policy.
    pub fn new(policy: &RetryPolicy) -> Self {
        let random = policy.seed.unwrap_or_else(|| getrandom::u64().unwrap_or(0));
        Self { bound_ms: policy.base_ms.min(policy.max_ms), max_ms: policy.max_ms, random }
    }

    /// The next wait.
    pub fn next_wait(&mut self) -> Duration {
        let wait_ms = self.draw() % (self.bound_ms + 1);
        self.bound_ms = self.bound_ms.saturating_mul(2).min(self.max_ms);
        Duration::from_millis(wait_ms)
    }

    // SplitMix64.
    fn draw(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Runs `op` until it succeeds, stops or has no attempts left; returns the last error. Dropping it cancels the wait.
pub async fn with_retry<T, E, F, Fut>(policy: &RetryPolicy, mut op: F) -> Result<T, E>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, Attempt<E>>>,
{
    let mut backoff = Backoff::new(policy);
    let mut tried = 1;
    loop {
        match op().await {
            Ok(value) => return Ok(value),
            Err(Attempt::Stop(err)) => return Err(err),
            Err(Attempt::Retry { err, .. }) if tried >= policy.attempts => return Err(err),
            Err(Attempt::Retry { after, .. }) => {
                let wait = backoff.next_wait();
                let wait = after.map_or(wait, |after| after.max(wait));
                debug!(attempt = tried, of = policy.attempts, wait_ms = wait.as_millis() as u64, "trying again");
                tokio::time::sleep(wait).await;
            }
        }
        tried += 1;
    }
}
