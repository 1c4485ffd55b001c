//! `datacite.json`: the DataCite Metadata Schema 4.5 in JSON, <https://datacite-metadata-schema.readthedocs.io/en/4.5/>.

use jiff::tz::Offset;
use serde_json::{Value, json};

use super::{is_person, list, named, object, sentence};
use crate::config::{Citation, Creator};
use crate::export::manifest::Manifest;

pub(super) const NAME: &str = "datacite.json";

/// The record; `None` without a title, a creator or a publisher, which the schema requires.
pub(super) fn value(manifest: &Manifest, citation: &Citation) -> Option<Value> {
    let (title, publisher) = (citation.title.as_ref()?, citation.publisher.as_ref()?);
    if citation.creators.is_empty() {
        return None;
    }
    let made_on = Offset::UTC.to_datetime(manifest.made_at).date();
    let year = citation.released.unwrap_or(made_on).year();
    let issued = citation.released.map(|day| json!({"date": day.to_string(), "dateType": "Issued"}));
    let created = json!({"date": made_on.to_string(), "dateType": "Created"});
    let description =
        citation.description.as_ref().map(|text| json!({"description": text, "descriptionType": "Abstract"}));
    let methods = json!({"description": sentence(manifest), "descriptionType": "Methods"});
    let cited = manifest.cited_datasets.iter().filter_map(|cited| cited.url.as_ref()).map(|url| {
        json!({"relatedIdentifier": url, "relatedIdentifierType": "URL", "relationType": "IsDerivedFrom",
            "resourceTypeGeneral": "Dataset"})
    });
    Some(object([
        ("doi", json!(citation.doi)),
        ("url", json!(citation.url)),
        ("schemaVersion", json!("http://datacite.org/schema/kernel-4")),
        ("types", json!({"resourceTypeGeneral": "Dataset", "resourceType": "Photo records"})),
        ("titles", json!([{"title": title}])),
        ("creators", list(citation.creators.iter().map(creator))),
        ("publisher", json!({"name": publisher})),
        ("publicationYear", json!(format!("{year:04}"))),
        ("language", json!(citation.language)),
        ("version", json!(citation.version)),
        ("subjects", list(citation.keywords.iter().map(|keyword| json!({"subject": keyword})))),
        ("dates", list([Some(created), issued].into_iter().flatten())),
        (
            "rightsList",
            list(citation.license().into_iter().map(|license| {
                object([
                    ("rights", json!(license.name)),
                    ("rightsUri", json!(license.url)),
                    ("rightsIdentifier", json!(license.id)),
                    ("rightsIdentifierScheme", json!("SPDX")),
                    ("schemeUri", json!("https://spdx.org/licenses/")),
                ])
            })),
        ),
        ("descriptions", list([description, Some(methods)].into_iter().flatten())),
        ("sizes", json!([format!("{} photos", manifest.photos)])),
        ("formats", list(manifest.files.iter().map(|file| json!(file.media_type)))),
        (
            "alternateIdentifiers",
            json!([{
                "alternateIdentifier": format!("sha256:{}", manifest.dataset.digest),
                "alternateIdentifierType": "SHA-256 of the dataset's records",
            }]),
        ),
        ("relatedIdentifiers", list(cited)),
    ]))
}

fn creator(creator: &Creator) -> Value {
    let orcid = creator.orcid_url().map(
        |orcid| json!({"nameIdentifier": orcid, "nameIdentifierScheme": "ORCID", "schemeUri": "https://orcid.org"}),
    );
    object([
        ("name", json!(creator.full_name())),
        ("nameType", json!(if is_person(creator) { "Personal" } else { "Organizational" })),
        ("givenName", json!(creator.given_names)),
        ("familyName", json!(creator.family_names)),
        ("nameIdentifiers", list(orcid.into_iter())),
        ("affiliation", list(creator.affiliation.iter().map(|name| named(Some(name))))),
    ])
}
