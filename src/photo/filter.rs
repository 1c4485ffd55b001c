//! Filters: which photos the page, its address, the API and the command line ask for.
//!
//! `term:"monkey wild" score.monkey:>=0.45 country:IN,MY -fault:any near:5.84,118.1,50km`: clauses are
//! joined by AND, the values of one clause by OR. docs/filter.md is the reference.

mod items;
mod known_names;
mod layer_area;
mod matches;
mod mistakes;
mod parse;
mod print;
mod span;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use super::fields::{ChoiceField, NumberField};
pub use known_names::{KnownNames, Parsed};
pub use layer_area::{Geometry, HoldsPoint, LayerAreas};

/// An invalid filter: what is wrong, and how to write it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FilterError {
    /// Where: the number of characters (Unicode scalar values) before it.
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
    /// The condition.
    pub test: Test,
}

/// The condition of a clause; the alternatives within it are joined by OR.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Test {
    /// A word or, with blanks, a phrase: occurs somewhere in the photo's text, also inside a word.
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
    /// Taken within one of some spans, by the camera's clock.
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
    /// A hexagon of a grid of equal areas ([`super::equal_area`]) (`hexagon:2500,12,40`: area of its hexagons in km², row,
    /// column).
    Hexagon {
        /// Square kilometres.
        km2: u32,
        /// From the equator to the north.
        row: i32,
        /// From longitude 0 to the east.
        column: u32,
    },
    /// Areas of a layer of polygons (`in:parks,"Bako National Park"`: the layer, and one or more of its areas).
    Layer {
        /// The name of the layer.
        layer: String,
        /// The names of its areas; any of them.
        areas: Vec<String>,
        /// Where they are.
        #[serde(skip)]
        #[schema(ignore)]
        geometry: Geometry,
    },
}
