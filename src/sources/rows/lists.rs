//! Lists in one cell, as exiftool, Lightroom, digiKam, Windows, Python and Flickr write them. The separator is chosen
//! for the whole column.

use serde_json::Value;

/// What separates the items of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// `|`.
    Bar,
    /// `;`. A cell without it is divided at its commas.
    Semicolon,
    /// `,`.
    Comma,
    /// Blanks; `"two words"` in quotes is one item.
    Blank,
    /// Nothing: a cell is one item.
    Nothing,
}

impl Separator {
    /// The separator of a column: the first of `|` `;` `,` that any of its cells has. Without any, blanks separate where
    /// `blanks` is true.
    pub fn of<'t>(cells: impl Iterator<Item = &'t str>, blanks: bool) -> Self {
        let (mut semicolon, mut comma) = (false, false);
        for cell in cells.filter(|cell| python_list(cell).is_none()) {
            if cell.contains('|') {
                return Self::Bar;
            }
            semicolon |= cell.contains(';');
            comma |= cell.contains(',');
        }
        match (semicolon, comma, blanks) {
            (true, ..) => Self::Semicolon,
            (_, true, _) => Self::Comma,
            (.., true) => Self::Blank,
            (.., false) => Self::Nothing,
        }
    }

    /// The items of a cell.
    pub fn split(self, cell: &str) -> Vec<String> {
        if let Some(items) = python_list(cell) {
            return items;
        }
        let parts: Vec<&str> = match self {
            Self::Bar => cell.split('|').collect(),
            Self::Semicolon if cell.contains(';') => cell.split(';').collect(),
            Self::Semicolon | Self::Comma => cell.split(',').collect(),
            Self::Blank => return words(cell),
            Self::Nothing => vec![cell],
        };
        filled(parts.into_iter())
    }

    /// How a message describes it.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Bar => "items are separated by \"|\"",
            Self::Semicolon => "items are separated by \";\", or by \",\" in cells without \";\"",
            Self::Comma => "items are separated by \",\"",
            Self::Blank => "items are separated by blanks",
            Self::Nothing => "each cell is one item",
        }
    }
}

fn filled<'t>(parts: impl Iterator<Item = &'t str>) -> Vec<String> {
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Words between blanks. Flickr writes an item of several words in quotes.
fn words(cell: &str) -> Vec<String> {
    if !cell.matches('"').count().is_multiple_of(2) {
        return filled(cell.split_whitespace());
    }
    let mut items = Vec::new();
    for (nth, part) in cell.split('"').enumerate() {
        if nth % 2 == 0 {
            items.extend(filled(part.split_whitespace()));
        } else {
            items.extend(filled([part].into_iter()));
        }
    }
    items
}

/// A list as Python prints it or as JSON has it: `['a', "it's"]`, `["a"]`, `[]`; also a tuple or a set. `None` for any
/// other text.
pub fn python_list(cell: &str) -> Option<Vec<String>> {
    let cell = cell.trim();
    let inner = [('[', ']'), ('(', ')'), ('{', '}')]
        .iter()
        .find_map(|(open, close)| cell.strip_prefix(*open)?.strip_suffix(*close))?;
    if let Ok(Value::Array(items)) = serde_json::from_str(cell) {
        return Some(items.iter().filter_map(item).collect());
    }
    let mut items = Vec::new();
    let mut rest = inner.trim();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let (item, after) = python_text(&rest[1..], quote)?;
        items.push(item);
        rest = match after.trim_start() {
            "" => "",
            after => after.strip_prefix(',')?.trim_start(),
        };
    }
    // Square brackets alone are an empty list; other empty brackets are a text.
    (!items.is_empty() || cell.starts_with('[')).then(|| filled(items.iter().map(String::as_str)))
}

/// A text up to its closing quote, and what follows.
fn python_text(text: &str, quote: char) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next()?.1 {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                other => out.push(other),
            },
            c if c == quote => return Some((out, &text[at + 1..])),
            c => out.push(c),
        }
    }
    None
}

/// An item of a JSON array as text; `None` for null and for blanks.
pub fn item(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    (!text.is_empty()).then_some(text)
}
