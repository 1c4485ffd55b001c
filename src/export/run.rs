//! Runs one export in batches of photos.

use std::io::Write;

use anyhow::Result;

use super::{ExportContext, ExportFormat, ExportSummary, Exporter};
use crate::photo::filter::Filter;
use crate::photo::{Photo, PhotoId};
use crate::store::Store;

/// Photos read at a time.
const BATCH: usize = 64;

/// A running export. Each step writes one batch, so no thread waits for a slow reader.
pub struct Export {
    exporter: Box<dyn Exporter>,
    filter: Filter,
    begun: bool,
    read: u64,
    /// The last photo that was read.
    after: Option<PhotoId>,
    photos: u64,
}

impl Export {
    /// Starts an export of the photos that match a filter.
    pub fn open(format: &ExportFormat, context: &ExportContext, filter: Filter) -> Result<Self> {
        let exporter = (format.open)(context)?;
        Ok(Self { exporter, filter, begun: false, read: 0, after: None, photos: 0 })
    }

    /// Photos written so far.
    pub fn photos(&self) -> u64 {
        self.photos
    }

    /// Writes the next batch. After the last one it writes the end and returns the summary.
    pub fn next(&mut self, store: &dyn Store, out: &mut dyn Write) -> Result<Option<ExportSummary>> {
        if !self.begun {
            self.exporter.begin(store, out)?;
            self.begun = true;
        }
        let batch = store.scan_sealed(self.after.as_ref(), BATCH)?;
        let Some(last) = batch.last() else { return self.exporter.end(out).map(Some) };
        self.after = Some(last.photo().id.clone());
        self.read += batch.len() as u64;
        let passes = |photo: &Photo| photo.is_listed() && self.filter.matches(photo);
        let passing: Vec<_> = batch.iter().filter(|sealed| passes(sealed.photo())).collect();
        self.exporter.write(&passing, out)?;
        self.photos += passing.len() as u64;
        Ok(None)
    }

    /// Writes everything; returns the number of photos and the summary.
    pub fn write_all(self, store: &dyn Store, out: &mut dyn Write) -> Result<(u64, ExportSummary)> {
        self.write_all_with(store, out, &mut |_| {})
    }

    /// The same; `on_batch` is called with the number of photos that were read so far.
    pub fn write_all_with(
        mut self,
        store: &dyn Store,
        out: &mut dyn Write,
        on_batch: &mut dyn FnMut(u64),
    ) -> Result<(u64, ExportSummary)> {
        loop {
            on_batch(self.read);
            if let Some(summary) = self.next(store, out)? {
                out.flush()?;
                return Ok((self.photos, summary));
            }
        }
    }
}
