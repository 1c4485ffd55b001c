//! Turns the rows of a frame into photos. All rows about one photo become one photo.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::Value;

use super::original_row::{self, OriginalRow};
use super::parsed_row::{ParsedRow, ScoreCell, says_nothing};
use super::{CAGE, DataFrame, SCORER};
use crate::hash::sha256_hex;
use crate::photo::{Fault, Found, Media, PersonalField, Photo, PhotoId, Score, ScoreKey, SourceField, StageName};
use crate::sources::flickr;

/// The photos of a frame, and what was recognised in its rows.
pub struct ImportedPhotos {
    /// In the order of their first rows.
    pub photos: Vec<Photo>,
    /// The names of the files that rows give for a photo.
    pub files: BTreeMap<PhotoId, Vec<String>>,
    /// What was found.
    pub counts: ImportCounts,
}

/// What was recognised in the rows of a frame, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportCounts {
    /// Rows in the frame.
    pub rows: u64,
    /// Photos that they are about.
    pub photos: u64,
    /// Photos with more than one row: found by several searches.
    pub double_links: u64,
    /// Rows with the coordinates 0,0, which mean "not known".
    pub zero_coordinates: u64,
    /// Score cells of 1.0: written before anything was scored.
    pub unscored: u64,
    /// Score cells of 0.49: below Google Vision's reporting threshold.
    pub below_floor: u64,
    /// Rows whose date is the default date of a camera's clock.
    pub default_clock: u64,
    /// Rows that cannot be parsed. They are kept and marked with a fault.
    pub not_understood: u64,
    /// Column -> number of cells with a word for "not given", such as `None`.
    pub not_given: BTreeMap<String, u64>,
    /// Column -> number of cells that cannot be parsed. They are kept, and the rest of their row is used.
    pub odd_cells: BTreeMap<&'static str, u64>,
}

impl ImportCounts {
    fn count(&mut self, read: &ParsedRow) {
        self.zero_coordinates += u64::from(read.zero);
        self.default_clock += u64::from(read.default_clock);
        self.not_understood += u64::from(read.own.is_none());
        for score in [read.species, read.cage] {
            self.unscored += u64::from(score == ScoreCell::Unscored);
            self.below_floor += u64::from(score == ScoreCell::Below);
        }
        for column in &read.invalid {
            *self.odd_cells.entry(column).or_default() += 1;
        }
    }

    fn count_not_given(&mut self, original: &OriginalRow) {
        let is_word = |(column, cell): &(&String, &Value)| {
            !original.keep_na && cell.as_str().is_some_and(|text| says_nothing(column, text.trim(), original.texts))
        };
        for (column, _) in original.row.iter().filter(is_word) {
            *self.not_given.entry(column.clone()).or_default() += 1;
        }
    }
}

/// What rows of the Python system never say.
const UNASKED: [SourceField; 11] = [
    SourceField::Kind,
    SourceField::Sizes,
    SourceField::Faves,
    SourceField::Comments,
    SourceField::License,
    SourceField::Attribution,
    SourceField::Changes,
    SourceField::PostedAt,
    SourceField::UpdatedAt,
    SourceField::Taxon,
    SourceField::Observation,
];

/// The fields that come from columns, which a CSV may lack.
const ASKED: [(&str, SourceField); 8] = [
    ("title", SourceField::Title),
    ("description", SourceField::Description),
    ("tags", SourceField::Tags),
    ("machine tags", SourceField::MachineTags),
    ("date taken", SourceField::Taken),
    ("views", SourceField::Views),
    ("latitude", SourceField::Location),
    ("longitude", SourceField::Location),
];

/// Reads all rows of a frame. `species` is the concept of the column "species prediction score".
pub fn import_rows(frame: DataFrame, species: &str) -> ImportedPhotos {
    let mut counts = ImportCounts { rows: frame.rows.len() as u64, ..ImportCounts::default() };
    let mut order: Vec<PhotoId> = Vec::new();
    let mut about: HashMap<PhotoId, Vec<(OriginalRow, ParsedRow)>> = HashMap::new();
    let mut seen: HashMap<[String; 3], u64> = HashMap::new();
    for (at, row) in (0..).zip(frame.rows) {
        let again = seen.entry(OriginalRow::identity(&row.cells)).or_default();
        let nth = *again;
        *again += 1;
        let (texts, keep_na) = (frame.texts, frame.keep_na);
        let original =
            OriginalRow { frame: frame.name.clone(), at, nth, index: row.index, texts, keep_na, row: row.cells };
        let read = original.read();
        counts.count(&read);
        counts.count_not_given(&original);
        let id = id(&original, &read);
        about
            .entry(id.clone())
            .or_insert_with(|| {
                order.push(id);
                Vec::new()
            })
            .push((original, read));
    }
    let mut parsed = ImportedPhotos { photos: Vec::with_capacity(order.len()), files: BTreeMap::new(), counts };
    for id in order {
        let rows = about.remove(&id).unwrap_or_default();
        parsed.counts.double_links += u64::from(rows.len() > 1);
        let names = rows.iter().filter_map(|(original, _)| Some(original.row.get("filename")?.as_str()?.to_owned()));
        parsed.files.insert(id.clone(), names.collect());
        parsed.photos.push(photo(id, rows, species));
    }
    parsed.counts.photos = parsed.photos.len() as u64;
    parsed
}

