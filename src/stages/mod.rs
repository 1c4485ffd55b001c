//! The stages of the pipeline. One stage is one file; `ORDER` is their order.

mod download;
pub mod exif;
mod fetch;
pub mod geocode;
pub mod thumbnail;

use std::sync::Arc;

use futures::future::BoxFuture;

use crate::dataset::Dataset;
use crate::photo::{Photo, StageName};

pub use download::Download;
pub use exif::Exif;
pub use fetch::{MAX_IMAGE_BYTES, Network, Origin};
pub use geocode::Geocode;
pub use thumbnail::Thumbnail;

/// One step of the pipeline. It fills its own part of the photo.
pub trait Stage: Send + Sync {
    /// Which step it is.
    fn name(&self) -> StageName;

    /// Whether this photo needs it: its inputs are there and its output is not.
    fn wants(&self, photo: &Photo) -> bool;

    /// Does it. What is wrong with the photo becomes its fault; an `Err` ends the run.
    fn apply<'a>(&'a self, photo: &'a mut Photo) -> BoxFuture<'a, anyhow::Result<()>>;
}

/// The stages in the order in which photos pass them.
pub const ORDER: [StageName; 4] = [StageName::Download, StageName::Exif, StageName::Geocode, StageName::Thumbnail];

/// All stages but the skipped ones, for a dataset whose images come from `origin`.
pub fn build(dataset: &Dataset, origin: Origin, skipped: &[StageName]) -> Vec<Arc<dyn Stage>> {
    let mut origin = Some(origin);
    let stage = |name: &StageName| -> Option<Arc<dyn Stage>> {
        Some(match name {
            StageName::Download => Arc::new(Download::new(dataset.clone(), origin.take()?)),
            StageName::Exif => Arc::new(Exif),
            StageName::Geocode => Arc::new(Geocode),
            StageName::Thumbnail => Arc::new(Thumbnail { dataset: dataset.clone() }),
            StageName::Search => return None,
        })
    };
    ORDER.iter().filter(|name| !skipped.contains(name)).filter_map(stage).collect()
}

/// The stages that need no image: they can be done before a record is first saved.
pub fn early(skipped: &[StageName]) -> Vec<Arc<dyn Stage>> {
    if skipped.contains(&StageName::Geocode) { Vec::new() } else { vec![Arc::new(Geocode)] }
}
