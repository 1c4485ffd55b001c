//! Saved views: `views.json` in the dataset's folder.

use std::fs;
use std::io;
use std::path::PathBuf;

use jiff::Timestamp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::disk::write_durably;

/// Views, at most.
pub const MAX_VIEWS: usize = 500;

/// Characters of a name, at most.
pub const MAX_NAME_CHARS: usize = 100;

/// Bytes of a search, at most.
pub const MAX_SEARCH_BYTES: usize = 16_384;

/// A search with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct View {
    /// Its name.
    pub name: String,
    /// The page's query string, without `?`.
    pub search: String,
    /// When it was saved, UTC.
    #[schema(value_type = String, format = DateTime)]
    pub saved_at: Timestamp,
}

/// The saved views of a dataset.
pub struct Views {
    path: PathBuf,
    // Two browsers may save at the same time.
    one_at_a_time: Mutex<()>,
}

impl Views {
    /// The views in this file, which need not exist.
    pub fn at(path: PathBuf) -> Self {
        Self { path, one_at_a_time: Mutex::new(()) }
    }

    /// All, by name.
    pub fn list(&self) -> io::Result<Vec<View>> {
        match fs::read(&self.path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(err) => Err(err),
        }
    }

    /// Saves a view and replaces one of the same name. `None` if there are too many.
    pub fn save(&self, name: String, search: String) -> io::Result<Option<Vec<View>>> {
        self.change(|views| {
            views.retain(|view| view.name != name);
            views.push(View { name, search, saved_at: Timestamp::now() });
            views.sort_by(|one, other| one.name.cmp(&other.name));
            views.len() <= MAX_VIEWS
        })
    }

    /// Removes a view. `None` if there is no view with this name.
    pub fn remove(&self, name: &str) -> io::Result<Option<Vec<View>>> {
        self.change(|views| {
            let before = views.len();
            views.retain(|view| view.name != name);
            views.len() < before
        })
    }

    fn change(&self, change: impl FnOnce(&mut Vec<View>) -> bool) -> io::Result<Option<Vec<View>>> {
        let _turn = self.one_at_a_time.lock();
        let mut views = self.list()?;
        if !change(&mut views) {
            return Ok(None);
        }
        write_durably(&self.path, &serde_json::to_vec_pretty(&views)?)?;
        Ok(Some(views))
    }
}
