//! Tables of taxa with their classification and names: the Mammal Diversity Database, AviList, and checklists with the column
//! names of Darwin Core.

use std::collections::BTreeSet;

use thiserror::Error;

use super::Contents;
use crate::photo::{Classification, RED_LIST, Taxon};

/// Rank, column of the name in the tables that we know. The first that a table has is read.
const RANKS: [(&str, &[&str]); 6] = [
    ("kingdom", &["kingdom"]),
    ("phylum", &["phylum"]),
    ("class", &["class"]),
    ("order", &["order"]),
    ("family", &["family"]),
    ("genus", &["genus"]),
];
const SCIENTIFIC_NAME: [&str; 4] = ["sciname", "canonicalname", "scientificname", "acceptedscientificname"];
const TAXON_RANK: [&str; 2] = ["taxonrank", "rank"];
const STATUS: [&str; 3] = ["iucnstatus", "iucnredlistcategory", "threatstatus"];
/// Columns of vernacular names, all of which are read. Those without a column of the language are English.
const VERNACULAR: [&str; 6] = [
    "maincommonname",
    "othercommonnames",
    "vernacularname",
    "englishnameavilist",
    "englishnameclementsv2024",
    "englishnamebirdlifev9",
];
/// Columns that only one table has, and the class of all its rows, which it does not say.
const CLASS_OF_TABLE: [(&str, &str); 2] = [("msw3sciname", "Mammalia"), ("englishnameavilist", "Aves")];

/// A taxon with its vernacular names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NamedTaxon {
    /// The taxon.
    pub taxon: Taxon,
    /// Language (BCP 47) and name.
    pub vernacular: Vec<(String, String)>,
}

/// A file that is no table of taxa.
#[derive(Debug, Error)]
pub enum TaxaError {
    /// It has no column with scientific names.
    #[error("its first line has to name a column scientificName (or sciName, as the Mammal Diversity Database)")]
    Columns,
    /// It cannot be read as a table.
    #[error("line {line}: {why}")]
    Row {
        /// From 1.
        line: u64,
        /// Why.
        why: String,
    },
    /// No row could be used.
    #[error("it has no taxa")]
    Empty,
}

/// Reads a table: UTF-8, separated by commas, semicolons or tabs. The columns are found by their names, without regard to case,
/// blanks and underscores. Rows without a scientific name are ignored, and so are synonyms (`taxonomicStatus`).
pub fn read(table: &[u8]) -> Result<Vec<NamedTaxon>, TaxaError> {
    let text = String::from_utf8_lossy(table);
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b'\t', b';', b','].into_iter().find(|byte| first.as_bytes().contains(byte)).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().map_err(row_error)?.iter().map(plain).collect();
    let column = |names: &[&str]| names.iter().find_map(|name| header.iter().position(|column| column == name));
    let name = column(&SCIENTIFIC_NAME).ok_or(TaxaError::Columns)?;
    let (rank, status, language) = (column(&TAXON_RANK), column(&STATUS), column(&["language"]));
    let taxonomic_status = column(&["taxonomicstatus"]);
    let higher = RANKS.map(|(_, names)| column(names));
    let vernacular: Vec<usize> = VERNACULAR.iter().filter_map(|name| column(&[name])).collect();
    let class = CLASS_OF_TABLE.iter().find(|(mark, _)| column(&[mark]).is_some()).map(|(_, class)| *class);
    let mut taxa = Vec::new();
    for row in reader.records() {
        let row = row.map_err(row_error)?;
        let cell = |at: Option<usize>| row.get(at?).map(str::trim).filter(|cell| !cell.is_empty() && *cell != "NA");
        let is_accepted = cell(taxonomic_status).is_none_or(|status| status.eq_ignore_ascii_case("accepted"));
        let Some(name) = cell(Some(name)).map(|name| name.replace('_', " ")).filter(|_| is_accepted) else { continue };
        let higher = higher.map(|at| cell(at).map(capitalised));
        let [kingdom, phylum, own_class, order, family, genus] = higher;
        let table_of = |value: Option<String>, of_class: &str| value.or_else(|| class.map(|_| of_class.to_owned()));
        let classification = Classification {
            kingdom: table_of(kingdom, "Animalia"),
            phylum: table_of(phylum, "Chordata"),
            class: own_class.or_else(|| class.map(str::to_owned)),
            order,
            family,
            genus: genus.or_else(|| name.split_once(' ').map(|(genus, _)| genus.to_owned())),
        };
        let language = cell(language).map_or("en", super::names::short_code).to_owned();
        let names = vernacular.iter().filter_map(|at| cell(Some(*at))).flat_map(|cell| cell.split(['|', ';']));
        let names: BTreeSet<&str> = names.map(str::trim).filter(|name| !name.is_empty()).collect();
        let words = name.split(' ').count();
        let usual_rank = match words {
            2 => Some("species"),
            3 => Some("subspecies"),
            _ => None,
        };
        taxa.push(NamedTaxon {
            taxon: Taxon {
                rank: cell(rank).map(str::to_lowercase).or_else(|| usual_rank.map(str::to_owned)),
                iucn_category: cell(status).map(category),
                vernacular_name: vernacular.first().and_then(|at| cell(Some(*at))).map(str::to_owned),
                classification: Some(classification),
                scientific_name: name,
                ..Taxon::default()
            },
            vernacular: names.into_iter().map(|name| (language.clone(), name.to_owned())).collect(),
        });
    }
    if taxa.is_empty() { Err(TaxaError::Empty) } else { Ok(taxa) }
}

