//! The fields of a photo, one entry each. Filters, facets, orders, searched text, captions, columns of the CSV,
//! the tables of the docs and the lists of the page are derived from these entries.
//!
//! To add a field, add an entry to `quality.rs`, the last list.

mod added;
mod caption;
mod choice;
mod column;
mod number;
mod origin;
mod picture;
mod place;
mod quality;
mod read;
mod record;
mod search;

use std::borrow::Cow;
use std::sync::LazyLock;

use self::column::column;
use super::vocabulary::vocabulary;
use super::{Period, Photo};

pub use caption::title;
pub use choice::ChoiceField;
pub use column::{Column, ColumnType};
pub use number::{MAX_COUNT, NumberField};
pub use read::{camera_name, city_name, coordinates, day, period, score, sun};
pub use search::search_text;

/// The field of the searches that found a photo.
pub const TERM: &str = "term";
/// The field of the day on which a photo was taken.
pub const TAKEN: &str = "taken";
/// The field of the place where a photo was taken.
pub const PLACE: &str = "place";
/// The field of the latitude.
pub const LATITUDE: &str = "latitude";
/// The field of the uncertainty of the coordinates, metres.
pub const UNCERTAINTY: &str = "uncertainty";
/// The field of the month in which a photo was taken.
pub const MONTH: &str = "month";
/// The field of the hour in which a photo was taken.
pub const HOUR: &str = "hour";
/// The field of the apparent solar time, hours.
pub const SOLAR_TIME: &str = "solar_time";
/// The field of the sun's elevation, degrees.
pub const SUN_ELEVATION: &str = "sun_elevation";
/// The field of the setting that counts.
pub const SETTING: &str = "setting";
/// The field of what the setting rests on.
pub const SETTING_BASIS: &str = "setting_by";
/// The field of the script of the words.
pub const SCRIPT: &str = "script";
/// The field of the language of the search that found it first.
pub const SEARCH_LANGUAGE: &str = "search_language";
/// The field of who says the Red List category.
pub const CATEGORY_BASIS: &str = "iucn_by";
/// The field of the distance from the range of the species, km.
pub const RANGE_DISTANCE: &str = "range_distance";
/// The field of the flags.
pub const FLAG: &str = "flag";
/// The field of owners' pseudonyms.
pub const PERSON: &str = "person";
/// The prefix of all score fields: `score.monkey`.
pub const SCORE: &str = "score.";

/// The definition of a field.
pub struct Field {
    /// Its name in filters, in the API and in URLs: `country`.
    pub name: &'static str,
    /// The label to display: `Country`.
    pub label: &'static str,
    /// The label of photos without a value: `Unknown country`.
    pub unknown: &'static str,
    /// The kind of its values, and how they are read.
    pub kind: Kind,
    /// The unit of its numbers; absent for names and plain counts.
    pub unit: Option<Unit>,
    /// Example clauses; messages show the first.
    pub examples: &'static [&'static str],
    /// Completes "photos that ..." for the docs.
    pub meaning: &'static str,
    /// The position of its facet, if it has one.
    pub facet: Option<Facet>,
    /// Its chart, if it has one.
    pub chart: Option<Chart>,
    /// Orders of photos by this field.
    pub sorts: &'static [SortName],
    /// A caption line in the gallery.
    pub caption: Option<Caption>,
    /// Passes the texts of a photo that word search uses to a function.
    pub search: Option<Search>,
    /// The name of these texts in the docs.
    pub searched_as: &'static str,
    /// Its columns in the CSV, paths into the JSON Lines.
    pub columns: &'static [Column],
    /// Whether its values are found in texts that [`Photo::outline`] leaves out.
    pub reads_texts: bool,
}

vocabulary! {
    /// The unit of numbers.
    pub enum Unit {
        /// Months of the year, 1-12.
        Month = "month",
        /// Hours of the day, 0-23.
        Hour = "hour",
        /// Degrees of latitude.
        Latitude = "latitude",
    }
}

/// Passes texts of a photo to a function.
pub type Search = fn(&Photo, &mut dyn FnMut(&str));

