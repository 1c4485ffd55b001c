//! Tables of names of things in many languages, as Open Multilingual Wordnet has them.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::Contents;

/// ISO 639-3 codes of the files and the BCP 47 tags that mean the same; other codes are equal.
const SHORT_CODES: [(&str, &str); 62] = [
    ("afr", "af"),
    ("als", "sq"),
    ("arb", "ar"),
    ("ara", "ar"),
    ("ben", "bn"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cmn", "zh"),
    ("cym", "cy"),
    ("dan", "da"),
    ("deu", "de"),
    ("ell", "el"),
    ("eng", "en"),
    ("epo", "eo"),
    ("est", "et"),
    ("eus", "eu"),
    ("fas", "fa"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("gle", "ga"),
    ("glg", "gl"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hrv", "hr"),
    ("hun", "hu"),
    ("hye", "hy"),
    ("ind", "id"),
    ("isl", "is"),
    ("ita", "it"),
    ("jpn", "ja"),
    ("kat", "ka"),
    ("kor", "ko"),
    ("lat", "la"),
    ("lav", "lv"),
    ("lit", "lt"),
    ("mkd", "mk"),
    ("mon", "mn"),
    ("msa", "ms"),
    ("zsm", "ms"),
    ("nld", "nl"),
    ("nno", "nn"),
    ("nob", "nb"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("slk", "sk"),
    ("slv", "sl"),
    ("spa", "es"),
    ("sqi", "sq"),
    ("srp", "sr"),
    ("swa", "sw"),
    ("swe", "sv"),
    ("tam", "ta"),
    ("tel", "te"),
    ("tgl", "tl"),
    ("tha", "th"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("vie", "vi"),
    ("zho", "zh"),
];

/// Names of things from a table.
#[derive(Clone, Debug, Default)]
pub struct NamesTable {
    /// For each thing its names by language (BCP 47).
    pub things: Vec<BTreeMap<String, Vec<String>>>,
    /// Licence of the rows -> rows; empty without such a column.
    pub licenses: BTreeMap<String, u64>,
}

/// A file of names that cannot be read.
#[derive(Debug, Error)]
pub enum NamesError {
    /// It cannot be opened.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Its first line names other columns.
    #[error("its first line has to name the columns wn30_offset, english, lang and lemma, separated by tabs")]
    Columns,
    /// No row could be used.
    #[error("it has no names")]
    Empty,
}

impl NamesError {
    /// What a file of names has to be, for a person.
    pub const HINT: &'static str = "it takes a table with the columns wn30_offset, english, lang and lemma";
}

/// Reads a table: UTF-8, tab-separated, with the columns `wn30_offset` (the thing), `english` (its English names, separated by `|`),
/// `lang` (ISO 639-3) and `lemma`, and perhaps `licence` or `license`. Other columns are ignored, and so are incomplete rows.
pub fn read(table: &[u8]) -> Result<NamesTable, NamesError> {
    let text = String::from_utf8_lossy(table);
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| header.iter().position(|column| *column == name);
    let needed = |name: &str| column(name).ok_or(NamesError::Columns);
    let (thing, english, language, lemma) =
        (needed("wn30_offset")?, needed("english")?, needed("lang")?, needed("lemma")?);
    let license = column("licence").or_else(|| column("license"));
    let mut licenses: BTreeMap<String, u64> = BTreeMap::new();
    let mut things: BTreeMap<&str, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for cells in lines.map(|line| line.split('\t').collect::<Vec<_>>()) {
        let cell = |at: usize| cells.get(at).copied().map(str::trim).filter(|cell| !cell.is_empty());
        let (Some(thing), Some(english), Some(language), Some(lemma)) =
            (cell(thing), cell(english), cell(language), cell(lemma))
        else {
            continue;
        };
        if let Some(license) = license.and_then(cell) {
            *licenses.entry(license.to_owned()).or_default() += 1;
        }
        let names = things.entry(thing).or_default();
        names.entry("en".to_owned()).or_insert_with(|| english.split('|').map(str::to_owned).collect());
        let names = names.entry(short_code(language).to_owned()).or_default();
        // Wordnets write blanks as underscores.
        let lemma = lemma.replace('_', " ");
        if !names.contains(&lemma) {
            names.push(lemma);
        }
    }
    if things.is_empty() {
        return Err(NamesError::Empty);
    }
    Ok(NamesTable { things: things.into_values().collect(), licenses })
}

/// What a table contains.
pub(super) fn check(table: &[u8]) -> Result<Contents, String> {
    let table = read(table).map_err(|err| err.to_string())?;
    let things = &table.things;
    let languages: BTreeSet<&String> = things.iter().flat_map(BTreeMap::keys).collect();
    let names: usize = things.iter().flat_map(BTreeMap::values).map(Vec::len).sum();
    let counts = [("names", names), ("things", things.len()), ("languages", languages.len())];
    let counts = counts.map(|(what, count)| (what.to_owned(), count as u64)).into_iter().collect();
    Ok(Contents { counts, licenses: table.licenses, ..Contents::default() })
}

/// The BCP 47 tag of a code of ISO 639-3; other codes are returned as they are.
pub fn short_code(language: &str) -> &str {
    SHORT_CODES.iter().find(|(long, _)| *long == language).map_or(language, |(_, short)| short)
}
