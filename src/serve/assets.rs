//! The web page: the output of `npm run build`, which `build.rs` packs into the program.

use std::io::Read;

use axum::extract::Request;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue, VARY};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;

use super::error::HttpError;
use super::extract::{accepts_gzip, etag_matches};

/// A file of the page.
struct EmbeddedFile {
    /// Its path below `web/dist`.
    name: &'static str,
    /// First 16 hex digits of its SHA-256.
    hash: &'static str,
    /// Its bytes.
    gzip: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The page itself.
const PAGE: &str = "index.html";

/// First segments of paths that never belong to the page.
const OTHERS: [&str; 5] = ["api", "images", "thumbs", "plain", "enter"];

/// A file of the page. A path without a suffix is an address inside the page and gets the page itself.
pub async fn asset(request: Request) -> Response {
    let path = request.uri().path();
    let name = path.trim_start_matches('/');
    let first = name.split('/').next().unwrap_or_default();
    if OTHERS.contains(&first) {
        return HttpError::not_found().for_path(path);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let message = "This address does not support this method";
        let refused = HttpError::new(StatusCode::METHOD_NOT_ALLOWED, message).into_page();
        return ([(ALLOW, "GET, HEAD")], refused).into_response();
    }
    let name = if name.contains('.') { name } else { PAGE };
    match PACKED.iter().find(|file| file.name == name) {
        Some(file) => answer(file, request.headers()),
        None => HttpError::not_found().into_page(),
    }
}

fn answer(file: &EmbeddedFile, asked: &HeaderMap) -> Response {
    let as_is = accepts_gzip(asked);
    // A different content coding needs a different ETag.
    let tag = format!("\"{}{}\"", file.hash, if as_is { "-gz" } else { "" });
    let tag = HeaderValue::from_str(&tag).expect("hex digits are a header's value");
    let kept = if file.name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (ETAG, tag.clone()),
        (CACHE_CONTROL, HeaderValue::from_static(kept)),
        (VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if etag_matches(asked, &tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let media = [(CONTENT_TYPE, media(file.name))];
    if as_is {
        return (headers, media, [(CONTENT_ENCODING, "gzip")], file.gzip).into_response();
    }
    let mut bytes = Vec::new();
    match GzDecoder::new(file.gzip).read_to_end(&mut bytes) {
        Ok(_) => (headers, media, bytes).into_response(),
        Err(err) => HttpError::read_failed(err).into_page(),
    }
}

fn media(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, suffix)| suffix) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "geojson" => "application/geo+json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
