//! Runs one export in batches of photos.

use std::io::Write;

use anyhow::{Context, Result};

use super::manifest::{Checksum, Ended, Manifest, Request, Summing, Tally};
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
    request: Request,
    begun: bool,
    read: u64,
    /// The last photo that was read.
    after: Option<PhotoId>,
    photos: u64,
    /// What the manifest needs, if one is wanted.
    record: Option<(Tally, Checksum)>,
    to_database: bool,
}

impl Export {
    /// Starts an export of the photos that match a filter.
    pub fn open(format: &'static ExportFormat, context: &ExportContext, filter: Filter) -> Result<Self> {
        let request = Request {
            dataset: context.dataset.name(),
            format,
            options: context.options.clone(),
            unseal: context.unseal,
        };
        Ok(Self {
            exporter: (format.open)(context)?,
            filter,
            request,
            begun: false,
            read: 0,
            after: None,
            photos: 0,
            record: None,
            to_database: context.server.is_some(),
        })
    }

    /// The same with a record of what is written, for [`Export::manifest`].
    pub fn recorded(self) -> Self {
        Self { record: Some((Tally::default(), Checksum::default())), ..self }
    }

    /// Photos written so far.
    pub fn photos(&self) -> u64 {
        self.photos
    }

    /// Photos read so far, whether they pass the filter or not.
    pub fn read(&self) -> u64 {
        self.read
    }

    /// Writes the next batch. After the last one it writes the end and returns the summary.
    pub fn next(&mut self, store: &dyn Store, out: &mut dyn Write) -> Result<Option<ExportSummary>> {
        let Some((mut tally, mut sum)) = self.record.take() else { return self.batch(store, None, out) };
        let summary = self.batch(store, Some(&mut tally), &mut Summing { out, sum: &mut sum });
        self.record = Some((tally, sum));
        summary
    }

    fn batch(
        &mut self,
        store: &dyn Store,
        tally: Option<&mut Tally>,
        out: &mut dyn Write,
    ) -> Result<Option<ExportSummary>> {
        if !self.begun {
            self.exporter.begin(store, out)?;
            self.begun = true;
        }
        let batch = store.scan_sealed(self.after.as_ref(), BATCH)?;
        let Some(last) = batch.last() else {
            return if self.exporter.drain(out)? { Ok(None) } else { self.exporter.end(out).map(Some) };
        };
        self.after = Some(last.photo().id.clone());
        self.read += batch.len() as u64;
        let passes = |photo: &Photo| photo.is_listed() && self.filter.matches(photo);
        let passing: Vec<_> = batch.iter().filter(|sealed| passes(sealed.photo())).collect();
        self.exporter.write(&passing, out)?;
        self.photos += passing.len() as u64;
        tally.map_or(Ok(()), |tally| tally.add(&batch, &passing))?;
        Ok(None)
    }

    /// Writes everything; returns the number of photos and the summary.
    pub fn write_all(mut self, store: &dyn Store, out: &mut dyn Write) -> Result<(u64, ExportSummary)> {
        let summary = self.write_all_with(store, out, &mut |_| {})?;
        Ok((self.photos, summary))
    }

    /// The same; `on_batch` is called with the number of photos that were read so far.
    pub fn write_all_with(
        &mut self,
        store: &dyn Store,
        out: &mut dyn Write,
        on_batch: &mut dyn FnMut(u64),
    ) -> Result<ExportSummary> {
        loop {
            on_batch(self.read);
            if let Some(summary) = self.next(store, out)? {
                out.flush()?;
                return Ok(summary);
            }
        }
    }

    /// The manifest of an export that has ended and was [`recorded`](Self::recorded). `name` is that of the file.
    pub fn manifest(self, store: &dyn Store, summary: &ExportSummary, name: Option<String>) -> Result<Manifest> {
        let (tally, sum) = self.record.context("the export was not recorded")?;
        let sum = (!self.to_database).then_some(sum);
        let (request, filter) = (&self.request, &self.filter);
        Ended { request, filter, photos: self.photos, tally, sum, summary, name }.manifest(store)
    }
}
