//! How complete a search is, and what it says of it, beside what the simulated Flickr really has.

use serde_json::Value;
use testbed::flickr::Flickr;

use super::{Fixture, photos, talk};

const SCRAPE: [&str; 9] = ["scrape", "-s", "-nowhere", "-n", "all", "-d", "false", "--dataset", "d"];

/// Photos that the search found, the report of `status`, and the requests for each 500 photos.
fn search(flickr: Flickr, photos: u64) -> (u64, Value, f64) {
    let fixture = Fixture::new(flickr);
    fixture.expect(0, &SCRAPE);
    let status: Value = serde_json::from_slice(&fixture.expect(0, &["status", "d", "--json"]).stdout).unwrap();
    let requests = fixture.flickr.stats().api_calls as f64 / photos.div_ceil(500) as f64;
    let report = status["completeness"][0].clone();
    println!("{requests} requests for each 500 photos, {report}");
    assert!(talk(&fixture.expect(0, &["status", "d"])).contains("      estimated "));
    (status["photos"].as_u64().unwrap(), report, requests)
}

fn is_within(report: &Value, truth: u64, share: f64) -> bool {
    let population = |name: &str| report["population"][name].as_u64().unwrap();
    let off = population("estimate").abs_diff(truth) as f64 / truth as f64;
    off <= share && population("low") <= truth && truth <= population("high")
}

#[test]
fn a_search_that_misses_nothing_is_known_to_be_complete_and_costs_little_more() {
    let truth = 16_000;
    let (found, report, requests) = search(photos(truth, 31), truth);
    assert_eq!(found, truth);
    assert!(is_within(&report, truth, 0.005), "{report}");
    assert!(requests <= 1.25, "{requests}");
}

#[test]
fn what_one_order_of_results_leaves_out_is_found_in_the_other_and_the_rest_is_estimated() {
    let truth = 12_000;
    let (found, report, requests) = search(photos(truth, 32).quirks(|quirks| quirks.missing = 0.04), truth);
    assert!(found * 1_000 >= truth * 995, "{found}");
    assert!(is_within(&report, truth, 0.005), "{report}");
    assert!(report["population"]["missed"].as_u64().unwrap() > 300, "{report}");
    assert!(requests <= 2.5, "{requests}");
}
