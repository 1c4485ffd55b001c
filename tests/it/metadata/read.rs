//! Reads EXIF, IPTC and XMP of generated files: all values, and the fields taken from them.

use exif::{SRational, Tag, Value as Exif};
use gleaner::photo::Camera;
use gleaner::picture::metadata::{Metadata, camera, evidence, gps, read};
use serde_json::json;

use super::generated::{app1_exif, app1_xmp, app13, field, jpeg, rationals, text, tiff, xmp};

fn of_exif(fields: &[exif::Field]) -> Metadata {
    read(&jpeg(&[app1_exif(&tiff(fields))]))
}

fn of_xmp(attributes: &str, inside: &str) -> Metadata {
    read(&jpeg(&[app1_xmp(&xmp(attributes, inside))]))
}

#[test]
fn iptc_is_read_as_utf8_if_valid_and_else_as_windows_1252() {
    let latin = read(&jpeg(&[app13(&[(2, 80, b"Andr\xe9"), (2, 25, b"un"), (2, 25, b"d\x9cux")])]));
    assert_eq!(latin.value("IPTC", "By-line"), Some(&"André".into()));
    assert_eq!(latin.value("IPTC", "Keywords"), Some(&json!(["un", "dœux"])));
    let utf8 = read(&jpeg(&[app13(&[(1, 90, b"\x1b%G"), (2, 80, "Žofie".as_bytes()), (2, 200, b"?")])]));
    assert_eq!(utf8.value("IPTC", "By-line"), Some(&"Žofie".into()));
    assert_eq!(utf8.value("IPTC", "CodedCharacterSet"), Some(&"UTF8".into()));
    assert_eq!(utf8.value("IPTC", "0x02C8"), Some(&"?".into()));
}

#[test]
fn every_form_of_xmp_is_converted_to_json() {
    let found = of_xmp(
        "xmp:Rating='4' dc:format='image/jpeg'",
        "<dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li>b</rdf:li></rdf:Bag></dc:subject>\
         <dc:creator><rdf:Seq><rdf:li>one</rdf:li></rdf:Seq></dc:creator>\
         <dc:title><rdf:Alt><rdf:li xml:lang='x-default'>only</rdf:li></rdf:Alt></dc:title>\
         <dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>r</rdf:li><rdf:li xml:lang='de'>R</rdf:li></rdf:Alt></dc:rights>\
         <Iptc4xmpCore:CreatorContactInfo rdf:parseType='Resource'><Iptc4xmpCore:CiAdrCity>Oslo\
         </Iptc4xmpCore:CiAdrCity></Iptc4xmpCore:CreatorContactInfo>\
         <xmp:Thumbnails><rdf:Description xmp:Width='1'/></xmp:Thumbnails>\
         <xmp:BaseURL rdf:resource='https://example.org/'/><xmp:Label>&lt;&#233;&gt;</xmp:Label>",
    );
    for (name, value) in [
        ("xmp:Rating", json!("4")),
        ("dc:format", json!("image/jpeg")),
        ("dc:subject", json!(["a", "b"])),
        ("dc:creator", json!(["one"])),
        ("dc:title", json!("only")),
        ("dc:rights", json!({"x-default": "r", "de": "R"})),
        ("Iptc4xmpCore:CreatorContactInfo", json!({"Iptc4xmpCore:CiAdrCity": "Oslo"})),
        ("xmp:Thumbnails", json!({"xmp:Width": "1"})),
        ("xmp:BaseURL", json!("https://example.org/")),
        ("xmp:Label", json!("<é>")),
    ] {
        assert_eq!(found.value("XMP", name), Some(&value), "{name}");
    }
}

