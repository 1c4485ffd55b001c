//! Decodes the image strictly and writes its thumbnail, unless the stage `download` did so.

use std::sync::{Arc, LazyLock};

use anyhow::{Context, anyhow};
use futures::future::BoxFuture;
use scaled_jpeg::Extent;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::Stage;
use crate::dataset::Dataset;
use crate::files::BlobName;
use crate::net::{MemoryPool, Reservation};
use crate::photo::{self, Fault, FileHash, ImageFile, ImageFormat, Photo, StageName};
use crate::picture::Defect;
use crate::picture::complete::Limits;
use crate::picture::decode::Plan;
use crate::picture::thumbnail::{DECODE_LONG_EDGE_PX, Thumb, make};

/// One concurrent decode per core; more would only need more memory.
static CORES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)));

/// The stage `thumbnail`.
#[derive(Clone)]
pub struct Thumbnail {
    /// The dataset of the images and thumbnails.
    pub dataset: Dataset,
    /// What a picture may measure, and what decoding it may cost.
    pub limits: Limits,
}

impl Stage for Thumbnail {
    fn name(&self) -> StageName {
        StageName::Thumbnail
    }

    fn wants(&self, photo: &Photo) -> bool {
        // An image in a format that only a newer program knows is left to that program.
        let decodes = photo.file.as_ref().is_some_and(|file| file.format.known().is_some());
        decodes && photo.thumbnail.is_none() && photo.fault.is_none()
    }

    fn apply<'a>(&'a self, photo: &'a mut Photo) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let Some(file) = photo.file.clone() else { return Ok(()) };
            let Some(format) = file.format.known() else { return Ok(()) };
            let received = photo.received.as_ref().map(|received| received.bytes.clone());
            // The memory of the file is held with its bytes, or from now on.
            let with_bytes = photo.received.as_ref().and_then(|received| received.reservation.clone());
            let own = match &received {
                Some(_) => Reservation::default(),
                None => MemoryPool::shared().reserve(file.stored_bytes).await,
            };
            let held = with_bytes.as_ref().and_then(|held| held.downcast_ref::<Reservation>()).unwrap_or(&own);
            let Some(bytes) = self.bytes(&file, received).await? else {
                photo.file = None;
                let lost = "the image is no longer in the dataset folder; download it again";
                photo.fault = Some(Fault::temporary(StageName::Thumbnail, lost));
                return Ok(());
            };
            let made = made_from(Arc::clone(&bytes), (format, file.orientation), self.limits, held).await?;
            self.keep(photo, (file, bytes), made.map(|made| made.thumb)).await
        })
    }
}

impl Thumbnail {
    /// Writes the thumbnail of the photo's file, which has these bytes, or records why there is none.
    pub(super) async fn keep(
        &self,
        photo: &mut Photo,
        (file, bytes): (ImageFile, Arc<[u8]>),
        made: Result<Thumb, Defect>,
    ) -> anyhow::Result<()> {
        match made {
            Ok(thumb) => {
                photo.thumbnail = Some(self.write(&file, thumb).await?);
                photo.file = Some(ImageFile { not_decoded: None, ..file });
            }
            // Nothing is known to be wrong with it. Every run tries again, in case the limit was raised.
            Err(Defect::TooCostly(why)) => photo.file = Some(ImageFile { not_decoded: Some(why), ..file }),
            Err(defect) => {
                self.remove(file).await?;
                photo.file = None;
                // The bytes for the quarantine: as received, or in a later run as stored.
                let at = jiff::Timestamp::now();
                photo.received.get_or_insert(photo::Received { bytes, at, reservation: None });
                photo.fault = Some(Fault::rejected(StageName::Thumbnail, defect.to_string()));
            }
        }
        Ok(())
    }

    /// The image as received, else as stored; `None` if neither exists.
    async fn bytes(&self, file: &ImageFile, received: Option<Arc<[u8]>>) -> anyhow::Result<Option<Arc<[u8]>>> {
        if let Some(bytes) = received {
            return Ok(Some(bytes));
        }
        let (files, file) = (self.dataset.files().clone(), file.clone());
        let read = spawn_blocking(move || files.read(BlobName::image(&file))).await?;
        Ok(read.context("cannot read an image")?.map(Into::into))
    }

    /// Writes the thumbnail unless it exists; its name depends on its content. One of another version of the program stays in
    /// a shared folder, where another dataset may know its hash.
    async fn write(&self, file: &ImageFile, thumb: Thumb) -> anyhow::Result<photo::Thumbnail> {
        let Thumb { jpeg, width, height, thumbhash, pdq } = thumb;
        let (files, file) = (self.dataset.files().clone(), file.clone());
        let sha256 = spawn_blocking(move || {
            let name = BlobName::thumbnail(&file);
            let made = FileHash::of(&jpeg);
            match files.read(name)?.map(|there| FileHash::of(&there)) {
                Some(there) if there == made || files.is_shared() => Ok(there),
                _ => files.write(name, &jpeg).map(|()| made),
            }
        });
        let sha256 =
            sha256.await?.context("could not write a thumbnail; check free space and permissions of the disk")?;
        let (pdq, pdq_quality) = (Some(pdq.hex()), Some(pdq.quality));
        Ok(photo::Thumbnail { width, height, thumbhash, sha256: Some(sha256), pdq, pdq_quality })
    }

    async fn remove(&self, file: ImageFile) -> anyhow::Result<()> {
        let files = self.dataset.files().clone();
        let removed = spawn_blocking(move || files.remove(BlobName::image(&file))).await?;
        removed.context("cannot remove a damaged image")
    }
}

/// What decoding a file gave.
pub(super) struct Made {
    pub thumb: Thumb,
    /// Where the picture of a JPEG is in the file.
    pub located: Option<Extent>,
}

/// Checks, waits for memory and for a core, decodes and scales, on a thread for blocking work. `held` is the memory of the file.
pub(super) async fn made_from(
    bytes: Arc<[u8]>,
    (format, orientation): (ImageFormat, u8),
    limits: Limits,
    held: &Reservation,
) -> anyhow::Result<Result<Made, Defect>> {
    let checked = bytes.clone();
    let plan = spawn_blocking(move || Plan::within(&checked, format, Some(DECODE_LONG_EDGE_PX), &limits)).await?;
    let plan = match plan {
        Ok(plan) => plan,
        Err(defect) => return Ok(Err(defect)),
    };
    // Some decoders count the file, which is held already.
    let needed = plan.peak_bytes().saturating_sub(bytes.len() as u64).max(1 << 20);
    // Memory before a core: who waits for memory must keep nobody from decoding and giving some back.
    let _memory = MemoryPool::shared().more(held, needed).await;
    let _core = CORES.acquire().await?;
    let made = spawn_blocking(move || match plan.decode_and_locate(&bytes) {
        Ok((picture, located)) => make(&picture, orientation).map(|thumb| Ok(Made { thumb, located })),
        Err(defect) => Ok(Err(defect)),
    });
    made.await.map_err(|err| anyhow!("could not make a thumbnail: {err}"))?
}
