//! `unlock` and `lock`: the dataset's key, given and taken back in one browser.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::response::IntoResponse;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::Here;
use crate::seal::{Key, Vault};
use crate::serve::extract::{Answer, Caller};
use crate::serve::failure::{ErrorBody, Failure};
use crate::store::check_key;

/// The dataset's key. Has no `Debug`; wiped when dropped.
#[derive(Deserialize, ToSchema)]
pub struct UnlockBody {
    /// The text of the key's file: 44 characters of URL-safe base64.
    #[schema(value_type = String)]
    #[serde(deserialize_with = "wiped")]
    key: Zeroizing<String>,
}

fn wiped<'de, D: Deserializer<'de>>(from: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(from).map(Zeroizing::new)
}

/// Whether the dataset is open in this browser.
#[derive(Serialize, ToSchema)]
pub struct UnlockAnswer {
    /// It is.
    unlocked: bool,
}

/// Opens what is sealed, in this browser, for twelve hours
#[utoipa::path(post, path = "/api/v1/unlock", tag = "key", request_body = UnlockBody,
    responses((status = 200, body = UnlockAnswer), (status = 403, body = ErrorBody), (status = 429, body = ErrorBody)))]
pub async fn unlock(State(app): Here, caller: Caller, body: Result<Json<UnlockBody>, JsonRejection>) -> Answer {
    let Ok(Json(body)) = body else {
        return Err(Failure::question("This takes {\"key\": \"the text of the key's file\"}"));
    };
    if !app.wrong_keys.may_try() {
        return Err(Failure::new(StatusCode::TOO_MANY_REQUESTS, "Too many wrong keys; try again in a minute"));
    }
    let vault = app.ask(move |_, store| Ok(vault(&body.key, store))).await?;
    let Some(vault) = vault else {
        app.wrong_keys.note();
        return Err(Failure::new(StatusCode::FORBIDDEN, "This key does not fit the dataset"));
    };
    let cookie = app.sessions.unlock(caller.headers(), vault);
    let headers = [(SET_COOKIE, cookie), (CACHE_CONTROL, "no-store".to_owned())];
    Ok((headers, Json(UnlockAnswer { unlocked: true })).into_response())
}

fn vault(text: &str, store: &dyn crate::store::Store) -> Option<Vault> {
    let key = Key::parse(text).ok()?;
    check_key(store, &key).ok()?;
    Some(Vault::new(key))
}

/// Forgets the key that was given in this browser
#[utoipa::path(post, path = "/api/v1/lock", tag = "key", responses((status = 200, body = UnlockAnswer)))]
pub async fn lock(State(app): Here, caller: Caller) -> Answer {
    app.sessions.lock(caller.headers());
    Ok(([(CACHE_CONTROL, "no-store")], Json(UnlockAnswer { unlocked: false })).into_response())
}
