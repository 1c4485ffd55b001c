//! `train`, `score`, `work`: learning and judging in the background.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Here;
use crate::photo::PhotoId;
use crate::serve::app_state::AppState;
use crate::serve::extract::{Answer, PathParams};
use crate::serve::failure::{ErrorBody, Failure};
use crate::serve::jobs::{Kind, Standing, Work};
use crate::serve::tile::{Tile, tiles};
use crate::store::Store;

/// Mistakes that are shown, at most.
const SHOWN: usize = 24;

/// Work in the background.
#[derive(Serialize, ToSchema)]
pub struct WorkAnswer {
    /// What.
    kind: Kind,
    /// Of which concept.
    #[schema(required)]
    concept: Option<String>,
    /// How it stands.
    state: Standing,
    /// Photos gone through.
    done: u64,
    /// Photos to go through; 0: not known yet.
    total: u64,
    /// For a person.
    message: String,
    /// When it began, UTC.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    started_at: Option<jiff::Timestamp>,
    /// After training: labelled photos that a head which had not seen them has wrong, the worst first.
    confusions: Vec<Confused>,
}

/// A labelled photo that was judged wrongly.
#[derive(Serialize, ToSchema)]
pub struct Confused {
    /// The photo.
    photo: Tile,
    /// What the head said, 0..=1.
    score: f64,
    /// What a person said: `yes` or `no`.
    verdict: String,
}

impl WorkAnswer {
    fn of(work: Work, store: &dyn Store) -> Result<Self, Failure> {
        let shown = &work.mistakes[..work.mistakes.len().min(SHOWN)];
        let ids: Vec<PhotoId> = shown.iter().map(|held| held.id.clone()).collect();
        let mut tiles = tiles(store, &ids)?;
        let confused = shown.iter().filter_map(|held| {
            let verdict = if held.truth { "yes" } else { "no" };
            Some(Confused { photo: tiles.remove(&held.id)?, score: held.score, verdict: verdict.to_owned() })
        });
        let confusions = confused.collect();
        let Work { kind, concept, state, done, total, message, started_at, .. } = work;
        Ok(Self { kind, concept, state, done, total, message, started_at, confusions })
    }
}

async fn stands(app: &Arc<AppState>, status: StatusCode) -> Answer {
    let own = Arc::clone(app);
    let answer = app.ask(move |_, store| WorkAnswer::of(own.jobs.work(), store)).await?;
    Ok((status, [(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

async fn begin(app: &Arc<AppState>, kind: Kind, concept: Option<String>, with_text: bool) -> Answer {
    if !app.writable {
        return Err(Failure::conflict("The dataset's folder cannot be written to"));
    }
    if !app.jobs.begin(kind, concept, with_text) {
        return Err(Failure::conflict("Something else is under way; wait until it is done"));
    }
    stands(app, StatusCode::ACCEPTED).await
}

/// How to train.
#[derive(Default, Deserialize, ToSchema)]
pub struct TrainBody {
    /// Whether the head reads titles, tags and descriptions too.
    #[serde(default)]
    with_text: bool,
}

/// Learns a concept from what people said, then judges all photos anew
#[utoipa::path(post, path = "/api/v1/concepts/{name}/train", tag = "concepts", request_body = TrainBody,
    params(("name" = String, Path, description = "The concept")),
    responses((status = 202, body = WorkAnswer), (status = 409, body = ErrorBody)))]
pub async fn train(
    State(app): Here,
    PathParams(concept): PathParams<String>,
    body: Result<Json<TrainBody>, JsonRejection>,
) -> Answer {
    let Ok(Json(body)) = body else { return Err(Failure::question("This takes {\"with_text\": false}")) };
    let known = app.jobs.concepts().map_err(|err| Failure::conflict(format!("{err:#}")))?;
    if known.get(&concept).is_none() {
        return Err(Failure::question("There is no such concept; define it first"));
    }
    begin(&app, Kind::Train, Some(concept), body.with_text).await
}

/// Looks at photos that no model has seen, and judges all anew
#[utoipa::path(post, path = "/api/v1/score", tag = "concepts",
    responses((status = 202, body = WorkAnswer), (status = 409, body = ErrorBody)))]
pub async fn score(State(app): Here) -> Answer {
    begin(&app, Kind::Score, None, false).await
}

/// How the work in the background stands
#[utoipa::path(get, path = "/api/v1/work", tag = "concepts", responses((status = 200, body = WorkAnswer)))]
pub async fn work(State(app): Here) -> Answer {
    stands(&app, StatusCode::OK).await
}
