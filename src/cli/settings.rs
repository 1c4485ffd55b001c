//! The settings file, and the user's folders for configuration and state.

use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::output::UsageError;
use super::{Global, near};
use crate::config::Config;
use crate::sources::check_settings;

/// The settings: `--config FILE`, or `gleaner.toml` in the current folder if it exists.
pub fn config(global: &Global) -> Result<Config> {
    let path = path(global);
    match fs::read_to_string(&path) {
        Ok(text) => Config::parse(&text)
            .and_then(|config| check_settings(&config).map(|()| config))
            .map_err(|err| UsageError::error(format!("{}: {err:#}", path.display()), "")),
        Err(err) if err.kind() == io::ErrorKind::NotFound && global.config.is_none() => Ok(Config::default()),
        Err(err) => {
            let meant = near::file(&path);
            Err(UsageError::error(format!("could not read {}: {err}{meant}", path.display()), ""))
        }
    }
}

/// The settings file, which may not exist.
pub fn path(global: &Global) -> PathBuf {
    global.config.clone().unwrap_or_else(|| PathBuf::from("gleaner.toml"))
}

/// The user's configuration folder: keys, addresses.
pub fn user_config_folder() -> Result<PathBuf> {
    user_folder("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("gleaner"))
}

/// The user's state folder, which is created: budgets.
pub fn user_state_folder() -> Result<PathBuf> {
    let folder = user_folder("XDG_STATE_HOME", ".local/state")?.join("gleaner");
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    Ok(folder)
}

/// The user's folder for data, which may not exist: reference layers.
pub fn user_data_folder() -> Result<PathBuf> {
    user_folder("XDG_DATA_HOME", ".local/share").map(|folder| folder.join("gleaner"))
}

fn user_folder(variable: &str, below_home: &str) -> Result<PathBuf> {
    let set = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    set.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(below_home))).ok_or_else(|| {
        UsageError::error("neither HOME nor XDG_CONFIG_HOME is set", "set the key file with --key-file FILE")
    })
}
