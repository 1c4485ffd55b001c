//! Error messages for mistakes of the user.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use gleaner::dataset::Dataset;
use gleaner::store::{Access, NoteStore, SqliteStore};

use super::{API_KEY, Fixture, photos, talk};

fn fixture() -> Fixture {
    Fixture::new(photos(60, 1))
}

const SMALL: [&str; 8] = ["scrape", "-s", "monkey", "-n", "5", "-d", "false", "--dataset"];

#[test]
fn without_a_key_the_message_says_where_to_get_one_and_what_works_without() {
    let fixture = fixture();
    let output = fixture.command(&["scrape", "-s", "monkey"]).env_remove("FLICKR_API_KEY").output().unwrap();
    let said = talk(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for words in ["FLICKR_API_KEY", "credentials.json", "Pro account", "gleaner demo", "--source folder"] {
        assert!(said.contains(words), "{words} is missing in\n{said}");
    }
    assert!(!fixture.path("dataset").exists(), "a failed command creates nothing");
}

#[test]
fn the_python_systems_credentials_file_is_read_in_both_spellings() {
    for name in ["FLICKER_KEY", "FLICKR_KEY"] {
        let fixture = fixture();
        let text = format!("{{\"{name}\": \"{API_KEY}\", \"FLICKER_SECRET\": \"x\", \"GOOGLE_VISION_KEY\": \"y\"}}");
        fs::write(fixture.path("credentials.json"), text).unwrap();
        let mut args = SMALL.to_vec();
        args.push("d");
        let output = fixture.command(&args).env_remove("FLICKR_API_KEY").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", talk(&output));
    }
}

#[test]
fn a_key_that_is_none_is_refused_before_any_call_and_not_shown() {
    let fixture = fixture();
    let output = fixture.command(&["scrape", "-s", "monkey"]).env("FLICKR_API_KEY", "my-secret-typo").output().unwrap();
    let said = talk(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("32") && !said.contains("my-secret-typo"), "{said}");
    assert_eq!(fixture.flickr.stats().api_calls, 0);
}

#[test]
fn a_refused_key_stops_after_one_call_with_exit_13_and_is_never_printed() {
    let fixture = Fixture::new(photos(60, 1).bad_key(API_KEY));
    let output = fixture.expect(13, &["scrape", "-s", "monkey", "-n", "5"]);
    let said = talk(&output);
    assert!(said.contains("Invalid API Key") && said.contains("Pro account"), "{said}");
    assert!(!said.contains(API_KEY), "{said}");
    assert_eq!(fixture.flickr.stats().api_calls, 1);
}

#[test]
fn an_option_that_would_have_no_effect_is_refused_before_anything_is_made() {
    let fixture = fixture();
    for (args, word) in [
        (&["scrape", "--source", "folder", ".", "-n", "5"][..], "-n"),
        (&["scrape", "--source", "folder", ".", "--size", "100"][..], "--size"),
        (&["scrape", "--source", "folder", ".", "-d", "false"][..], "-d false"),
        (&["scrape", "--source", "folder", ".", "-s", "monkey"][..], "-s"),
        (&["scrape", "-s", "monkey", "photos"][..], "a path"),
        (&["scrape", "-s", "monkey", "--metadata", "photos.csv"][..], "--metadata"),
        (&["import", "legacy", "df.json", "--collection", "rows"][..], "--collection"),
        (&["train", "cage", "--above", "0.9"][..], "--above"),
        (&["analyse", "--list", "--format", "csv"][..], "--format"),
        (&["serve", "--host", "photos.example"][..], "--token"),
    ] {
        let said = talk(&fixture.expect(2, args));
        assert!(said.contains(word), "{args:?}: {said}");
    }
    assert!(!fixture.path("dataset").exists());
}

#[test]
fn a_wrong_box_shows_the_right_form() {
    let fixture = fixture();
    let cases = [
        ("1,2,3", "expected 4 numbers"),
        ("a b c d", "not a number"),
        ("200 1 2 3", "outside -180..180"),
        ("1 -95 2 3", "outside -90..90"),
        ("1 9 2 3", "not below the north edge"),
        ("NaN 1 2 3", "outside -180..180"),
    ];
    for (bbox, why) in cases {
        let said = talk(&fixture.expect(2, &["scrape", "-s", "monkey", "-b", bbox]));
        assert!(said.contains(why) && said.contains("116 4 127 22"), "{bbox}: {said}");
    }
    assert_eq!(fixture.flickr.stats().api_calls, 0);
}

#[test]
fn a_misspelt_subcommand_dataset_or_setting_is_reported() {
    let fixture = fixture();
    assert!(talk(&fixture.expect(2, &["scrap"])).contains("scrape"));
    assert!(talk(&fixture.expect(2, &["status", "nowhere"])).contains("there is no dataset at nowhere"));
    assert!(talk(&fixture.expect(2, &["download", "nowhere"])).contains("there is no dataset at nowhere"));
    assert!(!fixture.path("nowhere").exists(), "a misspelt name creates no dataset");
    fs::write(fixture.path("wrong.toml"), "[net]\ntrusted_host = [\"127.0.0.1\"]\n").unwrap();
    let said = talk(&fixture.expect(2, &["scrape", "-s", "x", "--config", "wrong.toml"]));
    assert!(said.contains("trusted_host") && said.contains("wrong.toml"), "{said}");
}

#[test]
fn an_unknown_source_is_an_error_with_a_suggestion_wherever_it_is_named() {
    let fixture = fixture();
    let said = talk(&fixture.expect(2, &["scrape", "--source", "flicker", "-s", "x"]));
    assert!(said.contains("possible values: flickr") && said.contains("similar value exists: 'flickr'"), "{said}");
    fs::write(fixture.path("wrong.toml"), "[sources.flicker]\nrequests_per_second = 1.0\n").unwrap();
    for command in [&["scrape", "-s", "x"][..], &["sources"], &["download", "d"]] {
        let said = talk(&fixture.expect(2, &[command, &["--config", "wrong.toml"]].concat()));
        assert!(said.contains("wrong.toml") && said.contains("did you mean [sources.flickr]?"), "{command:?}: {said}");
    }
}

#[test]
fn the_list_of_sources_shows_which_are_ready() {
    let fixture = fixture();
    let listed =
        |output: &std::process::Output| -> Vec<serde_json::Value> { serde_json::from_slice(&output.stdout).unwrap() };
    let with = listed(&fixture.expect(0, &["sources", "--json"]));
    let flickr = with.iter().find(|source| source["name"] == "flickr").unwrap();
    assert_eq!((&flickr["ready"], &flickr["keys"][0]["present"]), (&true.into(), &true.into()));
    assert_eq!(flickr["limits"]["requests_per_hour"], 3_600);
    assert_eq!(with.last().unwrap()["name"], "folder");
    let output = fixture.command(&["sources", "--json"]).env_remove("FLICKR_API_KEY").output().unwrap();
    let without = listed(&output);
    let flickr = without.iter().find(|source| source["name"] == "flickr").unwrap();
    assert_eq!((&flickr["ready"], &flickr["keys"][0]["present"]), (&false.into(), &false.into()));
    assert!(flickr["problem"].as_str().unwrap().contains("no Flickr API key"));
    let said = talk(&fixture.expect(0, &["sources"]));
    for words in [
        "flickr - Flickr: ready",
        "words (-s), area (-b, --near, --country, --polygon), ",
        "3,600 an hour",
        "folder - ",
    ] {
        assert!(said.contains(words), "{words} is missing in\n{said}");
    }
    assert!(!said.contains(API_KEY), "{said}");
}

#[test]
fn a_second_writer_is_refused_and_readers_are_not_blocked() {
    let fixture = Fixture::new(photos(600, 3).latency_ms(100));
    let mut writer = fixture.command(&["scrape", "-s", "monkey", "-n", "150", "--dataset", "d"]).spawn().unwrap();
    while !fixture.path("d/dataset.db").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    let output = fixture.run(&["scrape", "-s", "wild", "-n", "5", "--dataset", "d"]);
    let reader = fixture.run(&["status", "d"]);
    let busy = writer.try_wait().unwrap().is_none();
    writer.kill().unwrap();
    writer.wait().unwrap();
    assert!(busy, "the writer ended before it held the lock");
    let said = talk(&output);
    assert_eq!(output.status.code(), Some(11), "{said}");
    assert!(said.contains(&writer.id().to_string()), "{said}");
    assert_eq!(reader.status.code(), Some(0), "{}", talk(&reader));
}

#[test]
fn a_wrong_key_writes_nothing_and_exits_12() {
    let fixture = fixture();
    let mut args = SMALL.to_vec();
    args.push("d");
    fixture.expect(0, &args);
    let before = fs::read(fixture.path("d/dataset.db")).unwrap();
    let wrong = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    for args in [&args[..], &["export", "d", "--unseal"], &["key", "check", "d"], &["verify", "d", "--read-data"]] {
        let output = fixture.command(args).env("GLEANER_KEY", wrong).output().unwrap();
        let said = talk(&output);
        assert_eq!(output.status.code(), Some(12), "{args:?}: {said}");
        assert!(said.contains("wrong key") && !said.contains(wrong), "{said}");
    }
    assert_eq!(fs::read(fixture.path("d/dataset.db")).unwrap(), before);
    fs::remove_dir_all(fixture.path("home")).unwrap();
    let said = talk(&fixture.expect(12, &args));
    assert!(said.contains("there is no key for this dataset"), "{said}");
}

#[test]
fn a_key_file_that_others_can_read_or_inside_the_dataset_is_refused() {
    let fixture = fixture();
    let mut args = SMALL.to_vec();
    args.push("d");
    fixture.expect(0, &[&args[..], &["--key-file", "k.key"]].concat());
    fs::set_permissions(fixture.path("k.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let said = talk(&fixture.expect(12, &[&args[..], &["--key-file", "k.key"]].concat()));
    assert!(said.contains("chmod 600"), "{said}");
    args[7] = "--dataset";
    args.pop();
    let said = talk(&fixture.expect(2, &[&args[..], &["e", "--key-file", "e/k.key"]].concat()));
    assert!(said.contains("inside the dataset"), "{said}");
}

#[test]
fn rotation_gives_a_new_key_that_opens_everything_and_keeps_the_old_one() {
    let fixture = fixture();
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "20", "--dataset", "d", "--key-file", "k.key"]);
    let people =
        |records: Vec<serde_json::Value>| -> Vec<_> { records.iter().map(|r| r["personal"].clone()).collect() };
    let unsealed =
        || people(serde_lines(&fixture.expect(0, &["export", "d", "--unseal", "--key-file", "k.key"]).stdout));
    let before = unsealed();
    let old = fs::read_to_string(fixture.path("k.key")).unwrap();
    fixture.expect(0, &["key", "rotate", "d", "--key-file", "k.key"]);
    assert_ne!(fs::read_to_string(fixture.path("k.key")).unwrap(), old);
    assert_eq!(unsealed(), before);
    fixture.expect(0, &["key", "check", "d", "--key-file", "k.key"]);
    let kept = fs::read_dir(fixture.folder.path())
        .unwrap()
        .flatten()
        .find(|e| e.file_name().to_string_lossy().starts_with("k.old-"));
    assert_eq!(fs::read_to_string(kept.unwrap().path()).unwrap(), old);
    let output = fixture.command(&["key", "check", "d"]).env("GLEANER_KEY", old.trim()).output().unwrap();
    assert_eq!(output.status.code(), Some(12));
}

fn serde_lines(bytes: &[u8]) -> Vec<serde_json::Value> {
    String::from_utf8_lossy(bytes).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_dash_is_standard_output() {
    let fixture = fixture();
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "3", "--dataset", "data", "-d", "false"]);
    for args in [&["export", "data"][..], &["analyse", "country", "data"]] {
        let usual = fixture.expect(0, args);
        let dash = fixture.expect(0, &[args, &["-o", "-"]].concat());
        assert!(!usual.stdout.is_empty() && usual.stdout == dash.stdout, "{args:?}");
        assert!(!fixture.path("-").exists(), "{args:?}");
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let fixture = fixture();
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "30", "-d", "false", "--dataset", "d"]);
    let mut child = fixture
        .command(&["export", "d"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", talk(&output));
    assert_eq!(talk(&output).trim(), "");
}

#[test]
fn with_json_the_answer_is_one_json_document_also_when_it_is_an_error() {
    let fixture = fixture();
    let mut args = SMALL.to_vec();
    args.extend(["d", "--json"]);
    let answer: serde_json::Value = serde_json::from_slice(&fixture.expect(0, &args).stdout).unwrap();
    assert_eq!(answer["gathered"]["searches"][0]["found"], 5);
    for args in [&["status", "d", "--json"][..], &["verify", "d", "--json"], &["key", "show", "d", "--json"]] {
        let answer: serde_json::Value = serde_json::from_slice(&fixture.expect(0, args).stdout).unwrap();
        assert!(answer.is_object());
    }
    let output = fixture.expect(2, &["status", "nowhere", "--json"]);
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["error"]["exit_code"], 2);
}