fn row_error(err: csv::Error) -> TaxaError {
    TaxaError::Row { line: err.position().map_or(1, csv::Position::line), why: err.to_string() }
}

/// A column's name without case, blanks and marks.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `CERCOPITHECIDAE` as `Cercopithecidae`.
pub fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + &letters.as_str().to_lowercase()
}

/// A category of the Red List, whose names are written out in some tables: `Critically Endangered`.
fn category(text: &str) -> String {
    let named = RED_LIST.iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
    named.map_or_else(|| text.to_uppercase(), |(code, _)| (*code).to_owned())
}

/// What a table contains.
pub(super) fn check(table: &[u8]) -> Result<Contents, String> {
    let taxa = read(table).map_err(|err| err.to_string())?;
    let names: usize = taxa.iter().map(|taxon| taxon.vernacular.len()).sum();
    let assessed = taxa.iter().filter(|named| named.taxon.iucn_category.is_some()).count();
    let counts = [("taxa", taxa.len()), ("names", names), ("red_list_categories", assessed)];
    let counts = counts.map(|(what, count)| (what.to_owned(), count as u64)).into_iter().collect();
    Ok(Contents { counts, ..Contents::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_in_their_published_forms() {
        let mdd = "sciName,id,mainCommonName,otherCommonNames,order,family,genus,iucnStatus,MSW3_sciName\n\
            Macaca_fascicularis,1,Long-tailed Macaque,Crab-eating Macaque|Cynomolgus Monkey,PRIMATES,CERCOPITHECIDAE,Macaca,EN,x\n\
            ,2,,,,,,,\n";
        let avilist = "Order,Family,Scientific_name,English_name_AviList,IUCN_Red_List_Category\n\
            Coraciiformes,Alcedinidae,Alcedo atthis,Common Kingfisher,Least Concern\n";
        let darwin_core = "scientificName;taxonRank;kingdom;class;vernacularName;language;taxonomicStatus\n\
            Macaca;GENUS;Animalia;Mammalia;Makaken;deu;accepted\nOld name;SPECIES;Animalia;Mammalia;;;synonym\n";
        for (table, name, rank, branch, category, vernacular) in [
            (mdd, "Macaca fascicularis", "species", "Animalia/Chordata/Mammalia/Primates", Some("EN"), 3),
            (avilist, "Alcedo atthis", "species", "Animalia/Chordata/Aves/Coraciiformes", Some("LC"), 1),
            (darwin_core, "Macaca", "genus", "Animalia/Mammalia", None, 1),
        ] {
            let taxa = read(table.as_bytes()).unwrap();
            let [named] = &taxa[..] else { panic!("one taxon: {taxa:?}") };
            assert_eq!(named.taxon.scientific_name, name);
            assert_eq!(named.taxon.rank.as_deref(), Some(rank));
            assert!(named.taxon.branch().join("/").starts_with(branch), "{:?}", named.taxon.branch());
            assert_eq!(named.taxon.iucn_category.as_deref(), category);
            assert_eq!(named.vernacular.len(), vernacular, "{:?}", named.vernacular);
        }
        assert_eq!(read(darwin_core.as_bytes()).unwrap()[0].vernacular, [("de".to_owned(), "Makaken".to_owned())]);
        assert!(matches!(read(b"name\nx\n"), Err(TaxaError::Columns)));
        assert!(matches!(read(b"scientificName,family\n,x\n"), Err(TaxaError::Empty)));
    }
}
