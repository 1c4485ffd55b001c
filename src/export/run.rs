//! Runs one export in batches of photos.

use std::io::Write;

use anyhow::{Context, Result};
use rayon::prelude::*;

use super::manifest::{Checksum, Ended, Manifest, Request, Summing, Tally};
use super::{ExportContext, ExportFormat, ExportSummary, Exporter, SHARE};
use crate::dataset::Dataset;
use crate::explorer;
use crate::photo::PhotoId;
use crate::photo::filter::Filter;
use crate::store::{KnownDigest, Store, StoreError, StoreState, StoredRecord, for_each_batch, for_each_loaded_batch};

/// Photos read at a time by [`Export::next`].
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
    dataset: Dataset,
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
            dataset: context.dataset.clone(),
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
        self.begin(store, out)?;
        let batch = store.scan_records(self.after.as_ref(), BATCH)?;
        if batch.is_empty() { self.finish(out) } else { self.photos_read(&batch, out).map(|()| None) }
    }

    /// What comes before the first photo, once.
    fn begin(&mut self, store: &dyn Store, out: &mut dyn Write) -> Result<()> {
        if self.begun {
            return Ok(());
        }
        self.recording(out, |this, tally, out| {
            if let Some(tally) = tally {
                tally.all_records = KnownDigest::load(store, &this.dataset);
            }
            this.exporter.begin(store, out)
        })?;
        self.begun = true;
        Ok(())
    }

    /// Passes on a part of what comes after the last photo; returns the summary after the last part.
    fn finish(&mut self, out: &mut dyn Write) -> Result<Option<ExportSummary>> {
        self.recording(
            out,
            |this, _, out| {
                if this.exporter.drain(out)? { Ok(None) } else { this.exporter.end(out).map(Some) }
            },
        )
    }

    /// Writes those of some photos that pass.
    fn photos_read(&mut self, records: &[StoredRecord], out: &mut dyn Write) -> Result<()> {
        self.after = records.last().map(|last| last.id().clone());
        self.read += records.len() as u64;
        self.recording(out, |this, tally, out| {
            let passing = this.write_passing(records, out)?;
            tally.map_or(Ok(()), |tally| tally.add(records, &passing))
        })
    }

    /// Writes those of some photos that pass, and returns them.
    fn write_passing<'a>(&mut self, records: &'a [StoredRecord], out: &mut dyn Write) -> Result<Vec<&'a StoredRecord>> {
        let (filter, exporter) = (&self.filter, &self.exporter);
        let is_whole = filter.reads_texts() || exporter.reads_whole_photos();
        let passes = |record: &'a StoredRecord| {
            let photo = if is_whole { record.sealed()?.photo() } else { record.outline()? };
            Ok((photo.is_listed() && filter.matches(photo)).then_some(record))
        };
        let passing = records.par_iter().with_min_len(SHARE).map(passes);
        let passing = passing.filter_map(Result::transpose).collect::<Result<Vec<_>, StoreError>>()?;
        self.exporter.write(&passing, out)?;
        self.photos += passing.len() as u64;
        Ok(passing)
    }

    /// Writes the photos that pass according to the explorer's snapshot, without reading the others. Returns whether that is
    /// possible: a manifest also needs the digest of all records.
    fn write_selected(
        &mut self,
        store: &dyn Store,
        out: &mut dyn Write,
        on_batch: &mut dyn FnMut(u64),
    ) -> Result<bool> {
        if self.filter.clauses.is_empty() || self.read > 0 {
            return Ok(false);
        }
        if self.record.as_ref().is_some_and(|(tally, _)| tally.all_records.is_none()) {
            return Ok(false);
        }
        let Some(ids) = explorer::passing(store, &self.dataset, &self.filter)? else { return Ok(false) };
        for_each_loaded_batch(store, &ids, |photos| {
            self.read += photos.len() as u64;
            self.recording(out, |this, tally, out| {
                // The columns may be older than the record.
                let passing = this.write_passing(&photos, out)?;
                tally.map_or(Ok(()), |tally| tally.add_passing(&passing))
            })?;
            on_batch(self.read);
            Ok(())
        })?;
        Ok(true)
    }

    /// Does a step of the work, and notes what it writes if a manifest is wanted.
    fn recording<T>(
        &mut self,
        out: &mut dyn Write,
        step: impl FnOnce(&mut Self, Option<&mut Tally>, &mut dyn Write) -> Result<T>,
    ) -> Result<T> {
        let Some((mut tally, mut sum)) = self.record.take() else { return step(self, None, out) };
        let done = step(self, Some(&mut tally), &mut Summing { out, sum: &mut sum });
        self.record = Some((tally, sum));
        done
    }

    /// Writes everything; returns the number of photos and the summary.
    pub fn write_all(mut self, store: &dyn Store, out: &mut dyn Write) -> Result<(u64, ExportSummary)> {
        let summary = self.write_all_with(store, out, &mut |_| {})?;
        Ok((self.photos, summary))
    }

    /// The same; `on_batch` is called with the number of photos that were read so far. The next photos are read while
    /// some are written.
    pub fn write_all_with(
        &mut self,
        store: &dyn Store,
        out: &mut dyn Write,
        on_batch: &mut dyn FnMut(u64),
    ) -> Result<ExportSummary> {
        store.check_counts()?;
        self.begin(store, out)?;
        if !self.write_selected(store, out, on_batch)? {
            let seq = store.last_seq()?;
            let unknown = self.record.as_ref().is_some_and(|(tally, _)| tally.all_records.is_none());
            let before = unknown.then(|| StoreState::of(store)).transpose()?;
            for_each_batch(store, |photos| {
                self.photos_read(&photos, out)?;
                on_batch(self.read);
                Ok(())
            })?;
            self.check_all_read(store, seq)?;
            if let (Some(before), Some((tally, _))) = (before, &self.record) {
                // Without the damaged records it is not the digest of the dataset.
                if store.damage().is_empty() {
                    tally.known_digest().save(store, &self.dataset, &before);
                }
            }
        }
        loop {
            if let Some(summary) = self.finish(out)? {
                out.flush()?;
                return Ok(summary);
            }
        }
    }

    /// Notes in the store's damage if fewer records were read than there are: a damaged index skips some.
    fn check_all_read(&self, store: &dyn Store, seq: u64) -> Result<()> {
        let damage = store.damage();
        let seen = self.read + damage.found().records.len() as u64;
        let stored: u64 = store.count_by_state()?.iter().map(|(_, count)| count).sum();
        if seen != stored && store.last_seq()? == seq {
            damage.add_other(format!("{seen} of {stored} records could be read"));
        }
        Ok(())
    }

    /// The manifest of an export that has ended and was [`recorded`](Self::recorded). `name` is that of the file.
    pub fn manifest(self, store: &dyn Store, summary: &ExportSummary, name: Option<String>) -> Result<Manifest> {
        let (tally, sum) = self.record.context("the export was not recorded")?;
        let sum = (!self.to_database).then_some(sum);
        let (request, filter) = (&self.request, &self.filter);
        Ended { request, filter, photos: self.photos, tally, sum, summary, name }.manifest(store)
    }
}
