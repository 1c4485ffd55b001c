//! Cursors of pages in the results of a query, and the walk from page to page.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{About, Order, Query, Search};
use crate::photo::Bbox;

/// The request parameters that select one page, in the source's own terms: a page number (`page=3`), the last id seen
/// (`id_above=57754375`), a token, or a map of several. The first page has none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(BTreeMap<String, String>);

impl Cursor {
    /// A cursor of one parameter.
    pub fn of(name: &str, value: impl ToString) -> Self {
        Self(BTreeMap::from([(name.to_owned(), value.to_string())]))
    }

    /// A cursor of several parameters.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().collect())
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All parameters, by name.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// The result of one page.
#[derive(Clone, Debug, Default)]
pub struct PageOutcome {
    /// Records on the page.
    pub results: u64,
    /// Photos that this search had not found before.
    pub new: u64,
    /// Photos that it had found before, each counted once.
    pub known: u64,
    /// Results a page as the source counts them; 0 where it does not say.
    pub per_page: u64,
    /// Results that the source claims in all.
    pub total: Option<u64>,
    /// The next page, as the source names it.
    pub next: Option<Cursor>,
    /// For results in the order of their upload: the Unix second up to which all were on this page or earlier ones.
    pub posted_until: Option<i64>,
    /// Whether the source has more results and returns none of them.
    pub withheld: bool,
    /// Whether an interrupted run may have saved this page: nothing new on it then means nothing.
    pub repeated: bool,
}

/// Results that a source does not return, because it returns only the first of a slice that cannot be split, or of all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Which slice: `posted 2019-05-04T10:00:00Z..2019-05-04T10:09:59Z license by`, `all results`.
    pub slice: String,
    /// Results that the source reported for it.
    pub claimed: u64,
    /// At most so many of them can be received.
    pub reachable: u64,
}

/// The walk ends after this number of pages in a row without a new photo, because a source may repeat pages forever.
const IDLE_PAGES: u32 = 20;

/// The state of a walk from page to page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct CursorWalk {
    /// The parts of the area that have more pages, the next one last; without boxes there is one.
    parts: Vec<Part>,
    /// Requested records per page.
    per_page: u64,
    /// Photos on all received pages.
    passed: u64,
}

/// A part of the area. The parts take turns, so that a small search has photos of each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Part {
    bbox: Option<Bbox>,
    /// Its next page.
    cursor: Cursor,
    /// Pages in a row without a new photo.
    idle_pages: u32,
    /// Records on its received pages.
    #[serde(default)]
    passed: u64,
}

impl CursorWalk {
    /// A walk from the first page of each part.
    pub fn new(search: &Search, about: &About) -> Self {
        let part = |bbox| Part { bbox, cursor: Cursor::default(), idle_pages: 0, passed: 0 };
        let parts: Vec<Part> = search.boxes(about).into_iter().rev().map(part).collect();
        let share = search.want.div_ceil(parts.len().max(1) as u64);
        Self { parts, per_page: share.clamp(1, about.page_cap), passed: 0 }
    }

    /// The next page to request.
    pub fn next(&self, search: &Search, about: &About) -> Option<(Query, Cursor)> {
        let part = self.parts.last()?;
        let query = search.query(about, Order::Relevance, self.per_page);
        Some((Query { bbox: part.bbox, posted: search.posted(), ..query }, part.cursor.clone()))
    }

    /// The rank of the first photo on the next page.
    pub fn first_rank(&self) -> u64 {
        self.passed + 1
    }

    /// Ends the current part, because the source has no more results for it.
    pub fn end_part(&mut self) {
        self.parts.pop();
    }

    /// Advances after a received page; returns what the source withholds of the current part, if it says so.
    pub fn answered(&mut self, outcome: &PageOutcome) -> Option<Gap> {
        self.passed += outcome.results;
        let part = self.parts.last_mut()?;
        part.passed += outcome.results;
        let slice = part.bbox.map_or_else(|| "all results".to_owned(), |bbox| format!("box {bbox}"));
        let gap = Gap { slice, claimed: outcome.total.unwrap_or(0), reachable: part.passed };
        part.idle_pages = if outcome.new == 0 && !outcome.repeated { part.idle_pages + 1 } else { 0 };
        match &outcome.next {
            // A cursor that leads to the same page would never end.
            Some(next) if *next != part.cursor && part.idle_pages < IDLE_PAGES => {
                part.cursor = next.clone();
                self.parts.rotate_right(1);
            }
            _ => self.end_part(),
        }
        outcome.withheld.then_some(gap)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Area, Criteria};
    use super::*;

