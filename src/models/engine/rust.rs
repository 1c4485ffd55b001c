//! The engine in pure Rust, by the crate rten. It is always there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, anyhow};
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueView};
use rten_tensor::{Layout, Tensor};

use super::{Engine, Tensors, check_names, check_vector};
use crate::models::prepare::Prepared;

/// A model in rten.
pub struct PureRust {
    graph: Graph,
    input: NodeId,
    outputs: Vec<NodeId>,
    names: Vec<String>,
}

impl PureRust {
    /// Loads an ONNX file's bytes.
    pub fn load(onnx: Vec<u8>, tensors: &Tensors) -> Result<Self> {
        let graph = Graph::load(onnx)?;
        let inputs = graph.names(graph.model.input_ids());
        check_names(std::slice::from_ref(&tensors.input), "input", inputs.iter().map(String::as_str))?;
        let there = graph.names(graph.model.output_ids());
        check_names(&tensors.outputs, "output", there.iter().map(String::as_str))?;
        let input = graph.id(&tensors.input)?;
        let outputs = tensors.outputs.iter().map(|name| graph.id(name)).collect::<Result<_>>()?;
        Ok(Self { graph, input, outputs, names: tensors.outputs.clone() })
    }
}

impl Engine for PureRust {
    fn name(&self) -> String {
        "pure Rust (rten)".to_owned()
    }

    fn run(&self, picture: &Prepared) -> Result<Vec<Vec<f32>>> {
        let input = ValueView::from_shape(picture.shape, &picture.values)?;
        let values = self.graph.run(vec![(self.input, input)], &self.outputs)?;
        values.into_iter().zip(&self.names).map(|(value, name)| vector(value, name)).collect()
    }
}

/// A loaded graph and threads of its own, one for each call under way.
pub struct Graph {
    model: Model,
    idle: Mutex<Vec<Arc<ThreadPool>>>,
}

impl Graph {
    /// Loads an ONNX file's bytes; what is not ONNX is an error.
    pub fn load(onnx: Vec<u8>) -> Result<Self> {
        let load = || ModelOptions::with_all_ops().prepack_weights(true).load(onnx);
        let model = guarded(load)?.map_err(|err| anyhow!("this is not an ONNX model that can be run: {err}"))?;
        Ok(Self { model, idle: Mutex::default() })
    }

    /// The node of a tensor.
    pub fn id(&self, tensor: &str) -> Result<NodeId> {
        self.model.find_node(tensor).with_context(|| format!("the model has no tensor {tensor:?}"))
    }

    /// Runs the part of the graph that lies between these inputs and outputs.
    pub fn run(&self, inputs: Vec<(NodeId, ValueView<'_>)>, outputs: &[NodeId]) -> Result<Vec<Value>> {
        let pool = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        // The crate's own pool would put all cores to work on each photo, and callers in a queue.
        let pool = pool.unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)));
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&pool)));
        let inputs = inputs.into_iter().map(|(id, value)| (id, value.into())).collect();
        let answer = guarded(|| self.model.run(inputs, outputs, Some(options)))?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(pool);
        answer.map_err(|err| anyhow!("the model cannot be run: {err}"))
    }

    fn names(&self, ids: &[NodeId]) -> Vec<String> {
        ids.iter().filter_map(|&id| self.model.node_info(id)?.name().map(str::to_owned)).collect()
    }
}

/// The values of a tensor that is one vector.
pub fn vector(value: Value, name: &str) -> Result<Vec<f32>> {
    let tensor: Option<Tensor<f32>> = value.into_tensor();
    let tensor = tensor.with_context(|| format!("the tensor {name:?} is not of 32-bit floats"))?;
    check_vector(name, tensor.shape())?;
    Ok(tensor.into_data())
}

/// Runs what may panic over a model that nobody made for it.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T> {
    // What is left behind by a panic is dropped by the caller.
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        anyhow!("the model makes no sense to rten: {}", said.unwrap_or("it does not say why"))
    })
}
