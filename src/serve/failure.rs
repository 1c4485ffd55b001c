//! What is said when there is no answer: one JSON envelope below `/api/`, a page everywhere else.

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use super::html::{Escaped, document};

/// An answer that is none. The message is for a person and holds nothing that was asked or stored.
#[derive(Debug)]
pub struct Failure {
    /// The HTTP status.
    pub status: StatusCode,
    /// What, why, what to do.
    pub message: &'static str,
}

impl Failure {
    /// 404: no photo of that id.
    pub fn no_photo() -> Self {
        Self { status: StatusCode::NOT_FOUND, message: "There is no such photo here" }
    }

    /// 404: nothing at that address.
    pub fn nothing() -> Self {
        Self { status: StatusCode::NOT_FOUND, message: "There is nothing at this address" }
    }

    /// 400: a question that has no answer.
    pub fn question(message: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message }
    }

    /// 500: the store or a file did not answer. What it said stays here: it may quote a record.
    pub fn unreadable() -> Self {
        let message = "The dataset could not be read; gleaner verify says what is wrong with it";
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, message }
    }

    /// As a page.
    pub fn page(self) -> Response {
        let body = format!(
            "<main class=\"quiet\" id=\"main\"><p class=\"code\">{}</p><h1>{}</h1><p><a href=\"/\">All photos</a></p></main>",
            self.status.as_u16(),
            Escaped(self.message),
        );
        (self.status, Html(document(self.message, &body))).into_response()
    }

    /// As the API's error envelope.
    pub fn json(self) -> Response {
        let error = json!({"error": {"status": self.status.as_u16(), "message": self.message}});
        (self.status, Json(error)).into_response()
    }

    /// As fits the address that was asked.
    pub fn fitting(self, path: &str) -> Response {
        if path == "/api" || path.starts_with("/api/") { self.json() } else { self.page() }
    }
}

/// The answer where no route leads.
pub async fn nothing_here(request: Request) -> Response {
    Failure::nothing().fitting(request.uri().path())
}
