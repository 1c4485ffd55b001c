//! Refreshing photos of iNaturalist, GBIF, Commons and Openverse, replayed.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;
use testbed::replay::Replay;

use crate::pipeline::privacy::leaks;
use crate::pipeline::replayed::Fixture;
use crate::sources::fixtures;

fn scraped(source: &str) -> Fixture {
    let fixture = Fixture::new(source, |replay| replay);
    let args = ["scrape", "--source", source, "-s", "Macaca fascicularis", "-n", "1000", "--dataset", "d"];
    fixture.expect(1, &[&args[..], &["--key-file", "k.key"]].concat());
    fixture
}

fn refresh(fixture: &Fixture, code: i32) -> Value {
    let args = ["refresh", "d", "--key-file", "k.key", "--json"];
    serde_json::from_slice(&fixture.expect(code, &args).stdout).unwrap()
}

fn counts(report: &Value, names: &[&str]) -> Vec<u64> {
    names.iter().map(|name| report[*name].as_u64().unwrap()).collect()
}

const COUNTS: [&str; 5] = ["confirmed", "relicensed", "moved", "removed", "requests"];

#[test]
fn inaturalist_is_asked_for_many_observations_at_once_and_photos_leave_one_by_one() {
    let fixture = scraped("inaturalist");
    let before = fixture.records(true);
    let report = refresh(&fixture, 0);
    // An observation was deleted, and one photo of another.
    assert_eq!(counts(&report["sources"][0], &COUNTS), [8, 1, 1, 2, 2], "{report}");
    let queries = fixture.service.queries();
    let asked: Vec<&str> = queries.iter().filter_map(|query| query.get("id")).map(String::as_str).collect();
    assert_eq!(
        asked,
        ["9000001,9000002,9000003,9000004,9000005,9000006,9000007", "9000001,9000002"],
        "once, and again for what is missing"
    );
    let after = fixture.records(true);
    let gone = ["inaturalist:8100002", "inaturalist:8100004"];
    assert!(gone.iter().all(|id| before.contains_key(*id) && !after.contains_key(*id)));
    assert_eq!(after["inaturalist:8100001"]["license"]["id"], "LicenseRef-AllRightsReserved");
    let obscured = &after["inaturalist:8100005"]["location"];
    assert_eq!((&obscured["latitude"], &obscured["longitude"]), (&json!(4.5), &json!(101.25)));
    for id in gone {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let planted = [text(&before[id]["image_url"]), text(&before[id]["file"]["sha256"]), id.to_owned()];
        assert_eq!(leaks(&fixture.path("d"), &planted), Vec::<String>::new());
    }
    // Nothing is left to ask for; what was withdrawn is not taken back.
    let args = ["scrape", "--source", "inaturalist", "-s", "Macaca fascicularis", "-n", "1000", "--dataset", "d"];
    fixture.expect(1, &[&args[..], &["--key-file", "k.key"]].concat());
    assert!(gone.iter().all(|id| !fixture.records(false).contains_key(*id)));
}

#[test]
fn gbif_is_asked_for_each_occurrence_and_inaturalists_photos_are_its_own() {
    let fixture = scraped("gbif");
    let before = fixture.records(true);
    let report = refresh(&fixture, 0);
    let gbif = report["sources"].as_array().unwrap().iter().find(|source| source["source"] == "gbif").unwrap();
    assert_eq!(counts(gbif, &COUNTS), [3, 1, 1, 2, 3 + 2 + 1], "{report}");
    let after = fixture.records(true);
    assert_eq!(before.len() - after.len(), 2, "one picture, and one whole occurrence");
    assert!(after.keys().all(|id| !id.starts_with("gbif:7000002-")));
    let moved = after.iter().find(|(id, _)| id.starts_with("gbif:7000005-")).unwrap().1;
    assert_eq!((&moved["location"]["latitude"], &moved["license"]["id"]), (&json!(2.5), &json!("CC-BY-SA-4.0")));
}

#[test]
fn commons_says_which_files_are_missing() {
    let fixture = Fixture::new("commons", |replay| replay);
    let args =
        ["scrape", "--source", "commons", "-s", "macaque", "-n", "1000", "--dataset", "d", "--key-file", "k.key"];
    fixture.expect(1, &args);
    let report = refresh(&fixture, 0);
    assert_eq!(counts(&report["sources"][0], &COUNTS), [2, 1, 1, 1, 2], "{report}");
    let flickr = report["not_asked"][0].as_str().unwrap();
    assert!(flickr.starts_with("flickr: 1 photo, not asked for: there is no Flickr API key"), "{flickr}");
    let after = fixture.records(true);
    assert!(!after.contains_key("commons:5005"));
    assert_eq!(after["commons:5001"]["license"]["id"], "CC-BY-4.0");
    assert_eq!(after["commons:5006"]["location"]["latitude"], 5.5);
}

