//! Where a photo was taken, from the cells of its row: decimal degrees, or degrees, minutes and seconds as exiftool
//! prints them.

use super::columns::Column;
use super::reading::Reading;
use crate::photo::{Location, LocationOrigin, NotListed};
use crate::sources::rows::numbers::{NotRead, Numbers};

impl Reading<'_> {
    /// The location; what is wrong with it becomes a warning. `verbatim` gets coordinates that cannot be a place.
    pub(super) fn location(&mut self, verbatim: &mut Option<String>) -> Option<Location> {
        let latitude = self.degrees(Column::Latitude, Column::LatitudeRef);
        let longitude = self.degrees(Column::Longitude, Column::LongitudeRef);
        let position = match (latitude, longitude) {
            (None, None) => self.position(),
            _ => None,
        };
        let (latitude, longitude) = position.map_or((latitude, longitude), |(one, two)| (Some(one), Some(two)));
        let uncertainty_m = self.uncertainty();
        let wrong = NotListed(LocationOrigin::NAMES).to_string();
        let origin: Option<LocationOrigin> = self.read(Column::Origin, &wrong, |text| text.to_lowercase().parse().ok());
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
            *verbatim = Location::verbatim(latitude, longitude);
            self.warn("zero", Column::Latitude, "0,0 means that the place is not known; the photo has no location");
            return None;
        };
        Some(Location { uncertainty_m, origin: origin.unwrap_or_default().into(), ..location })
    }

    /// Degrees of one coordinate. `hemisphere` is the column of exiftool's `South` or `S`.
    fn degrees(&mut self, column: Column, hemisphere: Column) -> Option<f64> {
        let limit = column.limit().unwrap_or(180.0);
        let number = self.number(column, "is not a number of degrees such as -12.5", |text, numbers| {
            degrees(text, limit, numbers)
        })?;
        let south_or_west = self.row.text(hemisphere).is_some_and(|text| text.starts_with(['S', 's', 'W', 'w']));
        let number = if south_or_west { -number.abs() } else { number };
        if number.abs() <= limit {
            return Some(number);
        }
        let swapped =
            if limit < 100.0 && number.abs() <= 180.0 { " (are latitude and longitude swapped?)" } else { "" };
        self.warn("range", column, &format!("{number} is outside -{limit}..{limit}{swapped}"));
        None
    }

    /// Both coordinates in one cell.
    fn position(&mut self) -> Option<(f64, f64)> {
        let text = self.row.text(Column::Position)?;
        let numbers = &self.rules.numbers;
        let read = pair(&text).and_then(|(latitude, longitude)| {
            let latitude = degrees(latitude, 90.0, numbers).ok().filter(|number| number.abs() <= 90.0)?;
            Some((latitude, degrees(longitude, 180.0, numbers).ok().filter(|number| number.abs() <= 180.0)?))
        });
        if read.is_none() {
            self.warn("position", Column::Position, "this is not a latitude and a longitude such as 47.5, 8.25");
        }
        read
    }

    /// Whole metres, rounded up. Darwin Core does not allow an uncertainty of 0.
    fn uncertainty(&mut self) -> Option<u32> {
        let wrong = "is not a distance in metres of more than 0";
        let metres = self.number(Column::Uncertainty, wrong, |text, numbers| {
            let (text, factor) = match text.strip_suffix('m').map(str::trim_end) {
                Some(text) => text.strip_suffix('k').map_or((text, 1.0), |text| (text.trim_end(), 1000.0)),
                None => (text, 1.0),
            };
            Ok(numbers.read(text, f64::from(u32::MAX))? * factor)
        })?;
        if metres > 0.0 && metres <= f64::from(u32::MAX) {
            return Some(metres.ceil() as u32);
        }
        self.warn("uncertainty_m", Column::Uncertainty, &format!("\"{metres}\" {wrong}"));
        None
    }
}

/// Decimal degrees, or degrees, minutes and seconds with a hemisphere: `47 deg 30' 0.00" N`, `47°30′S`.
fn degrees(text: &str, limit: f64, numbers: &Numbers) -> Result<f64, NotRead> {
    let lower = text.to_lowercase().replace("deg", "\u{b0}");
    let sides = [
        ("north", 1.0),
        ("south", -1.0),
        ("east", 1.0),
        ("west", -1.0),
        ("n", 1.0),
        ("s", -1.0),
        ("e", 1.0),
        ("w", -1.0),
    ];
    let strip = |(word, sign): (&str, f64)| {
        let rest = lower.strip_suffix(word).or_else(|| lower.strip_prefix(word))?;
        Some((rest.trim().to_owned(), sign))
    };
    let (rest, sign) =
        sides.into_iter().find_map(strip).map_or((lower.trim().to_owned(), None), |(rest, sign)| (rest, Some(sign)));
    let marks = ['\u{b0}', '\u{ba}', '\'', '\u{2032}', '\u{2019}', '"', '\u{2033}', '\u{201d}'];
    let number = if rest.contains(marks) {
        sexagesimal(&rest, &marks).ok_or(NotRead::None)?
    } else {
        numbers.read(&rest, limit)?
    };
    Ok(sign.map_or(number, |sign| sign * number.abs()))
}

/// Up to three numbers, each with its mark.
fn sexagesimal(text: &str, marks: &[char]) -> Option<f64> {
    let parts: Vec<&str> = text.split(marks).map(str::trim).filter(|part| !part.is_empty()).collect();
    let read = |part: &&str| part.replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
    let parts: Vec<f64> = parts.iter().map(read).collect::<Option<_>>()?;
    let (first, rest) = parts.split_first()?;
    if rest.len() > 2 || rest.iter().any(|part| !(0.0..=60.0).contains(part)) {
        return None;
    }
    let size = first.abs() + rest.first().unwrap_or(&0.0) / 60.0 + rest.get(1).unwrap_or(&0.0) / 3600.0;
    Some(if text.starts_with('-') { -size } else { size })
}

/// The two coordinates of `47.5, 8.25`, `47.5 8.25`, `47,5; 8,25` or `47 deg 30' N, 8 deg 15' E`.
fn pair(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let after_side = || {
        let end = text.find(['N', 'S'])? + 1;
        (end > 1 && end < text.len()).then(|| (&text[..end], text[end..].trim_start_matches([',', ';', ' '])))
    };
    let comma = || (text.matches(',').count() == 1).then(|| text.split_once(',')).flatten();
    let words = || {
        let mut words = text.split_whitespace();
        let pair = (words.next()?, words.next()?);
        words.next().is_none().then_some(pair)
    };
    let parts = text.split_once(';').or_else(after_side).or_else(|| text.split_once(", "));
    let parts = parts.or_else(words).or_else(comma)?;
    Some((parts.0.trim(), parts.1.trim()))
}
