//! Raw records: what a search of ours brings and the rows of the Python system stand side by side.

use gleaner::seed::kept::{self, Kept, unite};
use serde_json::{Value, json};

use super::row;

fn kept(number: u64, frame: &str, at: u64) -> Kept {
    Kept { frame: frame.into(), at, nth: 0, index: at.to_string(), texts: false, row: row(number) }
}

#[test]
fn a_search_that_comes_later_keeps_the_rows_and_an_import_that_comes_later_keeps_the_record() {
    let rows = kept::record(&[kept(1, "df.json", 0)]);
    let record = json!({"id": "1", "title": "x"});
    for united in [unite(record.clone(), rows.clone()), unite(rows.clone(), record.clone())] {
        assert_eq!((&united["id"], &united["title"]), (&json!("1"), &json!("x")));
        assert_eq!(kept::rows(&united).len(), 1);
        assert_eq!(unite(rows.clone(), united.clone()), united, "once more changes nothing");
        let newer = unite(json!({"id": "1", "title": "y"}), united);
        assert_eq!((&newer["title"], kept::rows(&newer).len()), (&json!("y"), 1));
    }
}

#[test]
fn a_record_without_rows_is_replaced_as_ever_and_one_that_is_no_object_is_kept() {
    assert_eq!(unite(json!({"a": 1}), json!({"b": 2})), json!({"a": 1}));
    assert_eq!(unite(json!("text"), Value::Null), json!("text"));
    let rows = kept::record(&[kept(1, "df.json", 0)]);
    assert_eq!(unite(rows.clone(), Value::Null), rows);
    assert_eq!(unite(rows, json!("unreadable"))["record"], "unreadable");
}

#[test]
fn a_csv_does_not_take_the_place_of_a_frame_and_rows_stand_in_their_order() {
    let known = kept::record(&[kept(1, "b.json", 3)]);
    let mut poor = kept(1, "a.csv", 0);
    poor.texts = true;
    let united = kept::rows(&unite(kept::record(&[poor, kept(2, "a.json", 1)]), known));
    let places: Vec<_> = united.iter().map(|row| (row.frame.as_str(), row.at)).collect();
    assert_eq!(places, [("a.json", 1), ("b.json", 3)]);
}
