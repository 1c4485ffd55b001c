//! `gleaner export --format seed`: a dataset as the Python system's programs read it.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use super::export::{ExportArgs, written};
use super::import::seed_vault;
use super::report::{self, Misuse, say};
use super::{Global, Outcome, address, workplace};
use crate::dataset::{Dataset, Server};
use crate::files::BlobName;
use crate::legacy::{self, Gathered, Outgoing, Said, mongodb};
use crate::photo::filter::Filter;
use crate::seal::Vault;
use crate::store::check_key;

/// Writes a dataset as `DataFrame` JSON, or as CSV.
pub async fn run(args: &ExportArgs, filter: &Filter, global: &Global) -> Result<Outcome> {
    let (dataset, store) = workplace::read(&args.dataset, global)?;
    let key = workplace::key(&dataset, store.as_ref(), global)?;
    check_key(store.as_ref(), &key)?;
    let open = Vault::new(key);
    let python = args.seed_key_file.as_deref().map(seed_vault).transpose()?;
    let seal = if args.unseal { None } else { Some(python.as_ref().unwrap_or(&open)) };
    let csv = args.is_seed_csv();
    let out = Outgoing { filter, open: &open, seal, key: python.as_ref(), species: &args.species, typed: !csv };
    let gathered = legacy::gather(store.as_ref(), &out)?;
    let (rows, said) = (&gathered.rows, &gathered.said);
    let write = |file: &mut dyn Write| {
        if csv {
            legacy::write_csv(rows, file)?;
        } else {
            legacy::write_json(rows, file)?;
        }
        file.flush()?;
        Ok(said.rows)
    };
    let address = args.output.as_ref().and_then(|path| path.to_str()).filter(|text| Server::is_meant(text));
    match address {
        Some(_) if csv => {
            return Err(Misuse::error(
                "a MongoDB server holds documents, no CSV",
                "write --format seed -o mongodb://...",
            ));
        }
        Some(address) => {
            let database = mongodb::connect(&address::server(address, global)?).await?;
            mongodb::write(&database, args.collection.as_deref(), rows).await?;
        }
        None => drop(written(args, write)?),
    }
    if let Some(dir) = &args.images {
        put_images(dir, &dataset, &gathered)?;
    }
    tell(args, global, said)?;
    Ok(Outcome::Well)
}

/// Copies images to the names that rows give them; what lies there already stays.
fn put_images(dir: &Path, dataset: &Dataset, gathered: &Gathered) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("could not make {}", dir.display()))?;
    let (mut put, mut there, mut without, mut shared) = (0u64, 0u64, 0u64, 0u64);
    let mut given: HashMap<&OsStr, &str> = HashMap::new();
    for (row, image) in gathered.rows.iter().zip(&gathered.images) {
        let name = row.cells.get("filename").and_then(serde_json::Value::as_str).unwrap_or_default();
        let base = Path::new(name).file_name().filter(|base| *base == OsStr::new(name));
        let (Some(image), Some(base)) = (image, base) else {
            without += 1;
            continue;
        };
        let first = *given.entry(base).or_insert(&image.sha256);
        shared += u64::from(first != image.sha256);
        let to = dir.join(base);
        if fs::symlink_metadata(&to).is_ok() {
            there += 1;
            continue;
        }
        let name = BlobName::Image { sha256: &image.sha256, format: &image.format };
        let Some(bytes) = dataset.files().read(name)? else {
            without += 1;
            continue;
        };
        fs::write(&to, bytes).with_context(|| format!("could not write {}", to.display()))?;
        put += 1;
    }
    say(&format!("  {put} images -> {} ({there} were there already)", dir.display()));
    let lines = [
        (without, "rows have no image: the Python system's page stops at such a row"),
        (shared, "rows have the file name of another photo: the Python system's page shows that one's image"),
    ];
    for (rows, what) in lines.into_iter().filter(|(rows, _)| *rows > 0) {
        say(&format!("  {rows} {what}"));
    }
    Ok(())
}

/// Says what was written, and with which key its sealed cells open.
fn tell(args: &ExportArgs, global: &Global, said: &Said) -> Result<()> {
    let sealed = match (args.unseal, &args.seed_key_file) {
        (false, _) if said.sealed_cells == 0 => "nothing in it had to be sealed".to_owned(),
        (true, _) => "unsealed: it names people, keep it safe".to_owned(),
        (false, Some(path)) => format!("personal cells sealed with the key in {}", path.display()),
        (false, None) => {
            "personal cells sealed with the dataset's own key: it is the KEY_DB.txt of this file".to_owned()
        }
    };
    let lines = [
        (said.changed_cells, "cells of imported rows are written as the records have them now"),
        (said.kept_tokens, "cells keep the token that they came with: only the Python system's key opens them"),
        (said.left_out, "records that could not be read when they came are left out: no row can be made of them"),
    ];
    for (count, what) in lines.into_iter().filter(|(count, _)| *count > 0) {
        say(&format!("  {count} {what}"));
    }
    let Some(path) = &args.output else {
        return Ok(());
    };
    if global.json {
        let mut object = serde_json::to_value(said)?;
        object["path"] = path.to_string_lossy().into();
        object["unsealed"] = args.unseal.into();
        return report::json_data(&object);
    }
    say(&format!("{} rows of {} photos -> {} ({sealed})", said.rows, said.photos, path.to_string_lossy()));
    Ok(())
}
