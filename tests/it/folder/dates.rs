//! Dates of tables: every column that holds one, and what the built program makes of it.

use std::path::Path;

use gleaner::sources::rows::TableOptions;
use gleaner::sources::rows::dates::DateOrder;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::pipeline::{command, shared, talk};
use super::rows::{check, check_with};

/// A date as the record has it.
fn taken(local: &str, granularity: &str) -> Value {
    json!({"/taken/local": local, "/taken/granularity": granularity, "/taken/interval": null})
}

#[test]
fn a_date_stands_in_columns_of_many_names() {
    let minute = taken("2024-05-01T06:12:00", "minute");
    let mut offset = minute.clone();
    offset["/taken/utc_offset"] = json!("+02:00");
    for (table, expected) in [
        ("file,eventDate,eventTime\na.jpg,2024-05-01,06:12\n", minute.clone()),
        ("file,eventDate,eventTime\na.jpg,2024-05-01,06:12+02:00\n", offset.clone()),
        ("file,eventDate,eventTime\na.jpg,2024-05-01T06:12,23:59\n", minute.clone()),
        ("file,taken,taken.utc_offset\na.jpg,2024-05-01T06:12,+02:00\n", offset.clone()),
        ("SourceFile,DateTimeOriginal,OffsetTimeOriginal\na.jpg,2024:05:01 06:12:00,+02:00\n", {
            offset["/taken/granularity"] = json!("second");
            offset.clone()
        }),
        ("file,year,month,day\na.jpg,2024,5,1\n", taken("2024-05-01T00:00:00", "day")),
        ("file,year,month,day\na.jpg,2024.0,5.0,\n", taken("2024-05-01T00:00:00", "month")),
        ("file,eventDate,year,month\na.jpg,,1906,\n", taken("1906-01-01T00:00:00", "year")),
        ("file,eventDate,year\na.jpg,1906-06,1907\n", taken("1906-06-01T00:00:00", "month")),
        ("file,eventStart\na.jpg,2020-08-02T05:00:14Z\n", taken("2020-08-02T05:00:14", "second")),
        (
            "file,eventStart,eventEnd\na.jpg,2020-08-02T05:00Z,2020-08-02T05:00Z\n",
            taken("2020-08-02T05:00:00", "minute"),
        ),
        (
            "file,timestamp,eventStart,eventEnd\na.jpg,2020-08-02,2020-08-01,2020-08-03\n",
            taken("2020-08-02T00:00:00", "day"),
        ),
        ("file,taken,taken.granularity\na.jpg,2024-05-01T06:12:00,month\n", taken("2024-05-01T06:12:00", "month")),
        ("file,taken,taken.granularity\na.jpg,2024-05,second\n", taken("2024-05-01T00:00:00", "month")),
        (
            "file,taken.local,taken.granularity,taken.edtf\na.jpg,2024-05-01T00:00:00,,2024-05-01\n",
            taken("2024-05-01T00:00:00", "day"),
        ),
    ] {
        check("t.csv", table, &[("a.jpg", expected)]);
    }
    let interval = json!({"/taken/local": "2020-08-02T05:00:14", "/taken/granularity": "interval", "/taken/utc_offset": "+00:00",
        "/taken/interval": {"start_granularity": "second", "end": "2020-08-02T05:03:00", "end_granularity": "minute", "end_utc_offset": "+00:00"}});
    let camtrap =
        "mediaID,eventStart,eventEnd,scientificName\na,2020-08-02T05:00:14Z,2020-08-02T05:03Z,Vulpes vulpes\n";
    check("observations.csv", camtrap, &[("a.jpg", interval.clone())]);
    check(
        "dwc.txt",
        "file\teventDate\na.jpg\t2020-08-02T05:00:14Z/2020-08-02T05:03Z\n",
        &[("a.jpg", interval.clone())],
    );
    let json = r#"{"file": "a.jpg", "taken": {"local": "2020-08-02T05:00:14", "granularity": "interval", "unknown": false,
        "edtf": "2020-08-02T05:00:14Z/2020-08-02T05:03Z", "time_zone": "UTC"}}"#;
    let said = check("export.jsonl", json.replace('\n', ""), &[("a.jpg", interval)]);
    assert!(!said.contains("column"), "{said}");
}

#[test]
fn what_is_no_date_is_said_and_what_may_be_two_is_asked_about() {
    let none = json!({"/taken": null});
    for (table, said) in [
        (
            "file,taken\na.jpg,2024-02-30\n",
            "t.csv, line 2, column taken: \"2024-02-30\" is no date such as 2026-05-01T12:00:00",
        ),
        (
            "file,taken\na.jpg,45413\n",
            "\"45413\" is the number of a day in a spreadsheet; give the column the format of a date",
        ),
        ("file,taken\na.jpg,2007-11-13/2007-11-12\n", "column taken: \"2007-11-13/2007-11-12\" is no date"),
        (
            "file,taken\na.jpg,04/05/2024\nb.jpg,06/07/2024\n",
            "t.csv, line 2, column taken: is \"04/05/2024\" the 4 May 2024 or the 5 April 2024? It is not used; say --date-order day-first or \
             --date-order month-first (further cells like it: 1)",
        ),
        ("file,eventStart,eventEnd\na.jpg,2024-05-02,2024-05-01\n", "column eventEnd: the event ends before it starts"),
        ("file,year,month\na.jpg,2024,13\n", "column year: \"2024-13\" is no date"),
    ] {
        let warnings = check("t.csv", table, &[("a.jpg", none.clone())]);
        assert!(warnings.contains(said), "{table}: {warnings}");
    }
    let day = taken("2024-05-01T00:00:00", "day");
    for (table, said) in [
        (
            "file,eventDate,eventTime\na.jpg,2024-05-01,noon\n",
            "column eventTime: this is no time such as 06:12:00 or 06:12/07:30",
        ),
        (
            "file,taken\na.jpg,2024-05-01 00:00:00\nb.jpg,2024-05-02 00:00:00\n",
            "t.csv, column taken: every time is midnight; only the days are used",
        ),
        (
            "file,taken\na.jpg,01/05/2024\nb.jpg,31/05/2024\n",
            "t.csv, column taken: the day comes first (--date-order sets another order)",
        ),
    ] {
        let warnings = check("t.csv", table, &[("a.jpg", day.clone())]);
        assert!(warnings.contains(said), "{table}: {warnings}");
    }
    let told = TableOptions { date_order: Some(DateOrder::MonthFirst), ..TableOptions::default() };
    let table = "file,taken\na.jpg,05/01/2024\n";
    let warnings = check_with("t.csv", table, &[("a.jpg", day)], &told);
    assert!(warnings.contains("the month comes first"), "{warnings}");
}

