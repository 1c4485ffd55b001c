//! `views`: saved views.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SharedState;
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, PathParams};
use crate::serve::views::{MAX_NAME_CHARS, MAX_SEARCH_BYTES, MAX_VIEWS, View};

/// The saved views.
#[derive(Serialize, ToSchema)]
pub struct ViewsResponse {
    /// By name.
    views: Vec<View>,
}

/// A view to save.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewRequest {
    /// The query string of the page, without `?`.
    search: String,
}

/// Saved views
#[utoipa::path(get, operation_id = "list_views", path = "/api/v1/views", tag = "views", responses((status = 200, body = ViewsResponse)))]
pub async fn list(State(app): SharedState) -> ApiResult {
    let views = app.run_blocking(|app| app.views.list()).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(ViewsResponse { views })).into_response())
}

/// Saves a view and replaces one of the same name
#[utoipa::path(put, operation_id = "save_view", path = "/api/v1/views/{name}", tag = "views", request_body = ViewRequest,
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = ViewsResponse), (status = 400, body = ErrorResponse)))]
pub async fn save(
    State(app): SharedState,
    PathParams(name): PathParams<String>,
    body: Result<Json<ViewRequest>, JsonRejection>,
) -> ApiResult {
    let body = extract::body(body, "The body must be {\"search\": \"q=...\"}")?;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
        return Err(HttpError::bad_request("A view's name has 1 to 100 characters"));
    }
    if body.search.len() > MAX_SEARCH_BYTES {
        return Err(HttpError::bad_request("This view is too long"));
    }
    let search = body.search.trim_start_matches('?').to_owned();
    let views = app.run_blocking(move |app| app.views.save(name, search)).await?;
    let full = || HttpError::new(StatusCode::CONFLICT, format!("There are {MAX_VIEWS} views; remove one first"));
    Ok(Json(ViewsResponse { views: views.ok_or_else(full)? }).into_response())
}

/// Removes a saved view
#[utoipa::path(delete, operation_id = "remove_view", path = "/api/v1/views/{name}", tag = "views",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, body = ViewsResponse), (status = 404, body = ErrorResponse)))]
pub async fn remove(State(app): SharedState, PathParams(name): PathParams<String>) -> ApiResult {
    let views = app.run_blocking(move |app| app.views.remove(&name)).await?;
    Ok(Json(ViewsResponse { views: views.ok_or_else(HttpError::not_found)? }).into_response())
}
