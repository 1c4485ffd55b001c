//! The last layer of a model alone: from an embedding that was kept to one number a class.
//!
//! It is cut out of the model and always runs in pure Rust, so that it says the same on every machine.

use std::collections::HashSet;

use anyhow::{Result, anyhow};
use rten::ValueView;

use super::engine::{Graph, Onnx, Threads, vector};

/// The part of a model between its embedding and its classes.
pub struct Head {
    graph: Graph,
    classes: String,
    /// As the model gives it; one of its sides is the vector's length.
    shape: Vec<usize>,
    threads: Threads,
}

impl Head {
    /// Cuts it out; the embedding has `dims` numbers. An error when the classes do not follow from it alone.
    pub fn cut(onnx: &Onnx, embedding: &str, classes: &str, dims: usize) -> Result<Self> {
        let (part, _) = onnx.part(&HashSet::from([embedding]), &[classes])?;
        let graph = Graph::load(part, &[embedding], &[classes])?;
        let shape = onnx.shape(embedding).filter(|shape| shape.iter().product::<usize>() == dims);
        let shape = shape.unwrap_or_else(|| vec![1, dims]);
        Ok(Self { graph, classes: classes.to_owned(), shape, threads: Threads::default() })
    }

    /// One number a class.
    pub fn run(&self, embedding: &[f32]) -> Result<Vec<f32>> {
        let input = ValueView::from_shape(self.shape.as_slice(), embedding).map_err(|_| {
            anyhow!("an embedding of {} numbers, where the model's have the shape {:?}", embedding.len(), self.shape)
        })?;
        let values = self.threads.with(|pool| self.graph.run(vec![input.into()], pool))?;
        let value = values.into_iter().next().ok_or_else(|| anyhow!("the model gave no {:?}", self.classes))?;
        vector(value, &self.classes)
    }
}
