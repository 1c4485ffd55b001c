//! Flickr asked for one photo: `flickr.photos.getInfo`, and `getSizes` where the addresses have changed.
//!
//! Errors have status 200. A deleted photo and a private one are the same to others: code 1, "Photo not found".

use serde_json::{Map, Value, json};

use super::super::lenient::Record as Json;
use super::super::lookup::Lookup;
use super::super::rows::json;
use super::super::{Record, ResponseError, lenient};
use super::{Flickr, MAX_RESPONSE_BYTES, failure, not_json, record, sizes, strip_wrapper};
use crate::net::Request;
use crate::photo::{Described, PersonalField, Photo, Size, SourceField};

/// Parts of a photo's description that other people wrote; they are dropped, not even sealed.
const DROPPED_FIELDS: [&str; 2] = ["notes", "people"];

/// What `getInfo` does not give, or what another source said.
const UNASKED: [SourceField; 7] = [
    SourceField::Faves,
    SourceField::Kind,
    SourceField::Attribution,
    SourceField::Changes,
    SourceField::Taxon,
    SourceField::Observation,
    SourceField::Dataset,
];

impl Lookup for Flickr {
    fn batch(&self) -> usize {
        1
    }

    fn key(&self, photo: &Photo) -> Option<String> {
        Some(photo.id.own().to_owned())
    }

    fn request(&self, keys: &[String]) -> Request {
        self.about_photo("flickr.photos.getInfo", &keys.join(","))
    }

    fn parse(&self, _keys: &[String], status: u16, body: &[u8]) -> Result<Vec<Record>, ResponseError> {
        match answer(status, body, "photo")? {
            Answer::Part(Value::Object(info)) => {
                info_record(info).map(|record| vec![record]).map_err(ResponseError::Temporary)
            }
            _ => Ok(Vec::new()),
        }
    }

    fn sizes_request(&self, photo: &Photo) -> Option<Request> {
        Some(self.about_photo("flickr.photos.getSizes", photo.id.own()))
    }

    fn parse_sizes(&self, status: u16, body: &[u8]) -> Result<Vec<Size>, ResponseError> {
        let Answer::Part(list) = answer(status, body, "sizes")? else { return Ok(Vec::new()) };
        Ok(sizes::listed(list.get("size").and_then(Value::as_array).map_or(&[], Vec::as_slice)))
    }
}

impl Flickr {
    /// The request of a method about one photo.
    pub(super) fn about_photo(&self, method: &str, own: &str) -> Request {
        let mut url = self.api_url.clone();
        url.query_pairs_mut()
            .append_pair("method", method)
            .append_pair("format", "json")
            .append_pair("nojsoncallback", "1")
            .append_pair("photo_id", own);
        let secret_query = vec![("api_key".to_owned(), self.api_key.clone())];
        Request { secret_query, ..Request::to_one_host(url, MAX_RESPONSE_BYTES) }
    }
}

/// A definite answer about one photo.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// The part that was asked for, an object.
    Part(Value),
    /// Flickr does not show the photo.
    NotFound,
    /// The owner does not show this to others.
    Denied,
}

/// Reads the part `name` of an answer about one photo.
pub(super) fn answer(status: u16, body: &[u8], name: &str) -> Result<Answer, ResponseError> {
    let text = String::from_utf8_lossy(body);
    let text = json::readable(strip_wrapper(&text));
    let mut answer: Value = match serde_json::from_str(&text) {
        Ok(answer) => answer,
        Err(_) if matches!(status, 401 | 403) => return Err(ResponseError::blocked("Flickr", status)),
        Err(_) => return Err(not_json(status)),
    };
    if status >= 400 {
        return Err(not_json(status));
    }
    if answer.get("stat").and_then(Value::as_str) == Some("fail") {
        let code = answer.get("code").and_then(lenient::int).unwrap_or(0);
        let message = answer.get("message").and_then(lenient::text).unwrap_or_default();
        let lower = message.to_lowercase();
        return match code {
            1 if lower.contains("not found") => Ok(Answer::NotFound),
            2 if lower.contains("permission") => Ok(Answer::Denied),
            _ => Err(failure(code, &message)),
        };
    }
    let part = answer.get_mut(name).map(Value::take).filter(Value::is_object);
    part.map(Answer::Part).ok_or_else(|| ResponseError::Temporary(format!("Flickr's response has no part \"{name}\"")))
}