/// Openverse with its own pictures in a dataset; `change` chooses what answers.
fn openverse(change: impl FnOnce(Replay) -> Replay) -> Fixture {
    let fixture = Fixture::new("openverse", change);
    fixture.set("attempts = 8", "attempts = 2");
    let args = ["scrape", "--source", "openverse", "-s", "macaque", "-n", "all", "--dataset", "d"];
    fixture.expect(1, &[&args[..], &["--key-file", "k.key"]].concat());
    fixture
}

/// Openverse's part of the report. Photos of other services that it named are not asked for.
fn refresh_openverse(fixture: &Fixture, code: i32) -> Value {
    let args = ["refresh", "d", "--filter", "source:openverse -fault:any", "--key-file", "k.key", "--json"];
    let report: Value = serde_json::from_slice(&fixture.expect(code, &args).stdout).unwrap();
    report["sources"].as_array().unwrap().iter().find(|source| source["source"] == "openverse").unwrap().clone()
}

#[test]
fn openverse_is_asked_for_each_picture_and_twice_for_one_that_is_missing() {
    let fixture = openverse(|replay| replay);
    let before = fixture.records(true);
    let report = refresh_openverse(&fixture, 0);
    assert_eq!(counts(&report, &COUNTS), [3, 1, 0, 2, 5 + 2], "{report}");
    let after = fixture.records(true);
    let own = |nth: u32| format!("openverse:0f000000-0000-4000-8000-{nth:012}");
    assert_eq!(before[&own(1)]["license"]["id"], "CC-BY-4.0");
    assert_eq!(after[&own(1)]["license"]["id"], "CC-BY-NC-4.0");
    assert_eq!(after[&own(6)]["license"]["id"], before[&own(6)]["license"]["id"]);
    for gone in [own(4), own(5)] {
        assert!(
            before.contains_key(&gone) && !after.contains_key(&gone),
            "HTTP 404 and 410 mean that it was withdrawn"
        );
        let planted = [gone.clone(), before[&gone]["file"]["sha256"].as_str().unwrap().to_owned()];
        assert_eq!(leaks(&fixture.path("d"), &planted), Vec::<String>::new());
    }
    assert!(after.contains_key("flickr:52348123456") && after.contains_key("inaturalist:92152429"));
}

#[test]
fn while_openverse_fails_nothing_is_removed() {
    // The last one is from a server in front of it.
    for (status, body) in [(500, "{}"), (503, "{}"), (404, "<html>no route</html>"), (410, "<html>gone</html>")] {
        let folder = TempDir::new().unwrap();
        for file in fs::read_dir(fixtures("openverse")).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
        }
        let text = fs::read_to_string(folder.path().join("pages.json")).unwrap();
        let mut pages: Vec<Value> = serde_json::from_str(&text).unwrap();
        for page in pages.iter_mut().filter(|page| page["when"].get("path").is_some()) {
            (page["file"], page["status"]) = (json!("failure.json"), json!(status));
        }
        fs::write(folder.path().join("pages.json"), json!(pages).to_string()).unwrap();
        fs::write(folder.path().join("failure.json"), body).unwrap();
        let fixture = openverse(|_| Replay::of(folder.path()));
        let before = fixture.records(false).len();
        let report = refresh_openverse(&fixture, 1);
        assert!(report["cut_short"].is_string() && report["removed"] == 0, "HTTP {status}: {report}");
        assert_eq!(fixture.records(false).len(), before, "HTTP {status}");
    }
}

#[test]
fn thirty_percent_faults_change_nothing() {
    let calm = scraped("inaturalist");
    refresh(&calm, 0);
    for seed in 1..=3 {
        let stormy = Fixture::new("inaturalist", |replay| replay.faults(0.3).seed(seed));
        std::fs::copy(calm.path("k.key"), stormy.path("k.key")).unwrap();
        let args = ["scrape", "--source", "inaturalist", "-s", "Macaca fascicularis", "-n", "1000", "--dataset", "d"];
        stormy.expect(1, &[&args[..], &["--key-file", "k.key"]].concat());
        refresh(&stormy, 0);
        assert_eq!(calm.stable(), stormy.stable(), "seed {seed}");
    }
}
