//! Cursors of pages in the results of a query, and the walk from page to page.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Order, Query, Search};
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
#[derive(Clone, Debug)]
pub struct PageOutcome {
    /// Records on the page.
    pub results: u64,
    /// Photos that this search had not found before.
    pub new: u64,
    /// Results a page as the source counts them; 0 where it does not say.
    pub per_page: u64,
    /// Results that the source claims in all.
    pub total: Option<u64>,
    /// The next page, as the source names it.
    pub next: Option<Cursor>,
    /// Whether an interrupted run may have saved this page: nothing new on it then means nothing.
    pub repeated: bool,
}

/// The walk ends after this number of pages in a row without a new photo, because a source may repeat pages forever.
const IDLE_PAGES: u32 = 20;

/// The state of a walk from page to page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct CursorWalk {
    /// Remaining boxes, the next one last; a search without a box has one entry without a box.
    parts: Vec<Option<Bbox>>,
    /// The next page of the last part.
    cursor: Cursor,
    /// Requested records per page.
    per_page: u64,
    /// Photos on all received pages.
    passed: u64,
    /// Pages in a row without a new photo.
    idle_pages: u32,
}

impl CursorWalk {
    /// A walk from the first page of the first box.
    pub fn new(search: &Search, page_cap: u64) -> Self {
        let boxes = search.bbox.map_or_else(|| vec![None], |bbox| bbox.parts().into_iter().map(Some).collect());
        Self {
            parts: boxes.into_iter().rev().collect(),
            cursor: Cursor::default(),
            per_page: search.want.clamp(1, page_cap),
            passed: 0,
            idle_pages: 0,
        }
    }

    /// The next page to request.
    pub fn next(&self, term: &str) -> Option<(Query, Cursor)> {
        let bbox = *self.parts.last()?;
        let query =
            Query { text: term.to_owned(), bbox, posted: None, order: Order::Relevance, per_page: self.per_page };
        Some((query, self.cursor.clone()))
    }

    /// The rank of the first photo on the next page.
    pub fn first_rank(&self) -> u64 {
        self.passed + 1
    }

    /// Ends the current box, because the source has no more results for it.
    pub fn end_part(&mut self) {
        self.parts.pop();
        self.cursor = Cursor::default();
        self.idle_pages = 0;
    }

    /// Advances after a received page.
    pub fn answered(&mut self, outcome: &PageOutcome) {
        self.passed += outcome.results;
        self.idle_pages = if outcome.new == 0 && !outcome.repeated { self.idle_pages + 1 } else { 0 };
        match &outcome.next {
            // A cursor that leads to the same page would never end.
            Some(next) if *next != self.cursor && self.idle_pages < IDLE_PAGES => self.cursor = next.clone(),
            _ => self.end_part(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(bbox: Option<&str>) -> CursorWalk {
        let bbox = bbox.map(|text| text.parse().unwrap());
        CursorWalk::new(&Search { term: "macaque".into(), bbox, want: 1_000 }, 200)
    }

    fn outcome(new: u64, next: Option<Cursor>) -> PageOutcome {
        PageOutcome { results: new, new, per_page: 0, total: None, next, repeated: false }
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
            assert_eq!(walk.next("macaque").unwrap().1, Cursor::default());
            for cursor in &cursors {
                walk.answered(&outcome(200, Some(cursor.clone())));
                let stored = serde_json::to_string(&walk).unwrap();
                walk = serde_json::from_str(&stored).unwrap();
                assert_eq!(walk.next("macaque").unwrap().1, *cursor);
            }
            assert_eq!(walk.first_rank(), 401);
            walk.answered(&outcome(7, None));
            assert!(walk.next("macaque").is_none());
        }
    }

    #[test]
    fn both_halves_of_a_box_across_the_antimeridian_are_walked_from_their_first_page() {
        let mut walk = walk(Some("170 -20 -170 10"));
        walk.answered(&outcome(200, Some(Cursor::of("id_above", 5))));
        let (query, cursor) = walk.next("macaque").unwrap();
        assert_eq!((query.bbox.unwrap().west, cursor), (170.0, Cursor::of("id_above", 5)));
        walk.answered(&outcome(3, None));
        let (query, cursor) = walk.next("macaque").unwrap();
        assert_eq!((query.bbox.unwrap().east, cursor), (-170.0, Cursor::default()));
        walk.answered(&outcome(0, None));
        assert!(walk.next("macaque").is_none());
    }

    #[test]
    fn a_source_that_repeats_its_cursor_does_not_loop_forever() {
        let mut walk = walk(None);
        walk.answered(&outcome(200, Some(Cursor::of("page", 2))));
        walk.answered(&outcome(200, Some(Cursor::of("page", 2))));
        assert!(walk.next("macaque").is_none(), "the same cursor again is an end");
        let mut walk = self::walk(None);
        let mut pages = 0;
        while walk.next("macaque").is_some() {
            pages += 1;
            walk.answered(&outcome(0, Some(Cursor::of("page", pages))));
        }
        assert_eq!(pages, u64::from(IDLE_PAGES));
    }
}
