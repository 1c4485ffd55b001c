//! Searches by place, date and licence: what is kept equals what the simulated Flickr really has.

use std::collections::BTreeSet;
use std::fs;

use gleaner::photo::area::distance_m;
use gleaner::places::Atlas;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde_json::{Value, json};
use testbed::record::Record;

use super::{Fixture, photos, talk};

/// Photos all over the world, half of them in the north-east.
fn fixture() -> Fixture {
    Fixture::new(photos(1_500, 11))
}

/// The ids that a search with these arguments keeps.
fn kept(fixture: &Fixture, arguments: &[&str]) -> BTreeSet<u64> {
    let dataset: String = arguments.concat().chars().filter(char::is_ascii_alphanumeric).collect();
    let scrape = ["scrape", "-s", "-nowhere", "-n", "all", "-d", "false", "--dataset", &dataset];
    fixture.expect(0, &[&scrape[..], arguments].concat());
    let records = fixture.records(&dataset, false);
    records.iter().map(|record| record["id"].as_str().unwrap()["flickr:".len()..].parse().unwrap()).collect()
}

/// The ids of the photos that are true.
fn real(fixture: &Fixture, is_wanted: impl Fn(&Record) -> bool) -> BTreeSet<u64> {
    let world = fixture.flickr.world();
    let found: BTreeSet<u64> = world.records().filter(|record| is_wanted(record)).map(|record| record.id).collect();
    assert!(found.len() >= 3, "too few photos for a test: {}", found.len());
    found
}

fn place(record: &Record) -> Option<(f64, f64)> {
    record.place.filter(|place| *place != (0.0, 0.0))
}

fn country(record: &Record) -> Option<String> {
    let (latitude, longitude) = place(record)?;
    Atlas::load().place(latitude, longitude, None).country
}

#[test]
fn a_country_is_searched_by_its_polygons_and_named_in_any_language() {
    let fixture = fixture();
    let countries = ["US", "JP", "IN", "AU", "FR", "BR", "ID", "CN", "RU"];
    let found = countries.iter().find(|code| {
        let inside = |record: &Record| country(record).as_deref() == Some(**code);
        fixture.flickr.world().records().filter(inside).count() > 5
    });
    let code = found.expect("some country has photos");
    let expected = real(&fixture, |record| country(record).as_deref() == Some(*code));
    assert_eq!(kept(&fixture, &["--country", code]), expected);
    let output = fixture.run(&["scrape", "-s", "x", "--country", "Filipinas", "-d", "false", "-n", "1"]);
    assert!(output.status.success(), "{}", talk(&output));
    let output = fixture.expect(2, &["scrape", "-s", "x", "--country", "Phillipines"]);
    assert!(talk(&output).contains("did you mean PH (Philippines)"), "{}", talk(&output));
}

#[test]
fn a_circle_and_a_polygon_keep_exactly_what_is_in_them() {
    let fixture = fixture();
    let (latitude, longitude) = fixture.flickr.world().records().find_map(|record| place(&record)).unwrap();
    let near = format!("{latitude},{longitude},1500");
    let inside = |record: &Record| place(record).is_some_and(|at| distance_m(at, (latitude, longitude)) <= 1_500_000.0);
    assert_eq!(kept(&fixture, &["--near", &near]), real(&fixture, inside));

    // A triangle, whose box is twice as large.
    let [a, b, c] = [(-60.0, -100.0), (70.0, -100.0), (70.0, 150.0)];
    let corners = json!([[[a.1, a.0], [b.1, b.0], [c.1, c.0], [a.1, a.0]]]);
    let features = json!({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": corners}},
        {"type": "Feature", "properties": {}, "geometry": null},
    ]});
    fs::write(fixture.path("area.geojson"), features.to_string()).unwrap();
    let side = |p: (f64, f64), q: (f64, f64), at: (f64, f64)| (q.0 - p.0) * (at.1 - p.1) - (q.1 - p.1) * (at.0 - p.0);
    let inside = |record: &Record| {
        place(record).is_some_and(|at| {
            let signs = [side(a, b, at) > 0.0, side(b, c, at) > 0.0, side(c, a, at) > 0.0];
            signs == [true; 3] || signs == [false; 3]
        })
    };
    assert_eq!(kept(&fixture, &["--polygon", "area.geojson"]), real(&fixture, inside));
}

#[test]
fn dates_and_licences_keep_exactly_what_was_asked_for() {
    let fixture = fixture();
    let day = |second: i64| Offset::UTC.to_datetime(jiff::Timestamp::from_second(second).unwrap()).date();
    let known = |record: &Record| record.taken.filter(|_| !record.taken_unknown).map(day);
    let within = |day: Option<Date>, from: i16, to: i16| day.is_some_and(|day| (from..=to).contains(&day.year()));
    let exact = |record: &Record| matches!(record.granularity, 0);
    let expected = real(&fixture, |record| within(known(record), 2014, 2018) && exact(record));
    let found = kept(&fixture, &["--taken", "2014..2018"]);
    assert!(expected.is_subset(&found), "{:?}", expected.difference(&found).collect::<Vec<_>>());
    assert!(found.is_subset(&real(&fixture, |record| within(known(record), 2014, 2018))));

    let expected = real(&fixture, |record| within(Some(day(record.upload)), 2012, 2015));
    assert_eq!(kept(&fixture, &["--posted", "2012..2015"]), expected);
    assert_eq!(kept(&fixture, &["--license", "open"]), real(&fixture, |record| record.license != 0));
    assert_eq!(
        kept(&fixture, &["--license", "by,by-sa"]),
        real(&fixture, |record| [4, 5, 11, 12].contains(&record.license))
    );
}

