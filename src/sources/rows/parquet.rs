//! Parquet tables, as pyarrow, pandas, Spark and img2dataset's tools write them, read into the objects of JSON records.

use std::thread;

use bytes::Bytes;
use jiff::Timestamp;
use parquet::basic::{Compression, LogicalType, TimeUnit};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use serde_json::{Map, Value};

/// The first and last bytes of a file.
const MAGIC: &[u8] = b"PAR1";

/// The name of the thread that reads a table; a panic in it is reported as an error.
pub const THREAD: &str = "parquet";

/// Whether a file begins as a Parquet table does.
pub fn is_parquet(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// The rows of a table. The error says what is wrong with the file, in one line.
pub fn records(bytes: Vec<u8>) -> Result<Vec<Value>, String> {
    if bytes.len() < 12 || !bytes.ends_with(MAGIC) {
        return Err("it ends too early: a Parquet table ends as it begins, with PAR1".to_owned());
    }
    // The crate reports most damage as an error, and panics at some offsets and lengths that it trusts.
    let reading = thread::Builder::new().name(THREAD.to_owned()).spawn(|| read(Bytes::from(bytes)));
    let read = reading.map_err(|err| format!("no thread to read it: {err}"))?.join();
    read.unwrap_or_else(|_| Err("it is damaged: a length or an offset in it is wrong".to_owned()))
}

fn read(bytes: Bytes) -> Result<Vec<Value>, String> {
    let damaged = |err: ParquetError| format!("it is damaged: {}", reason(&err));
    let reader = SerializedFileReader::new(bytes).map_err(damaged)?;
    let metadata = reader.metadata();
    let groups = metadata.row_groups().iter();
    let mut codecs = groups.flat_map(|group| group.columns().iter().map(ColumnChunkMetaData::compression));
    if let Some(codec) = codecs.find(|codec| !can_read(*codec)) {
        let name = format!("{codec:?}");
        let name = name.split('(').next().unwrap_or_default();
        return Err(format!(
            "its columns are compressed with {name}, and only Snappy, gzip and no compression can be read"
        ));
    }
    let schema = metadata.file_metadata().schema_descr().root_schema();
    let times: Vec<Option<Time>> = schema.get_fields().iter().map(|field| time(field)).collect();
    let rows = reader.get_row_iter(None).map_err(damaged)?;
    rows.map(|row| row.map(|row| object(&row, &times)).map_err(damaged)).collect()
}

fn can_read(codec: Compression) -> bool {
    matches!(codec, Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_))
}

fn reason(err: &ParquetError) -> String {
    let text = err.to_string();
    let text = text.split_once("error: ").map_or(text.as_str(), |(_, reason)| reason);
    text.lines().next().unwrap_or_default().to_owned()
}

/// How a column holds moments.
#[derive(Clone, Copy)]
struct Time {
    /// In nanoseconds, which rows give as a plain number.
    nanoseconds: bool,
    /// In UTC, not by a clock of unknown place.
    utc: bool,
}

fn time(field: &Type) -> Option<Time> {
    match field.get_basic_info().logical_type_ref()? {
        LogicalType::Timestamp(time) => {
            Some(Time { nanoseconds: matches!(time.unit, TimeUnit::NANOS), utc: time.is_adjusted_to_u_t_c })
        }
        _ => None,
    }
}

fn object(row: &Row, times: &[Option<Time>]) -> Value {
    let value = |(nth, (name, field)): (usize, (&String, &Field))| {
        (name.clone(), value(field, times.get(nth).copied().flatten()))
    };
    Value::Object(row.get_column_iter().enumerate().map(value).collect())
}

fn value(field: &Field, time: Option<Time>) -> Value {
    let utc = time.is_none_or(|time| time.utc);
    match field {
        Field::Long(nanoseconds) if time.is_some_and(|time| time.nanoseconds) => {
            moment(Timestamp::from_nanosecond(i128::from(*nanoseconds)), utc)
        }
        Field::TimestampMillis(milliseconds) => moment(Timestamp::from_millisecond(*milliseconds), utc),
        Field::TimestampMicros(microseconds) => moment(Timestamp::from_microsecond(*microseconds), utc),
        // Texts without the mark that they are texts; pictures and the like are not kept in the record.
        Field::Bytes(bytes) => match std::str::from_utf8(bytes.data()) {
            Ok(text) if !text.contains('\0') => Value::from(text),
            _ => Value::Null,
        },
        Field::Group(row) => object(row, &[]),
        Field::ListInternal(list) => list.elements().iter().map(|field| value(field, None)).collect(),
        Field::MapInternal(map) => {
            let entry = |(key, field): &(Field, Field)| {
                let key = value(key, None);
                (key.as_str().map_or_else(|| key.to_string(), str::to_owned), value(field, None))
            };
            Value::Object(map.entries().iter().map(entry).collect::<Map<_, _>>())
        }
        other => other.to_json_value(),
    }
}

/// `2026-05-01T12:00:00Z`, without the `Z` by a clock of unknown place.
fn moment(moment: Result<Timestamp, jiff::Error>, utc: bool) -> Value {
    let Ok(moment) = moment else { return Value::Null };
    let text = moment.to_string();
    Value::from(if utc { text.as_str() } else { text.trim_end_matches('Z') })
}
