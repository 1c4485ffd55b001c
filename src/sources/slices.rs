//! A search in slices, for a source that returns only the first results of a query.
//!
//! A slice ends at an empty page, after pages without new photos, at the source's result cap, or when the source
//! reports the end; totals are not trusted. A slice with more results than the cap is split by upload time, then by area, then
//! by licence, then read from both ends; the results of its first page are kept.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::about::{About, SliceLimits};
use super::cursor::{Cursor, PageOutcome};
use super::{Order, Query, Search};
use crate::photo::{Bbox, LicenseSet, LicenseTerms};

/// The remaining slices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Slices {
    /// The next slice comes last.
    slices: Vec<Slice>,
    /// Whether the search is split by upload time; a small search uses the order by relevance.
    sliced: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Slice {
    bbox: Option<Bbox>,
    posted: Option<(i64, i64)>,
    newest_first: bool,
    page: u64,
    per_page: u64,
    idle_pages: u32,
    /// Its only licence, where time and area could not be split any further.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    license: Option<LicenseTerms>,
}

/// Results that a source does not return, because a slice that cannot be split has more than it returns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Which slice: `posted 2019-05-04T10:00:00Z..2019-05-04T10:09:59Z license by`.
    pub slice: String,
    /// Results that the source reported for it.
    pub claimed: u64,
    /// At most so many of them can be received.
    pub reachable: u64,
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |second| Timestamp::from_second(second).unwrap_or_default();
        let parts = [
            self.posted.map(|(from, to)| format!("posted {}..{}", at(from), at(to))),
            self.bbox.map(|bbox| format!("box {bbox}")),
            self.license.map(|terms| format!("license {terms}")),
        ];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

impl Slices {
    /// The slices of a search; `now_s` (Unix seconds) excludes later uploads, so that no page shifts.
    pub fn new(search: &Search, about: &About, limits: &SliceLimits, now_s: i64) -> Self {
        let sliced = search.want > limits.slice_results;
        let boxes = search.boxes(about);
        let share = search.want.div_ceil(boxes.len().max(1) as u64);
        let until_now = |(from, to): (i64, i64)| (from, to.min(now_s).max(from));
        let posted = search.posted().map(until_now);
        let slice = |bbox: Option<Bbox>| Slice {
            bbox,
            posted: posted.or((sliced || bbox.is_some()).then_some((1, now_s))),
            newest_first: false,
            page: 1,
            per_page: share.clamp(1, about.page_cap),
            idle_pages: 0,
            license: None,
        };
        Self { slices: boxes.into_iter().rev().map(slice).collect(), sliced }
    }

    /// The next page to request.
    pub fn next(&self, search: &Search, about: &About) -> Option<(Query, Cursor)> {
        let slice = self.slices.last()?;
        let order = match (self.sliced, slice.newest_first) {
            (false, _) => Order::Relevance,
            (true, false) => Order::PostedAscending,
            (true, true) => Order::PostedDescending,
        };
        let query = search.query(about, order, slice.per_page);
        let licenses = slice.license.map(LicenseSet::from).or(query.licenses.clone());
        Some((Query { bbox: slice.bbox, posted: slice.posted, licenses, ..query }, Cursor::of("page", slice.page)))
    }

    /// The rank of the first photo on the next page, if `found` photos were found before.
    pub fn first_rank(&self, per_page: u64, found: u64) -> u64 {
        match self.slices.last() {
            Some(slice) if !self.sliced => (slice.page - 1) * if per_page == 0 { slice.per_page } else { per_page } + 1,
            _ => found + 1,
        }
    }

    /// Ends the current slice, because the source has no more results for it.
    pub fn end_slice(&mut self) {
        self.slices.pop();
    }

    /// Records a received page; returns what the source cannot return of the slice, if there is more than it returns.
    pub fn answered(&mut self, outcome: &PageOutcome, limits: &SliceLimits, licenses: &[LicenseTerms]) -> Option<Gap> {
        let slice = self.slices.last_mut()?;
        let total = outcome.total.unwrap_or(0);
        if slice.page == 1 && self.sliced && !slice.newest_first && total > limits.slice_results {
            let slice = slice.clone();
            self.slices.pop();
            return self.split(slice, total, limits, licenses);
        }
        slice.idle_pages = if outcome.new == 0 && !outcome.repeated { slice.idle_pages + 1 } else { 0 };
        // Queries with a box return smaller pages than requested, so the source's page size is used.
        let per_page = if outcome.per_page == 0 { slice.per_page } else { outcome.per_page };
        let reached = slice.page * per_page;
        // A short page may be a glitch, and the total is an estimate; both together mean the end.
        let over = outcome.results < per_page && reached >= total;
        let done =
            outcome.results == 0 || over || slice.idle_pages >= limits.idle_pages || reached >= limits.result_cap;
        slice.page += 1;
        if done {
            self.slices.pop();
        } else if !self.sliced {
            // The boxes take turns, so that a small search has photos of each.
            self.slices.rotate_right(1);
        }
        None
    }

