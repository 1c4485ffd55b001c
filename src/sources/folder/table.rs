//! Reads a metadata file, in CSV or JSON, into rows with line numbers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::columns::{ADDRESSES, Column, Meaning, NAMING, meaning};
use super::row::{Draft, Entry, Row};
use super::rules::Rules;
use super::warnings::{Warnings, shown};
use crate::sources::rows::csv::{self, Cell, Record};
use crate::sources::rows::encoding::{self, Remark};
use crate::sources::rows::json::{self as rows_json, Wrong};
use crate::sources::rows::{TableOptions, more};

/// The most names in one warning.
const NAMES_SHOWN: usize = 40;

/// A metadata file.
pub struct Table {
    /// The file's name, for warnings.
    pub name: String,
    /// Its rows, in the file's order.
    pub rows: Vec<Row>,
    /// How its cells are read.
    pub rules: Rules,
    read: BTreeSet<Column>,
}

impl Table {
    /// Reads the bytes of a file called `name`. What cannot be read becomes a warning.
    pub fn read(bytes: &[u8], name: &str, options: &TableOptions, warnings: &mut Warnings) -> Self {
        let text = decoded(bytes, name, options, warnings);
        let mut reader = Reader::new(name, warnings);
        if text.trim_start().starts_with(['{', '[']) {
            reader.read_json(&text);
        } else {
            reader.read_csv(&text);
        }
        reader.table(options)
    }

    /// Reads a list of addresses: a table, or a text with one address per line, in which `#` begins a comment.
    pub fn read_list(bytes: &[u8], name: &str, options: &TableOptions, warnings: &mut Warnings) -> Self {
        let text = decoded(bytes, name, options, warnings);
        let mut reader = Reader::new(name, warnings);
        if let Ok(list) = serde_json::from_str::<Vec<String>>(&text) {
            reader.read_lines(&list.join("\n"));
        } else if text.trim_start().starts_with(['{', '[']) {
            reader.read_json(&text);
        } else if has_no_columns(&text) {
            reader.read_lines(&text);
        } else {
            reader.read_csv(&text);
        }
        reader.table(options)
    }

    /// A list of addresses from the rows of a Parquet table.
    pub fn of_rows(rows: Vec<Value>, name: &str, options: &TableOptions, warnings: &mut Warnings) -> Self {
        let mut reader = Reader::new(name, warnings);
        reader.read_records(rows.into_iter().enumerate().map(|(nth, raw)| (format!("{name}, row {}", nth + 1), raw)));
        reader.table(options)
    }

    /// Whether it has a column that can hold addresses.
    pub fn has_addresses(&self) -> bool {
        has_addresses(&self.read)
    }

    /// Whether it says nothing but addresses.
    pub fn has_only_addresses(&self) -> bool {
        self.read.iter().all(|column| ADDRESSES.contains(column))
    }

    /// Whether it has a column that can name files.
    pub fn has_files(&self) -> bool {
        has_files(&self.read)
    }
}

fn has_files(read: &BTreeSet<Column>) -> bool {
    NAMING.iter().any(|column| read.contains(column))
}

fn has_addresses(read: &BTreeSet<Column>) -> bool {
    ADDRESSES.iter().any(|column| read.contains(column))
}

/// Whether a text is a list without columns: its first line is an address, or one word above addresses that names none.
fn has_no_columns(text: &str) -> bool {
    let is_address = |line: &str| line.split_once("://").is_some_and(|(scheme, _)| !scheme.contains([' ', ',', '"']));
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let Some(first) = lines.next() else { return true };
    let is_name = matches!(meaning(first.trim_matches('"')), Meaning::Read(column) if ADDRESSES.contains(&column));
    is_address(first) || !is_name && !first.contains([',', ';', '\t', '|']) && lines.any(is_address)
}

/// A file that is being read.
struct Reader<'a> {
    name: &'a str,
    read: BTreeSet<Column>,
    columns: HashMap<String, Option<Column>>,
    drafts: Vec<Draft>,
    warnings: &'a mut Warnings,
}

