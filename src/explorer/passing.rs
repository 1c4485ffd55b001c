//! The photos that pass a filter, from the columns of the snapshot that it asks for.

use anyhow::Result;

use super::snapshot::{self, Wanted};
use super::values::NO_COUNT;
use super::{BATCH, clauses, id, rows_of};
use crate::dataset::Dataset;
use crate::photo::PhotoId;
use crate::photo::fields::{Kind, LATITUDE, PLACE, TAKEN};
use crate::photo::filter::{Filter, NumberField, Span, Test};
use crate::store::Store;

/// Most changes since the snapshot that are followed. Reading more records takes as long as reading all that pass.
const MAX_CHANGES: usize = 20_000;

/// The ids of the photos that pass, in order. `None` if there is no valid snapshot, if it is too old, or if so many pass that
/// it is faster to read all records: then the records say it.
pub fn passing(store: &dyn Store, dataset: &Dataset, filter: &Filter) -> Result<Option<Vec<PhotoId>>> {
    let Some(wanted) = wanted(filter) else { return Ok(None) };
    let Some(mut table) = snapshot::load(store, dataset, &wanted) else { return Ok(None) };
    let mut followed = 0;
    loop {
        let changes = store.changes(table.seq, BATCH)?;
        followed += changes.len();
        if changes.is_empty() {
            break;
        }
        let withdrawn = table.follow(rows_of(&changes));
        if withdrawn || followed > MAX_CHANGES || changes.iter().any(|change| change.damaged) {
            return Ok(None);
        }
    }
    let mut rows = table.alive.clone();
    filter.clauses.iter().for_each(|clause| rows.and(&clauses::rows(&table, clause)));
    if rows.count() * 3 > table.photos {
        return Ok(None);
    }
    let mut ids: Vec<PhotoId> = rows.rows().map(|row| id(&table, row)).collect();
    ids.sort_unstable();
    Ok(Some(ids))
}

/// The columns of a filter; `None` if all photos pass, or if the columns are not as exact as the filter.
fn wanted(filter: &Filter) -> Option<Wanted> {
    let (mut fields, mut scores) = (Vec::new(), Vec::new());
    for clause in &filter.clauses {
        match &clause.test {
            Test::Text { .. } => return Some(Wanted::Everything),
            Test::Choice { field, .. } => fields.push(field.field().name),
            Test::Number { field: NumberField::Score(key), .. } => scores.push(key.clone()),
            Test::Number { field: NumberField::Field(field), spans, .. } => {
                if matches!(field.field().kind, Kind::Counts(_)) && spans.iter().any(is_beyond_columns) {
                    return None;
                }
                fields.push(field.field().name);
            }
            Test::Taken { .. } => fields.push(TAKEN),
            Test::Place { .. } => fields.extend([PLACE, LATITUDE]),
        }
    }
    (!filter.clauses.is_empty()).then_some(Wanted::Some { fields, scores })
}

/// Whether an end of a span of counts is beyond the largest number of a column.
fn is_beyond_columns(span: &Span) -> bool {
    [span.min, span.max].into_iter().flatten().any(|end| end >= f64::from(NO_COUNT - 1))
}
