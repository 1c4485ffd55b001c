//! Whether a photo passes. This is the reference: the explorer's columns must agree with it.

use std::cell::OnceCell;

use jiff::civil::Date;

use super::{Area, Clause, DaySpan, Filter, NumberField, Span, Test};
use crate::photo::area::{self, Ring};
use crate::photo::equal_area::{Hexagon, HexagonGrid};
use crate::photo::fields::search_text;
use crate::photo::text::normalise;
use crate::photo::{Bbox, Period, Photo, fields};

impl Filter {
    /// Whether every clause holds. Slow and exact: the explorer's columns must agree.
    pub fn matches(&self, photo: &Photo) -> bool {
        let text = OnceCell::new();
        self.clauses.iter().all(|clause| clause.holds(photo, &text))
    }

    /// Whether it reads texts that [`Photo::outline`] leaves out.
    pub fn reads_texts(&self) -> bool {
        self.clauses.iter().any(|clause| match clause.test {
            Test::Text { .. } => true,
            Test::Choice { field, .. } => field.field().reads_texts,
            _ => false,
        })
    }
}

impl Clause {
    fn holds(&self, photo: &Photo, text: &OnceCell<String>) -> bool {
        self.test.holds(photo, text) != self.negated
    }
}

impl Test {
    /// How many values it names; of a polygon its corners.
    pub fn values(&self) -> usize {
        match self {
            Self::Choice { values, .. } => values.len(),
            Self::Number { spans, .. } => spans.len(),
            Self::Taken { spans, .. } => spans.len(),
            Self::Place { area: Area::Polygon { ring } } => ring.len(),
            Self::Place { area: Area::Cells { cells } } => cells.len(),
            Self::Text { .. } | Self::Place { .. } => 1,
        }
    }

    fn holds(&self, photo: &Photo, text: &OnceCell<String>) -> bool {
        match self {
            Self::Text { text: words } => text.get_or_init(|| search_text(photo)).contains(&normalise(words)),
            Self::Choice { field, values, none, any } => {
                let names = field.names(photo);
                let given = |name: &str| values.iter().any(|value| field.is(name, value));
                if names.is_empty() { *none } else { *any || names.iter().any(|name| given(name)) }
            }
            Self::Number { field, spans, none, any } => match field.value(photo) {
                None => *none,
                Some(number) => *any || spans.iter().any(|span| field.within(number, span)),
            },
            Self::Taken { spans, none, any } => match fields::period(photo) {
                None => *none,
                Some(period) => *any || spans.iter().any(|span| span.holds(period)),
            },
            Self::Place { area } => {
                fields::coordinates(photo).is_some_and(|(latitude, longitude)| area.holds(latitude, longitude))
            }
        }
    }
}

impl NumberField {
    /// Whether a photo's value (as [`NumberField::value`] gives it) is in a span; scores compare as 32-bit numbers.
    pub fn within(&self, number: f64, span: &Span) -> bool {
        let rounded = |end: Option<f64>| end.map(|end| f64::from(end as f32));
        match self {
            Self::Score(_) => Span { min: rounded(span.min), max: rounded(span.max), ..*span }.holds(number),
            Self::Field(_) => span.holds(number),
        }
    }
}

impl Span {
    /// Whether a number is in it; ends are in unless `above` or `below` puts them out.
    pub fn holds(&self, number: f64) -> bool {
        let over = self.min.is_none_or(|min| if self.above { number > min } else { number >= min });
        let under = self.max.is_none_or(|max| if self.below { number < max } else { number <= max });
        over && under
    }
}

impl DaySpan {
    /// Whether a day is in it, ends included.
    pub fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
    }

    /// Whether a whole period is in it, ends included.
    pub fn holds(&self, period: Period) -> bool {
        self.from.is_none_or(|from| period.first.date() >= from) && self.to.is_none_or(|to| period.last.date() <= to)
    }
}

impl Area {
    /// Whether a point (degrees) is in it. An invalid area (a cell that does not exist) contains nothing.
    pub fn holds(&self, latitude: f64, longitude: f64) -> bool {
        match self {
            Self::Any => true,
            Self::Near { latitude: lat, longitude: lon, radius_m } => {
                area::distance_m((latitude, longitude), (*lat, *lon)) <= *radius_m
            }
            Self::Box { west, south, east, north } => {
                Bbox::from([*west, *south, *east, *north]).holds(latitude, longitude)
            }
            Self::Polygon { ring } => Ring::of(ring).holds(latitude, longitude),
            Self::Cells { cells } => area::finest_cell(latitude, longitude).is_some_and(|finest| {
                cells.iter().filter_map(|text| area::cell(text)).any(|cell| area::in_cell(finest, cell))
            }),
            Self::Layer { geometry, .. } => geometry.holds(latitude, longitude),
            Self::Hexagon { km2, row, column } => {
                let own = Hexagon { row: *row, column: *column };
                HexagonGrid::of_area(*km2).hexagon(latitude, longitude) == own
            }
        }
    }
}
