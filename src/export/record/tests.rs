//! The record that is written directly is the one that is made of values.

use std::collections::BTreeMap;

use base64::Engine;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::photo::PersonalField;
use crate::seal::URL_SAFE;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[\\\\\"{}\\[\\],:a\n]{0,6}"]
}

/// Records with what derived fields are made of, and with fields that this program does not know, some of them with the
/// names of derived ones.
fn stored() -> impl Strategy<Value = Value> {
    let license = |id: &str| json!({"id": id, "name": "a licence"});
    let others =
        |license: Value| json!({"other_records": [{"id": "gbif:1", "recognised_by": "id", "license": license}]});
    let part = prop_oneof![
        Just(json!({"license": license("CC-BY-4.0")})),
        Just(others(license("CC-BY-NC-ND-4.0"))),
        Just(others(license("CC0-1.0"))),
        Just(json!({"taken": {"local": "2019-05-04T13:22:05", "granularity": "second", "unknown": false}})),
        Just(json!({"taken": {"local": null, "unknown": true}})),
        Just(json!({"location": {"latitude": 5.84, "longitude": 118.1, "origin": "source"},
            "place": {"country": "MY", "at_sea": false, "time_zone": "Asia/Kuching", "data_version": "1"}})),
        Just(
            json!({"file": {"sha256": "ab".repeat(32), "stored_sha256": "cd", "format": "jpeg", "width": 1, "height": 2,
            "orientation": 1, "bytes": 3, "stored_bytes": 4, "downloaded_at": "2026-05-01T12:00:00Z"}})
        ),
        Just(json!({"source": "a newer field", "sun": 1, "file_path": [2], "downloaded_at": null})),
        Just(json!({"same_as": "flickr:2"})),
        (text(), text()).prop_map(|(title, tag)| json!({"title": title, "tags": [tag]})),
        (text(), any::<f64>()).prop_map(|(key, value)| json!({"scores": {key: {
            "value": value, "scorer": "made", "version": "1"}}})),
        (text(), text()).prop_map(|(name, value)| json!({name: value})),
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
    fn any_record_is_written_as_its_values_are(stored in stored(), tokens in 0..4_usize) {
        let Ok(photo) = serde_json::from_str::<Photo>(&stored.to_string()) else { return Ok(()) };
        let tokens: BTreeMap<_, _> =
            PersonalField::ALL.into_iter().take(tokens).map(|field| (field, "gAAA_-A=".to_owned())).collect();
        let made = serde_json::to_string(&photo).unwrap();
        let sealed = SealedPhoto::restore(photo, "a key".to_owned(), tokens);
        let raw = sealed.tokens().values().map(|token| URL_SAFE.decode(token).ok());
        let raw: Vec<_> = raw.chain(std::iter::repeat(None)).take(PersonalField::ALL.len()).collect();
        let read = |text: &str| {
            let text = text.as_bytes().to_vec();
            StoredRecord::read(sealed.photo().id.clone(), "a key".to_owned(), text, raw.clone()).unwrap()
        };
        // As another program wrote it, as this one writes it, and as a server has it.
        for stored in [read(&stored.to_string()), read(&made), StoredRecord::of(sealed.clone()).unwrap()] {
            let (mut whole, mut plain) = (b"before".to_vec(), Vec::new());
            write(&stored, None, &mut whole).unwrap();
            write_public(&stored, &mut plain).unwrap();
            let expected = serde_json::to_string(&record(&sealed, None).unwrap()).unwrap();
            prop_assert_eq!(String::from_utf8(whole.split_off(6)).unwrap(), expected);
            let expected = serde_json::to_string(&public(&sealed).unwrap()).unwrap();
            prop_assert_eq!(String::from_utf8(plain).unwrap(), expected);
            prop_assert_eq!(stored.sealed().unwrap(), &sealed);
        }
    }
}
