//! Import and export of the Python system's files by the built program, with generated data frames.

mod data_frames;
mod mongodb;

mod pandas;
mod program;
mod records;
mod rows;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use fernet::Fernet;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::pipeline::{command, talk};

/// Personal values in the generated frames. They must not be on disk in clear.
pub const NAMES: [&str; 4] = ["Ana Planted-Name", "planted-alias", "99887766@N01", "Serial-4711-planted"];

/// A folder in which the program runs as for a user.
pub struct Fixture {
    pub folder: TempDir,
    pub key: String,
}

impl Fixture {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let key = Fernet::generate_key();
        fs::write(folder.path().join("KEY_DB.txt"), &key).unwrap();
        Self { folder, key }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, frame: &Value) {
        fs::write(self.path(name), frame.to_string()).unwrap();
    }

    pub fn read(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(name)).unwrap()).unwrap()
    }

    /// Runs the program and asserts its exit code.
    pub fn expect(&self, code: i32, args: &[&str]) -> Output {
        let output = command(self.folder.path(), args).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "gleaner {args:?}\n{}", talk(&output));
        output
    }

    /// The output of a command with `--json`.
    pub fn answer(&self, code: i32, args: &[&str]) -> Value {
        let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
        serde_json::from_slice(&self.expect(code, &args).stdout).unwrap()
    }

    pub fn digest(&self, dataset: &str) -> Value {
        self.answer(0, &["verify", dataset, "--read-data"])["digest"].clone()
    }

    /// The frame with its personal cells encrypted as the Python system does.
    pub fn sealed(&self, frame: &Value) -> Value {
        self.each_personal(frame, |fernet, text| fernet.encrypt(text.as_bytes()))
    }

    /// The frame with its personal cells decrypted with its key.
    pub fn opened(&self, frame: &Value) -> Value {
        self.each_personal(frame, |fernet, token| String::from_utf8(fernet.decrypt(token).unwrap()).unwrap())
    }

    fn each_personal(&self, frame: &Value, change: impl Fn(&Fernet, &str) -> String) -> Value {
        let fernet = Fernet::new(&self.key).unwrap();
        let mut frame = frame.clone();
        for column in gleaner::legacy::PERSONAL {
            for cell in frame[column].as_object_mut().unwrap().values_mut() {
                *cell = json!(change(&fernet, cell.as_str().unwrap()));
            }
        }
        frame
    }
}

/// One row as the Python system writes it; each `number` is another photo.
pub fn row(number: u64) -> Map<String, Value> {
    let Value::Object(row) = json!({
        "filename": format!("flickr_monkey_wild-{number}.jpg"),
        "search term": "monkey wild",
        "date of download": "08/02/2021",
        "time of download": "10:15:45",
        "link": format!("https://live.staticflickr.com/65535/{}_0a1b2c3d4e_o.jpg", 50_000_000_000 + number),
        "title": format!("Monkey {number} 猿"),
        "description": null,
        "date taken": "2016-02-21 08:02:17",
        "owner name": NAMES[0],
        "path alias": NAMES[1],
        "owner": NAMES[2],
        "latitude": -33.458_798,
        "longitude": 26.246_486,
        "country": "South Africa",
        "city": "Grahamstown",
        "machine tags": "",
        "views": 1496 + number,
        "tags": "wild monkey wildlife",
        "exif data": format!("{{'EXIF BodySerialNumber': (0xA431) ASCII={} @ 512}}", NAMES[3]),
        "species prediction score": 0.961_748_5,
        "cage prediction score": 0.49,
    }) else {
        unreachable!()
    };
    row
}

/// A row with some cells changed.
pub fn row_with(number: u64, cells: &Value) -> Map<String, Value> {
    let mut row = row(number);
    row.extend(cells.as_object().unwrap().clone());
    row
}

/// Rows as `to_json()` writes them.
pub fn frame(rows: &[Map<String, Value>]) -> Value {
    let mut columns: Map<String, Value> = Map::new();
    for (index, row) in rows.iter().enumerate() {
        for (column, cell) in row {
            columns.entry(column.clone()).or_insert_with(|| json!({}))[index.to_string()] = cell.clone();
        }
    }
    Value::Object(columns)
}

/// A frame with everything that must be recognised: photo 2 in two searches, 0,0, 1.0 and 0.49, a clock
/// that was never set, a row with an invalid link, empty cells.
pub fn frame_with_special_cases() -> Value {
    let cage = json!({"filename": "flickr_monkey_cage-7.jpg", "search term": "monkey cage", "views": 2000, "time of download": "09:54:08"});
    frame(&[
        row(1),
        row(2),
        row_with(3, &json!({"latitude": 0.0, "longitude": 0.0, "country": "", "city": ""})),
        row_with(4, &json!({"species prediction score": 1.0, "cage prediction score": 1.0})),
        row_with(5, &json!({"date taken": "2000-01-01 00:00:16", "description": "two\nlines ζ \"quoted\" 🐒"})),
        row_with(2, &cage),
        row_with(6, &json!({"link": "https://example.org/not/a/photo.jpg"})),
        row_with(7, &json!({"views": "many", "date taken": "yesterday", "owner name": "", "path alias": ""})),
    ])
}

/// All files below a folder that contain one of the texts.
pub fn holding(folder: &Path, texts: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, texts));
        } else if let Ok(bytes) = fs::read(&path) {
            let holds = |text: &&str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
            found.extend(texts.iter().any(holds).then_some(path));
        }
    }
    found
}
