//! The values of a choice facet, with their counts.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::clauses;
use super::codes::Dictionary;
use super::overall::Overall;
use super::table::Table;
use super::values::Values;
use super::{Choice, Choices, Count, facet_columns};
use crate::photo::filter::ChoiceField;
use crate::photo::text::normalise;

/// All values of a facet, not yet sorted.
pub(super) struct Ranked<'a> {
    name: String,
    values: Vec<Value<'a>>,
    none: Count,
}

/// One value. Texts are borrowed; only the returned values are copied.
#[derive(Clone, Copy)]
struct Value<'a> {
    name: &'a str,
    label: &'a str,
    count: u64,
    all: u64,
    /// Whether the filter contains it.
    requested: bool,
    /// The value that contains it.
    parent: Option<&'a str>,
}

/// The values of a choice facet; `counts` are by code. Values in the filter are always included.
pub(super) fn choices<'a>(
    table: &'a Table,
    overall: &Overall,
    (name, counts): (&str, &[u64]),
    requested: &'a [String],
) -> Ranked<'a> {
    let all = &overall.counts[name];
    let none = Count { count: counts[0], all: all[0] };
    let values = match facet_columns::field(name) {
        None => {
            let sum = |counts: &[u64]| counts[1..].iter().sum();
            vec![Value { name: "any", label: "any", count: sum(counts), all: sum(all), requested: false, parent: None }]
        }
        Some(field) => match table.columns.get(name) {
            Some(Values::Sets(sets)) => {
                let (counts, all) = (sets.by_name(counts), sets.by_name(all));
                known((&sets.names, &sets.parents()), field, (&counts, &all), requested)
            }
            Some(Values::Names(column)) => known((&column.names, &[]), field, (counts, all), requested),
            _ => unreachable!("a field of names has names or sets"),
        },
    };
    Ranked { name: name.to_owned(), values, none }
}

/// The values that some photo has, and those in the filter.
fn known<'a>(
    (names, parents): (&'a Dictionary, &[Option<u32>]),
    field: ChoiceField,
    (counts, all): (&[u64], &[u64]),
    requested: &'a [String],
) -> Vec<Value<'a>> {
    let marked = clauses::requested(names, field, requested);
    let value = |code: u32| {
        let at = code as usize;
        let (name, label) = (names.name(code), names.label(code));
        let parent = parents.get(at).copied().flatten().map(|parent| names.name(parent));
        Value { name, label, count: counts[at], all: all[at], requested: marked[at], parent }
    };
    let wanted = names.codes().filter(|code| all[*code as usize] > 0 || marked[*code as usize]);
    let mut values: Vec<_> = wanted.map(value).collect();
    let found = names.codes().filter(|code| marked[*code as usize]);
    let found: HashSet<&str> = found.flat_map(|code| field.asked_as(names.normal(code))).collect();
    let unknown = requested.iter().filter(|name| !found.contains(normalise(name).as_str()));
    values.extend(unknown.map(|name| Value { name, label: name, count: 0, all: 0, requested: true, parent: None }));
    values
}

impl Ranked<'_> {
    /// Keeps the values whose label or name contains `like`.
    pub(super) fn like(mut self, like: &str) -> Self {
        let like = normalise(like);
        let holds = |text: &str| normalise(text).contains(&like);
        self.values.retain(|value| like.is_empty() || holds(value.label) || holds(value.name));
        self
    }

    /// The most frequent values and those in the filter, most frequent first.
    pub(super) fn most(mut self, limit: usize) -> Choices {
        let known = self.values.len();
        if limit < known {
            // A few dozen of thousands of cities are returned; the others need not be sorted.
            self.values.select_nth_unstable_by(limit, Value::before);
            let named: Vec<_> = self.values[limit..].iter().copied().filter(|value| value.requested).collect();
            self.values.truncate(limit);
            self.values.extend(named);
        }
        self.values.sort_unstable_by(Value::before);
        let values: Vec<Choice> = self.values.iter().copied().map(Value::to_choice).collect();
        Choices { name: self.name, more: (known - values.len()) as u64, values, none: self.none }
    }
}

impl Value<'_> {
    fn before(&self, other: &Self) -> Ordering {
        let counts = (other.count, other.all).cmp(&(self.count, self.all));
        counts.then_with(|| self.name.cmp(other.name))
    }

    fn to_choice(self) -> Choice {
        Choice {
            value: self.name.to_owned(),
            label: self.label.to_owned(),
            parent: self.parent.map(str::to_owned),
            count: self.count,
            all: self.all,
        }
    }
}
