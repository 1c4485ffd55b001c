//! The request log: one line for each request, with the cause if it failed (docs/logs.md).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tracing::{error, info};

use super::error::ErrorCause;
use crate::error_chain::error_chain;

/// The response header with the id that the log gives to the request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Numbers the requests of one run of the program.
pub struct RequestCounter {
    /// Identifies the run.
    run: String,
    next: AtomicU64,
}

impl RequestCounter {
    /// Numbers the requests of this run from 0.
    pub fn new(run: &str) -> Self {
        Self { run: run.to_owned(), next: AtomicU64::new(0) }
    }

    /// The next request's id: `RUN-NUMBER`.
    fn next_id(&self) -> String {
        format!("{}-{}", self.run, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// Logs the request once its response begins, and gives the response the request's id.
pub async fn log_request(State(counter): State<Arc<RequestCounter>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = counter.next_id();
    // The path only: a query may contain a token or a filter.
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    let value = HeaderValue::from_str(&id).expect("hex digits and a hyphen are valid in a header");
    response.headers_mut().insert(REQUEST_ID, value);
    write(&id, (&method, &path), &response, started);
    response
}

fn write(id: &str, (method, path): (&Method, &str), response: &Response, started: Instant) {
    let (status, bytes) = (response.status(), response.body().size_hint().exact());
    let ms = started.elapsed().as_millis() as u64;
    let cause = response.extensions().get::<ErrorCause>().map(|cause| error_chain(cause.0.as_ref().as_ref()));
    if status.is_server_error() {
        error!(id, %method, path, status = status.as_u16(), bytes, ms, cause, "request failed");
    } else {
        info!(id, %method, path, status = status.as_u16(), bytes, ms, cause, "request");
    }
}
