//! What an analysis answers: the shapes of the API.

use serde::Serialize;
use utoipa::ToSchema;

/// The answer to one question.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Answer {
    /// For a person.
    pub title: String,
    /// What the values count: `photos`, `photo-user-days`.
    pub unit: String,
    /// The filter that it was asked with, in its canonical form.
    pub filter: String,
    /// What was counted, and what was left out and how much; a sentence each.
    pub notes: Vec<String>,
    /// The values.
    pub shape: Shape,
}

/// How the values belong together.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Shape {
    /// Values along an axis, one a bin.
    Bars(Bars),
    /// One or more series of values along time.
    Lines(Lines),
    /// Values by two dimensions.
    HeatMap(HeatMap),
    /// Named values, the largest first.
    Ranking(Ranking),
    /// Rows of texts and numbers.
    Table(Table),
}

/// One value, and the photos behind it.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Mark {
    /// For a person: `May 2019`.
    pub label: String,
    /// The value as a filter names it, where it has one: `MY`.
    pub key: String,
    /// How much.
    pub value: u64,
    /// The same for the whole dataset, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<u64>,
    /// The filter that opens its photos.
    pub filter: String,
}

/// An axis of numbers or days.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Axis {
    /// The field that is counted.
    pub field: String,
    /// `linear`, `log`, `days` (edges are days since 1970-01-01).
    pub scale: String,
    /// One more than there are marks; the last bin holds its upper edge.
    pub edges: Vec<f64>,
}

/// Values along an axis, one a bin.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Bars {
    /// The axis.
    pub axis: Axis,
    /// One a bin.
    pub marks: Vec<Mark>,
    /// Photos without a value, where there are any.
    pub unknown: Option<Mark>,
}

/// Series along time; all have the same marks in the same order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Lines {
    /// What the marks are: `month`.
    pub step: String,
    /// One or more.
    pub series: Vec<Line>,
}

/// One series.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Line {
    /// For a person; empty where there is only one.
    pub label: String,
    /// Without gaps, the earliest first.
    pub marks: Vec<Mark>,
}

/// Values by two dimensions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HeatMap {
    /// What the rows are: `Latitude`.
    pub down: String,
    /// The name of each row.
    pub rows: Vec<String>,
    /// The name of each column.
    pub columns: Vec<String>,
    /// Row by row, a mark a column.
    pub marks: Vec<Vec<Mark>>,
    /// The fields that a mark's filter has clauses on.
    pub fields: Vec<String>,
}

/// Named values, the largest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ranking {
    /// The field whose values are ranked.
    pub field: String,
    /// The largest first.
    pub marks: Vec<Mark>,
    /// Photos without a value, where there are any.
    pub unknown: Option<Mark>,
    /// How many further values there are.
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
