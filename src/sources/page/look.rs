//! What scripts return of an open page: its images, links and frames, how far it is scrolled, and whether it has a button that loads
//! more.

use serde::Deserialize;

use super::images::Element;
use super::links::Link;

/// Returns a [`Look`].
pub(super) const COLLECT: &str = concat!(include_str!("documents.js"), include_str!("collect.js"));
/// Scrolls on; returns a [`Scrolled`].
pub(super) const SCROLL: &str = concat!(include_str!("documents.js"), include_str!("scroll.js"));
/// Presses a button that loads more; returns a [`Pressed`].
pub(super) const PRESS: &str = concat!(include_str!("documents.js"), include_str!("press.js"));

/// What a page has now.
#[derive(Debug, Deserialize)]
pub(super) struct Look {
    pub(super) url: String,
    pub(super) base: String,
    pub(super) images: Vec<Element>,
    /// Whether it has more images than these.
    pub(super) more: bool,
    pub(super) links: Vec<Link>,
    /// Name and content of its `<meta>`.
    pub(super) robots: Vec<(String, String)>,
    pub(super) frames: Vec<Frame>,
}

/// A frame of the page, of the same origin.
#[derive(Debug, Deserialize)]
pub(super) struct Frame {
    pub(super) url: String,
    pub(super) robots: Vec<(String, String)>,
}

/// How far a page is scrolled.
#[derive(Debug, Deserialize)]
pub(super) struct Scrolled {
    pub(super) bottom: bool,
    /// Of the page and its frames, CSS pixels.
    pub(super) height: f64,
}

/// What came of the search for a button that loads more.
#[derive(Debug, Deserialize)]
pub(super) struct Pressed {
    /// Whether one was pressed.
    pub(super) pressed: bool,
    /// Where it leads, if it is a link to another page of the gallery, which was not followed.
    pub(super) next: String,
}
