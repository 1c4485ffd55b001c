//! The simulated Flickr, through real HTTP on loopback; generated datasets.
#![allow(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod api;
mod dataset;
mod http;
mod images;
