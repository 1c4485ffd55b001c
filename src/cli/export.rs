//! `gleaner export`: writes a dataset in one of the registered formats.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Error, Result};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};
use serde_json::json;
use tokio::task::block_in_place;

use super::export_options::FormatOptions;
use super::export_output::{Output, Run, Written};
use super::filter::FilterOption;
use super::output::{self, UsageError, print_message};
use super::progress::Meter;
use super::{Global, Outcome, address, datasets, output_file, settings};
use crate::config::Citation;
use crate::dataset::{Dataset, Server};
use crate::export::citation::CitationFiles;
use crate::export::{self, EXPORTS, Export, ExportContext, ExportFormat, KeyUse, OptionError, OptionValues, Target};
use crate::seal::Vault;
use crate::store::{Store, check_key};

/// The default format.
const DEFAULT_FORMAT: &str = "jsonl";

/// Arguments of `gleaner export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The dataset's folder
    pub dataset: String,
    /// Output format
    #[arg(long, value_parser = format_names(), default_value = DEFAULT_FORMAT, hide_default_value = false)]
    format: String,
    /// Write to this file; - is standard output; some formats also accept mongodb://HOST/DATABASE [default: -]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Export only photos that match: 'country:IN,MY -fault:any taken:2019..' (docs/filter.md)
    #[arg(long, value_name = "FILTER", allow_hyphen_values = true)]
    filter: Option<String>,
    /// Decrypt the personal fields (needs the key); the file then identifies people
    #[arg(long)]
    unseal: bool,
    /// Write the manifest to this file [default: OUTPUT.manifest.json, none on standard output]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["no_manifest", "cite"])]
    manifest: Option<PathBuf>,
    /// Write no manifest
    #[arg(long, conflicts_with = "cite")]
    no_manifest: bool,
    /// Write a new folder (or FILE.zip): the data, manifest, CITATION.cff, datacite.json, ro-crate-metadata.json, datapackage.json
    #[arg(long)]
    cite: bool,
    /// Title, creators, licence and more of the dataset, in TOML [default: [citation] in the settings] (docs/citation.md)
    #[arg(long, value_name = "FILE")]
    citation: Option<PathBuf>,
    #[command(flatten)]
    options: FormatOptions,
}

/// The values of `--format`, including older names.
fn format_names() -> PossibleValuesParser {
    let value = |format: &ExportFormat| {
        PossibleValue::new(format.name).help(format.description).aliases(format.aliases.iter().copied())
    };
    PossibleValuesParser::new(EXPORTS.iter().map(value))
}

/// Runs `gleaner export`.
pub fn run(args: &ExportArgs, global: &Global) -> Result<Outcome> {
    let filter = FilterOption::read(args.filter.as_deref())?;
    let format = export::format(&args.format).context("clap lets only known formats pass")?;
    let options = OptionValues::of(format, args.options.given()).map_err(|err| usage_error(&err))?;
    if args.unseal && format.key == KeyUse::Never {
        return Err(UsageError::error(format!("the format {} has no personal fields", format.name), "remove --unseal"));
    }
    let server = server(args, format, global)?;
    let (dataset, store) = datasets::read(&args.dataset, global)?;
    let filter = block_in_place(|| filter.in_store(&dataset, store.as_ref(), global))?;
    let vault = vault(args, format, &dataset, store.as_ref(), global)?;
    let citation = citation(args, global)?;
    let context = ExportContext { dataset, vault, unseal: args.unseal, options, server, citation: citation.clone() };
    let export = Export::open(format, &context, filter).map_err(|err| match err.downcast_ref::<OptionError>() {
        Some(wrong) => usage_error(wrong),
        None => err,
    })?;
    let of = store.count_by_state()?.iter().map(|(_, count)| count).sum();
    let output = output(args, format, &context)?;
    // On stdout the progress would be among the data.
    let meter = Meter::new("photo", Some(of), global.json || matches!(output, Output::Stdout));
    datasets::exit_on_signal("the export is not complete", output.part());
    let manifest = args.manifest.clone().or_else(|| output.usual_manifest()).filter(|_| !args.no_manifest);
    let run = Run { store: store.as_ref(), meter: &meter, citation, private: args.unseal, manifest };
    // An exporter may wait for a database.
    let written = block_in_place(|| run.write(export, &output))?;
    meter.end();
    print_written(&written, of, args, global)?;
    Ok(Outcome::Success)
}

