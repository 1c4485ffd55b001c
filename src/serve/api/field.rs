//! The fields of photos, for the page's filters, orders, captions and charts.

use serde::Serialize;
use utoipa::ToSchema;

use crate::photo::fields::{self, Field, Kind, Unit};

/// A filterable field.
#[derive(Serialize, ToSchema)]
pub struct FieldAnswer {
    /// The name in filters; `score.NAME` represents the scores of all concepts.
    name: &'static str,
    /// The label to display (`Country`).
    label: &'static str,
    /// The label of photos without a value (`Unknown country`).
    unknown: &'static str,
    /// The kind of its values.
    kind: FieldKind,
    /// The unit of its numbers: `month`, `hour`, `latitude`; empty for names and plain counts.
    unit: &'static str,
    /// The title of its chart; empty if it has none.
    chart: &'static str,
    /// Whether it has a facet.
    facet: bool,
    /// Whether its facet is open initially.
    open: bool,
    /// Example clauses (`country:IN,MY`).
    examples: &'static [&'static str],
}

/// The kind of values of a field.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// At most one name per photo.
    Names,
    /// Any number of names per photo.
    Sets,
    /// Whole numbers from 0.
    Counts,
    /// Cyclic whole numbers.
    Cycle,
    /// Numbers between two bounds.
    Range,
    /// Scores, 0 to 1.
    Scores,
    /// Days.
    Days,
    /// Whether there are coordinates.
    Places,
    /// A form of area.
    Area,
}

/// A name and its label.
#[derive(Serialize, ToSchema)]
pub struct NameAndLabel {
    /// The name in URLs.
    name: &'static str,
    /// The label to display.
    label: String,
}

/// All filterable fields, in the order of the panel.
pub fn fields() -> Vec<FieldAnswer> {
    fields::filterable().iter().filter_map(|field| answer(field)).collect()
}

fn answer(field: &Field) -> Option<FieldAnswer> {
    let kind = match field.kind {
        Kind::Plain => return None,
        Kind::Names(_) => FieldKind::Names,
        Kind::Sets(_) | Kind::Branches(_) => FieldKind::Sets,
        Kind::Counts(_) => FieldKind::Counts,
        Kind::Cycle { .. } => FieldKind::Cycle,
        Kind::Range { .. } => FieldKind::Range,
        Kind::Scores => FieldKind::Scores,
        Kind::Days(_) => FieldKind::Days,
        Kind::Places(_) => FieldKind::Places,
        Kind::Area(_) => FieldKind::Area,
    };
    Some(FieldAnswer {
        name: field.name,
        label: field.label,
        unknown: field.unknown,
        kind,
        unit: field.unit.map_or("", Unit::as_str),
        chart: field.chart.map_or("", |chart| chart.title),
        facet: field.facet.is_some(),
        open: field.facet.is_some_and(|facet| facet.open),
        examples: field.examples,
    })
}

/// All orders except those by score; orders by date come first.
pub fn sorts() -> Vec<NameAndLabel> {
    let mut sorted: Vec<&Field> = fields::all().filter(|field| !field.sorts.is_empty()).collect();
    sorted.sort_by_key(|field| !matches!(field.kind, Kind::Days(_)));
    let sorts = sorted.into_iter().flat_map(|field| field.sorts);
    sorts.map(|sort| NameAndLabel { name: sort.name, label: sort.label.to_owned() }).collect()
}

/// The caption lines.
pub fn captions() -> Vec<NameAndLabel> {
    fields::captions()
        .iter()
        .map(|(_, caption)| NameAndLabel { name: caption.name, label: caption.name.to_owned() })
        .collect()
}
