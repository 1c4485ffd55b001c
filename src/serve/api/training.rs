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
use crate::pipeline::heads;
use crate::serve::app_state::AppState;
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, PathParams};
use crate::serve::job::{Job, JobKind, JobStatus, Task};
use crate::serve::tile::{Tile, tiles};
use crate::store::Store;
use crate::training::compare::{Comparison, Quality};

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
    /// After training beside a head in use: both heads on the same labels.
    #[schema(required)]
    comparison: Option<ComparisonResponse>,
    /// After training beside a head in use: the version of the new head, which is not in use.
    #[schema(required)]
    candidate: Option<String>,
}

/// The head in use and a new one on the same labelled photos. Scores of photos that a head was trained on are from
/// cross-validation.
#[derive(Serialize, ToSchema)]
pub struct ComparisonResponse {
    /// Photos that show it.
    yes: usize,
    /// Photos that do not.
    no: usize,
    /// The head in use.
    current: QualityResponse,
    /// The new head.
    new: QualityResponse,
    /// Whether the new head is better: by the area under the ROC curve, then by F1.
    better: bool,
    /// Whether the head in use may have been trained on some of these photos.
    current_may_have_seen: bool,
}

/// The quality of a head.
#[derive(Serialize, ToSchema)]
pub struct QualityResponse {
    /// Area under the ROC curve.
    auc: f64,
    /// Precision at the head's threshold.
    #[schema(required)]
    precision: Option<f64>,
    /// Recall at the head's threshold.
    #[schema(required)]
    recall: Option<f64>,
}

impl ComparisonResponse {
    fn of(found: &Comparison) -> Self {
        let quality = |one: &Quality| QualityResponse {
            auc: one.roc_auc,
            precision: one.at_cut.precision(),
            recall: one.at_cut.recall(),
        };
        Self {
            yes: found.yes,
            no: found.no,
            current: quality(&found.current),
            new: quality(&found.new),
            better: found.new_is_better(),
            current_may_have_seen: found.current_may_have_seen,
        }
    }
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
        let comparison = job.comparison.as_ref().map(ComparisonResponse::of);
        let Job { kind, concept, status, done, total, message, started_at, candidate, .. } = job;
        Ok(Self { kind, concept, state: status, done, total, message, started_at, confusions, comparison, candidate })
    }
}

async fn respond(app: &Arc<AppState>, status: StatusCode) -> ApiResult {
    let own = Arc::clone(app);
    let response = app.query(move |_, store| JobResponse::of(own.jobs.job(), store)).await?;
    Ok((status, [(CACHE_CONTROL, "no-store")], Json(response)).into_response())
}

async fn start(app: &Arc<AppState>, task: Task) -> ApiResult {
    if !app.writable {
        return Err(HttpError::conflict("The dataset's folder is read-only"));
    }
    if !app.jobs.start(task) {
        return Err(HttpError::conflict("Another job is running; wait until it is done"));
    }
    respond(app, StatusCode::ACCEPTED).await
}

/// How to train.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainRequest {
    /// Whether the head also uses titles, tags and descriptions.
    #[serde(default)]
    with_text: bool,
}

/// Trains a concept on the reviews; another head that is in use stays in use
#[utoipa::path(post, path = "/api/v1/concepts/{name}/train", tag = "concepts", request_body = TrainRequest,
    params(("name" = String, Path, description = "The concept")),
    responses((status = 202, body = JobResponse), (status = 409, body = ErrorResponse)))]
pub async fn train(
    State(app): SharedState,
    PathParams(concept): PathParams<String>,
    body: Result<Json<TrainRequest>, JsonRejection>,
) -> ApiResult {
    let body = extract::body(body, "The body must be {\"with_text\": false}")?;
    check_known(&app, &concept)?;
    start(&app, Task::Train { concept, with_text: body.with_text }).await
}

fn check_known(app: &AppState, concept: &str) -> Result<(), HttpError> {
    let known = app.jobs.concepts().map_err(HttpError::conflict_from)?;
    if known.get(concept).is_none() {
        return Err(HttpError::bad_request("There is no such concept; define it first"));
    }
    Ok(())
}

/// Which head to use.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeadRequest {
    /// One of `versions` of the concept.
    version: String,
}

/// Puts a version of a concept's head in use, then scores all photos again
#[utoipa::path(put, operation_id = "use_head", path = "/api/v1/concepts/{name}/head", tag = "concepts", request_body = HeadRequest,
    params(("name" = String, Path, description = "The concept")),
    responses((status = 202, body = JobResponse), (status = 404, body = ErrorResponse), (status = 409, body = ErrorResponse)))]
pub async fn adopt(
    State(app): SharedState,
    PathParams(concept): PathParams<String>,
    body: Result<Json<HeadRequest>, JsonRejection>,
) -> ApiResult {
    let HeadRequest { version } = extract::body(body, "The body must be {\"version\": \"0123456789ab\"}")?;
    check_known(&app, &concept)?;
    let (own, name) = (Arc::clone(&app), concept.clone());
    let known = app.query(move |_, _| Ok(heads::versions(own.jobs.dataset(), &name))).await?;
    if known.iter().all(|head| head.version() != version) {
        return Err(HttpError::not_found());
    }
    start(&app, Task::Adopt { concept, version }).await
}

/// Computes missing embeddings, then scores all photos again
#[utoipa::path(post, path = "/api/v1/score", tag = "concepts",
    responses((status = 202, body = JobResponse), (status = 409, body = ErrorResponse)))]
pub async fn score(State(app): SharedState) -> ApiResult {
    start(&app, Task::Score).await
}

/// The background job
#[utoipa::path(get, path = "/api/v1/work", tag = "concepts", responses((status = 200, body = JobResponse)))]
pub async fn work(State(app): SharedState) -> ApiResult {
    respond(&app, StatusCode::OK).await
}
