//! The rows of an export: original rows for imported photos, rows made from the records for all others.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::cells::{RecordCells, python_repr};
use super::original_row::{self, OriginalRow};
use super::parsed_row::{CAGE_COLUMN, ParsedRow, SPECIES_COLUMN};
use super::{COLUMNS, PERSONAL, Row};
use crate::photo::{Found, ImageFile, PersonalField, PhotoId, StageName};
use crate::seal::{SealedPhoto, Vault};

/// How rows are made from photos.
pub struct RowSettings {
    /// Decrypts the dataset's records.
    pub vault: Arc<Vault>,
    /// Encrypts the personal cells as the Python system does. Without it they are written in clear.
    pub seal: Option<Arc<Vault>>,
    /// The Python system's key. It decrypts tokens that were imported without their key.
    pub python_key: Option<Arc<Vault>>,
    /// The concept of the column "species prediction score".
    pub species: String,
    /// Whether numeric texts of an imported CSV become numbers.
    pub typed: bool,
}

/// Counts of rows and cells in an export, by origin.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct RowCounts {
    /// Photos written.
    pub photos: u64,
    /// Rows written.
    pub rows: u64,
    /// Of these: rows that were imported.
    pub imported: u64,
    /// Cells of imported rows whose value has changed since the import. They are written as the record has them now.
    pub changed_cells: u64,
    /// Personal cells that were encrypted for this file.
    pub sealed_cells: u64,
    /// Tokens that were never decrypted and are written unchanged.
    pub kept_tokens: u64,
    /// Records that could not be parsed when a source returned them. They get no row.
    pub left_out: u64,
}

/// The rows of a dataset, their images and their counts.
pub struct RowTable {
    /// In the order of the table.
    pub rows: Vec<Row>,
    /// The image of each row's photo, in the same order.
    pub images: Vec<Option<ImageFile>>,
    /// The counts.
    pub counts: RowCounts,
}

/// A row and its position in the table.
struct Placed {
    /// Imported rows come first, by frame and position in the frame, then all others by photo id.
    place: (bool, String, u64, PhotoId),
    row: Row,
    image: Option<ImageFile>,
}

/// Collects the rows of photos. All rows are kept in memory, as in pandas.
pub struct RowCollector {
    settings: RowSettings,
    counts: RowCounts,
    placed: Vec<Placed>,
}

impl RowCollector {
    /// An empty table.
    pub fn new(settings: RowSettings) -> Self {
        Self { settings, counts: RowCounts::default(), placed: Vec::new() }
    }

    /// Adds the rows of a photo; fails if its record cannot be decrypted.
    pub fn add(&mut self, sealed: &SealedPhoto) -> Result<()> {
        let before = self.placed.len();
        self.settings.photo(sealed, &mut self.placed, &mut self.counts)?;
        self.counts.photos += u64::from(self.placed.len() > before);
        Ok(())
    }

    /// The rows in their order, labelled.
    pub fn finish(self) -> RowTable {
        let Self { mut counts, mut placed, .. } = self;
        placed.sort_by(|one, other| one.place.cmp(&other.place));
        let (mut rows, images): (Vec<Row>, Vec<_>) =
            placed.into_iter().map(|placed| (placed.row, placed.image)).unzip();
        label(&mut rows);
        make_names_unique(&mut rows, counts.imported as usize);
        counts.rows = rows.len() as u64;
        RowTable { rows, images, counts }
    }
}

/// Keeps the labels if they are unique. Otherwise numbers all rows again, as pandas does with `ignore_index`.
fn label(rows: &mut [Row]) {
    let fresh = (0u64..).map(|number| number.to_string());
    let taken: HashSet<&String> = rows.iter().map(|row| &row.index).filter(|index| !index.is_empty()).collect();
    let labelled = rows.iter().filter(|row| !row.index.is_empty()).count();
    if taken.len() < labelled {
        rows.iter_mut().zip(fresh).for_each(|(row, label)| row.index = label);
        return;
    }
    let first =
        taken.iter().filter_map(|index| index.parse::<u64>().ok()).max().map_or(0, |last| last.saturating_add(1));
    let fresh = (first..).map(|number| number.to_string());
    rows.iter_mut().filter(|row| row.index.is_empty()).zip(fresh).for_each(|(row, label)| row.index = label);
}

/// Makes a generated file name unique among photos: `flickr_x-0.jpg`, then `flickr_x-0~2.jpg`.
fn make_names_unique(rows: &mut [Row], imported: usize) {
    let name = |row: &Row| row.cells.get("filename").and_then(Value::as_str).unwrap_or_default().to_owned();
    let (came, made) = rows.split_at_mut(imported.min(rows.len()));
    let mut taken: HashSet<String> = came.iter().map(name).collect();
    for row in made {
        let wanted = name(row);
        let (stem, suffix) = wanted.rsplit_once('.').unwrap_or((&wanted, ""));
        let others = (2u64..).map(|nth| format!("{stem}~{nth}.{suffix}"));
        let free = std::iter::once(wanted.clone()).chain(others).find(|name| !taken.contains(name));
        if let Some(free) = free {
            taken.insert(free.clone());
            row.cells.insert("filename".to_owned(), json!(free));
        }
    }
}

