//! The explorer's columns agree with `Filter::matches` for every photo.

mod counts;
mod gallery;
pub mod generated;
mod live;
mod map;
mod passing;
mod similarity;
mod snapshot;