    const ABOUT: &About = &super::super::inaturalist::ABOUT;

    fn search(bbox: Option<&str>) -> Search {
        let area = bbox.map(|text| Area::Box(text.parse().unwrap()));
        Search {
            term: "macaque".into(),
            criteria: Criteria { area, ..Criteria::default() },
            want: 1_000,
            ..Search::default()
        }
    }

    fn walk(bbox: Option<&str>) -> CursorWalk {
        CursorWalk::new(&search(bbox), ABOUT)
    }

    fn next(walk: &CursorWalk) -> Option<(Query, Cursor)> {
        walk.next(&search(None), ABOUT)
    }

    fn outcome(new: u64, next: Option<Cursor>) -> PageOutcome {
        PageOutcome { results: new, new, next, ..PageOutcome::default() }
    }

    #[test]
    fn every_kind_of_cursor_is_followed_to_the_last_page() {
        let page = |number: u64| Cursor::of("page", number);
        let token = |text: &str| Cursor::of("page_token", text);
        let map =
            |at: &str| Cursor::from_pairs([("gsroffset".into(), at.into()), ("continue".into(), "gsroffset||".into())]);
        for cursors in [
            [page(2), page(3)],
            [Cursor::of("id_above", 92_152_429), Cursor::of("id_above", 92_152_777)],
            [token("CAUQAA"), token("CAoQAA")],
            [map("50"), map("100")],
        ] {
            let mut walk = walk(None);
            assert_eq!(next(&walk).unwrap().1, Cursor::default());
            for cursor in &cursors {
                walk.answered(&outcome(200, Some(cursor.clone())));
                let stored = serde_json::to_string(&walk).unwrap();
                walk = serde_json::from_str(&stored).unwrap();
                assert_eq!(next(&walk).unwrap().1, *cursor);
            }
            assert_eq!(walk.first_rank(), 401);
            walk.answered(&outcome(7, None));
            assert!(next(&walk).is_none());
        }
    }

    #[test]
    fn both_halves_of_a_box_across_the_antimeridian_take_turns() {
        let mut walk = walk(Some("170 -20 -170 10"));
        let (query, cursor) = next(&walk).unwrap();
        assert_eq!((query.bbox.unwrap().west, query.per_page, cursor), (170.0, 200, Cursor::default()));
        walk.answered(&outcome(200, Some(Cursor::of("id_above", 5))));
        let (query, cursor) = next(&walk).unwrap();
        assert_eq!((query.bbox.unwrap().east, cursor), (-170.0, Cursor::default()));
        walk.answered(&outcome(200, Some(Cursor::of("id_above", 7))));
        let (query, cursor) = next(&walk).unwrap();
        assert_eq!((query.bbox.unwrap().west, cursor), (170.0, Cursor::of("id_above", 5)));
        walk.answered(&outcome(3, None));
        let (query, cursor) = next(&walk).unwrap();
        assert_eq!((query.bbox.unwrap().east, cursor), (-170.0, Cursor::of("id_above", 7)));
        walk.answered(&outcome(0, None));
        assert!(next(&walk).is_none());
        let small = CursorWalk::new(&Search { want: 10, ..search(Some("170 -20 -170 10")) }, ABOUT);
        assert_eq!(next(&small).unwrap().0.per_page, 5, "each half gives its share of a small search");
    }

    #[test]
    fn a_source_that_repeats_its_cursor_does_not_loop_forever() {
        let mut walk = walk(None);
        walk.answered(&outcome(200, Some(Cursor::of("page", 2))));
        walk.answered(&outcome(200, Some(Cursor::of("page", 2))));
        assert!(next(&walk).is_none(), "the same cursor again is an end");
        let mut walk = self::walk(None);
        let mut pages = 0;
        while next(&walk).is_some() {
            pages += 1;
            walk.answered(&outcome(0, Some(Cursor::of("page", pages))));
        }
        assert_eq!(pages, u64::from(IDLE_PAGES));
    }
}
