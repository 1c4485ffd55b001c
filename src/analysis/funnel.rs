//! Effort and bias: how many photos are left after each step, from what the sources claim to what a question can use; how much
//! the headline numbers depend on the threshold of a score; and coordinates that many photographers share.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::answer::{Answer, Shape, Table};
use super::bins::plain;
use super::measure::{Group, Measure, Tally};
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request, marks, setting};
use crate::explorer::{PhotoRow, View};
use crate::photo::equal_area::HexagonGrid;
use crate::photo::fields::{FLAG, SCORE};
use crate::photo::filter::{Area, ChoiceField, Clause, Filter, NumberField, Span, Test};
use crate::photo::text::grouped;
use crate::photo::{Flag, ScoreKey};
use crate::pipeline::search_report::SearchReport;
use crate::scorers::REVIEW;
use crate::training::cut::{Band, Panel};

/// The area of the hexagons that are counted, km².
const KM2: u32 = 100;
/// Exactly the same coordinates of so many photographers are a hotspot.
const SHARED_BY: usize = 3;
/// Metres around a hotspot that its filter selects.
const AROUND_M: f64 = 1.0;
/// The seed of the estimates of precision and recall.
const SEED: u64 = 1;
/// What makes neither place nor day doubtful.
const HARMLESS: [Flag; 1] = [Flag::TimeZoneUnknown];

const BY: Parameter = Parameter {
    name: "by",
    help: "Rows: steps, or hotspots: coordinates that many photographers share exactly",
    kind: ParameterKind::Choice(&["step", "hotspot"]),
    default: Some("step"),
};

const CONCEPT: Parameter = Parameter {
    name: "concept",
    help: "A concept whose score must reach the threshold; empty: none",
    kind: ParameterKind::Concept,
    default: Some(""),
};

const THRESHOLD: Parameter = Parameter {
    name: "threshold",
    help: "Threshold of the score, percent",
    kind: ParameterKind::Number(0, 100),
    default: Some("50"),
};

const APART: Parameter = Parameter {
    name: "apart",
    help: "How far the two other thresholds are from it, percent",
    kind: ParameterKind::Number(1, 50),
    default: Some("10"),
};

const LIMIT: Parameter = Parameter {
    name: "limit",
    help: "Maximum number of hotspots",
    kind: ParameterKind::Number(1, 1_000),
    default: Some("50"),
};

/// The analysis.
pub fn analysis() -> Analysis {
    Analysis {
        name: "funnel",
        title: "From claimed to usable",
        question:
            "How many photos are left after each step, and how much do the numbers depend on the threshold of a score?"
                .to_owned(),
        parameters: &[BY, CONCEPT, THRESHOLD, APART, LIMIT],
        rank: 119,
        run: count,
    }
}

fn count(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let (table, notes) = match request.text(BY.name) {
        "hotspot" => hotspots(view, request.number(LIMIT.name) as usize),
        _ => steps(view, request)?,
    };
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: Measure::Photos.unit().to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Table(table),
    })
}

/// The score that is asked for.
struct Score<'a> {
    concept: &'a str,
    field: NumberField,
}

impl<'a> Score<'a> {
    fn of(view: &View, request: &'a Request) -> Result<Option<Self>, AnalysisError> {
        let concept = request.text(CONCEPT.name);
        if concept.is_empty() {
            return Ok(None);
        }
        let known = view.concepts().iter().any(|known| known == concept);
        let field = NumberField::named(&format!("{SCORE}{concept}")).filter(|_| known);
        let field = field.ok_or_else(|| AnalysisError::no_concept(CONCEPT.name, concept, view))?;
        Ok(Some(Self { concept, field }))
    }

    /// The clause of photos with at least so many percent.
    fn at_least(&self, percent: u64) -> Clause {
        let span = Span { min: Some(percent as f64 / 100.0), ..Span::default() };
        Clause { negated: false, test: marks::span(self.field.clone(), span) }
    }
}

