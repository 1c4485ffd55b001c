//! The metadata of an image file: EXIF, IPTC, XMP and the comments of its container.
//!
//! All of it may name a person or a place, so all of it is sealed. [`camera`], [`gps`] and [`evidence`] extract the few
//! values that are also stored unsealed.

mod camera;
mod charset;
mod envelope;
mod evidence;
mod exif;
mod iptc;
mod packets;
mod raw_profile;
mod tags;
mod value;
mod xmp;

use std::collections::BTreeMap;

use serde_json::Value;

pub use camera::{camera, gps};
pub use evidence::{Evidence, evidence};
pub use tags::name as tag_name;

/// Values read from one file, list items included. No camera writes this many; a hostile file might.
pub const TAGS_MAX: usize = 2_000;

/// The tags of a file: group -> name -> value.
///
/// Groups are `IFD0`, `IFD1`, ..., `Exif`, `GPS`, `Interop` (those of a later IFD as `IFD1:Exif`), `IPTC`,
/// `XMP`, and `File` (comments and text chunks of the container). Names are spelt as the standards do
/// (EXIF 3.0, IPTC-IIM, `prefix:name` of XMP); an EXIF tag without a name is `0xHHHH`.
///
/// Numbers are JSON numbers. A rational is its quotient, `"n/0"` if the denominator is 0; several values are an
/// array. Text is UTF-8, else Windows-1252, without trailing NULs. Bytes without a known meaning are
/// `{"bytes": n, "hex": ".."}`. A value that is too long is `{"bytes": n, "cut": true, ..}` with its beginning.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// Group -> name -> value, both sorted.
    pub groups: BTreeMap<String, BTreeMap<String, Value>>,
    held: usize,
}

impl Metadata {
    /// Whether the file has no metadata.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The value of a tag, by group and name.
    pub fn value(&self, group: &str, name: &str) -> Option<&Value> {
        self.groups.get(group)?.get(name)
    }

    /// All tags as `group:name`.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.groups.iter().flat_map(|(group, tags)| tags.keys().map(move |tag| format!("{group}:{tag}")))
    }

    /// All tags as one JSON object of groups; `{}` if there are none.
    pub fn to_value(&self) -> Value {
        envelope::whole(&self.groups)
    }

    /// All tags as one JSON object whose compact text is at most `bytes_max` bytes long. The largest values are
    /// replaced first, by `{"bytes": n, "sha256": "..", "cut": true}` of their compact text.
    pub fn to_value_within(&self, bytes_max: usize) -> Value {
        envelope::within(&self.groups, bytes_max)
    }

    /// EXIF Orientation, 1-8; 1 if it is absent or invalid.
    pub fn orientation(&self) -> u8 {
        let number = self.value("IFD0", "Orientation").and_then(value::first_number).unwrap_or(1.0);
        (1_u8..=8).find(|&known| f64::from(known).total_cmp(&number).is_eq()).unwrap_or(1)
    }

    /// Adds a tag. The first value of a name is kept; values beyond [`TAGS_MAX`] are dropped.
    fn put(&mut self, group: &str, name: impl Into<String>, value: Value) {
        let weight = value::leaves(&value);
        if self.held + weight > TAGS_MAX {
            return;
        }
        let tags = self.groups.entry(group.to_owned()).or_default();
        if let std::collections::btree_map::Entry::Vacant(vacant) = tags.entry(name.into()) {
            vacant.insert(value);
            self.held += weight;
        }
    }
}

/// Reads all tags of a JPEG, PNG, WebP or GIF (EXIF also of TIFF, HEIF and AVIF). Never fails: what cannot be read
/// is left out, and a file that is not an image has no tags.
pub fn read(bytes: &[u8]) -> Metadata {
    let mut found = Metadata::default();
    exif::read(bytes, &mut found);
    let packets = packets::find(bytes);
    for tiff in packets.exif {
        exif::read_tiff(tiff, &mut found);
    }
    for records in &packets.iptc {
        iptc::read(records, &mut found);
    }
    for packet in &packets.xmp {
        xmp::read(packet, &mut found);
    }
    for (name, text) in packets.comments {
        found.put("File", name, value::text(&text));
    }
    found
}

/// The EXIF Orientation of a file, 1-8, without the other metadata.
pub fn orientation(bytes: &[u8]) -> u8 {
    let mut found = Metadata::default();
    exif::read(bytes, &mut found);
    if found.is_empty() {
        packets::find(bytes).exif.into_iter().for_each(|tiff| exif::read_tiff(tiff, &mut found));
    }
    found.orientation()
}
