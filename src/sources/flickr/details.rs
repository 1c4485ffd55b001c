//! Comments, EXIF and the description of one photo: `comments.getList`, `getExif` and `getInfo`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::ResponseError;
use super::super::details::{Detail, Details, Told};
use super::super::lenient::Record as Json;
use super::Flickr;
use super::lookup::{Answer, answer, described};
use crate::net::Request;
use crate::photo::{PersonalField, Photo};

/// Parts of a comment that say nothing.
const DROPPED_FIELDS: [&str; 2] = ["iconserver", "iconfarm"];

impl Details for Flickr {
    fn offers(&self) -> &'static [Detail] {
        Detail::ALL
    }

    fn request(&self, detail: Detail, photo: &Photo) -> Request {
        let method = match detail {
            Detail::Comments => "flickr.photos.comments.getList",
            Detail::ExifApi => "flickr.photos.getExif",
            Detail::Info => "flickr.photos.getInfo",
        };
        self.about_photo(method, photo.id.own())
    }

    fn add(&self, detail: Detail, photo: &mut Photo, status: u16, body: &[u8]) -> Result<Told, ResponseError> {
        let part = if detail == Detail::Comments { "comments" } else { "photo" };
        let part = match (answer(status, body, part)?, detail) {
            (Answer::Part(part), _) => part,
            // The owner hides the EXIF, or the comments. That is an answer too, and it is not asked for again.
            (Answer::Denied, Detail::ExifApi) => {
                photo.personal.find(PersonalField::ExifApi, json!({"refused": "permission denied"}));
                return Ok(Told::Refused);
            }
            (Answer::Denied, Detail::Comments) => {
                photo.personal.find(PersonalField::Comments, Value::Null);
                return Ok(Told::Refused);
            }
            (Answer::Denied | Answer::NotFound, _) => return Ok(Told::NoPhoto),
        };
        match detail {
            Detail::Comments => photo.personal.find(PersonalField::Comments, comments(&part)),
            Detail::ExifApi => photo.personal.find(PersonalField::ExifApi, exif(&part)),
            Detail::Info => photo.described = part.as_object().map(described),
        }
        Ok(Told::Added)
    }
}

/// The comments, oldest first, as Flickr gives them; an empty list if there are none.
fn comments(part: &Value) -> Value {
    let mut list = part.get("comment").and_then(Value::as_array).cloned().unwrap_or_default();
    for comment in list.iter_mut().filter_map(Value::as_object_mut) {
        DROPPED_FIELDS.iter().for_each(|name| drop(comment.remove(*name)));
    }
    Value::Array(list)
}

/// The camera, and the tags by their space (`IFD0`, `ExifIFD`, `XMP-dc`): name to value, as a person reads it where Flickr says it.
fn exif(part: &Value) -> Value {
    let mut spaces: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let tags = part.get("exif").and_then(Value::as_array);
    for tag in tags.into_iter().flatten().filter_map(Value::as_object).map(Json) {
        let (Some(space), Some(name)) = (tag.filled("tagspace"), tag.filled("tag")) else { continue };
        if let Some(text) = tag.filled("clean").or_else(|| tag.filled("raw")) {
            spaces.entry(space).or_default().insert(name, Value::String(text));
        }
    }
    let camera = part.as_object().and_then(|photo| Json(photo).filled("camera"));
    json!({"camera": camera, "tags": spaces})
}
