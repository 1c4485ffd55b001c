//! Observations: what is said about one photo, by its source, by people and by scorers.

use std::collections::HashMap;

use anyhow::Result;

use super::medium::Medium;
use super::tables::OBSERVATIONS;
use crate::export::dwca::{degree_of_establishment, occurrence_id};
use crate::photo::{Photo, ScoreKey, SettingName, Taxon};
use crate::reviews::{Review, Reviews, Verdict};
use crate::sources;

/// The groups of iNaturalist that are animals; the others are plants, fungi, protozoa and chromists.
const ANIMALS: [&str; 9] =
    ["Animalia", "Mammalia", "Aves", "Reptilia", "Amphibia", "Actinopterygii", "Mollusca", "Arachnida", "Insecta"];

/// A concept that means animals, and who said which photos show it.
pub struct AnimalConcept {
    name: String,
    threshold: f64,
    reviews: Reviews,
    /// Reviewer -> `reviewer 1`. The reviews have names of people, which are in no export.
    reviewers: HashMap<String, String>,
}

impl AnimalConcept {
    /// A concept, the score from which a photo shows it, and people's reviews.
    pub fn of(name: &str, threshold: f64, reviews: Reviews) -> Self {
        let mut reviewers = HashMap::new();
        for review in reviews.all() {
            let next = format!("reviewer {}", reviewers.len() + 1);
            reviewers.entry(review.by.clone()).or_insert(next);
        }
        Self { name: name.to_owned(), threshold, reviews, reviewers }
    }

    /// The concept's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is said of a photo: type, method, by whom, when, how sure. `None`: nothing, or that it shows no such animal,
    /// for which the standard has no type.
    fn said(&self, photo: &Photo) -> Option<[(&'static str, String); 5]> {
        let review = self.reviews.latest(&photo.id, &self.name);
        if let Some(Review { verdict, by, at, .. }) = review
            && *verdict != Verdict::Cleared
        {
            let kind = match verdict {
                Verdict::Yes => "animal",
                Verdict::Unsure => "unknown",
                Verdict::No | Verdict::Cleared => return None,
            };
            return Some([
                ("observationType", kind.to_owned()),
                ("classificationMethod", "human".to_owned()),
                ("classifiedBy", self.reviewers.get(by).cloned().unwrap_or_default()),
                ("classificationTimestamp", at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
                ("classificationProbability", String::new()),
            ]);
        }
        let score = photo.scores.get(&ScoreKey::main(self.name.as_str()))?;
        let value = score.value.filter(|value| (0.0..=1.0).contains(value));
        // The standard: `unknown` is a classification whose probability is below a threshold.
        let kind = if value.is_some_and(|value| value >= self.threshold) { "animal" } else { "unknown" };
        Some([
            ("observationType", kind.to_owned()),
            ("classificationMethod", "machine".to_owned()),
            ("classifiedBy", format!("{} {}", score.scorer, score.version).trim().to_owned()),
            // A score does not say when it was computed.
            ("classificationTimestamp", String::new()),
            ("classificationProbability", value.map(|value| value.to_string()).unwrap_or_default()),
        ])
    }
}

/// The rows of a photo: what its source says it shows, and what is said about the concept.
pub fn rows(medium: &Medium<'_>, animals: Option<&AnimalConcept>) -> Result<Vec<Vec<u8>>> {
    let photo = medium.photo;
    let shared = |id: String| {
        vec![
            ("observationID", id),
            ("deploymentID", medium.deployment()),
            ("mediaID", photo.id.to_string()),
            // Photos of one observation at the source are one event. Its name is the occurrence's in Darwin Core.
            ("eventID", occurrence_id(photo)),
            ("eventStart", medium.at.to_string()),
            ("eventEnd", medium.at.to_string()),
            ("observationLevel", "media".to_owned()),
        ]
    };
    let mut first = shared(photo.id.to_string());
    first.extend(by_reviewer(photo).unwrap_or_else(|| by_source(photo)));
    let mut rows = vec![OBSERVATIONS.row(&first)?];
    if let Some((concept, said)) = animals.and_then(|concept| Some((concept, concept.said(photo)?))) {
        let mut second = shared(format!("{}:{}", photo.id, concept.name));
        second.extend(said);
        second.push(("observationTags", format!("concept:{}", concept.name.replace('|', " "))));
        rows.push(OBSERVATIONS.row(&second)?);
    }
    Ok(rows)
}

/// What a reviewer saw, who is not named.
fn by_reviewer(photo: &Photo) -> Option<Vec<(&'static str, String)>> {
    let reviewed = photo.reviewed_taxon.as_ref()?;
    let mut said = vec![
        ("observationType", reviewed.taxon.as_ref().map_or("blank", kind).to_owned()),
        ("classificationMethod", "human".to_owned()),
        ("classifiedBy", "a reviewer of the dataset".to_owned()),
        ("classificationTimestamp", reviewed.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
    ];
    said.extend(reviewed.taxon.as_ref().map(|taxon| ("scientificName", taxon.scientific_name.clone())));
    said.push(("observationTags", tags(photo)));
    Some(said)
}

/// What the source says.
fn by_source(photo: &Photo) -> Vec<(&'static str, String)> {
    let Some(taxon) = &photo.taxon else { return vec![("observationType", "unclassified".to_owned())] };
    let grade = grade(photo);
    let source = photo.id.source();
    // Only sources where people vote on each other's names have a grade. Elsewhere it is not known who named the taxon.
    let method = if grade.is_some() { "human" } else { "" };
    vec![
        ("observationType", kind(taxon).to_owned()),
        ("scientificName", taxon.scientific_name.clone()),
        ("classificationMethod", method.to_owned()),
        ("classifiedBy", sources::about(source).map_or(source, |about| about.title).to_owned()),
        ("observationTags", tags(photo)),
    ]
}

fn grade(photo: &Photo) -> Option<&str> {
    photo.observation.as_ref()?.quality_grade.as_deref()
}

/// What the standard has no columns for.
fn tags(photo: &Photo) -> String {
    let setting = Some(photo.setting_in_force().name).filter(|name| *name != SettingName::Unknown);
    let setting = setting.map(SettingName::as_str);
    let tags = [
        ("degreeOfEstablishment", degree_of_establishment(photo)),
        ("identificationVerificationStatus", grade(photo)),
        ("setting", setting),
    ];
    let tags = tags.into_iter().filter_map(|(name, value)| Some(format!("{name}:{}", value?.replace('|', " "))));
    tags.collect::<Vec<_>>().join(" | ")
}

/// The type: `human`, `animal`, or `unclassified` for plants and for taxa whose kingdom is not known, which have no type.
fn kind(taxon: &Taxon) -> &'static str {
    let kingdom = taxon.classification.as_ref().and_then(|all| all.kingdom.as_deref());
    let group = taxon.iconic_group.as_deref().unwrap_or_default();
    if taxon.species() == Some("Homo sapiens") {
        "human"
    } else if kingdom == Some("Animalia") || ANIMALS.contains(&group) {
        "animal"
    } else {
        "unclassified"
    }
}
