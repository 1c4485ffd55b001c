//! The time that the clauses of a query may take. Filters come from anyone, and some cost seconds (64 circles, a polygon of 1,000
//! corners); the work of a query that takes longer is given up between two clauses or within one.

use std::cell::Cell;
use std::time::{Duration, Instant};

thread_local! {
    /// The end of the query on this thread, and whether a clause was given up.
    static QUERY: Cell<(Option<Instant>, bool)> = const { Cell::new((None, false)) };
}

/// A query that took too long.
#[derive(Debug, PartialEq, Eq)]
pub struct TooSlow;

/// Runs a query on this thread, whose clauses are given up after `limit`.
pub fn within<T>(limit: Duration, query: impl FnOnce() -> T) -> Result<T, TooSlow> {
    QUERY.set((Some(Instant::now() + limit), false));
    let result = query();
    let (_, is_given_up) = QUERY.take();
    if is_given_up { Err(TooSlow) } else { Ok(result) }
}

/// Whether to give up now. What was found until then is not the whole.
pub(super) fn is_passed() -> bool {
    let (until, is_given_up) = QUERY.get();
    let is_passed = is_given_up || until.is_some_and(|until| Instant::now() > until);
    if is_passed {
        QUERY.set((until, true));
    }
    is_passed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_given_up_only_if_a_clause_was_and_only_once() {
        assert_eq!(within(Duration::from_secs(60), is_passed), Ok(false));
        assert_eq!(within(Duration::ZERO, || 7), Ok(7), "it had no clause left");
        assert_eq!(within(Duration::ZERO, is_passed), Err(TooSlow));
        assert!(!is_passed(), "work outside of queries has no limit");
    }
}
