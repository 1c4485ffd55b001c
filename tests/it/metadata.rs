//! What a file says about itself, against exiftool; and that stripping leaves the picture and nothing else.

use std::path::PathBuf;
use std::process::Command;

use gleaner::picture::{metadata, strip};
use proptest::prelude::*;
use serde_json::Value;

fn images(folder: &str) -> Vec<PathBuf> {
    let shared = std::env::var("GLEANER_SHARED").unwrap_or_else(|_| "../shared".into());
    let listed = std::fs::read_dir(PathBuf::from(shared).join(folder));
    let found: Vec<PathBuf> = listed.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    let ci = std::env::var("GLEANER_CI").is_ok_and(|v| v == "1");
    assert!(!(found.is_empty() && ci), "{folder} is not there");
    if found.is_empty() {
        println!("skipped: {folder} is not there");
    }
    found
}

fn exiftool(files: &[PathBuf]) -> Vec<Value> {
    let out = Command::new("exiftool").args(["-j", "-a", "-u", "-n", "-H", "-G1"]).args(files).output().unwrap();
    serde_json::from_slice(&out.stdout).unwrap()
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
    if files.is_empty() {
        return;
    }
    let (mut listed, mut missing, mut equal, mut differ) = (0, Vec::new(), 0, Vec::new());
    for answer in exiftool(&files) {
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
fn a_stripped_file_says_nothing_to_exiftool_and_shows_the_same_picture() {
    let mut files = images("seed-sample/images");
    files.extend(images("demo-photos/photos"));
    if files.is_empty() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut stripped = Vec::new();
    for path in &files {
        let before = std::fs::read(path).unwrap();
        let after = strip::strip(&before).unwrap().bytes;
        strip::check(&after).unwrap();
        assert!(pixels(&before) == pixels(&after), "{}", path.display());
        let to = folder.path().join(path.file_name().unwrap());
        std::fs::write(&to, after).unwrap();
        stripped.push(to);
    }
    let said = [
        "System",
        "File",
        "JFIF",
        "PNG",
        "PNG-pHYs",
        "PNG-cHRM",
        "RIFF",
        "ExifTool",
        "Composite",
        "Adobe",
        "ICC_Profile",
    ];
    for answer in exiftool(&stripped) {
        for key in answer.as_object().unwrap().keys() {
            let Some((group, name)) = key.split_once(':') else { continue };
            let plain = said.contains(&group) || group.starts_with("ICC") || name == "Orientation";
            assert!(plain && !name.contains("Comment") && !name.contains("GPS"), "{key} in {}", answer["SourceFile"]);
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

/// A JPEG container, as small as the walk allows: orientation 6, a comment, an escaped and a restart marker
/// in its scan, and a trailer.
fn jpeg() -> Vec<u8> {
    let mut bytes =
        b"\xff\xd8\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    bytes.extend(b"\xff\xfe\0\x06name\xff\xda\0\x02\x01\xff\0\x02\xff\xd0\x03\xff\xd9trailer");
    bytes
}

#[test]
fn orientation_stays_while_comment_and_trailer_go() {
    let found = metadata::read(&jpeg());
    assert_eq!(found.value("File", "Comment"), Some(&"name".into()));
    let stripped = strip::strip(&jpeg()).unwrap();
    assert_eq!((stripped.orientation, metadata::read(&stripped.bytes).orientation()), (6, 6));
    assert!(stripped.bytes.ends_with(b"\xff\xda\0\x02\x01\xff\0\x02\xff\xd0\x03\xff\xd9"));
    assert!(strip::check(&jpeg()).is_err());
    strip::check(&stripped.bytes).unwrap();
}

proptest! {
    #[test]
    fn mutated_files_never_panic_and_stripping_twice_changes_nothing(
        cut in 0_usize..90, at in 0_usize..90, byte in any::<u8>(), tail in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let mut bytes = jpeg();
        bytes.truncate(cut);
        if let Some(place) = bytes.get_mut(at) { *place = byte; }
        bytes.extend(tail);
        prop_assert!(metadata::read(&bytes).to_value_within(300).to_string().len() <= 300);
        if let Ok(once) = strip::strip(&bytes) {
            prop_assert_eq!(&strip::strip(&once.bytes).unwrap(), &once);
        }
    }
}
