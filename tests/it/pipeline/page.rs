//! A gallery without an API, from the address to a dataset, with the built program, real Chromium and a site on loopback.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use testbed::gallery::{self, Gallery, Running};
use tokio::runtime::Runtime;

use super::{command, talk};

/// Photos of the gallery, one more that its host asks not to collect, and the trap.
const RECORDS: usize = gallery::ALL as usize + 2;

struct Fixture {
    site: Running,
    folder: TempDir,
    _runtime: Runtime,
}

/// Whether Chromium and its driver are there. In CI they are required.
fn has_browser() -> bool {
    let has = |name: &str| {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&folders).any(|folder| folder.join(name).is_file())
    };
    if has("chromium") && has("chromedriver") {
        return true;
    }
    assert!(std::env::var_os("GLEANER_CI").is_none(), "chromium and chromedriver must be there in CI");
    println!("skipped: apt-get install chromium chromium-driver");
    false
}

impl Fixture {
    fn new(site: Gallery) -> Option<Self> {
        if !has_browser() {
            return None;
        }
        let runtime = Runtime::new().unwrap();
        let site = runtime.block_on(site.start()).unwrap();
        let this = Self { site, folder: TempDir::new().unwrap(), _runtime: runtime };
        this.settings("");
        Some(this)
    }

    /// Writes the settings. The sandbox of Chromium does not work as root and in many containers.
    fn settings(&self, more: &str) {
        let settings = format!(
            "[net]\ntrusted_hosts = [\"127.0.0.1\"]\nattempts = 4\nretry_base_ms = 5\n[sources.page]\nsandbox = false\n\
             requests_per_second = 1000.0\nimages_per_second = 5000.0\nimages_at_once = 4\n{more}"
        );
        fs::write(self.path("gleaner.toml"), settings).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = command(self.folder.path(), args);
        command.env_remove("FLICKR_API_KEY");
        command
    }

