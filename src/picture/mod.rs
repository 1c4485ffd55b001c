//! Image files: completeness checks, decoding, metadata, metadata removal, thumbnails.

pub mod complete;
mod container;
pub mod decode;
mod defect;
pub mod format;
pub mod icc;
pub mod metadata;
pub mod pdq;
pub mod strip;
pub mod thumbnail;

pub use defect::Defect;
