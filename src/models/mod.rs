//! Image models in ONNX, run on the CPU without network.
//!
//! A [`Description`] (a small TOML file) defines a model's inputs and outputs; [`prepare`] turns a file's bytes into its
//! input; [`Model`] runs it in pure Rust, or with ONNX Runtime if that is installed ([`Runtime`]).

mod description;
mod encoder;
mod engine;
mod head;
mod model;
mod prepare;
mod preprocessing;
mod runtime;
mod tokenizer;
mod two_tower;

pub use description::{Colors, Description, Input, Labels, Layout, Outputs, PerChannel, Resize};
pub use encoder::ImageEncoder;
pub use model::{Model, Output, softmax};
pub use prepare::{Prepared, prepare};
pub use runtime::Runtime;
pub use tokenizer::{Tokenizer, Tokens};
pub use two_tower::TwoTower;
