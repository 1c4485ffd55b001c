//! `[setting]`: what speaks for a wild or a captive animal.

use anyhow::Result;
use serde::Deserialize;

use crate::photo::SettingName;
use crate::setting::{Concepts, default_concepts};

/// What speaks for a setting besides words and the source.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Concepts -> the setting for which their scores speak.
    pub concepts: Concepts,
}

impl Default for Settings {
    fn default() -> Self {
        Self { concepts: default_concepts() }
    }
}

impl Settings {
    pub(super) fn check(&self) -> Result<()> {
        let unknown = self.concepts.iter().find(|(_, setting)| **setting == SettingName::Unknown);
        anyhow::ensure!(unknown.is_none(), "[setting] concepts speak for a setting, not for unknown");
        Ok(())
    }
}
