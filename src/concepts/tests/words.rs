//! Words are found as whole words, in any script, and nowhere else.

use gleaner::concepts::{AuthorText, Concept};
use gleaner::photo::{Found, Photo};
use proptest::collection::vec;
use proptest::prelude::*;

use super::of;

fn finds(word: &str, text: &str) -> bool {
    of(&[word]).matches(text)
}

#[test]
fn a_word_is_found_whole_and_not_within_another() {
    for (word, text) in [
        ("titi", "competition"),
        ("net", "cabinet"),
        ("net", "network"),
        ("ape", "drapes"),
        ("ape", "äpe"),
        ("ape", "ape\u{301}"),
        ("cage", "Boscage"),
        ("macaque", "macaque2"),
        ("обезьян", "обезьяна"),
        ("قرد", "قردان"),
        ("singe", "singé"),
        ("बंद", "बंदर"),
        ("क", "क्ष"),
        ("monkey", ""),
        ("capuchin monkey", "capuchin"),
        ("capuchin monkey", "capuchin, monkey"),
        ("monkey cage", "monkey. Cage"),
        ("net", "photo.net"),
        ("net", "a.b.net/x"),
    ] {
        assert!(!finds(word, text), "{word:?} in {text:?}");
    }
    for (word, text) in [
        ("titi", "Titi"),
        ("titi", "a titi, asleep"),
        ("net", "(net)"),
        ("net", "Nice. net."),
        ("net", ".net"),
        ("monkey", "monkey's"),
        ("capuchin monkey", "White-faced CAPUCHIN-Monkey!"),
        ("capuchin-monkey", "capuchin  monkey"),
        ("monkey", "spider_monkey"),
        ("обезьяна", "Обезьяна."),
        ("قرد", "قِرْد في القفص"),
        ("बंदर", "बंदर पेड़"),
        ("s'asseoir", "s\u{2019}asseoir"),
        ("é", "e\u{301}"),
        ("Ｍonkey", "monkey"),
        ("pele", "pele!"),
        ("a\u{301}b", "áb"),
    ] {
        assert!(finds(word, text), "{word:?} not in {text:?}");
    }
}

#[test]
fn scripts_without_blanks_match_by_characters() {
    for (word, text) in [
        ("猿", "日本猿の檻"),
        ("サル", "ニホンザルとサル山"),
        ("猴", "獼猴"),
        ("원숭이", "원숭이가"),
        ("ลิง", "ฝูงลิงป่า"),
        ("猿", "wild猿s"),
        ("monkey", "猿monkey猿"),
        ("ｻﾙ", "サル"),
    ] {
        assert!(finds(word, text), "{word:?} not in {text:?}");
    }
    assert!(!finds("猿人", "猿 人") && !finds("猿", "サル"));
}

#[test]
fn an_english_word_finds_its_plural_and_never_the_other_way() {
    for (one, many) in [
        ("monkey", "monkeys"),
        ("fox", "Foxes"),
        ("fly", "flies"),
        ("wolf", "wolves"),
        ("knife", "knives"),
        ("mouse", "mice"),
        ("goose", "geese"),
        ("woman", "women"),
        ("finch", "finches"),
        ("bus", "buses"),
        ("potato", "potatoes"),
        ("kangaroo", "kangaroos"),
        ("capuchin monkey", "capuchin monkeys"),
        ("person", "people"),
        ("chief", "chiefs"),
        ("ox", "oxen"),
    ] {
        assert!(finds(one, many), "{one} does not find {many}");
        assert!(!finds(many, one), "{many} finds {one}");
    }
    for (one, other) in [
        ("as", "ass"),
        ("ai", "ais"),
        ("glas", "glass"),
        ("bus", "buss"),
        ("fox", "foxs"),
        ("monkey", "monkies"),
        ("human", "humen"),
        ("fox", "foxen"),
        ("capuchin monkey", "capuchins monkey"),
        ("猿", "サル"),
        ("mono2", "mono2s"),
        ("mongoose", "mongeese"),
    ] {
        assert!(!finds(one, other), "{one} finds {other}");
    }
}

