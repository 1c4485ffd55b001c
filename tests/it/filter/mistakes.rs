//! Slips in filters are errors with the right form, the same through every door.

use gleaner::photo::filter::{Filter, KnownNames, Parsed};

use super::{filter, macaque};
use crate::pipeline::{command, talk};

/// What a person wrote, where it is wrong, and a part of the message.
const SLIPS: &[(&str, usize, &str)] = &[
    // A colon that is missing.
    ("score.monkey>0.5", 12, "write score.monkey:>0.5"),
    ("score.monkey>=0.5", 12, "write score.monkey:>=0.5"),
    ("score.monkey=>0.5", 12, "write score.monkey:>=0.5"),
    ("-score.monkey<0.5", 13, "write score.monkey:<0.5"),
    ("cage views>100", 10, "write views:>100"),
    ("views=5", 5, "write views:5"),
    ("taken==2019", 5, "write taken:2019"),
    ("latitude≥60", 8, "write latitude:>=60"),
    ("country=IN", 7, "write country:IN"),
    ("country：IN", 7, "write country:IN"),
    ("licence=CC0-1.0", 7, "write licence:CC0-1.0"),
    ("veiws>100", 0, "views:>100"),
    ("score.monkey >0.5", 0, "score.monkey:>=0.5"),
    ("monkey >0.5", 7, "a comparison needs a field"),
    ("monkey>0.5", 0, "score.monkey:>0.5"),
    ("score.monkey", 0, "score.monkey:any"),
    // Parentheses and quotes.
    ("(country:IN", 0, "parentheses do not group"),
    ("country:IN)", 10, "parentheses do not group"),
    ("(macaque ape)", 0, "parentheses do not group"),
    ("country:(IN,MY)", 8, "parentheses do not group"),
    ("-(cage)", 1, "parentheses do not group"),
    ("city:Washington(DC)", 15, "in quotes"),
    ("(score.monkey:>0.5)", 0, "parentheses do not group"),
    ("\"snow monkey", 0, "never closed"),
    ("snow monkey\"", 11, "does not belong to a pair"),
    ("city:\"Ho Chi Minh", 5, "never closed"),
    ("city:Sandakan\"", 13, "does not belong to a pair"),
    ("“snow monkey", 0, "never closed"),
    ("'snow monkey'", 0, "between double quotes"),
    ("cage ‘macaque’", 5, "between double quotes"),
    ("city:'Ho Chi Minh'", 5, "between double quotes"),
    ("country:'India'", 8, "between double quotes"),
    // Signs of other languages.
    ("macaq*", 5, "no wildcards"),
    ("city:San*", 8, "no wildcards"),
    ("monkey | ape", 7, "a comma means or"),
    ("monkey && ape", 7, "a comma means or"),
    ("monkey OR ape", 7, "a comma means or"),
    ("country :IN", 8, "no blanks around colons"),
    // Names of fields.
    ("cuntry:IN", 0, "did you mean country?"),
    ("contry:IN", 0, "did you mean country?"),
    ("lisence:CC0-1.0", 0, "did you mean license?"),
    ("year:2019", 0, "did you mean taken?"),
    ("photographer:x", 0, "did you mean person?"),
    ("title:macaque", 0, "words are looked for in all texts"),
    ("monkey:>0.5", 0, "score.NAME:>=0.5"),
    ("score:>0.5", 0, "score.NAME:>=0.5"),
    // Values of closed vocabularies.
    ("country:Indai", 8, "India (country:IN)"),
    ("country:Untied Kingdom", 8, "there is no country \"Untied\""),
    ("country:United States", 8, "United States (country:US)"),
    ("country:\"Brasill\"", 8, "Brazil (country:BR)"),
    ("kind:screenshoot", 5, "did you mean screenshot?"),
    ("state:storred", 6, "did you mean stored?"),
    ("fault:downlaod", 6, "did you mean download?"),
    ("media:vidoe", 6, "did you mean video?"),
    ("captive:maybe", 8, "captive is one of yes, no"),
    ("month:June", 6, "write month:6"),
    ("month:sept", 6, "write month:9"),
    ("month:0", 6, "0 is outside 1..12"),
    ("hour:24", 5, "24 is outside 0..23"),
];

