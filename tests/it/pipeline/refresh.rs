//! `gleaner refresh`: what owners changed is merged, what they withdrew leaves no trace, and no failure deletes anything.

mod replayed;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testbed::faults::Fault;
use testbed::picture;

use super::privacy::leaks;
use super::{Fixture, photos, talk};

const SCRAPE: [&str; 7] = ["scrape", "-s", "monkey", "-n", "40", "--dataset", "d"];

fn scraped(number: u64) -> Fixture {
    let fixture = Fixture::new(photos(number, 6));
    fixture.expect(0, &SCRAPE);
    fixture
}

fn refresh(fixture: &Fixture, code: i32, options: &[&str]) -> Value {
    let args = [&["refresh", "d", "--json"], options].concat();
    let mut report: Value = serde_json::from_slice(&fixture.expect(code, &args).stdout).unwrap();
    report["sources"][0].take()
}

fn records(fixture: &Fixture) -> BTreeMap<u64, Value> {
    let own = |record: &Value| record["id"].as_str().unwrap().split_once(':').unwrap().1.parse().unwrap();
    fixture.records("d", true).into_iter().map(|record| (own(&record), record)).collect()
}

fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            names.extend(files(&entry.path()));
        } else {
            names.push(entry.file_name().into_string().unwrap());
        }
    }
    names
}

#[test]
fn a_dataset_that_nobody_changed_stays_as_it_is() {
    let fixture = scraped(300);
    let (before, digest) = (records(&fixture), fixture.digest("d"));
    let report = refresh(&fixture, 0, &[]);
    let nothing = ["relicensed", "moved", "edited", "readdressed", "withdrawn", "unclear", "recent"];
    assert_eq!((&report["confirmed"], &report["requests"]), (&json!(40), &json!(40)));
    assert!(nothing.iter().all(|count| report[*count] == 0), "{report}");
    // `getInfo` says it in other words, and does not give favourites.
    let after = records(&fixture);
    for (own, record) in &before {
        for field in ["title", "tags", "license", "taken", "location", "place", "sizes", "image_url", "file", "faves"] {
            assert_eq!(record[field], after[own][field], "{own}: {field}");
        }
        for field in ["owner", "owner_name", "path_alias", "exif"] {
            assert_eq!(record["personal"][field], after[own]["personal"][field], "{own}: {field}");
        }
        assert_eq!(record["owner_pseudonym"], after[own]["owner_pseudonym"]);
        assert!(after[own]["checked_at"].as_str() > record["checked_at"].as_str());
    }
    assert_ne!(fixture.digest("d"), digest, "the raw record is the newer one");
    let calls = fixture.flickr.stats().api_calls;
    let recent = refresh(&fixture, 0, &["--older-than", "1"]);
    assert_eq!((&recent["confirmed"], &recent["recent"], &recent["requests"]), (&json!(40), &json!(40), &json!(0)));
    assert_eq!(fixture.flickr.stats().api_calls, calls, "a recent answer is not asked for again");
}

