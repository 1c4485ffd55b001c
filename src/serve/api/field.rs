//! The fields of photos, as the page needs them for filters, orders, captions and charts.

use serde::Serialize;
use utoipa::ToSchema;

use crate::photo::fields::{self, Field, Kind};

/// Something that a filter can ask for.
#[derive(Serialize, ToSchema)]
pub struct FieldAnswer {
    /// As a filter has it; `score.NAME` stands for the scores of all concepts.
    name: &'static str,
    /// For a person (`Country`).
    label: &'static str,
    /// What photos without a value are called (`Unknown country`).
    unknown: &'static str,
    /// What values it has.
    kind: FieldKind,
    /// What its numbers count or measure: `month`, `hour`, `latitude`; empty for names and plain counts.
    unit: &'static str,
    /// The title of its chart; empty: it has none.
    chart: &'static str,
    /// Whether it has a facet.
    facet: bool,
    /// Whether its facet is open at first.
    open: bool,
    /// Clauses with it (`country:IN,MY`).
    examples: &'static [&'static str],
}

/// What values a field has.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// At most one name a photo.
    Names,
    /// Any number of names a photo.
    Sets,
    /// Whole numbers from 0 on.
    Counts,
    /// Whole numbers that start again after the last one.
    Cycle,
    /// Numbers between two bounds.
    Range,
    /// Scores, 0 to 1.
    Scores,
    /// Days.
    Days,
    /// Has coordinates or not.
    Places,
    /// A way to name a part of the globe.
    Area,
}

/// A name with what a person calls it.
#[derive(Serialize, ToSchema)]
pub struct NameAndLabel {
    /// In addresses.
    name: &'static str,
    /// For a person.
    label: String,
}

/// Everything that a filter can ask for, in the order of the panel.
pub fn fields() -> Vec<FieldAnswer> {
    fields::filterable().iter().filter_map(|field| answer(field)).collect()
}

fn answer(field: &Field) -> Option<FieldAnswer> {
    let kind = match field.kind {
        Kind::Plain => return None,
        Kind::Names(_) => FieldKind::Names,
        Kind::Sets(_) => FieldKind::Sets,
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
        unit: field.unit,
        chart: field.chart.map_or("", |chart| chart.title),
        facet: field.facet.is_some(),
        open: field.facet.is_some_and(|facet| facet.open),
        examples: field.examples,
    })
}

/// All orders but those by scores: those of days first.
pub fn sorts() -> Vec<NameAndLabel> {
    let mut sorted: Vec<&Field> = fields::all().filter(|field| !field.sorts.is_empty()).collect();
    sorted.sort_by_key(|field| !matches!(field.kind, Kind::Days(_)));
    let sorts = sorted.into_iter().flat_map(|field| field.sorts);
    sorts.map(|sort| NameAndLabel { name: sort.name, label: sort.label.to_owned() }).collect()
}

/// The lines that can stand under a photo.
pub fn captions() -> Vec<NameAndLabel> {
    fields::captions()
        .iter()
        .map(|(_, caption)| NameAndLabel { name: caption.name, label: caption.name.to_owned() })
        .collect()
}
