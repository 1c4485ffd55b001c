//! The images to label: each distinct image once, however many photos show it.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::config;
use crate::photo::{FileHash, ImageFormat, Photo, PhotoId};
use crate::scorers::vision::{self, Estimate};
use crate::store::{Store, StoreError};

/// Photos per read of the store.
const SCAN: usize = 500;

/// One image to label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// SHA-256 of the received bytes, which names its file.
    pub sha256: FileHash,
    /// Format of its file.
    pub format: ImageFormat,
    /// EXIF orientation, 1 to 8.
    pub orientation: u8,
    /// The photos that have this image.
    pub photos: Vec<PhotoId>,
}

/// The images of a dataset that have no labels yet.
#[derive(Clone, Debug, Default)]
pub struct Todo {
    images: Vec<Image>,
    copies: Vec<(PhotoId, PhotoId)>,
    this_month: u64,
}

/// What is known of one image during the scan.
enum Known {
    /// This photo has the labels.
    Labelled(PhotoId),
    /// Its index among the images to label.
    Wanted(usize),
}

impl Todo {
    /// Scans all photos of a store. Uses about 100 bytes of memory per photo.
    pub fn gather(store: &dyn Store) -> Result<Self, StoreError> {
        let mut todo = Self::default();
        let mut known = HashMap::new();
        let month = month(Timestamp::now());
        let mut after = None::<PhotoId>;
        loop {
            let photos = store.scan(after.as_ref(), SCAN)?;
            let Some(last) = photos.last() else { break };
            after = Some(last.id.clone());
            photos.iter().for_each(|photo| todo.take(photo, &mut known, month));
        }
        todo.images.retain(|image| !image.photos.is_empty());
        Ok(todo)
    }

    fn take(&mut self, photo: &Photo, known: &mut HashMap<u128, Known>, this_month: (i16, i8)) {
        let Some(file) = &photo.file else { return };
        // Half of a SHA-256 is enough to distinguish images.
        let Some(key) = file.sha256.get(..32).and_then(|half| u128::from_str_radix(half, 16).ok()) else { return };
        let Some(format) = file.format.known() else { return };
        if vision::wants(photo) {
            // The photo that is listed instead is labelled.
            if !photo.is_listed() {
                return;
            }
            match known.get(&key) {
                Some(Known::Labelled(from)) => self.copies.push((from.clone(), photo.id.clone())),
                Some(Known::Wanted(place)) => self.images[*place].photos.push(photo.id.clone()),
                None => {
                    known.insert(key, Known::Wanted(self.images.len()));
                    let (sha256, orientation) = (file.sha256.clone(), file.orientation);
                    self.images.push(Image { sha256, format, orientation, photos: vec![photo.id.clone()] });
                }
            }
            return;
        }
        if let Some(Known::Labelled(_)) = known.get(&key) {
            return;
        }
        let labelled = photo.labels.get(vision::NAME).filter(|labels| labels.refused.is_none());
        self.this_month += u64::from(labelled.and_then(|labels| labels.at).is_some_and(|at| month(at) == this_month));
        if let Some(Known::Wanted(place)) = known.insert(key, Known::Labelled(photo.id.clone())) {
            let waiting = std::mem::take(&mut self.images[place].photos);
            self.copies.extend(waiting.into_iter().map(|to| (photo.id.clone(), to)));
        }
    }

    /// Number of images to label.
    pub fn images(&self) -> u64 {
        self.images.len() as u64
    }

    /// Photos that get labels from another photo with the same image, free of charge: (from, to).
    pub fn copies(&self) -> &[(PhotoId, PhotoId)] {
        &self.copies
    }

    /// The cost of labelling all images.
    pub fn estimate(&self, settings: &config::Vision) -> Estimate {
        self.estimate_of(self.images(), settings)
    }

    /// The cost of labelling `images` images.
    pub fn estimate_of(&self, images: u64, settings: &config::Vision) -> Estimate {
        Estimate::new(images, self.this_month, settings)
    }

    pub(super) fn into_images(self) -> Vec<Image> {
        self.images
    }
}

/// The month in UTC. Google's billing months differ by hours, which does not matter for an estimate.
fn month(at: Timestamp) -> (i16, i8) {
    let date = Offset::UTC.to_datetime(at).date();
    (date.year(), date.month())
}