fn steps(view: &View, request: &Request) -> Result<(Table, Vec<String>), AnalysisError> {
    let score = Score::of(view, request)?;
    let threshold = request.number(THRESHOLD.name);
    // The step of the score takes the place of the filter's own clauses on it.
    let replaced: Vec<String> = score.iter().map(|score| format!("{SCORE}{}", score.concept)).collect();
    let replaced: Vec<&str> = replaced.iter().map(String::as_str).collect();
    let own: Filter = marks::narrower(view.filter(), &replaced, []);
    let mut steps: Vec<(String, Vec<Clause>)> = vec![
        ("Unique photos in the dataset".to_owned(), Vec::new()),
        ("with coordinates".to_owned(), clauses("place:any")),
        ("and with a date".to_owned(), clauses("taken:any")),
    ];
    if !own.clauses.is_empty() {
        steps.push(("and that pass the filter".to_owned(), own.clauses));
    }
    steps.push(("and not known as captive, a pet or an object".to_owned(), clauses(setting::NOT_WILD)));
    steps.push(("and without a flag of place or date: usable".to_owned(), doubtful().into_iter().collect()));
    let mut table = Steps::default();
    reports(request.reports(), &mut table);
    let mut passed = Vec::new();
    for (label, more) in steps {
        passed.extend(more);
        table.step(view, label, &passed, true);
    }
    let mut notes = notes(view, request.reports());
    if let Some(score) = score {
        let apart = request.number(APART.name);
        for percent in [threshold.saturating_sub(apart), threshold, (threshold + apart).min(100)] {
            let scored: Vec<Clause> = passed.iter().cloned().chain([score.at_least(percent)]).collect();
            table.step(view, format!("usable with score ≥ {}", plain(percent as f64 / 100.0)), &scored, false);
        }
        notes.push(quality(view, score.concept, threshold));
    }
    Ok((table.into(), notes))
}

/// The clauses of a text that is a filter.
fn clauses(text: &str) -> Vec<Clause> {
    text.parse::<Filter>().map(|filter| filter.clauses).unwrap_or_default()
}

/// Photos without a flag that makes the place or the day doubtful.
fn doubtful() -> Option<Clause> {
    let flags = Flag::ALL.iter().filter(|flag| !HARMLESS.contains(flag));
    let values = flags.map(|flag| flag.as_str().to_owned()).collect();
    let test = Test::Choice { field: ChoiceField::named(FLAG)?, values, none: false, any: false };
    Some(Clause { negated: true, test })
}

/// The rows of the steps.
#[derive(Default)]
struct Steps {
    rows: Vec<Vec<Value>>,
    filters: Vec<String>,
    /// The photos of the last step that others are compared with.
    before: Option<u64>,
}

impl Steps {
    /// A step of the photos that pass all clauses. `goes_on`: the next step is a part of it.
    fn step(&mut self, view: &View, label: String, clauses: &[Clause], goes_on: bool) {
        let filter = Filter { clauses: clauses.to_vec() };
        let rows = view.passing(&filter);
        let Group { photos, photographers, user_days } = Tally::of(view, rows.iter().copied(), |_| Some(())).all;
        let grid = HexagonGrid::of_area(KM2);
        let points = rows.iter().filter_map(|row| view.point(*row));
        let hexagons: BTreeSet<_> = points.map(|(latitude, longitude)| grid.hexagon(latitude, longitude)).collect();
        let share = self.share(photos);
        self.rows.push(vec![
            json!(label),
            json!(photos),
            share,
            json!(photographers),
            json!(user_days),
            json!(hexagons.len()),
        ]);
        self.filters.push(filter.to_string());
        if goes_on {
            self.before = Some(photos);
        }
    }

    /// A number that no filter selects.
    fn number(&mut self, label: &str, number: u64) {
        let share = self.share(number);
        self.rows.push(vec![json!(label), json!(number), share, Value::Null, Value::Null, Value::Null]);
        self.filters.push(String::new());
        self.before = Some(number);
    }

    fn share(&self, number: u64) -> Value {
        let share = self.before.filter(|before| *before > 0).map(|before| number as f64 / before as f64);
        json!(share.map(|share| (1000.0 * share).round() / 10.0))
    }
}

impl From<Steps> for Table {
    fn from(steps: Steps) -> Self {
        let hexagons = format!("Hexagons of {KM2} km²");
        let header = ["Step", "Photos", "Of the step before, %", "Photographers", "Photo-user-days", &hexagons];
        Self { header: header.map(str::to_owned).into(), rows: steps.rows, filters: steps.filters }
    }
}

/// What the searches of the dataset say.
fn reports(reports: &[SearchReport], table: &mut Steps) {
    if reports.is_empty() {
        return;
    }
    let claimed: Vec<u64> = reports.iter().filter_map(|report| report.claimed).collect();
    if !claimed.is_empty() {
        table.number("Results that the sources claim", claimed.iter().sum());
    }
    table.number("Records received, repeated ones too", reports.iter().map(|report| report.received).sum());
}

