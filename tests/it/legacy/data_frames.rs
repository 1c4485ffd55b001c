//! Data frames are read and written without loss, and no content of a file panics the reader.

use gleaner::legacy::{DataFrame, ParsedRow, Row, is_token, write_csv, write_json};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{frame, frame_with_special_cases, row, row_with};

fn rewritten(frame: &DataFrame) -> String {
    let mut out = Vec::new();
    write_json(&frame.rows, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn as_csv(rows: &[Row]) -> String {
    let mut out = Vec::new();
    write_csv(rows, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_frame_is_written_as_it_was_read_and_in_ascii() {
    let text = frame_with_special_cases().to_string();
    let frame = DataFrame::read("df.json", format!("\u{feff}{text}").as_bytes()).unwrap();
    let written = rewritten(&frame);
    assert!(written.is_ascii());
    assert_eq!(serde_json::from_str::<Value>(&written).unwrap().to_string(), text);
}

#[test]
fn numbers_keep_their_form() {
    let text = r#"{"a":{"0":1,"1":1.0,"2":0.9617475,"3":-0.0,"4":18446744073709551615,"5":1e-7,"6":null,"7":true}}"#;
    let frame = DataFrame::read("df.json", text.as_bytes()).unwrap();
    assert_eq!(rewritten(&frame), text);
}

#[test]
fn a_column_that_some_rows_lack_keeps_its_place() {
    let text = r#"{"a":{"x":1,"y":2},"b":{"y":3},"c":{"x":4,"y":5},"d":{"x":6}}"#;
    let frame = DataFrame::read("df.json", text.as_bytes()).unwrap();
    assert_eq!(rewritten(&frame), text);
}

#[test]
fn the_csv_equals_that_of_pandas() {
    let cells = json!({"a": "one ζ two", "b": "\"q\"", "c": 1.0, "d": null, "e": "x\r\ny", "f": 0.961_747_5});
    let row = Row { index: "3".into(), cells: cells.as_object().unwrap().clone() };
    let text = "\u{feff}ζaζbζcζdζeζf\n3ζ\"one ζ two\"ζ\"\"\"q\"\"\"ζ1.0ζNoneζx  yζ0.9617475\n";
    assert_eq!(as_csv(&[row]), text);
    let read = DataFrame::read("whatever.json", text.as_bytes()).unwrap();
    assert!(read.texts);
    assert_eq!(read.rows[0].index, "3");
    assert_eq!(as_csv(&read.rows), text);
}

#[test]
fn a_csv_with_line_feeds_and_short_rows_is_read() {
    let text = "ζfilenameζtitle\n0ζa.jpgζ\"two\nlines\"\n1ζb.jpg\n2ζc.jpgζtζmore\n";
    let rows = DataFrame::read("df.csv", text.as_bytes()).unwrap().rows;
    assert_eq!(rows[0].cells["title"], "two\nlines");
    assert_eq!(rows[1].cells.get("title"), None);
    assert_eq!(rows[2].cells["cell 4"], "more");
}

#[test]
fn tokens_are_recognised_by_their_form() {
    let token = fernet::Fernet::new(&fernet::Fernet::generate_key()).unwrap().encrypt(b"");
    assert!(is_token(&token));
    for text in ["", "gAAAAA", "a name", &token[..token.len() - 8], &token.replace("gAAAA", "hAAAA")] {
        assert!(!is_token(text), "{text}");
    }
}

#[test]
fn numbers_and_numeric_texts_are_parsed_alike() {
    let numbers = row(5);
    let as_text = |cell: &Value| match cell {
        Value::String(text) => json!(text),
        Value::Null => json!("None"),
        other => json!(other.to_string()),
    };
    let texts: Map<String, Value> = numbers.iter().map(|(column, cell)| (column.clone(), as_text(cell))).collect();
    assert_eq!(ParsedRow::of(&numbers, false), ParsedRow::of(&texts, true));
    assert_eq!(ParsedRow::of(&numbers, false).rank, Some(6));
}

#[test]
fn dates_of_a_frame_are_as_exact_as_they_say() {
    for (text, edtf, hour) in [
        ("2016-02-21 08:02:17", Some("2016-02-21T08:02:17"), Some(8)),
        // The granularity is not in the file, and Flickr has midnight where it knows no time.
        ("2016-02-21 00:00:00", Some("2016-02-21"), None),
        ("2016-02-00 00:00:00", Some("2016-02"), None),
        ("2016-00-00 00:00:00", Some("2016"), None),
        ("0000-00-00 00:00:00", None, None),
        ("1970-01-01 00:00:00", None, None),
    ] {
        let read = ParsedRow::of(&row_with(1, &json!({"date taken": text})), false);
        let taken = read.taken.unwrap();
        assert_eq!((taken.edtf().as_deref(), taken.unknown), (edtf, edtf.is_none()), "{text}");
        assert_eq!(taken.period().and_then(|period| period.hour()), hour, "{text}");
        assert!(read.invalid.is_empty(), "{text}");
    }
    let odd = ParsedRow::of(&row_with(1, &json!({"date taken": "2016-02-30 00:00:00"})), false);
    assert_eq!((odd.taken, odd.invalid), (None, vec!["date taken"]));
}

#[test]
fn odd_values_cost_no_row_and_words_for_nothing_are_none() {
    let half = br#"{"filename":{"0":"flickr_x-0.jpg"},"title":{"0":"half \ud83d"},"views":{"0":9223372036854775808},"latitude":{"0":NaN}}"#;
    let frame = DataFrame::read("f", half).unwrap();
    let read = ParsedRow::of(&frame.rows[0].cells, frame.texts);
    assert_eq!((read.title.as_str(), read.views, read.invalid), ("half \u{fffd}", None, vec!["views"]));
    let bytes = [
        "ζfilenameζtitleζdescriptionζviewsζdate taken\n0ζx.jpgζNAζnanζNAζ-\n1ζy.jpgζcaf".as_bytes(),
        b"\xe9",
        "ζNoneζ12.0ζ\n".as_bytes(),
    ]
    .concat();
    let frame = DataFrame::read("f.csv", &bytes).unwrap();
    assert_eq!(frame.notes, ["line 3: this is not UTF-8; what cannot be read is shown as \u{fffd}"]);
    let rows: Vec<ParsedRow> = frame.rows.iter().map(|row| ParsedRow::of(&row.cells, true)).collect();
    assert_eq!((rows[0].title.as_str(), rows[0].description.as_str(), rows[0].views), ("NA", "", None));
    assert_eq!((rows[1].title.as_str(), rows[1].description.as_str(), rows[1].views), ("caf\u{fffd}", "", Some(12)));
    assert!(rows.iter().all(|row| row.invalid.is_empty()), "{rows:?}");
    assert_eq!(ParsedRow::read(&frame.rows[1].cells, true, true).description, "None");
    let found = gleaner::legacy::import_rows(frame, "monkey").counts.not_given;
    let counts: Vec<_> = found.iter().map(|(column, cells)| (column.as_str(), *cells)).collect();
    assert_eq!(counts, [("date taken", 1), ("description", 2), ("views", 1)]);
}

fn cells() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "(?s).{0,12}".prop_map(Value::from),
        Just(json!("gAAAAA==")),
        Just(json!("2000-01-01 00:00:16")),
        Just(json!("https://live.staticflickr.com/1/2_3_o.jpg")),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec(("[a-z]{1,3}", inner), 0..3)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn columns() -> impl Strategy<Value = String> {
    prop_oneof![prop::sample::select(gleaner::legacy::COLUMNS.map(str::to_owned).to_vec()), "(?s).{0,6}"]
}

proptest! {
    #[test]
    fn any_bytes_are_a_data_frame_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(DataFrame::read("x", &bytes));
    }

    #[test]
    fn any_text_with_a_separator_is_a_data_frame_or_an_error(text in "(?s)(ζ|\"|\n|.){0,40}") {
        drop(DataFrame::read("x", text.as_bytes()));
    }

    #[test]
    fn any_data_frame_round_trips(
        rows in prop::collection::vec(prop::collection::vec((columns(), cells()), 1..8), 1..6),
    ) {
        let rows: Vec<Map<String, Value>> = rows.into_iter().map(|cells| cells.into_iter().collect()).collect();
        let made = frame(&rows);
        let mut read = DataFrame::read("df.json", made.to_string().as_bytes()).unwrap();
        prop_assert_eq!(serde_json::from_str::<Value>(&rewritten(&read)).unwrap(), made);
        gleaner::legacy::decrypt_tokens(&mut read, None, true).unwrap();
        let count = read.rows.len() as u64;
        let parsed = gleaner::legacy::import_rows(read, "monkey");
        prop_assert_eq!(parsed.counts.rows, count);
        let original: usize = parsed.photos.iter().map(|photo| {
            let raw = photo.personal.clear(gleaner::photo::PersonalField::RawRecord).unwrap();
            gleaner::legacy::original_row::rows(raw).len()
        }).sum();
        prop_assert_eq!(original as u64, count, "no row is lost");
    }

    #[test]
    fn any_table_of_texts_round_trips_as_csv(
        rows in prop::collection::vec(prop::collection::vec("[^\r\n]{0,8}", 3), 1..5),
    ) {
        let rows: Vec<Row> = rows.iter().enumerate().map(|(nth, cells)| {
            let cells = ["a", "b", "c"].iter().zip(cells).map(|(column, cell)| ((*column).to_owned(), json!(cell)));
            Row { index: nth.to_string(), cells: cells.collect() }
        }).collect();
        let text = as_csv(&rows);
        let read = DataFrame::read("x", text.as_bytes()).unwrap();
        prop_assert!(read.rows == rows);
    }
}
