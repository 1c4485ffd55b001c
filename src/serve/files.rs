//! Thumbnails, images and recordings. The name of an image is 64 hex digits and a known suffix.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderValue, RANGE,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::stream;
use tokio::task::spawn_blocking;
use tracing::error;

use super::app_state::AppState;
use super::error::HttpError;
use super::extract::{ApiResult, etag_matches};
use crate::files::BlobName;
use crate::photo::{FileHash, ImageFormat};

/// A file's name is its hash, so it never changes. Shared caches must not keep what needs a token.
const IMMUTABLE: &str = "private, max-age=31536000, immutable";

/// `GET /thumbs/{sha256}.jpg`
pub async fn thumbnail(State(app): State<Arc<AppState>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    match parse(&name) {
        Some((sha256, ImageFormat::Jpeg)) => {
            let media = ImageFormat::Jpeg.media_type();
            answer(&app, &sha256, |sha256| BlobName::Thumbnail { sha256 }, (media, &headers)).await
        }
        _ => HttpError::not_found().into_page(),
    }
}

/// `GET /images/{sha256}.{jpg|png|webp|gif}`
pub async fn image(State(app): State<Arc<AppState>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    match parse(&name) {
        Some((sha256, format)) => {
            let (extension, media) = (format.extension(), format.media_type());
            answer(&app, &sha256, move |sha256| BlobName::Image { sha256, extension }, (media, &headers)).await
        }
        None => HttpError::not_found().into_page(),
    }
}

/// The SHA-256 and the format that a file's name says.
fn parse(name: &str) -> Option<(FileHash, ImageFormat)> {
    let (sha256, extension) = name.split_once('.')?;
    Some((sha256.parse().ok()?, ImageFormat::of_extension(extension)?))
}

async fn answer(
    app: &AppState,
    sha256: &FileHash,
    name: impl for<'a> FnOnce(&'a FileHash) -> BlobName<'a> + Send + 'static,
    (media, asked): (&'static str, &HeaderMap),
) -> Response {
    let (files, named) = (app.dataset.files().clone(), sha256.clone());
    let bytes = match spawn_blocking(move || files.read(name(&named))).await {
        Ok(Ok(Some(bytes))) => bytes,
        Ok(Ok(None)) => return HttpError::not_found().into_page(),
        Ok(Err(err)) => return HttpError::read_failed(err).into_page(),
        Err(err) => return HttpError::read_failed(err).into_page(),
    };
    let tag = format!("\"{sha256}-{}\"", bytes.len());
    let tag = HeaderValue::from_str(&tag).expect("hex digits are a header's value");
    let headers = [(ETAG, tag.clone()), (CACHE_CONTROL, HeaderValue::from_static(IMMUTABLE))];
    if etag_matches(asked, &tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(CONTENT_TYPE, media)], bytes).into_response()
}

/// Bytes of a file that are read at a time.
const CHUNK_BYTES: u64 = 256 * 1024;

/// A file or one range of it, read as fast as the client receives it.
pub async fn ranged(path: PathBuf, media: &'static str, asked: &HeaderMap) -> ApiResult {
    let opened = spawn_blocking(move || File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)))).await;
    let (size, mut file) = opened.map_err(HttpError::read_failed)?.map_err(HttpError::read_failed)?;
    let wanted = asked.get(RANGE).and_then(|value| value.to_str().ok()).map(|text| range(text, size));
    let (status, from, to) = match wanted {
        None | Some(Wanted::Whole) => (StatusCode::OK, 0, size),
        Some(Wanted::Part(from, to)) => (StatusCode::PARTIAL_CONTENT, from, to),
        Some(Wanted::Nothing) => {
            let refused =
                HttpError::new(StatusCode::RANGE_NOT_SATISFIABLE, "The range starts after the end of the file");
            return Ok(([(CONTENT_RANGE, format!("bytes */{size}"))], refused).into_response());
        }
    };
    file.seek(SeekFrom::Start(from)).map_err(HttpError::read_failed)?;
    let pieces = stream::try_unfold((file, to - from), |(mut file, left)| async move {
        if left == 0 {
            return Ok::<_, io::Error>(None);
        }
        let read = spawn_blocking(move || {
            let mut piece = Vec::new();
            file.by_ref().take(left.min(CHUNK_BYTES)).read_to_end(&mut piece)?;
            if piece.is_empty() { Err(io::Error::from(ErrorKind::UnexpectedEof)) } else { Ok((piece, file)) }
        });
        let (piece, file) = read.await.map_err(io::Error::other).flatten().inspect_err(|err| {
            error!(error = %err, "a download was cut off");
        })?;
        let left = left - piece.len() as u64;
        Ok(Some((Bytes::from(piece), (file, left))))
    });
    let mut response = (status, Body::from_stream(pieces)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(to - from));
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {from}-{}/{size}", to - 1);
        headers.insert(CONTENT_RANGE, HeaderValue::from_str(&range).expect("digits are a header's value"));
    }
    Ok(response)
}

/// The requested part of a file: the first byte, and the byte after the last.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    Part(u64, u64),
    Nothing,
}

/// `bytes=0-499`, `bytes=500-`, `bytes=-500`; several ranges, or a malformed one, mean the whole file.
fn range(text: &str, size: u64) -> Wanted {
    let Some((from, to)) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Wanted::Whole;
    };
    let number = |text: &str| text.parse::<u64>().ok();
    let (from, to) = match (from, to) {
        ("", last) => match number(last) {
            Some(last) => (size.saturating_sub(last), size),
            None => return Wanted::Whole,
        },
        (from, "") => match number(from) {
            Some(from) => (from, size),
            None => return Wanted::Whole,
        },
        (from, to) => match (number(from), number(to)) {
            (Some(from), Some(to)) if from <= to => (from, to.saturating_add(1).min(size)),
            _ => return Wanted::Whole,
        },
    };
    if from < to { Wanted::Part(from, to) } else { Wanted::Nothing }
}
