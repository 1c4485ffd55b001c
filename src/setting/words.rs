//! Words and phrases that speak for a setting: those of the program, and what zoos, museums and reserves are called.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::negation::is_negated;
use crate::concepts::AuthorText;
use crate::concepts::matcher::Matcher;
use crate::concepts::words::{canonical, plurals};
use crate::photo::{EvidenceKind, NamedIn, OrUnknown, Photo, SettingEvidence, SettingName, Taxon};

/// `setting, strength, language, phrases`; the setting `none` is of phrases that contain such words and mean something else.
const PHRASES: &str = include_str!("../../data/setting-phrases.tsv");
/// `kind, word, locales`.
const PLACES: &str = include_str!("../../data/place-words.tsv");

/// What a phrase adds to the log-odds of its setting when the title has it. Assumed, not measured: odds of 55, 12 and 3 to 1.
const STRENGTHS: [(&str, f64); 4] = [("strong", 4.0), ("plain", 2.5), (CONFINED, 2.5), ("weak", 1.2)];
/// The strength of phrases that tell of a captive animal only where there is an animal: people stand behind bars too.
const CONFINED: &str = "confined";
/// What the name of a kind of place adds, assumed too.
const KINDS: [(&str, SettingName, f64); 9] = [
    ("zoo", SettingName::Captive, 4.0),
    ("petting_zoo", SettingName::Captive, 4.0),
    ("safari_park", SettingName::Captive, 4.0),
    ("wildlife_park", SettingName::Captive, 4.0),
    ("aquarium", SettingName::Captive, 4.0),
    ("enclosure", SettingName::Captive, 2.5),
    ("animal_shelter", SettingName::Captive, 2.5),
    ("museum", SettingName::Object, 2.5),
    ("nature_reserve", SettingName::Wild, 2.5),
];
/// Tags that end with these, or begin with those of at least eight letters, name such a place: `sandiegozoo`.
const TAG_PARTS: [&str; 6] = ["zoo", "aquarium", "tierpark", "dierentuin", "nationalpark", "zoologico"];
/// What is not the place that it ends with.
const NO_PLACES: [&str; 2] = ["kalamazoo", "kazoo"];
/// Letters of a tag besides such a part.
const LEAST_REST: usize = 3;
/// A prefix of fewer letters begins other words too: `zoom`.
const LEAST_PREFIX: usize = 8;
/// Words of other languages than the photo's searches, in Latin letters, are left out below this length.
const LONG: usize = 6;
/// A title says what the photo shows; tags and description also where else its author was.
const TITLE: f64 = 1.0;
const TAGS: f64 = 0.85;
const DESCRIPTION: f64 = 0.7;
/// The source's name of the place: of coordinates, which may be of something next to it.
const PLACE: f64 = 0.6;

/// What a phrase means.
#[derive(Clone, Debug)]
struct Sense {
    setting: SettingName,
    strength: f64,
    languages: BTreeSet<String>,
    /// [`CONFINED`].
    needs_animal: bool,
    /// It names a kind of place, so that the name of a place may have it.
    is_place: bool,
}

/// The phrases, ready to be looked for.
#[derive(Debug)]
pub struct SettingWords {
    /// For each pattern what it means; empty for phrases that mean something else.
    senses: Vec<Vec<Sense>>,
    matcher: Matcher,
}

