//! Models that turn an image file into a vector.

use anyhow::{Context, Result};

use super::model::Model;
use super::softmax;
use crate::photo::Vector;

/// A model that encodes images as vectors.
pub trait ImageEncoder: Send + Sync {
    /// The model's id; vectors with the same id are comparable.
    fn id(&self) -> &str;

    /// Encodes the bytes of an image file, in the calling thread.
    fn encode(&self, bytes: &[u8]) -> Result<Vector>;
}

impl ImageEncoder for Model {
    fn id(&self) -> &str {
        self.id()
    }

    /// The embedding, or the class probabilities of a model without one.
    fn encode(&self, bytes: &[u8]) -> Result<Vector> {
        let output = self.run(&self.prepare(bytes)?)?;
        let classes = || output.logits.as_deref().map(softmax);
        let numbers = output.embedding.clone().or_else(classes).context("the model returned no output")?;
        Ok(Vector::of(&numbers))
    }
}
