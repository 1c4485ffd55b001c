//! The images of a page: which addresses an element offers, which of them is the largest, and what the page says about it.

use serde::{Deserialize, Serialize};
use url::Url;

use super::ABOUT;
use crate::net::Guard;
use crate::photo::{License, Media, PersonalField, Photo, Size, SourceField};
use crate::sources::{choose_size, urls};

/// An image of which no side is this long, in pixels, is an icon.
const MIN_LONG_PX: u32 = 64;
/// An image of which one side is shorter is a line or a spacer.
const MIN_SHORT_PX: u32 = 32;

/// Endings of files that are photos, for a link from a small image to the large one.
const ENDINGS: [&str; 5] = ["jpg", "jpeg", "png", "webp", "gif"];
/// Endings of files that are no photos, or that cannot be decoded.
const OTHER_ENDINGS: [&str; 5] = ["svg", "svgz", "ico", "avif", "jxl"];
/// Media types of `<source>` that can be decoded; the empty one is not told.
const TYPES: [&str; 5] = ["", "image/jpeg", "image/png", "image/webp", "image/gif"];

/// What a page says about one of its `<img>` elements.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Element {
    /// Its number in the page.
    pub(super) id: u64,
    src: String,
    /// Addresses in `data-src` and the like, which scripts put into `src` later.
    lazy: Vec<String>,
    sets: Vec<Set>,
    /// Width and height as displayed without scaling, pixels; 0 if not loaded.
    size: [u32; 2],
    /// The attributes `width` and `height`.
    given: [f64; 2],
    /// Whether the browser has loaded it, or has given up.
    pub(super) complete: bool,
    alt: String,
    title: String,
    caption: String,
    link: String,
    license: String,
    /// The address of the frame that it is in; empty in the page itself.
    #[serde(skip_serializing)]
    pub(super) frame: String,
    /// What addresses in the frame are relative to.
    #[serde(skip_serializing)]
    base: String,
}

/// A `srcset`, with the media type of its `<source>`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Set {
    #[serde(rename = "type")]
    media_type: String,
    set: String,
}

/// Why an image of a page is not collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// It has no address of the web: `data:` or a script's.
    NoAddress,
    /// It is an icon or a spacer.
    Icon,
    /// A robots.txt forbids it, or cannot be read.
    Robots,
    /// It is in a frame that asks not to be collected.
    Frame,
}

impl LeftOut {
    /// The reason in a few words, plural.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoAddress => "without an address of a picture on the web",
            Self::Icon => "icons and spacers",
            Self::Robots => "forbidden by robots.txt",
            Self::Frame => "in frames that ask not to be collected",
        }
    }
}

/// How far the size of a candidate is known; a later one is larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// In `src`, of unknown size: often a small one for a start.
    Src,
    /// Of known size.
    Known,
    /// What a script will load.
    Lazy,
    /// The file that the image links to.
    Link,
}

/// One address of an image.
#[derive(Clone, Debug, PartialEq)]
struct Candidate {
    rank: Rank,
    size: Size,
}

impl Element {
    /// Whether it can be taken before the browser has loaded it.
    pub(super) fn is_ready(&self) -> bool {
        (self.complete && self.size[0] > 0) || !self.lazy.is_empty() || !self.sets.is_empty()
    }

