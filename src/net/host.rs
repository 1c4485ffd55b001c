//! The limits of one host: a token bucket, permits, and a common pause.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use crate::net::response::MAX_RETRY_AFTER;
use crate::net::{Backoff, HostLimits, RetryPolicy};

/// Requests that may be sent without delay after an idle time.
const BURST: f64 = 5.0;
/// The share of the configured limit that each success restores after a 429.
const RECOVERY: f64 = 0.05;
/// The minimum share of the configured limits.
const LOWEST_SHARE: f64 = 1.0 / 32.0;

/// Decides when a request to one host may be sent. A 429 halves rate and parallelism; successes restore them slowly.
#[derive(Debug)]
pub struct HostLimiter {
    state: Mutex<State>,
    // Locked by the next request, so that requests are sent in order of arrival.
    turn: tokio::sync::Mutex<()>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    limits: HostLimits,
    share: f64,
    tokens: f64,
    refilled: Instant,
    paused_until: Instant,
    last_cut: Option<Instant>,
    in_flight: usize,
    backoff: Backoff,
}

enum Start {
    Now,
    At(Instant),
    AfterAnother,
}

/// A permit for one request. It is released when it is dropped.
#[derive(Debug)]
pub struct Permit {
    limiter: Arc<HostLimiter>,
    since: Instant,
}

impl HostLimiter {
    /// A limiter with a full bucket.
    pub fn new(limits: HostLimits) -> Arc<Self> {
        let now = Instant::now();
        let state = State {
            limits,
            share: 1.0,
            tokens: BURST,
            refilled: now,
            paused_until: now,
            last_cut: None,
            in_flight: 0,
            backoff: Backoff::new(&RetryPolicy::default()),
        };
        Arc::new(Self { state: Mutex::new(state), turn: tokio::sync::Mutex::new(()), changed: Notify::new() })
    }

    /// Changes the limits, also for waiting requests.
    pub fn set(&self, limits: HostLimits) {
        self.lock().limits = limits;
        self.changed.notify_one();
    }

    /// Waits for a permit. Dropping the future leaves the queue.
    pub async fn acquire(self: &Arc<Self>) -> Permit {
        let _turn = self.turn.lock().await;
        loop {
            let next = self.lock().next_start(Instant::now());
            match next {
                Start::Now => return Permit { limiter: Arc::clone(self), since: Instant::now() },
                Start::AfterAnother => self.changed.notified().await,
                // A change may allow an earlier start.
                Start::At(when) => tokio::select! {
                    () = sleep_until(when) => {}
                    () = self.changed.notified() => sleep(Duration::from_millis(1)).await,
                },
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No critical section can panic in the middle of a change.
        self.state.lock()
    }
}

impl Permit {
    /// Adapts to a response: 429 and 503 pause all requests to the host, and 429 also reduces the rate.
    pub fn observe(&self, status: u16, retry_after: Option<Duration>) {
        let mut state = self.limiter.lock();
        match status {
            429 | 503 => state.pause(self.since, status == 429, retry_after),
            100..500 => state.recover(),
            _ => {}
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.limiter.lock().in_flight -= 1;
        self.limiter.changed.notify_one();
    }
}

impl State {
    fn rate(&self) -> f64 {
        self.limits.requests_per_second * self.share
    }

    fn at_once(&self) -> usize {
        ((self.limits.at_once as f64 * self.share).floor() as usize).max(1)
    }

    fn next_start(&mut self, now: Instant) -> Start {
        if now < self.paused_until {
            return Start::At(self.paused_until);
        }
        if self.in_flight >= self.at_once() {
            return Start::AfterAnother;
        }
        if self.rate().is_finite() {
            let rate = self.rate().max(1e-3);
            let gained = now.saturating_duration_since(self.refilled).as_secs_f64() * rate;
            self.tokens = (self.tokens + gained).min(BURST);
            self.refilled = now;
            // A token less a rounding error is enough, otherwise the wait could have zero length.
            if self.tokens < 1.0 - 1e-6 {
                let missing = Duration::from_secs_f64((1.0 - self.tokens) / rate);
                return Start::At(now + missing.max(Duration::from_millis(1)));
            }
            self.tokens -= 1.0;
        }
        self.in_flight += 1;
        Start::Now
    }

    fn pause(&mut self, since: Instant, slower: bool, retry_after: Option<Duration>) {
        let now = Instant::now();
        // The response to a request from before the last slowdown is no reason for another one.
        let news = self.last_cut.is_none_or(|cut| since > cut);
        if news {
            self.last_cut = Some(now);
            if slower {
                self.share = (self.share / 2.0).max(LOWEST_SHARE);
            }
        }
        let wait = match retry_after {
            Some(wait) => wait.min(MAX_RETRY_AFTER),
            None if news => self.backoff.next_wait(),
            None => Duration::ZERO,
        };
        self.paused_until = self.paused_until.max(now + wait);
        // No burst right after a pause.
        self.tokens = self.tokens.min(1.0);
    }

    fn recover(&mut self) {
        if self.share < 1.0 || self.last_cut.is_some() {
            self.share = (self.share + RECOVERY).min(1.0);
            self.last_cut = None;
            self.backoff = Backoff::new(&RetryPolicy::default());
        }
    }
}
