//! CSV in any of its dialects. Separator and escapes are found out; each cell knows whether it was in quotes, which tells
//! an `NA` that means "not given" from a name.
//!
//! No row is lost: a quote that is never closed, or that closes amid a later line, is an ordinary character.

/// The separators that are tried.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Quotes without an end that are searched for one; further ones are ordinary characters. It bounds the time.
const SEARCHED: u64 = 100;

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its text, without quotes and escapes.
    pub text: String,
    /// Whether it was in quotes.
    pub quoted: bool,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The line in which it begins, from 1.
    pub line: u64,
    /// Its cells; at least one.
    pub cells: Vec<Cell>,
}

/// How a text is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Between two cells; ASCII.
    pub separator: u8,
    /// Whether a backslash takes its meaning from the next quote, separator, line feed or backslash.
    pub backslash: bool,
}

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub struct Csv {
    /// Its rows that hold anything, the names of the columns first.
    pub records: Vec<Record>,
    /// How it is divided.
    pub dialect: Dialect,
    /// Lines with a quote that is opened and never closed.
    pub unclosed: Vec<u64>,
}

/// Reads a table. `is_known` tells whether a text is the name of a column; it decides between separators.
pub fn read(text: &str, is_known: impl Fn(&str) -> bool) -> Csv {
    let told = told_separator(text);
    let (separator, body, line) = told.unwrap_or_else(|| (guessed_separator(text, is_known), text, 1));
    let read = |backslash| Reader::new(body, Dialect { separator, backslash }, line).all();
    let plain = read(false);
    // MySQL's mark for "not given" comes with its escapes.
    let marked = plain.csv.records.iter().any(|record| record.cells.iter().any(|cell| cell.text == "\\N"));
    if plain.stray > 0 || !plain.csv.unclosed.is_empty() || marked {
        let escaped = read(true);
        let wrong = |read: &Read| read.stray + read.csv.unclosed.len() as u64;
        if wrong(&escaped) < wrong(&plain) || marked && wrong(&escaped) == wrong(&plain) {
            return escaped.csv;
        }
    }
    plain.csv
}

/// Excel's first line `sep=;`: the separator, the text after that line, and its first line's number.
fn told_separator(text: &str) -> Option<(u8, &str, u64)> {
    let end = text.find(['\n', '\r'])?;
    let first = text[..end].trim_matches([' ', '"']);
    let (key, told) = first.split_at_checked(4)?;
    let [separator] = told.as_bytes() else { return None };
    if !key.eq_ignore_ascii_case("sep=") || !separator.is_ascii() {
        return None;
    }
    let rest = &text[end..];
    let rest = rest.strip_prefix("\r\n").unwrap_or(&rest[1..]);
    Some((*separator, rest, 2))
}

/// The separator under which the first row has the most names of columns, else the most cells.
fn guessed_separator(text: &str, is_known: impl Fn(&str) -> bool) -> u8 {
    let judged = SEPARATORS.map(|separator| {
        let head = Reader::new(text, Dialect { separator, backslash: false }, 1).filled();
        let cells = head.map(|head| head.cells).unwrap_or_default();
        (cells.iter().filter(|cell| is_known(cell.text.trim())).count(), cells.len(), separator)
    });
    // The last of equal ones wins, so the comma comes last.
    judged.into_iter().rev().max_by_key(|(known, cells, _)| (*known, *cells)).map_or(b',', |(.., separator)| separator)
}

/// A table, and how often text followed a closing quote.
struct Read {
    csv: Csv,
    stray: u64,
}

