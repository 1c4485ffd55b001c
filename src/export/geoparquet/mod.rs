//! GeoParquet 1.1: the columns of the CSV with their types, and the place as a point (<https://geoparquet.org>).
//!
//! Every reader of Parquet reads it; those that know GeoParquet see the points.

mod values;

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, Result};
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::cells::CellTree;
use super::columns::{self, ScoreColumn, TypedColumn, check_scores, scores};
use super::record::write_public;
use super::waiting::Waiting;
use super::wkb::{self, Extent};
use super::{ExportFormat, ExportSummary, Exporter, KeyUse, Target};
use crate::photo::fields::ColumnType;
use crate::store::{Store, StoredRecord};
use values::{ColumnValues, Encoded};

pub(super) const FORMAT: ExportFormat = ExportFormat {
    name: "geoparquet",
    aliases: &["parquet"],
    label: "GeoParquet",
    description: "A Parquet table with types and points, for Python, R, DuckDB and GIS programs",
    suffix: "parquet",
    media_type: "application/vnd.apache.parquet",
    targets: &[Target::Stream],
    key: KeyUse::Never,
    options: &[],
    open: |_| Ok(Box::new(GeoParquet::default())),
};

/// The column of points.
const GEOMETRY: &str = "geometry";

/// Photos of a row group, which are in memory until it is written.
const ROW_GROUP: usize = 8192;

/// Photos that one core converts.
const PIECE: usize = 128;

#[derive(Default)]
struct GeoParquet {
    scores: BTreeSet<ScoreColumn>,
    columns: Vec<TypedColumn>,
    /// Where the columns' values are in a record.
    tree: CellTree,
    /// The values that are not yet written: pieces of some photos, each with all columns and the points.
    pieces: Vec<Vec<ColumnValues>>,
    /// Photos in them.
    rows: usize,
    /// By column: what is written of a row group without a value in it, which is the same each time. Most columns have none.
    empty: Vec<Option<Encoded>>,
    /// From `begin` to `end`.
    writer: Option<(SerializedFileWriter<Waiting>, Waiting)>,
    extent: Extent,
    placed: u64,
}

impl Exporter for GeoParquet {
    fn begin(&mut self, store: &dyn Store, _out: &mut dyn Write) -> Result<()> {
        self.scores = scores(store)?;
        self.columns = columns::typed(&self.scores);
        self.tree = columns::tree(&self.columns);
        let mut fields = self.columns.iter().map(field).collect::<Result<Vec<_>>>()?;
        let point = Type::primitive_type_builder(GEOMETRY, Physical::BYTE_ARRAY);
        fields.push(Arc::new(point.with_repetition(Repetition::OPTIONAL).build()?));
        let schema = Type::group_type_builder("photos").with_fields(fields).build()?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let waiting = Waiting::default();
        let writer = SerializedFileWriter::new(waiting.clone(), Arc::new(schema), Arc::new(properties))?;
        self.writer = Some((writer, waiting));
        Ok(())
    }

    fn write(&mut self, mut records: &[&StoredRecord], out: &mut dyn Write) -> Result<()> {
        while !records.is_empty() {
            let (group, rest) = records.split_at(records.len().min(ROW_GROUP - self.rows));
            let this = &*self;
            let pieces = group.par_chunks(PIECE).map(|records| this.piece(records)).collect::<Result<Vec<_>>>()?;
            self.pieces.extend(pieces);
            self.rows += group.len();
            for record in group {
                if let Some(location) = &record.outline()?.location {
                    self.extent.add(location);
                    self.placed += 1;
                }
            }
            if self.rows == ROW_GROUP {
                self.write_group()?;
            }
            records = rest;
        }
        let (_, waiting) = self.writer.as_ref().context("the export has ended")?;
        Ok(waiting.pass_on(out)?)
    }

    fn end(&mut self, out: &mut dyn Write) -> Result<ExportSummary> {
        if self.rows > 0 {
            self.write_group()?;
        }
        let (mut writer, waiting) = self.writer.take().context("the export has ended")?;
        writer.append_key_value_metadata(KeyValue::new("geo".to_owned(), self.geo().to_string()));
        writer.close()?;
        waiting.pass_on(out)?;
        Ok(ExportSummary {
            columns: self.columns.iter().map(|column| column.name.clone()).collect(),
            privacy: Some("no personal fields".to_owned()),
            counts: Map::from_iter([("with_coordinates".to_owned(), self.placed.into())]),
            ..ExportSummary::default()
        })
    }
}

