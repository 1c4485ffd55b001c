//! Sources: an aggregator's copies of photos are recognised, and a new source needs only its own file.

mod odd_values;
mod recorded;
mod recorded_flickr;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::StreamExt as _;
use gleaner::dataset::Dataset;
use gleaner::net::{Client, NetConfig, Request, RetryPolicy};
use gleaner::photo::{Found, PersonalField, Photo, PhotoId};
use gleaner::pipeline::collect::{Collector, start_all};
use gleaner::pipeline::{NoObserver, Pipeline, RecordWriter, Stop};
use gleaner::seal::{Key, Vault};
use gleaner::sources::search::{RequestPolicy, SearchClient};
use gleaner::sources::{
    About, Cursor, Gone, Images, Limits, Page, PhotosFrom, Query, Record, ResponseError, Search, SearchBy, Source,
    Strategy, inaturalist,
};
use gleaner::store::{self, Access, Store};
use serde_json::Value;
use testbed::replay::Replay;
use url::Url;

/// The fixtures of a source.
pub fn fixtures(source: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sources").join(source)
}

/// A source that mostly returns photos of other sources, page by page with a token.
struct Aggregator(Url);

static ABOUT: About = About {
    name: "aggregator",
    title: "An aggregator",
    terms_url: "https://example.org/terms",
    api_url: "https://api.example.org/",
    note: "",
    keys: &[],
    search_by: &[SearchBy::Text],
    located: true,
    photos_from: PhotosFrom::Elsewhere,
    limits: Limits { per_second: 500.0, per_minute: None, per_hour: None, per_day: None },
    page_cap: 2,
    strategy: Strategy::Cursor { result_cap: None },
    images: Images {
        hosts: &["images.example.org"],
        per_second: None,
        at_once: None,
        megabytes_per_hour: None,
        megabytes_per_day: None,
        gone: Gone { statuses: &[404], placeholders: &[], digests: &[] },
    },
};

impl Source for Aggregator {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn api_url(&self) -> &Url {
        &self.0
    }

    fn request(&self, query: &Query, cursor: &Cursor) -> Request {
        let mut url = self.0.clone();
        url.query_pairs_mut().append_pair("q", &query.text).extend_pairs(cursor.pairs());
        Request {
            url,
            secret_query: Vec::new(),
            secret_headers: Vec::new(),
            hosts: Vec::new(),
            max_bytes: 1 << 20,
            limits: None,
        }
    }

    fn parse(&self, _status: u16, body: &[u8]) -> Result<Page, ResponseError> {
        let answer: Value = serde_json::from_slice(body).map_err(|err| ResponseError::Temporary(err.to_string()))?;
        let text = |record: &Value, key: &str| record[key].as_str().map(str::to_owned);
        let record = |record: &Value| Record {
            photo: Photo {
                id: PhotoId::new(ABOUT.name, &text(record, "id").unwrap()),
                title: text(record, "title").unwrap(),
                ..Photo::default()
            },
            origin: text(record, "provider").map(|source| PhotoId::new(&source, &text(record, "foreign_id").unwrap())),
            odd: Vec::new(),
        };
        let photos = answer["results"].as_array().into_iter().flatten().map(record).collect();
        let next = text(&answer, "next_page_token").map(|token| Cursor::of("page_token", token));
        Ok(Page { photos, next, ..Page::default() })
    }
}

fn found(term: &str, rank: u64) -> Found {
    Found { term: term.into(), rank, ..Found::default() }
}

