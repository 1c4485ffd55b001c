//! GeoPackage and GeoParquet, read by GDAL, SQLite, pyarrow and shapely, beside the CSV.

use gleaner::dataset::Dataset;
use gleaner::export::{self, Export, ExportContext};
use gleaner::photo::filter::Filter;
use gleaner::photo::{Photo, Score, ScoreKey, Taken};

use super::{CSV, NASTY, full, placed, python_with, seal, titled};
use crate::memory::Memory;

fn exported(photos: Vec<Photo>, format: &str) -> Vec<u8> {
    let context = ExportContext::sealed(Dataset::at("nowhere"));
    let mut out = Vec::new();
    let export = Export::open(export::format(format).unwrap(), &context, Filter::default()).unwrap();
    let (photos_written, summary) = export.write_all(&Memory::of(&seal(photos.clone())), &mut out).unwrap();
    assert_eq!(photos_written, photos.len() as u64);
    let placed = photos.iter().filter(|photo| photo.location.is_some()).count();
    if format != CSV {
        assert_eq!(summary.counts["with_coordinates"], placed);
    }
    out
}

/// Photos with every field, with places at the ends of the world and without, with texts that break parsers, and with
/// concepts whose names differ in their case.
fn some() -> Vec<Photo> {
    let mut photos = vec![full()];
    let places = [Some((90.0, 180.0)), None, Some((-90.0, -180.0)), Some((1e-7, -0.5))];
    photos.extend(placed(&places.repeat(NASTY.len())));
    let scored = |concept: &str| [(ScoreKey::main(concept), Score::known(0.5, "m", "1"))].into();
    photos.push(Photo { scores: scored("Wild"), ..titled("Z", "t") });
    photos
}

/// What both tests share: the CSV's rows as the values that a table with types has.
const EXPECTED: &str = r#"
import csv, json, datetime, re
csv.field_size_limit(2**31 - 1)
with open("a.csv", encoding="utf-8-sig", newline="") as file:
    rows = list(csv.DictReader(file))
def plain(cell):
    return re.sub(r"^'(?='*[=+\-@\t\r\n\u2400＝＋－＠])", "", cell)
def pictured(text):
    return "".join(chr(0x2400 + ord(c)) if ord(c) < 32 and c not in "\t\r\n" else "\u2421" if c == "\x7f" else c for c in text)
# A name that differs from another only in its case has a mark.
marked = lambda name: "scores.wild.value_" if name == "scores.wild.value" else name
names = [name for name in rows[0] if not name.startswith("sealed.")]
def differs(name, cell, value, items):
    if cell == "":
        return value not in (None, "", [], "[]")
    if items:
        value = json.loads(value) if isinstance(value, str) else value
        cells = [str(item).lower() if isinstance(item, bool) else item for item in value]
        texts = ["" if item is None else item if isinstance(item, str) else repr(item) for item in cells]
        return [one.removesuffix(".0") for one in texts] != [one.removesuffix(".0") for one in plain(cell).split(" | ")]
    if isinstance(value, bool) or cell in ("true", "false"):
        return (cell == "true") != bool(value)
    if isinstance(value, (int, float)):
        return float(cell) != value
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None) != datetime.datetime.fromisoformat(cell.removesuffix("Z"))
    if isinstance(value, datetime.date):
        return value.isoformat() != cell
    if name in ("labels", "identifications", "setting"):
        return json.loads(value) != json.loads(cell)
    return pictured(value) != plain(cell)
"#;

