//! Which taxon a photo shows, from its machine tags, its words and the labels of services: names in many languages, whole
//! words, and taxa that contain each other.

mod matching;
mod resolve;
mod shipped;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use aho_corasick::AhoCorasick;

use crate::concepts::words::{canonical, plurals};
use crate::photo::{Classification, Identification, IdentificationBasis, Identifications, NamedIn, Photo, Taxon};
use crate::reference::taxa::NamedTaxon;
use crate::reference::vernacular::VernacularNames;
use crate::reference::{NAMES, ReferenceError, Registry, TAXA, taxa};

/// The name of the table that the program has.
pub const SHIPPED: &str = "Gleaner";
/// A service's label counts from this score on.
const LEAST_LABEL: f64 = 0.7;
/// Identifications that are kept of one photo: a description may list a whole fauna.
const MOST_KEPT: usize = 20;
/// Single words of so few letters are often something else.
const SHORT: usize = 4;
/// Words of other languages than the photo's searches, in Latin letters, are left out below this length: `it` is a dog in one of
/// them.
const LONG: usize = 6;

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sense {
    /// Index of the taxon.
    taxon: usize,
    /// Index of the language; `None` for a scientific name.
    language: Option<usize>,
    /// Index of the layer.
    layer: usize,
    /// It is an ordinary word too.
    homonym: bool,
}

/// Names of taxa: those of the program, and the layers of the user.
#[derive(Debug)]
pub struct TaxonNames {
    taxa: Vec<Taxon>,
    layers: Vec<String>,
    languages: Vec<String>,
    /// For each pattern what it means; empty for phrases that contain a name and mean no organism.
    senses: Vec<Vec<Sense>>,
    patterns: Vec<String>,
    by_name: HashMap<String, usize>,
    /// Patterns without blanks, for tags.
    by_tag: HashMap<String, usize>,
    automaton: AhoCorasick,
}

/// Names that are read when they are first needed.
#[derive(Debug)]
pub struct LazyTaxonNames {
    registry: Option<Registry>,
    names: OnceLock<Result<TaxonNames, Arc<ReferenceError>>>,
}

impl LazyTaxonNames {
    /// The names of the program and of the layers in this registry.
    pub fn of(registry: Option<Registry>) -> Self {
        Self { registry, names: OnceLock::new() }
    }

    /// The names. Fails if a layer is damaged.
    pub fn get(&self) -> Result<&TaxonNames, Arc<ReferenceError>> {
        let read = || match &self.registry {
            Some(registry) => TaxonNames::read(registry).map_err(Arc::new),
            None => Ok(TaxonNames::shipped()),
        };
        self.names.get_or_init(read).as_ref().map_err(Arc::clone)
    }
}

/// Collects names before the automaton is made.
struct Builder {
    taxa: Vec<Taxon>,
    by_scientific_name: HashMap<String, usize>,
    layers: Vec<String>,
    languages: Vec<String>,
    senses: BTreeMap<String, Vec<Sense>>,
}

impl TaxonNames {
    /// The names that the program has.
    pub fn shipped() -> Self {
        let mut builder = Builder::shipped();
        builder.add_vernacular(&VernacularNames::embedded());
        builder.build()
    }

    /// The names that the program has, and the layers of the user.
    pub fn read(registry: &Registry) -> Result<Self, ReferenceError> {
        let mut builder = Builder::shipped();
        let damaged = |name: &str, why: String| ReferenceError::Damaged { name: name.to_owned(), why };
        for (layer, table) in registry.of_kind(&TAXA)? {
            let taxa = taxa::read(&table).map_err(|err| damaged(&layer.name, err.to_string()))?;
            builder.add_taxa(taxa, &layer.name);
        }
        let mut names = VernacularNames::embedded();
        for (layer, table) in registry.of_kind(&NAMES)? {
            names.add_table(&table, &layer.name).map_err(|err| damaged(&layer.name, err.to_string()))?;
        }
        builder.add_vernacular(&names);
        Ok(builder.build())
    }

