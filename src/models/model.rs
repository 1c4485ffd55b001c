//! A loaded model.

use std::borrow::Cow;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use tracing::debug;

use super::description::{Description, Labels};
use super::engine::{Engine, Onnx, Tensors};
use super::head::Head;
use super::prepare::{Prepared, prepare};
use super::preprocessing::PREPARATION_VERSION;
use super::runtime::Runtime;
use crate::hash::sha256_hex;
use crate::photo::Vector;
use crate::picture::Defect;

const BUNDLED_TOML: &str = include_str!("../../data/models/efficientnet-lite0.toml");
const BUNDLED_ONNX: &[u8] = include_bytes!("../../data/models/efficientnet-lite0-fp16.onnx");

/// The outputs of a model for one picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    /// The embedding; not normalised.
    pub embedding: Option<Vec<f32>>,
    /// One value for each class, before softmax; logarithms if the model gives probabilities.
    pub logits: Option<Vec<f32>>,
}

/// A loaded model; it can be used from any number of threads at once.
pub struct Model {
    description: Description,
    id: String,
    labels: Labels,
    engine: Box<dyn Engine>,
    head: Option<Head>,
    dims: usize,
}

impl Model {
    /// The bundled model: EfficientNet-Lite0, the classes of ImageNet, embeddings of 1,280 values.
    pub fn bundled(runtime: &Runtime) -> Result<Self> {
        let description = Description::parse(BUNDLED_TOML, Path::new(""))?;
        Self::load(description, BUNDLED_ONNX.into(), runtime)
    }

    /// Reads the files of a description, and runs the model once to check it.
    pub fn open(description: &Description, runtime: &Runtime) -> Result<Self> {
        let path = description.model_path();
        let onnx = std::fs::read(&path)
            .with_context(|| format!("cannot read the model {}: {}", description.name, path.display()))?;
        let wrong = || format!("the model {} ({}) cannot be used", description.name, path.display());
        Self::load(description.clone(), onnx.into(), runtime).with_context(wrong)
    }

    /// The id of the bundled model, without opening it.
    pub fn bundled_id() -> Result<String> {
        Ok(id(&Description::parse(BUNDLED_TOML, Path::new(""))?, BUNDLED_ONNX))
    }

    /// The id that a described model will have, without opening it.
    pub fn id_of(description: &Description) -> Result<String> {
        let path = description.model_path();
        let onnx = std::fs::read(&path).with_context(|| format!("cannot read the model {}", path.display()))?;
        Ok(id(description, &onnx))
    }

    fn load(description: Description, bytes: Cow<'static, [u8]>, runtime: &Runtime) -> Result<Self> {
        let onnx = Onnx::parse(&bytes)?;
        let outputs = &description.outputs;
        let names = [outputs.embedding.as_deref(), outputs.classes()];
        let tensors = Tensors {
            input: description.input.tensor.clone(),
            outputs: names.into_iter().flatten().map(str::to_owned).collect(),
        };
        let mut model = Self {
            id: id(&description, &bytes),
            labels: description.labels()?,
            engine: runtime.load(bytes.into_owned(), &onnx, &tensors)?,
            head: None,
            dims: 0,
            description,
        };
        let probe = model.run(&Prepared::zero(&model.description.input))?;
        model.check_labels(probe.logits.as_ref().map(Vec::len))?;
        model.dims = probe.embedding.as_ref().or(probe.logits.as_ref()).map_or(0, Vec::len);
        let outputs = &model.description.outputs;
        if let (Some(embedding), Some(classes)) = (outputs.embedding.as_deref(), outputs.classes()) {
            // A model whose classes do not follow from its embedding is usable too.
            model.head = Head::cut(&onnx, embedding, classes, model.dims).ok();
        }
        debug!(model = model.id, runtime = model.runtime_name(), "the model is open");
        Ok(model)
    }

    fn check_labels(&self, classes: Option<usize>) -> Result<()> {
        let (Some(labels), Some(classes)) = (self.labels.count(), classes) else { return Ok(()) };
        ensure!(labels == classes, "{labels} labels for a model of {classes} classes");
        Ok(())
    }

    /// Name, the first 8 hex digits of the ONNX file's SHA-256, and a hash of the preparation: equal ids give equal results.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The description.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The names of the classes.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The length of the vector stored for a photo: the embedding, else the class probabilities.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// The class probabilities from the stored vector of a photo; the same on every machine.
    pub fn probabilities(&self, vector: &Vector) -> Result<Vec<f32>> {
        let numbers = vector.to_f32();
        if self.description.outputs.embedding.is_none() {
            return Ok(numbers);
        }
        self.logits_of(&numbers).map(|logits| softmax(&logits))
    }

    /// Whether the classes can be computed from the stored vector of a photo.
    pub fn can_classify_vectors(&self) -> bool {
        let outputs = &self.description.outputs;
        outputs.classes().is_some() && (outputs.embedding.is_none() || self.head.is_some())
    }

    /// The engine, for messages.
    pub fn runtime_name(&self) -> String {
        self.engine.name()
    }

    /// [`prepare`] with this model's input. An error is a [`Defect`] of the file.
    pub fn prepare(&self, bytes: &[u8]) -> Result<Prepared, Defect> {
        prepare(bytes, &self.description.input)
    }

    /// Runs it on one picture, in one thread.
    pub fn run(&self, picture: &Prepared) -> Result<Output> {
        let mut answers = self.engine.run(picture)?.into_iter();
        let outputs = &self.description.outputs;
        let embedding = outputs.embedding.is_some().then(|| answers.next()).flatten();
        let mut logits = outputs.classes().is_some().then(|| answers.next()).flatten();
        if outputs.probabilities.is_some() {
            logits.iter_mut().flatten().for_each(|value| *value = value.max(f32::MIN_POSITIVE).ln());
        }
        Ok(Output { embedding, logits })
    }

    /// The logits of a stored embedding of this model; the same on every machine.
    pub fn logits_of(&self, embedding: &[f32]) -> Result<Vec<f32>> {
        let Some(head) = &self.head else {
            bail!("the classes of {} cannot be computed from its embedding", self.description.name)
        };
        let mut logits = head.run(embedding)?;
        if self.description.outputs.probabilities.is_some() {
            logits.iter_mut().for_each(|value| *value = value.max(f32::MIN_POSITIVE).ln());
        }
        Ok(logits)
    }
}

/// Everything in the preparation that affects a file's vector.
fn id(description: &Description, onnx: &[u8]) -> String {
    let input = &description.input;
    let rule = format!("{PREPARATION_VERSION} {input:?} {:?}", description.outputs);
    let (onnx, rule) = (sha256_hex(onnx), sha256_hex(rule.as_bytes()));
    format!("{}:{}:{}-{}", description.name, &onnx[..8], input.resize.as_str(), &rule[..4])
}

/// Logits to probabilities, which sum to 1.
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits.iter().map(|&logit| f64::from(logit - top).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / sum) as f32).collect()
}
