//! What can be wrong with an image file.

use crate::photo::ImageFormat;

/// Why a file is not kept as a photo. The message is for a person and quotes nothing from the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// Not one of the four supported formats.
    #[error("this is {0}, not a photo in JPEG, PNG, WebP or GIF")]
    Refused(&'static str),
    /// A picture that no decoder of ours reads; its metadata are read.
    #[error("this is {0}, which cannot be decoded here; its metadata are kept")]
    Undecodable(&'static str),
    /// The file ends before its picture does.
    #[error("the {} file is cut off: {what}", .format.label())]
    Truncated {
        /// By content.
        format: ImageFormat,
        /// What is missing.
        what: String,
    },
    /// The file violates its format.
    #[error("the {} file is damaged: {what}", .format.label())]
    Corrupt {
        /// By content.
        format: ImageFormat,
        /// What is wrong.
        what: String,
    },
    /// A valid file of a kind that is not supported.
    #[error("this kind of {} is not supported: {what}", .format.label())]
    Unsupported {
        /// By content.
        format: ImageFormat,
        /// Which kind.
        what: String,
    },
    /// The file is whole as far as can be seen without decoding, which takes more memory than the limit.
    #[error("the image is too large to be decoded: {0}")]
    TooCostly(String),
    /// Above one of the limits; detected before pixels were allocated.
    #[error("the image is too large: {0}")]
    TooLarge(String),
}

impl Defect {
    pub(super) fn truncated(format: ImageFormat, what: impl Into<String>) -> Self {
        Self::Truncated { format, what: what.into() }
    }

    pub(super) fn corrupt(format: ImageFormat, what: impl Into<String>) -> Self {
        Self::Corrupt { format, what: what.into() }
    }

    pub(super) fn unsupported(format: ImageFormat, what: impl Into<String>) -> Self {
        Self::Unsupported { format, what: what.into() }
    }
}
