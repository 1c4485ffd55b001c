//! The dataset without a script, for readers who have none: a list of photos and a page for each.

pub mod gallery;
pub mod html;
pub mod photo;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// `GET /plain/plain.css`
pub async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("plain.css")).into_response()
}