fn notes(view: &View, reports: &[SearchReport]) -> Vec<String> {
    let mut notes = Vec::new();
    if reports.is_empty() {
        notes.push("The dataset has no report of a search: what the sources claim is not known.".to_owned());
    } else {
        let silent = reports.iter().filter(|report| report.claimed.is_none()).count();
        notes.push(match reports.len() {
            1 => "1 search; one result may have several photos.".to_owned(),
            many => format!(
                "{} searches; several may claim and return the same photo, and one result may have several photos.",
                grouped(many as u64)
            ),
        });
        if silent > 0 {
            notes.push(format!("Searches whose source gave no number: {}.", grouped(silent as u64)));
        }
    }
    notes.push(setting::rests_on(view));
    let (table, _) = hotspots(view, usize::MAX);
    if !table.rows.is_empty() {
        let photos: u64 = table.rows.iter().filter_map(|row| row[1].as_u64()).sum();
        notes.push(format!(
            "{} photos are at {} coordinates that at least {SHARED_BY} photographers share exactly; no flag of one photo can say so (by=hotspot lists \
             them).",
            grouped(photos),
            grouped(table.rows.len() as u64)
        ));
    }
    notes.push("The language of photos by country is not shown: sources do not state it.".to_owned());
    notes
}

/// Precision and recall of the reviewed photos at a threshold, in a sentence.
fn quality(view: &View, concept: &str, threshold: u64) -> String {
    let key = ScoreKey::from(concept);
    let (scores, reviews) = (view.scores(&key), view.scores(&ScoreKey::by(key.concept(), REVIEW)));
    let all = view.passing(&Filter::default());
    let known: Vec<(PhotoRow, f64)> = all.iter().filter_map(|row| Some((*row, f64::from(scores.of(*row)?)))).collect();
    let labelled: Vec<(f64, bool)> =
        known.iter().filter_map(|(row, score)| Some((*score, reviews.of(*row)? >= 0.5))).collect();
    if labelled.is_empty() {
        return format!(
            "No photo with a score was reviewed for \"{}\": precision and recall are unknown.",
            key.concept()
        );
    }
    let values: Vec<f64> = known.iter().map(|(_, score)| *score).collect();
    let panel = Panel::estimate(&values, &labelled, SEED);
    let cut = threshold as f64 / 100.0;
    let point = panel.points.iter().min_by(|a, b| (a.cut - cut).abs().total_cmp(&(b.cut - cut).abs()));
    let band = |band: Band| format!("{:.2} (90 %: {:.2} to {:.2})", band.estimate, band.low, band.high);
    let precision = point.and_then(|point| point.precision).map_or_else(|| "unknown".to_owned(), band);
    let recall = point.map_or_else(|| "unknown".to_owned(), |point| band(point.recall));
    let trained = if concept.ends_with("@trained") || !concept.contains('@') {
        " A trained scorer has seen its own photos; the page's threshold view cross-validates them."
    } else {
        ""
    };
    format!(
        "At score ≥ {}: precision {precision}, recall {recall}, from {} reviewed photos of the whole dataset ({} yes, {} no).{trained}",
        plain(cut),
        grouped(labelled.len() as u64),
        panel.yes,
        panel.no
    )
}

/// Coordinates that several photographers share exactly: the most photographers first.
fn hotspots(view: &View, limit: usize) -> (Table, Vec<String>) {
    let mut places: BTreeMap<(u64, u64), Vec<PhotoRow>> = BTreeMap::new();
    for row in view.rows() {
        if let Some((latitude, longitude)) = view.point(row) {
            places.entry((latitude.to_bits(), longitude.to_bits())).or_default().push(row);
        }
    }
    let shared = places.into_iter().filter(|(_, rows)| rows.len() >= SHARED_BY);
    let counted = shared.map(|(at, rows)| (at, Tally::of(view, rows.iter().copied(), |_| Some(())).all));
    let mut counted: Vec<_> = counted.filter(|(_, group)| group.photographers >= SHARED_BY as u64).collect();
    counted.sort_by(|(at, a), (other, b)| b.photographers.cmp(&a.photographers).then_with(|| at.cmp(other)));
    let all = counted.len();
    counted.truncate(limit);
    let (mut rows, mut filters) = (Vec::new(), Vec::new());
    for ((latitude, longitude), Group { photos, photographers, user_days }) in counted {
        let (latitude, longitude) = (f64::from_bits(latitude), f64::from_bits(longitude));
        let area = Area::Near { latitude, longitude, radius_m: AROUND_M };
        rows.push(vec![
            json!(format!("{latitude}, {longitude}")),
            json!(photos),
            json!(photographers),
            json!(user_days),
        ]);
        filters.push(marks::narrowed(view.filter(), &[], [Test::Place { area }]));
    }
    let mut notes = vec![
        format!(
            "Coordinates that at least {SHARED_BY} photographers share to the last digit: a place from a list, not from a device."
        ),
        format!("A row's filter selects what is within {AROUND_M} m."),
    ];
    if all > rows.len() {
        notes.push(format!("{} more are not listed.", grouped((all - rows.len()) as u64)));
    }
    let header = ["Coordinates", "Photos", "Photographers", "Photo-user-days"].map(str::to_owned).into();
    (Table { header, rows, filters }, notes)
}
