//! Images and text in one embedding space: a tiny pair, made by tests/fixtures/two_tower/make.py, with the loading code
//! in both engines.

mod tokens;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gleaner::models::{ImageEncoder, Runtime, TwoTower};

use crate::decode::generated;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/two_tower")
}

/// A Python with these packages. Without one the test prints that, or fails if it must not be skipped.
fn python(packages: &str) -> Option<Command> {
    let python = std::env::var_os("GLEANER_PYTHON").unwrap_or_else(|| "python3".into());
    let have = Command::new(&python).args(["-c", &format!("import {packages}")]).output();
    if have.is_ok_and(|answer| answer.status.success()) {
        return Some(Command::new(python));
    }
    assert!(std::env::var_os("GLEANER_CI").is_none(), "must not be skipped here: no Python with {packages}");
    println!("skipped: no Python with {packages}");
    None
}

/// The available engines, at most two.
fn runtimes() -> Vec<Runtime> {
    let script = "import glob, os, onnxruntime; print(glob.glob(os.path.dirname(onnxruntime.__file__) + '/capi/libonnxruntime.*')[0])";
    let library = python("onnxruntime").map(|mut python| python.args(["-c", script]).output().unwrap().stdout);
    let path = library.map(|path| PathBuf::from(String::from_utf8(path).unwrap().trim()));
    let faster = path.map(|path| Runtime::onnx_runtime(&path).unwrap());
    [Runtime::rust()].into_iter().chain(faster).collect()
}

/// The pair, its description changed.
fn opened(change: impl Fn(String) -> String, runtime: &Runtime) -> anyhow::Result<TwoTower> {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(fixtures()).unwrap().flatten() {
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let path = folder.path().join("pair.toml");
    let text = change(fs::read_to_string(&path).unwrap());
    fs::write(&path, text).unwrap();
    TwoTower::open(&path, runtime)
}

/// The description of a tower without a mask, of 8 numbers of 32 bits.
fn narrow(text: String) -> String {
    let text = text.replace("text.onnx", "narrow.onnx").replace("mask = \"attention_mask\"\n", "");
    text.replace("pad = 5", "pad = 0").replace("context = 16", "context = 8").replace("\"input_ids\"", "\"tokens\"")
}

fn plain(colour: [u8; 3]) -> Vec<u8> {
    let data: Vec<u8> = colour.repeat(40 * 30);
    generated::png(png::ColorType::Rgb, png::BitDepth::Eight, &data, (40, 30))
}

const PICTURES: [(&str, [u8; 3]); 6] = [
    ("red", [220, 20, 30]),
    ("green", [20, 200, 40]),
    ("blue", [10, 20, 230]),
    ("yellow", [240, 230, 10]),
    ("white", [250, 250, 250]),
    ("black", [5, 5, 5]),
];

fn dot(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn unit(numbers: &[f32]) -> Vec<f32> {
    let length = dot(numbers, numbers).sqrt();
    numbers.iter().map(|value| value / length).collect()
}

/// The embedding of a picture, with length 1.
fn embedding(pair: &TwoTower, picture: &[u8]) -> Vec<f32> {
    let picture = pair.model().prepare(picture).unwrap();
    unit(&pair.model().run(&picture).unwrap().embedding.unwrap())
}

/// Names of the pictures, the most similar to the text first.
fn ranked(pair: &TwoTower, words: &str) -> Vec<&'static str> {
    let words = pair.embed_text(words).unwrap();
    let near = |colour| dot(&embedding(pair, &plain(colour)), &words);
    let mut all: Vec<(&str, f32)> = PICTURES.iter().map(|(name, colour)| (*name, near(*colour))).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn words_are_most_similar_to_the_picture_that_they_describe() {
    for runtime in runtimes() {
        for change in [|text| text, narrow] {
            let pair = opened(change, &runtime).unwrap();
            for (name, _) in PICTURES {
                assert_eq!(ranked(&pair, name)[0], name);
            }
            assert_eq!(ranked(&pair, " RED\tphoto ")[0], "red");
            assert_eq!(ranked(&pair, "猿")[0], "red", "words of any script");
            assert_eq!(ranked(&pair, "red green")[0], "yellow", "words add up");
        }
    }
}

#[test]
fn vectors_have_length_one_and_say_the_same_in_both_engines() {
    let pairs: Vec<TwoTower> = runtimes().iter().map(|runtime| opened(|text| text, runtime).unwrap()).collect();
    let picture = plain([200, 100, 50]);
    let of = |pair: &TwoTower| [embedding(pair, &picture), pair.embed_text("yellow red").unwrap()];
    for pair in &pairs {
        assert_eq!(pair.dims(), 4);
        for (ours, first) in of(pair).iter().zip(of(&pairs[0])) {
            assert!((dot(ours, ours) - 1.0).abs() < 1e-6);
            assert!(ours.iter().zip(&first).all(|(a, b)| (a - b).abs() < 1e-6), "{ours:?} {first:?}");
        }
    }
    let kept = pairs[0].model().encode(&picture).unwrap().to_f32();
    assert!(dot(&unit(&kept), &embedding(&pairs[0], &picture)) > 0.999_999, "stored vectors have the same direction");
}

#[test]
fn a_long_text_is_truncated_and_one_without_words_is_refused() {
    for runtime in runtimes() {
        let pair = opened(|text| text, &runtime).unwrap();
        let long = format!("red {}", "green ".repeat(500));
        let cut = format!("red {}", "green ".repeat(10));
        assert_eq!(pair.embed_text(&long).unwrap(), pair.embed_text(&cut).unwrap());
        assert!(format!("{:#}", pair.embed_text(" \n ").unwrap_err()).contains("no words"));
        let err = format!("{:#}", pair.embed_text("photo").unwrap_err());
        assert!(err.contains("invalid vector"), "{err}");
    }
}

#[test]
fn errors_in_a_description_are_reported_on_opening_the_pair() {
    let cases: [(&str, &str, &str); 12] = [
        ("name = \"tiny-pair\"", "name = \"tiny pair\"", "name"),
        ("width = 8", "wide = 8", "wide"),
        ("context = 16", "contxt = 16", "contxt"),
        ("context = 16", "context = 0", "context"),
        ("{}", "", "prompt"),
        ("file = \"text.onnx\"", "file = \"none.onnx\"", "none.onnx"),
        ("tokenizer = \"tokenizer.json\"", "tokenizer = \"pair.toml\"", "tokenizer.json"),
        ("mask = \"attention_mask\"", "mask = \"mask\"", "it has input_ids, attention_mask"),
        ("embedding = \"text_embeds\"", "embedding = \"words\"", "it has text_embeds"),
        ("embedding = \"image_embeds\"", "logits = \"image_embeds\"", "embedding"),
        ("tensor = \"pixel_values\"", "tensor = \"pixels\"", "pixel_values"),
        ("file = \"text.onnx\"", "file = \"tokenizer.json\"", "ONNX"),
    ];
    for runtime in runtimes() {
        for (from, to, named) in cases {
            let err = format!("{:#}", opened(|text| text.replace(from, to), &runtime).err().expect(to));
            assert!(err.contains(named) && err.contains("pair.toml"), "{to}: {err}");
        }
    }
}

#[test]
fn towers_with_different_dimensions_are_refused() {
    for runtime in runtimes() {
        // The means of the channels are three numbers, and the words four.
        let change = |text: String| text.replace("embedding = \"image_embeds\"", "embedding = \"means\"");
        let err = format!("{:#}", opened(change, &runtime).err().unwrap());
        assert!(err.contains("3 numbers and the text encoder 4"), "{err}");
    }
}
