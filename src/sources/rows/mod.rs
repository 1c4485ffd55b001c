//! Rows of metadata as other programs write them: encodings, CSV dialects, JSON with odd values, words for "not given",
//! lists, dates, and numbers of any locale. The folder source, the photo services and the imports share these rules.

pub mod csv;
pub mod dates;
pub mod encoding;
pub mod json;
pub mod lists;
pub mod missing;
pub mod numbers;
pub mod parquet;

/// What the user says about a table. The default lets the table show it.
#[derive(Clone, Debug, Default)]
pub struct TableOptions {
    /// `NA`, `NULL`, `-` and similar words are texts.
    pub keep_na: bool,
    /// The decimal mark of its numbers.
    pub decimal: Option<numbers::Decimal>,
    /// Which of two numbers of a date comes first.
    pub date_order: Option<dates::DateOrder>,
    /// What separates the items of its lists.
    pub separator: Option<lists::Separator>,
    /// Its encoding.
    pub encoding: Option<encoding::Name>,
}

/// Further words in brackets: `" (and 3 more)"`, empty for none.
pub fn more(left: usize) -> String {
    if left > 0 { format!(" and {left} more") } else { String::new() }
}

#[cfg(test)]
mod tests;
