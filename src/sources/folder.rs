//! Photos of a folder of one's own, with an optional metadata CSV.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::photo::{License, Location, LocationOrigin, PersonalField, Photo, PhotoId};

/// A folder that was read.
pub struct Folder {
    files: BTreeMap<PhotoId, PathBuf>,
    photos: Vec<Photo>,
    warnings: Vec<String>,
}

type Row = BTreeMap<String, String>;

impl Folder {
    /// Reads a folder; without `metadata`, its metadata.csv or ATTRIBUTION.csv is used.
    pub fn open(dir: &Path, metadata: Option<&Path>) -> Result<Self> {
        let mut found = BTreeMap::new();
        walk(dir, "", &mut found).with_context(|| format!("could not read {}", dir.display()))?;
        let usual = ["metadata.csv", "ATTRIBUTION.csv"].map(|name| dir.join(name));
        let table = metadata.map(Path::to_path_buf).or_else(|| usual.into_iter().find(|path| path.is_file()));
        let mut warnings = Vec::new();
        let mut rows = table.map_or_else(|| Ok(BTreeMap::new()), |path| read(&path, &mut warnings))?;
        let mut folder = Self { files: BTreeMap::new(), photos: Vec::new(), warnings };
        for (name, path) in found {
            let photo = photo(&name, rows.remove(&name).as_ref());
            folder.files.insert(photo.id.clone(), path);
            folder.photos.push(photo);
        }
        folder.warnings.extend(rows.keys().map(|name| format!("the metadata names {name}, which is not there")));
        Ok(folder)
    }

    /// Its photos, by name.
    pub fn photos(&self) -> impl Iterator<Item = Photo> + '_ {
        self.photos.iter().cloned()
    }

    /// What was odd about the metadata.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The file of a photo; only files found inside the folder are known.
    pub fn path(&self, id: &PhotoId) -> Option<PathBuf> {
        self.files.get(id).cloned()
    }
}

fn walk(dir: &Path, prefix: &str, found: &mut BTreeMap<String, PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = entry.file_type()?;
        let lower = name.to_lowercase();
        if name.starts_with('.') {
            continue;
        } else if kind.is_dir() {
            walk(&entry.path(), &format!("{prefix}{name}/"), found)?;
        } else if kind.is_file() && [".jpg", ".jpeg", ".png", ".webp", ".gif"].iter().any(|end| lower.ends_with(end)) {
            found.insert(format!("{prefix}{name}"), entry.path());
        }
    }
    Ok(())
}

fn read(path: &Path, warnings: &mut Vec<String>) -> Result<BTreeMap<String, Row>> {
    let bytes = fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
    let mut reader = csv::Reader::from_reader(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
    let mut rows = BTreeMap::new();
    for row in reader.deserialize::<Row>() {
        match row {
            Ok(row) => drop(rows.insert(row.get("file").cloned().unwrap_or_default(), row)),
            Err(err) => warnings.push(format!("metadata: {err}")),
        }
    }
    Ok(rows)
}

fn photo(name: &str, row: Option<&Row>) -> Photo {
    let base = name.rsplit('/').next().unwrap_or(name).to_owned();
    let mut photo = Photo { id: PhotoId::new("folder", name), file_name: Some(base), ..Photo::default() };
    photo.media = "photo".to_owned();
    let Some(row) = row else { return photo };
    let text = |key: &str| row.get(key).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    photo.title = text("title").unwrap_or_default();
    photo.attribution = text("author");
    photo.license = text("license").map(|license| License::named(&license));
    photo.landing_url = text("source_url");
    let number = |key: &str| text(key).and_then(|text| text.parse::<f64>().ok());
    photo.location = number("latitude").zip(number("longitude")).and_then(|(lat, lon)| Location::new(lat, lon));
    if let Some(location) = &mut photo.location {
        location.uncertainty_m = text("uncertainty_m").and_then(|text| text.parse().ok());
        if text("location_origin").as_deref() == Some("title") {
            location.origin = LocationOrigin::Title;
        }
    }
    photo.personal.find(PersonalField::RawRecord, serde_json::json!(row));
    photo
}
