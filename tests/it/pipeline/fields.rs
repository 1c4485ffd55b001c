//! Every field that the server sends is stored.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testbed::flickr::Flickr;
use testbed::record::{Record, nsid};

use super::{Fixture, photos, shared, talk};

fn by_id(records: Vec<Value>) -> BTreeMap<String, Value> {
    records.into_iter().map(|record| (record["id"].as_str().unwrap().to_owned(), record)).collect()
}

/// The expected record, from the simulated Flickr's ground truth.
fn compare(truth: &Record, ours: &Value) {
    let id = &ours["id"];
    assert_eq!(ours["title"], json!(truth.title), "{id}");
    assert_eq!(ours["description"], json!(truth.description), "{id}");
    assert_eq!(ours["views"], json!(truth.counts[0]), "{id}");
    assert_eq!(ours["faves"], json!(truth.counts[1]), "{id}");
    assert_eq!(ours["comments"], json!(truth.counts[2]), "{id}");
    assert_eq!(ours["license"]["source_id"], json!(truth.license), "{id}");
    assert_eq!(ours["media"], json!("photo"), "{id}");
    let kinds = ["photo", "screenshot", "illustration", "virtual"];
    assert_eq!(ours["kind"], json!(kinds[truth.content_type() as usize]), "{id}");
    assert_eq!(ours["personal"]["owner"], json!(nsid(truth.owner)), "{id}");
    assert_eq!(ours["personal"]["owner_name"], json!(truth.owner_name), "{id}");
    let alias = truth.path_alias.clone().filter(|alias| !alias.is_empty());
    assert_eq!(ours["personal"]["path_alias"], json!(alias), "{id}");
    assert_eq!(ours["personal"]["raw_record"]["id"], json!(truth.id.to_string()), "{id}");
    let posted: jiff::Timestamp = ours["posted_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(posted.as_second(), truth.upload, "{id}");
    let place = truth.place.filter(|place| *place != (0.0, 0.0));
    assert_eq!(ours.get("location").is_some_and(Value::is_object), place.is_some(), "{id}");
    if let Some((latitude, longitude)) = place {
        let number = |name: &str| ours["location"][name].as_f64().unwrap();
        assert!((number("latitude") - latitude).abs() < 1e-6 && (number("longitude") - longitude).abs() < 1e-6, "{id}");
        assert!(ours["place"]["data_version"].is_string(), "{id}");
    }
    if truth.taken_unknown || truth.taken.is_none() {
        assert_eq!(ours["taken"]["local"], Value::Null, "{id}");
        assert_eq!(ours["taken"]["unknown"], json!(true), "{id}");
    } else {
        let local: jiff::civil::DateTime = ours["taken"]["local"].as_str().unwrap().parse().unwrap();
        let taken = jiff::tz::Offset::UTC.to_timestamp(local).unwrap();
        assert_eq!(Some(taken.as_second()), truth.taken, "{id}");
    }
}

#[test]
fn every_recorded_photo_is_stored_with_every_served_field() {
    let Some(folder) = shared("seed-sample") else { return };
    let fixture = Fixture::new(Flickr::builder().photos(folder));
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "500", "--dataset", "m"]);
    let records = by_id(fixture.records("m", true));
    let truth = fixture.flickr.truth();
    assert_eq!(records.len(), truth.len());
    for photo in &truth {
        let ours = &records[&format!("flickr:{}", photo.id)];
        compare(photo, ours);
        assert_eq!(ours["state"], "stored");
        assert_eq!(ours["file"]["width"], json!(photo.pixels.0));
        assert!(ours["thumbnail"]["thumbhash"].is_string());
        assert!(ours["file_name"].as_str().unwrap().starts_with(&photo.id.to_string()));
        assert!(!ours["landing_url"].as_str().unwrap().contains(&nsid(photo.owner)));
    }
    fixture.digest("m");
}

#[test]
fn generated_records_of_every_kind_are_stored_as_served() {
    let fixture = Fixture::new(photos(800, 5).config(|config| config.videos = 0.05));
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "1000", "-d", "false", "--dataset", "g"]);
    let records = by_id(fixture.records("g", true));
    let wanted = fixture.flickr.truth_of(&[("text", "monkey"), ("media", "photos")]).unwrap();
    assert!(wanted.len() > 50, "only {} photos match", wanted.len());
    assert_eq!(records.len(), wanted.len());
    for id in wanted {
        compare(&fixture.flickr.world().record(id).unwrap(), &records[&format!("flickr:{id}")]);
    }
}

#[test]
fn a_photo_found_by_two_searches_is_one_photo_with_both_ranks() {
    let fixture = Fixture::new(photos(300, 2));
    let terms = ["monkey", "wild"];
    fixture.expect(0, &["scrape", "-s", terms[0], "-s", terms[1], "-n", "400", "-d", "false", "--dataset", "g"]);
    let records = fixture.records("g", false);
    let of = |term| fixture.flickr.truth_of(&[("text", term), ("media", "photos")]).unwrap();
    let both = of(terms[0]).iter().filter(|id| of(terms[1]).contains(id)).count();
    let remembered = records.iter().filter(|record| record["searches"].as_array().unwrap().len() == 2).count();
    assert!(both > 0, "the simulated photos never match both words");
    assert_eq!(remembered, both);
    assert!(records.iter().all(|record| record["searches"][0]["rank"].as_u64().unwrap() >= 1));
}

