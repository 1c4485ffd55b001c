//! What a model wants and gives: a TOML file beside the ONNX file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

/// Models do not look at more than this, pixels a side.
const SIDE_PX_MAX: u32 = 4_096;

/// The description of one model. Unknown keys are errors.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Short; part of the model's id: letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// The ONNX file, relative to the description.
    pub file: PathBuf,
    /// Of the weights, as SPDX writes it.
    #[serde(default)]
    pub license: Option<String>,
    /// What its classes are called: `imagenet`, or a file with one name a line, relative to the description.
    #[serde(default)]
    pub labels: Option<String>,
    /// What it takes.
    pub input: Input,
    /// What it gives.
    pub outputs: Outputs,
    /// The folder that paths are relative to.
    #[serde(skip)]
    folder: PathBuf,
}

/// What a model takes: one tensor of one picture. A value is `(x * scale - mean) / std` of `x` in 0..=255.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The tensor's name.
    pub tensor: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// The order of its axes.
    #[serde(default)]
    pub layout: Layout,
    /// How a picture gets this size.
    #[serde(default)]
    pub resize: Resize,
    /// The order of its channels.
    #[serde(default)]
    pub colors: Colors,
    /// Factor before the mean is taken off; 1 when not given.
    #[serde(default = "PerChannel::one")]
    pub scale: PerChannel,
    /// Taken off; 0 when not given.
    #[serde(default = "PerChannel::zero")]
    pub mean: PerChannel,
    /// Divided by; 1 when not given.
    #[serde(default = "PerChannel::one")]
    pub std: PerChannel,
}

/// The order of a tensor's axes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// 1, channels, rows, columns.
    #[default]
    Nchw,
    /// 1, rows, columns, channels.
    Nhwc,
}

/// How a picture gets the size that the model takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resize {
    /// Scaled until it covers 8/7 of the size, the middle cut out; proportions stay.
    #[default]
    Crop,
    /// Scaled until it covers the size, the middle cut out; proportions stay. CLIP's way.
    Cover,
    /// Scaled to the size; proportions change.
    Squash,
    /// Scaled until it fits in, centred, the rest zeros; proportions stay.
    Letterbox,
}

/// The order of a tensor's channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Colors {
    /// Red first.
    #[default]
    Rgb,
    /// Blue first.
    Bgr,
}

/// A number for each channel, in the order of the tensor's channels; in TOML three, or one for all.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(from = "OneOrThree")]
pub struct PerChannel(pub [f32; 3]);

impl PerChannel {
    fn zero() -> Self {
        Self([0.0; 3])
    }

    fn one() -> Self {
        Self([1.0; 3])
    }
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a number, or a list of three")]
enum OneOrThree {
    One(f32),
    Three([f32; 3]),
}

impl From<OneOrThree> for PerChannel {
    fn from(given: OneOrThree) -> Self {
        match given {
            OneOrThree::One(value) => Self([value; 3]),
            OneOrThree::Three(values) => Self(values),
        }
    }
}

/// The names of the tensors that are read, at least one. `logits` and `probabilities` exclude each other.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Outputs {
    /// A vector that says what is in the picture.
    pub embedding: Option<String>,
    /// One number a class, before softmax.
    pub logits: Option<String>,
    /// One number a class, after softmax.
    pub probabilities: Option<String>,
}

impl Outputs {
    /// The tensor with one number a class.
    pub fn classes(&self) -> Option<&str> {
        self.logits.as_deref().or(self.probabilities.as_deref())
    }
}

/// What a model's classes are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Labels {
    /// Nothing is known of them, or there are none.
    #[default]
    None,
    /// The 1,000 classes of ImageNet (ILSVRC 2012) in their usual order.
    ImageNet,
    /// By class.
    Names(Vec<String>),
}

impl Labels {
    /// How many classes have a name; `None` when nothing is known.
    pub fn count(&self) -> Option<usize> {
        match self {
            Self::None => None,
            Self::ImageNet => Some(1_000),
            Self::Names(names) => Some(names.len()),
        }
    }
}

impl Description {
    /// Reads the text of a description; `folder` is what its paths are relative to. Errors name line and key.
    pub fn parse(text: &str, folder: &Path) -> Result<Self> {
        let mut description: Self = toml::from_str(text)?;
        folder.clone_into(&mut description.folder);
        description.check()?;
        Ok(description)
    }

    /// Reads a description's file.
    pub fn open(path: &Path) -> Result<Self> {
        let wrong = || format!("the model's description {} is not right", path.display());
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read the description {}", path.display()))?;
        Self::parse(&text, path.parent().unwrap_or(Path::new(""))).with_context(wrong)
    }

    /// Where the ONNX file lies.
    pub fn model_path(&self) -> PathBuf {
        self.folder.join(&self.file)
    }

    /// Reads the classes' names.
    pub fn labels(&self) -> Result<Labels> {
        match self.labels.as_deref() {
            None => Ok(Labels::None),
            Some("imagenet") => Ok(Labels::ImageNet),
            Some(file) => {
                let path = self.folder.join(file);
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("cannot read the labels of {}: {}", self.name, path.display()))?;
                Ok(Labels::Names(text.lines().map(|line| line.trim().to_owned()).collect()))
            }
        }
    }

    fn check(&self) -> Result<()> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        ensure!(
            !self.name.is_empty() && self.name.chars().all(is_plain),
            "name = {:?}: letters, digits, `-`, `_` and `.` only",
            self.name
        );
        for (key, side) in [("width", self.input.width), ("height", self.input.height)] {
            ensure!((1..=SIDE_PX_MAX).contains(&side), "[input] {key} = {side}: 1 to {SIDE_PX_MAX} pixels");
        }
        for (key, values) in [("scale", self.input.scale), ("mean", self.input.mean), ("std", self.input.std)] {
            ensure!(values.0.iter().all(|value| value.is_finite()), "[input] {key}: numbers only");
        }
        ensure!(self.input.std.0.iter().all(|&std| std != 0.0), "[input] std: nothing can be divided by 0");
        let outputs = &self.outputs;
        if outputs.logits.is_some() && outputs.probabilities.is_some() {
            bail!("[outputs]: give logits or probabilities, not both");
        }
        ensure!(
            outputs.embedding.is_some() || outputs.classes().is_some(),
            "[outputs]: name at least one tensor: embedding, logits or probabilities"
        );
        Ok(())
    }
}