impl<'a> Reader<'a> {
    fn new(name: &'a str, warnings: &'a mut Warnings) -> Self {
        Self { name, read: BTreeSet::new(), columns: HashMap::new(), drafts: Vec::new(), warnings }
    }

    fn table(self, options: &TableOptions) -> Table {
        let Self { name, read, drafts, warnings, .. } = self;
        let rules = Rules::of(&drafts, options);
        rules.tell(name, &drafts, warnings);
        let rows =
            drafts.into_iter().map(|draft| draft.row(|column, entry| !rules.is_missing(column, entry))).collect();
        Table { name: name.to_owned(), rows, rules, read }
    }

    fn read_lines(&mut self, text: &str) {
        self.read.insert(Column::ImageUrl);
        let lines = (1..).zip(text.lines().map(str::trim));
        for (line, address) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            let (at, raw) = (format!("{}, line {line}", self.name), json!({"url": address}));
            let entry = Entry { value: Value::from(address), quoted: false };
            self.drafts.push(Draft { at, raw, entries: vec![(Column::ImageUrl, entry)] });
        }
    }

    fn read_json(&mut self, text: &str) {
        let mut records = Vec::new();
        for (line, record) in rows_json::records(text) {
            let at = format!("{}, line {line}", self.name);
            let raw = match record {
                Ok(raw) => raw,
                Err(Wrong::NoObject) => {
                    self.warnings.add("line", || format!("{at}: this is no JSON object; the line is not used"));
                    continue;
                }
                Err(Wrong::NoJson(character)) => {
                    let what = format!("{at}, character {character}: this is not JSON; the line is not used");
                    self.warnings.add("line", || what);
                    continue;
                }
            };
            records.push((at, raw));
        }
        self.read_records(records.into_iter());
    }

    /// Reads objects, each with its place in the file.
    fn read_records(&mut self, records: impl Iterator<Item = (String, Value)>) {
        let mut names = BTreeSet::new();
        for (at, raw) in records {
            let mut flat = Vec::new();
            flatten(raw.as_object().unwrap_or(&Map::new()), "", &mut flat);
            names.extend(flat.iter().map(|(name, _)| name.clone()));
            let flat = flat.into_iter().map(|(name, value)| (name, Entry { value, quoted: true }));
            let entries = self.entries(flat);
            self.drafts.push(Draft { at, raw, entries });
        }
        self.judge(&names);
    }

    fn read_csv(&mut self, text: &str) {
        let table = csv::read(text, |name| matches!(meaning(name), Meaning::Read(_)));
        let name = self.name;
        for line in table.unclosed {
            let what = "a quote is opened and never closed; it is read as part of the text";
            self.warnings.add("quote", || format!("{name}, line {line}: {what}"));
        }
        let mut records = table.records.into_iter();
        let Some(head) = records.next() else { return };
        let head: Vec<String> = head.cells.into_iter().map(|cell| cell.text.trim().to_owned()).collect();
        self.judge(&head.iter().cloned().collect());
        self.judge_twins(&head);
        for record in records {
            self.keep(&head, record, char::from(table.dialect.separator));
        }
    }

    fn keep(&mut self, head: &[String], record: Record, separator: char) {
        let at = format!("{}, line {}", self.name, record.line);
        if record.cells.len() != head.len() {
            let (cells, names) = (record.cells.len(), head.len());
            let why =
                format!("a text that holds the separator \"{}\" needs quotes around it", separator.escape_default());
            self.warnings.add("cells", || format!("{at}: {cells} cells for {names} columns ({why})"));
        }
        let mut raw = Map::new();
        let mut flat = Vec::new();
        for (nth, Cell { text, quoted }) in record.cells.into_iter().enumerate() {
            let name = head.get(nth).filter(|name| !name.is_empty() && !raw.contains_key(*name));
            let name = name.map_or_else(|| format!("column {}", nth + 1), Clone::clone);
            // A column's meaning follows from its name, also if the name occurs twice.
            let value = Value::from(unguarded(&text));
            flat.push((head.get(nth).cloned().unwrap_or_default(), Entry { value, quoted }));
            raw.insert(name, Value::from(text));
        }
        let entries = self.entries(flat.into_iter());
        self.drafts.push(Draft { at, raw: Value::Object(raw), entries });
    }

    /// The cells that are read and not blank.
    fn entries(&mut self, flat: impl Iterator<Item = (String, Entry)>) -> Vec<(Column, Entry)> {
        let filled = |value: &Value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty());
        let flat = flat.filter(|(_, entry)| filled(&entry.value));
        flat.filter_map(|(name, entry)| Some((self.column(&name)?, entry))).collect()
    }

    /// The column of that name, if it is read. Each name is looked up once.
    fn column(&mut self, name: &str) -> Option<Column> {
        if let Some(known) = self.columns.get(name) {
            return *known;
        }
        let column = match meaning(name) {
            Meaning::Read(column) => Some(column),
            _ => None,
        };
        self.columns.insert(name.to_owned(), column);
        column
    }

    /// Adds one warning about all unknown names.
    fn judge(&mut self, names: &BTreeSet<String>) {
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
        // Without a column of files or addresses the first line may be data, not names.
        if unknown.is_empty() || !has_files(&self.read) && !has_addresses(&self.read) {
            return;
        }
        // exiftool prints all that is in a file; nobody misspelt it.
        if self.read.contains(&Column::SourceFile) {
            let (name, count) = (self.name, unknown.len());
            let what = "exiftool's other columns, kept only in the sealed record";
            self.warnings.add("columns", || format!("{name}: {what}: {count}"));
            return;
        }
        let more = more(unknown.len().saturating_sub(NAMES_SHOWN));
        unknown.truncate(NAMES_SHOWN);
        let (name, list) = (self.name, unknown.join(", "));
        self.warnings
            .add("columns", || format!("{name}: unknown columns, kept only in the sealed record: {list}{more}"));
    }

    fn judge_twins(&mut self, head: &[String]) {
        let mut seen: BTreeMap<Column, &str> = BTreeMap::new();
        for name in head {
            let Meaning::Read(column) = meaning(name) else { continue };
            if let Some(first) = seen.get(&column) {
                let table = self.name;
                let (first, second) = (shown(first), shown(name));
                let text = format!(
                    "{table}: the columns \"{first}\" and \"{second}\" mean the same; the first that is filled counts"
                );
                self.warnings.add("twins", || text);
            } else {
                seen.insert(column, name);
            }
        }
    }
}

/// The text of a file. What is not certain about its encoding becomes a warning.
fn decoded(bytes: &[u8], name: &str, options: &TableOptions, warnings: &mut Warnings) -> String {
    let decoded = encoding::decode(bytes, options.encoding);
    match decoded.remark {
        None => {}
        Some(Remark::Marked(encoding)) => {
            warnings.add("encoding", || format!("{name} is read as {encoding}, which its byte order mark names"));
        }
        Some(Remark::Guessed(encoding)) => {
            let advice = "--encoding NAME names another one";
            warnings.add("encoding", || format!("{name} is not UTF-8; it is read as {encoding} ({advice})"));
        }
        Some(Remark::BadBytes(encoding, line)) => {
            let advice = "what cannot be read is shown as \u{fffd}; save the file as UTF-8, or name its encoding with --encoding";
            warnings.add("encoding", || format!("{name}, line {line}: this is not {encoding}; {advice}"));
        }
    }
    decoded.text
}

/// A cell without what protects it in a spreadsheet: the `'` that exports put before text that would be read as a
/// formula, or `="text"`.
fn unguarded(cell: &str) -> &str {
    if let Some(text) = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return text;
    }
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
