//! The values of a facet of names, with their counts.

use super::clauses;
use super::overall::Overall;
use super::table::Table;
use super::{Choice, Choices, Count, facets};
use crate::photo::filter::ChoiceField;
use crate::photo::text::normalise;

/// All values of a facet, the most frequent first.
pub(super) struct Ranked {
    name: String,
    /// With whether the filter names it.
    values: Vec<(Choice, bool)>,
    none: Count,
}

/// The values of a facet of names; `counts` are by code. Values named by the filter are there in any case.
pub(super) fn choices(table: &Table, overall: &Overall, counted: (&str, &[u64]), asked: &[String]) -> Ranked {
    let (name, counts) = counted;
    let all = &overall.counts[name];
    let none = Count { count: counts[0], all: all[0] };
    let mut values = match facets::field(name) {
        None => {
            let sum = |counts: &[u64]| counts[1..].iter().sum();
            vec![(choice("any", "any", (sum(counts), sum(all))), false)]
        }
        Some(ChoiceField::Term) => {
            let (counts, all) = (by_name(table, counts), by_name(table, all));
            known(table, ChoiceField::Term, (&counts, &all), asked)
        }
        Some(field) => known(table, field, (counts, all), asked),
    };
    values.sort_by(|(one, _), (other, _)| {
        let key = |choice: &Choice| (std::cmp::Reverse(choice.count), std::cmp::Reverse(choice.all));
        key(one).cmp(&key(other)).then_with(|| one.value.cmp(&other.value))
    });
    Ranked { name: name.to_owned(), values, none }
}

fn choice(value: &str, label: &str, (count, all): (u64, u64)) -> Choice {
    Choice { value: value.to_owned(), label: label.to_owned(), count, all }
}

/// Those of the values that some photo has, and those asked for.
fn known(table: &Table, field: ChoiceField, (counts, all): (&[u64], &[u64]), asked: &[String]) -> Vec<(Choice, bool)> {
    let names = match table.columns.names(field) {
        Some(column) => &column.names,
        None => &table.columns.terms.names,
    };
    let marked = clauses::asked(names, field, asked);
    let wanted = names.codes().filter(|code| all[*code as usize] > 0 || marked[*code as usize]);
    let mut values: Vec<_> = wanted
        .map(|code| {
            let at = code as usize;
            (choice(names.name(code), names.label(code), (counts[at], all[at])), marked[at])
        })
        .collect();
    for value in asked {
        let normal = normalise(value);
        if names.codes().any(|code| field.is_normal(names.normal(code), &normal)) {
            continue;
        }
        values.push((choice(value, value, (0, 0)), true));
    }
    values
}

/// Counts of sets as counts of the names in them.
pub(super) fn by_name(table: &Table, counts: &[u64]) -> Vec<u64> {
    let terms = &table.columns.terms;
    let mut sums = vec![0; terms.names.size()];
    for (set, count) in counts.iter().enumerate() {
        terms.set(set as u32).iter().for_each(|name| sums[*name as usize] += count);
    }
    sums
}

impl Ranked {
    /// Keeps those whose label or value holds `like`.
    pub(super) fn like(mut self, like: &str) -> Self {
        let like = normalise(like);
        let holds = |text: &str| normalise(text).contains(&like);
        self.values.retain(|(choice, _)| like.is_empty() || holds(&choice.label) || holds(&choice.value));
        self
    }

    /// The first of them, and those that the filter names.
    pub(super) fn most(self, limit: usize) -> Choices {
        let known = self.values.len();
        let kept = self.values.into_iter().enumerate().filter(|(at, (_, named))| *at < limit || *named);
        let values: Vec<Choice> = kept.map(|(_, (choice, _))| choice).collect();
        Choices { name: self.name, more: (known - values.len()) as u64, values, none: self.none }
    }
}
