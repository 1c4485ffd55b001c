//! The API: filtered results, one photo, its origin, errors of queries, and conditional requests.

use std::io::Read;

use flate2::read::GzDecoder;
use gleaner::photo::{Camera, Fault, Found, Score, StageName};
use serde_json::{Value, json};

use super::access::concrete;
use super::{Explorer, photo, stored};

/// The operations that the description names.
fn described() -> Vec<(String, String)> {
    let description: Value = serde_json::from_str(&gleaner::serve::openapi().unwrap()).unwrap();
    let paths = description["paths"].as_object().unwrap().clone();
    let methods = paths.into_iter().flat_map(|(path, item)| {
        let methods: Vec<String> = item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        methods.into_iter().map(move |method| (path.clone(), method))
    });
    methods.collect()
}

#[tokio::test]
async fn every_route_answers_the_methods_that_are_described_and_no_others() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    let described = described();
    assert!(described.len() > 35);
    for (path, methods) in gleaner::serve::routes() {
        let address = concrete(&path);
        for method in ["GET", "PUT", "POST", "DELETE"] {
            assert!(
                !path.starts_with("/api/")
                    || described.contains(&(path.clone(), method.to_owned())) == methods.contains(&method)
            );
            // The stream of changes does not end.
            if path.ends_with("/live") && method == "GET" {
                continue;
            }
            let answer = explorer.ask(method, &address, "X-Gleaner: 1\r\n").await;
            assert_eq!(answer.status == 405, !methods.contains(&method), "{method} {path}: {}", answer.status);
        }
    }
    let served = explorer.json("/api/v1/openapi.json").await;
    assert_eq!(served, serde_json::from_str::<Value>(&gleaner::serve::openapi().unwrap()).unwrap());
    explorer.end().await;
}

/// The page's tests read this file instead of a response.
#[tokio::test]
async fn the_field_lists_equal_the_fixture_of_the_page_tests() {
    let explorer = Explorer::of(Vec::new()).await;
    let answer = explorer.json("/api/v1/dataset").await;
    let lists = ["fields", "sorts", "captions", "charts"].map(|name| (name, answer[name].clone()));
    let wanted = serde_json::to_string_pretty(&Value::Object(
        lists.into_iter().map(|(name, list)| (name.to_owned(), list)).collect(),
    ));
    let wanted = wanted.unwrap() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/fields.json");
    if std::env::var_os("GLEANER_BLESS").is_some() {
        std::fs::write(path, &wanted).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(written, wanted, "write it with GLEANER_BLESS=1 cargo test --test it serve::api");
    explorer.end().await;
}

#[tokio::test]
async fn every_listed_analysis_answers_in_every_format_and_others_are_named() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    let listed = explorer.json("/api/v1/analyses").await;
    let mut asked = 0;
    for analysis in listed.as_array().unwrap() {
        let optional = |parameter: &Value| parameter.get("default").is_some();
        if !analysis["parameters"].as_array().unwrap().iter().all(optional) {
            continue;
        }
        let address = format!("/api/v1/analyses/{}", analysis["name"].as_str().unwrap());
        assert_eq!(explorer.json(&address).await["title"], analysis["title"], "{address}");
        for (format, media_type) in [("csv", "text/csv; charset=utf-8"), ("svg", "image/svg+xml")] {
            let answer = explorer.open(&format!("{address}?format={format}")).await;
            assert_eq!((answer.status, answer.headers["content-type"].as_str()), (200, media_type), "{address}");
        }
        asked += 1;
    }
    assert!(asked > 5, "{listed}");
    let unknown = explorer.open("/api/v1/analyses/contry").await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.body.contains("There is no analysis \\\"contry\\\"; there are taken, "), "{}", unknown.body);
    explorer.end().await;
}