/// A file that a run writes, and the note of it in the user's folder of state.
fn unfinished(fixture: &Fixture, name: &str) -> (std::path::PathBuf, fs::File) {
    let part = fixture.path(&format!("{name}.part"));
    fs::write(&part, "a name in clear").unwrap();
    let notes = fixture.path("home/.local/state/gleaner/unfinished");
    fs::create_dir_all(&notes).unwrap();
    let note = notes.join(format!("4000000-{name}"));
    fs::write(&note, part.to_str().unwrap()).unwrap();
    (part, fs::File::options().read(true).write(true).open(note).unwrap())
}

#[test]
fn what_a_killed_run_left_unfinished_is_removed_by_the_next_run_and_what_is_being_written_is_not() {
    let fixture = fixture();
    let (left, note) = unfinished(&fixture, "names.csv");
    let (written, lock) = unfinished(&fixture, "other.csv");
    drop(note);
    lock.lock().unwrap();
    fixture.expect(0, &["sources"]);
    assert!(!left.exists() && written.exists());
    drop(lock);
    fixture.expect(0, &["sources"]);
    assert!(!written.exists());
    let notes = fs::read_dir(fixture.path("home/.local/state/gleaner/unfinished")).unwrap();
    assert_eq!(notes.count(), 0);
    let (config, note) = unfinished(&fixture, "gleaner.toml");
    drop(note);
    fs::rename(&config, fixture.path("kept")).unwrap();
    fs::write(fixture.path("home/.local/state/gleaner/unfinished/4000000-x"), fixture.path("kept").to_str().unwrap())
        .unwrap();
    fixture.expect(0, &["sources"]);
    assert!(fixture.path("kept").exists(), "only unfinished files are removed");
}

