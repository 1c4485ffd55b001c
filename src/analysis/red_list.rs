//! Conservation status: what was photographed of each category of the IUCN Red List, in each country, of each threatened species.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::answer::{Answer, Shape, Table};
use super::measure::{Measure, Tally};
use super::red_list_layers::{StatusLayers, THREATENED};
use super::{Analysis, AnalysisError, Parameter, ParameterKind, Request, marks, red_list_gaps, setting};
use crate::explorer::{PhotoRow, RowNames, View};
use crate::photo::fields::{CATEGORY_BASIS, SETTING};
use crate::photo::filter::{ChoiceField, Test};
use crate::photo::text::{counted, grouped};
use crate::photo::{CategoryBasis, RED_LIST, SettingName};

const BY: Parameter = Parameter {
    name: "by",
    help: "Rows: categories; countries (threatened species only); threatened species, most photographed first; or threatened species \
        never photographed wild (needs a table of the Red List)",
    kind: ParameterKind::Choice(&["category", "country", "species", "never-wild"]),
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
    basis: RowNames<'a>,
    source: RowNames<'a>,
    country: RowNames<'a>,
}

fn count(view: &View, request: &Request) -> Result<Answer, AnalysisError> {
    let layers = request.statuses()?;
    let columns = Columns {
        iucn: view.names("iucn"),
        species: view.names("species"),
        setting: view.names(SETTING),
        basis: view.names(CATEGORY_BASIS),
        source: view.names("source"),
        country: view.names("country"),
    };
    let category = |row: PhotoRow| columns.iucn.of(row).map(|code| columns.iucn.value(code));
    let is_threatened = |row: PhotoRow| category(row).is_some_and(|category| THREATENED.contains(&category));
    let by = request.text(BY.name);
    if by == "never-wild" {
        return Ok(red_list_gaps::answer(view, &layers, request.number(LIMIT.name) as usize));
    }
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
    let coverage = (by == "category" && !layers.is_empty()).then(|| Coverage::of(view, &columns, &layers));
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
        cells.extend(coverage.iter().flat_map(|coverage| coverage.cells(code)));
        rows.push(cells);
        let own = field.map(|field| marks::value(field, names.value(*key)));
        let only = if by == "category" { None } else { threatened() };
        filters.push(marks::narrowed(view.filter(), &[], own.into_iter().chain(only)));
    }
    for (cells, code) in coverage.iter().flat_map(|coverage| coverage.rows_without_photos(&listed, names)) {
        rows.push(cells);
        filters.push(marks::narrowed(view.filter(), &[], field.map(|field| marks::value(field, code))));
    }
    let mut notes = vec![
        format!("Counted: {} of {} photos have a category.", grouped(view.total() - without), grouped(view.total())),
        "Categories change. Photos of one species are no measure of its population.".to_owned(),
        format!(
            "Captive, also pets and performing animals: of the photos of organisms whose setting is known. {}",
            setting::rests_on(view)
        ),
    ];
    notes.extend(origins(view, &columns, &layers));
    notes.extend(coverage.iter().flat_map(Coverage::notes));
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

