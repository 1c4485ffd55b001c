//! The line of the digest against one that is made of values.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::photo::{Photo, PhotoId};
use crate::seal::SealedPhoto;

/// The line, made of a copy of the photo without the values of a run.
fn of_values(sealed: &SealedPhoto) -> Vec<u8> {
    let mut photo: Photo = sealed.photo().clone();
    (photo.found_at, photo.checked_at) = (None, None);
    photo.owner_pseudonym = None;
    if let Some(described) = &mut photo.described {
        described.at = jiff::Timestamp::UNIX_EPOCH;
    }
    if let Some(file) = &mut photo.file {
        file.downloaded_at = jiff::Timestamp::UNIX_EPOCH;
    }
    for record in &mut photo.other_records {
        record.checked_at = None;
    }
    let licenses = photo.other_records.iter_mut().filter_map(|record| record.license.as_mut());
    photo.license.iter_mut().chain(licenses).for_each(|license| license.seen_on = None);
    let mut record = serde_json::to_value(photo).unwrap();
    let tokens = sealed.tokens().keys().map(|field| (field.as_str().into(), Value::Bool(true)));
    record["personal"] = Value::Object(tokens.collect());
    let mut line = serde_json::to_vec(&canonical(record)).unwrap();
    line.push(b'\n');
    line
}

fn line(sealed: &SealedPhoto) -> Vec<u8> {
    let mut line = b"the line before\n".to_vec();
    digest_line(&StoredRecord::of(sealed.clone()).unwrap(), None, &mut line).unwrap();
    line.split_off(16)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[\\\\\"{}\\[\\],:a\n]{0,6}"]
}

/// Records with the values of a run, and with fields that this program does not know.
fn record() -> impl Strategy<Value = Value> {
    let at = "2026-05-01T12:00:00Z";
    let license = json!({"id": "CC-BY-4.0", "name": "CC BY 4.0", "seen_on": "2026-05-01"});
    let part = prop_oneof![
        Just(json!({"found_at": at, "checked_at": at, "owner_pseudonym": "00ff"})),
        Just(json!({"described": {"raw_tags": ["Doho \"Lodge\""], "at": at}})),
        Just(json!({"license": license})),
        Just(json!({"other_records": [
            {"id": "openverse:1", "license": license, "recognised_by": "id", "checked_at": at},
            {"id": "gbif:2", "recognised_by": "bytes"},
        ]})),
        Just(json!({"file": {
            "sha256": "ab", "stored_sha256": "cd", "format": "jpeg", "width": 1, "height": 2, "orientation": 1,
            "bytes": 3, "stored_bytes": 4, "downloaded_at": at, "newer": {"b": 1, "a": [{"d": 1, "c": null}]},
        }})),
        Just(json!({"searches": [{"term": "b", "rank": 1, "newer": 1}, {"term": "a", "rank": 2}]})),
        Just(json!({"personal": "a newer field of this name", "at": at, "seen_on": at})),
        (text(), any::<f64>()).prop_map(|(name, value)| json!({"scores": {name: {
            "value": value, "scorer": "made", "version": "1"}}})),
        (text(), text()).prop_map(|(title, tag)| json!({"title": title, "tags": [tag, "b", "a"]})),
        (text(), text(), text()).prop_map(|(one, other, value)| json!({one: {other: value, "a": 1}})),
    ];
    prop::collection::vec(part, 0..8).prop_map(|parts| {
        let mut record = json!({"id": "flickr:1"});
        let fields = record.as_object_mut().unwrap();
        parts.into_iter().flat_map(|part| part.as_object().cloned().unwrap_or_default()).for_each(|(name, value)| {
            fields.entry(name).or_insert(value);
        });
        record
    })
}

proptest! {
    #[test]
    fn the_line_of_any_record_is_that_of_its_values_with_sorted_keys(record in record()) {
        let Ok(photo) = serde_json::from_value::<Photo>(record) else { return Ok(()) };
        let token = |field: PersonalField| (field, "a token".to_owned());
        let tokens = PersonalField::ALL.into_iter().take(photo.title.len() % 3).map(token).collect();
        let sealed = SealedPhoto::restore(photo, String::new(), tokens);
        prop_assert_eq!(String::from_utf8(line(&sealed)), String::from_utf8(of_values(&sealed)));
    }
}

#[test]
fn a_line_has_no_value_of_a_run_and_sorted_keys() {
    let record = json!({"id": "flickr:1", "checked_at": "2026-05-01T12:00:00Z", "title": "b"});
    let photo: Photo = serde_json::from_value(record).unwrap();
    assert_eq!(photo.id, PhotoId::new("flickr", "1"));
    let line: Map<String, Value> =
        serde_json::from_slice(&line(&SealedPhoto::restore(photo, String::new(), BTreeMap::new()))).unwrap();
    assert!(line.keys().is_sorted() && !line.contains_key("checked_at") && line["personal"] == json!({}));
}
