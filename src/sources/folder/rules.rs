//! How the cells of one table are read: which words mean "not given", what separates the items of a list, which mark
//! its decimals have. What was chosen is said once.

use std::collections::BTreeMap;

use serde_json::Value;

use super::columns::Column;
use super::row::{Draft, Entry, Row};
use super::warnings::Warnings;
use crate::sources::rows::TableOptions;
use crate::sources::rows::dates::Dates;
use crate::sources::rows::lists::{self, Separator};
use crate::sources::rows::missing::{self, Candidate, Missing};
use crate::sources::rows::numbers::Numbers;

/// The rules of a table.
pub struct Rules {
    /// How numbers are read.
    pub numbers: Numbers,
    /// How dates are read.
    pub dates: Dates,
    missing: Missing,
    lists: BTreeMap<Column, Separator>,
}

/// Columns of dates, whose rule is one.
const DATES: [Column; 3] = [Column::Taken, Column::EventStart, Column::EventEnd];

fn candidate(column: Column, entry: &Entry) -> Option<Candidate<'_>> {
    Some(Candidate { kind: column.kind(), text: entry.value.as_str()?, quoted: entry.quoted })
}

impl Rules {
    /// The rules that a table's cells show, or the user states.
    pub fn of(drafts: &[Draft], options: &TableOptions) -> Self {
        let entries = || drafts.iter().flat_map(|draft| &draft.entries);
        let candidates = entries().filter_map(|(column, entry)| candidate(*column, entry));
        let missing = Missing::of(candidates, options.keep_na);
        let number = |(column, entry): &'_ (Column, Entry)| Some((column.limit()?, entry.value.as_str()?.to_owned()));
        let numbers: Vec<(f64, String)> = entries().filter_map(number).collect();
        let numbers = Numbers::of(numbers.iter().map(|(limit, text)| (text.as_str(), *limit)), options.decimal);
        let is_exiftool = entries().any(|(column, _)| *column == Column::SourceFile);
        let dates = Dates::default();
        let mut rules = Self { numbers, dates, missing, lists: BTreeMap::new() };
        // An export has its dates in EDTF too, and those count.
        let exported = entries().any(|(column, _)| *column == Column::Edtf);
        let is_date = |column: &Column| if exported { *column == Column::Edtf } else { DATES.contains(column) };
        let dates = entries().filter(|(column, _)| is_date(column));
        let cells: Vec<String> = dates.filter_map(|(column, entry)| rules.date(*column, entry)).collect();
        rules.dates = Dates::of(cells.iter().map(String::as_str), options.date_order);
        for column in [Column::Tags, Column::TagPaths, Column::MachineTags] {
            let cells: Vec<&Entry> = entries()
                .filter(|(one, entry)| *one == column && !rules.is_missing(column, entry))
                .map(|(_, entry)| entry)
                .collect();
            let separator = options.separator.unwrap_or_else(|| separator(column, &cells, is_exiftool));
            rules.lists.insert(column, separator);
        }
        rules
    }

    /// Whether a cell says that nothing is given.
    pub fn is_missing(&self, column: Column, entry: &Entry) -> bool {
        candidate(column, entry).is_some_and(|candidate| self.missing.takes(candidate))
    }

