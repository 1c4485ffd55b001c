//! `unlock` and `lock`: enters the dataset's key in one browser, and removes it.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::response::IntoResponse;
use serde::{Deserialize, Deserializer, Serialize};
use tracing::debug;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::SharedState;
use crate::seal::{Key, Vault};
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, RequestContext};
use crate::store::check_key;

/// The dataset's key. It has no `Debug` and is zeroed when dropped.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnlockRequest {
    /// The text of the key's file: 44 characters of URL-safe base64.
    #[schema(value_type = String)]
    #[serde(deserialize_with = "wiped")]
    key: Zeroizing<String>,
}

fn wiped<'de, D: Deserializer<'de>>(from: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(from).map(Zeroizing::new)
}

/// Whether this browser is unlocked.
#[derive(Serialize, ToSchema)]
pub struct UnlockResponse {
    /// Always true.
    unlocked: bool,
}

/// Unlocks sealed fields for this browser for twelve hours
#[utoipa::path(post, path = "/api/v1/unlock", tag = "key", request_body = UnlockRequest,
    responses((status = 200, body = UnlockResponse), (status = 403, body = ErrorResponse), (status = 429, body = ErrorResponse)))]
pub async fn unlock(
    State(app): SharedState,
    request: RequestContext,
    body: Result<Json<UnlockRequest>, JsonRejection>,
) -> ApiResult {
    let body = extract::body(body, "The body must be {\"key\": \"the text of the key's file\"}")?;
    if !app.wrong_keys.allows() {
        return Err(HttpError::new(StatusCode::TOO_MANY_REQUESTS, "Too many wrong keys; try again in a minute"));
    }
    let vault = app.query(move |_, store| Ok(vault(&body.key, store))).await?;
    let Some(vault) = vault else {
        app.wrong_keys.record_failure();
        return Err(HttpError::new(StatusCode::FORBIDDEN, "This is not the key of this dataset"));
    };
    let cookie = app.sessions.unlock(request.headers(), vault);
    let headers = [(SET_COOKIE, cookie), (CACHE_CONTROL, "no-store".to_owned())];
    Ok((headers, Json(UnlockResponse { unlocked: true })).into_response())
}

fn vault(text: &str, store: &dyn crate::store::Store) -> Option<Vault> {
    let key = Key::parse(text).ok()?;
    if let Err(err) = check_key(store, &key) {
        debug!(error = format!("{err:#}"), "the key was not accepted");
        return None;
    }
    Some(Vault::new(key))
}

/// Removes the key of this browser
#[utoipa::path(post, path = "/api/v1/lock", tag = "key", responses((status = 200, body = UnlockResponse)))]
pub async fn lock(State(app): SharedState, request: RequestContext) -> ApiResult {
    app.sessions.lock(request.headers());
    Ok(([(CACHE_CONTROL, "no-store")], Json(UnlockResponse { unlocked: false })).into_response())
}
