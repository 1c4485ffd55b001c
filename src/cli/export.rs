//! `gleaner export`: writes a dataset in one of the registered formats.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Error, Result};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};
use tokio::task::block_in_place;

use super::export_options::FormatOptions;
use super::filter::FilterOption;
use super::progress::Meter;
use super::report::{self, UsageError, print_message};
use super::{Global, Outcome, address, datasets, output_file};
use crate::dataset::{Dataset, Server};
use crate::export::{
    self, EXPORTS, Export, ExportContext, ExportFormat, ExportSummary, KeyUse, OptionError, OptionValues, Target,
};
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

/// The result of an export.
struct Written {
    photos: u64,
    of: u64,
    summary: ExportSummary,
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
    let context = ExportContext { dataset, vault, unseal: args.unseal, options, server };
    let export = Export::open(format, &context, filter).map_err(|err| match err.downcast_ref::<OptionError>() {
        Some(wrong) => usage_error(wrong),
        None => err,
    })?;
    let of = store.count_by_state()?.iter().map(|(_, count)| count).sum();
    // On stdout the progress would be among the data.
    let output = output_file::named(args.output.as_ref());
    let meter = Meter::new("photo", Some(of), global.json || output.is_none());
    let file = output.filter(|_| context.server.is_none());
    datasets::exit_on_signal("the export is not complete", file.and_then(output_file::part_of));
    // An exporter may wait for a database.
    let written = block_in_place(|| {
        let write =
            |out: &mut dyn Write| export.write_all_with(store.as_ref(), out, &mut |photos| meter.work_to(photos));
        let (photos, summary) = match output {
            Some(path) if context.server.is_none() => output_file::write(path, args.unseal, write)?,
            Some(_) => write(&mut io::sink())?,
            None => write(&mut BufWriter::new(io::stdout().lock()))?,
        };
        anyhow::Ok(Written { photos, of, summary })
    })?;
    meter.end();
    written.report(args, global)?;
    Ok(Outcome::Success)
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

impl Written {
    /// Prints how many photos were written, and where.
    fn report(&self, args: &ExportArgs, global: &Global) -> Result<()> {
        let Self { photos, of, summary } = self;
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
            let mut object = serde_json::json!({"photos": photos, "of": of, "path": path, "unsealed": args.unseal});
            for (name, value) in &summary.counts {
                object[name] = value.clone();
            }
            return report::print_json(&object);
        }
        let usual =
            if args.unseal { "decrypted: it identifies people, keep it safe" } else { "personal fields sealed" };
        print_message(&format!("{counted} -> {} ({})", path.display(), summary.privacy.as_deref().unwrap_or(usual)));
        Ok(())
    }
}
