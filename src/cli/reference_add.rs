//! `gleaner reference add`: checks a file and adds it as a layer.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::output::{UsageError, print_data, print_json, print_message};
use super::{Global, Outcome, near};
use crate::photo::text::grouped;
use crate::reference::{Added, COUNTS, Described, KINDS, Kind, Layer, ReferenceError, Registry};

/// Arguments of `gleaner reference add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The file: a table of names (tab-separated) or of taxa (CSV), polygons (GeoJSON, GeoPackage), a raster (GeoTIFF), a table of
    /// ranges, a gazetteer (GeoNames) or visitor counts (CSV)
    file: PathBuf,
    /// The layer's name [default: the name of the file without its ending]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What the file is [default: by the ending of its name or its content]
    #[arg(long, value_name = "KIND", value_parser = kinds())]
    kind: Option<String>,
    /// The attribute that names the polygons, or the column that names the areas of visitor counts [default: name, or one like it]
    #[arg(long, value_name = "ATTRIBUTE")]
    name_field: Option<String>,
    /// The column of visitor counts [default: visits, visitors, count, or the only other column of numbers]
    #[arg(long, value_name = "COLUMN")]
    count_field: Option<String>,
    /// A table with the names of a raster's values: value,name
    #[arg(long, value_name = "FILE")]
    classes: Option<PathBuf>,
    /// The unit of a raster of numbers, such as m for elevation; without it its values are classes
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// The feature codes of a gazetteer that are kept, separated by commas: S.ZOO, or S for a whole class [default: S.ZOO]
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    features: Vec<String>,
    /// The version of the data
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
    /// The licence of the data, in place of those that the file names
    #[arg(long, value_name = "LICENCE")]
    license: Option<String>,
    /// How the data is cited
    #[arg(long, value_name = "TEXT")]
    citation: Option<String>,
    /// Replace a layer of the same name
    #[arg(long)]
    replace: bool,
}

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(KINDS.iter().map(|kind| PossibleValue::new(kind.name).help(kind.about)))
}

/// Runs `gleaner reference add`.
pub fn run(registry: &Registry, args: AddArgs, global: &Global) -> Result<Outcome> {
    let AddArgs {
        file,
        name,
        kind,
        name_field,
        count_field,
        classes,
        unit,
        features,
        version,
        license,
        citation,
        replace,
    } = args;
    let given = kind.and_then(|kind| KINDS.iter().find(|known| known.name == kind).copied());
    let kind = given.unwrap_or_else(|| Kind::of_file(&file));
    let classes = classes.map(|path| {
        let wrong = |err| UsageError::error(format!("{}: {err}", path.display()), "");
        fs::read(&path).map_err(wrong)
    });
    let classes = classes.transpose()?;
    let described = Described {
        name,
        version,
        license,
        citation,
        name_field,
        count_field,
        classes,
        unit,
        features,
        replace,
        source_url: None,
    };
    add(registry, kind, &file, described, global)
}

/// The error of a layer that was not added.
pub fn failed(err: ReferenceError, file: &Path, kind: &Kind) -> anyhow::Error {
    let shown = file.display();
    match err {
        ReferenceError::File(_) => {
            let meant = if file.exists() { String::new() } else { near::file(file) };
            UsageError::error(format!("{shown}: {err}{meant}"), "")
        }
        ReferenceError::Content(_) => {
            let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            let hint = format!("{}; other kinds: --kind with one of {}", kind.hint, names.join(", "));
            UsageError::error(format!("{shown} is not added as {}: {err}", kind.name), hint)
        }
        ReferenceError::NoLicense => {
            UsageError::error(format!("{shown}: {err}"), "for example: --license \"CC BY 4.0\"")
        }
        ReferenceError::Name(_) => UsageError::error(err.to_string(), "choose one: --name NAME"),
        ReferenceError::Exists(_) => {
            UsageError::error(err.to_string(), "add --replace, or choose another name: --name NAME")
        }
        err => err.into(),
    }
}

/// Adds a file as a layer and says what it contains.
pub fn add(registry: &Registry, kind: &Kind, file: &Path, described: Described, global: &Global) -> Result<Outcome> {
    let added = registry.add(kind, file, described).map_err(|err| failed(err, file, kind))?;
    let Added { layer, licenses, remarks } = added;
    if global.json {
        print_json(&layer)?;
        return Ok(Outcome::Success);
    }
    print_data(&format!("{}: {}", layer.name, contents(&layer)))?;
    let each: Vec<String> = licenses.iter().map(|(license, rows)| format!("{license} ({})", grouped(*rows))).collect();
    if !each.is_empty() {
        print_message(&format!("  licences of the rows: {}", each.join(", ")));
    }
    if let Some(field) = &layer.name_field {
        let what = if kind.name == COUNTS.name { "column" } else { "attribute" };
        print_message(&format!("  named by the {what} {field} (--name-field)"));
    }
    if let Some(field) = &layer.count_field {
        print_message(&format!("  visitors in the column {field} (--count-field)"));
    }
    remarks.iter().for_each(|remark| print_message(&format!("  {remark}")));
    print_message(&format!("  {}", kind.about));
    Ok(Outcome::Success)
}

/// What layers contain: the name of the count, and the words for one and for many.
const COUNTED: [(&str, &str, &str); 13] = [
    ("taxa", "taxon", "taxa"),
    ("names", "name", "names"),
    ("things", "thing", "things"),
    ("languages", "language", "languages"),
    ("red_list_categories", "Red List category", "Red List categories"),
    ("dated_categories", "of them with a date", "of them with a date"),
    ("areas", "area", "areas"),
    ("polygons", "polygon", "polygons"),
    ("classes", "class", "classes"),
    ("species", "species", "species"),
    ("places", "place", "places"),
    ("counts", "count", "counts"),
    ("months", "month", "months"),
];

/// What a layer contains: `12,345 names, 4,000 things, 19 languages`.
pub fn contents(layer: &Layer) -> String {
    let count = |(name, one, many): &(&str, &str, &str)| {
        let count = *layer.contents.get(*name)?;
        Some(format!("{} {}", grouped(count), if count == 1 { one } else { many }))
    };
    let numbers = layer.unit.as_ref().map(|unit| format!("numbers in {unit}"));
    COUNTED.iter().filter_map(count).chain(numbers).collect::<Vec<_>>().join(", ")
}
