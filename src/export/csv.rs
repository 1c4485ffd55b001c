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

    fn write(&mut self, photos: &[&SealedPhoto], out: &mut dyn Write) -> Result<()> {
        let this = &*self;
        let pieces = photos.par_chunks(PIECE).map(|photos| this.piece(photos)).collect::<Result<Vec<_>>>()?;
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
    fn piece(&self, photos: &[&SealedPhoto]) -> Result<(Vec<u8>, Vec<usize>)> {
        let (mut table, mut long_cells, mut record) = (table(), Vec::new(), Vec::new());
        for sealed in photos {
            check_scores(sealed.photo(), &self.scores)?;
            record.clear();
            record::write(sealed, self.vault.as_deref(), &mut record)?;
            let cells = self.tree.cells(std::str::from_utf8(&record)?);
            for (column, (value, structured)) in cells.iter().zip(&self.structured).enumerate() {
                let cell = if *structured { json_cell(value) } else { cell(value) };
                if is_long(&cell) {
                    long_cells.push(column);
                }
                table.write_field(cell.as_bytes())?;
            }
            table.write_record(None::<&[u8]>)?;
        }
        Ok((table.into_inner()?, long_cells))
    }
}

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
        _ => match value.items() {
            Some(items) => {
                let items: Vec<_> = items.iter().map(|item| item.to_text().unwrap_or_default()).collect();
                Cow::Owned(safe(items.join(LIST).into()).into_owned())
            }
            None => value.to_text().map_or(Cow::Borrowed(""), safe),
        },
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
    if !needs_guard && !text.bytes().any(|byte| pictured(byte.into()) != char::from(byte)) {
        return text;
    }
    let guard = if needs_guard { "'" } else { "" };
    Cow::Owned(guard.chars().chain(text.chars().map(pictured)).collect())
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
