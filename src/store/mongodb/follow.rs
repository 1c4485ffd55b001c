//! Learning of changes: by a change stream where the server has them, else by asking twice a second.
//!
//! It only rings: what changed is read by number (`ChangeFeed::changes`), so nothing depends on what a stream tells or misses.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use mongodb::bson::doc;
use mongodb::error::ErrorKind;

use super::Home;

/// Between two questions where there is no change stream.
const POLL: Duration = Duration::from_millis(500);
/// Between two tries to open a stream that broke.
const AGAIN: Duration = Duration::from_secs(1);
/// "The $changeStream stage is only supported on replica sets".
const NO_STREAMS: i32 = 40_573;

/// Rings when something changed.
#[derive(Default)]
pub struct Bell {
    rung: Mutex<bool>,
    heard: Condvar,
}

impl Bell {
    fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.heard.notify_all();
    }

    /// Waits for it, at most so long.
    pub fn wait(&self, most: Duration) {
        let until = Instant::now() + most;
        let mut rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        while !*rung {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            rung = self.heard.wait_timeout(rung, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        *rung = false;
    }
}

impl Home {
    /// Rings whenever numbers of changes were given back, until the store is dropped.
    pub(super) async fn follow(self, bell: Arc<Bell>) {
        while self.stream(&bell).await {
            tokio::time::sleep(AGAIN).await;
        }
        let mut last = None;
        loop {
            let now = self.horizon().await.ok();
            if now != last {
                bell.ring();
            }
            last = now;
            tokio::time::sleep(POLL).await;
        }
    }

    /// Rings by a stream until it breaks; whether it makes sense to open another.
    async fn stream(&self, bell: &Bell) -> bool {
        let no_streams = |err: &mongodb::error::Error| matches!(err.kind.as_ref(), ErrorKind::Command(command) if command.code == NO_STREAMS);
        let of_numbers = [doc! {"$project": {"_id": 1}}];
        let mut stream = match self.counters.watch().pipeline(of_numbers).await {
            Ok(stream) => stream.with_type::<mongodb::bson::Document>(),
            Err(err) => return !no_streams(&err),
        };
        // What changed before it was open.
        bell.ring();
        loop {
            match stream.try_next().await {
                Ok(Some(_)) => bell.ring(),
                Ok(None) => return true,
                Err(err) => return !no_streams(&err),
            }
        }
    }
}
