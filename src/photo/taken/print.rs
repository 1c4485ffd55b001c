//! Writes dates in ISO 8601 and EDTF.

use jiff::civil::DateTime;

use super::{Granularity, Taken, exactness, period};

/// An end of an interval that is open.
pub(super) const OPEN: &str = "..";

pub(super) fn edtf(taken: &Taken) -> Option<String> {
    if taken.unknown {
        return None;
    }
    let offset = taken.utc_offset.as_deref();
    let Some(interval) = &taken.interval else {
        let local = taken.local?;
        return Some(moment(exactness(local, taken.granularity.as_ref()), local, offset));
    };
    let start = taken.local.map(|at| moment(exactness(at, interval.start_granularity.as_ref()), at, offset));
    let offset = interval.end_utc_offset.as_deref();
    let end = interval.end.map(|at| moment(exactness(at, interval.end_granularity.as_ref()), at, offset));
    if start.is_none() && end.is_none() {
        return None;
    }
    let or_open = |text: Option<String>| text.unwrap_or_else(|| OPEN.to_owned());
    Some(format!("{}/{}", or_open(start), or_open(end)))
}

fn moment(exactness: Granularity, at: DateTime, offset: Option<&str>) -> String {
    let year = period::unit(exactness, at).first.year();
    let form = match exactness {
        Granularity::Second => "%Y-%m-%dT%H:%M:%S",
        Granularity::Minute => "%Y-%m-%dT%H:%M",
        Granularity::Hour => "%Y-%m-%dT%H",
        Granularity::Day => return at.strftime("%Y-%m-%d").to_string(),
        Granularity::Month => return at.strftime("%Y-%m").to_string(),
        Granularity::Year => return at.strftime("%Y").to_string(),
        Granularity::Circa | Granularity::Interval => return at.strftime("%Y~").to_string(),
        Granularity::Decade => return format!("{:03}X", year / 10),
        Granularity::Century => return format!("{:02}XX", year / 100),
    };
    let offset = offset.map(|offset| if offset == "+00:00" { "Z" } else { offset });
    format!("{}{}", at.strftime(form), offset.unwrap_or_default())
}
