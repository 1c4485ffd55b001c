//! Which taxon a photo shows, from its machine tags, its words, the labels of services and the classes of an image model: names in
//! many languages, whole words, and taxa that contain each other.

mod builder;
mod classes;
mod resolve;
mod shipped;
mod suggest;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use builder::Builder;

use crate::concepts::matcher::{Matcher, squeezed};
use crate::concepts::words::canonical;
use crate::photo::{Identification, IdentificationBasis, Identifications, NamedIn, Photo, Taxon};
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
    matcher: Matcher,
}

/// Names that are read when they are first needed.
#[derive(Debug)]
pub struct LazyTaxonNames {
    registry: Registry,
    names: OnceLock<Result<TaxonNames, Arc<ReferenceError>>>,
}

impl LazyTaxonNames {
    /// The names of the program and of the layers in this registry.
    pub fn of(registry: Registry) -> Self {
        Self { registry, names: OnceLock::new() }
    }

    /// The names. Fails if a layer is damaged.
    pub fn get(&self) -> Result<&TaxonNames, Arc<ReferenceError>> {
        let read = || TaxonNames::read(&self.registry).map_err(Arc::new);
        self.names.get_or_init(read).as_ref().map_err(Arc::clone)
    }
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

    /// What machine tags, words, labels and classes of a photo say; `None` if they name no organism.
    pub fn identify(&self, photo: &Photo) -> Option<Identifications> {
        let languages: Vec<usize> = self.languages_of(photo);
        let mut all = self.machine_tags(photo);
        all.extend(self.words(photo, &languages));
        all.extend(self.labels(photo));
        all.extend(classes::identification(self, photo));
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
        let pattern = self.matcher.named(&canonical(scientific_name))?;
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
        let patterns = photo.searches.iter().filter_map(|found| self.matcher.named(&canonical(&found.term)));
        let senses = patterns.flat_map(|pattern| &self.senses[pattern]);
        senses.map(|sense| self.taxa[sense.taxon].clone()).collect()
    }

    fn words(&self, photo: &Photo, languages: &[usize]) -> Vec<Identification> {
        let found = self.matcher.in_photo(photo);
        let identification = |(pattern, place): (usize, NamedIn)| {
            let found = self.identification(pattern, languages)?;
            Some(Identification { named_in: Some(place.into()), ..found })
        };
        found.into_iter().filter_map(identification).collect()
    }

    /// What a name in a text of these languages means; `None` if it is no organism.
    fn identification(&self, pattern: usize, languages: &[usize]) -> Option<Identification> {
        let (name, senses) = (self.matcher.pattern(pattern), &self.senses[pattern]);
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
            verbatim: name.to_owned(),
            taxa: taxa.into_iter().map(|taxon| self.taxa[taxon].clone()).collect(),
            homonym: doubtful || meant.iter().any(|sense| sense.homonym),
            layers,
            ..Identification::default()
        })
    }

    fn english(&self) -> Vec<usize> {
        self.languages.iter().position(|known| known == "en").into_iter().collect()
    }

    /// What the labels of services say.
    fn labels(&self, photo: &Photo) -> Vec<Identification> {
        let services = photo.labels.iter().filter(|(service, _)| *service != classes::LABELLED_BY);
        let labels = services.flat_map(|(_, seen)| seen.labels.iter());
        let english = self.english();
        let of_label = |label: &crate::photo::Label| {
            let pattern = self.matcher.named(&canonical(&label.description))?;
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
            let name = canonical(value);
            let known = self.matcher.named(&name).or_else(|| self.matcher.of_tag(&squeezed(&name)));
            let scientific = |pattern: usize| self.senses[pattern].iter().find(|sense| sense.language.is_none());
            let any = |pattern: usize| self.senses[pattern].first();
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
    Some(Taxon { scientific_name: taxa::capitalised(value), rank: Some(rank.to_owned()), ..Taxon::default() })
}
