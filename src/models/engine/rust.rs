//! The pure Rust engine: the crate rten, with depthwise convolutions of our own. It is always available.

use anyhow::Result;
use rten::Value;

use super::cut::Onnx;
use super::graph::{Threads, vector};
use super::stages::Stages;
use super::{Engine, Tensors, check_names};
use crate::models::prepare::Prepared;

/// A model in rten.
pub struct PureRust {
    stages: Stages,
    tensors: Tensors,
    threads: Threads,
}

impl PureRust {
    /// Loads an ONNX file, already parsed as `onnx`.
    pub fn load(bytes: Vec<u8>, onnx: &Onnx, tensors: &Tensors) -> Result<Self> {
        check_names(std::slice::from_ref(&tensors.input), "input", onnx.inputs().into_iter())?;
        check_names(&tensors.outputs, "output", onnx.outputs().into_iter())?;
        let stages = Stages::of(bytes, onnx, &tensors.input, &tensors.outputs)?;
        Ok(Self { stages, tensors: tensors.clone(), threads: Threads::default() })
    }
}

impl Engine for PureRust {
    fn name(&self) -> String {
        "pure Rust (rten)".to_owned()
    }

    fn run(&self, picture: &Prepared) -> Result<Vec<Vec<f32>>> {
        let input = Value::from_shape(picture.shape, picture.values.clone())?;
        let Tensors { input: name, outputs } = &self.tensors;
        let values = self.threads.with(|pool| self.stages.run((name, input), outputs, pool))?;
        values.into_iter().zip(outputs).map(|(value, name)| vector(value, name)).collect()
    }
}
