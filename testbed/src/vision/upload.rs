//! Checks a posted call: whether Google would accept it, and what metadata its pictures contain.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::dimensions;

/// Images in one call, and bytes of its JSON, at most.
pub const LIMITS: (usize, usize) = (16, 10_485_760);

/// One posted image.
#[derive(Debug, Clone)]
pub struct Upload {
    /// As posted.
    pub bytes: Vec<u8>,
    /// The most labels wanted.
    pub max_results: usize,
}

/// Reads a body; the error is Google's message of a 400.
pub fn read(body: &[u8]) -> Result<Vec<Upload>, String> {
    if body.len() > LIMITS.1 {
        return Err(format!("Request payload size exceeds the limit: {} bytes.", LIMITS.1));
    }
    let json: Value = serde_json::from_slice(body).map_err(|_| "Invalid JSON payload received.".to_owned())?;
    let requests = json["requests"].as_array().filter(|requests| !requests.is_empty()).ok_or("No requests.")?;
    if requests.len() > LIMITS.0 {
        return Err(format!("Too many images per request. Max allowed is {}.", LIMITS.0));
    }
    requests.iter().map(upload).collect()
}

fn upload(request: &Value) -> Result<Upload, String> {
    let content = request["image"]["content"].as_str().ok_or("No image present.")?;
    let bytes = STANDARD.decode(content).map_err(|_| "Base64 decoding failed.".to_owned())?;
    let features = request["features"].as_array().ok_or("No features.")?;
    match features.as_slice() {
        [feature] if feature["type"] == "LABEL_DETECTION" => {
            let max_results = feature["maxResults"].as_u64().unwrap_or(10) as usize;
            Ok(Upload { bytes, max_results })
        }
        _ => Err("These features are charged and were not asked for.".into()),
    }
}

/// Width and height in px of a posted picture, by its header.
pub fn pixels(bytes: &[u8]) -> Option<(u32, u32)> {
    dimensions::of(bytes).map(|(_, width, height)| (width, height))
}

/// Bytes of a JPEG that are not picture data: all application segments but a bare JFIF header, comments, and
/// everything after the end. For other files all bytes count.
pub fn metadata_bytes(jpeg: &[u8]) -> usize {
    let mut at = 2;
    let mut found = 0;
    loop {
        let Some(&[0xff, marker, high, low]) = jpeg.get(at..at + 4) else { return jpeg.len() };
        let length = usize::from(high) << 8 | usize::from(low);
        match marker {
            0xe0 if length == 16 && jpeg[at + 4..].starts_with(b"JFIF\0") => {}
            0xe0..=0xef | 0xfe => found += length + 2,
            0xda => break,
            _ => {}
        }
        at += 2 + length;
    }
    let end = jpeg[at..].windows(2).position(|pair| pair == [0xff, 0xd9]).map_or(jpeg.len(), |end| at + end + 2);
    found + jpeg.len() - end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::draw;

    #[test]
    fn metadata_is_counted_and_a_bare_picture_has_none() {
        assert_eq!(metadata_bytes(&draw(1, (40, 30), None)), 0);
        let exif = b"Exif\0\0secret".to_vec();
        assert_eq!(metadata_bytes(&draw(1, (40, 30), Some(&exif))), exif.len() + 4);
        let mut trailing = draw(1, (40, 30), None);
        trailing.extend(b"XMP");
        assert_eq!(metadata_bytes(&trailing), 3);
        assert_eq!(metadata_bytes(b"\xff\xd8 no picture"), 13);
    }

    #[test]
    fn a_call_that_google_would_refuse_is_refused() {
        let one = r#"{"image":{"content":"AAAA"},"features":[{"type":"LABEL_DETECTION","maxResults":7}]}"#;
        let of = |n: usize| format!("{{\"requests\":[{}]}}", vec![one; n].join(","));
        assert_eq!(read(of(16).as_bytes()).unwrap()[15].max_results, 7);
        assert!(read(of(17).as_bytes()).is_err());
        assert!(read(of(0).as_bytes()).is_err());
        assert!(read(of(1).replace("AAAA", "A!").as_bytes()).is_err());
        assert!(read(of(1).replace("LABEL", "FACE").as_bytes()).is_err());
        assert!(read(&vec![b' '; LIMITS.1 + 1]).is_err());
    }
}