    /// What machine tags, words and labels of a photo say; `None` if they name no organism.
    pub fn identify(&self, photo: &Photo) -> Option<Identifications> {
        let languages: Vec<usize> = self.languages_of(photo);
        let mut all = self.machine_tags(photo);
        all.extend(self.words(photo, &languages));
        all.extend(self.labels(photo));
        if all.is_empty() {
            return None;
        }
        let context = self.context(photo);
        let resolved = resolve::resolve(&all, &context);
        all.truncate(MOST_KEPT);
        let (taxon, basis) = resolved.map_or((None, None), |(taxon, basis)| (Some(taxon), Some(basis.into())));
        Some(Identifications { taxon, basis, all })
    }

    /// The taxon of a scientific name, if it is known.
    pub fn taxon(&self, scientific_name: &str) -> Option<&Taxon> {
        let pattern = *self.by_name.get(&canonical(scientific_name))?;
        let sense = self.senses[pattern].iter().find(|sense| sense.language.is_none())?;
        Some(&self.taxa[sense.taxon])
    }

    /// English and the languages of the searches that found the photo.
    fn languages_of(&self, photo: &Photo) -> Vec<usize> {
        let searched = photo.searches.iter().filter_map(|found| found.language.as_deref());
        let codes = searched.chain(["en"]);
        codes.filter_map(|code| self.languages.iter().position(|known| known == code)).collect()
    }

    /// What the searches that found the photo were for: no evidence, but it decides between meanings.
    fn context(&self, photo: &Photo) -> Vec<Taxon> {
        let patterns = photo.searches.iter().filter_map(|found| self.by_name.get(&canonical(&found.term)));
        let senses = patterns.flat_map(|pattern| &self.senses[*pattern]);
        senses.map(|sense| self.taxa[sense.taxon].clone()).collect()
    }

    fn words(&self, photo: &Photo, languages: &[usize]) -> Vec<Identification> {
        let found = matching::patterns_in(self, photo);
        let identification = |(pattern, place): (usize, NamedIn)| {
            let found = self.identification(pattern, languages)?;
            Some(Identification { named_in: Some(place.into()), ..found })
        };
        found.into_iter().filter_map(identification).collect()
    }

    /// What a name in a text of these languages means; `None` if it is no organism.
    fn identification(&self, pattern: usize, languages: &[usize]) -> Option<Identification> {
        let (name, senses) = (&self.patterns[pattern], &self.senses[pattern]);
        let is_expected = |sense: &&Sense| sense.language.is_none_or(|language| languages.contains(&language));
        let mut meant: Vec<&Sense> = senses.iter().filter(is_expected).collect();
        let is_foreign = meant.is_empty();
        if is_foreign {
            meant = senses.iter().collect();
        }
        let first = meant.first()?;
        let letters = name.chars().count();
        let is_word = !name.contains(' ');
        let is_latin = name.chars().all(|c| !c.is_alphabetic() || c < '\u{250}');
        if is_word && is_latin && is_foreign && letters < LONG {
            return None;
        }
        let doubtful =
            is_word && if is_latin { is_foreign || first.language.is_none() && letters <= SHORT } else { letters == 1 };
        let mut taxa: Vec<usize> = meant.iter().map(|sense| sense.taxon).collect();
        taxa.sort_unstable();
        taxa.dedup();
        let mut layers: Vec<String> = meant.iter().map(|sense| self.layers[sense.layer].clone()).collect();
        layers.sort_unstable();
        layers.dedup();
        Some(Identification {
            basis: IdentificationBasis::Words.into(),
            verbatim: name.clone(),
            taxa: taxa.into_iter().map(|taxon| self.taxa[taxon].clone()).collect(),
            homonym: doubtful || meant.iter().any(|sense| sense.homonym),
            layers,
            ..Identification::default()
        })
    }

