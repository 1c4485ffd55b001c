//! `/enter`: the link with the token, which admits one browser.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONNECTION, SET_COOKIE};
use axum::http::{Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::access::AccessControl;
use super::app_state::AppState;
use super::error::HttpError;

/// The path of the link.
pub const PATH: &str = "/enter";

/// Forwards to the page. This is not a redirect: if the link was opened from another site (a web mail, for instance),
/// a redirect still counts as a request from that site, and the browser would not send a `SameSite=Strict` cookie.
const FORWARD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta http-equiv=\"refresh\" content=\"0;url=/\">\n<title>Gleaner</title>\n</head>\n\
    <body><p><a href=\"/\">Continue to the photos</a></p></body>\n</html>\n";

/// `GET /enter?token=TEXT`: exchanges the token for a cookie and forwards to an address without it.
pub async fn enter(State(app): State<Arc<AppState>>, method: Method, RawQuery(query): RawQuery) -> Response {
    let AccessControl::Token(token) = &app.access else { return HttpError::not_found().into_page() };
    let query = Zeroizing::new(query.unwrap_or_default());
    let given = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "token");
    // A link preview sends HEAD; it must not use the link up.
    let admitted = method == Method::GET && given.is_some_and(|(_, text)| token.redeem(&text));
    if admitted {
        let headers = [(SET_COOKIE, app.sessions.admit()), (CACHE_CONTROL, "no-store".to_owned())];
        return (headers, Html(FORWARD)).into_response();
    }
    if !app.wrong_tokens.allows() {
        return HttpError::new(StatusCode::TOO_MANY_REQUESTS, "Too many wrong links; try again in a minute")
            .into_page();
    }
    app.wrong_tokens.record_failure();
    let message = "This link does not work: it was already used, or it belongs to another explorer. \
         Start gleaner serve again for a new link";
    HttpError::new(StatusCode::FORBIDDEN, message).into_page()
}

/// The response to browsers that were not admitted.
pub fn not_admitted(path: &str) -> Response {
    let message = "This explorer needs a link: open the link that gleaner serve printed when it was started. \
         The link works once; start gleaner serve again for a new one";
    let response = HttpError::new(StatusCode::UNAUTHORIZED, message).for_path(path);
    // A stranger keeps no place.
    ([(CONNECTION, "close")], response).into_response()
}
