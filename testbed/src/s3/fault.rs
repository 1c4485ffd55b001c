//! Faults of the simulated S3.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, Response, StatusCode};
use futures::{StreamExt, stream};

use super::error;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServiceFault {
    /// HTTP 503, SlowDown. Not done.
    SlowDown,
    /// HTTP 500, InternalError. Not done.
    Internal,
    /// HTTP 500, InternalError, although the request was done.
    InternalDone,
    /// Done; the body is truncated.
    Cut,
    /// Done; the connection is reset without a response.
    Reset,
    /// HTTP 403, AccessDenied. Not done.
    Denied,
}

impl ServiceFault {
    /// Faults that are temporary.
    pub const PASSING: [Self; 5] = [Self::SlowDown, Self::Internal, Self::InternalDone, Self::Cut, Self::Reset];

    /// Its name in counts and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::SlowDown => "503",
            Self::Internal => "500",
            Self::InternalDone => "500-done",
            Self::Cut => "cut",
            Self::Reset => "reset",
            Self::Denied => "403",
        }
    }

    /// The fault with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::PASSING.into_iter().chain([Self::Denied]).find(|fault| fault.name() == name)
    }

    /// Whether the request is done in spite of the fault.
    pub(super) fn is_done(self) -> bool {
        matches!(self, Self::InternalDone | Self::Cut | Self::Reset)
    }

    /// The response if nothing was done.
    pub(super) fn answer(self, method: &Method) -> Response<Body> {
        match self {
            Self::SlowDown => error(method, 503, "SlowDown", ""),
            Self::Denied => error(method, 403, "AccessDenied", ""),
            _ => error(method, 500, "InternalError", ""),
        }
    }

    /// The response if the request was done.
    pub(super) async fn spoil(self, method: &Method, good: Response<Body>) -> Response<Body> {
        if self != Self::Cut {
            return error(method, 500, "InternalError", "");
        }
        let (mut head, body) = good.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
        // An empty body cannot be truncated.
        if bytes.len() < 2 || head.status == StatusCode::NOT_FOUND {
            return Response::from_parts(head, Body::from(bytes));
        }
        head.headers.insert("content-length", bytes.len().into());
        // The pause lets the sent bytes leave before the connection is dropped.
        let end = stream::once(async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            Err::<Bytes, io::Error>(io::ErrorKind::ConnectionAborted.into())
        });
        let half = stream::iter([Ok(bytes.slice(..bytes.len() / 2))]);
        Response::from_parts(head, Body::from_stream(half.chain(end)))
    }
}
