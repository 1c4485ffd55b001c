//! Photos inside and outside the known range of their species, for review: escaped, captive, misidentified or misplaced.

use std::collections::BTreeMap;

use serde_json::json;

use super::answer::{Answer, Shape, Table};
use super::measure::{Measure, Tally, left_out};
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request, marks};
use crate::explorer::{PhotoRow, View};
use crate::photo::Flag;
use crate::photo::fields::{FLAG, RANGE_DISTANCE};
use crate::photo::filter::{ChoiceField, Filter, Test};
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

/// A photo with species, coordinates and range: how far its disc of uncertainty is from the range, kilometres.
struct Placed {
    row: PhotoRow,
    species: u32,
    outside_km: f64,
}

fn run(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let layers = request.ranges()?;
    let (species, distance) = (view.names("species"), view.numbers(RANGE_DISTANCE));
    let (mut without_species, mut without_place, mut placed, mut others) = (0, 0, Vec::new(), BTreeMap::new());
    for row in view.rows() {
        match (species.of(row), view.point(row), distance.of(row)) {
            (None, ..) => without_species += 1,
            (_, None, _) => without_place += 1,
            (Some(species), _, Some(outside_km)) => placed.push(Placed { row, species, outside_km }),
            (Some(species), ..) => *others.entry(species).or_insert(0) += 1,
        }
    }
    let is_known = |code: u32| layers.iter().any(|(_, ranges)| ranges.has_place(species.value(code)));
    let (waiting, unknown): (Vec<_>, Vec<_>) = others.into_iter().partition(|(code, _)| is_known(*code));
    let photos_of = |others: &[(u32, u64)]| others.iter().map(|(_, photos)| photos).sum::<u64>();
    let outside = placed.iter().filter(|photo| photo.outside_km > 0.0).count();
    let mut notes = vec![format!(
        "Counted: {} photos with species, coordinates and a known range; {} of them are outside.",
        grouped(placed.len() as u64),
        grouped(outside as u64)
    )];
    for (count, which) in [
        (without_species, "without a known species"),
        (without_place, "without coordinates"),
        (photos_of(&unknown), "of a species whose range is in no layer"),
        (photos_of(&waiting), "not compared with a range yet: `gleaner enrich` does that"),
    ] {
        notes.extend(left_out(count, "photo", which));
    }
    notes.push(
        "Outside: the disc of the coordinates' uncertainty does not touch a cell of the range. Zoos, pets, escaped and introduced animals, \
            wrong names and wrong coordinates are outside; being inside proves nothing. They have the flag out_of_range; the filter \
            flag:out_of_range lists them."
            .to_owned(),
    );
    if layers.is_empty() {
        notes.push("There is no layer of ranges; `gleaner reference add --kind ranges` adds one.".to_owned());
    }
    notes.extend(layers.iter().map(|(citation, _)| citation.clone()));
    let limit = request.number(LIMIT.name) as usize;
    let table = if request.text(BY.name) == "photo" {
        placed.retain(|photo| photo.outside_km > 0.0);
        placed.sort_by(|a, b| b.outside_km.total_cmp(&a.outside_km).then_with(|| view.id(a.row).cmp(view.id(b.row))));
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
        if photo.outside_km > 0.0 { outside.push(photo) } else { inside.push(photo.row) }
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
        let farthest = outside.iter().map(|photo| photo.outside_km).fold(0.0, f64::max);
        rows.push(vec![
            json!(species.label(*code)),
            json!(outside.len()),
            json!(people(&mut outside.iter().map(|photo| photo.row))),
            json!((!outside.is_empty()).then(|| farthest.round())),
            json!(inside.len()),
            json!(people(&mut inside.iter().copied())),
        ]);
        let own = field.map(|field| marks::value(field, species.value(*code)));
        filters.push(marks::narrowed(view.filter(), &[], own.into_iter().chain(outliers())));
    }
    let header =
        ["Species", "Photos outside", "Photographers outside", "Farthest, km", "Photos inside", "Photographers inside"];
    Table { header: header.map(str::to_owned).into(), rows, filters }
}

/// The clause of the photos outside, which a row opens for review.
fn outliers() -> Option<Test> {
    ChoiceField::named(FLAG).map(|field| marks::value(field, Flag::OutOfRange.as_str()))
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
            json!(photo.outside_km.round()),
        ]);
        filters.push(format!("\"{id}\"").parse::<Filter>().unwrap_or_default().to_string());
    }
    let header = ["Photo", "Species", "Country", "Kilometres outside"];
    Table { header: header.map(str::to_owned).into(), rows, filters }
}
