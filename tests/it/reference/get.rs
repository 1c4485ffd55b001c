//! `gleaner reference get` with a server on loopback in place of the publishers.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use super::gazetteer::table;
use super::listed;
use crate::pipeline::{Fixture, photos, shared, talk};

/// A server that gives its answers one after the other, the last again and again.
struct Server {
    address: String,
    asked: Arc<AtomicUsize>,
}

fn serving(answers: Vec<Vec<u8>>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/file", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let head = BufReader::new(stream.try_clone().unwrap());
            head.lines().map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
            let nth = count.fetch_add(1, Ordering::SeqCst);
            // A client that has read enough closes the connection.
            let _ = stream.write_all(&answers[nth.min(answers.len() - 1)]);
        }
    });
    Server { address, asked }
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut bytes =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A folder whose settings name the server for an entry.
fn fixture(entry: &str, url: &str) -> Fixture {
    let fixture = Fixture::new(photos(1, 1));
    let settings = fs::read_to_string(fixture.path("gleaner.toml")).unwrap();
    fs::write(fixture.path("gleaner.toml"), format!("{settings}[reference.{entry}]\nurl = \"{url}\"\n")).unwrap();
    fixture
}

fn nothing_is_left(fixture: &Fixture) {
    assert!(listed(fixture).is_empty());
    let left = fs::read_dir(fixture.path("home/.local/share/gleaner/reference"));
    let left: Vec<_> = left.into_iter().flatten().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_catalogue_says_of_each_data_set_where_it_is_and_under_which_licence() {
    let fixture = Fixture::new(photos(1, 1));
    let output = fixture.expect(0, &["reference", "get", "--json"]);
    let entries: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let shown = talk(&fixture.expect(0, &["reference", "get"]));
    for name in [
        "mammal-diversity-database",
        "avilist",
        "phylacine-ranges",
        "phylacine-traits",
        "ecoregions",
        "iucn-red-list",
        "iucn-ranges",
        "wdpa",
        "geonames",
        "mcd12c1",
        "natural-earth-countries",
    ] {
        let entry = entries.iter().find(|entry| entry["name"] == name).unwrap_or_else(|| panic!("{name}"));
        for key in ["title", "kind", "publisher", "license", "citation"] {
            assert!(entry[key].as_str().is_some_and(|text| !text.is_empty()), "{name}: {key}");
        }
        let is_https = |value: &Value| value.as_str().is_some_and(|url| url.starts_with("https://"));
        if entry["by_hand"].is_null() {
            assert!(is_https(&entry["url"]), "{entry}");
        } else {
            assert!(entry["url"].is_null() && is_https(&entry["by_hand"]["page"]), "{entry}");
            let refused = talk(&fixture.expect(2, &["reference", "get", name]));
            let why = entry["by_hand"]["why"].as_str().unwrap();
            assert!(refused.contains("has to be fetched by hand") && refused.contains(why), "{refused}");
            assert!(refused.contains(entry["by_hand"]["page"].as_str().unwrap()), "{refused}");
        }
        assert!(shown.contains(&format!("{name}: ")), "{name}");
    }
    assert!(shown.contains("hash not known; checked after the first download and stored"), "{shown}");
    let unknown = talk(&fixture.expect(2, &["reference", "get", "geoname"]));
    assert!(unknown.contains("the catalogue has no geoname; did you mean geonames?"), "{unknown}");
    fs::write(fixture.path("gleaner.toml"), "[reference.geoname]\nurl = \"https://example.org\"\n").unwrap();
    let unknown = talk(&fixture.expect(2, &["reference", "get", "geonames"]));
    assert!(unknown.contains("[reference.geoname]: the catalogue has no geoname"), "{unknown}");
}

#[test]
fn a_data_set_is_downloaded_and_added_with_its_licence_and_again_only_if_that_is_wanted() {
    let modified = "Last-Modified: Tue, 01 Dec 2026 02:13:15 GMT\r\n";
    let newer = table().replace("East Zoo", "New Zoo");
    let server = serving(vec![
        answer("503 Busy", "", b"later"),
        answer("200 OK", modified, table().as_bytes()),
        answer("200 OK", "", table().as_bytes()),
        answer("200 OK", "", newer.as_bytes()),
    ]);
    let fixture = fixture("geonames", &server.address);
    let asked = || server.asked.load(Ordering::SeqCst);
    let get =
        |code: i32, more: &[&str]| talk(&fixture.expect(code, &[&["reference", "get", "geonames"], more].concat()));
    let said = get(0, &["--features", "S.ZOO,S.MUS"]);
    assert!(said.contains("geonames: 4 places"), "{said}");
    let sum = gleaner::hash::sha256_hex(table().as_bytes());
    assert!(
        said.contains(&format!("SHA-256 {sum}: the catalogue has none to compare with; it is kept with the layer")),
        "{said}"
    );
    let layers = listed(&fixture);
    let [layer] = &layers[..] else { panic!("{layers:?}") };
    assert_eq!((&layer["kind"], &layer["licenses"]), (&json!("gazetteer"), &json!(["CC BY 4.0"])));
    assert_eq!((&layer["version"], &layer["source_name"]), (&json!("2026-12-01"), &json!("allCountries.zip")));
    assert_eq!((&layer["source_url"], &layer["source_sha256"]), (&json!(server.address), &json!(sum)));
    assert!(layer["citation"].as_str().unwrap().contains("GeoNames"), "{layer}");
    assert_eq!(asked(), 2);

    let refused = get(2, &[]);
    assert!(
        refused.contains("there is a reference layer geonames already") && refused.contains("--replace"),
        "{refused}"
    );
    assert_eq!(asked(), 2, "nothing was sent");
    let same = get(0, &["--replace"]);
    assert!(same.contains("the same file as on 20"), "{same}");
    let other = get(0, &["--replace"]);
    assert!(other.contains("the publisher has replaced the file of 20") && other.contains(&sum), "{other}");
    assert_eq!(listed(&fixture)[0]["source_sha256"], gleaner::hash::sha256_hex(newer.as_bytes()));
    let folder = fixture.path("home/.local/share/gleaner/reference");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "no download is left");
}

