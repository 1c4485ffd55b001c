//! Downloads the image, checks that it is complete, removes its metadata and stores it.
//!
//! Where a thumbnail is wanted it is made here: reading the picture data of a JPEG is most of the work of both stages.
//!
//! The received bytes stay in memory, because they may contain personal data. Stored files have no metadata
//! and are read again after writing.

use std::sync::Arc;

use crate::hash::sha256_hex;
use anyhow::{Context, Result};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use scaled_jpeg::Extent;
use tracing::trace;

use super::Stage;
use super::fetch::{Fetched, Origin};
use super::thumbnail::{self, Made, Thumbnail};
use crate::dataset::Dataset;
use crate::files::{BlobName, Files, FilesError};
use crate::net::{MemoryPool, Reservation};
use crate::photo::{Fault, FileHash, ImageFile, Media, Photo, Received, StageName};
use crate::picture::complete::Limits;
use crate::picture::{Defect, complete, format, strip};
use crate::sources;

/// The stage `download`.
pub struct Download {
    dataset: Dataset,
    origin: Arc<Origin>,
    limits: Limits,
    thumbnail: Option<Thumbnail>,
}

impl Download {
    /// Stores images from `origin` that are within `limits` in `dataset`. With `thumbnail`, that stage's work is done too.
    pub fn new(dataset: Dataset, origin: Origin, limits: Limits, thumbnail: Option<Thumbnail>) -> Self {
        Self { dataset, origin: Arc::new(origin), limits, thumbnail }
    }

    async fn download(&self, photo: &mut Photo) -> Result<()> {
        let fetched = match self.origin.fetch(photo, &self.limits).await? {
            Ok(fetched) => fetched,
            Err(fault) => {
                photo.fault = Some(fault);
                return Ok(());
            }
        };
        let Fetched { bytes, url, reservation } = fetched;
        if let Some(url) = url {
            photo.file_name = sources::file_name(&url);
            photo.image_url = Some(url);
        }
        let held = Arc::new(reservation);
        let received = Received { bytes: bytes.into(), at: Timestamp::now(), reservation: Some(held.clone()) };
        photo.received = Some(received.clone());
        let bytes = Arc::clone(&received.bytes);
        if self.thumbnail.is_some() {
            trace!(photo = photo.id.as_str(), stage = StageName::Thumbnail.as_str(), "stage");
        }
        let (made, located) = match self.decoded(&bytes, &held).await {
            Some(Ok(Made { thumb, located })) => (Some(Ok(thumb)), located),
            Some(Err(defect)) => (Some(Err(defect)), None),
            None => (None, None),
        };
        let (dataset, limits) = (self.dataset.clone(), self.limits);
        // Whether something is wrong with the picture: the thumbnail's stage says what.
        let is_wrong = matches!(&made, Some(Err(defect)) if !matches!(defect, Defect::TooCostly(_)));
        let memory = MemoryPool::shared().more(&held, bytes.len() as u64).await;
        let stored =
            tokio::task::spawn_blocking(move || store_image(&dataset, &received, &limits, (located, is_wrong)));
        let stored = stored.await;
        drop(memory);
        let kept = match stored {
            Ok(kept) => kept?,
            // A hostile file must not end the run, now or in the next run.
            Err(_) => Err("the file could not be processed".to_owned()),
        };
        let file = match kept {
            Ok(file) => file,
            Err(why) => {
                photo.fault = Some(Fault::rejected(StageName::Download, why));
                return Ok(());
            }
        };
        photo.file = Some(file.clone());
        match (&self.thumbnail, made) {
            (Some(thumbnail), Some(made)) => thumbnail.keep(photo, (file, bytes), made).await,
            _ => Ok(()),
        }
    }

    /// The thumbnail if one is wanted, or the picture's defect. `None` leaves the picture to the stage `thumbnail`.
    async fn decoded(&self, bytes: &Arc<[u8]>, held: &Reservation) -> Option<Result<Made, Defect>> {
        self.thumbnail.as_ref()?;
        let format = format::sniff(bytes).ok()?;
        thumbnail::made_from(Arc::clone(bytes), (format, strip::orientation(bytes)), self.limits, held).await.ok()
    }
}

impl Stage for Download {
    fn name(&self) -> StageName {
        StageName::Download
    }

    fn wants(&self, photo: &Photo) -> bool {
        photo.fault.is_none() && photo.file.is_none() && photo.media == Media::Photo && self.origin.has_image(photo)
    }

    fn apply<'a>(&'a self, photo: &'a mut Photo) -> BoxFuture<'a, Result<()>> {
        self.download(photo).boxed()
    }
}

/// Checks, strips and writes one image. The inner error is the reason why the bytes are not a valid image.
/// `located` is where the picture of a JPEG is in the file, if that is known; `is_wrong` whether something is known
/// to be wrong with it, so that it is not written.
fn store_image(
    dataset: &Dataset,
    received: &Received,
    limits: &Limits,
    (located, is_wrong): (Option<Extent>, bool),
) -> Result<Result<ImageFile, String>> {
    let bytes = &received.bytes;
    let checked = format::sniff(bytes).and_then(|format| Ok((format, complete::check_within(bytes, format, limits)?)));
    let (format, dimensions) = match checked {
        Ok(checked) => checked,
        Err(defect) => return Ok(Err(defect.to_string())),
    };
    let mut stripped = match strip::strip_located(bytes, located) {
        Ok(stripped) if stripped.is_whole || is_wrong => stripped,
        Ok(_) => return Ok(Err(strip::StripError::NotWhole.to_string())),
        Err(err) => return Ok(Err(err.to_string())),
    };
    let sha256 = FileHash::of(bytes);
    let (files, name) = (dataset.files(), BlobName::Image { sha256: &sha256, extension: format.extension() });
    let (stored_sha256, stored_bytes) = (sha256_hex(&stripped.bytes), stripped.bytes.len() as u64);
    if !is_wrong && !is_stored(files, name, (stored_bytes, &stored_sha256))? {
        files.write(name, &stripped.bytes).context("could not write an image")?;
        // Fail closed: check the stored bytes, not those in memory. One copy at a time.
        stripped.bytes = Vec::new();
        let written = files.read(name).context("could not read back an image")?.unwrap_or_default();
        if let Err(left) = strip::check_made(&written) {
            files.remove(name).context("could not remove an image with metadata")?;
            return Ok(Err(format!("its metadata could not be removed: {left}")));
        }
        anyhow::ensure!(sha256_hex(&written) == stored_sha256, "the stored file differs from the written bytes");
    }
    Ok(Ok(ImageFile {
        sha256,
        stored_sha256,
        format: format.into(),
        width: dimensions.width,
        height: dimensions.height,
        orientation: stripped.orientation,
        bytes: bytes.len() as u64,
        stored_bytes,
        downloaded_at: received.at,
        end_marker_added: stripped.end_marker_added,
        animation_removed: stripped.animation_removed,
        not_decoded: None,
    }))
}

/// Whether the complete file already exists (the same image under another id, or after an interrupted run). A file that
/// cannot be read is written again.
fn is_stored(files: &Files, name: BlobName<'_>, (bytes, sha256): (u64, &str)) -> Result<bool, FilesError> {
    let lies =
        || Ok(files.len(name)? == Some(bytes) && files.read(name)?.is_some_and(|lying| sha256_hex(&lying) == sha256));
    lies().or_else(|err: FilesError| if err.is_storage_failure() { Err(err) } else { Ok(false) })
}
