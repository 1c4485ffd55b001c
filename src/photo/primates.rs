//! The taxa between the order Primates and its families, which Darwin Core has no terms for.

/// Families of Primates with the taxa above them, from the order down.
const FAMILIES: [(&str, &[&str]); 16] = [
    ("Cheirogaleidae", STREPSIRRHINI),
    ("Lemuridae", STREPSIRRHINI),
    ("Indriidae", STREPSIRRHINI),
    ("Lepilemuridae", STREPSIRRHINI),
    ("Daubentoniidae", STREPSIRRHINI),
    ("Galagidae", STREPSIRRHINI),
    ("Lorisidae", STREPSIRRHINI),
    ("Tarsiidae", &["Haplorhini"]),
    ("Callitrichidae", PLATYRRHINI),
    ("Cebidae", PLATYRRHINI),
    ("Aotidae", PLATYRRHINI),
    ("Pitheciidae", PLATYRRHINI),
    ("Atelidae", PLATYRRHINI),
    ("Cercopithecidae", CERCOPITHECOIDEA),
    ("Hylobatidae", HOMINOIDEA),
    ("Hominidae", HOMINOIDEA),
];

const STREPSIRRHINI: &[&str] = &["Strepsirrhini"];
const PLATYRRHINI: &[&str] = &["Haplorhini", "Simiiformes", "Platyrrhini"];
const CERCOPITHECOIDEA: &[&str] = &["Haplorhini", "Simiiformes", "Catarrhini", "Cercopithecoidea"];
const HOMINOIDEA: &[&str] = &["Haplorhini", "Simiiformes", "Catarrhini", "Hominoidea"];

/// Ranks of these taxa.
const RANKS: [(&str, &str); 7] = [
    ("Strepsirrhini", "suborder"),
    ("Haplorhini", "suborder"),
    ("Simiiformes", "infraorder"),
    ("Platyrrhini", "parvorder"),
    ("Catarrhini", "parvorder"),
    ("Cercopithecoidea", "superfamily"),
    ("Hominoidea", "superfamily"),
];

/// Monkeys: Simiiformes without Hominoidea. They are no taxon, because the apes are among their descendants.
pub const MONKEYS: &str = "monkeys";

/// The taxa above a family or another taxon of Primates and below the order, from the order down, without itself.
pub fn above(name: &str) -> &'static [&'static str] {
    if let Some((_, above)) = FAMILIES.iter().find(|(family, _)| *family == name) {
        return above;
    }
    let mut lineages = [CERCOPITHECOIDEA, HOMINOIDEA, PLATYRRHINI, STREPSIRRHINI].into_iter();
    let cut = |lineage: &'static [&'static str]| lineage.iter().position(|each| *each == name).map(|at| &lineage[..at]);
    lineages.find_map(cut).unwrap_or(&[])
}

/// The rank of one of these taxa.
pub fn rank(name: &str) -> Option<&'static str> {
    RANKS.iter().find(|(each, _)| *each == name).map(|(_, rank)| *rank)
}

/// Whether all that belongs to a taxon with these names, from the order down, are monkeys.
pub fn are_monkeys(branch: &[&str]) -> bool {
    branch.iter().any(|name| matches!(*name, "Platyrrhini" | "Cercopithecoidea"))
}
