//! What is read of a record without its texts is what is read of all of it.

use gleaner::json::canonical::is_canonical;
use gleaner::photo::Photo;
use gleaner::photo::fields::{self, ChoiceField, NumberField};
use gleaner::photo::filter::Filter;
use serde_json::{Map, Value};

use super::full;

/// A photo with every field, and its outline.
fn both() -> (Photo, Photo) {
    let whole = full();
    let text = serde_json::to_string(&whole).unwrap();
    assert!(is_canonical::<Photo>(&text), "{text}");
    let outline = Photo::outline(&text).unwrap();
    (whole, outline)
}

#[test]
fn an_outline_lacks_texts_and_addresses_only() {
    let (whole, outline) = both();
    let object =
        |photo: &Photo| -> Map<String, Value> { serde_json::to_value(photo).unwrap().as_object().unwrap().clone() };
    let (whole, outline) = (object(&whole), object(&outline));
    let other: Vec<&str> =
        whole.iter().filter(|(name, value)| outline.get(*name) != Some(value)).map(|(name, _)| &**name).collect();
    let expected = [
        "title",
        "description",
        "tags",
        "machine_tags",
        "landing_url",
        "image_url",
        "file_name",
        "sizes",
        "attribution",
        "changes",
        "from_file",
    ];
    assert_eq!(other, expected);
}

#[test]
fn filters_that_read_texts_say_so() {
    let reads = |filter: &str| filter.parse::<Filter>().unwrap().reads_texts();
    assert!(reads("macaque") && reads("country:MY -script:latin"));
    assert!(!reads("country:MY taken:2019.. views:>5 place:any"));
}

#[test]
fn every_field_of_filters_has_the_same_value_in_an_outline() {
    let (whole, outline) = both();
    for field in ChoiceField::all() {
        let is_same = field.names(&outline) == field.names(&whole);
        assert_ne!(is_same, field.field().reads_texts, "{}", field.as_str());
    }
    for field in NumberField::all() {
        assert_eq!(field.value(&outline), field.value(&whole), "{}", field.name());
    }
    assert_eq!(fields::period(&outline), fields::period(&whole));
    assert_eq!(fields::coordinates(&outline), fields::coordinates(&whole));
    for key in whole.scores.keys() {
        assert_eq!(fields::score(&outline, key), fields::score(&whole, key));
    }
    assert_eq!(outline.is_listed(), whole.is_listed());
}