#[tokio::test]
async fn a_photo_of_an_aggregator_is_merged_with_the_original() {
    let replay = Replay::of(fixtures("aggregator")).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(folder.path().join("d"));
    let store: Arc<dyn Store> = Arc::from(store::open(&dataset, Access::Write).unwrap());
    let writer = Arc::new(RecordWriter::new(store, Arc::new(Vault::new(Key::generate())), dataset));
    let known = Photo {
        id: PhotoId::new("flickr", "53000000001"),
        title: "As its owner wrote it".into(),
        tags: vec!["macaque".into()],
        views: Some(7),
        searches: vec![found("monkey", 3)],
        ..Photo::default()
    };
    writer.save(vec![known]).await.unwrap();

    let net = NetConfig { trusted_hosts: vec!["127.0.0.1".into()], ..NetConfig::default() };
    let source = Arc::new(Aggregator(replay.api_url.parse().unwrap()));
    let policy = RequestPolicy { per_second: 500.0, retry: RetryPolicy::default() };
    let nothing = || Pipeline { stages: Vec::new(), at_once: 1 };
    let collector = Collector {
        client: SearchClient::new(Client::new(net).unwrap(), source, None, policy),
        writer: Arc::clone(&writer),
        early: nothing(),
        pipeline: nothing(),
        long_edge_px: None,
        session: None,
        observer: Arc::new(NoObserver),
        stop: Stop::default(),
    };
    let search = Search { term: "macaque".into(), want: 100, ..Search::default() };
    let (photos, collecting) = start_all(vec![collector], &[search], Arc::new(NoObserver));
    assert_eq!(photos.count().await, 0, "no photo needs further processing");
    let collected = collecting.await.unwrap().unwrap();
    assert_eq!(collected.found, 4);

    let stored: BTreeMap<String, Photo> = writer
        .store()
        .scan(None, 100)
        .unwrap()
        .into_iter()
        .map(|photo| (photo.id.as_str().to_owned(), photo))
        .collect();
    let ids: Vec<&str> = stored.keys().map(String::as_str).collect();
    assert_eq!(ids, ["aggregator:a-3", "aggregator:a-4", "flickr:53000000001", "flickr:53000000002"]);
    let owned = &stored["flickr:53000000001"];
    assert_eq!((owned.title.as_str(), owned.views), ("As its owner wrote it", Some(7)), "the copy replaces nothing");
    let by_aggregator = Found { source: Some("aggregator".into()), ..found("macaque", 1) };
    assert_eq!(owned.searches, [by_aggregator, found("monkey", 3)]);
    assert_eq!(stored["flickr:53000000002"].title, "At Flickr, and new");
    assert_eq!(stored["aggregator:a-3"].searches, [found("macaque", 3)]);
}

/// The photos of a recorded observation, read independently of the parser.
fn check_recorded(observation: &Value, photos: &[Photo]) {
    let given = observation["photos"].as_array().unwrap();
    assert_eq!(photos.len(), given.len());
    for (photo, given) in photos.iter().zip(given) {
        let id = &photo.id;
        assert_eq!(id.own(), given["id"].to_string(), "{id}");
        let license = photo.license.as_ref().unwrap();
        match given["license_code"].as_str() {
            Some("cc0") => assert_eq!(license.id, "CC0-1.0", "{id}"),
            Some(code) => assert_eq!(license.id, format!("{}-4.0", code.to_uppercase()), "{id}"),
            None => assert_eq!(license.id, "LicenseRef-AllRightsReserved", "{id}"),
        }
        // The attribution names the observer: it is in the record that is sealed, and nowhere else.
        let attribution = given["attribution"].as_str().unwrap();
        let raw = photo.personal.clear(PersonalField::RawRecord).unwrap();
        assert_eq!(raw["photos"][0]["attribution"], attribution, "{id}");
        let clear = serde_json::to_string(photo).unwrap();
        let (login, name) = (observation["user"]["login"].as_str().unwrap(), observation["user"]["name"].as_str());
        for personal in [Some(attribution), Some(login), name].into_iter().flatten() {
            assert!(!clear.contains(personal), "{id} has {personal} in clear");
        }
        let owner = photo.personal.clear(PersonalField::OwnerName).unwrap().as_str().unwrap();
        assert!(owner == name.unwrap_or(login) && attribution.contains(owner), "{id}: {owner}");
        let location = photo.location.as_ref().unwrap();
        let text = observation["geojson"]["coordinates"].to_string().replace(['"', '[', ']'], "");
        let (longitude, latitude) = text.split_once(',').unwrap();
        assert_eq!((location.latitude, location.longitude), (latitude.parse().unwrap(), longitude.parse().unwrap()));
        assert_eq!(Some(location.obscured), observation["obscured"].as_bool(), "{id}");
        assert_eq!(location.uncertainty_m.map(u64::from), observation["positional_accuracy"].as_u64(), "{id}");
        assert_eq!(photo.taxon.as_ref().unwrap().scientific_name, observation["taxon"]["name"].as_str().unwrap());
        let observed = photo.observation.as_ref().unwrap();
        assert_eq!(observed.id, observation["id"].to_string(), "{id}");
        assert_eq!(observed.quality_grade.as_deref(), observation["quality_grade"].as_str(), "{id}");
        assert_eq!(observed.captive, observation["captive"].as_bool(), "{id}");
        assert!(photo.taken.as_ref().unwrap().local.is_some(), "{id}");
        let original = photo.sizes.last().unwrap();
        assert!(original.url.contains("/original.") && original.width > 0, "{id}: {}", original.url);
    }
}

