//! CSV: RFC 4180, UTF-8 with a byte order mark, one flat table for spreadsheets, Python and R.
//!
//! Columns are the dotted paths of the JSON Lines, in a fixed order. Scores come last,
//! one column per score. No text cell starts a formula, and no cell contains a control character.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use csv::{Terminator, Writer, WriterBuilder};
use rayon::prelude::*;

use super::cells::{Cell, CellTree, path};
use super::columns::{ScoreColumn, check_scores, score_part, score_path, scores};
use super::record;
use super::{ExportFormat, ExportSummary, Exporter, KeyUse, Target};
use crate::json;
use crate::photo::{PersonalField, fields};
use crate::seal::Vault;
use crate::store::{Store, StoredRecord};

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

/// Photos that one core writes into one piece of the table.
const PIECE: usize = 64;

/// A table. Every export of a dataset has the same columns, whatever the filter.
#[derive(Default)]
struct Csv {
    vault: Option<Arc<Vault>>,
    scores: BTreeSet<ScoreColumn>,
    header: Vec<String>,
    /// Where the columns' values are in a record.
    tree: CellTree,
    /// Columns whose values are written as JSON.
    structured: Vec<bool>,
    /// Column -> its cells that spreadsheets cut.
    long_cells: BTreeMap<usize, u64>,
}

impl Exporter for Csv {
    fn begin(&mut self, store: &dyn Store, out: &mut dyn Write) -> Result<()> {
        self.scores = scores(store)?;
        let group = if self.vault.is_some() { "personal" } else { "sealed" };
        let columns = columns(&self.scores, group);
        self.header = columns.iter().map(|(name, _)| name.clone()).collect();
        self.tree = CellTree::of(columns.into_iter().map(|(_, path)| path));
        self.structured = vec![false; self.header.len()];
        if self.vault.is_some() {
            let first = fields::columns().count();
            for (nth, field) in PersonalField::ALL.into_iter().enumerate() {
                self.structured[first + nth] = field.is_structured();
            }
        }
        out.write_all("\u{feff}".as_bytes())?;
        let mut table = table();
        table.write_record(&self.header)?;
        Ok(out.write_all(&table.into_inner()?)?)
    }

    fn write(&mut self, records: &[&StoredRecord], out: &mut dyn Write) -> Result<()> {
        let this = &*self;
        let pieces = records.par_chunks(PIECE).map(|records| this.piece(records)).collect::<Result<Vec<_>>>()?;
        for (rows, long_cells) in pieces {
            for column in long_cells {
                *self.long_cells.entry(column).or_default() += 1;
            }
            out.write_all(&rows)?;
        }
        Ok(())
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

impl Csv {
    /// The rows of some photos, and the column of each cell that is too long.
    fn piece(&self, records: &[&StoredRecord]) -> Result<(Vec<u8>, Vec<usize>)> {
        let (mut rows, mut long_cells, mut written) = (Vec::new(), Vec::new(), Vec::new());
        for record in records {
            check_scores(record.outline()?, &self.scores)?;
            written.clear();
            record::write(record, self.vault.as_deref(), &mut written)?;
            let cells = self.tree.cells(std::str::from_utf8(&written)?);
            for (column, (value, structured)) in cells.iter().zip(&self.structured).enumerate() {
                if column > 0 {
                    rows.push(b',');
                }
                if *value == Cell::Absent {
                    continue;
                }
                let cell = if *structured { json_cell(value) } else { cell(value) };
                if is_long(&cell) {
                    long_cells.push(column);
                }
                push_quoted(&cell, &mut rows);
            }
            rows.extend_from_slice(b"\r\n");
        }
        Ok((rows, long_cells))
    }
}

/// Appends a cell, in quotes if RFC 4180 wants them. The crate `csv` writes the same, and takes three times as long.
fn push_quoted(cell: &str, row: &mut Vec<u8>) {
    let mut classes = 0;
    cell.bytes().for_each(|byte| classes |= CLASSES[usize::from(byte)]);
    if classes & (QUOTED | QUOTE) == 0 {
        return row.extend_from_slice(cell.as_bytes());
    }
    row.push(b'"');
    for (nth, part) in cell.split('"').enumerate() {
        if nth > 0 {
            row.extend_from_slice(b"\"\"");
        }
        row.extend_from_slice(part.as_bytes());
    }
    row.push(b'"');
}

/// A class of bytes: a cell with one is written in quotes.
const QUOTED: u8 = 1;
/// A class of bytes: the quote itself.
const QUOTE: u8 = 2;
/// A class of bytes: control characters that are written as symbols.
const PICTURED: u8 = 4;

/// The class of each byte.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut control = 0;
    while control < 0x20 {
        classes[control] = PICTURED;
        control += 1;
    }
    classes[0x7f] = PICTURED;
    classes[b'\t' as usize] = 0;
    classes[b'\n' as usize] = QUOTED;
    classes[b'\r' as usize] = QUOTED;
    classes[b',' as usize] = QUOTED;
    classes[b'"' as usize] = QUOTE;
    classes
};

fn table() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new())
}

