//! Reads the metadata of the received file: camera settings in clear, all tags as a personal field.

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::Stage;
use crate::photo::{Camera, PersonalField, Photo, StageName};
use crate::picture::metadata;

/// Maximum bytes of the compact JSON of all tags of a file; the largest values are replaced by their digests.
pub const EXIF_BYTES_MAX: usize = 15 * 1024;

/// The stage `exif`.
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
            // A panic means that the parser cannot read the metadata, which is not a fault of the photo.
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
