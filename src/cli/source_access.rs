//! Access to photo services with this user's keys and folders.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;

use super::{credentials, settings};
use crate::config::Config;
use crate::reference::{Catalogue, Registry};
use crate::sources::access::{SourceAccess, UserAccess};
use crate::sources::{About, Key, Keys};

/// Keys from the environment or `credentials.json`; budgets and reference layers in the user's folders.
pub struct ThisUser;

impl UserAccess for ThisUser {
    fn keys(&self, about: &About) -> Result<Keys> {
        credentials::of_source(about)
    }

    fn has_key(&self, key: &Key) -> bool {
        matches!(credentials::key(key), Ok(Some(_)))
    }

    fn state_folder(&self) -> Result<PathBuf> {
        settings::user_state_folder()
    }

    fn reference_folder(&self) -> Result<PathBuf> {
        settings::user_data_folder().map(|folder| folder.join("reference"))
    }
}

/// Access with these settings.
pub fn with(config: Config) -> SourceAccess {
    SourceAccess { config, user: Arc::new(ThisUser) }
}

/// The layers of this user.
pub fn registry() -> Result<Registry> {
    Ok(Registry::at(ThisUser.reference_folder()?))
}

/// The layers that analyses use: those of the program and of this user.
pub fn layers() -> Result<Arc<Catalogue>> {
    Ok(Arc::new(Catalogue::of(registry()?)))
}