    /// Splits a slice with too many results: by time, then by area, then by licence, then by reading from both ends.
    fn split(&mut self, slice: Slice, total: u64, limits: &SliceLimits, licenses: &[LicenseTerms]) -> Option<Gap> {
        let (from, to) = slice.posted.unwrap_or((1, i64::from(i32::MAX)));
        let parts = i64::try_from(total.div_ceil(limits.slice_results).clamp(2, 16)).unwrap_or(16);
        let width = (to - from + 1) / parts.min((to - from + 1) / limits.min_span_s).max(1);
        if width < to - from + 1 {
            let mut start = from;
            while start <= to {
                // Both ends are inclusive: no second is in two slices.
                let end = (start + width - 1).min(to);
                let end = if to - end < limits.min_span_s { to } else { end };
                self.slices.push(Slice { posted: Some((start, end)), page: 1, idle_pages: 0, ..slice.clone() });
                start = end + 1;
            }
            None
        } else if let Some(quarters) = slice.bbox.and_then(|bbox| quarters(bbox, limits.min_degrees)) {
            let cut = |bbox| Slice { bbox: Some(bbox), page: 1, idle_pages: 0, ..slice.clone() };
            self.slices.extend(quarters.map(cut));
            None
        } else if slice.license.is_none() && licenses.len() > 1 {
            let of = |terms: &LicenseTerms| Slice { license: Some(*terms), page: 1, idle_pages: 0, ..slice.clone() };
            self.slices.extend(licenses.iter().map(of));
            None
        } else {
            // The slice cannot be split: only the first `result_cap` results from either end are available.
            self.slices.push(Slice { newest_first: true, page: 1, idle_pages: 0, ..slice.clone() });
            let reachable = 2 * limits.result_cap;
            let gap = Gap { slice: slice.to_string(), claimed: total, reachable };
            self.slices.push(Slice { page: 2, idle_pages: 0, ..slice });
            (total > reachable).then_some(gap)
        }
    }
}

fn quarters(bbox: Bbox, min_degrees: f64) -> Option<[Bbox; 4]> {
    let is_large = (bbox.east - bbox.west) > min_degrees && (bbox.north - bbox.south) > min_degrees;
    is_large.then(|| bbox.quarters())
}

#[cfg(test)]
mod tests {
    use super::super::{Criteria, flickr};
    use super::*;

    #[test]
    fn what_no_split_can_reach_is_reported_as_a_gap() {
        let about = &flickr::ABOUT;
        let limits =
            SliceLimits { result_cap: 4_000, slice_results: 3_200, min_span_s: 600, min_degrees: 0.001, idle_pages: 2 };
        let criteria = Criteria { licenses: Some("by,by-sa".parse().unwrap()), ..Criteria::default() };
        let search = Search { term: "monkey".into(), criteria, want: 100_000, ..Search::default() };
        let licenses: Vec<LicenseTerms> = search.licenses_to_split(about);
        let mut slices = Slices::new(&search, about, &limits, 600);
        let page = |total| PageOutcome {
            results: 500,
            new: 500,
            per_page: 500,
            total: Some(total),
            next: None,
            repeated: false,
        };
        // Ten minutes of uploads: time cannot be split, so each licence is a slice of its own.
        assert_eq!(slices.answered(&page(20_000), &limits, &licenses), None);
        let (query, _) = slices.next(&search, about).unwrap();
        assert_eq!(query.licenses.unwrap().to_string(), "by-sa");
        let gap = slices.answered(&page(12_000), &limits, &licenses).expect("8,000 can be reached from both ends");
        let slice = "posted 1970-01-01T00:00:01Z..1970-01-01T00:10:00Z license by-sa";
        assert_eq!(gap, Gap { slice: slice.into(), claimed: 12_000, reachable: 8_000 });
        let stored = serde_json::to_string(&slices).unwrap();
        assert_eq!(serde_json::from_str::<Slices>(&stored).unwrap(), slices);
    }
}
