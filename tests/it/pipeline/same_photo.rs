//! One photo at several sources: recognised by id, by bytes and by picture, with the built program and replayed services.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gleaner::photo::ImageFormat;
use gleaner::picture::decode::decode;
use gleaner::picture::thumbnail::small_jpeg;
use serde_json::{Value, json};
use tempfile::TempDir;
use testbed::replay::{Replay, Running};
use tokio::runtime::Runtime;

use super::privacy::leaks;
use super::{command, talk};
use crate::sources::fixtures;

/// The bytes of a picture of the demo.
fn picture(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/photos").join(name)).unwrap()
}

/// A smaller copy of a picture in another format.
fn smaller(bytes: &[u8], edge_px: u32) -> Vec<u8> {
    small_jpeg(&decode(bytes, ImageFormat::Webp, None).unwrap(), 1, edge_px).unwrap()
}

/// What a photo is at Flickr and at iNaturalist: number, seconds of the minute in which it was taken, licences, pictures.
struct Shared {
    number: u32,
    seconds: [u32; 2],
    licenses: (u32, &'static str),
    pictures: [Vec<u8>; 2],
}

/// A replayed Flickr and a replayed iNaturalist that show photos of the same person.
struct Fixture {
    services: [Running; 2],
    folder: TempDir,
    _runtime: Runtime,
}

impl Fixture {
    fn new(photos: &[Shared]) -> Self {
        let runtime = Runtime::new().unwrap();
        let folder = TempDir::new().unwrap();
        let write = |path: &str, value: &Value| fs::write(folder.path().join(path), value.to_string()).unwrap();
        let flickr: Vec<Value> = photos.iter().map(flickr_record).collect();
        let observations: Vec<Value> = photos.iter().map(observation).collect();
        fs::create_dir_all(folder.path().join("flickr")).unwrap();
        fs::create_dir_all(folder.path().join("inaturalist")).unwrap();
        let total = flickr.len();
        let page = json!({"page": 1, "pages": 1, "perpage": 500, "total": total, "photo": flickr});
        write("flickr/page.json", &json!({"stat": "ok", "photos": page}));
        write("flickr/gone.json", &json!({"stat": "fail", "code": 1, "message": "Photo not found"}));
        write(
            "flickr/pages.json",
            &json!([
                {"when": {"method": "flickr.photos.getInfo"}, "file": "gone.json"},
                {"when": {}, "file": "page.json"},
            ]),
        );
        let whole = json!({"total_results": total, "page": 1, "per_page": 200, "results": observations});
        write("inaturalist/page.json", &whole);
        write("inaturalist/pages.json", &json!([{"when": {}, "file": "page.json"}]));
        let replay = |source: usize, name: &str| {
            let of =
                |photo: &Shared| [format!("/{}", photo.number), format!("/photos/{}", photo.number)][source].clone();
            let replay = Replay::of(folder.path().join(name));
            photos.iter().fold(replay, |replay, photo| replay.picture(&of(photo), photo.pictures[source].clone()))
        };
        let services = [replay(0, "flickr"), replay(1, "inaturalist")];
        let services = services.map(|replay| runtime.block_on(replay.start()).unwrap());
        let limits = "requests_per_second = 500.0\nimages_per_second = 5000.0\nimages_at_once = 8\n";
        let mut settings = "[net]\ntrusted_hosts = [\"127.0.0.1\"]\nattempts = 3\nretry_base_ms = 5\n".to_owned();
        for (name, service) in ["flickr", "inaturalist"].iter().zip(&services) {
            settings += &format!("[sources.{name}]\napi_url = \"{}\"\n{limits}", service.api_url);
        }
        fs::write(folder.path().join("gleaner.toml"), settings).unwrap();
        Self { services, folder, _runtime: runtime }
    }

    fn expect(&self, code: i32, args: &[&str]) -> (String, Vec<u8>) {
        let mut command = command(self.folder.path(), args);
        let output = command.env("FLICKR_API_KEY", "0123456789abcdef0123456789abcdef").output().unwrap();
        assert_eq!(output.status.code(), Some(code), "gleaner {args:?}\n{}", talk(&output));
        (talk(&output), output.stdout)
    }

    /// Scrapes all photos of one source.
    fn scrape(&self, source: &str, photos: usize) -> String {
        let number = photos.to_string();
        let args = ["scrape", "--source", source, "-s", "Macaca fascicularis", "-n", &number, "--dataset", "d"];
        self.expect(0, &[&args[..], &["--key-file", "k.key"]].concat()).0
    }

