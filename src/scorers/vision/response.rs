//! Parses the response of a call: labels or an error for each image. A result is never attributed to another image.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::photo::Label;
use crate::sources::lenient::Record;

/// Characters kept of a message or label.
const TEXT_CHARS: usize = 200;

/// The result for one image.
#[derive(Clone, Debug, PartialEq)]
pub enum ImageResponse {
    /// The labels, best first; empty if the service has none for the image.
    Labels(Vec<Label>),
    /// A permanent error: the same image would fail again.
    Refused(String),
    /// A transient error: the same image may succeed later.
    Transient(String),
    /// The account is not allowed to make the request.
    Denied(String),
    /// Any other error; nothing is known about the image.
    Unreadable(String),
}

/// The response of one call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchResponse {
    /// In the order of the images; fewer than requested if the rest is missing.
    pub images: Vec<ImageResponse>,
    /// Why some are missing.
    pub missing: Option<String>,
}

/// Parses the response to a call with `asked` images. Of a truncated response the complete part is used, because it is in
/// the order of the images. If the numbers differ, results cannot be assigned to images and none are used.
pub fn read(body: &[u8], asked: usize) -> BatchResponse {
    let mut values = Vec::new();
    let mut json = serde_json::Deserializer::from_slice(body);
    let whole = Responses(&mut values).deserialize(&mut json).and_then(|()| json.end());
    let found = values.len();
    let missing = match whole {
        _ if found > asked => return lost(format!("{found} results for {asked} images")),
        Ok(()) if found < asked => return lost(format!("{found} results for {asked} images")),
        Err(_) if found < asked => Some(format!("the response ended after {found} of {asked} images")),
        _ => None,
    };
    BatchResponse { images: values.iter().map(image).collect(), missing }
}

fn lost(why: String) -> BatchResponse {
    BatchResponse { images: Vec::new(), missing: Some(why) }
}

fn image(response: &Value) -> ImageResponse {
    let Value::Object(fields) = response else {
        return ImageResponse::Unreadable("the result is not an object".into());
    };
    // According to Google, filled fields are correct even if there is also an error.
    if let Some(annotations) = fields.get("labelAnnotations").filter(|annotations| !annotations.is_null()) {
        return labels(annotations)
            .map_or_else(|| ImageResponse::Unreadable("its labels cannot be read".into()), ImageResponse::Labels);
    }
    match fields.get("error").filter(|error| !error.is_null()) {
        Some(error) => trouble(error),
        None => ImageResponse::Labels(Vec::new()),
    }
}

/// Classifies Google's canonical error codes (google.rpc.Code).
fn trouble(error: &Value) -> ImageResponse {
    let none = serde_json::Map::new();
    let fields = Record(error.as_object().unwrap_or(&none));
    let code = fields.int("code");
    let message = shortened(&fields.text("message").unwrap_or_default());
    let message = code.map_or_else(|| message.clone(), |code| format!("{message} (code {code})"));
    match code {
        // INVALID_ARGUMENT, OUT_OF_RANGE: caused by the image itself.
        Some(3 | 11) => ImageResponse::Refused(message),
        // CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE.
        Some(1 | 2 | 4 | 8 | 10 | 13 | 14) => ImageResponse::Transient(message),
        // PERMISSION_DENIED, UNAUTHENTICATED.
        Some(7 | 16) => ImageResponse::Denied(message),
        _ => ImageResponse::Unreadable(message),
    }
}

/// The labels, best first; `None` if one cannot be read, because then a missing label proves nothing.
fn labels(annotations: &Value) -> Option<Vec<Label>> {
    let mut labels = annotations.as_array()?.iter().map(label).collect::<Option<Vec<_>>>()?;
    labels.sort_by(|a, b| b.score.total_cmp(&a.score));
    Some(labels)
}

fn label(annotation: &Value) -> Option<Label> {
    let fields = Record(annotation.as_object()?);
    // Google's JSON omits numbers that are 0.
    let score = if annotation.get("score").is_some() { fields.float("score")? } else { 0.0 };
    // Tolerates the rounding error of 32-bit arithmetic above 1.
    let in_range = (0.0..=1.000_001).contains(&score);
    let description = shortened(&fields.filled("description")?);
    let mid = fields.filled("mid").map(|mid: String| shortened(&mid));
    in_range.then(|| Label { description, score: score.min(1.0), mid })
}

/// Replaces control characters and cuts to one line.
pub(super) fn shortened(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    visible.take(TEXT_CHARS).collect::<String>().trim().to_owned()
}

/// Collects the elements of `responses` one by one, so that those before an error are kept.
struct Responses<'a>(&'a mut Vec<Value>);

impl<'de> DeserializeSeed<'de> for Responses<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Responses<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with responses")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "responses" {
                map.next_value_seed(Elements(&mut *self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct Elements<'a>(&'a mut Vec<Value>);

impl<'de> DeserializeSeed<'de> for Elements<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of results")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(value) = seq.next_element()? {
            self.0.push(value);
        }
        Ok(())
    }
}