#[test]
fn recorded_responses_of_inaturalist_are_parsed() {
    let Some(folder) = crate::pipeline::shared("recorded/inaturalist") else { return };
    let (mut observations, mut obscured) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let body = std::fs::read(&path).unwrap();
        if !name.contains("get_observation") || name.contains("taxon_summary") {
            // Responses to other requests are not pages of observations; none may break the parser.
            let _ = inaturalist::parse(200, &body);
            continue;
        }
        let page = inaturalist::parse(200, &body).unwrap_or_else(|err| panic!("{name}: {err}"));
        let answer: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(page.total, None, "{name}: the total is one of observations, not of photos");
        let mut photos = page.photos.into_iter().map(|record| record.photo);
        let mut last = 0;
        for observation in answer["results"].as_array().unwrap() {
            let many = observation["photos"].as_array().unwrap().len();
            check_recorded(observation, &photos.by_ref().take(many).collect::<Vec<_>>());
            observations += 1;
            obscured += u32::from(observation["obscured"] == true);
            last = last.max(observation["id"].as_u64().unwrap());
        }
        assert_eq!(photos.count(), 0, "{name}");
        assert_eq!(page.next, Some(Cursor::of("id_above", last)), "{name}");
    }
    assert!(observations >= 3, "only {observations} recorded observations were found");
    println!("{observations} recorded observations, {obscured} of them obscured");
}

/// What the words of recorded observations say of their setting, without the source's flag, beside that flag (docs/setting.md).
#[test]
fn words_of_recorded_observations_agree_with_the_captive_flag_as_far_as_they_say_something() {
    let Some(folder) = crate::pipeline::shared("recorded/inaturalist") else { return };
    let assessor = gleaner::setting::Assessor::shipped();
    let (mut photos, mut captive, mut said, mut disagree) = (0, 0, 0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.contains("get_observation") || name.contains("taxon_summary") {
            continue;
        }
        for record in inaturalist::parse(200, &std::fs::read(&path).unwrap()).unwrap().photos {
            let mut photo = record.photo;
            let Some(flag) = photo.observation.as_ref().and_then(|observation| observation.captive) else { continue };
            let with_flag = assessor.assess(&photo).unwrap();
            assert_eq!(with_flag.name.as_str(), if flag { "captive" } else { "wild" }, "{}", photo.id);
            photo.observation = None;
            let by_words = assessor.assess(&photo).map_or("unknown".to_owned(), |setting| setting.name.to_string());
            photos += 1;
            captive += u32::from(flag);
            said += u32::from(by_words != "unknown");
            disagree += u32::from((by_words == "captive") != flag && by_words != "unknown");
        }
    }
    println!("{photos} recorded photos, {captive} captive; words say something of {said}, {disagree} of them disagree");
    assert_eq!((photos, captive, disagree), (5, 0, 0), "docs/setting.md has these figures");
}