struct Reader<'t> {
    text: &'t str,
    dialect: Dialect,
    at: usize,
    line: u64,
    stray: u64,
    unclosed: Vec<u64>,
    searched: u64,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, dialect: Dialect, line: u64) -> Self {
        Self { text, dialect, at: 0, line, stray: 0, unclosed: Vec::new(), searched: 0 }
    }

    fn all(mut self) -> Read {
        let records = std::iter::from_fn(|| self.filled()).collect();
        Read { csv: Csv { records, dialect: self.dialect, unclosed: self.unclosed }, stray: self.stray }
    }

    /// The next row that holds anything.
    fn filled(&mut self) -> Option<Record> {
        loop {
            let record = self.record()?;
            if record.cells.iter().any(|cell| !cell.text.trim().is_empty()) {
                return Some(record);
            }
        }
    }

    fn record(&mut self) -> Option<Record> {
        self.peek()?;
        let mut record = Record { line: self.line, cells: Vec::new() };
        loop {
            record.cells.push(self.cell());
            if self.peek() != Some(self.dialect.separator) {
                break;
            }
            self.at += 1;
        }
        self.skip_line_end();
        Some(record)
    }

    fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Passes LF, CR LF, or CR alone (old Macs).
    fn skip_line_end(&mut self) {
        if self.peek() == Some(b'\r') {
            self.at += 1;
            self.line += u64::from(self.peek() != Some(b'\n'));
        }
        if self.peek() == Some(b'\n') {
            self.at += 1;
            self.line += 1;
        }
    }

    fn cell(&mut self) -> Cell {
        let blanks = self.text[self.at..].bytes().take_while(|byte| *byte == b' ').count();
        let open = self.at + blanks;
        if self.byte(open) == Some(b'"') && self.searched < SEARCHED {
            if let Some(cell) = self.quoted(open) {
                return cell;
            }
            self.searched += 1;
        }
        self.plain()
    }

    fn plain(&mut self) -> Cell {
        let (mut text, mut from) = (String::new(), self.at);
        while let Some(byte) = self.peek() {
            if byte == self.dialect.separator || matches!(byte, b'\n' | b'\r') {
                break;
            }
            if self.is_escape(self.at) {
                text.push_str(&self.text[from..self.at]);
                self.at += 1;
                from = self.at;
                self.line += u64::from(self.peek() == Some(b'\n'));
            }
            self.at += 1;
        }
        text.push_str(&self.text[from..self.at]);
        Cell { text, quoted: false }
    }

    /// A cell in quotes; `None` where they are not closed, or close amid a later line.
    fn quoted(&mut self, open: usize) -> Option<Cell> {
        let (mut at, mut text, mut lines, mut stray) = (open + 1, String::new(), 0, 0);
        let mut from = at;
        let end = loop {
            let Some(byte) = self.byte(at) else {
                self.unclosed.push(self.line);
                return None;
            };
            let two = byte == b'"' && self.byte(at + 1) == Some(b'"');
            // Where quotes are not escaped, two of them at the end are one and the closing one.
            let doubled = two && (stray == 0 || self.after_quote(at + 2).is_none());
            if doubled || self.is_escape(at) {
                // The first of the two is left out, the second is a character.
                text.push_str(&self.text[from..at]);
                from = at + 1;
                lines += u64::from(self.byte(at + 1) == Some(b'\n'));
                at += 2;
                continue;
            }
            if byte == b'"' {
                match self.after_quote(at + 1) {
                    Some(end) => break end,
                    // A quote that was not escaped.
                    None => stray += 1,
                }
            }
            lines += u64::from(byte == b'\n' || byte == b'\r' && self.byte(at + 1) != Some(b'\n'));
            at += 1;
        };
        self.stray += stray;
        if stray > 0 && lines > 0 {
            return None;
        }
        text.push_str(&self.text[from..at]);
        self.at = end;
        self.line += lines;
        Some(Cell { text, quoted: true })
    }

    /// Where the cell ends if nothing but blanks follow the quote before `at`.
    fn after_quote(&self, at: usize) -> Option<usize> {
        let blanks = self.text[at..].bytes().take_while(|byte| *byte == b' ').count();
        let end = at + blanks;
        let over = |byte: u8| byte == self.dialect.separator || matches!(byte, b'\n' | b'\r');
        self.byte(end).is_none_or(over).then_some(end)
    }

    fn is_escape(&self, at: usize) -> bool {
        let escapable = |byte| byte == self.dialect.separator || matches!(byte, b'"' | b'\\' | b'\n');
        self.dialect.backslash && self.byte(at) == Some(b'\\') && self.byte(at + 1).is_some_and(escapable)
    }
}
