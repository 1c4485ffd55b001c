//! Parses a row: one pure function from cells to fields.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use serde_json::{Map, Value};
use url::Url;

use crate::photo::{Granularity, Location, OrUnknown, Photo, Score, Taken};
use crate::scorers::vision;
use crate::sources::lenient::Record;
use crate::sources::rows::missing;

/// Google Vision reports no score below this. The Python system then writes 0.49.
const REPORTING_MINIMUM: f64 = 0.5;

/// The score that the Python system writes before it calls Google Vision.
const UNSCORED: f64 = 1.0;

/// The score that it writes when Google Vision did not report the label.
const BELOW: f64 = 0.49;

/// The meaning of a score cell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum ScoreCell {
    /// The cell is missing or empty.
    #[default]
    Absent,
    /// 1.0: written before anything was scored.
    Unscored,
    /// 0.49: below Google Vision's reporting threshold; the exact value is unknown.
    Below,
    /// 0..=1.
    Value(f64),
}

impl ScoreCell {
    fn of(number: f64) -> Option<Self> {
        let is = |other: f64| (number - other).abs() < f64::EPSILON;
        match number {
            _ if is(UNSCORED) => Some(Self::Unscored),
            _ if is(BELOW) => Some(Self::Below),
            _ if (0.0..=1.0).contains(&number) => Some(Self::Value(number)),
            _ => None,
        }
    }

    /// The score, if there is one.
    pub fn score(self) -> Option<Score> {
        match self {
            Self::Absent | Self::Unscored => None,
            Self::Below => Some(Score::below(REPORTING_MINIMUM, super::SCORER, vision::NAME)),
            Self::Value(value) => Some(Score::known(value, super::SCORER, vision::NAME)),
        }
    }

    /// Converts a record's score. A missing score is [`ScoreCell::Absent`].
    pub fn recorded(score: Option<&Score>) -> Self {
        match score.map(|score| (score.value, score.below)) {
            Some((Some(value), _)) => Self::Value(value),
            Some((None, Some(_))) => Self::Below,
            _ => Self::Absent,
        }
    }

    /// The number that the Python system writes for it.
    pub fn number(self) -> f64 {
        match self {
            Self::Absent | Self::Unscored => UNSCORED,
            Self::Below => BELOW,
            Self::Value(value) => value,
        }
    }
}

/// The fields that are parsed from a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParsedRow {
    /// The photo's id at Flickr, from the link.
    pub own: Option<String>,
    /// The search term.
    pub term: String,
    /// The photo's rank in that search, from 1, if the file name contains it.
    pub rank: Option<u64>,
    /// The URL of the image.
    pub link: Option<String>,
    /// As Flickr gave it.
    pub title: String,
    /// As Flickr gave it.
    pub description: String,
    /// Normalised tags.
    pub tags: Vec<String>,
    /// Machine tags.
    pub machine_tags: Vec<String>,
    /// By the camera's clock.
    pub taken: Option<Taken>,
    /// The date is a default date of a camera's clock.
    pub default_clock: bool,
    /// The coordinates; absent for 0,0.
    pub location: Option<Location>,
    /// The coordinates are 0,0.
    pub zero: bool,
    /// Number of views.
    pub views: Option<u64>,
    /// When it was downloaded. The file has no time zone, so the time is read as UTC.
    pub found_at: Option<Timestamp>,
    /// "species prediction score".
    pub species: ScoreCell,
    /// "cage prediction score".
    pub cage: ScoreCell,
    /// Columns whose cells cannot be parsed.
    pub invalid: Vec<&'static str>,
}

impl ParsedRow {
    /// Parses any row; `texts` means that all cells are text. What cannot be parsed is absent and listed in
    /// [`ParsedRow::invalid`].
    pub fn of(row: &Map<String, Value>, texts: bool) -> Self {
        Self::read(row, texts, false)
    }

    /// The same; with `keep_na` words such as `None` are texts.
    pub fn read(row: &Map<String, Value>, texts: bool, keep_na: bool) -> Self {
        let cells = Cells { record: Record(row), texts, keep_na };
        let link = cells.filled("link");
        let term = cells.filled("search term").unwrap_or_default();
        let mut read = Self {
            own: link.as_deref().and_then(photo_id),
            rank: cells.filled("filename").and_then(|name| rank(&name, &term)),
            title: cells.filled("title").unwrap_or_default(),
            description: cells.filled("description").unwrap_or_default(),
            tags: cells.words("tags"),
            machine_tags: cells.words("machine tags"),
            term,
            link,
            ..Self::default()
        };
        read.read_taken(&cells);
        read.read_location(&cells);
        read.views = read.cell(&cells, "views", |cells| cells.record.count("views"));
        read.found_at = read.cell(&cells, "date of download", found_at);
        let score = |column: &'static str| move |cells: &Cells| cells.record.float(column).and_then(ScoreCell::of);
        read.species = read.cell(&cells, SPECIES_COLUMN, score(SPECIES_COLUMN)).unwrap_or_default();
        read.cage = read.cell(&cells, CAGE_COLUMN, score(CAGE_COLUMN)).unwrap_or_default();
        read
    }

    /// Parses a cell. A cell that has a value but cannot be parsed is listed as odd.
    fn cell<T>(&mut self, cells: &Cells, column: &'static str, read: impl Fn(&Cells) -> Option<T>) -> Option<T> {
        cells.filled(column)?;
        let value = read(cells);
        if value.is_none() {
            self.invalid.push(column);
        }
        value
    }

