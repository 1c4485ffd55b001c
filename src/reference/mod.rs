//! Reference data of the user, outside all datasets: layers such as tables of names, polygons and rasters, each with its version,
//! licence and citation.
//!
//! A layer is a folder with `layer.json`, which describes it, and the file that was added. To add a kind of layer: a function that
//! checks a file and says what it contains, and one line in [`KINDS`].

mod catalogue;
mod counts;
pub mod names;
mod polygons;
mod ranges;
mod raster;
pub mod taxa;
pub mod vernacular;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::disk::write_durably;
use crate::hash::sha256_hex;
use crate::layers::SHIPPED;

pub use catalogue::Catalogue;
pub use counts::VisitorCount;

/// The name of a layer's description in its folder.
const DESCRIPTION: &str = "layer.json";

/// A kind of layer.
#[derive(Debug)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// The endings of its files, the usual one first.
    endings: &'static [&'static str],
    /// What to do about a file of another kind.
    pub hint: &'static str,
    /// Says what a file contains, or why it is none of this kind.
    check: fn(&Given) -> Result<Contents, String>,
}

/// Tables of names in many languages.
pub const NAMES: Kind = Kind {
    name: "names",
    about: "names of things in many languages, for --translate and taxa",
    endings: &["tsv"],
    hint: names::NamesError::HINT,
    check: |given| names::check(given.bytes),
};

/// Polygons with names.
pub const POLYGONS: Kind = Kind {
    name: "polygons",
    about: "areas with names, for gleaner analyse visits and habitat",
    endings: &["geojson", "json", "gpkg"],
    hint: "docs/reference.md describes the files",
    check: polygons::check,
};

/// Ranges of species.
pub const RANGES: Kind = Kind {
    name: "ranges",
    about: "ranges of species on a grid, for gleaner analyse range",
    endings: &["gz"],
    hint: "docs/reference.md describes the file",
    check: ranges::check,
};

/// Rasters of classes.
pub const RASTER: Kind = Kind {
    name: "raster",
    about: "a raster of classes, for gleaner analyse habitat",
    endings: &["tif", "tiff"],
    hint: "docs/reference.md describes the files",
    check: raster::check,
};

/// Tables of taxa.
pub const TAXA: Kind = Kind {
    name: "taxa",
    about: "taxa with classification, names and Red List categories: Mammal Diversity Database, AviList, Darwin Core",
    hint: "it takes a table with a column scientificName or sciName, separated by commas, semicolons or tabs; visitor counts need --kind counts",
    endings: &["csv"],
    check: |given| taxa::check(given.bytes),
};

/// Tables of visitor counts.
pub const COUNTS: Kind = Kind {
    name: "counts",
    about: "visitors counted on site by area and month, for gleaner analyse visitor-counts",
    endings: &["csv", "tsv", "txt"],
    hint: "it takes a table with columns for area, month and count, separated by commas, semicolons or tabs",
    check: counts::check,
};

/// The kinds of layers. Of those with the same ending the first is meant.
pub const KINDS: &[&Kind] = &[&NAMES, &TAXA, &POLYGONS, &RASTER, &RANGES, &COUNTS];

impl Kind {
    /// The kind of a file by its ending; tables of names have any.
    pub fn of_file(path: &Path) -> &'static Self {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        KINDS.iter().find(|kind| kind.endings.contains(&ending.as_str())).copied().unwrap_or(&NAMES)
    }

    /// The ending of the copy of a file.
    fn ending(&self, path: &Path) -> &'static str {
        let own = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        self.endings.iter().find(|ending| **ending == own).unwrap_or(&self.endings[0])
    }
}

/// A file that is to be checked.
struct Given<'a> {
    bytes: &'a [u8],
    path: &'a Path,
    name_field: Option<&'a str>,
    count_field: Option<&'a str>,
    classes: Option<&'a [u8]>,
}

/// A value of a raster that stands for a class.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Class {
    /// The value of its pixels.
    pub value: f64,
    /// Its name.
    pub name: String,
}

/// What a file contains.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// What is counted -> how many: `names`, `languages`.
    pub counts: BTreeMap<String, u64>,
    /// Licence -> rows, if the file says that.
    pub licenses: BTreeMap<String, u64>,
    /// The attribute that names the polygons, or the column that names the areas.
    pub name_field: Option<String>,
    /// The column of visitor counts.
    pub count_field: Option<String>,
    /// The classes of a raster.
    pub classes: Vec<Class>,
}

