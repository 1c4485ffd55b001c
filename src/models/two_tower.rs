//! A pair of models with a shared embedding space (CLIP and similar): an ONNX file for images, one for text, and a tokenizer.
//!
//! A small TOML file describes the pair; docs/two-towers.md shows one. Similar images, and images and texts that
//! match, have similar vectors.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::description::Description;
use super::engine::{TextEncoder, TextTensors};
use super::model::Model;
use super::runtime::Runtime;
use super::tokenizer::Tokenizer;

/// The description of a pair. Unknown keys are errors.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    name: String,
    license: Option<String>,
    /// A model's description without name and licence.
    image: toml::Table,
    text: Text,
}

/// The text encoder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    /// The ONNX file and the tokenizer.json, relative to the description.
    file: PathBuf,
    tokenizer: PathBuf,
    /// Longest input, in tokens.
    context: usize,
    /// The id of the token that pads shorter texts to `context`; without it they are not padded.
    pad: Option<u32>,
    /// The template of the input, with `{}` for the query: `a photo of {}`.
    #[serde(default = "bare_prompt")]
    prompt: String,
    /// The tensor of token ids.
    #[serde(default = "input_ids")]
    ids: String,
    /// The attention mask (1 for tokens, 0 for padding), if the model takes one.
    mask: Option<String>,
    /// A tensor of zeros (BERT's `token_type_ids`), if the model takes one.
    zeros: Option<String>,
    /// The output tensor.
    embedding: String,
}

fn bare_prompt() -> String {
    PLACEHOLDER.to_owned()
}

fn input_ids() -> String {
    "input_ids".to_owned()
}

/// Replaced by the query in a prompt.
const PLACEHOLDER: &str = "{}";

/// A loaded pair; it can be used from any number of threads at once.
pub struct TwoTower {
    image: Arc<Model>,
    text_encoder: Box<dyn TextEncoder>,
    tokenizer: Tokenizer,
    text: Text,
}

impl TwoTower {
    /// Reads a description and the files it names, and runs both encoders once to check that their dimensions match.
    pub fn open(path: &Path, runtime: &Runtime) -> Result<Self> {
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read the description {}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::load(&text, folder, runtime)
            .with_context(|| format!("the pair of models {} cannot be used", path.display()))
    }

    fn load(description: &str, folder: &Path, runtime: &Runtime) -> Result<Self> {
        let Pair { name, license, mut image, text } = toml::from_str(description)?;
        text.check()?;
        image.extend([("name".to_owned(), name.into())]);
        image.extend(license.map(|license| ("license".to_owned(), license.into())));
        let image = Description::parse(&image.to_string(), folder).context("[image]")?;
        ensure!(image.outputs.embedding.is_some(), "[image.outputs]: a pair needs an embedding tensor");
        let file = folder.join(&text.file);
        let onnx = fs::read(&file).with_context(|| format!("cannot read the text encoder {}", file.display()))?;
        let pair = Self {
            image: Arc::new(Model::open(&image, runtime)?),
            text_encoder: runtime
                .load_text_encoder(onnx, &text.numbers())
                .with_context(|| file.display().to_string())?,
            tokenizer: Tokenizer::open(&folder.join(&text.tokenizer), text.context, text.pad)?,
            text,
        };
        let (pictures, words) = (pair.image.dims(), pair.raw_text_embedding("a")?.len());
        ensure!(
            pictures == words,
            "the image encoder returns {pictures} numbers and the text encoder {words}: the two models do not share an embedding space"
        );
        Ok(pair)
    }

    /// The image encoder. Vectors of photos are stored under its id.
    pub fn model(&self) -> &Arc<Model> {
        &self.image
    }

    /// The number of dimensions.
    pub fn dims(&self) -> usize {
        self.image.dims()
    }

    /// The embedding of a text, in any language that the model knows, with length 1. A larger dot product with the
    /// embedding of an image means a better match.
    pub fn embed_text(&self, words: &str) -> Result<Vec<f32>> {
        let words = words.trim();
        ensure!(!words.is_empty(), "the query has no words");
        unit(self.raw_text_embedding(words)?)
    }

    /// The embedding of a text as the model returns it.
    fn raw_text_embedding(&self, words: &str) -> Result<Vec<f32>> {
        let tokens = self.tokenizer.tokens(&self.text.prompt.replacen(PLACEHOLDER, words, 1))?;
        let zeros = vec![0; tokens.ids.len()];
        let mut rows = vec![tokens.ids];
        rows.extend(self.text.mask.as_ref().map(|_| tokens.mask));
        rows.extend(self.text.zeros.as_ref().map(|_| zeros));
        self.text_encoder.run(&rows)
    }
}

impl Text {
    fn check(&self) -> Result<()> {
        ensure!(
            self.prompt.matches(PLACEHOLDER).count() == 1,
            "[text] prompt = {:?}: it must contain {PLACEHOLDER} exactly once, for the query",
            self.prompt
        );
        Ok(())
    }

    /// The tensors, in the order of the rows in [`TwoTower::raw_text_embedding`].
    fn numbers(&self) -> TextTensors {
        let inputs = [Some(&self.ids), self.mask.as_ref(), self.zeros.as_ref()];
        TextTensors { inputs: inputs.into_iter().flatten().cloned().collect(), output: self.embedding.clone() }
    }
}

/// The vector scaled to length 1.
fn unit(mut vector: Vec<f32>) -> Result<Vec<f32>> {
    let length = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    ensure!(length.is_finite() && length > 0.0, "the model returned an invalid vector");
    vector.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
    Ok(vector)
}
