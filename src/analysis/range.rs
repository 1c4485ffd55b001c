//! Photos inside and outside the known range of their species, for review: escaped, captive, misidentified or misplaced.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::json;

use super::answer::{Answer, Shape, Table};
use super::measure::{Measure, Tally, left_out};
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request, marks};
use crate::explorer::{PhotoRow, View};
use crate::photo::filter::{ChoiceField, Filter};
use crate::photo::text::grouped;

const BY: Parameter = Parameter {
    name: "by",
    help: "Rows: species with numbers inside and outside, or the photos outside, the farthest first",
    kind: ParameterKind::Choice(&["species", "photo"]),
    default: Some("species"),
};

const LIMIT: Parameter = Parameter {
    name: "limit",
    help: "Maximum number of rows",
    kind: ParameterKind::Number(1, 1_000),
    default: Some("100"),
};

/// The analysis.
pub fn analysis() -> Analysis {
    Analysis {
        name: "range",
        title: "Inside and outside the range",
        question: "Which photos were taken outside the known range of their species?".to_owned(),
        parameters: &[BY, LIMIT],
        rank: 120,
        run,
    }
}

/// A photo with species, coordinates and range: how far its disc of uncertainty is from the range, metres.
struct Placed {
    row: PhotoRow,
    species: u32,
    distance_m: f64,
}

fn run(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let layers = request.ranges()?;
    let (species, uncertainty) = (view.names("species"), view.counts(crate::photo::fields::UNCERTAINTY));
    let (mut without_species, mut without_place, mut wanted) = (0, 0, Vec::new());
    for row in view.rows() {
        match (species.of(row), view.point(row)) {
            (None, _) => without_species += 1,
            (_, None) => without_place += 1,
            (Some(species), Some(point)) => wanted.push((row, species, point)),
        }
    }
    let all = wanted.len();
    let placed = wanted.into_par_iter().filter_map(|(row, code, (latitude, longitude))| {
        let name = species.value(code);
        let ranges = layers.iter().find(|(_, ranges)| ranges.knows(name)).map(|(_, ranges)| ranges)?;
        let distance = ranges.distance_m(name, latitude, longitude)?;
        let radius = uncertainty.of(row).map_or(0.0, f64::from);
        Some(Placed { row, species: code, distance_m: (distance - radius).max(0.0) })
    });
    let mut placed: Vec<Placed> = placed.collect();
    let outside = placed.iter().filter(|photo| photo.distance_m > 0.0).count();
    let mut notes = vec![format!(
        "Counted: {} photos with species, coordinates and a known range; {} of them are outside.",
        grouped(placed.len() as u64),
        grouped(outside as u64)
    )];
    for (count, which) in [
        (without_species, "without a known species"),
        (without_place, "without coordinates"),
        ((all - placed.len()) as u64, "of a species whose range is in no layer"),
    ] {
        notes.extend(left_out(count, "photo", which));
    }
    notes.push(
        "Outside: the disc of the coordinates' uncertainty does not touch a cell of the range. Zoos, pets, escaped and introduced animals, \
            wrong names and wrong coordinates are outside; being inside proves nothing."
            .to_owned(),
    );
    if layers.is_empty() {
        notes.push("There is no layer of ranges; `gleaner reference add --kind ranges` adds one.".to_owned());
    }
    notes.extend(layers.iter().map(|(citation, _)| citation.clone()));
    let limit = request.number(LIMIT.name) as usize;
    let table = if request.text(BY.name) == "photo" {
        placed.retain(|photo| photo.distance_m > 0.0);
        placed.sort_by(|a, b| b.distance_m.total_cmp(&a.distance_m));
        photos(view, &placed[..placed.len().min(limit)])
    } else {
        by_species(view, &placed, limit)
    };
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: Measure::Photos.unit().to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Table(table),
    })
}

fn by_species(view: &View, placed: &[Placed], limit: usize) -> Table {
    let species = view.names("species");
    let mut groups: BTreeMap<u32, (Vec<PhotoRow>, Vec<&Placed>)> = BTreeMap::new();
    for photo in placed {
        let (inside, outside) = groups.entry(photo.species).or_default();
        if photo.distance_m > 0.0 { outside.push(photo) } else { inside.push(photo.row) }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by(|a, b| {
        let outside = (b.1.1.len(), b.1.0.len()).cmp(&(a.1.1.len(), a.1.0.len()));
        outside.then_with(|| species.value(a.0).cmp(species.value(b.0)))
    });
    groups.truncate(limit);
    let field = ChoiceField::named("species");
    let (mut rows, mut filters) = (Vec::new(), Vec::new());
    for (code, (inside, outside)) in &groups {
        let people = |rows: &mut dyn Iterator<Item = PhotoRow>| Tally::of(view, rows, |_| Some(())).all.photographers;
        let farthest = outside.iter().map(|photo| photo.distance_m).fold(0.0, f64::max);
        rows.push(vec![
            json!(species.label(*code)),
            json!(inside.len()),
            json!(people(&mut inside.iter().copied())),
            json!(outside.len()),
            json!(people(&mut outside.iter().map(|photo| photo.row))),
            json!((!outside.is_empty()).then(|| (farthest / 1000.0).round())),
        ]);
        let own = field.map(|field| marks::value(field, species.value(*code)));
        filters.push(marks::narrowed(view.filter(), &[], own));
    }
    let header =
        ["Species", "Photos inside", "Photographers inside", "Photos outside", "Photographers outside", "Farthest, km"];
    Table { header: header.map(str::to_owned).into(), rows, filters }
}

fn photos(view: &View, outside: &[Placed]) -> Table {
    let (species, country) = (view.names("species"), view.names("country"));
    let (mut rows, mut filters) = (Vec::new(), Vec::new());
    for photo in outside {
        let id = view.id(photo.row);
        rows.push(vec![
            json!(id),
            json!(species.label(photo.species)),
            json!(country.of(photo.row).map(|code| country.label(code).to_owned())),
            json!((photo.distance_m / 1000.0).round()),
        ]);
        filters.push(format!("\"{id}\"").parse::<Filter>().unwrap_or_default().to_string());
    }
    let header = ["Photo", "Species", "Country", "Kilometres outside"];
    Table { header: header.map(str::to_owned).into(), rows, filters }
}
