//! Finds and opens this user's settings, keys and datasets.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};

use super::output::{UsageError, print_message, this_command};
use super::settings::user_config_folder;
use super::{Global, address};
use crate::dataset::Dataset;
use crate::disk;
use crate::photo::PhotoId;
use crate::pipeline::{RecordWriter, Stop};
use crate::seal::{Key, KeyFile, SealError, Vault, key_path};
use crate::store::{self, Access, DATASET_ID, KEY_ID, Store, adopt_key};

/// A dataset that is open for writing.
pub struct WritableDataset {
    /// The folder.
    pub dataset: Dataset,
    /// Saves photos.
    pub writer: Arc<RecordWriter>,
}

/// Opens a dataset (a folder, or a MongoDB address) for reading, also while others write to it. It does not check
/// whether the image files are available.
pub fn read(name: &str, global: &Global) -> Result<(Dataset, Box<dyn Store>)> {
    let dataset = address::dataset(name, global)?;
    let store = open(&dataset, Access::Read, global)?;
    name_unfinished_rotation(name, store.as_ref());
    Ok((dataset, store))
}

/// Names a key rotation that was interrupted, and the command that finishes it. Reading goes on: sealed fields may need either key.
fn name_unfinished_rotation(name: &str, store: &dyn Store) {
    if let Ok(Some((from, to))) = store::unfinished_rotation(store) {
        print_message(&format!(
            "a key rotation from {from} to {to} was interrupted; to finish it: gleaner key rotate {}",
            super::output::quoted(name)
        ));
    }
}

/// Opens a dataset's store. An error names the server. Damaged records that are met are named when the command ends.
pub fn open(dataset: &Dataset, access: Access, global: &Global) -> Result<Box<dyn Store>> {
    let opened = store::open(dataset, access);
    let server = dataset.server();
    let store = match server {
        Some(server) => opened.with_context(|| format!("could not open {server}"))?,
        None => opened?,
    };
    global.damage.watch(dataset, store.damage());
    if server.is_some() && access == Access::Write {
        disk::create_private_folder(dataset.root())
            .with_context(|| format!("could not make the folder {}", dataset.root().display()))?;
    }
    Ok(store)
}

/// Opens or creates a dataset for writing, with its key.
pub fn write(name: &str, global: &Global) -> Result<WritableDataset> {
    let dataset = address::dataset(name, global)?;
    // An invalid key or an unusable file storage is reported before anything is created.
    environment_key()?;
    if dataset.root().is_file() {
        let name = dataset.root().display();
        return Err(UsageError::error(format!("{name} is a file, and a dataset is a folder"), "name another folder"));
    }
    dataset.files().check()?;
    let store: Arc<dyn Store> = Arc::from(open(&dataset, Access::Write, global)?);
    let key = writing_key(&dataset, store.as_ref(), global)?;
    adopt_key(store.as_ref(), &key)?;
    let writer = Arc::new(RecordWriter::new(store, Arc::new(Vault::new(key)), dataset.clone()));
    Ok(WritableDataset { dataset, writer })
}

/// The key of an existing dataset: from `GLEANER_KEY`, `--key-file`, or the file created by its first run.
pub fn key(dataset: &Dataset, store: &dyn Store, global: &Global) -> Result<Key> {
    if let Some(key) = environment_key()? {
        return Ok(key);
    }
    let path = key_file(dataset, store, global)?;
    if !path.exists() {
        return Err(SealError::NoKey(format!("there is no file {}", path.display())).into());
    }
    Ok(KeyFile::load(&path)?)
}

/// The path of a dataset's key.
pub fn key_file(dataset: &Dataset, store: &dyn Store, global: &Global) -> Result<PathBuf> {
    if let Some(path) = &global.key_file {
        return Ok(path.clone());
    }
    let id = store.note(DATASET_ID)?.context("the dataset has no id: it was never written to")?;
    let name = dataset.root().canonicalize().ok().and_then(|root| Some(root.file_name()?.to_str()?.to_owned()));
    default_key_file(&name.unwrap_or_else(|| "dataset".into()), &id)
}

