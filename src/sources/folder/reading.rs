//! Makes a photo from its file name and its metadata row. An invalid cell becomes a warning.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use url::Url;

use super::columns::Column;
use super::table::Row;
use super::warnings::Warnings;
use crate::photo::{Granularity, License, Location, LocationOrigin, PersonalField, Photo, PhotoId, Taken};

/// The photo at `name` inside the folder.
pub fn photo(name: &str, row: Option<&Row>, warnings: &mut Warnings) -> Photo {
    let base = name.rsplit('/').next().unwrap_or(name).to_owned();
    let (id, media) = (PhotoId::new("folder", name), "photo".to_owned());
    let mut photo = Photo { id, media, file_name: Some(base), ..Photo::default() };
    if let Some(row) = row {
        Reading { row, warnings }.fill(&mut photo);
    }
    photo
}

/// The row that is being read.
struct Reading<'a> {
    row: &'a Row,
    warnings: &'a mut Warnings,
}

impl Reading<'_> {
    fn fill(&mut self, photo: &mut Photo) {
        let row = self.row;
        photo.title = row.text(Column::Title).unwrap_or_default();
        photo.description = row.text(Column::Description).unwrap_or_default();
        photo.tags = row.items(Column::Tags);
        photo.machine_tags = row.items(Column::MachineTags);
        photo.attribution = row.text(Column::Attribution);
        photo.changes = row.text(Column::Changes);
        photo.landing_url = self.address(Column::LandingUrl);
        photo.license = self.license();
        photo.taken = self.taken();
        photo.posted_at = self
            .read(Column::PostedAt, "is no moment such as 2026-05-01T12:00:00Z", |text| text.parse::<Timestamp>().ok());
        photo.location = self.location();
        let count = |text: &str| text.parse::<u64>().ok();
        let no_count = "is not a whole number of at least 0";
        photo.views = self.read(Column::Views, no_count, count);
        photo.faves = self.read(Column::Faves, no_count, count);
        photo.comments = self.read(Column::Comments, no_count, count);
        let personal = [
            (Column::OwnerName, PersonalField::OwnerName),
            (Column::Owner, PersonalField::Owner),
            (Column::PathAlias, PersonalField::PathAlias),
        ];
        for (column, field) in personal {
            if let Some(text) = row.text(column) {
                photo.personal.find(field, text);
            }
        }
        photo.personal.find(PersonalField::RawRecord, row.raw.clone());
    }

    fn warn(&mut self, kind: &'static str, column: Column, what: &str) {
        let at = &self.row.at;
        self.warnings.add(kind, || format!("{at}, column {}: {what}", column.as_str()));
    }

    /// Parses a cell with `parse`. A cell that does not parse becomes a warning.
    fn read<T>(&mut self, column: Column, wrong: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.row.text(column)?;
        let read = parse(&text);
        if read.is_none() {
            self.warn(column.as_str(), column, &format!("{} {wrong}", quoted(&text)));
        }
        read
    }

    fn address(&mut self, column: Column) -> Option<String> {
        self.read(column, "is not a web address (https://...)", |text| {
            let url = Url::parse(text).ok()?;
            (matches!(url.scheme(), "http" | "https") && url.has_host()).then(|| text.to_owned())
        })
    }

    fn license(&mut self) -> Option<License> {
        let named = self.row.text(Column::License).map(|text| License::parse(&text, None));
        let (name, url) = (self.row.text(Column::LicenseName), self.address(Column::LicenseUrl));
        let mut license =
            named.or_else(|| name.as_deref().or(url.as_deref()).map(|text| License::parse(text, None)))?;
        license.name = name.unwrap_or(license.name);
        license.url = url.or(license.url);
        Some(license)
    }

    fn location(&mut self) -> Option<Location> {
        let latitude = self.degrees(Column::Latitude, 90.0);
        let longitude = self.degrees(Column::Longitude, 180.0);
        let uncertainty_m = self.read(Column::Uncertainty, "is not a distance in metres of more than 0", metres);
        let origin = self.read(Column::Origin, "is none of source, exif, title", |text| {
            Some(match text.to_lowercase().as_str() {
                "source" => LocationOrigin::Source,
                "exif" => LocationOrigin::Exif,
                "title" => LocationOrigin::Title,
                _ => return None,
            })
        });
        let named = |column| self.row.text(column).is_some();
        let (latitude, longitude) = match (latitude, longitude) {
            (Some(latitude), Some(longitude)) => (latitude, longitude),
            (None, None) if uncertainty_m.is_some() && !named(Column::Latitude) && !named(Column::Longitude) => {
                self.warn("alone", Column::Uncertainty, "there are no coordinates for it");
                return None;
            }
            (None, Some(_)) if !named(Column::Latitude) => {
                self.warn("alone", Column::Latitude, "it is missing, the longitude is given");
                return None;
            }
            (Some(_), None) if !named(Column::Longitude) => {
                self.warn("alone", Column::Longitude, "it is missing, the latitude is given");
                return None;
            }
            _ => return None,
        };
        let Some(location) = Location::new(latitude, longitude) else {
            self.warn("zero", Column::Latitude, "0,0 means that the place is not known; the photo has no location");
            return None;
        };
        Some(Location { uncertainty_m, origin: origin.unwrap_or_default(), ..location })
    }

    fn degrees(&mut self, column: Column, limit: f64) -> Option<f64> {
        let number = self.read(column, "is not a number of degrees such as -12.5", degrees)?;
        if number.abs() <= limit {
            return Some(number);
        }
        let swapped =
            if limit < 100.0 && number.abs() <= 180.0 { " (are latitude and longitude swapped?)" } else { "" };
        self.warn("range", column, &format!("{number} is outside -{limit}..{limit}{swapped}"));
        None
    }

    fn taken(&mut self) -> Option<Taken> {
        let wrong = "is no date such as 2026:05:01 12:00:00, 2026-05-01T12:00:00, 2026-05-01, 2026-05 or 2026";
        let mut taken = self.read(Column::Taken, wrong, taken)?;
        let told = self.read(Column::Granularity, "is none of second, month, year, circa", |text| {
            Some(match text.to_lowercase().as_str() {
                "second" => Granularity::Second,
                "month" => Granularity::Month,
                "year" => Granularity::Year,
                "circa" => Granularity::Circa,
                _ => return None,
            })
        });
        taken.granularity = told.or(taken.granularity);
        Some(taken)
    }
}