#[test]
fn photos_that_the_source_returns_in_spite_of_the_criteria_are_counted_and_named() {
    let fixture = fixture();
    let (latitude, longitude) = fixture.flickr.world().records().find_map(|record| place(&record)).unwrap();
    let near = format!("{latitude},{longitude},2000");
    let scrape = ["scrape", "-s", "-nowhere", "-n", "all", "-d", "false", "--near", &near, "--dataset", "near"];
    let output = fixture.expect(0, &[&scrape[..], &["--json"]].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let search = &report["gathered"]["searches"][0];
    let criteria = format!("near:{near}km");
    assert_eq!(search["criteria"], criteria);
    let left_out = search["left_out"]["area"].as_u64().expect("the box is larger than the circle");
    assert!(left_out > 0 && talk(&output).contains(&format!("area {left_out}")), "{}", talk(&output));
    let found = fixture.records("near", false);
    assert!(found.iter().all(|record| record["searches"][0]["criteria"] == criteria), "{:?}", found.first());
}

#[test]
fn a_word_is_searched_for_in_other_languages_and_each_photo_keeps_the_language() {
    let fixture = Fixture::new(photos(900, 5));
    let scrape = ["scrape", "-s", "monkey", "--translate", "it,ja,ar", "-n", "20", "-d", "false", "--dataset", "many"];
    let output = fixture.expect(0, &scrape);
    assert!(talk(&output).contains("also searched for as: scimmia (it), サル (ja), قرد (ar)"), "{}", talk(&output));
    let status: Value = serde_json::from_slice(&fixture.expect(0, &["status", "many", "--json"]).stdout).unwrap();
    let reached = status["completeness"].as_array().unwrap();
    let languages: Vec<(&str, Option<&str>)> =
        reached.iter().map(|report| (report["term"].as_str().unwrap(), report["language"].as_str())).collect();
    assert_eq!(languages, [("monkey", None), ("scimmia", Some("it")), ("قرد", Some("ar")), ("サル", Some("ja"))]);
    let records = fixture.records("many", false);
    let found = records.iter().flat_map(|record| record["searches"].as_array().unwrap());
    let arabic: Vec<&Value> = found.filter(|found| found["term"] == "قرد").collect();
    assert!(!arabic.is_empty() && arabic.iter().all(|found| found["language"] == "ar"), "{arabic:?}");
    let output = fixture.expect(2, &["scrape", "-s", "monkey", "--translate", "klingon"]);
    assert!(talk(&output).contains("no names in this language are known"), "{}", talk(&output));
    let output = fixture.expect(2, &["scrape", "-s", "monkey", "--translate", "it", "--names", "none.tsv"]);
    assert!(talk(&output).contains("--names none.tsv"), "{}", talk(&output));
}

#[test]
fn wrong_areas_dates_and_licences_are_explained() {
    let fixture = fixture();
    fs::write(fixture.path("points.geojson"), r#"{"type":"Point","coordinates":[1,2]}"#).unwrap();
    fs::write(
        fixture.path("swapped.geojson"),
        r#"{"type":"Polygon","coordinates":[[[4,116],[4,127],[22,127],[4,116]]]}"#,
    )
    .unwrap();
    fs::write(fixture.path("broken.geojson"), "{\n]").unwrap();
    for (arguments, said) in [
        (vec!["--near", "5.84,118.1"], "it needs three numbers"),
        (vec!["--near", "95,118.1,5"], "its latitude is not between -90 and 90"),
        (vec!["--near", "5,118.1,-5"], "its radius is not between"),
        (vec!["--polygon", "points.geojson"], "it has no Polygon or MultiPolygon"),
        (vec!["--polygon", "swapped.geojson"], "GeoJSON has the longitude first"),
        (vec!["--polygon", "broken.geojson"], "it is not JSON: line 2, column 1"),
        (vec!["--polygon", "nothing.geojson"], "No such file"),
        (vec!["--country", "Atlantis"], "there is no such country"),
        (vec!["--country", "England"], "England is a part of United Kingdom"),
        (vec!["--country", "bavaria"], "Bavaria is a part of Germany"),
        (vec!["--country", "Germny"], "did you mean DE (Germany)?"),
        (vec!["--country", "PH", "-b", "1 2 3 4"], "cannot be used with"),
        (vec!["--taken", "last year"], "is no year, month or day; write 2019"),
        (vec!["--taken", "2020..2019"], "write the earlier date first"),
        (vec!["--license", "opne"], "did you mean open?"),
        (vec!["--country", " "], "--country needs a country"),
        (vec!["--license", "free"], "is none of open, commercial"),
        (vec!["-n", "0"], "write a number from 1, or all"),
        (vec!["--source", "flickr,folder"], "cannot be read beside other sources"),
    ] {
        let output = fixture.expect(2, &[&["scrape", "-s", "x", "--dataset", "none"][..], &arguments].concat());
        assert!(talk(&output).contains(said), "{arguments:?}: {}", talk(&output));
    }
    assert!(!fixture.path("none").exists(), "nothing was created");
}
