//! `gleaner verify`: checks that records, sealed fields and files are unchanged since they were written.

mod records;
mod side_files;

use std::collections::HashMap;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use self::records::Check;
use self::side_files::SideFiles;
use super::output::{self, counted, print_message};
use super::progress::Meter;
use super::{Global, Outcome, datasets};
use crate::dataset::Dataset;
use crate::files::BlobKind;
use crate::photo::PhotoId;
use crate::pipeline::file_check::{QuarantineCheck, check_quarantine, check_vectors};
use crate::seal::{SealError, Vault};
use crate::store::{ContentDigest, KnownDigest, Store, StoreCheck, StoreState, check_key};

/// Arguments of `gleaner verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// Read every file: images, thumbnails, rejected downloads, vectors, reviews, heads; decrypt every sealed field (needs the
    /// key)
    #[arg(long)]
    read_data: bool,
}

/// The result of the check.
#[derive(Debug, Default, Serialize)]
struct VerifyReport {
    photos: u64,
    images: u64,
    /// Thumbnails. Their bytes are compared with `--read-data`.
    thumbnails: u64,
    /// Thumbnails of which no hash is known: an older program made them.
    thumbnails_without_hash: u64,
    sealed_fields_opened: u64,
    /// Sealed fields that were not opened, because there is no key or they were not to be read.
    sealed_fields_unopened: u64,
    /// Rejected downloads, with `--read-data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantine: Option<Quarantine>,
    /// Vectors that were read, with `--read-data`.
    vectors: u64,
    /// The other files of the folder, with `--read-data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    side_files: Option<SideFiles>,
    orphans: u64,
    /// Records without a checksum: an older program wrote them.
    without_checksum: u64,
    problems: Vec<String>,
    digest: String,
}

/// Rejected downloads, which are sealed.
#[derive(Debug, Default, Serialize)]
struct Quarantine {
    opened: u64,
    /// Only their form was checked, because there is no key.
    unopened: u64,
    /// Files of other datasets in a shared place.
    foreign: u64,
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
    let StoreCheck { photos: records, without_checksum, mut problems } = checked?;
    found.without_checksum = without_checksum.len() as u64;
    problems.append(&mut found.problems);
    found.problems = problems;
    global.damage.forget();
    found.problems.extend(store.damage().found().others);
    if args.read_data {
        read_files(&dataset, vault.as_ref(), &mut found)?;
        read_vectors(store.as_ref(), &mut found)?;
    }
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
    // A key that is given must be the right one, also if it is not needed.
    let is_given = global.key_file.is_some() || datasets::environment_key()?.is_some();
    if !wanted && !is_given {
        return Ok(None);
    }
    match datasets::key(dataset, store, global) {
        Ok(key) => {
            check_key(store, &key)?;
            Ok(wanted.then(|| Vault::new(key)))
        }
        Err(err)
            if !is_given && err.downcast_ref::<SealError>().is_some_and(|err| matches!(err, SealError::NoKey(_))) =>
        {
            print_message("no key found: sealed fields are not decrypted");
            Ok(None)
        }
        Err(err) => Err(err),
    }
}

/// Reads what is in no record: rejected downloads and the other files of the folder.
fn read_files(dataset: &Dataset, vault: Option<&Vault>, found: &mut VerifyReport) -> Result<()> {
    let QuarantineCheck { opened, unopened, foreign, mut problems } = check_quarantine(dataset.files(), vault)?;
    found.problems.append(&mut problems);
    found.quarantine = Some(Quarantine { opened, unopened, foreign });
    let (files, mut problems) = side_files::check(dataset)?;
    found.problems.append(&mut problems);
    found.side_files = Some(files);
    Ok(())
}

/// Reads every vector. A damaged one is made again by the next `gleaner score`.
fn read_vectors(store: &dyn Store, found: &mut VerifyReport) -> Result<()> {
    let (read, damaged) = check_vectors(store)?;
    found.vectors += read;
    let problem = |(id, model): (PhotoId, String)| format!("{id}: its vector of the model {model} is damaged");
    found.problems.extend(damaged.into_iter().map(problem));
    Ok(())
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

fn print_report(args: &VerifyArgs, dataset: &Dataset, found: &VerifyReport, json: bool) -> Result<Outcome> {
    if json {
        output::print_json(found)?;
    } else {
        for problem in &found.problems {
            output::print_data(problem)?;
        }
        let depth = if args.read_data { "every byte read" } else { "lengths only, --read-data reads every byte" };
        found.notes().iter().try_for_each(|note| output::print_data(note))?;
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

impl VerifyReport {
    /// What was not checked, and why: one sentence each.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.without_checksum > 0 {
            let records = counted(self.without_checksum, "record");
            notes.push(format!("no checksum yet: {records} (an older program wrote them; gleaner repair adds it)"));
        }
        if let Some(Quarantine { opened, unopened, foreign }) = &self.quarantine {
            let files = counted(opened + unopened, "rejected download");
            notes.push(match (unopened, foreign) {
                (0, 0) => format!("quarantine: {files} opened"),
                (0, foreign) => format!("quarantine: {files} opened, {foreign} of other datasets not"),
                _ => format!("quarantine: {files}, not opened without the key"),
            });
        }
        if self.quarantine.is_some() && self.sealed_fields_unopened > 0 {
            notes.push(format!("not opened without the key: {}", counted(self.sealed_fields_unopened, "sealed field")));
        }
        if self.thumbnails_without_hash > 0 {
            let thumbnails = counted(self.thumbnails_without_hash, "thumbnail");
            notes.push(format!("no hash known: {thumbnails} (an older program made them; gleaner repair adds it)"));
        }
        notes.extend(self.side_files.iter().flat_map(SideFiles::notes));
        notes
    }
}
