//! What a file says about itself fills in what nothing else says, for photos of the user's own.

use std::sync::Arc;

use exif::{Tag, Value as Exif};
use gleaner::photo::{Granularity, Location, LocationOrigin, Photo, Received, Taken};
use gleaner::picture::metadata::{evidence, read};
use gleaner::pipeline::merge;
use gleaner::stages::Stage;
use gleaner::stages::exif::Exif as ExifStage;

use super::generated::{app1_exif, app1_xmp, app13, field, jpeg, rationals, text, tiff, xmp};
use crate::pipeline::shared;

/// A phone's photo: date with offset, position with altitude, direction and error, a caption.
fn phone() -> Vec<u8> {
    jpeg(&[app1_exif(&tiff(&[
        field(Tag::ImageDescription, text("Heron at the lake")),
        field(Tag::DateTimeOriginal, text("2024:05:01 06:12:00")),
        field(Tag::OffsetTimeOriginal, text("+02:00")),
        field(Tag::GPSLatitudeRef, text("N")),
        field(Tag::GPSLatitude, rationals(&[(47, 1), (30, 1), (0, 1)])),
        field(Tag::GPSLongitudeRef, text("E")),
        field(Tag::GPSLongitude, rationals(&[(8, 1), (15, 1), (0, 1)])),
        field(Tag::GPSAltitudeRef, Exif::Byte(vec![1])),
        field(Tag::GPSAltitude, rationals(&[(125, 10)])),
        field(Tag::GPSImgDirectionRef, text("T")),
        field(Tag::GPSImgDirection, rationals(&[(2705, 10)])),
        field(Tag::GPSHPositioningError, rationals(&[(48, 10)])),
    ]))])
}

async fn filled_in(bytes: Vec<u8>, mut photo: Photo, fills_in: bool) -> Photo {
    photo.received = Some(Received { bytes: Arc::from(bytes), at: jiff::Timestamp::UNIX_EPOCH, reservation: None });
    ExifStage { fills_in }.apply(&mut photo).await.unwrap();
    photo
}

#[tokio::test]
async fn date_place_and_caption_come_from_the_file() {
    let photo = filled_in(phone(), Photo::default(), true).await;
    let taken = photo.taken.unwrap();
    assert_eq!(taken.local.unwrap().to_string(), "2024-05-01T06:12:00");
    assert_eq!((taken.granularity, taken.utc_offset.as_deref()), (Some(Granularity::Second.into()), Some("+02:00")));
    let wanted = Location {
        uncertainty_m: Some(5),
        altitude_m: Some(-12.5),
        direction_deg: Some(270.5),
        origin: LocationOrigin::Exif.into(),
        ..Location::new(47.5, 8.25).unwrap()
    };
    assert_eq!(photo.location, Some(wanted));
    assert_eq!(photo.description, "Heron at the lake");
    assert_eq!(photo.from_file.unwrap(), ["taken", "location", "description"]);
}

#[tokio::test]
async fn what_the_table_says_comes_first_and_the_switch_leaves_everything_sealed() {
    let place = Location::new(1.0, 2.0);
    let said = Photo { location: place.clone(), description: "Table".into(), ..Photo::default() };
    let photo = filled_in(phone(), said, true).await;
    assert_eq!((photo.location, photo.description.as_str()), (place, "Table"));
    assert_eq!(photo.from_file.unwrap(), ["taken"]);
    let photo = filled_in(phone(), Photo::default(), false).await;
    assert_eq!((photo.taken, photo.location, photo.description, photo.from_file), (None, None, String::new(), None));
}

#[tokio::test]
async fn a_later_run_keeps_it_until_the_table_or_the_switch_says_otherwise() {
    let known = filled_in(phone(), Photo::default(), true).await;
    let again = |newer: Photo| {
        let mut newer = newer;
        merge(&mut newer, known.clone());
        newer
    };
    let same = again(Photo::default());
    assert_eq!((&same.taken, &same.location, &same.from_file), (&known.taken, &known.location, &known.from_file));
    let corrected = again(Photo { taken: Some(Taken { unknown: true, ..Taken::default() }), ..Photo::default() });
    assert!(corrected.taken.unwrap().unknown);
    assert_eq!(corrected.from_file.unwrap(), ["location", "description"]);
    let switched_off = again(Photo { from_file: Some(Vec::new()), ..Photo::default() });
    assert_eq!((switched_off.taken, switched_off.location), (None, None));
    let by_source = Photo { location: Location::new(3.0, 4.0), title: "Said".into(), ..Photo::default() };
    let mut newer = Photo::default();
    merge(&mut newer, by_source);
    assert_eq!((newer.location, newer.title.as_str()), (None, ""), "what a source took back stays away");
}

