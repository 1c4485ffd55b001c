//! Photo-user-days beside the visitors that were counted on site: how well the one follows the other.
//!
//! Wood et al. 2013, <https://doi.org/10.1038/srep02976>: visitation and photo-user-days of recreational sites.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use serde_json::{Value, json};

use super::answer::{Answer, Shape, Table};
use super::areas::Areas;
use super::correlation::{LEAST_PAIRS, Pair, interval, pearson, spearman};
use super::measure::{Measure, Tally};
use super::parameters::ALL_COUNTS;
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request};
use crate::explorer::{PhotoRow, View};
use crate::photo::text::counted;
use crate::reference::VisitorCount;

const BY: Parameter = Parameter {
    name: "by",
    help: "The areas: country, subdivision (state, province), city, or polygons:LAYER that gleaner reference add has added",
    kind: ParameterKind::Areas(&["country", "subdivision", "city"]),
    default: Some("country"),
};

const COUNTS: Parameter = Parameter {
    name: "counts",
    help: "The layer of visitor counts that gleaner reference add --kind counts has added, or all of them",
    kind: ParameterKind::Counts,
    default: Some(ALL_COUNTS),
};

const STEP: Parameter = Parameter {
    name: "step",
    help: "What is compared: months, or the sums of years with counts for all months",
    kind: ParameterKind::Choice(&["month", "year"]),
    default: Some("month"),
};

const EFFORT: Parameter = Parameter {
    name: "per",
    help: "Divide by the photo-user-days of all photos of the month that pass this filter, the activity of the platform; `taken:any` is all photos",
    kind: ParameterKind::Filter,
    default: Some(""),
};

/// The analysis.
pub fn analysis() -> Analysis {
    Analysis {
        name: "visitor-counts",
        title: "Photo-user-days and visitor counts",
        question: "How well do photo-user-days follow the visitors that were counted on site?".to_owned(),
        parameters: &[BY, COUNTS, STEP, EFFORT],
        rank: 113,
        run,
    }
}

/// Photo-user-days (perhaps per activity) and visitors of an area, by month.
type Months = BTreeMap<Date, (f64, f64)>;

fn run(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let areas = Areas::of(view, request, BY.name)?;
    let counts = request.visitor_counts(COUNTS.name)?;
    let rows: Vec<PhotoRow> = view.rows().collect();
    let found = areas.at(view, &rows);
    let month = |row: PhotoRow| view.day(row).map(|day| day.date().first_of_month());
    let of_rows = rows.iter().copied().zip(&found);
    let tally = Tally::of_many(view, of_rows.map(|(row, areas)| (row, month_keys(areas, month(row)))));
    let effort = request.filter(EFFORT.name);
    let activity = (!effort.clauses.is_empty()).then(|| Tally::of(view, view.passing(&effort), month).groups);
    // Months before the first and after the last photo are not months without visitors.
    let covered = tally.groups.keys().map(|(_, month)| *month).fold(None, |range: Option<(Date, Date)>, month| {
        Some(range.map_or((month, month), |(first, last)| (first.min(month), last.max(month))))
    });
    let mut notes = tally.notes(Measure::UserDays, &areas.none());
    let by_name = names(&areas, &tally.groups);
    let (mut series, mut unmatched, mut outside): (BTreeMap<u32, Months>, BTreeSet<&str>, u64) =
        (BTreeMap::new(), BTreeSet::new(), 0);
    for VisitorCount { area, month, count } in counts.iter().flat_map(|(_, counts)| counts.iter()) {
        let Some(number) = by_name.get(&area.to_lowercase()) else {
            unmatched.insert(area);
            continue;
        };
        let is_covered = covered.is_some_and(|(first, last)| (first..=last).contains(month));
        let user_days = tally.groups.get(&(*number, *month)).map_or(0, |group| group.user_days) as f64;
        let divided = match &activity {
            None => Some(user_days),
            Some(groups) => {
                let all = groups.get(month).map_or(0, |group| group.user_days);
                (all > 0).then(|| user_days / all as f64)
            }
        };
        match divided.filter(|_| is_covered) {
            Some(x) => series.entry(*number).or_default().entry(*month).or_insert((x, 0.0)).1 += count,
            None => outside += 1,
        }
    }
    if request.text(STEP.name) == "year" {
        series = series.into_iter().map(|(area, months)| (area, years(&months))).collect();
    }
    notes.extend(explained(request, &unmatched, outside, (covered, counts.is_empty())));
    notes.extend(areas.notes());
    notes.extend(counts.iter().map(|(citation, _)| citation.clone()));
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: Measure::UserDays.unit().to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Table(table(view, &areas, &series)),
    })
}

/// The areas of a photo with its month.
fn month_keys(areas: &[u32], month: Option<Date>) -> impl Iterator<Item = (u32, Date)> {
    areas.iter().filter_map(move |area| month.map(|month| (*area, month)))
}

/// The number of each area by its name, and of a field by its code too, in small letters.
fn names(areas: &Areas, groups: &BTreeMap<(u32, Date), super::measure::Group>) -> HashMap<String, u32> {
    let numbers = areas.all().into_iter().chain(groups.keys().map(|(area, _)| *area)).collect::<BTreeSet<u32>>();
    let mut by_name = HashMap::new();
    for number in numbers {
        by_name.insert(areas.label(number).to_lowercase(), number);
        if let Value::String(code) = areas.code(number) {
            by_name.insert(code.to_lowercase(), number);
        }
    }
    by_name
}

