//! A search in slices, for a source that returns only the first results of a query.
//!
//! A slice ends at the last page, after pages without new photos, at the source's result cap, or when the source
//! reports the end; totals are not trusted.
//!
//! Where the results are in the order of their upload and there are more than the source returns, the first ones are read and
//! the next slice begins at the upload of the last of them. Otherwise, and where too many were uploaded at once, a slice with more
//! results than the cap is split: by time (of the upload or of the picture), then by area, then by licence; at last it is
//! read from both ends. The results of its first page are kept.
//!
//! What was read in the order of upload is looked at again from the other end: a page of each span. If anything on these pages is new,
//! the spans are read again as a whole ([`SecondSweep`]).

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use super::about::{About, SliceBy, SliceLimits};
use super::cursor::{Cursor, Gap, PageOutcome};
use super::{Order, Query, Search};
use crate::photo::filter::DaySpan;
use crate::photo::{Bbox, LicenseSet, LicenseTerms};

/// The days between which slices of the picture's day are cut. The first slice has no start and the last one no end.
const DAYS: (Date, Date) = (date(1800, 1, 1), date(2099, 12, 31));

/// Requests of a sliced search beyond one for each full page, per hundred (docs/benchmarks.md). Most of them belong to the second look.
pub(super) const SPARE_REQUESTS_PERCENT: u64 = 17;

/// Spans with fewer pages are not looked at again: the look would cost too much of what it checks.
const LEAST_PAGES_LOOKED_AT: u64 = 3;

/// The remaining slices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Slices {
    /// The next slice comes last.
    #[serde(rename = "slices")]
    left: Vec<Slice>,
    /// Whether the search is split by time; a small search uses the order by relevance.
    sliced: bool,
    /// What was read in the order of upload, for the second look.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    read: Vec<Slice>,
    /// The second look, once the first sweep has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    second: Option<SecondSweep>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Slice {
    bbox: Option<Bbox>,
    /// First and last second of the upload, or first and last day of the picture (days since 1970).
    #[serde(rename = "posted")]
    span: Option<(i64, i64)>,
    newest_first: bool,
    page: u64,
    per_page: u64,
    idle_pages: u32,
    /// Its only licence, where time and area could not be split any further.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    license: Option<LicenseTerms>,
}

impl Slice {
    /// Its ends, for a slice without a span too.
    fn span_or_all(&self, by: SliceBy) -> (i64, i64) {
        self.span.unwrap_or_else(|| match by {
            SliceBy::Posted => (1, i64::from(i32::MAX)),
            SliceBy::Taken => days(DaySpan::default()),
        })
    }

