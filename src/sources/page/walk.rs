//! Walks from page to page of a gallery: opens each, scrolls until nothing new comes, and yields its photos as they appear.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use thiserror::Error;
use tracing::{debug, info};
use url::Url;

use super::frames::Frames;
use super::images::{Element, LeftOut};
use super::links::{self, Link};
use super::look::{COLLECT, Look, PRESS, Pressed, SCROLL, Scrolled};
use super::progress::fingerprint;
use super::robots::Robots;
use crate::browser::{Browser, BrowserError, Document, Setup};
use crate::net::{Backoff, Client, Guard, Lookup, RetryPolicy, is_retryable_status};
use crate::photo::Photo;
use crate::sources::host;
use crate::sources::robots_tag::RobotsTag;

pub use super::progress::{Progress, Report};

/// Nothing was loaded for this long: what a scroll has brought is there.
const QUIET: Duration = Duration::from_millis(400);
/// The same at the end of a page, where a script may wait before it asks for more.
const QUIET_AT_END: Duration = Duration::from_millis(1_200);
/// The longest wait for quiet after one scroll.
const MAX_SETTLE: Duration = Duration::from_secs(20);
/// The longest stay on one page.
const MAX_STAY: Duration = Duration::from_secs(600);
/// Times that the end of a page is seen without anything new before it is left.
const TIMES_AT_END: u32 = 2;
/// Times that buttons of one page are pressed.
const MAX_PRESSES: u32 = 200;
/// Calls of the script for one look at a page; each returns up to 2,000 images.
const MAX_LOOKS: u32 = 10;

/// The bounds of a walk.
#[derive(Clone, Debug)]
pub struct Options {
    /// The most pages.
    pub pages: u32,
    /// The most images.
    pub images: u64,
    /// The most time, in this run.
    pub time: Duration,
    /// The long edge to download; `None` for the largest.
    pub long_edge_px: Option<u32>,
    /// The least pause between two pages. The host may ask for a longer one.
    pub pause: Duration,
    /// For pages that fail for now.
    pub retry: RetryPolicy,
}

/// Photos of a page.
#[derive(Debug, Default)]
pub struct Batch {
    /// New ones, in the order of the page.
    pub photos: Vec<Photo>,
    /// The progress, if the page is done.
    pub done: Option<Progress>,
}

/// Why a walk has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The last page has no link to a next one, or a bound of pages or images is reached.
    Complete,
    /// The next page may not or cannot be collected, for this reason.
    Here(String),
    /// The walk is not complete, for this reason; it can be continued.
    CutShort(String),
}

/// Why a page was not collected.
#[derive(Debug, Error)]
pub enum WalkError {
    /// It may not be collected.
    #[error("{0}")]
    Refused(String),
    /// It is not there, or is no page.
    #[error("{0}")]
    NoPage(String),
    /// It could not be opened now.
    #[error("{0}")]
    Unreachable(String),
    /// The browser failed.
    #[error(transparent)]
    Browser(#[from] BrowserError),
}

/// The open page.
struct Page {
    document: Document,
    since: Instant,
    nofollow: bool,
    /// Images that the browser has not loaded yet.
    pending: BTreeMap<u64, Element>,
    /// What each image was taken for so far: a photo, or the reason why it was left out.
    taken_for: HashSet<(u64, String)>,
    links: Vec<Link>,
    /// A link that loads more, which leads to another page.
    more: Option<Link>,
    frames: Frames,
    height: f64,
    at_end: u32,
    pressed: u32,
    looked_at: bool,
}

/// A walk through the pages of one host.
pub struct Walk {
    browser: Browser,
    client: Client,
    guard: Guard,
    options: Options,
    robots: Robots,
    started: Instant,
    opened: Option<Instant>,
    page: Option<Page>,
    progress: Progress,
    ended: Option<Ended>,
}

impl Walk {
    /// Starts a browser and opens the first page. Fails if that may not or cannot be collected.
    pub async fn begin(
        start: &Url,
        setup: &Setup,
        lookup: &Lookup,
        client: Client,
        options: Options,
    ) -> Result<Self, WalkError> {
        let mut robots = Robots::default();
        setup.guard.check(start).map_err(|why| WalkError::Refused(format!("{start}: {why}")))?;
        check_robots(&mut robots, &client, start).await?;
        let browser = Browser::start(setup, lookup).await?;
        let mut walk = Self {
            browser,
            client,
            guard: setup.guard.clone(),
            options,
            robots,
            started: Instant::now(),
            opened: None,
            page: None,
            progress: Progress { next: Some(start.clone()), ..Progress::default() },
            ended: None,
        };
        match walk.open_next().await {
            Ok(()) => Ok(walk),
            Err(err) => {
                walk.close().await;
                Err(err)
            }
        }
    }

