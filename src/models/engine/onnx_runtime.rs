//! The ONNX Runtime engine, a shared library that is loaded at run time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, ensure};
use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::{Outlet, TensorRef};
use parking_lot::Mutex;

use super::{Engine, Tensors, check_names, check_vector};
use crate::models::prepare::Prepared;

/// The library. A process can load only one, so opening it again returns the same.
#[derive(Clone)]
pub struct Library {
    path: PathBuf,
    environment: Environment,
}

static LOADED: Mutex<Option<Library>> = Mutex::new(None);

impl Library {
    /// Loads `libonnxruntime.so`, `libonnxruntime.dylib` or `onnxruntime.dll`, version 1.17 or newer.
    pub fn open(path: &Path) -> Result<Self> {
        let path = path.canonicalize().with_context(|| format!("there is no {}", path.display()))?;
        let mut loaded = LOADED.lock();
        if let Some(library) = loaded.as_ref() {
            let (requested, other) = (path.display(), library.path.display());
            let other =
                || format!("{requested} cannot be loaded: {other} is already loaded, and a process can load only one");
            ensure!(library.path == path, other());
            return Ok(library.clone());
        }
        let wrong = || format!("{} is not a usable ONNX Runtime", path.display());
        let environment = ort::init_from(&path)
            .map_err(|err| anyhow!("{err}"))
            .with_context(wrong)?
            .with_telemetry(false)
            .with_logger(Arc::new(|_, _, _, _, _| {}))
            .build()
            .with_context(wrong)?;
        let library = Self { path, environment };
        *loaded = Some(library.clone());
        Ok(library)
    }

    /// The path of the library.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A session of one thread for an ONNX file.
    pub(super) fn session(&self, onnx: &[u8]) -> Result<Session> {
        let build = || -> ort::Result<Session> {
            Session::builder(&self.environment)?
                .with_optimization_level(GraphOptimizationLevel::All)?
                .with_intra_threads(1)?
                .with_inter_threads(1)?
                .commit_from_memory(onnx)
        };
        build().context("this is not an ONNX model that can be run")
    }
}

/// A model in ONNX Runtime. A session serves one call at a time, so there is one for each concurrent call.
pub struct OnnxRuntime {
    library: Library,
    onnx: Vec<u8>,
    tensors: Tensors,
    idle: Mutex<Vec<Session>>,
}

impl OnnxRuntime {
    /// Loads an ONNX file's bytes.
    pub fn load(onnx: Vec<u8>, tensors: &Tensors, library: &Library) -> Result<Self> {
        let engine = Self { library: library.clone(), onnx, tensors: tensors.clone(), idle: Mutex::default() };
        let session = engine.session()?;
        let inputs = session.inputs().iter().map(Outlet::name);
        check_names(std::slice::from_ref(&tensors.input), "input", inputs)?;
        check_names(&tensors.outputs, "output", session.outputs().iter().map(Outlet::name))?;
        engine.return_session(session);
        Ok(engine)
    }

    fn session(&self) -> Result<Session> {
        if let Some(session) = self.idle.lock().pop() {
            return Ok(session);
        }
        self.library.session(&self.onnx)
    }

    fn return_session(&self, session: Session) {
        self.idle.lock().push(session);
    }

    fn answers(&self, session: &mut Session, picture: &Prepared) -> Result<Vec<Vec<f32>>> {
        let input = TensorRef::from_array_view((picture.shape, picture.values.as_slice()))?;
        let outputs = session.run(ort::inputs![self.tensors.input.as_str() => input])?;
        let of = |name: &String| {
            let value = outputs.get(name).with_context(|| format!("the model returned no {name:?}"))?;
            let (shape, values) = value
                .try_extract_tensor::<f32>()
                .with_context(|| format!("the tensor {name:?} does not contain 32-bit floats"))?;
            let shape: Vec<usize> = shape.iter().map(|&side| usize::try_from(side).unwrap_or(0)).collect();
            check_vector(name, &shape)?;
            Ok(values.to_vec())
        };
        self.tensors.outputs.iter().map(of).collect()
    }
}

impl Engine for OnnxRuntime {
    fn name(&self) -> String {
        format!("ONNX Runtime ({})", self.library.path.display())
    }

    fn run(&self, picture: &Prepared) -> Result<Vec<Vec<f32>>> {
        let mut session = self.session()?;
        let answer = self.answers(&mut session, picture).context("the model cannot be run");
        self.return_session(session);
        answer
    }
}
