//! Limits guesses of keys and tokens: after five wrong ones within a minute, none is checked.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Wrong guesses allowed within [`WINDOW`].
const MAX_FAILURES: usize = 5;

/// How long a wrong guess counts.
const WINDOW: Duration = Duration::from_secs(60);

/// The times of the latest wrong guesses, by anyone.
#[derive(Default)]
pub struct AttemptLimiter(Mutex<VecDeque<Instant>>);

impl AttemptLimiter {
    /// Whether another guess may be checked.
    pub fn allows(&self) -> bool {
        let mut failures = self.0.lock();
        let now = Instant::now();
        failures.retain(|at| now.duration_since(*at) < WINDOW);
        failures.len() < MAX_FAILURES
    }

    /// Counts a wrong guess.
    pub fn record_failure(&self) {
        self.0.lock().push_back(Instant::now());
    }
}
