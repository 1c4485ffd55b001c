//! JSON Lines: one object per photo, one per line, UTF-8, with every field.

use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;

use super::record::record;
use super::{ExportFormat, Exporter, KeyUse, SHARE, Target};
use crate::seal::{SealedPhoto, Vault};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    name: "jsonl",
    aliases: &[],
    label: "JSON Lines",
    description: "One JSON object per line and photo, with all fields",
    suffix: "jsonl",
    media_type: "application/jsonl",
    targets: &[Target::Stream],
    key: KeyUse::ToUnseal,
    options: &[],
    open: |context| Ok(Box::new(JsonLines { vault: context.unsealing() })),
};

struct JsonLines {
    vault: Option<Arc<Vault>>,
}

impl Exporter for JsonLines {
    fn write(&mut self, photos: &[&SealedPhoto], out: &mut dyn Write) -> Result<()> {
        let vault = self.vault.as_deref();
        let lines =
            photos.par_iter().with_min_len(SHARE).map(|sealed| Ok(serde_json::to_vec(&record(sealed, vault)?)?));
        for mut line in lines.collect::<Result<Vec<Vec<u8>>>>()? {
            line.push(b'\n');
            out.write_all(&line)?;
        }
        Ok(())
    }
}
