//! Names are read as they are written, and those that are not on a list are kept.

use std::fmt::Debug;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{NotListed, OrUnknown, Vocabulary};
use crate::photo::fields::Unit;
use crate::photo::{
    FaultKind, Granularity, ImageFormat, LocationOrigin, Media, Photo, PictureKind, StageName, State, SubdivisionOrigin,
};

/// Checks one list: what is written reads as the same, and nothing else reads.
fn check<V: Vocabulary + Debug>(all: &[V], names: &[&str]) {
    assert_eq!(all.iter().map(|one| one.as_str()).collect::<Vec<_>>(), names);
    assert_eq!(V::NAMES, names);
    for one in all {
        let name = one.as_str();
        assert_eq!(name.parse::<V>(), Ok(*one));
        assert_eq!(OrUnknown::<V>::from(name), OrUnknown::Known(*one));
        assert_eq!(serde_json::to_value(OrUnknown::<V>::from(*one)).unwrap(), json!(name));
    }
    for wrong in ["", " ", "Photo", "JPEG", "none of these"] {
        assert_eq!(wrong.parse::<V>(), Err(NotListed(V::NAMES)), "{wrong:?}");
        assert_eq!(OrUnknown::<V>::from(wrong).known(), None);
        assert_eq!(OrUnknown::<V>::from(wrong).as_str(), wrong);
    }
}

#[test]
fn every_name_of_a_list_is_read_as_it_is_written() {
    check(Media::ALL, &["photo", "video"]);
    check(PictureKind::ALL, &["photo", "screenshot", "illustration", "virtual"]);
    check(ImageFormat::ALL, &["jpeg", "png", "webp", "gif"]);
    check(State::ALL, &["found", "stored", "rejected", "gone", "failed"]);
    check(StageName::ALL, &["search", "download", "exif", "geocode", "taxa", "range", "setting", "thumbnail"]);
    check(FaultKind::ALL, &["rejected", "permanent", "temporary"]);
    let dates = ["second", "minute", "hour", "day", "month", "year", "decade", "century", "circa", "interval"];
    check(Granularity::ALL, &dates);
    check(LocationOrigin::ALL, &["source", "exif", "title"]);
    check(SubdivisionOrigin::ALL, &["polygon", "nearest"]);
    check(Unit::ALL, &["month", "hour", "latitude"]);
}

#[test]
fn a_wrong_name_is_told_with_the_list() {
    let told = "panorama".parse::<PictureKind>().unwrap_err().to_string();
    assert_eq!(told, "is none of photo, screenshot, illustration, virtual");
    assert!(serde_json::from_str::<State>("\"lost\"").is_err(), "only records keep what is not on the list");
    assert!(serde_json::from_str::<OrUnknown<Media>>("7").is_err());
}

#[test]
fn every_image_format_has_its_extension_and_media_type() {
    for (format, extension, media_type, label) in [
        (ImageFormat::Jpeg, "jpg", "image/jpeg", "JPEG"),
        (ImageFormat::Png, "png", "image/png", "PNG"),
        (ImageFormat::Webp, "webp", "image/webp", "WebP"),
        (ImageFormat::Gif, "gif", "image/gif", "GIF"),
    ] {
        assert_eq!((format.extension(), format.media_type(), format.label()), (extension, media_type, label));
        assert_eq!(ImageFormat::of_extension(extension), Some(format));
        assert_eq!(OrUnknown::<ImageFormat>::from(format).extension(), extension);
    }
    assert_eq!(ImageFormat::of_extension("jpeg"), None);
    assert_eq!(OrUnknown::<ImageFormat>::from("avif").extension(), "avif");
}

/// A record whose every name of a list is one of a newer program.
fn of_a_newer_program() -> Value {
    json!({
        "id": "flickr:1", "searches": [], "title": "", "description": "", "tags": [], "machine_tags": [],
        "media": "hologram", "kind": "panorama",
        "taken": {"local": "2019-05-04T13:22:11", "granularity": "geological epoch", "unknown": false},
        "location": {"latitude": 1.5, "longitude": 2.5, "origin": "triangulated"},
        "file": {"sha256": "aa".repeat(32), "stored_sha256": "bb", "format": "avif", "width": 4, "height": 3, "orientation": 1,
            "bytes": 9, "stored_bytes": 8, "downloaded_at": "2026-05-01T12:00:00Z"},
        "place": {"subdivision": {"code": "MY-12", "origin": "surveyed"}, "at_sea": false, "border_uncertain": false,
            "data_version": "1"},
        "scores": {"monkey@telepathy": {"value": 0.5, "scorer": "telepathy", "version": "1"}},
        "fault": {"stage": "deblur", "kind": "withdrawn", "message": "why"},
    })
}

#[test]
fn names_of_a_newer_program_are_kept_in_a_record() {
    let text = of_a_newer_program().to_string();
    let photo: Photo = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&photo).unwrap(), text, "byte for byte");
    assert_eq!(photo.media.as_str(), "hologram");
    assert_eq!(photo.fault.as_ref().unwrap().stage.as_str(), "deblur");
    assert_eq!(photo.state(), State::Rejected, "this program does not try it again");
    let bson = mongodb::bson::serialize_to_raw_document_buf(&photo).unwrap();
    let json = serde_json::to_vec(&&*bson).unwrap();
    assert_eq!(serde_json::from_slice::<Photo>(&json).unwrap(), photo);
}

#[test]
fn a_record_without_names_is_written_as_before() {
    let photo = Photo::default();
    assert_eq!(serde_json::to_value(&photo).unwrap()["media"], json!(""));
    let location: crate::photo::Location = serde_json::from_value(json!({"latitude": 1.0, "longitude": 2.0})).unwrap();
    assert_eq!(serde_json::to_value(location).unwrap()["origin"], json!("source"));
}

proptest! {
    #[test]
    fn any_name_is_written_as_it_was_read(name in "\\PC{0,12}|photo|video") {
        let media = OrUnknown::<Media>::from(name.as_str());
        prop_assert_eq!(media.as_str(), &name);
        prop_assert_eq!(media.known().is_some(), Media::NAMES.contains(&name.as_str()));
        let json = serde_json::to_string(&media).unwrap();
        prop_assert_eq!(&json, &serde_json::to_string(&name).unwrap());
        prop_assert_eq!(serde_json::from_str::<OrUnknown<Media>>(&json).unwrap(), media);
    }
}
