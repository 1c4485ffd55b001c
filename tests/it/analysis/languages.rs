//! Scripts of words and languages of searches by country.

use gleaner::analysis::{self, Request, Shape};
use gleaner::explorer::Clauses;
use gleaner::photo::filter::Filter;
use gleaner::photo::{Found, Photo, PhotoId, Place};
use serde_json::{Value, json};

use super::super::explorer::generated::World;

#[test]
fn scripts_and_search_languages_are_counted_by_country_and_each_row_opens_its_photos() {
    let photo = |nth: u64, country: &str, title: &str, language: Option<&str>| Photo {
        id: PhotoId::new("flickr", &nth.to_string()),
        title: title.to_owned(),
        owner_pseudonym: Some(format!("{:024}", nth % 2)),
        searches: vec![Found { term: "x".into(), rank: 1, language: language.map(str::to_owned), ..Found::default() }],
        place: Some(Place { country: Some(country.to_owned()), ..Place::default() }),
        ..Photo::default()
    };
    let mut world = World::of(0);
    world.save(vec![
        photo(1, "JP", "サル", Some("ja")),
        photo(2, "JP", "ニホンザル", Some("ja")),
        photo(3, "JP", "Snow monkey", None),
        photo(4, "JP", "IMG_0001", None),
        photo(5, "MY", "Monyet", Some("ms")),
        Photo { id: PhotoId::new("flickr", "6"), ..Photo::default() },
    ]);
    let explorer = world.explorer();
    for (by, expected) in [
        (
            "script",
            json!([
                ["JP", "kana", 2, 50.0],
                ["JP", "no words", 1, 25.0],
                ["JP", "latin", 1, 25.0],
                ["MY", "latin", 1, 100.0]
            ]),
        ),
        ("search", json!([["JP", "as typed", 2, 50.0], ["JP", "ja", 2, 50.0], ["MY", "ms", 1, 100.0]])),
    ] {
        let given = [("by".to_owned(), by.to_owned())];
        let request = Request::new(analysis::named("languages").unwrap(), Clauses::All, given).unwrap();
        let answer = request.answer(&explorer.view(&Filter::default())).unwrap();
        let Shape::Table(table) = &answer.shape else { panic!("{answer:?}") };
        let rows: Vec<Value> = table.rows.iter().map(|row| json!([row[0], row[1], row[2], row[5]])).collect();
        assert_eq!(json!(rows), expected);
        for (row, filter) in table.rows.iter().zip(&table.filters) {
            let filter: Filter = filter.parse().unwrap();
            assert_eq!(json!(explorer.view(&filter).total()), row[2], "{filter}");
        }
        assert!(answer.notes.contains(&"Left out: 1 photo without a known country.".to_owned()), "{answer:?}");
    }
}
