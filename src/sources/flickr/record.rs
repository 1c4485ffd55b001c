//! Converts a record of a search response to a [`Photo`]. All values except the id may be missing or invalid.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::super::lenient::Record;
use super::super::rows::json;
use super::super::{self as sources, json_defect};
use super::{ABOUT, codes, sizes};
use crate::photo::{Granularity, Location, Media, PersonalField, Photo, PhotoId, PictureKind, Taken};

/// Parses a record. The error is the reason why it is unreadable.
pub fn read(raw: &str, today: Date) -> Result<sources::Record, String> {
    let value = json::value(raw).map_err(|err| format!("it is not JSON ({})", json_defect(&err)))?;
    let Value::Object(map) = &value else { return Err("it is not an object".into()) };
    let mut found = of_map(map, today)?;
    found.photo.personal.find(PersonalField::RawRecord, value);
    Ok(found)
}

/// The photo of a record, without the raw record.
pub fn of_map(map: &Map<String, Value>, today: Date) -> Result<sources::Record, String> {
    let record = Record(map);
    let own = record.filled("id").ok_or("it has no id")?;
    if !own.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("its id is not a number".into());
    }
    let mut photo = Photo {
        id: PhotoId::new(ABOUT.name, &own),
        title: record.text("title").unwrap_or_default(),
        description: record.text("description").unwrap_or_default(),
        tags: split_words(&record, "tags"),
        machine_tags: split_words(&record, "machine_tags"),
        media: record.filled("media").map_or(Media::Photo.into(), |media| media.as_str().into()),
        kind: kind(&record).map(Into::into),
        landing_url: Some(landing_url(&own)),
        sizes: sizes::read(&record, &own),
        views: record.count("views").or_else(|| record.count("count_views")),
        faves: record.count("count_faves"),
        comments: record.count("count_comments"),
        license: record.int("license").and_then(|id| u32::try_from(id).ok()).map(|id| codes::license(id, today)),
        taken: taken(&record),
        posted_at: instant(&record, "dateupload"),
        updated_at: instant(&record, "lastupdate"),
        location: location(&record),
        ..Photo::default()
    };
    personal(&mut photo, map);
    let odd = odd(&record);
    Ok(sources::Record { odd, ..photo.into() })
}

/// Fields whose values cannot be kept.
fn odd(record: &Record) -> Vec<&'static str> {
    const COUNTS: [&str; 5] = ["views", "count_faves", "count_comments", "dateupload", "lastupdate"];
    let mut odd = record.odd(&COUNTS, &["latitude", "longitude"]);
    let coordinates = record.float("latitude").zip(record.float("longitude"));
    let is_place = |(latitude, longitude)| (latitude, longitude) != (0.0, 0.0);
    if coordinates.is_some_and(is_place) && location(record).is_none() {
        odd.push("latitude");
    }
    if record.filled("datetaken").is_some() && taken(record).is_none() {
        odd.push("datetaken");
    }
    odd
}

/// The owner's fields. An empty alias counts as missing.
fn personal(photo: &mut Photo, map: &Map<String, Value>) {
    let record = Record(map);
    let fields = [
        (PersonalField::OwnerName, "ownername"),
        (PersonalField::PathAlias, "pathalias"),
        (PersonalField::Owner, "owner"),
    ];
    for (field, key) in fields {
        photo.personal.find(field, record.filled(key));
    }
}

fn split_words(record: &Record, key: &str) -> Vec<String> {
    record.text(key).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

fn instant(record: &Record, key: &str) -> Option<Timestamp> {
    record.int(key).filter(|seconds| *seconds > 0).and_then(|seconds| Timestamp::from_second(seconds).ok())
}

/// `content_type`, as set by the owner. Flickr's name for 2 is "other": art, illustrations.
fn kind(record: &Record) -> Option<PictureKind> {
    match record.int("content_type")? {
        0 => Some(PictureKind::Photo),
        1 => Some(PictureKind::Screenshot),
        2 => Some(PictureKind::Illustration),
        3 => Some(PictureKind::Virtual),
        _ => None,
    }
}

/// `datetakenunknown` = 1 means that `datetaken` only repeats the upload date. In `datetaken`, a month or a day 00 is not
/// known, whatever the granularity says.
fn taken(record: &Record) -> Option<Taken> {
    if record.int("datetakenunknown") == Some(1) {
        return Some(Taken::unknown());
    }
    let text = record.filled("datetaken")?;
    // `0000-00-00` by way of a program that has a year before the year 0.
    if text.trim_start().starts_with("-0001") {
        return Some(Taken::unknown());
    }
    let taken = Taken::parse(&text).filter(|taken| taken.interval.is_none())?;
    Some(match record.int("datetakengranularity").and_then(codes::granularity) {
        Some(granularity) => taken.at_most(granularity),
        // How exact a whole date is is not stated.
        None if taken.granularity.as_ref().is_some_and(|exact| *exact == Granularity::Second) => {
            Taken { granularity: None, ..taken }
        }
        None => taken,
    })
}

/// Coordinates 0,0, or no accuracy, mean "no place" at Flickr.
fn location(record: &Record) -> Option<Location> {
    let location = Location::new(record.float("latitude")?, record.float("longitude")?)?;
    match record.int("accuracy") {
        Some(accuracy) => Some(codes::with_accuracy(location, u8::try_from(accuracy).unwrap_or(0))),
        None => Some(location),
    }
}

/// The web page of a photo, with an address that does not contain the owner.
pub fn landing_url(own: &str) -> String {
    format!("https://flic.kr/p/{}", base58(own))
}

/// The number in base 58, as in Flickr's short addresses (without 0, I, O, l).
fn base58(own: &str) -> String {
    const ALPHABET: &[u8; 58] = b"123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";
    let Ok(mut number) = own.parse::<u128>() else { return own.to_owned() };
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(ALPHABET[(number % 58) as usize]));
        number /= 58;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}
