//! GeoParquet 1.1: the columns of the CSV with their types, and the place as a point (<https://geoparquet.org>).
//!
//! Every reader of Parquet reads it; those that know GeoParquet see the points.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, Result};
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::columns::{self, ScoreColumn, TypedColumn, check_scores, scores};
use super::record::public;
use super::waiting::Waiting;
use super::wkb::{self, Extent};
use super::{ExportFormat, ExportSummary, Exporter, KeyUse, SHARE, Target};
use crate::photo::fields::ColumnType;
use crate::seal::SealedPhoto;
use crate::store::Store;

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

#[derive(Default)]
struct GeoParquet {
    scores: BTreeSet<ScoreColumn>,
    columns: Vec<TypedColumn>,
    /// The rows that are not yet written.
    rows: Vec<Row>,
    /// From `begin` to `end`.
    writer: Option<(SerializedFileWriter<Waiting>, Waiting)>,
    extent: Extent,
    placed: u64,
}

/// The values of a photo: those of the columns, and its point.
struct Row {
    values: Vec<Option<Value>>,
    point: Option<Vec<u8>>,
}

impl Exporter for GeoParquet {
    fn begin(&mut self, store: &dyn Store, _out: &mut dyn Write) -> Result<()> {
        self.scores = scores(store)?;
        self.columns = columns::typed(&self.scores);
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

    fn write(&mut self, photos: &[&SealedPhoto], out: &mut dyn Write) -> Result<()> {
        let (columns, scores) = (&self.columns, &self.scores);
        let row = |sealed: &&SealedPhoto| {
            check_scores(sealed.photo(), scores)?;
            let record = public(sealed)?;
            let values = columns.iter().map(|column| column.value(&record)).collect();
            Ok(Row { values, point: sealed.photo().location.as_ref().map(wkb::point) })
        };
        let rows = photos.par_iter().with_min_len(SHARE).map(row).collect::<Result<Vec<_>>>()?;
        self.rows.extend(rows);
        for location in photos.iter().filter_map(|sealed| sealed.photo().location.as_ref()) {
            self.extent.add(location);
            self.placed += 1;
        }
        if self.rows.len() >= ROW_GROUP {
            self.write_group()?;
        }
        let (_, waiting) = self.writer.as_ref().context("the export has ended")?;
        Ok(waiting.pass_on(out)?)
    }

    fn end(&mut self, out: &mut dyn Write) -> Result<ExportSummary> {
        if !self.rows.is_empty() {
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

    fn write_group(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let (writer, _) = self.writer.as_mut().context("the export has ended")?;
        let mut group = writer.next_row_group()?;
        for (nth, column) in self.columns.iter().enumerate() {
            let writer = group.next_column()?.context("the table has another column")?;
            let cells = rows.iter().map(|row| row.values.get(nth).and_then(Option::as_ref));
            write_column(writer, column, cells)?;
        }
        let mut writer = group.next_column()?.context("the table has a column of points")?;
        let points: Vec<ByteArray> = rows.iter().filter_map(|row| row.point.clone()).map(ByteArray::from).collect();
        let levels: Vec<i16> = rows.iter().map(|row| i16::from(row.point.is_some())).collect();
        writer.typed::<ByteArrayType>().write_batch(&points, Some(&levels), None)?;
        writer.close()?;
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

/// Values one after another, each with its levels: how much of its path is there (Dremel's definition level), and
/// whether it continues a list.
struct Levels<T> {
    values: Vec<T>,
    definition: Vec<i16>,
    repetition: Vec<i16>,
}

impl<T> Levels<T> {
    fn of<'a>(
        cells: impl Iterator<Item = Option<&'a Value>>,
        is_list: bool,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Self {
        let mut levels = Self { values: Vec::new(), definition: Vec::new(), repetition: Vec::new() };
        for cell in cells {
            match cell {
                Some(Value::Array(items)) if is_list && items.is_empty() => levels.push(None, 1, 0),
                Some(Value::Array(items)) if is_list => {
                    for (nth, item) in items.iter().enumerate() {
                        let value = read(item);
                        let definition = if value.is_some() { 3 } else { 2 };
                        levels.push(value, definition, i16::from(nth > 0));
                    }
                }
                cell => {
                    let value = cell.filter(|_| !is_list).and_then(&read);
                    let definition = i16::from(value.is_some());
                    levels.push(value, definition, 0);
                }
            }
        }
        levels
    }

    fn push(&mut self, value: Option<T>, definition: i16, repetition: i16) {
        self.values.extend(value);
        self.definition.push(definition);
        self.repetition.push(repetition);
    }
}

fn write_column<'a>(
    mut writer: SerializedColumnWriter<'_>,
    column: &TypedColumn,
    cells: impl Iterator<Item = Option<&'a Value>>,
) -> Result<()> {
    macro_rules! write {
        ($type:ty, $read:expr) => {{
            let levels = Levels::of(cells, column.is_list, $read);
            let repetition = column.is_list.then_some(levels.repetition.as_slice());
            writer.typed::<$type>().write_batch(&levels.values, Some(&levels.definition), repetition)?
        }};
    }
    let _written = match column.kind {
        ColumnType::Text => write!(ByteArrayType, text),
        ColumnType::Json => {
            write!(ByteArrayType, |value: &Value| Some(ByteArray::from(value.to_string().into_bytes())))
        }
        ColumnType::Number => write!(DoubleType, Value::as_f64),
        ColumnType::Integer => write!(Int64Type, Value::as_i64),
        ColumnType::Boolean => write!(BoolType, Value::as_bool),
        ColumnType::Date => write!(Int32Type, days),
        ColumnType::Time => write!(Int64Type, |value: &Value| {
            value.as_str()?.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
        }),
        ColumnType::LocalTime => write!(Int64Type, |value: &Value| {
            let local: jiff::civil::DateTime = value.as_str()?.parse().ok()?;
            jiff::tz::TimeZone::UTC.to_timestamp(local).ok().map(jiff::Timestamp::as_microsecond)
        }),
    };
    Ok(writer.close()?)
}

/// A text; a number in a column of texts as it is printed.
fn text(value: &Value) -> Option<ByteArray> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(ByteArray::from(text.as_str())),
        other => Some(ByteArray::from(other.to_string().into_bytes())),
    }
}

/// Days since 1970.
fn days(value: &Value) -> Option<i32> {
    let day: jiff::civil::Date = value.as_str()?.parse().ok()?;
    let epoch = jiff::civil::date(1970, 1, 1);
    day.since((jiff::Unit::Day, epoch)).ok().map(|span| span.get_days())
}
