//! Walks through a simulated GBIF that has more results than it returns.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::json;
use url::Url;

use super::super::plan::Plan;
use super::super::{Criteria, PageOutcome, Search, Source, area::Area};
use super::{ABOUT, Keys, RESULT_CAP, landing_url, open, parse};

/// An occurrence that a simulated GBIF has.
struct Occurrence {
    day: Option<Date>,
    longitude: f64,
    latitude: f64,
}

/// A simulated GBIF: the occurrences that pass the filters of a request, by their number.
struct Simulated {
    occurrences: Vec<Occurrence>,
    answers: HashMap<(Option<String>, Option<String>), Vec<usize>>,
    requests: Vec<Url>,
}

impl Simulated {
    fn new(occurrences: Vec<Occurrence>) -> Self {
        Self { occurrences, answers: HashMap::new(), requests: Vec::new() }
    }

    /// The numbers of the occurrences on a page, the total, and whether it is the last page.
    fn answer(&mut self, url: &Url) -> (Vec<usize>, u64, bool) {
        let pairs: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let number = |name: &str| pairs[name].parse::<usize>().unwrap();
        let (offset, limit) = (number("offset"), number("limit"));
        assert!(offset + limit <= RESULT_CAP as usize && (1..=300).contains(&limit), "{url}");
        self.requests.push(url.clone());
        let key = (pairs.get("eventDate").cloned(), pairs.get("geometry").cloned());
        let passing = self.answers.entry(key.clone()).or_insert_with(|| {
            let end = |text: &str| (text != "*").then(|| text.parse::<Date>().unwrap());
            let days =
                key.0.as_deref().map(|text| text.split_once(',').map(|(from, to)| (end(from), end(to))).unwrap());
            let edges = key.1.as_deref().map(edges);
            let is_within = |occurrence: &Occurrence| {
                let holds = |(from, to): (Option<Date>, Option<Date>), day: Date| {
                    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
                };
                let in_days = days.is_none_or(|days| occurrence.day.is_some_and(|day| holds(days, day)));
                let in_box = edges.is_none_or(|[west, south, east, north]| {
                    (west..=east).contains(&occurrence.longitude) && (south..=north).contains(&occurrence.latitude)
                });
                in_days && in_box
            };
            (0..self.occurrences.len()).filter(|at| is_within(&self.occurrences[*at])).collect()
        });
        let page = passing.iter().skip(offset).take(limit).copied().collect();
        (page, passing.len() as u64, offset + limit >= passing.len())
    }

    /// Follows a search to its end; the occurrences that it found, and the slices that were too large.
    fn walk(&mut self, criteria: Criteria) -> (HashSet<usize>, u32) {
        let search = Search { term: "Aves".into(), criteria, want: 10_000_000, ..Search::default() };
        let source: Arc<dyn Source> = open(ABOUT.api_url.parse().unwrap(), &Keys::new());
        let mut plan = Plan::new(&search, &ABOUT, 1_790_000_000);
        let mut found = HashSet::new();
        while let Some((query, cursor)) = plan.next(&search, &ABOUT) {
            let (numbers, total, is_last) = self.answer(&source.request(&query, &cursor).url);
            let body = json!({"count": total, "endOfRecords": is_last, "offset": 0, "limit": 300, "results": [{}]});
            let page = parse(200, body.to_string().as_bytes()).unwrap();
            let results = numbers.len() as u64;
            let new = numbers.into_iter().filter(|number| found.insert(*number)).count() as u64;
            let (per_page, total, next) = (page.per_page, page.total, page.next);
            plan.answered(
                &PageOutcome { results, new, per_page, total, next, ..PageOutcome::default() },
                &search,
                &ABOUT,
            );
            plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
        }
        (found, plan.truncated)
    }
}

/// West, south, east and north of a polygon in WKT, which must run counter-clockwise.
fn edges(wkt: &str) -> [f64; 4] {
    let corners = wkt.strip_prefix("POLYGON((").unwrap().strip_suffix("))").unwrap();
    let number = |text: &str| text.parse::<f64>().unwrap();
    let corners: Vec<(f64, f64)> =
        corners.split(',').map(|corner| corner.split_once(' ').map(|(x, y)| (number(x), number(y))).unwrap()).collect();
    let doubled: f64 = corners.windows(2).map(|pair| pair[0].0 * pair[1].1 - pair[1].0 * pair[0].1).sum();
    assert!(doubled > 0.0 && corners.first() == corners.last(), "{wkt}");
    [corners[0].0, corners[0].1, corners[2].0, corners[2].1]
}

