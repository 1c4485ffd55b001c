//! Counts photos by the values of one field: a histogram for numbers and days, a ranking for names.

use super::answer::{Answer, Axis, Bars, Mark, Ranking, Shape};
use super::bins::bins;
use super::measure::left_out;
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request, marks};
use crate::explorer::{Choices, Clauses, Facet, Histogram, View};
use crate::photo::fields::{self, Field, Kind, SCORE};
use crate::photo::filter::{ChoiceField, NumberField};
use crate::photo::text::{counted, grouped};

const LIMIT: Parameter = Parameter {
    name: "limit",
    help: "Maximum number of values, most frequent first",
    kind: ParameterKind::Number(1, 1_000),
    default: Some("50"),
};

/// The analysis of scores, which needs a concept.
const SCORES: &str = "score";

const CONCEPT: Parameter = Parameter {
    name: "concept",
    help: "The concept whose scores are counted",
    kind: ParameterKind::Concept,
    default: None,
};

/// An analysis for each field that has a chart.
pub fn analyses() -> Vec<Analysis> {
    fields::charts().into_iter().filter_map(analysis).collect()
}

fn analysis(field: &'static Field) -> Option<Analysis> {
    let chart = field.chart?;
    let is_score = matches!(field.kind, Kind::Scores);
    Some(Analysis {
        name: if is_score { SCORES } else { field.name },
        title: chart.title,
        question: format!("How many photos are there by {}?", field.label.to_lowercase()),
        parameters: match field.kind {
            Kind::Scores => &[CONCEPT],
            Kind::Names(_) | Kind::Sets(_) | Kind::Branches(_) => &[LIMIT],
            _ => &[],
        },
        rank: chart.rank,
        run: count,
    })
}

fn count(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let (name, concept) = (request.analysis.name, request.text(CONCEPT.name));
    let title = request.analysis.title;
    if let Some(field) = ChoiceField::named(name) {
        let limit = usize::try_from(request.number(LIMIT.name)).unwrap_or(usize::MAX);
        let choices = view.choices(name, request.clauses, limit).unwrap_or_default();
        return Ok(ranking((view, request), field, choices));
    }
    let (name, title) = match concept {
        "" => (name.to_owned(), title.to_owned()),
        concept => (format!("{SCORE}{concept}"), format!("{title}: {concept}")),
    };
    match view.facet(&name, request.clauses) {
        Some(Facet::Histogram(histogram)) => Ok(bars((view, request), title, histogram)),
        _ => Err(AnalysisError::no_concept(CONCEPT.name, concept, view)),
    }
}

fn bars((view, request): (&View, &Request), title: String, histogram: Histogram) -> Answer {
    let field = NumberField::named(&histogram.name);
    let filter = view.filter();
    let own = replaced(request, &histogram.name);
    let marks = bins(&histogram).zip(histogram.counts.iter().zip(&histogram.all)).map(|(bin, (value, all))| Mark {
        label: bin.label(),
        value: *value,
        all: Some(*all),
        filter: marks::narrowed(filter, &own, [bin.test(field.clone())]),
        ..Mark::default()
    });
    let marks: Vec<Mark> = marks.collect();
    let none = field.clone().map_or_else(marks::no_day, marks::no_number);
    let unknown = (histogram.none.all > 0).then(|| Mark {
        label: "unknown".to_owned(),
        value: histogram.none.count,
        all: Some(histogram.none.all),
        filter: marks::narrowed(filter, &own, [none]),
        ..Mark::default()
    });
    let below = histogram.under_floor.map_or(0, |below| below.count);
    let below = left_out(below, "photo", "with a score below the scorer's reporting minimum");
    let less_exact = histogram.less_exact.map_or(0, |less| less.count);
    let less_exact = left_out(less_exact, "photo", "with a date less exact than a bar");
    let mut notes = notes(view, unknown.as_ref());
    notes.extend(below.into_iter().chain(less_exact));
    let axis = Axis { field: histogram.name, scale: histogram.scale, edges: histogram.edges };
    answer(view, title, notes, Shape::Bars(Bars { axis, marks, unknown }))
}

fn ranking((view, request): (&View, &Request), field: ChoiceField, choices: Choices) -> Answer {
    let filter = view.filter();
    let own = replaced(request, field.as_str());
    let marks = choices.values.into_iter().map(|choice| Mark {
        filter: marks::narrowed(filter, &own, [marks::value(field, &choice.value)]),
        label: choice.label,
        key: choice.value,
        value: choice.count,
        all: Some(choice.all),
    });
    let marks = marks.collect();
    let unknown = (choices.none.all > 0).then(|| Mark {
        label: "unknown".to_owned(),
        key: "none".to_owned(),
        value: choices.none.count,
        all: Some(choices.none.all),
        filter: marks::narrowed(filter, &own, [marks::no_value(field)]),
    });
    let notes = notes(view, unknown.as_ref());
    let shape = Ranking { field: field.as_str().to_owned(), marks, unknown, more: choices.more };
    answer(view, request.analysis.title.to_owned(), notes, Shape::Ranking(shape))
}

/// The fields whose clauses a mark's filter replaces: those that did not apply to the counts.
fn replaced<'a>(request: &Request, field: &'a str) -> Vec<&'a str> {
    if request.clauses == Clauses::OfOtherFields { vec![field] } else { Vec::new() }
}

fn answer(view: &View, title: String, notes: Vec<String>, shape: Shape) -> Answer {
    Answer { title, unit: "photos".to_owned(), filter: view.filter().to_string(), notes, shape }
}

/// The number of photos that pass the filter, and the number without a value.
fn notes(view: &View, unknown: Option<&Mark>) -> Vec<String> {
    let unknown = unknown.map(|mark| mark.value).filter(|photos| *photos > 0);
    let unknown = unknown.map(|photos| format!("Without a known value: {}.", counted(photos, "photo")));
    let counted = format!("{} of {} photos pass the filter.", grouped(view.total()), grouped(view.photos()));
    std::iter::once(counted).chain(unknown).collect()
}
