//! `concepts/{name}/sample`, `reviews`, `cut`: photos to label, reviews, and the threshold.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use tracing::debug;
use utoipa::{IntoParams, ToSchema};

use super::SharedState;
use super::concepts::ReviewCounts;
use crate::concepts::BuiltInScorer;
use crate::explorer::{Explorer, Sort};
use crate::photo::filter::Filter;
use crate::photo::{Photo, PhotoId, Score, ScoreKey};
use crate::reviews::{Verdict, reviewer_name};
use crate::serve::app_state::{self, AppState};
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, PathParams, QueryParams};
use crate::serve::threshold;
use crate::serve::tile::{Tile, tiles};
use crate::training::pick::pick;

/// Photos to label by default.
const DEFAULT_SAMPLE: usize = 30;
/// Photos to label, and reviews in one request, at most.
const MAX_PHOTOS: usize = 200;
/// Reviews that are listed, at most.
const MAX_LISTED: usize = 500;

/// The query of `sample`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SampleQuery {
    /// Filter text.
    q: Option<String>,
    /// Number of photos, at most 200; default: 30.
    count: Option<usize>,
    /// The scorer over whose scores they are spread; default: the main scorer, or the text scorer.
    scorer: Option<String>,
    /// The seed of the random choice.
    seed: Option<u64>,
}

/// Photos to label next.
#[derive(Serialize, ToSchema)]
pub struct SampleResponse {
    /// In an order that does not reveal their scores.
    photos: Vec<SampledPhoto>,
}

/// A photo to label.
#[derive(Serialize, ToSchema)]
pub struct SampledPhoto {
    /// The photo.
    photo: Tile,
    /// Its score; null: none, or below the reporting threshold.
    #[schema(required)]
    score: Option<f64>,
}

/// Photos to label next: spread over the scores, not reviewed yet
#[utoipa::path(get, path = "/api/v1/concepts/{name}/sample", tag = "concepts",
    params(("name" = String, Path, description = "The concept"), SampleQuery),
    responses((status = 200, body = SampleResponse), (status = 400, body = ErrorResponse)))]
pub async fn sample(
    State(app): SharedState,
    PathParams(concept): PathParams<String>,
    QueryParams(query): QueryParams<SampleQuery>,
) -> ApiResult {
    let text = format!("{} state:stored", query.q.as_deref().unwrap_or_default());
    let filter = extract::filter(&app, Some(&text)).await?;
    let number = query.count.unwrap_or(DEFAULT_SAMPLE).min(MAX_PHOTOS);
    let own = Arc::clone(&app);
    let answer = app
        .query(move |explorer, store| {
            let scores = sampling_scores(explorer, &filter, (&concept, query.scorer.as_deref()));
            let reviewed = reviewed(&own, &concept);
            let picked = pick(&scores, &reviewed, number, query.seed.unwrap_or(0));
            let scores: HashMap<&PhotoId, f64> = scores.iter().map(|(id, score)| (id, *score)).collect();
            let mut tiles = tiles(store, &picked)?;
            let sampled = picked.iter().filter_map(|id| {
                let score = scores.get(id).copied().filter(|score| score.is_finite());
                Some(SampledPhoto { photo: tiles.remove(id)?, score })
            });
            Ok(SampleResponse { photos: sampled.collect() })
        })
        .await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// The scores over which the sample is spread: the requested ones, the main ones, those of the text; else all equal.
fn sampling_scores(
    explorer: &Explorer,
    filter: &Filter,
    (concept, scorer): (&str, Option<&str>),
) -> Vec<(PhotoId, f64)> {
    let keys = match scorer {
        Some(scorer) => vec![ScoreKey::by(concept, scorer)],
        None => vec![ScoreKey::main(concept), ScoreKey::by(concept, BuiltInScorer::Text.as_str())],
    };
    for key in keys {
        let found = explorer.scores(filter, &key);
        if !found.is_empty() {
            return found.into_iter().map(|(id, score)| (id, f64::from(score))).collect();
        }
    }
    let all = explorer.window(filter, &Sort::Newest, 0, usize::MAX);
    all.ids.into_iter().map(|id| (id, 0.5)).collect()
}

/// Every reviewed photo: yes, no, or unsure.
fn reviewed(app: &AppState, concept: &str) -> HashMap<PhotoId, Option<bool>> {
    let reviews = app.jobs.reviews();
    let said = reviews.of(concept).into_iter().filter(|review| review.verdict != Verdict::Cleared);
    said.map(|review| (review.photo.clone(), review.verdict.label())).collect()
}

/// Reviews.
#[derive(Serialize, ToSchema)]
pub struct ReviewsResponse {
    /// Numbers by verdict.
    counts: ReviewCounts,
    /// The latest reviews first, at most 500.
    reviews: Vec<ReviewResponse>,
}

/// A review.
#[derive(Serialize, ToSchema)]
pub struct ReviewResponse {
    /// The photo.
    photo: Tile,
    /// `yes`, `no` or `unsure`.
    #[schema(value_type = String)]
    verdict: Verdict,
    /// The reviewer.
    by: String,
    /// Time of the review, UTC.
    #[schema(value_type = String, format = DateTime)]
    at: jiff::Timestamp,
    /// The main score; null: none, or below the reporting threshold.
    #[schema(required)]
    score: Option<f64>,
}

/// Reviews of a concept
#[utoipa::path(get, operation_id = "list_reviews", path = "/api/v1/concepts/{name}/reviews", tag = "concepts",
    params(("name" = String, Path, description = "The concept")),
    responses((status = 200, body = ReviewsResponse)))]
