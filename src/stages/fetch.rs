//! Where the bytes of an image come from: a host on the network, a folder, or files that were named.

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

/// The largest image that is received.
pub const MAX_IMAGE_BYTES: u64 = 100 * 1024 * 1024;

/// Where images come from.
pub enum Origin {
    /// The image hosts of their sources.
    Network(Network),
    /// A folder of the user's own.
    Folder(Arc<Folder>),
    /// Files that were named for photos.
    Files(BTreeMap<PhotoId, PathBuf>),
}

/// What was fetched.
pub struct Fetched {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// The address that returned it, when it is not the one that was chosen.
    pub url: Option<String>,
    /// Counts the bytes as memory in use.
    pub reservation: Reservation,
}

impl Origin {
    /// Whether this origin can give the photo's image.
    pub fn has_image(&self, photo: &Photo) -> bool {
        match self {
            Self::Network(_) => photo.image_url.is_some(),
            Self::Folder(folder) => folder.path(&photo.id).is_some(),
            Self::Files(files) => files.contains_key(&photo.id),
        }
    }

    /// The image's bytes, or the photo's fault. An `Err` is ours, not the photo's.
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
        return Ok(Err(Fault::permanent(StageName::Download, "the file is not in the folder any more")));
    };
    let read = tokio::task::spawn_blocking(move || {
        if fs::metadata(&path)?.len() > MAX_IMAGE_BYTES {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        fs::read(&path)
    });
    Ok(match read.await.context("reading a file broke down")? {
        Ok(bytes) => Ok(Fetched { bytes, url: None, reservation: Reservation::default() }),
        Err(err) => match err.kind() {
            io::ErrorKind::NotFound => {
                Err(Fault::permanent(StageName::Download, "the file is not in the folder any more"))
            }
            io::ErrorKind::FileTooLarge => Err(Fault::rejected(StageName::Download, "the file is larger than 100 MiB")),
            kind => Err(Fault::temporary(StageName::Download, format!("the file could not be read ({kind})"))),
        },
    })
}
