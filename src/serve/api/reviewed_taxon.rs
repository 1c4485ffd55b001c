//! `taxa`, `photos/{id}/taxon`: names of taxa for what is typed, and a reviewer's verdict on the taxon of a photo.

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
use super::taxon::PhotoTaxon;
use crate::photo::{PhotoId, Taxon};
use crate::reviews::{Verdict, reviewer_name};
use crate::serve::app_state;
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, PathParams, QueryParams};

/// Taxa that are suggested.
const MOST: usize = 12;

/// The query of `taxa`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TaxaQuery {
    /// What was typed, two characters at least.
    like: String,
}

/// Taxa.
#[derive(Serialize, ToSchema)]
pub struct TaxaResponse {
    /// At most 12, those with exactly this name first.
    taxa: Vec<SuggestedTaxon>,
}

/// A taxon that may be meant.
#[derive(Serialize, ToSchema)]
pub struct SuggestedTaxon {
    /// Scientific name.
    name: String,
    /// The rank, in small letters.
    #[schema(required)]
    rank: Option<String>,
    /// A common name.
    #[schema(required)]
    vernacular_name: Option<String>,
}

/// Taxa with a name that begins with a text, in any language that is known
#[utoipa::path(get, operation_id = "suggest_taxa", path = "/api/v1/taxa", tag = "photos", params(TaxaQuery),
    responses((status = 200, body = TaxaResponse)))]
pub async fn suggest(State(app): SharedState, QueryParams(query): QueryParams<TaxaQuery>) -> ApiResult {
    let own = Arc::clone(&app);
    let answer = app
        .query(move |_, _| {
            let derived = own.jobs.derived().map_err(HttpError::conflict_from)?;
            let names = derived.names().map_err(HttpError::conflict_from)?;
            let suggested = |taxon: &Taxon| SuggestedTaxon {
                name: taxon.scientific_name.clone(),
                rank: taxon.rank.clone(),
                vernacular_name: taxon.vernacular_name.clone(),
            };
            Ok(TaxaResponse { taxa: names.suggest(&query.like, MOST).into_iter().map(suggested).collect() })
        })
        .await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// A reviewer's verdict on the taxon.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxonReviewRequest {
    /// The reviewer's name; may be empty.
    #[serde(default)]
    by: String,
    /// `yes` with a name, `no`: the photo shows no organism, `cleared` to remove the review.
    #[schema(value_type = String)]
    verdict: Verdict,
    /// The scientific name, or another name that only one known taxon has.
    #[serde(default)]
    name: Option<String>,
}

/// The taxon of the photo after the review.
#[derive(Serialize, ToSchema)]
pub struct TaxonReviewResponse {
    /// Absent if nothing names one. While another process writes to the dataset it is the one from before the review.
    #[schema(required)]
    taxon: Option<PhotoTaxon>,
}

/// Saves a reviewer's verdict on the taxon of a photo
#[utoipa::path(put, operation_id = "review_taxon", path = "/api/v1/photos/{id}/taxon", tag = "photos", request_body = TaxonReviewRequest,
    params(("id" = String, Path, description = "`source:own-id`")),
    responses((status = 200, body = TaxonReviewResponse), (status = 400, body = ErrorResponse), (status = 404, body = ErrorResponse)))]
pub async fn save(
    State(app): SharedState,
    PathParams(id): PathParams<String>,
    body: Result<Json<TaxonReviewRequest>, JsonRejection>,
) -> ApiResult {
    let body =
        extract::body(body, "The body must be {\"by\": \"ada\", \"verdict\": \"yes\", \"name\": \"Macaca mulatta\"}")?;
    let by = reviewer_name(&body.by).map_err(HttpError::bad_request)?;
    if body.verdict == Verdict::Unsure || (body.verdict == Verdict::Yes) != body.name.is_some() {
        return Err(HttpError::bad_request("`yes` has the name of a taxon; `no` and `cleared` have none"));
    }
    let own = Arc::clone(&app);
    let answer = app
        .query(move |_, store| {
            let id = PhotoId::from_text(id);
            app_state::load(store, &id)?;
            let taxon = match &body.name {
                Some(name) => {
                    let derived = own.jobs.derived().map_err(HttpError::conflict_from)?;
                    let names = derived.names().map_err(HttpError::conflict_from)?;
                    Some(names.meant(name).map_err(HttpError::bad_request)?.clone())
                }
                None => None,
            };
            own.jobs.review_taxon(&id, &by, (body.verdict, taxon)).map_err(HttpError::write_failed)?;
            // If another process writes, the file holds the review and the record follows.
            if let Err(err) = own.jobs.apply_reviews() {
                debug!(error = %err, "reviews are not in the records yet");
            }
            Ok(TaxonReviewResponse { taxon: PhotoTaxon::of(app_state::load(store, &id)?.photo()) })
        })
        .await?;
    Ok(Json(answer).into_response())
}
