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

/// Rows of texts and numbers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Table {
    /// Names of the columns.
    pub header: Vec<String>,
    /// The cells: texts and numbers.
    #[schema(value_type = Vec<Vec<Object>>)]
    pub rows: Vec<Vec<serde_json::Value>>,
}