    /// The photo that it shows. `long_edge_px` chooses the size to download, `None` the largest.
    pub(super) fn photo(
        &self,
        page: &Url,
        base: &Url,
        guard: &Guard,
        long_edge_px: Option<u32>,
    ) -> Result<Photo, LeftOut> {
        let own = Url::parse(&self.base).ok();
        let base = own.as_ref().unwrap_or(base);
        let candidates = self.candidates(base, guard);
        let Some(largest) = candidates.last() else { return Err(LeftOut::NoAddress) };
        if self.is_icon(&candidates) {
            return Err(LeftOut::Icon);
        }
        let url = Url::parse(&largest.size.url).map_err(|_| LeftOut::NoAddress)?;
        let linked = web_address(&self.link, base).filter(|link| !is_picture(link));
        let caption = if self.caption.is_empty() { &self.alt } else { &self.caption };
        let alt = if self.caption.is_empty() { "" } else { &self.alt };
        let title = if self.title.is_empty() { alt } else { &self.title };
        let mut photo = Photo {
            id: urls::id_of(ABOUT.name, &url),
            title: title.to_owned(),
            description: caption.clone(),
            media: Media::Photo.into(),
            landing_url: Some(linked.unwrap_or_else(|| page.clone()).to_string()),
            license: web_address(&self.license, base).map(|url| License::parse(url.as_str(), None)),
            sizes: candidates.into_iter().map(|candidate| candidate.size).collect(),
            ..Photo::default()
        };
        choose_size(&mut photo, long_edge_px);
        photo.personal.find(PersonalField::RawRecord, serde_json::to_string(self).unwrap_or_default());
        let said = [
            SourceField::Title,
            SourceField::Description,
            SourceField::LandingUrl,
            SourceField::Sizes,
            SourceField::License,
        ];
        photo.unasked.extend(SourceField::ALL.into_iter().filter(|field| !said.contains(field)));
        Ok(photo)
    }

    /// Its addresses, each once, the largest last.
    fn candidates(&self, base: &Url, guard: &Guard) -> Vec<Candidate> {
        let mut found = Vec::new();
        let mut add = |rank: Rank, label: &str, address: &str, (width, height): (u32, u32)| {
            let Some(url) = picture_address(address, base, guard) else { return };
            found.push(Candidate { rank, size: Size { label: label.to_owned(), url: url.into(), width, height } });
        };
        let natural = self.sets.is_empty().then_some((self.size[0], self.size[1])).filter(|(width, _)| *width > 0);
        add(natural.map_or(Rank::Src, |_| Rank::Known), "src", &self.src, natural.unwrap_or_default());
        for set in self.sets.iter().filter(|set| TYPES.contains(&set.media_type.to_ascii_lowercase().as_str())) {
            for (address, descriptor) in srcset(&set.set) {
                let (width, height) = self.pixels(&descriptor);
                add(if width > 0 { Rank::Known } else { Rank::Src }, &descriptor, &address, (width, height));
            }
        }
        for address in self.lazy.iter().filter(|address| **address != self.src) {
            add(Rank::Lazy, "lazy", address, (0, 0));
        }
        if web_address(&self.link, base).is_some_and(|link| is_picture(&link)) {
            add(Rank::Link, "link", &self.link, (0, 0));
        }
        // Of equal ones the first in the page.
        found.reverse();
        found.sort_by_key(|candidate| (candidate.rank, candidate.size.long_edge(), density(&candidate.size.label)));
        let mut kept: Vec<Candidate> = Vec::new();
        for candidate in found.into_iter().rev() {
            if !kept.iter().any(|known| known.size.url == candidate.size.url) {
                kept.push(candidate);
            }
        }
        kept.reverse();
        kept
    }

    /// The pixels that a descriptor of a `srcset` tells; 0 for those that it does not.
    fn pixels(&self, descriptor: &str) -> (u32, u32) {
        let [natural_width, natural_height] = self.size.map(f64::from);
        let number = |unit: char| descriptor.strip_suffix(unit)?.parse::<f64>().ok().filter(|n| *n > 0.0 && *n < 1e6);
        let width = number('w').or_else(|| Some(number('x')? * natural_width)).unwrap_or_default();
        let height = if natural_width > 0.0 { width * natural_height / natural_width } else { 0.0 };
        (width.round() as u32, height.round() as u32)
    }

