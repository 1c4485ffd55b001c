//! `CITATION.cff`: the Citation File Format 1.2.0, <https://citation-file-format.github.io/>.

use serde_json::{Value, json};

use super::{list, object, sentence};
use crate::config::{Citation, Creator};
use crate::export::manifest::Manifest;

pub(super) const NAME: &str = "CITATION.cff";

/// The file; `None` without a title or a creator, which the format requires.
pub(super) fn text(manifest: &Manifest, citation: &Citation) -> Option<String> {
    let title = citation.title.as_ref()?;
    if citation.creators.is_empty() {
        return None;
    }
    let digest = json!([{
        "type": "other",
        "value": format!("sha256:{}", manifest.dataset.digest),
        "description": "SHA-256 of the records of the dataset (manifest.json: dataset.digest)",
    }]);
    let members = object([
        ("cff-version", json!("1.2.0")),
        (
            "message",
            json!("If you use this dataset, please cite it, and its sources and photos as their licences ask."),
        ),
        ("type", json!("dataset")),
        ("title", json!(title)),
        ("authors", list(citation.creators.iter().map(author))),
        ("abstract", json!(citation.description.clone().unwrap_or_else(|| sentence(manifest)))),
        ("keywords", list(citation.keywords.iter().map(|keyword| json!(keyword)))),
        ("license", json!(citation.license)),
        ("version", json!(citation.version)),
        ("doi", json!(citation.doi)),
        ("url", json!(citation.url)),
        ("date-released", json!(citation.released)),
        ("identifiers", digest),
    ]);
    let members = members.as_object()?;
    // The values are JSON in one line each, which is YAML too: nothing in a text can end it.
    Some(members.iter().map(|(name, value)| format!("{name}: {}\n", yaml(value))).collect())
}

fn author(creator: &Creator) -> Value {
    object([
        ("family-names", json!(creator.family_names)),
        ("given-names", json!(creator.given_names)),
        ("name", json!(creator.name)),
        ("orcid", json!(creator.orcid_url())),
        ("affiliation", json!(creator.affiliation)),
    ])
}

/// JSON without characters that YAML wants to be escaped and JSON does not: DEL, C1 controls and byte order marks, and line
/// separators, which YAML 1.1 folds.
fn yaml(value: &Value) -> String {
    let escaped = |c: char| match c {
        '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
            format!("\\u{:04x}", u32::from(c))
        }
        _ => c.to_string(),
    };
    value.to_string().chars().map(escaped).collect()
}