#[tokio::test]
async fn a_filtered_whole_is_the_same_in_every_answer() {
    let mut photos: Vec<_> = (0..7).map(|own| stored(&own.to_string())).collect();
    photos[3].fault = Some(Fault::permanent(StageName::Download, "gone"));
    for (at, photo) in photos.iter_mut().enumerate() {
        photo.views = Some(at as u64);
    }
    let explorer = Explorer::of(photos).await;
    let window = explorer.json("/api/v1/photos?q=views:2..&sort=views&from=1&limit=3").await;
    let ids: Vec<&str> = window["photos"].as_array().unwrap().iter().map(|tile| tile["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["flickr:5", "flickr:4", "flickr:3"]);
    assert_eq!((&window["total"], &window["from"]), (&json!(5), &json!(1)));
    let tile = &window["photos"][2];
    assert_eq!((&tile["state"], &tile["fault"]), (&json!("gone"), &json!("download: gone")));
    let aspects = explorer.open("/api/v1/aspects?q=views:2..&sort=views").await;
    assert_eq!((aspects.bytes.len(), aspects.headers["content-type"].as_str()), (5, "application/octet-stream"));
    assert_eq!(aspects.headers["x-gleaner-generation"], window["generation"].to_string());
    assert_eq!(explorer.json("/api/v1/facets?q=views:2..&names=state").await["total"], 5);
    assert_eq!(explorer.json("/api/v1/map?q=views:2..").await["total"], 5);
    let one = explorer.json("/api/v1/photos/flickr:5?q=views:2..&sort=views").await;
    assert_eq!(one["position"], json!({"index": 1, "total": 5, "previous": "flickr:6", "next": "flickr:4"}));
    assert_eq!(explorer.json("/api/v1/photos/flickr:1?q=views:2..").await["position"], Value::Null);
    let host = format!("Host: localhost:{}", explorer.port);
    let export = explorer.raw(format!("GET /api/v1/export?q=views:2..&format=jsonl HTTP/1.0\r\n{host}\r\n\r\n")).await;
    assert_eq!(export.body.lines().count(), 5);
    assert!(export.headers["content-disposition"].contains("attachment; filename=\"monkeys----cages-.jsonl\""));
    explorer.end().await;
}

#[tokio::test]
async fn an_export_can_be_downloaded_with_its_manifest_and_citation_files() {
    let explorer = Explorer::of((0..200).map(|own| stored(&own.to_string())).collect()).await;
    let host = format!("Host: localhost:{}", explorer.port);
    let get = async |query: &str| explorer.raw(format!("GET /api/v1/export?{query} HTTP/1.0\r\n{host}\r\n\r\n")).await;
    let (alone, packed) = (get("format=csv").await, get("format=csv&cite=true").await);
    assert_eq!(packed.headers["content-type"], "application/zip");
    assert!(packed.headers["content-disposition"].ends_with("filename=\"monkeys----cages-.csv.zip\""));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(packed.bytes)).unwrap();
    let names: Vec<_> = archive.file_names().map(Result::unwrap).map(std::borrow::Cow::into_owned).collect();
    assert_eq!(names.len(), 4, "{names:?}: nothing is known of title and creators");
    let mut read = |name: &str| {
        let mut bytes = Vec::new();
        std::io::copy(&mut archive.by_name(name).unwrap(), &mut bytes).unwrap();
        bytes
    };
    assert_eq!(read("monkeys----cages-.csv"), alone.bytes);
    let manifest: Value = serde_json::from_slice(&read("manifest.json")).unwrap();
    assert_eq!(manifest["files"][0]["sha256"], gleaner::hash::sha256_hex(&alone.bytes));
    assert_eq!(manifest["photos"], 200);
    assert_eq!(get("format=csv&cite=false").await.bytes, alone.bytes);
    assert_eq!(get("format=csv&cite=yes").await.status, 400);
    explorer.end().await;
}

#[tokio::test]
async fn an_invalid_request_gets_an_error_with_its_position() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    let wrong = [
        ("photos?q=cage%20views:x", Some(11)),
        ("facets?q=views:x", Some(6)),
        ("filter?q=month:99999999x", Some(6)),
        ("photos?sort=nicest", None),
        ("photos?limit=501", None),
        ("photos?limit=-1", None),
        ("map?bbox=1,2,3", None),
        ("map?measure=weight", None),
        ("export?format=xlsx", None),
    ];
    for (path, at) in wrong {
        let answer = explorer.open(&format!("/api/v1/{path}")).await;
        let error: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(answer.status, 400, "{path}");
        assert!(error["error"]["message"].as_str().is_some_and(|message| message.len() > 10), "{path}");
        assert_eq!(error["error"]["at"].as_u64(), at, "{path}: {error}");
    }
    for path in ["photos/none", "facets/none", "nothing", "photos/flickr:2"] {
        let answer = explorer.open(&format!("/api/v1/{path}")).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.starts_with("{\"error\":{\"message\":"), "{path}: {}", answer.body);
    }
    explorer.end().await;
}

