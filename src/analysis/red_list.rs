//! Conservation status: what was photographed of each category of the IUCN Red List, in each country, of each threatened species.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::answer::{Answer, Shape, Table};
use super::measure::{Measure, Tally};
use super::red_list_layers::StatusLayers;
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request, marks, setting};
use crate::explorer::{PhotoRow, RowNames, View};
use crate::photo::RED_LIST;
use crate::photo::fields::SETTING;
use crate::photo::filter::{ChoiceField, Test};
use crate::photo::text::grouped;

const THREATENED: [&str; 3] = ["CR", "EN", "VU"];

const BY: Parameter = Parameter {
    name: "by",
    help: "Rows: categories, countries (threatened species only), or threatened species, most photographed first",
    kind: ParameterKind::Choice(&["category", "country", "species"]),
    default: Some("category"),
};

const LIMIT: Parameter = Parameter {
    name: "limit",
    help: "Maximum number of countries or species",
    kind: ParameterKind::Number(1, 1_000),
    default: Some("50"),
};

/// The analysis.
pub fn analysis() -> Analysis {
    Analysis {
        name: "red-list",
        title: "Conservation status",
        question: "How much was photographed of each category of the IUCN Red List, in each country, of each threatened species?"
            .to_owned(),
        parameters: &[BY, LIMIT],
        rank: 117,
        run: count,
    }
}

/// The columns that a row is counted from.
struct Columns<'a> {
    iucn: RowNames<'a>,
    species: RowNames<'a>,
    setting: RowNames<'a>,
    country: RowNames<'a>,
}

fn count(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let layers = request.statuses()?;
    let columns = Columns {
        iucn: view.names("iucn"),
        species: view.names("species"),
        setting: view.names(SETTING),
        country: view.names("country"),
    };
    let category = |row: PhotoRow| columns.iucn.of(row).map(|code| columns.iucn.value(code));
    let is_threatened = |row: PhotoRow| category(row).is_some_and(|category| THREATENED.contains(&category));
    let by = request.text(BY.name);
    let mut groups: BTreeMap<u32, Vec<PhotoRow>> = BTreeMap::new();
    let mut without = 0;
    for row in view.rows() {
        let key = match by {
            "country" if is_threatened(row) => columns.country.of(row),
            "species" if is_threatened(row) => columns.species.of(row),
            "category" => columns.iucn.of(row),
            _ => None,
        };
        without += u64::from(category(row).is_none());
        if let Some(key) = key {
            groups.entry(key).or_default().push(row);
        }
    }
    let names = match by {
        "country" => &columns.country,
        "species" => &columns.species,
        _ => &columns.iucn,
    };
    let mut listed: Vec<(u32, Vec<PhotoRow>)> = groups.into_iter().collect();
    let rank = |code: u32| RED_LIST.iter().position(|(known, _)| *known == names.value(code)).unwrap_or(RED_LIST.len());
    listed.sort_by(|a, b| match by {
        "category" => rank(a.0).cmp(&rank(b.0)),
        _ => b.1.len().cmp(&a.1.len()).then_with(|| names.value(a.0).cmp(names.value(b.0))),
    });
    let more = listed.len().saturating_sub(request.number(LIMIT.name) as usize);
    listed.truncate(request.number(LIMIT.name) as usize);
    let field = ChoiceField::named(match by {
        "country" => "country",
        "species" => "species",
        _ => "iucn",
    });
    let threatened = || {
        ChoiceField::named("iucn").map(|field| Test::Choice {
            field,
            values: THREATENED.map(str::to_owned).into(),
            none: false,
            any: false,
        })
    };
    let (mut rows, mut filters) = (Vec::new(), Vec::new());
    for (key, photos) in &listed {
        let label = match by {
            "category" => {
                RED_LIST.iter().find(|(code, _)| *code == names.value(*key)).map_or(names.value(*key), |c| c.1)
            }
            _ => names.label(*key),
        };
        let code = match by {
            "species" => photos.first().and_then(|row| category(*row)).unwrap_or_default(),
            _ => names.value(*key),
        };
        let mut cells = row(view, &columns, (label, code), photos);
        if by == "species" && !layers.is_empty() {
            cells.extend(layers.cells(names.value(*key)));
        }
        rows.push(cells);
        let own = field.map(|field| marks::value(field, names.value(*key)));
        let only = if by == "category" { None } else { threatened() };
        filters.push(marks::narrowed(view.filter(), &[], own.into_iter().chain(only)));
    }
    let mut notes = vec![
        format!("Counted: {} of {} photos have a category.", grouped(view.total() - without), grouped(view.total())),
        "Categories are those that the source (GBIF) gave for the taxon when the photo was found; they change. Photos of one \
            species are no measure of its population."
            .to_owned(),
        format!("Captive, also pets and performing animals: of the photos of organisms whose setting is known. {}", setting::rests_on(view)),
    ];
    notes.extend(layers.notes(species_of(&columns, listed.iter().flat_map(|(_, photos)| photos)).into_iter()));
    if by != "category" {
        notes.push("Threatened: critically endangered, endangered, vulnerable.".to_owned());
    }
    if more > 0 {
        notes.push(format!("{} more rows are not listed.", grouped(more as u64)));
    }
    Ok(Answer {
        title: request.analysis.title.to_owned(),
        unit: Measure::Photos.unit().to_owned(),
        filter: view.filter().to_string(),
        notes,
        shape: Shape::Table(Table { header: header(by, &layers), rows, filters }),
    })
}

fn header(by: &str, layers: &StatusLayers) -> Vec<String> {
    let header = ["", "Code", "Species", "Photos", "Photographers", "Photo-user-days", "Captive, %"];
    let mut header: Vec<String> = header.map(str::to_owned).into();
    header[0] = match by {
        "country" => "Country".to_owned(),
        "species" => "Species".to_owned(),
        _ => "Category".to_owned(),
    };
    if by == "species" {
        "Category".clone_into(&mut header[1]);
        if !layers.is_empty() {
            header.extend(["Category of the layer", "Assigned", "Layer"].map(str::to_owned));
        }
    }
    header
}

/// The species of photos, each with the category that a record of it has; empty without one.
fn species_of<'a>(columns: &'a Columns<'_>, photos: impl Iterator<Item = &'a PhotoRow>) -> BTreeMap<&'a str, &'a str> {
    let mut found = BTreeMap::new();
    for row in photos {
        if let Some(code) = columns.species.of(*row) {
            let category = columns.iucn.of(*row).map_or("", |code| columns.iucn.value(code));
            let known = found.entry(columns.species.value(code)).or_insert("");
            if known.is_empty() {
                *known = category;
            }
        }
    }
    found
}

fn row(view: &View, columns: &Columns<'_>, (label, code): (&str, &str), photos: &[PhotoRow]) -> Vec<Value> {
    let all = Tally::of(view, photos.iter().copied(), |_| Some(())).all;
    let species: BTreeSet<u32> = photos.iter().filter_map(|row| columns.species.of(*row)).collect();
    let captive = |row: &PhotoRow| match columns.setting.value(columns.setting.of(*row)?) {
        "unknown" | "object" => None,
        name => Some(["captive", "pet"].contains(&name)),
    };
    let known: Vec<bool> = photos.iter().filter_map(captive).collect();
    let captive = known.iter().filter(|captive| **captive).count();
    let percent = (!known.is_empty()).then(|| (1000.0 * captive as f64 / known.len() as f64).round() / 10.0);
    vec![
        json!(label),
        json!(code),
        json!(species.len()),
        json!(all.photos),
        json!(all.photographers),
        json!(all.user_days),
        json!(percent),
    ]
}
