//! No personal data are on disk in clear, and no secret is printed.

use std::fs;
use std::path::{Path, PathBuf};

use testbed::record::nsid;

use super::{API_KEY, Fixture, photos, talk};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// A text in all encodings that a file might contain.
pub fn forms(text: &str) -> Vec<Vec<u8>> {
    use base64::Engine;
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let percent: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(text);
    // Base64 of a text inside a longer one: the first characters depend on the preceding bytes.
    let inner = |skip: usize| {
        let padded = format!("{}{text}", "x".repeat(skip));
        let whole = base64::engine::general_purpose::STANDARD_NO_PAD.encode(padded);
        whole.as_bytes()[4 * skip.div_ceil(3)..whole.len() - 2].to_vec()
    };
    vec![
        text.as_bytes().to_vec(),
        utf16,
        percent.into_bytes(),
        hex.into_bytes(),
        encoded.as_bytes()[..encoded.len() - 2].to_vec(),
        inner(1),
        inner(2),
    ]
}

pub fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// Planted texts in all encodings.
pub fn needles(planted: &[String]) -> Vec<(String, Vec<u8>)> {
    let mut needles: Vec<(String, Vec<u8>)> =
        planted.iter().flat_map(|text| forms(text).into_iter().map(move |form| (text.clone(), form))).collect();
    // Four characters occur in megabytes of tokens by chance.
    needles.retain(|(_, form)| form.len() >= 6);
    needles
}

/// All positions of planted texts in files below `folder`.
pub fn leaks(folder: &Path, planted: &[String]) -> Vec<String> {
    let needles = needles(planted);
    let mut found = Vec::new();
    files(folder, &mut found);
    let mut leaks = Vec::new();
    for path in found {
        let Ok(bytes) = fs::read(&path) else { continue };
        for (text, needle) in &needles {
            if holds(&bytes, needle) {
                leaks.push(format!("{} holds {text}", path.display()));
            }
        }
    }
    leaks
}

#[test]
fn the_scan_for_planted_texts_finds_them_in_every_form() {
    let folder = tempfile::TempDir::new().unwrap();
    for (nth, form) in forms("CANARY Ada").iter().enumerate() {
        fs::write(folder.path().join("f"), [b"before ", form.as_slice(), b" after"].concat()).unwrap();
        assert!(!leaks(folder.path(), &["CANARY Ada".to_owned()]).is_empty(), "form {nth} is not found");
    }
}

#[test]
fn no_planted_name_is_on_disk_after_kills_and_a_complete_run() {
    let fixture = Fixture::new(photos(300, 14).latency_ms(5).config(|config| config.gone = 0.05));
    let args = ["scrape", "-s", "monkey", "-n", "100", "--dataset", "d"];
    let truth = fixture.flickr.truth();
    let mut planted = vec!["CANARY".to_owned()];
    for photo in truth.iter().take(12) {
        planted.extend([nsid(photo.owner), photo.owner_name.clone()]);
    }
    for millis in [150, 300, 450, 600] {
        let mut child = fixture.command(&args).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(millis));
        let _ = child.kill();
        child.wait().unwrap();
        assert_eq!(leaks(fixture.folder.path(), &planted), Vec::<String>::new(), "killed after {millis} ms");
    }
    let output = fixture.run(&args);
    assert!(fixture.records("d", false).iter().any(|record| record["state"] == "stored"), "{}", talk(&output));
    assert_eq!(leaks(fixture.folder.path(), &planted), Vec::<String>::new());
    let exported = fixture.expect(0, &["export", "d", "-o", "sealed.jsonl"]);
    assert!(!talk(&exported).contains("CANARY"));
    assert_eq!(leaks(fixture.folder.path(), &planted), Vec::<String>::new());
    // The names can be read with the key.
    fixture.expect(0, &["export", "d", "--unseal", "-o", "open.jsonl"]);
    assert!(fs::read_to_string(fixture.path("open.jsonl")).unwrap().contains("CANARY"));
}

#[test]
fn the_api_key_is_in_no_file_and_no_message_after_any_error() {
    let fixture = Fixture::new(photos(200, 5).faults(0.5));
    let mut said = String::new();
    for args in [
        &["scrape", "-s", "monkey", "-n", "50", "--dataset", "d"][..],
        &["scrape", "-s", "monkey", "-n", "50", "--dataset", "d", "--json"],
        &["status", "d", "--json"],
        &["scrape", "-s", "", "--dataset", "d"],
        &["scrape", "-s", "x", "--config", "none.toml"],
    ] {
        said += &talk(&fixture.run(args));
    }
    assert!(!said.contains(API_KEY));
    assert_eq!(leaks(fixture.folder.path(), &[API_KEY.to_owned()]), Vec::<String>::new());
}

#[test]
fn tokens_of_photos_with_and_without_exif_have_one_length() {
    let fixture = Fixture::new(photos(200, 14));
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "60", "--dataset", "d"]);
    let records = fixture.records("d", false);
    let unsealed = fixture.records("d", true);
    let empty = |record: &&serde_json::Value| record["personal"]["exif"].as_object().unwrap().is_empty();
    let without = unsealed.iter().filter(empty).count();
    assert!(without > 0 && without < unsealed.len(), "{without} of {} have no EXIF", unsealed.len());
    for field in ["exif", "owner", "path_alias"] {
        let lengths: std::collections::BTreeSet<_> =
            records.iter().map(|record| record["sealed"][field].as_str().unwrap().len()).collect();
        assert_eq!(lengths.len(), 1, "{field}: {lengths:?}");
    }
}
