//! Dates are read, said and written as exactly as they are, and no more.

use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use proptest::prelude::*;
use serde_json::json;

use super::{Granularity, Interval, OrUnknown, Period, Taken};

fn edtf(text: &str) -> Option<String> {
    Taken::parse(text)?.edtf()
}

/// Text, the same date in EDTF, and how exact it is.
const SPELLINGS: &[(&str, &str, &str)] = &[
    // ISO 8601, extended and basic
    ("2024", "2024", "year"),
    ("2024-05", "2024-05", "month"),
    ("2024-05-01", "2024-05-01", "day"),
    ("2024-5-1", "2024-05-01", "day"),
    ("20240501", "2024-05-01", "day"),
    ("2024-05-01T06", "2024-05-01T06", "hour"),
    ("2024-05-01T06:12", "2024-05-01T06:12", "minute"),
    ("2024-05-01T06:12:34", "2024-05-01T06:12:34", "second"),
    ("2024-05-01t06:12:34.567", "2024-05-01T06:12:34", "second"),
    ("2024-05-01T06:12:34,567", "2024-05-01T06:12:34", "second"),
    ("2024-05-01 06:12", "2024-05-01T06:12", "minute"),
    ("2024-05-01, 06:12", "2024-05-01T06:12", "minute"),
    ("20240501T061234", "2024-05-01T06:12:34", "second"),
    ("20240501T0612", "2024-05-01T06:12", "minute"),
    ("20240501_061234", "2024-05-01T06:12:34", "second"),
    ("20240501061234", "2024-05-01T06:12:34", "second"),
    ("202405010612", "2024-05-01T06:12", "minute"),
    ("2024-05-01T24:00", "2024-05-02T00:00", "minute"),
    ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", "second"),
    // offsets
    ("2024-05-01T06:12Z", "2024-05-01T06:12Z", "minute"),
    ("2024-05-01T06:12:34+02:00", "2024-05-01T06:12:34+02:00", "second"),
    ("2024-05-01T06:12:34+0200", "2024-05-01T06:12:34+02:00", "second"),
    ("20240501T061234-0330", "2024-05-01T06:12:34-03:30", "second"),
    ("2024-05-01T06:12:34\u{2212}03", "2024-05-01T06:12:34-03:00", "second"),
    ("2024-05-01 06:12:34 +05:45", "2024-05-01T06:12:34+05:45", "second"),
    ("2024-05-01 06:12:34 UTC", "2024-05-01T06:12:34Z", "second"),
    ("2024-05-01T06:12-00:00", "2024-05-01T06:12", "minute"),
    ("2024-05-01 06:12 CEST", "2024-05-01T06:12", "minute"),
    ("2024-05-01T06:12+02:00[Europe/Paris]", "2024-05-01T06:12+02:00", "minute"),
    ("2024-05-01Z", "2024-05-01", "day"),
    ("2024-05-01+02:00", "2024-05-01", "day"),
    // weeks and days of the year
    ("2024-W18-3", "2024-05-01", "day"),
    ("2024W183", "2024-05-01", "day"),
    ("2024-W18-3T06:12", "2024-05-01T06:12", "minute"),
    ("2024-122", "2024-05-01", "day"),
    ("2024122", "2024-05-01", "day"),
    ("2024-122T06:12", "2024-05-01T06:12", "minute"),
    ("2024-W18", "2024-04-29/2024-05-05", "interval"),
    ("2024W18", "2024-04-29/2024-05-05", "interval"),
    ("2024-W18/W19", "2024-04-29/2024-05-12", "interval"),
    // EXIF, and the same with other marks
    ("2024:05:01 06:12:34", "2024-05-01T06:12:34", "second"),
    ("2024:05:01 06:12:34.50+02:00", "2024-05-01T06:12:34+02:00", "second"),
    ("2024:05:01 06:12:  ", "2024-05-01T06:12", "minute"),
    ("2024:05:01   :  :  ", "2024-05-01", "day"),
    ("2024:05:     :  :  ", "2024-05", "month"),
    ("2024:  :     :  :  ", "2024", "year"),
    ("2024:05:00 00:00:00", "2024-05", "month"),
    ("2024:05:01", "2024-05-01", "day"),
    ("2024:05", "2024-05", "month"),
    ("2024/05/01", "2024-05-01", "day"),
    ("2024/05/01 06:12:34", "2024-05-01T06:12:34", "second"),
    ("2024.05.01", "2024-05-01", "day"),
    ("2024/05", "2024-05", "month"),
    // zeros: MySQL, Flickr, IPTC
    ("2019-00-00 00:00:00", "2019", "year"),
    ("2019-05-00 00:00:00", "2019-05", "month"),
    ("20190500", "2019-05", "month"),
    ("20190000", "2019", "year"),
    // EDTF
    ("1998~", "1998~", "circa"),
    ("1998?", "1998~", "circa"),
    ("1998%", "1998~", "circa"),
    ("2004-06~", "2004~", "circa"),
    ("ca. 1998", "1998~", "circa"),
    ("c1998", "1998~", "circa"),
    ("circa 1998", "1998~", "circa"),
    ("199X", "199X", "decade"),
    ("199u", "199X", "decade"),
    ("1990s", "199X", "decade"),
    ("19XX", "19XX", "century"),
    ("2004-XX", "2004", "year"),
    ("2004-XX-XX", "2004", "year"),
    ("2004-06-XX", "2004-06", "month"),
    // intervals
    ("2007-03-01T13:00:00Z/2008-05-11T15:30:00Z", "2007-03-01T13:00:00Z/2008-05-11T15:30:00Z", "interval"),
    ("2007-03-01T13:00Z/2008-05-11T15:30Z", "2007-03-01T13:00Z/2008-05-11T15:30Z", "interval"),
    ("2023-08-13T00:00Z/2023-08-16T00:00Z", "2023-08-13T00:00Z/2023-08-16T00:00Z", "interval"),
    ("2007-11-13/15", "2007-11-13/2007-11-15", "interval"),
    ("2008-02-15/03-14", "2008-02-15/2008-03-14", "interval"),
    ("2006-07/08", "2006-07/2006-08", "interval"),
    ("2006-07/2006-08", "2006-07/2006-08", "interval"),
    ("1914/1918", "1914/1918", "interval"),
    ("1914/18", "1914/1918", "interval"),
    ("2019-05/2020", "2019-05/2020", "interval"),
    ("2019/2020-05", "2019/2020-05", "interval"),
    ("20070301/20080511", "2007-03-01/2008-05-11", "interval"),
    ("20070301/15", "2007-03-01/2007-03-15", "interval"),
    ("20070301/0315", "2007-03-01/2007-03-15", "interval"),
    ("20070301/2008", "2007-03-01/2008", "interval"),
    ("20070301T1300/1530", "2007-03-01T13:00/2007-03-01T15:30", "interval"),
    ("2007-12-14T13:30/15:30", "2007-12-14T13:30/2007-12-14T15:30", "interval"),
    ("2007-12-14T13:30Z/15:30Z", "2007-12-14T13:30Z/2007-12-14T15:30Z", "interval"),
    ("2007-12-14T13:30+02:00/15:30", "2007-12-14T13:30+02:00/2007-12-14T15:30+02:00", "interval"),
    ("2007-12-14T13:30/15:30:20", "2007-12-14T13:30/2007-12-14T15:30:20", "interval"),
    ("2007-11-13T09:00/15T17:00", "2007-11-13T09:00/2007-11-15T17:00", "interval"),
    ("2007-03-01T13:00/2008", "2007-03-01T13:00/2008", "interval"),
    ("2024-121/130", "2024-04-30/2024-05-09", "interval"),
    ("2024-05-01T23:00+10:00/2024-05-01T14:30Z", "2024-05-01T23:00+10:00/2024-05-01T14:30Z", "interval"),
    ("2024:05:01 06:12:00/06:13:00", "2024-05-01T06:12:00/2024-05-01T06:13:00", "interval"),
    ("2007-11-13 - 2007-11-15", "2007-11-13/2007-11-15", "interval"),
    ("2007-11-13 \u{2013} 2007-11-15", "2007-11-13/2007-11-15", "interval"),
    ("2001\u{2013}2003", "2001/2003", "interval"),
    ("2007-11-13--2007-11-15", "2007-11-13/2007-11-15", "interval"),
    ("2007/11/13 to 2007/11/15", "2007-11-13/2007-11-15", "interval"),
    ("1984~/1990", "1984~/1990", "interval"),
    ("2019-05/..", "2019-05/..", "interval"),
    ("2019-05/", "2019-05/..", "interval"),
    ("../1899", "../1899", "interval"),
    // both ends are one day
    ("2024-05-01/2024-05-01", "2024-05-01", "day"),
    // durations
    ("2006-07/P2M", "2006-07/2006-08", "interval"),
    ("2024-05-01/P3D", "2024-05-01/2024-05-03", "interval"),
    ("2024-05-01/P1D", "2024-05-01", "day"),
    ("2024-05-01/P1W", "2024-05-01/2024-05-07", "interval"),
    ("2024-05-01T06:00Z/PT2H30M", "2024-05-01T06:00Z/2024-05-01T08:30Z", "interval"),
    ("P3D/2024-05-03", "2024-05-01/2024-05-03", "interval"),
    ("PT2H/2024-05-01T06:00", "2024-05-01T04:00/2024-05-01T06:00", "interval"),
];

