//! The model that is included in the program.

use std::path::Path;

use gleaner::models::{Labels, Model, Runtime, softmax};

fn demo(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/photos").join(name)).unwrap()
}

#[test]
fn a_macaque_is_classified_from_its_pixels_and_from_its_embedding() {
    let model = Model::bundled(&Runtime::rust()).unwrap();
    let output = model.run(&model.prepare(&demo("erase_macaque.webp")).unwrap()).unwrap();
    let (embedding, logits) = (output.embedding.unwrap(), output.logits.unwrap());
    assert_eq!((embedding.len(), logits.len(), model.dims()), (1_280, 1_000, 1_280));
    let probabilities = softmax(&logits);
    let best = probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
    // ImageNet's 373: Macaca.
    assert_eq!(best.0, 373, "{best:?}");
    assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);

    let again = model.logits_of(&embedding).unwrap();
    let apart = again.iter().zip(&logits).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart < 1e-4, "{apart}");
    assert!(model.logits_of(&embedding[1..]).is_err());
}

#[test]
fn the_id_depends_on_the_file_and_the_preparation() {
    let model = Model::bundled(&Runtime::rust()).unwrap();
    let parts: Vec<_> = model.id().split(':').collect();
    assert_eq!(parts[..2], ["efficientnet-lite0", "807eab59"]);
    assert!(parts[2].starts_with("crop-"), "{}", model.id());
    assert_eq!(model.labels(), &Labels::ImageNet);
    assert_eq!(model.runtime_name(), "pure Rust (rten)");
}

#[test]
fn one_model_gives_the_same_result_in_many_threads() {
    let model = Model::bundled(&Runtime::rust()).unwrap();
    let picture = model.prepare(&demo("world_koala.webp")).unwrap();
    let alone = model.run(&picture).unwrap();
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| model.run(&picture).unwrap())).collect();
        runs.into_iter().for_each(|run| assert_eq!(run.join().unwrap(), alone));
    });
}