#[test]
fn a_position_is_read_in_degrees() {
    let at = |latitude: &[(u32, u32)], south: &str, longitude: &[(u32, u32)], west: &str| {
        gps(&of_exif(&[
            field(Tag::GPSLatitudeRef, text(south)),
            field(Tag::GPSLatitude, rationals(latitude)),
            field(Tag::GPSLongitudeRef, text(west)),
            field(Tag::GPSLongitude, rationals(longitude)),
        ]))
    };
    let (latitude, longitude) = at(&[(33, 1), (30, 1), (36, 1)], "S", &[(151, 1), (1500, 100), (0, 1)], "E").unwrap();
    assert!((latitude + 33.51).abs() < 1e-9 && (longitude - 151.25).abs() < 1e-9, "{latitude} {longitude}");
    let (latitude, longitude) = at(&[(5_125, 100)], "N", &[(25, 100), (0, 1), (0, 1)], "W").unwrap();
    assert!((latitude - 51.25).abs() < 1e-9 && (longitude + 0.25).abs() < 1e-9, "{latitude} {longitude}");
    let ok = [(10, 1), (0, 1), (0, 1)];
    assert_eq!(at(&[(0, 1), (0, 1), (0, 1)], "N", &[(0, 1), (0, 1), (0, 1)], "E"), None, "a receiver without a fix");
    assert_eq!(at(&[(91, 1), (0, 1), (0, 1)], "N", &ok, "E"), None, "beyond the pole");
    assert_eq!(at(&ok, "N", &[(10, 1), (0, 0), (0, 1)], "E"), None, "minutes that are not a number");
    assert_eq!(at(&ok, "", &ok, "E"), None, "north or south is missing");
    assert_eq!(gps(&of_exif(&[field(Tag::GPSLatitude, rationals(&ok))])), None, "half a position");
}

#[test]
fn the_time_is_the_exif_original_time() {
    let time = |tag, value: &str| evidence(&of_exif(&[field(tag, text(value))])).taken?.edtf();
    for (value, edtf) in [
        ("2019:07:21 18:04:05", "2019-07-21T18:04:05"),
        ("2019-07-21T18:04:05", "2019-07-21T18:04:05"),
        ("2019/07/21 18.04.05", "2019-07-21T18:04:05"),
        ("2019:07:21 18:04:05+02:00", "2019-07-21T18:04:05+02:00"),
        // EXIF writes blanks for what is not known.
        ("2019:07:21 18:04:  ", "2019-07-21T18:04"),
        ("2019:07:21   :  :  ", "2019-07-21"),
        ("2019:07:     :  :  ", "2019-07"),
        ("2019:00:00 00:00:00", "2019"),
    ] {
        assert_eq!(time(Tag::DateTimeOriginal, value).as_deref(), Some(edtf), "{value}");
    }
    assert_eq!(time(Tag::DateTimeDigitized, "2019-07-21T18:04:05").as_deref(), Some("2019-07-21T18:04:05"));
    assert_eq!(time(Tag::DateTime, "2019:07:21 18:04:05"), None, "the modification time is not the original time");
    for nonsense in ["0000:00:00 00:00:00", "    :  :     :  :  ", "2019:02:30 10:00:00", "", "yesterday"] {
        assert_eq!(time(Tag::DateTimeOriginal, nonsense), None, "{nonsense}");
    }
}

#[test]
fn the_camera_is_named_and_its_settings_are_numbers() {
    let found = of_exif(&[
        field(Tag::Make, text("  Maker ")),
        field(Tag::Model, text("Model 1\nSN 12345")),
        field(Tag::LensModel, text("50mm f/1.8")),
        field(Tag::ExposureTime, rationals(&[(1, 250)])),
        field(Tag::FNumber, rationals(&[(56, 10)])),
        field(Tag::PhotographicSensitivity, Exif::Short(vec![400])),
        field(Tag::ExposureBiasValue, Exif::SRational(vec![SRational { num: -2, denom: 4 }])),
        field(Tag::FocalLength, rationals(&[(50, 1)])),
        field(Tag::FocalLengthIn35mmFilm, Exif::Short(vec![75])),
        field(Tag::Flash, Exif::Short(vec![9])),
        field(Tag::BodySerialNumber, text("canary")),
    ]);
    let wanted = Camera {
        make: Some("Maker".into()),
        model: Some("Model 1".into()),
        lens: Some("50mm f/1.8".into()),
        exposure_time_s: Some(0.004),
        f_number: Some(5.6),
        iso: Some(400),
        exposure_bias_ev: Some(-0.5),
        focal_length_mm: Some(50.0),
        focal_length_35mm: Some(75),
        flash_fired: Some(true),
    };
    assert_eq!(camera(&found), wanted);
    let nothing = of_exif(&[field(Tag::ExposureTime, rationals(&[(0, 0)])), field(Tag::Make, text("---"))]);
    assert_eq!(camera(&nothing), Camera::default());
}