#[test]
fn every_spelling_is_read_as_exactly_as_it_is() {
    for (text, wanted, granularity) in SPELLINGS {
        let taken = Taken::parse(text).unwrap_or_else(|| panic!("{text} is not read"));
        assert_eq!(taken.edtf().as_deref(), Some(*wanted), "{text}");
        assert_eq!(taken.granularity.as_ref().map(OrUnknown::as_str), Some(*granularity), "{text}");
        assert!(!taken.unknown, "{text}");
        let again = Taken::parse(wanted).unwrap_or_else(|| panic!("{wanted} is not read"));
        assert_eq!(again, Taken { time_zone: None, ..taken }, "{text} is read as it is written");
    }
    let zoned = Taken::parse("2024-05-01T06:12+02:00[Europe/Paris]").unwrap();
    assert_eq!(zoned.time_zone.as_deref(), Some("Europe/Paris"));
}

#[test]
fn what_is_no_date_is_none() {
    for text in [
        "",
        " ",
        "-",
        "--",
        "/",
        "../..",
        "yesterday",
        "2024-13",
        "2024-00-13-1",
        "2024-02-30",
        "2023-02-29",
        "2024-366T25",
        "2023-366",
        "2024-W54-1",
        "2024-W18-8",
        "2024-W18-0",
        "24-05-01",
        "05/01/2024",
        "1.5.2024",
        "202405",
        "20241301",
        "2024.5",
        "2024-05:01",
        "2024-05-01T",
        "2024-05-01T25:00",
        "2024-05-01T24:01",
        "2024-05-01T06:60",
        "2024-05-01T06:12:61",
        "2024-05-01T06:12+25:00",
        "2024-05-01T06:12+02:60",
        "2024-05 12:00:00",
        "2000-05 12:00",
        "2024 12:00",
        "2024-05-01T06:12 PM",
        "2009--",
        "09:15",
        "0000-05-01",
        "2007-11-13/12",
        "2007-11-13/2007-11-12",
        "2024-05-01/P0D",
        "2024-05-01/PD",
        "R5/2024-05-01/P1D",
        "2024-05-01/yesterday",
        "2001-21",
        "1900s",
        "45413",
        "c",
        "century",
        "İ1998",
        "２０２４",
        "-0001-11-30 00:00:00",
        "-2024",
        "+2024",
        "2024-05-01T06:12.",
        "2024-05-01T06:12:34.x",
    ] {
        assert_eq!(Taken::parse(text), None, "{text}");
    }
    for text in ["0000:00:00 00:00:00", "0000-00-00", "0000-00-00 00:00:00", "    :  :     :  :  ", "0000", "00000000"]
    {
        assert_eq!(Taken::parse(text), Some(Taken::unknown()), "{text}");
        assert_eq!((edtf(text), Taken::unknown().period()), (None, None));
    }
}

