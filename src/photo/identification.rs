//! Which taxon a photo shows, and what that rests on: Darwin Core's class Identification.

use canonical::Canonical;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::vocabulary::{OrUnknown, vocabulary};
use super::{Photo, Taxon};

vocabulary! {
    /// What an identification rests on, from the strongest to the weakest.
    #[derive(Default)]
    pub enum IdentificationBasis {
        /// A person's verdict.
        Review = "review",
        /// The record of the source.
        Source = "source",
        /// A machine tag: `taxonomy:binomial=Macaca fascicularis`.
        MachineTag = "machine_tag",
        /// The title, the description and the tags.
        #[default]
        Words = "words",
        /// Labels of a service.
        Labels = "labels",
        /// Classes of an image model.
        Model = "model",
    }
}

vocabulary! {
    /// The text that names a taxon.
    #[derive(Default)]
    pub enum NamedIn {
        /// The title.
        Title = "title",
        /// A tag.
        Tags = "tags",
        /// The description.
        #[default]
        Description = "description",
    }
}

vocabulary! {
    /// Who says the category on the Red List.
    pub enum CategoryBasis {
        /// The record of the source.
        Source = "source",
        /// The checklist that was asked for the accepted taxon.
        Checklist = "checklist",
        /// A table of taxa that the user added.
        Table = "table",
    }
}

/// One identification, other than the source's own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct Identification {
    /// What it rests on.
    pub basis: OrUnknown<IdentificationBasis>,
    /// Darwin Core `verbatimIdentification`: the words, the tag or the label.
    pub verbatim: String,
    /// The text that has the words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named_in: Option<OrUnknown<NamedIn>>,
    /// The taxa that this can mean. More than one: it is ambiguous.
    pub taxa: Vec<Taxon>,
    /// The words also mean something that is no organism, or are a name in another language than the photo's searches. They
    /// count only if something else names a related taxon.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub homonym: bool,
    /// How sure the service or the model is, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// The layers of names that know the words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<String>,
}

/// All identifications of a photo other than the source's, and what follows from them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct Identifications {
    /// The taxon that they agree on, which may be a genus, a family or above; absent if they agree on none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxon: Option<Taxon>,
    /// What that rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<OrUnknown<IdentificationBasis>>,
    /// Each of them.
    pub all: Vec<Identification>,
}

/// The accepted taxon of a name, according to a checklist (GBIF's backbone).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct AcceptedTaxon {
    /// The scientific name that was looked up.
    pub name: String,
    /// The accepted taxon, with its classification and its category on the Red List; absent if the checklist has no taxon of this
    /// name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxon: Option<Taxon>,
    /// The checklist.
    pub checklist: String,
    /// When it was asked, UTC.
    pub at: Timestamp,
}

/// A person's verdict on which taxon a photo shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Canonical)]
pub struct ReviewedTaxon {
    /// The taxon; absent: it shows no organism that can be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxon: Option<Taxon>,
    /// Time of the review, UTC.
    pub at: Timestamp,
}

impl Photo {
    /// The taxon that counts as it is named, and what it rests on: a person's verdict, else the source's, else what machine tags, words,
    /// labels or an image model say.
    pub fn named(&self) -> Option<(&Taxon, IdentificationBasis)> {
        if let Some(reviewed) = &self.reviewed_taxon {
            return Some((reviewed.taxon.as_ref()?, IdentificationBasis::Review));
        }
        let source = self.taxon.as_ref().map(|taxon| (taxon, IdentificationBasis::Source));
        source.or_else(|| {
            let made = self.identifications.as_ref()?;
            Some((made.taxon.as_ref()?, made.basis.as_ref()?.known()?))
        })
    }

    /// Who says the Red List category of the taxon that counts; `None` without one.
    pub fn category_by(&self) -> Option<CategoryBasis> {
        let taxon = self.taxon_in_force()?;
        taxon.iucn_category.as_ref()?;
        let (named, basis) = self.named()?;
        Some(match basis {
            _ if !std::ptr::eq(named, taxon) => CategoryBasis::Checklist,
            IdentificationBasis::Source => CategoryBasis::Source,
            _ => CategoryBasis::Table,
        })
    }

    /// The basis of the taxon that counts; also of a person's verdict that the photo shows no organism.
    pub fn named_by(&self) -> Option<IdentificationBasis> {
        let reviewed = self.reviewed_taxon.as_ref().map(|_| IdentificationBasis::Review);
        reviewed.or_else(|| self.named().map(|(_, basis)| basis))
    }

    /// The taxon that counts: [`Photo::named`], or the accepted taxon of that name if it was looked up.
    pub fn taxon_in_force(&self) -> Option<&Taxon> {
        let (named, _) = self.named()?;
        let accepted = self.accepted_taxon.as_ref().filter(|accepted| accepted.name == named.scientific_name);
        Some(accepted.and_then(|accepted| accepted.taxon.as_ref()).unwrap_or(named))
    }
}
