//! Wrong guesses: five a minute, then a pause.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Wrong guesses in [`SPAN`].
const MOST: usize = 5;

/// How long a wrong guess counts.
const SPAN: Duration = Duration::from_secs(60);

/// The last wrong guesses of whoever.
#[derive(Default)]
pub struct Tries(Mutex<VecDeque<Instant>>);

impl Tries {
    /// Whether another guess is looked at.
    pub fn may_try(&self) -> bool {
        let mut wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        wrong.retain(|at| now.duration_since(*at) < SPAN);
        wrong.len() < MOST
    }

    /// Takes note of a wrong guess.
    pub fn note(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(Instant::now());
    }
}
