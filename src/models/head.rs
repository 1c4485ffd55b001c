//! The last layer of a model: from a stored embedding to the classes.
//!
//! It is cut out of the model and always runs in pure Rust, so that results are the same on every machine.

use std::collections::HashSet;

use anyhow::{Result, anyhow};
use rten::ValueView;

use super::engine::{Graph, Onnx, Threads, vector};

/// The part of a model between its embedding and its classes.
pub struct Head {
    graph: Graph,
    classes: String,
    /// The shape of the embedding in the model; one side is the vector's length.
    shape: Vec<usize>,
    threads: Threads,
}

impl Head {
    /// Cuts the part out; the embedding has `dims` values. An error if the classes depend on anything else.
    pub fn cut(onnx: &Onnx, embedding: &str, classes: &str, dims: usize) -> Result<Self> {
        let (part, _) = onnx.part(&HashSet::from([embedding]), &[classes])?;
        let graph = Graph::load(part, &[embedding], &[classes])?;
        let shape = onnx.shape(embedding).filter(|shape| shape.iter().product::<usize>() == dims);
        let shape = shape.unwrap_or_else(|| vec![1, dims]);
        Ok(Self { graph, classes: classes.to_owned(), shape, threads: Threads::default() })
    }

    /// One value for each class.
    pub fn run(&self, embedding: &[f32]) -> Result<Vec<f32>> {
        let input = ValueView::from_shape(self.shape.as_slice(), embedding).map_err(|_| {
            anyhow!("an embedding of {} numbers, but the model's have the shape {:?}", embedding.len(), self.shape)
        })?;
        let values = self.threads.with(|pool| self.graph.run(vec![input.into()], pool))?;
        let value = values.into_iter().next().ok_or_else(|| anyhow!("the model returned no {:?}", self.classes))?;
        vector(value, &self.classes)
    }
}
