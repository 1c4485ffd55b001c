//! JSON Lines: one object a photo and line, UTF-8, nothing left out.

use std::io::Write;

use anyhow::Result;

use super::record;
use crate::seal::{SealedPhoto, Vault};

/// Writes some photos, a line each.
pub fn write(photos: &[&SealedPhoto], open: Option<&Vault>, mut out: &mut dyn Write) -> Result<()> {
    for sealed in photos {
        serde_json::to_writer(&mut out, &record(sealed, open)?)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
