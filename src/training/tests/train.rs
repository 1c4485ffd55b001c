//! From labels to a head: correct measures, and errors with advice.

use gleaner::photo::PhotoId;
use gleaner::training::features::Words;
use gleaner::training::groups::GroupKeys;
use gleaner::training::measures::roc_auc;
use gleaner::training::{Options, Sample, TrainError, Trainer};
use jiff::Timestamp;

use super::{DIMS, generate};

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn trainer(samples: Vec<Sample>) -> Trainer {
    Trainer::new("some-model", samples, Options::default()).unwrap()
}

#[test]
fn a_separable_concept_scores_high_and_noise_does_not() {
    let (samples, labels) = generate(200, 3.0, 1);
    let good = trainer(samples).train("cage", &labels, "reviews", now()).unwrap();
    let measures = good.head.measures.unwrap();
    assert!(measures.roc_auc > 0.97, "{measures:?}");
    assert!(measures.at_cut.precision().unwrap() > 0.9 && measures.at_cut.recall().unwrap() > 0.9);
    assert_eq!((good.head.labels.yes, good.head.labels.no, good.head.labels.groups), (100, 100, 200));

    let (samples, labels) = generate(200, 0.0, 2);
    let noise = trainer(samples).train("cage", &labels, "reviews", now()).unwrap();
    let measures = noise.head.measures.unwrap();
    assert!((0.35..0.65).contains(&measures.roc_auc), "nothing can be learnt from noise: {measures:?}");
}

#[test]
fn duplicates_and_photos_of_one_owner_do_not_inflate_the_measures() {
    // Noise, with each photo five times in the set: if copies are on both sides of a split, the head looks perfect.
    let (originals, labels) = generate(60, 0.0, 3);
    let copies = |tie: &dyn Fn(usize) -> GroupKeys, shift: f32| {
        let one = |(n, sample): (usize, &Sample)| {
            (0..5)
                .map(move |copy| Sample {
                    id: PhotoId::new("made", &format!("{n}-{copy}")),
                    // Photos of one owner are similar, but not near duplicates.
                    embedding: sample
                        .embedding
                        .iter()
                        .enumerate()
                        .map(|(at, x)| if at == copy { x + shift } else { *x })
                        .collect(),
                    words: Words::default(),
                    group_keys: tie(n),
                })
                .collect::<Vec<_>>()
        };
        originals.iter().enumerate().flat_map(one).collect::<Vec<_>>()
    };
    let all: Vec<(PhotoId, bool)> = labels
        .iter()
        .enumerate()
        .flat_map(|(n, (_, truth))| (0..5).map(move |copy| (PhotoId::new("made", &format!("{n}-{copy}")), *truth)))
        .collect();
    let auc = |samples, near| {
        let trainer = Trainer::new("m", samples, Options { near, ..Options::default() }).unwrap();
        let outcome = trainer.train("x", &all, "reviews", now()).unwrap();
        (outcome.head.measures.unwrap().roc_auc, outcome.head.labels.groups)
    };
    let none = |_: usize| GroupKeys::default();
    let owner = |n: usize| GroupKeys { owner: Some(format!("owner {n}")), sha256: None };
    let (of_copies, groups) = auc(copies(&none, 0.0), 0.83);
    assert!((0.3..0.7).contains(&of_copies) && groups == 60, "{of_copies} {groups}");
    let (of_owners, groups) = auc(copies(&owner, 3.0), 2.0);
    assert!((0.3..0.7).contains(&of_owners) && groups == 60, "{of_owners} {groups}");
    let (cheated, groups) = auc(copies(&none, 0.0), 2.0);
    assert!(cheated > 0.75 && groups == 300, "without groups the same head looks good: {cheated} {groups}");
}

#[test]
fn photos_are_evaluated_by_heads_trained_without_their_group() {
    let (mut samples, labels) = generate(90, 1.0, 4);
    samples.iter_mut().enumerate().for_each(|(n, sample)| sample.group_keys.owner = Some(format!("owner {}", n / 6)));
    let outcome = trainer(samples.clone()).train("cage", &labels, "reviews", now()).unwrap();
    assert_eq!(outcome.head.labels.owners, 15);
    for (a, sample) in outcome.held_out.iter().zip(&samples) {
        assert_eq!(a.id, sample.id);
        for (b, other) in outcome.held_out.iter().zip(&samples) {
            assert!(sample.group_keys.owner != other.group_keys.owner || a.fold == b.fold);
        }
    }
    // The measures follow from the scores of held-out photos.
    let measures = outcome.head.measures.unwrap();
    assert_eq!(roc_auc(&outcome.scored_labels()), Some(measures.roc_auc), "calibration keeps the order");
    // A head with a weak penalty is overconfident.
    let loud = Options { c: 1e5, ..Options::default() };
    let outcome = Trainer::new("m", samples, loud).unwrap().train("cage", &labels, "reviews", now()).unwrap();
    let measures = outcome.head.measures.unwrap();
    assert!(measures.calibrated.log_loss < 0.6 * measures.uncalibrated.log_loss, "{measures:?}");
    assert!(measures.calibrated.brier < measures.uncalibrated.brier, "{measures:?}");
}