impl SettingWords {
    /// The phrases of the program.
    pub fn shipped() -> Self {
        let mut senses: BTreeMap<String, Vec<Sense>> = BTreeMap::new();
        for line in PHRASES.lines().skip(1) {
            let [setting, strength, language, phrases] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
            let setting = setting.parse::<SettingName>().ok();
            let needs_animal = strength == CONFINED;
            let strength = STRENGTHS.iter().find(|(name, _)| *name == strength).map_or(0.0, |(_, weight)| *weight);
            for form in phrases.split('|').flat_map(|phrase| forms(phrase, language)) {
                let of_form = senses.entry(form).or_default();
                let languages = BTreeSet::from([language.to_owned()]);
                of_form.extend(setting.map(|setting| Sense {
                    setting,
                    strength,
                    languages,
                    needs_animal,
                    is_place: false,
                }));
            }
        }
        for line in PLACES.lines().skip(1) {
            let [kind, word, locales] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
            let Some((_, setting, strength)) = KINDS.iter().find(|(name, ..)| *name == kind) else { continue };
            let languages: BTreeSet<String> =
                locales.split(',').filter_map(|locale| locale.split('-').next()).map(str::to_owned).collect();
            let language = if languages.contains("en") { "en" } else { "" };
            for form in forms(word, language) {
                let (setting, strength, languages) = (*setting, *strength, languages.clone());
                let needs_animal = kind == "enclosure";
                senses.entry(form).or_default().push(Sense {
                    setting,
                    strength,
                    languages,
                    needs_animal,
                    is_place: true,
                });
            }
        }
        let (patterns, senses): (Vec<String>, Vec<Vec<Sense>>) =
            senses.into_iter().filter(|(form, _)| !form.is_empty()).unzip();
        Self { senses, matcher: Matcher::of(patterns) }
    }

    /// What title, tags, description and the source's names of the place say. Weights are those of [`STRENGTHS`] and
    /// [`KINDS`], less where the text is not the title.
    pub fn evidence(&self, photo: &Photo) -> Vec<SettingEvidence> {
        let mut languages: BTreeSet<&str> =
            photo.searches.iter().filter_map(|found| found.language.as_deref()).collect();
        languages.insert("en");
        let is_said = |pattern: usize, text: &str, range: Range<usize>| {
            let is_portuguese = self.senses[pattern].iter().any(|sense| sense.languages.contains("pt"));
            !is_negated(text, range, is_portuguese)
        };
        let found = self.matcher.in_photo_where(photo, is_said);
        let has_animal = found.iter().any(|(pattern, _)| self.needs_animal(*pattern)) && has_animal(photo);
        let found = found.into_iter().filter(|(pattern, _)| has_animal || !self.needs_animal(*pattern));
        let of_photo = found.filter_map(|(pattern, named_in)| {
            let word = self.matcher.pattern(pattern);
            self.of_pattern(pattern, word, (EvidenceKind::Words, Some(named_in)), &languages)
        });
        let mut all: Vec<SettingEvidence> = of_photo.chain(self.in_tags(photo, &languages)).collect();
        for name in place_names(photo) {
            let patterns = self.matcher.in_text(&canonical(name)).into_iter();
            let patterns = patterns.filter(|pattern| self.senses[*pattern].iter().any(|sense| sense.is_place));
            all.extend(patterns.filter_map(|pattern| {
                let found = self.of_pattern(pattern, name, (EvidenceKind::Place, None), &languages)?;
                // A museum is near many photos of living animals.
                (found.setting != SettingName::Object).then_some(found)
            }));
        }
        all
    }

    /// Whether a pattern tells of a captive animal only where there is an animal.
    fn needs_animal(&self, pattern: usize) -> bool {
        let senses = &self.senses[pattern];
        !senses.is_empty() && senses.iter().all(|sense| sense.needs_animal)
    }

    fn of_pattern(
        &self,
        pattern: usize,
        verbatim: &str,
        (kind, named_in): (EvidenceKind, Option<NamedIn>),
        languages: &BTreeSet<&str>,
    ) -> Option<SettingEvidence> {
        let senses = &self.senses[pattern];
        let is_expected = |sense: &&Sense| sense.languages.iter().any(|of| languages.contains(of.as_str()));
        let is_known = senses.iter().any(|sense| is_expected(&sense));
        let word = self.matcher.pattern(pattern);
        let is_latin = word.chars().all(|c| !c.is_alphabetic() || c < '\u{250}');
        if !is_known && is_latin && !word.contains(' ') && word.chars().count() < LONG {
            return None;
        }
        let meant = senses.iter().filter(|sense| !is_known || is_expected(sense));
        let sense = meant.max_by(|a, b| a.strength.total_cmp(&b.strength))?;
        let factor = match named_in {
            Some(NamedIn::Title) => TITLE,
            Some(NamedIn::Tags) => TAGS,
            Some(NamedIn::Description) => DESCRIPTION,
            None => PLACE,
        };
        Some(SettingEvidence {
            kind: kind.into(),
            verbatim: verbatim.to_owned(),
            named_in: named_in.map(OrUnknown::from),
            setting: sense.setting.into(),
            weight: sense.strength * factor,
            layer: None,
        })
    }