#[tokio::test]
async fn every_route_says_that_a_filter_names_what_the_dataset_lacks() {
    let mut photo = stored("1");
    photo.scores.insert("monkey".into(), Score::known(0.7, "s", "1"));
    let explorer = Explorer::of(vec![photo]).await;
    let slips = [
        ("score.monky:%3E0.5", "did you mean score.monkey?"),
        ("score.monkey%3E0.5", "write score.monkey:>0.5"),
        ("country:Indai", "India (country:IN)"),
        ("(cage", "parentheses do not group"),
        ("source:flikr", "did you mean flickr?"),
    ];
    let routes = [
        "photos",
        "facets",
        "facets/city",
        "aspects",
        "ticks",
        "map",
        "photos/flickr:1",
        "filter",
        "export",
        "analyses/country",
        "concepts/monkey/sample",
        "similar",
    ];
    for (slip, part) in slips {
        for route in routes {
            let answer = explorer.open(&format!("/api/v1/{route}?q={slip}")).await;
            assert_eq!(answer.status, 400, "{route} {slip}: {}", answer.body);
            assert!(answer.body.contains(part) && answer.body.contains("\"at\":"), "{route} {slip}: {}", answer.body);
        }
    }
    for (asked, part) in [
        ("photos?sort=score.monky", "did you mean score.monkey?"),
        ("ticks?sort=-score.monky", "did you mean score.monkey?"),
        ("aspects?sort=veiws", "did you mean views?"),
        ("photos/flickr:1?sort=colour", "orders are views"),
        ("map?measure=score.monky", "did you mean score.monkey?"),
        ("map?measure=monkey", "measure"),
    ] {
        let answer = explorer.open(&format!("/api/v1/{asked}")).await;
        assert_eq!(answer.status, 400, "{asked}: {}", answer.body);
        assert!(answer.body.contains(part), "{asked}: {}", answer.body);
    }
    assert_eq!(explorer.json("/api/v1/photos?q=score.monkey:%3E0.5&sort=score.monkey").await["total"], 1);
    // A concept that is defined can be asked for before anything has a score; once it is removed, no more.
    let zebra = explorer.change("PUT", "/api/v1/concepts/zebra", b"{}").await;
    assert_eq!(zebra.status, 200, "{}", zebra.body);
    assert_eq!(explorer.json("/api/v1/photos?q=score.zebra:none").await["total"], 1);
    assert_eq!(explorer.change("DELETE", "/api/v1/concepts/zebra", b"").await.status, 200);
    assert_eq!(explorer.open("/api/v1/photos?q=score.zebra:none").await.status, 400);
    explorer.end().await;
}

#[tokio::test]
async fn the_camera_of_a_tile_is_the_one_that_a_filter_finds() {
    let mut here = stored("1");
    let (make, model) = (Some("NIKON CORPORATION".into()), Some("NIKON D750".into()));
    here.camera = Some(Camera { make, model, ..Camera::default() });
    let explorer = Explorer::of(vec![here]).await;
    let tile = explorer.json("/api/v1/photos").await["photos"][0].clone();
    assert_eq!(tile["camera"], "NIKON D750");
    assert_eq!(explorer.json("/api/v1/photos?q=camera:%22NIKON%20D750%22").await["total"], 1);
    assert!(explorer.open("/plain/photos/flickr:1").await.body.contains("<bdi>NIKON D750</bdi>"));
    explorer.end().await;
}

