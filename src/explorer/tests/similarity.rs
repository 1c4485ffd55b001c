//! Similar photos: the nearest ones are the same as those of an exact search over all photos.

use gleaner::explorer::SimilarityIndex;
use gleaner::photo::{PhotoId, Vector};

use super::generated::{World, filter};

const DIMS: usize = 320;

/// Photo `n` is near the centre of its group, `n % 40`, at its own distance, as embeddings are.
fn vector(n: u64) -> Vec<f32> {
    let noise = |seed: u64, at: usize| {
        let hash = (seed * 7919 + at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31);
        (hash.wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    let far = 0.3 + (n / 40) as f32 / 100.0;
    (0..DIMS).map(|at| noise(n % 40, at) + far * noise(1000 + n, at)).collect()
}

fn cosine(one: &[f32], other: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
}

#[test]
fn the_nearest_photos_equal_those_of_an_exact_search_also_with_a_filter() {
    let world = World::of(3000);
    let vectors: Vec<(PhotoId, Vector)> =
        (0..3000).map(|n| (PhotoId::new("flickr", &n.to_string()), Vector::of(&vector(n)))).collect();
    world.store.save_vectors("model", &vectors).unwrap();
    world.store.save_vectors("other", &vectors[..10]).unwrap();
    let explorer = world.explorer();
    let similarity = SimilarityIndex::of(&*world.store, "model").unwrap();
    assert_eq!((similarity.seen(), similarity.model()), (3000, "model"));
    for text in ["", "score.monkey:>=0.5", "country:MY term:\"monkey cage\""] {
        let filter = filter(text);
        let passing: Vec<&PhotoId> = world.passing(&filter).into_iter().map(|photo| &photo.id).collect();
        let mut shared = 0;
        for n in [0, 17, 1234] {
            let mut exact: Vec<(f64, PhotoId)> = vectors
                .iter()
                .filter(|(id, _)| passing.contains(&id))
                .map(|(id, other)| (cosine(&vector(n), &other.to_f32()), id.clone()))
                .collect();
            exact.sort_by(|one, other| other.0.total_cmp(&one.0));
            let found = similarity.near((&explorer, &*world.store), &vector(n), (&filter, 20)).unwrap();
            assert_eq!(found.len(), 20);
            assert!(found.is_sorted_by(|one, other| one.similarity >= other.similarity));
            assert!(found.iter().all(|neighbour| passing.contains(&&neighbour.id)), "{text}");
            for neighbour in &found {
                let of = exact.iter().find(|(_, id)| *id == neighbour.id).unwrap().0;
                assert!((f64::from(neighbour.similarity) - of).abs() < 2e-3, "{} for {of}", neighbour.similarity);
            }
            let best: Vec<&PhotoId> = exact[..20].iter().map(|(_, id)| id).collect();
            shared += found.iter().filter(|neighbour| best.contains(&&neighbour.id)).count();
        }
        assert!(shared >= 57, "{shared} of 60 with {text:?}");
    }
}

#[test]
fn a_model_without_vectors_finds_nothing() {
    let world = World::of(5);
    let similarity = SimilarityIndex::of(&*world.store, "model").unwrap();
    let explorer = world.explorer();
    let found = similarity.near((&explorer, &*world.store), &[1.0, 2.0], (&filter(""), 5)).unwrap();
    assert!(found.is_empty() && similarity.seen() == 0);
}

#[test]
fn scores_are_returned_for_matching_photos_only() {
    let world = World::of(200);
    let explorer = world.explorer();
    let asked = filter("country:MY");
    let told = explorer.scores(&asked, &"monkey".into());
    let passing = world.passing(&asked);
    let scored: Vec<_> =
        passing.iter().filter_map(|photo| Some((&photo.id, photo.scores.get("monkey")?.number()?))).collect();
    assert_eq!(told.len(), scored.len());
    for (id, value) in scored {
        assert!(told.contains(&(id.clone(), value)), "{id}");
    }
    assert!(explorer.scores(&asked, &"pangolin".into()).is_empty());
    let ids: Vec<PhotoId> = world.photos.iter().map(|photo| photo.id.clone()).collect();
    let passes = explorer.passing(&asked, &ids);
    assert_eq!(passes.iter().filter(|passes| **passes).count(), passing.len());
}
