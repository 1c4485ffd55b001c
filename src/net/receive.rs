//! Receives a response's body with a size limit.

use reqwest::Response;
use reqwest::header::HeaderMap;
use url::Url;

use crate::net::error::place;
use crate::net::{HttpResponse, MAX_HEADER_BYTES, MemoryPool, NetError};

/// Initial reservation for a body of unknown length.
const FIRST_BYTES: u64 = 64 << 10;

/// Receives the whole response; the decompressed body has at most `max_bytes`.
pub(super) async fn receive(
    mut response: Response,
    url: Url,
    max_bytes: u64,
    memory: &MemoryPool,
) -> Result<HttpResponse, NetError> {
    let too_large = || NetError::TooLarge { place: place(&url), what: "body", max_bytes };
    let announced = response.content_length();
    if announced.is_some_and(|length| length > max_bytes) {
        return Err(too_large());
    }
    let first = announced.unwrap_or(FIRST_BYTES).min(max_bytes);
    let mut reservation = memory.reserve(first).await;
    let mut body: Vec<u8> = Vec::with_capacity(first as usize);
    let failed = |error| NetError::from_reqwest(error, &url, true);
    while let Some(piece) = response.chunk().await.map_err(failed)? {
        let length = body.len() as u64 + piece.len() as u64;
        if length > max_bytes {
            return Err(too_large());
        }
        if length > body.capacity() as u64 {
            let capacity = length.max(body.capacity() as u64 * 2).min(max_bytes);
            memory.grow(&mut reservation, capacity).await;
            body.reserve_exact(capacity as usize - body.len());
        }
        body.extend_from_slice(&piece);
    }
    if announced.is_some_and(|length| length != body.len() as u64) {
        return Err(NetError::Truncated { place: place(&url) });
    }
    body.shrink_to_fit();
    reservation.shrink(body.len() as u64);
    let headers = header_pairs(response.headers());
    Ok(HttpResponse::new(response.status().as_u16(), headers, url, body).reserved(reservation))
}

/// Fails if the headers are too large.
pub(super) fn check_headers(headers: &HeaderMap, url: &Url) -> Result<(), NetError> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if bytes as u64 > MAX_HEADER_BYTES {
        return Err(NetError::TooLarge { place: place(url), what: "header", max_bytes: MAX_HEADER_BYTES });
    }
    Ok(())
}

fn header_pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect()
}