#[tokio::test]
async fn an_expensive_query_is_refused_and_repeated_names_count_once() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    let repeated = |part: &str, times: usize| vec![part; times].join(",");
    let questions = [
        (vec!["a"; 64].join("%20"), 200),
        (vec!["a"; 65].join("%20"), 400),
        (format!("term:{}", repeated("a", 1_000)), 200),
        (format!("term:{}", repeated("a", 1_001)), 400),
        (format!("views:{}", repeated("1", 1_001)), 400),
        (format!("polygon:{}", repeated("1,2", 1_000)), 200),
        (format!("polygon:{}", repeated("1,2", 1_001)), 400),
        ("a".repeat(16 * 1024), 200),
        ("a".repeat(16 * 1024 + 1), 400),
    ];
    for (question, status) in &questions {
        for path in ["facets", "photos", "map", "filter", "export"] {
            let answer = explorer.open(&format!("/api/v1/{path}?q={question}")).await;
            assert_eq!(answer.status, *status, "{path} {question:.40}");
            assert!(*status == 200 || answer.body.contains("the explorer accepts"), "{}", answer.body);
        }
    }
    let facets = explorer.json("/api/v1/facets?names=state,state,country,state,nothing").await;
    let names: Vec<&str> =
        facets["facets"].as_array().unwrap().iter().map(|facet| facet["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["state", "country"]);
    explorer.end().await;
}

#[tokio::test]
async fn unchanged_responses_are_not_sent_again() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    let mut tags = Vec::new();
    for path in [
        "facets",
        "facets?q=cage",
        "photos",
        "aspects",
        "ticks",
        "dataset",
        "map",
        "analyses/season",
        "photos/flickr:1",
    ] {
        let path = format!("/api/v1/{path}");
        let first = explorer.open(&path).await;
        assert_eq!((first.status, first.headers["cache-control"].as_str()), (200, "no-cache"), "{path}");
        let tag = first.headers["etag"].clone();
        let again = explorer.ask("GET", &path, &format!("If-None-Match: {tag}\r\n")).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
        tags.push(tag);
    }
    let count = tags.len();
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), count, "each answer has a name of its own");
    explorer.end().await;
}

#[tokio::test]
async fn the_page_is_sent_compressed_or_not_and_for_all_of_its_paths() {
    let explorer = Explorer::of(Vec::new()).await;
    let plain = explorer.open("/").await;
    assert!(plain.body.starts_with("<!doctype html>") && !plain.headers.contains_key("content-encoding"));
    assert_eq!(plain.headers["cache-control"], "no-cache");
    assert_eq!(explorer.open("/?q=cage&view=map").await.bytes, plain.bytes);
    assert_eq!(explorer.open("/some/path").await.bytes, plain.bytes);
    assert_eq!(explorer.open("/some/path.js").await.status, 404);
    let packed = explorer.ask("GET", "/", "Accept-Encoding: br, gzip\r\n").await;
    assert_eq!(
        (packed.headers["content-encoding"].as_str(), packed.headers["vary"].as_str()),
        ("gzip", "accept-encoding")
    );
    let mut unpacked = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed.bytes.as_slice()), &mut unpacked).unwrap();
    assert_eq!(unpacked, plain.bytes);
    assert_ne!(packed.headers["etag"], plain.headers["etag"]);
    let known = format!("If-None-Match: {}\r\n", plain.headers["etag"]);
    assert_eq!(explorer.ask("GET", "/", &known).await.status, 304);
    let script = plain.body.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
    let script = explorer.open(script).await;
    assert!(script.status == 200 && script.headers["cache-control"].contains("immutable"));
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    explorer.end().await;
}

