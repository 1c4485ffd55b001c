//! Tables of taxa with their classification and names: the Mammal Diversity Database, AviList, the IUCN Red List, PHYLACINE, and
//! checklists with the column names of Darwin Core.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use thiserror::Error;

use super::{Contents, Given, taxa_archive};
use crate::photo::{Classification, RED_LIST, Taxon};

/// Rank, column of the name in the tables that we know. The first that a table has is read.
const RANKS: [(&str, &[&str]); 6] = [
    ("kingdom", &["kingdom", "kingdomname"]),
    ("phylum", &["phylum", "phylumname"]),
    ("class", &["class", "classname"]),
    ("order", &["order", "ordername", "order12"]),
    ("family", &["family", "familyname", "family12"]),
    ("genus", &["genus", "genusname", "genus12"]),
];
const SCIENTIFIC_NAME: [&str; 5] =
    ["sciname", "canonicalname", "scientificname", "acceptedscientificname", "binomial12"];
const TAXON_RANK: [&str; 2] = ["taxonrank", "rank"];
const STATUS: [&str; 5] = ["iucnstatus", "iucnredlistcategory", "redlistcategory", "threatstatus", "iucnstatus12"];
/// When a category was assigned. The first that a row has is read.
const ASSESSED: [&str; 2] = ["assessmentdate", "yearpublished"];
/// Categories of 1994, which some assessments still have, and those that replaced them.
const OF_1994: [(&str, &str); 3] = [
    ("Lower Risk/least concern", "LC"),
    ("Lower Risk/near threatened", "NT"),
    ("Lower Risk/conservation dependent", "NT"),
];
/// What stands before the last word of the name of a subspecies in the Red List.
const SUBSPECIES: &str = " ssp. ";
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
const CLASS_OF_TABLE: [(&str, &str); 3] =
    [("msw3sciname", "Mammalia"), ("englishnameavilist", "Aves"), ("binomial12", "Mammalia")];

/// A taxon with its vernacular names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NamedTaxon {
    /// The taxon.
    pub taxon: Taxon,
    /// Language (BCP 47) and name.
    pub vernacular: Vec<(String, String)>,
    /// When its Red List category was assigned: a day or a year.
    pub assessed: Option<String>,
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
/// blanks and underscores. Rows without a scientific name are ignored, and so are synonyms (`taxonomicStatus`), subpopulations, and
/// assessments that are not global (`scopes`).
pub fn read(table: &[u8]) -> Result<Vec<NamedTaxon>, TaxaError> {
    let text = String::from_utf8_lossy(table);
    let mut reader = super::delimited::reader(&text);
    let header: Vec<String> = reader.headers().map_err(row_error)?.iter().map(plain).collect();
    let column = |names: &[&str]| names.iter().find_map(|name| header.iter().position(|column| column == name));
    let name = column(&SCIENTIFIC_NAME).ok_or(TaxaError::Columns)?;
    let (rank, status, language) = (column(&TAXON_RANK), column(&STATUS), column(&["language"]));
    let (taxonomic_status, scopes) = (column(&["taxonomicstatus"]), column(&["scopes"]));
    let assessed: Vec<usize> = ASSESSED.iter().filter_map(|name| column(&[name])).collect();
    let higher = RANKS.map(|(_, names)| column(names));
    let vernacular: Vec<usize> = VERNACULAR.iter().filter_map(|name| column(&[name])).collect();
    let class = CLASS_OF_TABLE.iter().find(|(mark, _)| column(&[mark]).is_some()).map(|(_, class)| *class);
    let mut taxa = Vec::new();
    for row in reader.records() {
        let row = row.map_err(row_error)?;
        let cell = |at: Option<usize>| row.get(at?).map(str::trim).filter(|cell| !cell.is_empty() && *cell != "NA");
        let is_accepted = cell(taxonomic_status).is_none_or(|status| status.eq_ignore_ascii_case("accepted"));
        let is_global = cell(scopes).is_none_or(|scopes| scopes.contains("Global"));
        let whole = |name: &&str| is_accepted && is_global && !name.to_lowercase().contains("subpopulation");
        let Some(name) = cell(Some(name)).filter(whole) else { continue };
        let name = name.replace('_', " ").replace(SUBSPECIES, " ");
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
                iucn_category: cell(status).and_then(category),
                vernacular_name: vernacular.first().and_then(|at| cell(Some(*at))).map(str::to_owned),
                classification: Some(classification),
                scientific_name: name,
                ..Taxon::default()
            },
            vernacular: names.into_iter().map(|name| (language.clone(), name.to_owned())).collect(),
            assessed: assessed.iter().find_map(|at| cell(Some(*at)).and_then(day_or_year)),
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

/// A category of the Red List, whose names are written out in some tables: `Critically Endangered`. Marks such as in `CR (PE)`,
/// possibly extinct, are left out; other texts are no category.
fn category(text: &str) -> Option<String> {
    let text = text.split('(').next().unwrap_or_default().trim();
    if let Some((_, code)) = OF_1994.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
        return Some((*code).to_owned());
    }
    let is_it = |(code, name): &&(&str, &str)| code.eq_ignore_ascii_case(text) || name.eq_ignore_ascii_case(text);
    RED_LIST.iter().find(is_it).map(|(code, _)| (*code).to_owned())
}

