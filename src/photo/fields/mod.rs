//! The fields of a photo, one entry each: filters, facets, orders, searched text, captions, columns of the CSV,
//! the tables of the docs and the lists of the page follow from these entries.
//!
//! To add a field, add an entry to `added.rs`.

mod added;
mod caption;
mod choice;
mod number;
mod origin;
mod picture;
mod place;
mod read;
mod record;
mod search;

use std::borrow::Cow;
use std::sync::LazyLock;

use jiff::civil::DateTime;

use super::Photo;

pub use caption::title;
pub use choice::ChoiceField;
pub use number::{MAX_COUNT, NumberField};
pub use read::{camera_name, city_name, coordinates, day, score};
pub use search::search_text;

/// The field of searches that found a photo.
pub const TERM: &str = "term";
/// The field of the day on which a photo was taken.
pub const TAKEN: &str = "taken";
/// The field of where a photo was taken.
pub const PLACE: &str = "place";
/// The field of the degrees of latitude.
pub const LATITUDE: &str = "latitude";
/// The field of the month in which a photo was taken.
pub const MONTH: &str = "month";
/// The field of the hour in which a photo was taken; known only where the day is.
pub const HOUR: &str = "hour";
/// The field of owners' pseudonyms.
pub const PERSON: &str = "person";
/// What the names of all fields of scores begin with: `score.monkey`.
pub const SCORE: &str = "score.";

/// What is known of a field.
pub struct Field {
    /// Its name in filters, in the API and in addresses: `country`.
    pub name: &'static str,
    /// What a person calls it: `Country`.
    pub label: &'static str,
    /// What photos without a value are called: `Unknown country`.
    pub unknown: &'static str,
    /// What kind of values it has, and how they are read.
    pub kind: Kind,
    /// What its numbers count or measure: `month`, `hour`, `latitude`; empty for names and plain counts.
    pub unit: &'static str,
    /// Clauses with this field; messages show the first.
    pub examples: &'static [&'static str],
    /// Completes "photos that ..." for the docs.
    pub meaning: &'static str,
    /// Where its counts are shown, if they are.
    pub facet: Option<Facet>,
    /// Its chart, if it has one.
    pub chart: Option<Chart>,
    /// Orders of photos by this field.
    pub sorts: &'static [SortName],
    /// A line under a photo of the gallery.
    pub caption: Option<Caption>,
    /// Passes on the texts in which a search for words looks.
    pub search: Option<Search>,
    /// What the docs call these texts.
    pub searched_as: &'static str,
    /// Its columns in the CSV, paths into the JSON Lines.
    pub columns: &'static [Column],
}

/// Passes on texts of a photo.
pub type Search = fn(&Photo, &mut dyn FnMut(&str));

/// An entry without anything; the others name only what they have.
pub(super) const NOTHING: Field = Field {
    name: "",
    label: "",
    unknown: "Unknown",
    kind: Kind::Plain,
    unit: "",
    examples: &[],
    meaning: "",
    facet: None,
    chart: None,
    sorts: &[],
    caption: None,
    search: None,
    searched_as: "",
    columns: &[],
};

/// What values a field has, and how they are read from a photo.
pub enum Kind {
    /// No clause asks for it: it is exported, and searched where `search` says so.
    Plain,
    /// At most one name a photo.
    Names(Names),
    /// Any number of names a photo, none of them blank.
    Sets(for<'a> fn(&'a Photo) -> Vec<Cow<'a, str>>),
    /// Whole numbers from 0 on, without an end: `views`. Bins grow with the numbers.
    Counts(fn(&Photo) -> Option<u64>),
    /// Whole numbers that start again after the last one: `month`. A bin each.
    Cycle {
        /// The number.
        read: fn(&Photo) -> Option<u8>,
        /// The smallest one there is.
        first: u8,
        /// The largest one there is.
        last: u8,
    },
    /// Numbers between two bounds, in bins of one width: `latitude`.
    Range {
        /// The number.
        read: fn(&Photo) -> Option<f64>,
        /// The smallest one there is.
        least: f64,
        /// The largest one there is.
        most: f64,
        /// How many bins.
        bins: u8,
    },
    /// Scores of concepts: one field for each, named `score.NAME`.
    Scores,
    /// A day by the camera's clock.
    Days(fn(&Photo) -> Option<DateTime>),
    /// Degrees of latitude and longitude.
    Places(fn(&Photo) -> Option<(f64, f64)>),
    /// A way to name a part of the globe, for a clause on `place`.
    Area(Shape),
}

/// How a filter names a part of the globe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// By centre and radius.
    Near,
    /// By its four edges.
    Box,
    /// By its corners.
    Polygon,
    /// By H3 cells.
    Cell,
}

/// A field with at most one name a photo.
pub struct Names {
    /// The name.
    pub read: for<'a> fn(&'a Photo) -> Option<Name<'a>>,
    /// Which names a filter may ask for.
    pub form: Form,
    /// Another text by which a filter may ask for a name, of the normalised name.
    pub also: fn(&str) -> Option<&str>,
}

/// A name as a filter has it.
pub struct Name<'a> {
    /// As a filter has it: `MY`.
    pub value: Cow<'a, str>,
    /// As a person says it, where that differs: `Malaysia`.
    pub label: Option<Cow<'a, str>>,
}

/// Which names a filter may ask for.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Any.
    Free,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// Two letters (ISO 3166-1 alpha-2).
    CountryCode,
}

