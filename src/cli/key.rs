//! `gleaner key`: shows, checks and rotates the key of a dataset.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};
use serde_json::json;

use super::output::{self, UsageError, counted, print_message};
use super::progress::Meter;
use super::{Global, Outcome, address, datasets};
use crate::dataset::Dataset;
use crate::disk;
use crate::pipeline::Stop;
use crate::pipeline::worker_session::{WorkerSession, describe};
use crate::seal::{Key, KeyFile, Vault, reseal_files};
use crate::store::coordination::WorkerCoordination;
use crate::store::{Access, Store, StoreError, check_key, for_each_sealed, rotate};

/// `gleaner key ...`
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Show the id and the location of a dataset's key
    Show(ShowArgs),
    /// Check that the key decrypts every sealed field
    Check(DatasetArgs),
    /// Encrypt everything again with a new key; can be interrupted and run again
    Rotate(DatasetArgs),
}

/// A dataset.
#[derive(Debug, Args)]
pub struct DatasetArgs {
    /// The dataset's folder
    dataset: String,
}

/// Arguments of `gleaner key show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The dataset's folder
    dataset: String,
    /// Print the key itself, to stdout
    #[arg(long)]
    reveal: bool,
}

/// Runs `gleaner key ...`.
pub fn run(command: &KeyCommand, global: &Global) -> Result<Outcome> {
    match command {
        KeyCommand::Show(args) => show(args, global),
        KeyCommand::Check(args) => check(args, global),
        KeyCommand::Rotate(args) => rotate_key(args, global),
    }
}

fn show(args: &ShowArgs, global: &Global) -> Result<Outcome> {
    let (dataset, store) = datasets::read(&args.dataset, global)?;
    let key = datasets::key(&dataset, store.as_ref(), global)?;
    let fits = check_key(store.as_ref(), &key);
    if args.reveal {
        fits?;
        output::print_secret(&key.expose())?;
        return Ok(Outcome::Success);
    }
    let origin = match datasets::environment_key()? {
        Some(_) => "GLEANER_KEY".to_owned(),
        None => datasets::key_file(&dataset, store.as_ref(), global)?.display().to_string(),
    };
    if global.json {
        output::print_json(
            &json!({"dataset": dataset.to_string(), "key_id": key.id(), "from": origin, "fits": fits.is_ok()}),
        )?;
    } else {
        output::print_data(&format!("{}: key {} from {origin}", dataset, key.id()))?;
    }
    fits?;
    Ok(Outcome::Success)
}

fn check(args: &DatasetArgs, global: &Global) -> Result<Outcome> {
    let (dataset, store) = datasets::read(&args.dataset, global)?;
    let key = datasets::key(&dataset, store.as_ref(), global)?;
    check_key(store.as_ref(), &key)?;
    let id = key.id();
    let vault = Vault::new(key);
    let (mut photos, mut fields) = (0_u64, 0_u64);
    let all = store.count_by_state()?.iter().map(|(_, count)| count).sum();
    let meter = Meter::new("photo", Some(all), global.json);
    datasets::exit_on_signal("not every sealed field was checked", None);
    for_each_sealed(store.as_ref(), |sealed| {
        fields += vault.open(&sealed)?.len() as u64;
        photos += 1;
        meter.work(1);
        Ok(())
    })?;
    meter.end();
    if global.json {
        output::print_json(&json!({"dataset": dataset.to_string(), "key_id": id, "photos": photos, "fields": fields}))?;
    } else {
        let (fields, photos) = (counted(fields, "sealed field"), counted(photos, "photo"));
        output::print_data(&format!("{dataset}: key {id} opens all {fields} of {photos}"))?;
    }
    Ok(Outcome::Success)
}

fn rotate_key(args: &DatasetArgs, global: &Global) -> Result<Outcome> {
    if datasets::environment_key()?.is_some() {
        return Err(UsageError::error(
            "the key comes from GLEANER_KEY, which this program cannot change",
            "write it to a file (mode 600) and use --key-file FILE for the rotation",
        ));
    }
    drop(datasets::read(&args.dataset, global)?);
    let dataset = address::dataset(&args.dataset, global)?;
    dataset.files().check()?;
    let store: Arc<dyn Store> = datasets::open(&dataset, Access::Write, global)?.into();
    // A running worker has the old key and would seal with it.
    if let Some(worker) = store
        .coordination()
        .map(WorkerCoordination::workers)
        .transpose()?
        .and_then(|workers| workers.into_iter().next())
    {
        return Err(StoreError::Locked { holder: describe(&worker) }.into());
    }
    let _lease = WorkerSession::exclusive(&store, "key rotate", &["key".to_owned()])?;
    let path = datasets::key_file(&dataset, store.as_ref(), global)?;
    let next = sibling_path(&path, "next");
    // An earlier rotation was interrupted between its two renames.
    if !path.exists() && next.exists() {
        disk::rename_durably(&next, &path)?;
    }
    let old = KeyFile::load(&path)?;
    let new = if next.exists() { KeyFile::load(&next)? } else { new_key(store.as_ref(), &old, &next)? };
    let stop = datasets::stop_on_signal("the records in progress are sealed");
    let Some(photos) = reseal(&dataset, store.as_ref(), (&old, &new), &Rotating { stop, json: global.json })? else {
        return Ok(Outcome::Interrupted);
    };
    let kept = sibling_path(&path, &format!("old-{}", old.id()));
    disk::rename_durably(&path, &kept)
        .and_then(|()| disk::rename_durably(&next, &path))
        .context("could not replace the key file")?;
    if global.json {
        output::print_json(
            &json!({"dataset": dataset.to_string(), "photos": photos, "key_id": new.id(), "key_file": path, "old_key_file": kept}),
        )?;
    } else {
        let photos = counted(photos, "photo");
        print_message(&format!("{photos} sealed again with key {}: {}", new.id(), path.display()));
        print_message(&format!(
            "the old key is kept as {} for older copies of the dataset; delete it when you have none",
            kept.display()
        ));
    }
    Ok(Outcome::Success)
}

fn new_key(store: &dyn Store, old: &Key, next: &Path) -> Result<Key> {
    check_key(store, old)?;
    let new = Key::generate();
    KeyFile::create(next, &new)?;
    Ok(new)
}

/// How a rotation is shown and stopped.
struct Rotating {
    stop: Stop,
    json: bool,
}

/// Seals all records and files again; `None` if the user stopped it.
fn reseal(dataset: &Dataset, store: &dyn Store, (old, new): (&Key, &Key), how: &Rotating) -> Result<Option<u64>> {
    let mut done = 0;
    let meter = Meter::new("photo", None, how.json);
    let rotated = rotate(store, old, new, |photos, all| {
        done = photos;
        meter.set_total(all);
        meter.work_to(photos);
        ensure!(!how.stop.is_raised(), "stopped");
        Ok(())
    });
    if how.stop.is_raised() && rotated.is_err() {
        meter.stopped();
        print_message("until then the dataset needs both keys, and only `gleaner key rotate` writes to it");
        return Ok(None);
    }
    rotated?;
    meter.end();
    let files = reseal_files(dataset.files(), old, new)?;
    if files.foreign > 0 {
        print_message(&format!("{} quarantined files belong to another dataset and were not changed", files.foreign));
    }
    Ok(Some(done))
}

/// `monkeys-1a2b3c4d.key` -> `monkeys-1a2b3c4d.next.key`
fn sibling_path(path: &Path, word: &str) -> PathBuf {
    path.with_extension(format!("{word}.key"))
}
