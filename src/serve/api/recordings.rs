//! `recordings`: screen recordings, which the browser uploads in chunks while it records.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::SharedState;
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, PathParams, RequestContext};
use crate::serve::files;
use crate::serve::recording::{FinishDetails, Recording, RecordingError, Recordings};

/// Bytes of a chunk, at most.
pub const MAX_CHUNK_BYTES: usize = 32 << 20;

/// Bytes of the body of `finish`, at most.
pub const MAX_FINISH_BYTES: usize = 64 << 10;

/// A new recording.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginRecordingRequest {
    /// The media type, as the browser names it: `video/webm;codecs=vp9,opus`, `video/mp4`, ...
    mime: String,
}

/// The started recording.
#[derive(Serialize, ToSchema)]
pub struct BeginRecordingResponse {
    /// Identifies it until it is finished.
    id: String,
}

/// Starts a recording
#[utoipa::path(post, operation_id = "begin_recording", path = "/api/v1/recordings", tag = "recordings", request_body = BeginRecordingRequest,
    responses((status = 200, body = BeginRecordingResponse), (status = 400, body = ErrorResponse), (status = 507, body = ErrorResponse)))]
pub async fn begin(State(app): SharedState, body: Result<Json<BeginRecordingRequest>, JsonRejection>) -> ApiResult {
    let body = extract::body(body, "The body must be {\"mime\": \"video/webm\"}")?;
    let id = app.with_recordings(move |recordings| recordings.begin(&body.mime)).await?;
    Ok(Json(BeginRecordingResponse { id }).into_response())
}

/// How much of a recording was received.
#[derive(Serialize, ToSchema)]
pub struct AppendResponse {
    /// Bytes so far.
    bytes: u64,
    /// Number of the next chunk.
    next: u64,
}

/// Appends a chunk, unless it was appended before
#[utoipa::path(put, operation_id = "append_recording", path = "/api/v1/recordings/{id}/{seq}", tag = "recordings",
    params(("id" = String, Path, description = "The id from `begin`"), ("seq" = u64, Path, description = "Number of the chunk, from 0")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = AppendResponse), (status = 404, body = ErrorResponse), (status = 409, body = ErrorResponse),
        (status = 413, body = ErrorResponse), (status = 507, body = ErrorResponse)))]
pub async fn append(
    State(app): SharedState,
    PathParams((id, seq)): PathParams<(String, u64)>,
    piece: Result<Bytes, BytesRejection>,
) -> ApiResult {
    let piece = piece.map_err(|_| HttpError::new(StatusCode::PAYLOAD_TOO_LARGE, "A chunk has 32 MB at most"))?;
    let so_far = app.with_recordings(move |recordings| recordings.append(&id, seq, &piece)).await?;
    Ok(Json(AppendResponse { bytes: so_far.bytes, next: so_far.next }).into_response())
}

/// What the browser says at the end of a recording.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishRecordingRequest {
    /// Duration by the browser's clock, milliseconds.
    duration_ms: Option<u64>,
    /// Metadata for the JSON file beside the video: filter, versions, whether protected fields were masked.
    #[serde(default)]
    #[schema(value_type = Object)]
    sidecar: Map<String, Value>,
}

/// A finished recording.
#[derive(Serialize, ToSchema)]
pub struct FinishRecordingResponse {
    /// Its file's name.
    name: String,
    /// Its size.
    bytes: u64,
    /// Duration in milliseconds; absent if unknown.
    #[schema(required)]
    duration_ms: Option<u64>,
}

/// Finishes a recording and makes it seekable
#[utoipa::path(post, operation_id = "finish_recording", path = "/api/v1/recordings/{id}/finish", tag = "recordings", request_body = FinishRecordingRequest,
    params(("id" = String, Path, description = "The id from `begin`")),
    responses((status = 200, body = FinishRecordingResponse), (status = 404, body = ErrorResponse), (status = 507, body = ErrorResponse)))]
pub async fn finish(
    State(app): SharedState,
    PathParams(id): PathParams<String>,
    body: Result<Json<FinishRecordingRequest>, JsonRejection>,
) -> ApiResult {
    let body = extract::body(body, "The body must be {\"duration_ms\": 1000, \"sidecar\": {}}")?;
    let dataset = app.name.clone();
    let ending = FinishDetails { dataset, duration_ms: body.duration_ms, sidecar: body.sidecar };
    let made = app.with_recordings(move |recordings| recordings.finish(&id, ending)).await?;
    Ok(Json(FinishRecordingResponse { name: made.name, bytes: made.bytes, duration_ms: made.duration_ms })
        .into_response())
}

/// All recordings of the dataset.
#[derive(Serialize, ToSchema)]
pub struct RecordingsResponse {
    /// The newest first.
    recordings: Vec<Recording>,
}

/// All recordings
#[utoipa::path(get, operation_id = "list_recordings", path = "/api/v1/recordings", tag = "recordings", responses((status = 200, body = RecordingsResponse)))]
pub async fn list(State(app): SharedState) -> ApiResult {
    let recordings = app.with_recordings(Recordings::list).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(RecordingsResponse { recordings })).into_response())
}

/// A recording's file, or a range of it
#[utoipa::path(get, operation_id = "download_recording", path = "/api/v1/recordings/{name}", tag = "recordings",
    params(("name" = String, Path, description = "The file's name")),
    responses((status = 200, body = Vec<u8>, content_type = "video/webm"), (status = 206, description = "The range"),
        (status = 404, body = ErrorResponse), (status = 416, body = ErrorResponse)))]
pub async fn download(
    State(app): SharedState,
    PathParams(name): PathParams<String>,
    request: RequestContext,
) -> ApiResult {
    let (path, media) = app.with_recordings(move |recordings| recordings.file(&name)).await?;
    files::ranged(path, media, request.headers()).await
}

/// Removes a recording and its metadata
#[utoipa::path(delete, operation_id = "remove_recording", path = "/api/v1/recordings/{name}", tag = "recordings",
    params(("name" = String, Path, description = "The file's name")),
    responses((status = 200, body = RecordingsResponse), (status = 404, body = ErrorResponse)))]
pub async fn remove(State(app): SharedState, PathParams(name): PathParams<String>) -> ApiResult {
    let recordings = app
        .with_recordings(move |recordings| {
            recordings.remove(&name)?;
            recordings.list()
        })
        .await?;
    Ok(Json(RecordingsResponse { recordings }).into_response())
}

impl From<RecordingError> for HttpError {
    fn from(err: RecordingError) -> Self {
        let status = match &err {
            RecordingError::Missing => StatusCode::NOT_FOUND,
            RecordingError::Mime => StatusCode::BAD_REQUEST,
            RecordingError::Gap { .. } => StatusCode::CONFLICT,
            RecordingError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            RecordingError::TooMany | RecordingError::NoSpace => StatusCode::INSUFFICIENT_STORAGE,
            RecordingError::Io(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let message = err.to_string();
        let cause = status.is_server_error().then(|| err.into());
        Self { cause, ..Self::new(status, message) }
    }
}
