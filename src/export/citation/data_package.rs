//! `datapackage.json`: a Frictionless Data Package 1.0 whose Table Schema is the data dictionary of the CSV,
//! <https://specs.frictionlessdata.io/data-package/>.

use serde_json::{Value, json};

use super::{list, object, title};
use crate::config::{Citation, Creator};
use crate::export::manifest::{Manifest, WrittenFile};
use crate::photo::{PersonalField, fields, fields::ColumnType};

pub(super) const NAME: &str = "datapackage.json";

/// The package.
pub(super) fn value(manifest: &Manifest, citation: &Citation) -> Value {
    object([
        ("profile", json!("data-package")),
        ("name", json!(slug(&manifest.dataset.name))),
        ("title", json!(title(manifest, citation))),
        ("description", json!(citation.description)),
        ("version", json!(citation.version)),
        ("id", json!(citation.doi.as_ref().map(|doi| format!("https://doi.org/{doi}")))),
        ("homepage", json!(citation.url)),
        ("created", json!(manifest.made_at.to_string())),
        ("keywords", list(citation.keywords.iter().map(|keyword| json!(keyword)))),
        ("contributors", list(citation.creators.iter().map(contributor))),
        (
            "licenses",
            list(citation.license().into_iter().map(|license| {
                object([("name", json!(license.id)), ("path", json!(license.url)), ("title", json!(license.name))])
            })),
        ),
        (
            "sources",
            list(manifest.sources.iter().map(|source| {
                object([("title", json!(source.title.unwrap_or(&source.name))), ("path", json!(source.terms_url))])
            })),
        ),
        ("resources", list(manifest.files.iter().filter_map(|file| resource(manifest, file)))),
    ])
}

fn contributor(creator: &Creator) -> Value {
    object([
        ("title", json!(creator.full_name())),
        ("path", json!(creator.orcid_url())),
        ("organization", json!(creator.affiliation)),
        ("role", json!("author")),
    ])
}

fn resource(manifest: &Manifest, file: &WrittenFile) -> Option<Value> {
    let path = file.name.as_ref()?;
    let columns = &manifest.query.columns;
    let described = !columns.is_empty();
    let text = file.media_type.starts_with("text/") || !described;
    Some(object([
        ("name", json!("photos")),
        ("path", json!(path)),
        ("profile", json!(if described && text { "tabular-data-resource" } else { "data-resource" })),
        ("format", json!(path.rsplit_once('.').map(|(_, suffix)| suffix))),
        ("mediatype", json!(file.media_type)),
        ("encoding", if text { json!("utf-8") } else { Value::Null }),
        ("bytes", json!(file.bytes)),
        ("hash", json!(format!("sha256:{}", file.sha256))),
        ("schema", if described { schema(columns, text) } else { Value::Null }),
    ]))
}

/// The Table Schema of these columns: the data dictionary.
fn schema(columns: &[String], text: bool) -> Value {
    let fields: Vec<Value> = columns.iter().map(|column| field(column, text)).collect();
    json!({"fields": fields, "missingValues": [""], "primaryKey": "id"})
}

fn field(path: &str, text: bool) -> Value {
    let column = fields::columns().find(|column| column.path == path);
    let (unit, meaning) = match column {
        Some(column) => (column.unit, column.meaning.to_owned()),
        None => beside(path),
    };
    let (kind, constraints) = kind(unit, path, text);
    object([
        ("name", json!(path)),
        ("type", json!(kind)),
        ("description", json!(meaning)),
        ("unit", json!(unit)),
        ("constraints", constraints),
    ])
}

/// Unit and meaning of a column that is no field of the registry: a personal field or a score.
fn beside(path: &str) -> (&'static str, String) {
    if let Some(field) = path.strip_prefix("sealed.") {
        return ("token", format!("the personal field {field}, encrypted (Fernet)"));
    }
    if let Some(field) = path.strip_prefix("personal.") {
        let json = PersonalField::named(field).is_some_and(PersonalField::is_structured);
        return (if json { "JSON" } else { "text" }, format!("the personal field {field}, in clear"));
    }
    let key = path.trim_start_matches('\'').trim_start_matches("scores.");
    match key.rsplit_once('.') {
        Some((key, "below")) => ("0 to 1", format!("the score {key} is less than this")),
        Some((key, _)) => ("0 to 1", format!("the score {key}: how sure a scorer is that the photo shows it")),
        None => ("text", String::new()),
    }
}

/// The type in Table Schema of a column with this unit, in a text or in a table with types, and its constraints.
fn kind(unit: &str, path: &str, text: bool) -> (&'static str, Value) {
    let name = match ColumnType::of_unit(unit) {
        (_, true) if !text => "array",
        (ColumnType::Json, _) if !text => "object",
        // Lists are one cell with ` | ` between their items; local times have no zone, which Table Schema cannot say.
        (_, true) | (ColumnType::Text | ColumnType::LocalTime | ColumnType::Json, _) => "string",
        (ColumnType::Number, _) => "number",
        (ColumnType::Integer, _) => "integer",
        (ColumnType::Boolean, _) => "boolean",
        (ColumnType::Date, _) => "date",
        (ColumnType::Time, _) => "datetime",
    };
    let constraints = match unit {
        "count" | "pixels" | "bytes" => json!({"minimum": 0}),
        "0 to 1" => json!({"minimum": 0, "maximum": 1}),
        "degrees, WGS 84" => {
            let most = if path.ends_with("latitude") { 90 } else { 180 };
            json!({"minimum": -most, "maximum": most})
        }
        _ if path == "id" => json!({"required": true, "unique": true}),
        _ => Value::Null,
    };
    (name, constraints)
}

/// A name in the form that packages want: lower case, digits, `-`, `_` and `.`.
pub fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let plain: String =
        lower.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    if plain.is_empty() { "dataset".to_owned() } else { plain }
}
