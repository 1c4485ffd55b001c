//! Wikimedia Commons from recorded pages to a dataset, with the built program and the replay server.

use serde_json::json;
use testbed::faults::{Fault, Target};

use super::privacy::leaks;
use super::replayed::Fixture;
use super::talk;

/// One file has no address: the run ends with 1.
const SCRAPE: [&str; 11] =
    ["scrape", "--source", "commons", "-s", "macaque", "-n", "1000", "--dataset", "d", "--key-file", "k.key"];

fn fixture() -> Fixture {
    Fixture::new("commons", |replay| replay)
}

#[test]
fn all_pages_are_read_and_only_pictures_that_can_be_decoded_are_photos() {
    let fixture = fixture();
    fixture.expect(1, &SCRAPE);
    let queries = fixture.service.queries();
    let rest: Vec<_> = queries.iter().map(|query| (query.get("gsroffset"), query.get("continue"))).collect();
    assert_eq!(
        rest,
        [(None, None), (Some(&"5".to_owned()), Some(&"gsroffset||".to_owned()))],
        "the whole continuation"
    );
    let expected = [
        ("action", "query"),
        ("format", "json"),
        ("formatversion", "2"),
        ("maxlag", "5"),
        ("gsrsearch", "macaque filetype:bitmap"),
        ("gsrnamespace", "6"),
        ("gsrlimit", "50"),
    ];
    for (name, value) in expected {
        assert!(queries.iter().all(|query| query[name] == value), "{name}: {queries:?}");
    }
    let records = fixture.records(false);
    let stored: Vec<&str> =
        records.iter().filter(|(_, record)| record["state"] == "stored").map(|(id, _)| id.as_str()).collect();
    assert_eq!(stored, ["commons:5001", "commons:5005", "commons:5006", "flickr:53000000077"]);
    assert_eq!(records.values().filter(|record| record["state"] == "rejected").count(), 1);
    assert_eq!(records.len(), 5);
}

#[test]
fn a_small_box_is_asked_for_as_the_circle_around_it_and_a_large_one_is_not() {
    let fixture = fixture();
    fixture.expect(1, &[&SCRAPE[..], &["-b", "101 3 102 4"]].concat());
    fixture.expect(1, &[&SCRAPE[..], &["-b", "60 -20 140 40"]].concat());
    let asked: Vec<String> = fixture.service.queries().iter().map(|query| query["gsrsearch"].clone()).collect();
    assert_eq!(asked[0], "macaque filetype:bitmap nearcoord:80km,3.50000,101.50000");
    assert_eq!(asked.last().unwrap(), "macaque filetype:bitmap");
    let records = fixture.records(false);
    let within: Vec<&str> = records.keys().map(String::as_str).filter(|id| !id.contains("unreadable")).collect();
    assert_eq!(within, ["commons:5001", "commons:5006"], "a photo without coordinates is in no box");
}

#[test]
fn licence_date_place_and_texts_are_read_out_of_html() {
    let fixture = fixture();
    fixture.expect(1, &SCRAPE);
    let records = fixture.records(true);
    let first = &records["commons:5001"];
    assert_eq!(
        (&first["title"], &first["description"]),
        (&json!("A macaque"), &json!("An invented macaque & its tree"))
    );
    assert_eq!(first["tags"], json!(["Macaca fascicularis", "Self-published work"]), "no category names a person");
    assert_eq!(first["license"]["id"], "CC-BY-SA-3.0");
    assert_eq!((&first["location"]["latitude"], &first["location"]["longitude"]), (&json!(3.25), &json!(101.5)));
    assert_eq!(
        (&first["taken"]["local"], &first["posted_at"]),
        (&json!("2015-09-12T13:51:49"), &json!("2021-03-04T05:06:07Z"))
    );
    assert_eq!(first["landing_url"], "https://commons.wikimedia.org/?curid=5001");
    let widths: Vec<u64> =
        first["sizes"].as_array().unwrap().iter().map(|size| size["width"].as_u64().unwrap()).collect();
    assert_eq!(widths, [330, 500, 960, 1280, 1920, 3840, 4000]);
    assert!(first["sizes"][2]["url"].as_str().unwrap().ends_with("/960px-Macaque_1.jpg"));
    assert_eq!(first["personal"]["raw_record"]["imageinfo"][0]["sha1"], format!("{:040x}", 5001));

    let old = &records["flickr:53000000077"];
    assert_eq!((&old["license"]["id"], &old["taken"]["edtf"]), (&json!("LicenseRef-PublicDomain"), &json!("1891")));
    assert_eq!(old["sizes"].as_array().unwrap().len(), 1);
    let bare = &records["commons:5005"];
    assert_eq!((&bare["title"], bare.get("license"), bare.get("location")), (&json!("Later"), None, None));
    assert_eq!(bare["personal"]["owner_name"], "CANARY uploader", "the uploader where no author is named");
    let last = &records["commons:5006"];
    assert_eq!((&last["license"]["id"], last.get("taken")), (&json!("GFDL"), None));
    assert_eq!(last["location"]["longitude"], 118.25, "of the page, where the metadata have none");
}

#[test]
fn author_and_uploader_are_sealed() {
    let fixture = fixture();
    let output = fixture.expect(1, &SCRAPE);
    assert_eq!(leaks(fixture.folder.path(), &["CANARY".to_owned()]), Vec::<String>::new());
    assert!(!talk(&output).contains("CANARY"));
    let records = fixture.records(true);
    assert_eq!(records["commons:5001"]["personal"]["owner_name"], "CANARY Author");
    let pseudonym = |id: &str| records[id]["owner_pseudonym"].clone();
    assert!(pseudonym("commons:5001").is_string() && pseudonym("commons:5001") != pseudonym("commons:5006"));
}

#[test]
fn with_thirty_percent_faults_the_dataset_is_the_same() {
    let calm = fixture();
    calm.expect(1, &SCRAPE);
    let mut kinds = 0;
    for seed in 1..=10 {
        let stormy = Fixture::new("commons", |replay| replay.faults(0.3).seed(seed));
        std::fs::copy(calm.path("k.key"), stormy.path("k.key")).unwrap();
        stormy.expect(1, &SCRAPE);
        kinds += stormy.service.stats().by_fault.len();
        assert_eq!(calm.stable(), stormy.stable(), "seed {seed}");
    }
    assert!(kinds > 6, "only {kinds} faults of different kinds");
}

#[test]
fn a_search_cut_short_continues_at_its_cursor() {
    let reset = Fault::named("reset").unwrap();
    let fixture = Fixture::new("commons", |replay| replay.script(Target::ApiCall(1), reset));
    fixture.set("attempts = 8", "attempts = 1");
    let cut = talk(&fixture.expect(1, &SCRAPE));
    assert!(cut.contains("the search ended early") && cut.contains("2 photos found"), "{cut}");
    let whole = talk(&fixture.expect(1, &SCRAPE));
    assert!(whole.contains("4 photos found"), "{whole}");
    let offsets: Vec<Option<String>> =
        fixture.service.queries().iter().map(|query| query.get("gsroffset").cloned()).collect();
    assert_eq!(offsets, [None, Some("5".to_owned()), Some("5".to_owned())], "no page is requested twice");
}
