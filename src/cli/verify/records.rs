//! Checks the records of a dataset with their images and thumbnails.

use std::collections::HashMap;

use anyhow::Result;
use rayon::prelude::*;

use super::{StoredFile, VerifyReport};
use crate::dataset::Dataset;
use crate::files::BlobName;
use crate::photo::{ImageFile, Photo};
use crate::pipeline::file_check::{image_problem, thumbnail_problem};
use crate::seal::Vault;
use crate::store::{ContentDigest, StoreError, StoredRecord, digest_line};

/// Checks records and their files.
pub struct Check<'a> {
    pub dataset: &'a Dataset,
    pub vault: Option<&'a Vault>,
    pub read_data: bool,
    pub stored: HashMap<String, StoredFile>,
}

/// The lengths of a photo's files in bytes, as they are stored.
struct FileLengths {
    image: Option<u64>,
    thumbnail: Option<u64>,
}

/// What the check of one photo found.
#[derive(Default)]
struct Checked {
    problems: Vec<String>,
    sealed_fields_opened: u64,
    unsummed_thumbnail: bool,
    /// Its line in the digest, if its sealed fields could be opened.
    digest_line: Option<Vec<u8>>,
}

impl Check<'_> {
    /// Checks some photos. `digest` becomes `None` at the first photo that cannot be added to it. Fails only if the file
    /// store cannot be reached or a record cannot be written as JSON.
    pub fn batch(
        &mut self,
        batch: &[StoredRecord],
        found: &mut VerifyReport,
        digest: &mut Option<ContentDigest>,
    ) -> Result<()> {
        let lengths: Vec<FileLengths> =
            batch.iter().map(|record| self.lengths(record.files()?)).collect::<Result<_>>()?;
        let this = &*self;
        let checked: Vec<Checked> = batch
            .par_iter()
            .zip(lengths)
            .map(|(record, lengths)| this.photo(record, &lengths))
            .collect::<Result<_>>()?;
        for (record, checked) in batch.iter().zip(checked) {
            found.photos += 1;
            found.images += u64::from(record.files()?.file.is_some());
            found.sealed_fields_opened += checked.sealed_fields_opened;
            found.thumbnails += u64::from(record.files()?.thumbnail.is_some());
            found.thumbnails_without_hash += u64::from(checked.unsummed_thumbnail);
            found.sealed_fields_unopened +=
                if self.vault.is_none() { record.sealed_fields().count() as u64 } else { 0 };
            found.problems.extend(checked.problems);
            match (&mut *digest, checked.digest_line) {
                (Some(digest), Some(line)) => digest.add(&line),
                _ => *digest = None,
            }
        }
        Ok(())
    }

    /// The lengths of a photo's files.
    fn lengths(&mut self, photo: &Photo) -> Result<FileLengths> {
        let Some(file) = &photo.file else { return Ok(FileLengths { image: None, thumbnail: None }) };
        Ok(FileLengths {
            image: self.bytes(BlobName::image(file), true)?,
            thumbnail: self.bytes(BlobName::thumbnail(file), photo.thumbnail.is_some())?,
        })
    }

    /// Checks a photo. Fails only as [`Check::batch`] does.
    fn photo(&self, record: &StoredRecord, lengths: &FileLengths) -> Result<Checked> {
        let photo = record.files()?;
        let mut checked = Checked::default();
        if let Some(file) = &photo.file {
            let problem = self.image(file, lengths.image)?;
            checked.problems.extend(problem.map(|problem| format!("{}: {problem}", photo.id)));
            if photo.thumbnail.is_some() && lengths.thumbnail.is_none() {
                checked.problems.push(format!("{}: its thumbnail is missing", photo.id));
            } else if self.read_data && photo.thumbnail.is_some() {
                let problem = thumbnail_problem(self.dataset.files(), photo)?;
                checked.problems.extend(problem.map(|problem| format!("{}: {problem}", photo.id)));
                checked.unsummed_thumbnail =
                    photo.thumbnail.as_ref().is_some_and(|thumbnail| thumbnail.sha256.is_none());
            }
        }
        let sealed = self.vault.map(|vault| Ok::<_, StoreError>((vault, record.sealed()?))).transpose()?;
        let opened = match sealed.map(|(vault, sealed)| vault.open(sealed)).transpose() {
            Ok(opened) => opened,
            Err(err) => {
                checked.problems.push(err.to_string());
                return Ok(checked);
            }
        };
        checked.sealed_fields_opened = opened.as_ref().map_or(0, |values| values.len() as u64);
        let mut line = Vec::new();
        digest_line(record, opened, &mut line)?;
        checked.digest_line = Some(line);
        Ok(checked)
    }

    fn image(&self, file: &ImageFile, bytes: Option<u64>) -> Result<Option<&'static str>> {
        match bytes {
            None => Ok(Some("its image is missing")),
            Some(bytes) if bytes != file.stored_bytes => Ok(Some("its image has another length")),
            Some(_) if self.read_data => Ok(image_problem(self.dataset.files(), file)?),
            Some(_) => Ok(None),
        }
    }

    /// The size of a record's file. A file that is not in the list may be newer than the list, so it is looked up if
    /// `wanted`.
    fn bytes(&mut self, name: BlobName<'_>, wanted: bool) -> Result<Option<u64>> {
        if let Some(file) = self.stored.get_mut(&name.key()) {
            file.has_record = true;
            return Ok(Some(file.bytes));
        }
        if !wanted {
            return Ok(None);
        }
        match self.dataset.files().len(name) {
            Err(err) if err.is_storage_failure() => Err(err.into()),
            found => Ok(found.ok().flatten()),
        }
    }
}
