//! Files that are not models, and files that are not libraries.

use gleaner::models::{Model, Runtime};
use proptest::prelude::*;

use super::python::library;
use super::{fixtures, mean_colour, said};

/// Opens bytes as the generated model; must not crash or hang.
fn opened(bytes: &[u8], runtime: &Runtime) -> anyhow::Result<Model> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    std::fs::write(&path, bytes).unwrap();
    let file = format!("file = {:?}", path.display().to_string());
    Model::open(&mean_colour(|text| text.replace("file = \"mean_colour.onnx\"", &file)).unwrap(), runtime)
}

fn runtimes() -> Vec<Runtime> {
    let onnx_runtime = library().map(|path| Runtime::onnx_runtime(&path).unwrap());
    [Some(Runtime::rust()), onnx_runtime].into_iter().flatten().collect()
}

#[test]
fn invalid_bytes_are_an_error_and_no_crash() {
    let model = std::fs::read(fixtures().join("mean_colour.onnx")).unwrap();
    for runtime in runtimes() {
        for bytes in [&b""[..], b"not a model", &[0xff; 64], &model[..40], &model[..model.len() - 30]] {
            let text = said(opened(bytes, &runtime));
            assert!(text.contains("mean-colour"), "{text}");
        }
        assert!(opened(&model, &runtime).is_ok());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_model_is_an_error_or_a_model_and_no_crash(
        changes in prop::collection::vec((0.0..1.0, any::<u8>()), 1..8),
        which in any::<bool>(),
    ) {
        let name = if which { "mean_colour.onnx" } else { "depthwise.onnx" };
        let mut bytes = std::fs::read(fixtures().join(name)).unwrap();
        for (at, value) in changes {
            let length = bytes.len() as f64;
            bytes[(at * length) as usize] = value;
        }
        drop(opened(&bytes, &Runtime::rust()));
    }
}

#[test]
fn an_invalid_library_is_an_error_if_configured_and_a_warning_if_found() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("libonnxruntime.so.1.99.0");
    std::fs::write(&library, "no library").unwrap();
    let text = said(Runtime::onnx_runtime(&library));
    assert!(text.contains("libonnxruntime.so.1.99.0"), "{text}");
    assert!(said(Runtime::onnx_runtime(&folder.path().join("none.so"))).contains("none.so"));

    let (runtime, warning) = Runtime::best(&[folder.path().join("no folder"), folder.path().to_owned()]);
    assert_eq!(runtime.library(), None);
    let warning = warning.unwrap();
    assert!(warning.contains("libonnxruntime.so.1.99.0") && warning.contains("pure Rust"), "{warning}");
    let (runtime, warning) = Runtime::best(&[]);
    assert_eq!((runtime.library(), warning), (None, None));
}

#[test]
fn the_first_loaded_library_is_used_by_the_whole_process() {
    let Some(path) = library() else { return };
    let (runtime, warning) = Runtime::best(&[path.parent().unwrap().to_owned()]);
    assert_eq!(warning, None);
    assert_eq!(runtime.library(), Some(path.canonicalize().unwrap().as_path()));
    let model = Model::bundled(&runtime).unwrap();
    assert!(model.runtime_name().contains("libonnxruntime"), "{}", model.runtime_name());

    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("libonnxruntime.so");
    std::fs::copy(&path, &other).unwrap();
    assert!(said(Runtime::onnx_runtime(&other)).contains("already loaded"));
}
