//! What is said when there is no answer: one JSON envelope for the API, a page everywhere else.

use std::borrow::Cow;

use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::plain::html::{Escaped, document};

/// An answer that is none. The message is for a person and holds nothing that was stored or sealed.
#[derive(Debug)]
pub struct Failure {
    /// The HTTP status.
    pub status: StatusCode,
    /// What, why, what to do.
    pub message: Cow<'static, str>,
    /// Which character of the filter text is meant, from 0.
    pub at: Option<usize>,
}

/// The body of every answer that is none.
#[derive(Serialize, ToSchema)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorText,
}

/// What went wrong, for a person.
#[derive(Serialize, ToSchema)]
pub struct ErrorText {
    /// What, why, what to do.
    pub message: String,
    /// Which character of `q` is meant, from 0; only where the filter text is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub at: Option<usize>,
}

impl Failure {
    /// An answer of this status.
    pub fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into(), at: None }
    }

    /// 404: no photo of that id.
    pub fn no_photo() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is no such photo here")
    }

    /// 404: nothing at that address.
    pub fn nothing() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is nothing at this address")
    }

    /// 400: a question that has no answer.
    pub fn question(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 409: it cannot be done as things stand.
    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 500: the store or a file did not answer. What it said stays here: it may quote a record.
    pub fn unreadable() -> Self {
        let message = "The dataset could not be read; gleaner verify says what is wrong with it";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    /// 500: something could not be kept in the dataset's folder.
    pub fn unkept() -> Self {
        let message = "This could not be kept in the dataset's folder; is its disk full, or may it not be written to?";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    /// As a page.
    pub fn page(self) -> Response {
        let body = format!(
            "<main class=\"quiet\" id=\"main\"><p class=\"code\">{}</p><h1>{}</h1><p><a href=\"/\">All photos</a></p></main>",
            self.status.as_u16(),
            Escaped(&self.message),
        );
        (self.status, Html(document(&self.message, &body))).into_response()
    }

    /// As fits the address that was asked.
    pub fn fitting(self, path: &str) -> Response {
        if is_api(path) { self.into_response() } else { self.page() }
    }
}

/// Whether an address is of the API.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let error = ErrorText { message: self.message.into_owned(), at: self.at };
        (self.status, Json(ErrorBody { error })).into_response()
    }
}

/// The answer where an address does not take that method.
pub async fn wrong_method(request: Request) -> Response {
    let message = "This address does not take this method";
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, message).fitting(request.uri().path())
}
