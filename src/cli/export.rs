//! `gleaner export`: a dataset as one file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use super::report::{self, say};
use super::{Global, Outcome, workplace};
use crate::export::{self, Format};
use crate::seal::Vault;
use crate::store::check_key;

/// Arguments of `gleaner export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The dataset's folder
    dataset: String,
    /// How to write it
    #[arg(long, value_enum, default_value_t = FormatName::Jsonl)]
    format: FormatName,
    /// Where to [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Open the personal fields (needs the key): the file then names people
    #[arg(long)]
    unseal: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatName {
    Csv,
    Jsonl,
}

/// Runs `gleaner export`.
pub fn run(args: &ExportArgs, global: &Global) -> Result<Outcome> {
    let (dataset, store) = workplace::read(&args.dataset)?;
    let vault = if args.unseal {
        let key = workplace::key(&dataset, store.as_ref(), global)?;
        check_key(store.as_ref(), &key)?;
        Some(Vault::new(key))
    } else {
        None
    };
    let format = match args.format {
        FormatName::Csv => Format::Csv,
        FormatName::Jsonl => Format::Jsonl,
    };
    let write = |out: &mut dyn Write| export::write(store.as_ref(), format, vault.as_ref(), out);
    let photos = match &args.output {
        Some(path) => whole_file(path, args.unseal, write)?,
        None => write(&mut BufWriter::new(io::stdout().lock()))?,
    };
    if let Some(path) = &args.output {
        let kind = if args.unseal { "unsealed: it names people, keep it safe" } else { "personal fields sealed" };
        if global.json {
            report::json_data(&serde_json::json!({"photos": photos, "path": path, "unsealed": args.unseal}))?;
        } else {
            say(&format!("{photos} photos -> {} ({kind})", path.display()));
        }
    }
    Ok(Outcome::Well)
}

/// Writes beside the place and renames: what stands at `path` is always a whole export.
fn whole_file(path: &PathBuf, private: bool, write: impl FnOnce(&mut dyn Write) -> Result<u64>) -> Result<u64> {
    let mut name = path.file_name().context("the output needs a file name")?.to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let context = || format!("could not write {}", path.display());
    let mut options = File::options();
    // What an earlier run left there may be open to others.
    let _ = std::fs::remove_file(&part);
    options.write(true).create_new(true);
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let file = options.open(&part).with_context(context)?;
    let mut out = BufWriter::new(file);
    let written = write(&mut out).and_then(|photos| {
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        std::fs::rename(&part, path)?;
        Ok(photos)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written.with_context(context)
}