#[test]
fn what_owners_changed_is_merged_and_what_they_withdrew_leaves_no_trace() {
    let fixture = scraped(300);
    let before = records(&fixture);
    let ids: Vec<u64> = before.keys().copied().collect();
    let (gone, relicensed, moved, replaced, renamed) = (&ids[..3], ids[5], ids[6], &ids[7..9], ids[10]);
    let changes = fixture.flickr.changes();
    gone.iter().for_each(|id| changes.withdraw(*id));
    changes.relicense(relicensed, if before[&relicensed]["license"]["source_id"] == 4 { 5 } else { 4 });
    changes.move_to(moved, (5.84, 118.1));
    replaced.iter().for_each(|id| changes.replace_picture(*id));
    changes.rename(renamed, "Quite another name");
    let verdict = |id: u64| {
        format!(
            "{{\"photo\":\"flickr:{id}\",\"concept\":\"cage\",\"verdict\":\"yes\",\"by\":\"Ann\",\"at\":\"2026-01-01T00:00:00Z\"}}\n"
        )
    };
    fs::write(fixture.path("d/reviews.jsonl"), verdict(gone[0]) + &verdict(ids[20])).unwrap();

    let report = refresh(&fixture, 0, &[]);
    let counts = ["confirmed", "relicensed", "moved", "readdressed", "new_images", "withdrawn", "removed"];
    let counts: Vec<u64> = counts.iter().map(|count| report[*count].as_u64().unwrap()).collect();
    assert_eq!(counts, [37, 1, 1, 2, 2, 3, 3], "{report}");
    assert_eq!(report["requests"], 40 + 2 + 3, "all once, the sizes of two, and three once more");
    let after = records(&fixture);
    assert!(gone.iter().all(|id| !after.contains_key(id)) && after.len() == 37);
    assert_ne!(after[&relicensed]["license"]["id"], before[&relicensed]["license"]["id"]);
    assert_eq!(after[&moved]["location"]["latitude"], 5.84);
    assert_eq!(after[&moved]["place"]["city"]["name"], "Sandakan", "the place follows the coordinates");
    assert_eq!(after[&renamed]["title"], "Quite another name");
    for id in replaced {
        let (was, is) = (&before[id]["file"], &after[id]["file"]);
        assert!(was["sha256"] != is["sha256"] && after[id]["image_url"] != before[id]["image_url"]);
        assert!(!files(&fixture.path("d/images")).iter().any(|name| name.contains(was["sha256"].as_str().unwrap())));
    }
    let planted: Vec<String> = gone
        .iter()
        .flat_map(|id| {
            let text = |field: &str| before[id][field].as_str().unwrap().to_owned();
            let sha256 = before[id]["file"]["sha256"].as_str().unwrap().to_owned();
            [id.to_string(), text("landing_url"), text("image_url"), sha256]
        })
        .collect();
    assert_eq!(leaks(&fixture.path("d"), &planted), Vec::<String>::new());
    assert_eq!(fs::read_to_string(fixture.path("d/reviews.jsonl")).unwrap(), verdict(ids[20]));
    assert_eq!(files(&fixture.path("d/thumbs")).len(), 37);
    fixture.digest("d");
    let status: Value = serde_json::from_slice(&fixture.expect(0, &["status", "d", "--json"]).stdout).unwrap();
    assert_eq!((&status["photos"], &status["images"], &status["thumbnails"]), (&json!(37), &json!(37), &json!(37)));
    let csv = String::from_utf8(fixture.expect(0, &["export", "d", "--format", "csv"]).stdout).unwrap();
    assert!(gone.iter().all(|id| !csv.contains(&id.to_string())) && csv.contains(&ids[20].to_string()));

    // They are public again, and a search finds them: they are not taken back, also after a rotation of the key.
    gone.iter().for_each(|id| fixture.flickr.changes().publish(*id));
    for _ in 0..2 {
        let said = talk(&fixture.expect(0, &SCRAPE));
        assert!(said.contains("left out 3 photos that their owners had withdrawn"), "{said}");
        let kept = records(&fixture);
        assert!(gone.iter().all(|id| !kept.contains_key(id)), "{said}");
        fixture.expect(0, &["key", "rotate", "d"]);
    }
    assert_eq!(leaks(&fixture.path("d"), &planted), Vec::<String>::new());
    fixture.digest("d");
}

#[test]
fn nothing_is_removed_on_one_answer_or_while_the_service_fails_or_if_too_many_are_gone() {
    let fixture = scraped(300);
    let ids: Vec<u64> = records(&fixture).into_keys().collect();
    ids[..3].iter().for_each(|id| fixture.flickr.changes().miss_once(*id));
    let report = refresh(&fixture, 0, &[]);
    assert_eq!((&report["withdrawn"], &report["removed"], &report["confirmed"]), (&json!(0), &json!(0), &json!(40)));

    let settings = fs::read_to_string(fixture.path("gleaner.toml")).unwrap().replace("attempts = 8", "attempts = 2");
    fs::write(fixture.path("gleaner.toml"), settings).unwrap();
    ids.iter().for_each(|id| fixture.flickr.changes().withdraw(*id));
    for fault in [Fault::Forbidden, Fault::BadGateway, Fault::Code201, Fault::Code105, Fault::Empty, Fault::HtmlOk] {
        fixture.flickr.break_api(Some(fault));
        let report = refresh(&fixture, 1, &[]);
        assert!(report["cut_short"].is_string() && report["removed"] == 0, "{fault:?}: {report}");
        assert_eq!(records(&fixture).len(), 40, "{fault:?}");
    }
    fixture.flickr.break_api(None);
    let said = talk(&fixture.expect(1, &["refresh", "d"]));
    assert!(said.contains("not shown any more: 40, suspiciously many") && said.contains("--yes"), "{said}");
    assert_eq!(records(&fixture).len(), 40);
    let report = refresh(&fixture, 0, &["--yes", "--filter", "license:any"]);
    assert_eq!((&report["removed"], records(&fixture).len()), (&json!(40), 0), "{report}");
    fixture.digest("d");
}

