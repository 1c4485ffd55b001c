//! `photos`, `aspects`, `ticks`: the photos that pass a filter, in order.

use std::io::Write;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, VARY};
use axum::response::IntoResponse;
use flate2::Compression;
use flate2::write::GzEncoder;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::SharedState;
use crate::explorer::Tick;
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, QueryParams, RequestContext};
use crate::serve::tile::Tile;

/// Default number of photos.
const DEFAULT_LIMIT: usize = 100;

/// Maximum number of photos.
const MAX_LIMIT: usize = 500;

/// Bytes from which a response is compressed: less fits in one packet anyway.
const WORTH_PACKING: usize = 1_400;

/// The query of `photos`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PhotosQuery {
    /// Filter text.
    q: Option<String>,
    /// A name of `sorts` in `dataset` (`newest`, `oldest`, `views`, ...) or `score.NAME`; with `-` before a numeric field
    /// the smallest come first.
    sort: Option<String>,
    /// Position of the first photo, from 0.
    from: Option<u64>,
    /// Number of photos, at most 500; default: 100.
    limit: Option<usize>,
}

/// Some of the photos that pass a filter, in order.
#[derive(Serialize, ToSchema)]
pub struct PhotosResponse {
    /// Increases with every change of the dataset.
    generation: u64,
    /// Photos that match.
    total: u64,
    /// Position of the first photo of this response, from 0.
    from: u64,
    /// In order.
    photos: Vec<Tile>,
}

/// Photos in order
#[utoipa::path(get, path = "/api/v1/photos", tag = "photos", params(PhotosQuery),
    responses((status = 200, body = PhotosResponse), (status = 400, body = ErrorResponse)))]
pub async fn photos(
    State(app): SharedState,
    request: RequestContext,
    QueryParams(query): QueryParams<PhotosQuery>,
) -> ApiResult {
    let filter = extract::filter(&app, query.q.as_deref()).await?;
    let sort = extract::sort(&app, query.sort.as_deref()).await?;
    let (from, limit) = (query.from.unwrap_or(0), query.limit.unwrap_or(DEFAULT_LIMIT));
    if limit > MAX_LIMIT {
        return Err(HttpError::bad_request("limit is 500 at most"));
    }
    request
        .answer(&app, move |explorer, store| {
            let window = explorer.window(&filter, &sort, from, limit);
            let records = store.load(&window.ids).map_err(HttpError::read_failed)?;
            let photos = records.par_iter().map(Tile::of).with_min_len(25).collect();
            Ok(Json(PhotosResponse { generation: window.generation, total: window.total, from, photos }))
        })
        .await
}

/// The query of `aspects` and `ticks`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WholeQuery {
    /// Filter text.
    q: Option<String>,
    /// A name of `sorts` in `dataset` (`newest`, `oldest`, `views`, ...) or `score.NAME`; with `-` before a numeric field
    /// the smallest come first.
    sort: Option<String>,
}

/// Aspect ratios of all photos in order: byte `b` means width / height = `2^((b - 128) / 32)`
#[utoipa::path(get, path = "/api/v1/aspects", tag = "photos", params(WholeQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream",
        headers(("X-Gleaner-Generation" = u64, description = "Generation of the dataset"))),
        (status = 400, body = ErrorResponse)))]
pub async fn aspects(
    State(app): SharedState,
    request: RequestContext,
    QueryParams(query): QueryParams<WholeQuery>,
) -> ApiResult {
    let filter = extract::filter(&app, query.q.as_deref()).await?;
    let sort = extract::sort(&app, query.sort.as_deref()).await?;
    let packs = extract::accepts_gzip(request.headers());
    request
        .answer(&app, move |explorer, _| {
            let (generation, bytes) = explorer.aspects(&filter, &sort);
            let headers = [
                (HeaderName::from_static("x-gleaner-generation"), generation.to_string()),
                (CONTENT_TYPE, "application/octet-stream".to_owned()),
                (VARY, "accept-encoding".to_owned()),
            ];
            if !packs || bytes.len() < WORTH_PACKING {
                return Ok((headers, bytes).into_response());
            }
            let packed = packed(&bytes).map_err(HttpError::read_failed)?;
            Ok((headers, [(CONTENT_ENCODING, "gzip")], packed).into_response())
        })
        .await
}

/// The fastest level: a million shapes take some milliseconds and become a third.
fn packed(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::fast());
    packer.write_all(bytes)?;
    packer.finish()
}

/// The marks of the gallery's scroll bar.
#[derive(Serialize, ToSchema)]
pub struct TicksResponse {
    /// Increases with every change of the dataset.
    generation: u64,
    /// In order.
    ticks: Vec<Tick>,
}

/// Positions where years, months or round numbers begin
#[utoipa::path(get, path = "/api/v1/ticks", tag = "photos", params(WholeQuery),
    responses((status = 200, body = TicksResponse), (status = 400, body = ErrorResponse)))]
pub async fn ticks(
    State(app): SharedState,
    request: RequestContext,
    QueryParams(query): QueryParams<WholeQuery>,
) -> ApiResult {
    let filter = extract::filter(&app, query.q.as_deref()).await?;
    let sort = extract::sort(&app, query.sort.as_deref()).await?;
    request
        .answer(&app, move |explorer, _| {
            let (generation, ticks) = explorer.ticks(&filter, &sort);
            Ok(Json(TicksResponse { generation, ticks }))
        })
        .await
}