#[tokio::test]
async fn each_search_of_a_photo_is_described() {
    let mut here = photo("1");
    here.title = "🐒 Wild monkeys at dawn".into();
    here.description = "<p>A <b>MONKEY</b> in a temple</p>".into();
    here.tags = vec!["asia".into(), "wildmonkey".into()];
    here.machine_tags = vec!["taxonomy:common=wild boar".into()];
    here.found_by(Found { term: "monkey wild".into(), rank: 3, ..Found::default() });
    let explorer = Explorer::of(vec![here]).await;
    let answer = explorer.json("/api/v1/photos/flickr:1").await;
    let why: Vec<(String, String)> = answer["why"]
        .as_array()
        .unwrap()
        .iter()
        .map(|why| {
            let units: Vec<u16> = why["text"].as_str().unwrap().encode_utf16().collect();
            let (from, to) = (why["from"].as_u64().unwrap() as usize, why["to"].as_u64().unwrap() as usize);
            assert_eq!(why["term"], "monkey wild");
            (why["field"].as_str().unwrap().to_owned(), String::from_utf16(&units[from..to]).unwrap())
        })
        .collect();
    let wanted = [
        ("title", "monkey"),
        ("tags", "monkey"),
        ("description", "MONKEY"),
        ("title", "Wild"),
        ("tags", "wild"),
        ("machine_tags", "wild"),
    ];
    assert_eq!(why, wanted.map(|(field, word)| (field.to_owned(), word.to_owned())));
    explorer.end().await;
}

#[tokio::test]
async fn unsafe_markup_in_a_description_is_removed() {
    let payloads = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\" java\nscript:alert(1)\">x</a>",
        "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
        "<a href=\"//evil.example\">x</a>",
        "<a href=\"https://x.example\" onclick=alert(1) style=\"x\" target=_top>x</a>",
        "<p style=\"background:url(//evil.example)\" class=x id=y>x</p>",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe><base href=//evil.example>",
        "<b><noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></b>",
        "\"><form action=//evil.example><input name=x><button>x</button></form>",
    ];
    for payload in payloads {
        let mut bad = stored("1");
        bad.description = format!("<b>bold</b> <em>soft</em><br>{payload}");
        let explorer = Explorer::of(vec![bad]).await;
        let answer = explorer.json("/api/v1/photos/flickr:1").await;
        let html = answer["description_html"].as_str().unwrap();
        assert!(html.starts_with("<b>bold</b> <em>soft</em><br>"), "{html}");
        let mut left = html.to_owned();
        for allowed in ["<a>", "<a rel=\"nofollow noopener noreferrer\">", "<b>", "<em>", "<br>", "<p>"] {
            left = left.replace(allowed, "");
        }
        left = left.replace("<a href=\"https://x.example\" rel=\"nofollow noopener noreferrer\">", "");
        let mut tags = left.split('<').skip(1).filter(|rest| !rest.starts_with('/'));
        assert_eq!(tags.next(), None, "{payload} became {html}");
        explorer.end().await;
    }
}

#[tokio::test]
async fn shapes_of_many_photos_are_sent_packed_to_those_who_can_unpack_them() {
    let photos = (0..1_500).map(|own| {
        let mut photo = stored(&own.to_string());
        photo.file.as_mut().unwrap().width = 40 + own % 7;
        photo
    });
    let explorer = Explorer::of(photos.collect()).await;
    let plain = explorer.open("/api/v1/aspects").await;
    assert_eq!((plain.bytes.len(), plain.headers.contains_key("content-encoding")), (1_500, false));
    let packed = explorer.ask("GET", "/api/v1/aspects", "Accept-Encoding: gzip\r\n").await;
    assert_eq!(packed.headers["content-encoding"], "gzip");
    assert!(packed.bytes.len() < plain.bytes.len() / 2, "{} bytes", packed.bytes.len());
    let mut unpacked = Vec::new();
    GzDecoder::new(packed.bytes.as_slice()).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain.bytes);
    assert_ne!(packed.headers["etag"], plain.headers["etag"], "each coding has a name of its own");
    for answer in [&plain, &packed] {
        assert_eq!(answer.headers["vary"], "accept-encoding");
    }
    let few = explorer.ask("GET", "/api/v1/aspects?q=views:0", "Accept-Encoding: gzip\r\n").await;
    assert!(!few.headers.contains_key("content-encoding"), "a few bytes are not worth it");
    explorer.end().await;
}

