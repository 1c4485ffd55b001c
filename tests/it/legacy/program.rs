//! `gleaner import legacy`: recognised values, messages, keys, images, and repeated imports.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use gleaner::legacy::SCORER;
use serde_json::{Value, json};

use super::super::pipeline::{command, shared, talk};
use super::{JobRunner, NAMES, frame, holding, odd_frame, row, row_with};

/// The decrypted records of a dataset.
fn records(desk: &JobRunner, dataset: &str) -> Vec<Value> {
    let output = desk.expect(0, &["export", dataset, "--unseal"]);
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn record(desk: &JobRunner, number: u64) -> Value {
    let id = format!("flickr:{}", 50_000_000_000 + number);
    records(desk, "d").into_iter().find(|record| record["id"] == json!(id)).unwrap()
}

#[test]
fn all_that_is_odd_in_a_frame_is_recognised_and_said() {
    let desk = JobRunner::new();
    desk.write("df.json", &desk.sealed(&odd_frame()));
    let said = desk.answer(1, &["import", "seed", "df.json", "--key-file", "KEY_DB.txt", "--dataset", "d"]);
    let expected = json!({
        "rows": 8, "photos": 7, "double_links": 1, "zero_coordinates": 1, "unscored": 2, "below_floor": 7,
        "default_clock": 1, "not_understood": 1, "tokens_opened": 32, "tokens_kept": 0,
        "odd_cells": {"date taken": 1, "views": 1},
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&said[name], value, "{name}");
    }
    let talk = talk(&desk.expect(1, &["import", "seed", "df.json", "--key-file", "KEY_DB.txt", "--dataset", "d"]));
    for word in
        ["0,0", "1.0", "0.49", "cameras' clocks", "more than one row", "cannot be understood", "8 rows, 7 photos"]
    {
        assert!(talk.contains(word), "nothing of {word}:\n{talk}");
    }
}

#[test]
fn rows_become_records_with_their_personal_cells_sealed() {
    let desk = JobRunner::new();
    desk.write("df.json", &desk.sealed(&odd_frame()));
    desk.expect(1, &["import", "seed", "df.json", "--key-file", "KEY_DB.txt", "--dataset", "d"]);
    let one = record(&desk, 1);
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
    assert_eq!(record(&desk, 2)["searches"].as_array().unwrap().len(), 2);
    assert_eq!(record(&desk, 2)["found_at"], "2021-02-08T09:54:08Z");
    assert!(record(&desk, 3).get("location").is_none());
    assert!(record(&desk, 4).get("scores").is_none());
    assert_eq!(record(&desk, 5)["taken"], json!({"local": null, "unknown": true}));
    assert!(record(&desk, 7).get("views").is_none());
    let kept = records(&desk, "d").into_iter().find(|record| record["source"] == SCORER).unwrap();
    assert_eq!((&kept["state"], &kept["title"]), (&json!("rejected"), &json!("Monkey 6 猿")));
    assert_eq!(holding(&desk.path("d"), &NAMES), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_wrong_key_or_none_says_so_makes_nothing_and_offers_to_keep_the_tokens() {
    let desk = JobRunner::new();
    desk.write("df.json", &desk.sealed(&frame(&[row(1), row(2)])));
    fs::write(desk.path("other.txt"), fernet::Fernet::generate_key()).unwrap();
    fs::write(desk.path("none.txt"), "this is no key").unwrap();
    for key in [&["--key-file", "other.txt"][..], &[]] {
        let args: Vec<&str> = ["import", "seed", "df.json", "--dataset", "d"].iter().chain(key).copied().collect();
        let said = talk(&desk.expect(12, &args));
        assert!(said.contains("8 cells") || said.contains("none of the 8"), "{said}");
        assert!(said.contains("--keep-sealed"), "{said}");
        assert!(!desk.path("d").exists());
    }
    let said = talk(&desk.expect(12, &["import", "seed", "df.json", "--key-file", "none.txt", "--dataset", "d"]));
    assert!(said.contains("none.txt holds no key") && !said.contains("this is no key"), "{said}");
    desk.expect(12, &["import", "seed", "df.json", "--key-file", "absent.txt", "--dataset", "d"]);
}

#[test]
fn tokens_that_were_kept_open_when_the_key_comes_later_and_stay_open() {
    let desk = JobRunner::new();
    let sealed = desk.sealed(&frame(&[row(1), row(2)]));
    desk.write("df.json", &sealed);
    let import = ["import", "seed", "df.json", "--dataset", "d"];
    let with = |more: &[&'static str]| import.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>();
    let said = desk.answer(0, &with(&["--keep-sealed"]));
    assert_eq!((&said["tokens_kept"], &said["tokens_opened"]), (&json!(8), &json!(0)));
    assert!(record(&desk, 1)["personal"].get("owner_name").is_none());
    desk.expect(0, &["export", "d", "--format", "seed", "-o", "kept.json"]);
    assert_eq!(desk.read("kept.json"), sealed, "kept tokens come out as they are");
    desk.expect(0, &with(&["--key-file", "KEY_DB.txt"]));
    assert_eq!(record(&desk, 1)["personal"]["owner_name"], NAMES[0]);
    desk.expect(0, &with(&["--keep-sealed"]));
    assert_eq!(record(&desk, 1)["personal"]["owner_name"], NAMES[0]);
    desk.expect(0, &["export", "d", "--format", "seed", "--unseal", "-o", "clear.json"]);
    assert_eq!(desk.read("clear.json"), desk.opened(&sealed));
    let said = talk(&desk.expect(2, &["export", "d", "--format", "seed", "--collection", "rows", "-o", "rows.json"]));
    assert!(said.contains("`collection` is for a MongoDB database") && !desk.path("rows.json").exists(), "{said}");
}

#[test]
fn the_datasets_own_key_is_another_one() {
    let desk = JobRunner::new();
    desk.write("df.json", &desk.sealed(&frame(&[row(1)])));
    fs::write(desk.path("own.key"), fernet::Fernet::generate_key()).unwrap();
    let private: fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(desk.path("own.key"), private).unwrap();
    let own = ["--dataset-key-file", "own.key"];
    let args = ["import", "seed", "df.json", "--key-file", "KEY_DB.txt", "--dataset", "d"];
    desk.expect(0, &args.iter().chain(&own).copied().collect::<Vec<_>>());
    desk.expect(0, &["key", "check", "d", "--key-file", "own.key"]);
    desk.expect(12, &["export", "d", "--format", "seed", "--key-file", "KEY_DB.txt"]);
}

#[test]
fn images_go_down_the_road_and_rows_without_one_are_said() {
    let desk = JobRunner::new();
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/photos");
    let mut names: Vec<_> = fs::read_dir(photos).unwrap().flatten().map(|entry| entry.path()).collect();
    names.sort();
    fs::create_dir(desk.path("images_100")).unwrap();
    let put = |from: usize, name: &str| fs::copy(&names[from], desk.path("images_100").join(name)).unwrap();
    put(0, "flickr_monkey_wild-1.jpg");
    put(1, "flickr_monkey_wild-2.jpg");
    put(1, "flickr_monkey_cage-7.jpg");
    fs::copy(&names[2], desk.path("outside.jpg")).unwrap();
    let mut odd = odd_frame();
    odd["filename"]["3"] = json!("../outside.jpg");
    desk.write("df.json", &odd);
    let args = ["import", "seed", "df.json", "--images", "images_100", "--dataset", "d"];
    let said = desk.answer(1, &args);
    assert_eq!((&said["rows_without_image"], &said["identical_files"]), (&json!(5), &json!(1)));
    assert_eq!(said["states"], json!({"found": 4, "stored": 2, "rejected": 1}));
    let one = record(&desk, 1);
    assert!(one["file"]["width"].as_u64().unwrap() > 0 && one["thumbnail"].is_object());
    assert!(one["personal"]["exif"].get("exif data").is_none(), "what the file itself says comes first");
    assert!(record(&desk, 4)["personal"]["exif"]["exif data"].as_str().unwrap().contains(NAMES[3]));
    let digest = desk.digest("d");
    desk.expect(1, &args);
    assert_eq!(desk.digest("d"), digest, "twice is once");
    desk.expect(0, &["export", "d", "--format", "seed", "--unseal", "-o", "out.json"]);
    assert_eq!(desk.read("out.json"), odd);
    fs::create_dir(desk.path("images")).unwrap();
    fs::write(desk.path("images/flickr_monkey_wild-1.jpg"), "mine").unwrap();
    let said = talk(&desk.expect(0, &["export", "d", "--format", "seed", "-o", "out.json", "--images", "images"]));
    assert!(
        said.contains("2 images -> images (1 were there already)") && said.contains("5 rows have no image"),
        "{said}"
    );
    assert_eq!(fs::read(desk.path("images/flickr_monkey_wild-1.jpg")).unwrap(), b"mine");
    assert!(fs::metadata(desk.path("images/flickr_monkey_cage-7.jpg")).unwrap().len() > 1000);
    assert_eq!(fs::read_dir(desk.path("images")).unwrap().count(), 3);
}

#[test]
fn two_photos_with_one_file_name_are_said_when_their_images_are_put_out() {
    let desk = JobRunner::new();
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/photos");
    let mut names: Vec<_> = fs::read_dir(photos).unwrap().flatten().map(|entry| entry.path()).collect();
    names.sort();
    // A second run of the Python system gives the same names to other photos.
    let other = row_with(2, &json!({"filename": "flickr_monkey_wild-1.jpg"}));
    for (nth, rows) in [[row(1)], [other]].iter().enumerate() {
        let dir = format!("run{nth}");
        fs::create_dir(desk.path(&dir)).unwrap();
        fs::copy(&names[nth], desk.path(&dir).join("flickr_monkey_wild-1.jpg")).unwrap();
        desk.write(&format!("{dir}.json"), &frame(rows));
        desk.expect(0, &["import", "seed", &format!("{dir}.json"), "--images", &dir, "--dataset", "d"]);
    }
    let said = talk(&desk.expect(0, &["export", "d", "--format", "seed", "-o", "out.json", "--images", "out"]));
    assert!(said.contains("1 rows have the file name of another photo"), "{said}");
    assert_eq!(desk.read("out.json")["filename"]["1"], "flickr_monkey_wild-1.jpg");
}

#[test]
fn cells_of_two_keys_are_opened_as_far_as_the_key_goes_and_the_rest_is_kept() {
    let (desk, other) = (JobRunner::new(), JobRunner::new());
    let (mut ours, theirs) = (desk.sealed(&frame(&[row(1), row(2)])), other.sealed(&frame(&[row(1), row(2)])));
    ours["owner"]["1"] = theirs["owner"]["1"].clone();
    desk.write("df.json", &ours);
    let said = talk(&desk.expect(0, &["import", "seed", "df.json", "--key-file", "KEY_DB.txt", "--dataset", "d"]));
    assert!(said.contains("7 sealed cells opened") && said.contains("1 of these do not open"), "{said}");
    desk.expect(0, &["export", "d", "--format", "seed", "--seed-key-file", "KEY_DB.txt", "-o", "out.json"]);
    assert_eq!(desk.read("out.json")["owner"]["1"], theirs["owner"]["1"]);
    assert!(record(&desk, 2)["personal"].get("owner").is_none());
}

#[test]
fn killed_half_way_and_run_again_it_ends_as_if_nothing_had_been() {
    let desk = JobRunner::new();
    let rows: Vec<_> = (0..600).map(row).collect();
    desk.write("df.json", &frame(&rows));
    let args = ["import", "seed", "df.json", "--dataset", "d"];
    for wait_ms in [150, 250, 400] {
        let mut child = command(desk.folder.path(), &args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait_ms));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    desk.expect(0, &args);
    let digest = desk.digest("d");
    desk.expect(0, &["export", "d", "--format", "seed", "--unseal", "-o", "out.json"]);
    assert_eq!(desk.read("out.json"), desk.read("df.json"));
    desk.expect(0, &args);
    assert_eq!(desk.digest("d"), digest);
}

#[test]
fn what_is_no_frame_is_refused_with_words_and_nothing_is_made() {
    let desk = JobRunner::new();
    let files: [(&str, &[u8], &str); 6] = [
        ("empty.json", b"", "it is empty"),
        ("list.json", b"[1, 2]", "JSON list"),
        ("cut.json", b"{\"filename\": {\"0\": \"Ana Planted-Name", "ends too early"),
        ("other.json", b"{\"a\": 1}", "not a DataFrame's"),
        ("comma.csv", b"filename,title\n1,2\n", "ζ"),
        ("latin.csv", b"a\xceb\xff", "not UTF-8"),
    ];
    for (name, bytes, words) in files {
        fs::write(desk.path(name), bytes).unwrap();
        let said = talk(&desk.expect(2, &["import", "seed", name, "--dataset", "d"]));
        assert!(said.contains(words) && said.contains("hint:"), "{name}: {said}");
        assert!(!said.contains("Planted"), "{said}");
    }
    desk.expect(2, &["import", "seed", "absent.json", "--dataset", "d"]);
    assert!(!desk.path("d").exists());
}

#[test]
fn the_real_sample_comes_out_equal_to_the_cell() {
    let Some(sample) = shared("seed-sample") else { return };
    let desk = JobRunner::new();
    let (file, images) = (sample.join("dataframe_encrypted.json"), sample.join("images"));
    let (file, images) = (file.to_str().unwrap(), images.to_str().unwrap());
    let said = talk(&desk.expect(12, &["import", "seed", file, "--key-file", "KEY_DB.txt", "--dataset", "d"]));
    assert!(said.contains("none of the 184") && said.contains("--keep-sealed"), "{said}");
    let args = ["import", "seed", file, "--keep-sealed", "--images", images, "--dataset", "d"];
    let said = desk.answer(0, &args);
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
    let digest = desk.digest("d");
    desk.expect(0, &args);
    assert_eq!(desk.digest("d"), digest);
    desk.expect(0, &["export", "d", "--format", "seed", "-o", "out.json"]);
    let (ours, theirs) = (desk.read("out.json"), serde_json::from_slice::<Value>(&fs::read(file).unwrap()).unwrap());
    // The text too: order of columns and rows, and how numbers are written.
    assert_eq!(ours.to_string(), theirs.to_string());
}

#[test]
fn a_row_of_another_frame_is_the_same_row_by_its_search_name_and_link() {
    let desk = JobRunner::new();
    desk.write("wild.json", &frame(&[row(1), row(2)]));
    desk.write("all.json", &frame(&[row(3), row(1), row_with(2, &json!({"views": 9}))]));
    for name in ["wild.json", "all.json", "wild.json", "all.json"] {
        desk.expect(0, &["import", "seed", name, "--dataset", "d"]);
    }
    desk.expect(0, &["export", "d", "--format", "seed", "--unseal", "-o", "out.json"]);
    assert_eq!(desk.read("out.json"), desk.read("all.json"));
}
