//! Thumbnails, images and the explorer's own style. A name is 64 hex digits and a known suffix, or nothing.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::task::spawn_blocking;

use super::Shelf;
use super::failure::Failure;

/// `(suffix, format as in ImageFile, media type)` of what may be served.
const KINDS: [(&str, &str, &str); 4] = [
    ("jpg", "jpeg", "image/jpeg"),
    ("png", "png", "image/png"),
    ("webp", "webp", "image/webp"),
    ("gif", "gif", "image/gif"),
];

/// A file is named by what it holds: it never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// `GET /thumbs/{sha256}.jpg`
pub async fn thumbnail(State(shelf): State<Arc<Shelf>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    match parse(&name) {
        Some((sha256, ("jpg", _, media))) => answer(shelf.dataset.thumbnail(sha256), sha256, media, &headers).await,
        _ => Failure::nothing().page(),
    }
}

/// `GET /images/{sha256}.{jpg|png|webp|gif}`
pub async fn image(State(shelf): State<Arc<Shelf>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    match parse(&name) {
        Some((sha256, (_, format, media))) => {
            answer(shelf.dataset.image(sha256, format), sha256, media, &headers).await
        }
        None => Failure::nothing().page(),
    }
}

/// `GET /assets/app.css`
pub async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("assets/app.css")).into_response()
}

/// `GET /assets/icon.svg`
pub async fn icon() -> Response {
    ([(CONTENT_TYPE, "image/svg+xml")], include_str!("assets/icon.svg")).into_response()
}

/// Whether an image of this format can be shown.
pub fn is_shown(format: &str) -> bool {
    KINDS.iter().any(|(_, known, _)| *known == format)
}

fn parse(name: &str) -> Option<(&str, (&'static str, &'static str, &'static str))> {
    let (sha256, suffix) = name.split_once('.')?;
    let hex = sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let kind = KINDS.into_iter().find(|(known, ..)| *known == suffix)?;
    hex.then_some((sha256, kind))
}

async fn answer(path: PathBuf, sha256: &str, media: &'static str, asked: &HeaderMap) -> Response {
    let bytes = match spawn_blocking(move || fs::read(path)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(err)) if err.kind() == ErrorKind::NotFound => return Failure::nothing().page(),
        _ => return Failure::unreadable().page(),
    };
    let tag = format!("\"{sha256}-{}\"", bytes.len());
    let headers = [(ETAG, tag.clone()), (CACHE_CONTROL, FOREVER.to_owned())];
    let known = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    if known.flat_map(|value| value.split(',')).any(|known| known.trim().trim_start_matches("W/") == tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(CONTENT_TYPE, media)], bytes).into_response()
}
