//! The values of a column of Parquet, and their encoding.

use anyhow::{Context, Result};
use bytes::Bytes;
use parquet::column::page::PageWriter;
use parquet::column::writer::{ColumnCloseResult, ColumnWriter, ColumnWriterImpl, get_column_writer};
use parquet::data_type::{ByteArray, DataType};
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

use crate::export::cells::Cell;
use crate::json;
use crate::photo::fields::ColumnType;

/// The bytes of a column chunk, and what the row group has to know of them.
pub(super) type Encoded = (Bytes, ColumnCloseResult);

/// The values of some photos, one after another, each with its levels: how much of its path is there (Dremel's definition
/// level), and whether it continues a list.
pub(super) struct ColumnValues {
    is_list: bool,
    definition: Vec<i16>,
    /// Photos without a value that follow; most columns of most photos have none.
    absent: usize,
    repetition: Vec<i16>,
    values: Values,
}

enum Values {
    /// Texts and other bytes in one block, and where each ends.
    Bytes(Vec<u8>, Vec<usize>),
    Double(Vec<f64>),
    Int64(Vec<i64>),
    Int32(Vec<i32>),
    Boolean(Vec<bool>),
}

impl ColumnValues {
    /// For values of a type, or lists of them.
    pub fn of(kind: ColumnType, is_list: bool) -> Self {
        let values = match kind {
            ColumnType::Text | ColumnType::Json => Values::Bytes(Vec::new(), Vec::new()),
            ColumnType::Number => Values::Double(Vec::new()),
            ColumnType::Integer | ColumnType::Time | ColumnType::LocalTime => Values::Int64(Vec::new()),
            ColumnType::Date => Values::Int32(Vec::new()),
            ColumnType::Boolean => Values::Boolean(Vec::new()),
        };
        Self { is_list, definition: Vec::new(), absent: 0, repetition: Vec::new(), values }
    }

    /// Adds the value of a photo in a column without lists.
    pub fn push(&mut self, cell: &Cell<'_>, kind: ColumnType) {
        if !cell.is_null() && self.values.push(cell, kind) {
            self.catch_up();
            self.definition.push(1);
        } else {
            self.absent += 1;
        }
    }

    /// Adds the value of a photo in a column of lists.
    pub fn push_list(&mut self, cell: &Cell<'_>, kind: ColumnType) {
        if cell.is_null() {
            self.absent += 1;
            return;
        }
        self.catch_up();
        match cell.items() {
            Some(items) if !items.is_empty() => {
                for (nth, item) in items.iter().enumerate() {
                    let definition = if self.values.push(item, kind) { 3 } else { 2 };
                    self.definition.push(definition);
                    self.repetition.push(i16::from(nth > 0));
                }
            }
            items => {
                self.definition.push(i16::from(items.is_some()));
                self.repetition.push(0);
            }
        }
    }

    /// Whether no photo has a value, or an empty list.
    pub fn is_empty(&self) -> bool {
        self.definition.is_empty()
    }

    /// Adds the levels of the photos without a value.
    fn catch_up(&mut self) {
        if self.absent > 0 {
            self.definition.resize(self.definition.len() + self.absent, 0);
            if self.is_list {
                self.repetition.resize(self.definition.len(), 0);
            }
            self.absent = 0;
        }
    }

    /// Adds bytes.
    pub fn push_bytes(&mut self, bytes: Option<&[u8]>) {
        let Some(bytes) = bytes else {
            self.absent += 1;
            return;
        };
        self.catch_up();
        self.values.push_bytes(bytes);
        self.definition.push(1);
    }
}

impl Values {
    /// Adds a value; returns whether it is one of the type.
    fn push(&mut self, cell: &Cell<'_>, kind: ColumnType) -> bool {
        let pushed = match self {
            Self::Bytes(..) => {
                let text = if kind == ColumnType::Json { Some(cell.to_json()) } else { cell.to_text() };
                text.map(|text| self.push_bytes(text.as_bytes()))
            }
            Self::Double(values) => number(cell).and_then(|text| text.parse().ok()).map(|value| values.push(value)),
            Self::Int64(values) => integer(cell, kind).map(|value| values.push(value)),
            Self::Int32(values) => days(cell).map(|value| values.push(value)),
            Self::Boolean(values) => match cell {
                Cell::Written("true") => Some(true),
                Cell::Written("false") => Some(false),
                _ => None,
            }
            .map(|value| values.push(value)),
        };
        pushed.is_some()
    }

