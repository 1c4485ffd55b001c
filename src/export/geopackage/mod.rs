//! GeoPackage 1.4: a SQLite database with one point per photo and the columns of the CSV (<https://www.geopackage.org>).
//!
//! The database is a temporary file until the last photo is in it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};

use anyhow::{Context, Result};
use jiff::Timestamp;
use rayon::prelude::*;
use rusqlite::types::Value as Stored;
use rusqlite::{Connection, params, params_from_iter};
use serde_json::Map;
use tempfile::NamedTempFile;

use super::cells::{Cell, CellTree};
use super::columns::{self, ScoreColumn, TypedColumn, check_scores, scores};
use super::record::{changed_at, write_public};
use super::wkb::{self, Extent};
use super::{ExportFormat, ExportSummary, Exporter, KeyUse, SHARE, Target};
use crate::photo::Location;
use crate::photo::fields::ColumnType;
use crate::store::{Store, StoredRecord};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    name: "geopackage",
    aliases: &["gpkg"],
    label: "GeoPackage",
    description: "Points with typed columns in one file, for QGIS, ArcGIS and R",
    suffix: "gpkg",
    media_type: "application/geopackage+sqlite3",
    targets: &[Target::Stream],
    key: KeyUse::Never,
    options: &[],
    open: |_| Ok(Box::new(GeoPackage::default())),
};

/// Bytes of the finished file that are passed on at a time.
const PIECE: u64 = 1 << 20;

#[derive(Default)]
struct GeoPackage {
    scores: BTreeSet<ScoreColumn>,
    columns: Vec<TypedColumn>,
    /// Where the columns' values are in a record.
    tree: CellTree,
    insert: String,
    /// From `begin` until the last photo.
    database: Option<Connection>,
    /// The file of the database; it is removed when this is dropped.
    file: Option<NamedTempFile>,
    /// The finished file, as far as it is not yet passed on.
    finished: Option<File>,
    extent: Extent,
    changed_at: Option<Timestamp>,
    placed: u64,
}

impl Exporter for GeoPackage {
    fn begin(&mut self, store: &dyn Store, _out: &mut dyn Write) -> Result<()> {
        self.scores = scores(store)?;
        self.columns = columns::typed(&self.scores);
        self.tree = columns::tree(&self.columns);
        let file = NamedTempFile::with_suffix(".gpkg").context("could not make a temporary file")?;
        let database = Connection::open(file.path())?;
        // A file that is lost in a crash is of no use: no journal, no waiting for the disk.
        database.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;")?;
        database.execute_batch(include_str!("tables.sql"))?;
        database.execute_batch(&create(&self.columns))?;
        describe(&database, &self.columns)?;
        let places = vec!["?"; self.columns.len() + 1].join(", ");
        self.insert = format!("INSERT INTO photos VALUES (NULL, {places})");
        (self.database, self.file) = (Some(database), Some(file));
        Ok(())
    }

    fn write(&mut self, records: &[&StoredRecord], _out: &mut dyn Write) -> Result<()> {
        let (columns, tree, scores) = (&self.columns, &self.tree, &self.scores);
        let row = |record: &&StoredRecord| {
            let (photo, mut written) = (record.outline()?, Vec::new());
            check_scores(photo, scores)?;
            write_public(record, &mut written)?;
            let point = photo.location.as_ref().map_or(Stored::Null, |at| Stored::Blob(geometry(at)));
            let cells = tree.cells(std::str::from_utf8(&written)?);
            let cells = columns.iter().zip(&cells).map(|(column, cell)| stored(column, cell));
            Ok(std::iter::once(point).chain(cells).collect::<Vec<Stored>>())
        };
        let rows = records.par_iter().with_min_len(SHARE).map(row).collect::<Result<Vec<_>>>()?;
        let database = self.database.as_ref().context("the export has ended")?;
        let mut insert = database.prepare_cached(&self.insert)?;
        let mut index = database.prepare_cached("INSERT INTO rtree_photos_geom VALUES (?1, ?2, ?2, ?3, ?3)")?;
        for (row, record) in rows.into_iter().zip(records) {
            let photo = record.outline()?;
            insert.execute(params_from_iter(row))?;
            self.changed_at = self.changed_at.max(changed_at(photo));
            if let Some(at) = &photo.location {
                index.execute(params![database.last_insert_rowid(), at.longitude, at.latitude])?;
                self.extent.add(at);
                self.placed += 1;
            }
        }
        Ok(())
    }

