//! Tables of what programs write, and properties of the parsers.

use csv::{QuoteStyle, WriterBuilder};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::csv::{Csv, read};
use super::dates::{DateOrder, Dates, NoDate};
use super::encoding::{self, Remark};
use super::json::{self as lenient, repaired};
use super::lists::{Separator, python_list};
use super::numbers::{Decimal, NotRead, Numbers};

fn table(text: &str) -> Csv {
    read(text, |name| ["file", "title", "lat"].contains(&name))
}

/// The cells of each row; those in quotes within angle brackets.
fn rows(text: &str) -> Vec<Vec<String>> {
    let shown = |cell: super::csv::Cell| if cell.quoted { format!("<{}>", cell.text) } else { cell.text };
    table(text).records.into_iter().map(|record| record.cells.into_iter().map(shown).collect()).collect()
}

#[test]
fn csv_of_many_dialects_is_divided() {
    for (text, expected) in [
        ("file,title\na,\"b, \"\"c\"\"\"\n", &[&["file", "title"][..], &["a", "<b, \"c\">"]][..]),
        ("sep=;\r\nfile;title\r\na;1,5\r\n", &[&["file", "title"], &["a", "1,5"]]),
        ("\"sep=|\"\nfile|title\na|b;c\n", &[&["file", "title"], &["a", "b;c"]]),
        ("file\ttitle, long\na\tb\n", &[&["file", "title, long"], &["a", "b"]]),
        ("file,title\ra,b\rc,d", &[&["file", "title"], &["a", "b"], &["c", "d"]]),
        (
            "file,title\na,\"say \\\"hi, you\\\"\"\nb,\"C:\\\\x\"\n",
            &[&["file", "title"], &["a", "<say \"hi, you\">"], &["b", "<C:\\x>"]],
        ),
        ("file,title\na,\"C:\\\"\nb,\"\"\n", &[&["file", "title"], &["a", "<C:\\>"], &["b", "<>"]]),
        ("file,title\na,\"he said \"no\" twice\"\n", &[&["file", "title"], &["a", "<he said \"no\" twice>"]]),
        ("file,title\na, \"b, c\" \n", &[&["file", "title"], &["a", "<b, c>"]]),
        ("file,title\na,\"two\nlines\"\n\n,\nb,\n", &[&["file", "title"], &["a", "<two\nlines>"], &["b", ""]]),
        ("file,title\na,5\" pipe\nb,c\n", &[&["file", "title"], &["a", "5\" pipe"], &["b", "c"]]),
        ("file,title\na,\"open\nb,c\n", &[&["file", "title"], &["a", "\"open"], &["b", "c"]]),
        (
            "file,title\na,\"5\" wide\nb,\"10\" wide\"\nc,d\n",
            &[&["file", "title"], &["a", "\"5\" wide"], &["b", "<10\" wide>"], &["c", "d"]],
        ),
        ("file\ttitle\na\t\\N\nb\tone\\\ttwo\n", &[&["file", "title"], &["a", "\\N"], &["b", "one\ttwo"]]),
        ("", &[]),
    ] {
        assert_eq!(rows(text), expected, "{text:?}");
    }
    let lines: Vec<u64> =
        table("sep=,\r\nfile,title\r\n\"x\",\"1\r\n2\"\r\n\r\ny,z").records.iter().map(|r| r.line).collect();
    assert_eq!(lines, [2, 3, 6]);
    assert_eq!(table("file,title\na,b\nc,\"d\n").unclosed, [3]);
}

#[test]
fn encodings_are_found_out() {
    let wide = |text: &str, mark: &str| -> Vec<u8> {
        format!("{mark}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    let text = "file\tOrt\na.jpg\tZürich – Gare de l'Est, Málaga\n";
    let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    for (bytes, guessed) in [
        (text.as_bytes().to_vec(), None),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), None),
        (wide(text, "\u{feff}"), Some("UTF-16LE")),
        (wide(text, ""), Some("UTF-16LE")),
        (wide(text, "").chunks_exact(2).flat_map(|pair| [pair[1], pair[0]]).collect(), Some("UTF-16BE")),
        (latin.clone(), Some("windows-1252")),
    ] {
        let decoded = encoding::decode(&bytes, None);
        assert_eq!(decoded.text, text);
        let remark = decoded.remark.map(|remark| match remark {
            Remark::Guessed(name) | Remark::Marked(name) => name.to_string(),
            Remark::BadBytes(..) => "bad".to_owned(),
        });
        assert_eq!(remark.as_deref(), guessed);
    }
    assert_eq!(encoding::decode(&latin, "latin1".parse().ok()).remark, None);
    let damaged = [text.as_bytes(), b"x\xff\n"].concat();
    assert!(matches!(encoding::decode(&damaged, None).remark, Some(Remark::BadBytes(_, 3))), "it stays UTF-8");
    assert!("klingon".parse::<encoding::Name>().is_err());
}

