//! The image host: `/{server}/{id}_{secret}[_{size}].{ext}`, with a rate limit for originals, missing files and faults.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderValue, Response, Uri};

use crate::copies;
use crate::dimensions;
use crate::faults::Fault;
use crate::flickr::Service;
use crate::picture;
use crate::random;
use crate::record::{ImageState, Origin, Record, Size};
use crate::wire::{self, Reset};

/// Answers one call.
pub async fn serve(
    State(service): State<Arc<Service>>,
    ConnectInfo(reset): ConnectInfo<Reset>,
    uri: Uri,
) -> Response<Body> {
    let call = service.image_calls.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(service.plan.latency).await;
    let path = uri.path();
    let mut fault = None;
    let mut response = if path == "/photo_unavailable.png" {
        wire::whole(200, "image/jpeg", picture::placeholder(), true)
    } else if let Some((record, size)) = find(&service, path) {
        let limited = size.key == "o" && !service.originals.take();
        let planned = || service.broken_images().or_else(|| service.plan.image(call, record.id, path));
        fault = if limited { Some(Fault::TooMany) } else { planned() };
        answer(&service, (&record, size), fault, &uri)
    } else {
        wire::whole(404, "text/html", b"<h1>404 Not Found</h1>".to_vec(), true)
    };
    service.tally.answered(&response, fault, &reset);
    service.tally.note(|stats| {
        stats.image_calls += 1;
        stats.original_calls += u64::from(path.contains("_o."));
    });
    response.headers_mut().insert("cache-control", HeaderValue::from_static("max-age=31536000"));
    response
}

/// The photo and size of a path; its secret and extension must be right.
fn find(service: &Service, path: &str) -> Option<(Record, Size)> {
    let name = path.rsplit('/').next()?;
    let record = service.world.record(name.split('_').next()?.parse().ok()?)?;
    let size = record.sizes().into_iter().map(|(size, ..)| size).find(|size| record.path(*size) == path)?;
    Some((record, size))
}

fn answer(service: &Service, (record, size): (&Record, Size), fault: Option<Fault>, uri: &Uri) -> Response<Body> {
    let moved = |to: &str| wire::respond(302, &[("location", to)], Body::empty());
    match record.image_state {
        ImageState::Present => {}
        ImageState::NotFound => return wire::whole(404, "text/html", b"<h1>404 Not Found</h1>".to_vec(), true),
        ImageState::Gone => return wire::whole(410, "text/html", b"<h1>410 Gone</h1>".to_vec(), true),
        ImageState::RedirectToPlaceholder => return moved("/photo_unavailable.png"),
        ImageState::Placeholder => return wire::whole(200, "image/jpeg", picture::placeholder(), false),
    }
    let mime = dimensions::mime(if size.key == "o" || record.origin != Origin::Drawn { record.format } else { "jpg" });
    let mut bytes = bytes(record, size);
    let mut response = match fault {
        Some(Fault::RedirectPrivate) => return moved(&service.trap_url),
        Some(Fault::RedirectLoop) => return moved(uri.path()),
        Some(Fault::RedirectChain) => {
            let hop = uri.query().and_then(|q| q.strip_prefix("hop=")?.parse::<u32>().ok()).unwrap_or(0);
            if hop < 3 {
                return moved(&format!("{}?hop={}", uri.path(), hop + 1));
            }
            wire::whole(200, mime, bytes, service.settings.content_length)
        }
        Some(Fault::WrongType) => wire::whole(200, "image/gif", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), true),
        Some(Fault::BitFlip) => {
            for n in 0..8 {
                let at = bytes.len() / 4 + random::below(record.id, n, "flip", bytes.len() as u64 / 2) as usize;
                bytes[at] ^= 0x10;
            }
            wire::whole(200, mime, bytes, service.settings.content_length)
        }
        Some(fault) => wire::spoiled(fault, mime, bytes),
        None => wire::whole(200, mime, bytes, service.settings.content_length),
    };
    if record.opted_out {
        response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noai, noimageai"));
    }
    response
}

/// The intact bytes of one size.
pub fn bytes(record: &Record, size: Size) -> Vec<u8> {
    match &record.origin {
        // A file that was deleted meanwhile gives an empty body, which the client sees as broken.
        Origin::File { path, copy } => copies::marked(std::fs::read(path).unwrap_or_default(), *copy),
        Origin::Drawn => {
            let pixels = record.sizes().into_iter().find(|(s, ..)| *s == size).map_or((1, 1), |(_, w, h)| (w, h));
            let exif = (size.key == "o").then(|| picture::canaries(record));
            picture::draw(record.id ^ (u64::from(record.version) << 40), pixels, exif.as_deref())
        }
    }
}
