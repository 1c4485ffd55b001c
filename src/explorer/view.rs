//! A read-only view of the columns for analyses: the photos that pass a filter, and their values.

use std::borrow::Cow;

use jiff::civil::Date;
use parking_lot::RwLockReadGuard;

use super::dates::date_of;
use super::row::days;
use super::selection::{QueryCaches, Selection};
use super::table::Table;
use super::values::{NO_DAY, Values};
use super::{Explorer, Facet, Seasons, facets, seasons};
use crate::photo::fields::{PERSON, SCORE};
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
}

/// A photo of a view.
#[derive(Clone, Copy, Debug)]
pub struct PhotoRow(usize);

impl Explorer {
    /// A view of the photos that pass a filter. Changes of the dataset are blocked until the view is dropped.
    pub fn view<'a>(&'a self, filter: &'a Filter) -> View<'a> {
        let table = self.table();
        let selection = Selection::of(&table, &self.caches, filter);
        View { table, caches: &self.caches, filter, selection }
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

    /// The day on which a photo was taken; `None` if it is not known to the day.
    pub fn day(&self, row: PhotoRow) -> Option<Day> {
        let taken = self.table.columns.taken();
        let day = taken.first[row.0];
        (day != NO_DAY && day == taken.last[row.0]).then_some(Day(day))
    }

    /// A number for the owner's pseudonym; `None` if the owner is unknown.
    pub fn owner(&self, row: PhotoRow) -> Option<u32> {
        let Some(Values::Names(people)) = self.table.columns.get(PERSON) else { return None };
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
