//! What happens to a photo on the way. One stage is one file; `ORDER` is the road.

mod exif;

use futures::future::BoxFuture;

use crate::photo::{Photo, StageName};

pub use exif::{EXIF_BYTES_MAX, Exif};

/// One step on the road. It fills the part of the photo that is its own.
pub trait Stage: Send + Sync {
    /// Which step it is.
    fn name(&self) -> StageName;

    /// Whether this photo needs it: its inputs are there and its output is not.
    fn wants(&self, photo: &Photo) -> bool;

    /// Does it. What is wrong with the photo becomes its fault; an `Err` ends the run.
    fn apply<'a>(&'a self, photo: &'a mut Photo) -> BoxFuture<'a, anyhow::Result<()>>;
}

/// The stages in the order of the road.
pub const ORDER: [StageName; 4] = [StageName::Download, StageName::Exif, StageName::Geocode, StageName::Thumbnail];