    /// What the labels of services say.
    fn labels(&self, photo: &Photo) -> Vec<Identification> {
        let labels = photo.labels.values().flat_map(|seen| seen.labels.iter());
        let english: Vec<usize> = self.languages.iter().position(|known| known == "en").into_iter().collect();
        let of_label = |label: &crate::photo::Label| {
            let pattern = *self.by_name.get(&canonical(&label.description))?;
            let found = self.identification(pattern, &english)?;
            Some(Identification {
                basis: IdentificationBasis::Labels.into(),
                verbatim: label.description.clone(),
                probability: Some(label.score),
                // A service that looks at pictures means the animal.
                homonym: false,
                ..found
            })
        };
        labels.filter(|label| label.score >= LEAST_LABEL).filter_map(of_label).collect()
    }

    /// What machine tags of the namespace `taxonomy` say.
    fn machine_tags(&self, photo: &Photo) -> Vec<Identification> {
        let mut found = Vec::new();
        for tag in &photo.machine_tags {
            let Some((predicate, value)) = taxonomy_tag(tag) else { continue };
            let known = self.by_name.get(&canonical(value)).or_else(|| self.by_tag.get(&squeezed(&canonical(value))));
            let scientific = |pattern: &usize| self.senses[*pattern].iter().find(|sense| sense.language.is_none());
            let any = |pattern: &usize| self.senses[*pattern].first();
            let sense =
                known.and_then(|pattern| if predicate == "common" { any(pattern) } else { scientific(pattern) });
            let (taxon, layers) = match sense {
                Some(sense) => (self.taxa[sense.taxon].clone(), vec![self.layers[sense.layer].clone()]),
                None => match unlisted(predicate, value) {
                    Some(taxon) => (taxon, Vec::new()),
                    None => continue,
                },
            };
            found.push(Identification {
                basis: IdentificationBasis::MachineTag.into(),
                verbatim: tag.clone(),
                taxa: vec![taxon],
                layers,
                ..Identification::default()
            });
        }
        found
    }
}

/// The predicate and the value of a machine tag that names a taxon.
fn taxonomy_tag(tag: &str) -> Option<(&str, &str)> {
    let (name, value) = tag.split_once('=')?;
    let (namespace, predicate) = name.split_once(':')?;
    let names = ["trinomial", "binomial", "species", "genus", "family", "order", "class", "common"];
    let is_taxon = namespace.eq_ignore_ascii_case("taxonomy") && names.contains(&predicate);
    (is_taxon && !value.trim().is_empty()).then_some((predicate, value.trim()))
}

/// A scientific name that no layer has, as the tag writes it. Without its blank a binomial cannot be told from a genus.
fn unlisted(predicate: &str, value: &str) -> Option<Taxon> {
    let words = value.split_whitespace().count();
    let rank = match (predicate, words) {
        ("binomial" | "species", 2) => "species",
        ("trinomial", 3) => "subspecies",
        ("genus" | "family" | "order" | "class", 1) => predicate,
        _ => return None,
    };
    let mut letters = value.chars();
    let first = letters.next()?.to_uppercase();
    let name = format!("{first}{}", letters.as_str().to_lowercase());
    Some(Taxon { scientific_name: name, rank: Some(rank.to_owned()), ..Taxon::default() })
}

/// A name without blanks, as Flickr's tags are.
fn squeezed(name: &str) -> String {
    name.replace(' ', "")
}

impl Builder {
    fn shipped() -> Self {
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
    fn add_taxa(&mut self, taxa: Vec<NamedTaxon>, layer: &str) {
        let layer = self.layer(layer);
        for NamedTaxon { taxon, vernacular } in taxa {
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
    fn add_vernacular(&mut self, names: &VernacularNames) {
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

    fn build(self) -> TaxonNames {
        let Self { taxa, layers, languages, senses, .. } = self;
        let (patterns, senses): (Vec<String>, Vec<Vec<Sense>>) =
            senses.into_iter().filter(|(name, _)| !name.is_empty()).unzip();
        let automaton = AhoCorasick::new(&patterns).expect("names are short and far fewer than the limit");
        let by_name = patterns.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
        let with_blank = patterns.iter().enumerate().filter(|(_, name)| name.contains(' '));
        let by_tag = with_blank.map(|(at, name)| (squeezed(name), at)).collect();
        TaxonNames { taxa, layers, languages, senses, patterns, by_name, by_tag, automaton }
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
