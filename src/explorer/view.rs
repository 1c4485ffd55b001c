//! A read-only view of the columns for analyses: the photos that pass a filter, and their values.

use std::borrow::Cow;

use jiff::civil::Date;
use parking_lot::RwLockReadGuard;

use super::dates::date_of;
use super::row::days;
use super::selection::{QueryCaches, Selection};
use super::table::Table;
use super::values::{NO_COUNT, NO_DAY, Names, Values};
use super::{Explorer, Facet, Seasons, facets, seasons};
use crate::photo::ScoreKey;
use crate::photo::fields::{self, PERSON, SCORE};
use crate::photo::filter::Filter;

/// The clauses of the filter that apply when the values of a field are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clauses {
    /// All clauses: only photos that pass are counted.
    All,
    /// All clauses except those on the counted field, so that its other values have counts too.
    OfOtherFields,
}

/// The photos that pass a filter, as columns. The dataset does not change while a view is held.
pub struct View<'a> {
    table: RwLockReadGuard<'a, Table>,
    caches: &'a QueryCaches,
    filter: &'a Filter,
    selection: Selection,
    /// Where the column of the owners is among the table's.
    people: Option<usize>,
}

/// A photo of a view.
#[derive(Clone, Copy, Debug)]
pub struct PhotoRow(usize);

impl Explorer {
    /// A view of the photos that pass a filter. Changes of the dataset are blocked until the view is dropped.
    pub fn view<'a>(&'a self, filter: &'a Filter) -> View<'a> {
        let table = self.table();
        let selection = Selection::of(&table, &self.caches, filter);
        let people = fields::stored().iter().position(|field| field.name == PERSON);
        View { table, caches: &self.caches, filter, selection, people }
    }
}

impl View<'_> {
    /// The filter.
    pub fn filter(&self) -> &Filter {
        self.filter
    }

    /// The number of photos that pass.
    pub fn total(&self) -> u64 {
        self.selection.total
    }

    /// The number of photos in the dataset.
    pub fn photos(&self) -> u64 {
        self.table.photos
    }

    /// Concepts with at least one score, by name.
    pub fn concepts(&self) -> Vec<String> {
        let names = &self.caches.overall(&self.table).names;
        names.iter().filter_map(|name| name.strip_prefix(SCORE)).map(str::to_owned).collect()
    }

    /// The photos that pass, in no particular order.
    pub fn rows(&self) -> impl Iterator<Item = PhotoRow> + '_ {
        self.selection.rows.rows().map(PhotoRow)
    }

    /// The id of a photo.
    pub fn id(&self, row: PhotoRow) -> &str {
        self.table.columns.ids.at(row.0)
    }

    /// The day on which a photo was taken; `None` if it is not known to the day.
    pub fn day(&self, row: PhotoRow) -> Option<Day> {
        let taken = self.table.columns.taken();
        let day = taken.first[row.0];
        (day != NO_DAY && day == taken.last[row.0]).then_some(Day(day))
    }

    /// Latitude and longitude in degrees; `None` without coordinates.
    pub fn point(&self, row: PhotoRow) -> Option<(f64, f64)> {
        let latitude = self.table.columns.latitude()[row.0];
        (!latitude.is_nan()).then(|| (latitude, self.table.columns.longitude()[row.0]))
    }

    /// The values of a field of counts; all unknown if there is no such field.
    pub fn counts(&self, name: &str) -> RowCounts<'_> {
        RowCounts(match self.table.columns.get(name) {
            Some(Values::Counts(counts)) => &counts.values,
            _ => &[],
        })
    }

    /// The values of a field of numbers between two bounds; all unknown if there is no such field.
    pub fn numbers(&self, name: &str) -> RowNumbers<'_> {
        RowNumbers(match self.table.columns.get(name) {
            Some(Values::Range(range)) => &range.values,
            _ => &[],
        })
    }

    /// The scores of a key; all unknown if there are none.
    pub fn scores(&self, key: &ScoreKey) -> RowScores<'_> {
        RowScores(self.table.columns.scores.get(key).map_or(&[], |scores| &scores.values))
    }

    /// Whether a photo passes the filter.
    pub fn passes(&self, row: PhotoRow) -> bool {
        self.selection.rows.has(row.0)
    }

    /// The values of a field with one name per photo, by number; empty if there is no such field.
    pub fn names(&self, name: &str) -> RowNames<'_> {
        RowNames(match self.table.columns.get(name) {
            Some(Values::Names(names)) => Some(names),
            _ => None,
        })
    }

    /// The photos of the dataset that pass another filter.
    pub fn passing(&self, filter: &Filter) -> Vec<PhotoRow> {
        Selection::of(&self.table, self.caches, filter).rows.rows().map(PhotoRow).collect()
    }

    /// A number for the owner's pseudonym; `None` if the owner is unknown.
    pub fn owner(&self, row: PhotoRow) -> Option<u32> {
        let Values::Names(people) = &self.table.columns.fields[self.people?] else { return None };
        Some(people.codes.at(row.0)).filter(|code| *code > 0)
    }

    /// Counts of the values of a field; `None` if the field has no facet.
    pub fn facet(&self, name: &str, clauses: Clauses) -> Option<Facet> {
        let selection = self.counted(clauses);
        let facets = facets::facets_of(&self.table, self.caches, (self.filter, &selection), &[name.to_owned()]);
        facets.facets.into_iter().next()
    }

    /// At most `limit` values of a choice field; `None` if there is no such field.
    pub fn choices(&self, name: &str, clauses: Clauses, limit: usize) -> Option<super::Choices> {
        let selection = self.counted(clauses);
        facets::choices_in(&self.table, self.caches, (self.filter, &selection, name), ("", limit))
    }

    fn counted(&self, clauses: Clauses) -> Cow<'_, Selection> {
        match clauses {
            Clauses::All => Cow::Owned(self.selection.clone().of_no_field()),
            Clauses::OfOtherFields => Cow::Borrowed(&self.selection),
        }
    }

    /// Photos by month and latitude.
    pub fn seasons(&self) -> Seasons {
        seasons::seasons(&self.table, &self.selection.rows)
    }
}

