//! Notification of changes: by a change stream where the server has them, otherwise by polling twice a second.
//!
//! This only wakes the follower. Changes are always read by number (`ChangeFeed::changes`), so a lost notification costs
//! time, not data.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use mongodb::bson::doc;
use mongodb::error::ErrorKind;
use parking_lot::{Condvar, Mutex};
use tracing::debug;

use super::Collections;
use super::retry::store_error;

/// Time between two polls where there is no change stream.
const POLL: Duration = Duration::from_millis(500);
/// Time before a broken stream is opened again.
const REOPEN: Duration = Duration::from_secs(1);
/// "The $changeStream stage is only supported on replica sets".
const NO_STREAMS: i32 = 40_573;

/// Wakes a follower when something may have changed.
#[derive(Default)]
pub struct ChangeSignal {
    changed: Mutex<bool>,
    condition: Condvar,
}

impl ChangeSignal {
    fn notify(&self) {
        *self.changed.lock() = true;
        self.condition.notify_all();
    }

    /// Waits for a notification, at most `timeout`.
    pub fn wait(&self, timeout: Duration) {
        let until = Instant::now() + timeout;
        let mut changed = self.changed.lock();
        while !*changed {
            if self.condition.wait_until(&mut changed, until).timed_out() {
                return;
            }
        }
        *changed = false;
    }
}

impl Collections {
    /// Notifies after every change of the counter, until the store is dropped.
    pub(super) async fn follow(self, signal: Arc<ChangeSignal>) {
        while self.stream(&signal).await {
            tokio::time::sleep(REOPEN).await;
        }
        let mut last = None;
        loop {
            let now = self.last_visible_seq().await;
            let now = now.inspect_err(|err| debug!(error = %err, "changes cannot be read")).ok();
            if now != last {
                signal.notify();
            }
            last = now;
            tokio::time::sleep(POLL).await;
        }
    }

    /// Notifies by a change stream until it breaks. Returns whether another stream should be opened.
    async fn stream(&self, signal: &ChangeSignal) -> bool {
        let supports_streams = |err: &mongodb::error::Error| !matches!(err.kind.as_ref(), ErrorKind::Command(command) if command.code == NO_STREAMS);
        let only_ids = [doc! {"$project": {"_id": 1}}];
        let mut stream = match self.counters.watch().pipeline(only_ids).await {
            Ok(stream) => stream.with_type::<mongodb::bson::Document>(),
            Err(err) => {
                debug!(error = %store_error(&err), "no change stream could be opened");
                return supports_streams(&err);
            }
        };
        // For changes from before the stream was open.
        signal.notify();
        loop {
            match stream.try_next().await {
                Ok(Some(_)) => signal.notify(),
                Ok(None) => return true,
                Err(err) => return supports_streams(&err),
            }
        }
    }
}
