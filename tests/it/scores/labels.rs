//! The manually labelled sample of real photos: the quality of the recommended settings.

use gleaner::photo::PhotoId;
use gleaner::training::features::Words;
use gleaner::training::groups::GroupKeys;
use gleaner::training::measures::{Confusion, roc_auc};
use gleaner::training::{Options, Sample, Trainer};
use jiff::Timestamp;

use super::{demo, seed_sample, stem};

/// Photos without any non-human primate: people behind a fence, a man in a cage.
const NO_MONKEY: [&str; 2] = ["cage-26", "cage-36"];

/// A sculpture of a monkey: neither yes nor no.
const UNCLEAR: &str = "cage-49";

/// Photos with bars, mesh or a fence in sight, also behind the animal; all others have none.
const CAGE: [&str; 17] = [
    "cage-22", "cage-24", "cage-26", "cage-36", "cage-45", "cage-46", "cage-49", "cage-53", "cage-60", "cage-61",
    "cage-80", "cage-87", "cage-90", "cage-93", "cage-94", "cage-98", "wild-20",
];

/// From which score on a photo is best taken to show a concept that is known from words: of 178 photos of a search for
/// monkeys this found 97.7 % of the monkeys, and no other photo (docs/concepts.md).
const RECOMMENDED: f64 = 0.3;

#[test]
fn monkeys_in_the_sample_are_found_without_training() {
    let Some(fixture) = seed_sample() else { return };
    fixture.settings("[concepts.monkey]\nwords = [\"monkey\", \"ape\"]\nsenses = [\"primate.n.02\"]\n");
    fixture.score();
    let scores = fixture.scores("monkey");
    assert_eq!(scores.len(), 46);
    let scored_labels: Vec<(f64, bool)> = scores
        .iter()
        .filter(|(name, _)| name != UNCLEAR)
        .map(|(name, score)| (*score, !NO_MONKEY.contains(&name.as_str())))
        .collect();
    let counts = Confusion::at(RECOMMENDED, &scored_labels);
    println!("monkey at {RECOMMENDED}: {counts:?}, ROC-AUC {:?}", roc_auc(&scored_labels));
    assert_eq!(counts.false_positives, 0, "{scores:?}");
    assert!(counts.recall().unwrap() >= 0.95, "{counts:?}");
}

/// Draws of eight and eight photos are used as labels in turn: photo `n` of each class from `draw` on, in steps that
/// go through the whole class.
fn drawn(class: &[&PhotoId], draw: usize) -> Vec<PhotoId> {
    (0..8).map(|n| class[(draw * 5 + n * 7) % class.len()].clone()).collect()
}

#[test]
fn a_head_trained_on_sixteen_labels_separates_cages_in_the_sample() {
    let Some(fixture) = seed_sample() else { return };
    fixture.score();
    let vectors = fixture.vectors();
    assert_eq!(vectors.len(), 46);
    let is_cage = |id: &PhotoId| CAGE.contains(&stem(id).as_str());
    let (yes, no): (Vec<&PhotoId>, Vec<&PhotoId>) = vectors.iter().map(|(id, _)| id).partition(|id| is_cage(id));
    assert_eq!((yes.len(), no.len()), (17, 29));
    let samples: Vec<Sample> = vectors
        .iter()
        .map(|(id, vector)| Sample {
            id: id.clone(),
            embedding: vector.to_f32(),
            words: Words::default(),
            group_keys: GroupKeys::default(),
        })
        .collect();
    let trainer = Trainer::new("model", samples, Options::default()).unwrap();
    let mut areas: Vec<f64> = (0..17)
        .map(|draw| {
            let labelled: Vec<PhotoId> = [drawn(&yes, draw), drawn(&no, draw)].concat();
            let labels: Vec<(PhotoId, bool)> = labelled.iter().map(|id| (id.clone(), is_cage(id))).collect();
            assert_eq!(labels.iter().filter(|(_, cage)| *cage).count(), 8);
            let head = trainer.train("cage", &labels, "reviews", Timestamp::UNIX_EPOCH).unwrap().head;
            let rest = vectors.iter().filter(|(id, _)| !labelled.contains(id));
            let scored_labels: Vec<(f64, bool)> =
                rest.map(|(id, vector)| (head.score(&vector.to_f32(), None).unwrap(), is_cage(id))).collect();
            assert_eq!(scored_labels.len(), 30);
            roc_auc(&scored_labels).unwrap()
        })
        .collect();
    areas.sort_by(f64::total_cmp);
    let mean = areas.iter().sum::<f64>() / areas.len() as f64;
    println!("cage, 16 labels, ROC-AUC on the other 30 over 17 draws: mean {mean:.3}, {areas:.3?}");
    assert!(mean >= 0.95, "mean {mean}: {areas:?}");
}

#[test]
fn animals_in_the_demo_are_recognised_without_training() {
    let fixture = demo();
    let kinds: [(&str, &str, &[&str]); 4] = [
        ("bird", "bird.n.01", &["erase_penguin", "erase_toucan", "erase_heron", "farm_owl", "farm_duck"]),
        ("fish", "fish.n.01", &["fish_fish21", "fish_fish22"]),
        ("insect", "insect.n.01", &["erase_caterpillar", "erase_butterfly", "erase_bee"]),
        (
            "primate",
            "primate.n.02",
            &["erase_gibbon", "erase_gorilla", "erase_macaque", "erase_long_nosed_monkey", "world_lemur"],
        ),
    ];
    let block = |(name, sense, _): &(&str, &str, &[&str])| format!("[concepts.{name}]\nsenses = [\"{sense}\"]\n");
    fixture.settings(&kinds.iter().map(block).collect::<String>());
    fixture.score();
    for (kind, _, shown) in kinds {
        let scores = fixture.scores(kind);
        assert_eq!(scores.len(), 26, "{kind}");
        let scored_labels: Vec<(f64, bool)> =
            scores.iter().map(|(name, score)| (*score, shown.contains(&name.as_str()))).collect();
        assert_eq!(scored_labels.iter().filter(|(_, shown)| *shown).count(), shown.len(), "{kind}");
        let area = roc_auc(&scored_labels).unwrap();
        println!("{kind}: ROC-AUC {area:.3}, at {RECOMMENDED} {:?}", Confusion::at(RECOMMENDED, &scored_labels));
        assert!(area >= 0.95, "{kind}: {scores:?}");
        let wrong: Vec<&str> = scores
            .iter()
            .filter(|(name, score)| *score >= RECOMMENDED && !shown.contains(&name.as_str()))
            .map(|(name, _)| name.as_str())
            .collect();
        // The model takes a dolphin for a shark or a ray; a few labels correct that.
        let known: &[&str] = if kind == "fish" { &["erase_dolphin"] } else { &[] };
        assert_eq!(wrong, known, "{kind}: {scores:?}");
    }
}

#[test]
fn a_photo_is_most_similar_to_itself_and_then_to_its_kind() {
    let fixture = demo();
    fixture.score();
    let vectors = fixture.vectors();
    let by_name = |name: &str| vectors.iter().find(|(id, _)| stem(id) == name).unwrap().1.to_f32();
    let cosine = |a: &[f32], b: &[f32]| {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    };
    let fish = by_name("fish_fish21");
    assert!((cosine(&fish, &fish) - 1.0).abs() < 1e-9);
    assert!(cosine(&fish, &by_name("fish_fish22")) > cosine(&fish, &by_name("farm_owl")));
}
