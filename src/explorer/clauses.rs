//! Finds the rows that pass one clause, with the same result as `Filter::matches`.

use std::collections::HashSet;

use super::bitmap::Bitmap;
use super::codes::{Codes, Dictionary};
use super::row::days;
use super::table::Table;
use super::time_limit;
use super::values::{Counts, Cycle, Days, NO_COUNT, NO_DAY, Range, Values};
use crate::photo::area::{self, Ring};
use crate::photo::equal_area::{Hexagon, HexagonGrid};
use crate::photo::filter::{Area, ChoiceField, Clause, DaySpan, NumberField, Span, Test};
use crate::photo::text::normalise;

/// Whether a clause accepts photos without a value, or with any value.
#[derive(Clone, Copy)]
struct Wildcards {
    none: bool,
    any: bool,
}

/// The rows that pass a clause; may include removed rows.
pub(super) fn rows(table: &Table, clause: &Clause) -> Bitmap {
    let rows = match &clause.test {
        Test::Text { text } => table.text.holding(&table.columns.texts, text),
        Test::Choice { field, values, none, any } => {
            chosen(table, *field, values, Wildcards { none: *none, any: *any })
        }
        Test::Number { field, spans, none, any } => numbers(table, field, spans, Wildcards { none: *none, any: *any }),
        Test::Taken { spans, none, any } => taken(table.columns.taken(), spans, Wildcards { none: *none, any: *any }),
        Test::Place { area } => placed(table, area),
    };
    if clause.negated { rows.not() } else { rows }
}

/// The rows whose code is marked.
fn of_codes(codes: &Codes, marked: &[bool]) -> Bitmap {
    match codes {
        Codes::One(codes) => {
            let mut table = [false; 256];
            table.iter_mut().zip(marked).for_each(|(to, from)| *to = *from);
            Bitmap::of_values(codes, |code| table[usize::from(code)])
        }
        Codes::Two(codes) => Bitmap::of_values(codes, |code| marked[usize::from(code)]),
        Codes::Four(codes) => Bitmap::of_values(codes, |code| marked[code as usize]),
    }
}

fn chosen(table: &Table, field: ChoiceField, values: &[String], wildcards: Wildcards) -> Bitmap {
    match table.columns.get(field.as_str()) {
        Some(Values::Names(column)) => of_codes(&column.codes, &named(&column.names, field, values, wildcards)),
        Some(Values::Sets(sets)) => {
            let named = named(&sets.names, field, values, wildcards);
            let marked = sets.members.iter().map(|set| set.iter().any(|name| named[*name as usize]));
            let marked: Vec<bool> = std::iter::once(wildcards.none).chain(marked).collect();
            of_codes(&sets.codes, &marked)
        }
        _ => unreachable!("a field of names has names or sets"),
    }
}

/// For each code, whether the values contain its name; code 0 is "no value".
pub(super) fn requested(names: &Dictionary, field: ChoiceField, values: &[String]) -> Vec<bool> {
    named(names, field, values, Wildcards { none: false, any: false })
}

fn named(names: &Dictionary, field: ChoiceField, values: &[String], wildcards: Wildcards) -> Vec<bool> {
    let mut marked = vec![wildcards.any; names.size()];
    marked[0] = wildcards.none;
    if !wildcards.any && !values.is_empty() {
        let values: HashSet<String> = values.iter().map(|value| normalise(value)).collect();
        for code in names.codes() {
            marked[code as usize] = field.asked_as(names.normal(code)).any(|name| values.contains(name));
        }
    }
    marked
}

fn numbers(table: &Table, field: &NumberField, spans: &[Span], wildcards: Wildcards) -> Bitmap {
    let columns = &table.columns;
    match field {
        NumberField::Score(key) => {
            let ranges: Vec<_> = spans.iter().map(scores_in).collect();
            match columns.scores.get(key) {
                Some(scores) => ranged(&scores.values, (&ranges, (f32::NEG_INFINITY, f32::INFINITY)), wildcards),
                None if wildcards.none => Bitmap::all(columns.len()),
                None => Bitmap::none(columns.len()),
            }
        }
        NumberField::Field(numbered) => match columns.get(numbered.field().name) {
            Some(Values::Counts(counts)) => counted(counts, spans, wildcards),
            Some(Values::Cycle(cycle)) => cycled(cycle, spans, wildcards),
            Some(Values::Range(range)) => within(range, spans, wildcards),
            _ => unreachable!("a field of numbers has counts, a cycle or a range"),
        },
    }
}

fn counted(counts: &Counts, spans: &[Span], wildcards: Wildcards) -> Bitmap {
    let ranges: Vec<_> = spans.iter().filter_map(counts_in).collect();
    ranged(&counts.values, (&ranges, (0, NO_COUNT - 1)), wildcards)
}

fn cycled(cycle: &Cycle, spans: &[Span], wildcards: Wildcards) -> Bitmap {
    let numbers = (cycle.first..=cycle.last).map(f64::from);
    let marked = numbers.map(|number| wildcards.any || spans.iter().any(|span| span.holds(number)));
    of_codes(&cycle.codes, &std::iter::once(wildcards.none).chain(marked).collect::<Vec<_>>())
}