    /// Continues an earlier walk where it was.
    pub fn resume(&mut self, progress: Progress) {
        self.page = None;
        self.progress = progress;
    }

    /// The next photos, or the end of a page. `None` at the end of the walk.
    pub async fn next_batch(&mut self) -> Result<Option<Batch>, WalkError> {
        while self.ended.is_none() {
            if self.page.is_none() && self.progress.next.is_none() {
                self.ended = Some(Ended::Complete);
                break;
            }
            let advanced = match self.page {
                None => self.open_next().await.map(|()| Batch::default()),
                Some(_) => self.advance().await,
            };
            match advanced {
                Ok(batch) if batch.photos.is_empty() && batch.done.is_none() => {}
                Ok(batch) => return Ok(Some(batch)),
                Err(err) if self.progress.report.found == 0 => return Err(err),
                Err(WalkError::Refused(why) | WalkError::NoPage(why)) => self.ended = Some(Ended::Here(why)),
                Err(err) => self.ended = Some(Ended::CutShort(err.to_string())),
            }
        }
        Ok(None)
    }

    /// How it ended; `None` before its end.
    pub fn ended(&self) -> Option<&Ended> {
        self.ended.as_ref()
    }

    /// The counts so far.
    pub fn report(&self) -> &Report {
        &self.progress.report
    }

    /// Ends the browser.
    pub async fn close(self) {
        self.browser.close().await;
    }

    async fn open_next(&mut self) -> Result<(), WalkError> {
        let Some(url) = self.progress.next.clone() else { return Ok(()) };
        self.guard.check(&url).map_err(|why| WalkError::Refused(format!("{url}: {why}")))?;
        check_robots(&mut self.robots, &self.client, &url).await?;
        self.pause(&url).await;
        let document = self.open(&url).await?;
        let nofollow = self.admit(&document).await?;
        self.progress.host = Some(host(&document.url));
        self.progress.visited.extend([url.to_string(), document.url.to_string()]);
        self.progress.report.pages += 1;
        self.browser.settle(QUIET, MAX_SETTLE).await?;
        info!(page = self.progress.report.pages, host = document.url.host_str(), "page opened");
        self.page = Some(Page {
            document,
            since: Instant::now(),
            nofollow,
            pending: BTreeMap::new(),
            taken_for: HashSet::new(),
            links: Vec::new(),
            more: None,
            frames: Frames::default(),
            height: 0.0,
            at_end: 0,
            pressed: 0,
            looked_at: false,
        });
        Ok(())
    }

    /// Waits as long as the host asks between two pages.
    async fn pause(&mut self, url: &Url) {
        let asked = self.robots.of(&self.client, url).await.crawl_delay().unwrap_or_default();
        if let Some(opened) = self.opened {
            tokio::time::sleep(self.options.pause.max(asked).saturating_sub(opened.elapsed())).await;
        }
        self.opened = Some(Instant::now());
    }

    /// Opens a page, again if it fails for now.
    async fn open(&mut self, url: &Url) -> Result<Document, WalkError> {
        let mut backoff = Backoff::new(&self.options.retry);
        let mut tried = 1;
        loop {
            let (why, after) = match self.browser.open(url).await {
                Ok(document) if is_retryable_status(document.status) => {
                    let after = document.header("retry-after").find_map(|value| value.trim().parse::<u64>().ok());
                    (format!("{url} answers with HTTP {}", document.status), after)
                }
                Ok(document) => return Ok(document),
                Err(BrowserError::Open(why)) => (why, None),
                Err(err) => return Err(err.into()),
            };
            if tried >= self.options.retry.attempts {
                return Err(WalkError::Unreachable(why));
            }
            let wait = backoff.next_wait().max(Duration::from_secs(after.unwrap_or(0).min(120)));
            debug!(tried, wait_ms = wait.as_millis() as u64, why, "the page is opened again");
            tokio::time::sleep(wait).await;
            tried += 1;
        }
    }

