//! Reads a metadata file, CSV or JSON Lines, into rows with line numbers.

use std::collections::{BTreeMap, BTreeSet};

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::columns::{Column, Meaning, meaning};
use super::warnings::{Warnings, shown};

/// The message for metadata that has no file name column.
pub const NO_FILES: &str = "it has no column `file`; its first line must name the columns (file, title, license, ...)";

/// The most names in one warning.
const NAMES_SHOWN: usize = 40;

/// A metadata file.
pub struct Table {
    /// The file's name, for warnings.
    pub name: String,
    /// Its rows, in the file's order.
    pub rows: Vec<Row>,
    read: BTreeSet<Column>,
}

/// The metadata of one photo.
pub struct Row {
    /// Its position: `metadata.csv, line 3`.
    pub at: String,
    /// The whole row, with the file's own column names.
    pub raw: Value,
    cells: BTreeMap<Column, Value>,
}

impl Row {
    /// The photo's file name, as written.
    pub fn file(&self) -> Option<&str> {
        let names = [Column::File, Column::FilePath, Column::FileName].into_iter();
        names.filter_map(|column| self.cells.get(&column)?.as_str()).map(str::trim).find(|name| !name.is_empty())
    }

    /// The trimmed text of a cell that is not empty.
    pub fn text(&self, column: Column) -> Option<String> {
        let text = match self.cells.get(&column)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Null => return None,
            other => other.to_string(),
        };
        (!text.is_empty()).then_some(text)
    }

    /// A list: a JSON array, or a text with items separated by `|`, or else by spaces.
    pub fn items(&self, column: Column) -> Vec<String> {
        if let Some(Value::Array(items)) = self.cells.get(&column) {
            return items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect();
        }
        let Some(text) = self.text(column) else { return Vec::new() };
        let items: Vec<&str> =
            if text.contains('|') { text.split('|').collect() } else { text.split_whitespace().collect() };
        items.into_iter().map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }
}

impl Table {
    /// Reads the bytes of a file called `name`. What cannot be read becomes a warning.
    pub fn read(bytes: &[u8], name: &str, warnings: &mut Warnings) -> Self {
        let text = decode(bytes, name, warnings);
        let mut table = Self { name: name.to_owned(), rows: Vec::new(), read: BTreeSet::new() };
        if text.trim_start().starts_with('{') {
            table.read_json(&text, warnings);
        } else {
            table.read_csv(&text, warnings);
        }
        table
    }

    /// Whether it has a column of file names.
    pub fn has_files(&self) -> bool {
        [Column::File, Column::FilePath, Column::FileName].iter().any(|column| self.read.contains(column))
    }