impl GeoParquet {
    /// The metadata of GeoParquet. Without `crs` coordinates are longitude and latitude, WGS 84 (OGC:CRS84).
    fn geo(&self) -> Value {
        let mut column = json!({"encoding": "WKB", "geometry_types": ["Point"]});
        if let Some(bbox) = self.extent.get() {
            column["bbox"] = json!(bbox);
        }
        json!({"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}})
    }

    /// The values of some photos: all columns, and the points.
    fn piece(&self, records: &[&StoredRecord]) -> Result<Vec<ColumnValues>> {
        let mut piece: Vec<ColumnValues> =
            self.columns.iter().map(|column| ColumnValues::of(column.kind, column.is_list)).collect();
        let (mut points, mut written) = (ColumnValues::of(ColumnType::Text, false), Vec::new());
        for record in records {
            let photo = record.outline()?;
            check_scores(photo, &self.scores)?;
            written.clear();
            write_public(record, &mut written)?;
            let cells = self.tree.cells(std::str::from_utf8(&written)?);
            for ((column, values), cell) in self.columns.iter().zip(&mut piece).zip(&cells) {
                if column.is_list {
                    values.push_list(cell, column.kind);
                } else {
                    values.push(cell, column.kind);
                }
            }
            points.push_bytes(photo.location.as_ref().map(wkb::point).as_deref());
        }
        piece.push(points);
        Ok(piece)
    }

    /// Writes a row group, encoding its columns on all cores.
    fn write_group(&mut self) -> Result<()> {
        let (writer, _) = self.writer.as_mut().context("the export has ended")?;
        let mut columns: Vec<Vec<ColumnValues>> = (0..=self.columns.len()).map(|_| Vec::new()).collect();
        for piece in std::mem::take(&mut self.pieces) {
            columns.iter_mut().zip(piece).for_each(|(column, values)| column.push(values));
        }
        let is_full = std::mem::take(&mut self.rows) == ROW_GROUP;
        let (schema, properties) = (writer.schema_descr().columns(), writer.properties());
        self.empty.resize(schema.len(), None);
        let encode = |((column, pieces), empty): ((_, Vec<ColumnValues>), &mut Option<Encoded>)| {
            let is_empty = is_full && pieces.iter().all(ColumnValues::is_empty);
            if let (true, Some(encoded)) = (is_empty, &*empty) {
                return Ok(encoded.clone());
            }
            let encoded = values::encode(column, properties, pieces)?;
            if is_empty {
                *empty = Some(encoded.clone());
            }
            Ok(encoded)
        };
        let encoded = schema.par_iter().zip(columns).zip(&mut self.empty).map(encode).collect::<Result<Vec<_>>>()?;
        let mut group = writer.next_row_group()?;
        for (bytes, close) in encoded {
            group.append_column(&bytes, close)?;
        }
        group.close()?;
        Ok(())
    }
}

/// A column in the schema. Each value may be absent; a list has the form that Parquet's document on logical types wants.
fn field(column: &TypedColumn) -> Result<TypePtr> {
    let (physical, logical) = match column.kind {
        ColumnType::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        ColumnType::Json => (Physical::BYTE_ARRAY, Some(LogicalType::Json)),
        ColumnType::Number => (Physical::DOUBLE, None),
        ColumnType::Integer => (Physical::INT64, None),
        ColumnType::Boolean => (Physical::BOOLEAN, None),
        ColumnType::Date => (Physical::INT32, Some(LogicalType::Date)),
        ColumnType::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
        ColumnType::LocalTime => (Physical::INT64, Some(LogicalType::timestamp(false, TimeUnit::MICROS))),
    };
    let one = |name: &str| {
        let builder = Type::primitive_type_builder(name, physical).with_logical_type(logical.clone());
        builder.with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
    };
    if !column.is_list {
        return Ok(one(&column.name)?);
    }
    let items = Type::group_type_builder("list").with_repetition(Repetition::REPEATED);
    let items = items.with_fields(vec![one("element")?]).build()?;
    let list = Type::group_type_builder(&column.name).with_repetition(Repetition::OPTIONAL);
    let list = list.with_logical_type(Some(LogicalType::List)).with_fields(vec![Arc::new(items)]);
    Ok(Arc::new(list.build()?))
}
