//! Where a dataset's image files lie, as the settings say; the keys to a bucket come from the environment.

use std::env;

use anyhow::Result;

use crate::bucket::{Bucket, Keys};
use crate::config::Config;
use crate::dataset::Dataset;
use crate::files::{Files, FilesError};
use crate::net::Secret;

/// The dataset with its files where `[files]` says; asks nobody.
pub fn attach(dataset: Dataset, config: &Config) -> Result<Dataset> {
    if let Some(folder) = &config.files.folder {
        return Ok(dataset.with_files(Files::in_folder(folder)));
    }
    let Some(address) = config.files.bucket()? else { return Ok(dataset) };
    let keys = keys();
    let bucket = Bucket::new(address, keys.as_ref(), &config.net.client(), config.net.patience())?;
    Ok(dataset.with_files(Files::in_store(bucket)))
}

/// The variables that every tool for S3 reads.
fn keys() -> Option<Keys> {
    Some(Keys {
        id: secret("AWS_ACCESS_KEY_ID")?,
        secret: secret("AWS_SECRET_ACCESS_KEY")?,
        session: secret("AWS_SESSION_TOKEN"),
    })
}

fn secret(variable: &str) -> Option<Secret> {
    env::var(variable).ok().filter(|text| !text.trim().is_empty()).map(|text| Secret::new(&text))
}

/// The exit code of what is wrong with the files, and what to do about it.
pub fn diagnosis(err: &FilesError) -> Option<(u8, Option<String>)> {
    let (code, hint) = match err {
        // What the disk says comes after it.
        FilesError::Disk { .. } => return None,
        FilesError::NoFolder(_) => {
            (2, "is its disk mounted? Otherwise make it, or correct [files] folder in gleaner.toml")
        }
        FilesError::NoKeys(_) => {
            (2, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN where the keys are lent)")
        }
        FilesError::Refused { .. } => (
            13,
            "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: are they right, is the clock, may they list, read, write and \
             delete objects in this bucket? What was kept so far stays",
        ),
        FilesError::NoBucket(_) => (
            2,
            "check bucket, endpoint and region in [files] of gleaner.toml; a bucket is made by its owner, not by gleaner",
        ),
        FilesError::Unanswered { .. } => (
            1,
            "check the connection and [files] in gleaner.toml, and run the same command again: it goes on where it stopped",
        ),
    };
    Some((code, Some(hint.to_owned())))
}