/// Keys are stored in the user's own folder, so that a dataset can be copied or shared without its key.
fn default_key_file(name: &str, id: &str) -> Result<PathBuf> {
    let folder = key_folder()?;
    // The dataset may have been renamed, so the id decides.
    let suffix = format!("-{}.key", id.get(..8).unwrap_or(id));
    let renamed = fs::read_dir(&folder).ok().and_then(|entries| {
        entries.flatten().map(|entry| entry.path()).find(|path| path.to_string_lossy().ends_with(&suffix))
    });
    Ok(renamed.unwrap_or_else(|| key_path(&folder, name, id)))
}

fn key_folder() -> Result<PathBuf> {
    user_config_folder().map(|folder| folder.join("keys"))
}

/// The key from the environment. Messages about it name the variable.
pub fn environment_key() -> Result<Option<Key>> {
    match env::var("GLEANER_KEY") {
        Ok(text) if !text.trim().is_empty() => Ok(Some(Key::parse(&text).context("in GLEANER_KEY")?)),
        _ => Ok(None),
    }
}

/// The key for writing. For a new dataset it is created, and a message says where.
fn writing_key(dataset: &Dataset, store: &dyn Store, global: &Global) -> Result<Key> {
    if let Some(key) = environment_key()? {
        return Ok(key);
    }
    let path = key_file(dataset, store, global)?;
    if path.exists() {
        return Ok(KeyFile::load(&path)?);
    }
    if store.note(KEY_ID)?.is_some() || !store.scan(None::<&PhotoId>, 1)?.is_empty() {
        return Err(SealError::NoKey(format!("there is no file {}", path.display())).into());
    }
    refuse_inside(dataset, &path)?;
    let key = Key::generate();
    KeyFile::create(&path, &key)?;
    print_message(&format!(
        "created a key for this dataset: {} (keep a copy: without it the sealed fields are lost)",
        path.display()
    ));
    Ok(key)
}

fn refuse_inside(dataset: &Dataset, path: &Path) -> Result<()> {
    let root = dataset.root().canonicalize()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.canonicalize().is_ok_and(|folder| folder.starts_with(&root)) {
        return Err(UsageError::error(
            "the key file is inside the dataset, so everyone who gets the dataset would get the key",
            "choose a file outside of it with --key-file FILE",
        ));
    }
    Ok(())
}

/// Set by the first Ctrl-C, SIGTERM or SIGHUP, which also prints `first`: what is still done. The second one ends the program at
/// once.
pub fn stop_on_signal(first: &'static str) -> Stop {
    let stop = Stop::default();
    let raised = stop.clone();
    tokio::spawn(async move {
        if signal().await {
            print_message(&format!("stopping: {first} (Ctrl-C again stops at once)"));
            raised.raise();
        }
        if signal().await {
            print_message(&format!("stopped at once; what was saved is complete\nto continue: {}", this_command()));
            exit_interrupted();
        }
    });
    stop
}

/// Ends the program at the first Ctrl-C, SIGTERM or SIGHUP with a message, for commands that leave nothing half done. An unfinished
/// file `part` is removed.
pub fn exit_on_signal(message: &'static str, part: Option<PathBuf>) {
    tokio::spawn(async move {
        if signal().await {
            part.iter().for_each(|part| drop(fs::remove_file(part)));
            print_message(&format!("stopped: {message}\nto start again: {}", this_command()));
            exit_interrupted();
        }
    });
}

#[expect(clippy::exit, reason = "the user insists; everything saved is durable")]
fn exit_interrupted() -> ! {
    std::process::exit(130)
}

async fn signal() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut hang_up)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) else {
        return tokio::signal::ctrl_c().await.is_ok();
    };
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.is_ok(),
        asked = terminate.recv() => asked.is_some(),
        // The terminal was closed.
        gone = hang_up.recv() => gone.is_some(),
    }
}