    fn read_json(&mut self, text: &str, warnings: &mut Warnings) {
        let mut names = BTreeSet::new();
        for (nth, line) in text.split('\n').enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let at = format!("{}, line {}", self.name, nth + 1);
            let raw = match serde_json::from_str::<Value>(line) {
                Ok(raw) if raw.is_object() => raw,
                Ok(_) => {
                    warnings.add("line", || format!("{at}: this is no JSON object; the line is not used"));
                    continue;
                }
                Err(err) => {
                    let column = err.column();
                    warnings
                        .add("line", || format!("{at}, character {column}: this is not JSON; the line is not used"));
                    continue;
                }
            };
            let mut flat = Vec::new();
            flatten(raw.as_object().unwrap_or(&Map::new()), "", &mut flat);
            names.extend(flat.iter().map(|(name, _)| name.clone()));
            let cells = cells(flat);
            self.rows.push(Row { at, raw, cells });
        }
        self.judge(&names, warnings);
    }

    fn read_csv(&mut self, text: &str, warnings: &mut Warnings) {
        let separator = separator(text);
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
        let mut head: Option<StringRecord> = None;
        // The start of the record: byte, line.
        let mut place = (0, 1);
        for record in reader.records() {
            // The text is UTF-8 in memory and rows may have any length, so reading cannot fail.
            let Ok(record) = record else { continue };
            let (start, before) = place;
            let end = record.position().map_or(start, |at| at.byte() as usize).clamp(start, text.len());
            // The reader's line count is one too low for CR LF, because it has not read the LF yet.
            let blank = text.as_bytes()[end..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let lines = text.as_bytes()[start..end + blank].split(|byte| *byte == b'\n').count() - 1;
            place = (end + blank, before + lines);
            let line = place.1;
            let at = format!("{}, line {line}", self.name);
            let Some(head) = &head else {
                self.judge(&record.iter().map(|name| name.trim().to_owned()).collect(), warnings);
                self.judge_twins(&record, warnings);
                head = Some(record);
                continue;
            };
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                self.keep(head, &record, at, warnings);
            }
        }
        if !text.matches('"').count().is_multiple_of(2) {
            let name = &self.name;
            warnings
                .add("quote", || format!("{name}: a quote is opened and never closed; rows after it may be missing"));
        }
    }

    fn keep(&mut self, head: &StringRecord, record: &StringRecord, at: String, warnings: &mut Warnings) {
        if record.len() != head.len() {
            let (cells, names) = (record.len(), head.len());
            let why = "a text that holds the separator needs quotes around it";
            warnings.add("cells", || format!("{at}: {cells} cells for {names} columns ({why})"));
        }
        let mut raw = Map::new();
        let mut flat = Vec::new();
        for (nth, cell) in record.iter().enumerate() {
            let name = head.get(nth).map(str::trim).filter(|name| !name.is_empty() && !raw.contains_key(*name));
            let name = name.map_or_else(|| format!("column {}", nth + 1), str::to_owned);
            raw.insert(name, Value::from(cell));
            // A column's meaning follows from its name, also if the name occurs twice.
            flat.push((head.get(nth).unwrap_or_default().to_owned(), Value::from(unguarded(cell))));
        }
        let cells = cells(flat);
        self.rows.push(Row { at, raw: Value::Object(raw), cells });
    }

    /// Adds one warning about all unknown names.
    fn judge(&mut self, names: &BTreeSet<String>, warnings: &mut Warnings) {
        let mut unknown = Vec::new();
        for name in names.iter().filter(|name| !name.is_empty()) {
            match meaning(name) {
                Meaning::Read(column) => drop(self.read.insert(column)),
                Meaning::Made => {}
                Meaning::Unknown(None) => unknown.push(format!("\"{}\"", shown(name))),
                Meaning::Unknown(Some(meant)) => {
                    unknown.push(format!("\"{}\" (did you mean \"{meant}\"?)", shown(name)));
                }
            }
        }
        // Without a column `file` the first line may be data, not names.
        if unknown.is_empty() || !self.has_files() {
            return;
        }
        let more = unknown.len().saturating_sub(NAMES_SHOWN);
        unknown.truncate(NAMES_SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let (name, list) = (&self.name, unknown.join(", "));
        warnings.add("columns", || format!("{name}: unknown columns, kept only in the sealed record: {list}{more}"));
    }

    fn judge_twins(&self, head: &StringRecord, warnings: &mut Warnings) {
        let mut seen: BTreeMap<Column, &str> = BTreeMap::new();
        for name in head {
            let Meaning::Read(column) = meaning(name) else { continue };
            if let Some(first) = seen.get(&column) {
                let table = &self.name;
                let (first, second) = (shown(first), shown(name));
                let text = format!(
                    "{table}: the columns \"{first}\" and \"{second}\" mean the same; the first that is filled counts"
                );
                warnings.add("twins", || text);
            } else {
                seen.insert(column, name);
            }
        }
    }
}

/// The cells that are read. If several columns have the same meaning, the first that is not empty is used.
fn cells(flat: Vec<(String, Value)>) -> BTreeMap<Column, Value> {
    let mut cells: BTreeMap<Column, Value> = BTreeMap::new();
    for (name, value) in flat {
        let Meaning::Read(column) = meaning(&name) else { continue };
        let silent = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        if !silent {
            cells.entry(column).or_insert(value);
        }
    }
    cells
}

/// Decodes UTF-8 or UTF-16, with or without a byte order mark. Invalid bytes become U+FFFD.
fn decode(bytes: &[u8], name: &str, warnings: &mut Warnings) -> String {
    let wide = |read: fn([u8; 2]) -> u16| -> Vec<u16> {
        bytes[2..].chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect()
    };
    if bytes.starts_with(b"\xff\xfe") {
        return String::from_utf16_lossy(&wide(u16::from_le_bytes));
    }
    if bytes.starts_with(b"\xfe\xff") {
        return String::from_utf16_lossy(&wide(u16::from_be_bytes));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(err) => {
            let line = bytes[..err.valid_up_to()].split(|byte| *byte == b'\n').count();
            let advice = "what cannot be read is shown as \u{fffd}; save the file as UTF-8";
            warnings.add("encoding", || format!("{name}, line {line}: this is not UTF-8; {advice}"));
            String::from_utf8_lossy(bytes).into_owned()
        }
    }
}

/// The most frequent of `,` `;` TAB in the first line, outside quotes.
fn separator(text: &str) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text.trim_start_matches(['\r', '\n']).bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(separator, _)| *separator == byte).for_each(|(_, count)| *count += 1),
        }
    }
    // `max_by_key` returns the last of equal elements. The comma is last, so it wins a tie.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| separator)
}

/// A cell without the `'` that exports put before text that a spreadsheet would read as a formula.
fn unguarded(cell: &str) -> &str {
    let inner = cell.strip_prefix('\'').filter(|text| {
        let first = text.trim_start_matches('\'').chars().next();
        first.is_some_and(|c| "=+-@\t\r\n\u{2400}＝＋－＠".contains(c))
    });
    inner.unwrap_or(cell)
}

/// Nested objects as dotted names.
fn flatten(object: &Map<String, Value>, prefix: &str, flat: &mut Vec<(String, Value)>) {
    for (name, value) in object {
        match value {
            Value::Object(inner) => flatten(inner, &format!("{prefix}{name}."), flat),
            other => flat.push((format!("{prefix}{name}"), other.clone())),
        }
    }
}
