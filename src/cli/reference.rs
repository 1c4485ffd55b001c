//! `gleaner reference`: adds, downloads, lists and removes layers of reference data, which all datasets use.

use anyhow::Result;
use clap::{Args, Subcommand};

use super::output::{UsageError, bytes, confirms, print_data, print_json, print_message};
use super::reference_add::{self, AddArgs, contents};
use super::reference_get::{self, GetArgs};
use super::source_access::ThisUser;
use super::{Global, Outcome};
use crate::photo::suggest::did_you_mean;
use crate::reference::{Layer, ReferenceError, Registry};
use crate::sources::access::UserAccess;

/// Subcommands of `gleaner reference`.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "one is read, once")]
pub enum ReferenceCommand {
    /// Check a file and add a copy of it as a layer
    #[command(
        after_help = "Examples:\n  gleaner reference add omw-animals-permissive.tsv --citation \"Bond & Foster 2013, Open Multilingual Wordnet\"\n  gleaner scrape -s monkey --translate it,ja -n 100\n\n  gleaner reference add parks.gpkg --name-field PARK --license \"CC BY 4.0\" --version 2026\n  gleaner analyse visits monkeys --set by=polygons:parks\n\n  gleaner reference add allCountries.zip --features S.ZOO,S.MUS --name geonames --license \"CC BY 4.0\""
    )]
    Add(AddArgs),
    /// Download a published data set and add it as a layer; without a name list the catalogue of them
    #[command(
        after_help = "Examples:\n  gleaner reference get\n  gleaner reference get ecoregions\n  gleaner reference get geonames --features S.ZOO,S.MUS"
    )]
    Get(GetArgs),
    /// List the layers with kind, version, licences, citation and size
    List,
    /// Remove a layer
    Remove(RemoveArgs),
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

/// Runs `gleaner reference`.
pub async fn run(command: ReferenceCommand, global: &Global) -> Result<Outcome> {
    let registry = Registry::at(ThisUser.reference_folder()?);
    match command {
        ReferenceCommand::Add(args) => reference_add::run(&registry, args, global),
        ReferenceCommand::Get(args) => Box::pin(reference_get::run(&registry, args, global)).await,
        ReferenceCommand::List => list(&registry, global),
        ReferenceCommand::Remove(args) => remove(&registry, &args),
    }
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

fn described(layer: &Layer) -> String {
    let mut lines = vec![format!("{}: {}", layer.name, contents(layer))];
    let mut line = |label: &str, text: &str| lines.push(format!("  {label:<9} {text}"));
    line("kind", &layer.kind);
    line("version", layer.version.as_deref().unwrap_or("not given"));
    line("licence", &layer.licenses.join(", "));
    if let Some(field) = &layer.name_field {
        line("named by", field);
    }
    if let Some(unit) = &layer.unit {
        line("unit", unit);
    }
    if !layer.features.is_empty() {
        line("features", &layer.features.join(", "));
    }
    line("citation", layer.citation.as_deref().unwrap_or("not given"));
    if let Some(url) = &layer.source_url {
        line("from", url);
    }
    let added = layer.added_at.strftime("%Y-%m-%d");
    line("file", &format!("{}, {}, added {added}", layer.source_name, bytes(layer.source_bytes)));
    lines.join("\n")
}