    /// Checks a document that was received: where it is, whether it is a page, and whether it may be collected. Returns
    /// whether its links may not be followed.
    async fn admit(&mut self, document: &Document) -> Result<bool, WalkError> {
        let url = &document.url;
        self.guard.check(url).map_err(|why| WalkError::Refused(format!("it leads to {url}: {why}")))?;
        if let Some(own) = self.progress.host.as_ref().filter(|own| **own != host(url)) {
            return Err(WalkError::Refused(format!("the page leads from {own} to another host, {}", host(url))));
        }
        check_robots(&mut self.robots, &self.client, url).await?;
        if document.status >= 400 {
            return Err(WalkError::NoPage(format!("{url} answers with HTTP {}", document.status)));
        }
        if !matches!(document.mime.as_str(), "text/html" | "application/xhtml+xml") {
            return Err(WalkError::NoPage(format!("{url} is no web page but {}", document.mime)));
        }
        let asked =
            document.header("x-robots-tag").map(RobotsTag::of_header).fold(RobotsTag::default(), RobotsTag::and);
        refuse_if(asked.opts_out, url, "X-Robots-Tag")?;
        Ok(asked.nofollow)
    }

    /// Looks at the page, after the first time a scroll further down.
    async fn advance(&mut self) -> Result<Batch, WalkError> {
        let Some(mut page) = self.page.take() else { return Ok(Batch::default()) };
        let mut is_done = false;
        if page.looked_at {
            let scrolled: Scrolled = self.browser.run(SCROLL).await?;
            let quiet = if scrolled.bottom { QUIET_AT_END } else { QUIET };
            self.browser.settle(quiet, MAX_SETTLE).await?;
            let is_same = scrolled.bottom && (scrolled.height - page.height).abs() < 1.0;
            page.at_end = if is_same { page.at_end + 1 } else { 0 };
            page.height = scrolled.height;
        }
        page.looked_at = true;
        let (mut elements, base) = self.look(&mut page).await?;
        if !elements.is_empty() {
            page.at_end = 0;
        }
        let (at_end, too_long) = (page.at_end >= TIMES_AT_END, page.since.elapsed() >= MAX_STAY);
        let time_is_up = self.started.elapsed() >= self.options.time;
        if at_end && !too_long && !time_is_up && self.press(&mut page).await? {
            self.page = Some(page);
            return Ok(Batch::default());
        }
        if at_end || too_long || time_is_up {
            elements.extend(std::mem::take(&mut page.pending).into_values());
            is_done = true;
        }
        let photos = self.photos(&mut page, &base, &elements).await;
        if self.progress.report.found >= self.options.images {
            self.ended = Some(Ended::Complete);
            is_done = true;
        }
        if !is_done {
            self.page = Some(page);
            return Ok(Batch { photos, done: None });
        }
        if self.ended.is_none() && time_is_up {
            self.ended = Some(Ended::CutShort("the time for it is over".to_owned()));
        }
        if self.ended.is_none() || at_end {
            self.progress.report.endless += u32::from(!at_end);
            self.turn(&page);
        } else {
            // The rest of this page is for the next run.
            self.progress.next = Some(page.document.url.clone());
        }
        Ok(Batch { photos, done: Some(self.progress.clone()) })
    }

    /// Presses a button at the end of the page that loads more; returns whether there is one. Each press is paced like a page.
    async fn press(&mut self, page: &mut Page) -> Result<bool, WalkError> {
        if page.pressed >= MAX_PRESSES {
            return Ok(false);
        }
        self.pause(&page.document.url).await;
        let Pressed { pressed, next } = self.browser.run(PRESS).await?;
        if !next.is_empty() {
            page.more = Some(Link::that_loads_more(next));
        }
        if pressed {
            self.browser.settle(QUIET_AT_END, MAX_SETTLE).await?;
            // If it brought nothing, once more at the end is enough.
            page.at_end = TIMES_AT_END - 1;
            page.pressed += 1;
            self.progress.report.pressed += 1;
        }
        Ok(pressed)
    }

    /// Decides where to go from a page that is done.
    fn turn(&mut self, page: &Page) {
        self.progress.next = None;
        match self.next_page(page) {
            Ok(Some(url)) => self.progress.next = Some(url),
            Ok(None) => self.ended = Some(Ended::Complete),
            Err(why) => self.ended = Some(Ended::Here(why)),
        }
    }

    /// The page after this one, if it has one that may be opened. The error says why not.
    fn next_page(&self, page: &Page) -> Result<Option<Url>, String> {
        let here = &page.document.url;
        let next = links::next(&page.links, here).or_else(|| links::next(page.more.as_slice(), here));
        let Some((mut url, rel_nofollow)) = next else { return Ok(None) };
        let is_trusted = self.guard.is_trusted(url.host_str().unwrap_or_default());
        if !is_trusted && url.scheme() == "http" && url.port().is_none() {
            let _ = url.set_scheme("https");
        }
        if self.progress.visited.contains(url.as_str()) || self.progress.report.pages >= self.options.pages {
            return Ok(None);
        }
        if page.nofollow || rel_nofollow {
            return Err(format!("{here} asks not to follow its link to the next page (nofollow)"));
        }
        if host(&url) != host(here) {
            return Err(format!("the next page is at another host, {}", host(&url)));
        }
        Ok(Some(url))
    }

