//! Looks up a photo's place from its coordinates, offline. It cannot fail.

use anyhow::Context;
use futures::future::BoxFuture;
use tokio::task::spawn_blocking;

use super::Stage;
use crate::photo::{Photo, StageName};
use crate::places::{Atlas, DATA_VERSION};

/// The stage `geocode`: country, subdivision, city or sea. The atlas is read on first use.
#[derive(Clone, Copy)]
pub struct Geocode;

impl Stage for Geocode {
    fn name(&self) -> StageName {
        StageName::Geocode
    }

    /// Whether the photo has a location but no place, or a place from other data than the atlas's.
    fn wants(&self, photo: &Photo) -> bool {
        let fresh = photo.place.as_ref().is_some_and(|place| place.data_version == DATA_VERSION);
        photo.location.is_some() && !fresh
    }

    fn apply<'a>(&'a self, photo: &'a mut Photo) -> BoxFuture<'a, anyhow::Result<()>> {
        Box::pin(async move {
            let Some(location) = photo.location.clone() else { return Ok(()) };
            // Reading the atlas and places at sea take some time.
            let find = move || Atlas::load().place(location.latitude, location.longitude, location.uncertainty_m);
            photo.place = Some(spawn_blocking(find).await.context("could not look up a place")?);
            Ok(())
        })
    }
}
