//! Which pages to ask for, in which order, and when to stop; survives a restart as JSON.
//!
//! Never trusts `total`: a slice ends at an empty page, after two pages without anything new, at the
//! source's result cap, or where the source says so. A search that wants more than one slice can give
//! is cut into slices of upload time (then of space), newest first; a probe's results are kept.

use serde::{Deserialize, Serialize};

use super::{Order, Query, Search};
use crate::photo::Bbox;

/// A slice aims to stay below this share of the cap, because totals are estimates.
const SLICE_RESULTS: u64 = 3_200;
/// Slices shorter than this lose recall again: Flickr fuzzes the range below about five minutes.
const FLOOR_S: i64 = 600;
/// A box smaller than this (degrees) is not cut further: about 100 m.
const FLOOR_DEGREES: f64 = 0.001;
/// Pages without anything new after which a slice ends.
const IDLE_PAGES: u32 = 2;

/// The state of a search: what is still to be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Slices still to be asked, the next one last.
    slices: Vec<Slice>,
    /// Photos wanted.
    want: u64,
    /// Different photos found so far.
    found: u64,
    /// Results the source claimed when first asked.
    pub claimed: Option<u64>,
    /// Slices that hold more than the source will give.
    pub truncated: u32,
    /// Whether slices of time are used at all.
    sliced: bool,
}

/// One slice of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Slice {
    bbox: Option<[f64; 4]>,
    posted: Option<(i64, i64)>,
    newest_first: bool,
    page: u64,
    per_page: u64,
    idle_pages: u32,
}

/// What came of asking for one page.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// Records on the page.
    pub results: u64,
    /// Those that this search had not found before.
    pub new: u64,
    /// Results a page as the source counts them.
    pub per_page: u64,
    /// Results the source claims.
    pub total: u64,
    /// Whether the page may have been taken in before: nothing new on it says nothing.
    pub repeated: bool,
}

impl Plan {
    /// A new plan; `now_s` (Unix seconds) freezes the search so that new uploads shift no page.
    pub fn new(search: &Search, page_cap: u64, now_s: i64) -> Self {
        let sliced = search.want > SLICE_RESULTS;
        let boxes = search.bbox.map_or_else(|| vec![None], |bbox| bbox.parts().into_iter().map(Some).collect());
        let slice = |bbox: Option<Bbox>| Slice {
            bbox: bbox.map(|b| [b.min_lon, b.min_lat, b.max_lon, b.max_lat]),
            posted: (sliced || bbox.is_some()).then_some((1, now_s)),
            newest_first: false,
            page: 1,
            per_page: search.want.clamp(1, page_cap),
            idle_pages: 0,
        };
        Self {
            slices: boxes.into_iter().rev().map(slice).collect(),
            want: search.want,
            found: 0,
            claimed: None,
            truncated: 0,
            sliced,
        }
    }

    /// The next page to ask for; `None` when the search is done.
    pub fn next(&self, term: &str) -> Option<(Query, u64)> {
        if self.missing() == 0 {
            return None;
        }
        let slice = self.slices.last()?;
        let order = match (self.sliced, slice.newest_first) {
            (false, _) => Order::Relevance,
            (true, false) => Order::PostedAscending,
            (true, true) => Order::PostedDescending,
        };
        let bbox = slice.bbox.map(|[min_lon, min_lat, max_lon, max_lat]| Bbox { min_lon, min_lat, max_lon, max_lat });
        let query = Query { text: term.to_owned(), bbox, posted: slice.posted, order, per_page: slice.per_page };
        Some((query, slice.page))
    }

    /// Photos still wanted.
    pub fn missing(&self) -> u64 {
        self.want.saturating_sub(self.found)
    }

    /// Goes on with a search that wants `want` photos now; `false` when that is more than this plan was
    /// made for: page sizes and slices would not fit.
    pub fn want_now(&mut self, want: u64) -> bool {
        let fits = want <= self.want;
        self.want = self.want.min(want);
        fits
    }

