//! The names of a dataset's files.

use crate::photo::{FileHash, ImageFile, ImageFormat};

/// The name of a file of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobName<'a> {
    /// An image without metadata.
    Image {
        /// SHA-256 of the received bytes.
        sha256: &'a FileHash,
        /// File name extension of its format: `jpg`.
        extension: &'a str,
    },
    /// The thumbnail of an image.
    Thumbnail {
        /// SHA-256 of the received bytes.
        sha256: &'a FileHash,
    },
    /// Rejected bytes, sealed.
    Quarantined {
        /// SHA-256 of the received bytes.
        sha256: &'a FileHash,
    },
}

impl<'a> BlobName<'a> {
    /// The image of a record.
    pub fn image(file: &'a ImageFile) -> Self {
        Self::Image { sha256: &file.sha256, extension: file.format.extension() }
    }

    /// The thumbnail of a record's image.
    pub fn thumbnail(file: &'a ImageFile) -> Self {
        Self::Thumbnail { sha256: &file.sha256 }
    }

    /// The path in the store, with `/` between its parts.
    pub fn key(self) -> String {
        let sharded = |kind: BlobKind, sha256: &FileHash, extension: &str| {
            format!("{}/{}/{sha256}.{extension}", kind.folder(), &sha256[..2])
        };
        match self {
            Self::Image { sha256, extension } => sharded(BlobKind::Images, sha256, extension),
            Self::Thumbnail { sha256 } => sharded(BlobKind::Thumbnails, sha256, ImageFormat::Jpeg.extension()),
            Self::Quarantined { sha256 } => format!("{}/{sha256}.fernet", BlobKind::Quarantine.folder()),
        }
    }
}

/// The kinds of files in a [`BlobStore`](super::BlobStore).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobKind {
    /// Images without metadata.
    Images,
    /// Thumbnails of the images.
    Thumbnails,
    /// Rejected bytes, sealed.
    Quarantine,
}

impl BlobKind {
    /// The first part of the keys of its files.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Thumbnails => "thumbs",
            Self::Quarantine => "quarantine",
        }
    }
}
