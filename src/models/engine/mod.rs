//! What runs a model: one trait, two engines. Both take one picture a call and use one thread for it;
//! who has many photos calls from many threads.

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
    /// The one input.
    pub input: String,
    /// What is asked for; answers come in this order.
    pub outputs: Vec<String>,
}

/// A loaded model.
pub trait Engine: Send + Sync {
    /// For a person: which engine, and its version.
    fn name(&self) -> String;

    /// The values of each of [`Tensors::outputs`], each one vector.
    fn run(&self, picture: &Prepared) -> Result<Vec<Vec<f32>>>;
}

/// An error when a tensor is not there, with the names of those that are.
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

/// An error when a tensor is not one vector.
fn check_vector(name: &str, shape: &[usize]) -> Result<()> {
    ensure!(
        shape.iter().filter(|&&side| side != 1).count() <= 1 && !shape.contains(&0),
        "the tensor {name:?} has the shape {shape:?}; one vector a picture is needed, such as [1, 1000]"
    );
    Ok(())
}
