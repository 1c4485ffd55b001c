//! GBIF from recorded pages to a dataset, with the built program and the replay server.

use serde_json::json;
use testbed::faults::{Fault, Target};

use super::privacy::leaks;
use super::replayed::Fixture;
use super::talk;

/// One record cannot be read, and one picture has no address: the run ends with 1.
const SCRAPE: [&str; 11] =
    ["scrape", "--source", "gbif", "-s", "Macaca fascicularis", "-n", "1000", "--dataset", "d", "--key-file", "k.key"];

fn fixture() -> Fixture {
    Fixture::new("gbif", |replay| replay)
}

#[test]
fn every_still_picture_of_every_occurrence_is_a_photo() {
    let fixture = fixture();
    fixture.expect(1, &[&SCRAPE[..], &["--taken", "2015..2024-03"]].concat());
    let queries = fixture.service.queries();
    let offsets: Vec<&str> = queries.iter().map(|query| query["offset"].as_str()).collect();
    assert_eq!(offsets, ["0", "300"]);
    let expected = [
        ("scientificName", "Macaca fascicularis"),
        ("mediaType", "StillImage"),
        ("limit", "300"),
        ("eventDate", "2015-01-01,2024-03-31"),
    ];
    for (name, value) in expected {
        assert!(queries.iter().all(|query| query[name] == value), "{name}: {queries:?}");
    }
    for absent in ["geometry", "country", "hasGeospatialIssue", "license"] {
        assert!(queries.iter().all(|query| !query.contains_key(absent)), "{absent}");
    }
    let records = fixture.records(false);
    let stored: Vec<&str> =
        records.iter().filter(|(_, record)| record["state"] == "stored").map(|(id, _)| id.as_str()).collect();
    let of = |key: u32| stored.iter().filter(|id| id.starts_with(&format!("gbif:{key}-"))).count();
    assert_eq!(
        (of(7_000_001), of(7_000_002), of(7_000_004), of(7_000_005)),
        (2, 1, 1, 0),
        "and none that was taken at another time"
    );
    assert_eq!(stored.len(), 4);
    let rejected = records.values().filter(|record| record["state"] == "rejected");
    assert_eq!(rejected.count(), 2, "what cannot be read is kept, with its fault");
}

#[test]
fn an_area_is_asked_for_as_a_polygon_or_as_a_country() {
    let fixture = fixture();
    fixture.expect(1, &[&SCRAPE[..], &["-b", "100 0 110 8"]].concat());
    let queries = fixture.service.queries();
    assert_eq!(queries[0]["geometry"], "POLYGON((100 0,110 0,110 8,100 8,100 0))");
    assert_eq!(queries[0]["hasGeospatialIssue"], "false");
    fixture.expect(1, &[&SCRAPE[..], &["--country", "MY"]].concat());
    let queries = fixture.service.queries();
    let last = queries.last().unwrap();
    assert_eq!((last["country"].as_str(), last.get("geometry")), ("MY", None));
}