const GEOPACKAGE: &str = r#"
import sqlite3, struct, pyogrio, shapely
from pyogrio import raw
database = sqlite3.connect("a.gpkg")
one = lambda sql: database.execute(sql).fetchone()
assert one("PRAGMA application_id") == (0x47504B47,) and one("PRAGMA user_version") == (10400,)
assert one("PRAGMA integrity_check") == ("ok",) and not database.execute("PRAGMA foreign_key_check").fetchall()
assert one("SELECT last_change FROM gpkg_contents") == ("2026-05-01T12:00:00.000Z",)
# Requirement 11: these systems must be there.
assert database.execute("SELECT srs_id FROM gpkg_spatial_ref_sys ORDER BY 1").fetchall() == [(-1,), (0,), (4326,)]
# The index has the box of each point, and no others. It keeps 32 bits.
indexed = dict((row[0], row[1:]) for row in database.execute("SELECT * FROM rtree_photos_geom"))
points = 0
for fid, blob in database.execute("SELECT fid, geom FROM photos"):
    if blob is None:
        assert fid not in indexed
        continue
    points += 1
    magic, version, flags, srs = struct.unpack("<2sBBi", blob[:8])
    assert (magic, version, flags, srs) == (b"GP", 0, 1, 4326)
    point = shapely.from_wkb(blob[8:])
    west, east, south, north = indexed[fid]
    assert west <= point.x <= east and south <= point.y <= north
assert len(indexed) == points
described = {row[0] for row in database.execute("SELECT column_name FROM gpkg_data_columns")}
columns = {row[1]: row[2] for row in database.execute("PRAGMA table_info(photos)")}
assert described == set(columns) - {"fid", "geom"}
kinds = {"TEXT", "DOUBLE", "INTEGER", "BOOLEAN", "DATE", "DATETIME", "POINT"}
assert set(columns.values()) == kinds, columns
assert not any(name.startswith("sealed") or name.startswith("personal") for name in columns)

# GDAL.
info = pyogrio.read_info("a.gpkg")
assert (info["geometry_type"], info["crs"], info["features"]) == ("Point", "EPSG:4326", len(rows)), info
types = dict(zip(info["fields"], info["ogr_types"]))
assert types["found_at"] == "OFTDateTime" and types["license.seen_on"] == "OFTDate", types
assert types["views"] == "OFTInteger64" and types["location.latitude"] == "OFTReal"
meta, fids, geometry, data = raw.read("a.gpkg", return_fids=True)
assert sum(blob is not None for blob in geometry) == points
for row, blob in zip(rows, geometry):
    place = (row["location.longitude"], row["location.latitude"])
    assert (blob is None) == (place[0] == "")
    if blob is not None:
        point = shapely.from_wkb(blob)
        assert (point.x, point.y) == tuple(map(float, place))
box = raw.read("a.gpkg", bbox=(-180, -90, -179, -89))[2]
inside = [row for row in rows if row["location.longitude"] == "-180.0" and row["location.latitude"] == "-90.0"]
assert len(box) == len(inside) > 0, (len(box), len(inside))

# The values of the CSV.
lists = {row[0] for row in database.execute("SELECT column_name FROM gpkg_data_columns WHERE mime_type IS NOT NULL")} - {"labels", "identifications", "setting"}
assert set(map(marked, names)) == described, set(map(marked, names)) ^ described
for name in names:
    quoted = '"' + marked(name).replace('"', '""') + '"'
    for row, (value,) in zip(rows, database.execute(f"SELECT {quoted} FROM photos ORDER BY fid")):
        if columns[marked(name)] == "DATETIME" and value:
            value = datetime.datetime.fromisoformat(value)
        assert not differs(name, row[name], value, name in lists), (name, row[name], value)
print(len(rows), points)
"#;

const GEOPARQUET: &str = r#"
import pyarrow as pa, pyarrow.parquet as pq, shapely
table = pq.read_table("a.parquet")
geo = json.loads(table.schema.metadata[b"geo"])
assert (geo["version"], geo["primary_column"]) == ("1.1.0", "geometry"), geo
column = geo["columns"]["geometry"]
assert (column["encoding"], column["geometry_types"]) == ("WKB", ["Point"])
points = [None if blob is None else shapely.from_wkb(blob) for blob in table["geometry"].to_pylist()]
places = [(row["location.longitude"], row["location.latitude"]) for row in rows]
assert [None if point is None else (point.x, point.y) for point in points] == \
    [None if place[0] == "" else tuple(map(float, place)) for place in places]
