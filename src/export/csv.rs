//! CSV: RFC 4180, UTF-8 with a byte order mark, one flat table for spreadsheets, Python and R.
//!
//! Columns are the dotted paths of the JSON Lines, in a fixed order. Scores come last,
//! one column per score. No text cell starts a formula, and no cell contains a control character.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use csv::{Terminator, WriterBuilder};
use rayon::prelude::*;
use serde_json::{Map, Value};

use super::columns::{ScoreColumn, check_scores, score_part, score_value, scores, value_at};
use super::record::record;
use super::{ExportFormat, ExportSummary, Exporter, KeyUse, SHARE, Target};
use crate::photo::{PersonalField, fields};
use crate::seal::{SealedPhoto, Vault};
use crate::store::Store;

/// The separator of list items in a cell.
const LIST: &str = " | ";

pub(super) const FORMAT: ExportFormat = ExportFormat {
    name: "csv",
    aliases: &[],
    label: "CSV",
    description: "A table for spreadsheets, Python and R",
    suffix: "csv",
    media_type: "text/csv; charset=utf-8",
    targets: &[Target::Stream],
    key: KeyUse::ToUnseal,
    options: &[],
    open: |context| Ok(Box::new(Csv { vault: context.unsealing(), ..Csv::default() })),
};

/// A table. Every export of a dataset has the same columns, whatever the filter.
#[derive(Default)]
struct Csv {
    vault: Option<Arc<Vault>>,
    scores: BTreeSet<ScoreColumn>,
    header: Vec<String>,
    /// Column -> its cells that spreadsheets cut.
    long_cells: BTreeMap<usize, u64>,
}

impl Exporter for Csv {
    fn begin(&mut self, store: &dyn Store, out: &mut dyn Write) -> Result<()> {
        self.scores = scores(store)?;
        out.write_all("\u{feff}".as_bytes())?;
        self.header = header(&self.scores, self.vault.is_some());
        write_rows([self.header.clone()], out)
    }

    fn write(&mut self, photos: &[&SealedPhoto], out: &mut dyn Write) -> Result<()> {
        let (vault, scores) = (self.vault.as_deref(), &self.scores);
        let row = |sealed: &&SealedPhoto| {
            check_scores(sealed.photo(), scores)?;
            Ok(row(&record(sealed, vault)?, scores, vault.is_some()))
        };
        let rows = photos.par_iter().with_min_len(SHARE).map(row).collect::<Result<Vec<_>>>()?;
        for (column, cell) in rows.iter().flat_map(|row| row.iter().enumerate()) {
            if is_long(cell) {
                *self.long_cells.entry(column).or_default() += 1;
            }
        }
        write_rows(rows, out)
    }

    fn end(&mut self, _out: &mut dyn Write) -> Result<ExportSummary> {
        let note = |(column, count): (&usize, &u64)| {
            let cells = if *count == 1 { "1 cell has".to_owned() } else { format!("{count} cells have") };
            let name = self.header.get(*column).map_or("", String::as_str);
            format!(
                "{name}: {cells} more than {MAX_CELL_CHARACTERS} characters. Excel and LibreOffice cut or split such cells; \
                 pandas, R and --format jsonl read them whole"
            )
        };
        let notes = self.long_cells.iter().map(note).collect();
        Ok(ExportSummary { notes, columns: std::mem::take(&mut self.header), ..ExportSummary::default() })
    }
}

/// Most characters of a cell in Excel, counted as UTF-16 code units.
const MAX_CELL_CHARACTERS: usize = 32_767;

fn is_long(cell: &str) -> bool {
    cell.len() > MAX_CELL_CHARACTERS && cell.encode_utf16().count() > MAX_CELL_CHARACTERS
}

fn write_rows(rows: impl IntoIterator<Item = Vec<String>>, out: &mut dyn Write) -> Result<()> {
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    rows.into_iter().try_for_each(|row| table.write_record(row))?;
    Ok(table.flush()?)
}

fn header(scores: &BTreeSet<ScoreColumn>, opened: bool) -> Vec<String> {
    let group = if opened { "personal" } else { "sealed" };
    let plain = fields::columns().map(|column| column.path.to_owned());
    let personal = PersonalField::ALL.map(|field| format!("{group}.{}", field.as_str()));
    let scores = scores.iter().map(|(key, below)| safe_text(&format!("scores.{key}.{}", score_part(*below))));
    plain.chain(personal).chain(scores).collect()
}

fn row(record: &Map<String, Value>, scores: &BTreeSet<ScoreColumn>, opened: bool) -> Vec<String> {
    let value = |path: &str| value_at(record, path).map_or_else(String::new, |value| cell(&value));
    let plain = fields::columns().map(|column| value(column.path));
    let personal = PersonalField::ALL.into_iter().map(|field| personal_cell(record, field, opened));
    let scores = scores.iter().map(|(key, below)| score_value(record, key, *below).map_or_else(String::new, cell));
    plain.chain(personal).chain(scores).collect()
}

fn personal_cell(record: &Map<String, Value>, field: PersonalField, opened: bool) -> String {
    let group = if opened { "personal" } else { "sealed" };
    let value = record.get(group).and_then(|group| group.get(field.as_str()));
    match (field, value) {
        (_, None | Some(Value::Null)) => String::new(),
        (field, Some(value)) if opened && field.is_structured() => safe_text(&value.to_string()),
        (_, Some(value)) => cell(value),
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => safe_text(text),
        Value::Array(items) => safe_text(&items.iter().map(plain).collect::<Vec<_>>().join(LIST)),
        Value::Object(_) => safe_text(&value.to_string()),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A text that is safe in a spreadsheet and complete in every CSV reader.
///
/// A text that a spreadsheet would read as a formula gets a `'` in front (so does one that starts
/// with `'` and continues like a formula, so that a reader can take it away again: docs/export.md). Control characters other than
/// TAB, LF and CR become their symbols (NUL: U+2400), because some readers stop at them.
pub fn safe_text(text: &str) -> String {
    let guard = if needs_guard(text) { "'" } else { "" };
    guard.chars().chain(text.chars().map(pictured)).collect()
}

/// Characters that start a formula in some spreadsheet (OWASP, "CSV Injection"), also in full
/// width, and the symbol for a NUL, which may precede one.
fn needs_guard(text: &str) -> bool {
    let first = text.trim_start_matches('\'').chars().next();
    first.is_some_and(|c| "=+-@\t\r\n\0\u{2400}＝＋－＠".contains(c))
}

fn pictured(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => c,
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).expect("U+2400 to U+241F are characters"),
        '\x7f' => '\u{2421}',
        _ => c,
    }
}
