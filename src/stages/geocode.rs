//! Fills a photo's place from its location. Offline; nothing in it can fail.

use anyhow::Context;
use futures::future::BoxFuture;
use tokio::task::spawn_blocking;

use super::Stage;
use crate::photo::{Photo, StageName};
use crate::places::{Atlas, DATA_VERSION};

/// The stage that names country, subdivision, city or sea. The atlas is read at its first use.
#[derive(Clone, Copy)]
pub struct Geocode;

impl Stage for Geocode {
    fn name(&self) -> StageName {
        StageName::Geocode
    }

    /// A photo that has a location and no place, or a place by other data than the atlas's.
    fn wants(&self, photo: &Photo) -> bool {
        let fresh = photo.place.as_ref().is_some_and(|place| place.data_version == DATA_VERSION);
        photo.location.is_some() && !fresh
    }

    fn apply<'a>(&'a self, photo: &'a mut Photo) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let Some(location) = photo.location.clone() else { return Ok(()) };
            // Reading the atlas takes a moment, and so do places at sea.
            let find = move || Atlas::load().place(location.latitude, location.longitude, location.uncertainty_m);
            photo.place = Some(spawn_blocking(find).await.context("looking up a place broke down")?);
            Ok(())
        })
    }
}
