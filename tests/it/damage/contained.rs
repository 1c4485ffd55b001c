//! A damaged record costs itself, is named, and shows in the exit code; what cannot be opened is never called fine.

use super::super::pipeline::talk;
use super::{ids, scraped, sql};

#[test]
fn a_record_that_cannot_be_read_stops_no_command_and_each_names_it() {
    let fixture = scraped("6");
    let root = fixture.path("d");
    let bad = &ids(&root)[2];
    sql(&root, &format!("UPDATE photo SET record = '{{\"id\": ' WHERE id = '{bad}'; DELETE FROM tally;"));
    let concepts = fixture.path("gleaner.toml");
    let settings = std::fs::read_to_string(&concepts).unwrap();
    std::fs::write(&concepts, format!("{settings}[concepts.cage]\nwords = [\"monkey\"]\n")).unwrap();
    for (args, code) in [
        (&["export", "d", "--format", "jsonl"][..], 1),
        (&["export", "d", "--format", "csv"][..], 1),
        (&["enrich", "d"][..], 1),
        (&["score", "d"][..], 1),
        (&["scrape", "-s", "monkey", "-n", "8", "--dataset", "d"][..], 1),
        (&["retry", "d"][..], 1),
        (&["key", "check", "d"][..], 1),
        (&["status", "d"][..], 0),
    ] {
        let output = fixture.run(args);
        let said = talk(&output);
        assert!([Some(1), Some(code)].contains(&output.status.code()), "gleaner {args:?}\n{said}");
        assert!(code == 0 || said.contains(bad), "gleaner {args:?} names it\n{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    let rows = fixture.run(&["export", "d", "--format", "jsonl"]);
    let rows = String::from_utf8(rows.stdout).unwrap().lines().count();
    assert_eq!(rows, ids(&root).len() - 1, "all others are exported");
    let said = talk(&fixture.expect(1, &["verify", "d"]));
    assert!(said.contains(bad) && said.contains("1 problem"), "{said}");
}

#[test]
fn a_changed_value_is_found_without_the_key_and_left_out() {
    let fixture = scraped("6");
    let root = fixture.path("d");
    let bad = ids(&root).remove(1);
    for change in [
        "record = replace(record, '\"views\":', '\"faves\":')",
        "record = replace(record, '\"title\":\"', '\"title\":\"x')",
        "raw_record = NULL",
        "key_id = 'ffffffffffffffff'",
        "state = 'gone'",
    ] {
        let copy = fixture.path("copy");
        let _ = std::fs::remove_dir_all(&copy);
        std::fs::create_dir(&copy).unwrap();
        std::fs::copy(root.join("dataset.db"), copy.join("dataset.db")).unwrap();
        let before = std::fs::read(copy.join("dataset.db")).unwrap();
        sql(&copy, &format!("UPDATE photo SET {change} WHERE id = '{bad}'"));
        if std::fs::read(copy.join("dataset.db")).unwrap() == before {
            continue;
        }
        let output = fixture.command(&["export", "copy", "--format", "jsonl"]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{change}: {said}");
        assert!(said.contains("left out of copy: 1 damaged record") && said.contains(&bad), "{said}");
        assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 5, "{change}");
    }
}

#[test]
fn a_wrong_key_is_never_taken_for_none() {
    let fixture = scraped("4");
    let other = fixture.path("other.key");
    gleaner::seal::KeyFile::create(&other, &gleaner::seal::Key::generate()).unwrap();
    let path = other.to_str().unwrap();
    for args in [&["verify", "d", "--key-file", path][..], &["verify", "d", "--read-data", "--key-file", path][..]] {
        let said = talk(&fixture.expect(12, args));
        assert!(said.contains("wrong key") && !said.contains("0 problems"), "{said}");
    }
    let missing = ["verify", "d", "--read-data", "--key-file", "none.key"];
    assert!(!fixture.run(&missing).status.success(), "a key file that is missing is no missing key");
}

#[test]
fn records_of_an_older_program_have_no_checksum_yet_and_are_no_damage() {
    let fixture = scraped("5");
    let root = fixture.path("d");
    // An older program knows the tables not; it changes a record and leaves its checksum.
    let ids = ids(&root);
    let change = "record = replace(record, '\"title\":\"', '\"title\":\"x'), seq = (SELECT max(seq) + 1 FROM photo)";
    sql(&root, &format!("UPDATE photo SET {change} WHERE id = '{}'", ids[0]));
    sql(&root, &format!("DELETE FROM checksum WHERE id = '{}'", ids[1]));
    let said = talk(&fixture.expect(0, &["verify", "d"]));
    assert!(said.contains("no checksum yet: 2 records"), "{said}");
    fixture.expect(0, &["export", "d", "--format", "csv"]);
    let said = talk(&fixture.expect(0, &["repair", "d"]));
    assert!(said.contains("2 records given a checksum"), "{said}");
    let said = talk(&fixture.expect(0, &["verify", "d"]));
    assert!(!said.contains("no checksum yet"), "{said}");
}
