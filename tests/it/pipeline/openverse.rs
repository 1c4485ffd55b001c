//! Openverse from recorded pages to a dataset, with the built program and the replay server.

use std::collections::BTreeMap;
use std::fs;
use std::process::Output;

use gleaner::sources::{ResponseError, openverse};
use serde_json::{Value, json};
use tempfile::TempDir;
use testbed::replay::{Replay, Running};
use tokio::runtime::Runtime;

use super::privacy::leaks;
use super::{command, talk};
use crate::sources::fixtures;

/// The program in a folder of its own, with the replayed Openverse in its settings.
struct Fixture {
    openverse: Running,
    folder: TempDir,
    _runtime: Runtime,
}

impl Fixture {
    fn new(replay: Replay) -> Self {
        let runtime = Runtime::new().unwrap();
        let openverse = runtime.block_on(replay.start()).unwrap();
        let folder = TempDir::new().unwrap();
        let images = "images_per_second = 5000.0\nimages_at_once = 8\n";
        let settings = format!(
            "[net]\ntrusted_hosts = [\"127.0.0.1\"]\nattempts = 8\nretry_base_ms = 5\n{images}\
             [sources.openverse]\napi_url = \"{}\"\nrequests_per_second = 500.0\nrequests_per_minute = 0\n\
             requests_per_day = 0\n{images}[sources.inaturalist]\n{images}",
            openverse.api_url
        );
        fs::write(folder.path().join("gleaner.toml"), settings).unwrap();
        Self { openverse, folder, _runtime: runtime }
    }

    fn expect(&self, code: i32, args: &[&str]) -> Output {
        let output = command(self.folder.path(), args).env_remove("FLICKR_API_KEY").output().unwrap();
        assert_eq!(output.status.code(), Some(code), "gleaner {args:?}\n{}", talk(&output));
        output
    }

    /// Scrapes with these options besides.
    fn scrape(&self, code: i32, more: &[&str]) -> String {
        let args = ["scrape", "--source", "openverse", "-s", "macaque", "--dataset", "d", "--key-file", "k.key"];
        talk(&self.expect(code, &[&args[..], more].concat()))
    }

    fn records(&self) -> BTreeMap<String, Value> {
        let args = ["export", "d", "--format", "jsonl", "--key-file", "k.key", "--unseal"];
        let text = String::from_utf8(self.expect(0, &args).stdout).unwrap();
        let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        records.map(|record| (record["id"].as_str().unwrap().to_owned(), record)).collect()
    }

    /// The records without values that depend on the host or the time.
    fn stable(&self) -> String {
        let mut records = self.records();
        records.retain(|id, _| !id.contains("unreadable"));
        for record in records.values_mut() {
            for field in ["found_at", "checked_at", "downloaded_at"] {
                record.as_object_mut().unwrap().remove(field);
            }
            for other in record.get_mut("other_records").and_then(Value::as_array_mut).into_iter().flatten() {
                other.as_object_mut().unwrap().remove("checked_at");
            }
            if let Some(file) = record.get_mut("file").and_then(Value::as_object_mut) {
                file.remove("downloaded_at");
            }
        }
        serde_json::to_string_pretty(&records).unwrap().replace(&self.openverse.image_url, "HOST")
    }
}

fn replay() -> Replay {
    Replay::of(fixtures("openverse"))
}

fn own(nth: u32) -> String {
    format!("openverse:0f000000-0000-4000-8000-{nth:012}")
}

#[test]
fn photos_have_the_ids_of_their_services_and_names_are_sealed() {
    let fixture = Fixture::new(replay());
    let output = fixture.scrape(1, &["-n", "all"]);
    assert!(output.contains("7 photos found, 7 images stored") && output.contains("2 records unreadable"), "{output}");
    assert_eq!(leaks(fixture.folder.path(), &["CANARY".to_owned()]), Vec::<String>::new());
    assert!(!output.contains("CANARY"), "{output}");
    let queries = fixture.openverse.queries();
    let pages: Vec<&str> = queries.iter().map(|query| query["page"].as_str()).collect();
    assert_eq!(pages, ["1", "2"]);
    assert!(queries.iter().all(|query| query["page_size"] == "20" && query["q"] == "macaque"));
    let records = fixture.records();
    let stored: Vec<&str> =
        records.iter().filter(|(_, record)| record["state"] == "stored").map(|(id, _)| id.as_str()).collect();
    let mut ids: Vec<String> = [1, 4, 5, 6, 7].map(own).to_vec();
    ids.extend(["flickr:52348123456".to_owned(), "inaturalist:92152429".to_owned()]);
    ids.sort();
    assert_eq!(stored, ids);
    let license = |id: &str| records[id]["license"]["id"].as_str().unwrap().to_owned();
    assert_eq!(license(&own(1)), "CC-BY-4.0");
    assert_eq!(license("flickr:52348123456"), "CC-BY-ND-2.0");
    assert_eq!(license("inaturalist:92152429"), "CC0-1.0");
    assert_eq!(license(&own(4)), "LicenseRef-PublicDomainMark-1.0");
    assert_eq!(license(&own(6)), "CC-BY-NC-SA-3.0");
    assert!(records[&own(5)]["license"]["url"].as_str().unwrap().contains("sampling+"));
    let first = &records[&own(1)];
    assert_eq!((&first["title"], &first["tags"]), (&json!("Macaque 1"), &json!(["monkey"])), "no tags of machines");
    assert_eq!((&first["kind"], &records[&own(5)]["kind"]), (&json!("photo"), &json!("illustration")));
    assert_eq!(first["landing_url"], "https://openverse.org/image/0f000000-0000-4000-8000-000000000001");
    assert!(records["flickr:52348123456"]["landing_url"].as_str().unwrap().starts_with("https://flic.kr/p/"));
    assert_eq!(first["personal"]["owner_name"], "CANARY Creator 1");
    assert!(first["personal"]["raw_record"]["attribution"].as_str().unwrap().contains("CANARY Creator 1"));
    assert_eq!(records["flickr:52348123456"]["searches"][0]["source"], "openverse");
}