/// A layer, as `layer.json` describes it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Layer {
    /// Its name, which is also that of its folder.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// The version of the data, if the user said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The licences of the data.
    pub licenses: Vec<String>,
    /// How the data is cited, if the user said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<String>,
    /// What is counted -> how many.
    pub contents: BTreeMap<String, u64>,
    /// The attribute that names the polygons, or the column that names the areas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_field: Option<String>,
    /// The column of visitor counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count_field: Option<String>,
    /// The classes of a raster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Class>,
    /// The name of the file that was added.
    pub source_name: String,
    /// Its SHA-256 sum, hexadecimal.
    pub source_sha256: String,
    /// Its bytes.
    pub source_bytes: u64,
    /// When it was added.
    pub added_at: Timestamp,
    /// The name of its copy in the layer's folder.
    file: String,
}

/// What the user says of a file.
#[derive(Clone, Debug, Default)]
pub struct Described {
    /// The layer's name; `None` for the name of the file without its ending.
    pub name: Option<String>,
    /// The version of the data.
    pub version: Option<String>,
    /// The licence, in place of those that the file names.
    pub license: Option<String>,
    /// How the data is cited.
    pub citation: Option<String>,
    /// The attribute that names the polygons, or the column that names the areas; `None` to find one.
    pub name_field: Option<String>,
    /// The column of visitor counts; `None` to find one.
    pub count_field: Option<String>,
    /// A table with the names of a raster's values.
    pub classes: Option<Vec<u8>>,
    /// Whether a layer of the same name is replaced.
    pub replace: bool,
}

/// Why a layer cannot be added, read or removed.
#[derive(Debug, Error)]
pub enum ReferenceError {
    /// The file cannot be read.
    #[error("{0}")]
    File(io::Error),
    /// It is none of this kind.
    #[error("{0}")]
    Content(String),
    /// Its licence is unknown.
    #[error("it does not say under which licence the data may be used")]
    NoLicense,
    /// The name is no name of a folder.
    #[error("\"{0}\" is no name of a layer: small letters of English, digits, and . _ - within")]
    Name(String),
    /// There is such a layer.
    #[error("there is a reference layer {0} already")]
    Exists(String),
    /// There is no such layer.
    #[error("there is no reference layer {name}")]
    Unknown {
        /// The name.
        name: String,
        /// The layers that there are.
        known: Vec<String>,
    },
    /// Its folder was changed.
    #[error("the reference layer {name} is damaged: {why}")]
    Damaged {
        /// The name.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// Its folder cannot be read or written.
    #[error("{}: {err}", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        err: io::Error,
    },
}

/// The layers of a user.
#[derive(Clone, Debug)]
pub struct Registry {
    folder: PathBuf,
}

