//! Pictures and words in one space (CLIP and its like): two ONNX files, one for each, and a tokenizer.
//!
//! A small TOML file describes them; docs/two-towers.md shows one. What is near is alike: a picture to a picture, words to
//! a picture.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::description::Description;
use super::engine::{TextEncoder, TextTensors};
use super::model::Model;
use super::prepare::Prepared;
use super::runtime::Runtime;
use super::tokenizer::Tokenizer;

/// The description of a pair. Unknown keys are errors.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    name: String,
    license: Option<String>,
    /// A model's description but for its name and licence.
    image: toml::Table,
    text: Text,
}

/// The tower of words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    /// The ONNX file and the tokenizer.json, relative to the description.
    file: PathBuf,
    tokenizer: PathBuf,
    /// The most tokens that it takes.
    context: usize,
    /// The number of the token that fills shorter texts up to `context`; without it they stay short.
    pad: Option<u32>,
    /// What stands around the words: `a photo of {}`.
    #[serde(default = "bare_prompt")]
    prompt: String,
    /// The tensor of tokens' numbers.
    #[serde(default = "input_ids")]
    ids: String,
    /// The tensor that is 1 for tokens and 0 for what fills up, where it takes one.
    mask: Option<String>,
    /// A tensor that is all 0 for one text (BERT's `token_type_ids`), where it takes one.
    zeros: Option<String>,
    /// The tensor of the vector.
    embedding: String,
}

fn bare_prompt() -> String {
    PLACEHOLDER.to_owned()
}

fn input_ids() -> String {
    "input_ids".to_owned()
}

/// Stands for the words in a prompt.
const PLACEHOLDER: &str = "{}";

/// A loaded pair, used from any number of threads at once.
pub struct TwoTower {
    image: Arc<Model>,
    text_encoder: Box<dyn TextEncoder>,
    tokenizer: Tokenizer,
    text: Text,
}

impl TwoTower {
    /// Whether a description's text is one of a pair, and not of a model of pictures alone.
    pub fn is_described_by(text: &str) -> bool {
        text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("text"))
    }

    /// Reads a description's file and what it names, and runs both towers once to see that they fit.
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
        ensure!(image.outputs.embedding.is_some(), "[image.outputs]: a pair needs the tensor of an embedding");
        let file = folder.join(&text.file);
        let onnx = fs::read(&file).with_context(|| format!("cannot read the model of words {}", file.display()))?;
        let pair = Self {
            image: Arc::new(Model::open(&image, runtime)?),
            text_encoder: runtime
                .load_text_encoder(onnx, &text.numbers())
                .with_context(|| file.display().to_string())?,
            tokenizer: Tokenizer::open(&folder.join(&text.tokenizer), text.context, text.pad)?,
            text,
        };
        let (pictures, words) = (pair.image.dims(), pair.raw_text_embedding("a")?.len());
        ensure!(pictures == words, "pictures become {pictures} numbers and words {words}: these are no pair");
        Ok(pair)
    }

    /// The tower of pictures, a model as any other: what it makes of photos is kept under its id.
    pub fn model(&self) -> &Arc<Model> {
        &self.image
    }

    /// How long a vector is.
    pub fn dims(&self) -> usize {
        self.image.dims()
    }

    /// Where a picture lies: a vector of length 1.
    pub fn embed_image(&self, picture: &Prepared) -> Result<Vec<f32>> {
        let embedding = self.image.run(picture)?.embedding.context("the model of pictures gave no embedding")?;
        unit(embedding)
    }

    /// Where words lie, in any language that the model knows: a vector of length 1. The nearer to a picture's (the
    /// larger their dot product), the better they fit it.
    pub fn embed_text(&self, words: &str) -> Result<Vec<f32>> {
        let words = words.trim();
        ensure!(!words.is_empty(), "there are no words to look for");
        unit(self.raw_text_embedding(words)?)
    }

    /// The vector of words as the model gives it.
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
            "[text] prompt = {:?}: {PLACEHOLDER} must stand in it once, for the words",
            self.prompt
        );
        Ok(())
    }

    /// In the order in which [`TwoTower::raw_text_embedding`] gives the rows.
    fn numbers(&self) -> TextTensors {
        let inputs = [Some(&self.ids), self.mask.as_ref(), self.zeros.as_ref()];
        TextTensors { inputs: inputs.into_iter().flatten().cloned().collect(), output: self.embedding.clone() }
    }
}

/// The vector of the same direction whose length is 1.
fn unit(mut vector: Vec<f32>) -> Result<Vec<f32>> {
    let length = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    ensure!(length.is_finite() && length > 0.0, "the model gave a vector without a direction");
    vector.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
    Ok(vector)
}
