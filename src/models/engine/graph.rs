//! A graph in rten, and the thread pools it runs in.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use parking_lot::Mutex;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::{Layout, Tensor};

use super::check_vector;

/// A loaded graph and the tensors of its inputs and outputs.
pub struct Graph {
    model: Model,
    inputs: Vec<NodeId>,
    outputs: Vec<NodeId>,
}

impl Graph {
    /// Loads an ONNX file; an error if it is not ONNX or lacks these tensors.
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

    /// Runs the graph in this pool; inputs and outputs are in the order of the names at loading.
    pub fn run(&self, inputs: Vec<ValueOrView<'_>>, pool: &Arc<ThreadPool>) -> Result<Vec<Value>> {
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(pool)));
        let inputs = self.inputs.iter().copied().zip(inputs).collect();
        let answer = guarded(|| self.model.run(inputs, &self.outputs, Some(options)))?;
        answer.map_err(|err| anyhow!("the model cannot be run: {err}"))
    }
}

/// Pools of one thread, one for each concurrent call. rten's own pool would use all cores for each photo and make
/// callers wait for each other.
#[derive(Default)]
pub struct Threads(Mutex<Vec<Arc<ThreadPool>>>);

impl Threads {
    /// Runs `work` in a free pool.
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
    let tensor = tensor.with_context(|| format!("the tensor {name:?} does not contain 32-bit floats"))?;
    check_vector(name, tensor.shape())?;
    Ok(tensor.into_data())
}

/// Runs code that may panic on a malformed model.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T> {
    // The caller drops whatever a panic leaves behind.
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        anyhow!("rten cannot run the model: {}", said.unwrap_or("no reason given"))
    })
}
