//! `gleaner reference`: adds, lists and removes layers of reference data, which all datasets use.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Subcommand};

use super::report::{UsageError, bytes, confirms, print_data, print_json, print_message};
use super::source_access::ThisUser;
use super::{Global, Outcome, near};
use crate::photo::suggest::did_you_mean;
use crate::photo::text::grouped;
use crate::reference::{Added, Described, KINDS, Kind, Layer, ReferenceError, Registry};
use crate::sources::access::UserAccess;

/// Subcommands of `gleaner reference`.
#[derive(Debug, Subcommand)]
pub enum ReferenceCommand {
    /// Check a file and add a copy of it as a layer
    #[command(
        after_help = "Examples:\n  gleaner reference add omw-animals-permissive.tsv --citation \"Bond & Foster 2013, Open Multilingual Wordnet\"\n  gleaner scrape -s monkey --translate it,ja -n 100\n\n  gleaner reference add parks.gpkg --name-field PARK --license \"CC BY 4.0\" --version 2026\n  gleaner analyse visits monkeys --set by=polygons:parks\n\n  gleaner reference add allCountries.zip --features S.ZOO,S.MUS --name geonames --license \"CC BY 4.0\""
    )]
    Add(AddArgs),
    /// List the layers with kind, version, licences, citation and size
    List,
    /// Remove a layer
    Remove(RemoveArgs),
}

/// Arguments of `gleaner reference add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The file: a table of names (tab-separated) or of taxa (CSV), polygons (GeoJSON, GeoPackage), a raster (GeoTIFF), a table of
    /// ranges or a gazetteer (GeoNames)
    file: PathBuf,
    /// The layer's name [default: the name of the file without its ending]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What the file is [default: by the ending of its name or its content]
    #[arg(long, value_name = "KIND", value_parser = kinds())]
    kind: Option<String>,
    /// The attribute that names the polygons [default: name, or the one like it with most different values]
    #[arg(long, value_name = "ATTRIBUTE")]
    name_field: Option<String>,
    /// A table with the names of a raster's values: value,name
    #[arg(long, value_name = "FILE")]
    classes: Option<PathBuf>,
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

/// Arguments of `gleaner reference remove`.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// The layer's name
    name: String,
    /// Remove it without confirmation
    #[arg(long)]
    yes: bool,
}

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(KINDS.iter().map(|kind| PossibleValue::new(kind.name).help(kind.about)))
}

/// Runs `gleaner reference`.
pub fn run(command: ReferenceCommand, global: &Global) -> Result<Outcome> {
    let registry = Registry::at(ThisUser.reference_folder()?);
    match command {
        ReferenceCommand::Add(args) => add(&registry, args, global),
        ReferenceCommand::List => list(&registry, global),
        ReferenceCommand::Remove(args) => remove(&registry, &args),
    }
}

fn add(registry: &Registry, args: AddArgs, global: &Global) -> Result<Outcome> {
    let AddArgs { file, name, kind, name_field, classes, features, version, license, citation, replace } = args;
    let given = kind.and_then(|kind| KINDS.iter().find(|known| known.name == kind).copied());
    let kind = given.unwrap_or_else(|| Kind::of_file(&file));
    let classes = classes.map(|path| {
        let wrong = |err| UsageError::error(format!("{}: {err}", path.display()), "");
        fs::read(&path).map_err(wrong)
    });
    let classes = classes.transpose()?;
    let described = Described { name, version, license, citation, name_field, classes, features, replace };
    let Added { layer, licenses, remarks } = registry.add(kind, &file, described).map_err(|err| {
        let shown = file.display();
        match err {
            ReferenceError::File(_) => {
                let meant = if file.exists() { String::new() } else { near::file(&file) };
                UsageError::error(format!("{shown}: {err}{meant}"), "")
            }
            ReferenceError::Content(_) => {
                let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
                let hint = format!("{}; other kinds: --kind with one of {}", kind.hint, names.join(", "));
                UsageError::error(format!("{shown} is not added as {}: {err}", kind.name), &hint)
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
    })?;
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
        print_message(&format!("  named by the attribute {field} (--name-field)"));
    }
    remarks.iter().for_each(|remark| print_message(&format!("  {remark}")));
    print_message(&format!("  {}", kind.about));
    Ok(Outcome::Success)
}

fn list(registry: &Registry, global: &Global) -> Result<Outcome> {
    let layers = registry.layers()?;
    let damaged: Vec<String> =
        layers.iter().filter_map(|layer| layer.as_ref().err()).map(ToString::to_string).collect();
    let layers: Vec<Layer> = layers.into_iter().filter_map(Result::ok).collect();
    if global.json {
        print_json(&layers)?;
    } else if layers.is_empty() && damaged.is_empty() {
        print_message("there are no reference layers; gleaner reference add FILE adds one");
    } else {
        let texts: Vec<String> = layers.iter().map(described).collect();
        print_data(&texts.join("\n\n"))?;
    }
    damaged.iter().for_each(|why| print_message(why));
    Ok(if damaged.is_empty() { Outcome::Success } else { Outcome::Faults })
}

fn remove(registry: &Registry, RemoveArgs { name, yes }: &RemoveArgs) -> Result<Outcome> {
    let unknown = |err: ReferenceError| match &err {
        ReferenceError::Unknown { known, .. } => {
            let known_names = known.iter().map(String::as_str);
            UsageError::error(
                format!("{err}{}", did_you_mean(name, known_names)),
                "gleaner reference list shows the layers",
            )
        }
        _ => err.into(),
    };
    registry.check_known(name).map_err(unknown)?;
    if !yes && !confirms(&format!("Remove the reference layer {name}?"))? {
        return Err(UsageError::error(format!("{name} was not removed"), "to remove it without confirmation: --yes"));
    }
    registry.remove(name).map_err(unknown)?;
    print_message(&format!("{name} is removed"));
    Ok(Outcome::Success)
}

/// `12,345 names of 4,000 things in 19 languages`.
/// What layers contain: the name of the count, and the words for one and for many.
const COUNTED: [(&str, &str, &str); 10] = [
    ("taxa", "taxon", "taxa"),
    ("names", "name", "names"),
    ("things", "thing", "things"),
    ("languages", "language", "languages"),
    ("red_list_categories", "Red List category", "Red List categories"),
    ("areas", "area", "areas"),
    ("polygons", "polygon", "polygons"),
    ("classes", "class", "classes"),
    ("species", "species", "species"),
    ("places", "place", "places"),
];

fn contents(layer: &Layer) -> String {
    let count = |(name, one, many): &(&str, &str, &str)| {
        let count = *layer.contents.get(*name)?;
        Some(format!("{} {}", grouped(count), if count == 1 { one } else { many }))
    };
    COUNTED.iter().filter_map(count).collect::<Vec<_>>().join(", ")
}

fn described(layer: &Layer) -> String {
    let mut lines = vec![format!("{}: {}", layer.name, contents(layer))];
    let mut line = |label: &str, text: &str| lines.push(format!("  {label:<9} {text}"));
    line("kind", &layer.kind);
    line("version", layer.version.as_deref().unwrap_or("not given"));
    line("licence", &layer.licenses.join(", "));
    if let Some(field) = &layer.name_field {
        line("named by", field);
    }
    if !layer.features.is_empty() {
        line("features", &layer.features.join(", "));
    }
    line("citation", layer.citation.as_deref().unwrap_or("not given"));
    let added = layer.added_at.strftime("%Y-%m-%d");
    line("file", &format!("{}, {}, added {added}", layer.source_name, bytes(layer.source_bytes)));
    lines.join("\n")
}
