//! The answer of an analysis, as the API returns it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::explorer::Scale;

/// The answer to one question.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Answer {
    /// The title to display.
    pub title: String,
    /// The unit of the values: `photos`, `photo-user-days`.
    pub unit: String,
    /// The filter of the request, in its canonical form.
    pub filter: String,
    /// What was counted, what was left out and how much; one sentence each.
    pub notes: Vec<String>,
    /// The values.
    pub shape: Shape,
}

/// The form of the values.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Shape {
    /// Values along an axis, one for each bin.
    Bars(Bars),
    /// One or more series of values over time.
    Lines(Lines),
    /// Values by two dimensions.
    HeatMap(HeatMap),
    /// Named values, the largest first.
    Ranking(Ranking),
    /// Areas of a map.
    Cells(Cells),
    /// Estimates with intervals.
    Estimates(IntervalEstimates),
    /// Densities over the hours of a day.
    Densities(Densities),
    /// Rows of texts and numbers.
    Table(Table),
}

/// One value, and the photos that it counts.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Mark {
    /// The label to display: `May 2019`.
    pub label: String,
    /// The value as written in a filter, if there is one: `MY`.
    pub key: String,
    /// The number of photos, or another measure.
    pub value: u64,
    /// The same for the whole dataset, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<u64>,
    /// The filter that selects its photos.
    pub filter: String,
}

/// An axis of numbers or days.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Axis {
    /// The counted field.
    pub field: String,
    /// `linear`, `log`, `days` (edges are days since 1970-01-01).
    #[schema(value_type = String)]
    pub scale: Scale,
    /// One more edge than marks; the last bin includes its upper edge.
    pub edges: Vec<f64>,
}

/// Values along an axis, one for each bin.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Bars {
    /// The axis.
    pub axis: Axis,
    /// One for each bin.
    pub marks: Vec<Mark>,
    /// Photos without a value, if there are any.
    pub unknown: Option<Mark>,
}

/// Series over time; all have the same marks in the same order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Lines {
    /// The interval between marks: `month`.
    pub step: String,
    /// One or more.
    pub series: Vec<Line>,
}

/// One series.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Line {
    /// The label to display; empty if there is only one series.
    pub label: String,
    /// In chronological order, without gaps.
    pub marks: Vec<Mark>,
}

/// Values by two dimensions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HeatMap {
    /// The dimension of the rows: `Latitude`.
    pub down: String,
    /// The name of each row.
    pub rows: Vec<String>,
    /// The name of each column.
    pub columns: Vec<String>,
    /// Row by row, one mark for each column.
    pub marks: Vec<Vec<Mark>>,
    /// The fields that a mark's filter restricts.
    pub fields: Vec<String>,
}

/// Named values, the largest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ranking {
    /// The field whose values are ranked.
    pub field: String,
    /// The largest first.
    pub marks: Vec<Mark>,
    /// Photos without a value, if there are any.
    pub unknown: Option<Mark>,
    /// The number of values that are not listed.
    pub more: u64,
}

/// Areas of a map, the largest value first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Cells {
    /// The area of each, km².
    pub km2: u32,
    /// The names of maps side by side; none if there is one map.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub panels: Vec<String>,
    /// One for each area with a value, of each map.
    pub cells: Vec<AreaCell>,
    /// West, south, east, north of all of them, degrees; east exceeds 180 across the antimeridian.
    pub bounds: [f64; 4],
    /// Coastlines within the bounds, `[longitude, latitude]`, as fine as a drawing needs.
    pub coast: Vec<Vec<[f32; 2]>>,
}

/// An area of a map.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AreaCell {
    /// Its value.
    #[serde(flatten)]
    pub mark: Mark,
    /// The value divided by the effort in the area, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Which of the maps side by side it is in, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panel: Option<u32>,
    /// Its corners, `[longitude, latitude]`, degrees, not closed; within `bounds`.
    pub outline: Vec<[f64; 2]>,
}

/// Densities over the hours of a day, and the photos of each hour.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Densities {
    /// The field of the hours.
    pub field: String,
    /// One for each hour; none if no hour is known.
    pub marks: Vec<Mark>,
    /// What is asked about, and what it is compared with.
    pub curves: Vec<Density>,
}

/// A density over the hours of a day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Density {
    /// The label to display.
    pub label: String,
    /// The number of observations.
    pub n: u64,
    /// Percent of the observations in an hour, at equal steps from 0:00; the last step is before 24:00.
    pub percent: Vec<f64>,
}

/// Estimates with their intervals, to be compared with each other and with a reference.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IntervalEstimates {
    /// What each one is about: `Land cover`.
    pub of: String,
    /// What is estimated: `Selection ratio`.
    pub what: String,
    /// The value to compare with; 1 for ratios.
    pub reference: f64,
    /// In display order.
    pub estimates: Vec<IntervalEstimate>,
}

/// An estimate.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IntervalEstimate {
    /// The label to display.
    pub label: String,
    /// The estimate; absent where there is too little to estimate from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The lower end of the 95 % interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The upper end of the 95 % interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// The share of what is counted, 0..=1.
    pub share: f64,
    /// The share of what it is compared with, 0..=1.
    pub expected: f64,
    /// The number of observations behind it.
    pub n: f64,
}

/// Rows of texts and numbers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Table {
    /// Names of the columns.
    pub header: Vec<String>,
    /// The cells: texts and numbers.
    #[schema(value_type = Vec<Vec<Object>>)]
    pub rows: Vec<Vec<serde_json::Value>>,
    /// For each row the filter that selects its photos; empty if the rows have none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
}