    /// What it holds, in words.
    fn text(&self, by: SliceBy) -> String {
        let at = |second| Timestamp::from_second(second).unwrap_or_default();
        let parts = [
            self.span.map(|(from, to)| match by {
                SliceBy::Posted => format!("posted {}..{}", at(from), at(to)),
                SliceBy::Taken => format!("taken {}..{}", day(from), day(to)),
            }),
            self.bbox.map(|bbox| format!("box {bbox}")),
            self.license.map(|terms| format!("license {terms}")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// A second look at the results, in the other order, to see whether the first sweep missed any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SecondSweep {
    /// Photos that the first sweep found.
    pub first: u64,
    /// Photos of the second look that the first sweep had not found.
    pub new: u64,
    /// Photos of the second look that it had found.
    pub known: u64,
    /// Whether all spans are read again, not a page of each.
    #[serde(default)]
    is_whole: bool,
}

impl Slices {
    /// The slices of a search; `now_s` (Unix seconds) excludes later uploads, so that no page shifts.
    pub fn new(search: &Search, about: &About, limits: &SliceLimits, now_s: i64) -> Self {
        let sliced = search.want > limits.slice_results;
        let boxes = search.boxes(about);
        let share = search.want.div_ceil(boxes.len().max(1) as u64);
        let until_now = |(from, to): (i64, i64)| (from, to.min(now_s).max(from));
        let span = |has_box: bool| match limits.by {
            SliceBy::Posted => search.posted().map(until_now).or((sliced || has_box).then_some((1, now_s))),
            // A query without days also returns pictures whose day is not known.
            SliceBy::Taken => search.criteria.taken.map(days),
        };
        let slice = |bbox: Option<Bbox>| Slice {
            bbox,
            span: span(bbox.is_some()),
            newest_first: false,
            page: 1,
            per_page: share.clamp(1, about.page_cap),
            idle_pages: 0,
            license: None,
        };
        Self { left: boxes.into_iter().rev().map(slice).collect(), sliced, read: Vec::new(), second: None }
    }

    /// The next page to request.
    pub fn next(&self, search: &Search, about: &About, limits: &SliceLimits) -> Option<(Query, Cursor)> {
        let slice = self.left.last()?;
        let order = match (self.sliced, slice.newest_first) {
            (false, _) => Order::Relevance,
            (true, false) => Order::PostedAscending,
            (true, true) => Order::PostedDescending,
        };
        let query = search.query(about, order, slice.per_page);
        let licenses = slice.license.map(LicenseSet::from).or(query.licenses.clone());
        let query = Query { bbox: slice.bbox, licenses, ..query };
        let query = match limits.by {
            SliceBy::Posted => Query { posted: slice.span, ..query },
            SliceBy::Taken => Query { taken: slice.span.map(|span| day_span(span, search)).or(query.taken), ..query },
        };
        Some((query, Cursor::of("page", slice.page)))
    }

    /// The rank of the first photo on the next page, if `found` photos were found before.
    pub fn first_rank(&self, per_page: u64, found: u64) -> u64 {
        match self.left.last() {
            Some(slice) if !self.sliced => (slice.page - 1) * if per_page == 0 { slice.per_page } else { per_page } + 1,
            _ => found + 1,
        }
    }

    /// Ends the current slice, because the source has no more results for it.
    pub fn end_slice(&mut self, limits: &SliceLimits) {
        if let Some(slice) = self.left.pop() {
            let (_, to) = slice.span_or_all(limits.by);
            self.keep_for_second_look(slice, to, limits);
        }
    }

    /// After the last slice of a sweep: begins the next one, if one is due. `found` is the number of photos found so far.
    pub fn begin_next_sweep(&mut self, found: u64) {
        if !self.left.is_empty() {
            return;
        }
        match &mut self.second {
            None if !self.read.is_empty() => {
                self.left = self.read.clone();
                self.second = Some(SecondSweep { first: found, ..SecondSweep::default() });
            }
            Some(second) if !second.is_whole && second.new > 0 => {
                second.is_whole = true;
                let behind_looked_at = |slice: Slice| Slice { page: 2, ..slice };
                self.left = std::mem::take(&mut self.read).into_iter().map(behind_looked_at).collect();
            }
            _ => {}
        }
    }

    /// What the second look found.
    pub fn second_sweep(&self) -> Option<&SecondSweep> {
        self.second.as_ref()
    }

    /// Keeps a slice, read up to the second `until`, for a look from its other end.
    fn keep_for_second_look(&mut self, slice: Slice, until: i64, limits: &SliceLimits) {
        let was_read = self.sliced && !slice.newest_first && self.second.is_none();
        if was_read && limits.by == SliceBy::Posted && slice.page > LEAST_PAGES_LOOKED_AT {
            let (from, _) = slice.span_or_all(limits.by);
            self.read.push(Slice { span: Some((from, until)), newest_first: true, page: 1, idle_pages: 0, ..slice });
        }
    }

    /// Records a page of the second look.
    fn answered_again(&mut self, outcome: &PageOutcome, limits: &SliceLimits) {
        let (Some(second), Some(slice)) = (&mut self.second, self.left.last_mut()) else { return };
        second.new += outcome.new;
        second.known += outcome.known;
        let per_page = if outcome.per_page == 0 { slice.per_page } else { outcome.per_page };
        let reached = slice.page * per_page;
        slice.page += 1;
        let over = outcome.results < per_page && reached >= outcome.total.unwrap_or(0);
        if !second.is_whole || outcome.next.is_none() || over || reached >= limits.result_cap {
            self.left.pop();
        }
    }

    /// Records a received page; returns what the source cannot return of the slice, if there is more than it returns.
    pub fn answered(&mut self, outcome: &PageOutcome, limits: &SliceLimits, licenses: &[LicenseTerms]) -> Option<Gap> {
        if self.second.is_some() {
            self.answered_again(outcome, limits);
            return None;
        }
        let slice = self.left.last_mut()?;
        let total = outcome.total.unwrap_or(0);
        let (from, to) = slice.span_or_all(limits.by);
        let is_ascending = self.sliced && !slice.newest_first;
        let can_advance = is_ascending && limits.by == SliceBy::Posted && to - from >= limits.min_span;
        let posted_until = outcome.posted_until.filter(|_| can_advance);
        if slice.page == 1 && is_ascending && posted_until.is_none() && total > limits.slice_results {
            let slice = slice.clone();
            self.left.pop();
            return self.split(slice, total, limits, licenses);
        }
        slice.idle_pages = if outcome.new == 0 && !outcome.repeated { slice.idle_pages + 1 } else { 0 };
        // Queries with a box return smaller pages than requested, so the source's page size is used.
        let per_page = if outcome.per_page == 0 { slice.per_page } else { outcome.per_page };
        let reached = slice.page * per_page;
        // A short page may be a glitch, and the total is an estimate; both together mean the end.
        let over = outcome.results < per_page && reached >= total;
        let ended = outcome.next.is_none() || over;
        let done = ended || slice.idle_pages >= limits.idle_pages || reached >= limits.result_cap;
        slice.page += 1;
        if ended {
            self.end_slice(limits);
        } else if let Some(until) = posted_until.filter(|_| reached + 2 * per_page > limits.result_cap) {
            let slice = slice.clone();
            self.left.pop();
            self.keep_for_second_look(slice.clone(), until, limits);
            self.advance(slice, (from, to), until);
        } else if done {
            self.end_slice(limits);
        } else if !self.sliced {
            // The boxes take turns, so that a small search has photos of each.
            self.left.rotate_right(1);
        }
        None
    }

    /// Continues a slice, of which the first results up to the second `until` were read, from there on.
    fn advance(&mut self, slice: Slice, (from, to): (i64, i64), until: i64) {
        let slice = Slice { page: 1, idle_pages: 0, ..slice };
        if until > from {
            self.left.push(Slice { span: Some((until.min(to), to)), ..slice });
            return;
        }
        // More was uploaded within one second than the source returns.
        self.left.push(Slice { span: Some((from + 1, to)), ..slice.clone() });
        self.left.push(Slice { span: Some((from, from)), ..slice });
    }

    /// Splits a slice with too many results: by time, then by area, then by licence, then by reading from both ends.
    fn split(&mut self, slice: Slice, total: u64, limits: &SliceLimits, licenses: &[LicenseTerms]) -> Option<Gap> {
        let (from, to) = slice.span_or_all(limits.by);
        let parts = i64::try_from(total.div_ceil(limits.slice_results).clamp(2, 16)).unwrap_or(16);
        let width = (to - from + 1) / parts.min((to - from + 1) / limits.min_span).max(1);
        if width < to - from + 1 {
            let mut start = from;
            while start <= to {
                // Both ends are inclusive: no second and no day is in two slices.
                let end = limits.by.end(start + width - 1, width).min(to);
                let end = if to - end < limits.min_span { to } else { end };
                self.left.push(Slice { span: Some((start, end)), page: 1, idle_pages: 0, ..slice.clone() });
                start = end + 1;
            }
            None
        } else if let Some(quarters) = slice.bbox.and_then(|bbox| quarters(bbox, limits.min_degrees)) {
            let cut = |bbox| Slice { bbox: Some(bbox), page: 1, idle_pages: 0, ..slice.clone() };
            self.left.extend(quarters.map(cut));
            None
        } else if slice.license.is_none() && licenses.len() > 1 {
            let of = |terms: &LicenseTerms| Slice { license: Some(*terms), page: 1, idle_pages: 0, ..slice.clone() };
            self.left.extend(licenses.iter().map(of));
            None
        } else {
            // The slice cannot be split: only the first `result_cap` results from either end are available.
            let ends = if limits.by == SliceBy::Posted { 2 } else { 1 };
            if ends == 2 {
                self.left.push(Slice { newest_first: true, page: 1, idle_pages: 0, ..slice.clone() });
            }
            let reachable = ends * limits.result_cap;
            let gap = Gap { slice: slice.text(limits.by), claimed: total, reachable };
            self.left.push(Slice { page: 2, idle_pages: 0, ..slice });
            (total > reachable).then_some(gap)
        }
    }
}

impl SliceBy {
    /// The end of a slice: `end`, or the last end of a year or month before it where the slice has one. An interval in
    /// which a picture was taken is rarely longer than a month or a year, and a slice holds only whole intervals.
    fn end(self, end: i64, width: i64) -> i64 {
        let day = day(end);
        match self {
            Self::Taken if width >= 366 => day.tomorrow().map_or(end, |next| number(next.first_of_year()) - 1),
            Self::Taken if width >= 31 => day.tomorrow().map_or(end, |next| number(next.first_of_month()) - 1),
            _ => end,
        }
    }
}

/// A day as the number of days since 1970.
fn number(day: Date) -> i64 {
    let midnight = Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_or(0, Timestamp::as_second);
    midnight.div_euclid(86_400)
}

fn day(number: i64) -> Date {
    let midnight = Timestamp::from_second(number.saturating_mul(86_400)).unwrap_or_default();
    Offset::UTC.to_datetime(midnight).date()
}

/// The first and the last day of a span; [`DAYS`] where it has none.
fn days(span: DaySpan) -> (i64, i64) {
    let (first, last) = (span.from.map(number), span.to.map(number));
    let from = first.unwrap_or_else(|| last.map_or(number(DAYS.0), |last| last.min(number(DAYS.0))));
    (from, last.unwrap_or_else(|| from.max(number(DAYS.1))))
}

/// The days to ask for: open where neither the search nor a cut gives an end.
fn day_span((from, to): (i64, i64), search: &Search) -> DaySpan {
    let wanted = search.criteria.taken.unwrap_or_default();
    DaySpan {
        from: (wanted.from.is_some() || from > number(DAYS.0)).then(|| day(from)),
        to: (wanted.to.is_some() || to < number(DAYS.1)).then(|| day(to)),
    }
}

fn quarters(bbox: Bbox, min_degrees: f64) -> Option<[Bbox; 4]> {
    let is_large = (bbox.east - bbox.west) > min_degrees && (bbox.north - bbox.south) > min_degrees;
    is_large.then(|| bbox.quarters())
}

#[cfg(test)]
mod tests {
    use super::super::{Criteria, Strategy, flickr};
    use super::*;

    #[test]
    fn what_no_split_can_reach_is_reported_as_a_gap() {
        let about = &flickr::ABOUT;
        let Strategy::Slices(limits) = about.strategy else { panic!("Flickr is read in slices") };
        let criteria = Criteria { licenses: Some("by,by-sa".parse().unwrap()), ..Criteria::default() };
        let search = Search { term: "monkey".into(), criteria, want: 100_000, ..Search::default() };
        let licenses: Vec<LicenseTerms> = search.licenses_to_split(about);
        let mut slices = Slices::new(&search, about, &limits, 600);
        let page = |total| PageOutcome {
            results: 500,
            new: 500,
            per_page: 500,
            total: Some(total),
            next: Some(Cursor::of("page", 2)),
            ..PageOutcome::default()
        };
        // Ten minutes of uploads: time cannot be split, so each licence is a slice of its own.
        assert_eq!(slices.answered(&page(20_000), &limits, &licenses), None);
        let (query, _) = slices.next(&search, about, &limits).unwrap();
        assert_eq!(query.licenses.unwrap().to_string(), "by-sa");
        let gap = slices.answered(&page(12_000), &limits, &licenses).expect("8,000 can be reached from both ends");
        let slice = "posted 1970-01-01T00:00:01Z..1970-01-01T00:10:00Z license by-sa";
        assert_eq!(gap, Gap { slice: slice.into(), claimed: 12_000, reachable: 8_000 });
        let stored = serde_json::to_string(&slices).unwrap();
        assert_eq!(serde_json::from_str::<Slices>(&stored).unwrap(), slices);
    }
}
