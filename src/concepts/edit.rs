//! Changes and removes concepts in a file; everything else in it stays as it is, comments too.

use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use toml_edit::{Array, Document, DocumentMut, Item, Table, TableLike, Value};

use super::{Concept, Concepts};
use crate::disk;

/// Replaces the definition of the concept `name`, which may get another name. Nothing is written if the result would be
/// read differently.
pub fn replace(path: &Path, name: &str, concept: &Concept) -> Result<()> {
    concept.check()?;
    let before = read(path)?;
    let mut document: DocumentMut = before.parse().with_context(|| format!("{} is invalid", path.display()))?;
    let concepts = table_of(&mut document)?;
    if name != concept.name {
        let entry = concepts.remove(name).context("the concept is not in this file")?;
        concepts.insert(&concept.name, entry);
    }
    let entry = concepts.get_mut(&concept.name).and_then(Item::as_table_like_mut);
    set(entry.context("the concept is not in this file")?, concept);
    let after = with_line_ends_of(&before, document.to_string());
    let mut expected = parsed(&before)?;
    expected.remove(name);
    expected.insert(concept.clone())?;
    write(path, &after, &expected)
}

/// Removes a concept, with the comment lines directly above it.
pub fn remove(path: &Path, name: &str) -> Result<()> {
    let before = read(path)?;
    let document = Document::parse(before.as_str()).with_context(|| format!("{} is invalid", path.display()))?;
    let after = match block_of(&document, name) {
        Some(block) => without(&before, block),
        None => {
            let mut document = document.into_mut();
            ensure!(table_of(&mut document)?.remove(name).is_some(), "the concept is not in this file");
            document.to_string()
        }
    };
    let mut expected = parsed(&before)?;
    expected.remove(name);
    write(path, &after, &expected)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}

/// The concepts in a settings file or in a dataset's file.
fn parsed(text: &str) -> Result<Concepts> {
    let whole: toml::Table = toml::from_str(text)?;
    Ok(whole.get("concepts").cloned().map(Concepts::deserialize).transpose()?.unwrap_or_default())
}

fn write(path: &Path, text: &str, expected: &Concepts) -> Result<()> {
    ensure!(parsed(text)? == *expected, "{} would be read differently; change it by hand", path.display());
    disk::replace_durably(path, text.as_bytes()).with_context(|| format!("could not write {}", path.display()))
}

fn table_of(document: &mut DocumentMut) -> Result<&mut dyn TableLike> {
    document.get_mut("concepts").and_then(Item::as_table_like_mut).context("there are no concepts in this file")
}

/// Sets the keys of a definition. Those that are right already keep their form.
fn set(entry: &mut dyn TableLike, concept: &Concept) {
    let list = |texts: &[String]| (!texts.is_empty()).then(|| Value::Array(texts.iter().collect::<Array>()));
    // Without words the name alone is meant.
    let words = Value::Array(concept.words.iter().collect::<Array>());
    for (key, value) in [
        ("words", Some(words)),
        ("senses", list(&concept.senses)),
        ("counts", concept.counts.map(|counts| Value::from(counts.as_str()))),
        ("threshold", concept.threshold.map(Value::from)),
    ] {
        match (value, entry.get_mut(key).and_then(Item::as_value_mut)) {
            (None, _) => drop(entry.remove(key)),
            (Some(value), Some(old)) if is_same(&value, old) => {}
            (Some(mut value), Some(old)) => {
                *value.decor_mut() = old.decor().clone();
                *old = value;
            }
            (Some(value), None) => drop(entry.insert(key, Item::Value(value))),
        }
    }
}

/// Whether two values mean the same, however they are written.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::String(one), Value::String(other)) => one.value() == other.value(),
        (Value::Float(one), Value::Float(other)) => one.value().total_cmp(other.value()).is_eq(),
        (Value::Float(one), Value::Integer(other)) => one.value().total_cmp(&(*other.value() as f64)).is_eq(),
        _ => false,
    }
}

/// The bytes of `[concepts.NAME]` and its keys; `None` if the concept is written in another form.
fn block_of(document: &Document<&str>, name: &str) -> Option<Range<usize>> {
    let table: &Table = document.get("concepts")?.as_table()?.get(name)?.as_table()?;
    let header = table.span().filter(|span| !span.is_empty() && !table.is_dotted())?;
    let ends = table.iter().filter_map(|(_, item)| item.span()).map(|span| span.end);
    Some(header.start..ends.max().unwrap_or(0).max(header.end))
}

/// The text without a block, its comment lines and the blank lines that would remain.
fn without(text: &str, block: Range<usize>) -> String {
    let start = text[..block.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[block.end..].find('\n').map_or(text.len(), |at| block.end + at + 1);
    let mut before = &text[..start];
    while let Some(line) = before.lines().next_back().filter(|line| line.trim_start().starts_with('#')) {
        let rest = before.trim_end_matches(['\n', '\r']);
        before = &before[..rest.len() - line.trim_end_matches('\r').len()];
    }
    let after = &text[end..];
    let is_blank_before = before.is_empty() || before.lines().next_back().is_some_and(|line| line.trim().is_empty());
    if after.trim().is_empty() {
        let kept = before.trim_end();
        let line_end = if before.contains("\r\n") { "\r\n" } else { "\n" };
        return if kept.is_empty() { String::new() } else { format!("{kept}{line_end}") };
    }
    let after = if is_blank_before { after.trim_start_matches(['\n', '\r']) } else { after };
    format!("{before}{after}")
}

fn with_line_ends_of(before: &str, after: String) -> String {
    if before.contains("\r\n") { after.replace("\r\n", "\n").replace('\n', "\r\n") } else { after }
}
