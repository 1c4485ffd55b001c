//! The formats of image files.

use super::vocabulary::{OrUnknown, vocabulary};

vocabulary! {
    /// The supported formats of image files.
    pub enum ImageFormat {
        /// ISO/IEC 10918-1.
        Jpeg = "jpeg",
        /// W3C PNG, APNG included.
        Png = "png",
        /// RIFF WebP: lossy, lossless, animated.
        Webp = "webp",
        /// GIF87a and GIF89a.
        Gif = "gif",
    }
}

impl ImageFormat {
    /// As a person writes it: `JPEG`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
            Self::Gif => "GIF",
        }
    }

    /// The file name extension: `jpg`.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            other => other.as_str(),
        }
    }

    /// The format with this file name extension.
    pub fn of_extension(extension: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.extension() == extension)
    }

    /// The media type: `image/jpeg`.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
        }
    }
}

impl OrUnknown<ImageFormat> {
    /// The file name extension. A format that this program does not know has its name, if that can be one: a record must not
    /// name a file in another folder.
    pub fn extension(&self) -> &str {
        match self {
            Self::Known(format) => format.extension(),
            Self::Unknown(name) if is_extension(name) => name,
            Self::Unknown(_) => "unknown",
        }
    }
}

/// Whether a text can be a file name extension: few letters and digits.
fn is_extension(text: &str) -> bool {
    (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}
