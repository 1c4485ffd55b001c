//! The taxon of a photo for its page: the one that counts, and what each identification rests on.

use serde::Serialize;
use utoipa::ToSchema;

use crate::photo::{Identification, IdentificationBasis, OrUnknown, Photo};

/// The taxon of a photo.
#[derive(Serialize, ToSchema)]
pub struct PhotoTaxon {
    /// Whether a person decided, also if the verdict is that it shows no organism.
    reviewed: bool,
    /// The taxon that counts; absent if the identifications agree on none.
    #[schema(required)]
    counts: Option<CountingTaxon>,
    /// What the source, machine tags, words, labels and classes say.
    evidence: Vec<TaxonEvidence>,
}

/// The taxon that counts.
#[derive(Serialize, ToSchema)]
pub struct CountingTaxon {
    /// Scientific name.
    name: String,
    /// The rank, in small letters.
    #[schema(required)]
    rank: Option<String>,
    /// A common name.
    #[schema(required)]
    vernacular_name: Option<String>,
    /// The category on the IUCN Red List.
    #[schema(required)]
    iucn_category: Option<String>,
    /// What it rests on, in words: `words of its author`.
    basis: String,
    /// The name that was given, if another is accepted.
    #[schema(required)]
    named: Option<String>,
    /// The checklist that has the accepted name.
    #[schema(required)]
    checklist: Option<String>,
}

/// One identification.
#[derive(Serialize, ToSchema)]
pub struct TaxonEvidence {
    /// What it is: `review`, `source`, `title`, `tags`, `description`, `machine_tag`, `labels`, `model`.
    kind: String,
    /// The words, the tag, the label, the classes, or the name at the source.
    words: String,
    /// The taxa that it can mean.
    taxa: Vec<String>,
    /// It is an ordinary word too, and counts only with other evidence.
    homonym: bool,
}

impl PhotoTaxon {
    /// The taxon of a photo; `None` if nothing names one.
    pub fn of(photo: &Photo) -> Option<Self> {
        let source = photo.taxon.iter().map(|taxon| TaxonEvidence {
            kind: IdentificationBasis::Source.to_string(),
            words: taxon.scientific_name.clone(),
            taxa: vec![taxon.scientific_name.clone()],
            homonym: false,
        });
        let reviewed = photo.reviewed_taxon.iter().map(|reviewed| TaxonEvidence {
            kind: IdentificationBasis::Review.to_string(),
            words: reviewed.taxon.as_ref().map_or("no organism", |taxon| &taxon.scientific_name).to_owned(),
            taxa: reviewed.taxon.iter().map(|taxon| taxon.scientific_name.clone()).collect(),
            homonym: false,
        });
        let others = photo.identifications.iter().flat_map(|made| &made.all).map(evidence);
        let evidence: Vec<TaxonEvidence> = reviewed.chain(source).chain(others).collect();
        let counts = photo.named().zip(photo.taxon_in_force()).map(|((named, basis), taxon)| CountingTaxon {
            name: taxon.scientific_name.clone(),
            rank: taxon.rank.clone(),
            vernacular_name: taxon.vernacular_name.clone().or_else(|| named.vernacular_name.clone()),
            iucn_category: taxon.iucn_category.clone(),
            basis: described(basis).to_owned(),
            named: (named.scientific_name != taxon.scientific_name).then(|| named.scientific_name.clone()),
            checklist: photo.accepted_taxon.as_ref().filter(|_| named != taxon).map(|known| known.checklist.clone()),
        });
        (counts.is_some() || !evidence.is_empty()).then_some(Self {
            reviewed: photo.reviewed_taxon.is_some(),
            counts,
            evidence,
        })
    }
}

fn evidence(each: &Identification) -> TaxonEvidence {
    let place = each.named_in.as_ref().map(OrUnknown::as_str);
    TaxonEvidence {
        kind: place.unwrap_or(each.basis.as_str()).to_owned(),
        words: each.verbatim.clone(),
        taxa: each.taxa.iter().map(|taxon| taxon.scientific_name.clone()).collect(),
        homonym: each.homonym,
    }
}

fn described(basis: IdentificationBasis) -> &'static str {
    match basis {
        IdentificationBasis::Review => "a reviewer",
        IdentificationBasis::Source => "the source",
        IdentificationBasis::MachineTag => "a machine tag",
        IdentificationBasis::Words => "its words",
        IdentificationBasis::Labels => "labels of a service",
        IdentificationBasis::Model => "an image model",
    }
}
