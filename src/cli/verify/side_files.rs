//! Checks the files of a dataset's folder that hold neither records nor images.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::concepts;
use crate::dataset::Dataset;
use crate::reviews::Reviews;
use crate::serve::Views;
use crate::setting::model::Model;
use crate::training::head::Head;

/// The files of the folder, by what can be said of them. Paths are relative to the folder.
#[derive(Debug, Default, Serialize)]
pub struct SideFiles {
    /// Read, and compared with a checksum that they contain or are named by.
    pub checked: Vec<String>,
    /// Read and understood. They contain no checksum: people may edit them, or only their form can be checked.
    pub parsed: Vec<String>,
    /// Made again from the records when they are missing or damaged.
    pub rebuildable: Vec<String>,
    /// Recordings, which have no checksum.
    pub unchecked: Vec<String>,
    /// Not Gleaner's, or of no use.
    pub unknown: Vec<String>,
}

impl SideFiles {
    /// What was not compared with a checksum.
    pub fn notes(&self) -> Vec<String> {
        let note = |what: &str, files: &[String]| (!files.is_empty()).then(|| format!("{what}: {}", files.join(", ")));
        let notes = [
            note("read, but without a checksum", &self.parsed),
            note("not checked, because they can be made again", &self.rebuildable),
            note("not checked, because recordings have no checksum", &self.unchecked),
            note("not checked, because Gleaner did not write them", &self.unknown),
        ];
        notes.into_iter().flatten().collect()
    }
}

/// Files of the folder that are checked elsewhere.
const ELSEWHERE: [&str; 7] =
    ["dataset.db", "dataset.db-wal", "dataset.db-shm", "lock", "images", "thumbs", "quarantine"];

/// How a file is checked.
enum Kind {
    Checked,
    Parsed,
    Rebuildable,
    Unchecked,
    Unknown,
}

/// Checks every file. Returns one sentence for each problem.
pub fn check(dataset: &Dataset) -> Result<(SideFiles, Vec<String>)> {
    let (mut found, mut problems, mut names) = (SideFiles::default(), Vec::new(), Vec::new());
    collect(dataset.root(), "", &mut names).context("could not list the dataset's folder")?;
    names.sort();
    for name in names {
        let (kind, of_file) = check_file(dataset, &name);
        problems.extend(of_file.into_iter().map(|problem| format!("{name}: {problem}")));
        match kind {
            Kind::Checked => found.checked.push(name),
            Kind::Parsed => found.parsed.push(name),
            Kind::Rebuildable => found.rebuildable.push(name),
            Kind::Unchecked => found.unchecked.push(name),
            Kind::Unknown => found.unknown.push(name),
        }
    }
    Ok((found, problems))
}

fn collect(root: &Path, below: &str, names: &mut Vec<String>) -> io::Result<()> {
    let entries = match fs::read_dir(root.join(below)) {
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if below.is_empty() && ELSEWHERE.contains(&name.as_str()) {
            continue;
        }
        let name = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.file_type()?.is_dir() { collect(root, &name, names)? } else { names.push(name) }
    }
    Ok(())
}

/// What is known of one file, and what is wrong with it.
fn check_file(dataset: &Dataset, name: &str) -> (Kind, Vec<String>) {
    let path = dataset.root().join(name);
    let of = |checked: Result<()>| checked.err().map(|err| format!("{err:#}")).into_iter().collect::<Vec<_>>();
    let (first, suffix) =
        (name.split('/').next().unwrap_or_default(), name.rsplit_once('.').map_or("", |(_, end)| end));
    match (first, suffix) {
        ("reviews.jsonl", _) => (Kind::Checked, reviews(dataset)),
        ("views.json", _) => (Kind::Parsed, of(Views::at(path).list().map(drop).map_err(Into::into))),
        ("concepts.toml", _) => (Kind::Parsed, of(concepts::read(dataset).map(drop))),
        ("setting.json", _) => (Kind::Parsed, of(Model::read(&path).map(drop).map_err(Into::into))),
        ("heads", "json") => (Kind::Checked, of(head(&path, name))),
        ("heads", "html") | ("index", _) => (Kind::Rebuildable, Vec::new()),
        ("recordings", _) => (Kind::Unchecked, Vec::new()),
        _ => (Kind::Unknown, Vec::new()),
    }
}

fn reviews(dataset: &Dataset) -> Vec<String> {
    match Reviews::open(dataset) {
        Ok(reviews) => {
            reviews.bad_lines().iter().map(|bad| format!("line {} is skipped: {}", bad.line, bad.why)).collect()
        }
        Err(err) => vec![format!("it cannot be read: {err}")],
    }
}

/// A head contains the checksum of its weights, and one of the kept versions is named by it.
fn head(path: &Path, name: &str) -> Result<()> {
    let head = Head::read(path)?;
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    if name.starts_with("heads/versions/") && stem.as_deref() != Some(head.version().as_str()) {
        anyhow::bail!("it is the version {}, not the one that its name says", head.version());
    }
    Ok(())
}
