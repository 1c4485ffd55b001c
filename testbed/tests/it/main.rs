//! The simulated Flickr, through real HTTP on loopback; made datasets.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod api;
mod dataset;
mod http;
mod images;
