//! Taxa, observations and their datasets, from sources that record observations of organisms.

use canonical::Canonical;
use serde::{Deserialize, Serialize};

use super::primates;

/// A taxon, as identified by the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct Taxon {
    /// Darwin Core `scientificName`.
    pub scientific_name: String,
    /// Darwin Core `vernacularName`, in the language of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vernacular_name: Option<String>,
    /// Darwin Core `taxonRank`, in lower case: `species`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<String>,
    /// The large group to which the source assigns it: `Mammalia`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iconic_group: Option<String>,
    /// The source's own id of the taxon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
    /// Its category on the IUCN Red List: `VU`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iucn_category: Option<String>,
    /// The higher taxa, if the source gives them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
}

/// The higher taxa of a taxon: scientific names, Darwin Core.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct Classification {
    /// Darwin Core `kingdom`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kingdom: Option<String>,
    /// Darwin Core `phylum`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phylum: Option<String>,
    /// Darwin Core `class`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Darwin Core `order`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// Darwin Core `family`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Darwin Core `genus`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub genus: Option<String>,
}

impl Taxon {
    /// The genus: as the source gives it, or the first word of the name of a species or of what is below it.
    pub fn genus(&self) -> Option<&str> {
        let given = self.classification.as_ref().and_then(|higher| higher.genus.as_deref());
        let is_genus = self.rank.as_deref() == Some("genus");
        given
            .or_else(|| self.species()?.split(' ').next())
            .or_else(|| is_genus.then_some(self.scientific_name.as_str()))
    }

    /// The species, as genus and epithet; `None` of a taxon of a higher rank and of a hybrid.
    pub fn species(&self) -> Option<&str> {
        let name = self.scientific_name.trim();
        let is_below = match self.rank.as_deref() {
            Some("species" | "subspecies" | "variety" | "form") => true,
            // Without a rank, two or three words that look like a binomial are one.
            None => matches!(name.split(' ').count(), 2 | 3),
            Some(_) => false,
        };
        let mut words = name.match_indices(' ').map(|(at, _)| at);
        let end = words.next().and_then(|_| words.next()).unwrap_or(name.len());
        let binomial = name.get(..end)?;
        let (genus, epithet) = binomial.split_once(' ')?;
        let looks = genus.starts_with(char::is_uppercase) && epithet.starts_with(char::is_lowercase);
        (is_below && looks && epithet.chars().all(|c| c.is_alphabetic() || c == '-')).then_some(binomial)
    }

