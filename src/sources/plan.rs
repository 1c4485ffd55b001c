//! The state of a search: the remaining requests and the counts so far. It is stored as JSON between runs.

use serde::{Deserialize, Serialize};

use super::about::{About, Strategy};
use super::cursor::{Cursor, CursorWalk, Gap, PageOutcome};
use super::population::Population;
use super::slices::Slices;
use super::{Query, Search};

/// Gaps that are kept; all of them are counted.
const MOST_GAPS: usize = 100;

/// The state of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Photos wanted.
    want: u64,
    /// Number of distinct photos found so far.
    found: u64,
    /// Number of results that the source reported first.
    pub claimed: Option<u64>,
    /// Slices with more results than the source returns.
    pub truncated: u32,
    /// The first of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    #[serde(flatten)]
    steps: Steps,
}

/// The remaining requests, by strategy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Steps {
    Slices(Slices),
    Cursor(CursorWalk),
}

impl Plan {
    /// A new plan; `now_s` (Unix seconds) excludes later uploads if the strategy splits by time.
    pub fn new(search: &Search, about: &About, now_s: i64) -> Self {
        let steps = match &about.strategy {
            Strategy::Cursor { .. } => Steps::Cursor(CursorWalk::new(search, about)),
            Strategy::Slices(limits) => Steps::Slices(Slices::new(search, about, limits, now_s)),
        };
        Self { want: search.want, found: 0, claimed: None, truncated: 0, gaps: Vec::new(), steps }
    }

    /// The next page to request; `None` if the search is done.
    pub fn next(&self, search: &Search, about: &About) -> Option<(Query, Cursor)> {
        if self.missing() == 0 {
            return None;
        }
        match (&self.steps, &about.strategy) {
            (Steps::Slices(slices), Strategy::Slices(limits)) => slices.next(search, about, limits),
            (Steps::Cursor(walk), _) => walk.next(search, about),
            // `resume` rejects a plan with another strategy.
            (Steps::Slices(_), Strategy::Cursor { .. }) => None,
        }
    }

    /// Number of photos still wanted.
    pub fn missing(&self) -> u64 {
        self.want.saturating_sub(self.found)
    }

    /// Continues a stored plan for `want` photos. Returns false if it cannot: it was made for fewer photos (its pages and slices
    /// would not fit), or for another strategy.
    pub fn resume(&mut self, want: u64, about: &About) -> bool {
        let same = matches!(
            (&self.steps, &about.strategy),
            (Steps::Slices(_), Strategy::Slices(_)) | (Steps::Cursor(_), Strategy::Cursor { .. })
        );
        let fits = same && want <= self.want;
        self.want = self.want.min(want);
        fits
    }

    /// Corrects the count from the store, because a page may have been saved without its note.
    pub fn set_found(&mut self, found: u64) {
        self.found = found;
    }

    /// Number of distinct photos found so far.
    pub fn found(&self) -> u64 {
        self.found
    }

    /// The rank of the first photo on the page of [`Plan::next`].
    pub fn first_rank(&self, per_page: u64) -> u64 {
        match &self.steps {
            Steps::Slices(slices) => slices.first_rank(per_page, self.found),
            Steps::Cursor(walk) => walk.first_rank(),
        }
    }

    /// Ends the current part of the search, because the source has no more results.
    pub fn end_of_results(&mut self, about: &About) {
        match (&mut self.steps, &about.strategy) {
            (Steps::Slices(slices), Strategy::Slices(limits)) => {
                slices.end_slice(limits);
                slices.begin_next_sweep(self.found);
            }
            (Steps::Cursor(walk), _) => walk.end_part(),
            // `resume` rejects a plan with another strategy.
            (Steps::Slices(_), Strategy::Cursor { .. }) => {}
        }
    }

    /// Whether a second look at the results is going on.
    pub fn population_is_sought(&self) -> bool {
        matches!(&self.steps, Steps::Slices(slices) if slices.second_sweep().is_some())
    }

    /// How many photos there are, by a second look at the results; `None` if there was none.
    pub fn population(&self) -> Option<Population> {
        match &self.steps {
            Steps::Slices(slices) => {
                let second = slices.second_sweep()?;
                Population::estimate(second.first, second.new, second.known)
            }
            Steps::Cursor(_) => None,
        }
    }

    /// Records a received page and decides how to continue.
    pub fn answered(&mut self, outcome: &PageOutcome, search: &Search, about: &About) {
        self.found += outcome.new;
        self.claimed = self.claimed.or(outcome.total);
        let gap = match (&mut self.steps, &about.strategy) {
            (Steps::Slices(slices), Strategy::Slices(limits)) => {
                let gap = slices.answered(outcome, limits, &search.licenses_to_split(about));
                slices.begin_next_sweep(self.found);
                gap
            }
            // A search that found as many as wanted lacks nothing.
            (Steps::Cursor(walk), _) => walk.answered(outcome).filter(|_| self.found < self.want),
            // `resume` rejects a plan with another strategy.
            (Steps::Slices(_), Strategy::Cursor { .. }) => None,
        };
        self.truncated += u32::from(gap.is_some());
        self.gaps.extend(gap.filter(|_| self.gaps.len() < MOST_GAPS));
    }
}

#[cfg(test)]
mod tests {
    use super::super::flickr;
    use super::*;

    /// A note from before sources had strategies.
    const OLD: &str = r#"{"slices":[{"bbox":[100.0,-20.5,180.0,60.0],"posted":[1,1764000000],"newest_first":false,
        "page":3,"per_page":500,"idle_pages":0}],"want":1000,"found":800,"claimed":4321,"truncated":0,"sliced":false}"#;

    #[test]
    fn a_plan_that_an_older_program_stored_is_resumed_at_its_page() {
        let mut plan: Plan = serde_json::from_str(OLD).unwrap();
        assert!(plan.resume(1_000, &flickr::ABOUT));
        let search = Search { term: "monkey".into(), want: 1_000, ..Search::default() };
        let (query, cursor) = plan.next(&search, &flickr::ABOUT).unwrap();
        assert_eq!(cursor, Cursor::of("page", 3));
        assert_eq!((query.posted, query.per_page, plan.missing()), (Some((1, 1_764_000_000)), 500, 200));
        assert_eq!(query.bbox.unwrap().to_string(), "100,-20.5,180,60");
        let stored = serde_json::to_value(&plan).unwrap();
        assert_eq!(stored, serde_json::from_str::<serde_json::Value>(OLD).unwrap(), "and an older program reads it");
    }

    #[test]
    fn a_stored_plan_of_another_strategy_or_of_fewer_photos_is_not_resumed() {
        let walked = About { strategy: Strategy::Cursor { result_cap: None }, ..flickr::ABOUT };
        let mut plan: Plan = serde_json::from_str(OLD).unwrap();
        assert!(!plan.resume(10, &walked));
        let mut plan: Plan = serde_json::from_str(OLD).unwrap();
        assert!(!plan.resume(1_001, &flickr::ABOUT));
    }
}
