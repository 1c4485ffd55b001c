//! `gleaner plan` beside what the search then costs, and searches with a limit on their requests.

use std::fs;

use serde_json::{Value, json};

use super::{Fixture, photos, talk};

fn plan(fixture: &Fixture, arguments: &[&str]) -> Value {
    let output = fixture.expect(0, &[&["plan", "-s", "-nowhere", "--json"], arguments].concat());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_plan_says_what_the_search_then_costs_and_writes_nothing() {
    let fixture = Fixture::new(photos(9_000, 12));
    for (dataset, arguments) in [
        ("all", vec![]),
        ("box", vec!["-b", "60 0 150 70"]),
        ("few", vec!["-n", "40"]),
        ("country", vec!["--country", "FJ"]),
    ] {
        let before = fixture.flickr.stats().api_calls;
        let planned = plan(&fixture, &arguments);
        let sent = fixture.flickr.stats().api_calls - before;
        assert_eq!(planned["sent"], json!(sent), "{dataset}");
        assert!(sent <= 2 && !fixture.path("dataset").exists(), "{dataset}: {planned}");
        let number = if arguments.contains(&"-n") { vec![] } else { vec!["-n", "all"] };
        let scrape = ["scrape", "-s", "-nowhere", "-d", "false", "--dataset", dataset];
        fixture.expect(0, &[&scrape[..], &number, &arguments].concat());
        let cost = fixture.flickr.stats().api_calls - before - sent;
        let (requests, kept) = (planned["requests"].as_u64().unwrap(), fixture.records(dataset, false).len() as u64);
        assert!(requests.abs_diff(cost) <= 1 + cost / 10, "{dataset}: planned {requests}, sent {cost}");
        // The totals of the simulated Flickr are estimates too.
        let photos = planned["photos"].as_u64().unwrap();
        assert!(photos + photos / 10 + 5 >= kept, "{dataset}: planned {photos}, kept {kept}");
    }
}

#[test]
fn a_plan_of_several_sources_names_the_one_that_does_not_answer() {
    let fixture = Fixture::new(photos(300, 13));
    let settings = fs::read_to_string(fixture.path("gleaner.toml")).unwrap().replace("attempts = 8", "attempts = 2");
    fs::write(fixture.path("gleaner.toml"), settings + "[sources.inaturalist]\napi_url = \"http://127.0.0.1:9\"\n")
        .unwrap();
    let output = fixture.expect(1, &["plan", "-s", "-nowhere", "--source", "flickr,inaturalist"]);
    let said = talk(&output);
    assert!(said.contains("inaturalist, \"-nowhere\": no answer: "), "{said}");
    assert!(said.contains("flickr, \"-nowhere\": ") && said.contains("in all: at most"), "{said}");
    let output = fixture.expect(2, &["plan"]);
    assert!(talk(&output).contains("no search is given"), "{}", talk(&output));
}

#[test]
fn a_run_with_a_limit_sends_no_more_requests_and_the_next_one_goes_on() {
    let fixture = Fixture::new(photos(3_000, 14));
    let scrape = ["scrape", "-s", "-nowhere", "-n", "all", "-d", "false", "--dataset", "d"];
    let output = fixture.expect(1, &[&scrape[..], &["--max-requests", "2"]].concat());
    assert_eq!(fixture.flickr.stats().api_calls, 2, "{}", talk(&output));
    assert!(talk(&output).contains("this run may send 2 requests"), "{}", talk(&output));
    let some = fixture.records("d", false).len();
    assert!((1..3_000).contains(&some), "{some}");
    fixture.expect(0, &scrape);
    assert_eq!(fixture.records("d", false).len(), 3_000);
    assert!(fixture.flickr.stats().api_calls <= 9, "no page is requested twice: {}", fixture.flickr.stats().api_calls);
}