/// The text for a warning, if it is short and has no words. Shifted columns may contain a person's name.
fn quoted(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if letters <= 3 && text.chars().count() <= 24 && !text.chars().any(char::is_control) {
        format!("\"{text}\"")
    } else {
        "this".to_owned()
    }
}

/// Decimal degrees; a decimal comma is accepted.
fn degrees(text: &str) -> Option<f64> {
    let comma = text.matches(',').count() == 1 && !text.contains('.');
    let pointed = if comma { text.replace(',', ".") } else { text.to_owned() };
    pointed.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Whole metres, rounded up. Darwin Core does not allow an uncertainty of 0.
fn metres(text: &str) -> Option<u32> {
    let number: f64 = text.parse().ok()?;
    (number > 0.0 && number <= f64::from(u32::MAX)).then(|| number.ceil() as u32)
}

/// EXIF's `2026:05:01 12:00:00`, ISO 8601, or a prefix of them. A time zone is dropped: cameras record none.
/// `0000:00:00 00:00:00` is EXIF's "unknown".
pub fn taken(text: &str) -> Option<Taken> {
    let text = text.trim();
    let (day, time) = text.split_once(['T', 't', ' ']).map_or((text, None), |(day, time)| (day, Some(time.trim())));
    let parts: Vec<&str> = day.split(['-', ':', '/']).collect();
    if parts.len() > 3 || parts.iter().any(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    if day.bytes().all(|byte| matches!(byte, b'0' | b':' | b'-')) {
        return Some(Taken { unknown: true, ..Taken::default() });
    }
    if parts[0].len() != 4 || parts.len() < 3 && time.is_some() {
        return None;
    }
    let number = |nth: usize| parts.get(nth).map_or(Some(1), |part| part.parse::<i8>().ok());
    let date = Date::new(parts[0].parse().ok()?, number(1)?, number(2)?).ok()?;
    let granularity = match (parts.len(), time) {
        (1, _) => Some(Granularity::Year),
        (2, _) => Some(Granularity::Month),
        (_, Some(_)) => Some(Granularity::Second),
        (_, None) => None,
    };
    let time = time.map_or(Some(Time::midnight()), clock)?;
    Some(Taken { local: Some(DateTime::from_parts(date, time)), granularity, ..Taken::default() })
}

/// `12:00`, `12:00:00`, `12:00:00.5+02:00`, `12:00:00Z`.
fn clock(text: &str) -> Option<Time> {
    let end = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let whole = text[..end].split('.').next().unwrap_or_default().trim();
    let parts: Vec<i8> = whole.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts[..] {
        [hour, minute] => Time::new(hour, minute, 0, 0).ok(),
        [hour, minute, second] => Time::new(hour, minute, second, 0).ok(),
        _ => None,
    }
}
