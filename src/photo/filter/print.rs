//! Prints a filter in its canonical form. Parsing that gives the same filter.

use std::fmt::{self, Display, Formatter};

use jiff::civil::Date;

use super::{Area, Clause, DaySpan, Filter, NumberField, Span, Test};
use crate::photo::fields::SCORE;

impl Display for Filter {
    /// Clauses between single blanks, in their order; nothing for the filter that every photo passes.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (nth, clause) in self.clauses.iter().enumerate() {
            write!(f, "{}{clause}", if nth > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

impl Display for Clause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Test::Place { area: Area::Any } = &self.test {
            return f.write_str(if self.negated { "place:none" } else { "place:any" });
        }
        write!(f, "{}{}", if self.negated { "-" } else { "" }, self.test)
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let list = |values: Vec<String>, none: bool, any: bool| {
            let words =
                [(none, "none"), (any, "any")].into_iter().filter(|(is, _)| *is).map(|(_, word)| word.to_owned());
            values.into_iter().chain(words).collect::<Vec<_>>().join(",")
        };
        match self {
            Self::Text { text } => f.write_str(&quoted(text)),
            Self::Choice { field, values, none, any } => {
                let values = values.iter().map(|value| quoted(value)).collect();
                write!(f, "{}:{}", field.as_str(), list(values, *none, *any))
            }
            Self::Number { field, spans, none, any } => {
                let spans = spans.iter().map(ToString::to_string).collect();
                write!(f, "{}:{}", field_name(field), list(spans, *none, *any))
            }
            Self::Taken { spans, none, any } => {
                write!(f, "taken:{}", list(spans.iter().map(ToString::to_string).collect(), *none, *any))
            }
            Self::Place { area } => area.fmt(f),
        }
    }
}

/// The field's name as a filter writes it: `views`, `score.monkey`, `score."wild animal"`.
pub(super) fn field_name(field: &NumberField) -> String {
    match field {
        NumberField::Score(key) => format!("{SCORE}{}", quoted(key.as_str())),
        NumberField::Field(_) => field.name(),
    }
}

/// Reserved words.
const WORDS: [&str; 5] = ["none", "any", "and", "or", "not"];

/// A text as it is, where it is letters, digits and `._+/'@-` (neither `-` nor `'` first) and neither a word of the language
/// nor a score's name; else in quotes, with a backslash before quotes and backslashes.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "._+/'@-".contains(c);
    let word = WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) || text.to_ascii_lowercase().starts_with(SCORE);
    if !text.is_empty() && !text.starts_with(['-', '\'']) && !word && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl Display for Span {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (above, below) = (if self.above { ">" } else { "" }, if self.below { "<" } else { "" });
        match (self.min, self.max) {
            (None, None) => f.write_str(".."),
            (Some(min), None) => write!(f, "{}{min}", if self.above { ">" } else { ">=" }),
            (None, Some(max)) => write!(f, "{}{max}", if self.below { "<" } else { "<=" }),
            (Some(min), Some(max)) if min.to_bits() == max.to_bits() && !self.above && !self.below => min.fmt(f),
            (Some(min), Some(max)) => write!(f, "{above}{min}..{below}{max}"),
        }
    }
}

impl Display for DaySpan {
    /// Both ends as years, as months or as days: the shortest that says it.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let fits = |first: fn(Date) -> Date, last: fn(Date) -> Date| {
            self.from.is_none_or(|from| from == first(from)) && self.to.is_none_or(|to| to == last(to))
        };
        let form = if fits(Date::first_of_year, Date::last_of_year) {
            "%Y"
        } else if fits(Date::first_of_month, Date::last_of_month) {
            "%Y-%m"
        } else {
            "%Y-%m-%d"
        };
        let text = |day: Option<Date>| day.map(|day| day.strftime(form).to_string()).unwrap_or_default();
        let (from, to) = (text(self.from), text(self.to));
        if from == to && !from.is_empty() { f.write_str(&from) } else { write!(f, "{from}..{to}") }
    }
}

impl Display for Area {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("place:any"),
            Self::Near { latitude, longitude, radius_m } => {
                write!(f, "near:{latitude},{longitude},")?;
                let km = radius_m / 1000.0;
                // Kilometres where they say the same number.
                if km >= 1.0 && (km * 1000.0).to_bits() == radius_m.to_bits() {
                    write!(f, "{km}km")
                } else {
                    write!(f, "{radius_m}m")
                }
            }
            Self::Box { west, south, east, north } => write!(f, "box:{west},{south},{east},{north}"),
            Self::Polygon { ring } => {
                let corners: Vec<String> = ring.iter().map(|[lon, lat]| format!("{lon},{lat}")).collect();
                write!(f, "polygon:{}", corners.join(","))
            }
            Self::Cells { cells } => write!(f, "cell:{}", cells.join(",")),
            Self::Layer { layer, areas, .. } => {
                write!(f, "in:{}", quoted(layer))?;
                areas.iter().try_for_each(|area| write!(f, ",{}", quoted(area)))
            }
            Self::Hexagon { km2, row, column } => write!(f, "hexagon:{km2},{row},{column}"),
        }
    }
}
