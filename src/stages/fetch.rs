//! Origins of image files: the network, a folder, or a list of files.

mod network;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};

use crate::net::{MemoryPool, Reservation};
use crate::photo::{Fault, Photo, PhotoId, StageName};
use crate::picture::complete::Limits;
use crate::sources::folder::Folder;

pub use network::Network;

/// The origin of images.
pub enum Origin {
    /// The image hosts of their sources.
    Network(Network),
    /// A folder of the user's own photos.
    Folder {
        /// Its photos.
        folder: Arc<Folder>,
        /// Whether the metadata of the files are used where the folder's metadata have none.
        fills_in: bool,
    },
    /// A file for each photo.
    Files(BTreeMap<PhotoId, PathBuf>),
}

/// A fetched image.
pub struct Fetched {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// The address that returned it, if it differs from the chosen one.
    pub url: Option<String>,
    /// Reserves memory for the bytes.
    pub reservation: Reservation,
}

impl Origin {
    /// Whether this origin may have the photo's image.
    pub fn has_image(&self, photo: &Photo) -> bool {
        match self {
            Self::Network(_) => photo.image_url.is_some(),
            Self::Folder { folder, .. } => folder.path(&photo.id).is_some(),
            Self::Files(files) => files.contains_key(&photo.id),
        }
    }

    /// The image's bytes, or the photo's fault. An outer `Err` is not the photo's fault.
    pub async fn fetch(&self, photo: &Photo, limits: &Limits) -> Result<Result<Fetched, Fault>> {
        match self {
            Self::Network(network) => network.fetch(photo, limits).await,
            Self::Folder { folder, .. } => from_file(folder.path(&photo.id), *limits).await,
            Self::Files(files) => from_file(files.get(&photo.id).cloned(), *limits).await,
        }
    }
}

async fn from_file(path: Option<PathBuf>, limits: Limits) -> Result<Result<Fetched, Fault>> {
    let Some(path) = path else {
        return Ok(Err(Fault::permanent(StageName::Download, "the file is no longer in the folder")));
    };
    // Files of a folder and bodies from the network share one pool of memory.
    let bytes = tokio::fs::metadata(&path).await.map_or(0, |metadata| metadata.len());
    let reservation = MemoryPool::shared().reserve(bytes.min(limits.file_bytes)).await;
    let read = tokio::task::spawn_blocking(move || {
        // A larger one is not read.
        match limits.admit_file(fs::metadata(&path)?.len()) {
            Ok(()) => fs::read(&path).map(Ok),
            Err(defect) => Ok(Err(defect)),
        }
    });
    Ok(match read.await.context("could not read a file")? {
        Ok(Ok(bytes)) => Ok(Fetched { bytes, url: None, reservation }),
        Ok(Err(defect)) => Err(Fault::rejected(StageName::Download, defect.to_string())),
        Err(err) => match err.kind() {
            io::ErrorKind::NotFound => {
                Err(Fault::permanent(StageName::Download, "the file is no longer in the folder"))
            }
            kind => Err(Fault::temporary(StageName::Download, format!("the file could not be read ({kind})"))),
        },
    })
}
