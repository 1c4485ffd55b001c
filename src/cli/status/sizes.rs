//! The bytes that a dataset takes on disk.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::dataset::Dataset;
use crate::files::{BlobKind, Measured};
use crate::store::Store;

/// Time to measure one kind of files; after it the rest is estimated.
const TIME: Duration = Duration::from_millis(150);

/// Bytes on disk.
#[derive(Debug, Default, Serialize)]
pub struct Sizes {
    /// Absent if the files are in a bucket or in a folder that other datasets use too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<Size>,
    /// As above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnails: Option<Size>,
    /// Rejected bytes; as above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<Size>,
    /// The records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<Size>,
    /// The explorer's index, which can be deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<Size>,
    /// Screen recordings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recordings: Option<Size>,
}

/// A size.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Size {
    /// Bytes.
    pub bytes: u64,
    /// Whether they are estimated from some of the files.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
}

impl Size {
    fn exact(bytes: u64) -> Option<Self> {
        (bytes > 0).then_some(Self { bytes, estimated: false })
    }

    fn of(measured: Measured) -> Option<Self> {
        (measured.bytes > 0).then_some(Self { bytes: measured.bytes, estimated: !measured.is_exact })
    }
}

impl Sizes {
    /// Measures a dataset. What cannot be read is a problem, not an error.
    pub fn of(dataset: &Dataset, store: &dyn Store, problems: &mut Vec<String>) -> Self {
        let mut files = |kind: BlobKind| match dataset.files().measure(kind, TIME) {
            Ok(measured) => measured.and_then(Size::of),
            Err(err) => {
                problems.push(format!("{:#}", anyhow::Error::from(err)));
                None
            }
        };
        Self {
            images: files(BlobKind::Images),
            thumbnails: files(BlobKind::Thumbnails),
            quarantine: files(BlobKind::Quarantine),
            records: store.disk_bytes().ok().flatten().and_then(Size::exact),
            index: fs::metadata(dataset.snapshot()).ok().and_then(|found| Size::exact(found.len())),
            recordings: Size::exact(flat_folder(&dataset.recordings())),
        }
    }

    /// With their names, the records first.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, Size)> {
        [
            ("images", self.images),
            ("thumbnails", self.thumbnails),
            ("quarantined files", self.quarantine),
            ("records", self.records),
            ("index of the explorer", self.index),
            ("recordings", self.recordings),
        ]
        .into_iter()
        .filter_map(|(name, size)| Some((name, size?)))
    }
}

/// The bytes of the files in a folder of few files.
fn flat_folder(path: &Path) -> u64 {
    let files = fs::read_dir(path).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).filter(fs::Metadata::is_file).map(|found| found.len()).sum()
}