#[test]
fn a_period_is_all_that_a_date_leaves_open() {
    for (text, first, last, day, month, hour) in [
        ("2024-05-01T06:12:34", "2024-05-01T06:12:34", "2024-05-01T06:12:34", true, Some(5), Some(6)),
        ("2024-05-01T06:12", "2024-05-01T06:12:00", "2024-05-01T06:12:59", true, Some(5), Some(6)),
        ("2024-05-01T06", "2024-05-01T06:00:00", "2024-05-01T06:59:59", true, Some(5), Some(6)),
        ("2024-05-01", "2024-05-01T00:00:00", "2024-05-01T23:59:59", true, Some(5), None),
        ("2024-02", "2024-02-01T00:00:00", "2024-02-29T23:59:59", false, Some(2), None),
        ("2024", "2024-01-01T00:00:00", "2024-12-31T23:59:59", false, None, None),
        ("1998~", "1998-01-01T00:00:00", "1998-12-31T23:59:59", false, None, None),
        ("199X", "1990-01-01T00:00:00", "1999-12-31T23:59:59", false, None, None),
        ("99XX", "9900-01-01T00:00:00", "9999-12-31T23:59:59", false, None, None),
        ("2006-07/08", "2006-07-01T00:00:00", "2006-08-31T23:59:59", false, None, None),
        ("2024-05-01/03", "2024-05-01T00:00:00", "2024-05-03T23:59:59", false, Some(5), None),
        ("2024-05-01T06:10/06:40", "2024-05-01T06:10:00", "2024-05-01T06:40:59", true, Some(5), Some(6)),
        ("2024-05-01T06:10/07:40", "2024-05-01T06:10:00", "2024-05-01T07:40:59", true, Some(5), None),
        ("2023-05/2024-05", "2023-05-01T00:00:00", "2024-05-31T23:59:59", false, None, None),
        // By the clock of the start.
        ("2024-05-31T23:00+10:00/2024-05-31T14:30Z", "2024-05-31T23:00:00", "2024-06-01T00:30:59", false, None, None),
    ] {
        let period = Taken::parse(text).unwrap().period().unwrap();
        let found = [period.first, period.last].map(|at| at.to_string());
        assert_eq!(found, [first, last], "{text}");
        assert_eq!((period.day().is_some(), period.month(), period.hour()), (day, month, hour), "{text}");
    }
    let since = Taken::parse("2019-05/..").unwrap().period().unwrap();
    assert_eq!((since.last, since.sorted_at()), (DateTime::MAX, date(2019, 5, 1).at(0, 0, 0, 0)));
    let until = Taken::parse("../1899").unwrap().period().unwrap();
    assert_eq!((until.first, until.sorted_at()), (DateTime::MIN, date(1899, 12, 31).at(23, 59, 59, 0)));
    assert_eq!(Taken { interval: Some(Interval::default()), ..Taken::default() }.period(), None);
}