    /// Goes by what the store holds: a page may have been saved and the note of it lost.
    pub fn found_before(&mut self, found: u64) {
        self.found = found;
    }

    /// Different photos found so far.
    pub fn found(&self) -> u64 {
        self.found
    }

    /// The rank of the first record on the page that [`Plan::next`] names.
    pub fn first_rank(&self, per_page: u64) -> u64 {
        match self.slices.last() {
            Some(slice) if !self.sliced => (slice.page - 1) * if per_page == 0 { slice.per_page } else { per_page } + 1,
            _ => self.found + 1,
        }
    }

    /// The source has nothing past this point: the slice ends.
    pub fn end_slice(&mut self) {
        self.slices.pop();
    }

    /// Takes note of an answered page and decides how to go on.
    pub fn answered(&mut self, outcome: Outcome, result_cap: u64) {
        self.found += outcome.new;
        self.claimed.get_or_insert(outcome.total);
        let Some(slice) = self.slices.last_mut() else { return };
        if slice.page == 1 && self.sliced && !slice.newest_first && outcome.total > SLICE_RESULTS {
            let slice = slice.clone();
            self.slices.pop();
            self.split(slice, outcome.total, result_cap);
            return;
        }
        slice.idle_pages = if outcome.new == 0 && !outcome.repeated { slice.idle_pages + 1 } else { 0 };
        // Geo queries answer with smaller pages than asked for: count in the source's pages.
        let per_page = if outcome.per_page == 0 { slice.per_page } else { outcome.per_page };
        let reached = slice.page * per_page;
        // A short page alone may be a glitch, the claim alone is an estimate; together they are an end.
        let over = outcome.results < per_page && reached >= outcome.total;
        let done = outcome.results == 0 || over || slice.idle_pages >= IDLE_PAGES || reached >= result_cap;
        slice.page += 1;
        if done {
            self.slices.pop();
        }
    }

    /// Cuts a slice that holds too much: by time, then by space, then from both ends.
    fn split(&mut self, slice: Slice, total: u64, result_cap: u64) {
        let (from, to) = slice.posted.unwrap_or((1, i64::from(i32::MAX)));
        let parts = i64::try_from(total.div_ceil(SLICE_RESULTS).clamp(2, 16)).unwrap_or(16);
        let width = (to - from + 1) / parts.min((to - from + 1) / FLOOR_S).max(1);
        if width < to - from + 1 {
            let mut start = from;
            while start <= to {
                // Both ends are inclusive: whole seconds, none twice.
                let end = (start + width - 1).min(to);
                let end = if to - end < FLOOR_S { to } else { end };
                self.slices.push(Slice { posted: Some((start, end)), page: 1, idle_pages: 0, ..slice.clone() });
                start = end + 1;
            }
        } else if let Some(quarters) = slice.bbox.and_then(quarters) {
            let cut = |bbox| Slice { bbox: Some(bbox), page: 1, idle_pages: 0, ..slice.clone() };
            self.slices.extend(quarters.map(cut));
        } else {
            // Nothing left to cut: the first `result_cap` from either end is all there is to get.
            self.truncated += u32::from(total > 2 * result_cap);
            self.slices.push(Slice { newest_first: true, page: 1, idle_pages: 0, ..slice.clone() });
            self.slices.push(Slice { page: 2, idle_pages: 0, ..slice });
        }
    }
}

fn quarters([west, south, east, north]: [f64; 4]) -> Option<[[f64; 4]; 4]> {
    let (middle_lon, middle_lat) = (f64::midpoint(west, east), f64::midpoint(south, north));
    ((east - west) > FLOOR_DEGREES && (north - south) > FLOOR_DEGREES).then_some([
        [west, south, middle_lon, middle_lat],
        [middle_lon, south, east, middle_lat],
        [west, middle_lat, middle_lon, north],
        [middle_lon, middle_lat, east, north],
    ])
}
