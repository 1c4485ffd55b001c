//! JSON Lines: one object a photo and line, UTF-8, nothing left out.

use std::io::Write;

use anyhow::Result;

use super::record;
use crate::seal::Vault;
use crate::store::{Store, for_each};

/// See [`super::write`].
pub fn write(store: &dyn Store, open: Option<&Vault>, mut out: &mut dyn Write) -> Result<u64> {
    let mut photos = 0;
    for_each(store, |sealed| {
        serde_json::to_writer(&mut out, &record(&sealed, open)?)?;
        out.write_all(b"\n")?;
        photos += 1;
        Ok(())
    })?;
    out.flush()?;
    Ok(photos)
}
