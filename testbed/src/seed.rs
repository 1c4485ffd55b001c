//! A folder of photos as listed records: a DataFrame dump, an `ATTRIBUTION.csv`/`metadata.csv`, or just images.
//! Owners are always invented, also if the folder names them.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::record::{ImageState, Origin, Record};
use crate::{calendar, dimensions, random};

/// Photos without an id in the folder get ids above this.
const FIRST_ID: u64 = 20_000_000_000;

/// Reads the folder.
pub fn load(folder: &Path, seed: u64) -> Result<Vec<Record>> {
    let rows = rows(folder).with_context(|| format!("{} could not be read as a photo folder", folder.display()))?;
    let mut taken = HashSet::new();
    let mut records = Vec::new();
    for (path, row) in rows {
        let Some((format, w, h)) = std::fs::read(&path).ok().and_then(|bytes| dimensions::of(&bytes)) else { continue };
        let mut record = record(&path, &row, seed);
        (record.format, record.pixels) = (format, (w, h));
        while !taken.insert(record.id) {
            record.id += 1;
        }
        records.push(record);
    }
    anyhow::ensure!(!records.is_empty(), "{} contains no JPEG, PNG, GIF or WebP with metadata", folder.display());
    Ok(records)
}

type Row = HashMap<String, Value>;

fn rows(folder: &Path) -> Result<Vec<(PathBuf, Row)>> {
    let frame = folder.join("dataframe_encrypted.json");
    if frame.exists() {
        return data_frame(&frame, &folder.join("images"));
    }
    for name in ["ATTRIBUTION.csv", "metadata.csv"] {
        if folder.join(name).exists() {
            return table(&folder.join(name), folder);
        }
    }
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder)?.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.is_file()).collect();
    files.sort();
    Ok(files.into_iter().map(|f| (f, Row::new())).collect())
}

/// A column-oriented pandas dump: column name -> row number -> value.
fn data_frame(frame: &Path, images: &Path) -> Result<Vec<(PathBuf, Row)>> {
    let columns: HashMap<String, HashMap<String, Value>> = serde_json::from_slice(&std::fs::read(frame)?)?;
    let names = columns.get("filename").context("the DataFrame has no column `filename`")?;
    let mut numbers: Vec<&String> = names.keys().collect();
    numbers.sort_by_key(|n| n.parse::<u64>().unwrap_or(u64::MAX));
    let row = |n: &String| columns.iter().filter_map(|(c, v)| Some((c.clone(), v.get(n)?.clone()))).collect();
    Ok(numbers.iter().map(|n| (images.join(names[*n].as_str().unwrap_or("")), row(n))).collect())
}

fn table(file: &Path, folder: &Path) -> Result<Vec<(PathBuf, Row)>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(file)?;
    let heads = reader.headers()?.clone();
    let mut out = Vec::new();
    for line in reader.records() {
        let line = line?;
        let row: Row = heads.iter().zip(line.iter()).map(|(h, v)| (h.to_lowercase(), json!(v))).collect();
        let name = ["file", "filename", "path"].iter().find_map(|k| row.get(*k)?.as_str()).unwrap_or("").to_owned();
        let nested = folder.join("photos").join(&name);
        out.push((if nested.exists() { nested } else { folder.join(&name) }, row));
    }
    Ok(out)
}

fn record(path: &Path, row: &Row, seed: u64) -> Record {
    let text = |keys: &[&str]| keys.iter().find_map(|k| row.get(*k)?.as_str()).unwrap_or("").to_owned();
    let number = |keys: &[&str]| {
        keys.iter().find_map(|k| row.get(*k).and_then(|v| v.as_f64().or_else(|| v.as_str()?.parse().ok())))
    };
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let subject = random::hash(stem.as_bytes());
    let id = link_id(&text(&["link"])).unwrap_or(FIRST_ID + subject % 10_000_000_000);
    let owner = random::below(seed, subject, "owner", 1_000_000) as u32;
    let taken = calendar::read(&text(&["date taken", "taken"]).replacen(':', "-", 2));
    let place = number(&["latitude", "lat"]).zip(number(&["longitude", "lon"])).filter(|p| *p != (0.0, 0.0));
    let upload = taken.unwrap_or(1_500_000_000).max(1_076_000_000)
        + 1000
        + random::below(seed, subject, "upload", 9_000_000) as i64;
    let title = text(&["title"]);
    let words = stem.replace(['_', '-'], " ");
    Record {
        id,
        owner,
        owner_name: format!("CANARY Person {owner}"),
        path_alias: random::chance(seed, subject, "alias", 0.5).then(|| format!("canary-person-{owner}")),
        title: if row.contains_key("title") { title } else { words.clone() },
        description: text(&["description", "changes"]),
        tags: text(&["tags"]).split_whitespace().chain(words.split_whitespace()).map(str::to_lowercase).collect(),
        machine_tags: text(&["machine tags"]).split_whitespace().map(str::to_owned).collect(),
        upload,
        taken,
        taken_unknown: false,
        granularity: 0,
        place,
        accuracy: 16,
        license: licence(&text(&["licence", "license"])),
        video: false,
        counts: [number(&["views"]).unwrap_or(0.0) as u64, subject % 50, subject % 7],
        pixels: (0, 0),
        format: "jpg",
        downloadable: true,
        server: 65_535,
        secret: format!("{:010x}", random::bits(seed, subject, "secret") >> 24),
        opted_out: false,
        image_state: ImageState::Present,
        version: 0,
        origin: Origin::File { path: path.to_owned(), copy: 0 },
    }
}

/// The photo id in an image address: the digits before the first `_` of the file name.
fn link_id(link: &str) -> Option<u64> {
    link.rsplit('/').next()?.split('_').next()?.parse().ok()
}

/// The licence id of a licence's name, as far as Flickr has it; 0 (all rights reserved) otherwise.
fn licence(name: &str) -> u8 {
    let name = name.to_lowercase().replace("cc-", "cc ");
    let versioned = |two: u8, four: u8| if name.contains('4') { four } else { two };
    match () {
        () if name.contains("cc0") || name.contains("public domain dedication") => 9,
        () if name.contains("public domain") => 10,
        () if name.contains("by-nc-sa") => versioned(1, 15),
        () if name.contains("by-nc-nd") => versioned(3, 16),
        () if name.contains("by-nc") => versioned(2, 14),
        () if name.contains("by-sa") => versioned(5, 12),
        () if name.contains("by-nd") => versioned(6, 13),
        () if name.contains("cc by") => versioned(4, 11),
        () => 0,
    }
}
