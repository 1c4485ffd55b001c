//! When a photo was taken, from the cells of its row.

use super::columns::Column;
use super::reading::{Reading, quoted};
use crate::photo::{Granularity, NotListed, Taken};
use crate::sources::rows::dates::NoDate;

impl Reading<'_> {
    /// The date, from the first of these that says one: the text of an export, the date, start and end of an event, year,
    /// month and day in columns of their own.
    pub(super) fn taken(&mut self) -> Option<Taken> {
        let mut taken = match self.date(Column::Edtf) {
            Some(taken) => taken,
            None => self.dated().or_else(|| self.event()).or_else(|| self.year_month_day())?,
        };
        if is_moment(&taken) && taken.utc_offset.is_none() {
            let wrong = "is no offset from UTC such as +02:00";
            taken.utc_offset = self.read(Column::UtcOffset, wrong, |text| at_midnight(text)?.utc_offset);
        }
        taken.time_zone = taken.time_zone.or_else(|| self.row.text(Column::TimeZone));
        Some(taken)
    }

    fn date(&mut self, column: Column) -> Option<Taken> {
        let text = self.row.text(column)?;
        let told = match self.rules.dates.read(&text) {
            Ok(taken) => return Some(taken),
            Err(told) => told,
        };
        let text = quoted(&text);
        match told {
            NoDate::None => {
                let such =
                    "2026-05-01T12:00:00, 2026:05:01 12:00:00, 2026-05-01, 2026-05, 2026 or 2026-05-01/2026-05-03";
                self.warn(column.as_str(), column, &format!("{text} is no date such as {such}"));
            }
            NoDate::DayNumber => {
                let advice = "is the number of a day in a spreadsheet; give the column the format of a date";
                self.warn(column.as_str(), column, &format!("{text} {advice}"));
            }
            NoDate::Either(one, other) => {
                let at = &self.row.at;
                self.warnings.ask(column.as_str(), || {
                    let [one, other] = [one, other].map(|date| date.strftime("%-d %B %Y").to_string());
                    format!(
                        "{at}, column {}: is {text} the {one} or the {other}? It is not used; \
                        say --date-order day-first or --date-order month-first",
                        column.as_str()
                    )
                });
            }
        }
        None
    }

    /// The date with the time and the granularity of other columns. They make no date more exact than it is.
    fn dated(&mut self) -> Option<Taken> {
        let taken = self.date(Column::Taken)?;
        let is_day = taken.granularity.as_ref().is_some_and(|stated| *stated == Granularity::Day);
        let timed = if is_day { self.timed(&taken) } else { None };
        let wrong = NotListed(Granularity::NAMES).to_string();
        let told: Option<Granularity> = self.read(Column::Granularity, &wrong, |text| text.to_lowercase().parse().ok());
        let taken = timed.unwrap_or(taken);
        Some(match told {
            Some(told) => taken.at_most(told),
            None => taken,
        })
    }

    /// A day with the time of Darwin Core's `eventTime`.
    fn timed(&mut self, day: &Taken) -> Option<Taken> {
        let day = day.edtf()?;
        self.read(Column::EventTime, "is no time such as 06:12:00 or 06:12/07:30", |text| {
            Taken::parse(&format!("{day}T{text}"))
        })
    }

    /// Camtrap DP's `eventStart` and `eventEnd`.
    fn event(&mut self) -> Option<Taken> {
        let start = self.date(Column::EventStart);
        let end = self.date(Column::EventEnd);
        match (start, end) {
            (Some(start), Some(end)) => {
                let interval = Taken::parse(&format!("{}/{}", start.edtf()?, end.edtf()?));
                if interval.is_none() {
                    self.warn("event", Column::EventEnd, "the event ends before it starts");
                }
                interval
            }
            (Some(date), None) | (None, Some(date)) => Some(date),
            (None, None) => None,
        }
    }

    /// Darwin Core's `year`, `month` and `day`.
    fn year_month_day(&mut self) -> Option<Taken> {
        let part = |column| {
            let text = self.row.text(column)?;
            let whole = text.strip_suffix(".0").unwrap_or(&text);
            whole.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("{whole:0>2}"))
        };
        let (year, month, day) = (part(Column::Year)?, part(Column::Month), part(Column::Day));
        let parts = [Some(year), month.clone(), month.and(day)];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join("-");
        let taken = Taken::parse(&text);
        if taken.is_none() {
            self.warn("year", Column::Year, &format!("{} is no date", quoted(&text)));
        }
        taken
    }
}

fn is_moment(taken: &Taken) -> bool {
    let has_time = |granularity: &Granularity| taken.granularity.as_ref().is_some_and(|stated| stated == granularity);
    [Granularity::Second, Granularity::Minute, Granularity::Hour].iter().any(has_time)
}

fn at_midnight(offset: &str) -> Option<Taken> {
    Taken::parse(&format!("2000-01-01T00:00{}", offset.trim()))
}