#[test]
fn licence_date_coordinates_taxon_and_dataset_equal_those_of_the_occurrence() {
    let fixture = fixture();
    fixture.expect(1, &SCRAPE);
    let records = fixture.records(true);
    let all =
        |prefix: &'static str| records.iter().filter(move |(id, _)| id.starts_with(prefix)).map(|(_, record)| record);
    let titled = all("gbif:7000001-").find(|record| record["title"] == "A troop").unwrap();
    let other = all("gbif:7000001-").find(|record| record["title"] != "A troop").unwrap();
    assert_eq!(titled["license"]["id"], "CC-BY-4.0", "the picture's own licence");
    assert_eq!(other["license"]["id"], "CC-BY-NC-4.0", "the record's where the picture has none");
    assert_eq!(
        (&titled["description"], &other["description"]),
        (&json!("Invented picture 1"), &json!("Invented occurrence 7000001"))
    );
    assert_eq!(
        (&other["title"], &titled["taken"]["local"]),
        (&json!("Long-tailed Macaque"), &json!("2023-06-11T09:15:30"))
    );
    assert_eq!((&titled["location"]["latitude"], &titled["location"]["uncertainty_m"]), (&json!(3.3), &json!(13)));
    let taxon = json!({"scientific_name": "Macaca fascicularis", "vernacular_name": "Long-tailed Macaque",
        "rank": "species", "source_id": "5219534", "iucn_category": "EN",
        "classification": {"kingdom": "Animalia", "class": "Mammalia", "genus": "Macaca"}});
    assert_eq!(titled["taxon"], taxon);
    assert_eq!(titled["observation"], json!({"id": "7000001", "captive": false}));
    let dataset = json!({"key": "00000000-0000-4000-8000-0000000000d1", "title": "Invented monkeys",
        "publisher": "00000000-0000-4000-8000-0000000000a1"});
    assert_eq!(titled["dataset"], dataset);
    assert_eq!(titled["landing_url"], "https://observations.example.org/records/7000001");

    let captive = all("gbif:7000002-").next().unwrap();
    assert_eq!(
        (&captive["license"]["id"], &captive["observation"]["captive"]),
        (&json!("LicenseRef-AllRightsReserved"), &json!(true))
    );
    assert_eq!(captive["taken"]["edtf"], "2019-05/2019-07");
    assert_eq!(
        captive["landing_url"], "https://www.gbif.org/occurrence/7000002",
        "the publisher's address names a person"
    );
    assert!(captive["taxon"].get("iucn_category").is_none());
    let obscured = all("gbif:7000004-").next().unwrap();
    assert_eq!(
        (&obscured["location"]["obscured"], &obscured["location"]["uncertainty_m"]),
        (&json!(true), &json!(28_722))
    );
    assert_eq!(obscured["observation"]["id"], "9000004", "the number at iNaturalist");
    let subspecies = all("gbif:7000005-").next().unwrap();
    assert_eq!(subspecies["taxon"]["scientific_name"], "Macaca fascicularis aureus");
    assert!(subspecies.get("location").is_none() && subspecies.get("taken").is_none());
}

#[test]
fn creator_holder_and_recorder_are_sealed_and_identifiers_are_dropped() {
    let fixture = fixture();
    let output = fixture.expect(1, &SCRAPE);
    let planted = ["CANARY", "canary"].map(str::to_owned);
    assert_eq!(leaks(fixture.folder.path(), &planted), Vec::<String>::new());
    assert!(!talk(&output).contains("CANARY"));
    let records = fixture.records(true);
    let people = |prefix: &str| {
        let record = records.iter().find(|(id, _)| id.starts_with(prefix)).unwrap().1;
        record["personal"]["owner_name"].clone()
    };
    assert_eq!((people("gbif:7000001-"), people("gbif:7000002-")), (json!("CANARY Creator"), json!("CANARY Holder")));
    let raw = &records.iter().find(|(id, _)| id.starts_with("gbif:7000001-")).unwrap().1["personal"]["raw_record"];
    assert_eq!(
        (&raw["recordedBy"], &raw["license"]),
        (&json!("CANARY Recorder"), &json!("http://creativecommons.org/licenses/by-nc/4.0/legalcode"))
    );
    assert_eq!(raw["media"].as_array().unwrap().len(), 1, "the record of a photo has that photo alone");
    let all = serde_json::to_string(&records).unwrap();
    for others in ["CANARY Identifier", "canary_identifier", "CANARY Twice"] {
        assert!(!all.contains(others), "{others}");
    }
}

#[test]
fn with_thirty_percent_faults_the_dataset_is_the_same() {
    let calm = fixture();
    calm.expect(1, &SCRAPE);
    let mut kinds = 0;
    for seed in 1..=10 {
        let stormy = Fixture::new("gbif", |replay| replay.faults(0.3).seed(seed));
        std::fs::copy(calm.path("k.key"), stormy.path("k.key")).unwrap();
        stormy.expect(1, &SCRAPE);
        kinds += stormy.service.stats().by_fault.len();
        assert_eq!(calm.stable(), stormy.stable(), "seed {seed}");
    }
    assert!(kinds > 6, "only {kinds} faults of different kinds");
}

#[test]
fn a_search_cut_short_continues_at_its_page() {
    let reset = Fault::named("reset").unwrap();
    let fixture = Fixture::new("gbif", |replay| replay.script(Target::ApiCall(1), reset));
    fixture.set("attempts = 8", "attempts = 1");
    let cut = talk(&fixture.expect(1, &SCRAPE));
    assert!(cut.contains("the search ended early") && cut.contains("3 photos found"), "{cut}");
    let whole = talk(&fixture.expect(1, &SCRAPE));
    assert!(whole.contains("5 photos found") && whole.contains("of earlier runs with faults"), "{whole}");
    let queries = fixture.service.queries();
    let offsets: Vec<&str> = queries.iter().map(|query| query["offset"].as_str()).collect();
    assert_eq!(offsets, ["0", "300", "300"], "no page is requested twice");
}
