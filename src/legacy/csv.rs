//! The CSV of the Python system: separated by `ζ`, UTF-8 with a byte order mark, the index in the first column.

use std::io::{self, Write};

use csv::{QuoteStyle, ReaderBuilder, Terminator, WriterBuilder};
use serde_json::{Map, Value};

use super::cells::python_text;
use super::row::{DataFrameError, Row, columns};

/// The separator between two cells.
const SEPARATOR: char = 'ζ';

/// One-byte replacements for `ζ`, which has two bytes, while a table is read. The first one that does not occur is used.
const REPLACEMENTS: [char; 6] = ['\u{1f}', '\u{1e}', '\u{1d}', '\u{1c}', '\u{1}', '\u{2}'];

/// Whether a text is the Python system's CSV.
pub fn is_one(text: &str) -> bool {
    text.lines().next().unwrap_or_default().contains(SEPARATOR)
}

/// The rows of a CSV.
pub fn rows(text: &str) -> Result<Vec<Row>, DataFrameError> {
    if !is_one(text) {
        return Err(DataFrameError::new(
            "it is neither the JSON of a DataFrame ({\"column\": {\"0\": value, ...}, ...}) nor a CSV with \"ζ\" between its cells",
        ));
    }
    let stand_in = REPLACEMENTS.into_iter().find(|c| !text.contains(*c));
    let stand_in = stand_in.ok_or_else(|| {
        DataFrameError::new("its text contains all control characters that can replace the separator")
    })?;
    let text = text.replace(SEPARATOR, stand_in.encode_utf8(&mut [0; 4]));
    let back = |cell: &str| cell.replace(stand_in, "ζ");
    let mut reader = ReaderBuilder::new().delimiter(stand_in as u8).flexible(true).from_reader(text.as_bytes());
    let wrong = |err: csv::Error| {
        let line = err.position().map_or(String::new(), |at| format!(" at line {}", at.line()));
        DataFrameError::new(format!("its CSV cannot be read{line}"))
    };
    let columns: Vec<String> = reader.headers().map_err(wrong)?.iter().map(back).collect();
    // pandas writes the index under an empty column name.
    let indexed = columns.first().is_some_and(|first| first.is_empty() || first == "Unnamed: 0");
    let skipped = usize::from(indexed);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let index = if indexed { record.get(0).map(back).unwrap_or_default() } else { rows.len().to_string() };
        let named = columns[skipped..].iter().cloned().zip(record.iter().skip(skipped));
        let mut cells: Map<String, Value> = named.map(|(column, cell)| (column, Value::String(back(cell)))).collect();
        // A surplus cell has no column. It gets a name made from its position.
        for (nth, cell) in record.iter().enumerate().skip(columns.len()) {
            cells.insert(format!("cell {}", nth + 1), Value::String(back(cell)));
        }
        rows.push(Row { index, cells });
    }
    Ok(rows)
}

/// Writes rows as the Python system writes its CSV: every cell as Python's `str()`, line feeds as spaces.
pub fn write_csv(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let columns = columns(rows);
    let blank = Value::String(String::new());
    let text =
        |row: &Row, column: &String| python_text(row.cells.get(column).unwrap_or(&blank)).replace(['\n', '\r'], " ");
    let stand_in = REPLACEMENTS.into_iter().find(|c| {
        !rows
            .iter()
            .any(|row| row.cells.iter().any(|(column, cell)| column.contains(*c) || python_text(cell).contains(*c)))
    });
    let stand_in = stand_in
        .ok_or_else(|| io::Error::other("the cells contain all control characters that can replace the separator"))?;
    let there = |cell: &str| cell.replace(SEPARATOR, stand_in.encode_utf8(&mut [0; 4]));
    let lines = Vec::new();
    let mut writer = WriterBuilder::new()
        .delimiter(stand_in as u8)
        .quote_style(QuoteStyle::Necessary)
        .terminator(Terminator::Any(b'\n'))
        .from_writer(lines);
    writer.write_record(std::iter::once(String::new()).chain(columns.iter().map(|column| there(column))))?;
    for row in rows {
        let cells = columns.iter().map(|column| there(&text(row, column)));
        writer.write_record(std::iter::once(row.index.clone()).chain(cells))?;
    }
    let lines = writer.into_inner().map_err(|err| io::Error::other(err.to_string()))?;
    let lines = String::from_utf8(lines).map_err(io::Error::other)?;
    out.write_all("\u{feff}".as_bytes())?;
    out.write_all(lines.replace(stand_in, "ζ").as_bytes())
}