/// A photo of `getInfo`, read as a record of a search.
fn info_record(mut info: Map<String, Value>) -> Result<Record, String> {
    DROPPED_FIELDS.iter().for_each(|name| drop(info.remove(*name)));
    let today = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date();
    let mut found = record::of_map(&as_listed(&info), today)?;
    found.photo.unasked.extend(UNASKED);
    found.photo.described = Some(described(&info));
    found.photo.personal.find(PersonalField::RawRecord, Value::Object(info));
    Ok(found)
}

/// Tags as they were typed, and Flickr's names of the place.
pub(super) fn described(info: &Map<String, Value>) -> Described {
    let place = info.get("location").and_then(Value::as_object);
    let name = |level: &str| Json(place?).filled(level);
    let tags = info.get("tags").and_then(|tags| tags.get("tag")).and_then(Value::as_array);
    let raw = |tag: &Value| Json(tag.as_object()?).filled("raw");
    Described {
        raw_tags: tags.into_iter().flatten().filter_map(raw).collect(),
        neighbourhood: name("neighbourhood"),
        locality: name("locality"),
        county: name("county"),
        region: name("region"),
        country: name("country"),
        at: jiff::Timestamp::now(),
    }
}

/// The fields of `getInfo` under the names of a search.
fn as_listed(info: &Map<String, Value>) -> Map<String, Value> {
    let part = |name: &str| info.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
    let (dates, owner, location) = (part("dates"), part("owner"), part("location"));
    let tags = part("tags").get("tag").and_then(Value::as_array).cloned().unwrap_or_default();
    let (mut all, mut machine) = (Vec::new(), Vec::new());
    for tag in tags.iter().filter_map(Value::as_object) {
        let Some(text) = Json(tag).filled("_content") else { continue };
        if Json(tag).int("machine_tag") == Some(1) {
            machine.push(text.clone());
        }
        all.push(text);
    }
    let mut listed = Map::new();
    for (from, name, to) in [
        (info, "id", "id"),
        (info, "secret", "secret"),
        (info, "server", "server"),
        (info, "title", "title"),
        (info, "description", "description"),
        (info, "license", "license"),
        (info, "views", "views"),
        (info, "comments", "count_comments"),
        (info, "media", "media"),
        (info, "dateuploaded", "dateupload"),
        (&dates, "posted", "dateupload"),
        (&dates, "lastupdate", "lastupdate"),
        (&dates, "taken", "datetaken"),
        (&dates, "takengranularity", "datetakengranularity"),
        (&dates, "takenunknown", "datetakenunknown"),
        (&owner, "nsid", "owner"),
        (&owner, "username", "ownername"),
        (&owner, "path_alias", "pathalias"),
        (&location, "latitude", "latitude"),
        (&location, "longitude", "longitude"),
        (&location, "accuracy", "accuracy"),
    ] {
        listed.extend(from.get(name).map(|value| (to.to_owned(), value.clone())));
    }
    listed.insert("tags".to_owned(), json!(all.join(" ")));
    listed.insert("machine_tags".to_owned(), json!(machine.join(" ")));
    listed
}

#[cfg(test)]
mod tests {
    use super::{Answer, answer};
    use crate::sources::ResponseError;

    #[test]
    fn only_a_definite_answer_says_that_a_photo_is_withdrawn() {
        let part =
            |status, body: &str| answer(status, body.as_bytes(), "photo").map(|part| matches!(part, Answer::Part(_)));
        assert_eq!(part(200, r#"{"stat":"fail","code":1,"message":"Photo not found"}"#), Ok(false));
        assert_eq!(
            part(200, r#"{"stat":"fail","code":"1","message":"Photo \"1\" not found (invalid ID)"}"#),
            Ok(false)
        );
        assert_eq!(part(200, r#"{"stat":"fail","code":2,"message":"Permission denied"}"#), Ok(false));
        assert_eq!(part(200, r#"{"photo":{"id":"1"},"stat":"ok"}"#), Ok(true));
        for (status, body) in [
            (
                200,
                r#"{"stat":"fail","message":"Sorry, the Flickr API service is not currently available.","code":201},"#,
            ),
            (200, r#"{"stat":"fail","code":105,"message":"Service currently unavailable"}"#),
            (200, r#"{"stat":"ok"}"#),
            (200, r#"{"stat":"ok","photo":"#),
            (200, ""),
            (403, "<html>challenge</html>"),
            (502, "<html>Bad Gateway</html>"),
            (503, r#"{"stat":"fail","code":1,"message":"Photo not found"}"#),
        ] {
            assert!(matches!(part(status, body), Err(ResponseError::Temporary(_))), "{status} {body}");
        }
        let other = part(200, r#"{"stat":"fail","code":1,"message":"Required parameter missing"}"#);
        assert!(matches!(other, Err(ResponseError::Query(_))), "{other:?}");
    }
}
