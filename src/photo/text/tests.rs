//! Tests of when texts are equal: a table of pairs, and properties over all characters.

use proptest::prelude::*;

use super::{find, normalise};

/// Texts that are the same to a person who searches.
const EQUAL: &[(&str, &str)] = &[
    // Case, full and of every script.
    ("Straße", "STRASSE"),
    ("straße", "STRAẞE"),
    ("ΌΣΟΣ", "όσος"),
    ("ǆ", "Ǆ"),
    ("ᏣᎳᎩ", "ꮳꮃꭹ"),
    ("ﬃ", "FFI"),
    ("ŉ", "ʼn"),
    // The Turkish i.
    ("İSTANBUL", "istanbul"),
    ("İzmir", "izmir"),
    ("IZMIR", "ızmır"),
    ("Diyarbakır", "DIYARBAKIR"),
    ("i\u{307}", "I"),
    // Canonical and compatibility equivalence.
    ("é", "e\u{301}"),
    ("Å", "Å"),
    ("가", "\u{1100}\u{1161}"),
    ("ｓｎｏｗ", "snow"),
    ("ﾆﾎﾝｻﾞﾙ", "ニホンザル"),
    ("①", "1"),
    ("q\u{307}\u{323}", "q\u{323}\u{307}"),
    ("don´t", "don't"),
    // Default-ignorable characters.
    ("葛\u{e0100}城市", "葛城市"),
    ("mon\u{ad}key", "monkey"),
    ("mon\u{34f}key", "monkey"),
    ("mon\u{180b}key", "monkey"),
    ("mon\u{2060}\u{feff}key", "monkey"),
    ("mon\u{e0041}key", "monkey"),
    ("❤\u{fe0f}", "❤"),
    ("می\u{200c}خواهم", "میخواهم"),
    ("e\u{200d}\u{301}", "é"),
    ("\u{3164}a", "a"),
    // Quotes and dashes.
    ("snow‑monkey", "snow-monkey"),
    ("1990–2000", "1990-2000"),
    ("snow—monkey", "snow-monkey"),
    ("−5", "-5"),
    ("d’Ivoire", "d'Ivoire"),
    ("Oʻahu", "O'ahu"),
    ("“snow”", "\"snow\""),
    ("«снег»", "\"снег\""),
    ("„Schnee‟", "\"Schnee\""),
    ("スノー〜モンキー", "スノー～モンキー"),
    // Arabic, Persian and Urdu.
    ("قِرْدٌ", "قرد"),
    ("قـــرد", "قرد"),
    ("علي", "علی"),
    ("على", "علی"),
    ("كتاب", "کتاب"),
    ("مكة", "مکه"),
    ("ہمالیہ", "همالیه"),
    ("أحمد", "احمد"),
    ("إسلام", "اسلام"),
    ("آسيا", "اسيا"),
    ("ا\u{654}حمد", "أحمد"),
    ("خانۀ", "خانه"),
    ("خانهٔ", "خانه"),
    ("مسؤول", "مسو\u{654}ول"),
    ("ﻗﺮﺩ", "قرد"),
    // Blanks.
    (" snow \u{3000}\t monkey ", "Snow monkey"),
];

/// Texts that are not.
const DIFFERENT: &[(&str, &str)] = &[
    ("Zurich", "Zürich"),
    ("snow monkey", "snowmonkey"),
    ("сом", "com"),
    ("مسؤول", "مسوول"),
    ("か", "が"),
    ("カ", "か"),
    ("resume", "résumé"),
];

#[test]
fn texts_are_equal_whatever_keyboard_wrote_them() {
    for (one, other) in EQUAL {
        assert_eq!(normalise(one), normalise(other), "{one} {other}");
    }
    for (one, other) in DIFFERENT {
        assert_ne!(normalise(one), normalise(other), "{one} {other}");
    }
}

#[test]
fn every_character_equals_its_own_form_and_its_capital() {
    for c in (0..=0x0010_ffff).filter_map(char::from_u32) {
        let form = normalise(&c.to_string());
        assert_eq!(normalise(&form), form, "U+{:04X}", u32::from(c));
        for other in [c.to_uppercase().to_string(), c.to_lowercase().to_string()] {
            assert_eq!(normalise(&other), form, "U+{:04X} {other}", u32::from(c));
        }
        // The fast ways give what the slow one gives: a Tibetan mark makes a text slow.
        let slow = normalise(&format!("{c}\u{f0b}"));
        let expected = if form.is_empty() { "\u{f0b}".to_owned() } else { format!("{form}\u{f0b}") };
        if !c.is_whitespace() && !c.is_control() {
            assert_eq!(slow, expected, "U+{:04X}", u32::from(c));
        }
    }
}

#[test]
fn words_are_found_where_they_stand_in_the_text() {
    for (text, words, found) in [
        ("Die Straße in Berlin", "STRASSE", Some("Straße")),
        ("İSTANBUL Boğazı", "istanbul", Some("İSTANBUL")),
        ("im Cafe\u{301} heute", "café", Some("Cafe\u{301}")),
        ("葛\u{e0100}城市の鹿", "城市", Some("城市")),
        ("snow‑monkey  bath", "snow-monkey bath", Some("snow‑monkey  bath")),
        ("monkey", "ape", None),
        ("monkey", " ", None),
    ] {
        assert_eq!(find(text, words).map(|bytes| &text[bytes]), found, "{text} {words}");
    }
}

proptest! {
    #[test]
    fn the_form_of_a_form_is_itself(text in "(?s)([a-zA-Zßıİéأإآىیکةـ\u{300}-\u{36f}\u{64b}-\u{655}‘’“”–— ]|.){0,12}") {
        let form = normalise(&text);
        prop_assert_eq!(normalise(&form), form.clone(), "{:?}", text);
        prop_assert!(!form.starts_with(' ') && !form.ends_with(' ') && !form.contains("  "));
        prop_assert_eq!(normalise(&text.to_uppercase()), normalise(&text.to_uppercase().to_lowercase()));
    }

    #[test]
    fn what_is_found_is_equal_to_the_words(text in "[a-cßİ éA-C’–\u{301}]{0,20}", words in "[a-c s'-]{1,3}") {
        if let Some(bytes) = find(&text, &words) {
            prop_assert!(normalise(&text[bytes]).contains(&normalise(&words)));
        }
    }
}
