//! The explorer's answers, as the API returns them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::photo::fields;
use crate::photo::filter::NumberField;

/// Order of photos; photos without a value come last, ties go by id.
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
    /// The order of a name; nothing is the newest first. `None`: there is no such order.
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

    /// All orders there are, for a message.
    pub fn names() -> String {
        let names = fields::all().flat_map(|field| field.sorts).map(|sort| sort.name);
        names.chain(["score.NAME", "-score.NAME"]).collect::<Vec<_>>().join(", ")
    }
}

/// How many photos: those that pass, and all of the dataset's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    /// Photos that pass every clause, but for those on this facet's own field.
    pub count: u64,
    /// Photos of the whole dataset.
    pub all: u64,
}

/// Counts of every facet for a filter.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Facets {
    /// Counts up with every change of the dataset.
    pub generation: u64,
    /// Photos that pass the filter.
    pub total: u64,
    /// Photos of the dataset.
    pub photos: u64,
    /// Distinct owners (pseudonyms) among those that pass.
    pub people: u64,
    /// In the order asked, or all of them.
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
    /// How many values there are besides these.
    pub more: u64,
}

/// One value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Choice {
    /// As a filter names it.
    pub value: String,
    /// For a person (`Malaysia`).
    pub label: String,
    /// Photos that pass, all but this facet's own clauses considered.
    pub count: u64,
    /// Photos of the whole dataset.
    pub all: u64,
}

/// Counts of a field of numbers or days.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Histogram {
    /// `taken`, `views`, `faves`, `month`, `hour`, `latitude`, `score.monkey`, ...
    pub name: String,
    /// `linear`, `log`, `days` (bounds are days since 1970-01-01).
    pub scale: String,
    /// Edges, one more than there are bins; the last bin holds its upper edge.
    pub edges: Vec<f64>,
    /// Photos that pass, bin by bin.
    pub counts: Vec<u64>,
    /// Photos of the whole dataset, bin by bin.
    pub all: Vec<u64>,
    /// Photos without a value.
    pub none: Count,
    /// Photos that a scorer only reported to be below its floor (`score.NAME:<0` finds them).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub under_floor: Option<Count>,
    /// Smallest value in the dataset.
    pub min: Option<f64>,
    /// Largest value in the dataset.
    pub max: Option<f64>,
}

/// A place in the gallery where something begins (a year, a letter, a round number).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tick {
    /// Position of the first photo, from 0.
    pub from: u64,
    /// `2019`, `2019-05`, `no date`, `1,000 views`.
    pub label: String,
    /// 0: large (a year), 1: small (a month).
    pub level: u8,
}

/// What the map shows.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct MapCells {
    /// Counts up with every change of the dataset.
    pub generation: u64,
    /// Photos that pass the filter: `inside + outside + unplaced`.
    pub total: u64,
    /// The number of points in the box, or the sum over the cells that have one in it, each counted whole.
    pub inside: u64,
    /// Those with coordinates that are not `inside`.
    pub outside: u64,
    /// Those without coordinates.
    pub unplaced: u64,
    /// `points` or `cells`; points are answered for up to 50,000 inside, else cells.
    pub shape: String,
    /// H3 resolution of the cells.
    pub resolution: u8,
    /// Search terms, as numbered in `points.term`.
    pub terms: Vec<String>,
    /// One a photo, when `shape` is `points`.
    pub points: Option<Points>,
    /// When `shape` is `cells`.
    pub cells: Vec<Cell>,
}

/// Points, column by column, the newest first whatever the sort of the gallery.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Points {
    /// Degrees.
    pub lon: Vec<f32>,
    /// Degrees.
    pub lat: Vec<f32>,
    /// Number of the (first) search term; 255 for none.
    pub term: Vec<u8>,
    /// The measure's value, if the query has one (`score.monkey`); null where there is none.
    pub value: Option<Vec<Option<f32>>>,
    /// Position in the gallery, from 0.
    pub position: Vec<u32>,
}

/// One H3 cell.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Cell {
    /// H3 index; `cell:ID` is the filter that opens exactly these photos.
    #[schema(value_type = String)]
    pub id: Arc<str>,
    /// Photos in it that pass.
    pub count: u64,
    /// The measure: count, share (0..=1) of photos with the term, or mean score; null when none has a score.
    pub value: Option<f32>,
    /// Mean place of its photos, `[longitude, latitude]`.
    pub centre: [f32; 2],
    /// Its outline, `[longitude, latitude]`, not closed; longitudes run past 180 where it crosses the antimeridian.
    #[schema(value_type = Vec<[f32; 2]>)]
    pub ring: Arc<[[f32; 2]]>,
}

/// What colours the map.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measure {
    /// `count`
    #[default]
    Count,
    /// `term:monkey wild`: share of photos that this search found.
    Share(String),
    /// `score.monkey`: mean score of the scored.
    Score(String),
}

/// Photos by month and latitude.
#[derive(Clone, Debug)]
pub struct Seasons {
    /// South edges of bands 15 degrees wide, from -90.
    pub south: Vec<i16>,
    /// For each band twelve counts, January first.
    pub months: Vec<[u64; 12]>,
    /// Photos that pass but lack a month or a place.
    pub unknown: u64,
}
