//! The simulated Flickr, through real HTTP on loopback.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod api;
mod http;
mod images;