/// An empty entry, on which the others are based.
pub(super) const NOTHING: Field = Field {
    name: "",
    label: "",
    unknown: "Unknown",
    kind: Kind::Plain,
    unit: None,
    examples: &[],
    meaning: "",
    facet: None,
    chart: None,
    sorts: &[],
    caption: None,
    search: None,
    searched_as: "",
    columns: &[],
    reads_texts: false,
};

/// The kind of values of a field, and how they are read from a photo.
pub enum Kind {
    /// Not filterable: it is only exported, and searched if `search` is set.
    Plain,
    /// At most one name per photo.
    Names(Names),
    /// Any number of names per photo, none of them blank.
    Sets(for<'a> fn(&'a Photo) -> Vec<Cow<'a, str>>),
    /// A path of names, from the widest to the narrowest; names in small letters after it belong to no path.
    Branches(for<'a> fn(&'a Photo) -> Vec<Cow<'a, str>>),
    /// Whole numbers from 0, without an upper bound: `views`. Bins grow with the numbers.
    Counts(fn(&Photo) -> Option<u64>),
    /// Cyclic whole numbers: `month`. One bin for each number.
    Cycle {
        /// The number.
        read: fn(&Photo) -> Option<u8>,
        /// The smallest possible number.
        first: u8,
        /// The largest possible number.
        last: u8,
    },
    /// Numbers between two bounds, in bins of equal width: `latitude`.
    Range {
        /// The number.
        read: fn(&Photo) -> Option<f64>,
        /// The smallest possible number.
        least: f64,
        /// The largest possible number.
        most: f64,
        /// The number of bins.
        bins: u8,
    },
    /// Scores of concepts: one field for each concept, named `score.NAME`.
    Scores,
    /// The time within which it was taken, by the camera's clock.
    Days(fn(&Photo) -> Option<Period>),
    /// Degrees of latitude and longitude.
    Places(fn(&Photo) -> Option<(f64, f64)>),
    /// A form of area in a clause on `place`.
    Area(Shape),
}

/// A form of area in a filter.
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
    /// By the grid of hexagons of equal area.
    Hexagon,
    /// By areas of a layer of polygons.
    Layer,
}

/// A field with at most one name per photo.
pub struct Names {
    /// The name.
    pub read: for<'a> fn(&'a Photo) -> Option<Name<'a>>,
    /// The names that a filter may contain.
    pub form: Form,
    /// An alternative form of the normalised name in a filter.
    pub also: fn(&str) -> Option<&str>,
}

/// A value of a choice field.
pub struct Name<'a> {
    /// As written in a filter: `MY`.
    pub value: Cow<'a, str>,
    /// The label to display, if it differs: `Malaysia`.
    pub label: Option<Cow<'a, str>>,
}

/// The names that a filter may contain.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Any name.
    Free,
    /// One of these names.
    OneOf(&'static [&'static str]),
    /// One of these, or another that some photo of the dataset has.
    Usual(fn() -> Vec<&'static str>),
    /// Two letters (ISO 3166-1 alpha-2), or a name of the country.
    CountryCode,
}

/// The display of a field in the panel of facets.
#[derive(Clone, Copy, Debug)]
pub struct Facet {
    /// Position in the panel, in ascending order.
    pub rank: u8,
    /// Whether its values are shown initially.
    pub open: bool,
}

/// A chart of a field's counts.
#[derive(Clone, Copy, Debug)]
pub struct Chart {
    /// Position in the list of charts, in ascending order.
    pub rank: u8,
    /// Its title: `Countries`.
    pub title: &'static str,
}

/// An order of photos by a field.
#[derive(Clone, Copy, Debug)]
pub struct SortName {
    /// Its name in the API and in URLs: `newest`.
    pub name: &'static str,
    /// The label to display: `Newest first`.
    pub label: &'static str,
    /// Whether small values come first.
    pub ascending: bool,
}

/// A caption line in the gallery.
#[derive(Clone, Copy)]
pub struct Caption {
    /// Position of the line, in ascending order.
    pub rank: u8,
    /// Its name in URLs: `date`.
    pub name: &'static str,
    /// The line; `None` if the photo has no value.
    pub text: fn(&Photo) -> Option<String>,
}

