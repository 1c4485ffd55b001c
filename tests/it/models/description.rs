//! Models of users: their TOML file, and the messages if it is wrong.

use gleaner::models::{Description, Labels, Resize, softmax};

use super::{fixtures, mean_colour, open, said};
use crate::decode::generated;

#[test]
fn a_user_model_runs_as_described() {
    let model = open(&mean_colour(|text| text).unwrap()).unwrap();
    let blue = generated::png(png::ColorType::Rgb, png::BitDepth::Eight, &[0, 51, 255].repeat(6), (3, 2));
    let output = model.run(&model.prepare(&blue).unwrap()).unwrap();
    let near = |got: &[f32], want: &[f32]| got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-5);
    assert!(near(&output.embedding.clone().unwrap(), &[0.0, 0.2, 1.0]), "{output:?}");
    assert!(near(&output.logits.clone().unwrap(), &[-3.5, 4.0]), "{output:?}");
    assert_eq!(model.logits_of(&output.embedding.unwrap()).unwrap(), output.logits.unwrap());
}

#[test]
fn channels_in_the_other_order_and_means_and_deviations_reach_the_model() {
    let swapped = mean_colour(|text| {
        text.replace("scale = ", "colors = \"bgr\"\nmean = [0.5, 0.0, 0.25]\nstd = [2, 1, 0.5]\nscale = ")
    });
    let model = open(&swapped.unwrap()).unwrap();
    let blue = generated::png(png::ColorType::Rgb, png::BitDepth::Eight, &[0, 51, 255].repeat(6), (3, 2));
    let colour = model.run(&model.prepare(&blue).unwrap()).unwrap().embedding.unwrap();
    for (got, want) in colour.iter().zip([0.25, 0.2, -0.5]) {
        assert!((got - want).abs() < 1e-5, "{colour:?}");
    }
}

#[test]
fn probabilities_serve_as_well_as_logits() {
    let given = mean_colour(|text| text.replace("logits = \"scores\"", "probabilities = \"probabilities\""));
    let model = open(&given.unwrap()).unwrap();
    let grey = generated::png(png::ColorType::Grayscale, png::BitDepth::Eight, &[128; 4], (2, 2));
    let output = model.run(&model.prepare(&grey).unwrap()).unwrap();
    let probabilities = softmax(&output.logits.clone().unwrap());
    assert!((probabilities[0] - 1.0 / (1.0 + (-0.5_f32).exp())).abs() < 1e-6, "{probabilities:?}");
    let again = model.logits_of(&output.embedding.unwrap()).unwrap();
    assert!((again[0] - output.logits.unwrap()[0]).abs() < 1e-6);
}

#[test]
fn errors_in_a_description_are_named() {
    type Change = (&'static str, &'static str, &'static str);
    let changes: [Change; 11] = [
        ("name = ", "nam = ", "unknown field `nam`"),
        ("tensor = ", "tensr = ", "unknown field `tensr`"),
        ("\"mean-colour\"", "\"mean colour\"", "letters, digits"),
        ("width = 12", "width = 0", "width = 0"),
        ("height = 8", "height = 99999", "height = 99999"),
        ("\"squash\"", "\"stretch\"", "unknown variant `stretch`"),
        ("scale = 0.00392156862745098", "scale = [1, 2]", "a number, or a list of three"),
        ("scale = 0.00392156862745098", "std = 0", "must not be 0"),
        ("scale = 0.00392156862745098", "mean = inf", "must be finite numbers"),
        ("logits = \"scores\"", "logits = \"a\"\nprobabilities = \"b\"", "either logits or probabilities"),
        ("embedding = \"colour\"\nlogits = \"scores\"\n", "", "at least one tensor"),
    ];
    for (from, to, message) in changes {
        let text = said(mean_colour(|text| text.replace(from, to)));
        assert!(text.contains(message), "{from} -> {to}: {text}");
    }
    assert!(said(Description::open(&fixtures().join("none.toml"))).contains("none.toml"));
}

#[test]
fn a_mismatch_with_the_model_is_reported_with_the_valid_names() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("labels.txt"), "red\nblue\ngreen\n").unwrap();
    let labels = folder.path().join("labels.txt").display().to_string();
    let changes = [
        ("\"mean_colour.onnx\"", "\"none.onnx\"".to_owned(), "none.onnx"),
        ("\"pixels\"", "\"image\"".to_owned(), "no input tensor \"image\"; it has pixels"),
        ("\"scores\"", "\"logit\"".to_owned(), "no output tensor \"logit\"; it has colour, scores, probabilities"),
        ("width = 12", "width = 13".to_owned(), "the model cannot be run"),
        ("\"nhwc\"", "\"nchw\"".to_owned(), "the model cannot be run"),
        ("[input]", format!("labels = \"{labels}\"\n[input]"), "3 labels for a model of 2 classes"),
        ("[input]", "labels = \"imagenet\"\n[input]".to_owned(), "1000 labels for a model of 2 classes"),
        ("[input]", "labels = \"none.txt\"\n[input]".to_owned(), "none.txt"),
        ("\"colour\"", "\"pixels\"".to_owned(), "no output tensor \"pixels\""),
    ];
    for (from, to, message) in changes {
        let text = said(open(&mean_colour(|text| text.replacen(from, &to, 1)).unwrap()));
        assert!(text.contains(message), "{from} -> {to}: {text}");
    }
}

#[test]
fn labels_are_read_line_by_line_from_beside_the_description() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(fixtures().join("mean_colour.onnx"), folder.path().join("m.onnx")).unwrap();
    std::fs::write(folder.path().join("labels.txt"), "red\r\nblue\r\n").unwrap();
    let path = folder.path().join("model.toml");
    let text = "name = \"m\"\nfile = \"m.onnx\"\nlabels = \"labels.txt\"\n[input]\ntensor = \"pixels\"\nwidth = 12\n\
                height = 8\nlayout = \"nhwc\"\n[outputs]\nlogits = \"scores\"\n";
    std::fs::write(&path, text).unwrap();
    let model = open(&Description::open(&path).unwrap()).unwrap();
    assert_eq!(model.labels(), &Labels::Names(vec!["red".into(), "blue".into()]));
    assert_eq!((model.dims(), model.description().input.resize), (2, Resize::Crop));
    assert!(said(model.logits_of(&[1.0, 2.0])).contains("cannot be computed from its embedding"));
}

#[test]
fn another_preparation_or_file_gives_another_id() {
    let id = |change: fn(String) -> String| open(&mean_colour(change).unwrap()).unwrap().id().to_owned();
    let ids = [
        id(|text| text),
        id(|text| text.replace("squash", "crop")),
        id(|text| text.replace("scale = ", "mean = 0.5\nscale = ")),
        id(|text| text.replace("logits = \"scores\"\n", "")),
    ];
    for (at, id) in ids.iter().enumerate() {
        assert!(!ids[..at].contains(id), "{ids:?}");
    }
    assert_eq!(ids[0], id(|text| text));
}