    /// The names of the taxon and of all that contain it, from the kingdom down.
    pub fn branch(&self) -> Vec<&str> {
        let name = self.scientific_name.as_str();
        let higher = self.classification.as_ref();
        let family = higher.and_then(|all| all.family.as_deref());
        let order = higher.map(|all| [&all.kingdom, &all.phylum, &all.class, &all.order]);
        let order = order.into_iter().flatten().filter_map(|name| name.as_deref());
        let between = primates::above(family.unwrap_or(name)).iter().copied();
        let own = [family, self.genus(), self.species(), Some(name)];
        let mut names: Vec<&str> = Vec::new();
        for name in order.chain(between).chain(own.into_iter().flatten()).filter(|name| !name.trim().is_empty()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether it is a monkey: Simiiformes without Hominoidea. What is only named a monkey is one.
    pub fn is_monkey(&self) -> bool {
        let named = self.scientific_name == "Simiiformes" && self.vernacular_name.is_some();
        named || primates::are_monkeys(&self.branch())
    }

    /// The large group to which it belongs: as the source assigns it, or one that its classification shows.
    pub fn group(&self) -> Option<&str> {
        if let Some(group) = self.iconic_group.as_deref() {
            return Some(group);
        }
        let branch = self.branch();
        ICONIC_GROUPS.iter().find(|group| branch.contains(group)).copied()
    }

    /// The lowest taxon that contains both: one of them, or a class or a taxon below a class.
    pub fn common(&self, other: &Self) -> Option<Self> {
        let (own, others) = (self.branch(), other.branch());
        let common = own.iter().zip(&others).take_while(|(a, b)| a == b).count();
        if common == own.len() {
            return Some(self.clone());
        }
        if common == others.len() {
            return Some(other.clone());
        }
        let name = *own.get(common.checked_sub(1)?)?;
        let mut higher = self.classification.clone()?;
        let ranks = [
            ("class", &mut higher.class),
            ("order", &mut higher.order),
            ("family", &mut higher.family),
            ("genus", &mut higher.genus),
        ];
        let mut rank = None;
        for (of, slot) in ranks {
            // Without the ranks that come with the family the genus of both is different.
            let is_common = slot.as_deref().is_some_and(|value| own[..common].contains(&value));
            if !is_common {
                *slot = None;
            } else if slot.as_deref() == Some(name) {
                rank = Some(of);
            }
        }
        higher.class.as_ref()?;
        let rank = rank.or_else(|| primates::rank(name)).or_else(|| name.contains(' ').then_some("species"))?;
        Some(Self {
            scientific_name: name.to_owned(),
            rank: Some(rank.to_owned()),
            classification: Some(higher),
            ..Self::default()
        })
    }

    /// Whether one of them contains the other.
    pub fn is_on_branch_of(&self, other: &Self) -> bool {
        let (own, others) = (self.branch(), other.branch());
        let contains = |a: &[&str], b: &[&str]| a.last().is_some_and(|last| b.contains(last));
        contains(&own, &others) || contains(&others, &own)
    }
}

/// The categories of the IUCN Red List and their names, from the most to the least threatened.
pub const RED_LIST: [(&str, &str); 9] = [
    ("EX", "Extinct"),
    ("EW", "Extinct in the wild"),
    ("CR", "Critically endangered"),
    ("EN", "Endangered"),
    ("VU", "Vulnerable"),
    ("NT", "Near threatened"),
    ("LC", "Least concern"),
    ("DD", "Data deficient"),
    ("NE", "Not evaluated"),
];

/// Large groups of organisms, as iNaturalist names them: the narrow ones first.
pub const ICONIC_GROUPS: [&str; 13] = [
    "Mammalia",
    "Aves",
    "Reptilia",
    "Amphibia",
    "Actinopterygii",
    "Mollusca",
    "Arachnida",
    "Insecta",
    "Plantae",
    "Fungi",
    "Protozoa",
    "Chromista",
    "Animalia",
];

/// An observation, which may have several photos.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct Observation {
    /// The source's own id of the observation.
    pub id: String,
    /// How well it is documented and identified, in the source's terms (iNaturalist: `research`, `needs_id`, `casual`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_grade: Option<String>,
    /// Whether the organism was captive or cultivated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub captive: Option<bool>,
}

/// The published dataset to cite for a photo.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Canonical)]
#[serde(default)]
pub struct CitedDataset {
    /// Its key at the source (GBIF: a UUID; `https://www.gbif.org/dataset/KEY` has the citation).
    pub key: String,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The key of the organisation that published it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_goes_from_the_kingdom_to_the_name_itself() {
        let taxon = |name: &str, rank: Option<&str>| Taxon {
            scientific_name: name.to_owned(),
            rank: rank.map(str::to_owned),
            ..Taxon::default()
        };
        for (name, rank, branch) in [
            ("Macaca fascicularis", Some("species"), vec!["Macaca", "Macaca fascicularis"]),
            (
                "Macaca fascicularis aureus",
                Some("subspecies"),
                vec!["Macaca", "Macaca fascicularis", "Macaca fascicularis aureus"],
            ),
            ("Macaca fascicularis", None, vec!["Macaca", "Macaca fascicularis"]),
            ("Macaca", Some("genus"), vec!["Macaca"]),
            (
                "Cercopithecidae",
                Some("family"),
                vec!["Haplorhini", "Simiiformes", "Catarrhini", "Cercopithecoidea", "Cercopithecidae"],
            ),
            ("Old World monkeys", None, vec!["Old World monkeys"]),
            ("Anas platyrhynchos × acuta", Some("hybrid"), vec!["Anas platyrhynchos × acuta"]),
            ("Macaca sp.", Some("species"), vec!["Macaca sp."]),
            ("Éa é", Some("species"), vec!["Éa", "Éa é"]),
            ("", None, vec![]),
        ] {
            assert_eq!(taxon(name, rank).branch(), branch, "{name}");
        }
        let classification = Classification {
            order: Some("Primates".to_owned()),
            family: Some("Cercopithecidae".to_owned()),
            genus: Some("Macaca".to_owned()),
            ..Classification::default()
        };
        let known = Taxon { classification: Some(classification), ..taxon("Macaca fascicularis", Some("species")) };
        let above = ["Primates", "Haplorhini", "Simiiformes", "Catarrhini", "Cercopithecoidea", "Cercopithecidae"];
        assert_eq!(known.branch(), [&above[..], &["Macaca", "Macaca fascicularis"]].concat());
    }
}
