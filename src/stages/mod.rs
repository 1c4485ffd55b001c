//! The stages of the pipeline, one file each; `ORDER` is their order.

mod derived;
mod download;
pub mod exif;
mod fetch;
pub mod geocode;
mod range;
mod setting;
mod taxa;
pub mod thumbnail;

use std::sync::Arc;

use futures::future::BoxFuture;

use crate::dataset::Dataset;
use crate::photo::{Photo, StageName};
use crate::picture::complete::Limits;
use crate::reference::Registry;
use crate::setting::Concepts;

pub use derived::Derived;
pub use download::Download;
pub use exif::Exif;
pub use fetch::{Network, Origin};
pub use geocode::Geocode;
pub use range::RangeStage;
pub use setting::SettingStage;
pub use taxa::Taxa;
pub use thumbnail::Thumbnail;

/// One step of the pipeline. It fills its own part of the photo.
pub trait Stage: Send + Sync {
    /// The name of the stage.
    fn name(&self) -> StageName;

    /// Whether the photo needs the stage: its inputs exist and its output does not.
    fn wants(&self, photo: &Photo) -> bool;

    /// Whether `apply` finds out itself whether there is anything to do, so that asking before it is the same work twice.
    fn finds_out(&self) -> bool {
        false
    }

    /// Runs the stage. A problem with the photo becomes its fault; an `Err` ends the run.
    fn apply<'a>(&'a self, photo: &'a mut Photo) -> BoxFuture<'a, anyhow::Result<()>>;
}

/// The stages in execution order.
pub const ORDER: [StageName; 7] = [
    StageName::Download,
    StageName::Exif,
    StageName::Geocode,
    StageName::Taxa,
    StageName::Range,
    StageName::Setting,
    StageName::Thumbnail,
];

/// What stages need besides the photos.
#[derive(Clone)]
pub struct Needs {
    /// Limits of the images.
    pub limits: Limits,
    /// The user's layers.
    pub registry: Registry,
    /// The concepts whose scores speak for a setting.
    pub concepts: Concepts,
}

/// All stages except the skipped ones, for a dataset with images from `origin`.
pub fn build(dataset: &Dataset, origin: Origin, skipped: &[StageName], needs: &Needs) -> Vec<Arc<dyn Stage>> {
    let limits = needs.limits;
    let fills_in = matches!(origin, Origin::Folder { fills_in: true, .. });
    let mut origin = Some(origin);
    let thumbnail = Thumbnail { dataset: dataset.clone(), limits };
    let derived = Derived::of(needs.registry.clone(), needs.concepts.clone(), dataset.setting_model());
    let with_thumbnail = || (!skipped.contains(&StageName::Thumbnail)).then(|| thumbnail.clone());
    let stage = |name: &StageName| -> Option<Arc<dyn Stage>> {
        Some(match name {
            StageName::Download => Arc::new(Download::new(dataset.clone(), origin.take()?, limits, with_thumbnail())),
            StageName::Exif => Arc::new(Exif { fills_in }),
            StageName::Geocode => Arc::new(Geocode),
            StageName::Taxa => Arc::new(derived.taxa.clone()),
            StageName::Range => Arc::new(derived.range.clone()),
            StageName::Setting => Arc::new(derived.setting.clone()),
            StageName::Thumbnail => Arc::new(thumbnail.clone()),
            StageName::Search => return None,
        })
    };
    ORDER.iter().filter(|name| !skipped.contains(name)).filter_map(stage).collect()
}

/// The stages that need no image, which can run before a record is first saved.
pub const EARLY: [StageName; 4] = [StageName::Geocode, StageName::Taxa, StageName::Range, StageName::Setting];