#[test]
fn a_head_scores_independently_of_the_length_of_an_embedding() {
    let (samples, labels) = generate(100, 2.0, 5);
    let outcome = trainer(samples.clone()).train("cage", &labels, "reviews", now()).unwrap();
    let right = samples.iter().zip(&labels).filter(|(sample, (_, truth))| {
        let score = outcome.head.score(&sample.embedding, None).unwrap();
        let longer: Vec<f32> = sample.embedding.iter().map(|x| x * 7.0).collect();
        assert!((outcome.head.score(&longer, None).unwrap() - score).abs() < 1e-6);
        (score >= outcome.head.cut) == *truth
    });
    assert!(right.count() >= 95);
    let err = outcome.head.score(&[1.0; DIMS + 1], None).unwrap_err();
    assert!(err.to_string().contains("25"), "{err}");
    assert!(outcome.head.score(&[0.0; DIMS], None).unwrap().is_finite(), "an embedding of zeros has a score too");
}

#[test]
fn the_order_of_photos_and_labels_changes_nothing() {
    let (mut samples, mut labels) = generate(80, 1.0, 6);
    let one = trainer(samples.clone()).train("cage", &labels, "reviews", now()).unwrap();
    samples.reverse();
    labels.rotate_left(17);
    let other = trainer(samples).train("cage", &labels, "reviews", now()).unwrap();
    assert_eq!(one, other);
}

#[test]
fn several_concepts_share_their_photos_and_nothing_else() {
    let (samples, cage) = generate(80, 2.0, 7);
    let monkey: Vec<(PhotoId, bool)> =
        samples.iter().map(|sample| (sample.id.clone(), sample.embedding[1] > 0.0)).collect();
    let both = trainer(samples.clone());
    let (a, b) = (both.train("cage", &cage, "r", now()).unwrap(), both.train("monkey", &monkey, "r", now()).unwrap());
    assert_eq!(a, trainer(samples).train("cage", &cage, "r", now()).unwrap());
    assert_ne!(a.head.version(), b.head.version());
    assert!(b.head.weights[1] > 5.0 * b.head.weights[0].abs(), "each learns its own: {:?}", b.head.weights);
}

#[test]
fn words_improve_a_head_if_pictures_do_not() {
    let (mut samples, labels) = generate(120, 0.3, 8);
    for (n, sample) in samples.iter_mut().enumerate() {
        let text = if n % 2 == 0 {
            ["behind bars", "iron cage", "cage"][n % 3]
        } else {
            ["in the tree", "wild", "forest"][n % 3]
        };
        sample.words = Words::of_texts([text, &format!("photo {n}")]);
    }
    let auc = |with_text| {
        let options = Options { with_text, ..Options::default() };
        let trainer = Trainer::new("m", samples.clone(), options).unwrap();
        let outcome = trainer.train("cage", &labels, "reviews", now()).unwrap();
        assert_eq!(outcome.head.reads_text(), with_text);
        (outcome.head.measures.unwrap().roc_auc, outcome)
    };
    let ((seen, _), (read, outcome)) = (auc(false), auc(true));
    assert!(seen < 0.85 && read > 0.97, "{seen} {read}");
    let silent = outcome.head.score(&samples[0].embedding, None).unwrap();
    let told = outcome.head.score(&samples[0].embedding, Some(&samples[0].words)).unwrap();
    assert!(told > silent + 0.1, "{told} {silent}");
}

#[test]
fn too_few_labels_and_missing_vectors_have_different_messages() {
    let (samples, labels) = generate(40, 2.0, 9);
    let trainer = trainer(samples);
    let fewer: Vec<_> = labels.iter().filter(|(id, truth)| !truth || id.own() < "0005").cloned().collect();
    let err = trainer.train("cage", &fewer, "reviews", now()).unwrap_err();
    assert_eq!(err, TrainError::TooFewLabels { concept: "cage".into(), yes: 3, no: 20 });
    assert!(err.to_string().contains("at least 4 of each"), "{err}");
    let unknown = [(PhotoId::new("other", "1"), true)];
    let err = trainer.train("cage", &unknown, "reviews", now()).unwrap_err();
    assert_eq!(err, TrainError::NoVectors { concept: "cage".into(), model: "some-model".into(), labels: 1 });
    let more = [labels.clone(), unknown.to_vec()].concat();
    assert_eq!(trainer.train("cage", &more, "reviews", now()).unwrap().without_vector, 1);
    let (mut mixed, _) = generate(3, 0.0, 1);
    mixed[1].embedding.push(0.0);
    let err = Trainer::new("m", mixed, Options::default()).err().unwrap();
    assert!(matches!(err, TrainError::Dims { wanted: 24, found: 25, .. }), "{err}");
}

#[test]
fn photos_of_one_owner_give_a_head_without_measures() {
    let (mut samples, labels) = generate(40, 2.0, 10);
    samples.iter_mut().for_each(|sample| sample.group_keys.owner = Some("the only one".into()));
    let outcome = trainer(samples).train("cage", &labels, "reviews", now()).unwrap();
    assert!(outcome.head.measures.is_none() && outcome.held_out.is_empty());
    assert!(outcome.too_few_groups.unwrap().to_string().contains("independent groups"));
    assert!((outcome.head.cut - 0.5).abs() < 1e-12);
}
