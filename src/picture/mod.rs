//! Image files: what they say about themselves, and what is left when that is gone.

mod container;
pub mod metadata;
pub mod strip;
