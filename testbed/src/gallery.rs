//! A site without an API: a gallery of three pages with lazy loading, infinite scroll and links to the next page, a
//! robots.txt, pages that ask not to be collected, and traps at an address that no browser may reach.
//!
//! Photos are numbered from 0; each has three widths at `/photos/NUMBER/WIDTH.jpg`.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, Uri};
use parking_lot::Mutex;
use tokio::task::JoinHandle;

use crate::flickr::{bind, spawn};
use crate::{picture, random, wire};

/// Photos of the first page; the numbers go on from page to page.
pub const FIRST: u64 = 8;
/// Photos of the second page, which loads them as it is scrolled.
pub const SCROLLED: u64 = 24;
/// Photos of the third page.
pub const LAST: u64 = 6;
/// Photos of the gallery that may be collected.
pub const ALL: u64 = FIRST + SCROLLED + LAST;

/// Photos behind buttons, from this number: four at once, two more with each press, and three on another page.
pub const PRESSED: u64 = 200;
/// Photos of a frame, four from this number.
pub const FRAMED: u64 = 300;

/// Photos that one request of the second page brings.
const STEP: u64 = 6;
/// The widths of a photo, pixels.
const WIDTHS: [u32; 3] = [120, 240, 480];

/// What to serve.
#[derive(Debug)]
pub struct Gallery {
    latency: Duration,
    robots: String,
    port: u16,
}

impl Default for Gallery {
    fn default() -> Self {
        let robots = "User-agent: *\nDisallow: /private/\nAllow: /\n".to_owned();
        Self { latency: Duration::ZERO, robots, port: 0 }
    }
}

#[derive(Debug)]
struct Site {
    latency: Duration,
    robots: String,
    trap: String,
    failures: AtomicU64,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Gallery {
    /// A wait before each answer.
    pub fn latency_ms(mut self, latency_ms: u64) -> Self {
        self.latency = Duration::from_millis(latency_ms);
        self
    }

    /// Another robots.txt; `HTTP 503` is that answer.
    pub fn robots(mut self, text: &str) -> Self {
        text.clone_into(&mut self.robots);
        self
    }

    /// The port; 0, the default, picks a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts serving; ends when the result is dropped.
    pub async fn start(self) -> Result<Running> {
        let (listener, trap) =
            (bind(Ipv4Addr::LOCALHOST, self.port).await?, bind(Ipv4Addr::new(127, 0, 0, 2), 0).await?);
        let url = format!("http://{}", listener.local_addr()?);
        let (asked, trapped) = (Arc::default(), Arc::new(AtomicU64::new(0)));
        let site = Arc::new(Site {
            latency: self.latency,
            robots: self.robots,
            trap: format!("http://{}", trap.local_addr()?),
            failures: AtomicU64::new(0),
            asked: Arc::clone(&asked),
        });
        let count = Arc::clone(&trapped);
        let tasks = vec![
            spawn(listener, Router::new().fallback(serve).with_state(site)),
            spawn(
                trap,
                Router::new().fallback(move || async move {
                    count.fetch_add(1, Ordering::SeqCst);
                    wire::whole(200, "image/jpeg", picture::draw(0, (480, 360), None), true)
                }),
            ),
        ];
        Ok(Running { url, asked, trapped, tasks })
    }
}

/// A running site.
#[derive(Debug)]
pub struct Running {
    /// Its address, without a slash at the end. The gallery begins at `/gallery`.
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
    trapped: Arc<AtomicU64>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// The paths with queries of all requests so far, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().clone()
    }

    /// Requests to the address that the gallery's pages name and that is not to be reached.
    pub fn trapped(&self) -> u64 {
        self.trapped.load(Ordering::SeqCst)
    }