/// The sums of the years that have all months, at the first day of the year.
fn years(months: &Months) -> Months {
    let mut years: BTreeMap<i16, (u8, f64, f64)> = BTreeMap::new();
    for (month, (x, y)) in months {
        let year = years.entry(month.year()).or_default();
        *year = (year.0 + 1, year.1 + x, year.2 + y);
    }
    let whole = years.into_iter().filter(|(_, (months, ..))| *months == 12);
    whole.filter_map(|(year, (_, x, y))| Date::new(year, 1, 1).ok().map(|start| (start, (x, y)))).collect()
}

fn table(view: &View, areas: &Areas, series: &BTreeMap<u32, Months>) -> Table {
    let mut listed: Vec<(u32, &Months)> = series.iter().map(|(area, months)| (*area, months)).collect();
    listed.sort_by(|a, b| areas.label(a.0).cmp(areas.label(b.0)));
    let (mut rows, mut filters) = (Vec::new(), Vec::new());
    let mean = |months: &Months| {
        let sum = months.values().fold((0.0, 0.0), |sum, (x, y)| (sum.0 + x, sum.1 + y));
        let n = months.len().max(1) as f64;
        (sum.0 / n, sum.1 / n)
    };
    // The areas side by side, each by its mean.
    let means: Vec<(f64, f64)> = listed.iter().map(|(_, months)| mean(months)).collect();
    if means.len() >= LEAST_PAIRS {
        let head = [json!("Means of the areas"), json!(null), json!(means.len()), json!(null), json!(null)];
        rows.push(head.into_iter().chain(correlations(&means, None)).collect());
        filters.push(view.filter().to_string());
    }
    for (area, months) in listed {
        let pairs: Vec<(f64, f64)> = months.values().copied().collect();
        let by_year: Vec<Pair> =
            months.iter().map(|(month, (x, y))| Pair { year: month.year(), x: *x, y: *y }).collect();
        let (x, y) = mean(months);
        let head = [json!(areas.label(area)), areas.code(area), json!(pairs.len()), rounded(x), rounded(y)];
        rows.push(head.into_iter().chain(correlations(&pairs, interval(&by_year))).collect());
        filters.push(areas.filter(view, area));
    }
    let header = [
        "Area",
        "Code",
        "Compared",
        "Mean photo-user-days",
        "Mean visitors",
        "Pearson",
        "95 % from",
        "95 % to",
        "Pearson of logarithms",
        "Spearman",
    ];
    Table { header: header.map(str::to_owned).into(), rows, filters }
}

fn rounded(value: f64) -> Value {
    let digits = if value.abs() >= 1.0 { 100.0 } else { 1e6 };
    json!((value * digits).round() / digits)
}

/// Pearson's correlation with its interval, Pearson's of ln(1 + x), Spearman's.
fn correlations(pairs: &[(f64, f64)], interval: Option<[f64; 2]>) -> [Value; 5] {
    let logarithms: Vec<(f64, f64)> = pairs.iter().map(|(x, y)| (x.ln_1p(), y.ln_1p())).collect();
    let at = |value: Option<f64>| value.map_or(Value::Null, |value| json!((value * 1e4).round() / 1e4));
    [
        at(pearson(pairs)),
        at(interval.map(|ends| ends[0])),
        at(interval.map(|ends| ends[1])),
        at(pearson(&logarithms)),
        at(spearman(pairs)),
    ]
}

/// What was compared, and what was left out.
fn explained(
    request: &Request,
    unmatched: &BTreeSet<&str>,
    outside: u64,
    (covered, none): (Option<(Date, Date)>, bool),
) -> Vec<String> {
    if none {
        return vec![
            "There is no layer of visitor counts; `gleaner reference add FILE --kind counts` adds a table with area, date and count."
                .to_owned(),
        ];
    }
    let mut notes = vec![
        "A month without photos counts as 0. Intervals are from 1,000 samples of whole years; there is none for fewer than three years."
            .to_owned(),
        "Pearson of logarithms is of ln(1 + x). A correlation of months also rises with a season that both have; compare years too."
            .to_owned(),
    ];
    let effort = request.text(EFFORT.name);
    if effort.is_empty() {
        notes.push(
            "Photo-user-days also follow the popularity of the platform; --set per=FILTER divides by it.".to_owned(),
        );
    } else {
        notes.push(format!("Photo-user-days are divided by those of all photos of the month that pass \"{effort}\"."));
    }
    if let Some((first, last)) = covered.filter(|_| outside > 0) {
        notes.push(format!(
            "Left out: {} of months before the first photo ({}), after the last ({}), or without activity.",
            counted(outside, "count"),
            first.strftime("%Y-%m"),
            last.strftime("%Y-%m")
        ));
    }
    if !unmatched.is_empty() {
        let some: Vec<&str> = unmatched.iter().take(5).copied().collect();
        let more = if unmatched.len() > some.len() { ", ..." } else { "" };
        notes.push(format!(
            "Without an area of that name: {} of the counts ({}{more}).",
            counted(unmatched.len() as u64, "name"),
            some.join(", ")
        ));
    }
    notes
}
