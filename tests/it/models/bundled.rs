//! The model that comes with the program.

use std::path::Path;

use gleaner::models::{Model, Runtime, softmax};

fn demo(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/photos").join(name)).unwrap()
}

#[test]
fn a_macaque_is_a_macaque_and_its_embedding_says_so_too() {
    let model = Model::bundled(&Runtime::rust()).unwrap();
    let output = model.run(&model.prepare(&demo("erase_macaque.webp")).unwrap()).unwrap();
    let (embedding, logits) = (output.embedding.unwrap(), output.logits.unwrap());
    assert_eq!((embedding.len(), logits.len(), model.dims()), (1_280, 1_000, 1_280));
    let probabilities = softmax(&logits);
    let best = probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap();
    assert_eq!(best.0, 373, "{best:?}");
    let again = model.logits_of(&embedding).unwrap();
    for (a, b) in again.iter().zip(&logits) {
        assert!((a - b).abs() < 1e-4, "{a} {b}");
    }
}
