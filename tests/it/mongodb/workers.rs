//! Several workers share the photos of one store: each photo is processed once, also when workers are killed.

use std::fs;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::server::{Mongo, shared};
use crate::pipeline::{Fixture, photos, talk};
use crate::serve::program::Served;

/// A fixture whose datasets are on a server; leases expire soon.
fn fixture(mongo: &Mongo, photos: testbed::flickr::Flickr) -> (Fixture, String) {
    let fixture = Fixture::new(photos);
    let settings = fixture.path("gleaner.toml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("{text}\n[mongodb]\nlease_s = 3\n")).unwrap();
    (fixture, mongo.dataset(std::path::Path::new("none")).to_string())
}

/// The number of photos in a state.
fn state(fixture: &Fixture, url: &str, state: &str) -> u64 {
    let status = fixture.expect(0, &["status", "--json", "--store", url]);
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    status["states"][state].as_u64().unwrap_or(0)
}

fn spawn(fixture: &Fixture, args: &[&str]) -> Child {
    fixture.command(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn three_workers_process_each_photo_once_although_two_are_killed() {
    let Some(mongo) = shared() else { return };
    let (fixture, url) = fixture(mongo, photos(400, 5).latency_ms(25));
    let found = ["scrape", "-s", "monkey", "-n", "160", "-d", "false", "--key-file", "k.key"];
    fixture.expect(0, &[&found[..], &["--store", &url]].concat());
    let wanted = state(&fixture, &url, "found");
    assert!(wanted > 60, "only {wanted} photos to share");
    let asked_before = fixture.flickr.stats().image_calls;

    let work = ["download", "--key-file", "k.key", "--store", &url];
    let mut workers: Vec<Child> = (0..3).map(|_| spawn(&fixture, &work)).collect();
    sleep(Duration::from_millis(900));
    let status = fixture.expect(0, &["status", "--json", "--store", &url]);
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    let shown = status["workers"].as_array().map_or(0, Vec::len);
    assert!((1..=3).contains(&shown), "{status}");
    for pause in [0, 300] {
        sleep(Duration::from_millis(pause));
        let mut killed = workers.remove(0);
        killed.kill().unwrap();
        killed.wait().unwrap();
    }
    let last = workers.remove(0).wait_with_output().unwrap();
    assert_eq!(last.status.code(), Some(0), "{}", talk(&last));

    let status = fixture.expect(0, &["status", "--json", "--store", &url]);
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(state(&fixture, &url, "stored"), wanted);
    assert!(status.get("workers").is_none(), "killed and finished workers are not listed: {status}");
    let asked = fixture.flickr.stats().image_calls - asked_before;
    // Photos that the killed workers had not saved were requested again: at most what both had leased.
    assert!((wanted..=wanted + 2 * 24).contains(&asked), "{asked} images were requested");
    println!("{asked} images requested for {wanted} photos");

    // The result equals that of a single worker.
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "160", "--dataset", "alone", "--key-file", "k.key"]);
    let folder = url.rsplit_once('/').unwrap().1.split('?').next().unwrap();
    assert!(fixture.path(folder).join("images").is_dir(), "images are in the folder named after the database");
    assert_eq!(fixture.digest(&url), fixture.digest("alone"));
    // Another worker finds nothing to do, and sends no request.
    let before = fixture.flickr.stats().image_calls;
    fixture.expect(0, &work);
    assert_eq!(fixture.flickr.stats().image_calls, before);
}

#[test]
fn a_scrape_and_download_workers_beside_it_fetch_no_image_twice() {
    let Some(mongo) = shared() else { return };
    let (fixture, url) = fixture(mongo, photos(300, 8).latency_ms(5));
    let scrape = ["scrape", "-s", "monkey", "-n", "120", "--key-file", "k.key", "--store", &url];
    let scraping = spawn(&fixture, &scrape);
    let until = Instant::now() + Duration::from_secs(30);
    while fixture.run(&["status", "--store", &url]).status.code() != Some(0) {
        assert!(Instant::now() < until, "the scrape creates no dataset");
    }
    let beside: Vec<Child> =
        (0..2).map(|_| spawn(&fixture, &["download", "--key-file", "k.key", "--store", &url])).collect();
    for child in std::iter::once(scraping).chain(beside) {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", talk(&output));
    }
    // Photos that came after the workers had ended were processed by the scrape.
    let stored = state(&fixture, &url, "stored");
    assert!(stored > 60, "only {stored} photos to share");
    assert_eq!(fixture.flickr.stats().image_calls, stored);
}

#[test]
fn the_same_search_runs_once_at_a_time() {
    let Some(mongo) = shared() else { return };
    let (fixture, url) = fixture(mongo, photos(300, 9).latency_ms(60));
    let scrape = ["scrape", "-s", "monkey", "-n", "100", "--key-file", "k.key", "--store", &url];
    let mut first = spawn(&fixture, &scrape);
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let status = fixture.run(&["status", "--json", "--store", &url]);
        let status: Value = serde_json::from_slice(&status.stdout).unwrap_or_default();
        if status["photos"].as_u64() > Some(0) {
            break;
        }
        assert!(Instant::now() < until && first.try_wait().unwrap().is_none(), "the first ended too soon");
    }
    let second = fixture.run(&scrape);
    assert_eq!(second.status.code(), Some(11), "{}", talk(&second));
    assert!(talk(&second).contains("another process: search on"), "{}", talk(&second));
    assert_eq!(first.wait().unwrap().code(), Some(0));
    fixture.expect(0, &scrape);
}

#[test]
fn a_search_from_the_page_that_another_worker_runs_names_it_and_has_not_failed() {
    let Some(mongo) = shared() else { return };
    let (fixture, url) = fixture(mongo, photos(300, 9).latency_ms(60));
    let key = ["--key-file", "k.key", "--store", &url];
    fixture.expect(0, &[&["scrape", "-s", "zoo", "-n", "1", "-d", "false"], &key[..]].concat());
    let served = Served::start(&fixture, &key);
    let mut scraping = spawn(&fixture, &[&["scrape", "-s", "monkey", "-n", "all"], &key[..]].concat());
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let status = fixture.run(&["status", "--json", "--store", &url]);
        let status: Value = serde_json::from_slice(&status.stdout).unwrap_or_default();
        if status["photos"].as_u64() > Some(1) {
            break;
        }
        assert!(Instant::now() < until && scraping.try_wait().unwrap().is_none(), "the scrape ended too soon");
    }
    let asked = r#"{"sources": ["flickr"], "words": ["monkey"], "number": null}"#;
    let refused = served.send("POST", "/api/v1/search", asked);
    assert!(refused.starts_with("HTTP/1.1 409"), "{refused}");
    assert!(refused.contains("Another worker runs this search (search on"), "{refused}");
    let shown = served.send("GET", "/api/v1/search", "");
    assert!(shown.contains(r#""state":"idle""#), "it has not failed: {shown}");
    // Another search is nobody's.
    let other = served.send("POST", "/api/v1/search", &asked.replace("monkey", "zoo"));
    assert!(other.starts_with("HTTP/1.1 202"), "{other}");
    assert_eq!(scraping.wait().unwrap().code(), Some(0));
}
