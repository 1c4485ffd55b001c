//! Words that mean "not given": what R, pandas, MySQL, spreadsheets and people write for it.
//!
//! Some of them can be a name ("NA", "None"). In quotes such a word is a text, unless the table shows otherwise.

use std::collections::{BTreeMap, BTreeSet};

/// Marks that nobody is called: not given, also in quotes.
const MARKS: [&str; 20] = [
    "-", "--", "\u{2013}", "\u{2014}", "\\N", "N/A", "n/a", "n.a.", "#N/A", "#N/A N/A", "#NA", "#NV", "#N/D", "<NA>",
    "NaT", "-NaN", "-nan", "(null)", "1.#QNAN", "-1.#IND",
];

/// Words that may be a name.
const WORDS: [&str; 7] = ["NA", "NULL", "null", "NaN", "nan", "None", "nil"];

/// Those that Python writes, among them `str(None)` and `str(nan)`.
const PYTHON: [&str; 5] = ["None", "nan", "NaN", "NaT", "<NA>"];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Texts, where a name may stand.
    Text,
    /// Numbers, dates, addresses, terms: a word for "not given" is never one of these.
    Typed,
}

/// A cell that may hold such a word.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'t> {
    /// What its column holds.
    pub kind: Kind,
    /// Its text.
    pub text: &'t str,
    /// Whether it was in quotes, as all texts of JSON are.
    pub quoted: bool,
}

/// Whether a text is one of the words, in quotes or not.
pub fn is_word(text: &str) -> bool {
    MARKS.contains(&text) || WORDS.contains(&text)
}

/// Whether a text is what Python writes for "not given".
pub fn is_python_word(text: &str) -> bool {
    PYTHON.contains(&text)
}

/// Which words mean "not given" in one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    keep_all: bool,
    /// Words that the table writes for "not given" in quotes too.
    quoted_too: BTreeSet<String>,
    /// A word that is a name, and the one that the table writes for "not given" instead.
    name: Option<(String, String)>,
}

impl Missing {
    /// The rule of a table, from all its cells.
    pub fn of<'t>(cells: impl Iterator<Item = Candidate<'t>>, keep_all: bool) -> Self {
        if keep_all {
            return Self { keep_all, ..Self::default() };
        }
        let mut uses: BTreeMap<&str, Uses> = BTreeMap::new();
        for cell in cells.map(|cell| Candidate { text: cell.text.trim(), ..cell }).filter(|cell| is_word(cell.text)) {
            let uses = uses.entry(cell.text).or_default();
            match (cell.kind, cell.quoted) {
                (Kind::Typed, true) => uses.typed_quoted += 1,
                (Kind::Typed, false) => uses.typed_bare += 1,
                (Kind::Text, true) => {}
                (Kind::Text, false) => uses.text_bare += 1,
            }
        }
        let quoted_too = |(word, uses): (&&str, &Uses)| {
            let quoted = uses.typed_quoted > 0 && uses.typed_bare + uses.text_bare == 0;
            quoted.then(|| (*word).to_owned())
        };
        Self { keep_all, quoted_too: uses.iter().filter_map(quoted_too).collect(), name: name(&uses) }
    }

    /// Whether a cell says that nothing is given.
    pub fn takes(&self, cell: Candidate<'_>) -> bool {
        let text = cell.text.trim();
        if self.keep_all || !is_word(text) {
            return false;
        }
        if cell.kind == Kind::Typed || MARKS.contains(&text) {
            return true;
        }
        if cell.quoted {
            return self.quoted_too.contains(text);
        }
        self.name.as_ref().is_none_or(|(name, _)| name != text)
    }

    /// Whether the user wants all words as texts.
    pub fn keeps_all(&self) -> bool {
        self.keep_all
    }

    /// The word that is kept as a name though it is not in quotes, and the mark that the table uses instead.
    pub fn name(&self) -> Option<(&str, &str)> {
        self.name.as_ref().map(|(name, mark)| (name.as_str(), mark.as_str()))
    }
}

/// How often a word occurs.
#[derive(Default)]
struct Uses {
    typed_quoted: u64,
    typed_bare: u64,
    text_bare: u64,
}

/// A program writes one word for "not given". Where a table has exactly two, one in columns of numbers and of texts and
/// one, rarer, only in texts, the second is a name.
fn name(uses: &BTreeMap<&str, Uses>) -> Option<(String, String)> {
    if uses.len() != 2 {
        return None;
    }
    let is_mark = |uses: &Uses| uses.typed_bare > 0 && uses.text_bare > 0;
    let (mark, marked) = uses.iter().find(|(_, uses)| is_mark(uses))?;
    let (name, named) = uses.iter().find(|(word, _)| *word != mark)?;
    let rarer = named.text_bare < marked.typed_bare + marked.text_bare;
    let only_text = named.typed_bare + named.typed_quoted == 0 && named.text_bare > 0;
    (rarer && only_text && WORDS.contains(name)).then(|| ((*name).to_owned(), (*mark).to_owned()))
}
