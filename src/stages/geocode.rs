//! Looks up a photo's place from its coordinates, offline. It cannot fail.

use anyhow::Context;
use futures::future::BoxFuture;
use tokio::task::spawn_blocking;

use super::Stage;
use crate::photo::{Location, Photo, Place, StageName};
use crate::places::{Atlas, DATA_VERSION};

/// The stage `geocode`: country, subdivision, city or sea. The atlas is read on first use.
#[derive(Clone, Copy)]
pub struct Geocode;

impl Geocode {
    /// Finds the place of a photo that wants one. Takes some time for points at sea.
    pub fn locate(photo: &mut Photo) {
        if Self.wants(photo) {
            photo.place = photo.location.as_ref().map(place);
        }
    }
}

fn place(location: &Location) -> Place {
    Atlas::load().place(location.latitude, location.longitude, location.uncertainty_m)
}

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
            photo.place = Some(spawn_blocking(move || place(&location)).await.context("could not look up a place")?);
            Ok(())
        })
    }
}
