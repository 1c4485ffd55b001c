//! Photos are added from the page: sources, estimate, start, progress, stop, and what stands against it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use gleaner::config::Config;
use gleaner::net::Secret;
use gleaner::seal::{Key, SealError};
use gleaner::serve::SearchSetup;
use gleaner::sources::access::{SourceAccess, UserAccess};
use gleaner::sources::{self, About, Keys};
use gleaner::store::{Access, SqliteStore, StoreError};
use serde_json::{Value, json};
use testbed::flickr::{Flickr, Running};

use super::program::Served;
use super::{Answer, Explorer, place};
use crate::pipeline::{API_KEY, Fixture, photos, talk};

/// A user with these keys of services.
struct User {
    keys: BTreeMap<&'static str, &'static str>,
    folder: PathBuf,
    /// Whether the thread of a job panics where it needs this user's folder.
    panics: Arc<AtomicBool>,
}

impl UserAccess for User {
    fn keys(&self, about: &About) -> Result<Keys> {
        let missing = about.keys.iter().find(|key| key.required && !self.has_key(key));
        if let Some(key) = missing {
            anyhow::bail!("there is no {}", key.title);
        }
        let own = about.keys.iter().filter_map(|key| Some((key.variable, Secret::new(self.keys.get(key.variable)?))));
        Ok(own.collect())
    }

    fn has_key(&self, key: &sources::Key) -> bool {
        self.keys.contains_key(key.variable)
    }

    fn state_folder(&self) -> Result<PathBuf> {
        let in_job = std::thread::current().name() == Some("job");
        assert!(!(in_job && self.panics.load(Ordering::Relaxed)), "planted");
        Ok(self.folder.clone())
    }

    fn reference_folder(&self) -> Result<PathBuf> {
        Ok(self.folder.join("reference"))
    }
}

/// An explorer of an empty dataset that searches a simulated Flickr.
pub struct Adding {
    pub explorer: Explorer,
    pub flickr: Running,
    panics: Arc<AtomicBool>,
    _folder: tempfile::TempDir,
}

/// What differs from a user who has everything.
pub struct Differences {
    flickr_key: bool,
    dataset_key: bool,
    images_per_second: f64,
}

pub const NONE: Differences = Differences { flickr_key: true, dataset_key: true, images_per_second: 5_000.0 };

pub async fn adding(flickr: Flickr, differences: Differences) -> Adding {
    let flickr = flickr.start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = format!(
        "[net]\ntrusted_hosts = [\"127.0.0.1\"]\nimages_per_second = {}\nimages_at_once = 8\nattempts = 3\nretry_base_ms = 5\n\
         [sources.flickr]\napi_url = \"{}\"\nrequests_per_second = 500.0\n",
        differences.images_per_second, flickr.api_url
    );
    let keys = differences.flickr_key.then_some(("FLICKR_API_KEY", API_KEY)).into_iter().collect();
    let panics = Arc::new(AtomicBool::default());
    let user = Arc::new(User { keys, folder: folder.path().to_owned(), panics: Arc::clone(&panics) });
    let access = SourceAccess { config: Config::parse(&settings).unwrap(), user };
    let place = place(Vec::new());
    let key = Some(place.2.clone()).filter(|_| differences.dataset_key);
    let read = move |_: &dyn gleaner::store::Store| -> Result<Key> {
        key.clone().ok_or_else(|| SealError::NoKey("there is no file".into()).into())
    };
    let setup = SearchSetup::new(access, read).unwrap();
    let explorer = Explorer::start(place, |server| server.with_searches(setup)).await;
    Adding { explorer, flickr, panics, _folder: folder }
}

pub fn body(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|err| panic!("{err}: {}", answer.body))
}

pub fn monkeys() -> Value {
    json!({"sources": ["flickr"], "words": ["-nowhere"], "number": null})
}

impl Adding {
    pub async fn post(&self, path: &str, what: &Value) -> Answer {
        self.explorer.change("POST", path, what.to_string().as_bytes()).await
    }