#[test]
fn a_download_that_is_cut_missing_redirected_or_another_file_adds_nothing() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nConnection: close\r\n\r\nshort".to_vec();
    let away = answer("302 Found", "Location: http://10.0.0.1/file\r\n", b"");
    let long = {
        let mut bytes = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
        bytes.resize(3_000_000, b' ');
        bytes
    };
    for (answered, said, requests) in [
        (cut, "ended early", 8),
        (answer("404 Not Found", "", b"no"), "answers with the status 404", 1),
        (away, "it redirects to an address that is not allowed", 1),
        (long, "is larger than 2820904 bytes", 1),
        (answer("200 OK", "", b"{}"), "it has 2 bytes, not 2820904", 1),
        (
            answer("200 OK", "", &vec![b' '; 2_820_904]),
            "not e11e95e568bec3eddf2356d7824e99266decb3d47fec55404c77f52bb1936fa8",
            1,
        ),
    ] {
        let server = serving(vec![answered]);
        let fixture = fixture("ecoregions", &server.address);
        let answer = talk(&fixture.expect(2, &["reference", "get", "ecoregions"]));
        assert!(
            answer.contains(said) && answer.contains("gleaner reference add FILE --kind polygons"),
            "{said}: {answer}"
        );
        assert_eq!(server.asked.load(Ordering::SeqCst), requests, "{said}");
        nothing_is_left(&fixture);
    }
    // The guard: a server that is not trusted.
    let server = serving(vec![answer("200 OK", "", b"{}")]);
    let fixture = fixture("ecoregions", &server.address);
    fs::write(fixture.path("gleaner.toml"), format!("[reference.ecoregions]\nurl = \"{}\"\n", server.address)).unwrap();
    let refused = talk(&fixture.expect(2, &["reference", "get", "ecoregions"]));
    assert!(refused.contains("refused to send a request to 127.0.0.1"), "{refused}");
    assert_eq!(server.asked.load(Ordering::SeqCst), 0);
}

#[test]
fn the_file_that_the_catalogue_describes_is_accepted_by_its_sum() {
    let Some(regions) = shared("reference/geo/resolve-ecoregions2017-simplified.geojson") else { return };
    let server = serving(vec![answer("200 OK", "", &fs::read(regions).unwrap())]);
    let fixture = fixture("ecoregions", &server.address);
    let said = talk(&fixture.expect(0, &["reference", "get", "ecoregions"]));
    assert!(said.contains("named by the attribute ECO_NAME") && said.contains("as in the catalogue"), "{said}");
    let shown = talk(&fixture.expect(0, &["reference", "list"]));
    assert!(shown.contains("Dinerstein et al. 2017") && shown.contains("CC BY 4.0"), "{shown}");
}
