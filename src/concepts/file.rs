//! Concepts in TOML: a dataset's `concepts.toml`, and new blocks appended to a settings file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use toml::Value;

use super::{Concept, Concepts};
use crate::dataset::Dataset;
use crate::disk::write_durably;

/// The first line of a dataset's file.
const HEAD: &str = "# Concepts of this dataset. A concept of the same name in gleaner.toml takes precedence.\n";

/// A dataset's concepts file: `[concepts.NAME]`, as in `gleaner.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConceptsFile {
    #[serde(default)]
    concepts: Concepts,
}

/// The dataset's concepts; none if it has no such file.
pub fn read(dataset: &Dataset) -> Result<Concepts> {
    let path = dataset.concepts();
    match fs::read_to_string(&path) {
        Ok(text) => parse(&text).with_context(|| format!("{} is invalid", path.display())),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(Concepts::default()),
        Err(err) => Err(err).with_context(|| format!("could not read {}", path.display())),
    }
}

/// Replaces a dataset's concepts file atomically.
pub fn write(dataset: &Dataset, concepts: &Concepts) -> Result<()> {
    let blocks: Vec<String> = concepts.iter().map(block).collect();
    let text = format!("{HEAD}\n{}", blocks.join("\n"));
    write_durably(&dataset.concepts(), text.as_bytes())
        .with_context(|| format!("could not write {}", dataset.concepts().display()))
}

fn parse(text: &str) -> Result<Concepts, toml::de::Error> {
    toml::from_str::<ConceptsFile>(text).map(|own| own.concepts)
}

/// A concept as a block of TOML, ending with a line feed.
pub fn block(concept: &Concept) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let name = &concept.name;
    let name = if name.chars().all(bare) { name.clone() } else { quoted(name) };
    let mut text = format!("[concepts.{name}]\nwords = {}\n", list(&concept.words));
    if !concept.senses.is_empty() {
        text += &format!("senses = {}\n", list(&concept.senses));
    }
    if let Some(counts) = concept.counts {
        text += &format!("counts = {}\n", quoted(counts.as_str()));
    }
    if let Some(threshold) = concept.threshold {
        text += &format!("threshold = {}\n", Value::Float(threshold));
    }
    text
}

fn list(texts: &[String]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// Appends a concept to a settings file, or creates the file; the existing text is not changed. Nothing is written if
/// the result would not be valid TOML that contains exactly this concept.
pub fn add(path: &Path, concept: &Concept) -> Result<()> {
    concept.check()?;
    let before = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(err) if err.kind() == io::ErrorKind::NotFound => String::new(),
        Err(err) => return Err(err).with_context(|| format!("could not read {}", path.display())),
    };
    let mut more = match before.as_bytes() {
        [] => String::new(),
        [.., b'\n'] => "\n".to_owned(),
        _ => "\n\n".to_owned(),
    };
    more += &block(concept);
    if before.contains("\r\n") {
        more = more.replace('\n', "\r\n");
    }
    let whole: toml::Table = toml::from_str(&format!("{before}{more}"))
        .with_context(|| format!("cannot append to {}; add this block by hand:\n{}", path.display(), block(concept)))?;
    let read_back = whole.get("concepts").cloned().map(Concepts::deserialize).transpose()?.unwrap_or_default();
    ensure!(read_back.get(&concept.name) == Some(concept), "the written concept would be read differently");
    // Appending keeps links, ownership, and what other programs write at the same time.
    let written = OpenOptions::new().create(true).append(true).open(path).and_then(|mut file| {
        file.write_all(more.as_bytes())?;
        file.sync_all()
    });
    written.with_context(|| format!("could not write {}", path.display()))
}