fn photo(title: &str, description: &str, tags: &[&str]) -> Photo {
    Photo {
        title: title.to_owned(),
        description: description.to_owned(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..Photo::default()
    }
}

#[test]
fn a_photo_mentions_the_words_of_its_author() {
    let monkey = of(&["monkey", "titi", "capuchin monkey"]);
    assert!(monkey.mentions(&photo("A Monkey", "", &[])));
    assert!(monkey.mentions(&photo("", "<b>mon</b>key &amp; <i>titi</i>", &[])));
    assert!(monkey.mentions(&photo("", "", &["zoo", "monkey"])));
    assert!(!monkey.mentions(&photo("IMG_1", "<a href=\"monkey\">competition</a> <!-- monkey -->", &["donkey"])));
    let mut searched = photo("", "", &[]);
    searched.found_by(Found { term: "monkey".to_owned(), rank: 1, ..Found::default() });
    assert!(!monkey.mentions(&searched));
}

#[test]
fn a_tag_without_blanks_is_split_into_whole_words() {
    let monkey = of(&["monkey", "titi", "capuchin monkey"]);
    for tag in ["capuchinmonkey", "capuchinmonkeys", "titimonkey", "Capuchin Monkey"] {
        assert!(monkey.mentions(&photo("", "", &[tag])), "{tag}");
    }
    for tag in ["monkeycage", "capuchin", "titian", "montiti", "bluemonkey", "competition"] {
        assert!(!monkey.mentions(&photo("", "", &[tag])), "{tag}");
    }
    assert!(!monkey.mentions(&photo("capuchinmonkey", "", &[])), "only tags lack their blanks");
}

#[test]
fn addresses_in_a_text_are_ignored() {
    let net = of(&["net", "monkey"]);
    for text in ["see http://monkey.com/net", "www.monkey.org", "me@monkey.net", "(https://x.y/monkey)", "monkeys@zoo"]
    {
        assert!(!net.mentions(&photo(text, text, &[])), "{text}");
    }
    assert!(net.mentions(&photo("", "a net: https://x.y", &[])));
}

#[test]
fn a_phrase_does_not_cross_from_one_field_to_the_next() {
    let phrase = of(&["monkey cage"]);
    assert!(!phrase.mentions(&photo("monkey", "cage", &["monkey", "cage"])));
}

/// Words that have no plural, so that the texts below say exactly which words are in them.
fn plain_word() -> impl Strategy<Value = String> {
    "[a-bä]{1,2}[0-9]"
}

proptest! {
    #[test]
    fn a_word_is_found_exactly_where_a_text_has_it(
        word in plain_word(),
        parts in vec((plain_word(), prop::sample::select(vec![" ", ", ", "-", "\n", "猿", "! ", "'", " ~ "])), 0..12),
    ) {
        let text: String = parts.iter().flat_map(|(part, blank)| [part.as_str(), blank]).collect();
        prop_assert_eq!(finds(&word, &text), parts.iter().any(|(part, _)| *part == word), "{} in {}", word, text);
    }

    #[test]
    fn letters_on_either_side_make_it_another_word(word in "[a-z]{1,8}|[а-я]{1,8}", letter in "[q0й]") {
        let text = format!("{letter}{word} {word}{letter} {letter}{word}{letter}");
        prop_assume!(!word.contains(&letter));
        prop_assert!(!finds(&word, &text));
        let with_it = format!("{text} {word}");
        prop_assert!(finds(&word, &with_it));
    }

    #[test]
    fn any_word_finds_itself_and_no_text_panics(word in "(?s).{1,8}", text in "(?s).{0,40}") {
        let concept = of(&[&word]);
        let _ = (concept.matches(&text), concept.mentions(&photo(&text, &text, &[&text])), concept.words_digest());
        if concept.check().is_ok() {
            prop_assert!(concept.matches(&word), "{:?}", word);
        }
    }

    #[test]
    fn several_concepts_give_the_same_matches_together(words in vec("[a-c]{1,3}", 1..4), text in "[a-c ]{0,12}", tags in vec("[a-c]{1,6}", 0..4)) {
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let photo = photo(&text, &text, &tags);
        let said = AuthorText::of(&photo);
        let concepts: Vec<Concept> = words.iter().map(|word| of(&[word])).collect();
        for concept in &concepts {
            prop_assert_eq!(concept.is_mentioned_in(&said), concept.mentions(&photo));
        }
        let all: Vec<&str> = words.iter().map(String::as_str).collect();
        prop_assert!(!concepts.iter().any(|concept| concept.is_mentioned_in(&said)) || of(&all).is_mentioned_in(&said), "more words find no less");
    }
}
