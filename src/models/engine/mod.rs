//! Engines that run a model: one trait, two implementations. A call takes one picture and uses one thread; for many
//! photos, call from many threads.

mod convolutions;
mod cut;
mod graph;
mod onnx_runtime;
mod rust;
mod stages;
mod text;
mod wire;

use anyhow::{Result, ensure};

pub use cut::Onnx;
pub use graph::{Graph, Threads, vector};
pub use onnx_runtime::{Library, OnnxRuntime};
pub use rust::PureRust;
pub use text::{OrtTextEncoder, RtenTextEncoder, TextEncoder, TextTensors};

use super::prepare::Prepared;

/// The tensors of a model that are used.
#[derive(Clone, Debug)]
pub struct Tensors {
    /// The input.
    pub input: String,
    /// The outputs, in the order of the results.
    pub outputs: Vec<String>,
}

/// A loaded model.
pub trait Engine: Send + Sync {
    /// The engine and its version, for messages.
    fn name(&self) -> String;

    /// The values of each of [`Tensors::outputs`], one vector each.
    fn run(&self, picture: &Prepared) -> Result<Vec<Vec<f32>>>;
}

/// An error if a tensor is missing; it lists the tensors that exist.
fn check_names<'a>(wanted: &[String], kind: &str, there: impl Iterator<Item = &'a str>) -> Result<()> {
    let there: Vec<_> = there.collect();
    for name in wanted {
        ensure!(
            there.contains(&name.as_str()),
            "the model has no {kind} tensor {name:?}; it has {}",
            if there.is_empty() { "none".to_owned() } else { there.join(", ") }
        );
    }
    Ok(())
}

/// An error if a tensor is not one vector.
fn check_vector(name: &str, shape: &[usize]) -> Result<()> {
    ensure!(
        shape.iter().filter(|&&side| side != 1).count() <= 1 && !shape.contains(&0),
        "the tensor {name:?} has the shape {shape:?}; expected one vector per picture, such as [1, 1000]"
    );
    Ok(())
}
