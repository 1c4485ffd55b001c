//! Pages of the web, for sites without an API: the images of a gallery, as a browser shows it (docs/page.md).
//!
//! [`walk::Walk`] opens a page, scrolls until nothing new comes and follows its link to the next page. It obeys robots.txt
//! and opt-outs, and stays on one host. A photo's id is made from the address of its largest size.

mod frames;
mod images;
mod links;
mod look;
mod progress;
mod robots;
pub mod walk;

pub use images::LeftOut;

use super::{About, Images, Limits, PhotosFrom, Strategy};

/// The description of pages. `limits` are those of opening pages.
pub const ABOUT: About = About {
    name: "page",
    title: "Pages of the web, through a browser",
    terms_url: "",
    api_url: "",
    note: "It needs Chromium and chromedriver. It obeys robots.txt and opt-outs of pages, hosts and images",
    keys: &[],
    search_by: &[],
    located: false,
    photos_from: PhotosFrom::Elsewhere,
    limits: Limits { per_second: 0.5, per_minute: None, per_hour: None, per_day: None },
    page_cap: 1,
    strategy: Strategy::Cursor { result_cap: None },
    images: Images::ANYWHERE,
};
