//! The files beside an export that make it citable: `CITATION.cff`, `datacite.json`, `ro-crate-metadata.json`, and
//! `datapackage.json` with the data dictionary. docs/citation.md describes them.

mod cff;
mod data_package;
mod datacite;
mod ro_crate;

pub(super) use data_package::slug;

use anyhow::Result;
use serde_json::{Value, json};

use super::manifest::{Checksum, Manifest};
use crate::config::{Citation, Creator};

/// The name of the manifest in a folder.
pub const MANIFEST: &str = "manifest.json";

const JSON: &str = "application/json";

/// A small file of an export.
#[derive(Clone, Debug)]
pub struct SmallFile {
    /// Its name without folder.
    pub name: &'static str,
    /// Its content.
    pub text: String,
}

/// The files beside the data of an export.
#[derive(Clone, Debug)]
pub struct CitationFiles {
    /// The files, the manifest last.
    pub files: Vec<SmallFile>,
    /// Fields of `[citation]` that were not given and that a citation needs or should have.
    pub missing: Vec<&'static str>,
    /// Files that were not written, because their format requires some of these.
    pub left_out: Vec<&'static str>,
}

/// The files of an export whose data are written. The manifest names them, and is the last of them.
pub fn files(manifest: &mut Manifest, citation: &Citation) -> Result<CitationFiles> {
    let mut found = CitationFiles { files: Vec::new(), missing: missing(citation), left_out: Vec::new() };
    let mut add = |manifest: &mut Manifest, name, media_type, text: Option<String>| match text {
        Some(text) => {
            let sum = Checksum::of(text.as_bytes());
            manifest.citation_files.push(sum.into_file(Some(String::from(name)), media_type, None));
            found.files.push(SmallFile { name, text });
        }
        None => found.left_out.push(name),
    };
    let text = cff::text(manifest, citation);
    add(manifest, cff::NAME, "application/yaml", text);
    let text = datacite::value(manifest, citation).map(|value| pretty(&value)).transpose()?;
    add(manifest, datacite::NAME, JSON, text);
    let text = pretty(&data_package::value(manifest, citation))?;
    add(manifest, data_package::NAME, JSON, Some(text));
    // It names the files before it.
    let text = pretty(&ro_crate::value(manifest, citation))?;
    add(manifest, ro_crate::NAME, "application/ld+json", Some(text));
    found.files.push(SmallFile { name: MANIFEST, text: manifest.text()? });
    Ok(found)
}

/// The recommended fields that were not given.
fn missing(citation: &Citation) -> Vec<&'static str> {
    let given = [
        ("title", citation.title.is_some()),
        ("creators", !citation.creators.is_empty()),
        ("license", citation.license.is_some()),
        ("description", citation.description.is_some()),
        ("publisher", citation.publisher.is_some()),
    ];
    given.into_iter().filter(|(_, is)| !is).map(|(name, _)| name).collect()
}

fn pretty(value: &Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// An object without the members that are null.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    members.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

/// A list; null if it is empty.
pub(super) fn list(items: impl Iterator<Item = Value>) -> Value {
    let items: Vec<Value> = items.collect();
    if items.is_empty() { Value::Null } else { items.into() }
}

/// The title of the dataset; without one the name of its folder.
fn title(manifest: &Manifest, citation: &Citation) -> String {
    citation.title.clone().unwrap_or_else(|| manifest.dataset.name.clone())
}

/// What was exported, in one sentence.
fn sentence(manifest: &Manifest) -> String {
    let filter = &manifest.query.filter;
    let of =
        if filter.is_empty() { "All photos".to_owned() } else { format!("The photos that pass the filter {filter}") };
    let (photos, name) = (manifest.photos, &manifest.dataset.name);
    format!(
        "{of} of the dataset {name} ({photos} of {} records), exported as {} by Gleaner {}; SHA-256 of the dataset's records: {}.",
        manifest.dataset.photos, manifest.query.format, manifest.software.version, manifest.dataset.digest
    )
}

/// An affiliation as an object with a name; null if there is none.
fn named(name: Option<&String>) -> Value {
    name.map_or(Value::Null, |name| json!({"name": name}))
}

/// Whether the creator is a person.
fn is_person(creator: &Creator) -> bool {
    creator.family_names.is_some()
}