#[test]
fn what_openverse_withholds_is_a_gap_and_what_nobody_wanted_is_none() {
    let fixture = Fixture::new(replay());
    fixture.scrape(1, &["-n", "all", "-d", "false"]);
    let status = || -> Value { serde_json::from_slice(&fixture.expect(0, &["status", "d", "--json"]).stdout).unwrap() };
    let report = status()["completeness"][0].clone();
    let gap = json!([{"slice": "all results", "claimed": 10_000, "reachable": 10}]);
    assert_eq!((&report["gaps"], &report["truncated_slices"], &report["claimed"]), (&gap, &json!(1), &json!(10_000)));
    let text = talk(&fixture.expect(0, &["status", "d"]));
    assert!(text.contains("about 9,990 missing, because the source returns too few of 1 part"), "{text}");
    assert!(text.contains("all results: 10,000 reported, at most 10 returned"), "{text}");
    let said = fixture.scrape(1, &["-n", "5", "-d", "false"]);
    assert!(said.contains("of earlier runs with faults"), "{said}");
    assert_eq!(status()["completeness"][0]["gaps"], gap, "the report of a smaller search replaces no larger one");
    let fixture = Fixture::new(replay());
    fixture.scrape(0, &["-n", "5", "-d", "false"]);
    let status: Value = serde_json::from_slice(&fixture.expect(0, &["status", "d", "--json"]).stdout).unwrap();
    assert_eq!(status["completeness"][0]["truncated_slices"], 0, "five photos were wanted, and found");
}

#[test]
fn licences_are_asked_for_and_places_are_refused() {
    let fixture = Fixture::new(replay());
    fixture.scrape(1, &["-n", "all", "-d", "false", "--license", "cc0,pd,by-nc-sa"]);
    assert!(fixture.openverse.queries().iter().all(|query| query["license"] == "cc0,pdm,by-nc-sa"));
    let records = fixture.records();
    let kept = records.iter().filter(|(_, record)| record["state"] != "rejected").count();
    assert_eq!(kept, 3, "{:?}", records.keys());
    let said = fixture.scrape(2, &["--country", "PH"]);
    assert!(said.contains("have no coordinates"), "{said}");
}

#[test]
fn with_thirty_percent_faults_the_dataset_is_the_same() {
    let calm = Fixture::new(replay());
    calm.scrape(1, &["-n", "all"]);
    for seed in 1..=3 {
        let stormy = Fixture::new(replay().faults(0.3).seed(seed));
        fs::copy(calm.folder.path().join("k.key"), stormy.folder.path().join("k.key")).unwrap();
        stormy.scrape(1, &["-n", "all"]);
        assert_eq!(calm.stable(), stormy.stable(), "seed {seed}");
    }
}

#[test]
fn refusals_of_openverse_say_why() {
    let of = |status, body: &str| openverse::parse(status, body.as_bytes()).unwrap_err();
    let anonymous = r#"{"detail": "Ensure this value is less than or equal to 20."}"#;
    assert!(matches!(of(401, anonymous), ResponseError::Query(why) if why.contains("less than or equal to 20")));
    let fields = r#"{"detail": {"license": ["License 'x' does not exist."]}}"#;
    assert!(matches!(of(400, fields), ResponseError::Query(why) if why.contains("does not exist")));
    for (status, body) in
        [(429, "{}"), (500, ""), (403, "<html>"), (200, "<html>"), (200, r#"{"results": 1}"#), (200, "{}")]
    {
        assert!(matches!(of(status, body), ResponseError::Temporary(_)), "{status} {body}");
    }
}
