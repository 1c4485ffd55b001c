//! Counts photo-user-days, photographers or photos in hexagons of equal area.

use std::collections::HashMap;

use super::answer::{Answer, AreaCell, Cells, Mark, Shape};
use super::measure::{Group, Measure, Tally, UNIT};
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request, marks};
use crate::explorer::{PhotoRow, RowNames, View};
use crate::photo::area::extremes;
use crate::photo::equal_area::{AREAS_KM2, Hexagon, HexagonGrid};
use crate::photo::filter::{Area, ChoiceField, Filter, Test};
use crate::photo::text::grouped;
use crate::places::Atlas;

/// The areas to choose from, km²: a hexagon is about 11, 24, 54, 107, 240, 537 and 1,075 km wide.
const STEPS_KM2: [u32; 7] = [100, 500, 2_500, 10_000, 50_000, 250_000, 1_000_000];
/// The most hexagons with photos that a chosen area gives.
const ENOUGH: usize = 600;
/// The part of a map's longer side that is added around its hexagons.
const MARGIN: f64 = 0.02;
/// Pixels of a drawing's width: coastlines are this fine.
const DRAWN_PX: f64 = 720.0;

const KM2: Parameter = Parameter {
    name: "km2",
    help: "Area of a hexagon in square kilometres; 0 chooses one",
    kind: ParameterKind::Number(0, *AREAS_KM2.end() as u64),
    default: Some("0"),
};

const LEAST: Parameter = Parameter {
    name: "least",
    help: "Leave out hexagons with fewer photographers",
    kind: ParameterKind::Number(1, 1_000),
    default: Some("1"),
};

const BY: Parameter = Parameter {
    name: "by",
    help: "One map, or maps of the commonest species side by side, each with its own shades",
    kind: ParameterKind::Choice(&["all", "species"]),
    default: Some("all"),
};

const PANELS: Parameter = Parameter {
    name: "panels",
    help: "Maximum number of maps side by side",
    kind: ParameterKind::Number(1, 12),
    default: Some("6"),
};

const EFFORT: Parameter = Parameter {
    name: "per",
    help: "Divide by the same count of all photos in the hexagon that pass this filter, the effort; `place:any` is all photos",
    kind: ParameterKind::Filter,
    default: Some(""),
};

/// The analysis.
pub fn analysis() -> Analysis {
    Analysis {
        name: "distribution",
        title: "Distribution",
        question: "How many photo-user-days, photographers or photos are there in hexagons of equal area?".to_owned(),
        parameters: &[UNIT, KM2, LEAST, EFFORT, BY, PANELS],
        rank: 110,
        run: count,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every analysis may refuse its parameters")]
fn count(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let measure = Measure::of(request);
    let km2 = area(view, request);
    let grid = HexagonGrid::of_area(km2);
    let hexagon = |row: PhotoRow| view.point(row).map(|(latitude, longitude)| grid.hexagon(latitude, longitude));
    let panels = Panels::of(view, request, measure);
    let tally = Tally::of(view, view.rows(), |row| Some((panels.of_photo(row)?, hexagon(row)?)));
    let mut notes = tally.notes(measure, panels.others());
    let effort = effort(view, request).map(|rows| Tally::of(view, rows, hexagon).groups);
    let least = request.number(LEAST.name);
    let (shown, few): (Vec<_>, Vec<_>) =
        tally.groups.into_iter().partition(|(_, group)| least <= 1 || group.photographers >= least);
    let shown: Vec<Shown> = shown.into_iter().filter(|(_, group)| group.value(measure) > 0).collect();
    notes.push(format!("A hexagon has {} km²; {} have photos.", grouped(km2.into()), grouped(shown.len() as u64)));
    if !few.is_empty() {
        let why = format!("hexagons with fewer than {least} photographers are left out.");
        notes.push(format!("{} {why}", grouped(few.len() as u64)));
    }
    if effort.is_some() {
        let by = request.text(EFFORT.name);
        notes.push(format!("Rates are per {} of the photos that pass \"{by}\".", measure.unit().trim_end_matches('s')));
    }
    if !panels.codes.is_empty() {
        notes.push("Each map has its own shades: the darkest hexagon is the one with most of its species.".to_owned());
    }
    let cells = cells((view, &panels), (measure, km2, grid), &shown, effort);
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: measure.unit().to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Cells(cells),
    })
}

/// What is shown of a hexagon of a map.
type Shown = ((u32, Hexagon), Group);

/// The maps side by side: the commonest species with coordinates.
struct Panels<'v> {
    species: RowNames<'v>,
    /// The species, most first; none if there is one map.
    codes: Vec<u32>,
}

impl<'v> Panels<'v> {
    fn of(view: &'v View, request: &Request, measure: Measure) -> Self {
        let species = view.names("species");
        if request.text(BY.name) == "all" {
            return Self { species, codes: Vec::new() };
        }
        let placed = view.rows().filter(|row| view.point(*row).is_some());
        let mut groups: Vec<(u32, Group)> = Tally::of(view, placed, |row| species.of(row)).groups.into_iter().collect();
        groups.sort_by(|a, b| {
            let more = b.1.value(measure).cmp(&a.1.value(measure));
            more.then_with(|| species.value(a.0).cmp(species.value(b.0)))
        });
        groups.truncate(request.number(PANELS.name) as usize);
        Self { codes: groups.into_iter().map(|(code, _)| code).collect(), species }
    }

