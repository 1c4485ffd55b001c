//! `gleaner enrich --with`: comments, EXIF and descriptions of the simulated Flickr.

use std::fs;

use serde_json::{Value, json};

use super::privacy::leaks;
use super::{Fixture, photos, talk};

const SCRAPE: [&str; 8] = ["scrape", "-s", "monkey", "-n", "40", "-d", "false", "--dataset=d"];

fn enrich(fixture: &Fixture, code: i32, options: &[&str]) -> Value {
    let args = [&["enrich", "d", "--json"], options].concat();
    let mut report: Value = serde_json::from_slice(&fixture.expect(code, &args).stdout).unwrap();
    report["sources"][0].take()
}

const ALL: [&str; 2] = ["--with", "comments,exif-api,info"];

#[test]
fn comments_and_exif_are_sealed_refusals_remembered_and_tags_kept_as_typed() {
    let fixture = Fixture::new(photos(300, 6).faults(0.3));
    fixture.expect(0, &SCRAPE);
    let report = enrich(&fixture, 0, &ALL);
    let truth = fixture.flickr.truth();
    let records = fixture.records("d", true);
    let hidden = |record: &&Value| record["personal"]["exif_api"]["refused"] == "permission denied";
    let refused = records.iter().filter(hidden).count();
    assert!(refused > 5 && refused < 35, "{refused} refused");
    assert_eq!((&report["photos"], &report["requests"]), (&json!(40), &json!(120)));
    assert_eq!((&report["added"], &report["refused"]), (&json!(120 - refused), &json!(refused)));
    for record in &records {
        let own = record["id"].as_str().unwrap().strip_prefix("flickr:").unwrap();
        let photo = truth.iter().find(|photo| photo.id.to_string() == own).unwrap();
        let comments = record["personal"]["comments"].as_array().unwrap();
        assert_eq!(comments.len() as u64, photo.counts[2]);
        assert!(comments.iter().all(|comment| comment["authorname"].as_str().unwrap().starts_with("CANARY Commenter")));
        let exif = &record["personal"]["exif_api"];
        assert_eq!(photo.downloadable, exif["tags"]["IFD0"]["Make"] == "Canon", "{exif}");
        let raw = record["described"]["raw_tags"].as_array().unwrap();
        assert_eq!(raw.len(), photo.tags.len() + photo.machine_tags.len());
        assert_eq!(record["described"].get("country").is_some(), photo.place.is_some());
    }
    let planted = ["CANARY Commenter", "CANARY Real", "CANARY remark", "CANARY-SN", "CANARY Artist"].map(str::to_owned);
    assert_eq!(leaks(&fixture.path("d"), &planted), Vec::<String>::new());
    let sealed = fixture.records("d", false);
    assert!(sealed.iter().all(|record| record["sealed"]["comments"].is_string() && record.get("personal").is_none()));

    let calls = fixture.flickr.stats().api_calls;
    let again = enrich(&fixture, 0, &ALL);
    assert_eq!((&again["requests"], &again["complete"]), (&json!(0), &json!(40)), "a refusal is not asked about again");
    assert_eq!(fixture.flickr.stats().api_calls, calls);
    fixture.digest("d");
    // A scrape that finds the photos again does not ask for this, so it stays.
    fixture.expect(0, &SCRAPE);
    let after = fixture.records("d", true);
    for (record, after) in records.iter().zip(&after) {
        assert_eq!(record["described"], after["described"]);
        assert_eq!(record["personal"]["comments"], after["personal"]["comments"]);
    }
    fixture.expect(0, &["key", "rotate", "d"]);
    fixture.digest("d");
}

#[test]
fn a_filter_an_interruption_and_a_photo_that_is_gone_cost_nothing_else() {
    let fixture = Fixture::new(photos(300, 6));
    fixture.expect(0, &SCRAPE);
    let records = fixture.records("d", false);
    let first = records[0]["id"].as_str().unwrap();
    let report = enrich(&fixture, 0, &["--with", "info", "--filter", &format!("\"{first}\"")]);
    assert_eq!((&report["photos"], &report["requests"]), (&json!(1), &json!(1)));
    let own = |record: &Value| record["id"].as_str().unwrap().strip_prefix("flickr:").unwrap().parse().unwrap();
    fixture.flickr.changes().withdraw(own(&records[1]));
    let report = enrich(&fixture, 0, &["--with", "info"]);
    assert_eq!((&report["complete"], &report["added"], &report["not_shown"]), (&json!(1), &json!(38), &json!(1)));
    assert_eq!(fixture.records("d", false).len(), 40, "only a refresh removes photos");

    let settings = fs::read_to_string(fixture.path("gleaner.toml")).unwrap().replace("attempts = 8", "attempts = 1");
    fs::write(fixture.path("gleaner.toml"), settings).unwrap();
    fixture.flickr.break_api(Some(testbed::faults::Fault::Unavailable));
    let cut = talk(&fixture.expect(1, &["enrich", "d", "--with", "comments"]));
    assert!(cut.contains("it ended early") && cut.contains("to continue: gleaner enrich d --with comments"), "{cut}");
    fixture.flickr.break_api(None);
    assert_eq!(enrich(&fixture, 0, &["--with", "comments"])["added"], 39);
}

#[test]
fn wrong_details_are_explained() {
    let fixture = Fixture::new(photos(100, 6));
    fixture.expect(0, &SCRAPE);
    let wrong = talk(&fixture.expect(2, &["enrich", "d", "--with", "comment"]));
    assert!(wrong.contains("comments") && wrong.contains("exif-api"), "{wrong}");
    let alone = talk(&fixture.expect(2, &["enrich", "d", "--again"]));
    assert!(alone.contains("--with"), "{alone}");
}
