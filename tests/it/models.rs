//! Image models: their input, their output, and errors for invalid ones.

mod bundled;
mod description;
mod invalid;
mod pictures;
mod python;

use std::path::{Path, PathBuf};

use gleaner::models::{Description, Model, Runtime};

/// A description of the generated model `mean_colour.onnx`, with its lines changed.
fn mean_colour(change: impl Fn(String) -> String) -> anyhow::Result<Description> {
    let text = "name = \"mean-colour\"\nfile = \"mean_colour.onnx\"\n\n[input]\ntensor = \"pixels\"\nwidth = 12\nheight = 8\n\
                layout = \"nhwc\"\nresize = \"squash\"\nscale = 0.00392156862745098\n\n[outputs]\nembedding = \"colour\"\n\
                logits = \"scores\"\n";
    Description::parse(&change(text.to_owned()), &fixtures())
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/models")
}

fn open(description: &Description) -> anyhow::Result<Model> {
    Model::open(description, &Runtime::rust())
}

/// The chain of an expected error.
fn said<T>(result: anyhow::Result<T>) -> String {
    format!("{:#}", result.err().expect("an error is expected"))
}