pub async fn list(State(app): SharedState, PathParams(concept): PathParams<String>) -> ApiResult {
    let own = Arc::clone(&app);
    let answer = app
        .query(move |_, store| {
            let reviews = own.jobs.reviews();
            let mut said: Vec<_> = reviews.of(&concept).into_iter().filter(|r| r.verdict != Verdict::Cleared).collect();
            said.sort_by_key(|review| std::cmp::Reverse(review.at));
            said.truncate(MAX_LISTED);
            let ids: Vec<PhotoId> = said.iter().map(|review| review.photo.clone()).collect();
            let found = store.load(&ids).map_err(HttpError::read_failed)?;
            let photos: HashMap<&PhotoId, &Photo> = found.iter().map(|photo| (&photo.id, photo)).collect();
            let listed = said.into_iter().filter_map(|review| {
                let photo = photos.get(&review.photo)?;
                Some(ReviewResponse {
                    photo: Tile::of(photo),
                    verdict: review.verdict,
                    by: review.by.clone(),
                    at: review.at,
                    score: photo.scores.get(concept.as_str()).and_then(|score: &Score| score.value),
                })
            });
            Ok(ReviewsResponse { counts: ReviewCounts::of(&reviews, &concept), reviews: listed.collect() })
        })
        .await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// New reviews.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewsRequest {
    /// The reviewer's name; may be empty.
    #[serde(default)]
    by: String,
    /// At most 200.
    reviews: Vec<ReviewRequest>,
}

/// A new review.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewRequest {
    /// The photo's id.
    photo: String,
    /// `yes`, `no`, `unsure`, or `cleared` to remove the review.
    #[schema(value_type = String)]
    verdict: Verdict,
}

/// Numbers of reviews.
#[derive(Serialize, ToSchema)]
pub struct ReviewCountsResponse {
    /// Photos that show it, photos that do not, and unsure ones.
    reviews: ReviewCounts,
}

/// Saves reviews
#[utoipa::path(put, operation_id = "save_reviews", path = "/api/v1/concepts/{name}/reviews", tag = "concepts", request_body = ReviewsRequest,
    params(("name" = String, Path, description = "The concept")),
    responses((status = 200, body = ReviewCountsResponse), (status = 400, body = ErrorResponse), (status = 404, body = ErrorResponse)))]
pub async fn save(
    State(app): SharedState,
    PathParams(concept): PathParams<String>,
    body: Result<Json<ReviewsRequest>, JsonRejection>,
) -> ApiResult {
    let body = extract::body(
        body,
        "The body must be {\"by\": \"ada\", \"reviews\": [{\"photo\": \"flickr:1\", \"verdict\": \"yes\"}]}",
    )?;
    let by = reviewer_name(&body.by).map_err(HttpError::bad_request)?;
    if body.reviews.len() > MAX_PHOTOS {
        return Err(HttpError::bad_request("A request has 200 reviews at most"));
    }
    let verdicts: Vec<(PhotoId, Verdict)> =
        body.reviews.into_iter().map(|review| (PhotoId::from_text(review.photo), review.verdict)).collect();
    let own = Arc::clone(&app);
    let reviews = app
        .query(move |_, store| {
            let known = own.jobs.concepts().map_err(HttpError::conflict_from)?;
            if known.get(&concept).is_none() {
                return Err(HttpError::bad_request("There is no such concept; define it first"));
            }
            let ids: Vec<PhotoId> = verdicts.iter().map(|(id, _)| id.clone()).collect();
            for id in &ids {
                app_state::load(store, id)?;
            }
            own.jobs.review(&concept, &by, verdicts).map_err(HttpError::write_failed)?;
            // If another process writes, the file holds the reviews and the records follow.
            if let Err(err) = own.jobs.apply_reviews() {
                debug!(error = %err, "reviews are not in the records yet");
            }
            Ok(ReviewCounts::of(&own.jobs.reviews(), &concept))
        })
        .await?;
    Ok(Json(ReviewCountsResponse { reviews }).into_response())
}

/// The query of `cut`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ThresholdQuery {
    /// The scorer; default: the main scorer.
    scorer: Option<String>,
}

/// Precision and recall at every threshold, estimated from reviews, and the recommended threshold
#[utoipa::path(get, path = "/api/v1/concepts/{name}/cut", tag = "concepts",
    params(("name" = String, Path, description = "The concept"), ThresholdQuery),
    responses((status = 200, body = threshold::ThresholdResponse)))]
pub async fn cut(
    State(app): SharedState,
    PathParams(concept): PathParams<String>,
    QueryParams(query): QueryParams<ThresholdQuery>,
) -> ApiResult {
    let own = Arc::clone(&app);
    let answer = app
        .query(move |explorer, store| {
            threshold::cut(&own.jobs, (explorer, store), &concept, query.scorer.as_deref())
                .map_err(HttpError::conflict_from)
        })
        .await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}
