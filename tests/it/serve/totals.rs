//! The main property: for any filter the gallery, the map, the charts, the exports and a check
//! photo by photo count the same photos.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use gleaner::photo::Photo;
use gleaner::photo::filter::{Filter, KnownNames, Parsed};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use url::form_urlencoded::byte_serialize;

use super::Explorer;
use crate::explorer::generated::{CLAUSES, filter, photo};
use crate::filter::property::any_filter;

const PHOTOS: u64 = 700;

/// One server for all cases, and its photos.
struct Served {
    runtime: Runtime,
    explorer: Explorer,
    photos: Vec<Photo>,
}

static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let photos: Vec<Photo> = (0..PHOTOS).map(photo).collect();
    let explorer = runtime.block_on(Explorer::of(photos.clone()));
    Served { runtime, explorer, photos }
});

impl Served {
    /// `GET /api/v1/WHAT?q=FILTER&MORE`, in a form without chunks.
    fn ask(&self, what: &str, q: &str, more: &str) -> Vec<u8> {
        let q: String = byte_serialize(q.as_bytes()).collect();
        let host = format!("127.0.0.1:{}", self.explorer.port);
        let request = format!("GET /api/v1/{what}?q={q}&{more} HTTP/1.0\r\nHost: {host}\r\n\r\n");
        let answer = self.runtime.block_on(self.explorer.raw(request));
        assert_eq!(answer.status, 200, "{what} {q}: {}", answer.body);
        answer.bytes
    }

    fn json(&self, what: &str, q: &str, more: &str) -> Value {
        serde_json::from_slice(&self.ask(what, q, more)).unwrap()
    }

    /// The ids of the gallery, walked from the first photo to the last.
    fn gallery(&self, q: &str) -> Vec<String> {
        let mut ids = Vec::new();
        loop {
            let page = self.json("photos", q, &format!("from={}&limit=300&sort=views", ids.len()));
            let photos = page["photos"].as_array().unwrap();
            ids.extend(photos.iter().map(|photo| photo["id"].as_str().unwrap().to_owned()));
            if photos.is_empty() {
                assert_eq!(page["total"], ids.len(), "{q}");
                return ids;
            }
        }
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// The photos of a row of marks.
fn sum(marks: &Value) -> u64 {
    marks.as_array().unwrap().iter().map(|mark| number(&mark["value"])).sum()
}

/// Counts the photos of a filter in every way; the map is requested at this zoom.
fn check(asked: &Filter, zoom: u8) {
    let (served, q) = (&*SERVED, asked.to_string());
    let passing: BTreeSet<String> =
        served.photos.iter().filter(|photo| asked.matches(photo)).map(|photo| photo.id.to_string()).collect();
    let total = passing.len() as u64;

    let gallery = served.gallery(&q);
    assert_eq!(gallery.len() as u64, total, "{q}: the gallery shows each photo once");
    assert_eq!(gallery.into_iter().collect::<BTreeSet<_>>(), passing, "{q}: the gallery");
    assert_eq!(served.ask("aspects", &q, "").len() as u64, total, "{q}: the gallery's rows");

    let map = served.json("map", &q, &format!("cells=true&zoom={zoom}"));
    let cells = map["cells"].as_array().unwrap();
    let in_cells: u64 = cells.iter().map(|cell| number(&cell["count"])).sum();
    assert_eq!(in_cells + number(&map["unplaced"]), total, "{q}: the map's cells");
    assert_eq!(number(&map["total"]), total, "{q}: the map");
    let open = |cell: &Value| {
        let opened = format!("{q} cell:{}", cell["id"].as_str().unwrap());
        assert_eq!(served.json("photos", &opened, "limit=0")["total"], cell["count"], "{opened}: a cell opened");
    };
    cells.iter().step_by(1 + cells.len() / 6).for_each(open);
    let part = served.json("map", &q, &format!("bbox=100,-20,-179.95,10&cells=true&zoom={zoom}"));
    part["cells"].as_array().unwrap().iter().step_by(1 + cells.len() / 6).for_each(open);
    let parts: u64 = ["inside", "outside", "unplaced"].iter().map(|part_of| number(&part[part_of])).sum();
    assert_eq!(parts, total, "{q}: a part of the map");

    let jsonl = String::from_utf8(served.ask("export", &q, "format=jsonl")).unwrap();
    let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(jsonl.lines().count() as u64, total, "{q}: lines of the export");
    assert_eq!(jsonl.lines().map(id).collect::<BTreeSet<_>>(), passing, "{q}: the export");
    let table = served.ask("export", &q, "format=csv");
    let rows = csv::Reader::from_reader(table.as_slice()).into_records().map(Result::unwrap).count();
    assert_eq!(rows as u64, total, "{q}: rows of the table");

    let facets = served.json("facets", &q, "");
    assert_eq!(number(&facets["total"]), total, "{q}: the facets");
    let seasons = served.json("analyses/season", &q, "");
    let bands = seasons["shape"]["marks"].as_array().unwrap().iter().map(sum).sum::<u64>();
    let mut notes = vec![format!("Counted: {}.", gleaner::photo::text::counted(bands, "photo"))];
    if bands < total {
        let photos = gleaner::photo::text::counted(total - bands, "photo");
        notes.push(format!("Left out: {photos} without a known month or place."));
    }
    assert_eq!(seasons["notes"], json!(notes), "{q}: the seasons");
}

#[test]
fn every_kind_of_clause_counts_the_same_everywhere() {
    for (nth, clause) in CLAUSES.iter().enumerate() {
        check(&filter(clause), nth as u8 % 12);
    }
    check(&Filter::default(), 3);
}

/// Filters with clauses that some photos match, and arbitrary filters.
fn asked() -> impl Strategy<Value = Filter> {
    let known = prop::collection::vec((0..CLAUSES.len(), any::<bool>()), 1..4).prop_map(|picked| {
        let mut asked = Filter::default();
        for (at, negated) in picked {
            let mut more = filter(CLAUSES[at]);
            more.clauses.iter_mut().for_each(|clause| clause.negated ^= negated);
            asked.clauses.extend(more.clauses);
        }
        asked
    });
    prop_oneof![2 => known, 1 => any_filter().prop_map(accepted)]
}

/// The filter without clauses that name what no photo has: they are errors.
fn accepted(mut asked: Filter) -> Filter {
    static KNOWN: LazyLock<KnownNames> = LazyLock::new(|| {
        let mut known = KnownNames::default();
        (0..PHOTOS).for_each(|number| known.add_photo(&photo(number)));
        known
    });
    asked.clauses.retain(|clause| {
        let alone = Filter { clauses: vec![clause.clone()] };
        alone.to_string().parse::<Parsed>().unwrap().checked(&KNOWN).is_ok()
    });
    asked
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn gallery_map_exports_and_charts_count_the_same_photos(asked in asked(), zoom in 0_u8..14) {
        check(&asked, zoom);
    }
}