/// The clause of the photos of threatened species.
fn threatened() -> Option<Test> {
    ChoiceField::named("iucn").map(|field| Test::Choice {
        field,
        values: THREATENED.map(str::to_owned).into(),
        none: false,
        any: false,
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
    if by == "category" && !layers.is_empty() {
        header.extend(["Species known", "Of these photographed", "Of these, %"].map(str::to_owned));
    }
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

/// Where the categories of the photos come from: a sentence for each origin.
fn origins(view: &View, columns: &Columns<'_>, layers: &StatusLayers) -> Vec<String> {
    let mut photos: BTreeMap<&str, u64> = BTreeMap::new();
    let mut sources: BTreeSet<&str> = BTreeSet::new();
    let mut of_tables = Vec::new();
    for row in view.rows() {
        let Some(basis) = columns.basis.of(row).map(|code| columns.basis.value(code)) else { continue };
        *photos.entry(basis).or_default() += 1;
        if basis == CategoryBasis::Source.as_str() {
            sources.extend(columns.source.of(row).map(|code| columns.source.value(code)));
        } else if basis == CategoryBasis::Table.as_str() {
            of_tables.push(row);
        }
    }
    let sources: Vec<&str> = sources.into_iter().collect();
    let tables = layers.agreeing(species_of(columns, of_tables.iter()).into_iter());
    let origin = |basis: CategoryBasis| {
        let photos = counted(*photos.get(basis.as_str())?, "photo");
        Some(match basis {
            CategoryBasis::Source => format!(
                "Category of {photos}: what the source ({}) said of the taxon when it was last asked.",
                sources.join(", ")
            ),
            CategoryBasis::Checklist => {
                format!(
                    "Category of {photos}: GBIF's, asked by `gleaner enrich --with taxa` (accepted_taxon.at has the day)."
                )
            }
            CategoryBasis::Table if tables.is_empty() => {
                format!("Category of {photos}: a table of taxa that is no longer among the layers.")
            }
            CategoryBasis::Table => format!("Category of {photos}: a table of taxa. {}", tables.join(" ")),
        })
    };
    CategoryBasis::ALL.iter().filter_map(|basis| origin(*basis)).collect()
}

/// How many of the species that tables of the Red List know were photographed, by category of the tables.
struct Coverage {
    /// Category -> species known, and how many of them were photographed.
    by_category: BTreeMap<String, (u64, u64)>,
    branches: Vec<String>,
}

impl Coverage {
    fn of(view: &View, columns: &Columns<'_>, layers: &StatusLayers) -> Self {
        let photographed: BTreeSet<&str> =
            view.rows().filter_map(|row| Some(columns.species.value(columns.species.of(row)?))).collect();
        let (known, branches) = layers.known(view.filter());
        let mut by_category: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for (species, status) in known {
            let (known, seen) = by_category.entry(status.category.to_owned()).or_default();
            *known += 1;
            *seen += u64::from(photographed.contains(species));
        }
        Self { by_category, branches }
    }

    /// The rows of the categories that only the tables have, each with its code.
    fn rows_without_photos(
        &self,
        listed: &[(u32, Vec<PhotoRow>)],
        names: &RowNames<'_>,
    ) -> Vec<(Vec<Value>, &'static str)> {
        let is_listed = |code: &str| listed.iter().any(|(key, _)| names.value(*key) == code);
        let known = RED_LIST.iter().filter(|(code, _)| self.by_category.contains_key(*code) && !is_listed(code));
        let row = |(code, name): &(&'static str, &'static str)| {
            let none = [json!(name), json!(code), json!(0), json!(0), json!(0), json!(0), Value::Null];
            (none.into_iter().chain(self.cells(code)).collect(), *code)
        };
        known.map(row).collect()
    }

    /// The cells of a category's row.
    fn cells(&self, category: &str) -> [Value; 3] {
        let (known, seen) = self.by_category.get(category).copied().unwrap_or_default();
        let percent = (known > 0).then(|| (1000.0 * seen as f64 / known as f64).round() / 10.0);
        [json!(known), json!(seen), json!(percent)]
    }

    fn notes(&self) -> Vec<String> {
        let which = match &self.branches[..] {
            [] => "all of the tables; a filter such as taxon:Primates narrows them".to_owned(),
            branches => format!("those of {}, as the filter says", branches.join(", ")),
        };
        let others = self.by_category.iter().map(|(category, (known, seen))| format!("{category} {seen} of {known}"));
        vec![
            format!(
                "Species known: {which}. They have the category of the table, which may be another one than that of the photos."
            ),
            format!("Photographed of the known: {}.", others.collect::<Vec<_>>().join(", ")),
        ]
    }
}

fn row(view: &View, columns: &Columns<'_>, (label, code): (&str, &str), photos: &[PhotoRow]) -> Vec<Value> {
    let all = Tally::of(view, photos.iter().copied(), |_| Some(())).all;
    let species: BTreeSet<u32> = photos.iter().filter_map(|row| columns.species.of(*row)).collect();
    let captive = |row: &PhotoRow| match columns.setting.value(columns.setting.of(*row)?) {
        "unknown" | "object" => None,
        name => Some(SettingName::is_captive(name)),
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
