//! Counts of requests to the simulated services, and of their responses.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Response;
use parking_lot::Mutex;

use crate::faults::Fault;
use crate::wire::Reset;

/// Counts since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// Calls to the API.
    pub api_calls: u64,
    /// Calls to the image host.
    pub image_calls: u64,
    /// Of these, for originals.
    pub original_calls: u64,
    /// Calls to the address that clients must not follow a redirect to.
    pub trap_calls: u64,
    /// Answers by HTTP status, API and image host together; a reset connection counts as 0.
    pub by_status: BTreeMap<u16, u64>,
    /// Injected faults by name.
    pub by_fault: BTreeMap<&'static str, u64>,
}

/// The counters.
#[derive(Debug, Default)]
pub struct Tally(Mutex<Stats>);

impl Tally {
    /// Changes the counts.
    pub fn note(&self, change: impl FnOnce(&mut Stats)) {
        change(&mut self.0.lock());
    }

    /// Counts an answer and the fault that spoiled it, and resets the connection if that is the fault.
    pub fn answered(&self, response: &Response<Body>, fault: Option<Fault>, reset: &Reset) {
        let is_reset = fault == Some(Fault::Reset);
        if is_reset {
            reset.pull();
        }
        let status = if is_reset { 0 } else { response.status().as_u16() };
        self.note(|stats| {
            *stats.by_status.entry(status).or_default() += 1;
            fault.into_iter().for_each(|fault| *stats.by_fault.entry(fault.name()).or_default() += 1);
        });
    }

    /// The counts now.
    pub fn stats(&self) -> Stats {
        self.0.lock().clone()
    }
}
