//! Makes cells from a photo's record as the Python system would have written them.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::parsed_row::{CAGE_COLUMN, ParsedRow, SPECIES_COLUMN, ScoreCell};
use crate::photo::{Found, Location, Photo};

/// Written where no date is known, because the Python system's page requires one.
const NO_DATE: &str = "1970-01-01 00:00:00";

/// The parts of a photo's record that cells are made from.
pub struct RecordCells<'a> {
    /// The record.
    pub photo: &'a Photo,
    /// The concept of the column "species prediction score".
    pub species: &'a str,
}

impl RecordCells<'_> {
    fn score_cell(&self, column: &str) -> ScoreCell {
        let concept = if column == SPECIES_COLUMN { self.species } else { super::CAGE };
        ScoreCell::recorded(self.photo.scores.get(concept))
    }

    /// Whether a row's value in this column equals the record's. True for columns that the record has no value for.
    pub fn equals(&self, column: &str, row: &ParsedRow) -> bool {
        let photo = self.photo;
        match column {
            "link" => row.link == photo.image_url,
            "title" => row.title == photo.title,
            "description" => row.description == photo.description,
            "date taken" => {
                let local = |taken: Option<&crate::photo::Taken>| taken.and_then(|taken| taken.local);
                local(row.taken.as_ref()) == local(photo.taken.as_ref())
            }
            "latitude" | "longitude" | "country" | "city" => self.same_place(row),
            "machine tags" => row.machine_tags == photo.machine_tags,
            "tags" => row.tags == photo.tags,
            "views" => row.views == photo.views,
            SPECIES_COLUMN => same_score(row.species, self.score_cell(column)),
            CAGE_COLUMN => same_score(row.cage, self.score_cell(column)),
            _ => true,
        }
    }

    fn same_place(&self, row: &ParsedRow) -> bool {
        match (&row.location, &self.photo.location) {
            (None, None) => true,
            (Some(one), Some(other)) => bits(one) == bits(other),
            _ => false,
        }
    }

    /// The cell of a column, made from the record; `None` for a column that does not come from the record.
    pub fn cell(&self, column: &str) -> Option<Value> {
        let photo = self.photo;
        let place = photo.place.as_ref();
        Some(match column {
            "date of download" => json!(self.found_at().map(|at| clock(at, "%d/%m/%Y")).unwrap_or_default()),
            "time of download" => json!(self.found_at().map(|at| clock(at, "%H:%M:%S")).unwrap_or_default()),
            "link" => json!(photo.image_url.as_deref().unwrap_or_default()),
            "title" => json!(photo.title),
            // Python's XML reader has None for an empty element.
            "description" => {
                Some(&photo.description).filter(|text| !text.is_empty()).map_or(Value::Null, |text| json!(text))
            }
            "date taken" => json!(self.taken()),
            "latitude" => json!(photo.location.as_ref().map_or(0.0, |location| location.latitude)),
            "longitude" => json!(photo.location.as_ref().map_or(0.0, |location| location.longitude)),
            "country" => json!(place.and_then(|place| place.country_name.as_deref()).unwrap_or_default()),
            "city" => json!(place.and_then(|place| place.city.as_ref()).map_or("", |city| city.name.as_str())),
            "machine tags" => json!(photo.machine_tags.join(" ")),
            "views" => json!(photo.views.unwrap_or(0)),
            "tags" => json!(photo.tags.join(" ")),
            SPECIES_COLUMN | CAGE_COLUMN => json!(self.score_cell(column).number()),
            _ => return None,
        })
    }

    /// The name that the Python system would have given the image.
    pub fn file_name(&self, found: &Found) -> String {
        let given = self.photo.file_name.as_deref().and_then(|name| name.rsplit_once('.')).map(|(_, suffix)| suffix);
        let stored = self.photo.file.as_ref().map(|file| file.format.extension());
        let suffix = stored.or(given).unwrap_or("jpg");
        // Search terms may contain characters that are not allowed in file names.
        let term: String =
            found.term.chars().map(|c| if c.is_control() || "/\\ :".contains(c) { '_' } else { c }).collect();
        format!("flickr_{term}-{}.{suffix}", found.rank.saturating_sub(1))
    }

    fn found_at(&self) -> Option<Timestamp> {
        self.photo.found_at.or(self.photo.file.as_ref().map(|file| file.downloaded_at))
    }

    /// Flickr gives the upload date where the date taken is unknown.
    fn taken(&self) -> String {
        let local = self.photo.taken.as_ref().and_then(|taken| taken.local);
        let moment = self.photo.posted_at.or(self.found_at()).map(civil);
        local.or(moment).map_or(NO_DATE.to_owned(), |local| local.strftime("%Y-%m-%d %H:%M:%S").to_string())
    }
}

fn bits(location: &Location) -> [u64; 2] {
    [location.latitude.to_bits(), location.longitude.to_bits()]
}

fn same_score(row: ScoreCell, recorded: ScoreCell) -> bool {
    // A record has no score where the row had a pseudo-score.
    row == recorded || recorded == ScoreCell::Absent
}

fn civil(at: Timestamp) -> DateTime {
    jiff::tz::Offset::UTC.to_datetime(at)
}

fn clock(at: Timestamp, format: &str) -> String {
    civil(at).strftime(format).to_string()
}

/// A cell as text in a CSV: Python's `str()` of it.
pub fn python_text(cell: &Value) -> String {
    match cell {
        Value::String(text) => text.clone(),
        other => python_repr(other),
    }
}

/// A value as Python's `repr()` writes it.
pub fn python_repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(list) => format!("[{}]", list.iter().map(python_repr).collect::<Vec<_>>().join(", ")),
        Value::Object(object) => python_dict(object),
    }
}

fn python_dict(object: &Map<String, Value>) -> String {
    let items = object.iter().map(|(key, value)| format!("{}: {}", quoted(key), python_repr(value)));
    format!("{{{}}}", items.collect::<Vec<_>>().join(", "))
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            '\\' => out += "\\\\",
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => drop(write!(out, "\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