bounds = shapely.total_bounds(shapely.multipoints([point for point in points if point is not None]))
assert column.get("bbox") == ([float(bound) for bound in bounds] if any(points) else None), (column, bounds)
kind = lambda name: table.schema.field(marked(name)).type
assert kind("found_at") == pa.timestamp("us", tz="UTC") and kind("taken.local") == pa.timestamp("us")
assert (kind("views"), kind("location.latitude"), kind("place.at_sea")) == (pa.int64(), pa.float64(), pa.bool_())
assert kind("license.seen_on") == pa.date32() and kind("tags") == pa.list_(pa.field("element", pa.string()))
assert set(table.column_names) == set(map(marked, names)) | {"geometry"}
for name in names:
    is_list = pa.types.is_list(kind(name))
    for row, value in zip(rows, table[marked(name)].to_pylist()):
        if is_list and value and isinstance(value[0], datetime.datetime):
            value = [None if one is None else one.strftime("%Y-%m-%dT%H:%M:%SZ") for one in value]
        elif is_list and value and isinstance(value[0], datetime.date):
            value = [one.isoformat() for one in value]
        assert not differs(name, row[name], value, is_list), (name, row[name], value)
print(len(rows), sum(point is not None for point in points), pq.ParquetFile("a.parquet").num_row_groups)
"#;

fn read(photos: Vec<Photo>, file: &str, format: &str, modules: &str, script: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), exported(photos.clone(), CSV)).unwrap();
    std::fs::write(folder.path().join(file), exported(photos, format)).unwrap();
    python_with(modules, &format!("{EXPECTED}{script}"), folder.path())
}

#[test]
fn gdal_and_sqlite_read_a_geopackage_as_the_csv_with_types_and_points() {
    let said = read(some(), "a.gpkg", "geopackage", "pyogrio, shapely", GEOPACKAGE);
    assert!(said.is_none_or(|said| said.trim() == "146 109"));
}

#[test]
fn pyarrow_reads_a_geoparquet_as_the_csv_with_types_and_points() {
    let said = read(some(), "a.parquet", "geoparquet", "pyarrow, shapely", GEOPARQUET);
    assert!(said.is_none_or(|said| said.trim() == "146 109 1"));
}

#[test]
fn equal_exports_have_equal_bytes() {
    for format in ["geopackage", "geoparquet", "camtrap-dp"] {
        let photo = || Photo { taken: Taken::parse("2019-05-04T13:22:05+08:00"), ..full() };
        let export = || {
            let context = ExportContext::sealed(Dataset::at("nowhere"));
            let mut out = Vec::new();
            let export = Export::open(export::format(format).unwrap(), &context, Filter::default()).unwrap();
            export.write_all(&Memory::of(&seal(vec![photo()])), &mut out).unwrap();
            out
        };
        let first = export();
        assert!(first == export(), "{format}");
    }
}

#[test]
fn more_photos_than_a_row_group_and_a_piece_are_all_in_both_tables() {
    let many: Vec<Photo> = (0..8500).map(|nth| titled(&format!("{nth:05}"), "t")).chain([full()]).collect();
    let folder = tempfile::tempdir().unwrap();
    for (name, photos) in [("many", many), ("none", Vec::new())] {
        for (format, suffix) in [("geopackage", "gpkg"), ("geoparquet", "parquet")] {
            std::fs::write(folder.path().join(format!("{name}.{suffix}")), exported(photos.clone(), format)).unwrap();
        }
    }
    let script = "import pyogrio, pyarrow.parquet as pq\n\
        for name in ('many', 'none'):\n    file = pq.ParquetFile(name + '.parquet')\n    \
        ids = file.read(['id'])['id'].to_pylist()\n    \
        print(file.num_row_groups, len(set(ids)), pyogrio.read_info(name + '.gpkg')['features'])\n";
    let Some(said) = python_with("pyogrio, pyarrow", script, folder.path()) else { return };
    assert_eq!(said.lines().collect::<Vec<_>>(), ["2 8501 8501", "0 0 0"]);
}
