//! `gleaner verify`: are records, sealed fields and files what they were when they were written?

use std::collections::HashMap;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::report::{self, say};
use super::{Global, Outcome, workplace};
use crate::dataset::Dataset;
use crate::files::{BlobKind, BlobName, FilesError};
use crate::hash::sha256_hex;
use crate::photo::ImageFile;
use crate::picture::strip;
use crate::seal::{SealError, SealedPhoto, Vault};
use crate::store::{self, Store, check_key, for_each_sealed};

/// Arguments of `gleaner verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// Read every image and open every sealed field (needs the key)
    #[arg(long)]
    read_data: bool,
}

/// What was found.
#[derive(Debug, Default, Serialize)]
struct Findings {
    photos: u64,
    images: u64,
    sealed_fields_opened: u64,
    orphans: u64,
    problems: Vec<String>,
    digest: String,
}

/// Runs `gleaner verify`.
pub fn run(args: &VerifyArgs, global: &Global) -> Result<Outcome> {
    let (dataset, store) = workplace::read(&args.dataset, global)?;
    let mut findings = Findings { problems: store::verify(&dataset)?.problems, ..Findings::default() };
    let vault = vault(&dataset, store.as_ref(), args.read_data, global)?;
    let lying = lying(&dataset, &mut findings)?;
    let mut check = Check { dataset: &dataset, vault: vault.as_ref(), read_data: args.read_data, lying };
    let walked = for_each_sealed(store.as_ref(), |sealed| check.photo(&sealed, &mut findings));
    let walked = match walked {
        Err(err) if err.downcast_ref::<FilesError>().is_some() => return Err(err),
        walked => walked,
    };
    // Files that no record names: a run was cut between a file and its record. Harmless; and where a record could not
    // be read its files seem to be nobody's.
    if walked.is_ok() {
        findings.orphans = check.lying.values().filter(|lies| !lies.named).count() as u64;
    }
    findings.digest = match walked.and_then(|()| store::digest(store.as_ref(), vault.as_ref())) {
        Ok(digest) => digest,
        // What the store's own check named is said, all of it.
        Err(_) if !findings.problems.is_empty() => "none: not every record can be read".to_owned(),
        Err(err) => return Err(err),
    };
    tell(args, &dataset, &findings, global.json)
}

/// The key is looked for only where sealed fields are to be opened.
fn vault(dataset: &Dataset, store: &dyn Store, wanted: bool, global: &Global) -> Result<Option<Vault>> {
    if !wanted {
        return Ok(None);
    }
    match workplace::key(dataset, store, global) {
        Ok(key) => {
            check_key(store, &key)?;
            Ok(Some(Vault::new(key)))
        }
        Err(err) if err.downcast_ref::<SealError>().is_some_and(|err| matches!(err, SealError::NoKey(_))) => {
            say("there is no key here: sealed fields are not opened");
            Ok(None)
        }
        Err(err) => Err(err),
    }
}

/// A file that lies there.
struct Lies {
    bytes: u64,
    /// Whether a record names it.
    named: bool,
}

/// All images and thumbnails that there are, by key: asking for each alone takes too long where they lie far away.
fn lying(dataset: &Dataset, findings: &mut Findings) -> Result<HashMap<String, Lies>> {
    dataset.files().check()?;
    let mut lying = HashMap::new();
    for kind in [BlobKind::Images, BlobKind::Thumbnails] {
        let listed = dataset.files().list(kind, &mut |key, bytes| {
            lying.insert(key, Lies { bytes, named: false });
        });
        match listed {
            Err(err) if err.is_storage_failure() => return Err(err.into()),
            // A bad sector does not keep us from looking at the rest.
            Err(err) => findings.problems.push(format!("{:#}", anyhow::Error::from(err))),
            Ok(()) => {}
        }
    }
    Ok(lying)
}

struct Check<'a> {
    dataset: &'a Dataset,
    vault: Option<&'a Vault>,
    read_data: bool,
    lying: HashMap<String, Lies>,
}

impl Check<'_> {
    /// Adds what is wrong with a photo; an error ends it: the files cannot be reached.
    fn photo(&mut self, sealed: &SealedPhoto, findings: &mut Findings) -> Result<()> {
        let photo = sealed.photo();
        findings.photos += 1;
        if let Some(file) = &photo.file {
            findings.images += 1;
            let problem = self.image(file)?;
            findings.problems.extend(problem.map(|problem| format!("{}: {problem}", photo.id)));
            let lies = self.bytes(BlobName::thumbnail(file), photo.thumbnail.is_some())?;
            if photo.thumbnail.is_some() && lies.is_none() {
                findings.problems.push(format!("{}: its thumbnail is missing", photo.id));
            }
        }
        if let Some(vault) = self.vault {
            match vault.open(sealed) {
                Ok(values) => findings.sealed_fields_opened += values.len() as u64,
                Err(err) => findings.problems.push(err.to_string()),
            }
        }
        Ok(())
    }

    fn image(&mut self, file: &ImageFile) -> Result<Option<&'static str>> {
        let name = BlobName::image(file);
        match self.bytes(name, true)? {
            None => Ok(Some("its image is missing")),
            Some(bytes) if bytes != file.stored_bytes => Ok(Some("its image has another length")),
            Some(_) if self.read_data => match self.dataset.files().read(name) {
                Err(err) if err.is_storage_failure() => Err(err.into()),
                Ok(Some(bytes)) => Ok(changed(&bytes, &file.stored_sha256)),
                _ => Ok(Some("its image cannot be read")),
            },
            Some(_) => Ok(None),
        }
    }

    /// How long a file is that a record names; what came after the list was made is looked for once more where it is
    /// wanted.
    fn bytes(&mut self, name: BlobName<'_>, wanted: bool) -> Result<Option<u64>> {
        if let Some(lies) = self.lying.get_mut(&name.key()) {
            lies.named = true;
            return Ok(Some(lies.bytes));
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

fn changed(bytes: &[u8], stored_sha256: &str) -> Option<&'static str> {
    if sha256_hex(bytes) != stored_sha256 {
        return Some("its image was changed");
    }
    strip::check(bytes).err().map(|_| "its image holds metadata")
}

fn tell(args: &VerifyArgs, dataset: &Dataset, findings: &Findings, json: bool) -> Result<Outcome> {
    if json {
        report::json_data(findings)?;
    } else {
        for problem in &findings.problems {
            report::data(problem)?;
        }
        let depth = if args.read_data { "every byte read" } else { "lengths only, --read-data reads every byte" };
        report::data(&format!(
            "{}: {} photos, {} images ({depth}), {} sealed fields opened, {} problems\ndigest {}",
            dataset,
            findings.photos,
            findings.images,
            findings.sealed_fields_opened,
            findings.problems.len(),
            findings.digest
        ))?;
        if findings.orphans > 0 {
            let why = if dataset.files().is_shared() { "they may be another dataset's" } else { "a run was cut short" };
            report::data(&format!("{} files belong to no record ({why}; harmless)", findings.orphans))?;
        }
    }
    Ok(if findings.problems.is_empty() { Outcome::Well } else { Outcome::Faults })
}
