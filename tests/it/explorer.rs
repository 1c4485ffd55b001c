//! The explorer's columns say the same as `Filter::matches`, photo by photo.

mod counts;
mod gallery;
mod likeness;
mod live;
pub mod made;
mod map;
mod snapshot;
