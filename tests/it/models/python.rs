//! Results equal those of Python's onnxruntime for the same input and the same photos.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use gleaner::models::{Model, Output, Prepared, Runtime};

use super::{fixtures, open};
use crate::pipeline::shared;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn python() -> Option<OsString> {
    let python = std::env::var_os("GLEANER_PYTHON").unwrap_or_else(|| "python3".into());
    let have = Command::new(&python).args(["-c", "import onnxruntime, PIL"]).output();
    if have.is_ok_and(|answer| answer.status.success()) {
        return Some(python);
    }
    assert!(
        std::env::var_os("GLEANER_CI").is_none(),
        "must not be skipped here: no Python with onnxruntime and pillow"
    );
    println!("skipped: no Python with the packages onnxruntime and pillow");
    None
}

fn reference(arguments: &[OsString]) -> Option<String> {
    let answer = Command::new(python()?)
        .arg(Path::new(ROOT).join("tests/fixtures/onnx_reference.py"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    Some(String::from_utf8(answer.stdout).unwrap())
}

/// The library of ONNX Runtime in Python's package.
pub fn library() -> Option<PathBuf> {
    reference(&["library".into()]).map(|path| PathBuf::from(path.trim()))
}

/// Some of the demo's photos and of the first dataset's; all with GLEANER_FULL=1.
fn photos() -> Vec<PathBuf> {
    let step = if std::env::var_os("GLEANER_FULL").is_some() { 1 } else { 6 };
    let folders = [Some(Path::new(ROOT).join("demo/photos")), shared("seed-sample/images")];
    let listed = |folder: PathBuf| {
        let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    folders.into_iter().flatten().flat_map(|folder| listed(folder).into_iter().step_by(step)).collect()
}

fn floats(path: &Path) -> Vec<f32> {
    let bytes = std::fs::read(path).unwrap();
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect()
}

/// Logits and embedding that Python wrote for the photo of this number.
fn of_python(folder: &Path, number: usize) -> Output {
    let read = |suffix: &str| Some(floats(&folder.join(format!("{number}.{suffix}"))));
    Output { logits: read("logits"), embedding: read("embedding") }
}

fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn top(output: &Output) -> usize {
    let logits = output.logits.as_ref().unwrap();
    logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0
}

fn bundled_file() -> OsString {
    Path::new(ROOT).join("data/models/efficientnet-lite0-fp16.onnx").into()
}

#[test]
fn both_engines_equal_python_for_the_same_input() {
    let Some(library) = library() else { return };
    let folder = tempfile::tempdir().unwrap();
    let rust = Model::bundled(&Runtime::rust()).unwrap();
    let onnx_runtime = Model::bundled(&Runtime::onnx_runtime(&library).unwrap()).unwrap();
    let pictures: Vec<Prepared> =
        photos().iter().map(|path| rust.prepare(&std::fs::read(path).unwrap()).unwrap()).collect();
    assert!(pictures.len() >= 5);
    for (number, picture) in pictures.iter().enumerate() {
        let bytes: Vec<u8> = picture.values.iter().flat_map(|value| value.to_le_bytes()).collect();
        std::fs::write(folder.path().join(format!("{number}.tensor")), bytes).unwrap();
    }
    reference(&["tensors".into(), bundled_file(), folder.path().into()]).unwrap();

    let mut worst = HashMap::new();
    for (number, picture) in pictures.iter().enumerate() {
        let python = of_python(folder.path(), number);
        for (name, model, limit) in [("rten", &rust, 1e-3), ("ONNX Runtime", &onnx_runtime, 1e-5)] {
            let output = model.run(picture).unwrap();
            let far = apart(output.logits.as_ref().unwrap(), python.logits.as_ref().unwrap());
            assert!(far < limit, "{name}: logits of photo {number} are {far} apart");
            let vector = apart(output.embedding.as_ref().unwrap(), python.embedding.as_ref().unwrap());
            assert!(vector < limit, "{name}: embedding of photo {number} is {vector} apart");
            assert_eq!(top(&output), top(&python), "{name}: photo {number}");
            let known: &mut f32 = worst.entry(name).or_default();
            *known = known.max(far);
        }
    }
    println!("{} photos, logits at most apart: {worst:?}", pictures.len());
}

/// A photo that is decoded in full gives what Pillow gives; a JPEG is decoded at a fraction of its size where
/// Pillow's `draft` would too, which shows in fine patterns.
#[test]
fn decoding_and_model_agree_with_pillow_and_python_for_the_same_photo() {
    let paths = photos();
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = vec!["photos".into(), bundled_file(), folder.path().into()];
    arguments.extend(paths.iter().map(|path| path.clone().into_os_string()));
    if reference(&arguments).is_none() {
        return;
    }
    let model = Model::bundled(&Runtime::rust()).unwrap();
    let mut same = 0;
    for (number, path) in paths.iter().enumerate() {
        let python = of_python(folder.path(), number);
        let picture = model.prepare(&std::fs::read(path).unwrap()).unwrap();
        let tensor = floats(&folder.path().join(format!("{number}.tensor")));
        let sum: f32 = picture.values.iter().zip(&tensor).map(|(a, b)| (a - b).abs()).sum();
        let mean = sum / tensor.len() as f32 * 128.0;
        let output = model.run(&picture).unwrap();
        let cosine = cosine(output.embedding.as_ref().unwrap(), python.embedding.as_ref().unwrap());
        let name = path.file_name().unwrap().display();
        println!("{name}: {mean:.2} of 255 a value, cosine {cosine:.5}");
        let is_jpeg = path.extension().is_some_and(|suffix| suffix == "jpg");
        let (mean_max, cosine_min) = if is_jpeg { (4.5, 0.985) } else { (0.5, 0.998) };
        assert!(mean < mean_max, "{name}: {mean} of 255 apart on average");
        assert!(cosine > cosine_min, "{name}: cosine of the embeddings {cosine}");
        same += usize::from(top(&output) == top(&python));
    }
    println!("top-1 equal in {same} of {}", paths.len());
    assert!(same * 10 >= paths.len() * 9, "top-1 equal in {same} of {}", paths.len());
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// The generated model has depthwise convolutions of every kind, in sequence, in parallel and with a skip connection.
#[test]
fn depthwise_convolutions_of_every_kind_are_those_of_onnx_runtime() {
    let Some(library) = library() else { return };
    let text = "name = \"d\"\nfile = \"depthwise.onnx\"\n[input]\ntensor = \"image\"\nwidth = 22\nheight = 31\n\
                [outputs]\nembedding = \"embedding\"\nlogits = \"logits\"\n";
    let description = gleaner::models::Description::parse(text, &fixtures()).unwrap();
    let rust = open(&description).unwrap();
    let onnx_runtime = Model::open(&description, &Runtime::onnx_runtime(&library).unwrap()).unwrap();
    for seed in 0..5_u32 {
        let noise =
            |at: u32| ((at.wrapping_mul(2_654_435_761).wrapping_add(seed * 977) >> 7) % 1_000) as f32 / 500.0 - 1.0;
        let picture = Prepared { shape: [1, 3, 31, 22], values: (0..3 * 31 * 22).map(noise).collect() };
        let (ours, theirs) = (rust.run(&picture).unwrap(), onnx_runtime.run(&picture).unwrap());
        let far = apart(&ours.embedding.unwrap(), &theirs.embedding.unwrap());
        assert!(far < 1e-5, "{far}");
        assert!(apart(&ours.logits.unwrap(), &theirs.logits.unwrap()) < 1e-5);
    }
}
