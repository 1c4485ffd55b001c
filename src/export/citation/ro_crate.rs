//! `ro-crate-metadata.json`: a Research Object Crate 1.1, <https://www.researchobject.org/ro-crate/specification/1.1/>.

use jiff::tz::Offset;
use serde_json::{Value, json};

use super::{MANIFEST, is_person, list, object, sentence, title};
use crate::config::{Citation, Creator};
use crate::export::manifest::{Manifest, WrittenFile};

pub(super) const NAME: &str = "ro-crate-metadata.json";

const SOFTWARE: &str = "#gleaner";
const EXPORT: &str = "#export";

/// The crate: the folder, its files, who made it, and the export that wrote it.
pub(super) fn value(manifest: &Manifest, citation: &Citation) -> Value {
    let files: Vec<Value> = manifest.files.iter().chain(&manifest.citation_files).filter_map(file).collect();
    let license = citation.license().and_then(|license| {
        let url = license.url.clone()?;
        Some(json!({"@id": url, "@type": "CreativeWork", "name": license.name, "identifier": license.id}))
    });
    let (creators, affiliations): (Vec<Value>, Vec<Option<Value>>) =
        citation.creators.iter().enumerate().map(creator).unzip();
    let publisher =
        citation.publisher.as_ref().map(|name| json!({"@id": "#publisher", "@type": "Organization", "name": name}));
    let manifest_file = json!({"@id": MANIFEST, "@type": "File", "name": "Manifest of the export",
        "encodingFormat": "application/json"});
    let graph = [descriptor(), root(manifest, citation, &files)]
        .into_iter()
        .chain(files)
        .chain([manifest_file])
        .chain(creators)
        .chain(affiliations.into_iter().flatten())
        .chain(license)
        .chain(publisher)
        .chain(export(manifest));
    // `sha256` became a term of schema.org after the context of version 1.1 was made.
    let context = json!(["https://w3id.org/ro/crate/1.1/context", {"sha256": "https://schema.org/sha256"}]);
    json!({"@context": context, "@graph": graph.collect::<Vec<_>>()})
}

fn descriptor() -> Value {
    json!({"@id": NAME, "@type": "CreativeWork", "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"}})
}

fn root(manifest: &Manifest, citation: &Citation, files: &[Value]) -> Value {
    let made_on = Offset::UTC.to_datetime(manifest.made_at).date();
    let description = citation.description.clone().unwrap_or_else(|| sentence(manifest));
    // The specification wants a licence or a reason for its absence.
    let license = match citation.license() {
        Some(license) => license.url.map_or_else(|| json!(license.id), |url| json!({"@id": url})),
        None => json!("Not stated. Every photo has the licence that its record names."),
    };
    object([
        ("@id", json!("./")),
        ("@type", json!("Dataset")),
        ("name", json!(title(manifest, citation))),
        ("description", json!(description)),
        ("datePublished", json!(citation.released.unwrap_or(made_on).to_string())),
        ("license", license),
        (
            "author",
            list((0..citation.creators.len()).map(|nth| json!({"@id": creator_id(nth, &citation.creators[nth])}))),
        ),
        ("publisher", citation.publisher.as_ref().map_or(Value::Null, |_| json!({"@id": "#publisher"}))),
        ("keywords", list(citation.keywords.iter().map(|keyword| json!(keyword)))),
        ("version", json!(citation.version)),
        ("url", json!(citation.url)),
        ("identifier", json!(citation.doi.as_ref().map(|doi| format!("https://doi.org/{doi}")))),
        ("inLanguage", json!(citation.language)),
        ("hasPart", files.iter().map(|file| json!({"@id": file["@id"]})).chain([json!({"@id": MANIFEST})]).collect()),
        (
            "isBasedOn",
            list(manifest.cited_datasets.iter().filter_map(|cited| cited.url.as_ref()).map(|url| json!({"@id": url}))),
        ),
        ("mentions", json!([{"@id": EXPORT}])),
    ])
}

fn file(file: &WrittenFile) -> Option<Value> {
    let name = file.name.as_ref()?;
    Some(json!({"@id": name, "@type": "File", "name": name, "encodingFormat": file.media_type,
        "contentSize": file.bytes.to_string(), "sha256": file.sha256}))
}

fn creator_id(nth: usize, creator: &Creator) -> String {
    creator.orcid_url().unwrap_or_else(|| format!("#creator-{}", nth + 1))
}

/// A creator, and the organisation that it names.
fn creator((nth, creator): (usize, &Creator)) -> (Value, Option<Value>) {
    let affiliation = format!("#affiliation-{}", nth + 1);
    let entity = object([
        ("@id", json!(creator_id(nth, creator))),
        ("@type", json!(if is_person(creator) { "Person" } else { "Organization" })),
        ("name", json!(creator.full_name())),
        ("givenName", json!(creator.given_names)),
        ("familyName", json!(creator.family_names)),
        ("affiliation", creator.affiliation.as_ref().map_or(Value::Null, |_| json!({"@id": affiliation}))),
    ]);
    let organisation = creator.affiliation.as_ref();
    (entity, organisation.map(|name| json!({"@id": affiliation, "@type": "Organization", "name": name})))
}

/// The software, the export as an action, and the datasets that the photos are from.
fn export(manifest: &Manifest) -> impl Iterator<Item = Value> {
    let software = json!({"@id": SOFTWARE, "@type": "SoftwareApplication", "name": "Gleaner",
        "softwareVersion": manifest.software.version});
    let results = manifest.files.iter().filter_map(|file| file.name.as_ref()).map(|name| json!({"@id": name}));
    let action = json!({"@id": EXPORT, "@type": "CreateAction", "name": "Export of the dataset",
        "description": sentence(manifest), "instrument": {"@id": SOFTWARE},
        "endTime": manifest.made_at.to_string(), "result": results.collect::<Vec<_>>()});
    let cited = manifest.cited_datasets.iter().filter_map(|cited| {
        let title = cited.dataset.title.clone().unwrap_or_else(|| cited.dataset.key.clone());
        // A `Dataset` that is no part of the crate would be taken for one.
        Some(json!({"@id": cited.url.as_ref()?, "@type": "CreativeWork", "name": title}))
    });
    [software, action].into_iter().chain(cited)
}
