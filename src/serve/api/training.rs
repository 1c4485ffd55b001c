//! `train`, `score`, `work`: background jobs that train and score.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SharedState;
use crate::photo::PhotoId;
use crate::serve::app_state::AppState;
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{ApiResult, PathParams};
use crate::serve::job::{Job, JobKind, JobStatus};
use crate::serve::tile::{Tile, tiles};
use crate::store::Store;

/// Misclassified photos in a response, at most.
const MAX_MISCLASSIFIED: usize = 24;

/// A background job.
#[derive(Serialize, ToSchema)]
pub struct JobResponse {
    /// What it does.
    kind: JobKind,
    /// The concept that is trained.
    #[schema(required)]
    concept: Option<String>,
    /// Its status.
    state: JobStatus,
    /// Photos processed.
    done: u64,
    /// Photos to process; 0 if not known yet.
    total: u64,
    /// Progress or result, as a text to display.
    message: String,
    /// When it started, UTC.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    started_at: Option<jiff::Timestamp>,
    /// After training: labelled photos that the head gets wrong in cross-validation, the worst first.
    confusions: Vec<Misclassified>,
}

/// A labelled photo that was misclassified.
#[derive(Serialize, ToSchema)]
pub struct Misclassified {
    /// The photo.
    photo: Tile,
    /// The head's score, 0..=1.
    score: f64,
    /// The label: `yes` or `no`.
    verdict: String,
}

impl JobResponse {
    fn of(job: Job, store: &dyn Store) -> Result<Self, HttpError> {
        let shown = &job.mistakes[..job.mistakes.len().min(MAX_MISCLASSIFIED)];
        let ids: Vec<PhotoId> = shown.iter().map(|held| held.id.clone()).collect();
        let mut tiles = tiles(store, &ids)?;
        let misclassified = shown.iter().filter_map(|held| {
            let verdict = if held.truth { "yes" } else { "no" };
            Some(Misclassified { photo: tiles.remove(&held.id)?, score: held.score, verdict: verdict.to_owned() })
        });
        let confusions = misclassified.collect();
        let Job { kind, concept, status, done, total, message, started_at, .. } = job;
        Ok(Self { kind, concept, state: status, done, total, message, started_at, confusions })
    }
}

async fn respond(app: &Arc<AppState>, status: StatusCode) -> ApiResult {
    let own = Arc::clone(app);
    let response = app.query(move |_, store| JobResponse::of(own.jobs.job(), store)).await?;
    Ok((status, [(CACHE_CONTROL, "no-store")], Json(response)).into_response())
}

async fn start(app: &Arc<AppState>, kind: JobKind, concept: Option<String>, with_text: bool) -> ApiResult {
    if !app.writable {
        return Err(HttpError::conflict("The dataset's folder is read-only"));
    }
    if !app.jobs.start(kind, concept, with_text) {
        return Err(HttpError::conflict("Another job is running; wait until it is done"));
    }
    respond(app, StatusCode::ACCEPTED).await
}

/// How to train.
#[derive(Default, Deserialize, ToSchema)]
pub struct TrainRequest {
    /// Whether the head also uses titles, tags and descriptions.
    #[serde(default)]
    with_text: bool,
}

/// Trains a concept on the reviews, then scores all photos again
#[utoipa::path(post, path = "/api/v1/concepts/{name}/train", tag = "concepts", request_body = TrainRequest,
    params(("name" = String, Path, description = "The concept")),
    responses((status = 202, body = JobResponse), (status = 409, body = ErrorResponse)))]
pub async fn train(
    State(app): SharedState,
    PathParams(concept): PathParams<String>,
    body: Result<Json<TrainRequest>, JsonRejection>,
) -> ApiResult {
    let Ok(Json(body)) = body else { return Err(HttpError::bad_request("The body must be {\"with_text\": false}")) };
    let known = app.jobs.concepts().map_err(HttpError::conflict_from)?;
    if known.get(&concept).is_none() {
        return Err(HttpError::bad_request("There is no such concept; define it first"));
    }
    start(&app, JobKind::Train, Some(concept), body.with_text).await
}

/// Computes missing embeddings, then scores all photos again
#[utoipa::path(post, path = "/api/v1/score", tag = "concepts",
    responses((status = 202, body = JobResponse), (status = 409, body = ErrorResponse)))]
pub async fn score(State(app): SharedState) -> ApiResult {
    start(&app, JobKind::Score, None, false).await
}

/// The background job
#[utoipa::path(get, path = "/api/v1/work", tag = "concepts", responses((status = 200, body = JobResponse)))]
pub async fn work(State(app): SharedState) -> ApiResult {
    respond(&app, StatusCode::OK).await
}