#[test]
fn a_box_gives_only_photos_in_it_and_antimeridian_boxes_work() {
    let fixture = Fixture::new(photos(2_000, 9).config(|config| config.located = 0.9));
    fixture
        .expect(0, &["scrape", "-s", "monkey", "-n", "900", "-d", "false", "-b", "100 -20 -100 60", "--dataset", "b"]);
    let records = fixture.records("b", false);
    assert!(!records.is_empty(), "no simulated photo is in the box");
    for record in &records {
        let longitude = record["location"]["longitude"].as_f64().unwrap();
        assert!(!(-100.0..100.0).contains(&longitude), "{longitude}");
    }
    let inside =
        |bbox| fixture.flickr.truth_of(&[("text", "monkey"), ("media", "photos"), ("bbox", bbox)]).unwrap().len();
    assert_eq!(records.len(), inside("100,-20,180,60") + inside("-180,-20,-100,60"));
}

#[test]
fn downloading_images_later_gives_the_same_dataset() {
    let fixture = Fixture::new(photos(60, 4));
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "30", "--dataset", "a"]);
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "30", "-d", "False", "--dataset", "b", "--key-file", "b.key"]);
    assert!(fixture.records("b", false).iter().all(|record| record["state"] == "found"));
    fixture.expect(0, &["download", "b", "--key-file", "b.key"]);
    let (a, b) = (by_id(fixture.records("a", false)), by_id(fixture.records("b", false)));
    assert!(!a.is_empty());
    for (id, record) in a {
        assert_eq!(record["file"]["sha256"], b[&id]["file"]["sha256"]);
        assert_eq!(record["thumbnail"], b[&id]["thumbnail"]);
    }
}

#[test]
fn the_same_search_again_adds_nothing() {
    let fixture = Fixture::new(photos(100, 4));
    let args = ["scrape", "-s", "monkey", "-n", "40", "--dataset", "a"];
    fixture.expect(0, &args);
    let (before, images) = (fixture.digest("a"), fixture.flickr.stats().image_calls);
    fixture.expect(0, &args);
    assert_eq!(fixture.digest("a"), before);
    assert_eq!(fixture.flickr.stats().image_calls, images);
}

#[test]
fn recorded_responses_of_flickr_are_parsed() {
    use gleaner::sources::ResponseError;
    let Some(folder) = shared("recorded/flickr") else { return };
    let mut pages = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let answer = gleaner::sources::flickr::parse(200, &std::fs::read(&path).unwrap());
        if name.contains("search") && !name.contains("methodinfo")
            || name.contains("photos_10")
            || name.contains("with_geo")
        {
            let page = answer.unwrap_or_else(|err| panic!("{name}: {err}"));
            let faults: Vec<_> = page.photos.iter().filter_map(|record| record.photo.fault.as_ref()).collect();
            assert!(faults.is_empty(), "{name}: {faults:?}");
            assert!(name.contains("empty") == page.photos.is_empty(), "{name}");
            pages += 1;
        } else if name.contains("err_100") {
            assert!(matches!(answer, Err(ResponseError::Credentials(_))), "{name}");
        } else if name.contains("err_201") {
            assert!(matches!(answer, Err(ResponseError::Temporary(_))), "{name}");
        } else {
            assert!(answer.is_err(), "{name} contains no list of photos");
        }
    }
    assert!(pages >= 7, "only {pages} recorded pages were found");
}

#[test]
fn a_search_beyond_4000_results_finds_every_photo_once() {
    // With fuzzy totals, overlapping pages and repeats past the cap, as by default.
    let fixture = Fixture::new(photos(9_000, 3));
    let args = ["scrape", "-s", "-nowhere", "-n", "9000", "-d", "false", "--dataset", "all", "--json"];
    let answer: Value = serde_json::from_slice(&fixture.expect(0, &args).stdout).unwrap();
    assert_eq!(answer["gathered"]["searches"][0]["found"], 9_000);
    let status: Value = serde_json::from_slice(&fixture.expect(0, &["status", "all", "--json"]).stdout).unwrap();
    assert_eq!(status["photos"], 9_000);
    let reached = &status["completeness"][0];
    let number = |name: &str| reached[name].as_u64().unwrap();
    assert_eq!((&reached["source"], &reached["finished"]), (&json!("flickr"), &json!(true)));
    assert_eq!(number("received") - number("repeated"), 9_000, "{reached}");
    assert!((8_500..=9_500).contains(&number("claimed")) && reached.get("gaps").is_none(), "{reached}");
    let calls = fixture.flickr.stats().api_calls;
    // 18 pages of 500 would be the least.
    assert!(calls <= 22, "{calls} calls");
}

#[test]
fn a_burst_of_uploads_is_split_by_licence_and_found_whole() {
    // All within five minutes: less than a slice of time can be.
    let fixture = Fixture::new(photos(9_000, 4).config(|config| config.uploaded = (1_500_000_000, 1_500_000_299)));
    fixture.expect(0, &["scrape", "-s", "-nowhere", "-n", "all", "-d", "false", "--dataset", "burst"]);
    let status: Value = serde_json::from_slice(&fixture.expect(0, &["status", "burst", "--json"]).stdout).unwrap();
    assert_eq!((&status["photos"], &status["completeness"][0]["truncated_slices"]), (&json!(9_000), &json!(0)));
    let said = talk(&fixture.expect(0, &["status", "burst"]));
    assert!(said.contains("completeness of the searches") && said.contains("9,000 kept"), "{said}");
}
