//! The other methods: `getSizes`, `getInfo`, `getExif`, `comments.getList` and `licenses.getInfo`, without quirks.

use serde_json::{Value, json};

use crate::calendar;
use crate::query::Refusal;
use crate::record::{Record, nsid};

/// Names of the licences 0-16, as answered since 2025-06.
pub const LICENSES: [&str; 17] = [
    "All Rights Reserved",
    "CC BY-NC-SA 2.0",
    "CC BY-NC 2.0",
    "CC BY-NC-ND 2.0",
    "CC BY 2.0",
    "CC BY-SA 2.0",
    "CC BY-ND 2.0",
    "No known copyright restrictions",
    "United States Government Work",
    "Public Domain Dedication (CC0)",
    "Public Domain Mark",
    "CC BY 4.0",
    "CC BY-SA 4.0",
    "CC BY-ND 4.0",
    "CC BY-NC 4.0",
    "CC BY-NC-SA 4.0",
    "CC BY-NC-ND 4.0",
];

/// `flickr.photos.licenses.getInfo`.
pub fn licenses() -> Value {
    let all: Vec<Value> = LICENSES
        .iter()
        .enumerate()
        .map(|(id, name)| json!({ "id": id.to_string(), "name": name, "url": "" }))
        .collect();
    json!({ "licenses": { "license": all }, "stat": "ok" })
}

/// `flickr.photos.getSizes`; every second size gives its dimensions as strings.
pub fn sizes(r: &Record, image_url: &str) -> Value {
    let page = format!("https://www.flickr.com/photos/{}/{}/sizes/", nsid(r.owner), r.id);
    let one = |(i, (size, w, h)): (usize, (crate::record::Size, u32, u32))| {
        let (w, h) = if i % 2 == 0 { (json!(w), json!(h)) } else { (json!(w.to_string()), json!(h.to_string())) };
        json!({ "label": size.label, "width": w, "height": h, "source": format!("{image_url}{}", r.path(size)),
            "url": format!("{page}{}/", size.key), "media": "photo" })
    };
    let mut all: Vec<Value> = r.sizes().into_iter().enumerate().map(one).collect();
    if r.video {
        all.push(
            json!({ "label": "Site MP4", "width": "", "height": "", "source": format!("{page}play/site/"), "url": page,
            "media": "video" }),
        );
    }
    let can = u8::from(r.downloadable);
    json!({ "sizes": { "canblog": 0, "canprint": 0, "candownload": can, "size": all }, "stat": "ok" })
}

/// `flickr.photos.getInfo`.
pub fn info(r: &Record) -> Value {
    let tag = |(text, machine): (&String, u8)| {
        json!({ "id": format!("1-{}-{text}", r.id), "author": nsid(r.owner), "authorname": r.owner_name,
            "raw": raw(text), "_content": text, "machine_tag": machine })
    };
    let plain = r.tags.iter().map(|text| (text, 0));
    let tags: Vec<Value> = plain.chain(r.machine_tags.iter().map(|text| (text, 1))).map(tag).collect();
    let taken = r.taken.map_or_else(|| "0000-00-00 00:00:00".to_owned(), calendar::written);
    let mut photo = json!({ "id": r.id.to_string(), "secret": r.secret, "server": r.server.to_string(), "farm": 66,
        "dateuploaded": r.upload.to_string(), "license": r.license.to_string(), "safety_level": "0",
        "owner": { "nsid": nsid(r.owner), "username": r.owner_name, "realname": "", "path_alias": r.path_alias },
        "title": { "_content": r.title }, "description": { "_content": r.description },
        "visibility": { "ispublic": 1, "isfriend": 0, "isfamily": 0 },
        "dates": { "posted": r.upload.to_string(), "taken": taken, "takengranularity": r.granularity,
            "takenunknown": u8::from(r.taken_unknown), "lastupdate": (r.upload + 86_400).to_string() },
        "views": r.counts[0].to_string(), "comments": { "_content": r.counts[2] }, "tags": { "tag": tags },
        "media": if r.video { "video" } else { "photo" },
        "urls": { "url": [{ "type": "photopage",
            "_content": format!("https://www.flickr.com/photos/{}/{}/", nsid(r.owner), r.id) }] } });
    if let Some((lat, lon)) = r.place {
        photo["location"] = json!({ "latitude": lat.to_string(), "longitude": lon.to_string(),
            "accuracy": r.accuracy.to_string(), "context": "0",
            "locality": { "_content": format!("Locality {}", r.id % 7), "woeid": "1" },
            "country": { "_content": format!("Country {}", r.id % 3) } });
    }
    json!({ "photo": photo, "stat": "ok" })
}

/// A tag as its author typed it.
fn raw(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `flickr.photos.comments.getList`; without comments there is no list.
pub fn comments(r: &Record) -> Value {
    let comment = |n: u64| {
        let author = (r.id % 1_000 + n) as u32;
        json!({ "id": format!("{}-{n}", r.id), "author": nsid(author), "author_is_deleted": 0,
            "authorname": format!("CANARY Commenter {author}"), "realname": format!("CANARY Real Commenter {author}"),
            "datecreate": (r.upload + 60 * n as i64).to_string(), "path_alias": Value::Null,
            "permalink": format!("https://www.flickr.com/photos/{}/{}/#comment{n}", nsid(r.owner), r.id),
            "_content": format!("CANARY remark {n}") })
    };
    let all: Vec<Value> = (0..r.counts[2]).map(comment).collect();
    let mut comments = json!({ "photo_id": r.id.to_string() });
    if !all.is_empty() {
        comments["comment"] = Value::Array(all);
    }
    json!({ "comments": comments, "stat": "ok" })
}

/// `flickr.photos.getExif`; refused (code 2) for the photos whose original is not for download.
pub fn exif(r: &Record) -> Result<Value, Refusal> {
    if !r.downloadable {
        return Err(Refusal::Fail(2, "Permission denied"));
    }
    let tag = |space: &str, tag: &str, label: &str, raw: Value| json!({ "tagspace": space, "tagspaceid": 0, "tag": tag, "label": label, "raw": { "_content": raw } });
    let exif = [
        tag("IFD0", "Make", "Make", json!("Canon")),
        tag("IFD0", "Model", "Model", json!("Canon EOS 7D")),
        tag("IFD0", "Orientation", "Orientation", json!("Horizontal (normal)")),
        tag("IFD0", "XResolution", "X-Resolution", json!(72)),
        tag("IFD0", "Artist", "Artist", json!(format!("CANARY Artist {}", r.id))),
        tag("ExifIFD", "SerialNumber", "Serial Number", json!(format!("CANARY-SN-{}", r.id))),
        tag("ExifIFD", "ISO", "ISO Speed", json!("400")),
        tag("XMP-dc", "Description", "Description", json!("")),
    ];
    Ok(json!({ "photo": { "id": r.id.to_string(), "secret": r.secret, "server": r.server.to_string(), "farm": 66,
        "camera": "Canon EOS 7D", "exif": exif }, "stat": "ok" }))
}