#[test]
fn a_record_without_a_granularity_has_an_hour_unless_it_is_midnight() {
    let of = |local: &str| Taken { local: local.parse().ok(), ..Taken::default() };
    let at = of("2024-05-01T06:12:34");
    assert_eq!((at.period().unwrap().hour(), at.edtf().as_deref()), (Some(6), Some("2024-05-01T06:12:34")));
    let day = of("2024-05-01T00:00:00");
    assert_eq!((day.period().unwrap().hour(), day.edtf().as_deref()), (None, Some("2024-05-01")));
    let newer = Taken { granularity: Some("geological epoch".into()), ..at };
    assert_eq!((newer.period().unwrap().month(), newer.edtf().as_deref()), (None, Some("2024~")));
}

#[test]
fn a_date_is_said_as_exactly_as_it_is_known() {
    for (text, short, long) in [
        ("2024-05-01T06:12:34+02:00", "1 May 2024", "1 May 2024, 06:12"),
        ("2024-05-01T06", "1 May 2024", "1 May 2024, 6 h"),
        ("2024-05-01", "1 May 2024", "1 May 2024"),
        ("2024-08", "Aug 2024", "August 2024"),
        ("2024", "2024", "2024"),
        ("1998~", "about 1998", "about 1998"),
        ("199X", "1990–1999", "1990–1999"),
        ("19XX", "1900–1999", "1900–1999"),
        ("2006-07/08", "Jul 2006 – Aug 2006", "July 2006 – August 2006"),
        ("2024-05-01T06:10/06:40", "1 May 2024 – 1 May 2024", "1 May 2024, 06:10 – 1 May 2024, 06:40"),
        ("2019/..", "since 2019", "since 2019"),
        ("../1899", "until 1899", "until 1899"),
    ] {
        let taken = Taken::parse(text).unwrap();
        assert_eq!((taken.short().as_deref(), taken.long().as_deref()), (Some(short), Some(long)), "{text}");
    }
    assert_eq!((Taken::unknown().short(), Taken::default().long()), (None, None));
}

#[test]
fn what_is_told_makes_no_date_more_exact() {
    for (text, told, edtf) in [
        ("2019-05-04T13:22:11", Granularity::Month, "2019-05"),
        ("2019-05-04T13:22:11", Granularity::Circa, "2019~"),
        ("2019-05-04T13:22:11", Granularity::Second, "2019-05-04T13:22:11"),
        ("2019-05", Granularity::Second, "2019-05"),
        ("2019-05", Granularity::Year, "2019"),
        ("2019-05-04", Granularity::Interval, "2019-05-04"),
        ("2019-05-04/06", Granularity::Year, "2019-05-04/2019-05-06"),
    ] {
        assert_eq!(Taken::parse(text).unwrap().at_most(told).edtf().as_deref(), Some(edtf), "{text} {told}");
    }
}

