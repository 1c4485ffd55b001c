//! The taxa that the program has, from data/taxa.tsv, and words that are not only names of animals.

use std::collections::HashMap;

use crate::photo::{Classification, Taxon};

const TABLE: &str = include_str!("../../data/taxa.tsv");

/// Phrases with the name of an animal that mean something else.
pub(super) const NO_ORGANISMS: [&str; 60] = [
    "12 monkeys",
    "ape house",
    "arctic monkeys",
    "bear grylls",
    "brass monkey",
    "butterfly bush",
    "butterfly effect",
    "cat stevens",
    "cat's eye",
    "chicken wire",
    "code monkey",
    "crane fly",
    "dog rose",
    "dove soap",
    "elephant ear",
    "elephant island",
    "fox glacier",
    "fox news",
    "frog pond",
    "gorilla glass",
    "gorilla glue",
    "grease monkey",
    "hedgehog cactus",
    "horse chestnut",
    "hot dog",
    "leopard print",
    "lion dance",
    "lion fish",
    "lion king",
    "lions club",
    "lone wolf",
    "monkey bar",
    "monkey bread",
    "monkey business",
    "monkey cup",
    "monkey fist",
    "monkey flower",
    "monkey house",
    "monkey island",
    "monkey king",
    "monkey magic",
    "monkey mia",
    "monkey orchid",
    "monkey pod",
    "monkey pod tree",
    "monkey puzzle",
    "monkey puzzle tree",
    "monkey suit",
    "monkey wrench",
    "planet of the apes",
    "polar bear plunge",
    "sea horse",
    "sea lion cave",
    "sea monkey",
    "spider plant",
    "teddy bear",
    "tiger lily",
    "tiger woods",
    "twelve monkeys",
    "zebra crossing",
];

/// Names in canonical form that are ordinary words, brands or names of persons too, beside those that the table marks.
const HOMONYMS: [&str; 48] = [
    "beluga", "bishop", "bongo", "brant", "cardinal", "colon", "condor", "cougar", "coyote", "crow", "dodo", "falcon",
    "finch", "hawk", "hobby", "impala", "jay", "kite", "kiwi", "kob", "lark", "loris", "lynx", "martin", "merlin",
    "mink", "mirza", "mole", "mustang", "osprey", "perch", "phoenix", "puma", "quail", "rail", "raven", "redhead",
    "robin", "rook", "ruff", "sable", "simias", "sora", "sparrow", "starling", "stork", "swift", "titi",
];

/// Whether a canonical name is an ordinary word too.
pub(super) fn is_homonym(name: &str) -> bool {
    HOMONYMS.binary_search(&name).is_ok()
}

/// A row of the table.
pub(super) struct Row {
    pub taxon: Taxon,
    /// The scientific name is an ordinary word too.
    pub is_homonym: bool,
    /// English names, and whether they are ordinary words too.
    pub names: Vec<(&'static str, bool)>,
}

/// The rows, each with the classification that follows from its parents.
pub(super) fn rows() -> Vec<Row> {
    let cells = TABLE.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let mut known: HashMap<&str, Classification> = HashMap::new();
    let mut rows = Vec::new();
    for cells in cells {
        let [name, rank, parent, names] = cells[..] else { continue };
        let mut classification = known.get(parent).cloned().unwrap_or_default();
        let slot = match rank {
            "kingdom" => Some(&mut classification.kingdom),
            "phylum" => Some(&mut classification.phylum),
            "class" => Some(&mut classification.class),
            "order" => Some(&mut classification.order),
            "family" => Some(&mut classification.family),
            "genus" => Some(&mut classification.genus),
            _ => None,
        };
        if let Some(slot) = slot {
            *slot = Some(name.to_owned());
        }
        known.insert(name, classification.clone());
        let names: Vec<(&str, bool)> = names
            .split('|')
            .filter(|name| !name.is_empty())
            .map(|name| (name.trim_start_matches('?'), name.starts_with('?')))
            .collect();
        let is_homonym = name == "Mico" || name == "Avahi";
        let taxon = Taxon {
            scientific_name: name.to_owned(),
            rank: Some(rank.to_owned()),
            vernacular_name: names.first().map(|(name, _)| (*name).to_owned()),
            classification: Some(classification),
            ..Taxon::default()
        };
        rows.push(Row { taxon, is_homonym, names });
    }
    rows
}
