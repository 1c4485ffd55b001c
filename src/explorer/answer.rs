//! The explorer's results, as the API returns them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::photo::filter::NumberField;
use crate::photo::vocabulary::vocabulary;
use crate::photo::{ScoreKey, fields};

/// Order of photos. Photos without a value come last; equal values are ordered by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// `newest`: last taken first.
    #[default]
    Newest,
    /// `oldest`: first taken first.
    Oldest,
    /// `views`, `score.monkey`: the largest number first.
    Most(NumberField),
    /// `-views`, `-score.monkey`: the smallest number first.
    Least(NumberField),
}

impl Sort {
    /// The order with this name; the default (an empty name) is newest first. `None` if there is no such order.
    pub fn named(text: &str) -> Option<Self> {
        let sortable = |name: &str| {
            NumberField::named(name).filter(|field| match field {
                NumberField::Field(numbered) => !numbered.field().sorts.is_empty(),
                NumberField::Score(_) => true,
            })
        };
        match (text, text.strip_prefix('-')) {
            ("" | "newest", _) => Some(Self::Newest),
            ("oldest", _) => Some(Self::Oldest),
            (_, Some(name)) => sortable(name).map(Self::Least),
            (name, None) => sortable(name).map(Self::Most),
        }
    }

    /// The names of all orders.
    pub fn names() -> impl Iterator<Item = &'static str> {
        fields::all().flat_map(|field| field.sorts).map(|sort| sort.name).chain(["score.NAME", "-score.NAME"])
    }
}

/// The number of photos: those that pass, and all photos of the dataset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    /// Photos that pass all clauses except those on this facet's own field.
    pub count: u64,
    /// Photos in the whole dataset.
    pub all: u64,
}

/// Counts of every facet for a filter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Facets {
    /// Increases with every change of the dataset.
    pub generation: u64,
    /// Photos that pass the filter.
    pub total: u64,
    /// Photos in the dataset.
    pub photos: u64,
    /// Distinct owners (pseudonyms) among those that pass.
    pub people: u64,
    /// The requested facets in the order of the request, or all.
    pub facets: Vec<Facet>,
}

/// One field's counts.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Facet {
    /// A field of names.
    Choices(Choices),
    /// A field of numbers or days.
    Histogram(Histogram),
}

/// Counts of a field of names.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Choices {
    /// `term`, `source`, `country`, `city`, `license`, `camera`, `fault`, `state`, `place` (values `any`).
    pub name: String,
    /// The most frequent, by `count`, then `all`, then name; values that the filter names are always included.
    pub values: Vec<Choice>,
    /// Photos without a value.
    pub none: Count,
    /// The number of values that are not listed.
    pub more: u64,
}

/// One value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Choice {
    /// The value as written in a filter.
    pub value: String,
    /// The label to display (`Malaysia`).
    pub label: String,
    /// The value that contains this one, in a field of taxa: `Cercopithecidae` of `Macaca`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parent: Option<String>,
    /// Photos that pass all clauses except those on this facet's own field.
    pub count: u64,
    /// Photos in the whole dataset.
    pub all: u64,
}

vocabulary! {
    /// The scale of an axis of numbers.
    #[derive(Default)]
    pub enum Scale {
        /// Bins of one width.
        #[default]
        Linear = "linear",
        /// Bins that grow with the numbers.
        Log = "log",
        /// Days since 1970-01-01.
        Days = "days",
    }
}

/// Counts of a field of numbers or days.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Histogram {
    /// `taken`, `views`, `faves`, `month`, `hour`, `latitude`, `score.monkey`, ...
    pub name: String,
    /// `linear`, `log`, `days` (bounds are days since 1970-01-01).
    #[schema(value_type = String)]
    pub scale: Scale,
    /// Edges, one more than bins; the last bin includes its upper edge.
    pub edges: Vec<f64>,
    /// Photos that pass, for each bin.
    pub counts: Vec<u64>,
    /// Photos in the whole dataset, for each bin.
    pub all: Vec<u64>,
    /// Photos without a value.
    pub none: Count,
    /// Photos whose score is below the scorer's reporting minimum (`score.NAME:<0` selects them).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub under_floor: Option<Count>,
    /// Photos whose date is less exact than a bin: it covers several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub less_exact: Option<Count>,
    /// Smallest value in the dataset.
    pub min: Option<f64>,
    /// Largest value in the dataset.
    pub max: Option<f64>,
}

/// A position in the gallery where a year, a month or a round number begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tick {
    /// Position of the first photo, from 0.
    pub from: u64,
    /// `2019`, `2019-05`, `no date`, `1,000 views`.
    pub label: String,
    /// 0 for a large tick (a year), 1 for a small one (a month).
    pub level: u8,
}

/// The photos on the map.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct MapCells {
    /// Increases with every change of the dataset.
    pub generation: u64,
    /// Photos that pass the filter: `inside + outside + unplaced`.
    pub total: u64,
    /// The number of photos in the box. With cells, all photos of every cell that has a photo in the box.
    pub inside: u64,
    /// Photos with coordinates that are not `inside`.
    pub outside: u64,
    /// Photos without coordinates.
    pub unplaced: u64,
    /// `points` for up to 50,000 photos inside, otherwise `cells`.
    pub shape: String,
    /// H3 resolution of the cells.
    pub resolution: u8,
    /// Search terms, as numbered in `points.term`.
    pub terms: Vec<String>,
    /// One point for each photo, if `shape` is `points`.
    pub points: Option<Points>,
    /// The cells, if `shape` is `cells`.
    pub cells: Vec<Cell>,
}

/// Points as columns, newest first, independent of the gallery's order.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Points {
    /// Degrees.
    pub lon: Vec<f32>,
    /// Degrees.
    pub lat: Vec<f32>,
    /// Number of the most frequent search term of the photo; 255 for none.
    pub term: Vec<u8>,
    /// The value of the measure (`score.monkey`); null if the photo has no value.
    pub value: Option<Vec<Option<f32>>>,
    /// Position in the gallery, from 0.
    pub position: Vec<u32>,
}

/// One H3 cell.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Cell {
    /// H3 index; the filter `cell:ID` selects exactly these photos.
    #[schema(value_type = String)]
    pub id: Arc<str>,
    /// Photos in the cell that pass.
    pub count: u64,
    /// The measure: count, share (0..=1) of photos with the term, or mean score; null if no photo has a score.
    pub value: Option<f32>,
    /// Mean position of its photos, `[longitude, latitude]`.
    pub centre: [f32; 2],
    /// Its outline, `[longitude, latitude]`, not closed; longitudes exceed 180 if it crosses the antimeridian.
    #[schema(value_type = Vec<[f32; 2]>)]
    pub ring: Arc<[[f32; 2]]>,
}

/// The measure that colours the map.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measure {
    /// `count`
    #[default]
    Count,
    /// `term:monkey wild`: share of photos found by this search.
    Share(String),
    /// `score.monkey`: mean score of the scored photos.
    Score(ScoreKey),
}

/// Photos by month and latitude.
#[derive(Clone, Debug)]
pub struct Seasons {
    /// Southern edges of bands 15 degrees wide, from -90.
    pub south: Vec<i16>,
    /// Twelve counts for each band, January first.
    pub months: Vec<[u64; 12]>,
    /// Photos that pass but have no known month or place.
    pub unknown: u64,
}
