//! One graph in rten, and the threads that its runs take place in.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use parking_lot::Mutex;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::{Layout, Tensor};

use super::check_vector;

/// A graph with the tensors that it takes and gives.
pub struct Graph {
    model: Model,
    inputs: Vec<NodeId>,
    outputs: Vec<NodeId>,
}

impl Graph {
    /// Loads an ONNX file's bytes; what is not ONNX, or has no such tensors, is an error.
    pub fn load<S: AsRef<str>>(onnx: Vec<u8>, inputs: &[S], outputs: &[S]) -> Result<Self> {
        let load = || ModelOptions::with_all_ops().prepack_weights(true).load(onnx);
        let model = guarded(load)?.map_err(|err| anyhow!("this is not an ONNX model that can be run: {err}"))?;
        let id = |name: &S| {
            let name = name.as_ref();
            model.find_node(name).with_context(|| format!("the model has no tensor {name:?}"))
        };
        let inputs = inputs.iter().map(id).collect::<Result<_>>()?;
        let outputs = outputs.iter().map(id).collect::<Result<_>>()?;
        Ok(Self { model, inputs, outputs })
    }

    /// Runs it in this pool; values come and go in the order of the names that it was loaded with.
    pub fn run(&self, inputs: Vec<ValueOrView<'_>>, pool: &Arc<ThreadPool>) -> Result<Vec<Value>> {
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(pool)));
        let inputs = self.inputs.iter().copied().zip(inputs).collect();
        let answer = guarded(|| self.model.run(inputs, &self.outputs, Some(options)))?;
        answer.map_err(|err| anyhow!("the model cannot be run: {err}"))
    }
}

/// Pools of one thread, one for each call under way: rten's own pool would put all cores to work on each
/// photo, and callers in a queue.
#[derive(Default)]
pub struct Threads(Mutex<Vec<Arc<ThreadPool>>>);

impl Threads {
    /// Does the work in one of them.
    pub fn with<T: Send>(&self, work: impl FnOnce(&Arc<ThreadPool>) -> T + Send) -> T {
        let idle = self.0.lock().pop();
        let pool = idle.unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)));
        let answer = pool.run(|| work(&pool));
        self.0.lock().push(pool);
        answer
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
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T> {
    // What a panic leaves behind is dropped by the caller.
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        anyhow!("the model makes no sense to rten: {}", said.unwrap_or("it does not say why"))
    })
}
