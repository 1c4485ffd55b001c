//! One photo as `flickr.photos.search` writes it: only the requested extras, with the types of different years mixed.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use crate::calendar;
use crate::random;
use crate::record::{Record, nsid};

/// The format of responses.
#[derive(Debug, Clone)]
pub struct Style<'a> {
    /// The random seed.
    pub seed: u64,
    /// Mix strings and numbers, null and "", as answers of 2013 to 2026 do. Off: the form of 2026.
    pub chaos: bool,
    /// Image host, without a slash at the end.
    pub image_url: &'a str,
    /// The requested extras.
    pub extras: HashSet<&'a str>,
}

impl Style<'_> {
    fn flip(&self, id: u64, field: &str) -> bool {
        self.chaos && random::chance(self.seed, id, field, 0.4)
    }

    /// A string in the form of 2026, sometimes a number.
    fn text(&self, id: u64, field: &str, value: impl Into<Value>) -> Value {
        let value: Value = value.into();
        if self.flip(id, field) { value } else { Value::String(value.to_string()) }
    }

    /// A number in the form of 2026, sometimes a string.
    fn number(&self, id: u64, field: &str, value: impl Into<Value>) -> Value {
        let value: Value = value.into();
        if self.flip(id, field) { Value::String(value.to_string()) } else { value }
    }
}

/// Writes one photo.
pub fn photo(r: &Record, style: &Style) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_owned(), value);
    };
    put("id", json!(r.id.to_string()));
    put("owner", json!(nsid(r.owner)));
    put("secret", json!(r.secret));
    put("server", json!(r.server.to_string()));
    put("farm", style.number(r.id, "farm", 66));
    put("title", json!(r.title));
    put("ispublic", style.number(r.id, "ispublic", 1));
    put("isfriend", json!(0));
    put("isfamily", json!(0));
    texts(r, style, &mut put);
    times(r, style, &mut put);
    if style.extras.contains("geo") {
        geo(r, style, &mut put);
    }
    sizes(r, style, &mut put);
    Value::Object(out)
}

fn texts(r: &Record, style: &Style, put: &mut impl FnMut(&str, Value)) {
    let asked = |name: &str| style.extras.contains(name);
    if asked("description") {
        put("description", json!({ "_content": r.description }));
    }
    if asked("license") {
        put("license", style.text(r.id, "license", r.license));
    }
    if asked("owner_name") {
        put("ownername", json!(r.owner_name));
    }
    if asked("realname") {
        put("realname", json!(format!("CANARY Real Name {}", r.owner)));
    }
    if asked("icon_server") {
        put("iconserver", json!("65535"));
        put("iconfarm", json!(66));
    }
    if asked("tags") {
        // Machine tags are in both lists.
        let tags: Vec<&str> = r.tags.iter().chain(&r.machine_tags).map(String::as_str).collect();
        put("tags", json!(tags.join(" ")));
    }
    if asked("machine_tags") {
        put("machine_tags", json!(r.machine_tags.join(" ")));
    }
    if asked("path_alias") {
        let none = if style.flip(r.id, "path_alias") { Value::Null } else { json!("") };
        put("pathalias", r.path_alias.as_ref().map_or(none, |a| json!(a)));
    }
    for (name, key, value) in [
        ("views", "views", r.counts[0]),
        ("count_views", "count_views", r.counts[0]),
        ("count_faves", "count_faves", r.counts[1]),
        ("count_comments", "count_comments", r.counts[2]),
        ("content_type", "content_type", r.content_type()),
        ("safety_level", "safety_level", 0),
    ] {
        if asked(name) {
            put(key, style.text(r.id, key, value));
        }
    }
    if asked("media") {
        put("media", json!(if r.video { "video" } else { "photo" }));
        put("media_status", json!("ready"));
    }
}

fn times(r: &Record, style: &Style, put: &mut impl FnMut(&str, Value)) {
    if style.extras.contains("date_upload") {
        put("dateupload", json!(r.upload.to_string()));
    }
    if style.extras.contains("last_update") {
        put("lastupdate", json!((r.upload + 86_400).to_string()));
    }
    if style.extras.contains("date_taken") {
        let taken = r.taken.map_or_else(|| "0000-00-00 00:00:00".to_owned(), calendar::written);
        put("datetaken", json!(taken));
        put("datetakengranularity", style.number(r.id, "granularity", r.granularity));
        put("datetakenunknown", style.text(r.id, "unknown", u8::from(r.taken_unknown)));
    }
}

fn geo(r: &Record, style: &Style, put: &mut impl FnMut(&str, Value)) {
    let Some((lat, lon)) = r.place else {
        for key in ["latitude", "longitude", "accuracy", "context"] {
            put(key, json!(0));
        }
        return;
    };
    put("latitude", style.text(r.id, "latitude", lat));
    put("longitude", style.text(r.id, "longitude", lon));
    put("accuracy", style.text(r.id, "accuracy", r.accuracy));
    put("context", style.number(r.id, "context", 0));
    let place = if r.accuracy == 0 { String::new() } else { format!("p{:08x}", random::mix(r.id) >> 32) };
    put("place_id", json!(place));
    put("woeid", style.text(r.id, "woeid", 700_000 + r.id % 1000));
    put("geo_is_public", style.number(r.id, "geo_is_public", 1));
    for key in ["geo_is_contact", "geo_is_friend", "geo_is_family"] {
        put(key, json!(0));
    }
}

fn sizes(r: &Record, style: &Style, put: &mut impl FnMut(&str, Value)) {
    if style.extras.contains("original_format") && r.downloadable {
        put("originalsecret", json!(r.secret_of(crate::record::SIZES[16])));
        put("originalformat", json!(r.format));
    }
    if style.extras.contains("o_dims") && r.downloadable {
        put("o_width", style.text(r.id, "o_width", r.pixels.0));
        put("o_height", style.text(r.id, "o_height", r.pixels.1));
    }
    for (size, width, height) in r.sizes() {
        if style.extras.contains(format!("url_{}", size.key).as_str()) {
            put(&format!("url_{}", size.key), json!(format!("{}{}", style.image_url, r.path(size))));
            put(&format!("height_{}", size.key), style.number(r.id, size.label, height));
            put(&format!("width_{}", size.key), style.number(r.id, size.suffix, width));
        }
    }
}
