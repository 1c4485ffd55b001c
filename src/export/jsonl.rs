//! JSON Lines: one object per photo, one per line, UTF-8, with every field.

use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;

use super::record;
use super::{ExportFormat, Exporter, KeyUse, Target};
use crate::seal::Vault;
use crate::store::StoredRecord;

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

/// Photos that one core writes into one piece.
const PIECE: usize = 32;

struct JsonLines {
    vault: Option<Arc<Vault>>,
}

impl Exporter for JsonLines {
    fn write(&mut self, records: &[&StoredRecord], out: &mut dyn Write) -> Result<()> {
        let vault = self.vault.as_deref();
        let piece = |records: &[&StoredRecord]| {
            let mut lines = Vec::new();
            for record in records {
                record::write(record, vault, &mut lines)?;
                lines.push(b'\n');
            }
            Ok(lines)
        };
        for lines in records.par_chunks(PIECE).map(piece).collect::<Result<Vec<Vec<u8>>>>()? {
            out.write_all(&lines)?;
        }
        Ok(())
    }
}
