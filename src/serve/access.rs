//! The door: open to this machine, or to those who came by a link that works once.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::app_state::AppState;
use super::failure::Failure;
use super::sessions::digest;
use crate::hash::hex;

/// Where a link leads that lets someone in.
pub const ENTER: &str = "/enter";

/// Who may come in.
pub enum AccessControl {
    /// Whoever is on this machine.
    Local,
    /// Who has the token, from anywhere.
    Token(Token),
}

/// Lets one browser in. Only its digest is kept.
pub struct Token {
    digest: Mutex<Option<[u8; 32]>>,
    address: IpAddr,
}

impl Token {
    /// A new token for an explorer that listens at this address, and its text: 64 hex digits.
    pub fn generate(address: IpAddr) -> (Self, Zeroizing<String>) {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *secret)
            .expect("an operating system without random bytes can run no program of this kind");
        let text = Zeroizing::new(hex(&*secret));
        (Self { digest: Mutex::new(Some(digest(text.as_bytes()))), address }, text)
    }

    /// Whether this is the token; it is none any more afterwards.
    fn take(&self, text: &str) -> bool {
        let mut wanted = self.digest.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.take_if(|wanted| *wanted == digest(text.as_bytes())).is_some()
    }
}

impl AccessControl {
    /// Whether a host that is an address, not a name, is ours: no other page can have an address of ours.
    pub fn answers_to(&self, host: IpAddr) -> bool {
        match self {
            Self::Local => false,
            Self::Token(token) => token.address.is_unspecified() || token.address == host,
        }
    }
}

/// Leads on to the page. A redirect would go on with what another site's page began, for instance that of the
/// mail that held the link, and a browser keeps a strict cookie from that.
const ON: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta http-equiv=\"refresh\" content=\"0;url=/\">\n<title>Gleaner</title>\n</head>\n\
    <body><p><a href=\"/\">On to the photos</a></p></body>\n</html>\n";

/// `GET /enter?token=TEXT`: a cookie for the token, and on to an address without it.
pub async fn enter(State(app): State<Arc<AppState>>, method: Method, RawQuery(query): RawQuery) -> Response {
    let AccessControl::Token(token) = &app.access else { return Failure::nothing().page() };
    let query = Zeroizing::new(query.unwrap_or_default());
    let given = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "token");
    // A preview that asks for the head only must not use the link up.
    let right = method == Method::GET && given.is_some_and(|(_, text)| token.take(&text));
    if right {
        let headers = [(SET_COOKIE, app.sessions.admit()), (CACHE_CONTROL, "no-store".to_owned())];
        return (headers, Html(ON)).into_response();
    }
    if !app.wrong_tokens.may_try() {
        return Failure::new(StatusCode::TOO_MANY_REQUESTS, "Too many wrong links; try again in a minute").page();
    }
    app.wrong_tokens.note();
    Failure::new(StatusCode::FORBIDDEN, "This link was used already, or is none of this explorer").page()
}

/// The answer to those who were not let in.
pub fn closed(path: &str) -> Response {
    let message = "This explorer is closed: open the link that gleaner serve printed when it was started. \
         It works once; start gleaner serve again for another one";
    Failure::new(StatusCode::UNAUTHORIZED, message).fitting(path)
}
