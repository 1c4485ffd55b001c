//! `views`: searches that were given a name.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Here;
use crate::serve::extract::{Answer, PathParams};
use crate::serve::failure::{ErrorBody, Failure};
use crate::serve::views::{LONGEST_NAME, LONGEST_SEARCH, MOST_VIEWS, View};

/// The saved views.
#[derive(Serialize, ToSchema)]
pub struct ViewsAnswer {
    /// By name.
    views: Vec<View>,
}

/// What is saved under a name.
#[derive(Deserialize, ToSchema)]
pub struct ViewBody {
    /// The query string of the page, without `?`.
    search: String,
}

/// Saved views
#[utoipa::path(get, path = "/api/v1/views", tag = "views", responses((status = 200, body = ViewsAnswer)))]
pub async fn list(State(app): Here) -> Answer {
    let views = app.ask_state(|app| app.views.list()).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(ViewsAnswer { views })).into_response())
}

/// Saves a view, in place of one of the same name
#[utoipa::path(put, path = "/api/v1/views/{name}", tag = "views", request_body = ViewBody,
    params(("name" = String, Path, description = "What it is called")),
    responses((status = 200, body = ViewsAnswer), (status = 400, body = ErrorBody)))]
pub async fn save(
    State(app): Here,
    PathParams(name): PathParams<String>,
    body: Result<Json<ViewBody>, JsonRejection>,
) -> Answer {
    let Ok(Json(body)) = body else { return Err(Failure::question("This takes {\"search\": \"q=...\"}")) };
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Failure::question("A view's name has 1 to 100 characters"));
    }
    if body.search.len() > LONGEST_SEARCH {
        return Err(Failure::question("This view is too long to be saved"));
    }
    let search = body.search.trim_start_matches('?').to_owned();
    let views = app.ask_state(move |app| app.views.save(name, search)).await?;
    let full = || Failure::new(StatusCode::CONFLICT, format!("There are {MOST_VIEWS} views; remove one first"));
    Ok(Json(ViewsAnswer { views: views.ok_or_else(full)? }).into_response())
}

/// Removes a saved view
#[utoipa::path(delete, path = "/api/v1/views/{name}", tag = "views",
    params(("name" = String, Path, description = "What it is called")),
    responses((status = 200, body = ViewsAnswer), (status = 404, body = ErrorBody)))]
pub async fn remove(State(app): Here, PathParams(name): PathParams<String>) -> Answer {
    let views = app.ask_state(move |app| app.views.remove(&name)).await?;
    Ok(Json(ViewsAnswer { views: views.ok_or_else(Failure::nothing)? }).into_response())
}