impl Names {
    /// The value of a photo; `None` if it is blank.
    pub fn of<'a>(&self, photo: &'a Photo) -> Option<Name<'a>> {
        (self.read)(photo).filter(|name| choice::says_something(&name.value))
    }

    /// Any name.
    const fn free(read: for<'a> fn(&'a Photo) -> Option<Name<'a>>) -> Kind {
        Kind::Names(Names { read, form: Form::Free, also: |_| None })
    }

    /// Names that sources use, and others that a dataset may have.
    const fn usual(read: for<'a> fn(&'a Photo) -> Option<Name<'a>>, names: fn() -> Vec<&'static str>) -> Kind {
        Kind::Names(Names { read, form: Form::Usual(names), also: |_| None })
    }

    /// One of some names.
    const fn one_of(read: for<'a> fn(&'a Photo) -> Option<Name<'a>>, names: &'static [&'static str]) -> Kind {
        Kind::Names(Names { read, form: Form::OneOf(names), also: |_| None })
    }
}

impl<'a> Name<'a> {
    /// A value whose label is the same.
    pub fn plain(value: impl Into<Cow<'a, str>>) -> Self {
        Self { value: value.into(), label: None }
    }
}

impl Kind {
    /// Whether it is a choice field.
    pub fn is_choice(&self) -> bool {
        matches!(self, Self::Names(_) | Self::Sets(_) | Self::Branches(_))
    }

    /// Whether it is a numeric field.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Counts(_) | Self::Cycle { .. } | Self::Range { .. })
    }
}

/// All fields. This is the order of the CSV's columns, which never changes: new fields go to the end of
/// `quality.rs`.
pub fn all() -> impl Iterator<Item = &'static Field> {
    [record::FIELDS, origin::FIELDS, place::FIELDS, picture::FIELDS, added::FIELDS, quality::FIELDS]
        .into_iter()
        .flatten()
}

/// The field with this name; `None` also for scores.
pub fn named(name: &str) -> Option<&'static Field> {
    all().find(|field| field.name == name)
}

/// The fields with a facet, in the order of the panel. One entry represents all score fields.
pub fn facets() -> &'static [&'static Field] {
    static FACETS: LazyLock<Vec<&Field>> = LazyLock::new(|| ranked(|field| field.facet.map(|facet| facet.rank)));
    &FACETS
}

/// The filterable fields, in the order of the panel; those without a facet come last.
pub fn filterable() -> &'static [&'static Field] {
    static FILTERABLE: LazyLock<Vec<&Field>> = LazyLock::new(|| {
        let rank = |field: &Field| field.facet.map_or(u8::MAX, |facet| facet.rank);
        ranked(|field| (!matches!(field.kind, Kind::Plain)).then(|| rank(field)))
    });
    &FILTERABLE
}

/// The fields with a column in the explorer: one value or one set per photo.
pub fn stored() -> &'static [&'static Field] {
    static STORED: LazyLock<Vec<&Field>> = LazyLock::new(|| {
        let all = filterable().iter().copied();
        all.filter(|field| !matches!(field.kind, Kind::Scores | Kind::Area(_))).collect()
    });
    &STORED
}

/// The caption lines, in display order.
pub fn captions() -> &'static [(&'static Field, Caption)] {
    static CAPTIONS: LazyLock<Vec<(&Field, Caption)>> = LazyLock::new(|| {
        let fields = ranked(|field| field.caption.map(|caption| caption.rank));
        fields.into_iter().filter_map(|field| Some((field, field.caption?))).collect()
    });
    &CAPTIONS
}

/// The fields with a chart, in display order.
pub fn charts() -> Vec<&'static Field> {
    ranked(|field| field.chart.map(|chart| chart.rank))
}

/// All columns of the CSV except those of personal fields and scores, in order.
pub fn columns() -> impl Iterator<Item = &'static Column> {
    all().flat_map(|field| field.columns)
}

/// The fields that have a rank, in ascending order; equal ranks in the order of the columns.
fn ranked(rank: impl Fn(&Field) -> Option<u8>) -> Vec<&'static Field> {
    let mut ranked: Vec<(u8, &Field)> = all().filter_map(|field| Some((rank(field)?, field))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, field)| field).collect()
}
