//! Searches, refusals, the cap, and faults of the API.

use std::collections::HashSet;

use testbed::faults::{API_MIX, Fault, Target};
use testbed::flickr::Flickr;

use crate::http::{call, fetch, ids, json};

#[tokio::test]
async fn paging_until_an_empty_page_finds_exactly_the_ground_truth() {
    let flickr = Flickr::builder().generate(5000).seed(7).start().await.unwrap();
    let truth = flickr.truth_of(&[("text", "monkey -zoo"), ("sort", "date-posted-asc")]).unwrap();
    assert!(truth.len() > 500, "{}", truth.len());
    let (mut seen, mut repeats) = (HashSet::new(), 0);
    for page in 1.. {
        let got = ids(&flickr, &format!("text=monkey+-zoo&sort=date-posted-asc&per_page=200&page={page}")).await;
        if got.is_empty() {
            break;
        }
        repeats += got.into_iter().filter(|id| !seen.insert(*id)).count();
    }
    assert_eq!(seen, truth.into_iter().collect());
    assert!(repeats > 0, "pages are meant to overlap");
}

#[tokio::test]
async fn past_the_cap_results_repeat_or_error_20_comes() {
    let flickr = Flickr::builder().generate(6000).plain().start().await.unwrap();
    let query = "min_upload_date=1&per_page=500";
    let (last, past) = (ids(&flickr, &format!("{query}&page=8")).await, ids(&flickr, &format!("{query}&page=9")).await);
    assert_eq!((last.len(), last), (500, past));
    let strict = Flickr::builder().generate(6000).plain().quirks(|q| q.error_past_cap = true).start().await.unwrap();
    assert_eq!(json(&strict, &format!("method=flickr.photos.search&{query}&page=9")).await["code"], 20);
}

#[tokio::test]
async fn date_bounds_are_inclusive_and_geo_pages_hold_250() {
    let flickr = Flickr::builder().generate(2000).plain().start().await.unwrap();
    let photo = &flickr.truth()[1000];
    let at = photo.upload;
    assert!(ids(&flickr, &format!("min_upload_date={at}&max_upload_date={at}")).await.contains(&photo.id));
    assert_eq!(ids(&flickr, "has_geo=1&min_upload_date=1&per_page=500").await.len(), 250);
    assert!(ids(&flickr, "has_geo=1").await.len() < 50, "without a limit only the last 12 hours are seen");
    let (lat, lon) = flickr.truth().iter().find_map(|r| r.place).unwrap();
    assert!(!ids(&flickr, &format!("bbox={lon},{lat},{lon},{lat}&min_upload_date=1")).await.is_empty());
}

#[tokio::test]
async fn refusals_have_the_real_codes() {
    let flickr = Flickr::builder().generate(10).bad_key(&"f".repeat(32)).start().await.unwrap();
    assert_eq!(json(&flickr, "method=flickr.photos.search").await["code"], 3);
    assert_eq!(json(&flickr, "method=flickr.nothing").await["code"], 112);
    assert_eq!(json(&flickr, "method=flickr.photos.getInfo&photo_id=5").await["code"], 1);
    let bad = format!("{}?api_key={}&method=flickr.photos.search&text=a", flickr.api_url, "f".repeat(32));
    let answer = fetch(&bad).await;
    assert!(answer.status == 200 && answer.body.starts_with(b"jsonFlickrApi({"));
    assert!(String::from_utf8(answer.body).unwrap().contains("\"code\":100"));
    assert_eq!(fetch(&call(&flickr, "method=flickr.photos.search&bbox=1,%202,3,4")).await.status, 400);
    let inverted = json(&flickr, "method=flickr.photos.search&bbox=5,2,3,4").await;
    assert_eq!(inverted["message"], "Not a valid bounding box");
}

#[tokio::test]
async fn extras_are_sent_only_on_request_and_in_varying_types() {
    let flickr = Flickr::builder().generate(500).quirks(|q| q.bad_records = 0.1).start().await.unwrap();
    let bare = json(&flickr, "method=flickr.photos.search&min_upload_date=1").await;
    let photos = bare["photos"]["photo"].as_array().unwrap();
    assert!(photos.iter().all(|p| p.get("views").is_none() && p.get("url_o").is_none()));
    assert!(photos.len() > 100, "bad records come on top of the photos");
    let rich = json(&flickr, "method=flickr.photos.search&min_upload_date=1&extras=views,geo,url_o").await;
    let views: Vec<_> = rich["photos"]["photo"].as_array().unwrap().iter().filter_map(|p| p.get("views")).collect();
    assert!(views.iter().any(|v| v.is_string()) && views.iter().any(|v| v.is_number()));
}

#[tokio::test]
async fn a_faulty_api_succeeds_within_four_attempts() {
    let flickr = Flickr::builder().generate(100).faults(0.5).seed(3).start().await.unwrap();
    for page in 1..30 {
        let mut sound = false;
        for _ in 0..4 {
            let answer = fetch(&call(&flickr, &format!("method=flickr.photos.search&text=monkey&page={page}"))).await;
            let parsed: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
            sound = answer.status == 200 && parsed.is_some_and(|v| v["stat"] == "ok");
            sound = sound && answer.complete && !answer.head.contains("gzip");
            if sound {
                break;
            }
        }
        assert!(sound, "page {page}");
    }
    let stats = flickr.stats();
    assert!(stats.by_fault.len() > 3 && stats.api_calls > 29, "{stats:?}");
}

#[tokio::test]
async fn every_api_fault_of_the_mix_spoils_the_answer() {
    for (n, fault) in API_MIX.iter().enumerate() {
        let flickr = Flickr::builder().generate(50).script(Target::ApiCall(0), *fault).start().await.unwrap();
        let url = call(&flickr, "method=flickr.photos.search&text=monkey");
        let answer = fetch(&url).await;
        let parsed: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
        let sound = answer.status == 200 && answer.complete && !answer.head.contains("gzip");
        assert!(!(sound && parsed.is_some_and(|v| v["stat"] == "ok")), "{n} {}", fault.name());
        assert_eq!(flickr.stats().by_fault.get(fault.name()), Some(&1));
        assert_eq!(fetch(&url).await.status, 200);
    }
    assert!(Fault::ALL.iter().all(|f| Fault::named(f.name()) == Some(*f)));
}
