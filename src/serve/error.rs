//! Error responses: one JSON shape in the API, an HTML page everywhere else.

use std::borrow::Cow;
use std::sync::Arc;

use anyhow::Error;
use axum::Json;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::html::{Escaped, document};
use crate::redact;

/// An error response. The message is displayed and contains no stored or sealed data.
#[derive(Debug)]
pub struct HttpError {
    /// The HTTP status.
    pub status: StatusCode,
    /// What happened, why, and what to do.
    pub message: Cow<'static, str>,
    /// Index of the character of the filter text that is wrong, from 0.
    pub at: Option<usize>,
    /// The member of the request's body that is wrong.
    pub field: Option<&'static str>,
    /// The internal cause. It is logged, but never part of the response, because it may quote a record.
    pub cause: Option<Error>,
}

/// The cause of an error response, in the response's extensions, for the log.
#[derive(Clone, Debug)]
pub struct ErrorCause(pub Arc<Error>);

/// The body of every error response of the API.
#[derive(Serialize, ToSchema)]
pub struct ErrorResponse {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// The error, to display.
#[derive(Serialize, ToSchema)]
pub struct ErrorDetail {
    /// What happened, why, and what to do.
    pub message: String,
    /// Index of the character of `q` that is wrong, from 0; only if the filter text is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub at: Option<usize>,
    /// The member of the request's body that is wrong, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub field: Option<&'static str>,
}

impl HttpError {
    /// An error of this status.
    pub fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into(), at: None, field: None, cause: None }
    }

    /// 404: no photo has this id.
    pub fn photo_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is no such photo in this dataset")
    }

    /// 404: there is no page with this address.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is no page at this address")
    }

    /// 400: the request is wrong.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 400: a member of the request's body is wrong.
    pub fn bad_field(field: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: Some(field), ..Self::bad_request(message) }
    }

    /// 409: the request cannot be carried out in the present state.
    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 409 with an error's own text, which may be shown.
    pub fn conflict_from(cause: Error) -> Self {
        Self::conflict(format!("{cause:#}"))
    }

    /// 500: the store or a file could not be read.
    pub fn read_failed(cause: impl Into<Error>) -> Self {
        let message = "The dataset could not be read; run gleaner verify to find the problem";
        Self { cause: Some(cause.into()), ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, message) }
    }

    /// 500: something could not be written into the dataset's folder.
    pub fn write_failed(cause: impl Into<Error>) -> Self {
        let message =
            "Could not write to the dataset's folder; check free disk space and whether the folder is read-only";
        Self { cause: Some(cause.into()), ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, message) }
    }

    /// The error as an HTML page.
    pub fn into_page(self) -> Response {
        let message = redact::shown(&self.message);
        let body = format!(
            "<main class=\"quiet\" id=\"main\"><p class=\"code\">{}</p><h1>{}</h1><p><a href=\"/\">All photos</a></p></main>",
            self.status.as_u16(),
            Escaped(&message),
        );
        let html = Html(document(&message, &body));
        with_cause((self.status, html).into_response(), self.cause)
    }

    /// JSON for paths of the API, a page for all others.
    pub fn for_path(self, path: &str) -> Response {
        if is_api(path) { self.into_response() } else { self.into_page() }
    }
}

/// Whether a path belongs to the API.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

fn with_cause(mut response: Response, cause: Option<Error>) -> Response {
    if let Some(cause) = cause {
        response.extensions_mut().insert(ErrorCause(Arc::new(cause)));
    }
    response
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let error = ErrorDetail { message: redact::shown(&self.message).into_owned(), at: self.at, field: self.field };
        with_cause((self.status, Json(ErrorResponse { error })).into_response(), self.cause)
    }
}

/// The response if a path does not support the request's method.
pub async fn wrong_method(request: Request) -> Response {
    let message = "This address does not support this method";
    HttpError::new(StatusCode::METHOD_NOT_ALLOWED, message).for_path(request.uri().path())
}
