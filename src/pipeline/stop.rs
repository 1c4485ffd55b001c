//! The user's wish to stop.

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
    /// Asks everything to stop.
    pub fn raise(&self) {
        self.raise.send_replace(true);
    }

    /// Whether the user asked to stop.
    pub fn is_raised(&self) -> bool {
        *self.raised.borrow()
    }

    /// Returns when the user asks to stop.
    pub async fn raised(mut self) {
        // The sender lives in self, so waiting cannot fail.
        let _ = self.raised.wait_for(|raised| *raised).await;
    }
}
