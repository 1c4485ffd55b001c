//! Which taxon the classes of an image model mean: a species, or the genus, family or order to which most of the probability
//! belongs.

use std::collections::HashMap;

use super::TaxonNames;
use super::resolve::agreed_of;
use crate::concepts::words::canonical;
use crate::concepts::{BuiltInScorer, tree};
use crate::photo::{Identification, IdentificationBasis, Photo, Taxon};

/// Which labels of a photo are the classes of an image model.
pub(super) const LABELLED_BY: &str = BuiltInScorer::Local.as_str();
/// A taxon counts if at least so much of the probability belongs to it.
const LEAST: f64 = 0.5;
/// The sense of WordNet below which classes of ImageNet are organisms. Persons are too, but no class is one of them alone.
const ORGANISM: &str = "organism.n.01";

/// The lowest taxon to which at least half of the probability belongs; `None` if there is none.
pub(super) fn identification(names: &TaxonNames, photo: &Photo) -> Option<Identification> {
    let seen = photo.labels.get(LABELLED_BY)?;
    let taxa = seen.labels.iter().filter_map(|label| Some((taxon(names, &label.description)?, label)));
    let taxa: Vec<_> = taxa.collect();
    // Name of a taxon -> how far below the kingdom it is, and its probability.
    let mut sums: HashMap<&str, (usize, f64)> = HashMap::new();
    for ((taxon, _), label) in &taxa {
        for (depth, name) in taxon.branch().into_iter().enumerate() {
            let sum = sums.entry(name).or_default();
            *sum = (sum.0.max(depth), sum.1 + label.score);
        }
    }
    let likely = sums.into_iter().filter(|(_, (_, probability))| *probability >= LEAST);
    let (name, (_, probability)) = likely.max_by(|a, b| (a.1.0, b.0).cmp(&(b.1.0, a.0)))?;
    let below: Vec<_> = taxa.iter().filter(|((taxon, _), _)| taxon.branch().contains(&name)).collect();
    let agreed = agreed_of(&below.iter().map(|((taxon, _), _)| taxon).collect::<Vec<_>>())?;
    let mut layers: Vec<String> = below.iter().flat_map(|((_, layers), _)| layers.clone()).collect();
    layers.sort_unstable();
    layers.dedup();
    let verbatim: Vec<&str> = below.iter().map(|(_, label)| label.description.as_str()).collect();
    Some(Identification {
        basis: IdentificationBasis::Model.into(),
        verbatim: verbatim.join("; "),
        taxa: vec![agreed],
        probability: Some((probability.min(1.0) * 1e6).round() / 1e6),
        layers,
        ..Identification::default()
    })
}

/// The taxon of a class, with the layers that know it. Of ImageNet what its English name means, because its pictures show more than
/// the species that WordNet names (`gibbon, Hylobates lar` are gibbons of all kinds); else its scientific name; else a name of what it
/// belongs to (a jay is a bird). A class that is no organism has none: a crane may be a machine.
fn taxon(names: &TaxonNames, class: &str) -> Option<(Taxon, Vec<String>)> {
    let above = tree::words_below(class, ORGANISM);
    if above.is_empty() {
        // Of other models only scientific names are certain: `Ardea herodias (Great Blue Heron)`.
        return class.split([',', '(', ')']).find_map(|word| scientific(names, word.trim()));
    }
    above.into_iter().find_map(|words| {
        let science = words.iter().find_map(|word| scientific(names, word).or_else(|| genus(names, word)));
        let english = words.iter().find_map(|word| english(names, word));
        match (english, science) {
            (Some(english), Some(science)) if !science.0.is_on_branch_of(&english.0) => Some(science),
            (english, science) => english.or(science),
        }
    })
}

fn scientific(names: &TaxonNames, word: &str) -> Option<(Taxon, Vec<String>)> {
    let senses = &names.senses[names.matcher.named(&canonical(word))?];
    let sense = senses.iter().find(|sense| sense.language.is_none())?;
    Some((names.taxa[sense.taxon].clone(), vec![names.layers[sense.layer].clone()]))
}

/// The genus of a binomial whose species is not known here.
fn genus(names: &TaxonNames, binomial: &str) -> Option<(Taxon, Vec<String>)> {
    let (genus, epithet) = binomial.split_once(' ')?;
    let looks = genus.starts_with(char::is_uppercase) && epithet.chars().all(char::is_lowercase);
    scientific(names, genus).filter(|(taxon, _)| looks && taxon.rank.as_deref() == Some("genus"))
}

fn english(names: &TaxonNames, word: &str) -> Option<(Taxon, Vec<String>)> {
    let pattern = names.matcher.named(&canonical(word))?;
    let code = names.english();
    if !names.senses[pattern].iter().any(|sense| sense.language.is_some_and(|language| code.contains(&language))) {
        return None;
    }
    let found = names.identification(pattern, &code)?;
    Some((agreed_of(&found.taxa.iter().collect::<Vec<_>>())?, found.layers))
}