/// The day (`2016-03-01`) or the year at the beginning of a text.
fn day_or_year(text: &str) -> Option<String> {
    let day = text.get(..10).filter(|day| day.parse::<jiff::civil::Date>().is_ok());
    let year = || text.get(..4).filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()));
    day.or_else(year).map(str::to_owned)
}

/// What a table contains. Of an archive the copy has the table of taxa only.
pub(super) fn check(given: &Given) -> Result<Contents, String> {
    let bytes = given.bytes()?;
    let made = if taxa_archive::is_archive(bytes) { Some(taxa_archive::table(bytes)?) } else { None };
    let taxa = read(made.as_deref().unwrap_or(bytes)).map_err(|err| err.to_string())?;
    let names: usize = taxa.iter().map(|taxon| taxon.vernacular.len()).sum();
    let assessed = taxa.iter().filter(|named| named.taxon.iucn_category.is_some()).count();
    let dated = taxa.iter().filter(|named| named.taxon.iucn_category.is_some() && named.assessed.is_some()).count();
    let counts = [("taxa", taxa.len()), ("names", names), ("red_list_categories", assessed)];
    let mut counts: BTreeMap<String, u64> =
        counts.map(|(what, count)| (what.to_owned(), count as u64)).into_iter().collect();
    if dated > 0 {
        counts.insert("dated_categories".to_owned(), dated as u64);
    }
    Ok(Contents { counts, made: made.map(|table| (table, "csv")), ..Contents::default() })
}

/// The Red List categories of taxa by scientific name.
#[derive(Debug, Default)]
pub struct Statuses(HashMap<String, (Taxon, Option<String>)>);

impl Statuses {
    /// Those of a table that was checked.
    pub fn read(table: &[u8]) -> Result<Self, TaxaError> {
        let assessed = read(table)?.into_iter().filter(|named| named.taxon.iucn_category.is_some());
        Ok(Self(assessed.map(|named| (named.taxon.scientific_name.clone(), (named.taxon, named.assessed))).collect()))
    }

    /// The category of a taxon, and when it was assigned: a day or a year.
    pub fn of(&self, scientific_name: &str) -> Option<(&str, Option<&str>)> {
        let (taxon, assessed) = self.0.get(scientific_name)?;
        Some((taxon.iucn_category.as_deref()?, assessed.as_deref()))
    }

    /// The species that have a category, in no particular order.
    pub fn species(&self) -> impl Iterator<Item = &Taxon> {
        self.0.values().map(|(taxon, _)| taxon).filter(|taxon| taxon.species() == Some(taxon.scientific_name.as_str()))
    }
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
        let red_list = "assessmentId,scientificName,redlistCategory,yearPublished,assessmentDate,scopes\n\
            1,Macaca fuscata,Least Concern,2020,2015-11-21 00:00:00 UTC,\"Global, Europe\"\n\
            2,Gorilla beringei ssp. graueri,Critically Endangered,2019,,Global\n\
            3,Papio papio,Lower Risk/near threatened,1996,,Global\n4,Alces alces,Least Concern,2018,,Europe\n\
            5,Panthera leo (West Africa subpopulation),Critically Endangered,2015,,Global\n";
        let found = read(red_list.as_bytes()).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|named| {
                let taxon = &named.taxon;
                (
                    &*taxon.scientific_name,
                    taxon.rank.as_deref(),
                    taxon.iucn_category.as_deref(),
                    named.assessed.as_deref(),
                )
            })
            .collect();
        let expected = [
            ("Macaca fuscata", Some("species"), Some("LC"), Some("2015-11-21")),
            ("Gorilla beringei graueri", Some("subspecies"), Some("CR"), Some("2019")),
            ("Papio papio", Some("species"), Some("NT"), Some("1996")),
        ];
        assert_eq!(found, expected);
        assert_eq!(
            [category("CR (PE)"), category("CR(PE)"), category("EP")],
            [Some("CR".into()), Some("CR".into()), None]
        );
        assert!(matches!(read(b"name\nx\n"), Err(TaxaError::Columns)));
        assert!(matches!(read(b"scientificName,family\n,x\n"), Err(TaxaError::Empty)));
    }
}