    /// Whether it is too small for a photo at every size that is known.
    fn is_icon(&self, candidates: &[Candidate]) -> bool {
        if candidates.iter().any(|candidate| matches!(candidate.rank, Rank::Lazy | Rank::Link)) {
            return false;
        }
        let given = [self.given[0] as u32, self.given[1] as u32];
        let of_sizes = candidates.iter().map(|candidate| [candidate.size.width, candidate.size.height]);
        let known = of_sizes.chain([self.size]).filter(|[width, height]| *width > 0 && *height > 0);
        let largest = known.max_by_key(|[width, height]| u64::from(*width) * u64::from(*height));
        let [width, height] = largest.unwrap_or(given);
        let is_known = width > 0 && height > 0;
        is_known && (width.max(height) < MIN_LONG_PX || width.min(height) < MIN_SHORT_PX)
    }
}

/// The pixel density that a label tells, in thousandths; 0 if it tells none.
fn density(label: &str) -> u32 {
    let told = label.strip_suffix('x').and_then(|density| density.parse::<f64>().ok());
    told.map_or(0, |density| (density.clamp(0.0, 1_000.0) * 1_000.0) as u32)
}

/// The candidates of a `srcset` with their descriptors, which may be empty.
fn srcset(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    while !rest.is_empty() {
        let (address, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        let bare = address.trim_end_matches(',');
        // A comma right after the address ends the candidate; inside, it belongs to the address.
        let (descriptor, next) = if bare.len() < address.len() {
            ("", after)
        } else {
            let end = after.find(',').unwrap_or(after.len());
            (after[..end].trim(), &after[end..])
        };
        if !bare.is_empty() {
            found.push((bare.to_owned(), descriptor.to_owned()));
        }
        rest = next.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    found
}

/// The address of a picture that can be collected, as it is asked for.
fn picture_address(address: &str, base: &Url, guard: &Guard) -> Option<Url> {
    let url = web_address(address, base)?;
    let ending = ending(&url);
    let other = ending.is_some_and(|ending| OTHER_ENDINGS.contains(&ending.as_str()));
    (!other).then(|| urls::image_address(url.as_str(), guard).ok())?
}

/// An address of the web, resolved.
fn web_address(address: &str, base: &Url) -> Option<Url> {
    let address = address.trim();
    if address.is_empty() || address.starts_with("data:") {
        return None;
    }
    base.join(address).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Whether an address names a file that is a picture.
fn is_picture(url: &Url) -> bool {
    ending(url).is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

fn ending(url: &Url) -> Option<String> {
    let name = url.path().rsplit('/').next()?;
    Some(name.rsplit_once('.')?.1.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(json: serde_json::Value) -> Element {
        serde_json::from_value(json).unwrap()
    }

    fn photo(element: &Element) -> Result<Photo, LeftOut> {
        let page = Url::parse("https://example.org/gallery/?page=2").unwrap();
        element.photo(&page, &page, &Guard::default(), None)
    }

    #[test]
    fn a_srcset_is_read_as_browsers_read_it() {
        let of = |text: &str| srcset(text).into_iter().map(|(url, width)| format!("{url}|{width}")).collect::<Vec<_>>();
        assert_eq!(of("a.jpg 1x, b.jpg 2x"), ["a.jpg|1x", "b.jpg|2x"]);
        assert_eq!(of(" ,a.jpg,\n b.jpg 800w ,c.jpg"), ["a.jpg|", "b.jpg|800w", "c.jpg|"]);
        assert_eq!(
            of("/w_200,h_100/a.jpg 200w,/w_400,h_200/a.jpg 400w"),
            ["/w_200,h_100/a.jpg|200w", "/w_400,h_200/a.jpg|400w"]
        );
        assert_eq!(of(""), [""; 0]);
        assert_eq!(of(",, ,"), [""; 0]);
    }

    #[test]
    fn the_largest_candidate_is_taken_and_the_smaller_ones_are_kept_as_sizes() {
        let json = serde_json::json!({
            "src": "small.jpg", "size": [400, 300], "complete": true, "alt": "A heron",
            "sets": [{"type": "image/avif", "set": "x.avif 4000w"},
                     {"type": "image/webp", "set": "m.webp 800w, l.webp 1600w"}, {"type": "", "set": "s.jpg 400w"}],
        });
        let found = photo(&element(json)).unwrap();
        let urls: Vec<&str> = found.sizes.iter().map(|size| size.url.rsplit('/').next().unwrap()).collect();
        assert_eq!(urls, ["small.jpg", "s.jpg", "m.webp", "l.webp"]);
        assert_eq!(found.image_url.as_deref(), Some("https://example.org/gallery/l.webp"));
        assert_eq!((found.sizes[3].width, found.sizes[3].height), (1600, 1200));
        assert_eq!((found.title.as_str(), found.description.as_str()), ("", "A heron"));
        // A link to a file, and what a script will load, are larger than what is shown.
        for (json, largest) in [
            (serde_json::json!({"src": "t.jpg", "size": [200, 200], "link": "/full/1.JPG"}), "1.JPG"),
            (serde_json::json!({"src": "data:", "lazy": ["real.jpg"]}), "real.jpg"),
            (serde_json::json!({"src": "t.jpg", "sets": [{"set": "t.jpg, t2.jpg 2x"}], "size": [200, 100]}), "t2.jpg"),
            (serde_json::json!({"src": "t.jpg", "sets": [{"set": "a.jpg 2x"}]}), "a.jpg"),
            (serde_json::json!({"src": "t.jpg", "sets": [{"set": "a.jpg 1.5x, b.jpg 3x, c.jpg"}]}), "b.jpg"),
        ] {
            let found = photo(&element(json)).unwrap();
            assert_eq!(found.file_name.as_deref(), Some(largest));
        }
    }

    #[test]
    fn what_the_page_says_is_kept_and_the_raw_record_is_sealed() {
        let json = serde_json::json!({
            "src": "/a.jpg", "size": [640, 480], "alt": "Heron", "caption": "A heron at dawn, by Ann",
            "link": "https://example.org/photos/7", "license": "https://creativecommons.org/licenses/by/4.0/",
        });
        let found = photo(&element(json)).unwrap();
        assert_eq!((found.title.as_str(), found.description.as_str()), ("Heron", "A heron at dawn, by Ann"));
        assert_eq!(found.landing_url.as_deref(), Some("https://example.org/photos/7"));
        assert_eq!(found.license.as_ref().unwrap().id, "CC-BY-4.0");
        assert!(found.id.as_str().starts_with("page:"), "{}", found.id);
        assert!(!serde_json::to_string(&found).unwrap().contains("\"given\""));
        let none = photo(&element(serde_json::json!({"src": "/a.jpg", "size": [640, 480]}))).unwrap();
        assert_eq!((none.landing_url.as_deref(), &none.id), (Some("https://example.org/gallery/?page=2"), &found.id));
        let flickr =
            element(serde_json::json!({"src": "https://live.staticflickr.com/1/53412345678_0a1b2c3d4e_b.jpg"}));
        assert_eq!(photo(&flickr).unwrap().id.as_str(), "flickr:53412345678");
    }

    #[test]
    fn icons_data_addresses_and_drawings_are_left_out_with_the_reason() {
        for (json, why) in [
            (serde_json::json!({"src": "data:"}), LeftOut::NoAddress),
            (serde_json::json!({"src": ""}), LeftOut::NoAddress),
            (serde_json::json!({"src": "logo.svg", "size": [300, 300]}), LeftOut::NoAddress),
            (serde_json::json!({"src": "javascript:alert(1)"}), LeftOut::NoAddress),
            (serde_json::json!({"src": "https://ann:secret@example.org/a.jpg"}), LeftOut::NoAddress),
            (serde_json::json!({"src": "i.png", "size": [16, 16]}), LeftOut::Icon),
            (serde_json::json!({"src": "i.png", "given": [48.0, 48.0]}), LeftOut::Icon),
            (serde_json::json!({"src": "line.gif", "size": [900, 2]}), LeftOut::Icon),
        ] {
            assert_eq!(photo(&element(json.clone())).unwrap_err(), why, "{json}");
        }
        assert!(photo(&element(serde_json::json!({"src": "a.jpg"}))).is_ok(), "of unknown size");
    }
}
