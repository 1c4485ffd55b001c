//! Collects the names of taxa from the table of the program and from layers.

use std::collections::{BTreeMap, HashMap};

use super::{SHIPPED, Sense, TaxonNames, shipped};
use crate::concepts::matcher::Matcher;
use crate::concepts::words::{canonical, plurals};
use crate::photo::{Classification, Taxon};
use crate::reference::taxa::NamedTaxon;
use crate::reference::vernacular::VernacularNames;

/// Collects names before the automaton is made.
pub(super) struct Builder {
    taxa: Vec<Taxon>,
    by_scientific_name: HashMap<String, usize>,
    layers: Vec<String>,
    languages: Vec<String>,
    senses: BTreeMap<String, Vec<Sense>>,
}

impl Builder {
    /// The taxa of the program with their scientific and English names.
    pub(super) fn shipped() -> Self {
        let mut builder = Self {
            taxa: Vec::new(),
            by_scientific_name: HashMap::new(),
            layers: Vec::new(),
            languages: Vec::new(),
            senses: BTreeMap::new(),
        };
        let layer = builder.layer(SHIPPED);
        for row in shipped::rows() {
            let taxon = builder.taxon(row.taxon);
            builder.add_scientific(taxon, layer, row.is_homonym);
            for (name, homonym) in row.names {
                builder.add_name(taxon, (name, "en"), layer, homonym);
            }
        }
        for phrase in shipped::NO_ORGANISMS {
            for form in forms(phrase, "en") {
                builder.senses.entry(form).or_default();
            }
        }
        builder
    }

    fn layer(&mut self, name: &str) -> usize {
        position(&mut self.layers, name)
    }

    /// The index of a taxon. What is known of a taxon of the same name is filled in.
    fn taxon(&mut self, taxon: Taxon) -> usize {
        if let Some(at) = self.by_scientific_name.get(&taxon.scientific_name) {
            let known = &mut self.taxa[*at];
            known.iucn_category = known.iucn_category.take().or(taxon.iucn_category);
            known.vernacular_name = known.vernacular_name.take().or(taxon.vernacular_name);
            return *at;
        }
        self.by_scientific_name.insert(taxon.scientific_name.clone(), self.taxa.len());
        self.taxa.push(taxon);
        self.taxa.len() - 1
    }

    fn add_scientific(&mut self, taxon: usize, layer: usize, homonym: bool) {
        let name = canonical(&self.taxa[taxon].scientific_name);
        let homonym = homonym || shipped::is_homonym(&name);
        self.senses.entry(name).or_default().push(Sense { taxon, language: None, layer, homonym });
    }

    fn add_name(&mut self, taxon: usize, (name, language): (&str, &str), layer: usize, homonym: bool) {
        // Words for people are in every text.
        if self.taxa[taxon].genus() == Some("Homo") {
            return;
        }
        let code = position(&mut self.languages, language);
        for form in forms(name, language) {
            let homonym = homonym || shipped::is_homonym(&form);
            let senses = self.senses.entry(form).or_default();
            let sense = Sense { taxon, language: Some(code), layer, homonym };
            if !senses.iter().any(|known| (known.taxon, known.language) == (taxon, Some(code))) {
                senses.push(sense);
            }
        }
    }

    /// Adds the taxa of a layer, and the taxa above them.
    pub(super) fn add_taxa(&mut self, taxa: Vec<NamedTaxon>, layer: &str) {
        let layer = self.layer(layer);
        for NamedTaxon { taxon, vernacular, .. } in taxa {
            for above in above(&taxon) {
                if !self.by_scientific_name.contains_key(&above.scientific_name) {
                    let above = self.taxon(above);
                    self.add_scientific(above, layer, false);
                }
            }
            let is_new = !self.by_scientific_name.contains_key(&taxon.scientific_name);
            let taxon = self.taxon(taxon);
            if is_new {
                self.add_scientific(taxon, layer, false);
            }
            for (language, name) in vernacular {
                self.add_name(taxon, (&name, &language), layer, false);
            }
        }
    }

    /// Adds the names in other languages of things whose English names are those of a taxon.
    pub(super) fn add_vernacular(&mut self, names: &VernacularNames) {
        for (thing, layer) in names.things() {
            let english = thing.get("en").into_iter().flatten().map(|name| canonical(name));
            let senses = english.filter_map(|name| self.senses.get(&name)).flatten();
            let is_named = |sense: &&Sense| {
                sense.language.is_none_or(|language| self.languages.get(language).is_some_and(|code| code == "en"))
            };
            let mut meant: Vec<(bool, usize, bool)> =
                senses.filter(is_named).map(|sense| (sense.language.is_some(), sense.taxon, sense.homonym)).collect();
            // A scientific name says it exactly.
            meant.sort_unstable();
            if meant.first().is_some_and(|(is_vernacular, ..)| !is_vernacular) {
                meant.retain(|(is_vernacular, ..)| !is_vernacular);
            }
            meant.dedup_by_key(|(_, taxon, _)| *taxon);
            let [(_, taxon, _)] = meant[..] else { continue };
            let layer = self.layer(layer);
            for (language, names) in thing {
                for name in names {
                    self.add_name(taxon, (name, language), layer, false);
                }
            }
        }
    }

    /// The names, ready to be looked for.
    pub(super) fn build(self) -> TaxonNames {
        let Self { taxa, layers, languages, senses, .. } = self;
        let (patterns, senses): (Vec<String>, Vec<Vec<Sense>>) =
            senses.into_iter().filter(|(name, _)| !name.is_empty()).unzip();
        TaxonNames { taxa, layers, languages, senses, matcher: Matcher::of(patterns) }
    }
}

fn position(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}

/// A name as texts may have it.
fn forms(name: &str, language: &str) -> Vec<String> {
    let name = canonical(name);
    let more = if language == "en" { plurals(&name) } else { Vec::new() };
    std::iter::once(name).chain(more).filter(|form| !form.is_empty()).collect()
}

/// The order, the family and the genus of a taxon.
fn above(taxon: &Taxon) -> Vec<Taxon> {
    let Some(all) = &taxon.classification else { return Vec::new() };
    let of = |rank: &str, name: &Option<String>, classification: Classification| {
        name.clone().filter(|name| *name != taxon.scientific_name).map(|name| Taxon {
            scientific_name: name,
            rank: Some(rank.to_owned()),
            classification: Some(classification),
            ..Taxon::default()
        })
    };
    let order = Classification { family: None, genus: None, ..all.clone() };
    let family = Classification { genus: None, ..all.clone() };
    [of("order", &all.order, order), of("family", &all.family, family), of("genus", &all.genus, all.clone())]
        .into_iter()
        .flatten()
        .collect()
}