    /// The images of the page that are new or have changed, and the address that theirs are relative to.
    async fn look(&mut self, page: &mut Page) -> Result<(Vec<Element>, Url), WalkError> {
        let (mut ready, mut base) = (Vec::new(), page.document.url.clone());
        for _ in 0..MAX_LOOKS {
            let look: Look = self.browser.run(COLLECT).await?;
            self.check_place(page, &look).await?;
            page.frames.see(&look.frames, &self.browser, (&mut self.robots, &self.client)).await;
            base = Url::parse(&look.base).unwrap_or(base);
            page.links = look.links;
            for element in look.images {
                page.pending.remove(&element.id);
                if element.is_ready() {
                    ready.push(element);
                } else {
                    page.pending.insert(element.id, element);
                }
            }
            if !look.more {
                break;
            }
        }
        Ok((ready, base))
    }

    /// Checks what a script of the page may have changed: where the page is, and what it asks of robots.
    async fn check_place(&mut self, page: &mut Page, look: &Look) -> Result<(), WalkError> {
        if let Some(document) = self.browser.document().filter(|document| document.url != page.document.url) {
            page.nofollow |= self.admit(&document).await?;
            page.document = document;
        }
        let here = Url::parse(&look.url).ok().filter(|url| url.origin() == page.document.url.origin());
        if here.is_none() {
            return Err(WalkError::Refused(format!("{} leads to another host by a script", page.document.url)));
        }
        let rules = look.robots.iter().map(|(name, content)| RobotsTag::of_meta(name, content));
        let asked = rules.fold(RobotsTag::default(), RobotsTag::and);
        page.nofollow |= asked.nofollow;
        refuse_if(asked.opts_out, &page.document.url, "<meta name=\"robots\">")
    }

    /// The photos of elements, each once in a walk; what is left out is counted.
    async fn photos(&mut self, page: &mut Page, base: &Url, elements: &[Element]) -> Vec<Photo> {
        let mut photos = Vec::new();
        for element in elements {
            if self.progress.report.found >= self.options.images {
                break;
            }
            let photo = element.photo(&page.document.url, base, &self.guard, self.options.long_edge_px);
            let is = match &photo {
                Ok(photo) => fingerprint(&photo.id),
                Err(why) => why.as_str().to_owned(),
            };
            // An element is looked at again when the browser has loaded more of it.
            if !page.taken_for.insert((element.id, is.clone())) {
                continue;
            }
            let photo = photo.and_then(|photo| {
                page.frames.check(&element.frame).map(|()| photo).map_err(|(why, said)| {
                    self.progress.report.robots.extend(said);
                    why
                })
            });
            match photo {
                Ok(_) if self.progress.known.contains(&is) => self.progress.report.repeated += 1,
                Ok(photo) => match self.may_be_asked_for(&photo).await {
                    Ok(()) => {
                        self.progress.known.insert(is);
                        self.progress.report.found += 1;
                        photos.push(photo);
                    }
                    Err(why) => {
                        self.progress.report.robots.insert(why);
                        self.leave_out(LeftOut::Robots);
                    }
                },
                Err(why) => self.leave_out(why),
            }
        }
        photos
    }

    /// Whether the robots.txt of its host allows an image.
    async fn may_be_asked_for(&mut self, photo: &Photo) -> Result<(), String> {
        let Some(url) = photo.image_url.as_deref().and_then(|url| Url::parse(url).ok()) else { return Ok(()) };
        // What the guard refuses is not asked for, and says so.
        if self.guard.check(&url).is_err() {
            return Ok(());
        }
        self.robots.of(&self.client, &url).await.check(&url)
    }

    fn leave_out(&mut self, why: LeftOut) {
        *self.progress.report.left_out.entry(why.as_str().to_owned()).or_default() += 1;
    }
}

async fn check_robots(robots: &mut Robots, client: &Client, url: &Url) -> Result<(), WalkError> {
    robots.of(client, url).await.check(url).map_err(|why| WalkError::Refused(format!("{url}: {why}")))
}

fn refuse_if(opts_out: bool, url: &Url, where_: &str) -> Result<(), WalkError> {
    if opts_out {
        return Err(WalkError::Refused(format!("{url} asks not to be collected ({where_})")));
    }
    Ok(())
}
