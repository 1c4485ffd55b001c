//! Whatever looks at a photo's image and makes a vector of it that is kept.

use anyhow::{Context, Result};

use super::model::Model;
use super::softmax;
use crate::photo::Vector;

/// A model by what it does to photos.
pub trait ImageEncoder: Send + Sync {
    /// Names what it makes of photos: the same id, the same vectors.
    fn id(&self) -> &str;

    /// Looks at the bytes of an image file, in one thread.
    fn encode(&self, bytes: &[u8]) -> Result<Vector>;
}

impl ImageEncoder for Model {
    fn id(&self) -> &str {
        self.id()
    }

    /// The embedding; of a model without one the probabilities of its classes.
    fn encode(&self, bytes: &[u8]) -> Result<Vector> {
        let output = self.run(&self.prepare(bytes)?)?;
        let classes = || output.logits.as_deref().map(softmax);
        let numbers = output.embedding.clone().or_else(classes).context("the model gave nothing")?;
        Ok(Vector::of(&numbers))
    }
}