impl Registry {
    /// The layers in this folder, which need not exist.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The layers by name. A damaged one is an error of its own.
    pub fn layers(&self) -> Result<Vec<Result<Layer, ReferenceError>>, ReferenceError> {
        let entries = match fs::read_dir(&self.folder) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|err| at(&self.folder, err))?,
        };
        let mut names: Vec<String> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        let is_layer = |name: &String| is_name(name) && self.description(name).is_file();
        Ok(names.into_iter().filter(is_layer).map(|name| self.layer(&name)).collect())
    }

    /// The layers of a kind with the content of their files. Fails if one of them is damaged.
    pub fn of_kind(&self, kind: &Kind) -> Result<Vec<(Layer, Vec<u8>)>, ReferenceError> {
        let layers: Vec<Layer> = self.layers()?.into_iter().collect::<Result<_, _>>()?;
        let layers = layers.into_iter().filter(|layer| layer.kind == kind.name);
        layers.map(|layer| self.content(&layer).map(|content| (layer, content))).collect()
    }

    /// Checks a file and adds it as a layer. Returns the layer and the licences of its rows.
    pub fn add(
        &self,
        kind: &Kind,
        path: &Path,
        described: Described,
    ) -> Result<(Layer, BTreeMap<String, u64>), ReferenceError> {
        let bytes = fs::read(path).map_err(ReferenceError::File)?;
        let given = Given {
            bytes: &bytes,
            path,
            name_field: described.name_field.as_deref(),
            count_field: described.count_field.as_deref(),
            classes: described.classes.as_deref(),
        };
        let Contents { counts, licenses, name_field, count_field, classes } =
            (kind.check)(&given).map_err(ReferenceError::Content)?;
        let own = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let named = own(described.license).map_or_else(|| licenses.keys().cloned().collect(), |license| vec![license]);
        if named.is_empty() {
            return Err(ReferenceError::NoLicense);
        }
        let name = described.name.unwrap_or_else(|| name_of(path));
        if !is_name(&name) {
            return Err(ReferenceError::Name(name));
        }
        if SHIPPED.iter().any(|shipped| shipped.name == name) {
            return Err(ReferenceError::Exists(name));
        }
        let before = self.description(&name).is_file().then(|| self.layer(&name));
        if before.is_some() && !described.replace {
            return Err(ReferenceError::Exists(name));
        }
        let sha256 = sha256_hex(&bytes);
        let layer = Layer {
            kind: kind.name.to_owned(),
            version: own(described.version),
            licenses: named,
            citation: own(described.citation),
            contents: counts,
            name_field,
            count_field,
            classes,
            source_name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            source_bytes: bytes.len() as u64,
            added_at: Timestamp::now(),
            file: format!("{}.{}", &sha256[..16], kind.ending(path)),
            source_sha256: sha256,
            name,
        };
        // The description comes last: without it there is no layer.
        let folder = self.folder.join(&layer.name);
        let file = folder.join(&layer.file);
        write_durably(&file, &bytes).map_err(|err| at(&file, err))?;
        let text = serde_json::to_vec_pretty(&layer).map_err(|err| at(&folder, err.into()))?;
        let description = self.description(&layer.name);
        write_durably(&description, &text).map_err(|err| at(&description, err))?;
        if let Some(Ok(before)) = before.filter(|before| before.as_ref().is_ok_and(|before| before.file != layer.file))
        {
            // What is left of the layer before takes only space.
            let _ = fs::remove_file(folder.join(before.file));
        }
        Ok((layer, licenses))
    }

    /// Removes a layer.
    pub fn remove(&self, name: &str) -> Result<(), ReferenceError> {
        self.check_known(name)?;
        let folder = self.folder.join(name);
        fs::remove_dir_all(&folder).map_err(|err| at(&folder, err))
    }

    /// Fails if there is no layer of this name.
    pub fn check_known(&self, name: &str) -> Result<(), ReferenceError> {
        if is_name(name) && self.description(name).is_file() {
            return Ok(());
        }
        let known = self.layers()?.into_iter().filter_map(|layer| layer.ok().map(|layer| layer.name)).collect();
        Err(ReferenceError::Unknown { name: name.to_owned(), known })
    }

    /// The path of a layer's file.
    fn file(&self, layer: &Layer) -> PathBuf {
        self.folder.join(&layer.name).join(&layer.file)
    }

    fn description(&self, name: &str) -> PathBuf {
        self.folder.join(name).join(DESCRIPTION)
    }

    fn layer(&self, name: &str) -> Result<Layer, ReferenceError> {
        let path = self.description(name);
        let damaged = |why: String| ReferenceError::Damaged { name: name.to_owned(), why };
        let text = fs::read(&path).map_err(|err| at(&path, err))?;
        let layer: Layer = serde_json::from_slice(&text).map_err(|err| damaged(format!("{DESCRIPTION}: {err}")))?;
        if layer.name != name || !is_name(&layer.file) {
            return Err(damaged(format!("{DESCRIPTION} describes another layer")));
        }
        Ok(layer)
    }

    /// The content of a layer's file, which must be the one that was added.
    fn content(&self, layer: &Layer) -> Result<Vec<u8>, ReferenceError> {
        let path = self.file(layer);
        let bytes = fs::read(&path).map_err(|err| at(&path, err))?;
        if sha256_hex(&bytes) != layer.source_sha256 {
            let why = format!("{} was changed after it was added", path.display());
            return Err(ReferenceError::Damaged { name: layer.name.clone(), why });
        }
        Ok(bytes)
    }
}

fn at(path: &Path, err: io::Error) -> ReferenceError {
    ReferenceError::Folder { path: path.to_owned(), err }
}

/// Whether a text can be the name of a folder on any system.
fn is_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(inner) && !text.starts_with(['.', '-']) && !text.ends_with('.')
}

/// The name of a file as the name of a layer.
fn name_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let name: String =
        stem.chars().map(|c| if is_name(&c.to_string()) || "._-".contains(c) { c } else { '-' }).collect();
    name.trim_matches(['.', '-']).chars().take(64).collect()
}
