//! The folder with the layers of a user: adds, lists, reads and removes them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::TempDir;

use super::given::Given;
use super::{Described, GAZETTEER, GivenOption, KINDS, Kind, Layer, RANGES, ReferenceError, gazetteer, ranges};
use crate::disk::write_durably;
use crate::hash::sha256_hex;
use crate::layers::{Gazetteer, Ranges, SHIPPED};

/// The name of a layer's description in its folder.
const DESCRIPTION: &str = "layer.json";

/// A layer that was added.
#[derive(Debug)]
pub struct Added {
    /// The layer.
    pub layer: Layer,
    /// Licence -> rows, if the file says that.
    pub licenses: BTreeMap<String, u64>,
    /// What the user has to know, each in one sentence.
    pub remarks: Vec<String>,
}

/// The layers of a user; by default none.
#[derive(Clone, Debug, Default)]
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
        self.read_all(kind, |bytes, _| Ok(bytes.to_vec()))
    }

    /// All layers of ranges. Fails if a layer is damaged.
    pub fn ranges(&self) -> Result<Vec<(Layer, Ranges)>, ReferenceError> {
        self.read_all(&RANGES, ranges::open)
    }

    /// All gazetteers. Fails if a layer is damaged.
    pub fn gazetteers(&self) -> Result<Vec<(Layer, Gazetteer)>, ReferenceError> {
        self.read_all(&GAZETTEER, gazetteer::open)
    }

    fn read_all<T>(
        &self,
        kind: &Kind,
        read: impl Fn(&[u8], &Path) -> Result<T, String>,
    ) -> Result<Vec<(Layer, T)>, ReferenceError> {
        let layers: Vec<Layer> = self.layers()?.into_iter().collect::<Result<_, _>>()?;
        let layers = layers.into_iter().filter(|layer| layer.kind == kind.name);
        layers.map(|layer| self.read(&layer, &read).map(|content| (layer, content))).collect()
    }

    /// What the file of a layer contains.
    pub(super) fn read<T>(
        &self,
        layer: &Layer,
        read: impl FnOnce(&[u8], &Path) -> Result<T, String>,
    ) -> Result<T, ReferenceError> {
        let damaged = |why| ReferenceError::Damaged { name: layer.name.clone(), why };
        read(&self.content(layer)?, &self.file(layer)).map_err(damaged)
    }

    /// Checks a file and adds it as a layer.
    pub fn add(&self, kind: &Kind, path: &Path, described: Described) -> Result<Added, ReferenceError> {
        path.metadata().map_err(ReferenceError::File)?;
        let of_no_use =
            GivenOption::ALL.iter().find(|(option, _)| option.is_in(&described) && !kind.takes.contains(option));
        if let Some((option, name)) = of_no_use {
            let takes = KINDS.iter().filter(|kind| kind.takes.contains(option)).map(|kind| kind.name);
            let takes: Vec<&str> = takes.collect();
            let why = format!("{name} is for the kind {}, not for {}", takes.join(", "), kind.name);
            return Err(ReferenceError::Content(why));
        }
        let given = Given::new(path, &described);
        let contents = (kind.check)(&given).map_err(ReferenceError::Content)?;
        let own =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let licenses = own(&described.license)
            .map_or_else(|| contents.licenses.keys().cloned().collect(), |license| vec![license]);
        if licenses.is_empty() {
            return Err(ReferenceError::NoLicense);
        }
        let name = described.name.clone().unwrap_or_else(|| name_of(path));
        let before = self.check_new(&name, described.replace)?;
        let (sha256, size) = given.sum().map_err(ReferenceError::File)?;
        let made_sha256 = contents.made.as_ref().map(|(bytes, _)| sha256_hex(bytes));
        let ending = contents.made.as_ref().map_or_else(|| kind.ending(path), |(_, ending)| *ending);
        let layer = Layer {
            kind: kind.name.to_owned(),
            version: own(&described.version),
            licenses,
            citation: own(&described.citation),
            contents: contents.counts,
            name_field: contents.name_field,
            count_field: contents.count_field,
            classes: contents.classes,
            unit: contents.unit,
            features: contents.features,
            source_name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            source_bytes: size,
            source_url: described.source_url.clone(),
            added_at: Timestamp::now(),
            file: format!("{}.{ending}", &made_sha256.as_ref().unwrap_or(&sha256)[..16]),
            source_sha256: sha256,
            made_sha256,
            name,
        };
        match &contents.made {
            Some((bytes, _)) => self.write(&layer, bytes, before)?,
            None => self.write(&layer, given.bytes().map_err(ReferenceError::Content)?, before)?,
        }
        Ok(Added { layer, licenses: contents.licenses, remarks: contents.remarks })
    }

    /// The layer that a new one of this name replaces. Fails if there is one and it is to stay.
    pub fn check_new(&self, name: &str, replace: bool) -> Result<Option<Layer>, ReferenceError> {
        if !is_name(name) {
            return Err(ReferenceError::Name(name.to_owned()));
        }
        let is_shipped = SHIPPED.iter().any(|shipped| shipped.name == name);
        let before = self.description(name).is_file();
        if is_shipped || before && !replace {
            return Err(ReferenceError::Exists(name.to_owned()));
        }
        // A damaged one is replaced too.
        Ok(self.layer(name).ok())
    }

    fn write(&self, layer: &Layer, bytes: &[u8], before: Option<Layer>) -> Result<(), ReferenceError> {
        // The description comes last: without it there is no layer.
        let file = self.file(layer);
        write_durably(&file, bytes).map_err(|err| at(&file, err))?;
        let description = self.description(&layer.name);
        let text = serde_json::to_vec_pretty(layer).map_err(|err| at(&description, err.into()))?;
        write_durably(&description, &text).map_err(|err| at(&description, err))?;
        if let Some(before) = before.filter(|before| before.file != layer.file) {
            // What is left of the layer before takes only space.
            let _ = fs::remove_file(self.file(&before));
        }
        Ok(())
    }

    /// A new folder for a download, which is removed when it is dropped.
    pub fn download_folder(&self) -> Result<TempDir, ReferenceError> {
        let made = fs::create_dir_all(&self.folder).and_then(|()| {
            // No name of a layer begins with a dot.
            tempfile::Builder::new().prefix(".download-").tempdir_in(&self.folder)
        });
        made.map_err(|err| at(&self.folder, err))
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
    pub(super) fn file(&self, layer: &Layer) -> PathBuf {
        self.folder.join(&layer.name).join(&layer.file)
    }

    fn description(&self, name: &str) -> PathBuf {
        self.folder.join(name).join(DESCRIPTION)
    }

    pub(super) fn layer(&self, name: &str) -> Result<Layer, ReferenceError> {
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
    pub(super) fn content(&self, layer: &Layer) -> Result<Vec<u8>, ReferenceError> {
        let path = self.file(layer);
        let bytes = fs::read(&path).map_err(|err| at(&path, err))?;
        if sha256_hex(&bytes) != *layer.made_sha256.as_ref().unwrap_or(&layer.source_sha256) {
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
