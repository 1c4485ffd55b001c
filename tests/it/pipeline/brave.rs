//! Brave Image Search from a recorded page to a dataset, with the built program and the replay server.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};

use gleaner::sources::{ResponseError, brave};
use serde_json::{Value, json};
use tempfile::TempDir;
use testbed::replay::{Replay, Running};
use tokio::runtime::Runtime;

use super::privacy::leaks;
use super::{command, talk};
use crate::sources::fixtures;

const KEY: &str = "BSAcanary0123456789abcdefghijkl";

/// The program in a folder of its own, with the replayed service in its settings.
struct Fixture {
    brave: Running,
    folder: TempDir,
    _runtime: Runtime,
}

impl Fixture {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let brave = runtime.block_on(Replay::of(fixtures("brave")).start()).unwrap();
        let folder = TempDir::new().unwrap();
        let settings = format!(
            "[net]\ntrusted_hosts = [\"127.0.0.1\"]\nretry_base_ms = 5\n[sources.brave]\napi_url = \"{}\"\n\
             requests_per_second = 500.0\nimages_per_second = 5000.0\n",
            brave.api_url
        );
        fs::write(folder.path().join("gleaner.toml"), settings).unwrap();
        Self { brave, folder, _runtime: runtime }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = command(self.folder.path(), args);
        command.env_remove("FLICKR_API_KEY").env("BRAVE_API_KEY", KEY);
        command
    }

    fn expect(&self, code: i32, args: &[&str]) -> Output {
        let output = self.command(args).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "gleaner {args:?}\n{}", talk(&output));
        output
    }
}

const SCRAPE: [&str; 9] = ["scrape", "--source", "brave", "-s", "macaque", "--dataset", "d", "--key-file", "k.key"];

#[test]
fn results_are_photos_without_a_licence_and_the_key_is_nowhere() {
    let fixture = Fixture::new();
    let said = talk(&fixture.expect(1, &[&["-vv"], &SCRAPE[..], &["-n", "all"]].concat()));
    assert!(said.contains("3 photos found, 3 images stored") && said.contains("1 record unreadable"), "{said}");
    assert!(!said.contains(KEY), "{said}");
    assert_eq!(leaks(fixture.folder.path(), &[KEY.to_owned()]), Vec::<String>::new());
    let queries = fixture.brave.queries();
    assert_eq!(queries.len(), 1, "there is one page");
    assert!(queries[0]["count"] == "200" && queries[0]["country"] == "ALL" && queries[0]["spellcheck"] == "false");
    assert!(queries[0].values().all(|value| value != KEY));
    let text = fixture.expect(0, &["export", "d", "--format", "jsonl", "--key-file", "k.key"]).stdout;
    let text = String::from_utf8(text).unwrap();
    let records: BTreeMap<String, Value> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|record| record["state"] == "stored")
        .map(|record| (record["image_url"].as_str().unwrap().to_owned(), record))
        .collect();
    assert_eq!(records.len(), 3);
    let first = &records[&format!("{}/brave/1/photo.jpg", fixture.brave.image_url)];
    assert_eq!((&first["title"], &first["landing_url"]), (&json!("Macaque 1"), &json!("https://blog.example.org/1")));
    assert_eq!((&first["sizes"][0]["width"], first.get("license")), (&json!(320), None));
    // Their licence is unknown.
    let open = [&SCRAPE[..], &["-n", "200", "--license", "open"]].concat();
    let said = talk(&fixture.expect(1, &open));
    assert!(said.contains("left out 3 photos that do not meet the criteria: license 3"), "{said}");
}

#[test]
fn without_a_key_it_is_asked_for_and_sources_says_why_there_is_no_bing() {
    let fixture = Fixture::new();
    let output = fixture.command(&SCRAPE).env_remove("BRAVE_API_KEY").output().unwrap();
    assert!(output.status.code() == Some(2) && talk(&output).contains("set BRAVE_API_KEY"), "{}", talk(&output));
    let said = talk(&fixture.expect(0, &["sources"]));
    for words in ["Bing", "11 August 2025", "1 January 2027", "any public host", "urls - A list of addresses"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let listed: Value = serde_json::from_slice(&fixture.expect(0, &["sources", "--json"]).stdout).unwrap();
    let note = |name: &str| listed.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()["note"].clone();
    assert!(note("brave").is_string() && note("openverse").is_string() && note("flickr").is_null());
}

#[test]
fn refusals_of_brave_are_told_apart() {
    let of = |status, body: &str| brave::parse(status, body.as_bytes()).unwrap_err();
    let refused = |code: &str| format!(r#"{{"type":"ErrorResponse","error":{{"code":"{code}","detail":"why"}}}}"#);
    for (status, code) in [(422, "SUBSCRIPTION_TOKEN_INVALID"), (401, ""), (403, "SUBSCRIPTION_NOT_FOUND")] {
        assert!(matches!(of(status, &refused(code)), ResponseError::Credentials(why) if why.contains("why")), "{code}");
    }
    for (status, code) in [(422, "VALIDATION"), (429, "QUOTA_LIMITED"), (402, "")] {
        assert!(matches!(of(status, &refused(code)), ResponseError::Query(_)), "{code}");
    }
    for (status, body) in [(429, refused("RATE_LIMITED")), (500, String::new()), (403, "<html>".to_owned())] {
        assert!(matches!(of(status, &body), ResponseError::Temporary(_)), "{status} {body}");
    }
    assert!(matches!(of(200, "{}"), ResponseError::Temporary(_)));
}
