//! An in-memory column index for filters, counts, orders and the map.

mod answer;
mod arena;
mod bins;
mod bitmap;
mod build;
mod choices;
mod clauses;
mod codes;
mod columns;
mod count;
mod dates;
mod facet_columns;
mod facets;
mod grid;
mod known_names;
mod map;
mod order;
mod overall;
mod passing;
mod row;
mod seasons;
mod selection;
mod similarity;
mod snapshot;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod ticks;
pub mod time_limit;
mod tokens;
mod values;
mod view;

use std::io;
use std::sync::Arc;

use anyhow::Result;
use parking_lot::{Mutex, RwLock, RwLockReadGuard};
use tracing::debug;

use crate::dataset::Dataset;
use crate::photo::fields::{PLACE, SCORE};
use crate::photo::filter::Filter;
use crate::photo::{Bbox, PhotoId, ScoreKey};
use crate::store::{Change, Store};
use bitmap::Bitmap;
use row::Row;
use selection::{QueryCaches, Selection};
use table::Table;

pub use answer::{
    Cell, Choice, Choices, Count, Facet, Facets, Histogram, MapCells, Measure, Points, Scale, Seasons, Sort, Tick,
};
pub use known_names::{defined, in_store};
pub use passing::passing;
pub use seasons::LATITUDE_BAND;
pub use similarity::{Neighbour, SimilarityIndex};
pub use view::{Clauses, Day, PhotoRow, RowCounts, RowNames, RowNumbers, RowScores, View, date_of_day, day_of_date};

/// Changes read at a time.
const BATCH: usize = 500;

/// Ids read at a time.
const IDS: usize = 10_000;

/// The index of a dataset. All methods may be called from many threads and block for a few ms.
pub struct Explorer {
    store: Arc<dyn Store>,
    table: RwLock<Table>,
    caches: QueryCaches,
    dataset: Dataset,
    /// The `seq` of the snapshot. Locked while changes are read or a snapshot is saved.
    following: Mutex<u64>,
}

/// A range of a filtered and sorted result.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// Counts up with every change of the dataset.
    pub generation: u64,
    /// Photos that pass.
    pub total: u64,
    /// The requested photos.
    pub ids: Vec<PhotoId>,
}

/// The position of a photo in a filtered and sorted result.
#[derive(Clone, Debug, Default)]
pub struct Position {
    /// From 0.
    pub index: u64,
    /// Photos that pass.
    pub total: u64,
    /// The photo before it.
    pub previous: Option<PhotoId>,
    /// The photo after it.
    pub next: Option<PhotoId>,
}

/// The content of the whole dataset.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Counts up with every change of the dataset.
    pub generation: u64,
    /// The number of photos.
    pub photos: u64,
    /// Photos with coordinates.
    pub placed: u64,
    /// Search terms, the most frequent first.
    pub terms: Vec<String>,
    /// The keys of all scores.
    pub scores: Vec<ScoreKey>,
    /// Names of all facets, in the order of the panel.
    pub facets: Vec<String>,
}

/// A map query.
#[derive(Clone, Debug, Default)]
pub struct MapQuery {
    /// The visible area; `None` for the whole world.
    pub bbox: Option<Bbox>,
    /// Zoom level of the map, 0-22; determines the size of the cells.
    pub zoom: f64,
    /// Return cells even if there are few photos.
    pub cells: bool,
    /// The measure that colours the map.
    pub measure: Measure,
}

impl Explorer {
    /// Reads the snapshot, or the store if there is no valid snapshot, and then the changes since.
    pub fn open(store: Arc<dyn Store>, dataset: &Dataset) -> Result<Self> {
        let dataset = dataset.clone();
        let (table, saved) = match snapshot::load(&*store, &dataset, &snapshot::Wanted::Everything) {
            Some(table) => {
                let saved = table.seq;
                (table, saved)
            }
            None => (build::build(&*store)?, 0),
        };
        let (table, following) = (RwLock::new(table), Mutex::new(saved));
        let explorer = Self { store, table, caches: QueryCaches::default(), dataset, following };
        explorer.follow()?;
        Ok(explorer)
    }

    /// Writes the columns to the dataset's folder, unless they are already there. Queries continue meanwhile.
    pub fn save_snapshot(&self) -> Result<()> {
        let mut saved = self.following.lock();
        Ok(self.save(&mut saved)?)
    }

    fn save(&self, saved: &mut u64) -> io::Result<()> {
        let table = self.table();
        if *saved == table.seq {
            return Ok(());
        }
        if table.is_compact() {
            snapshot::save(&*self.store, &self.dataset, &table)?;
        } else {
            // Removed photos must not remain in the file.
            snapshot::save(&*self.store, &self.dataset, &table.compacted())?;
        }
        *saved = table.seq;
        Ok(())
    }

    /// Reads the store's changes. Returns whether there were any.
    pub fn follow(&self) -> Result<bool> {
        let mut saved = self.following.lock();
        let (mut changed, mut withdrawn) = (false, false);
        loop {
            let after = self.table().seq;
            let records = self.store.changes(after, BATCH)?;
            if records.is_empty() {
                break;
            }
            let rows = rows_of(&records);
            let mut table = self.table.write();
            withdrawn |= table.follow(rows);
            table.generation += 1;
            changed = true;
        }
        if withdrawn {
            self.remove_missing()?;
        }
        // What was withdrawn leaves the memory and the snapshot too.
        if withdrawn || self.table().needs_compaction() {
            // Queries continue while this sorts.
            let compacted = self.table().compacted();
            *self.table.write() = compacted;
            if let Err(err) = self.save(&mut saved) {
                debug!(error = format!("{err:#}"), "the snapshot was not saved");
            }
        }
        Ok(changed)
    }

