//! `gleaner import legacy`: recognised values, messages, keys, images, and repeated imports.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use gleaner::legacy::SCORER;
use serde_json::{Value, json};

use super::super::pipeline::{command, shared, talk};
use super::{Fixture, NAMES, frame, frame_with_special_cases, holding, row, row_with};

/// The decrypted records of a dataset.
fn records(fixture: &Fixture, dataset: &str) -> Vec<Value> {
    let output = fixture.expect(0, &["export", dataset, "--unseal"]);
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn record(fixture: &Fixture, number: u64) -> Value {
    let id = format!("flickr:{}", 50_000_000_000 + number);
    records(fixture, "d").into_iter().find(|record| record["id"] == json!(id)).unwrap()
}

#[test]
fn unusual_values_in_a_data_frame_are_recognised_and_reported() {
    let fixture = Fixture::new();
    fixture.write("df.json", &fixture.sealed(&frame_with_special_cases()));
    let said = fixture.answer(1, &["import", "seed", "df.json", "--key-file", "KEY_DB.txt", "--dataset", "d"]);
    let expected = json!({
        "rows": 8, "photos": 7, "double_links": 1, "zero_coordinates": 1, "unscored": 2, "below_floor": 7,
        "default_clock": 1, "not_understood": 1, "tokens_opened": 32, "tokens_kept": 0,
        "odd_cells": {"date taken": 1, "views": 1},
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&said[name], value, "{name}");
    }
    let talk = talk(&fixture.expect(1, &["import", "seed", "df.json", "--key-file", "KEY_DB.txt", "--dataset", "d"]));
    for word in ["0,0", "1.0", "0.49", "default date", "several rows", "cannot be parsed", "8 rows, 7 photos"] {
        assert!(talk.contains(word), "{word} is missing:\n{talk}");
    }
}

#[test]
fn rows_become_records_with_sealed_personal_cells() {
    let fixture = Fixture::new();
    fixture.write("df.json", &fixture.sealed(&frame_with_special_cases()));
    fixture.expect(1, &["import", "seed", "df.json", "--key-file", "KEY_DB.txt", "--dataset", "d"]);
    let one = record(&fixture, 1);
    assert_eq!(one["title"], "Monkey 1 猿");
    assert_eq!(one["found_at"], "2021-02-08T10:15:45Z");
    assert_eq!(one["taken"]["local"], "2016-02-21T08:02:17");
    assert_eq!(one["location"]["latitude"], -33.458_798);
    assert_eq!(one["place"]["country"], "ZA");
    assert_eq!(one["searches"], json!([{"term": "monkey wild", "rank": 2}]));
    assert_eq!(one["scores"]["monkey"], one["scores"][format!("monkey@{SCORER}")]);
    assert_eq!(one["scores"]["monkey"]["value"], 0.961_748_5);
    assert_eq!(one["scores"]["cage"]["below"], 0.5);
    assert_eq!(one["personal"]["owner_name"], NAMES[0]);
    assert_eq!(one["owner_pseudonym"].as_str().unwrap().len(), 24);
    assert_eq!(record(&fixture, 2)["searches"].as_array().unwrap().len(), 2);
    assert_eq!(record(&fixture, 2)["found_at"], "2021-02-08T09:54:08Z");
    assert!(record(&fixture, 3).get("location").is_none());
    assert!(record(&fixture, 4).get("scores").is_none());
    assert_eq!(record(&fixture, 5)["taken"], json!({"local": null, "unknown": true}));
    assert!(record(&fixture, 7).get("views").is_none());
    let original = records(&fixture, "d").into_iter().find(|record| record["source"] == SCORER).unwrap();
    assert_eq!((&original["state"], &original["title"]), (&json!("rejected"), &json!("Monkey 6 猿")));
    assert_eq!(holding(&fixture.path("d"), &NAMES), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_wrong_or_missing_key_creates_nothing_and_suggests_keep_sealed() {
    let fixture = Fixture::new();
    fixture.write("df.json", &fixture.sealed(&frame(&[row(1), row(2)])));
    fs::write(fixture.path("other.txt"), fernet::Fernet::generate_key()).unwrap();
    fs::write(fixture.path("none.txt"), "this is no key").unwrap();
    for key in [&["--key-file", "other.txt"][..], &[]] {
        let args: Vec<&str> = ["import", "seed", "df.json", "--dataset", "d"].iter().chain(key).copied().collect();
        let said = talk(&fixture.expect(12, &args));
        assert!(said.contains("8 cells") || said.contains("none of the 8"), "{said}");
        assert!(said.contains("--keep-sealed"), "{said}");
        assert!(!fixture.path("d").exists());
    }
    let said = talk(&fixture.expect(12, &["import", "seed", "df.json", "--key-file", "none.txt", "--dataset", "d"]));
    assert!(said.contains("none.txt contains no valid key") && !said.contains("this is no key"), "{said}");
    fixture.expect(12, &["import", "seed", "df.json", "--key-file", "absent.txt", "--dataset", "d"]);
}

#[test]
fn kept_tokens_are_decrypted_when_the_key_is_given_later() {
    let fixture = Fixture::new();
    let sealed = fixture.sealed(&frame(&[row(1), row(2)]));
    fixture.write("df.json", &sealed);
    let import = ["import", "seed", "df.json", "--dataset", "d"];
    let with = |more: &[&'static str]| import.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>();
    let said = fixture.answer(0, &with(&["--keep-sealed"]));
    assert_eq!((&said["tokens_kept"], &said["tokens_opened"]), (&json!(8), &json!(0)));
    assert!(record(&fixture, 1)["personal"].get("owner_name").is_none());
    fixture.expect(0, &["export", "d", "--format", "seed", "-o", "kept.json"]);
    assert_eq!(fixture.read("kept.json"), sealed, "kept tokens are exported unchanged");
    fixture.expect(0, &with(&["--key-file", "KEY_DB.txt"]));
    assert_eq!(record(&fixture, 1)["personal"]["owner_name"], NAMES[0]);
    fixture.expect(0, &with(&["--keep-sealed"]));
    assert_eq!(record(&fixture, 1)["personal"]["owner_name"], NAMES[0]);
    fixture.expect(0, &["export", "d", "--format", "seed", "--unseal", "-o", "clear.json"]);
    assert_eq!(fixture.read("clear.json"), fixture.opened(&sealed));
    let said =
        talk(&fixture.expect(2, &["export", "d", "--format", "seed", "--collection", "rows", "-o", "rows.json"]));
    assert!(said.contains("`collection` is for a MongoDB database") && !fixture.path("rows.json").exists(), "{said}");
}

#[test]
fn the_dataset_key_differs_from_the_legacy_key() {
    let fixture = Fixture::new();
    fixture.write("df.json", &fixture.sealed(&frame(&[row(1)])));
    fs::write(fixture.path("own.key"), fernet::Fernet::generate_key()).unwrap();
    let private: fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(fixture.path("own.key"), private).unwrap();
    let own = ["--dataset-key-file", "own.key"];
    let args = ["import", "seed", "df.json", "--key-file", "KEY_DB.txt", "--dataset", "d"];
    fixture.expect(0, &args.iter().chain(&own).copied().collect::<Vec<_>>());
    fixture.expect(0, &["key", "check", "d", "--key-file", "own.key"]);
    fixture.expect(12, &["export", "d", "--format", "seed", "--key-file", "KEY_DB.txt"]);
}

#[test]
fn imported_images_are_processed_and_rows_without_image_are_reported() {
    let fixture = Fixture::new();
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/photos");
    let mut names: Vec<_> = fs::read_dir(photos).unwrap().flatten().map(|entry| entry.path()).collect();
    names.sort();
    fs::create_dir(fixture.path("images_100")).unwrap();
    let put = |from: usize, name: &str| fs::copy(&names[from], fixture.path("images_100").join(name)).unwrap();
    put(0, "flickr_monkey_wild-1.jpg");
    put(1, "flickr_monkey_wild-2.jpg");
    put(1, "flickr_monkey_cage-7.jpg");
    fs::copy(&names[2], fixture.path("outside.jpg")).unwrap();
    let mut odd = frame_with_special_cases();
    odd["filename"]["3"] = json!("../outside.jpg");
    fixture.write("df.json", &odd);
    let args = ["import", "seed", "df.json", "--images", "images_100", "--dataset", "d"];
    let said = fixture.answer(1, &args);
    assert_eq!((&said["rows_without_image"], &said["identical_files"]), (&json!(5), &json!(1)));
    assert_eq!(said["states"], json!({"found": 4, "stored": 2, "rejected": 1}));
    let one = record(&fixture, 1);
    assert!(one["file"]["width"].as_u64().unwrap() > 0 && one["thumbnail"].is_object());
    assert!(one["personal"]["exif"].get("exif data").is_none(), "metadata of the file takes precedence");
    assert!(record(&fixture, 4)["personal"]["exif"]["exif data"].as_str().unwrap().contains(NAMES[3]));
    let digest = fixture.digest("d");
    fixture.expect(1, &args);
    assert_eq!(fixture.digest("d"), digest, "a repeated import changes nothing");
    fixture.expect(0, &["export", "d", "--format", "seed", "--unseal", "-o", "out.json"]);
    assert_eq!(fixture.read("out.json"), odd);
    fs::create_dir(fixture.path("images")).unwrap();
    fs::write(fixture.path("images/flickr_monkey_wild-1.jpg"), "mine").unwrap();
    let said = talk(&fixture.expect(0, &["export", "d", "--format", "seed", "-o", "out.json", "--images", "images"]));
    assert!(said.contains("2 images -> images (1 already existed)") && said.contains("5 rows have no image"), "{said}");
    assert_eq!(fs::read(fixture.path("images/flickr_monkey_wild-1.jpg")).unwrap(), b"mine");
    assert!(fs::metadata(fixture.path("images/flickr_monkey_cage-7.jpg")).unwrap().len() > 1000);
    assert_eq!(fs::read_dir(fixture.path("images")).unwrap().count(), 3);
}

#[test]
fn two_photos_with_one_file_name_are_reported_on_export() {
    let fixture = Fixture::new();
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/photos");
    let mut names: Vec<_> = fs::read_dir(photos).unwrap().flatten().map(|entry| entry.path()).collect();
    names.sort();
    // A second run of the Python system gives the same names to other photos.
    let other = row_with(2, &json!({"filename": "flickr_monkey_wild-1.jpg"}));
    for (nth, rows) in [[row(1)], [other]].iter().enumerate() {
        let dir = format!("run{nth}");
        fs::create_dir(fixture.path(&dir)).unwrap();
        fs::copy(&names[nth], fixture.path(&dir).join("flickr_monkey_wild-1.jpg")).unwrap();
        fixture.write(&format!("{dir}.json"), &frame(rows));
        fixture.expect(0, &["import", "seed", &format!("{dir}.json"), "--images", &dir, "--dataset", "d"]);
    }
    let said = talk(&fixture.expect(0, &["export", "d", "--format", "seed", "-o", "out.json", "--images", "out"]));
    assert!(said.contains("1 rows have the file name of another photo"), "{said}");
    assert_eq!(fixture.read("out.json")["filename"]["1"], "flickr_monkey_wild-1.jpg");
}

#[test]
fn cells_of_another_key_are_kept_sealed() {
    let (fixture, other) = (Fixture::new(), Fixture::new());
    let (mut ours, theirs) = (fixture.sealed(&frame(&[row(1), row(2)])), other.sealed(&frame(&[row(1), row(2)])));
    ours["owner"]["1"] = theirs["owner"]["1"].clone();
    fixture.write("df.json", &ours);
    let said = talk(&fixture.expect(0, &["import", "seed", "df.json", "--key-file", "KEY_DB.txt", "--dataset", "d"]));
    assert!(said.contains("7 cells decrypted") && said.contains("1 of these cannot be decrypted"), "{said}");
    fixture.expect(0, &["export", "d", "--format", "seed", "--seed-key-file", "KEY_DB.txt", "-o", "out.json"]);
    assert_eq!(fixture.read("out.json")["owner"]["1"], theirs["owner"]["1"]);
    assert!(record(&fixture, 2)["personal"].get("owner").is_none());
}

#[test]
fn an_import_killed_midway_and_repeated_gives_the_same_dataset() {
    let fixture = Fixture::new();
    let rows: Vec<_> = (0..600).map(row).collect();
    fixture.write("df.json", &frame(&rows));
    let args = ["import", "seed", "df.json", "--dataset", "d"];
    for wait_ms in [150, 250, 400] {
        let mut child =
            command(fixture.folder.path(), &args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait_ms));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    fixture.expect(0, &args);
    let digest = fixture.digest("d");
    fixture.expect(0, &["export", "d", "--format", "seed", "--unseal", "-o", "out.json"]);
    assert_eq!(fixture.read("out.json"), fixture.read("df.json"));
    fixture.expect(0, &args);
    assert_eq!(fixture.digest("d"), digest);
}

#[test]
fn a_file_that_is_no_data_frame_is_refused_and_creates_nothing() {
    let fixture = Fixture::new();
    let files: [(&str, &[u8], &str); 6] = [
        ("empty.json", b"", "it is empty"),
        ("list.json", b"[1, 2]", "JSON list"),
        ("cut.json", b"{\"filename\": {\"0\": \"Ana Planted-Name", "ends too early"),
        ("other.json", b"{\"a\": 1}", "not a DataFrame's"),
        ("comma.csv", b"filename,title\n1,2\n", "ζ"),
        ("latin.csv", b"a\xceb\xff", "not UTF-8"),
    ];
    for (name, bytes, words) in files {
        fs::write(fixture.path(name), bytes).unwrap();
        let said = talk(&fixture.expect(2, &["import", "seed", name, "--dataset", "d"]));
        assert!(said.contains(words) && said.contains("hint:"), "{name}: {said}");
        assert!(!said.contains("Planted"), "{said}");
    }
    fixture.expect(2, &["import", "seed", "absent.json", "--dataset", "d"]);
    assert!(!fixture.path("d").exists());
}

#[test]
fn the_real_sample_round_trips_cell_by_cell() {
    let Some(sample) = shared("seed-sample") else { return };
    let fixture = Fixture::new();
    let (file, images) = (sample.join("dataframe_encrypted.json"), sample.join("images"));
    let (file, images) = (file.to_str().unwrap(), images.to_str().unwrap());
    let said = talk(&fixture.expect(12, &["import", "seed", file, "--key-file", "KEY_DB.txt", "--dataset", "d"]));
    assert!(said.contains("none of the 184") && said.contains("--keep-sealed"), "{said}");
    let args = ["import", "seed", file, "--keep-sealed", "--images", images, "--dataset", "d"];
    let said = fixture.answer(0, &args);
    for (name, number) in [
        ("rows", 46),
        ("photos", 46),
        ("zero_coordinates", 28),
        ("below_floor", 37),
        ("tokens_kept", 184),
        ("rows_without_image", 0),
    ] {
        assert_eq!(said[name], number, "{name}");
    }
    let digest = fixture.digest("d");
    fixture.expect(0, &args);
    assert_eq!(fixture.digest("d"), digest);
    fixture.expect(0, &["export", "d", "--format", "seed", "-o", "out.json"]);
    let (ours, theirs) = (fixture.read("out.json"), serde_json::from_slice::<Value>(&fs::read(file).unwrap()).unwrap());
    // The text too: order of columns and rows, and how numbers are written.
    assert_eq!(ours.to_string(), theirs.to_string());
}

#[test]
fn a_row_of_another_frame_is_the_same_row_by_its_search_name_and_link() {
    let fixture = Fixture::new();
    fixture.write("wild.json", &frame(&[row(1), row(2)]));
    fixture.write("all.json", &frame(&[row(3), row(1), row_with(2, &json!({"views": 9}))]));
    for name in ["wild.json", "all.json", "wild.json", "all.json"] {
        fixture.expect(0, &["import", "seed", name, "--dataset", "d"]);
    }
    fixture.expect(0, &["export", "d", "--format", "seed", "--unseal", "-o", "out.json"]);
    assert_eq!(fixture.read("out.json"), fixture.read("all.json"));
}