/// Where the export is written to.
fn output(args: &ExportArgs, format: &ExportFormat, context: &ExportContext) -> Result<Output> {
    let file = output_file::named(args.output.as_ref());
    if context.server.is_some() {
        let hint = "leave --cite out, or write to a folder";
        return if args.cite {
            Err(UsageError::error("a database has no citation files", hint))
        } else {
            Ok(Output::Database)
        };
    }
    if args.cite {
        return Output::package(file, &context.dataset.name(), format);
    }
    Ok(file.map_or(Output::Stdout, |path| Output::File(path.to_owned())))
}

/// The description of the dataset: `--citation FILE`, else the settings.
fn citation(args: &ExportArgs, global: &Global) -> Result<Citation> {
    let Some(path) = &args.citation else { return Ok(settings::config(global)?.citation) };
    let wrong = |what: String| UsageError::error(what, "docs/citation.md shows such a file");
    let text = fs::read_to_string(path).map_err(|err| wrong(format!("could not read {}: {err}", path.display())))?;
    Citation::parse(&text).map_err(|err| wrong(format!("{}: {err:#}", path.display())))
}

fn usage_error(err: &OptionError) -> Error {
    UsageError::error(err.to_string(), "`gleaner export --help` lists the options of each format")
}

/// The database that `--output` names; `None` if it names a file.
fn server(args: &ExportArgs, format: &ExportFormat, global: &Global) -> Result<Option<Server>> {
    let named = args.output.as_ref().and_then(|path| path.to_str()).filter(|text| Server::is_address(text));
    let Some(named) = named else { return Ok(None) };
    if !format.targets.contains(&Target::Database) {
        let others = EXPORTS.iter().filter(|format| format.targets.contains(&Target::Database));
        let others = others.map(|format| format.name).collect::<Vec<_>>().join(", ");
        return Err(UsageError::error(
            format!("the format {} cannot be written to a MongoDB server", format.name),
            format!("write --format {others} -o mongodb://..., or name a file"),
        ));
    }
    Ok(Some(address::server(named, global)?))
}

/// The dataset's key, if the format or `--unseal` needs it.
fn vault(
    args: &ExportArgs,
    format: &ExportFormat,
    dataset: &Dataset,
    store: &dyn Store,
    global: &Global,
) -> Result<Option<Arc<Vault>>> {
    if !args.unseal && format.key != KeyUse::Always {
        return Ok(None);
    }
    let key = datasets::key(dataset, store, global)?;
    check_key(store, &key)?;
    Ok(Some(Arc::new(Vault::new(key))))
}

/// Prints how many photos were written, and where.
fn print_written(written: &Written, of: u64, args: &ExportArgs, global: &Global) -> Result<()> {
    let Written { photos, summary, manifest, beside } = written;
    summary.notes.iter().for_each(|note| print_message(&format!("  {note}")));
    let counted = match summary.rows {
        Some((rows, word)) => format!("{rows} {word} of {photos} photos"),
        None if args.filter.is_some() => format!("{photos} of {of} photos"),
        None => format!("{photos} photos"),
    };
    let Some(path) = output_file::named(args.output.as_ref()) else {
        if args.filter.is_some() && summary.rows.is_none() {
            print_message(&counted);
        }
        return Ok(());
    };
    if global.json {
        let mut object =
            json!({"photos": photos, "of": of, "path": path, "unsealed": args.unseal, "manifest": manifest});
        if let Some(beside) = beside {
            object["missing"] = json!(beside.missing);
        }
        for (name, value) in &summary.counts {
            object[name] = value.clone();
        }
        return output::print_json(&object);
    }
    let usual = if args.unseal { "decrypted: it identifies people, keep it safe" } else { "personal fields sealed" };
    print_message(&format!("{counted} -> {} ({})", path.display(), summary.privacy.as_deref().unwrap_or(usual)));
    match (beside, manifest) {
        (Some(beside), _) => print_citation(beside),
        (None, Some(manifest)) => print_message(&format!("manifest -> {}", manifest.display())),
        (None, None) => {}
    }
    Ok(())
}

/// Prints which citation files there are, and what they lack.
fn print_citation(beside: &CitationFiles) {
    let files: Vec<&str> = beside.files.iter().map(|file| file.name).collect();
    print_message(&format!("  with {}", files.join(", ")));
    if !beside.left_out.is_empty() {
        print_message(&format!("  not written, because required fields are missing: {}", beside.left_out.join(", ")));
    }
    if !beside.missing.is_empty() {
        let missing = beside.missing.join(", ");
        print_message(&format!(
            "  missing: {missing}; give them in [citation] of gleaner.toml or with --citation FILE"
        ));
    }
}