    /// Which map shows a photo.
    fn of_photo(&self, row: PhotoRow) -> Option<u32> {
        if self.codes.is_empty() {
            return Some(0);
        }
        let code = self.species.of(row)?;
        self.codes.iter().position(|known| *known == code).map(|at| at as u32)
    }

    /// Which photos are on no map.
    fn others(&self) -> &'static str {
        if self.codes.is_empty() { "without coordinates" } else { "without coordinates, or not of these species" }
    }

    fn labels(&self) -> Vec<String> {
        self.codes.iter().map(|code| self.species.label(*code).to_owned()).collect()
    }

    /// The test of a map's photos.
    fn test(&self, panel: u32) -> Option<Test> {
        let code = self.codes.get(panel as usize)?;
        ChoiceField::named("species").map(|field| marks::value(field, self.species.value(*code)))
    }
}

/// The photos of the effort, if the request names one.
fn effort(view: &View, request: &Request) -> Option<Vec<PhotoRow>> {
    let filter: Filter = request.filter(EFFORT.name);
    (!filter.clauses.is_empty()).then(|| view.passing(&filter))
}

/// The area that was asked for, or the smallest that gives no more hexagons than a map can show.
fn area(view: &View, request: &Request) -> u32 {
    if let asked @ 1.. = request.number(KM2.name) {
        return asked as u32;
    }
    // A sample of photos tells how many hexagons there are.
    let stride = (view.total() / 20_000).max(1) as usize;
    let points: Vec<(f64, f64)> = view.rows().step_by(stride).filter_map(|row| view.point(row)).collect();
    let used = |km2: u32| {
        let grid = HexagonGrid::of_area(km2);
        let mut hexagons: Vec<Hexagon> = points.iter().map(|(lat, lon)| grid.hexagon(*lat, *lon)).collect();
        hexagons.sort_unstable();
        hexagons.dedup();
        hexagons.len()
    };
    let last = STEPS_KM2[STEPS_KM2.len() - 1];
    STEPS_KM2.into_iter().find(|km2| used(*km2) <= ENOUGH).unwrap_or(last)
}

fn cells(
    (view, panels): (&View, &Panels<'_>),
    (measure, km2, grid): (Measure, u32, HexagonGrid),
    shown: &[Shown],
    effort: Option<std::collections::BTreeMap<Hexagon, Group>>,
) -> Cells {
    let outlines: HashMap<Hexagon, [[f64; 2]; 6]> =
        shown.iter().map(|((_, hex), _)| (*hex, grid.outline(*hex))).collect();
    let west = western_edge(outlines.values());
    let mut bounds = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    let mut cells: Vec<AreaCell> = Vec::with_capacity(shown.len());
    for ((panel, hexagon), group) in shown {
        let turned = outlines[hexagon].iter().all(|corner| corner[0] < west);
        let outline =
            outlines[hexagon].map(|[longitude, latitude]| [longitude + if turned { 360.0 } else { 0.0 }, latitude]);
        for [longitude, latitude] in outline {
            bounds =
                [bounds[0].min(longitude), bounds[1].min(latitude), bounds[2].max(longitude), bounds[3].max(latitude)];
        }
        let (Hexagon { row, column }, value) = (*hexagon, group.value(measure));
        let own = Test::Place { area: Area::Hexagon { km2, row, column } };
        let mark = Mark {
            label: format!("{row}, {column}"),
            key: format!("{km2},{row},{column}"),
            value,
            all: None,
            filter: marks::narrowed(view.filter(), &[], [own].into_iter().chain(panels.test(*panel))),
        };
        let per = effort.as_ref().map(|groups| groups.get(hexagon).map_or(0, |group| group.value(measure)));
        // Without effort there is no rate; zero would be a wrong one.
        let rate = per.filter(|effort| *effort > 0).map(|effort| value as f64 / effort as f64);
        let panel = (!panels.codes.is_empty()).then_some(*panel);
        cells.push(AreaCell { mark, rate, panel, outline: outline.into() });
    }
    cells.sort_by(|a, b| {
        let by_value = b.mark.value.cmp(&a.mark.value).then_with(|| a.mark.key.cmp(&b.mark.key));
        a.panel.cmp(&b.panel).then(by_value)
    });
    if cells.is_empty() {
        bounds = [-180.0, -60.0, 180.0, 75.0];
    }
    // Small hexagons are drawn larger than they are.
    let margin = (bounds[2] - bounds[0]).max(bounds[3] - bounds[1]) * MARGIN;
    let bounds =
        [bounds[0] - margin, (bounds[1] - margin).max(-90.0), bounds[2] + margin, (bounds[3] + margin).min(90.0)];
    let coast = Atlas::load().coastline(bounds, (bounds[2] - bounds[0]) / DRAWN_PX);
    Cells { km2, panels: panels.labels(), cells, bounds, coast }
}

/// The longitude at which a map of these areas begins: the end of the widest gap between them.
fn western_edge<'a>(outlines: impl Iterator<Item = &'a [[f64; 2]; 6]>) -> f64 {
    let span = |outline: &[[f64; 2]; 6]| extremes(outline.iter().map(|corner| corner[0]));
    let mut spans: Vec<(f64, f64)> = outlines.map(span).collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some(&(first, _)) = spans.first() else { return -180.0 };
    let (mut widest, mut edge, mut reached) = (f64::NEG_INFINITY, first, f64::NEG_INFINITY);
    for (west, east) in &spans {
        if west - reached > widest && reached.is_finite() {
            (widest, edge) = (west - reached, *west);
        }
        reached = reached.max(*east);
    }
    // The gap from the last round to the first.
    if first + 360.0 - reached >= widest { first } else { edge }
}
