//! The request guard: known host names only, admitted browsers only, changes only from the explorer's own page; strict
//! headers on every response.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use super::access::AccessControl;
use super::app_state::AppState;
use super::connections;
use super::enter;
use super::error::{HttpError, is_api};

/// Content of this origin only; no inline scripts, no frames.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
     media-src 'self' blob:; worker-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

/// A header that the explorer's page sends with every change. A form or a link of another site cannot send it.
const PAGE_HEADER: &str = "x-gleaner";

/// The browser's statement of where a request comes from.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses requests that are not allowed, and sets the headers of every response.
pub async fn guard(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let mut response = match refused(&app, &request) {
        Some(response) => response,
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        // A response may have set a policy of its own.
        headers.entry(name).or_insert(value);
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    response
}

/// The response to a request that is refused.
fn refused(app: &AppState, request: &Request) -> Option<Response> {
    let path = request.uri().path();
    if !has_allowed_host(app, request) {
        let message = "This host name is not allowed; allow it with gleaner serve --host NAME";
        return Some(HttpError::new(StatusCode::MISDIRECTED_REQUEST, message).for_path(path));
    }
    let is_admitted = matches!(app.access, AccessControl::Local) || app.sessions.is_admitted(request.headers());
    if is_admitted {
        connections::admitted();
    } else if path != enter::PATH {
        return Some(enter::not_admitted(path));
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes && !is_from_our_page(request.headers()) {
        let message = "Changes need to come from the explorer's own page, or have the header X-Gleaner: 1";
        return Some(HttpError::new(StatusCode::FORBIDDEN, message).for_path(path));
    }
    if is_api(path) && single(request.headers(), &FETCH_SITE) == Some("cross-site") {
        let message = "Pages of other sites cannot use this explorer's API; open its own page";
        return Some(HttpError::new(StatusCode::FORBIDDEN, message).for_path(path));
    }
    None
}

/// Whether the request is addressed to a known name. A page elsewhere can make its own name point here (DNS rebinding).
fn has_allowed_host(app: &AppState, request: &Request) -> bool {
    let Some(host) = single(request.headers(), &HOST) else { return false };
    let named = request.uri().authority().is_none_or(|authority| is_own_host(app, authority.as_str()));
    named && is_own_host(app, host)
}

/// `localhost`, `127.0.0.1` or `[::1]`, with or without a port; with a token also the listening address and the names
/// from the command line.
fn is_own_host(app: &AppState, host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !host.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return false;
    }
    let given = app.hosts.iter().map(String::as_str);
    let known =
        ["localhost", "127.0.0.1", "[::1]"].into_iter().chain(given).any(|known| name.eq_ignore_ascii_case(known));
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    known || address.is_ok_and(|address| app.access.accepts_host(address))
}

/// Whether a change comes from the explorer's page or from a program, not from a page elsewhere.
fn is_from_our_page(headers: &HeaderMap) -> bool {
    let Some(host) = single(headers, &HOST) else { return false };
    let own = |origin: &str| ["http://", "https://"].iter().any(|scheme| origin.strip_prefix(scheme) == Some(host));
    let origin = !headers.contains_key(ORIGIN) || single(headers, &ORIGIN).is_some_and(own);
    let site = !headers.contains_key(&FETCH_SITE) || single(headers, &FETCH_SITE) == Some("same-origin");
    origin && site && headers.contains_key(PAGE_HEADER)
}

/// The value of a header that occurs exactly once.
fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}
