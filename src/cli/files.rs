//! Connects a dataset to the file store in the settings. The keys of a bucket come from the environment.

use std::env;

use anyhow::Result;

use crate::bucket::{Bucket, Keys};
use crate::config::Config;
use crate::dataset::Dataset;
use crate::files::{Files, FilesError};
use crate::net::Secret;

/// The dataset with its files in the folder or bucket that `[files]` names. Sends no request.
pub fn attach(dataset: Dataset, config: &Config) -> Result<Dataset> {
    if let Some(folder) = &config.files.folder {
        return Ok(dataset.with_files(Files::in_folder(folder)));
    }
    let Some(address) = config.files.bucket()? else { return Ok(dataset) };
    let keys = keys();
    let bucket = Bucket::new(address, keys.as_ref(), &config.net.client(), config.net.patience())?;
    Ok(dataset.with_files(Files::in_store(bucket)))
}

/// The keys, from the environment variables that all S3 tools use.
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

/// The exit code for an error of the files, and a hint.
pub fn diagnosis(err: &FilesError) -> Option<(u8, Option<String>)> {
    let (code, hint) = match err {
        // The cause is sufficient.
        FilesError::Disk { .. } => return None,
        FilesError::NoFolder(_) => (2, "mount its disk, create the folder, or correct [files] folder in gleaner.toml"),
        FilesError::NoKeys(_) => {
            (2, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for temporary keys)")
        }
        FilesError::Refused { .. } => (
            13,
            "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the clock of this machine, and that the keys may list, read, write and \
             delete objects in this bucket. Files stored so far are kept",
        ),
        FilesError::NoBucket(_) => {
            (2, "check bucket, endpoint and region in [files] of gleaner.toml; gleaner does not create buckets")
        }
        FilesError::Unanswered { .. } => {
            (1, "check the connection and [files] in gleaner.toml, then run the same command again to continue")
        }
    };
    Some((code, Some(hint.to_owned())))
}