fn within(range: &Range, spans: &[Span], wildcards: Wildcards) -> Bitmap {
    let ranges: Vec<_> = spans.iter().map(closed).collect();
    ranged(&range.values, (&ranges, (f64::NEG_INFINITY, f64::INFINITY)), wildcards)
}

/// The rows whose value is in one of the closed ranges; values outside of `whole` mean "no value".
fn ranged<T: Copy + PartialOrd>(values: &[T], (ranges, whole): (&[(T, T)], (T, T)), wildcards: Wildcards) -> Bitmap {
    // One range at a time and without branches, so that the compiler can vectorise the comparison.
    let within = |(from, to): (T, T)| Bitmap::of_values(values, move |value| (from..=to).contains(&value));
    let mut found = Bitmap::none(values.len());
    if wildcards.any {
        found = within(whole);
    } else {
        ranges.iter().for_each(|range| found.or(&within(*range)));
    }
    if wildcards.none {
        found.or(&within(whole).not());
    }
    found
}

/// A span as a closed range.
fn closed(span: &Span) -> (f64, f64) {
    let min = span.min.map_or(f64::NEG_INFINITY, |min| if span.above { min.next_up() } else { min });
    let max = span.max.map_or(f64::INFINITY, |max| if span.below { max.next_down() } else { max });
    (min, max)
}

/// A span of scores with the ends rounded like scores.
fn scores_in(span: &Span) -> (f32, f32) {
    let min = span.min.map_or(f32::NEG_INFINITY, |min| if span.above { (min as f32).next_up() } else { min as f32 });
    let max = span.max.map_or(f32::INFINITY, |max| if span.below { (max as f32).next_down() } else { max as f32 });
    (min, max)
}

/// A span of counts; `None` if it contains no whole number.
fn counts_in(span: &Span) -> Option<(u32, u32)> {
    let (min, max) = closed(span);
    let (min, max) = (min.ceil().max(0.0), max.floor().min(f64::from(NO_COUNT - 1)));
    (min <= max).then_some((min as u32, max as u32))
}

fn taken(taken: &Days, spans: &[DaySpan], wildcards: Wildcards) -> Bitmap {
    const KNOWN: (i32, i32) = (NO_DAY + 1, i32::MAX);
    let mut found = ranged(&taken.first, (&[], KNOWN), wildcards);
    if !wildcards.any {
        for span in spans {
            let from = span.from.map_or(KNOWN.0, days);
            let mut within = Bitmap::of_values(&taken.first, move |day| day >= from);
            if let Some(to) = span.to.map(days) {
                within.and(&Bitmap::of_values(&taken.last, move |day| day <= to));
            }
            found.or(&within);
        }
    }
    found
}

fn placed(table: &Table, wanted: &Area) -> Bitmap {
    let columns = &table.columns;
    let (latitude, longitude) = (columns.latitude(), columns.longitude());
    match wanted {
        Area::Any => Bitmap::of_values(latitude, |latitude| !latitude.is_nan()),
        Area::Cells { cells } => {
            let wanted: Vec<_> = cells.iter().filter_map(|text| area::cell(text)).collect();
            let finest = columns.cells().indices.iter().map(|cell| h3o::CellIndex::try_from(*cell).ok());
            let holds = |finest: Option<h3o::CellIndex>| {
                finest.is_some_and(|finest| wanted.iter().any(|cell| area::in_cell(finest, *cell)))
            };
            let marked: Vec<bool> = std::iter::once(false).chain(finest.map(holds)).collect();
            of_codes(&columns.cells().codes, &marked)
        }
        Area::Polygon { ring } => {
            let ring = Ring::of(ring);
            in_time(columns.len(), |row| ring.holds(latitude[row], longitude[row]))
        }
        Area::Hexagon { km2, row, column } => {
            let (grid, wanted) = (HexagonGrid::of_area(*km2), Hexagon { row: *row, column: *column });
            Bitmap::of(columns.len(), |row| {
                !latitude[row].is_nan() && grid.hexagon(latitude[row], longitude[row]) == wanted
            })
        }
        Area::Near { latitude: centre, radius_m, .. } => {
            // Most rows are too far to the north or south, which needs no trigonometry. A degree has 111.19 km.
            let reach = radius_m / 111_000.0 + 1e-6;
            in_time(columns.len(), |row| {
                (latitude[row] - centre).abs() <= reach && wanted.holds(latitude[row], longitude[row])
            })
        }
        _ => Bitmap::of(columns.len(), |row| !latitude[row].is_nan() && wanted.holds(latitude[row], longitude[row])),
    }
}

/// Rows between two looks at the clock.
const ROWS_AT_ONCE: usize = 1 << 14;

/// The rows for which `test` holds, unless the time of the query is over.
fn in_time(len: usize, test: impl Fn(usize) -> bool) -> Bitmap {
    let mut is_late = false;
    Bitmap::of(len, |row| {
        if row % ROWS_AT_ONCE == 0 && !is_late {
            is_late = time_limit::is_passed();
        }
        !is_late && test(row)
    })
}
