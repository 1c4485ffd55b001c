//! `gleaner retry` on photos of the simulated Flickr whose images failed, were rejected or are gone.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use testbed::faults::{Fault, Target};
use testbed::flickr::Flickr;

use super::{Fixture, photos, talk};

const SCRAPE: [&str; 9] = ["scrape", "-s", "monkey", "-n", "40", "--dataset", "d", "--key-file", "k.key"];

/// The program gives up after one attempt.
fn impatient(flickr: Flickr) -> Fixture {
    let fixture = Fixture::new(flickr);
    let settings = fs::read_to_string(fixture.path("gleaner.toml")).unwrap().replace("attempts = 8", "attempts = 1");
    fs::write(fixture.path("gleaner.toml"), settings).unwrap();
    fixture
}

fn states(fixture: &Fixture) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for record in fixture.records("d", false) {
        *states.entry(record["state"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    states
}

fn retry(fixture: &Fixture, code: i32, options: &[&str]) -> Value {
    let args = [&["retry", "d", "--key-file", "k.key", "--json"], options].concat();
    serde_json::from_slice(&fixture.expect(code, &args).stdout).unwrap()
}

#[test]
fn photos_that_failed_are_tried_again_and_the_causes_are_counted_before_and_after() {
    let failing = |flickr, call| Flickr::script(flickr, Target::ImageCall(call), Fault::Unavailable);
    let fixture = impatient((0..10).fold(photos(300, 6), failing));
    fixture.expect(1, &SCRAPE);
    assert_eq!(states(&fixture), BTreeMap::from([("failed".to_owned(), 10), ("stored".to_owned(), 30)]));
    let calls = fixture.flickr.stats().image_calls;
    let none = retry(&fixture, 0, &["--filter", "state:stored"]);
    assert_eq!((&none["before"], fixture.flickr.stats().image_calls), (&serde_json::json!({}), calls));

    let report = retry(&fixture, 0, &[]);
    let cause = "download: the image host responded with HTTP 503";
    assert_eq!((&report["before"][cause], &report["after"]), (&Value::from(10), &serde_json::json!({})));
    assert_eq!(fixture.flickr.stats().image_calls, calls + 10, "only the photos that failed are requested");
    assert_eq!(states(&fixture), BTreeMap::from([("stored".to_owned(), 40)]));
    assert!(talk(&fixture.expect(0, &["retry", "d", "--key-file", "k.key"])).contains("no photo has a fault"));
    fixture.digest("d");
}

#[test]
fn photos_that_are_gone_are_tried_only_if_that_is_asked_for() {
    let fixture = impatient(photos(300, 6).config(|config| (config.gone, config.opted_out) = (0.3, 0.2)));
    fixture.expect(1, &SCRAPE);
    let before = states(&fixture);
    assert!(before["gone"] > 5 && before["rejected"] > 0, "{before:?}");
    let calls = || fixture.flickr.stats().image_calls;
    let first = calls();
    retry(&fixture, 1, &[]);
    assert_eq!(calls() - first, before["rejected"] as u64, "rejected ones are tried again, gone ones are not");
    let second = calls();
    retry(&fixture, 1, &["--gone", "--filter", "state:gone"]);
    assert!(calls() - second >= before["gone"] as u64);
    assert_eq!(states(&fixture), before);
}

#[test]
fn mistakes_in_the_filter_and_the_name_are_explained_and_change_nothing() {
    let fixture = impatient(photos(100, 6));
    fixture.expect(0, &SCRAPE);
    let wrong = talk(&fixture.expect(2, &["retry", "d", "--filter", "stat:failed"]));
    assert!(wrong.contains("in --filter") && wrong.contains('^'), "{wrong}");
    let unknown = talk(&fixture.expect(2, &["retry", "dd"]));
    assert!(unknown.contains("there is no dataset at dd") && !fixture.path("dd").exists(), "{unknown}");
}