#[test]
fn a_record_of_an_older_program_is_written_as_it_was_read() {
    for record in [
        json!({"local": "2019-05-04T13:22:11", "granularity": "second", "unknown": false}),
        json!({"local": "2019-05-01T00:00:00", "granularity": "month", "unknown": false}),
        json!({"local": "2019-05-04T00:00:00", "unknown": false}),
        json!({"local": null, "unknown": true}),
        json!({"local": "2019-05-04T13:22:11", "granularity": "second", "unknown": false, "utc_offset": "+08:00", "time_zone": "Asia/Tokyo"}),
    ] {
        let text = record.to_string();
        let taken: Taken = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&taken).unwrap(), text, "byte for byte");
    }
    let interval = serde_json::to_value(Taken::parse("2006-07/08").unwrap()).unwrap();
    let rest = json!({"start_granularity": "month", "end": "2006-08-01T00:00:00", "end_granularity": "month"});
    let wanted = json!({"local": "2006-07-01T00:00:00", "granularity": "interval", "unknown": false, "interval": rest});
    assert_eq!(interval, wanted);
    assert_eq!(serde_json::from_value::<Taken>(wanted).unwrap().edtf().as_deref(), Some("2006-07/2006-08"));
}

/// Any date in EDTF, by its parts.
fn any_moment() -> impl Strategy<Value = String> {
    let day = (1_i16..=9999, 1_i16..=366, 0_i64..86_400);
    (day, 0_u8..9, -14_i8..=14).prop_map(|((year, day, second), kind, hours)| {
        let local =
            date(year, 1, 1).at(0, 0, 0, 0).saturating_add(i32::from(day).days()).saturating_add(second.seconds());
        let offset = match hours {
            0 => String::new(),
            1 => "Z".to_owned(),
            hours => format!("{}{:02}:{:02}", if hours < 0 { '-' } else { '+' }, hours.abs(), 15 * (second % 4)),
        };
        let form = |form: &str| local.strftime(form).to_string();
        match kind {
            0 => form("%Y-%m-%dT%H:%M:%S") + &offset,
            1 => form("%Y-%m-%dT%H:%M") + &offset,
            2 => form("%Y-%m-%dT%H") + &offset,
            3 => form("%Y-%m-%d"),
            4 => form("%Y-%m"),
            5 => form("%Y"),
            6 => form("%Y~"),
            7 => format!("{:03}X", local.year() / 10),
            _ => format!("{:02}XX", local.year() / 100),
        }
    })
}

/// `000X` and `00XX` hold the year 0, which there is none of.
fn is_date(text: &str) -> bool {
    !text.starts_with("000X") && !text.starts_with("00XX")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_date_is_read_written_and_read_again(text in any_moment().prop_filter("no year 0", |text| is_date(text))) {
        let taken = Taken::parse(&text);
        prop_assert_eq!(taken.as_ref().and_then(Taken::edtf), Some(text));
        let Period { first, last } = taken.unwrap().period().unwrap();
        prop_assert!(first <= last);
    }

    #[test]
    fn an_interval_is_read_written_and_read_again(from in any_moment(), to in any_moment(), open in 0_u8..6) {
        prop_assume!(is_date(&from) && is_date(&to));
        let text = match open {
            0 => format!("{from}/.."),
            1 => format!("../{to}"),
            _ => format!("{from}/{to}"),
        };
        // Otherwise it ends before it starts.
        if let Some(taken) = Taken::parse(&text) {
            let written = taken.edtf().unwrap();
            prop_assert_eq!(Taken::parse(&written), Some(taken.clone()), "{} {}", text, written);
            prop_assert_eq!(Taken::parse(&written).unwrap().edtf(), Some(written));
            let record = serde_json::to_string(&taken).unwrap();
            prop_assert_eq!(serde_json::from_str::<Taken>(&record).unwrap(), taken);
        }
    }

    #[test]
    fn any_text_is_a_date_or_none(text in prop_oneof!["(?s).{0,30}", "[0-9XuWTPZ:./~ +-]{0,24}", "[0-9]{4}[-:/][0-9]{1,2}[-:/][0-9 ]{1,3}[T /][0-9:]{0,8}.{0,6}"]) {
        if let Some(taken) = Taken::parse(&text) {
            let period = taken.period();
            prop_assert_eq!(period.is_none(), taken.unknown, "{:?}", text);
            if let Some(written) = taken.edtf() {
                let again = Taken::parse(&written);
                prop_assert_eq!(again.as_ref().and_then(Taken::period), period, "{:?} {}", text, written);
            }
        }
    }
}
