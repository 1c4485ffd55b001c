//! Answers of GBIF, kept for a month in the user's own folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::disk::write_durably;
use crate::hash::sha256_hex;
use crate::photo::text::normalise;

/// How long an answer is used.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Answers of one kind, by the name that was asked for.
pub struct KeptAnswers {
    folder: PathBuf,
    api_url: Url,
}

/// An answer, as kept.
#[derive(Deserialize, Serialize)]
struct Kept<T> {
    term: String,
    asked_at: Timestamp,
    found: T,
}

impl KeptAnswers {
    /// Answers from this address in a folder of the user's, which is made.
    pub fn open(folder: PathBuf, api_url: &Url) -> Result<Self> {
        fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
        Ok(Self { folder, api_url: api_url.clone() })
    }

    /// An answer that is kept and not too old, and when it was given.
    pub fn read<T: DeserializeOwned>(&self, term: &str) -> Option<(T, Timestamp)> {
        let kept: Kept<T> = serde_json::from_slice(&fs::read(self.path(term)).ok()?).ok()?;
        (Timestamp::now().duration_since(kept.asked_at) < KEPT).then_some((kept.found, kept.asked_at))
    }

    /// Keeps an answer. Returns when it was given.
    pub fn keep<T: Serialize>(&self, term: &str, found: &T) -> Result<Timestamp> {
        let asked_at = Timestamp::now();
        let text = serde_json::to_vec(&Kept { term: term.to_owned(), asked_at, found }).context("writing an answer")?;
        let path: &Path = &self.path(term);
        write_durably(path, &text).with_context(|| format!("could not write {}", path.display()))?;
        Ok(asked_at)
    }

    fn path(&self, term: &str) -> PathBuf {
        let name = sha256_hex(format!("{}\n{}", self.api_url, normalise(term)).as_bytes());
        self.folder.join(format!("{}.json", &name[..32]))
    }
}
