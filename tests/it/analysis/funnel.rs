//! The funnel: every row counts the photos of its filter, and says what the searches and the reviews say.

use std::collections::BTreeSet;

use gleaner::analysis::{self, Answer, Request, Shape, Table};
use gleaner::explorer::{Clauses, Explorer};
use gleaner::photo::filter::Filter;
use gleaner::photo::{Location, Photo, Place, Score, ScoreKey, fields};
use gleaner::pipeline::search_report::SearchReport;

use super::super::explorer::generated::{self, World};
use super::passing;

fn answer(explorer: &Explorer, filter: &str, given: &[(&str, &str)], reports: Vec<SearchReport>) -> Answer {
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let request = Request::new(analysis::named("funnel").unwrap(), Clauses::All, given).unwrap();
    request.with_reports(reports).answer(&explorer.view(&filter.parse().unwrap())).unwrap()
}

fn table(answer: &Answer) -> &Table {
    let Shape::Table(table) = &answer.shape else { panic!("{:?}", answer.shape) };
    table
}

/// Photographers and photo-user-days of the photos that match, counted one by one.
fn people(world: &World, filter: &str) -> (usize, usize) {
    let filter: Filter = filter.parse().unwrap();
    let own: Vec<&Photo> = world.photos.iter().filter(|photo| filter.matches(photo)).collect();
    let people: BTreeSet<&str> = own.iter().filter_map(|photo| photo.owner_pseudonym.as_deref()).collect();
    let days: BTreeSet<_> =
        own.iter().filter_map(|photo| Some((photo.owner_pseudonym.as_deref()?, fields::day(photo)?))).collect();
    (people.len(), days.len())
}

#[test]
fn each_step_counts_the_photos_of_its_filter_and_is_a_part_of_the_step_before() {
    let world = World::of(600);
    let explorer = world.explorer();
    for filter in ["", "country:MY", "taken:2005..2015 score.monkey:>=0.2"] {
        let answer = answer(&explorer, filter, &[("concept", "monkey"), ("threshold", "50")], Vec::new());
        let table = table(&answer);
        let mut before = u64::MAX;
        for (row, filter) in table.rows.iter().zip(&table.filters) {
            let photos = row[1].as_u64().unwrap();
            assert_eq!(photos, passing(&world, filter), "{row:?} {filter}");
            let (photographers, user_days) = people(&world, filter);
            assert_eq!(
                (row[3].as_u64(), row[4].as_u64()),
                (Some(photographers as u64), Some(user_days as u64)),
                "{row:?}"
            );
            assert!(photos <= before, "{row:?}");
            before = photos;
        }
        let labels: Vec<&str> = table.rows.iter().map(|row| row[0].as_str().unwrap()).collect();
        assert_eq!(labels.contains(&"and that pass the filter"), !filter.is_empty());
        assert_eq!(
            labels[labels.len() - 3..],
            ["usable with score ≥ 0.4", "usable with score ≥ 0.5", "usable with score ≥ 0.6"]
        );
        assert!(!table.filters.iter().any(|own| own.contains(">=0.2")), "the steps of the score replace its clause");
        assert!(
            answer.notes.iter().any(|note| note.contains("no report"))
                && answer.notes.iter().any(|note| note.contains("was reviewed"))
        );
    }
}

#[test]
fn what_the_sources_claim_is_that_of_the_reports() {
    let world = World::of(50);
    let report = |claimed: Option<u64>, received: u64| SearchReport { claimed, received, ..SearchReport::default() };
    let reports = vec![report(Some(4_000), 180), report(None, 20), report(Some(500), 100)];
    let answer = answer(&world.explorer(), "", &[], reports);
    let rows = &table(&answer).rows;
    let numbers: Vec<_> = rows.iter().take(3).map(|row| (row[1].as_u64().unwrap(), row[2].as_f64())).collect();
    assert_eq!(numbers, [(4_500, None), (300, Some(6.7)), (50, Some(16.7))]);
    assert_eq!(table(&answer).filters[..2], ["", ""]);
    assert!(answer.notes.iter().any(|note| note == "Searches whose source gave no number: 1."));
}

#[test]
fn flags_captives_and_reviews_count() {
    let mut world = World::of(0);
    let photo = |n: u64| {
        let mut photo = Photo { scores: std::collections::BTreeMap::default(), ..generated::photo(n) };
        photo.location = Location::new(5.123 + n as f64 * 0.01, 118.456);
        photo.place = Some(Place { time_zone: Some("Asia/Kuching".into()), ..Place::default() });
        photo.taken = gleaner::photo::Taken::parse("2019-05-04T13:22:11");
        let value = if n < 40 { 0.9 } else { 0.1 };
        photo.scores.insert(ScoreKey::main("monkey"), Score::known(value, "s", "1"));
        if n.is_multiple_of(2) {
            // Of the high scores 18 of 20 reviews say yes, of the low ones 1 of 10.
            let yes = if n < 40 { n >= 4 } else { n == 40 };
            photo
                .scores
                .insert(ScoreKey::by("monkey", "review"), Score::known(f32::from(u8::from(yes)).into(), "review", "1"));
        }
        photo
    };
    let mut photos: Vec<Photo> = (0..60).map(photo).collect();
    photos[1].location = Location::new(5.5, 118.0);
    photos[3].taken = gleaner::photo::Taken::parse("1980-01-01T00:00:00");
    photos[5].taken = None;
    photos[7].location = None;
    world.save(photos);
    let answer = answer(&world.explorer(), "", &[("concept", "monkey")], Vec::new());
    let photos: Vec<u64> = table(&answer).rows.iter().map(|row| row[1].as_u64().unwrap()).collect();
    assert_eq!(photos, [60, 59, 58, 58, 56, 36, 36, 36]);
    let said = answer.notes.iter().find(|note| note.starts_with("At score ≥ 0.5")).unwrap();
    assert!(said.contains("from 30 reviewed photos of the whole dataset (19 yes, 11 no)"), "{said}");
    let number = |after: &str| -> f64 { said.split_once(after).unwrap().1[..4].parse().unwrap() };
    // 18 of 20, and 36 of 36 + 2 of all photos.
    assert!((number("precision ") - 0.9).abs() < 0.07 && (number("recall ") - 0.93).abs() < 0.07, "{said}");
}

#[test]
fn coordinates_that_photographers_share_are_listed() {
    let mut world = World::of(0);
    let at = |n: u64, latitude: f64| Photo {
        location: Location::new(latitude, 118.456_7),
        owner_pseudonym: Some(format!("{n:024x}")),
        ..generated::photo(n)
    };
    let shared = (0..4).map(|n| at(n, 5.123_45));
    let near = (10..14).map(|n| at(n, 5.2 + n as f64 * 1e-4));
    let one_person = (20..30).map(|n| Photo { owner_pseudonym: Some("f".repeat(24)), ..at(n, 6.0) });
    world.save(shared.chain(near).chain(one_person).collect());
    let explorer = world.explorer();
    let answer_of = |given: &[(&str, &str)]| answer(&explorer, "", given, Vec::new());
    let listed = answer_of(&[("by", "hotspot")]);
    let table = table(&listed);
    assert_eq!(table.rows.len(), 1);
    assert_eq!(
        (table.rows[0][0].as_str(), table.rows[0][1].as_u64(), table.rows[0][2].as_u64()),
        (Some("5.12345, 118.4567"), Some(4), Some(4))
    );
    assert_eq!(passing(&world, &table.filters[0]), 4, "{}", table.filters[0]);
    assert!(answer_of(&[]).notes.iter().any(|note| note.starts_with("4 photos are at 1 coordinates")));
}
