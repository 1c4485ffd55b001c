//! What a table no longer says is taken back, on the built program; what it was not asked about stays.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::pipeline::{command, shared, talk};

/// A folder with two photos of the demo, in which the program runs.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let fixture = TempDir::new().unwrap();
        let photos = fixture.path().join("photos");
        fs::create_dir(&photos).unwrap();
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/photos");
        for (from, to) in [("erase_gibbon.webp", "a.webp"), ("erase_gorilla.webp", "b.webp")] {
            fs::copy(demo.join(from), photos.join(to)).unwrap();
        }
        Self(fixture)
    }

    fn run(&self, args: &[&str]) -> String {
        let output = command(self.0.path(), args).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "gleaner {args:?}\n{}", talk(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The records after another run with this table; without one, of the folder alone.
    fn after(&self, name: &str, table: Option<&str>) -> Vec<Value> {
        let mut args = vec!["scrape", "--source", "folder", "photos", "--dataset", "ds", "--skip", "geocode"];
        if let Some(table) = table {
            fs::write(self.0.path().join(name), table).unwrap();
            args.extend(["--metadata", name]);
        }
        self.run(&args);
        let lines = self.run(&["export", "ds", "--unseal"]);
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

const FULL: &str = "file,title,tags,license,author,latitude,longitude,owner,owner_name\n\
    a.webp,Gibbon,ape | wild,CC0,Jane Example,12.8,99.4,u1,Jane Example\nb.webp,Gorilla,ape,CC0,,1,29,u2,John Example\n";

/// What the table says of a photo, in a few words.
fn said(record: &Value) -> Value {
    let at = |pointer: &str| record.pointer(pointer).cloned().unwrap_or_default();
    json!([
        at("/title"),
        at("/license/id"),
        at("/attribution"),
        at("/location/latitude"),
        at("/personal/owner"),
        at("/personal/owner_name"),
        record.get("owner_pseudonym").is_some_and(Value::is_string)
    ])
}

#[test]
fn a_corrected_table_takes_back_what_it_no_longer_says() {
    let none = json!(["", null, null, null, null, null, false]);
    for (what, name, table, expected) in [
        (
            "empty cells",
            "t.csv",
            "file,title,license,author,latitude,longitude,owner,owner_name\na.webp,,,,,,,\n",
            none.clone(),
        ),
        (
            "words for nothing",
            "t.csv",
            "file,title,license,author,latitude,longitude,owner,owner_name\na.webp,NA,NA,NA,NA,NA,NA,NA\n",
            none.clone(),
        ),
        (
            "columns that are gone",
            "t.csv",
            "file,title\na.webp,Gibbon\n",
            json!(["Gibbon", null, null, null, null, null, false]),
        ),
        (
            "JSON without the keys",
            "t.jsonl",
            "{\"file\":\"a.webp\",\"title\":\"Gibbon\",\"owner\":null}\n",
            json!(["Gibbon", null, null, null, null, null, false]),
        ),
        (
            "the owner alone",
            "t.csv",
            "file,title,license,author,latitude,longitude,owner,owner_name\na.webp,Gibbon,CC0,Jane Example,12.8,99.4,,\n",
            json!(["Gibbon", "CC0-1.0", "Jane Example", 12.8, null, null, false]),
        ),
    ] {
        let fixture = Desk::new();
        let before = fixture.after("full.csv", Some(FULL));
        let all = json!(["Gibbon", "CC0-1.0", "Jane Example", 12.8, "u1", "Jane Example", true]);
        assert_eq!(said(&before[0]), all, "{what}");
        let after = fixture.after(name, Some(table));
        assert_eq!(said(&after[0]), expected, "{what}");
        assert_eq!(said(&after[1]), said(&before[1]), "{what}: a photo without a row keeps what was said");
    }
}

#[test]
fn another_owner_has_another_pseudonym_and_a_folder_without_a_table_asks_for_nothing() {
    let fixture = Desk::new();
    let before = fixture.after("full.csv", Some(FULL));
    assert_eq!(fixture.after("", None), before, "no table was asked");
    let after = fixture.after("t.csv", Some(&FULL.replace("u1", "u3").replace("Gibbon", "Ape")));
    assert_eq!((&after[0]["title"], &after[0]["personal"]["owner"]), (&json!("Ape"), &json!("u3")));
    assert_ne!(after[0]["owner_pseudonym"], before[0]["owner_pseudonym"]);
    assert_eq!(after[1], before[1]);
}

#[test]
fn the_public_report_of_an_owner_that_stays_is_right_now() {
    let Some(case) = shared("cases/rerun-owner-stays") else { return };
    let fixture = TempDir::new().unwrap();
    let photos = case.join("photos");
    let run = |args: &[&str]| {
        let output = command(fixture.path(), args).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", talk(&output));
        output.stdout
    };
    let scrape = ["scrape", "--source", "folder", photos.to_str().unwrap(), "--dataset", "ds"];
    run(&scrape);
    let corrected = case.join("corrected.csv");
    run(&[&scrape[..], &["--metadata", corrected.to_str().unwrap()]].concat());
    let record: Value = serde_json::from_slice(&run(&["export", "ds", "--unseal"])).unwrap();
    assert_eq!(said(&record), json!(["", null, null, null, null, null, false]));
}
