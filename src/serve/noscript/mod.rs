//! The dataset as HTML pages that need no JavaScript: a list of photos, and a page for each photo.

pub mod gallery;
pub mod photo;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// `GET /plain/plain.css`
pub async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css")).into_response()
}
