//! `gleaner export --format seed`: a dataset as the Python system's programs read it.

use std::io::Write;

use anyhow::Result;

use super::export::{ExportArgs, written};
use super::import::seed_vault;
use super::report::{self, Misuse, say};
use super::{Global, Outcome, workplace};
use crate::photo::filter::Filter;
use crate::seal::Vault;
use crate::seed::{self, Outgoing, Said, mongodb};
use crate::store::check_key;

/// Writes a dataset as `DataFrame` JSON, or as CSV.
pub async fn run(args: &ExportArgs, filter: &Filter, global: &Global) -> Result<Outcome> {
    let (dataset, store) = workplace::read(&args.dataset)?;
    let key = workplace::key(&dataset, store.as_ref(), global)?;
    check_key(store.as_ref(), &key)?;
    let open = Vault::new(key);
    let python = args.seed_key_file.as_deref().map(seed_vault).transpose()?;
    let seal = if args.unseal { None } else { Some(python.as_ref().unwrap_or(&open)) };
    let csv = args.is_seed_csv();
    let out = Outgoing { filter, open: &open, seal, key: python.as_ref(), species: &args.species, typed: !csv };
    let (rows, said) = seed::gather(store.as_ref(), &out)?;
    let write = |file: &mut dyn Write| {
        if csv {
            seed::write_csv(&rows, file)?
        } else {
            seed::write_json(&rows, file)?
        }
        file.flush()?;
        Ok(said.rows)
    };
    let address = args.output.as_ref().and_then(|path| path.to_str()).filter(|text| mongodb::is_address(text));
    match address {
        Some(_) if csv => {
            return Err(Misuse::error(
                "a MongoDB server holds documents, no CSV",
                "write --format seed -o mongodb://...",
            ));
        }
        Some(address) => {
            let database = mongodb::connect(address).await?;
            mongodb::write(&database, args.collection.as_deref(), &rows).await?;
        }
        None => drop(written(args, write)?),
    }
    tell(args, global, &said)?;
    Ok(Outcome::Well)
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
        object["path"] = mongodb::shown(&path.to_string_lossy()).into();
        object["unsealed"] = args.unseal.into();
        return report::json_data(&object);
    }
    say(&format!(
        "{} rows of {} photos -> {} ({sealed})",
        said.rows,
        said.photos,
        mongodb::shown(&path.to_string_lossy())
    ));
    Ok(())
}
