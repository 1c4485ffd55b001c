//! Tests of the hashed words: the same columns for ever, in every script.

use crate::photo::{Found, Photo};
use crate::training::features::Words;

#[test]
fn the_hash_of_words_stays_as_it_is_written_down() {
    // Worked out in Python from the definition in features.rs; heads that were trained before stand on it.
    let one = |word: &str| Words::of_texts([word]).columns().to_vec();
    for (word, column, value) in PINNED {
        assert_eq!(one(word), [(*column, *value)], "{word}");
    }
}

const PINNED: &[(&str, u32, f32)] = &[
    ("monkey", 1300, 1.0),
    ("cage", 1242, 1.0),
    ("猿", 2128, 1.0),
    ("обезьяна", 2958, 1.0),
    ("80d", 3553, -1.0),
    ("gibbon", 1530, 1.0),
];

#[test]
fn word_weights_grow_with_the_logarithm_of_counts_and_rows_are_normalised() {
    let row = Words::of_texts(["cage cage cage monkey"]);
    let length: f32 = row.columns().iter().map(|(_, value)| value * value).sum();
    assert!((length - 1.0).abs() < 1e-6);
    let mut sizes: Vec<f32> = row.columns().iter().map(|(_, value)| value.abs()).collect();
    sizes.sort_by(f32::total_cmp);
    assert!((sizes[1] / sizes[0] - (1.0 + 3.0_f32.ln())).abs() < 1e-5, "{sizes:?}");
    assert!(Words::of_texts(["", "?!"]).columns().is_empty());
}

#[test]
fn words_are_compared_without_case_width_and_markup_and_parted_in_every_script() {
    let same = |a: &str, b: &str| Words::of_texts([a]) == Words::of_texts([b]);
    assert!(same("Monkey, CAGE!", "monkey cage"));
    assert!(same("ｍｏｎｋｅｙ", "monkey"));
    assert!(!same("titi", "competition"));
    // Three signs are two pairs; a vowel sign of Thai or Hindi parts no word.
    assert_eq!(Words::of_texts(["猿公園"]).columns().len(), 2);
    assert_eq!(Words::of_texts(["बंदर"]).columns().len(), 1);
    assert!(same("zoo猿公園", "zoo 猿公園"));
    let photo = Photo {
        title: "Monkey".into(),
        description: "in a <b>cage</b> &amp; more".into(),
        tags: vec!["zoo".into()],
        ..Photo::default()
    };
    assert_eq!(Words::of(&photo), Words::of_texts(["monkey", "in a cage & more", "zoo"]));
    let mut found = photo.clone();
    found.found_by(Found { term: "monkey wild".into(), rank: 1, ..Found::default() });
    assert_eq!(Words::of(&found), Words::of(&photo), "the search that found it is no word of a photo");
}