    fn expect(&self, code: i32, args: &[&str]) -> Output {
        let output = self.command(args).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "gleaner {args:?}\n{}", talk(&output));
        self.assert_nothing_is_left();
        output
    }

    fn scrape_args<'a>(address: &'a str, dataset: &'a str) -> [&'a str; 8] {
        ["scrape", "--source", "page", address, "--dataset", dataset, "--key-file", "k.key"]
    }

    /// Collects the gallery that begins at a path of the site.
    fn scrape(&self, code: i32, path: &str, dataset: &str, more: &[&str]) -> String {
        let address = format!("{}{path}", self.site.url);
        talk(&self.expect(code, &[&Self::scrape_args(&address, dataset)[..], more].concat()))
    }

    fn records(&self, dataset: &str) -> BTreeMap<String, Value> {
        let args = ["export", dataset, "--format", "jsonl", "--key-file", "k.key"];
        let text = String::from_utf8(self.command(&args).output().unwrap().stdout).unwrap();
        let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        records.map(|record| (record["image_url"].as_str().unwrap().to_owned(), record)).collect()
    }

    fn digest(&self, dataset: &str) -> String {
        let args = ["verify", dataset, "--read-data", "--json", "--key-file", "k.key"];
        let found: Value = serde_json::from_slice(&self.expect(0, &args).stdout).unwrap();
        assert_eq!(found["problems"], json!([]));
        found["digest"].as_str().unwrap().to_owned()
    }

    /// The browser's processes of this test, by their profile's folder; those that have ended and wait for their parent
    /// do not count.
    fn processes(&self) -> Vec<String> {
        let own = self.folder.path().to_string_lossy().into_owned();
        let commands = fs::read_dir("/proc").unwrap().flatten().filter_map(|process| {
            let text = fs::read(process.path().join("cmdline")).ok()?;
            let text = String::from_utf8_lossy(&text).replace('\0', " ");
            (text.contains(&own) && text.contains("gleaner-browser")).then_some(text)
        });
        commands.collect()
    }

    fn profiles(&self) -> usize {
        let entries = fs::read_dir(self.folder.path()).unwrap().flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("gleaner-browser")).count()
    }

    /// Waits until no process and no profile of a browser is there; a killed program cannot wait for that itself.
    fn assert_nothing_is_left(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        while !self.processes().is_empty() || self.profiles() > 0 {
            assert!(Instant::now() < until, "{} profiles, {:?}", self.profiles(), self.processes());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Starts the program and waits until its site was asked for something that `seen` recognises.
    fn start_until(&self, dataset: &str, seen: impl Fn(&[String]) -> bool) -> Child {
        let address = format!("{}/gallery", self.site.url);
        let mut command = self.command(&Self::scrape_args(&address, dataset));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let (until, before) = (Instant::now() + Duration::from_secs(60), self.site.asked().len());
        while !seen(&self.site.asked()[before..]) {
            assert!(Instant::now() < until && child.try_wait().unwrap().is_none(), "{:?}", self.site.asked());
            std::thread::sleep(Duration::from_millis(10));
        }
        child
    }
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn a_gallery_with_lazy_images_infinite_scroll_and_next_links_is_collected_whole() {
    let Some(fixture) = Fixture::new(Gallery::default()) else { return };
    let said = fixture.scrape(1, "/gallery", "d", &[]);
    for line in [
        "3 pages opened",
        "1 image left out: forbidden by robots.txt",
        "1 image left out: icons and spacers",
        "1 image left out: without an address",
        "1 image of earlier pages again",
        "only port 443 is allowed",
        "asks not to be collected (X-Robots-Tag)",
        "40 photos found, 38 images stored",
    ] {
        assert!(said.contains(line), "{line}:\n{said}");
    }
    let records = fixture.records("d");
    assert_eq!(records.len(), RECORDS);
    for number in 0..gallery::ALL {
        let record = &records[&fixture.site.photo(number)];
        assert_eq!((&record["state"], &record["file"]["width"]), (&json!("stored"), &json!(480)), "{number}");
    }
    let heron = &records[&fixture.site.photo(1)];
    assert_eq!((&heron["title"], &heron["license"]["id"]), (&json!("Heron 1"), &json!("CC-BY-4.0")));
    assert!(heron["description"].as_str().unwrap().starts_with("Heron 1 at dawn"));
    assert_eq!(heron["landing_url"], format!("{}/view/1", fixture.site.url));
    assert_eq!(heron["sizes"].as_array().unwrap().len(), 3);
    let egret = &records[&fixture.site.photo(4)];
    assert_eq!((&egret["title"], &egret["description"]), (&json!("Egret"), &json!("Egret 4")));
    assert_eq!(egret["landing_url"], format!("{}/gallery", fixture.site.url));
    assert!(records.values().all(|record| record["id"].as_str().unwrap().starts_with("page:")));

    // The guard holds for the browser: neither an image nor a frame, a script or a socket reached the other address.
    assert_eq!(fixture.site.trapped(), 0);
    let asked = fixture.site.asked();
    assert_eq!(asked.iter().filter(|path| *path == "/robots.txt").count(), 1);
    let pages: Vec<&String> = asked.iter().filter(|path| path.starts_with("/gallery")).collect();
    assert_eq!(pages, ["/gallery", "/gallery?page=2", "/gallery?page=3"]);

    // Again: the same photos, and no image is downloaded twice.
    let again = fixture.scrape(1, "/gallery", "d", &[]);
    assert!(again.contains("no new images") && again.contains("of earlier runs with faults"), "{again}");
    assert_eq!(fixture.records("d").keys().collect::<Vec<_>>(), records.keys().collect::<Vec<_>>());
}

#[test]
fn a_walk_that_is_killed_or_stopped_leaves_no_browser_and_is_completed_by_the_same_command() {
    let Some(fixture) = Fixture::new(Gallery::default().latency_ms(20)) else { return };
    fixture.scrape(1, "/gallery", "whole", &[]);
    // Killed while the browser starts, on the second page, and on the third.
    for (nth, wanted) in ["/robots.txt", "/more?from=14", "/gallery?page=3"].into_iter().enumerate() {
        let mut child = fixture.start_until("cut", |asked| asked.iter().any(|path| path == wanted));
        if nth == 1 {
            assert!(!fixture.processes().is_empty(), "the browser is recognised while it runs");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        fixture.assert_nothing_is_left();
    }
    let mut child = fixture.start_until("cut", |asked| asked.iter().any(|path| path.starts_with("/gallery")));
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    fixture.assert_nothing_is_left();
    fixture.scrape(1, "/gallery", "cut", &[]);
    assert_eq!(fixture.digest("cut"), fixture.digest("whole"));
}

#[test]
fn what_robots_txt_and_opt_outs_forbid_is_not_collected_and_the_reason_is_said() {
    let Some(fixture) = Fixture::new(Gallery::default()) else { return };
    for (path, words) in [
        ("/private/gallery", "the robots.txt of 127.0.0.1"),
        ("/asks-by-header", "asks not to be collected (X-Robots-Tag)"),
        ("/asks-by-meta", "asks not to be collected (<meta name=\"robots\">)"),
        ("/missing", "answers with HTTP 404"),
        ("/photos/0/480.jpg", "is no web page but image/jpeg"),
        ("/icons", "no images were found"),
        ("/to-trap", "only https is allowed"),
    ] {
        let said = fixture.scrape(2, path, "d", &[]);
        assert!(said.contains(words), "{path}: {said}");
    }
    assert!(!fixture.path("d").exists(), "nothing was found, so nothing is made");
    assert!(!fixture.site.asked().contains(&"/private/gallery".to_owned()));
    assert_eq!(fixture.site.trapped(), 0);
    for (path, words) in [
        ("/nofollow", "asks not to follow its link to the next page"),
        ("/next-is-gone", "/gone answers with HTTP 404"),
        ("/flaky", "1 photo found"),
        ("/moved", "3 pages opened"),
    ] {
        let code = i32::from(path == "/moved");
        let said = fixture.scrape(code, path, &path.replace('/', ""), &[]);
        assert!(said.contains(words), "{path}: {said}");
    }
    let Some(strict) = Fixture::new(Gallery::default().robots("HTTP 503")) else { return };
    let said = strict.scrape(2, "/single", "d", &[]);
    assert!(said.contains("could not be read (HTTP 503)"), "{said}");
    assert_eq!(strict.site.asked().into_iter().collect::<BTreeSet<_>>().len(), 1, "only robots.txt was asked for");
}

#[test]
fn bounds_sizes_and_metadata_alone_are_as_asked_for() {
    let Some(fixture) = Fixture::new(Gallery::default()) else { return };
    let said = fixture.scrape(0, "/gallery", "one", &["--max-pages", "1", "-d", "false"]);
    assert!(said.contains("1 page opened") && said.contains("8 photos found"), "{said}");
    let said = fixture.scrape(0, "/gallery", "five", &["-n", "5", "--size", "200"]);
    assert!(said.contains("5 photos found, 5 images stored"), "{said}");
    let widths: BTreeSet<u64> =
        fixture.records("five").values().map(|record| record["file"]["width"].as_u64().unwrap()).collect();
    assert!(widths.contains(&240), "{widths:?}");
    let ids = |dataset: &str| -> BTreeSet<String> {
        fixture.records(dataset).values().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
    };
    assert!(ids("five").is_subset(&ids("one")), "the size that is downloaded does not change the photo");
}

#[test]
fn wrong_options_and_missing_programs_are_clear_errors_that_make_nothing() {
    let Some(fixture) = Fixture::new(Gallery::default()) else { return };
    let address = format!("{}/gallery", fixture.site.url);
    let error = |args: &[&str], words: &str| {
        let said = talk(&fixture.expect(2, args));
        assert!(said.contains(words), "{args:?}: {said}");
    };
    let scrape = |address: &str, more: &[&str], words: &str| {
        error(&[&Fixture::scrape_args(address, "d")[..], more].concat(), words);
    };
    error(&["scrape", "--source", "page", "--dataset", "d"], "requires the address of a page");
    error(&["scrape", "-s", "heron", "--max-pages", "3"], "go with --source folder, urls or page");
    scrape("example.org/gallery", &[], "is no web address (https://...)");
    scrape("https://10.0.0.1/gallery", &[], "the address is not public");
    scrape("https://printer.lan/", &[], "local network");
    scrape(&address, &["-s", "heron"], "a page is taken as it is");
    scrape(&address, &["--decimal", "comma"], "are for folders and lists");
    for (settings, words) in [
        ("driver = \"/nowhere/chromedriver\"\n", "there is no program /nowhere/chromedriver"),
        ("browser = \"/nowhere/chromium\"\n", "there is no program /nowhere/chromium"),
        ("driver = \"/bin/true\"\n", "could not be started: it ended at once"),
        ("browser = \"/bin/true\"\n", "Chromium could not be started"),
        ("driver = \"http://127.0.0.1:9\"\n", "nothing answers there"),
        ("driver = \"http://driver.example:9515\"\n", "is on another machine"),
        ("[sources.urls]\nsandbox = false\n", "has no browser"),
    ] {
        fixture.settings(settings);
        scrape(&address, &[], words);
    }
    fixture.settings("");
    let mut bare = fixture.command(&Fixture::scrape_args(&address, "d"));
    let said = talk(&bare.env("PATH", Path::new("/nowhere")).output().unwrap());
    assert!(said.contains("chromedriver was not found") && said.contains("apt-get install chromium-driver"), "{said}");
    assert!(!fixture.path("d").exists());
}

#[test]
fn buttons_that_load_more_are_pressed_and_nothing_else() {
    let Some(fixture) = Fixture::new(Gallery::default()) else { return };
    let said = fixture.scrape(0, "/buttons", "d", &[]);
    // Two presses bring photos, the last ones bring none.
    assert!(said.contains("2 pages opened") && said.contains("11 photos found, 11 images stored"), "{said}");
    assert!(said.contains("buttons that load more: pressed 3 times"), "{said}");
    let records = fixture.records("d");
    let expected: BTreeSet<String> =
        (gallery::PRESSED..gallery::PRESSED + 11).map(|number| fixture.site.photo(number)).collect();
    assert_eq!(records.into_keys().collect::<BTreeSet<_>>(), expected);
    let asked = fixture.site.asked();
    let times = |path: &str| asked.iter().filter(|asked| asked.as_str() == path).count();
    assert_eq!(times("/pressed-vain"), 1, "a button that brings nothing is pressed once");
    for path in ["/pressed-menu", "/pressed-form", "/pressed-form?", "/pressed-unfold"] {
        assert_eq!(times(path), 0, "{path}");
    }
    assert_eq!(fixture.site.trapped(), 0, "no link to another site is pressed");
}

#[test]
fn frames_of_the_same_site_are_collected_as_far_as_they_allow_it() {
    let Some(fixture) = Fixture::new(Gallery::default()) else { return };
    let said = fixture.scrape(0, "/framed", "d", &[]);
    assert!(said.contains("6 photos found, 6 images stored"), "{said}");
    assert!(said.contains("2 images left out: in frames that ask not to be collected"), "{said}");
    assert!(said.contains("1 image left out: forbidden by robots.txt"), "{said}");
    let records = fixture.records("d");
    let numbers = (gallery::FRAMED..gallery::FRAMED + 4).chain([gallery::FRAMED + 20, gallery::FRAMED + 21]);
    let expected: BTreeSet<String> = numbers.map(|number| fixture.site.photo(number)).collect();
    assert_eq!(records.keys().cloned().collect::<BTreeSet<_>>(), expected);
    let framed = &records[&fixture.site.photo(gallery::FRAMED)];
    assert_eq!(framed["landing_url"], format!("{}/framed", fixture.site.url), "the page that shows it");
    assert_eq!(fixture.site.trapped(), 0);
}