/// The values of a field of counts.
pub struct RowCounts<'a>(&'a [u32]);

impl RowCounts<'_> {
    /// The count of a photo; `None` if it is unknown.
    pub fn of(&self, row: PhotoRow) -> Option<u32> {
        self.0.get(row.0).copied().filter(|count| *count != NO_COUNT)
    }
}

/// The values of a field of numbers between two bounds.
pub struct RowNumbers<'a>(&'a [f64]);

impl RowNumbers<'_> {
    /// The number of a photo; `None` if it is unknown.
    pub fn of(&self, row: PhotoRow) -> Option<f64> {
        self.0.get(row.0).copied().filter(|number| !number.is_nan())
    }
}

/// Scores.
pub struct RowScores<'a>(&'a [f32]);

impl RowScores<'_> {
    /// The score of a photo, minus infinity below the scorer's minimum; `None` if it has none.
    pub fn of(&self, row: PhotoRow) -> Option<f32> {
        self.0.get(row.0).copied().filter(|score| !score.is_nan())
    }
}

/// The values of a field with one name per photo.
pub struct RowNames<'a>(Option<&'a Names>);

impl RowNames<'_> {
    /// The number of a photo's value; `None` if it has none.
    pub fn of(&self, row: PhotoRow) -> Option<u32> {
        Some(self.0?.codes.at(row.0)).filter(|code| *code > 0)
    }

    /// The value with a number, as written in a filter.
    pub fn value(&self, number: u32) -> &str {
        self.0.map_or("", |names| names.names.name(number))
    }

    /// The label of the value with a number.
    pub fn label(&self, number: u32) -> &str {
        self.0.map_or("", |names| names.names.label(number))
    }
}

/// A day by the camera's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// Days since 1970-01-01.
    pub fn number(self) -> i32 {
        self.0
    }

    /// The date.
    pub fn date(self) -> Date {
        date_of(self.0)
    }
}

/// The date of a number of days since 1970-01-01.
pub fn date_of_day(day: i32) -> Date {
    date_of(day)
}

/// The number of days since 1970-01-01 of a date.
pub fn day_of_date(date: Date) -> i32 {
    days(date)
}
