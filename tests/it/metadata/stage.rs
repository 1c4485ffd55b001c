//! The stage `exif`.

use std::fmt::Write;
use std::sync::Arc;

use gleaner::photo::{Camera, PersonalField, Photo, Received};
use gleaner::stages::Stage;
use gleaner::stages::exif::{EXIF_BYTES_MAX, Exif};
use serde_json::{Value, json};

use super::generated::{app1_exif, app1_xmp, field, gif, itxt_xmp, jpeg, png, telling, text, tiff, xmp};

async fn after_the_stage(bytes: &[u8]) -> (Camera, Value) {
    let received = Received { bytes: Arc::from(bytes), at: jiff::Timestamp::UNIX_EPOCH, reservation: None };
    let mut photo = Photo { received: Some(received), ..Photo::default() };
    assert!(Exif::default().wants(&photo));
    Exif::default().apply(&mut photo).await.unwrap();
    assert!(!Exif::default().wants(&photo) && photo.fault.is_none());
    let found = photo.personal.clear(PersonalField::Exif).expect("the file has metadata").clone();
    assert!(found.to_string().len() <= EXIF_BYTES_MAX);
    (photo.camera.unwrap(), found)
}

#[tokio::test]
async fn camera_fields_are_public_and_all_metadata_is_sealed() {
    let fields = [field(exif::Tag::Make, text("Maker")), field(exif::Tag::Artist, text("canary"))];
    let (camera, found) = after_the_stage(&jpeg(&[app1_exif(&tiff(&fields))])).await;
    assert_eq!(camera, Camera { make: Some("Maker".into()), ..Camera::default() });
    assert_eq!(found, json!({"IFD0": {"Artist": "canary", "Make": "Maker"}}));
    let (camera, found) = after_the_stage(&jpeg(&[app1_exif(&telling(6))])).await;
    assert_eq!(camera, Camera::default());
    assert_eq!(found["Exif"]["BodySerialNumber"], "canary serial");
}

#[tokio::test]
async fn a_file_without_metadata_is_marked_as_read() {
    for bytes in [jpeg(&[]), png(&[]), b"no image".to_vec(), Vec::new()] {
        assert_eq!(after_the_stage(&bytes).await, (Camera::default(), json!({})));
    }
    assert_eq!(after_the_stage(&gif("said", "")).await.1["File"]["Comment"], "said");
}

#[tokio::test]
async fn oversized_metadata_is_replaced_by_its_digest() {
    let mut inside = String::new();
    for number in 0..100 {
        let _ = write!(inside, "<xmp:p{number}>{}</xmp:p{number}>", "long ".repeat(100 + number));
    }
    let fields = [field(exif::Tag::Make, text("Maker")), field(exif::Tag::Artist, text("kept"))];
    let packet = xmp("", &inside);
    let (camera, found) = after_the_stage(&jpeg(&[app1_exif(&tiff(&fields)), app1_xmp(&packet[..60_000])])).await;
    assert_eq!(camera.make.as_deref(), Some("Maker"));
    assert_eq!(found["IFD0"]["Artist"], "kept");
    let (_, found) = after_the_stage(&png(&[itxt_xmp(&packet)])).await;
    let cut = &found["XMP"]["xmp:p99"];
    assert_eq!((&cut["cut"], cut["sha256"].as_str().map(str::len)), (&json!(true), Some(64)));
    assert!(cut["bytes"].as_u64() > Some(900));
    assert!(found.to_string().len() > EXIF_BYTES_MAX / 2, "more was removed than necessary");
}

#[tokio::test]
async fn tokens_of_short_and_long_metadata_have_the_same_length() {
    let mut inside = String::new();
    for number in 0..400 {
        let _ = write!(inside, "<xmp:p{number}>{}</xmp:p{number}>", "\u{1F600}\" ".repeat(60));
    }
    let vault = gleaner::seal::Vault::new(gleaner::seal::Key::generate());
    let mut lengths = Vec::new();
    for bytes in [png(&[]), jpeg(&[app1_exif(&telling(6))]), png(&[itxt_xmp(&xmp("", &inside))])] {
        let received = Received { bytes: bytes.into(), at: jiff::Timestamp::UNIX_EPOCH, reservation: None };
        let mut photo = Photo { received: Some(received), ..Photo::default() };
        Exif::default().apply(&mut photo).await.unwrap();
        lengths.push(vault.seal(photo).unwrap().tokens()[&PersonalField::Exif].len());
    }
    assert!(lengths.iter().all(|&length| length == lengths[0]), "{lengths:?}");
}

#[tokio::test]
async fn a_photo_without_bytes_is_left_alone() {
    let mut photo = Photo::default();
    assert!(!Exif::default().wants(&photo));
    Exif::default().apply(&mut photo).await.unwrap();
    assert!(photo.camera.is_none() && photo.personal.clear(PersonalField::Exif).is_none());
}
