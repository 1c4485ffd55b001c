//! Applies filters to the rows. Results for clauses are cached.

use std::sync::Arc;

use parking_lot::Mutex;

use super::Sort;
use super::bitmap::Bitmap;
use super::clauses;
use super::grid::Grid;
use super::order::Order;
use super::overall::Overall;
use super::table::Table;
use super::time_limit;
use crate::photo::fields::{PLACE, TAKEN};
use crate::photo::filter::{Clause, Filter, Test};

/// Maximum number of cached results of a kind.
const MAX_CACHED: usize = 48;
/// Maximum number of cached orders; each takes four bytes per photo.
const MAX_CACHED_ORDERS: usize = 6;

/// Cached results, most recently used first.
#[derive(Default)]
pub(super) struct QueryCaches {
    clauses: Mutex<Cache<Arc<Bitmap>>>,
    orders: Mutex<Cache<Order>>,
    /// Orders of the sorted rows, which stay valid for more than one generation.
    bases: Mutex<Cache<Arc<Vec<u32>>>>,
    overall: Mutex<Cache<Arc<Overall>>>,
    grids: Mutex<Cache<Arc<Grid>>>,
}

/// Results of one generation by name.
struct Cache<T> {
    generation: u64,
    results: Vec<(String, T)>,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self { generation: 0, results: Vec::new() }
    }
}

impl<T: Clone> Cache<T> {
    fn find(&mut self, generation: u64, name: &str) -> Option<T> {
        if self.generation != generation {
            self.results.clear();
            self.generation = generation;
        }
        let at = self.results.iter().position(|(known, _)| known == name)?;
        let result = self.results.remove(at);
        self.results.insert(0, result);
        Some(self.results[0].1.clone())
    }

    fn insert(&mut self, (generation, name): (u64, String), result: T, most: usize) {
        if self.generation == generation {
            self.results.insert(0, (name, result));
            self.results.truncate(most);
        }
    }
}

/// The cached result, or a new one that is computed without the lock.
fn cached<T: Clone>(cache: &Mutex<Cache<T>>, key: (u64, String), most: usize, make: impl FnOnce() -> T) -> T {
    let lock = || cache.lock();
    if let Some(result) = lock().find(key.0, &key.1) {
        return result;
    }
    let result = make();
    lock().insert(key, result.clone(), most);
    result
}

impl QueryCaches {
    fn clause(&self, table: &Table, clause: &Clause) -> Arc<Bitmap> {
        let key = (table.generation, format!("{clause:?}"));
        if let Some(found) = self.clauses.lock().find(key.0, &key.1) {
            return found;
        }
        if time_limit::is_passed() {
            return Arc::new(Bitmap::none(table.columns.len()));
        }
        let rows = Arc::new(clauses::rows(table, clause));
        // A clause that was given up is not whole.
        if !time_limit::is_passed() {
            self.clauses.lock().insert(key, Arc::clone(&rows), MAX_CACHED);
        }
        rows
    }

    /// Values that do not depend on the filter.
    pub(super) fn overall(&self, table: &Table) -> Arc<Overall> {
        cached(&self.overall, (table.generation, String::new()), 1, || Arc::new(Overall::of(table)))
    }

    /// The cells of a resolution.
    pub(super) fn grid(&self, table: &Table, resolution: u8) -> Arc<Grid> {
        let key = (table.generation, resolution.to_string());
        cached(&self.grids, key, MAX_CACHED_ORDERS, || Arc::new(Grid::of(table, resolution)))
    }

    /// All rows in the order of a sort.
    pub(super) fn order(&self, table: &Table, sort: &Sort) -> Order {
        let key = (table.generation, format!("{sort:?}"));
        cached(&self.orders, key, MAX_CACHED_ORDERS, || {
            let key = (table.epoch, format!("{sort:?}"));
            let base = cached(&self.bases, key, MAX_CACHED_ORDERS, || Arc::new(Order::base(table, sort)));
            Order::of(table, sort, &base)
        })
    }
}

/// A filter's clauses, each as a set of rows.
#[derive(Clone)]
pub(super) struct Selection {
    parts: Vec<(Option<String>, Arc<Bitmap>)>,
    /// Photos that pass all of them.
    pub(super) rows: Bitmap,
    /// The number of these photos.
    pub(super) total: u64,
}

impl Selection {
    /// Applies a filter.
    pub(super) fn of(table: &Table, caches: &QueryCaches, filter: &Filter) -> Self {
        let part = |clause: &Clause| (facet_of(clause), caches.clause(table, clause));
        let parts: Vec<_> = filter.clauses.iter().map(part).collect();
        let mut rows = table.alive.clone();
        parts.iter().for_each(|(_, passing)| rows.and(passing));
        let total = rows.count();
        Self { parts, rows, total }
    }

    /// The same photos without the link between clauses and fields: every facet counts the photos that pass all clauses.
    pub(super) fn of_no_field(mut self) -> Self {
        self.parts.iter_mut().for_each(|(field, _)| *field = None);
        self
    }

    /// Whether a clause concerns this facet's field.
    pub(super) fn concerns(&self, facet: &str) -> bool {
        self.parts.iter().any(|(field, _)| field.as_deref() == Some(facet))
    }

    /// Photos that pass all clauses except those on this facet's field.
    pub(super) fn without(&self, table: &Table, facet: &str) -> Bitmap {
        let mut rows = table.alive.clone();
        let others = self.parts.iter().filter(|(field, _)| field.as_deref() != Some(facet));
        others.for_each(|(_, passing)| rows.and(passing));
        rows
    }
}

/// The facet of a clause; `None` for text.
fn facet_of(clause: &Clause) -> Option<String> {
    match &clause.test {
        Test::Text { .. } => None,
        Test::Choice { field, .. } => Some(field.as_str().to_owned()),
        Test::Number { field, .. } => Some(field.name()),
        Test::Taken { .. } => Some(TAKEN.to_owned()),
        Test::Place { .. } => Some(PLACE.to_owned()),
    }
}