    fn read_taken(&mut self, cells: &Cells) {
        let read = self.cell(cells, "date taken", |cells| {
            Taken::parse(&cells.filled("date taken")?).filter(|taken| taken.interval.is_none())
        });
        self.default_clock = read.as_ref().and_then(|taken| taken.local).is_some_and(is_default_clock);
        self.taken = read.map(|taken| match taken.granularity.as_ref().and_then(OrUnknown::known) {
            _ if self.default_clock => Taken::unknown(),
            // Flickr's granularity is not in the file.
            Some(Granularity::Second) => Taken { granularity: None, ..taken },
            _ => taken,
        });
    }

    fn read_location(&mut self, cells: &Cells) {
        let latitude = self.cell(cells, "latitude", |cells| cells.record.float("latitude"));
        let longitude = self.cell(cells, "longitude", |cells| cells.record.float("longitude"));
        let (Some(latitude), Some(longitude)) = (latitude, longitude) else { return };
        self.zero = latitude == 0.0 && longitude == 0.0;
        self.location = Location::new(latitude, longitude);
        if self.location.is_none() && !self.zero {
            self.invalid.push("latitude");
        }
    }

    /// Writes these fields into a photo's record.
    pub fn fill(&self, photo: &mut Photo) {
        photo.title.clone_from(&self.title);
        photo.description.clone_from(&self.description);
        photo.tags.clone_from(&self.tags);
        photo.machine_tags.clone_from(&self.machine_tags);
        photo.taken.clone_from(&self.taken);
        photo.location.clone_from(&self.location);
        photo.views = self.views;
        photo.image_url.clone_from(&self.link);
        photo.file_name = self.link.as_deref().and_then(last_segment);
    }
}

/// The column of the animal's score.
pub const SPECIES_COLUMN: &str = "species prediction score";

/// The column of the cage's score.
pub const CAGE_COLUMN: &str = "cage prediction score";

/// Columns of numbers and dates.
const TYPED: [&str; 8] = [
    "date of download",
    "time of download",
    "date taken",
    "latitude",
    "longitude",
    "views",
    SPECIES_COLUMN,
    CAGE_COLUMN,
];

/// Whether a cell's text means "not given": any word for it in columns of numbers and dates; elsewhere Python's own
/// words, where all cells are texts. Python writes no other, so that a title "NA" is one.
pub fn says_nothing(column: &str, text: &str, texts: bool) -> bool {
    if TYPED.contains(&column) { missing::is_word(text) } else { texts && missing::is_python_word(text) }
}

/// The cells of a row.
struct Cells<'a> {
    record: Record<'a>,
    texts: bool,
    keep_na: bool,
}

impl Cells<'_> {
    /// A cell that has a value.
    fn filled(&self, column: &str) -> Option<String> {
        let text = self.record.filled(column)?;
        (self.keep_na || !says_nothing(column, text.trim(), self.texts)).then_some(text)
    }

    fn words(&self, column: &str) -> Vec<String> {
        self.filled(column).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    }
}

/// The photo's id: `.../<server>/<id>_<secret>_o.jpg` at one of Flickr's image hosts.
fn photo_id(link: &str) -> Option<String> {
    let url = Url::parse(link).ok()?;
    let host = url.host_str()?;
    let flickr = ["staticflickr.com", "flickr.com"];
    if !flickr.iter().any(|domain| host.strip_suffix(domain).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))) {
        return None;
    }
    let name = url.path_segments()?.next_back()?;
    let (own, _) = name.split_once('_')?;
    (!own.is_empty() && own.len() <= 20 && own.bytes().all(|byte| byte.is_ascii_digit())).then(|| own.to_owned())
}

fn last_segment(link: &str) -> Option<String> {
    let url = Url::parse(link).ok()?;
    let name = url.path_segments()?.next_back()?.to_owned();
    Some(name).filter(|name| !name.is_empty())
}

/// `flickr_monkey_wild-2.jpg` is the third photo of the search "monkey wild".
fn rank(name: &str, term: &str) -> Option<u64> {
    let rest = name.strip_prefix("flickr_")?.strip_prefix(&term.replace(' ', "_"))?.strip_prefix('-')?;
    let digits = rest.split('.').next()?;
    digits.parse::<u64>().ok()?.checked_add(1)
}

/// `08/02/2021` and `10:15:45`.
fn found_at(cells: &Cells) -> Option<Timestamp> {
    let text = cells.filled("date of download")?;
    let day = Date::strptime("%d/%m/%Y", text.trim()).ok()?;
    let clock = cells.filled("time of download").and_then(|text| Time::strptime("%H:%M:%S", text.trim()).ok());
    let local = DateTime::from_parts(day, clock.unwrap_or(Time::midnight()));
    jiff::tz::Offset::UTC.to_timestamp(local).ok()
}

/// Default dates of clocks in cameras and computers. No photo on Flickr was taken on the first two, and the first
/// hour of 2000 is where a camera's clock starts after its battery was empty.
fn is_default_clock(local: DateTime) -> bool {
    match (local.year(), local.month(), local.day()) {
        (1904 | 1970 | 1980, 1, 1) | (1969, 12, 31) => true,
        (1990 | 2000, 1, 1) => local.hour() == 0,
        _ => false,
    }
}