#[test]
fn a_new_picture_that_cannot_be_downloaded_costs_neither_the_old_one_nor_the_new_licence() {
    let fixture = scraped(300);
    let settings = fs::read_to_string(fixture.path("gleaner.toml")).unwrap().replace("attempts = 8", "attempts = 2");
    fs::write(fixture.path("gleaner.toml"), settings).unwrap();
    let before = records(&fixture);
    let id = *before.keys().next().unwrap();
    fixture.flickr.changes().replace_picture(id);
    fixture.flickr.changes().relicense(id, if before[&id]["license"]["source_id"] == 4 { 5 } else { 4 });
    fixture.flickr.break_images(Some(Fault::Unavailable));
    let report = refresh(&fixture, 1, &[]);
    assert_eq!((&report["failed_images"], &report["new_images"]), (&json!(1), &json!(0)));
    let now = records(&fixture);
    assert_eq!((&now[&id]["file"], &now[&id]["state"]), (&before[&id]["file"], &json!("stored")));
    assert_ne!(now[&id]["license"]["id"], before[&id]["license"]["id"]);
    fixture.flickr.break_images(None);
    assert_eq!(refresh(&fixture, 0, &[])["new_images"], 1);
    assert_ne!(records(&fixture)[&id]["file"]["sha256"], before[&id]["file"]["sha256"]);
    fixture.digest("d");
}

#[test]
fn a_refresh_that_is_killed_at_any_moment_and_repeated_gives_the_same_dataset() {
    let fixture = Fixture::new(photos(600, 11).latency_ms(4));
    fixture.expect(0, &[&SCRAPE[..5], &["--dataset", "d"]].concat());
    let ids: Vec<u64> = records(&fixture).into_keys().collect();
    let changes = fixture.flickr.changes();
    ids.iter().step_by(9).for_each(|id| changes.withdraw(*id));
    ids.iter().skip(1).step_by(9).for_each(|id| changes.relicense(*id, 4));
    ids.iter().skip(2).step_by(9).for_each(|id| changes.replace_picture(*id));
    copy(&fixture.path("d"), &fixture.path("whole"));
    fixture.expect(0, &["refresh", "whole"]);
    let wanted = fixture.digest("whole");
    let mut kills = 0;
    for millis in (0..12).map(|kill| 60 + 45 * kill) {
        let mut child = fixture.command(&["refresh", "d"]);
        let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let until = Instant::now() + Duration::from_millis(millis);
        while Instant::now() < until && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        kills += u64::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
    }
    assert!(kills > 2, "only {kills} kills hit a running program");
    fixture.expect(0, &["refresh", "d"]);
    assert_eq!(fixture.digest("d"), wanted);
    assert!(records(&fixture).len() < ids.len());
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            assert!(fs::copy(entry.path(), target).is_ok());
        }
    }
}

#[test]
fn changed_and_removed_files_of_a_folder_are_noticed() {
    let fixture = Fixture::new(photos(0, 1));
    let album = fixture.path("album");
    fs::create_dir(&album).unwrap();
    for n in 0..6 {
        fs::write(album.join(format!("{n}.jpg")), picture::draw(n, (64, 48), None)).unwrap();
    }
    fixture.expect(0, &["scrape", "--source", "folder", "album", "--dataset", "d"]);
    let said = talk(&fixture.expect(0, &["refresh", "d"]));
    assert!(said.contains("folder: 6 photos, not asked for: to compare them with their files: --folder DIR"), "{said}");
    let of = |name: &str, records: &[Value]| {
        let own = records.iter().find(|record| record["id"] == format!("folder:{name}"));
        own.map(|record| record["file"]["sha256"].clone())
    };
    let before = fixture.records("d", false);
    fs::write(album.join("1.jpg"), picture::draw(77, (64, 48), None)).unwrap();
    fs::write(album.join("2.jpg"), b"no picture").unwrap();
    fs::remove_file(album.join("3.jpg")).unwrap();
    fs::write(album.join("new.jpg"), picture::draw(99, (64, 48), None)).unwrap();
    let args = ["refresh", "d", "--folder", "album", "--json"];
    let report: Value = serde_json::from_slice(&fixture.expect(1, &args).stdout).unwrap();
    let wanted = json!({"same": 3, "changed": 2, "failed": 1, "missing": 1, "removed": 0, "held_back": true, "new": 1});
    assert_eq!(report["folder"], wanted);
    let now = fixture.records("d", false);
    assert_ne!(of("1.jpg", &before), of("1.jpg", &now));
    assert_eq!((of("2.jpg", &before), of("3.jpg", &before)), (of("2.jpg", &now), of("3.jpg", &now)));
    fixture.expect(1, &[&args[..], &["--yes"]].concat());
    let now = fixture.records("d", false);
    assert_eq!((of("3.jpg", &now), now.len()), (None, 5));
    // It is the user's own: it may come back.
    fs::write(album.join("3.jpg"), picture::draw(3, (64, 48), None)).unwrap();
    fs::remove_file(album.join("2.jpg")).unwrap();
    fixture.expect(0, &["scrape", "--source", "folder", "album", "--dataset", "d"]);
    assert_eq!(of("3.jpg", &fixture.records("d", false)), of("3.jpg", &before));
}
