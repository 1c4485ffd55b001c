//! Image files: whether they are whole, what they show, what they say about themselves, and what is
//! left when that is gone.

pub mod complete;
mod container;
pub mod decode;
mod defect;
pub mod format;
pub mod metadata;
pub mod strip;
pub mod thumbnail;

pub use defect::Defect;
