//! `gleaner verify`: are records, sealed fields and files what they were when they were written?

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::report::{self, say};
use super::{Global, Outcome, workplace};
use crate::dataset::Dataset;
use crate::picture::strip;
use crate::seal::{SealError, SealedPhoto, Vault};
use crate::stages::hex_sha256;
use crate::store::{self, Store, check_key, for_each};

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
    let mut check =
        Check { dataset: &dataset, vault: vault.as_ref(), read_data: args.read_data, referenced: HashSet::new() };
    let walked = for_each(store.as_ref(), |sealed| {
        check.photo(&sealed, &mut findings);
        Ok(())
    });
    // Where a record could not be read its files seem to be nobody's.
    if walked.is_ok() {
        for folder in ["images", "thumbs"] {
            findings.orphans += check.orphans(&dataset.root().join(folder));
        }
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

struct Check<'a> {
    dataset: &'a Dataset,
    vault: Option<&'a Vault>,
    read_data: bool,
    referenced: HashSet<String>,
}

impl Check<'_> {
    fn photo(&mut self, sealed: &SealedPhoto, findings: &mut Findings) {
        let photo = sealed.photo();
        findings.photos += 1;
        if let Some(file) = &photo.file {
            self.referenced.insert(file.sha256.clone());
            findings.images += 1;
            let path = self.dataset.image(&file.sha256, &file.format);
            let problem = match fs::metadata(&path) {
                Err(_) => Some("its image is missing"),
                Ok(meta) if meta.len() != file.stored_bytes => Some("its image has another length"),
                Ok(_) if self.read_data => changed(&path, &file.stored_sha256),
                Ok(_) => None,
            };
            findings.problems.extend(problem.map(|problem| format!("{}: {problem}", photo.id)));
            if photo.thumbnail.is_some() && !self.dataset.thumbnail(&file.sha256).is_file() {
                findings.problems.push(format!("{}: its thumbnail is missing", photo.id));
            }
        }
        if let Some(vault) = self.vault {
            match vault.open(sealed) {
                Ok(values) => findings.sealed_fields_opened += values.len() as u64,
                Err(err) => findings.problems.push(err.to_string()),
            }
        }
    }

    /// Files that no record names: a run was cut between a file and its record. Harmless.
    fn orphans(&self, folder: &Path) -> u64 {
        let shards = fs::read_dir(folder).into_iter().flatten().flatten();
        let files = shards.flat_map(|shard| fs::read_dir(shard.path()).into_iter().flatten().flatten());
        let orphan = |file: &fs::DirEntry| {
            file.path().file_stem().is_none_or(|stem| !self.referenced.contains(&*stem.to_string_lossy()))
        };
        files.filter(orphan).count() as u64
    }
}

fn changed(path: &Path, stored_sha256: &str) -> Option<&'static str> {
    let Ok(bytes) = fs::read(path) else { return Some("its image cannot be read") };
    if hex_sha256(&bytes) != stored_sha256 {
        return Some("its image was changed");
    }
    strip::check(&bytes).err().map(|_| "its image holds metadata")
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
            report::data(&format!("{} files belong to no record (a run was cut short; harmless)", findings.orphans))?;
        }
    }
    Ok(if findings.problems.is_empty() { Outcome::Well } else { Outcome::Faults })
}