/// How a field's counts are shown in the panel of facets.
#[derive(Clone, Copy, Debug)]
pub struct Facet {
    /// Facets are shown by rank, small ones first.
    pub rank: u8,
    /// Whether its values are shown at first.
    pub open: bool,
}

/// A chart of a field's counts.
#[derive(Clone, Copy, Debug)]
pub struct Chart {
    /// Charts are shown by rank, small ones first.
    pub rank: u8,
    /// Its title: `Countries`.
    pub title: &'static str,
}

/// An order of photos by a field.
#[derive(Clone, Copy, Debug)]
pub struct SortName {
    /// Its name in the API and in addresses: `newest`.
    pub name: &'static str,
    /// What a person calls it: `Newest first`.
    pub label: &'static str,
    /// Whether small values come first.
    pub ascending: bool,
}

/// A line under a photo of the gallery.
#[derive(Clone, Copy)]
pub struct Caption {
    /// Lines are shown by rank, small ones first.
    pub rank: u8,
    /// Its name in addresses: `date`.
    pub name: &'static str,
    /// The line; absent where the photo has nothing to say.
    pub text: fn(&Photo) -> Option<String>,
}

/// A column of the CSV, and the field of the JSON Lines.
pub struct Column {
    /// A dotted path into the JSON Lines: `license.id`.
    pub path: &'static str,
    /// Type and unit, for the docs.
    pub unit: &'static str,
    /// What it means, for the docs.
    pub meaning: &'static str,
}

/// A column.
pub(super) const fn column(path: &'static str, unit: &'static str, meaning: &'static str) -> Column {
    Column { path, unit, meaning }
}

impl Names {
    /// The name of a photo; `None` if it is blank.
    pub fn of<'a>(&self, photo: &'a Photo) -> Option<Name<'a>> {
        (self.read)(photo).filter(|name| choice::says_something(&name.value))
    }

    /// Any name.
    const fn free(read: for<'a> fn(&'a Photo) -> Option<Name<'a>>) -> Kind {
        Kind::Names(Names { read, form: Form::Free, also: |_| None })
    }

    /// One of some names.
    const fn one_of(read: for<'a> fn(&'a Photo) -> Option<Name<'a>>, names: &'static [&'static str]) -> Kind {
        Kind::Names(Names { read, form: Form::OneOf(names), also: |_| None })
    }
}

impl<'a> Name<'a> {
    /// A name that a person says the same way.
    pub fn plain(value: impl Into<Cow<'a, str>>) -> Self {
        Self { value: value.into(), label: None }
    }
}

impl Kind {
    /// Whether it is a field of names.
    pub fn is_choice(&self) -> bool {
        matches!(self, Self::Names(_) | Self::Sets(_))
    }

    /// Whether it is a field of numbers.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Counts(_) | Self::Cycle { .. } | Self::Range { .. })
    }
}

/// All fields. This is the order of the CSV's columns, which never change their place: new ones go to the end of
/// `added.rs`.
pub fn all() -> impl Iterator<Item = &'static Field> {
    [record::FIELDS, origin::FIELDS, place::FIELDS, picture::FIELDS, added::FIELDS].into_iter().flatten()
}

/// The field of a name; `None` for scores too.
pub fn named(name: &str) -> Option<&'static Field> {
    all().find(|field| field.name == name)
}

/// The fields that have a facet, in the order of the panel. The one of scores stands for all of them.
pub fn facets() -> &'static [&'static Field] {
    static FACETS: LazyLock<Vec<&Field>> = LazyLock::new(|| ranked(|field| field.facet.map(|facet| facet.rank)));
    &FACETS
}

/// The fields that a clause can be on, in the order of the panel; those without a facet come last.
pub fn filterable() -> &'static [&'static Field] {
    static FILTERABLE: LazyLock<Vec<&Field>> = LazyLock::new(|| {
        let rank = |field: &Field| field.facet.map_or(u8::MAX, |facet| facet.rank);
        ranked(|field| (!matches!(field.kind, Kind::Plain)).then(|| rank(field)))
    });
    &FILTERABLE
}

/// The fields that have a column in the explorer: one value, or one set, a photo.
pub fn stored() -> &'static [&'static Field] {
    static STORED: LazyLock<Vec<&Field>> = LazyLock::new(|| {
        let all = filterable().iter().copied();
        all.filter(|field| !matches!(field.kind, Kind::Scores | Kind::Area(_))).collect()
    });
    &STORED
}

/// The lines that can stand under a photo, in the order shown.
pub fn captions() -> &'static [(&'static Field, Caption)] {
    static CAPTIONS: LazyLock<Vec<(&Field, Caption)>> = LazyLock::new(|| {
        let fields = ranked(|field| field.caption.map(|caption| caption.rank));
        fields.into_iter().filter_map(|field| Some((field, field.caption?))).collect()
    });
    &CAPTIONS
}

/// The fields that have a chart, in the order shown.
pub fn charts() -> Vec<&'static Field> {
    ranked(|field| field.chart.map(|chart| chart.rank))
}

/// All columns of the CSV but those of personal fields and scores, in order.
pub fn columns() -> impl Iterator<Item = &'static Column> {
    all().flat_map(|field| field.columns)
}

/// The fields that have a rank, small ones first; ties in the order of the columns.
fn ranked(rank: impl Fn(&Field) -> Option<u8>) -> Vec<&'static Field> {
    let mut ranked: Vec<(u8, &Field)> = all().filter_map(|field| Some((rank(field)?, field))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, field)| field).collect()
}
