//! One photo of the simulated world: all values in the API, and the behaviour of its image host.

use std::path::PathBuf;

use crate::random;

/// The permanent state of a photo's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageState {
    /// Files are served.
    Present,
    /// The image host answers 404.
    NotFound,
    /// The image host answers 410.
    Gone,
    /// The image host answers 302 to `/photo_unavailable.png`.
    RedirectToPlaceholder,
    /// The image host answers 200 with the placeholder's bytes.
    Placeholder,
}

/// Where a photo's bytes come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file on disk: every advertised size has the same bytes.
    File {
        /// Its path.
        path: PathBuf,
        /// The number of the copy; 0 is the unchanged file.
        copy: u32,
    },
    /// Generated on request at the requested size, from the photo's id.
    Drawn,
}

/// One advertised size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// The part after `url_` in `extras`.
    pub key: &'static str,
    /// The part after the last `_` in the file name, empty for the 500 px size.
    pub suffix: &'static str,
    /// The label in `flickr.photos.getSizes`.
    pub label: &'static str,
    /// Longest edge in px; for the two squares their edge, for the original 0.
    pub edge_px: u32,
}

/// All sizes, smallest first. Source: Flickr's "Photo Image URLs" page.
pub const SIZES: [Size; 17] = [
    Size { key: "sq", suffix: "s", label: "Square", edge_px: 75 },
    Size { key: "q", suffix: "q", label: "Large Square", edge_px: 150 },
    Size { key: "t", suffix: "t", label: "Thumbnail", edge_px: 100 },
    Size { key: "s", suffix: "m", label: "Small", edge_px: 240 },
    Size { key: "n", suffix: "n", label: "Small 320", edge_px: 320 },
    Size { key: "w", suffix: "w", label: "Small 400", edge_px: 400 },
    Size { key: "m", suffix: "", label: "Medium", edge_px: 500 },
    Size { key: "z", suffix: "z", label: "Medium 640", edge_px: 640 },
    Size { key: "c", suffix: "c", label: "Medium 800", edge_px: 800 },
    Size { key: "l", suffix: "b", label: "Large", edge_px: 1024 },
    Size { key: "h", suffix: "h", label: "Large 1600", edge_px: 1600 },
    Size { key: "k", suffix: "k", label: "Large 2048", edge_px: 2048 },
    Size { key: "3k", suffix: "3k", label: "X-Large 3K", edge_px: 3072 },
    Size { key: "4k", suffix: "4k", label: "X-Large 4K", edge_px: 4096 },
    Size { key: "5k", suffix: "5k", label: "X-Large 5K", edge_px: 5120 },
    Size { key: "6k", suffix: "6k", label: "X-Large 6K", edge_px: 6144 },
    Size { key: "o", suffix: "o", label: "Original", edge_px: 0 },
];

/// One photo, in full.
#[derive(Debug, Clone)]
pub struct Record {
    /// The photo id.
    pub id: u64,
    /// The owner's number; see [`nsid`].
    pub owner: u32,
    /// The owner's screen name (invented).
    pub owner_name: String,
    /// The owner's path alias, if any (invented).
    pub path_alias: Option<String>,
    /// The title, possibly empty.
    pub title: String,
    /// The description, possibly empty or HTML.
    pub description: String,
    /// Normalised tags.
    pub tags: Vec<String>,
    /// Machine tags.
    pub machine_tags: Vec<String>,
    /// Upload time, unix seconds.
    pub upload: i64,
    /// Time taken as camera-local seconds; `None` is written `0000-00-00 00:00:00`.
    pub taken: Option<i64>,
    /// The time taken is only the upload time.
    pub taken_unknown: bool,
    /// 0 second, 4 month, 6 year, 8 circa.
    pub granularity: u8,
    /// Latitude and longitude in degrees.
    pub place: Option<(f64, f64)>,
    /// Flickr accuracy 1-16, or 0 although there are coordinates.
    pub accuracy: u8,
    /// Licence id 0-16.
    pub license: u8,
    /// A video, whose stills are served.
    pub video: bool,
    /// Views, favourites and comments.
    pub counts: [u64; 3],
    /// Width and height of the original in px.
    pub pixels: (u32, u32),
    /// File extension of the original.
    pub format: &'static str,
    /// Whether `url_o`, `originalsecret` and `o_dims` are given.
    pub downloadable: bool,
    /// Server number in image addresses.
    pub server: u32,
    /// Secret of the sizes below 1600 px.
    pub secret: String,
    /// The owner opted out of machine learning: image answers carry `X-Robots-Tag: noai, noimageai`.
    pub opted_out: bool,
    /// The state of the files.
    pub image_state: ImageState,
    /// How often the owner replaced the picture.
    pub version: u32,
    /// Where the bytes come from.
    pub origin: Origin,
}

/// An owner's NSID, in Flickr's form.
pub fn nsid(owner: u32) -> String {
    format!("{}@N{:02}", 10_000_000 + u64::from(owner), owner % 9)
}

impl Record {
    /// 0 photo, 1 screenshot, 2 other, 3 virtual photography.
    pub fn content_type(&self) -> u64 {
        Some(self.id % 16).filter(|kind| *kind < 4).unwrap_or(0)
    }

    /// The sizes that are served, smallest first, each with width and height in px.
    ///
    /// A drawn photo has every size smaller than its original. A file is never scaled: it is advertised as the original
    /// and as the smallest standard size that holds it (and as `l` when it fits 1024 px), always with its true dimensions.
    pub fn sizes(&self) -> Vec<(Size, u32, u32)> {
        let (w, h) = self.pixels;
        let long = w.max(h);
        let holder = SIZES.iter().find(|s| s.edge_px >= long && s.edge_px >= 240).map(|s| s.key);
        let offered = |size: &Size| match (&self.origin, size.key) {
            (_, "o") => self.downloadable,
            (Origin::Drawn, _) => size.edge_px < long,
            (Origin::File { .. }, key) => Some(key) == holder || (key == "l" && long <= 1024),
        };
        SIZES.iter().filter(|s| offered(s)).map(|s| (*s, self.scaled(*s).0, self.scaled(*s).1)).collect()
    }

    fn scaled(&self, size: Size) -> (u32, u32) {
        let (w, h) = self.pixels;
        if matches!(self.origin, Origin::File { .. }) || size.key == "o" {
            return self.pixels;
        }
        if matches!(size.key, "sq" | "q") {
            return (size.edge_px, size.edge_px);
        }
        let long = w.max(h);
        ((w * size.edge_px / long).max(1), (h * size.edge_px / long).max(1))
    }

    /// The secret in the file name of a size: the photo's own below 1600 px, one of its own from there on.
    pub fn secret_of(&self, size: Size) -> String {
        if size.edge_px != 0 && size.edge_px < 1600 {
            return self.secret.clone();
        }
        format!("{:010x}", random::bits(random::hash(self.secret.as_bytes()), self.id, size.key) >> 24)
    }

    /// Path of a size on the image host, with the leading slash.
    pub fn path(&self, size: Size) -> String {
        let extension = if size.key == "o" || matches!(self.origin, Origin::File { .. }) { self.format } else { "jpg" };
        let suffix = if size.suffix.is_empty() { String::new() } else { format!("_{}", size.suffix) };
        format!("/{}/{}_{}{suffix}.{extension}", self.server, self.id, self.secret_of(size))
    }
}
