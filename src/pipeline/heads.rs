//! The heads of a concept: every head that was trained is kept as a version, and one of them is in use.

use std::fs;
use std::io;

use anyhow::{Context, Result, bail};

use crate::dataset::Dataset;
use crate::disk::write_durably;
use crate::training::head::{Head, HeadError};

/// The head in use; `None` if no head was trained.
pub fn in_use(dataset: &Dataset, concept: &str) -> Result<Option<Head>, HeadError> {
    match Head::read(&dataset.head(concept)) {
        Ok(head) => Ok(Some(head)),
        Err(HeadError::Missing(_)) => Ok(None),
        Err(err) => Err(err),
    }
}

/// All heads of a concept that can be read, the latest first. One in use from before versions were kept is among them.
pub fn versions(dataset: &Dataset, concept: &str) -> Vec<Head> {
    let entries = fs::read_dir(dataset.head_versions(concept)).into_iter().flatten().flatten();
    let files =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|suffix| suffix == "json"));
    let mut heads: Vec<Head> = files.filter_map(|path| Head::read(&path).ok()).collect();
    if let Ok(Some(current)) = in_use(dataset, concept)
        && heads.iter().all(|head| head.version() != current.version())
    {
        heads.push(current);
    }
    heads.sort_by_key(|head| std::cmp::Reverse(head.trained_at));
    heads
}

/// Keeps a head and its report as a version; the head in use stays in use. The report is written first, so that every head
/// has its report.
pub fn keep(dataset: &Dataset, head: &Head, report: Option<&[u8]>) -> Result<()> {
    let (concept, version) = (&head.concept, head.version());
    fs::create_dir_all(dataset.head_versions(concept)).context("could not make the folder of heads")?;
    if let Some(page) = report {
        write_durably(&dataset.head_version_report(concept, &version), page).context("could not write the report")?;
    }
    head.write(&dataset.head_version(concept, &version)).context("could not write the head")
}

/// Puts a kept version in use. The head in use before stays as a version.
pub fn adopt(dataset: &Dataset, concept: &str, version: &str) -> Result<Head> {
    if !is_version(version) {
        bail!("{version:?} is not the version of a head");
    }
    keep_current(dataset, concept)?;
    let head = Head::read(&dataset.head_version(concept, version))?;
    let report = dataset.head_report(concept);
    match fs::read(dataset.head_version_report(concept, version)) {
        Ok(page) => write_durably(&report, &page).context("could not write the report")?,
        // The report of another head would mislead.
        Err(_) => match fs::remove_file(&report) {
            Err(err) if err.kind() != io::ErrorKind::NotFound => {
                return Err(err).context("could not remove the old report");
            }
            _ => {}
        },
    }
    head.write(&dataset.head(concept)).context("could not write the head")?;
    Ok(head)
}

/// Whether a text can be a version, and so a file name: twelve hexadecimal digits.
pub fn is_version(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())
}

/// Keeps the head in use as a version, unless it is kept already. One that cannot be read is lost when it is replaced.
fn keep_current(dataset: &Dataset, concept: &str) -> Result<()> {
    let Ok(Some(current)) = in_use(dataset, concept) else { return Ok(()) };
    if dataset.head_version(concept, &current.version()).exists() {
        return Ok(());
    }
    let report = fs::read(dataset.head_report(concept)).ok();
    keep(dataset, &current, report.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_twelve_hexadecimal_digits_are_a_version() {
        assert!(is_version("0123456789ab"));
        for text in ["", "0123456789a", "0123456789abc", "0123456789AB", "../../../../", "../heads/xyz", "0123456789a/"]
        {
            assert!(!is_version(text), "{text}");
        }
    }
}
