//! Services fail in every way; no photo is lost or duplicated.

use serde_json::Value;
use testbed::faults::{Fault, Target};

use super::{Fixture, photos};

const SCRAPE: [&str; 9] = ["scrape", "-s", "monkey", "-n", "300", "--dataset", "d", "--key-file", "k.key"];

fn count(records: &[Value], state: &str) -> usize {
    records.iter().filter(|record| record["state"] == state).count()
}

#[test]
fn with_thirty_percent_faults_no_photo_is_lost_or_duplicated_and_calls_stay_few() {
    let calm = Fixture::new(photos(1_200, 21));
    calm.expect(0, &SCRAPE);
    let stormy = Fixture::new(photos(1_200, 21).faults(0.3));
    std::fs::copy(calm.path("k.key"), stormy.path("k.key")).unwrap();
    stormy.expect(0, &SCRAPE);
    let (fair, foul) = (calm.flickr.stats(), stormy.flickr.stats());
    let kinds = foul.by_fault.len();
    assert!(kinds >= 8, "only {kinds} kinds of faults were met: {:?}", foul.by_fault);
    let ratio = (foul.api_calls + foul.image_calls) as f64 / (fair.api_calls + fair.image_calls) as f64;
    println!("{ratio:.2} times the calls of a run without faults, {kinds} kinds of faults");
    assert!(ratio <= 1.6, "{ratio} times the calls");
    let (left, right) = (stable(&calm), stable(&stormy));
    assert_eq!(left.len(), 300);
    assert_eq!(left, right);
    stormy.digest("d");
}

#[test]
fn a_block_of_the_network_in_front_of_the_service_is_waited_out() {
    let site = photos(300, 6).script(Target::ApiCall(0), Fault::Forbidden).script(Target::ApiCall(1), Fault::Forbidden);
    let fixture = Fixture::new(site);
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "20", "-d", "false", "--dataset", "d"]);
    assert_eq!(fixture.records("d", false).len(), 20);
    // Where it does not end, the key is not blamed.
    let blocked = Fixture::new(photos(300, 6).script(Target::EveryApiCall, Fault::Forbidden));
    let said =
        super::talk(&blocked.expect(1, &["scrape", "-s", "monkey", "-n", "20", "-d", "false", "--dataset", "d"]));
    assert!(said.contains("the network in front of Flickr blocks the request for now (HTTP 403)"), "{said}");
    assert!(!said.contains("FLICKR_API_KEY"), "{said}");
}

/// The decrypted records without values that depend on the host or the time.
fn stable(fixture: &Fixture) -> Vec<String> {
    let lines = fixture.expect(0, &["export", "d", "--unseal", "--key-file", "k.key"]).stdout;
    let host = fixture.flickr.image_url.clone();
    let text = String::from_utf8(lines).unwrap().replace(&host, "HOST");
    let record = |line: &str| {
        let mut record: Value = serde_json::from_str(line).unwrap();
        for field in ["found_at", "checked_at", "downloaded_at"] {
            record.as_object_mut().unwrap().remove(field);
        }
        record["file"].as_object_mut().unwrap().remove("downloaded_at");
        record.to_string()
    };
    text.lines().map(record).collect()
}

#[test]
fn an_unreadable_record_is_kept_with_its_fault_and_affects_no_other() {
    let fixture = Fixture::new(photos(400, 8).quirks(|quirks| quirks.bad_records = 0.2));
    fixture.expect(1, &["scrape", "-s", "monkey", "-n", "500", "-d", "false", "--dataset", "d"]);
    let records = fixture.records("d", true);
    let bad: Vec<_> = records.iter().filter(|record| record["state"] == "rejected").collect();
    assert!(!bad.is_empty());
    for record in &bad {
        assert!(record["fault"]["message"].as_str().unwrap().starts_with("unreadable record"), "{record}");
        assert!(!record["personal"]["raw_record"].is_null());
    }
    let good = fixture.flickr.truth_of(&[("text", "monkey"), ("media", "photos")]).unwrap().len();
    assert_eq!(count(&records, "found"), good);
}

#[test]
fn deleted_photos_are_recorded_as_gone_without_an_image() {
    let fixture = Fixture::new(photos(300, 6).config(|config| config.gone = 0.4));
    let output = fixture.expect(1, &["scrape", "-s", "monkey", "-n", "300", "--dataset", "d"]);
    let records = fixture.records("d", false);
    let gone = count(&records, "gone");
    assert!(gone > 5, "only {gone} are gone\n{}", super::talk(&output));
    assert_eq!(gone + count(&records, "stored"), records.len());
    for record in records.iter().filter(|record| record["state"] == "gone") {
        assert!(record["fault"]["message"].as_str().unwrap().starts_with("gone at the source"), "{record}");
        assert!(record.get("file").is_none_or(Value::is_null));
    }
    // Deleted photos are not requested again.
    let calls = fixture.flickr.stats().image_calls;
    fixture.expect(0, &["download", "d"]);
    assert_eq!(fixture.flickr.stats().image_calls, calls);
}

#[test]
fn persistently_bad_bytes_are_quarantined_and_sealed() {
    let flickr = photos(200, 6);
    let fixture = Fixture::new(flickr);
    let ids = fixture.flickr.truth_of(&[("text", "monkey"), ("media", "photos")]).unwrap();
    let cut = Fault::named("cut-body").expect("the testbed has this fault");
    let broken = photos(200, 6).script(Target::Photo(ids[0]), cut);
    let fixture = Fixture::new(broken);
    fixture.expect(1, &["scrape", "-s", "monkey", "-n", "200", "--dataset", "d"]);
    let records = fixture.records("d", false);
    assert_eq!(count(&records, "rejected"), 1);
    assert_eq!(count(&records, "stored"), records.len() - 1);
    let kept: Vec<_> = std::fs::read_dir(fixture.path("d/quarantine")).unwrap().flatten().collect();
    assert_eq!(kept.len(), 1);
    assert!(std::fs::read(kept[0].path()).unwrap().starts_with(b"gAAAAA"), "a Fernet token");
}

#[test]
fn an_owner_who_opted_out_is_not_collected() {
    let fixture = Fixture::new(photos(150, 6).config(|config| config.opted_out = 0.3));
    fixture.expect(1, &["scrape", "-s", "monkey", "-n", "150", "--dataset", "d"]);
    let records = fixture.records("d", false);
    let opted: Vec<_> = records.iter().filter(|record| record["state"] == "rejected").collect();
    assert!(!opted.is_empty());
    assert!(opted.iter().all(|record| record["fault"]["message"].as_str().unwrap().contains("X-Robots-Tag")));
}

#[test]
fn an_outage_ends_the_search_and_the_next_run_resumes_it() {
    let fixture = Fixture::new(photos(1_500, 6));
    std::fs::write(
        fixture.path("out.toml"),
        std::fs::read_to_string(fixture.path("gleaner.toml"))
            .unwrap()
            .replace(&fixture.flickr.api_url, "http://127.0.0.1:9/"),
    )
    .unwrap();
    let output = fixture.expect(1, &["scrape", "-s", "monkey", "-n", "20", "--dataset", "d", "--config", "out.toml"]);
    let said = super::talk(&output);
    assert!(said.contains("the search ended early") && said.contains("to continue: gleaner scrape "), "{said}");
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "20", "--dataset", "d"]);
    assert_eq!(fixture.records("d", false).len(), 20);
}