impl RowSettings {
    /// The rows of one photo: the imported ones, and one for each search that has found it since.
    fn photo(&self, sealed: &SealedPhoto, placed: &mut Vec<Placed>, counts: &mut RowCounts) -> Result<()> {
        let photo = sealed.photo();
        let personal = self.vault.open(sealed)?;
        let mut record =
            PhotoRows { recorded: RecordCells { photo, species: &self.species }, personal, settings: self, counts };
        let all = record.personal.get(&PersonalField::RawRecord).map(original_row::rows).unwrap_or_default();
        let readings: Vec<ParsedRow> = all.iter().map(OriginalRow::read).collect();
        for original in &all {
            let row = record.imported(original, &all, &readings);
            placed.push(Placed {
                place: (false, original.frame.clone(), original.at, photo.id.clone()),
                row,
                image: photo.file.clone(),
            });
        }
        let unread = photo.fault.as_ref().is_some_and(|fault| fault.stage == StageName::Search);
        if unread && all.is_empty() {
            record.counts.left_out += 1;
            return Ok(());
        }
        let nowhere = Found::default();
        let none = photo.searches.is_empty() && all.is_empty();
        let since = photo.searches.iter().filter(|found| !readings.iter().any(|row| row.term == found.term));
        for (nth, found) in (0..).zip(since.chain(none.then_some(&nowhere))) {
            let row = record.made(found);
            placed.push(Placed { place: (true, String::new(), nth, photo.id.clone()), row, image: photo.file.clone() });
        }
        Ok(())
    }
}

/// One photo being written.
struct PhotoRows<'a, 's> {
    recorded: RecordCells<'a>,
    personal: BTreeMap<PersonalField, Value>,
    settings: &'a RowSettings,
    counts: &'s mut RowCounts,
}

impl PhotoRows<'_, '_> {
    /// An imported row. Cells whose value has changed since are replaced.
    fn imported(&mut self, original: &OriginalRow, rows: &[OriginalRow], readings: &[ParsedRow]) -> Row {
        self.counts.imported += 1;
        let mut row = original.row();
        for (column, cell) in &mut row.cells {
            if PERSONAL.contains(&column.as_str()) {
                *cell = self.personal_cell(column, original, rows);
                continue;
            }
            // Rows of one photo may differ. The record has the value of one of them.
            if !readings.iter().any(|row| self.recorded.equals(column, row)) {
                if let Some(new) = self.recorded.cell(column) {
                    self.counts.changed_cells += 1;
                    *cell = new;
                }
            } else if original.texts && self.settings.typed {
                *cell = typed(column, cell.take());
            }
        }
        row
    }

    /// A row for a photo that Gleaner found.
    fn made(&mut self, found: &Found) -> Row {
        let mut cells = Map::new();
        for column in COLUMNS {
            let cell = match column {
                "filename" => json!(self.recorded.file_name(found)),
                "search term" => json!(found.term),
                _ if PERSONAL.contains(&column) => {
                    let text = self.recorded_personal(column).unwrap_or_default();
                    self.sealed(&text)
                }
                _ => self.recorded.cell(column).unwrap_or_default(),
            };
            cells.insert(column.to_owned(), cell);
        }
        Row { index: String::new(), cells }
    }

    /// An imported personal cell: its text, or the record's newer value. A token that was never decrypted is kept,
    /// unless its key is given.
    fn personal_cell(&mut self, column: &str, at: &OriginalRow, rows: &[OriginalRow]) -> Value {
        let cell = at.row.get(column).cloned().unwrap_or_default();
        let Some(text) = at.clear(column) else { return self.token(cell) };
        let recorded = self.recorded_personal(column).filter(|_| column != "exif data");
        let came = |text: &String| rows.iter().any(|row| row.clear(column).as_ref() == Some(text));
        match recorded.filter(|text| !came(text)) {
            Some(new) => {
                self.counts.changed_cells += 1;
                self.sealed(&new)
            }
            None if self.settings.seal.is_none() => cell,
            None => self.sealed(&text),
        }
    }

    /// A token that was never decrypted.
    fn token(&mut self, cell: Value) -> Value {
        let opened = self
            .settings
            .python_key
            .as_ref()
            .zip(cell.as_str())
            .and_then(|(key, token)| key.open_bytes(token.as_bytes()).ok());
        match opened.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok()) {
            Some(opened) if self.settings.seal.is_none() => json!(opened),
            // A token of the key that is used for all others stays unchanged.
            Some(_) => cell,
            None => {
                self.counts.kept_tokens += 1;
                cell
            }
        }
    }

    /// The record's value for a personal column, as the Python system writes it.
    fn recorded_personal(&self, column: &str) -> Option<String> {
        let field = match column {
            "owner name" => PersonalField::OwnerName,
            "path alias" => PersonalField::PathAlias,
            "owner" => PersonalField::Owner,
            _ => PersonalField::Exif,
        };
        Some(match (self.personal.get(&field)?, field) {
            (Value::Null, PersonalField::Exif) => "{}".to_owned(),
            (Value::Null, _) => String::new(),
            (Value::String(text), _) => text.clone(),
            (other, _) => python_repr(other),
        })
    }

    fn sealed(&mut self, text: &str) -> Value {
        match &self.settings.seal {
            Some(vault) => {
                self.counts.sealed_cells += 1;
                json!(vault.seal_bytes(text.as_bytes()))
            }
            None => json!(text),
        }
    }
}

/// Converts a CSV cell to its value in a frame: numeric text to a number, `None` to null.
fn typed(column: &str, cell: Value) -> Value {
    let Value::String(text) = &cell else { return cell };
    match column {
        "views" => text.parse::<i64>().map_or(cell, Value::from),
        "latitude" | "longitude" | SPECIES_COLUMN | CAGE_COLUMN => {
            text.parse::<f64>().ok().filter(|number| number.is_finite()).map_or(cell, Value::from)
        }
        "description" if text == "None" => Value::Null,
        _ => cell,
    }
}
