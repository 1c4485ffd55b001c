//! Whether the images of the frames of a page may be collected: a frame is a document with a robots.txt and opt-outs of its own.

use std::collections::BTreeMap;

use url::Url;

use super::images::LeftOut;
use super::look::Frame;
use super::robots::Robots;
use crate::browser::Browser;
use crate::net::Client;
use crate::sources::robots_tag::RobotsTag;

/// What is known of the frames of an open page, by address. The error says why the images are left out, and for a robots.txt
/// what it says.
#[derive(Default)]
pub(super) struct Frames(BTreeMap<String, Result<(), (LeftOut, Option<String>)>>);

impl Frames {
    /// Looks at the frames that the page has now. One that asked once not to be collected is not.
    pub(super) async fn see(&mut self, frames: &[Frame], browser: &Browser, (robots, client): (&mut Robots, &Client)) {
        for frame in frames {
            let rules = frame.robots.iter().map(|(name, content)| RobotsTag::of_meta(name, content));
            let asked = rules.fold(RobotsTag::default(), RobotsTag::and);
            if asked.opts_out {
                self.0.insert(frame.url.clone(), Err((LeftOut::Frame, None)));
            } else if !self.0.contains_key(&frame.url) {
                let verdict = of_address(&frame.url, browser, (&mut *robots, client)).await;
                self.0.insert(frame.url.clone(), verdict);
            }
        }
    }

    /// Whether the images of a frame may be collected; an empty address is the page itself.
    pub(super) fn check(&self, address: &str) -> Result<(), (LeftOut, Option<String>)> {
        if address.is_empty() { Ok(()) } else { self.0.get(address).cloned().unwrap_or(Err((LeftOut::Frame, None))) }
    }
}

/// By the robots.txt and the headers of a frame. One without an address of its own (`about:srcdoc`) is a part of the page.
async fn of_address(
    address: &str,
    browser: &Browser,
    (robots, client): (&mut Robots, &Client),
) -> Result<(), (LeftOut, Option<String>)> {
    let Some(mut url) = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https")) else {
        return Ok(());
    };
    robots.of(client, &url).await.check(&url).map_err(|why| (LeftOut::Robots, Some(why)))?;
    url.set_fragment(None);
    let header = browser.frame(&url);
    let lines = header.iter().flat_map(|document| document.header("x-robots-tag"));
    let asked = lines.map(RobotsTag::of_header).fold(RobotsTag::default(), RobotsTag::and);
    if asked.opts_out { Err((LeftOut::Frame, None)) } else { Ok(()) }
}