    /// Tags that are written together with the name of a place: `sandiegozoo`. Each pattern counts once.
    fn in_tags(&self, photo: &Photo, languages: &BTreeSet<&str>) -> Vec<SettingEvidence> {
        let mut found: BTreeMap<usize, SettingEvidence> = BTreeMap::new();
        for tag in photo.tags.iter().map(|tag| canonical(tag)) {
            if tag.contains(' ') || NO_PLACES.contains(&tag.as_str()) || self.matcher.of_tag(&tag).is_some() {
                continue;
            }
            let is_in = |part: &&&str| {
                let rest = tag.strip_suffix(**part);
                let rest = rest.or_else(|| tag.strip_prefix(**part).filter(|_| part.len() >= LEAST_PREFIX));
                rest.is_some_and(|rest| rest.chars().count() >= LEAST_REST)
            };
            let Some(part) = TAG_PARTS.iter().find(is_in) else { continue };
            let Some(pattern) = self.matcher.named(part) else { continue };
            let of_tag = self.of_pattern(pattern, &tag, (EvidenceKind::Words, Some(NamedIn::Tags)), languages);
            if let Some(of_tag) = of_tag {
                found.entry(pattern).or_insert(of_tag);
            }
        }
        found.into_values().collect()
    }
}

/// Words for animals in general, in twelve languages.
const ANIMALS: [&str; 18] = [
    "animal",
    "animals",
    "wildlife",
    "tier",
    "tiere",
    "animaux",
    "animales",
    "animais",
    "animale",
    "animali",
    "dier",
    "dieren",
    "hewan",
    "binatang",
    "животное",
    "животные",
    "動物",
    "동물",
];

/// Whether something shows that the photo is of an animal: its taxon, a name of one, or the word.
fn has_animal(photo: &Photo) -> bool {
    let is_animal = |taxon: &Taxon| taxon.genus() != Some("Homo") && taxon.branch().contains(&"Animalia");
    let named = photo.identifications.iter().flat_map(|made| &made.all);
    let named = named.filter(|each| !each.homonym).flat_map(|each| &each.taxa);
    if photo.taxon_in_force().into_iter().chain(named).any(is_animal) {
        return true;
    }
    let text = AuthorText::of(photo);
    let mut words = text.tags().chain([text.title(), text.description()]).flat_map(|text| text.split(' '));
    words.any(|word| ANIMALS.iter().any(|animal| word == *animal || !animal.is_ascii() && word.contains(animal)))
}

/// A phrase as texts may have it.
fn forms(phrase: &str, language: &str) -> Vec<String> {
    let phrase = canonical(phrase);
    let more = if language == "en" { plurals(&phrase) } else { Vec::new() };
    std::iter::once(phrase).chain(more).collect()
}

/// The source's names of the place, and the quarter that was looked up.
fn place_names(photo: &Photo) -> Vec<&str> {
    let described = photo.described.iter();
    let described = described.flat_map(|said| [&said.neighbourhood, &said.locality, &said.county]).flatten();
    let mut names: Vec<&str> = described.map(String::as_str).collect();
    let quarter = photo.place.iter().filter_map(|place| place.locality.as_ref());
    names.extend(quarter.map(|quarter| quarter.name.as_str()));
    names.dedup();
    names
}

#[cfg(test)]
impl SettingWords {
    /// Patterns with several settings in one language.
    pub(super) fn clashes(&self) -> Vec<&str> {
        let is_clash = |senses: &Vec<Sense>| {
            senses.iter().any(|one| {
                senses.iter().any(|two| one.setting != two.setting && !one.languages.is_disjoint(&two.languages))
            })
        };
        let at = self.senses.iter().enumerate().filter(|(_, senses)| is_clash(senses));
        at.map(|(pattern, _)| self.matcher.pattern(pattern)).collect()
    }
}
