//! `gleaner push` and `gleaner pull`: copy the changes of a folder's records to MongoDB and back.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;

use super::output::{self, UsageError, bytes, print_message};
use super::progress::Meter;
use super::{Global, Outcome, address, datasets};
use crate::dataset::{Dataset, Server};
use crate::files::copy_missing;
use crate::pipeline::copy::{Copied, CopyOptions, copy};
use crate::pipeline::same_photo;
use crate::seal::{SealedPhoto, Vault};
use crate::store::{Access, MARKER, Store, check_key};

/// Arguments of `gleaner push`.
#[derive(Debug, Args)]
pub struct PushArgs {
    /// The dataset's folder
    dataset: String,
    /// The target: mongodb://host/database (put a password into GLEANER_MONGODB_URL)
    #[arg(value_name = "URL")]
    to: String,
    /// Compare every photo, not only the changes since the last push
    #[arg(long)]
    all: bool,
}

/// Arguments of `gleaner pull`.
#[derive(Debug, Args)]
pub struct PullArgs {
    /// The origin: mongodb://host/database (put a password into GLEANER_MONGODB_URL)
    #[arg(value_name = "URL")]
    from: String,
    /// The dataset's folder; created if it does not exist
    dataset: String,
    /// Compare every photo, not only the changes since the last pull
    #[arg(long)]
    all: bool,
}

/// Runs `gleaner push`.
pub async fn push(args: PushArgs, global: &Global) -> Result<Outcome> {
    let (folder, server) = datasets(&args.dataset, &args.to, global)?;
    let from = datasets::open(&folder, Access::Read, global)?;
    let to = datasets::open(&server, Access::Write, global)?;
    run_copy((folder, from), (server, to), args.all, global).await
}

/// Runs `gleaner pull`.
pub async fn pull(args: PullArgs, global: &Global) -> Result<Outcome> {
    let (folder, server) = datasets(&args.dataset, &args.from, global)?;
    let from = datasets::open(&server, Access::Read, global)?;
    let to = datasets::open(&folder, Access::Write, global)?;
    run_copy((server, from), (folder, to), args.all, global).await
}

/// Photos that were not copied and are named one by one.
const SHOWN_REFUSED: usize = 20;

/// The two datasets: the folder and the server.
fn datasets(folder: &str, server: &str, global: &Global) -> Result<(Dataset, Dataset)> {
    let usage_error = |message: &str| UsageError::error(message, "gleaner push FOLDER URL, gleaner pull URL FOLDER");
    if global.store.is_some() {
        return Err(usage_error("--store cannot be used with push and pull"));
    }
    if Server::is_address(folder) || !Server::is_address(server) {
        return Err(usage_error("push requires a folder and a MongoDB address; pull requires an address and a folder"));
    }
    Ok((Dataset::at(folder), address::dataset(server, global)?))
}

/// The result for `--json`.
#[derive(Serialize)]
struct Report {
    from: String,
    to: String,
    #[serde(flatten)]
    copied: Copied,
    /// Bytes of image files that were copied to or from a shared file store.
    image_bytes: u64,
    seconds: f64,
}

/// A dataset and its opened store.
type OpenDataset = (Dataset, Box<dyn Store>);

async fn run_copy(
    (from, from_store): OpenDataset,
    (to, to_store): OpenDataset,
    all: bool,
    global: &Global,
) -> Result<Outcome> {
    let started = Instant::now();
    let stop = datasets::stop_on_signal("the changes in progress are copied");
    let raised = stop.clone();
    let json = global.json;
    let (from_name, to_name) = (from.to_string(), to.to_string());
    let remaining = remaining_images(&from, &to);
    let vault = withdrawal_vault((&from, from_store.as_ref()), (&to, to_store.as_ref()), global)?;
    let work = move || {
        let meter = Meter::new("photo", None, json);
        let on_batch = |changes: u64| meter.work(changes);
        // Without a shared file store, image files are not copied.
        let shared = from.files().is_shared() || to.files().is_shared();
        let bytes = AtomicU64::new(0);
        let copy_files = |sealed: &SealedPhoto| {
            if shared {
                bytes.fetch_add(copy_missing(from.files(), to.files(), sealed.photo())?, Ordering::Relaxed);
            }
            Ok(())
        };
        let withdrawals = vault.as_ref().map(|vault| (vault, &to));
        let on_begin = |changes: u64| meter.set_total(changes);
        let options = CopyOptions {
            all,
            on_begin: &on_begin,
            on_batch: &on_batch,
            copy_files: &copy_files,
            withdrawals,
            stop: &raised,
        };
        let copied = copy(from_store.as_ref(), to_store.as_ref(), &options)?;
        same_photo::find(to_store.as_ref(), &raised)?;
        if copied.interrupted {
            meter.stopped();
        } else {
            meter.end();
        }
        anyhow::Ok((copied, bytes.into_inner()))
    };
    let (copied, image_bytes) = tokio::task::spawn_blocking(work).await.context("copying failed")??;
    let seconds = (started.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    let files = if image_bytes > 0 { format!(", {} of images", bytes(image_bytes)) } else { String::new() };
    print_message(&format!("{}{files} in {seconds} s: {from_name} -> {to_name}", summary(&copied)));
    if let Some(folder) = remaining.filter(|_| copied.new > 0) {
        print_message(&format!(
            "hint: image files stay in {folder}; to see them: gleaner serve {folder} --store {to_name}"
        ));
    }
    for record in copied.refused.iter().take(SHOWN_REFUSED) {
        print_message(&format!("warning: {} was not copied: {}", record.id, record.why));
    }
    if copied.refused.len() > SHOWN_REFUSED {
        print_message(&format!("warning: {} photos were not copied; --json lists all", copied.refused.len()));
    }
    let (interrupted, incomplete) = (copied.interrupted, !copied.refused.is_empty());
    if global.json {
        output::print_json(&Report { from: from_name, to: to_name, copied, image_bytes, seconds })?;
    }
    Ok(match (interrupted, incomplete) {
        (true, _) => Outcome::Interrupted,
        (false, true) => Outcome::Faults,
        (false, false) => Outcome::Success,
    })
}

/// The key of the dataset, if photos were withdrawn from one of the two: only it recognises them.
fn withdrawal_vault(
    from: (&Dataset, &dyn Store),
    to: (&Dataset, &dyn Store),
    global: &Global,
) -> Result<Option<Vault>> {
    if from.1.note(MARKER)?.is_none() && to.1.note(MARKER)?.is_none() {
        return Ok(None);
    }
    // A new target has no name for its key yet.
    let (dataset, store) = if from.1.note(MARKER)?.is_some() { from } else { to };
    let key = datasets::key(dataset, store, global)
        .context("photos were withdrawn from one of the two, which only the dataset's key recognises")?;
    check_key(store, &key)?;
    Ok(Some(Vault::new(key)))
}

/// The folder in which a push leaves the images, if the server's dataset expects them in another one.
fn remaining_images(from: &Dataset, to: &Dataset) -> Option<String> {
    let elsewhere = to.server().is_some() && !to.files().is_shared() && from.root() != to.root();
    elsewhere.then(|| from.root().display().to_string())
}

fn summary(copied: &Copied) -> String {
    let parts = [
        (copied.new, "new"),
        (copied.changed, "changed"),
        (copied.merged, "merged with changes of others"),
        (copied.removed, "removed"),
    ];
    let said: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if said.is_empty() { "nothing has changed".to_owned() } else { said.join(", ") }
}
