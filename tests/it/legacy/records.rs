//! Raw records: the record of a search and the rows of the Python system are both kept.

use gleaner::legacy::original_row::{self, OriginalRow, merge};
use serde_json::{Value, json};

use super::super::pipeline::{Fixture, photos};
use super::{frame, row, row_with};

fn original(number: u64, frame: &str, at: u64) -> OriginalRow {
    OriginalRow {
        frame: frame.into(),
        at,
        nth: 0,
        index: at.to_string(),
        texts: false,
        keep_na: false,
        row: row(number),
    }
}

#[test]
fn a_search_that_comes_later_keeps_the_rows_and_an_import_that_comes_later_keeps_the_record() {
    let rows = original_row::record(&[original(1, "df.json", 0)]);
    let record = json!({"id": "1", "title": "x"});
    for united in [merge(record.clone(), rows.clone()), merge(rows.clone(), record.clone())] {
        assert_eq!((&united["id"], &united["title"]), (&json!("1"), &json!("x")));
        assert_eq!(original_row::rows(&united).len(), 1);
        assert_eq!(merge(rows.clone(), united.clone()), united, "once more changes nothing");
        let newer = merge(json!({"id": "1", "title": "y"}), united);
        assert_eq!((&newer["title"], original_row::rows(&newer).len()), (&json!("y"), 1));
    }
}

#[test]
fn a_record_without_rows_is_replaced_and_one_that_is_no_object_is_kept() {
    assert_eq!(merge(json!({"a": 1}), json!({"b": 2})), json!({"a": 1}));
    assert_eq!(merge(json!("text"), Value::Null), json!("text"));
    let rows = original_row::record(&[original(1, "df.json", 0)]);
    assert_eq!(merge(rows.clone(), Value::Null), rows);
    assert_eq!(merge(rows, json!("unreadable"))["record"], "unreadable");
}

#[test]
fn a_csv_does_not_replace_a_data_frame_and_rows_keep_their_order() {
    let known = original_row::record(&[original(1, "b.json", 3)]);
    let mut poor = original(1, "a.csv", 0);
    poor.texts = true;
    let united = original_row::rows(&merge(original_row::record(&[poor, original(2, "a.json", 1)]), known));
    let places: Vec<_> = united.iter().map(|row| (row.frame.as_str(), row.at)).collect();
    assert_eq!(places, [("a.json", 1), ("b.json", 3)]);
}

#[test]
fn a_photo_that_both_systems_found_has_the_record_of_the_search_and_the_rows_of_the_import() {
    let fixture = Fixture::new(photos(40, 1));
    let search = ["scrape", "-s", "monkey", "-n", "40", "-d", "false", "--dataset", "d"];
    fixture.expect(0, &search);
    let before = fixture.records("d", true);
    let own = |record: &Value| record["id"].as_str().unwrap().split_once(':').unwrap().1.to_owned();
    let link = |record: &Value| json!({"link": format!("https://live.staticflickr.com/1/{}_ab_o.jpg", own(record))});
    let rows = frame(&[row_with(1, &link(&before[0])), row_with(2, &link(&before[1]))]);
    std::fs::write(fixture.path("df.json"), rows.to_string()).unwrap();
    fixture.expect(0, &["import", "seed", "df.json", "--dataset", "d"]);
    let imported = fixture.records("d", true);
    for key in ["title", "posted_at", "license", "views", "found_at"] {
        assert_eq!(imported[0].get(key), before[0].get(key), "{key}");
    }
    assert_eq!(imported[0]["searches"].as_array().unwrap().len(), 2);
    assert_eq!(imported[0]["scores"]["monkey"]["value"], 0.961_748_5);
    fixture.expect(0, &search);
    for record in fixture.records("d", true) {
        let known = own(&record) == own(&before[0]) || own(&record) == own(&before[1]);
        assert_eq!(original_row::rows(&record["personal"]["raw_record"]).len(), usize::from(known));
        assert_eq!(record["personal"]["raw_record"]["id"], own(&record));
    }
}
