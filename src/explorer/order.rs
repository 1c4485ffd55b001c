//! Rows in the order of a sort.

use std::sync::Arc;

use super::Sort;
use super::bitmap::Bitmap;
use super::table::Table;
use super::values::{NO_COUNT, NO_SECOND, Values};
use crate::photo::filter::NumberField;

/// All rows in an order.
#[derive(Clone)]
pub(super) enum Order {
    /// The order of the table.
    Table,
    /// The order of a list of rows.
    Listed(Arc<Vec<u32>>),
}

/// The sort key of each row. Small keys come first; rows without a value have the largest key.
pub(super) fn rank(table: &Table, sort: &Sort) -> Vec<u64> {
    let seconds = &table.columns.taken().seconds;
    let signed = |second: i64| second.cast_unsigned() ^ (1 << 63);
    match sort {
        Sort::Newest => seconds.iter().map(|second| !signed(*second)).collect(),
        Sort::Oldest => seconds.iter().map(|s| if *s == NO_SECOND { u64::MAX } else { signed(*s) }).collect(),
        Sort::Most(field) => ranks(table, field, true),
        Sort::Least(field) => ranks(table, field, false),
    }
}

/// Sort keys by a numeric field; large values come first if `falling`.
fn ranks(table: &Table, field: &NumberField, falling: bool) -> Vec<u64> {
    let columns = &table.columns;
    let turned = move |rank: u32| u64::from(if falling { u32::MAX - rank } else { rank });
    let none = || vec![u64::MAX; columns.len()];
    match field {
        NumberField::Score(key) => columns.scores.get(key).map_or_else(none, |scores| {
            scores.values.iter().map(|v| if v.is_nan() { u64::MAX } else { turned(ordered(*v)) }).collect()
        }),
        NumberField::Field(numbered) => match columns.get(numbered.field().name) {
            Some(Values::Counts(counts)) => {
                counts.values.iter().map(|v| if *v == NO_COUNT { u64::MAX } else { turned(*v) }).collect()
            }
            Some(Values::Cycle(cycle)) => (0..columns.len())
                .map(|row| cycle.codes.at(row))
                .map(|code| if code == 0 { u64::MAX } else { turned(code) })
                .collect(),
            Some(Values::Range(range)) => {
                let turned = |rank: u64| if falling { !rank } else { rank };
                range.values.iter().map(|v| if v.is_nan() { u64::MAX } else { turned(ordered_wide(*v)) }).collect()
            }
            _ => none(),
        },
    }
}

/// An integer with the same order as the value; -0 equals 0.
fn ordered(value: f32) -> u32 {
    let bits = (value + 0.0).to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// The same for a number of 64 bits.
fn ordered_wide(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

impl Order {
    /// All rows in the order of a sort, equal values by id. `base` is the order of the sorted rows from [`Order::base`].
    pub(super) fn of(table: &Table, sort: &Sort, base: &[u32]) -> Self {
        if *sort == Sort::Newest && table.columns.len() == table.base {
            return Self::Table;
        }
        let ranks = rank(table, sort);
        let late = Self::sorted(table, &ranks, table.base..table.columns.len());
        let mut rows = Vec::with_capacity(table.columns.len());
        let mut start = 0;
        for row in late {
            let earlier = base[start..].partition_point(|other| Self::compare(table, &ranks, (*other, row)).is_lt());
            rows.extend_from_slice(&base[start..start + earlier]);
            rows.push(row);
            start += earlier;
        }
        rows.extend_from_slice(&base[start..]);
        Self::Listed(Arc::new(rows))
    }

    /// The order of the table's sorted rows. Valid until the table is compacted.
    pub(super) fn base(table: &Table, sort: &Sort) -> Vec<u32> {
        match sort {
            Sort::Newest => (0..table.base as u32).collect(),
            _ => {
                // Equal values are ordered by id; the index in the sorted ids is compared instead of the id.
                let mut places = vec![0; table.base];
                table.by_id.iter().zip(0..).for_each(|(row, place)| places[*row as usize] = place);
                let ranks = rank(table, sort).into_iter().zip(places).zip(0..);
                let mut rows: Vec<((u64, u32), u32)> = ranks.take(table.base).collect();
                rows.sort_unstable();
                rows.into_iter().map(|(_, row)| row).collect()
            }
        }
    }

    fn sorted(table: &Table, ranks: &[u64], rows: std::ops::Range<usize>) -> Vec<u32> {
        let mut rows: Vec<u32> = rows.map(|row| row as u32).collect();
        rows.sort_unstable_by(|one, other| Self::compare(table, ranks, (*one, *other)));
        rows
    }

    fn compare(table: &Table, ranks: &[u64], (one, other): (u32, u32)) -> std::cmp::Ordering {
        let (one, other) = (one as usize, other as usize);
        let by_id = || table.columns.ids.bytes(one).cmp(table.columns.ids.bytes(other));
        ranks[one].cmp(&ranks[other]).then_with(by_id)
    }

    /// The members of a set in this order.
    pub(super) fn rows<'a>(&'a self, passing: &'a Bitmap) -> Box<dyn Iterator<Item = usize> + 'a> {
        match self {
            Self::Table => Box::new(passing.rows()),
            Self::Listed(rows) => Box::new(rows.iter().map(|row| *row as usize).filter(|row| passing.has(*row))),
        }
    }

    /// Members `from..from + limit` of a set in this order.
    pub(super) fn window(&self, passing: &Bitmap, from: u64, limit: usize) -> Vec<usize> {
        match self {
            Self::Table => {
                let first = passing.nth(from);
                first.map_or_else(Vec::new, |first| passing.rows_from(first).take(limit).collect())
            }
            Self::Listed(_) => {
                self.rows(passing).skip(usize::try_from(from).unwrap_or(usize::MAX)).take(limit).collect()
            }
        }
    }

    /// The number of members of a set before a row.
    pub(super) fn before(&self, passing: &Bitmap, row: usize) -> u64 {
        match self {
            Self::Table => passing.count_before(row),
            Self::Listed(rows) => {
                let earlier = rows.iter().map(|other| *other as usize).take_while(|other| *other != row);
                earlier.filter(|other| passing.has(*other)).count() as u64
            }
        }
    }
}
