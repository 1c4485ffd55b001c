//! `[reference.NAME]`: where an entry of the catalogue of reference data is downloaded from.

use anyhow::{Result, ensure};
use serde::Deserialize;
use url::Url;

use crate::reference::Published;

/// Settings of one entry of the catalogue.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReferenceConfig {
    /// The address of its file in place of that in the catalogue, for instance of a mirror.
    pub url: Option<Url>,
}

/// Fails if the catalogue has no such entry.
pub fn check(name: &str) -> Result<()> {
    ensure!(
        Published::named(name).is_some(),
        "[reference.{name}]: the catalogue has no {name}; gleaner reference get lists it"
    );
    Ok(())
}
