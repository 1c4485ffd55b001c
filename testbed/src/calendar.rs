//! Civil dates without a zone: `YYYY-MM-DD HH:MM:SS` to and from seconds since 1970.

/// Seconds in a day.
const DAY: i64 = 86_400;

/// Days since 1970-01-01 (Howard Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y - era * 400;
    let doy = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// Writes seconds since 1970 as `YYYY-MM-DD HH:MM:SS`.
pub fn written(seconds: i64) -> String {
    let (z, rest) = (seconds.div_euclid(DAY) + 719_468, seconds.rem_euclid(DAY));
    let era = z.div_euclid(146_097);
    let doe = z - era * 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60)
}

/// Reads `YYYY-MM-DD[ HH:MM:SS]` or plain unix seconds; `None` for anything else, also for month or day 0.
pub fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(seconds);
    }
    let parts: Vec<i64> = text
        .split(['-', ' ', ':', 'T'])
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()
        .filter(|p: &Vec<i64>| p.len() >= 3)?;
    let at = |i: usize| parts.get(i).copied().unwrap_or(0);
    let sound = (1..=12).contains(&at(1)) && (1..=31).contains(&at(2));
    sound.then(|| days(at(0), at(1), at(2)) * DAY + at(3) * 3600 + at(4) * 60 + at(5))
}

#[cfg(test)]
mod tests {
    use super::{read, written};

    #[test]
    fn dates_survive_the_round_trip() {
        for seconds in [0, 951_782_399, 951_782_400, 1_700_000_000, -86_401] {
            assert_eq!(read(&written(seconds)), Some(seconds), "{}", written(seconds));
        }
        assert_eq!(written(1_700_000_000), "2023-11-14 22:13:20");
        assert_eq!(read("0000-00-00 00:00:00"), None);
    }
}
