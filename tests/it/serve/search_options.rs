//! What a search from the page can ask for, as `gleaner scrape` can: areas, names in other languages, sizes, requests.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::search::{Adding, NONE, adding, body, monkeys};
use crate::pipeline::photos;

/// Runs a search with these members besides its words; returns how it ended.
async fn searched(adding: &Adding, members: &[(&str, Value)]) -> Value {
    let mut request = monkeys();
    for (name, value) in members {
        request[*name] = value.clone();
    }
    let started = adding.start(&request).await;
    assert_eq!(started.status, 202, "{}", started.body);
    let ended = adding.until_ended().await;
    assert_eq!(ended["state"], "done", "{ended:#}");
    ended
}

fn kept(ended: &Value) -> u64 {
    ended["result"]["searches"][0]["kept"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polygon_of_a_file_is_searched_as_its_box_would_be_and_is_known_without_its_content() {
    let adding = adding(photos(300, 7), NONE).await;
    let records = ("records_only", json!(true));
    let in_box = kept(&searched(&adding, &[records.clone(), ("bbox", "0,0,180,80".into())]).await);
    assert!((1..300).contains(&in_box), "{in_box}");
    let geojson =
        json!({"type": "Polygon", "coordinates": [[[0, 0], [180, 0], [180, 80], [0, 80], [0, 0]]]}).to_string();
    let file = json!({"name": "east.geojson", "geojson": geojson});
    let ended = searched(&adding, &[records.clone(), ("polygon", file.clone())]).await;
    assert_eq!(kept(&ended), in_box, "{ended:#}");
    let shown = &ended["request"]["polygon"];
    assert_eq!((&shown["name"], shown.get("geojson")), (&json!("east.geojson"), None), "the content is not sent back");
    let again = searched(&adding, &[records.clone(), ("polygon", shown.clone())]).await;
    assert_eq!(kept(&again), in_box, "the same file is searched again: {again:#}");
    adding.until_shown(in_box).await;
    let listed = adding.explorer.json("/api/v1/photos?limit=1").await;
    let id = listed["photos"][0]["id"].as_str().unwrap();
    let photo = adding.explorer.json(&format!("/api/v1/photos/{id}")).await.to_string();
    assert!(photo.contains("polygon:east.geojson#"), "the photo says where it was searched: {photo}");

    let large = json!({"name": "large.json", "geojson": " ".repeat((8 << 20) + 1)});
    let mut request = monkeys();
    request["polygon"] = large;
    let refused = body(&adding.start(&request).await)["error"].clone();
    assert_eq!(refused["field"], "polygon", "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("8 MiB at most"), "{refused}");

    let around = searched(&adding, &[records, ("near", "40,90,4000".into())]).await;
    let left_out = around["result"]["left_out"]["area"].as_u64().unwrap_or(0);
    assert!(kept(&around) < in_box && left_out > 0, "{around:#}");
    adding.explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn records_alone_smaller_images_and_a_number_of_requests_can_be_wanted() {
    let adding = adding(photos(30, 3), NONE).await;
    let ended = searched(&adding, &[("records_only", json!(true))]).await;
    assert_eq!((&ended["result"]["found"], &ended["result"]["images"]), (&json!(30), &json!(0)), "{ended:#}");
    assert_eq!(adding.flickr.stats().image_calls, 0);

    let ended = searched(&adding, &[("size", json!(100)), ("number", json!(5))]).await;
    assert_eq!(ended["result"]["images"], 5, "{ended:#}");
    let widths = |photos: &Value| -> BTreeSet<u64> {
        let edges = |photo: &Value| photo["width"].as_u64().unwrap().max(photo["height"].as_u64().unwrap());
        photos["photos"].as_array().unwrap().iter().map(edges).collect()
    };
    adding.until_shown(30).await;
    let small = widths(&adding.explorer.json("/api/v1/photos?q=state:stored").await);
    assert!(small.iter().all(|edge| (100..320).contains(edge)), "{small:?}");

    let ended = searched(&adding, &[("max_requests", json!(1)), ("words", json!(["-nowhere", "zoo"]))]).await;
    let early = ended["result"]["ended_early"].as_str().unwrap_or_default();
    assert!(early.contains("this run may send 1 requests"), "{ended:#}");
    adding.explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_in_other_languages_are_shown_before_and_searched_for() {
    let adding = adding(photos(60, 5), NONE).await;
    let asked = json!({"sources": ["flickr"], "words": ["monkey", "unheard"], "translate": ["it", "ja"]});
    let names = body(&adding.post("/api/v1/search/names", &asked).await);
    let found = &names["words"][0]["names"];
    assert_eq!(found[0], json!({"language": "it", "name": "scimmia", "layer": "CLDR", "also": []}), "{names:#}");
    assert_eq!((&found[1]["name"], &names["words"][1]["names"]), (&json!("サル"), &json!([])), "{names:#}");
    let none = adding.post("/api/v1/search/names", &json!({"sources": [], "words": []})).await;
    assert_eq!(body(&none)["error"]["field"], "words");
    assert_eq!(adding.flickr.stats().api_calls, 0, "no service is asked");

    let request = [("words", json!(["monkey"])), ("translate", json!(["it", "ja"])), ("number", json!(3))];
    let ended = searched(&adding, &request).await;
    let searches = ended["result"]["searches"].as_array().unwrap();
    let words: BTreeSet<&str> = searches.iter().map(|search| search["words"].as_str().unwrap()).collect();
    assert_eq!(words, BTreeSet::from(["monkey", "scimmia", "サル"]), "{ended:#}");
    adding.explorer.end().await;
}
