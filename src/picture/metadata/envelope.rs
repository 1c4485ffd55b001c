//! Fits all tags into a fixed number of bytes by cutting the largest values first.

use std::collections::BTreeMap;

use crate::hash::sha256_hex;
use serde_json::{Map, Value, json};

type Groups = BTreeMap<String, BTreeMap<String, Value>>;

pub(super) fn whole(groups: &Groups) -> Value {
    let group = |tags: &BTreeMap<String, Value>| tags.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    Value::Object(groups.iter().map(|(name, tags)| (name.clone(), Value::Object(group(tags)))).collect())
}

pub(super) fn within(groups: &Groups, bytes_max: usize) -> Value {
    let mut all = whole(groups);
    let mut length = all.to_string().len();
    if let Value::Object(groups) = &mut all {
        length = shrink(groups.values_mut().filter_map(Value::as_object_mut), length, bytes_max);
        shrink(std::iter::once(groups), length, bytes_max);
    }
    if all.to_string().len() <= bytes_max {
        return all;
    }
    // If even the markers of all groups are too long, one marker replaces everything; if that is too long, nothing is kept.
    let all = json!({"cut": marker(&all)});
    if all.to_string().len() <= bytes_max { all } else { json!({}) }
}

/// Replaces values by their markers until `length` is at most `bytes_max`; returns the new length.
fn shrink<'a>(objects: impl Iterator<Item = &'a mut Map<String, Value>>, length: usize, bytes_max: usize) -> usize {
    if length <= bytes_max {
        return length;
    }
    let values = objects.flat_map(|object| object.iter_mut().map(|(_, value)| value));
    let mut values: Vec<(usize, &mut Value)> = values.map(|value| (value.to_string().len(), value)).collect();
    values.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    let mut length = length;
    for (bytes, value) in values {
        if length <= bytes_max {
            break;
        }
        let marker = marker(value);
        let marker_bytes = marker.to_string().len();
        if marker_bytes < bytes {
            *value = marker;
            length = length - bytes + marker_bytes;
        }
    }
    length
}

fn marker(value: &Value) -> Value {
    let text = value.to_string();
    let digest = sha256_hex(text.as_bytes());
    json!({"bytes": text.len(), "sha256": digest, "cut": true})
}
