//! Names of animals and plants in other languages, for searches: from an embedded table (CLDR's annotations of emoji), from the
//! user's files and reference layers (Open Multilingual Wordnet as tab-separated text), and from what GBIF was asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use flate2::read::DeflateDecoder;
use serde::Serialize;
use utoipa::ToSchema;

use super::names::{self, NamesError};
use crate::photo::suggest;
use crate::photo::text::normalise;

/// A row for each animal or plant: `LANGUAGE=name` in cells parted by tabs, English first.
static TABLE: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::new();
    let packed: &[u8] = include_bytes!("../../data/vernacular-names.tsv.z");
    DeflateDecoder::new(packed).read_to_string(&mut text).expect("the embedded table is complete");
    text
});

/// The layer of the embedded names.
pub const EMBEDDED: &str = "CLDR";

/// Names of things, from several layers.
#[derive(Clone, Debug, Default)]
pub struct VernacularNames {
    things: Vec<Thing>,
}

/// An animal, a plant, or what else has names.
#[derive(Clone, Debug)]
struct Thing {
    /// Its names by language.
    names: BTreeMap<String, Vec<String>>,
    /// The layer that they are from.
    layer: Arc<str>,
}

/// A name in another language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct Translation {
    /// BCP 47.
    pub language: String,
    /// The name.
    pub name: String,
    /// The layer that it is from: `CLDR`, `GBIF`, or the name of a file or of a reference layer.
    pub layer: String,
    /// English names of other things that have the same name in this language.
    pub also: Vec<String>,
}

impl VernacularNames {
    /// The embedded names: 160 animals and plants, some 150 languages.
    pub fn embedded() -> Self {
        let cell =
            |cell: &str| cell.split_once('=').map(|(language, name)| (language.to_owned(), vec![name.to_owned()]));
        let layer: Arc<str> = EMBEDDED.into();
        let thing =
            |line: &str| Thing { names: line.split('\t').filter_map(cell).collect(), layer: Arc::clone(&layer) };
        Self { things: TABLE.lines().map(thing).collect() }
    }

    /// Adds the names of a file, a table as [`names::read`] reads it. The layer has the file's name.
    pub fn add_file(&mut self, path: &Path) -> Result<(), NamesError> {
        let layer = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        self.add_table(&std::fs::read(path)?, &layer)
    }

    /// Adds the names of a table as [`Self::add_file`] reads it, as a layer.
    pub fn add_table(&mut self, table: &[u8], layer: &str) -> Result<(), NamesError> {
        let layer: Arc<str> = layer.into();
        let things = names::read(table)?.things;
        self.things.extend(things.into_iter().map(|names| Thing { names, layer: Arc::clone(&layer) }));
        Ok(())
    }

    /// Adds a thing with its names by language (BCP 47), from a layer.
    pub fn add_thing(&mut self, names: BTreeMap<String, Vec<String>>, layer: &str) {
        self.things.push(Thing { names, layer: layer.into() });
    }

    /// The names of each thing by language, and the layer that they are from.
    pub fn things(&self) -> impl Iterator<Item = (&BTreeMap<String, Vec<String>>, &str)> {
        self.things.iter().map(|thing| (&thing.names, &*thing.layer))
    }

    /// The languages that have names.
    pub fn languages(&self) -> BTreeSet<&str> {
        self.things.iter().flat_map(|thing| thing.names.keys()).map(String::as_str).collect()
    }

    /// English names that resemble a term.
    pub fn nearest(&self, term: &str) -> Option<&str> {
        suggest::nearest(
            term,
            self.things.iter().filter_map(|thing| thing.names.get("en")).flatten().map(String::as_str),
        )
    }

    /// The names of what `term` means in these languages, by language; names that equal the term are left out. The term is
    /// looked for among the English names, otherwise among those of all languages.
    pub fn translations(&self, term: &str, languages: &[String]) -> Vec<Translation> {
        let wanted = normalise(term);
        let is_named = |names: &Vec<String>| names.iter().any(|name| normalise(name) == wanted);
        let english = |thing: &&Thing| thing.names.get("en").is_some_and(is_named);
        let mut meant: Vec<&Thing> = self.things.iter().filter(english).collect();
        if meant.is_empty() {
            meant = self.things.iter().filter(|thing| thing.names.values().any(is_named)).collect();
        }
        let mut found = Vec::new();
        for language in languages {
            let of_thing = |thing: &&Thing| thing.names.get(language).cloned().unwrap_or_default();
            for (name, layer) in
                meant.iter().flat_map(|thing| of_thing(thing).into_iter().map(|name| (name, thing.layer.to_string())))
            {
                let same = normalise(&name);
                if same != wanted && found.iter().all(|known: &Translation| normalise(&known.name) != same) {
                    let also = self.others(language, &name, &meant);
                    found.push(Translation { language: language.clone(), name, layer, also });
                }
            }
        }
        found
    }

    /// English names of the things that have this name in a language, without those that are meant.
    fn others(&self, language: &str, name: &str, meant: &[&Thing]) -> Vec<String> {
        let same = normalise(name);
        let has = |thing: &Thing| {
            thing.names.get(language).is_some_and(|names| names.iter().any(|name| normalise(name) == same))
        };
        let english = |thing: &Thing| thing.names.get("en").and_then(|names| names.first()).cloned();
        let meant_names: BTreeSet<String> =
            meant.iter().filter_map(|thing| thing.names.get("en")).flatten().cloned().collect();
        let found: BTreeSet<String> = self.things.iter().filter(|thing| has(thing)).filter_map(english).collect();
        found.difference(&meant_names).cloned().collect()
    }
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
            layer: "names.tsv".into(),
            also: also(others),
        };
        assert_eq!(found, [of("es", "mono", &["ape"]), of("es", "mico", &[]), of("ms", "kera kecil", &[])]);
        std::fs::write(&path, "name\nx\n").unwrap();
        assert!(matches!(names.add_file(&path), Err(NamesError::Columns)));
    }
}
