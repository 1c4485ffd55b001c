//! Taxa, observations and their datasets, from sources that record observations of organisms.

use serde::{Deserialize, Serialize};

/// A taxon, as identified by the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
        let higher = self.classification.as_ref();
        let higher = higher.map(|all| [&all.kingdom, &all.phylum, &all.class, &all.order, &all.family]);
        let higher = higher.into_iter().flatten().filter_map(|name| name.as_deref());
        let own = [self.genus(), self.species(), Some(self.scientific_name.as_str())];
        let mut names: Vec<&str> = Vec::new();
        for name in higher.chain(own.into_iter().flatten()).filter(|name| !name.trim().is_empty()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// An observation, which may have several photos.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
            ("Cercopithecidae", Some("family"), vec!["Cercopithecidae"]),
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
        assert_eq!(known.branch(), ["Primates", "Cercopithecidae", "Macaca", "Macaca fascicularis"]);
    }
}