    /// The address of a photo at its largest width.
    pub fn photo(&self, number: u64) -> String {
        format!("{}/photos/{number}/{}.jpg", self.url, WIDTHS[2])
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn serve(State(site): State<Arc<Site>>, uri: Uri) -> Response<Body> {
    site.asked.lock().push(uri.to_string());
    tokio::time::sleep(site.latency).await;
    let page = |body: String| wire::whole(200, "text/html; charset=utf-8", html(&body).into_bytes(), true);
    let query = uri.query().unwrap_or_default();
    match uri.path() {
        "/robots.txt" if site.robots == "HTTP 503" => wire::whole(503, "text/plain", Vec::new(), true),
        "/robots.txt" => wire::whole(200, "text/plain", site.robots.clone().into_bytes(), true),
        "/gallery" if query == "page=2" => page(scrolled()),
        "/gallery" if query == "page=3" => page(last(&site.trap)),
        "/gallery" => page(first()),
        "/more" => more(query),
        "/moved" => redirect("/gallery"),
        "/to-trap" => redirect(&format!("{}/gallery", site.trap)),
        "/flaky" if site.failures.fetch_add(1, Ordering::SeqCst) < 2 => {
            wire::whole(503, "text/html", html("busy").into_bytes(), true)
        }
        "/flaky" | "/single" | "/private/gallery" => page(figure(0)),
        "/asks-by-header" => {
            let headers = [("content-type", "text/html"), ("x-robots-tag", "noimageai, noai")];
            wire::respond(200, &headers, Body::from(html(&figure(0))))
        }
        "/asks-by-meta" => page(format!(r#"<meta name="robots" content="noimageindex">{}"#, figure(0))),
        "/nofollow" => page(format!(
            r#"<meta name="robots" content="nofollow">{}<a rel="next" href="/gallery">Next</a>"#,
            figure(0)
        )),
        "/next-is-gone" => page(format!(r#"{}<a rel="next" href="/gone">Next</a>"#, figure(0))),
        "/buttons" => page(buttons(&site.trap, query)),
        "/framed" => page(framed(&site.trap)),
        "/frame" => page((FRAMED..FRAMED + 4).map(lazy).collect::<String>() + LOADS_LAZILY),
        "/private/frame" => page(figure(FRAMED + 10)),
        "/frame-asks-by-meta" => page(format!(r#"<meta name="robots" content="noai">{}"#, figure(FRAMED + 11))),
        "/icons" => {
            page(r#"<img src="/photos/0/16.jpg"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">"#.to_owned())
        }
        path => image(path),
    }
}

fn html(body: &str) -> String {
    format!("<!doctype html><html><head><title>Gallery</title></head><body>{body}</body></html>")
}

fn redirect(to: &str) -> Response<Body> {
    wire::respond(302, &[("location", to)], Body::empty())
}

/// `/photos/NUMBER/WIDTH.jpg`, and the same below `/private/`; that of number 666 asks not to be collected.
fn image(path: &str) -> Response<Body> {
    let parts: Vec<&str> = path.trim_start_matches("/private").split('/').collect();
    let found = match parts[..] {
        ["", "photos", number, file] => {
            number.parse::<u64>().ok().zip(file.strip_suffix(".jpg").and_then(|width| width.parse::<u32>().ok()))
        }
        _ => None,
    };
    let Some((number, width)) = found.filter(|(_, width)| (8..=2_000).contains(width)) else {
        return wire::whole(404, "text/html", html("<h1>404 Not Found</h1>").into_bytes(), true);
    };
    let subject = random::hash(number.to_string().as_bytes());
    let bytes = picture::draw(subject, (width, width * 3 / 4), Some(&picture::canaries_of(subject, None)));
    let mut headers = vec![("content-type", "image/jpeg")];
    headers.extend((number == 666).then_some(("x-robots-tag", "noai")));
    wire::respond(200, &headers, Body::from(bytes))
}

fn srcset(number: u64) -> String {
    WIDTHS.map(|width| format!("photos/{number}/{width}.jpg {width}w")).join(", ")
}

/// A photo with caption, link and sizes, all relative.
fn figure(number: u64) -> String {
    format!(
        r#"<figure><a href="/view/{number}"><img src="photos/{number}/120.jpg" srcset="{}" sizes="120px"
        width="400" height="300" alt="Heron {number}" loading="lazy"></a>
        <figcaption>Heron {number} at dawn <a rel="license" href="https://creativecommons.org/licenses/by/4.0/">licence</a>
        </figcaption></figure>"#,
        srcset(number)
    )
}

/// A photo that a script loads when it comes into view, in place of a placeholder.
fn lazy(number: u64) -> String {
    format!(
        r#"<p style="height: 700px"><img class="lazy" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="
        data-src="/photos/{number}/480.jpg" alt="Egret {number}" title="Egret"></p>"#
    )
}

/// Loads the photos of [`lazy`].
const LOADS_LAZILY: &str = r#"<script>
    const watch = new IntersectionObserver((seen) => seen.filter((entry) => entry.isIntersecting).forEach((entry) => {
        watch.unobserve(entry.target);
        setTimeout(() => { entry.target.src = entry.target.dataset.src; }, 100);
    }));
    document.querySelectorAll(".lazy").forEach((image) => watch.observe(image));
    </script>"#;

/// A page whose button brings more photos twice, beside links and buttons that must not be pressed. Then a link that looks like a
/// button leads to one more page.
fn buttons(trap: &str, query: &str) -> String {
    if query == "page=2" {
        return (PRESSED + 8..PRESSED + 11).map(figure).collect();
    }
    let figures: String = (PRESSED..PRESSED + 4).map(figure).collect();
    format!(
        r##"<nav><button onclick="fetch('/pressed-menu')">More</button></nav>{figures}<main></main>
        <a class="load-more" href="{trap}/gallery">Load more</a>
        <form action="/pressed-form"><button>Load more</button></form>
        <button aria-expanded="false" onclick="fetch('/pressed-unfold')">Show more</button>
        <button id="more">Mehr laden (4)</button>
        <button onclick="fetch('/pressed-vain')" aria-label="Voir plus">+</button>
        <a class="btn load-more" href="/buttons?page=2">Next bunch</a>
        <script>
        let from = {PRESSED} + 4;
        document.querySelector("#more").addEventListener("click", (event) => setTimeout(() => {{
            for (let step = 0; step < 2; step += 1, from += 1) {{
                const image = new Image(480, 360);
                image.src = "/photos/" + from + "/480.jpg";
                document.querySelector("main").append(image);
            }}
            if (from === {PRESSED} + 8) event.target.remove();
        }}, 200));
        </script>"##
    )
}

/// A page with a photo and frames: of the same origin with lazy photos, one that robots.txt forbids, two that ask not to be
/// collected, and one at an address that no browser may reach.
fn framed(trap: &str) -> String {
    format!(
        r#"{}<iframe src="/frame" width="600" height="400"></iframe>
        <iframe src="/private/frame"></iframe><iframe src="/asks-by-header"></iframe>
        <iframe src="/frame-asks-by-meta"></iframe><iframe src="{trap}/gallery"></iframe>
        <iframe srcdoc='<img src="/photos/{}/480.jpg">'></iframe>"#,
        figure(FRAMED + 20),
        FRAMED + 21
    )
}

/// Photos that the browser and a script load lazily, one in a `<picture>`, one that links to its file.
fn first() -> String {
    let figures: String = (0..3).map(figure).collect();
    let lazies: String = (3..6).map(lazy).collect();
    format!(
        r#"{figures}{lazies}
        <picture><source type="image/avif" srcset="/photos/6/none.avif 4000w">
        <source type="image/jpeg" srcset="/photos/6/240.jpg 1x, /photos/6/480.jpg 2x"><img src="/photos/6/120.jpg"></picture>
        <a href="/photos/7/480.jpg"><img src="/photos/7/120.jpg" alt="small"></a>
        <img src="/photos/0/16.jpg" alt="icon"><img src="logo.svg" width="200" height="200">
        {LOADS_LAZILY}
        <a href="/gallery?page=1">Previous</a> <a href="/gallery?page=3">»</a>
        <a rel="next" href="/gallery?page=2#top">2</a>"#
    )
}

/// Photos that a script asks for when the end of the page comes into view.
fn scrolled() -> String {
    format!(
        r#"<main></main><footer style="height: 30px">end</footer><a href="/gallery?page=3">Next page ›</a>
        <script>
        let from = {FIRST}, busy = false;
        const end = document.querySelector("footer");
        const fill = async () => {{
            if (busy) return;
            busy = true;
            const answer = await fetch("/more?from=" + from);
            const images = await answer.json();
            from += images.length;
            for (const src of images) {{
                const image = new Image(480, 360);
                image.src = src;
                image.alt = "Stilt";
                image.style.display = "block";
                document.querySelector("main").append(image);
            }}
            busy = images.length === 0;
        }};
        new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && setTimeout(fill, 250)).observe(end);
        </script>"#
    )
}

fn more(query: &str) -> Response<Body> {
    let from = query.strip_prefix("from=").and_then(|from| from.parse::<u64>().ok()).unwrap_or(0);
    let until = (from + STEP).min(FIRST + SCROLLED);
    let images: Vec<String> = (from..until).map(|number| format!("/photos/{number}/480.jpg")).collect();
    wire::whole(200, "application/json", serde_json::json!(images).to_string().into_bytes(), true)
}

/// Photos, one of the first page again, one that robots.txt forbids, one that asks not to be collected, and traps.
fn last(trap: &str) -> String {
    let figures: String = (FIRST + SCROLLED..ALL).map(figure).collect();
    format!(
        r#"{figures}{}<img src="/private/photos/40/480.jpg"><img src="/photos/666/480.jpg">
        <img src="{trap}/photos/1/480.jpg"><iframe src="{trap}/"></iframe>
        <script>fetch("{trap}/fetched", {{ mode: "no-cors" }}).catch(() => 0); new WebSocket("{}/");</script>
        <a href="/gallery?page=2">Previous</a>"#,
        figure(0),
        trap.replacen("http", "ws", 1)
    )
}
