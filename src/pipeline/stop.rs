//! The stop signal of a run.

use tokio::sync::watch;

/// A flag that is set once and stays set; cheap to clone.
#[derive(Clone, Debug)]
pub struct Stop {
    raised: watch::Receiver<bool>,
    raise: std::sync::Arc<watch::Sender<bool>>,
}

impl Default for Stop {
    fn default() -> Self {
        let (sender, raised) = watch::channel(false);
        Self { raised, raise: std::sync::Arc::new(sender) }
    }
}

impl Stop {
    /// Requests all work to stop.
    pub fn raise(&self) {
        self.raise.send_replace(true);
    }

    /// Whether a stop was requested.
    pub fn is_raised(&self) -> bool {
        *self.raised.borrow()
    }

    /// Returns when a stop is requested.
    pub async fn raised(mut self) {
        // `self` keeps the sender, so waiting cannot fail.
        let _ = self.raised.wait_for(|raised| *raised).await;
    }
}
