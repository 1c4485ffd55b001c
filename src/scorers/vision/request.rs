//! The body of a call: small copies of the pictures without metadata, and the label request, as JSON.

use std::ops::Range;

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::photo::ImageFormat;
use crate::picture::Defect;
use crate::picture::complete::Limits;
use crate::picture::decode::Plan;
use crate::picture::{strip, thumbnail};

/// Most images in one call.
pub const MAX_IMAGES: usize = 16;

/// JSON around one image, in bytes; an upper bound.
const AROUND_BYTES: usize = 128;

/// The JPEG sent for an image file: upright, longer edge at most `edge_px`, no metadata. The inner error is a defect of
/// the file.
pub fn picture(bytes: &[u8], format: ImageFormat, orientation: u8, edge_px: u32) -> Result<Result<Vec<u8>, Defect>> {
    // It was admitted when it was stored.
    let plan = Plan::within(bytes, format, Some(edge_px), &Limits::LARGEST);
    let picture = match plan.and_then(|plan| plan.decode(bytes)) {
        Ok(picture) => picture,
        Err(defect) => return Ok(Err(defect)),
    };
    let jpeg = thumbnail::small_jpeg(&picture, orientation, edge_px)?;
    // Re-encoding leaves no metadata; this check makes sure before anything is sent.
    strip::check_stored(&jpeg).context("a picture to be sent contains metadata")?;
    Ok(Ok(jpeg))
}

/// The body of one call.
pub fn body(images: &[&[u8]], max_results: u32) -> Vec<u8> {
    let bytes: usize = images.iter().map(|jpeg| json_bytes(jpeg.len())).sum();
    let mut json = String::with_capacity(bytes + AROUND_BYTES);
    json.push_str(r#"{"requests":["#);
    for (nth, jpeg) in images.iter().enumerate() {
        json.push_str(if nth == 0 { r#"{"image":{"content":""# } else { r#",{"image":{"content":""# });
        STANDARD.encode_string(jpeg, &mut json);
        json.push_str(r#""},"features":[{"type":"LABEL_DETECTION","maxResults":"#);
        json.push_str(&max_results.to_string());
        json.push_str("}]}");
    }
    json.push_str("]}");
    json.into_bytes()
}

/// Splits images of these sizes (in bytes) into calls of at most [`MAX_IMAGES`] images and `max_bytes` of JSON.
pub fn split_into_calls(sizes: &[usize], max_bytes: usize) -> Vec<Range<usize>> {
    let mut calls = Vec::new();
    let (mut start, mut bytes) = (0, AROUND_BYTES);
    for (nth, size) in sizes.iter().enumerate() {
        let more = json_bytes(*size);
        if nth > start && (nth - start == MAX_IMAGES || bytes + more > max_bytes) {
            calls.push(start..nth);
            (start, bytes) = (nth, AROUND_BYTES);
        }
        bytes += more;
    }
    if start < sizes.len() {
        calls.push(start..sizes.len());
    }
    calls
}

fn json_bytes(image_bytes: usize) -> usize {
    image_bytes.div_ceil(3) * 4 + AROUND_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_shared_out_by_number_and_by_bytes() {
        assert_eq!(split_into_calls(&[], 1_000), Vec::<Range<usize>>::new());
        assert_eq!(split_into_calls(&[3; 33], 10_000_000), [0..16, 16..32, 32..33]);
        assert_eq!(split_into_calls(&[600_000; 16], 10_000_000), [0..12, 12..16]);
        // An image that is too large alone is sent alone; the service reports the error.
        assert_eq!(split_into_calls(&[10, 9_000, 10], 5_000), [0..1, 1..2, 2..3]);
    }

    #[test]
    fn a_body_is_json_of_at_most_the_estimated_size() {
        let images = [vec![0xff; 1_000], vec![7; 1], vec![0; 5_000]];
        let bodies = body(&images.each_ref().map(Vec::as_slice), 50);
        assert!(bodies.len() <= AROUND_BYTES + images.iter().map(|image| json_bytes(image.len())).sum::<usize>());
        let json: serde_json::Value = serde_json::from_slice(&bodies).unwrap();
        let requests = json["requests"].as_array().unwrap();
        assert_eq!(requests.len(), 3);
        assert_eq!(requests[2]["features"], serde_json::json!([{"type": "LABEL_DETECTION", "maxResults": 50}]));
        assert_eq!(STANDARD.decode(requests[1]["image"]["content"].as_str().unwrap()).unwrap(), [7]);
    }
}
