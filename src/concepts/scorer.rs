//! The scorers that come with the program.

use crate::photo::vocabulary::vocabulary;

vocabulary! {
    /// The scorers, the best first. Where a concept names no main scorer, the first that has a score is the main one.
    pub enum BuiltInScorer {
        /// A head trained on people's labels.
        Trained = "trained",
        /// An image model on this machine.
        Local = "local",
        /// Google Vision's labels.
        Vision = "vision",
        /// The author's words.
        Text = "text",
    }
}

impl BuiltInScorer {
    /// Whether it is the main scorer only of concepts that name it.
    pub const fn is_only_if_named(self) -> bool {
        matches!(self, Self::Text)
    }
}