    fn push_bytes(&mut self, added: &[u8]) {
        if let Self::Bytes(bytes, ends) = self {
            bytes.extend_from_slice(added);
            ends.push(bytes.len());
        }
    }
}

/// The digits of a number.
fn number<'a>(cell: &Cell<'a>) -> Option<&'a str> {
    match cell {
        Cell::Written(written) if written.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => Some(written),
        _ => None,
    }
}

fn integer(cell: &Cell<'_>, kind: ColumnType) -> Option<i64> {
    let Cell::Written(written) = cell else { return None };
    match kind {
        ColumnType::Time => json::text(written)?.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond),
        ColumnType::LocalTime => {
            let local: jiff::civil::DateTime = json::text(written)?.parse().ok()?;
            jiff::tz::TimeZone::UTC.to_timestamp(local).ok().map(jiff::Timestamp::as_microsecond)
        }
        _ => number(cell)?.parse().ok(),
    }
}

/// Days since 1970.
fn days(cell: &Cell<'_>) -> Option<i32> {
    let Cell::Written(written) = cell else { return None };
    let day: jiff::civil::Date = json::text(written)?.parse().ok()?;
    let epoch = jiff::civil::date(1970, 1, 1);
    day.since((jiff::Unit::Day, epoch)).ok().map(|span| span.get_days())
}

/// Encodes the values of a column in a row group, which come in pieces.
pub(super) fn encode(
    column: &ColumnDescPtr,
    properties: &WriterPropertiesPtr,
    pieces: Vec<ColumnValues>,
) -> Result<Encoded> {
    let mut bytes = TrackedWrite::new(Vec::new());
    let pages: Box<dyn PageWriter + '_> = Box::new(SerializedPageWriter::new(&mut bytes));
    let levels: usize = pieces.iter().map(|piece| piece.definition.len() + piece.absent).sum();
    let mut definition = Vec::with_capacity(levels);
    let mut repetition = Vec::new();
    for piece in &pieces {
        definition.extend_from_slice(&piece.definition);
        definition.resize(definition.len() + piece.absent, 0);
        repetition.extend_from_slice(&piece.repetition);
        if piece.is_list {
            repetition.resize(definition.len(), 0);
        }
    }
    let repetition = (column.max_rep_level() > 0).then_some(repetition.as_slice());
    let levels = (definition.as_slice(), repetition);
    macro_rules! all {
        ($kind:ident) => {
            pieces
                .into_iter()
                .flat_map(|piece| if let Values::$kind(values) = piece.values { values } else { Vec::new() })
                .collect::<Vec<_>>()
        };
    }
    let close = match get_column_writer(column.clone(), properties.clone(), pages) {
        ColumnWriter::ByteArrayColumnWriter(writer) => {
            let texts: Vec<ByteArray> = pieces.into_iter().flat_map(|piece| texts(piece.values)).collect();
            write(writer, &texts, levels)?
        }
        ColumnWriter::DoubleColumnWriter(writer) => write(writer, &all!(Double), levels)?,
        ColumnWriter::Int64ColumnWriter(writer) => write(writer, &all!(Int64), levels)?,
        ColumnWriter::Int32ColumnWriter(writer) => write(writer, &all!(Int32), levels)?,
        ColumnWriter::BoolColumnWriter(writer) => write(writer, &all!(Boolean), levels)?,
        _ => anyhow::bail!("there is no column of this type"),
    };
    Ok((Bytes::from(bytes.into_inner().context("the column cannot be written")?), close))
}

/// The texts, without copying them.
fn texts(values: Values) -> Vec<ByteArray> {
    let Values::Bytes(bytes, ends) = values else { return Vec::new() };
    let bytes = Bytes::from(bytes);
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(&ends).map(|(start, end)| ByteArray::from(bytes.slice(start..*end))).collect()
}

fn write<T: DataType>(
    mut writer: ColumnWriterImpl<'_, T>,
    values: &[T::T],
    (definition, repetition): (&[i16], Option<&[i16]>),
) -> Result<ColumnCloseResult> {
    writer.write_batch(values, Some(definition), repetition)?;
    Ok(writer.close()?)
}
