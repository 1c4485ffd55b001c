//! JSON Lines: one object a photo and line, UTF-8, nothing left out.

use std::io::Write;

use anyhow::Result;

use super::{Selection, for_some, record};
use crate::store::Store;

/// See [`super::write_some`].
pub fn write(store: &dyn Store, some: &Selection, mut out: &mut dyn Write) -> Result<u64> {
    let photos = for_some(store, some.filter, |sealed| {
        serde_json::to_writer(&mut out, &record(&sealed, some.open)?)?;
        out.write_all(b"\n")?;
        Ok(())
    })?;
    out.flush()?;
    Ok(photos)
}
