//! More of a photo: what a source tells only when it is asked for that photo alone, with one request for each.

use super::ResponseError;
use crate::net::Request;
use crate::photo::vocabulary::vocabulary;
use crate::photo::{PersonalField, Photo};

vocabulary! {
    /// What a source may be asked for.
    pub enum Detail {
        /// What people wrote below the photo. Sealed: it names people.
        Comments = "comments",
        /// The file's metadata as the source shows it. Sealed, as that of the file.
        ExifApi = "exif-api",
        /// Tags as they were typed, and the source's names of the place.
        Info = "info",
    }
}

impl Detail {
    /// Whether the photo lacks it. A source that refused it was asked.
    pub fn is_missing(self, photo: &Photo) -> bool {
        match self {
            Self::Comments => photo.personal.finding(PersonalField::Comments).is_none(),
            Self::ExifApi => photo.personal.finding(PersonalField::ExifApi).is_none(),
            Self::Info => photo.described.is_none(),
        }
    }
}

/// What an answer said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was added to the photo.
    Added,
    /// The owner does not show it, which was added to the photo.
    Refused,
    /// The source does not show the photo (any more).
    NoPhoto,
}

/// A source that tells more of a photo, without network access: it builds requests and parses responses.
pub trait Details: Send + Sync {
    /// What it can be asked for.
    fn offers(&self) -> &'static [Detail];

    /// The request for one detail of a photo.
    fn request(&self, detail: Detail, photo: &Photo) -> Request;

    /// Adds what the answer says to the photo.
    fn add(&self, detail: Detail, photo: &mut Photo, status: u16, body: &[u8]) -> Result<Told, ResponseError>;
}