#[tokio::test]
async fn analyses_offer_the_layers_of_the_user_and_name_what_is_misspelt() {
    let folder = tempfile::tempdir().unwrap();
    let square = r#"{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "Square"},
        "geometry": {"type": "Polygon", "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90]]]}}]}"#;
    let file = folder.path().join("square.geojson");
    std::fs::write(&file, square).unwrap();
    let registry = gleaner::reference::Registry::at(folder.path().join("reference"));
    let described = gleaner::reference::Described { license: Some("CC0-1.0".into()), ..Default::default() };
    registry.add(&gleaner::reference::POLYGONS, &file, described).unwrap();
    let layers = std::sync::Arc::new(gleaner::reference::Catalogue::of(registry));
    let explorer = Explorer::start(super::place(vec![photo("1")]), |server| server.with_layers(layers)).await;
    let all = explorer.json("/api/v1/analyses").await;
    let values = |name: &str, parameter: &str| {
        let one = all.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
        let found = one["parameters"].as_array().unwrap().iter().find(|one| one["name"] == parameter).unwrap();
        (found["kind"].clone(), found["values"].clone())
    };
    assert_eq!(values("habitat", "layer"), ("choice".into(), serde_json::json!(["land-cover", "climate", "square"])));
    let by = serde_json::json!(["country", "subdivision", "city", "polygons:square"]);
    assert_eq!(values("visits", "by"), ("choice".into(), by));
    let visits = explorer.json("/api/v1/analyses/visits?by=polygons:square").await;
    assert_eq!(visits["shape"]["rows"][0][0], "Square");
    assert!(visits["notes"].to_string().contains("Layer square: square.geojson"), "{visits}");
    let wrong = explorer.open("/api/v1/analyses/habitat?layer=sqare").await;
    assert!(wrong.status == 400 && wrong.body.contains("did you mean square?"), "{}", wrong.body);
}

#[tokio::test]
async fn a_member_that_the_api_does_not_know_is_refused_by_its_name() {
    let explorer = Explorer::of(vec![stored("1")]).await;
    for (method, path, body) in [
        ("PUT", "/api/v1/views/a", json!({"search": "q=x", "serach": "q=y"})),
        ("PUT", "/api/v1/concepts/cage", json!({"words": ["cage"], "serach": 1})),
        ("PUT", "/api/v1/concepts/cage/reviews", json!({"by": "ada", "reviews": [], "serach": 1})),
        (
            "PUT",
            "/api/v1/concepts/cage/reviews",
            json!({"by": "ada", "reviews": [{"photo": "flickr:1", "verdict": "yes", "serach": 1}]}),
        ),
        ("POST", "/api/v1/concepts/cage/train", json!({"with_text": false, "serach": 1})),
        ("PUT", "/api/v1/concepts/cage/head", json!({"version": "0123456789ab", "serach": 1})),
        ("PUT", "/api/v1/photos/flickr:1/taxon", json!({"by": "ada", "verdict": "no", "serach": 1})),
        ("POST", "/api/v1/unlock", json!({"key": "x", "serach": 1})),
        ("POST", "/api/v1/recordings", json!({"mime": "video/webm", "serach": 1})),
        ("POST", "/api/v1/recordings/0123456789abcdef/finish", json!({"duration_ms": 1, "serach": 1})),
        ("POST", "/api/v1/search", json!({"serach": 1})),
        ("POST", "/api/v1/search/estimate", json!({"serach": 1})),
    ] {
        let answer = explorer.change(method, path, body.to_string().as_bytes()).await;
        assert_eq!(answer.status, 400, "{method} {path}: {}", answer.body);
        assert!(answer.body.contains("serach"), "{method} {path}: {}", answer.body);
    }
    let secret = "gAAAAABkeyORtoken0123456789gAAAAABkeyORtoken0123456789";
    let answer = explorer.change("POST", "/api/v1/unlock", json!({secret: 1}).to_string().as_bytes()).await;
    assert!(answer.status == 400 && !answer.body.contains("gAAAAAB"), "{}", answer.body);
    explorer.end().await;
}
