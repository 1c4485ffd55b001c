//! Origins of image files: the network, a folder, or a list of files.

mod network;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};

use crate::net::Reservation;
use crate::photo::{Fault, Photo, PhotoId, StageName};
use crate::sources::folder::Folder;

pub use network::Network;

/// Maximum size of an image in bytes.
pub const MAX_IMAGE_BYTES: u64 = 100 * 1024 * 1024;

/// The origin of images.
pub enum Origin {
    /// The image hosts of their sources.
    Network(Network),
    /// A folder of the user's own photos.
    Folder(Arc<Folder>),
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
            Self::Folder(folder) => folder.path(&photo.id).is_some(),
            Self::Files(files) => files.contains_key(&photo.id),
        }
    }

    /// The image's bytes, or the photo's fault. An outer `Err` is not the photo's fault.
    pub async fn fetch(&self, photo: &Photo) -> Result<Result<Fetched, Fault>> {
        match self {
            Self::Network(network) => network.fetch(photo).await,
            Self::Folder(folder) => from_file(folder.path(&photo.id)).await,
            Self::Files(files) => from_file(files.get(&photo.id).cloned()).await,
        }
    }
}

async fn from_file(path: Option<PathBuf>) -> Result<Result<Fetched, Fault>> {
    let Some(path) = path else {
        return Ok(Err(Fault::permanent(StageName::Download, "the file is no longer in the folder")));
    };
    let read = tokio::task::spawn_blocking(move || {
        if fs::metadata(&path)?.len() > MAX_IMAGE_BYTES {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        fs::read(&path)
    });
    Ok(match read.await.context("could not read a file")? {
        Ok(bytes) => Ok(Fetched { bytes, url: None, reservation: Reservation::default() }),
        Err(err) => match err.kind() {
            io::ErrorKind::NotFound => {
                Err(Fault::permanent(StageName::Download, "the file is no longer in the folder"))
            }
            io::ErrorKind::FileTooLarge => Err(Fault::rejected(StageName::Download, "the file is larger than 100 MiB")),
            kind => Err(Fault::temporary(StageName::Download, format!("the file could not be read ({kind})"))),
        },
    })
}
