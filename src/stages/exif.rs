//! Reads what the received file says about itself: the camera in clear, everything to be sealed.

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::Stage;
use crate::photo::{Camera, PersonalField, Photo, StageName};
use crate::picture::metadata;

/// Bytes of the compact JSON of all tags of a file; larger values give way to their digests.
pub const EXIF_BYTES_MAX: usize = 15 * 1024;

/// The stage; it has no settings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exif;

impl Stage for Exif {
    fn name(&self) -> StageName {
        StageName::Exif
    }

    fn wants(&self, photo: &Photo) -> bool {
        photo.received.is_some() && photo.camera.is_none()
    }

    fn apply<'a>(&'a self, photo: &'a mut Photo) -> BoxFuture<'a, anyhow::Result<()>> {
        async move {
            let Some(received) = &photo.received else { return Ok(()) };
            let bytes = received.bytes.clone();
            // A reader that panics met a file that it cannot read: that is no fault of the photo.
            let read = tokio::task::spawn_blocking(move || read_metadata(&bytes)).await;
            let (camera, tags) = read.unwrap_or_else(|_| (Camera::default(), json!({"unreadable": true})));
            photo.camera = Some(camera);
            photo.personal.find(PersonalField::Exif, tags);
            Ok(())
        }
        .boxed()
    }
}

fn read_metadata(bytes: &[u8]) -> (Camera, Value) {
    let found = metadata::read(bytes);
    (metadata::camera(&found), found.to_value_within(EXIF_BYTES_MAX))
}
