//! Reference data of the user, outside all datasets: layers such as tables of names, polygons and rasters, each with its version,
//! licence and citation.
//!
//! A layer is a folder with `layer.json`, which describes it, and the file that was added, or what was made of it. To add a kind of
//! layer: a function that checks a file and says what it contains, and one line in [`KINDS`].

mod catalogue;
mod counts;
mod delimited;
mod gazetteer;
mod given;
pub mod names;
mod polygons;
mod published;
mod ranges;
mod raster;
mod registry;
pub mod taxa;
mod taxa_archive;
pub mod vernacular;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use given::Given;

pub use catalogue::Catalogue;
pub use counts::{VisitorCount, VisitorCounts};
pub use published::{ByHand, Origin, PUBLISHED, Published, PublishedFile};
pub use registry::{Added, Registry};

/// A kind of layer.
#[derive(Debug)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    /// The endings of its files, the usual one first.
    endings: &'static [&'static str],
    /// Whether a file is of this kind although its ending says nothing of it.
    recognises: fn(&Path) -> bool,
    /// What to do about a file of another kind.
    pub hint: &'static str,
    /// Which options it takes.
    takes: &'static [GivenOption],
    /// Says what a file contains, or why it is none of this kind.
    check: fn(&Given) -> Result<Contents, String>,
}

/// A kind that is recognised by the ending alone and takes no option.
const PLAIN: Kind = Kind {
    name: "",
    about: "",
    endings: &[],
    recognises: |_| false,
    hint: "docs/reference.md describes the files",
    takes: &[],
    check: |_| Err(String::new()),
};

/// Tables of names in many languages.
pub const NAMES: Kind = Kind {
    name: "names",
    about: "names of things in many languages, for --translate and taxa",
    endings: &["tsv"],
    hint: names::NamesError::HINT,
    check: |given| names::check(given.bytes()?),
    ..PLAIN
};

/// Polygons with names.
pub const POLYGONS: Kind = Kind {
    name: "polygons",
    about: "areas with names, for gleaner analyse visits and habitat",
    endings: &["geojson", "json", "gpkg"],
    takes: &[GivenOption::NameField],
    check: polygons::check,
    ..PLAIN
};

/// Ranges of species.
pub const RANGES: Kind = Kind {
    name: "ranges",
    about: "ranges of species, on a grid or as polygons, for gleaner analyse range",
    endings: &["gz"],
    recognises: ranges::recognises,
    check: ranges::check,
    ..PLAIN
};

/// Rasters of classes or numbers.
pub const RASTER: Kind = Kind {
    name: "raster",
    about: "a raster of classes, or of numbers such as elevation, for gleaner analyse habitat",
    endings: &["tif", "tiff"],
    takes: &[GivenOption::Classes, GivenOption::Unit],
    check: raster::check,
    ..PLAIN
};

/// Points with names and feature codes.
pub const GAZETTEER: Kind = Kind {
    name: "gazetteer",
    about: "places with names and feature codes, such as zoos: GeoNames",
    recognises: gazetteer::recognises,
    hint: "it takes allCountries.txt or XX.txt of GeoNames, or the .zip that they are in",
    takes: &[GivenOption::Features],
    check: gazetteer::check,
    ..PLAIN
};

/// Tables of taxa.
pub const TAXA: Kind = Kind {
    name: "taxa",
    about: "taxa with classification, names and Red List categories: Mammal Diversity Database, AviList, IUCN Red List, Darwin Core",
    hint: "it takes a table with a column scientificName or sciName, separated by commas, semicolons or tabs, or the archive of a download of the Red List",
    recognises: taxa_archive::recognises,
    endings: &["csv"],
    check: taxa::check,
    ..PLAIN
};

/// Tables of visitor counts.
pub const COUNTS: Kind = Kind {
    name: "counts",
    about: "visitors counted on site by area and month, for gleaner analyse visitor-counts",
    // A `.csv` without --kind is a table of taxa.
    endings: &["csv"],
    hint: "it takes a table with columns for area, month and count, separated by commas, semicolons or tabs",
    takes: &[GivenOption::NameField, GivenOption::CountField],
    check: counts::check,
    ..PLAIN
};

/// The kinds of layers. Of those with the same ending the first is meant.
pub const KINDS: &[&Kind] = &[&NAMES, &TAXA, &POLYGONS, &RASTER, &RANGES, &GAZETTEER, &COUNTS];

impl Kind {
    /// The kind of a file by its ending or, where that says nothing, by its content; other files are taken for tables of names.
    pub fn of_file(path: &Path) -> &'static Self {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let by_ending = KINDS.iter().find(|kind| kind.endings.contains(&ending.as_str()));
        by_ending.or_else(|| KINDS.iter().find(|kind| (kind.recognises)(path))).copied().unwrap_or(&NAMES)
    }

    /// The ending of the copy of a file.
    fn ending(&self, path: &Path) -> &'static str {
        let own = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        self.endings.iter().find(|ending| **ending == own).unwrap_or(&self.endings[0])
    }
}

/// What a user may say of the files of some kinds only.
#[derive(Clone, Copy, Debug, PartialEq)]
enum GivenOption {
    NameField,
    CountField,
    Classes,
    Features,
    Unit,
}

impl GivenOption {
    /// All with their names on the command line.
    const ALL: [(Self, &'static str); 5] = [
        (Self::NameField, "--name-field"),
        (Self::CountField, "--count-field"),
        (Self::Classes, "--classes"),
        (Self::Features, "--features"),
        (Self::Unit, "--unit"),
    ];

    fn is_in(self, described: &Described) -> bool {
        match self {
            Self::NameField => described.name_field.is_some(),
            Self::CountField => described.count_field.is_some(),
            Self::Classes => described.classes.is_some(),
            Self::Features => !described.features.is_empty(),
            Self::Unit => described.unit.is_some(),
        }
    }
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
    /// The unit of a raster of numbers.
    pub unit: Option<String>,
    /// The feature codes that a gazetteer was asked for.
    pub features: Vec<String>,
    /// What the copy has in place of the file's own content, and the ending of its name.
    made: Option<(Vec<u8>, &'static str)>,
    /// What the user has to know, each in one sentence.
    pub remarks: Vec<String>,
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
    /// The unit of a raster of numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The feature codes that a gazetteer was asked for; the others are not in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// The name of the file that was added.
    pub source_name: String,
    /// Its SHA-256 sum, hexadecimal.
    pub source_sha256: String,
    /// Its bytes.
    pub source_bytes: u64,
    /// The address from which it was downloaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
    /// When it was added.
    pub added_at: Timestamp,
    /// The name of its copy in the layer's folder.
    file: String,
    /// The SHA-256 sum of the copy where that has not all of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    made_sha256: Option<String>,
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
    /// The unit of a raster of numbers, such as `m`.
    pub unit: Option<String>,
    /// The features of a gazetteer that are kept: `S.ZOO`, or a whole class, `S`; none for zoos.
    pub features: Vec<String>,
    /// The address from which the file was downloaded.
    pub source_url: Option<String>,
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