/// Most pictures are of the last years, some of the nineteenth century and before.
fn occurrences(number: usize) -> Vec<Occurrence> {
    let after = |first: Date, days: usize| first.checked_add(i64::try_from(days).unwrap().days()).unwrap();
    let day = |at: usize| match at % 100 {
        0 => after(date(1750, 1, 1), at / 100 % 36_000),
        1..20 => after(date(1950, 1, 1), at % 22_000),
        20..40 => after(date(2019, 1, 1), at % 700),
        _ => after(date(2024, 1, 1), at % 360),
    };
    let place = |at: usize| ((at * 7 % 3_600) as f64 / 10.0 - 180.0, (at * 11 % 1_800) as f64 / 10.0 - 90.0);
    (0..number).map(|at| Occurrence { day: Some(day(at)), longitude: place(at).0, latitude: place(at).1 }).collect()
}

#[test]
fn a_search_with_250_000_results_is_read_completely_in_slices_of_days() {
    let mut gbif = Simulated::new(occurrences(250_000));
    let (found, truncated) = gbif.walk(Criteria::default());
    assert_eq!((found.len(), truncated), (250_000, 0));
    let first = &gbif.requests[0];
    assert!(!first.as_str().contains("eventDate"), "the first request asks for everything: {first}");
    // 834 full pages, and few requests more.
    assert!(gbif.requests.len() < 900, "{} requests", gbif.requests.len());
    let taken = Some("2019-02-10..2024-03".parse().unwrap());
    let mut gbif = Simulated::new(occurrences(700_000));
    let (found, truncated) = gbif.walk(Criteria { taken, ..Criteria::default() });
    let days = date(2019, 2, 10)..=date(2024, 3, 31);
    let expected = gbif.occurrences.iter().filter(|at| days.contains(&at.day.unwrap())).count();
    assert!(expected > 200_000);
    assert_eq!((found.len(), truncated), (expected, 0));
}

#[test]
fn a_day_with_too_many_results_is_cut_by_area_and_otherwise_reported() {
    let one_day = || occurrences(250_000).into_iter().map(|at| Occurrence { day: Some(date(2024, 5, 11)), ..at });
    let bbox = "-180 -90 180 90".parse().unwrap();
    let mut gbif = Simulated::new(one_day().collect());
    let (found, truncated) = gbif.walk(Criteria { area: Some(Area::Box(bbox)), ..Criteria::default() });
    assert_eq!((found.len(), truncated), (250_000, 0));
    let mut gbif = Simulated::new(one_day().collect());
    let (found, truncated) = gbif.walk(Criteria::default());
    assert_eq!((found.len(), truncated), (100_000, 1), "what can be read is read");
}

#[test]
fn pictures_without_a_day_are_found_where_no_cut_is_needed() {
    let undated = occurrences(90_000).into_iter().map(|at| Occurrence { day: None, ..at });
    let (found, truncated) = Simulated::new(undated.collect()).walk(Criteria::default());
    assert_eq!((found.len(), truncated), (90_000, 0));
}

#[test]
fn the_page_of_an_occurrence_is_not_used_where_its_address_names_a_person() {
    let people = ["Jane Doe".to_owned()];
    let url = |page: &str| landing_url(7, Some(page.to_owned()), people.iter());
    for page in ["https://svampe.databasen.org/observations/10445638", "http://arctos.database.museum/guid/MSB:Mamm:1"]
    {
        assert_eq!(url(page), page);
    }
    for page in
        ["https://example.org/janedoe/5", "https://example.org/user/5", "https://www.flickr.com/photos/x/5", "5"]
    {
        assert_eq!(url(page), "https://www.gbif.org/occurrence/7", "{page}");
    }
}

#[test]
fn a_picture_of_another_service_is_recognised_by_its_address() {
    let media = |address: &str| json!({"type": "StillImage", "identifier": address});
    let inaturalist = "https://inaturalist-open-data.s3.amazonaws.com/photos/92152429/original.jpg";
    let flickr = "https://live.staticflickr.com/65535/53412345678_0a1b2c3d4e_b.jpg";
    let elsewhere = "http://www.museum.example/get?id=7";
    let all =
        json!([media(inaturalist), media(flickr), media(elsewhere), media("https://new.museum.example/get?id=7")]);
    let results = json!([{"key": 5, "media": all, "references": "https://www.flickr.com/photos/jane/53412345678"}]);
    let page = parse(200, json!({"endOfRecords": true, "results": results}).to_string().as_bytes()).unwrap();
    let origins: Vec<Option<&str>> =
        page.photos.iter().map(|record| record.origin.as_ref().map(crate::photo::PhotoId::as_str)).collect();
    assert_eq!(origins, [Some("inaturalist:92152429"), Some("flickr:53412345678"), None], "and none is listed twice");
    assert_eq!(page.photos[1].photo.landing_url.as_deref(), Some("https://flic.kr/p/2pnSevG"));
}
