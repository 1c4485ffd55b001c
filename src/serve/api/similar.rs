//! `similar`: photos similar to a photo or to a description.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::SharedState;
use crate::photo::PhotoId;
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, QueryParams};
use crate::serve::jobs::JobRunner;
use crate::serve::tile::{Tile, tiles};
use crate::store::Store;

/// Photos by default.
const DEFAULT_LIMIT: usize = 60;
/// Photos, at most.
const MAX_LIMIT: usize = 500;
/// Characters of the words, at most.
const MAX_WORDS_CHARS: usize = 300;

/// The query of `similar`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SimilarQuery {
    /// Similar to the photo with this id ...
    photo: Option<String>,
    /// ... or to this description.
    words: Option<String>,
    /// Filter text.
    q: Option<String>,
    /// Number of photos, at most 500; default: 60.
    limit: Option<usize>,
}

/// Similar photos.
#[derive(Serialize, ToSchema)]
pub struct SimilarResponse {
    /// The most similar first.
    photos: Vec<SimilarPhoto>,
    /// The model.
    model: String,
    /// Photos that it has analysed.
    seen: usize,
}

/// A photo and its similarity.
#[derive(Serialize, ToSchema)]
pub struct SimilarPhoto {
    /// The photo.
    photo: Tile,
    /// Cosine similarity of the embeddings, -1..=1.
    likeness: f64,
}

/// Photos similar to a photo or to a description
#[utoipa::path(get, path = "/api/v1/similar", tag = "photos", params(SimilarQuery),
    responses((status = 200, body = SimilarResponse), (status = 400, body = ErrorResponse), (status = 404, body = ErrorResponse),
        (status = 409, body = ErrorResponse)))]
pub async fn similar(State(app): SharedState, QueryParams(query): QueryParams<SimilarQuery>) -> ApiResult {
    let filter = extract::filter(&app, query.q.as_deref()).await?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if limit > MAX_LIMIT {
        return Err(HttpError::bad_request("limit is 500 at most"));
    }
    let own = Arc::clone(&app);
    let answer = app
        .query(move |explorer, store| {
            let wanted = Wanted::of(&own.jobs, store, &query)?;
            let index = own.jobs.similarity_index(store, &wanted.model).map_err(HttpError::read_failed)?;
            let mut near =
                index.near((explorer, store), &wanted.vector, (&filter, limit + 1)).map_err(HttpError::read_failed)?;
            near.retain(|neighbour| Some(&neighbour.id) != wanted.photo.as_ref());
            near.truncate(limit);
            let ids: Vec<PhotoId> = near.iter().map(|neighbour| neighbour.id.clone()).collect();
            let mut tiles = tiles(store, &ids)?;
            let photos = near.iter().filter_map(|neighbour| {
                Some(SimilarPhoto { photo: tiles.remove(&neighbour.id)?, likeness: f64::from(neighbour.similarity) })
            });
            Ok(SimilarResponse { photos: photos.collect(), model: wanted.model, seen: index.seen() })
        })
        .await?;
    Ok(([(CACHE_CONTROL, "no-cache")], Json(answer)).into_response())
}

/// What photos are compared with.
struct Wanted {
    model: String,
    vector: Vec<f32>,
    photo: Option<PhotoId>,
}

impl Wanted {
    fn of(jobs: &JobRunner, store: &dyn Store, query: &SimilarQuery) -> Result<Self, HttpError> {
        let broken = |err: anyhow::Error| HttpError::conflict(format!("{err:#}"));
        match (&query.photo, &query.words) {
            (Some(photo), None) => {
                let id = PhotoId::from_text(photo.clone());
                crate::serve::app_state::load(store, &id)?;
                let model = jobs.context().model().map_err(broken)?.id().to_owned();
                let found = store.load_vectors(&model, std::slice::from_ref(&id)).map_err(HttpError::read_failed)?;
                let (_, vector) = found.into_iter().next().ok_or_else(|| {
                    HttpError::conflict("The model has not analysed this photo yet; run gleaner score")
                })?;
                Ok(Self { model, vector: vector.to_f32(), photo: Some(id) })
            }
            (None, Some(words)) if words.chars().count() <= MAX_WORDS_CHARS => {
                let pair = jobs.context().pair().map_err(broken)?.ok_or_else(|| {
                    HttpError::conflict("Searching by words needs a pair of models for pictures and words: docs/two-towers.md says how to set one")
                })?;
                let vector = pair.embed_text(words).map_err(broken)?;
                Ok(Self { model: pair.model().id().to_owned(), vector, photo: None })
            }
            _ => Err(HttpError::bad_request("The query must have photo=ID or words=TEXT with 300 characters at most")),
        }
    }
}
