//! The engine that runs the models.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::engine::{
    Engine, Library, Onnx, OnnxRuntime, OrtTextEncoder, PureRust, RtenTextEncoder, Tensors, TextEncoder, TextTensors,
};

/// The engine that models are opened with.
#[derive(Clone, Default)]
pub struct Runtime(Option<Library>);

impl Runtime {
    /// The pure Rust engine, which is always available.
    pub fn rust() -> Self {
        Self(None)
    }

    /// ONNX Runtime from this library, version 1.17 or newer; faster than pure Rust. An error if it does not load, or if
    /// this process has loaded another one.
    pub fn onnx_runtime(library: &Path) -> Result<Self> {
        Library::open(library).map(|library| Self(Some(library)))
    }

    /// ONNX Runtime from the newest library in these folders, else pure Rust; with a warning if a library was found but
    /// does not load.
    pub fn best(folders: &[PathBuf]) -> (Self, Option<String>) {
        let mut warning = None;
        for path in folders.iter().flat_map(|folder| libraries(folder)) {
            match Self::onnx_runtime(&path) {
                Ok(runtime) => return (runtime, None),
                Err(err) => {
                    warning.get_or_insert_with(|| format!("{err:#}; models run in pure Rust, which is slower"));
                }
            }
        }
        (Self::rust(), warning)
    }

    /// The path of ONNX Runtime's library; `None` in pure Rust.
    pub fn library(&self) -> Option<&Path> {
        self.0.as_ref().map(Library::path)
    }

    pub(super) fn load(&self, bytes: Vec<u8>, onnx: &Onnx, tensors: &Tensors) -> Result<Box<dyn Engine>> {
        Ok(match &self.0 {
            Some(library) => Box::new(OnnxRuntime::load(bytes, tensors, library)?),
            None => Box::new(PureRust::load(bytes, onnx, tensors)?),
        })
    }

    pub(super) fn load_text_encoder(&self, onnx: Vec<u8>, numbers: &TextTensors) -> Result<Box<dyn TextEncoder>> {
        Ok(match &self.0 {
            Some(library) => Box::new(OrtTextEncoder::load(&onnx, numbers, library)?),
            None => Box::new(RtenTextEncoder::load(onnx, numbers)?),
        })
    }
}

/// The files of a folder named like the library, the newest version first.
fn libraries(folder: &Path) -> Vec<PathBuf> {
    let is_library = |name: &str| {
        name == "onnxruntime.dll"
            || name.strip_prefix("libonnxruntime.").is_some_and(|end| end.starts_with("so") || end.ends_with("dylib"))
    };
    let version = |path: &PathBuf| -> Vec<u32> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.split('.').filter_map(|part| part.parse().ok()).collect()
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        entries.filter(|entry| entry.file_name().to_str().is_some_and(is_library)).map(|entry| entry.path()).collect();
    found.sort_by_key(|path| std::cmp::Reverse(version(path)));
    found
}
