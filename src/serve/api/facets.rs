//! `facets`: counts of the values of fields. Clauses on a field do not apply to its own counts.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::SharedState;
use crate::explorer::{Choices, Facets};
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, PathParams, QueryParams, RequestContext};

/// Default number of values of a facet.
const VALUES: usize = 50;

/// Maximum number of values of a facet.
const MAX_VALUES: usize = 1_000;

/// The query of `facets`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FacetsQuery {
    /// Filter text.
    q: Option<String>,
    /// Names of facets, separated by commas; default: all.
    names: Option<String>,
}

/// Counts of the facets
#[utoipa::path(get, path = "/api/v1/facets", tag = "counts", params(FacetsQuery),
    responses((status = 200, body = Facets), (status = 400, body = ErrorResponse)))]
pub async fn facets(
    State(app): SharedState,
    request: RequestContext,
    QueryParams(query): QueryParams<FacetsQuery>,
) -> ApiResult {
    let filter = extract::filter(&app, query.q.as_deref()).await?;
    let names = query.names.unwrap_or_default();
    let mut seen = HashSet::new();
    let names = names.split(',').filter(|name| !name.is_empty() && seen.insert(*name)).map(str::to_owned);
    let names: Vec<String> = names.collect();
    request.answer(&app, move |explorer, _| Ok(Json(explorer.facets(&filter, &names)))).await
}

/// The query of `facets/{name}`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChoicesQuery {
    /// Filter text.
    q: Option<String>,
    /// Return only values that contain this text.
    like: Option<String>,
    /// Number of values, at most 1,000; default: 50.
    limit: Option<usize>,
}

/// Values of a choice facet
#[utoipa::path(get, path = "/api/v1/facets/{name}", tag = "counts",
    params(("name" = String, Path, description = "`country`, `city`, `camera`, ..."), ChoicesQuery),
    responses((status = 200, body = Choices), (status = 400, body = ErrorResponse), (status = 404, body = ErrorResponse)))]
pub async fn choices(
    State(app): SharedState,
    request: RequestContext,
    PathParams(name): PathParams<String>,
    QueryParams(query): QueryParams<ChoicesQuery>,
) -> ApiResult {
    let filter = extract::filter(&app, query.q.as_deref()).await?;
    let like = query.like.unwrap_or_default();
    let limit = query.limit.unwrap_or(VALUES).min(MAX_VALUES);
    request
        .answer(&app, move |explorer, _| {
            explorer.choices(&filter, &name, &like, limit).map(Json).ok_or_else(HttpError::not_found)
        })
        .await
}
