//! How far a walk through the pages of a gallery is, and what it has found.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::hash::sha256_hex;
use crate::photo::PhotoId;

/// How far a walk is, stored when a page is done.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Progress {
    /// The next page.
    pub(super) next: Option<Url>,
    /// The host that the walk stays on.
    pub(super) host: Option<String>,
    pub(super) visited: BTreeSet<String>,
    /// Fingerprints of the photos so far.
    pub(super) known: HashSet<String>,
    /// The counts so far.
    pub report: Report,
}

impl Progress {
    /// Whether the walk has found this photo.
    pub fn has(&self, id: &PhotoId) -> bool {
        self.known.contains(&fingerprint(id))
    }
}

/// A short text that stands for a photo.
pub(super) fn fingerprint(id: &PhotoId) -> String {
    sha256_hex(id.as_str().as_bytes())[..16].to_owned()
}

/// What a walk has found.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Report {
    /// Pages that were opened.
    pub pages: u32,
    /// Distinct images.
    pub found: u64,
    /// Images that earlier pages had too.
    pub repeated: u64,
    /// Reason -> images that were left out.
    pub left_out: BTreeMap<String, u64>,
    /// Why images were left out because of a robots.txt, for each host.
    pub robots: BTreeSet<String>,
    /// Pages that were left before their end, because they had none for too long.
    pub endless: u32,
    /// Times that a button was pressed that loads more.
    #[serde(default)]
    pub pressed: u32,
}