/// Flickr's id, or an id derived from the row's key.
fn id(original: &OriginalRow, read: &ParsedRow) -> PhotoId {
    match &read.own {
        Some(own) => PhotoId::new(flickr::ABOUT.name, own),
        None => {
            let digest = sha256_hex(Value::from(OriginalRow::identity(&original.row).to_vec()).to_string().as_bytes());
            PhotoId::new(SCORER, &format!("unreadable-{}", &digest[..16]))
        }
    }
}

/// Makes a photo from all its rows. Where they differ, the last one is used.
fn photo(id: PhotoId, rows: Vec<(OriginalRow, ParsedRow)>, species: &str) -> Photo {
    let mut photo = Photo { id, ..Photo::default() };
    for (original, read) in &rows {
        read.fill(&mut photo);
        photo.found_at = photo.found_at.into_iter().chain(read.found_at).min();
        if !read.term.is_empty() {
            photo.found_by(Found {
                term: read.term.clone(),
                rank: read.rank.unwrap_or(original.at + 1),
                ..Found::default()
            });
        }
        for (concept, score) in [(species, read.species), (CAGE, read.cage)] {
            photo.scores.extend(score.score().map(|score| (ScoreKey::by(concept, SCORER), score)));
        }
        personal(&mut photo, original);
    }
    let absent = |column: &str| rows.iter().all(|(original, _)| !original.row.contains_key(column));
    photo.unasked.extend(UNASKED);
    photo.unasked.extend(ASKED.into_iter().filter(|(column, _)| absent(column)).map(|(_, field)| field));
    if photo.id.source() == flickr::ABOUT.name {
        photo.media = Media::Photo.into();
        photo.landing_url = Some(flickr::landing_url(photo.id.own()));
    } else {
        let why = "the row cannot be understood: its link is not the address of an image at Flickr";
        photo.fault = Some(Fault::rejected(StageName::Search, why));
    }
    let rows: Vec<OriginalRow> = rows.into_iter().map(|(original, _)| original).collect();
    photo.personal.find(PersonalField::RawRecord, original_row::record(&rows));
    photo
}

/// The owner's fields that are no longer tokens. Empty cells are left out.
fn personal(photo: &mut Photo, original: &OriginalRow) {
    let fields = [
        ("owner name", PersonalField::OwnerName),
        ("path alias", PersonalField::PathAlias),
        ("owner", PersonalField::Owner),
    ];
    for (column, field) in fields {
        if let Some(text) = original.clear(column) {
            photo.personal.find(field, Some(text).filter(|text| !text.is_empty()));
        }
    }
}

/// Whether a record has values that no row of the Python system has: a later search of Gleaner found the photo too.
pub fn has_search_record(known: &Photo) -> bool {
    known.posted_at.is_some() || known.license.is_some() || !known.sizes.is_empty()
}

/// Adds values of rows to the record of a photo that Gleaner has found itself. Only scores are replaced.
pub fn add_rows(known: &mut Photo, rows: Photo) {
    for found in rows.searches {
        known.found_by(found);
    }
    known.scores.extend(rows.scores);
    known.location = known.location.take().or(rows.location);
    if known.image_url.is_none() {
        (known.image_url, known.file_name) = (rows.image_url, rows.file_name);
    }
    if let Some(record) = rows.personal.clear(PersonalField::RawRecord) {
        known.personal.find(PersonalField::RawRecord, record.clone());
    }
}

/// Fills fields that neither the photo nor the store has a value for with values from the rows: metadata from
/// the file, and the default scores. Call it after the photo was merged with the stored one.
pub fn fill_missing(photo: &mut Photo, species: &str) {
    for concept in [species, CAGE] {
        let own: Option<Score> = photo.scores.get(&ScoreKey::by(concept, SCORER)).cloned();
        if let Some(score) = own.filter(|_| !photo.scores.contains_key(concept)) {
            photo.scores.insert(ScoreKey::main(concept), score);
        }
    }
    if photo.personal.finding(PersonalField::Exif).is_some() {
        return;
    }
    let rows = photo.personal.clear(PersonalField::RawRecord).map(original_row::rows).unwrap_or_default();
    let exif = rows.iter().rev().find_map(|original| original.clear("exif data").filter(|text| !text.is_empty()));
    if let Some(text) = exif {
        photo.personal.find(PersonalField::Exif, serde_json::json!({ "exif data": text }));
    }
}
