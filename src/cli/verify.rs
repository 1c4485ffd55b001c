//! `gleaner verify`: checks that records, sealed fields and files are unchanged since they were written.

use std::collections::HashMap;

use anyhow::Result;
use clap::Args;
use rayon::prelude::*;
use serde::Serialize;

use super::output::{self, counted, print_message};
use super::progress::Meter;
use super::{Global, Outcome, datasets};
use crate::dataset::Dataset;
use crate::files::{BlobKind, BlobName};
use crate::hash::sha256_hex;
use crate::photo::{ImageFile, Photo};
use crate::picture::strip;
use crate::seal::{SealError, Vault};
use crate::store::{ContentDigest, KnownDigest, Store, StoreError, StoreState, StoredRecord, check_key, digest_line};

/// Arguments of `gleaner verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// Read every image and decrypt every sealed field (needs the key)
    #[arg(long)]
    read_data: bool,
}

/// The result of the check.
#[derive(Debug, Default, Serialize)]
struct VerifyReport {
    photos: u64,
    images: u64,
    sealed_fields_opened: u64,
    orphans: u64,
    problems: Vec<String>,
    digest: String,
}

/// Runs `gleaner verify`.
pub fn run(args: &VerifyArgs, global: &Global) -> Result<Outcome> {
    let (dataset, store) = datasets::read(&args.dataset, global)?;
    let mut found = VerifyReport::default();
    let vault = vault(&dataset, store.as_ref(), args.read_data, global)?;
    let stored = stored_files(&dataset, &mut found)?;
    let photos = store.count_by_state()?.iter().map(|(_, count)| count).sum();
    let meter = Meter::new("photo", Some(photos), global.json);
    datasets::exit_on_signal("the check is not complete", None);
    let mut check = Check { dataset: &dataset, vault: vault.as_ref(), read_data: args.read_data, stored };
    let mut digest = Some(ContentDigest::default());
    let before = StoreState::of(store.as_ref());
    let checked = store.check(&mut |batch| {
        meter.work(batch.len() as u64);
        check.batch(&batch, &mut found, &mut digest)
    });
    meter.end();
    let (records, mut problems) = checked?;
    problems.append(&mut found.problems);
    found.problems = problems;
    // Files without a record: a run was interrupted between the file and its record, which is harmless. If a record cannot
    // be read, its files would be counted too.
    let is_whole = records == found.photos;
    if is_whole {
        found.orphans = check.stored.values().filter(|file| !file.has_record).count() as u64;
    }
    found.digest = digest
        .filter(|_| is_whole)
        .map_or_else(|| "none: not every record can be read".to_owned(), ContentDigest::finish);
    if let (Ok(before), true, true, None) = (before, is_whole, found.problems.is_empty(), &vault) {
        let known = KnownDigest { digest: found.digest.clone(), photos: found.photos };
        known.save(store.as_ref(), &dataset, &before);
    }
    print_report(args, &dataset, &found, global.json)
}

/// The vault, if sealed fields are to be opened and there is a key.
fn vault(dataset: &Dataset, store: &dyn Store, wanted: bool, global: &Global) -> Result<Option<Vault>> {
    if !wanted {
        return Ok(None);
    }
    match datasets::key(dataset, store, global) {
        Ok(key) => {
            check_key(store, &key)?;
            Ok(Some(Vault::new(key)))
        }
        Err(err) if err.downcast_ref::<SealError>().is_some_and(|err| matches!(err, SealError::NoKey(_))) => {
            print_message("no key found: sealed fields are not decrypted");
            Ok(None)
        }
        Err(err) => Err(err),
    }
}

/// A stored file.
struct StoredFile {
    bytes: u64,
    /// Whether a record refers to it.
    has_record: bool,
}

/// All stored images and thumbnails, by key. One request per file would take too long in a bucket.
fn stored_files(dataset: &Dataset, found: &mut VerifyReport) -> Result<HashMap<String, StoredFile>> {
    dataset.files().check()?;
    let mut stored = HashMap::new();
    for kind in [BlobKind::Images, BlobKind::Thumbnails] {
        let listed = dataset.files().list(kind, &mut |key, bytes| {
            stored.insert(key, StoredFile { bytes, has_record: false });
        });
        match listed {
            Err(err) if err.is_storage_failure() => return Err(err.into()),
            // After an error of the disk the other files are still checked.
            Err(err) => found.problems.push(format!("{:#}", anyhow::Error::from(err))),
            Ok(()) => {}
        }
    }
    Ok(stored)
}

struct Check<'a> {
    dataset: &'a Dataset,
    vault: Option<&'a Vault>,
    read_data: bool,
    stored: HashMap<String, StoredFile>,
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
    /// Its line in the digest, if its sealed fields could be opened.
    digest_line: Option<Vec<u8>>,
}

impl Check<'_> {
    /// Checks some photos. `digest` becomes `None` at the first photo that cannot be added to it. Fails only if the file
    /// store cannot be reached or a record cannot be written as JSON.
    fn batch(
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
        let name = BlobName::image(file);
        match bytes {
            None => Ok(Some("its image is missing")),
            Some(bytes) if bytes != file.stored_bytes => Ok(Some("its image has another length")),
            Some(_) if self.read_data => match self.dataset.files().read(name) {
                Err(err) if err.is_storage_failure() => Err(err.into()),
                Ok(Some(bytes)) => Ok(image_problem(&bytes, &file.stored_sha256)),
                _ => Ok(Some("its image cannot be read")),
            },
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

fn image_problem(bytes: &[u8], stored_sha256: &str) -> Option<&'static str> {
    if sha256_hex(bytes) != stored_sha256 {
        return Some("its image was changed");
    }
    strip::check_stored(bytes).err().map(|_| "its image holds metadata")
}

fn print_report(args: &VerifyArgs, dataset: &Dataset, found: &VerifyReport, json: bool) -> Result<Outcome> {
    if json {
        output::print_json(found)?;
    } else {
        for problem in &found.problems {
            output::print_data(problem)?;
        }
        let depth = if args.read_data { "every byte read" } else { "lengths only, --read-data reads every byte" };
        output::print_data(&format!(
            "{}: {}, {} ({depth}), {} opened, {}\ndigest {}",
            dataset,
            counted(found.photos, "photo"),
            counted(found.images, "image"),
            counted(found.sealed_fields_opened, "sealed field"),
            counted(found.problems.len() as u64, "problem"),
            found.digest
        ))?;
        if found.orphans > 0 {
            let why =
                if dataset.files().is_shared() { "they may be another dataset's" } else { "a run was interrupted" };
            let files = if found.orphans == 1 {
                "1 file belongs".to_owned()
            } else {
                format!("{} files belong", found.orphans)
            };
            output::print_data(&format!("{files} to no record ({why}; harmless)"))?;
        }
    }
    Ok(if found.problems.is_empty() { Outcome::Success } else { Outcome::Faults })
}