#[test]
fn xmp_and_iptc_say_it_where_exif_does_not() {
    let of_xmp = |inside: &str| {
        evidence(&read(&jpeg(&[app1_xmp(&xmp("", inside).replace(
            "xmlns:dc=",
            "xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' xmlns:exif='http://ns.adobe.com/exif/1.0/' xmlns:dc=",
        ))])))
    };
    for (date, local, granularity, offset) in [
        ("2024-05-01T06:12:00+02:00", "2024-05-01T06:12:00", Some(Granularity::Second), Some("+02:00")),
        ("2024-05-01T06:12Z", "2024-05-01T06:12:00", Some(Granularity::Minute), Some("+00:00")),
        ("2024-05-01", "2024-05-01T00:00:00", Some(Granularity::Day), None),
        ("2024-05", "2024-05-01T00:00:00", Some(Granularity::Month), None),
        ("2024", "2024-01-01T00:00:00", Some(Granularity::Year), None),
    ] {
        let found = of_xmp(&format!("<photoshop:DateCreated>{date}</photoshop:DateCreated>")).taken.unwrap();
        assert_eq!(found.local.unwrap().to_string(), local, "{date}");
        assert_eq!((found.granularity, found.utc_offset.as_deref()), (granularity.map(Into::into), offset), "{date}");
    }
    let found = of_xmp(
        "<exif:GPSLatitude>33,30.6S</exif:GPSLatitude><exif:GPSLongitude>151,15,0E</exif:GPSLongitude>\
         <dc:title><rdf:Alt><rdf:li xml:lang='x-default'>T</rdf:li><rdf:li xml:lang='de'>D</rdf:li></rdf:Alt></dc:title>",
    );
    let location = found.location.unwrap();
    assert!((location.latitude + 33.51).abs() < 1e-9 && (location.longitude - 151.25).abs() < 1e-9, "{location:?}");
    assert_eq!(found.title.as_deref(), Some("T"));
    let iptc = evidence(&read(&jpeg(&[app13(&[(2, 55, b"20240500"), (2, 60, b"061200+0200"), (2, 120, b"Said")])])));
    assert_eq!(
        (iptc.taken.unwrap().granularity, iptc.description.as_deref()),
        (Some(Granularity::Month.into()), Some("Said"))
    );
    let iptc = |date: &'static [u8], time: &'static [u8]| {
        evidence(&read(&jpeg(&[app13(&[(2, 55, date), (2, 60, time)])]))).taken.unwrap().edtf().unwrap()
    };
    assert_eq!(iptc(b"20240501", b"061200+0200"), "2024-05-01T06:12:00+02:00");
    assert_eq!(iptc(b"20240501", b"?"), "2024-05-01");
    assert_eq!(iptc(b"20240000", b"000000+0000"), "2024");
    for nonsense in ["yesterday", "2024-13", "0000", "2024-05-01T25:00"] {
        let inside = format!("<photoshop:DateCreated>{nonsense}</photoshop:DateCreated>");
        assert_eq!(of_xmp(&inside).taken, None, "{nonsense}");
    }
}

#[test]
fn what_cameras_write_into_every_file_is_no_caption() {
    for written in
        ["OLYMPUS DIGITAL CAMERA         ", "SONY DSC", "DCIM\\100MEDIA\\DJI_0001.JPG", "   ", "--", "default"]
    {
        let file = jpeg(&[app1_exif(&tiff(&[field(Tag::ImageDescription, text(written))]))]);
        assert_eq!(evidence(&read(&file)).description, None, "{written}");
    }
}

#[test]
fn the_shared_photo_has_its_date_and_place() {
    let Some(file) = shared("cases/folder-exif-date-place/photos/a.jpg") else { return };
    let found = evidence(&read(&std::fs::read(file).unwrap()));
    let location = found.location.unwrap();
    let place = (location.latitude, location.longitude, location.origin.known());
    assert_eq!(place, (47.5, 8.25, Some(LocationOrigin::Exif)));
    assert_eq!(found.taken.unwrap().local.unwrap().to_string(), "2024-05-01T06:12:00");
}
