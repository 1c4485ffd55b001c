//! JSON Lines: one object per photo, one per line, UTF-8, with every field.

use std::io::Write;
use std::sync::Arc;

use anyhow::Result;

use super::record::record;
use super::{ExportFormat, Exporter, KeyUse, Target};
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
    fn write(&mut self, photos: &[&SealedPhoto], mut out: &mut dyn Write) -> Result<()> {
        for sealed in photos {
            serde_json::to_writer(&mut out, &record(sealed, self.vault.as_deref())?)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}
