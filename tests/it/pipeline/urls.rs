//! Lists of addresses, from the file to a dataset, with the built program and a server of images on loopback.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use testbed::replay::{Replay, Running};
use tokio::runtime::Runtime;

use super::{command, talk};

/// Images that the server has.
const IMAGES: usize = 12;

/// The program in a folder of its own, with a server of images.
pub struct Fixture {
    pub server: Running,
    folder: TempDir,
    _runtime: Runtime,
}

impl Fixture {
    pub fn new(latency_ms: u64) -> Self {
        let pages = TempDir::new().unwrap();
        let images: Vec<String> = (0..IMAGES).map(|nth| format!("{{IMAGES}}/photos/{nth}/")).collect();
        fs::write(pages.path().join("pages.json"), r#"[{"when": {}, "file": "images.json"}]"#).unwrap();
        fs::write(pages.path().join("images.json"), images.join("\n")).unwrap();
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(Replay::of(pages.path()).latency_ms(latency_ms).start()).unwrap();
        let folder = TempDir::new().unwrap();
        let settings = "[net]\ntrusted_hosts = [\"127.0.0.1\"]\nattempts = 3\nretry_base_ms = 5\n\
             [sources.urls]\nimages_per_second = 5000.0\nimages_at_once = 2\n";
        fs::write(folder.path().join("gleaner.toml"), settings).unwrap();
        Self { server, folder, _runtime: runtime }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn url(&self, nth: usize) -> String {
        format!("{}/photos/{nth}/image.jpg", self.server.image_url)
    }

    fn urls(&self) -> Vec<String> {
        (0..IMAGES).map(|nth| self.url(nth)).collect()
    }

    /// Runs the program and asserts its exit code.
    fn expect(&self, code: i32, args: &[&str]) -> Output {
        let output = command(self.folder.path(), args).env_remove("FLICKR_API_KEY").output().unwrap();
        assert_eq!(output.status.code(), Some(code), "gleaner {args:?}\n{}", talk(&output));
        output
    }

    /// Writes a list and collects it.
    fn scrape(&self, code: i32, list: &str, content: &str, dataset: &str, more: &[&str]) -> String {
        fs::write(self.path(list), content).unwrap();
        self.scrape_file(code, list, dataset, more)
    }

    /// Collects a list that is there.
    pub fn scrape_file(&self, code: i32, list: &str, dataset: &str, more: &[&str]) -> String {
        let args = ["scrape", "--source", "urls", list, "--dataset", dataset, "--key-file", "k.key"];
        talk(&self.expect(code, &[&args[..], more].concat()))
    }

    pub fn records(&self, dataset: &str, unseal: bool) -> BTreeMap<String, Value> {
        let mut args = vec!["export", dataset, "--format", "jsonl", "--key-file", "k.key"];
        args.extend(unseal.then_some("--unseal"));
        let text = String::from_utf8(self.expect(0, &args).stdout).unwrap();
        let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        records.map(|record| (record["image_url"].as_str().unwrap().to_owned(), record)).collect()
    }

    pub fn digest(&self, dataset: &str) -> String {
        let args = ["verify", dataset, "--read-data", "--json", "--key-file", "k.key"];
        let found: Value = serde_json::from_slice(&self.expect(0, &args).stdout).unwrap();
        assert_eq!(found["problems"], json!([]));
        found["digest"].as_str().unwrap().to_owned()
    }
}

#[test]
fn text_tables_and_json_with_the_same_addresses_give_equal_datasets() {
    let fixture = Fixture::new(0);
    let urls = fixture.urls();
    let quoted: Vec<String> = urls.iter().map(|url| json!(url).to_string()).collect();
    let objects: Vec<String> = urls.iter().map(|url| json!({"URL": url}).to_string()).collect();
    let lists = [
        ("a.txt", format!("# my photos\n\n{}\n{}\n", urls.join("\r\n"), urls[0])),
        ("a.csv", format!("image_url\n{}\n", urls.join("\n"))),
        (
            "a.tsv",
            format!("nth\tcontentUrl\n{}\n", urls.iter().map(|url| format!("1\t{url}")).collect::<Vec<_>>().join("\n")),
        ),
        ("a.jsonl", objects.join("\n")),
        ("objects.json", format!("[{}]", objects.join(","))),
        ("texts.json", format!("[{}]", quoted.join(", "))),
    ];
    for (nth, (list, content)) in lists.iter().enumerate() {
        let said = fixture.scrape(0, list, content, &format!("d{nth}"), &[]);
        assert!(said.contains("12 photos found, 12 images stored"), "{list}: {said}");
        assert_eq!(said.contains("photos that the list has already: 1"), nth == 0, "{said}");
        assert_eq!(fixture.digest(&format!("d{nth}")), fixture.digest("d0"), "{list}");
    }
    let records = fixture.records("d0", false);
    assert!(records.len() == IMAGES && urls.iter().all(|url| records.contains_key(url)));
    assert!(records.values().all(|record| record["state"] == "stored" && record["id"].as_str().unwrap().len() == 37));

    // The same photos again, of which a table now says more; then a list of addresses again, which says nothing.
    let table: String =
        urls.iter().map(|url| format!("{url},Heron,CC-BY-4.0,Jane Example,47.5,8.25,2024-05-01\n")).collect();
    let said = fixture.scrape(0, "b.csv", &format!("url,title,license,creator,lat,lon,date\n{table}"), "d0", &[]);
    assert!(said.contains("no new images"), "{said}");
    fixture.scrape(0, "a.txt", &lists[0].1, "d0", &[]);
    for record in fixture.records("d0", false).values() {
        assert_eq!((&record["title"], &record["license"]["id"]), (&json!("Heron"), &json!("CC-BY-4.0")));
        assert_eq!((&record["attribution"], &record["taken"]["edtf"]), (&json!("Jane Example"), &json!("2024-05-01")));
        assert_eq!(record["place"]["country"], "CH");
    }
    assert_eq!(fixture.server.stats().image_calls, 12 * lists.len() as u64, "an image that is there is not asked for");
}

#[test]
fn a_dead_link_is_gone_and_a_bad_line_is_one_warning() {
    let fixture = Fixture::new(0);
    let [one, two] = [fixture.url(0), fixture.url(1)];
    let dead = format!("{}/elsewhere/1.jpg", fixture.server.image_url);
    let rows = [
        format!(r#"{{"url": "{one}", "alt": "A heron", "author": "Ann", "photographer": "CANARY Owner"}}"#),
        r#"{"url": "ftp://example.org/1.jpg"}"#.to_owned(),
        r#"{"url": null, "title": "nothing"}"#.to_owned(),
        "not JSON".to_owned(),
        format!(r#"{{"url": "{dead}"}}"#),
        r#"{"url": "CANARY words"}"#.to_owned(),
        r#"{"url": "mailto:ann@example.org"}"#.to_owned(),
        format!(r#"{{"url": "{two}", "latitude": 99, "longitude": 8}}"#),
    ];
    let said = fixture.scrape(1, "list.jsonl", &rows.join("\n"), "d", &[]);
    assert!(said.contains("3 photos found, 2 images stored") && said.contains("1 gone"), "{said}");
    for warning in [
        "list.jsonl, line 2: this is no web address (https://...); it is not used (as in 1 more)",
        "list.jsonl, line 3: the row has no address",
        "list.jsonl, line 4, character 2: this is not JSON",
        "list.jsonl, line 6: there is a blank in the address",
        "list.jsonl, line 8, column latitude: 99 is outside",
    ] {
        assert!(said.contains(warning), "{warning}:\n{said}");
    }
    assert!(!said.contains("CANARY"), "{said}");
    let records = fixture.records("d", true);
    assert_eq!((&records[&dead]["state"], records.len()), (&json!("gone"), 3));
    assert_eq!((&records[&one]["description"], &records[&one]["attribution"]), (&json!("A heron"), &json!("Ann")));
    assert_eq!(records[&one]["personal"]["owner_name"], "CANARY Owner");
    assert!(records[&two].get("location").is_none());
}

#[test]
fn a_list_that_was_killed_half_way_is_completed_by_the_same_command() {
    let fixture = Fixture::new(60);
    let list = fixture.urls().join("\n");
    fixture.scrape(0, "list.txt", &list, "whole", &[]);
    let args = ["scrape", "--source", "urls", "list.txt", "--dataset", "cut", "--key-file", "k.key"];
    let mut kills = 0;
    for wait_ms in [60, 120, 200, 280] {
        let mut child =
            command(fixture.folder.path(), &args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(wait_ms));
        kills += u32::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
    }
    assert!(kills > 0, "the program ended before it could be killed");
    fixture.expect(0, &args);
    assert_eq!(fixture.digest("cut"), fixture.digest("whole"));
}

#[test]
fn the_number_the_images_and_a_later_download_are_as_asked_for() {
    let fixture = Fixture::new(0);
    let list = fixture.urls().join("\n");
    let said = fixture.scrape(0, "list.txt", &list, "d", &["-n", "5", "-d", "false"]);
    assert!(said.contains("5 photos found"), "{said}");
    assert_eq!(fixture.server.stats().image_calls, 0);
    fixture.expect(0, &["download", "d", "--key-file", "k.key"]);
    let records = fixture.records("d", false);
    assert!(records.len() == 5 && records.values().all(|record| record["state"] == "stored"));
    assert!((0..5).all(|nth| records.contains_key(&fixture.url(nth))), "the first five of the list");
}

#[test]
fn a_list_without_addresses_and_options_without_effect_are_errors_that_make_nothing() {
    let fixture = Fixture::new(0);
    for (list, content, words) in [
        ("empty.txt", "# nothing\n", "it is empty"),
        ("photos.csv", "picture,title\nhttps://example.org/1.jpg,Heron\n", "names no column for them (url, "),
        ("bad.txt", "https://example.org/a b.jpg\n", "bad.txt, line 1: there is a blank"),
        ("words.txt", "heron\negret\n", "names no column for them"),
    ] {
        let said = fixture.scrape(2, list, content, "d", &[]);
        assert!(said.contains("has no address of an image") && said.contains(words), "{list}: {said}");
        assert!(said.contains("a column `url`"), "{said}");
    }
    let url = fixture.url(0);
    for (more, words) in [
        (&["-s", "monkey"][..], "search a photo service"),
        (&["--size", "500"], "for photo services"),
        (&["--source", "folder"], "cannot be read beside"),
    ] {
        let said = fixture.scrape(2, "list.txt", &url, "d", more);
        assert!(said.contains(words), "{more:?}: {said}");
    }
    let said = talk(&fixture.expect(2, &["scrape", "--source", "urls", "lst.txt", "--dataset", "d"]));
    assert!(said.contains("did you mean list.txt?"), "{said}");
    assert!(!fixture.path("d").exists());
    // A host that is not public is refused; nothing is sent.
    let said = fixture.scrape(1, "list.txt", "https://10.0.0.1/a.jpg\nhttps://example.org:8443/a.jpg\n", "d", &[]);
    assert!(said.contains("the address is not public") && said.contains("only port 443"), "{said}");
}