#[test]
fn an_export_notes_its_unfinished_file_only_while_it_writes() {
    let fixture = fixture();
    fixture.expect(0, &[&SMALL[..], &["d"]].concat());
    fixture.expect(0, &["export", "d", "--format", "csv", "-o", "out.csv"]);
    let notes = fs::read_dir(fixture.path("home/.local/state/gleaner/unfinished")).unwrap();
    assert_eq!(notes.count(), 0);
    assert!(fixture.path("out.csv").exists() && !fixture.path("out.csv.part").exists());
}

#[test]
fn an_interrupted_key_rotation_is_named_with_the_command_that_finishes_it() {
    let fixture = fixture();
    fixture.expect(0, &[&SMALL[..], &["d"]].concat());
    let store = SqliteStore::open(&Dataset::at(fixture.path("d")), Access::Write).unwrap();
    store.set_note("rotation", Some(r#"{"from":"00112233","to":"44556677"}"#)).unwrap();
    drop(store);
    for args in [&["status", "d"][..], &["export", "d", "--format", "csv"]] {
        let said = talk(&fixture.run(args));
        assert!(said.contains("rotation from 00112233 to 44556677 was interrupted"), "{said}");
        assert!(said.contains("gleaner key rotate d"), "{said}");
    }
}

#[test]
fn a_search_that_leaves_faults_behind_says_so_every_time() {
    let fixture = Fixture::new(photos(60, 1).config(|config| config.gone = 0.3));
    let args = ["scrape", "-s", "monkey", "-n", "20", "--dataset", "d"];
    let said = talk(&fixture.expect(1, &args));
    assert!(said.contains("gone"), "{said}");
    for _ in 0..2 {
        let said = talk(&fixture.expect(1, &args));
        assert!(said.contains("of earlier runs with faults: gleaner retry d"), "{said}");
    }
}
