//! Compares with exiftool on real photos: no EXIF value is missed, and no identifying value is left.

use std::path::PathBuf;
use std::process::Command;

use gleaner::picture::{metadata, strip};
use serde_json::Value;

use crate::pipeline::shared;

/// Tags that name a person, a device, a place or another copy of the picture.
const IDENTIFIERS: [&str; 74] = [
    "Artist",
    "Author",
    "AuthorsPosition",
    "BodySerialNumber",
    "By-line",
    "By-lineTitle",
    "CameraID",
    "CameraLabel",
    "CameraOwnerName",
    "CameraSerialNumber",
    "Caption-Abstract",
    "CaptionWriter",
    "City",
    "Comment",
    "Contact",
    "ContactInfo",
    "Copyright",
    "CopyrightNotice",
    "Country",
    "Country-PrimaryLocationName",
    "CreateDate",
    "Creator",
    "CreatorAddress",
    "CreatorCity",
    "CreatorWorkEmail",
    "CreatorWorkTelephone",
    "CreatorWorkURL",
    "Credit",
    "DateTimeOriginal",
    "Description",
    "DerivedFromDocumentID",
    "DerivedFromInstanceID",
    "DocumentID",
    "FirmwareVersion",
    "Headline",
    "HistoryInstanceID",
    "HostComputer",
    "ImageDescription",
    "ImageUniqueID",
    "InstanceID",
    "InternalSerialNumber",
    "Keywords",
    "LensModel",
    "LensSerialNumber",
    "Location",
    "Make",
    "Marked",
    "Model",
    "ModifyDate",
    "ObjectName",
    "OriginalDocumentID",
    "OwnerName",
    "OwnerID",
    "PreviewImage",
    "Province-State",
    "Rights",
    "SerialNumber",
    "Software",
    "Source",
    "SpecialInstructions",
    "State",
    "Sub-location",
    "Subject",
    "ThumbnailImage",
    "Title",
    "UsageTerms",
    "UserComment",
    "WebStatement",
    "Writer-Editor",
    "XPAuthor",
    "XPComment",
    "XPKeywords",
    "XPSubject",
    "XPTitle",
];

/// Groups all of whose tags count as identifiers, by the start of their names.
const IDENTIFYING_GROUPS: [&str; 12] = [
    "GPS",
    "XMP",
    "IPTC",
    "Photoshop",
    "MPF",
    "MPImage",
    "IFD1",
    "ExifIFD",
    "InteropIFD",
    "MakerNotes",
    "Ducky",
    "APP",
];

/// The only groups that a stripped file may have: about the file, its coding and its colours.
const PLAIN_GROUPS: [&str; 11] =
    ["ExifTool", "System", "File", "Composite", "JFIF", "Adobe", "PNG", "PNG-pHYs", "PNG-cHRM", "RIFF", "GIF"];

fn images(folder: &str) -> Vec<PathBuf> {
    let Some(folder) = shared(folder) else { return Vec::new() };
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn exiftool(arguments: &[&str], files: &[PathBuf]) -> Vec<Value> {
    let out = Command::new("exiftool").arg("-j").args(arguments).args(files).output().unwrap();
    serde_json::from_slice(&out.stdout).unwrap()
}

/// Whether exiftool is installed. It is required where all checks must run.
fn exiftool_is_there() -> bool {
    let there = Command::new("exiftool").arg("-ver").output().is_ok_and(|out| out.status.success());
    let ci = std::env::var("GLEANER_CI").is_ok_and(|v| v == "1");
    assert!(there || !ci, "exiftool is not there");
    if !there {
        println!("skipped: exiftool is not there");
    }
    there
}

/// All tags as (group, name, value); a profile's own description of its colours is not one of them.
fn tags(answer: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let tags = answer.as_object().unwrap().iter().filter_map(|(key, value)| {
        let (group, name) = key.split_once(':')?;
        Some((group, name, value))
    });
    tags.filter(|(group, ..)| !group.starts_with("ICC"))
}

fn identifies(group: &str, name: &str) -> bool {
    // "File" tells the file's own times and name; `Comment` in it is the JPEG's.
    let of_the_file = group == "System" || group == "Composite";
    !of_the_file && (IDENTIFIERS.contains(&name) || IDENTIFYING_GROUPS.iter().any(|start| group.starts_with(start)))
}

const EMBEDDED: [u16; 13] =
    [0x8769, 0x8825, 0xA005, 0x014A, 0x927C, 0x02BC, 0x83BB, 0x8649, 0x8773, 0xEA1C, 0x0111, 0x0201, 0x0144];

/// exiftool turns APEX values into seconds and f-numbers, and calls a rational 0/0 `undef`.
fn as_exiftool(code: u16, ours: &Value) -> Value {
    match (code, ours.as_f64(), ours) {
        (0x9201, Some(apex), _) => (-apex).exp2().into(),
        (0x9202 | 0x9205, Some(apex), _) => (apex / 2.0).exp2().into(),
        (_, _, Value::Array(list)) => {
            list.iter().map(|v| if v == "0/0" { "undef".into() } else { v.clone() }).collect()
        }
        _ => ours.clone(),
    }
}

fn same(ours: &Value, theirs: &Value) -> bool {
    let plain = |v: &Value| match v {
        Value::Array(list) => {
            list.iter().map(|v| v.to_string().trim_matches('"').to_owned()).collect::<Vec<_>>().join(" ")
        }
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    };
    let (ours, theirs) = (plain(ours), plain(theirs));
    let numbers = |text: &str| text.split(' ').map(|n| n.parse::<f64>().ok()).collect::<Option<Vec<_>>>();
    match (numbers(&ours), numbers(&theirs)) {
        (Some(a), Some(b)) => {
            a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| (a - b).abs() <= 1e-4 * b.abs().max(1.0))
        }
        _ => ours == theirs,
    }
}

