//! Names of animals and plants in other languages, for searches: from an embedded table (CLDR's annotations of emoji), from the
//! user's files (Open Multilingual Wordnet as tab-separated text), and from what GBIF was asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::LazyLock;

use flate2::read::DeflateDecoder;
use thiserror::Error;

use crate::photo::suggest;
use crate::photo::text::normalise;

/// A row for each animal or plant: `LANGUAGE=name` in cells parted by tabs, English first.
static TABLE: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    let packed: &[u8] = include_bytes!("../../data/vernacular-names.tsv.z");
    DeflateDecoder::new(packed).read_to_string(&mut text).expect("the embedded table is complete");
    text
});

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

/// Names of things: for each thing its names by language.
#[derive(Clone, Debug, Default)]
pub struct VernacularNames {
    things: Vec<BTreeMap<String, Vec<String>>>,
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

/// A name in another language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Translation {
    /// BCP 47.
    pub language: String,
    /// The name.
    pub name: String,
    /// English names of other things that have the same name in this language.
    pub also: Vec<String>,
}

impl VernacularNames {
    /// The embedded names: 160 animals and plants, some 150 languages.
    pub fn embedded() -> Self {
        let cell =
            |cell: &str| cell.split_once('=').map(|(language, name)| (language.to_owned(), vec![name.to_owned()]));
        Self { things: TABLE.lines().map(|line| line.split('\t').filter_map(cell).collect()).collect() }
    }

    /// Adds the names of a file: UTF-8, tab-separated, with the columns `wn30_offset` (the thing), `english` (its English names,
    /// separated by `|`), `lang` (ISO 639-3) and `lemma`. Other columns are ignored.
    pub fn add_file(&mut self, path: &Path) -> Result<(), NamesError> {
        let text = std::fs::read(path)?;
        let text = String::from_utf8_lossy(&text);
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
        let column = |name: &str| header.iter().position(|column| *column == name).ok_or(NamesError::Columns);
        let (thing, english, language, lemma) =
            (column("wn30_offset")?, column("english")?, column("lang")?, column("lemma")?);
        let mut things: BTreeMap<&str, BTreeMap<String, Vec<String>>> = BTreeMap::new();
        for cells in lines.map(|line| line.split('\t').collect::<Vec<_>>()) {
            let cell = |at: usize| cells.get(at).copied().map(str::trim).filter(|cell| !cell.is_empty());
            let (Some(thing), Some(english), Some(language), Some(lemma)) =
                (cell(thing), cell(english), cell(language), cell(lemma))
            else {
                continue;
            };
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
        self.things.extend(things.into_values());
        Ok(())
    }

    /// Adds a thing with its names by language (BCP 47).
    pub fn add_thing(&mut self, names: BTreeMap<String, Vec<String>>) {
        self.things.push(names);
    }

    /// The languages that have names.
    pub fn languages(&self) -> BTreeSet<&str> {
        self.things.iter().flat_map(BTreeMap::keys).map(String::as_str).collect()
    }

    /// English names that resemble a term.
    pub fn nearest(&self, term: &str) -> Option<&str> {
        suggest::nearest(term, self.things.iter().filter_map(|thing| thing.get("en")).flatten().map(String::as_str))
    }

    /// The names of what `term` means in these languages, by language; names that equal the term are left out. The term is
    /// looked for among the English names, otherwise among those of all languages.
    pub fn translations(&self, term: &str, languages: &[String]) -> Vec<Translation> {
        let wanted = normalise(term);
        let is_named = |names: &Vec<String>| names.iter().any(|name| normalise(name) == wanted);
        let english = |thing: &&BTreeMap<String, Vec<String>>| thing.get("en").is_some_and(is_named);
        let mut meant: Vec<_> = self.things.iter().filter(english).collect();
        if meant.is_empty() {
            meant = self.things.iter().filter(|thing| thing.values().any(is_named)).collect();
        }
        let mut found = Vec::new();
        for language in languages {
            let names = meant.iter().filter_map(|thing| thing.get(language)).flatten();
            for name in names {
                let also = self.others(language, name, &meant);
                let translation = Translation { language: language.clone(), name: name.clone(), also };
                let is_new = found.iter().all(|known: &Translation| normalise(&known.name) != normalise(name));
                if is_new && normalise(name) != wanted {
                    found.push(translation);
                }
            }
        }
        found
    }

    /// English names of the things that have this name in a language, without those that are meant.
    fn others(&self, language: &str, name: &str, meant: &[&BTreeMap<String, Vec<String>>]) -> Vec<String> {
        let same = normalise(name);
        let has = |thing: &BTreeMap<String, Vec<String>>| {
            thing.get(language).is_some_and(|names| names.iter().any(|name| normalise(name) == same))
        };
        let english = |thing: &BTreeMap<String, Vec<String>>| thing.get("en").and_then(|names| names.first()).cloned();
        let meant_names: BTreeSet<String> =
            meant.iter().filter_map(|thing| thing.get("en")).flatten().cloned().collect();
        let found: BTreeSet<String> = self.things.iter().filter(|thing| has(thing)).filter_map(english).collect();
        found.difference(&meant_names).cloned().collect()
    }
}

/// The BCP 47 tag of a code of ISO 639-3; other codes are returned as they are.
pub(super) fn short_code(language: &str) -> &str {
    SHORT_CODES.iter().find(|(long, _)| *long == language).map_or(language, |(_, short)| short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn languages(codes: &str) -> Vec<String> {
        codes.split(',').map(str::to_owned).collect()
    }

    fn names(term: &str, codes: &str) -> Vec<String> {
        let found = VernacularNames::embedded().translations(term, &languages(codes));
        found.into_iter().map(|each| each.name).collect()
    }

    #[test]
    fn an_animal_has_its_name_in_each_language() {
        assert_eq!(
            names("Monkey", "it,es,ja,fr,de,zh,ar,ru"),
            ["scimmia", "mono", "サル", "singe", "Affe", "猴子", "قرد", "обезьяна"]
        );
        assert_eq!(names("scimmia", "en,de"), ["monkey", "Affe"], "from another language too");
        assert_eq!(names("gorilla", "de,it,en"), Vec::<String>::new(), "the same word is no new search");
        assert!(names("unheard-of", "de").is_empty());
        assert_eq!(VernacularNames::embedded().nearest("monky"), Some("monkey"));
        assert!(VernacularNames::embedded().languages().len() > 100);
    }

    #[test]
    fn a_file_adds_synonyms_and_shows_what_else_a_name_means() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names.tsv");
        let rows = "wn30_offset\tenglish\tlang\tlemma\tsource\tlicence\n\
            1\tmonkey\tspa\tmono\tx\tCC BY 3.0\n1\tmonkey\tspa\tmico\tx\tCC BY 3.0\n2\tape|anthropoid\tspa\tmono\tx\tCC BY 3.0\n\
            1\tmonkey\tzsm\tkera_kecil\tx\tMIT\nbroken line\n";
        std::fs::write(&path, rows).unwrap();
        let mut names = VernacularNames::default();
        names.add_file(&path).unwrap();
        let found = names.translations("monkey", &languages("es,ms"));
        let also = |also: &[&str]| also.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let of = |language: &str, name: &str, others: &[&str]| Translation {
            language: language.into(),
            name: name.into(),
            also: also(others),
        };
        assert_eq!(found, [of("es", "mono", &["ape"]), of("es", "mico", &[]), of("ms", "kera kecil", &[])]);
        std::fs::write(&path, "name\nx\n").unwrap();
        assert!(matches!(names.add_file(&path), Err(NamesError::Columns)));
    }
}
