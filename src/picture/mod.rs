//! Image files: what they say about themselves, and what is left when that is gone.

pub mod complete;
pub mod decode;
mod defect;
pub mod format;
pub mod placeholder;
pub mod strip;
pub mod thumbnail;

pub use defect::Defect;
