//! Tests of the folds: photos that belong together are never on both sides.

use crate::training::features::{Rows, Words};
use crate::training::folds::folds;
use crate::training::groups::{GroupKeys, NEAR, count, groups};
use proptest::prelude::*;

fn tie(owner: &str, sha256: &str) -> GroupKeys {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    GroupKeys { owner: some(owner), sha256: some(sha256) }
}

fn rows(embeddings: &[[f32; 3]]) -> Rows {
    let mut rows = Rows::new(3, false);
    embeddings.iter().for_each(|embedding| rows.push(embedding, Words::default()));
    rows
}

#[test]
fn photos_are_grouped_by_owner_file_and_near_duplicates_transitively() {
    let (x, y, z) = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]);
    let near_x = [0.9, 0.43, 0.0];
    let not_near_z = [0.0, 0.6, 0.8];
    let rows = rows(&[x, y, z, near_x, not_near_z, z]);
    let group_keys = [tie("ann", ""), tie("ann", "f1"), tie("", ""), tie("bob", ""), tie("cy", ""), tie("", "f1")];
    // The last is the third's picture and the second's file, the second is the first's owner's, the fourth like the first.
    assert_eq!(groups(&rows, &group_keys, NEAR), [0, 0, 0, 0, 1, 0]);
    assert_eq!(groups(&rows, &vec![GroupKeys::default(); 6], NEAR), [0, 1, 2, 0, 3, 2]);
    // 0.8 is below 0.83, and no photo without owner is tied to another one without.
    assert_eq!(groups(&rows, &vec![GroupKeys::default(); 6], 0.79), [0, 1, 2, 0, 2, 2]);
}

#[test]
fn too_few_groups_are_reported_instead_of_measures() {
    let labels: Vec<bool> = (0..40).map(|at| at % 2 == 0).collect();
    let two_owners: Vec<usize> = (0..40).map(|at| at % 2).collect();
    let err = folds(&two_owners, &labels, 5).unwrap_err();
    assert_eq!((err.yes, err.no), (1, 1));
    assert!(err.to_string().contains("at least 3"), "{err}");
}

#[test]
fn classes_are_spread_evenly_if_groups_are_small() {
    let labels: Vec<bool> = (0..100).map(|at| at % 4 == 0).collect();
    let found = folds(&(0..100).collect::<Vec<_>>(), &labels, 5).unwrap();
    for fold in 0..5 {
        let of_class = |class| found.iter().zip(&labels).filter(|(of, label)| **of == fold && **label == class).count();
        assert_eq!((of_class(true), of_class(false)), (5, 15));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_group_is_in_two_folds_and_every_training_part_has_both_classes(
        photos in proptest::collection::vec((0_usize..15, any::<bool>()), 1..80), most in 2_usize..8,
    ) {
        let mut numbers = std::collections::HashMap::new();
        let groups: Vec<usize> = photos.iter().map(|(group, _)| { let next = numbers.len(); *numbers.entry(*group).or_insert(next) }).collect();
        let labels: Vec<bool> = photos.iter().map(|(_, label)| *label).collect();
        let Ok(found) = folds(&groups, &labels, most) else { return Ok(()) };
        prop_assert!(count(&found) >= 2 && count(&found) <= most);
        for (a, fold) in found.iter().enumerate() {
            for (b, other) in found.iter().enumerate() {
                prop_assert!(groups[a] != groups[b] || fold == other);
            }
            let outside = |class| found.iter().zip(&labels).any(|(of, label)| of != fold && *label == class);
            prop_assert!(outside(true) && outside(false));
        }
        prop_assert_eq!(found, folds(&groups, &labels, most).unwrap());
    }

    #[test]
    fn rows_connected_by_a_chain_are_in_one_group(
        photos in proptest::collection::vec((0_u8..12, 0_u8..12, proptest::array::uniform3(-1.0_f32..1.0)), 1..40),
    ) {
        let embeddings: Vec<[f32; 3]> = photos.iter().map(|(_, _, embedding)| *embedding).collect();
        let rows = rows(&embeddings);
        let name = |kind: &str, number: u8| if number == 0 { String::new() } else { format!("{kind}{number}") };
        let group_keys: Vec<GroupKeys> = photos.iter().map(|(owner, file, _)| tie(&name("o", *owner), &name("f", *file))).collect();
        let found = groups(&rows, &group_keys, 0.95);
        let tied = |a: usize, b: usize| {
            let cosine: f32 = rows.dense(a).iter().zip(rows.dense(b)).map(|(x, y)| x * y).sum();
            let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
            same(&group_keys[a].owner, &group_keys[b].owner) || same(&group_keys[a].sha256, &group_keys[b].sha256) || cosine >= 0.95
        };
        // Spreading the smallest number along group_keys, until nothing changes.
        let mut reached: Vec<usize> = (0..photos.len()).collect();
        loop {
            let before = reached.clone();
            for a in 0..photos.len() {
                for b in 0..photos.len() {
                    if a != b && tied(a, b) { reached[a] = reached[a].min(reached[b]); }
                }
            }
            if before == reached { break }
        }
        for a in 0..photos.len() {
            for b in 0..photos.len() {
                prop_assert_eq!(found[a] == found[b], reached[a] == reached[b]);
            }
        }
    }
}