#[test]
fn every_exif_tag_that_exiftool_lists_is_found() {
    let files = images("seed-sample/images");
    if files.is_empty() || !exiftool_is_there() {
        return;
    }
    let (mut listed, mut missing, mut equal, mut differ) = (0, Vec::new(), 0, Vec::new());
    for answer in exiftool(&["-a", "-u", "-n", "-H", "-G1"], &files) {
        let path = answer["SourceFile"].as_str().unwrap();
        let found = metadata::read(&std::fs::read(path).unwrap());
        for (key, value) in answer.as_object().unwrap() {
            let Some((group, name)) = key.split_once(':') else { continue };
            let (group, context) = match group {
                "IFD0" => ("IFD0", exif::Context::Tiff),
                "ExifIFD" => ("Exif", exif::Context::Exif),
                "GPS" => ("GPS", exif::Context::Gps),
                "InteropIFD" => ("Interop", exif::Context::Interop),
                _ => continue,
            };
            let Some(code) = value["id"].as_str().and_then(|id| u16::from_str_radix(id.strip_prefix("0x")?, 16).ok())
            else {
                continue;
            };
            if EMBEDDED.contains(&code) {
                continue;
            }
            listed += 1;
            let ours = found.value(group, &metadata::tag_name(exif::Tag(context, code)));
            match ours {
                None => missing.push(format!("{group}:{name}")),
                // Opaque bytes and lists of texts have no counterpart in exiftool's rendition.
                Some(Value::Object(_)) => {}
                Some(ours) if same(&as_exiftool(code, ours), &value["val"]) => equal += 1,
                Some(ours) => differ.push(format!("{group}:{name} {ours} {}", value["val"])),
            }
        }
    }
    println!("listed {listed}, missing {missing:?}, equal {equal}, differ {differ:?}");
    assert!(listed > 0);
    assert!(missing.is_empty(), "{missing:?}");
    assert!(differ.is_empty(), "{differ:?}");
}

#[test]
fn no_identifier_is_left_in_a_stripped_photo_and_it_shows_the_same_picture() {
    let mut files = images("seed-sample/images");
    files.extend(images("demo-photos/photos"));
    if files.is_empty() || !exiftool_is_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut stripped = Vec::new();
    for (index, path) in files.iter().enumerate() {
        let before = std::fs::read(path).unwrap();
        let after = strip::strip(&before).unwrap().bytes;
        strip::check(&after).unwrap();
        assert!(pixels(&before) == pixels(&after), "{}", path.display());
        let to = folder.path().join(format!("{index}.img"));
        std::fs::write(&to, after).unwrap();
        stripped.push(to);
    }
    let count = |answers: &[Value]| {
        let found =
            answers.iter().map(|answer| tags(answer).filter(|(group, name, _)| identifies(group, name)).count());
        found.fold((0, 0), |(files, tags), found| (files + usize::from(found > 0), tags + found))
    };
    let everything = ["-a", "-u", "-G1", "-ee"];
    let (before, after) = (exiftool(&everything, &files), exiftool(&everything, &stripped));
    println!(
        "identifiers (files, tags): {:?} before, {:?} after, of {} files",
        count(&before),
        count(&after),
        files.len()
    );
    assert!(count(&before).1 > 100, "the photos say nothing that could be removed");
    assert_eq!(after.len(), files.len());
    for answer in &after {
        for (group, name, value) in tags(answer) {
            let orientation = group == "IFD0" && name == "Orientation";
            assert!(!identifies(group, name), "{group}:{name} in {}", answer["SourceFile"]);
            assert!(PLAIN_GROUPS.contains(&group) || orientation, "{group}:{name} in {}", answer["SourceFile"]);
            assert!(name != "Warning" && name != "Error", "{value} in {}", answer["SourceFile"]);
        }
    }
}

fn pixels(bytes: &[u8]) -> Vec<u8> {
    if bytes.starts_with(b"\xff\xd8") {
        jpeg_decoder::Decoder::new(bytes).decode().unwrap()
    } else if bytes.starts_with(b"\x89PNG") {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut out = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut out).unwrap();
        out
    } else {
        let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(bytes)).unwrap();
        let mut out = vec![0; decoder.output_buffer_size().unwrap()];
        decoder.read_image(&mut out).unwrap();
        out
    }
}