    /// The text of a date.
    fn date(&self, column: Column, entry: &Entry) -> Option<String> {
        match &entry.value {
            Value::String(text) if !self.is_missing(column, entry) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn items(&self, row: &Row, column: Column) -> Vec<String> {
        match row.value(column) {
            Some(Value::Array(items)) => items.iter().filter_map(lists::item).collect(),
            Some(_) => self.split(column, &row.text(column).unwrap_or_default()),
            None => Vec::new(),
        }
    }

    fn split(&self, column: Column, text: &str) -> Vec<String> {
        let separator = self.lists.get(&column).copied().unwrap_or(Separator::Nothing);
        if column != Column::TagPaths {
            return separator.split(text);
        }
        // `Animals|Birds|Heron`: the last name is the keyword.
        let items = separator.split(&text.replace('|', "/"));
        items
            .into_iter()
            .filter_map(|item| item.rsplit('/').map(str::trim).find(|name| !name.is_empty()).map(str::to_owned))
            .collect()
    }

    /// Says what was chosen.
    pub fn tell(&self, name: &str, drafts: &[Draft], warnings: &mut Warnings) {
        self.tell_missing(name, drafts, warnings);
        if let Some(chosen) = self.dates.chosen() {
            warnings.add("dates", || format!("{name}, column taken: {chosen} (--date-order sets another order)"));
        }
        if self.dates.has_only_days() {
            warnings.add("dates", || format!("{name}, column taken: every time is midnight; only the days are used"));
        }
        for (column, separator) in &self.lists {
            let entries = drafts.iter().flat_map(|draft| &draft.entries);
            let texts = entries.filter(|(one, _)| one == column).filter_map(|(_, entry)| entry.value.as_str());
            let mut parted =
                texts.filter(|text| lists::python_list(text).is_none() && self.split(*column, text).len() > 1);
            // `|` is what the documentation asks for.
            if !matches!(separator, Separator::Bar | Separator::Nothing) && parted.next().is_some() {
                let (column, chosen) = (column.as_str(), separator.describe());
                warnings
                    .add("list", || format!("{name}, column {column}: {chosen} (--list-separator sets another one)"));
            }
        }
    }

    fn tell_missing(&self, name: &str, drafts: &[Draft], warnings: &mut Warnings) {
        let mut taken: BTreeMap<&str, BTreeMap<Column, u64>> = BTreeMap::new();
        let mut kept: BTreeMap<&str, BTreeMap<Column, u64>> = BTreeMap::new();
        for (column, entry) in drafts.iter().flat_map(|draft| &draft.entries) {
            let Some(text) = entry.value.as_str().map(str::trim).filter(|text| missing::is_word(text)) else {
                continue;
            };
            let counts = if self.is_missing(*column, entry) { &mut taken } else { &mut kept };
            *counts.entry(text).or_default().entry(*column).or_default() += 1;
        }
        if !taken.is_empty() {
            let list = counted(&taken);
            warnings.add("missing", || {
                format!("{name}: read as \"not given\": {list} (--keep-na keeps such words as texts)")
            });
        }
        if !kept.is_empty() && !self.missing.keeps_all() {
            let list = counted(&kept);
            let why = match self.missing.name() {
                Some((_, mark)) => format!("this file writes {mark} for \"not given\""),
                None => "it is in quotes".to_owned(),
            };
            warnings.add("missing", || format!("{name}: kept as a text, since {why}: {list}"));
        }
    }
}

/// `"NA" in title (2), tags (3); "-" in views (1)`.
fn counted(words: &BTreeMap<&str, BTreeMap<Column, u64>>) -> String {
    let columns = |columns: &BTreeMap<Column, u64>| {
        columns.iter().map(|(column, count)| format!("{} ({count})", column.as_str())).collect::<Vec<_>>().join(", ")
    };
    words.iter().map(|(word, counts)| format!("\"{word}\" in {}", columns(counts))).collect::<Vec<_>>().join("; ")
}

/// The separator of a column. Where any cell is an array, a text is one item; exiftool separates by commas, never by
/// blanks, and in JSON it writes arrays.
fn separator(column: Column, cells: &[&Entry], is_exiftool: bool) -> Separator {
    let texts: Vec<&str> = cells.iter().filter_map(|entry| entry.value.as_str()).collect();
    let arrays = texts.len() < cells.len();
    if arrays {
        return Separator::Nothing;
    }
    match column {
        Column::TagPaths => {
            let paths: Vec<String> = texts.iter().map(|text| text.replace('|', "/")).collect();
            Separator::of(paths.iter().map(String::as_str), false)
        }
        _ => Separator::of(texts.into_iter(), !is_exiftool),
    }
}
