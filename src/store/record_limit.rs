//! What every store can hold. SQLite could hold more, but a record must fit into either store, so that a dataset can be
//! copied from one to the other.

use std::io::{self, Write};

use serde_json::Value;

use crate::photo::Photo;
use crate::seal::SealedPhoto;

/// Most bytes of a record, and of its sealed fields. A MongoDB document has at most 16 MiB, including the fields that a
/// save adds.
const MAX_RECORD_BYTES: usize = (16 << 20) - 4096;

/// A record whose JSON is shorter than this fits. In BSON a list takes at most nine times as many bytes as in JSON: a
/// number of two characters becomes a key of up to eight, its type and eight bytes.
const CERTAINLY_FITS: usize = MAX_RECORD_BYTES / 9;

/// Why no store can hold a record; `None` if all can. The sentence contains no value of a text field.
pub fn refusal(sealed: &SealedPhoto) -> Option<String> {
    let photo = sealed.photo();
    if let Some((name, value)) = unsigned(photo).into_iter().find(|(_, value)| i64::try_from(*value).is_err()) {
        return Some(format!("{name} is {value}; the largest number of a record is {}", i64::MAX));
    }
    if photo.unknown.values().any(exceeds_i64) {
        return Some(format!("a number is above {}, the largest of a record", i64::MAX));
    }
    let token_bytes: usize = sealed.tokens().values().map(|token| token.len() / 4 * 3).sum();
    let bytes = record_bytes(photo).max(token_bytes);
    size_refusal(bytes)
}

/// Why a document of this size, in bytes, is too large; `None` if it is not.
pub fn size_refusal(bytes: usize) -> Option<String> {
    (bytes > MAX_RECORD_BYTES).then(|| {
        let mb = |bytes: usize| bytes.div_ceil(1_000_000);
        format!("it has {} MB; a record has at most {} MB", mb(bytes), MAX_RECORD_BYTES / 1_000_000)
    })
}

/// The record's numbers that can exceed what BSON holds, with their names.
fn unsigned(photo: &Photo) -> impl IntoIterator<Item = (&'static str, u64)> {
    let file = photo.file.as_ref();
    let numbers = [
        ("views", photo.views),
        ("faves", photo.faves),
        ("comments", photo.comments),
        ("file.bytes", file.map(|file| file.bytes)),
        ("file.stored_bytes", file.map(|file| file.stored_bytes)),
        ("searches.rank", photo.searches.iter().map(|found| found.rank).max()),
    ];
    numbers.into_iter().filter_map(|(name, value)| Some((name, value?)))
}

fn exceeds_i64(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_u64().is_some_and(|number| i64::try_from(number).is_err()),
        Value::Array(items) => items.iter().any(exceeds_i64),
        Value::Object(fields) => fields.values().any(exceeds_i64),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// Bytes of the record: its BSON where that may be too large, else its JSON. 0 if it cannot be serialized; saving it
/// says why.
fn record_bytes(photo: &Photo) -> usize {
    let mut json = ByteCount(0);
    if serde_json::to_writer(&mut json, photo).is_err() {
        return 0;
    }
    if json.0 <= CERTAINLY_FITS {
        return json.0;
    }
    mongodb::bson::serialize_to_raw_document_buf(photo).map_or(0, |document| document.as_bytes().len())
}

/// Counts what is written.
struct ByteCount(usize);

impl Write for ByteCount {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::photo::{Found, ImageFile, PersonalField, PhotoId};

    fn photo() -> Photo {
        Photo { id: PhotoId::new("folder", "a.jpg"), views: Some(3), ..Photo::default() }
    }

    fn refused(photo: Photo) -> Option<String> {
        refusal(&SealedPhoto::restore(photo, "k".into(), BTreeMap::new()))
    }

    #[test]
    fn a_number_that_only_one_store_can_hold_is_refused() {
        let largest = u64::try_from(i64::MAX).unwrap();
        let file = |bytes| Some(ImageFile { bytes, ..ImageFile::default() });
        let cases = [
            (photo(), None),
            (Photo { views: Some(largest), ..photo() }, None),
            (Photo { views: Some(largest + 1), ..photo() }, Some("views is 9223372036854775808")),
            (Photo { faves: Some(u64::MAX), ..photo() }, Some("faves is 18446744073709551615")),
            (Photo { comments: Some(u64::MAX), ..photo() }, Some("comments is")),
            (Photo { file: file(u64::MAX), ..photo() }, Some("file.bytes is")),
            (
                Photo { searches: vec![Found { rank: u64::MAX, ..Found::default() }], ..photo() },
                Some("searches.rank is"),
            ),
            (
                serde_json::from_str(r#"{"id":"a:b","newer":{"list":[1,9223372036854775808]}}"#).unwrap(),
                Some("a number"),
            ),
            (serde_json::from_str(r#"{"id":"a:b","newer":{"list":[1,9223372036854775807]}}"#).unwrap(), None),
        ];
        for (photo, expected) in cases {
            let found = refused(photo.clone());
            match expected {
                None => assert_eq!(found, None, "{photo:?}"),
                Some(expected) => assert!(found.as_ref().is_some_and(|why| why.starts_with(expected)), "{found:?}"),
            }
            let bson = mongodb::bson::serialize_to_raw_document_buf(&photo);
            assert_eq!(bson.is_err(), expected.is_some(), "BSON agrees: {photo:?}");
        }
    }

    #[test]
    fn a_record_above_16_mb_is_refused_by_its_bson() {
        let text = |bytes: usize| Photo { description: "x".repeat(bytes), ..photo() };
        assert_eq!(refused(text(15 << 20)), None);
        assert_eq!(refused(text(17 << 20)).as_deref(), Some("it has 18 MB; a record has at most 16 MB"));
        // Short in JSON, long in BSON: each item has its index as a key.
        let tags = Photo { tags: vec![String::new(); 2_000_000], ..photo() };
        assert!(serde_json::to_vec(&tags).unwrap().len() < 7_000_000);
        assert_eq!(refused(tags).as_deref(), Some("it has 27 MB; a record has at most 16 MB"));
    }

    #[test]
    fn sealed_fields_count_on_their_own() {
        let tokens = |bytes: usize| BTreeMap::from([(PersonalField::Exif, "A".repeat(bytes / 3 * 4))]);
        let sealed = |bytes| SealedPhoto::restore(photo(), "k".into(), tokens(bytes));
        assert_eq!(refusal(&sealed(15 << 20)), None);
        assert_eq!(refusal(&sealed(17 << 20)).as_deref(), Some("it has 18 MB; a record has at most 16 MB"));
    }
}
