//! The names of a dataset's files.

use crate::photo::ImageFile;

/// The name of a file of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobName<'a> {
    /// An image without metadata.
    Image {
        /// SHA-256 of the received bytes, hex.
        sha256: &'a str,
        /// As in `ImageFile`.
        format: &'a str,
    },
    /// The thumbnail of an image.
    Thumbnail {
        /// SHA-256 of the received bytes, hex.
        sha256: &'a str,
    },
    /// Rejected bytes, sealed.
    Quarantined {
        /// SHA-256 of the received bytes, hex.
        sha256: &'a str,
    },
}

impl<'a> BlobName<'a> {
    /// The image of a record.
    pub fn image(file: &'a ImageFile) -> Self {
        Self::Image { sha256: &file.sha256, format: &file.format }
    }

    /// The thumbnail of a record's image.
    pub fn thumbnail(file: &'a ImageFile) -> Self {
        Self::Thumbnail { sha256: &file.sha256 }
    }

    /// The path in the store, with `/` between its parts.
    pub fn key(self) -> String {
        let sharded = |kind: BlobKind, sha256: &str, suffix: &str| {
            format!("{}/{}/{sha256}.{suffix}", kind.folder(), sha256.get(..2).unwrap_or("__"))
        };
        match self {
            Self::Image { sha256, format } => sharded(BlobKind::Images, sha256, extension(format)),
            Self::Thumbnail { sha256 } => sharded(BlobKind::Thumbnails, sha256, "jpg"),
            Self::Quarantined { sha256 } => format!("{}/{sha256}.fernet", BlobKind::Quarantine.folder()),
        }
    }
}

/// The file name suffix of an image format.
pub fn extension(format: &str) -> &str {
    match format {
        "jpeg" => "jpg",
        other => other,
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
