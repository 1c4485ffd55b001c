//! The available sizes of a Flickr photo, and the choice of one.
//!
//! Suffixes and secrets: <https://www.flickr.com/services/api/misc.urls.html>.

use serde_json::Value;

use super::super::file_name;
use super::super::lenient::Record;
use crate::photo::{Photo, Size};

/// Key of the extra and nominal long edge in pixels, smallest first; 0 for the original. Square sizes are
/// cropped, so they are never downloaded.
const SIZES: [(&str, u32); 17] = [
    ("t", 100),
    ("s", 240),
    ("n", 320),
    ("w", 400),
    ("m", 500),
    ("z", 640),
    ("c", 800),
    ("l", 1024),
    ("h", 1600),
    ("k", 2048),
    ("3k", 3072),
    ("4k", 4096),
    ("f", 4096),
    ("5k", 5120),
    ("6k", 6144),
    ("o", 0),
    ("sq", 75),
];

/// Sizes below 1600 px use the photo's secret, so their addresses can be built: label, file suffix, long edge.
const BUILDABLE: [(&str, &str, u32); 8] = [
    ("t", "_t", 100),
    ("s", "_m", 240),
    ("n", "_n", 320),
    ("w", "_w", 400),
    ("m", "", 500),
    ("z", "_z", 640),
    ("c", "_c", 800),
    ("l", "_b", 1024),
];

/// The sizes in a record, smallest first; if there are none, built ones.
pub fn read(record: &Record, own: &str) -> Vec<Size> {
    let mut sizes: Vec<Size> = SIZES
        .iter()
        .filter(|(label, _)| *label != "sq")
        .filter_map(|(label, nominal)| listed_size(record, label, *nominal))
        .collect();
    if sizes.is_empty() {
        sizes = built_sizes(record, own);
    }
    sizes.sort_by_key(Size::long_edge);
    sizes
}

fn listed_size(record: &Record, label: &str, nominal: u32) -> Option<Size> {
    let url = record.filled(&format!("url_{label}"))?;
    let edge = |side: &str| record.count(&format!("{side}_{label}")).and_then(|n| u32::try_from(n).ok());
    let (width, height) = match (edge("width"), edge("height")) {
        (Some(width), Some(height)) if width > 0 && height > 0 => (width, height),
        _ => (nominal, 0),
    };
    Some(Size { label: label.to_owned(), url: with_https(&url), width, height })
}

fn built_sizes(record: &Record, own: &str) -> Vec<Size> {
    let (Some(server), Some(secret)) = (record.filled("server"), record.filled("secret")) else { return Vec::new() };
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain(&server) || !plain(&secret) {
        return Vec::new();
    }
    BUILDABLE
        .iter()
        .map(|(label, suffix, edge)| Size {
            label: (*label).to_owned(),
            url: format!("https://live.staticflickr.com/{server}/{own}_{secret}{suffix}.jpg"),
            width: *edge,
            height: 0,
        })
        .collect()
}

/// Flickr's names of the sizes in `getSizes`, and their labels here. Square sizes are cropped.
const NAMES: [(&str, &str); 16] = [
    ("Thumbnail", "t"),
    ("Small", "s"),
    ("Small 320", "n"),
    ("Small 400", "w"),
    ("Medium", "m"),
    ("Medium 640", "z"),
    ("Medium 800", "c"),
    ("Large", "l"),
    ("Large 1600", "h"),
    ("Large 2048", "k"),
    ("X-Large 3K", "3k"),
    ("X-Large 4K", "4k"),
    ("Full 4K", "f"),
    ("X-Large 5K", "5k"),
    ("X-Large 6K", "6k"),
    ("Original", "o"),
];

/// The sizes of an answer of `getSizes`, smallest first, without films and sizes of other names.
pub fn listed(list: &[Value]) -> Vec<Size> {
    let size = |value: &Value| {
        let record = Record(value.as_object()?);
        if record.filled("media").is_some_and(|media| media != "photo") {
            return None;
        }
        let name = record.filled("label")?;
        let (_, label) = NAMES.iter().find(|(known, _)| *known == name)?;
        let edge = |side: &str| record.count(side).and_then(|px| u32::try_from(px).ok()).unwrap_or(0);
        let url = with_https(&record.filled("source")?);
        Some(Size { label: (*label).to_owned(), url, width: edge("width"), height: edge("height") })
    };
    let mut sizes: Vec<Size> = list.iter().filter_map(size).collect();
    sizes.sort_by_key(Size::long_edge);
    sizes
}

/// Changes http to https. Records of 2013 have `http://farm3.staticflickr.com`, which supports https too.
fn with_https(url: &str) -> String {
    match url.strip_prefix("http://") {
        Some(rest) if rest.split('/').next().is_some_and(|host| host.ends_with(".staticflickr.com")) => {
            format!("https://{rest}")
        }
        _ => url.to_owned(),
    }
}

/// Chooses the size to download: the largest, or the smallest one whose long edge reaches `long_edge_px` (else the
/// largest below it).
pub fn choose(photo: &mut Photo, long_edge_px: Option<u32>) {
    let largest = photo.sizes.iter().max_by_key(|size| (size.label == "o", size.long_edge()));
    let chosen = match long_edge_px {
        None => largest,
        Some(edge) => photo.sizes.iter().find(|size| size.long_edge() >= edge && known(size)).or(largest),
    };
    if let Some(size) = chosen {
        photo.file_name = file_name(&size.url);
        photo.image_url = Some(size.url.clone());
    }
}

fn known(size: &Size) -> bool {
    size.long_edge() > 0
}