    pub async fn start(&self, what: &Value) -> Answer {
        self.post("/api/v1/search", what).await
    }

    /// Waits until the search has this property.
    async fn until(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let mut search = Value::Null;
        for _ in 0..600 {
            search = self.explorer.json("/api/v1/search").await;
            if holds(&search) {
                return search;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{what}: {search:#}");
    }

    pub async fn until_ended(&self) -> Value {
        self.until("the search does not end", |search| search["state"] != "running").await
    }

    pub async fn until_shown(&self, photos: u64) {
        for _ in 0..200 {
            if self.explorer.json("/api/v1/dataset").await["photos"] == photos {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the explorer does not show {photos} photos: {}", self.explorer.json("/api/v1/dataset").await["photos"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_from_the_page_is_estimated_adds_photos_and_shows_them_without_a_restart() {
    let adding = adding(photos(60, 3), NONE).await;
    let idle = adding.explorer.json("/api/v1/search").await;
    assert_eq!((&idle["available"], &idle["problem"], &idle["state"]), (&json!(true), &Value::Null, &json!("idle")));

    let cost = body(&adding.post("/api/v1/search/estimate", &monkeys()).await);
    assert_eq!((&cost["requests"], &cost["sent"]), (&json!(1), &json!(1)), "{cost}");
    assert!(cost["photos"].as_u64().unwrap().abs_diff(60) < 20 && cost["seconds"].as_u64().unwrap() >= 1, "{cost}");
    let stats = adding.flickr.stats();
    assert_eq!((stats.api_calls, stats.image_calls), (1, 0), "an estimate asks for numbers only");

    let started = adding.start(&monkeys()).await;
    assert_eq!(started.status, 202, "{}", started.body);
    let ended = adding.until_ended().await;
    assert_eq!(ended["state"], "done", "{ended:#}");
    let result = &ended["result"];
    assert_eq!((&result["found"], &result["images"]), (&json!(60), &json!(60)), "{ended:#}");
    assert_eq!((&result["left_out"], &result["faults"], &result["stopped"]), (&json!({}), &json!({}), &json!(false)));
    assert_eq!(result["searches"][0]["kept"], 60);
    assert_eq!(ended["searches"][0]["found"], 60);
    assert_eq!(ended["request"]["words"], json!(["-nowhere"]));
    adding.until_shown(60).await;

    let page = adding.explorer.json("/api/v1/photos?limit=1").await;
    let id = page["photos"][0]["id"].as_str().unwrap().to_owned();
    let photo = adding.explorer.json(&format!("/api/v1/photos/{id}")).await;
    assert!(photo.to_string().contains("sealed"), "personal fields are sealed: {photo}");
    assert_eq!(adding.explorer.open(&format!("/api/v1/photos/{id}/personal")).await.status, 403, "and stay so here");

    // The same again finds nothing new.
    assert_eq!(adding.start(&monkeys()).await.status, 202);
    let again = adding.until_ended().await;
    assert_eq!((&again["result"]["found"], &again["result"]["images"]), (&json!(60), &json!(0)), "{again:#}");
    adding.explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_search_keeps_what_it_has_and_the_same_search_continues() {
    let adding = adding(photos(80, 5), Differences { images_per_second: 25.0, ..NONE }).await;
    assert_eq!(adding.start(&monkeys()).await.status, 202);
    adding.until("no image came", |search| search["images"].as_u64() > Some(0)).await;

    let second = adding.start(&monkeys()).await;
    assert_eq!(second.status, 409, "one search at a time: {}", second.body);
    assert!(second.body.contains("Another job is running"), "{}", second.body);
    let scraping = SqliteStore::open(&adding.explorer.dataset, Access::Write);
    assert!(matches!(scraping, Err(StoreError::Locked { .. })), "a scrape meanwhile does not mix with it");

    let stopping = adding.explorer.change("DELETE", "/api/v1/search", b"").await;
    assert_eq!((stopping.status, &body(&stopping)["stopping"]), (202, &json!(true)));
    let stopped = adding.until_ended().await;
    let images = stopped["result"]["images"].as_u64().unwrap();
    assert_eq!((&stopped["state"], &stopped["result"]["stopped"]), (&json!("done"), &json!(true)), "{stopped:#}");
    assert!((1..80).contains(&images), "{stopped:#}");
    drop(SqliteStore::open(&adding.explorer.dataset, Access::Write).expect("nobody writes any more"));

    assert_eq!(adding.start(&monkeys()).await.status, 202);
    let rest = adding.until_ended().await;
    assert_eq!((&rest["result"]["stopped"], &rest["result"]["found"]), (&json!(false), &json!(80)), "{rest:#}");
    assert_eq!(rest["result"]["images"].as_u64().unwrap() + images, 80, "no image is requested twice: {rest:#}");
    adding.until_shown(80).await;
    adding.explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_writer_is_named_and_nothing_is_mixed() {
    let adding = adding(photos(5, 3), NONE).await;
    let scraping = SqliteStore::open(&adding.explorer.dataset, Access::Write).unwrap();
    let refused = adding.start(&monkeys()).await;
    assert_eq!(refused.status, 409);
    let message = body(&refused)["error"]["message"].as_str().unwrap().to_owned();
    let own = format!("process {}", std::process::id());
    assert!(message.contains("writes to this dataset") && message.contains(&own), "{message}");
    assert_eq!(adding.explorer.json("/api/v1/search").await["state"], "idle");
    assert_eq!(adding.explorer.json("/api/v1/work").await["state"], "idle");
    drop(scraping);
    assert_eq!(adding.start(&monkeys()).await.status, 202);
    assert_eq!(adding.until_ended().await["result"]["found"], 5);
    adding.explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_datasets_key_a_search_is_not_offered_until_a_browser_is_unlocked() {
    let adding = adding(photos(4, 3), Differences { dataset_key: false, ..NONE }).await;
    let search = adding.explorer.json("/api/v1/search").await;
    assert_eq!(search["available"], false);
    assert!(search["problem"].as_str().unwrap().contains("the dataset's key is not on this machine"), "{search:#}");
    let refused = adding.start(&monkeys()).await;
    assert_eq!((refused.status, &body(&refused)["error"]["message"]), (409, &search["problem"]));

    let key = json!({"key": *adding.explorer.key.expose()}).to_string();
    let unlocked = adding.explorer.change("POST", "/api/v1/unlock", key.as_bytes()).await;
    let cookie = unlocked.headers["set-cookie"].split(';').next().unwrap().to_owned();
    let more = format!("Cookie: {cookie}\r\nContent-Type: application/json\r\n");
    let offered = adding.explorer.ask("GET", "/api/v1/search", &more).await;
    assert_eq!(body(&offered)["available"], true);
    let bytes = monkeys().to_string();
    let started = adding.explorer.change_as("POST", "/api/v1/search", bytes.as_bytes(), &more).await;
    assert_eq!(started.status, 202, "{}", started.body);
    assert_eq!(adding.until_ended().await["result"]["images"], 4);
    adding.explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explorer_without_access_to_services_says_so() {
    let explorer = Explorer::of(Vec::new()).await;
    let search = explorer.json("/api/v1/search").await;
    assert_eq!(search["available"], false);
    assert!(search["problem"].as_str().unwrap().contains("without access to photo services"), "{search:#}");
    assert_eq!(explorer.open("/api/v1/sources").await.status, 409);
    assert_eq!(explorer.change("POST", "/api/v1/search", monkeys().to_string().as_bytes()).await.status, 409);
    explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_services_are_neither_taken_from_the_page_nor_sent_to_it() {
    let adding = adding(photos(4, 3), NONE).await;
    let listed = adding.explorer.open("/api/v1/sources").await;
    assert!(!listed.body.contains(API_KEY));
    let listed = body(&listed)["sources"].clone();
    let named: Vec<&str> = listed.as_array().unwrap().iter().map(|source| source["name"].as_str().unwrap()).collect();
    assert_eq!(named, sources::SOURCES.iter().map(|entry| entry.about.name).collect::<Vec<_>>());
    let flickr = &listed[0];
    assert_eq!((&flickr["ready"], &flickr["keys"][0]["present"]), (&json!(true), &json!(true)));
    assert_eq!(flickr["keys"][0]["variable"], "FLICKR_API_KEY");
    let brave = listed.as_array().unwrap().iter().find(|source| source["name"] == "brave").unwrap();
    assert_eq!((&brave["ready"], &brave["located"]), (&json!(false), &json!(false)));
    let mut with_key = monkeys();
    with_key["key"] = API_KEY.into();
    let refused = adding.start(&with_key).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    assert!(refused.body.contains("unknown field"), "{}", refused.body);
    adding.explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mistake_names_the_member_that_is_wrong() {
    let adding = adding(photos(4, 3), Differences { flickr_key: false, ..NONE }).await;
    let with = |name: &str, value: Value| {
        let mut request = json!({"sources": ["inaturalist"], "words": ["macaque"], "number": 5});
        request[name] = value;
        request
    };
    for (request, field, said) in [
        (with("sources", json!([])), "sources", "at least one source"),
        (with("sources", json!(["myspace"])), "sources", "no source \"myspace\""),
        (with("sources", json!(["flickr"])), "sources", "Flickr: there is no Flickr API key"),
        (with("words", json!([" "])), "words", "Enter the words"),
        (with("words", json!(["x".repeat(501)])), "words", "too long"),
        (with("words", (0..21).map(|n| n.to_string()).collect()), "words", "too many searches"),
        (with("country", "Phillipines".into()), "country", "did you mean PH (Philippines)?"),
        (with("country", "Scotland".into()), "country", "is a part of United Kingdom"),
        (with("bbox", "1,2,3".into()), "bbox", "expected 4 numbers"),
        (with("near", "95,4,3".into()), "near", "its latitude is not between -90 and 90"),
        (
            with("polygon", json!({"name": "a.json", "geojson": "{"})),
            "polygon",
            "a.json: it is not JSON: line 1, column 1",
        ),
        (with("polygon", json!({"name": "a.json", "geojson": "{\"type\": \"Point\"}"})), "polygon", "it takes GeoJSON"),
        (with("polygon", json!({"name": "a.json", "sha256": "00"})), "polygon", "again: its content is not kept"),
        (with("translate", json!(["it", "klingon"])), "translate", "klingon: no names in this language are known"),
        (with("size", 0.into()), "size", "from 1"),
        (with("max_requests", 0.into()), "max_requests", "from 1"),
        (with("taken", "yesterday".into()), "taken", "write 2019"),
        (with("posted", "2025..2019".into()), "posted", "2025"),
        (with("license", "free".into()), "license", "is none of"),
        (with("number", 0.into()), "number", "from 1"),
    ] {
        for path in ["/api/v1/search", "/api/v1/search/estimate"] {
            let answer = adding.post(path, &request).await;
            let error = body(&answer)["error"].clone();
            assert_eq!((answer.status, &error["field"]), (400, &json!(field)), "{path} {request}: {error}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(said), "{request}: {message}");
        }
    }
    let mut two = with("country", "PH".into());
    two["near"] = "5.84,118.1,50".into();
    assert!(adding.start(&two).await.body.contains("one area"));
    let mut brave = with("sources", json!(["openverse"]));
    brave["country"] = "PH".into();
    let error = body(&adding.start(&brave).await)["error"].clone();
    assert_eq!(error["field"], "country", "{error}");
    assert!(error["message"].as_str().unwrap().contains("no coordinates"), "{error}");
    assert_eq!(adding.flickr.stats().api_calls, 0);
    adding.explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_service_refuses_is_said_beside_the_sources_and_by_a_search_that_failed() {
    let adding = adding(photos(4, 3).bad_key(API_KEY), NONE).await;
    let estimate = adding.post("/api/v1/search/estimate", &monkeys()).await;
    assert_eq!((estimate.status, &body(&estimate)["error"]["field"]), (400, &json!("sources")), "{}", estimate.body);
    assert_eq!(adding.start(&monkeys()).await.status, 202);
    let failed = adding.until_ended().await;
    assert_eq!((&failed["state"], &failed["result"]), (&json!("failed"), &Value::Null), "{failed:#}");
    assert!(failed["error"].as_str().unwrap().contains("Invalid API Key"), "{failed:#}");
    assert!(!failed.to_string().contains(API_KEY));
    adding.explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_panics_has_failed_and_the_next_one_runs() {
    let adding = adding(photos(4, 3), NONE).await;
    adding.panics.store(true, Ordering::Relaxed);
    assert_eq!(adding.start(&monkeys()).await.status, 202);
    let failed = adding.until_ended().await;
    assert_eq!((&failed["state"], &failed["result"]), (&json!("failed"), &Value::Null), "{failed:#}");
    assert!(failed["error"].as_str().unwrap().contains("a bug in Gleaner ended it"), "{failed:#}");
    let work = adding.explorer.json("/api/v1/work").await;
    assert_eq!((&work["state"], &work["message"]), (&json!("failed"), &failed["error"]), "{work:#}");
    assert!(!work.to_string().contains("planted"), "what was being worked on is not shown: {work:#}");

    adding.panics.store(false, Ordering::Relaxed);
    assert_eq!(adding.start(&monkeys()).await.status, 202);
    assert_eq!(adding.until_ended().await["result"]["images"], 4);
    adding.explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_that_do_not_meet_the_criteria_are_counted_and_not_kept() {
    let adding = adding(photos(300, 7), NONE).await;
    let mut boxed = monkeys();
    boxed["bbox"] = "0,0,180,80".into();
    boxed["taken"] = "2005..2030".into();
    assert_eq!(adding.start(&boxed).await.status, 202);
    let ended = adding.until_ended().await;
    let result = &ended["result"];
    let received = result["searches"][0]["received"].as_u64().unwrap();
    let left_out: u64 = result["left_out"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    let kept = result["searches"][0]["kept"].as_u64().unwrap();
    assert!(kept > 0 && kept < 300 && received >= kept + left_out, "{ended:#}");
    adding.until_shown(kept).await;
    adding.explorer.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_photos_are_scored_if_there_are_concepts() {
    let adding = adding(photos(3, 3), NONE).await;
    let concept = json!({"words": ["monkey"], "senses": []}).to_string();
    let defined = adding.explorer.change("PUT", "/api/v1/concepts/monkey", concept.as_bytes()).await;
    assert_eq!(defined.status, 200, "{}", defined.body);
    assert_eq!(adding.start(&monkeys()).await.status, 202);
    let ended = adding.until_ended().await;
    assert_eq!(ended["result"]["scored"], json!(["3 photos have new scores"]), "{ended:#}");
    adding.explorer.end().await;
}

#[test]
fn a_scrape_beside_a_search_of_the_page_ends_with_the_process_that_writes() {
    let fixture = Fixture::new(photos(80, 5));
    let settings = fs::read_to_string(fixture.path("gleaner.toml")).unwrap();
    fs::write(fixture.path("gleaner.toml"), settings.replace("5000.0", "20.0")).unwrap();
    fixture.expect(2, &["serve", "d", "--port", "0"]);
    let mut served = Served::start(&fixture, &["d", "--create"]);
    let started = served.send("POST", "/api/v1/search", &monkeys().to_string());
    assert!(started.starts_with("HTTP/1.1 202"), "{started}");
    let scraped = fixture.expect(11, &["scrape", "-s", "-nowhere", "--dataset", "d"]);
    assert!(talk(&scraped).contains(&format!("process {}", served.child.id())), "{}", talk(&scraped));
    // Killed half-way, the same search of the command line continues it.
    served.kill();
    fixture.expect(0, &["scrape", "-s", "-nowhere", "-n", "all", "--dataset", "d"]);
    assert_eq!(fixture.records("d", true).len(), 80);
    fixture.digest("d");
}
