//! One filter for the page, its address, the API and the command line: what photos are asked for.
//!
//! `term:"monkey wild" score.monkey:>=0.45 country:IN,MY -fault:any near:5.84,118.1,50km`: clauses are
//! joined by AND, the values of one clause by OR. docs/filter.md is the reference.

mod items;
mod matches;
mod parse;
mod print;
mod span;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text that is no filter: what is wrong, and what is right instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// Where: how many characters (Unicode scalar values) stand before it.
    pub at: usize,
    /// For a person, with an example of the right form.
    pub message: String,
}

/// All clauses must hold; no clause: every photo.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Filter {
    /// Joined by AND, in the order typed.
    pub clauses: Vec<Clause>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Clause {
    /// Whether a photo must *not* pass the test (`-country:IN` keeps photos without a country).
    #[serde(default)]
    pub negated: bool,
    /// What is asked.
    pub test: Test,
}

/// What a clause asks; the alternatives within it are joined by OR.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Test {
    /// A word or, with blanks, a phrase: stands somewhere in the photo's text, also inside a word.
    Text {
        /// As typed; compared after normalisation.
        text: String,
    },
    /// One of some values.
    Choice {
        /// Which field.
        field: ChoiceField,
        /// Compared without case; not empty.
        #[serde(default)]
        values: Vec<String>,
        /// Photos without a value pass (`none`).
        #[serde(default)]
        none: bool,
        /// Photos with any value pass (`any`).
        #[serde(default)]
        any: bool,
    },
    /// A number in one of some spans.
    Number {
        /// Which field.
        field: NumberField,
        /// Any of them.
        #[serde(default)]
        spans: Vec<Span>,
        /// Photos without a value pass (`none`).
        #[serde(default)]
        none: bool,
        /// Photos with any value pass (`any`).
        #[serde(default)]
        any: bool,
    },
    /// Taken on a day in one of some spans, by the camera's clock.
    Taken {
        /// Any of them.
        #[serde(default)]
        spans: Vec<DaySpan>,
        /// Photos whose date is unknown pass (`none`).
        #[serde(default)]
        none: bool,
        /// Photos with any date pass (`any`).
        #[serde(default)]
        any: bool,
    },
    /// Taken in an area.
    Place {
        /// Which.
        area: Area,
    },
}

/// Fields whose values are names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChoiceField {
    /// Words of a search that found it.
    Term,
    /// The source's name.
    Source,
    /// ISO 3166-1 alpha-2.
    Country,
    /// `Sandakan` or, where that is not enough, `Sandakan, MY`.
    City,
    /// SPDX identifier.
    License,
    /// EXIF Make and Model in one (`Canon EOS 5D Mark III`).
    Camera,
    /// Stage at which it stopped (`download`, `thumbnail`, ...).
    Fault,
    /// `found`, `stored`, `rejected`, `gone`, `failed`.
    State,
    /// The owner's pseudonym.
    Person,
}

impl ChoiceField {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Term,
        Self::Source,
        Self::Country,
        Self::City,
        Self::License,
        Self::Camera,
        Self::Fault,
        Self::State,
        Self::Person,
    ];

    /// The field's name as a filter writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Term => "term",
            Self::Source => "source",
            Self::Country => "country",
            Self::City => "city",
            Self::License => "license",
            Self::Camera => "camera",
            Self::Fault => "fault",
            Self::State => "state",
            Self::Person => "person",
        }
    }

    /// The only values there are, where that is known.
    fn known(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Fault => Some(&["search", "download", "exif", "geocode", "thumbnail"]),
            Self::State => Some(&["found", "stored", "rejected", "gone", "failed"]),
            _ => None,
        }
    }

    /// A clause that is right.
    fn example(self) -> &'static str {
        match self {
            Self::Term => "term:\"monkey wild\",cage",
            Self::Source => "source:flickr",
            Self::Country => "country:IN,MY",
            Self::City => "city:Sandakan,\"Kota Kinabalu, MY\"",
            Self::License => "license:CC-BY-2.0,CC0-1.0",
            Self::Camera => "camera:\"Canon EOS 80D\"",
            Self::Fault => "fault:download,thumbnail",
            Self::State => "state:stored,found",
            Self::Person => "person:0123456789abcdef01234567",
        }
    }
}

/// Fields whose values are numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NumberField {
    /// Times it was looked at.
    Views,
    /// Times it was made a favourite.
    Faves,
    /// Month in which it was taken, 1-12.
    Month,
    /// Hour in which it was taken, 0-23; unknown where the date is no more exact than a month.
    Hour,
    /// Degrees.
    Latitude,
    /// Score of a concept, 0..=1; compared as a 32-bit number, as the explorer keeps it.
    Score(String),
}

impl NumberField {
    /// The field's name, that of its facet too: `views`, `score.wild animal`. A filter may need it in quotes.
    pub fn name(&self) -> String {
        match self {
            Self::Views => "views".to_owned(),
            Self::Faves => "faves".to_owned(),
            Self::Month => "month".to_owned(),
            Self::Hour => "hour".to_owned(),
            Self::Latitude => "latitude".to_owned(),
            Self::Score(concept) => format!("score.{concept}"),
        }
    }

    /// The least and the greatest number that a filter may name.
    fn bounds(&self) -> (f64, f64) {
        match self {
            Self::Month => (1.0, 12.0),
            Self::Hour => (0.0, 23.0),
            Self::Latitude => (-90.0, 90.0),
            Self::Views | Self::Faves | Self::Score(_) => (f64::MIN, f64::MAX),
        }
    }
}

/// From one number to another; an absent end is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Span {
    /// The lower end.
    pub min: Option<f64>,
    /// The upper end.
    pub max: Option<f64>,
    /// Whether `min` itself is out (`>0.45`).
    #[serde(default)]
    pub above: bool,
    /// Whether `max` itself is out (`<0.45`).
    #[serde(default)]
    pub below: bool,
}

/// From one day to another, both included; an absent end is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DaySpan {
    /// The first day.
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Date>,
    /// The last day.
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
}

/// A part of the globe; degrees, WGS 84.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "shape", rename_all = "lowercase")]
pub enum Area {
    /// Anywhere: it has coordinates (`place:any`; `place:none` is its negation).
    Any,
    /// A circle (great-circle distance) (`near:5.84,118.1,50km`).
    Near {
        /// Of the centre.
        latitude: f64,
        /// Of the centre.
        longitude: f64,
        /// Metres.
        radius_m: f64,
    },
    /// A box; `west > east` crosses the antimeridian (`box:116,4,127,22`: west, south, east, north).
    Box {
        /// West edge.
        west: f64,
        /// South edge.
        south: f64,
        /// East edge.
        east: f64,
        /// North edge.
        north: f64,
    },
    /// A polygon of `[longitude, latitude]`, closed by itself, straight in longitude and latitude
    /// (`polygon:116,4,127,4,127,22`).
    Polygon {
        /// At least three; longitudes may run past 180 to cross the antimeridian.
        ring: Vec<[f64; 2]>,
    },
    /// H3 cells, as hexadecimal indices of any resolution up to 7 (`cell:856922a3fffffff`).
    Cells {
        /// Any of them.
        cells: Vec<String>,
    },
}
