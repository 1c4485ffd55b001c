//! Finds the dataset: a folder, or a database of a MongoDB server. Passwords come from the environment or from a private
//! file, never from the command line, which everyone on the machine can read.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use zeroize::Zeroizing;

use super::output::UsageError;
use super::{Global, files, settings};
use crate::config::MongoDb;
use crate::dataset::{Dataset, Server, ServerError};
use crate::disk;

/// The environment variable with an address, user and password.
const VARIABLE: &str = "GLEANER_MONGODB_URL";
/// The default dataset's folder.
pub const DEFAULT: &str = "dataset";
/// The default dataset of `gleaner demo`.
pub const DEMO: &str = "gleaner-demo";

/// The dataset with a name, which is the path of a folder or an address. `--store` puts a folder's records elsewhere, and
/// `[files]` in the settings its image files.
pub fn dataset(name: &str, global: &Global) -> Result<Dataset> {
    let config = settings::config(global)?;
    files::attach(records(name, global.store.as_deref(), &config.mongodb)?, &config)
}

fn records(name: &str, store: Option<&str>, settings: &MongoDb) -> Result<Dataset> {
    let address = match (Server::is_address(name), store) {
        (true, Some(store)) if store != name => {
            return Err(UsageError::error("two databases are given", "use either --store or the address"));
        }
        (true, _) => name,
        (false, Some(store)) if !Server::is_address(store) => {
            return Err(UsageError::error(
                "--store requires a MongoDB address; a folder's records are stored in the folder by default",
                "--store mongodb://localhost/monkeys",
            ));
        }
        (false, Some(store)) => store,
        (false, None) => return Ok(Dataset::at(name)),
    };
    let server = with_access(parsed(address)?, settings)?;
    let server = server.with_lease(Duration::from_secs_f64(settings.lease_s));
    // Without a folder, files go into a folder named like the database.
    let folder = if Server::is_address(name) || [DEFAULT, DEMO].contains(&name) { server.database() } else { name };
    Ok(Dataset::at(PathBuf::from(folder)).with_server(server))
}

/// The database at an address from the command line, with the user and password that are configured for its hosts.
pub fn server(text: &str, global: &Global) -> Result<Server> {
    with_access(parsed(text)?, &settings::config(global)?.mongodb)
}

/// Parses an address that must not contain a password.
fn parsed(address: &str) -> Result<Server> {
    let hint = "mongodb://localhost/monkeys, or mongodb+srv://cluster.example.net/monkeys";
    let server = read(address, "the address", hint)?;
    if server.has_password() {
        return Err(UsageError::error(
            "a password on the command line is visible to everyone on this machine and is stored in the shell's history",
            format!(
                "put the whole address into {VARIABLE}, or into a file that only you can read ([mongodb] url_file in gleaner.toml), and use {server} here"
            ),
        ));
    }
    Ok(server)
}

fn read(address: &str, whose: &str, hint: &str) -> Result<Server> {
    Server::parse(address).map_err(|err: ServerError| UsageError::error(format!("{whose} is invalid: {err}"), hint))
}

/// Adds the user and password that are configured for the address's hosts.
fn with_access(server: Server, settings: &MongoDb) -> Result<Server> {
    for known in known(settings)? {
        if known.has_hosts_of(&server) {
            return Ok(server.with_credentials_of(&known));
        }
    }
    Ok(server)
}

/// The addresses from the environment and the private file.
fn known(settings: &MongoDb) -> Result<Vec<Server>> {
    let mut known = Vec::new();
    if let Some(text) = env::var(VARIABLE).ok().map(Zeroizing::new).filter(|text| !text.trim().is_empty()) {
        known.push(read(&text, VARIABLE, "mongodb://user:password@host/database")?);
    }
    let (path, asked_for) = match &settings.url_file {
        Some(path) => (path.clone(), true),
        None => (settings::user_config_folder()?.join("mongodb.url"), false),
    };
    if let Some(text) = private_text(&path, asked_for)? {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let whose = format!("a line of {}", path.display());
            known.push(read(line, &whose, "one address per line: mongodb://user:password@host/database")?);
        }
    }
    Ok(known)
}

/// Reads a file that only its owner may read; `None` if it does not exist and was not named by the user.
fn private_text(path: &Path, asked_for: bool) -> Result<Option<Zeroizing<String>>> {
    let shown = path.display();
    let unreadable = |err: io::Error| UsageError::error(format!("could not read {shown}: {err}"), "");
    let metadata = match fs::metadata(path) {
        Err(err) if err.kind() == io::ErrorKind::NotFound && !asked_for => return Ok(None),
        other => other.map_err(unreadable)?,
    };
    if let Some(mode) = disk::mode_open_to_others(&metadata) {
        return Err(UsageError::error(
            format!("{shown} may contain a password, and other users can read it (mode {mode:04o})"),
            format!("chmod 600 {shown}"),
        ));
    }
    fs::read_to_string(path).map(|text| Some(Zeroizing::new(text))).map_err(unreadable)
}
