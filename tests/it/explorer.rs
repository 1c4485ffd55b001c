//! The explorer's columns agree with `Filter::matches` for every photo.

mod counts;
mod gallery;
mod likeness;
mod live;
pub mod made;
mod map;
mod snapshot;
