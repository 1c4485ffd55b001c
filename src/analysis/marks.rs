//! The filters that select the photos counted by a mark.

use jiff::civil::Date;

use crate::photo::fields::TAKEN;
use crate::photo::filter::{Area, ChoiceField, Clause, DaySpan, Filter, Geometry, NumberField, Span, Test};

/// The filter with its clauses on some fields replaced by others.
pub fn narrowed(filter: &Filter, fields: &[&str], tests: impl IntoIterator<Item = Test>) -> String {
    narrower(filter, fields, tests).to_string()
}

/// The same as a filter.
pub fn narrower(filter: &Filter, fields: &[&str], tests: impl IntoIterator<Item = Test>) -> Filter {
    let kept = filter.clauses.iter().filter(|clause| !field(&clause.test).is_some_and(|name| fields.contains(&&*name)));
    let new = tests.into_iter().map(|test| Clause { negated: false, test });
    Filter { clauses: kept.cloned().chain(new).collect() }
}

/// The field of a test; `None` for words and places.
fn field(test: &Test) -> Option<String> {
    match test {
        Test::Choice { field, .. } => Some(field.as_str().to_owned()),
        Test::Number { field, .. } => Some(field.name()),
        Test::Taken { .. } => Some(TAKEN.to_owned()),
        Test::Text { .. } | Test::Place { .. } => None,
    }
}

/// Photos with one value.
pub fn value(field: ChoiceField, value: &str) -> Test {
    Test::Choice { field, values: vec![value.to_owned()], none: false, any: false }
}

/// Photos in an area of a layer.
pub fn area(layer: &str, name: &str) -> Test {
    let (layer, areas) = (layer.to_owned(), vec![name.to_owned()]);
    Test::Place { area: Area::Layer { layer, areas, geometry: Geometry::default() } }
}

/// Photos without a value.
pub fn no_value(field: ChoiceField) -> Test {
    Test::Choice { field, values: Vec::new(), none: true, any: false }
}

/// Photos with a number in a span.
pub fn span(field: NumberField, span: Span) -> Test {
    Test::Number { field, spans: vec![span], none: false, any: false }
}

/// Photos without a number.
pub fn no_number(field: NumberField) -> Test {
    Test::Number { field, spans: Vec::new(), none: true, any: false }
}

/// Photos taken from one day to another, both included.
pub fn days(from: Date, to: Date) -> Test {
    Test::Taken { spans: vec![DaySpan { from: Some(from), to: Some(to) }], none: false, any: false }
}

/// Photos without a date.
pub fn no_day() -> Test {
    Test::Taken { spans: Vec::new(), none: true, any: false }
}
