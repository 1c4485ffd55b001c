//! A photo without its texts: all that filters, flags, manifests and checks read of it, in a fraction of the time.

use super::Photo;
use crate::json;

/// Whether a field of the record is left out: only word search, captions and tables show these.
fn is_left_out(key: &str) -> bool {
    matches!(
        key,
        "title"
            | "description"
            | "tags"
            | "machine_tags"
            | "landing_url"
            | "image_url"
            | "file_name"
            | "sizes"
            | "attribution"
            | "changes"
            | "from_file"
    )
}

impl Photo {
    /// Reads a record that [`is_canonical`](crate::json::canonical::is_canonical) without title, description, tags, machine
    /// tags, addresses, file name, sizes, attribution, changes and `from_file`. Fails if it is no record.
    pub fn outline(record: &str) -> serde_json::Result<Self> {
        some_fields(record, |key| !is_left_out(key))
    }

    /// Reads only what says which files a photo has, and its state, of a record that is canonical.
    pub fn with_files(record: &str) -> serde_json::Result<Self> {
        some_fields(record, |key| matches!(key, "id" | "file" | "thumbnail" | "fault"))
    }
}

fn some_fields(record: &str, is_kept: impl Fn(&str) -> bool) -> serde_json::Result<Photo> {
    let mut kept = String::with_capacity(record.len());
    for (key, value) in json::fields(record) {
        if is_kept(&key.name()) {
            kept.push(if kept.is_empty() { '{' } else { ',' });
            kept.push_str(key.written());
            kept.push(':');
            kept.push_str(value);
        }
    }
    kept.push_str(if kept.is_empty() { "{}" } else { "}" });
    Photo::deserialize(&mut serde_json::Deserializer::from_str(&kept))
}