/// The built program, run in a folder of its own.
fn run(folder: &Path, args: &[&str]) -> String {
    let output = command(folder, args).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "gleaner {args:?}\n{}", talk(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn exported(folder: &Path) -> Vec<Value> {
    run(folder, &["export", "ds", "--unseal"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_public_report_of_intervals_comes_out_right() {
    let Some(case) = shared("cases/csv-eventdate-interval/photos") else { return };
    let home = TempDir::new().unwrap();
    let photos = case.to_str().unwrap();
    run(home.path(), &["scrape", "--source", "folder", photos, "--dataset", "ds", "--skip", "geocode"]);
    let records = exported(home.path());
    let edtf = [
        "2006-07/2006-08",
        "2023-08-13T00:00Z/2023-08-16T00:00Z",
        "2007-03-01T13:00:00Z/2008-05-11T15:30:00Z",
        "1809-02-12",
    ];
    for ((record, edtf), granularity) in records.iter().zip(edtf).zip(["interval", "interval", "interval", "day"]) {
        assert_eq!((&record["taken"]["edtf"], &record["taken"]["granularity"]), (&json!(edtf), &json!(granularity)));
    }
    assert_eq!(
        records[0]["taken"]["interval"],
        json!({"start_granularity": "month", "end": "2006-08-01T00:00:00", "end_granularity": "month"})
    );
    let count = |filter: &str| run(home.path(), &["export", "ds", "--filter", filter]).lines().count();
    for (filter, photos) in [
        ("hour:0", 0),
        ("hour:any", 0),
        ("month:any", 2),
        ("month:8", 1),
        ("month:2", 1),
        ("taken:any", 4),
        ("taken:none", 0),
        ("taken:2006", 1),
        ("taken:2006-07", 0),
        ("taken:2006-07..2006-08", 1),
        ("taken:2023-08", 1),
        ("taken:2023-08-13", 0),
        ("taken:2007", 0),
        ("taken:2007..2008", 1),
        ("taken:1809-02-12", 1),
    ] {
        assert_eq!(count(filter), photos, "{filter}");
    }
    let hours = run(home.path(), &["analyse", "hour", "ds"]);
    assert!(hours.contains("Without a known value: 4 photos."), "{hours}");
    let months = run(home.path(), &["analyse", "month", "ds"]);
    assert!(months.contains("Without a known value: 2 photos."), "{months}");
    let days = run(home.path(), &["analyse", "user-days", "ds"]);
    assert!(days.contains("Left out: 3 photos taken on an unknown day."), "{days}");
    let cells = run(home.path(), &["export", "ds", "--format", "csv"]);
    assert!(
        cells.contains("2007-03-01T13:00:00Z/2008-05-11T15:30:00Z") && cells.contains("taken.interval.end,"),
        "{cells}"
    );
}

#[test]
fn an_export_describes_the_same_dates() {
    let home = TempDir::new().unwrap();
    let photos = home.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/photos/erase_gibbon.webp");
    let dates =
        ["2006-07/08", "2019-05", "1998~", "199X", "2024-05-01T06:12+02:00", "2024-05-01", "../1899", "2019/.."];
    let mut table = "file,taken,lat,lon\n".to_owned();
    for (nth, date) in dates.iter().enumerate() {
        std::fs::copy(&demo, photos.join(format!("{nth}.webp"))).unwrap();
        table += &format!("{nth}.webp,{date},12.8,99.4\n");
    }
    std::fs::write(home.path().join("first.csv"), table).unwrap();
    let scrape = |metadata: &str| {
        let args = [
            "scrape",
            "--source",
            "folder",
            "photos",
            "--metadata",
            metadata,
            "--dataset",
            "ds",
            "--skip",
            "geocode",
            "--no-exif",
        ];
        run(home.path(), &args)
    };
    scrape("first.csv");
    let first = exported(home.path());
    assert_eq!(first.len(), dates.len());
    for (record, edtf) in first.iter().zip(["2006-07/2006-08", "2019-05", "1998~", "199X", "2024-05-01T06:12+02:00"]) {
        assert_eq!(record["taken"]["edtf"], edtf);
    }
    for (format, name) in [("jsonl", "again.jsonl"), ("csv", "again.csv")] {
        run(home.path(), &["export", "ds", "--format", format, "-o", name]);
        // Paths of images are those of the dataset; the file's own name is what the rows name.
        scrape(name);
        let again = exported(home.path());
        for (one, other) in first.iter().zip(&again) {
            assert_eq!(one["taken"], other["taken"], "{format}");
        }
    }
    let features = run(home.path(), &["export", "ds", "--format", "geojson"]);
    assert!(
        features.contains("\"taken.edtf\":\"2006-07/2006-08\"") && features.contains("\"taken.interval.end\""),
        "{features}"
    );
}
