//! Which rows pass a filter; what was worked out for a clause is kept for the next question.

use std::sync::Arc;

use parking_lot::Mutex;

use super::Sort;
use super::bitmap::Bitmap;
use super::clauses;
use super::grid::Grid;
use super::order::Order;
use super::overall::Overall;
use super::table::Table;
use crate::photo::fields::{PLACE, TAKEN};
use crate::photo::filter::{Clause, Filter, Test};

/// How many things of a kind are kept.
const KEPT: usize = 48;
/// How many orders are kept; each takes four bytes a photo.
const ORDERS: usize = 6;

/// What was worked out before, the latest first.
#[derive(Default)]
pub(super) struct Memory {
    clauses: Mutex<Shelf<Arc<Bitmap>>>,
    orders: Mutex<Shelf<Order>>,
    /// Orders of the sorted rows, which outlive generations.
    bases: Mutex<Shelf<Arc<Vec<u32>>>>,
    overall: Mutex<Shelf<Arc<Overall>>>,
    grids: Mutex<Shelf<Arc<Grid>>>,
}

/// Things by name, of one generation.
struct Shelf<T> {
    generation: u64,
    things: Vec<(String, T)>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { generation: 0, things: Vec::new() }
    }
}

impl<T: Clone> Shelf<T> {
    fn find(&mut self, generation: u64, name: &str) -> Option<T> {
        if self.generation != generation {
            self.things.clear();
            self.generation = generation;
        }
        let at = self.things.iter().position(|(known, _)| known == name)?;
        let thing = self.things.remove(at);
        self.things.insert(0, thing);
        Some(self.things[0].1.clone())
    }

    fn keep(&mut self, (generation, name): (u64, String), thing: T, most: usize) {
        if self.generation == generation {
            self.things.insert(0, (name, thing));
            self.things.truncate(most);
        }
    }
}

/// What a shelf has, else what is made now; made outside of the lock.
fn remembered<T: Clone>(shelf: &Mutex<Shelf<T>>, key: (u64, String), most: usize, make: impl FnOnce() -> T) -> T {
    let lock = || shelf.lock();
    if let Some(thing) = lock().find(key.0, &key.1) {
        return thing;
    }
    let thing = make();
    lock().keep(key, thing.clone(), most);
    thing
}

impl Memory {
    fn clause(&self, table: &Table, clause: &Clause) -> Arc<Bitmap> {
        let key = (table.generation, format!("{clause:?}"));
        remembered(&self.clauses, key, KEPT, || Arc::new(clauses::rows(table, clause)))
    }

    /// What is the same for every filter.
    pub(super) fn overall(&self, table: &Table) -> Arc<Overall> {
        remembered(&self.overall, (table.generation, String::new()), 1, || Arc::new(Overall::of(table)))
    }

    /// The cells of a resolution.
    pub(super) fn grid(&self, table: &Table, resolution: u8) -> Arc<Grid> {
        let key = (table.generation, resolution.to_string());
        remembered(&self.grids, key, ORDERS, || Arc::new(Grid::of(table, resolution)))
    }

    /// All rows in the order of a sort.
    pub(super) fn order(&self, table: &Table, sort: &Sort) -> Order {
        let key = (table.generation, format!("{sort:?}"));
        remembered(&self.orders, key, ORDERS, || {
            let key = (table.epoch, format!("{sort:?}"));
            let base = remembered(&self.bases, key, ORDERS, || Arc::new(Order::base(table, sort)));
            Order::of(table, sort, &base)
        })
    }
}

/// A filter's clauses, each as a set of rows.
pub(super) struct Selection {
    parts: Vec<(Option<String>, Arc<Bitmap>)>,
    /// Photos that pass all of them.
    pub(super) rows: Bitmap,
    /// How many those are.
    pub(super) total: u64,
}

impl Selection {
    /// Applies a filter.
    pub(super) fn of(table: &Table, memory: &Memory, filter: &Filter) -> Self {
        let part = |clause: &Clause| (facet_of(clause), memory.clause(table, clause));
        let parts: Vec<_> = filter.clauses.iter().map(part).collect();
        let mut rows = table.alive.clone();
        parts.iter().for_each(|(_, passing)| rows.and(passing));
        let total = rows.count();
        Self { parts, rows, total }
    }

    /// The same photos, with clauses that belong to no field: every facet counts the photos that pass.
    pub(super) fn of_no_field(mut self) -> Self {
        self.parts.iter_mut().for_each(|(field, _)| *field = None);
        self
    }

    /// Whether a clause is about this facet's field.
    pub(super) fn concerns(&self, facet: &str) -> bool {
        self.parts.iter().any(|(field, _)| field.as_deref() == Some(facet))
    }

    /// Photos that pass all clauses but those on this facet's field.
    pub(super) fn without(&self, table: &Table, facet: &str) -> Bitmap {
        let mut rows = table.alive.clone();
        let others = self.parts.iter().filter(|(field, _)| field.as_deref() != Some(facet));
        others.for_each(|(_, passing)| rows.and(passing));
        rows
    }
}

/// The facet that a clause filters by; none for text.
fn facet_of(clause: &Clause) -> Option<String> {
    match &clause.test {
        Test::Text { .. } => None,
        Test::Choice { field, .. } => Some(field.as_str().to_owned()),
        Test::Number { field, .. } => Some(field.name()),
        Test::Taken { .. } => Some(TAKEN.to_owned()),
        Test::Place { .. } => Some(PLACE.to_owned()),
    }
}