/// The columns' names, and the ways to their values.
fn columns(scores: &BTreeSet<ScoreColumn>, personal: &str) -> Vec<(String, Vec<String>)> {
    let plain = fields::columns().map(|column| (column.path.to_owned(), path(column.path)));
    let personal = PersonalField::ALL.map(|field| {
        let name = format!("{personal}.{}", field.as_str());
        (name.clone(), path(&name))
    });
    let scores = scores.iter().map(|column| {
        let (key, below) = column;
        (safe_text(&format!("scores.{key}.{}", score_part(*below))), score_path(column))
    });
    plain.chain(personal).chain(scores).collect()
}

fn cell<'a>(value: &Cell<'a>) -> Cow<'a, str> {
    match value {
        // Neither a number nor `true` is unsafe.
        Cell::Written(written) if !written.starts_with(['"', '[', '{']) && !value.is_null() => Cow::Borrowed(written),
        Cell::Written(list) if json::is_list(list) => {
            let mut joined = String::new();
            for (nth, item) in json::items(list).enumerate() {
                joined.push_str(if nth > 0 { LIST } else { "" });
                joined.push_str(&Cell::Written(item).to_text().unwrap_or_default());
            }
            Cow::Owned(safe(joined.into()).into_owned())
        }
        Cell::Each(items) => {
            let items: Vec<_> = items.iter().map(|item| item.to_text().unwrap_or_default()).collect();
            Cow::Owned(safe(items.join(LIST).into()).into_owned())
        }
        _ => value.to_text().map_or(Cow::Borrowed(""), safe),
    }
}

fn json_cell<'a>(value: &Cell<'a>) -> Cow<'a, str> {
    if value.is_null() { Cow::Borrowed("") } else { safe(value.to_json()) }
}

/// A text that is safe in a spreadsheet and complete in every CSV reader.
///
/// A text that a spreadsheet would read as a formula gets a `'` in front (so does one that starts
/// with `'` and continues like a formula, so that a reader can take it away again: docs/export.md). Control characters other than
/// TAB, LF and CR become their symbols (NUL: U+2400), because some readers stop at them.
pub fn safe_text(text: &str) -> String {
    safe(text.into()).into_owned()
}

fn safe(text: Cow<'_, str>) -> Cow<'_, str> {
    let needs_guard = needs_guard(&text);
    let mut classes = 0;
    text.bytes().for_each(|byte| classes |= CLASSES[usize::from(byte)]);
    if !needs_guard && classes & PICTURED == 0 {
        return text;
    }
    let guard = if needs_guard { "'" } else { "" };
    Cow::Owned(guard.chars().chain(text.chars().map(pictured)).collect())
}

/// Characters that start a formula in some spreadsheet (OWASP, "CSV Injection"), also in full
/// width, and the symbol for a NUL, which may precede one.
fn needs_guard(text: &str) -> bool {
    // Most texts begin with a letter or a digit.
    if text.as_bytes().first().is_none_or(u8::is_ascii_alphanumeric) {
        return false;
    }
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