    /// The records that an export has.
    fn records(&self) -> BTreeMap<String, Value> {
        let (_, jsonl) = self.expect(0, &["export", "d", "--format", "jsonl"]);
        let text = String::from_utf8(jsonl).unwrap();
        let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        records.map(|record| (record["id"].as_str().unwrap().to_owned(), record)).collect()
    }

    fn ids(&self) -> Vec<String> {
        self.records().into_keys().collect()
    }

    fn status(&self) -> Value {
        serde_json::from_slice(&self.expect(0, &["status", "d", "--json"]).1).unwrap()
    }
}

fn flickr_record(photo: &Shared) -> Value {
    json!({
        "id": photo.number.to_string(), "owner": "11111111@N00", "secret": "aa", "server": "1", "farm": 1,
        "title": "At Flickr", "ispublic": 1, "isfriend": 0, "isfamily": 0, "license": photo.licenses.0.to_string(),
        "dateupload": "1577836800", "lastupdate": "1577836800", "ownername": "CANARY Person", "media": "photo",
        "media_status": "ready", "datetaken": format!("2019-05-04 13:22:{:02}", photo.seconds[0]),
        "datetakengranularity": 0, "datetakenunknown": "0", "latitude": 0, "longitude": 0, "accuracy": 0, "tags": "",
        "machine_tags": "", "description": {"_content": ""}, "views": "5",
        "url_o": format!("{{IMAGES}}/{}/{}_aa_o.webp", photo.number, photo.number), "width_o": 500, "height_o": 400,
    })
}

/// The clock of iNaturalist is in another zone.
fn observation(photo: &Shared) -> Value {
    let taken = format!("2019-05-04T21:22:{:02}+08:00", photo.seconds[1]);
    json!({
        "id": 7_000_000 + photo.number, "quality_grade": "research", "captive": false, "time_observed_at": taken,
        "observed_on": "2019-05-04", "created_at": "2021-01-01T00:00:00+00:00", "license_code": photo.licenses.1,
        "taxon": {"id": 43459, "name": "Macaca fascicularis", "rank": "species"},
        "user": {"id": 7, "login": "canary", "name": "CANARY Person"},
        "photos": [{
            "id": photo.number, "license_code": photo.licenses.1,
            "url": format!("{{IMAGES}}/photos/{}/square.jpg", photo.number), "attribution": "(c) CANARY Person",
            "original_dimensions": {"width": 500, "height": 400},
        }],
    })
}

/// The heron is the same in another size and format, the owl has the same bytes, and the bee is the next of a burst.
fn shared() -> Vec<Shared> {
    let (heron, owl, bee) = (picture("erase_heron.webp"), picture("farm_owl.webp"), picture("erase_bee.webp"));
    let (small_heron, small_bee) = (smaller(&heron, 400), smaller(&bee, 400));
    vec![
        Shared { number: 101, seconds: [11, 11], licenses: (4, "cc-by-nc"), pictures: [heron, small_heron] },
        Shared { number: 102, seconds: [12, 40], licenses: (4, "cc-by"), pictures: [owl.clone(), owl] },
        Shared { number: 103, seconds: [13, 14], licenses: (4, "cc-by"), pictures: [bee, small_bee] },
    ]
}

#[test]
fn a_photo_of_two_sources_is_one_with_both_records_and_the_stricter_licence() {
    let fixture = Fixture::new(&shared());
    let said = fixture.scrape("flickr", 3);
    assert!(!said.contains("the same as"), "{said}");
    let said = fixture.scrape("inaturalist", 3);
    assert!(said.contains("the same as a photo of another source, which is listed instead: 2 photos"), "{said}");

    let records = fixture.records();
    assert_eq!(records.keys().collect::<Vec<_>>(), ["flickr:101", "flickr:102", "flickr:103", "inaturalist:103"]);
    let (heron, owl) = (&records["flickr:101"], &records["flickr:102"]);
    let other = &heron["other_records"][0];
    assert_eq!((&other["id"], &other["recognised_by"]), (&json!("inaturalist:101"), &json!("picture")));
    assert_eq!(other["landing_url"], "https://www.inaturalist.org/observations/7000101");
    assert_eq!(other["license"]["id"], "CC-BY-NC-4.0");
    assert_eq!(owl["other_records"][0]["recognised_by"], "bytes");
    let licenses = |record: &Value| [&record["license"]["id"], &record["source_license"]["id"]].map(Value::clone);
    assert_eq!(licenses(heron), [json!("CC-BY-NC-4.0"), json!("CC-BY-2.0")]);
    assert_eq!(licenses(owl), [json!("CC-BY-2.0"), Value::Null], "another version is no disagreement");
    assert!(records["flickr:103"].get("other_records").is_none(), "a second later it is another photo");

    let (_, csv) =
        fixture.expect(0, &["export", "d", "--format", "csv", "--filter", "licences:disagree also:inaturalist"]);
    let csv = String::from_utf8(csv).unwrap();
    assert_eq!(csv.lines().count(), 2, "{csv}");
    let status = fixture.status();
    assert_eq!((&status["photos"], &status["unlisted"]), (&json!(4), &json!({"inaturalist": 2})));
    assert_eq!(status["licenses"]["CC-BY-NC-4.0"], 1);
    assert!(fixture.expect(0, &["verify", "d"]).0.contains("6 photos"));

    // Another pass, and another visit, change nothing.
    let before = fixture.records();
    fixture.expect(0, &["download", "d", "--key-file", "k.key"]);
    fixture.scrape("flickr", 3);
    let without_times = |records: BTreeMap<String, Value>| {
        let strip = |mut record: Value| {
            let object = record.as_object_mut().unwrap();
            object.retain(|name, _| !["checked_at", "found_at", "sealed"].contains(&name.as_str()));
            record
        };
        records.into_values().map(strip).collect::<Vec<_>>()
    };
    assert_eq!(without_times(fixture.records()), without_times(before));
}

#[test]
fn what_stood_for_another_photo_brings_it_back_when_it_is_withdrawn() {
    let fixture = Fixture::new(&shared());
    fixture.scrape("flickr", 3);
    fixture.scrape("inaturalist", 3);
    // Flickr answers every question for one photo with "not found".
    fixture.expect(0, &["refresh", "d", "--filter", "source:flickr", "--yes", "--key-file", "k.key"]);
    assert_eq!(fixture.ids(), ["inaturalist:101", "inaturalist:102", "inaturalist:103"]);
    assert!(fixture.records().values().all(|record| record.get("same_as").is_none()));
    assert_eq!(fixture.status()["unlisted"], json!({}));
    let traces: Vec<String> = ["flickr:101", "flickr:102"].map(str::to_owned).to_vec();
    assert_eq!(leaks(&fixture.folder.path().join("d"), &traces), Vec::<String>::new());
}

#[test]
fn the_order_of_the_sources_does_not_matter_and_both_can_be_searched_side_by_side() {
    let listed = ["flickr:101", "flickr:102", "flickr:103", "inaturalist:103"];
    let fixture = Fixture::new(&shared());
    fixture.scrape("inaturalist", 3);
    fixture.scrape("flickr", 3);
    assert_eq!(fixture.ids(), listed);
    let both = Fixture::new(&shared());
    both.scrape("flickr,inaturalist", 3);
    assert_eq!(both.ids(), listed);
    assert!(both.services.iter().all(|service| !service.queries().is_empty()));
}

#[test]
fn an_aggregators_record_is_remembered_beside_the_owners() {
    let runtime = Runtime::new().unwrap();
    let folder = TempDir::new().unwrap();
    let openverse = runtime.block_on(Replay::of(fixtures("openverse")).start()).unwrap();
    let settings = format!(
        "[net]\ntrusted_hosts = [\"127.0.0.1\"]\n[sources.openverse]\napi_url = \"{}\"\nrequests_per_second = 500.0\n\
         requests_per_minute = 0\n",
        openverse.api_url
    );
    fs::write(folder.path().join("gleaner.toml"), settings).unwrap();
    let args = ["scrape", "--source", "openverse", "-s", "macaque", "-n", "all", "-d", "false", "--dataset", "d"];
    let scraped = command(folder.path(), &args).output().unwrap();
    assert_eq!(scraped.status.code(), Some(1), "{}", talk(&scraped));
    let exported = command(folder.path(), &["export", "d", "--format", "jsonl", "--filter", "also:openverse"]).output();
    let text = String::from_utf8(exported.unwrap().stdout).unwrap();
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |id: &str| records.iter().find(|record| record["id"] == id).unwrap()["other_records"][0].clone();
    let flickr = of("flickr:52348123456");
    assert!(flickr["id"].as_str().unwrap().starts_with("openverse:"), "{flickr}");
    assert!(flickr["landing_url"].as_str().unwrap().starts_with("https://openverse.org/image/0f000000"), "{flickr}");
    assert_eq!((&flickr["license"]["id"], &flickr["recognised_by"]), (&json!("CC-BY-ND-2.0"), &json!("id")));
    assert_eq!((records.len(), &of("inaturalist:92152429")["license"]["id"]), (2, &json!("CC0-1.0")));
}
