//! The description of a model: a TOML file beside the ONNX file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

/// Largest side of a model's input, in pixels.
const SIDE_PX_MAX: u32 = 4_096;

/// The description of one model. Unknown keys are errors.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// A short name, part of the model's id: letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// The ONNX file, relative to the description.
    pub file: PathBuf,
    /// SPDX identifier of the licence of the weights.
    #[serde(default)]
    pub license: Option<String>,
    /// Class names: `imagenet`, or a file with one name per line, relative to the description.
    #[serde(default)]
    pub labels: Option<String>,
    /// The input.
    pub input: Input,
    /// The outputs.
    pub outputs: Outputs,
    /// The folder of the description.
    #[serde(skip)]
    folder: PathBuf,
}

/// A model's input: one tensor of one picture. A value is `(x * scale - mean) / std` of `x` in 0..=255.
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
    /// How a picture is resized.
    #[serde(default)]
    pub resize: Resize,
    /// The order of its channels.
    #[serde(default)]
    pub colors: Colors,
    /// Factor before the mean is subtracted; 1 by default.
    #[serde(default = "PerChannel::one")]
    pub scale: PerChannel,
    /// Subtracted; 0 by default.
    #[serde(default = "PerChannel::zero")]
    pub mean: PerChannel,
    /// Divided by; 1 by default.
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

/// How a picture is resized to the model's input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resize {
    /// Scaled to cover 8/7 of the size, then the centre is cut out; keeps proportions.
    #[default]
    Crop,
    /// Scaled to cover the size, then the centre is cut out; keeps proportions. Used by CLIP.
    Cover,
    /// Scaled to the size; changes proportions.
    Squash,
    /// Scaled to fit, centred and padded with zeros; keeps proportions.
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

/// A value for each channel, in the order of the tensor's channels; in TOML three numbers, or one for all.
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

/// The names of the output tensors, at least one. `logits` and `probabilities` exclude each other.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Outputs {
    /// An embedding of the picture.
    pub embedding: Option<String>,
    /// One value for each class, before softmax.
    pub logits: Option<String>,
    /// One value for each class, after softmax.
    pub probabilities: Option<String>,
}

impl Outputs {
    /// The tensor with one value for each class.
    pub fn classes(&self) -> Option<&str> {
        self.logits.as_deref().or(self.probabilities.as_deref())
    }
}

/// The names of a model's classes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Labels {
    /// Unknown, or there are no classes.
    #[default]
    None,
    /// The 1,000 classes of ImageNet (ILSVRC 2012) in their usual order.
    ImageNet,
    /// By class.
    Names(Vec<String>),
}

impl Labels {
    /// The number of named classes; `None` if unknown.
    pub fn count(&self) -> Option<usize> {
        match self {
            Self::None => None,
            Self::ImageNet => Some(1_000),
            Self::Names(names) => Some(names.len()),
        }
    }
}

impl Description {
    /// Parses a description; `folder` is the folder of its relative paths. Errors name line and key.
    pub fn parse(text: &str, folder: &Path) -> Result<Self> {
        let mut description: Self = toml::from_str(text)?;
        folder.clone_into(&mut description.folder);
        description.check()?;
        Ok(description)
    }

    /// Reads a description from a file.
    pub fn open(path: &Path) -> Result<Self> {
        let wrong = || format!("the model description {} is invalid", path.display());
        let text =
            fs::read_to_string(path).with_context(|| format!("cannot read the description {}", path.display()))?;
        Self::parse(&text, path.parent().unwrap_or(Path::new(""))).with_context(wrong)
    }

    /// The path of the ONNX file.
    pub fn model_path(&self) -> PathBuf {
        self.folder.join(&self.file)
    }

    /// Reads the names of the classes.
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
            "name = {:?}: only letters, digits, `-`, `_` and `.` are allowed",
            self.name
        );
        for (key, side) in [("width", self.input.width), ("height", self.input.height)] {
            ensure!((1..=SIDE_PX_MAX).contains(&side), "[input] {key} = {side}: must be 1 to {SIDE_PX_MAX} pixels");
        }
        for (key, values) in [("scale", self.input.scale), ("mean", self.input.mean), ("std", self.input.std)] {
            ensure!(values.0.iter().all(|value| value.is_finite()), "[input] {key}: must be finite numbers");
        }
        ensure!(self.input.std.0.iter().all(|&std| std != 0.0), "[input] std: must not be 0");
        let outputs = &self.outputs;
        if outputs.logits.is_some() && outputs.probabilities.is_some() {
            bail!("[outputs]: use either logits or probabilities");
        }
        ensure!(
            outputs.embedding.is_some() || outputs.classes().is_some(),
            "[outputs]: name at least one tensor: embedding, logits or probabilities"
        );
        Ok(())
    }
}
