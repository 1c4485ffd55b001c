//! Reads the metadata of the received file: camera settings in clear, all tags as a personal field; for the user's own
//! photos also date, place and caption, where nothing else gives them.

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::Stage;
use crate::photo::{Camera, PersonalField, Photo, StageName};
use crate::picture::metadata::{self, Evidence};

/// Maximum bytes of the compact JSON of all tags of a file; the largest values are replaced by their digests.
pub const EXIF_BYTES_MAX: usize = 15 * 1024;

/// The stage `exif`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exif {
    /// Whether date, place, title and caption of the file are used where the record has none. They are then in clear.
    pub fills_in: bool,
}

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
            let (camera, tags, evidence) =
                read.unwrap_or_else(|_| (Camera::default(), json!({"unreadable": true}), Evidence::default()));
            photo.camera = Some(camera);
            photo.personal.find(PersonalField::Exif, tags);
            if self.fills_in {
                fill_in(photo, evidence);
            }
            Ok(())
        }
        .boxed()
    }
}

fn read_metadata(bytes: &[u8]) -> (Camera, Value, Evidence) {
    let found = metadata::read(bytes);
    (metadata::camera(&found), found.to_value_within(EXIF_BYTES_MAX), metadata::evidence(&found))
}

/// Only what is absent is filled in: the metadata of the folder come first.
fn fill_in(photo: &mut Photo, evidence: Evidence) {
    let mut filled = photo.from_file.take().unwrap_or_default();
    let mut note = |name: &str| filled.push(name.to_owned());
    if photo.taken.is_none() && evidence.taken.is_some() {
        photo.taken = evidence.taken;
        note("taken");
    }
    if photo.location.is_none() && evidence.location.is_some() {
        photo.location = evidence.location;
        note("location");
    }
    for (name, text, said) in
        [("title", &mut photo.title, evidence.title), ("description", &mut photo.description, evidence.description)]
    {
        if let Some(said) = said.filter(|_| text.is_empty()) {
            *text = said;
            note(name);
        }
    }
    photo.from_file = Some(filled);
}
