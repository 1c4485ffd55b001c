//! iNaturalist from recorded pages to a dataset, with the built program and the replay server.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;
use testbed::faults::{Fault, Target};
use testbed::replay::{Replay, Running};
use tokio::runtime::Runtime;

use super::privacy::leaks;
use super::{command, talk};
use crate::sources::fixtures;

/// The program in a folder of its own, with the replayed iNaturalist in its settings.
struct Fixture {
    inaturalist: Running,
    folder: TempDir,
    _runtime: Runtime,
}

impl Fixture {
    fn new(replay: Replay) -> Self {
        let runtime = Runtime::new().unwrap();
        let inaturalist = runtime.block_on(replay.start()).unwrap();
        let folder = TempDir::new().unwrap();
        let settings = format!(
            "[net]\ntrusted_hosts = [\"127.0.0.1\"]\nattempts = 8\nretry_base_ms = 5\n\
             [sources.inaturalist]\napi_url = \"{}\"\nrequests_per_second = 500.0\nrequests_per_minute = 0\n\
             images_per_second = 5000.0\nimages_at_once = 8\n",
            inaturalist.api_url
        );
        fs::write(folder.path().join("gleaner.toml"), settings).unwrap();
        Self { inaturalist, folder, _runtime: runtime }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn expect(&self, code: i32, args: &[&str]) -> Output {
        // No key of any service is set.
        let output = command(self.folder.path(), args).env_remove("FLICKR_API_KEY").output().unwrap();
        assert_eq!(output.status.code(), Some(code), "gleaner {args:?}\n{}", talk(&output));
        output
    }

    fn records(&self, unseal: bool) -> BTreeMap<String, Value> {
        let mut args = vec!["export", "d", "--format", "jsonl", "--key-file", "k.key"];
        args.extend(unseal.then_some("--unseal"));
        let text = String::from_utf8(self.expect(0, &args).stdout).unwrap();
        let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        records.map(|record| (record["id"].as_str().unwrap().to_owned(), record)).collect()
    }
}

/// One record cannot be read, and one photo has no id: the run ends with 1.
const SCRAPE: [&str; 11] = [
    "scrape",
    "--source",
    "inaturalist",
    "-s",
    "Macaca fascicularis",
    "-n",
    "1000",
    "--dataset",
    "d",
    "--key-file",
    "k.key",
];

fn replay() -> Replay {
    Replay::of(fixtures("inaturalist"))
}

#[test]
fn paging_by_id_above_returns_every_photo_of_every_observation() {
    let fixture = Fixture::new(replay());
    fixture.expect(1, &[&SCRAPE[..], &["-b", "100 0 110 8"]].concat());
    let queries = fixture.inaturalist.queries();
    let above: Vec<Option<&str>> = queries.iter().map(|query| query.get("id_above").map(String::as_str)).collect();
    assert_eq!(above, [None, Some("9000004"), Some("9000007")]);
    let expected = [
        ("taxon_name", "Macaca fascicularis"),
        ("photos", "true"),
        ("order_by", "id"),
        ("order", "asc"),
        ("per_page", "200"),
        ("swlat", "0"),
        ("swlng", "100"),
        ("nelat", "8"),
        ("nelng", "110"),
    ];
    for (name, value) in expected {
        assert!(queries.iter().all(|query| query[name] == value), "{name}: {queries:?}");
    }
    let records = fixture.records(false);
    let stored: Vec<&str> =
        records.iter().filter(|(_, record)| record["state"] == "stored").map(|(id, _)| id.as_str()).collect();
    // One has no coordinates, so it is in no box.
    let ids = (8_100_001..=8_100_010).filter(|id| *id != 8_100_006).map(|id| format!("inaturalist:{id}"));
    let ids: Vec<String> = ids.collect();
    assert_eq!(stored, ids);
    let rejected = records.values().filter(|record| record["state"] == "rejected");
    assert_eq!(rejected.count(), 2, "the record and the photo without id are kept, with their fault");
}

#[test]
fn licence_date_coordinates_and_taxon_equal_those_of_the_observation() {
    let fixture = Fixture::new(replay());
    fixture.expect(1, &SCRAPE);
    let records = fixture.records(true);
    let photo = |number: u32| &records[&format!("inaturalist:{number}")];
    let licenses: Vec<&str> =
        (8_100_001..=8_100_005).map(|number| photo(number)["license"]["id"].as_str().unwrap()).collect();
    assert_eq!(licenses, ["CC-BY-NC-4.0", "CC-BY-4.0", "LicenseRef-AllRightsReserved", "CC0-1.0", "CC-BY-SA-4.0"]);

    let first = photo(8_100_001);
    assert_eq!(first["taken"]["local"], "2023-06-11T09:15:30");
    assert_eq!(
        (&first["taken"]["utc_offset"], &first["taken"]["time_zone"]),
        (&json!("+08:00"), &json!("Asia/Kuala_Lumpur"))
    );
    assert_eq!(first["location"]["uncertainty_m"], 12);
    assert!(first["location"].get("obscured").is_none(), "only obscured coordinates are marked");
    assert_eq!(first["taxon"]["scientific_name"], "Macaca fascicularis");
    assert_eq!(first["taxon"]["vernacular_name"], "Long-tailed Macaque");
    assert_eq!((&first["taxon"]["rank"], &first["taxon"]["iconic_group"]), (&json!("species"), &json!("Mammalia")));
    let observation = json!({"id": "9000001", "quality_grade": "research", "captive": false});
    assert_eq!(first["observation"], observation);
    assert_eq!(photo(8_100_003)["observation"], observation, "every photo of an observation names it");
    assert_eq!(first["landing_url"], "https://www.inaturalist.org/observations/9000001");
    assert_eq!(first["file_name"], "8100001_original.jpg");

    let obscured = &photo(8_100_005)["location"];
    assert_eq!((&obscured["obscured"], &obscured["uncertainty_m"]), (&json!(true), &json!(28_713)));
    let cell = &photo(8_100_009)["location"];
    assert_eq!(cell["obscured"], true);
    let metres = cell["uncertainty_m"].as_u64().unwrap();
    assert!((31_000..32_000).contains(&metres), "{metres} m is not the diagonal of the cell");
    assert!(photo(8_100_006).get("location").is_none(), "private coordinates are omitted");
    let captive = photo(8_100_007);
    assert_eq!(captive["observation"], json!({"id": "9000005", "quality_grade": "casual", "captive": true}));
    let captive = &captive["taken"];
    assert_eq!((&captive["local"], captive.get("utc_offset")), (&json!("2023-06-15T00:00:00"), None));
    assert_eq!((&captive["granularity"], &captive["edtf"]), (&json!("day"), &json!("2023-06-15")), "no hour");
    assert_eq!(photo(8_100_009)["taxon"]["rank"], "subspecies");
    assert!(photo(8_100_010).get("taxon").is_none());
}

#[test]
fn observer_and_attribution_are_sealed_and_comments_of_others_are_dropped() {
    let fixture = Fixture::new(replay());
    let output = fixture.expect(1, &SCRAPE);
    let planted = ["CANARY", "canary_login", "canary_identifier", "7700001", "some rights reserved"].map(str::to_owned);
    assert_eq!(leaks(fixture.folder.path(), &planted), Vec::<String>::new());
    fixture.expect(0, &["export", "d", "-o", "sealed.jsonl", "--key-file", "k.key"]);
    assert_eq!(leaks(fixture.folder.path(), &planted), Vec::<String>::new());
    assert!(!talk(&output).contains("CANARY"));
    let records = fixture.records(true);
    let personal = &records["inaturalist:8100002"]["personal"];
    assert_eq!(personal["owner_name"], "CANARY Observer 1");
    assert_eq!((&personal["path_alias"], &personal["owner"]), (&json!("canary_login_1"), &json!("7700001")));
    let raw = &personal["raw_record"];
    assert_eq!(raw["photos"][0]["attribution"], "(c) CANARY Observer 1, some rights reserved (CC BY)");
    assert_eq!(raw["photos"].as_array().unwrap().len(), 1, "the record of a photo has that photo alone");
    assert_eq!(
        records["inaturalist:8100004"]["personal"]["owner_name"], "canary_login_2",
        "the login replaces a missing name"
    );
    let all = serde_json::to_string(&records).unwrap();
    for others in ["CANARY Identifier", "canary_identifier", "CANARY Commenter", "CANARY Faver", "CANARY remark"] {
        assert!(!all.contains(others), "{others}");
    }
    // Photos of one observer have one pseudonym.
    let pseudonym = |number: u32| records[&format!("inaturalist:{number}")]["owner_pseudonym"].clone();
    assert!(pseudonym(8_100_001).is_string() && pseudonym(8_100_001) == pseudonym(8_100_009));
    assert_ne!(pseudonym(8_100_001), pseudonym(8_100_004));
}

/// The decrypted records without values that depend on the host or the time.
fn stable(fixture: &Fixture) -> String {
    let host = &fixture.inaturalist.image_url;
    let mut records = fixture.records(true);
    // Ids of unreadable records depend on their bytes, which contain the host.
    records.retain(|id, _| !id.contains("unreadable"));
    for record in records.values_mut() {
        for field in ["found_at", "checked_at", "downloaded_at"] {
            record.as_object_mut().unwrap().remove(field);
        }
        if let Some(file) = record.get_mut("file").and_then(Value::as_object_mut) {
            file.remove("downloaded_at");
        }
    }
    serde_json::to_string_pretty(&records).unwrap().replace(host, "HOST")
}

#[test]
fn with_thirty_percent_faults_the_dataset_is_the_same() {
    let calm = Fixture::new(replay());
    calm.expect(1, &SCRAPE);
    let mut kinds = 0;
    for seed in 1..=4 {
        let stormy = Fixture::new(replay().faults(0.3).seed(seed));
        fs::copy(calm.path("k.key"), stormy.path("k.key")).unwrap();
        stormy.expect(1, &SCRAPE);
        kinds += stormy.inaturalist.stats().by_fault.len();
        assert_eq!(stable(&calm), stable(&stormy), "seed {seed}");
    }
    assert!(kinds > 6, "only {kinds} faults of different kinds");
}

#[test]
fn a_search_cut_short_continues_at_its_cursor() {
    let reset = Fault::named("reset").unwrap();
    let fixture = Fixture::new(replay().script(Target::ApiCall(1), reset));
    let settings = fs::read_to_string(fixture.path("gleaner.toml")).unwrap().replace("attempts = 8", "attempts = 1");
    fs::write(fixture.path("gleaner.toml"), settings).unwrap();
    let cut = talk(&fixture.expect(1, &SCRAPE));
    assert!(cut.contains("the search ended early") && cut.contains("6 photos found"), "{cut}");
    let whole = talk(&fixture.expect(1, &SCRAPE));
    assert!(whole.contains("10 photos found"), "{whole}");
    let queries = fixture.inaturalist.queries();
    let above: Vec<Option<&str>> = queries.iter().map(|query| query.get("id_above").map(String::as_str)).collect();
    assert_eq!(above, [None, Some("9000004"), Some("9000004"), Some("9000007")], "no page is requested twice");
}

#[test]
fn the_limit_of_a_day_is_kept_across_runs() {
    let fixture = Fixture::new(replay());
    let settings = fs::read_to_string(fixture.path("gleaner.toml")).unwrap() + "requests_per_day = 4\n";
    fs::write(fixture.path("gleaner.toml"), settings).unwrap();
    fixture.expect(1, &SCRAPE);
    assert_eq!(fixture.inaturalist.stats().api_calls, 3);
    // The second run may send one more request; then the daily limit is reached, and it waits until it is stopped.
    let log = fs::File::create(fixture.path("log")).unwrap();
    let mut child = command(fixture.folder.path(), &SCRAPE).env_remove("FLICKR_API_KEY").stderr(log).spawn().unwrap();
    let said = || fs::read_to_string(fixture.path("log")).unwrap();
    while !said().contains("the request limit (4 a day) is reached") {
        assert!(child.try_wait().unwrap().is_none(), "the run ended: {}", said());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(fixture.inaturalist.stats().api_calls, 4);
}