/// The same, of names that only the dataset knows.
const STRANGERS: &[(&str, usize, &str)] = &[
    ("score.monky:>0.5", 0, "did you mean score.monkey?"),
    ("cage score.Monkey:>0.5", 5, "did you mean score.monkey?"),
    ("score.\"wild animals\":any", 0, "did you mean score.\"wild animal\"?"),
    ("-score.zebra:none", 1, "concepts are monkey, wild animal"),
    ("score.monkey@visoin:any", 0, "did you mean score.monkey@vision?"),
    ("country:XX", 8, "there is no country \"XX\""),
    ("license:CC-BY-2.1", 8, "did you mean CC-BY-2.0?"),
    ("license:\"CC BY 2.0\"", 8, "did you mean CC-BY-2.0?"),
    ("licence:CC0-1.0,MIT-ish", 16, "this dataset has CC-BY-2.0"),
    ("source:flikr", 7, "did you mean flickr?"),
    ("quality:reserch", 8, "did you mean research?"),
    ("group:Mamalia", 6, "did you mean Mammalia?"),
    ("taxon_rank:specis", 11, "did you mean species?"),
];

fn known_names() -> KnownNames {
    let mut known = KnownNames::default();
    known.add_photo(&macaque());
    known.add_score(&"monkey@vision".into());
    known
}

#[test]
fn what_would_find_nothing_is_an_error_with_the_right_form() {
    for (text, at, part) in SLIPS {
        let err = text.parse::<Filter>().expect_err(text);
        assert!(err.message.contains(part) && err.at == *at, "{text}: {} at {}", err.message, err.at);
    }
}

#[test]
fn names_that_only_the_dataset_knows_are_checked_against_it() {
    for (text, at, part) in STRANGERS {
        assert!(text.parse::<Filter>().is_ok(), "{text} is sound in itself");
        let err = text.parse::<Parsed>().unwrap().checked(&known_names()).expect_err(text);
        assert!(err.message.contains(part) && err.at == *at, "{text}: {} at {}", err.message, err.at);
    }
    for text in [
        "score.monkey:>0.4 score.\"wild animal\":any",
        "score.monkey@vision:none",
        "license:cc-by-2.0",
        "license:CC0-1.0",
        "licence:none",
        "source:FLICKR",
        "quality:research,casual",
        "media:photo",
        "taxon_rank:Species",
    ] {
        assert!(text.parse::<Parsed>().unwrap().checked(&known_names()).is_ok(), "{text}");
    }
    let err = "score.x:any".parse::<Parsed>().unwrap().checked(&KnownNames::default()).unwrap_err();
    assert!(err.message.contains("no concept is defined"), "{}", err.message);
}

#[test]
fn countries_have_codes_and_names_in_many_languages() {
    for (text, code) in [
        ("country:india", "IN"),
        ("country:IND", "IN"),
        ("country:Indien", "IN"),
        ("country:भारत", "IN"),
        ("country:Deutschland", "DE"),
        ("country:Allemagne", "DE"),
        ("country:ドイツ", "DE"),
        ("country:\"united states\"", "US"),
        ("country:USA", "US"),
        ("country:uk", "GB"),
        ("country:\"Côte d’Ivoire\"", "CI"),
        ("country:türkiye", "TR"),
        ("country:TURKEY", "TR"),
        ("country:\"Czech Republic\"", "CZ"),
        ("country:Россия", "RU"),
        ("country:kosovo", "XK"),
        ("country:\"Hong Kong\"", "HK"),
        ("country:\"South Korea\"", "KR"),
    ] {
        assert_eq!(filter(text).to_string(), format!("country:{code}"), "{text}");
    }
    assert!(filter("country:Malaysia").matches(&macaque()) && !filter("country:India").matches(&macaque()));
}

#[test]
fn quotes_of_word_processors_are_quotes() {
    for text in ["“snow monkey”", "„snow monkey“", "«snow monkey»", "\"snow monkey\""] {
        assert_eq!(filter(text).to_string(), "\"snow monkey\"", "{text}");
    }
    assert_eq!(filter("city:“Ho Chi Minh City”").to_string(), "city:\"Ho Chi Minh City\"");
}

#[test]
fn the_program_says_each_slip_and_writes_nothing() {
    let folder = super::program::folder();
    let slips = [SLIPS[0], SLIPS[15], SLIPS[27]].into_iter();
    for (text, _, part) in slips.chain(STRANGERS.iter().copied().take(4)) {
        for arguments in [vec!["export", "monkeys"], vec!["analyse", "country", "monkeys"]] {
            let output = command(folder.path(), &[&arguments[..], &["--filter", text]].concat()).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{text}: {}", talk(&output));
            assert!(output.stdout.is_empty() && talk(&output).contains(part), "{text}: {}", talk(&output));
        }
    }
    // A concept that is defined and has no scores yet is no slip.
    std::fs::write(folder.path().join("gleaner.toml"), "[concepts.zebra]\n").unwrap();
    let output = command(folder.path(), &["export", "monkeys", "--filter", "score.zebra:>0.5"]).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty(), "{}", talk(&output));
}