    fn drain(&mut self, out: &mut dyn Write) -> Result<bool> {
        if let Some(database) = self.database.take() {
            self.finish(database)?;
        }
        let file = self.finished.as_mut().context("the export has ended")?;
        Ok(io::copy(&mut file.take(PIECE), out)? > 0)
    }

    fn end(&mut self, _out: &mut dyn Write) -> Result<ExportSummary> {
        Ok(ExportSummary {
            columns: self.columns.iter().map(|column| column.name.clone()).collect(),
            privacy: Some("no personal fields".to_owned()),
            counts: Map::from_iter([("with_coordinates".to_owned(), self.placed.into())]),
            ..ExportSummary::default()
        })
    }
}

impl GeoPackage {
    /// Completes the database, and opens its file to be passed on.
    fn finish(&mut self, database: Connection) -> Result<()> {
        if let Some([west, south, east, north]) = self.extent.get() {
            let bounds = "UPDATE gpkg_contents SET min_x = ?1, min_y = ?2, max_x = ?3, max_y = ?4";
            database.execute(bounds, params![west, south, east, north])?;
        }
        let changed_at = self.changed_at.unwrap_or_default().to_string();
        database.execute("UPDATE gpkg_contents SET last_change = ?1", params![utc(&changed_at)])?;
        database.execute_batch(include_str!("triggers.sql"))?;
        database.execute_batch("COMMIT")?;
        database.close().map_err(|(_, err)| err)?;
        let file = self.file.as_ref().context("the export has ended")?;
        self.finished = Some(file.reopen()?);
        Ok(())
    }
}

/// The statement that makes the table.
fn create(columns: &[TypedColumn]) -> String {
    let columns = columns.iter().map(|column| {
        let kind = match column.kind {
            _ if column.is_list => "TEXT",
            ColumnType::Number => "DOUBLE",
            ColumnType::Integer => "INTEGER",
            ColumnType::Boolean => "BOOLEAN",
            ColumnType::Date => "DATE",
            ColumnType::Time => "DATETIME",
            // DATETIME is a time in UTC, which a camera's clock is not.
            ColumnType::Text | ColumnType::LocalTime | ColumnType::Json => "TEXT",
        };
        format!(", \"{}\" {kind}", column.name.replace('"', "\"\""))
    });
    let columns: String = columns.collect();
    format!("CREATE TABLE photos (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POINT{columns})")
}

/// Writes what the columns mean. Lists and objects are JSON.
fn describe(database: &Connection, columns: &[TypedColumn]) -> Result<()> {
    let insert = "INSERT INTO gpkg_data_columns (table_name, column_name, name, description, mime_type) VALUES ('photos', ?1, ?1, ?2, ?3)";
    let mut insert = database.prepare(insert)?;
    for column in columns {
        let mime_type = (column.is_list || column.kind == ColumnType::Json).then_some("application/json");
        insert.execute(params![column.name, column.meaning, mime_type])?;
    }
    Ok(())
}

/// A point in the standard's form: a header without a box, and WKB.
fn geometry(at: &Location) -> Vec<u8> {
    let mut bytes = b"GP\x00\x01".to_vec();
    bytes.extend(4326_i32.to_le_bytes());
    bytes.extend(wkb::point(at));
    bytes
}

fn stored(column: &TypedColumn, cell: &Cell<'_>) -> Stored {
    let Some(text) = cell.to_text() else { return Stored::Null };
    let is_text = matches!(cell, Cell::Written(written) if written.starts_with('"'));
    let is_number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    match (column.kind, &*text) {
        _ if column.is_list => Stored::Text(cell.to_json().into_owned()),
        (ColumnType::Time, text) if is_text => Stored::Text(utc(text)),
        _ if is_text => Stored::Text(text.into_owned()),
        (_, "true") => Stored::Integer(1),
        (_, "false") => Stored::Integer(0),
        (ColumnType::Integer, number) if is_number => number.parse().map_or(Stored::Null, Stored::Integer),
        (ColumnType::Number, number) if is_number => number.parse().map_or(Stored::Null, Stored::Real),
        _ => Stored::Text(text.into_owned()),
    }
}

/// A time with milliseconds, as the standard wants it.
fn utc(text: &str) -> String {
    let at: Result<Timestamp, _> = text.parse();
    at.map_or_else(|_| text.to_owned(), |at| at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
}