#[test]
fn odd_values_cost_no_json() {
    for (text, expected) in [
        (r#"{"t": "half \ud83d"}"#, json!({"t": "half \u{fffd}"})),
        (r#"{"t": "\udca9\ud83d\ud83d\udc12x"}"#, json!({"t": "\u{fffd}\u{fffd}\u{1f412}x"})),
        (
            r#"{"a": NaN, "b": -Infinity, "c": 1e999, "d": "NaN"}"#,
            json!({"a": null, "b": "-Infinity", "c": "1e999", "d": "NaN"}),
        ),
        ("{\"t\": \"a\u{1}b\tc\"}", json!({"t": "a\u{1}b\tc"})),
        (r#"{"t": "\\ud83d \"\ud83d\""}"#, json!({"t": "\\ud83d \"\u{fffd}\""})),
    ] {
        assert_eq!(lenient::value(text).unwrap(), expected, "{text}");
    }
    assert!(lenient::value("{\"a\": ").is_err() && lenient::value("{'a': 1}").is_err());
}

#[test]
fn records_are_found_in_every_shape_of_json() {
    let two = [json!({"file": "a"}), json!({"file": "b"})];
    for text in [
        "{\"file\":\"a\"}\n\n{\"file\":\"b\"}\n",
        "[{\"file\":\"a\"},\n {\"file\":\"b\"}]",
        "{\n \"file\": \"a\"\n}\n{\n \"file\": \"b\"\n}",
        "{\"images\": [{\"file\": \"a\"}, {\"file\": \"b\"}], \"info\": {\"year\": 2026}}",
        "{\"file\": {\"0\": \"a\", \"1\": \"b\"}}",
        "[{\"file\":\"a\"},{\"file\":\"b\"}",
    ] {
        let records: Vec<Value> = lenient::records(text).into_iter().map(|(_, record)| record.unwrap()).collect();
        assert_eq!(records, two, "{text}");
    }
    let cut = lenient::records("[{\"file\":\"a\"},\n{\"file\":\"b");
    assert!(cut.len() == 2 && cut[0].1.is_ok() && cut[1].1.is_err() && cut[1].0 == 2, "{cut:?}");
    let broken = lenient::records("{\"file\":\"a\"}\n{\"file\":\n[1]\n{\"file\":\"b\"}");
    assert_eq!(broken.iter().map(|(_, record)| record.is_ok()).collect::<Vec<_>>(), [true, false, false, true]);
}

#[test]
fn a_list_is_divided_as_its_column_is() {
    for (cells, expected) in [
        (
            &["grey heron, Ardea cinerea", "grey heron"][..],
            &[&["grey heron", "Ardea cinerea"][..], &["grey heron"]][..],
        ),
        (&["a; b c;", "d,e"], &[&["a", "b c"], &["d", "e"]]),
        (&["a | b, c", "d e"], &[&["a", "b, c"], &["d e"]]),
        (&["heron \"grey heron\" lake"], &[&["heron", "grey heron", "lake"]]),
        (&["['a', \"it's\"]", "[]", "x y"], &[&["a", "it's"], &[], &["x", "y"]]),
        (&["[\"a\", \"b, c\"]", "('d',)"], &[&["a", "b, c"], &["d"]]),
        (&["5\" pipe"], &[&["5\"", "pipe"]]),
        (&["(heron)"], &[&["(heron)"]]),
    ] {
        let separator = Separator::of(cells.iter().copied(), true);
        let items: Vec<Vec<String>> = cells.iter().map(|cell| separator.split(cell)).collect();
        assert_eq!(items, expected, "{cells:?}");
    }
}

#[test]
fn numbers_follow_the_locale_of_their_table() {
    let degrees = |text| (text, 180.0);
    let metres = |text| (text, 1e9);
    let either = |one, two| Err(NotRead::Either(one, two));
    for (others, text, expected) in [
        (&[degrees("47,5")][..], "1.000", Ok(1000.0)),
        (&[degrees("47.5")], "1.000", Ok(1.0)),
        (&[degrees("8.250")], "1,000", Ok(1000.0)),
        (&[degrees("8,250")], "1.000", Ok(1000.0)),
        (&[metres("1.234.567")], "1.500", Ok(1500.0)),
        (&[metres("1.234,5")], "2.000", Ok(2000.0)),
        (&[metres("1,234.5")], "2,000", Ok(2000.0)),
        (&[], "1.000", either(1.0, 1000.0)),
        (&[metres("500"), metres("2.000")], "1,000", either(1000.0, 1.0)),
        (&[degrees("47,5"), degrees("47.5")], "1.000", either(1.0, 1000.0)),
        (&[], "0.500", Ok(0.5)),
        (&[], "1e+05", Ok(100_000.0)),
        (&[degrees("47,5")], "12", Ok(12.0)),
        (&[], "1\u{202f}234,5", Ok(1234.5)),
        (&[], "1'234.5", Ok(1234.5)),
        (&[], "12 500", Ok(12_500.0)),
        (&[], "\u{2212}12.5", Ok(-12.5)),
        (&[], "12 5", Err(NotRead::None)),
        (&[], "1.2.3", Err(NotRead::None)),
        (&[], "nan", Err(NotRead::None)),
        (&[], "1e999", Err(NotRead::None)),
        (&[], "", Err(NotRead::None)),
    ] {
        assert_eq!(Numbers::of(others.iter().copied(), None).read(text, 1e9), expected, "{others:?} {text}");
    }
    assert_eq!(Numbers::told(Decimal::Comma).read("1.000", 1e9), Ok(1000.0));
    assert_eq!(Numbers::default().read("8.250", 180.0), Ok(8.25), "8250 is no longitude");
    for (text, count) in [
        ("12", Ok(12)),
        ("12.0", Ok(12)),
        ("1e+05", Ok(100_000)),
        ("9223372036854775807", Ok(i64::MAX as u64)),
        ("9223372036854775808", Err(NotRead::None)),
        ("12.5", Err(NotRead::None)),
        ("-1", Err(NotRead::None)),
    ] {
        assert_eq!(Numbers::default().count(text), count, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_is_written_as_csv_is_read_back(
        cells in prop::collection::vec(prop::collection::vec("[ -~é\n\"]{0,8}", 2), 1..8),
        separator in prop::sample::select(&b",;\t|"[..]),
        all in any::<bool>(),
    ) {
        // MySQL's mark brings MySQL's escapes with it.
        prop_assume!(cells.iter().flatten().all(|cell| cell != "\\N"));
        let style = if all { QuoteStyle::Always } else { QuoteStyle::Necessary };
        let mut writer = WriterBuilder::new().delimiter(separator).quote_style(style).from_writer(Vec::new());
        writer.write_record(["file", "title"]).unwrap();
        cells.iter().for_each(|row| writer.write_record(row).unwrap());
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let filled = |row: &&Vec<String>| row.iter().any(|cell| !cell.trim().is_empty());
        let expected: Vec<Vec<String>> = cells.iter().filter(filled).cloned().collect();
        let found: Vec<Vec<String>> = table(&text).records.into_iter().skip(1)
            .map(|record| record.cells.into_iter().map(|cell| cell.text).collect()).collect();
        // Blanks around a cell without quotes are kept, so are its quotes inside.
        prop_assert_eq!(found, expected, "{}", text);
    }

    #[test]
    fn no_row_is_lost_whatever_its_cells_hold(garbage in prop::collection::vec("[^\"\\\\\r\n]{0,12}", 1..12), open in 0..12_usize) {
        let rows = garbage.iter().enumerate();
        let lines = rows.map(|(nth, cell)| format!("f{nth}.jpg,{}{cell}\n", if nth == open { "\"" } else { "" }));
        let text = format!("file,title\n{}", lines.collect::<String>());
        prop_assert_eq!(table(&text).records.len(), garbage.len() + 1, "{}", text);
    }

    #[test]
    fn no_text_breaks_a_parser(text in "(?s)[\\[\\]{}\"'\\\\u0-9dD83,;|: \nNaInft.e+-]{0,60}|.{0,40}") {
        let parsed = table(&text);
        prop_assert!(parsed.records.iter().all(|record| !record.cells.is_empty() && record.line >= 1));
        let repaired = repaired(&text);
        if serde_json::from_str::<Value>(&text).is_ok() {
            prop_assert!(serde_json::from_str::<Value>(&repaired).is_ok(), "{}", repaired);
        }
        lenient::records(&text);
        python_list(&text);
        for separator in [Separator::of([text.as_str()].into_iter(), true), Separator::Nothing] {
            prop_assert!(separator.split(&text).iter().all(|item| item.trim() == item && !item.is_empty()));
        }
        let numbers = Numbers::of([(text.as_str(), 180.0)].into_iter(), None);
        prop_assert!(numbers.read(&text, 180.0).is_ok_and(f64::is_finite) || numbers.read(&text, 180.0).is_err());
        drop((numbers.count(&text), encoding::decode(text.as_bytes(), None)));
    }

    #[test]
    fn a_number_is_read_back_in_either_locale(number in -1e6..1e6_f64, decimals in 0..6_usize) {
        let plain = format!("{number:.decimals$}");
        let expected: f64 = plain.parse().unwrap();
        let (whole, rest) = plain.split_once('.').map_or((plain.as_str(), None), |(whole, rest)| (whole, Some(rest)));
        for (decimal, mark, group) in [(Decimal::Point, '.', ','), (Decimal::Comma, ',', '.')] {
            let digits: Vec<char> = whole.trim_start_matches('-').chars().collect();
            let mut text = if whole.starts_with('-') { "-".to_owned() } else { String::new() };
            for (nth, digit) in digits.iter().enumerate() {
                if nth > 0 && (digits.len() - nth).is_multiple_of(3) { text.push(group); }
                text.push(*digit);
            }
            if let Some(rest) = rest { text.push(mark); text.push_str(rest); }
            prop_assert_eq!(Numbers::told(decimal).read(&text, f64::INFINITY), Ok(expected), "{}", text);
        }
    }
}

fn dates(column: &[&str], told: Option<DateOrder>) -> (Dates, Vec<String>) {
    let rule = Dates::of(column.iter().copied(), told);
    let said = |text: &&str| match rule.read(text) {
        Ok(taken) => taken.edtf().unwrap_or_else(|| "unknown".to_owned()),
        Err(NoDate::None) => "none".to_owned(),
        Err(NoDate::DayNumber) => "day number".to_owned(),
        Err(NoDate::Either(one, other)) => format!("{one} or {other}"),
    };
    let said = column.iter().map(said).collect();
    (rule, said)
}

#[test]
fn dates_of_locales_are_read_where_their_column_shows_which_number_is_the_month() {
    for (column, read) in [
        (&["04/05/2024", "31/12/2023"][..], &["2024-05-04", "2023-12-31"][..]),
        (&["04/05/2024", "12/31/2023"], &["2024-04-05", "2023-12-31"]),
        (&["04-05-2024 06:12", "31-12-2023 18:00:05"], &["2024-05-04T06:12", "2023-12-31T18:00:05"]),
        (&["4/5/2024 6:12 AM", "12/31/2023 12:05 pm"], &["2024-04-05T06:12", "2023-12-31T12:05"]),
        (&["4/5/2024 12:12 a.m.", "1/13/2024"], &["2024-04-05T00:12", "2024-01-13"]),
        // Nothing shows it, or the dates contradict each other.
        (&["04/05/2024"], &["2024-05-04 or 2024-04-05"]),
        (&["04/05/2024", "31/12/2023", "12/31/2023"], &["2024-05-04 or 2024-04-05", "2023-12-31", "2023-12-31"]),
        (&["05/05/2024"], &["2024-05-05"]),
        // With points the day comes first in every locale.
        (&["04.05.2024", "4.5.2024 06:12"], &["2024-05-04", "2024-05-04T06:12"]),
        (&["04/05/2024", "04/05/2024 - 20/05/2024"], &["2024-05-04", "2024-05-04/2024-05-20"]),
        (&["04.05.2024 \u{2013} 06.05.2024"], &["2024-05-04/2024-05-06"]),
        (&["04/05/2024 - 06/05/2024"], &["2024-05-04 or 2024-04-05"]),
        (
            &["13/13/2024", "00/05/2024", "31/02/2024", "04/05/24", "13/2024"],
            &["none", "2024-05", "none", "none", "none"],
        ),
        (&["2024-05-04", "2024:05:04 06:12:00", "1809-02-12"], &["2024-05-04", "2024-05-04T06:12:00", "1809-02-12"]),
    ] {
        assert_eq!(dates(column, None).1, read, "{column:?}");
    }
    let ambiguous = ["04/05/2024", "31/12/2023"];
    assert_eq!(dates(&ambiguous[..1], Some(DateOrder::DayFirst)).1, ["2024-05-04"]);
    assert_eq!(dates(&ambiguous[..1], Some(DateOrder::MonthFirst)).1, ["2024-04-05"]);
    assert_eq!(dates(&ambiguous, None).0.chosen(), Some("the day comes first"));
    assert_eq!(dates(&ambiguous[1..], None).0.chosen(), None, "no date needs it");
}

#[test]
fn dates_that_name_their_month_are_read() {
    for (text, read) in [
        ("12 February 1809", "1809-02-12"),
        ("Feb 12, 1809", "1809-02-12"),
        ("12-Feb-1809", "1809-02-12"),
        ("12th of February 1809", "1809-02-12"),
        ("Sunday, 12 Feb 1809", "1809-02-12"),
        ("1 May 2024 06:12:34", "2024-05-01T06:12:34"),
        ("May 1, 2024, 6:12 PM", "2024-05-01T18:12"),
        ("1 May 2024 06:12 +02:00", "2024-05-01T06:12+02:00"),
        ("May 2019", "2019-05"),
        ("Sept. 2019", "2019-09"),
        ("9/2019", "2019-09"),
        ("09-2019", "2019-09"),
        ("1 May 2024 - 3 May 2024", "2024-05-01/2024-05-03"),
        ("1 May 2024/3 May 2024", "2024-05-01/2024-05-03"),
        ("July 2006 to August 2006", "2006-07/2006-08"),
        ("30 February 2024", "none"),
        ("May", "none"),
        ("12 Feb 09", "none"),
        ("May 2019 06:12", "none"),
        ("1 May 2 June 2024", "none"),
        ("Mai 2019", "none"),
        ("May 1 2024 at noon", "none"),
    ] {
        assert_eq!(dates(&[text], None).1, [read], "{text}");
    }
}

#[test]
fn numbers_for_dates_and_columns_of_midnights_are_recognised() {
    for (text, read) in [
        // pandas and JavaScript
        ("1714543920000", "2024-05-01T06:12:00"),
        ("1714543920000.0", "2024-05-01T06:12:00"),
        ("1714543920", "2024-05-01T06:12:00"),
        ("1714521600000", "2024-05-01"),
        ("20240501", "2024-05-01"),
        ("2024", "2024"),
        // Excel
        ("45413", "day number"),
        ("45413.25", "day number"),
        ("2024050106", "none"),
        ("171454392", "none"),
        ("12", "none"),
    ] {
        assert_eq!(dates(&[text], None).1, [read], "{text}");
    }
    for (column, read) in [
        (&["2024-05-01 00:00:00", "2024-05-02 00:00:00"][..], &["2024-05-01", "2024-05-02"][..]),
        (&["2024-05-01T00:00Z", "2024-05-02", "2024-05-03T00:00Z"], &["2024-05-01", "2024-05-02", "2024-05-03"]),
        // One time shows that times are known; one day alone shows nothing.
        (&["2024-05-01T00:00", "2024-05-02T06:12"], &["2024-05-01T00:00", "2024-05-02T06:12"]),
        (&["2024-05-01T00:00", "2024-05-01T00:00"], &["2024-05-01T00:00", "2024-05-01T00:00"]),
        (&["1714521600000", "1714608000000"], &["2024-05-01", "2024-05-02"]),
    ] {
        let (rule, said) = dates(column, None);
        assert_eq!(said, read, "{column:?}");
        assert_eq!(rule.has_only_days(), !column[1].contains("06:12") && column[0] != column[1], "{column:?}");
    }
}

proptest! {
    #[test]
    fn any_column_of_texts_has_a_rule_and_every_text_is_a_date_or_none(
        column in prop::collection::vec("[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}( [0-9]{1,2}:[0-9]{2}( [AP]M)?)?|(?s).{0,16}|[0-9. ]{0,15}", 0..6),
    ) {
        let column: Vec<&str> = column.iter().map(String::as_str).collect();
        let (rule, _) = dates(&column, None);
        for text in column {
            if let Ok(taken) = rule.read(text) {
                prop_assert!(taken.unknown || taken.period().is_some(), "{}", text);
            }
        }
    }
}