    /// Removes the photos that are not in the store any more. What was withdrawn is not named by the store's changes.
    fn remove_missing(&self) -> Result<()> {
        let mut stored = Bitmap::none(self.table().columns.len());
        let mut after = None;
        loop {
            let ids = self.store.ids(after.as_ref(), IDS)?;
            let table = self.table();
            ids.iter().filter_map(|id| table.find(id.as_str())).for_each(|row| stored.set(row));
            after = ids.into_iter().next_back();
            if after.is_none() {
                break;
            }
        }
        self.table.write().keep(&stored);
        Ok(())
    }

    fn table(&self) -> RwLockReadGuard<'_, Table> {
        // A panic in another thread cannot leave the table in a harmful state: the next change updates it again.
        self.table.read()
    }

    /// The generation and the number of photos.
    pub fn state(&self) -> (u64, u64) {
        let table = self.table();
        (table.generation, table.photos)
    }

    /// The content of the whole dataset.
    pub fn summary(&self) -> Summary {
        let table = self.table();
        let overall = self.caches.overall(&table);
        let placed = overall.counts[PLACE][1..].iter().sum();
        let scored = |key: &&ScoreKey| overall.bounds.contains_key(&format!("{SCORE}{key}"));
        Summary {
            generation: table.generation,
            photos: table.photos,
            placed,
            terms: overall.terms.clone(),
            scores: table.columns.scores.keys().filter(scored).cloned().collect(),
            facets: overall.names.clone(),
        }
    }

    /// Counts of the facets with these names; all facets if there are no names.
    pub fn facets(&self, filter: &Filter, names: &[String]) -> Facets {
        facets::facets(&self.table(), &self.caches, filter, names)
    }

    /// Values of a choice facet whose label or value contains `like`; `None` if there is no such facet.
    pub fn choices(&self, filter: &Filter, name: &str, like: &str, limit: usize) -> Option<Choices> {
        facets::choices_of(&self.table(), &self.caches, (filter, name), (like, limit))
    }

    /// Photos `from..from + limit` of the result.
    pub fn window(&self, filter: &Filter, sort: &Sort, from: u64, limit: usize) -> Window {
        let table = self.table();
        let selection = Selection::of(&table, &self.caches, filter);
        let rows = self.caches.order(&table, sort).window(&selection.rows, from, limit);
        let ids = rows.into_iter().map(|row| id(&table, row)).collect();
        Window { generation: table.generation, total: selection.total, ids }
    }

    /// The generation, and width / height of each photo in order: byte `b` means `2^((b - 128) / 32)`.
    pub fn aspects(&self, filter: &Filter, sort: &Sort) -> (u64, Vec<u8>) {
        let table = self.table();
        let selection = Selection::of(&table, &self.caches, filter);
        let order = self.caches.order(&table, sort);
        (table.generation, order.rows(&selection.rows).map(|row| table.columns.aspect[row]).collect())
    }

    /// The position of a photo; `None` if it does not pass.
    pub fn position(&self, filter: &Filter, sort: &Sort, wanted: &PhotoId) -> Option<Position> {
        let table = self.table();
        let selection = Selection::of(&table, &self.caches, filter);
        let row = table.find(wanted.as_str()).filter(|row| selection.rows.has(*row))?;
        let order = self.caches.order(&table, sort);
        let index = order.before(&selection.rows, row);
        let around = order.window(&selection.rows, index.saturating_sub(1), 3);
        let own = usize::from(index > 0);
        let previous = (index > 0).then(|| id(&table, around[0]));
        let next = around.get(own + 1).map(|row| id(&table, *row));
        Some(Position { index, total: selection.total, previous, next })
    }

    /// The generation, and the ticks of the scrubber beside the gallery.
    pub fn ticks(&self, filter: &Filter, sort: &Sort) -> (u64, Vec<Tick>) {
        let table = self.table();
        let selection = Selection::of(&table, &self.caches, filter);
        let order = self.caches.order(&table, sort);
        (table.generation, ticks::ticks(&table, &selection.rows, (sort, &order)))
    }

    /// Points or cells of a map.
    pub fn map(&self, filter: &Filter, query: &MapQuery) -> MapCells {
        let table = self.table();
        let selection = Selection::of(&table, &self.caches, filter);
        map::map(&table, &self.caches, &selection, query)
    }

    /// For each of the photos, whether it passes.
    pub fn passing(&self, filter: &Filter, ids: &[PhotoId]) -> Vec<bool> {
        let table = self.table();
        let selection = Selection::of(&table, &self.caches, filter);
        let passes = |id: &PhotoId| table.find(id.as_str()).is_some_and(|row| selection.rows.has(row));
        ids.iter().map(passes).collect()
    }

    /// All scores with one key (`monkey`, `monkey@local`) of the photos that pass, in no particular order. A score below
    /// the scorer's reporting minimum is minus infinity. Photos without such a score are left out.
    pub fn scores(&self, filter: &Filter, key: &ScoreKey) -> Vec<(PhotoId, f32)> {
        let table = self.table();
        let Some(scores) = table.columns.scores.get(key) else { return Vec::new() };
        let selection = Selection::of(&table, &self.caches, filter);
        let with_score = selection.rows.rows().filter(|row| !scores.values[*row].is_nan());
        with_score.map(|row| (id(&table, row), scores.values[row])).collect()
    }
}

/// Changes, each with the row of the photo if it is listed.
fn rows_of(changes: &[Change]) -> Vec<(&Change, Option<Row<'_>>)> {
    changes.iter().map(|change| (change, change.listed().map(Row::of))).collect()
}

fn id(table: &Table, row: usize) -> PhotoId {
    PhotoId::from_text(table.columns.ids.at(row))
}
