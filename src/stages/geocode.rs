//! Fills a photo's place from its location. Offline and quick; nothing in it can fail.

use futures::future::BoxFuture;

use crate::photo::{Photo, StageName};
use crate::places::Atlas;

use super::Stage;

/// The stage that names country, subdivision, city or sea.
#[derive(Clone, Copy)]
pub struct Geocode {
    atlas: Atlas,
}

impl Geocode {
    /// The stage, with the atlas it looks places up in.
    pub fn new(atlas: Atlas) -> Self {
        Self { atlas }
    }
}

impl Stage for Geocode {
    fn name(&self) -> StageName {
        StageName::Geocode
    }

    /// A photo that has a location and no place, or a place by other data than the atlas's.
    fn wants(&self, photo: &Photo) -> bool {
        let fresh = photo.place.as_ref().is_some_and(|place| place.data_version == self.atlas.data_version());
        photo.location.is_some() && !fresh
    }

    fn apply<'a>(&'a self, photo: &'a mut Photo) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            photo.place = photo
                .location
                .as_ref()
                .map(|location| self.atlas.place(location.latitude, location.longitude, location.uncertainty_m));
            Ok(())
        })
    }
}
