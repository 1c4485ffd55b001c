//! Lists of addresses in Parquet tables that pyarrow wrote.

use std::fs;
use std::path::Path;
use std::process::Command;

use gleaner::sources::rows::parquet::records;
use serde_json::json;

use super::urls::Fixture;

/// Writes one table with every codec and page format, and others that cannot be read. The columns are those of
/// img2dataset's input and output, nested ones too.
const WRITE: &str = r#"
import sys, datetime, pyarrow as pa, pyarrow.parquet as pq
folder, base = sys.argv[1], sys.argv[2]
utc = datetime.timezone.utc
rows = 12
columns = {
    "url": pa.array([f"{base}/photos/{n}/image.jpg" for n in range(rows)]).dictionary_encode(),
    "caption": pa.array([None if n == 3 else f"A heron, number {n}, \u732b" for n in range(rows)], pa.large_string()),
    "width": pa.array([640 + n for n in range(rows)], pa.int32()),
    "height": pa.array([480.0] * rows, pa.float64()),
    "similarity": pa.array([float("nan")] * rows, pa.float32()),
    "punsafe": pa.array([True, None] * (rows // 2)),
    "license": pa.array([b"CC-BY-4.0"] * rows, pa.binary()),
    "latitude": pa.array([47.5] * rows), "longitude": pa.array([8.25] * rows),
    "taken": pa.array([datetime.datetime(2024, 5, 1, 12, 30, n) for n in range(rows)], pa.timestamp("ns")),
    "posted_at": pa.array([datetime.datetime(2024, 5, 2, 8, 0, n, tzinfo=utc) for n in range(rows)], pa.timestamp("us", tz="UTC")),
    "tags": pa.array([["heron", "bird"]] * rows, pa.list_(pa.string())),
    "exif": pa.array([{"Make": "Canon", "sizes": [1, None]}] * rows),
    "counts": pa.array([[("a", 1)]] * rows, pa.map_(pa.string(), pa.int64())),
    "jpg": pa.array([b"\xff\xd8\x00\x01"] * rows, pa.binary()),
    "empty": pa.nulls(rows),
}
table = pa.table(columns)
for name, codec, version in [("snappy", "snappy", "1.0"), ("gzip", "gzip", "2.0"), ("none", "none", "2.0"), ("zstd", "zstd", "1.0"), ("brotli", "brotli", "1.0")]:
    pq.write_table(table, f"{folder}/{name}.parquet", compression=codec, data_page_version=version, row_group_size=5)
pq.write_table(pa.table({"picture": ["a.jpg"]}), f"{folder}/nothing.parquet")
pq.write_table(pa.table({"url": pa.array([], pa.string())}), f"{folder}/empty.parquet")
"#;

/// Runs the script; `false` if pyarrow is not there, which it must be in CI.
fn write(folder: &Path, base: &str) -> bool {
    let python = std::env::var_os("GLEANER_PYTHON").unwrap_or_else(|| "python3".into());
    let output = Command::new(python).args(["-c", WRITE]).arg(folder).arg(base).output();
    let said =
        output.as_ref().map_or_else(ToString::to_string, |output| String::from_utf8_lossy(&output.stderr).into());
    if output.is_ok_and(|output| output.status.success()) {
        return true;
    }
    assert!(std::env::var_os("GLEANER_CI").is_none(), "pyarrow must be there in CI: {said}");
    println!("skipped: pyarrow is missing");
    false
}

#[test]
fn tables_of_pyarrow_give_the_same_dataset_whatever_their_codec() {
    let fixture = Fixture::new(0);
    if !write(fixture.folder(), &fixture.server.image_url) {
        return;
    }
    for name in ["snappy", "gzip", "none"] {
        let said = fixture.scrape_file(0, &format!("{name}.parquet"), name, &[]);
        assert!(said.contains("12 photos found, 12 images stored"), "{name}: {said}");
        assert!(
            said.contains("unknown columns, kept only in the sealed record") && said.contains("\"counts.a\""),
            "{said}"
        );
        assert_eq!(fixture.digest(name), fixture.digest("snappy"), "{name}");
    }
    let records = fixture.records("snappy", true);
    let record = &records[&fixture.url(7)];
    assert_eq!(
        (&record["description"], &record["license"]["id"]),
        (&json!("A heron, number 7, 猫"), &json!("CC-BY-4.0"))
    );
    assert_eq!((&record["taken"]["edtf"], &record["tags"]), (&json!("2024-05-01T12:30:07"), &json!(["heron", "bird"])));
    assert_eq!((&record["posted_at"], &record["place"]["country"]), (&json!("2024-05-02T08:00:07Z"), &json!("CH")));
    let raw = record["personal"]["raw_record"].to_string();
    assert!(raw.contains("Canon") && raw.contains("647") && !raw.contains("\\u0000"), "{raw}");
    assert_eq!(records[&fixture.url(3)].get("description").and_then(|text| text.as_str()).unwrap_or_default(), "");

    for (name, words) in [
        ("zstd.parquet", "compressed with ZSTD, and only Snappy, gzip and no compression can be read"),
        ("brotli.parquet", "compressed with BROTLI"),
        ("nothing.parquet", "nothing.parquet has no address of an image that can be used"),
        ("empty.parquet", "empty.parquet has no address of an image that can be used"),
    ] {
        let said = fixture.scrape_file(2, name, "d", &[]);
        assert!(said.contains(words), "{name}: {said}");
    }
    let said = fixture.scrape_file(2, "snappy.parquet", "d", &["--encoding", "windows-1252"]);
    assert!(said.contains("leave out --encoding"), "{said}");
    fs::write(fixture.path("cut.parquet"), &fs::read(fixture.path("none.parquet")).unwrap()[..2000]).unwrap();
    let said = fixture.scrape_file(2, "cut.parquet", "d", &[]);
    assert!(said.contains("cannot be read: it ends too early"), "{said}");
    assert!(!fixture.path("d").exists());
}

#[test]
fn a_damaged_table_is_an_error_or_read_and_never_ends_the_program() {
    let fixture = Fixture::new(0);
    if !write(fixture.folder(), "https://example.org") {
        return;
    }
    for name in ["none", "snappy", "gzip"] {
        let bytes = fs::read(fixture.path(&format!("{name}.parquet"))).unwrap();
        assert_eq!(records(bytes.clone()).unwrap().len(), 12);
        let mut failed = 0;
        for nth in 0..400 {
            let mut spoiled = bytes.clone();
            let at = 4 + nth * 7919 % (spoiled.len() - 8);
            spoiled[at] ^= 1 << (nth % 8);
            failed += usize::from(records(spoiled).is_err());
        }
        assert!(failed > 0, "{name}");
        // The length of the metadata.
        for length in [0_u32, 1, u32::MAX, bytes.len() as u32] {
            let mut spoiled = bytes.clone();
            let at = spoiled.len() - 8;
            spoiled[at..at + 4].copy_from_slice(&length.to_le_bytes());
            assert!(records(spoiled).is_err(), "{length}");
        }
    }
    for bytes in [&b"PAR1"[..], b"PAR1PAR1", b"PAR1\0\0\0\0PAR1", b""] {
        assert!(records(bytes.to_vec()).is_err(), "{bytes:?}");
    }
}
