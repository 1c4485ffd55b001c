//! What passes is written again as it is, and all that is written passes, apart from maps with escaped keys.

use std::collections::BTreeMap;

use canonical::Canonical;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::is_canonical;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
#[serde(transparent)]
struct Key(String);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
#[serde(default)]
struct Inner {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    small: Option<u8>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    flag: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Canonical)]
struct Outer {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    list: Vec<Inner>,
    number: f64,
    #[serde(default)]
    maybe: Option<u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    map: BTreeMap<Key, f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    local: Option<DateTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    day: Option<Date>,
    #[serde(skip)]
    unseen: u8,
    last: Key,
}

impl Eq for Key {}
impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

fn number() -> impl Strategy<Value = f64> {
    let finite = any::<f64>().prop_filter("JSON has no such number", |number| number.is_finite());
    let decimal = (any::<i64>(), 0..20_i32).prop_map(|(digits, places)| digits as f64 / 10_f64.powi(places));
    prop_oneof![finite, decimal, (-9_000_000..9_000_000_i32).prop_map(|n| f64::from(n) / 1e6), Just(0.0), Just(-0.0)]
}

/// From the year -9000 to 9999, many of them whole seconds.
fn time() -> impl Strategy<Value = Timestamp> {
    (-346_000_000_000..253_402_000_000_i64, prop_oneof![Just(0), any::<i32>()])
        .prop_map(|(second, nanosecond)| Timestamp::new(second, nanosecond % 1_000_000_000).unwrap())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[\\x00-\\x20\"\\\\/a\u{7f}]{0,6}", "[a-c]{0,3}"]
}

fn outer() -> impl Strategy<Value = Outer> {
    let inner = (text(), any::<Option<u8>>(), any::<bool>());
    let inner = inner.prop_map(|(text, small, flag)| Inner { text, small, flag });
    let map = prop::collection::btree_map("[a-c\u{e9}!]{0,3}".prop_map(Key), number(), 0..4);
    let times = (prop::option::of(time()), prop::option::of(time()), prop::option::of(time()));
    (prop::collection::vec(inner, 0..3), number(), any::<Option<u64>>(), map, times, text()).prop_map(
        |(list, number, maybe, map, (at, local, day), last)| {
            let civil = |at: Timestamp| jiff::tz::TimeZone::UTC.to_datetime(at);
            let (local, day) = (local.map(civil), day.map(|at| civil(at).date()));
            Outer { list, number, maybe, map, at, local, day, unseen: 0, last: Key(last) }
        },
    )
}

/// Puts one piece of JSON in the place of another.
fn changed(text: &str, at: usize, len: usize, piece: &str) -> Option<String> {
    let at = at % text.len();
    let end = (at + len).min(text.len());
    Some(format!("{}{piece}{}", text.get(..at)?, text.get(end..)?))
}

proptest! {
    #[test]
    fn all_that_is_written_passes(value in outer()) {
        let text = serde_json::to_string(&value).unwrap();
        prop_assert!(is_canonical::<Outer>(&text), "{}", text);
    }

    #[test]
    fn what_passes_is_written_again_as_it_is(
        value in outer(), at in any::<usize>(), len in 0..4_usize,
        piece in prop_oneof!["[-+0-9.eEtT:Z ]{0,3}", "[\\x00-\\x20\"\\\\/{}\\[\\],:unbf0-9a]{0,4}", Just("null".to_owned()),
            Just("\\u0041".to_owned()), Just("\\u001f".to_owned()), Just("\\u000a".to_owned())],
    ) {
        let text = serde_json::to_string(&value).unwrap();
        let Some(text) = changed(&text, at, len, &piece) else { return Ok(()) };
        if is_canonical::<Outer>(&text) {
            let read: Outer = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
    }

    #[test]
    fn a_number_passes_if_it_is_the_one_that_is_written(number in "-?[0-9]{0,17}(\\.[0-9]{0,18})?([eE][-+]?[0-9]{1,3})?") {
        let text = format!("[{number}]");
        let read = serde_json::from_str::<Vec<f64>>(&text).ok().filter(|list| list.len() == 1);
        let again = read.map(|list| serde_json::to_string(&list).unwrap());
        prop_assert_eq!(is_canonical::<Vec<f64>>(&text), again.as_ref() == Some(&text) || text == "[]");
    }

    #[test]
    fn a_time_passes_if_it_is_the_one_that_is_written(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z?") {
        let quoted = format!("\"{text}\"");
        let again = |read: Option<String>| read.as_ref() == Some(&text);
        let at = text.parse::<Timestamp>().ok().map(|at| at.to_string());
        prop_assert_eq!(is_canonical::<Timestamp>(&quoted), again(at), "{}", text);
        let local = serde_json::from_str::<DateTime>(&quoted).ok().map(|at| at.to_string());
        prop_assert_eq!(is_canonical::<DateTime>(&quoted), again(local), "{}", text);
    }
}

#[test]
fn other_texts_do_not_pass() {
    let whole = r#"{"number":1.5,"maybe":null,"last":"x"}"#;
    assert!(is_canonical::<Outer>(whole));
    for other in [
        r#"{"maybe":null,"number":1.5,"last":"x"}"#,
        r#"{"number":1.5,"maybe":null,"last":"x","new":1}"#,
        r#"{"number":1.5,"last":"x"}"#,
        r#"{"list":[],"number":1.5,"maybe":null,"last":"x"}"#,
        r#"{"number":15e-1,"maybe":null,"last":"x"}"#,
        r#"{"number":1,"maybe":null,"last":"x"}"#,
        r#"{"number":1.5,"maybe":01,"last":"x"}"#,
        r#"{"number":1.5,"maybe":18446744073709551616,"last":"x"}"#,
        r#"{"number":1.5,"maybe":null,"map":{"b":1.5,"a":1.5},"last":"x"}"#,
        r#"{"number":1.5,"maybe":null,"map":{"a":1.5,"a":1.5},"last":"x"}"#,
        r#"{"number":1.5,"maybe":null,"day":"2026-02-29","last":"x"}"#,
        r#"{"number":1.5,"maybe":null,"at":"2026-02-28T24:00:00Z","last":"x"}"#,
        r#"{"number":1.5,"maybe":null,"at":"2026-02-28T23:00:00+01:00","last":"x"}"#,
        r#"{"number":1.5,"maybe":null,"last":"\u0078"}"#,
        r#"{"number":1.5,"maybe":null,"last":"x"} "#,
        r#"{"number": 1.5,"maybe":null,"last":"x"}"#,
        r#"{"number":1.5,"maybe":null,"last":"x""#,
        "",
    ] {
        assert!(!is_canonical::<Outer>(other), "{other}");
    }
}
