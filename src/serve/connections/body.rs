//! The time limit of a request's body, and what a place does: wait for its client, or work on a request.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use super::places::{PLACE, Place};

/// Bytes of a body for each further second that it may take.
const SLOWEST_BYTES_PER_SECOND: u64 = 4 << 10;

/// Ends a body that pauses for longer than `limit`, or takes longer in all, beside the time for its length.
pub async fn limit_body(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let Ok(place) = PLACE.try_with(Arc::clone) else { return next.run(request).await };
    place.is_worked_on();
    let request = if request.body().is_end_stream() {
        request
    } else {
        place.waits();
        request.map(|body| limited(body, limit, Arc::clone(&place)))
    };
    let response = next.run(request).await;
    place.waits();
    response
}

fn limited(body: Body, limit: Duration, place: Arc<Place>) -> Body {
    let parts = (body.into_data_stream(), Instant::now(), 0_u64);
    Body::from_stream(stream::unfold(Some((parts, place)), move |state| async move {
        let ((mut data, start, received), place) = state?;
        let most = start + limit + Duration::from_millis(received * 1_000 / SLOWEST_BYTES_PER_SECOND);
        // A byte now and then does not make the client's wait shorter.
        place.waits_again();
        let next = timeout_at(most.min(Instant::now() + limit), data.next()).await;
        place.is_worked_on();
        match next {
            Ok(Some(Ok(bytes))) => {
                let received = received + bytes.len() as u64;
                Some((Ok(bytes), Some(((data, start, received), place))))
            }
            Ok(Some(Err(err))) => Some((Err(io::Error::other(err)), None)),
            Ok(None) => None,
            Err(_) => Some((Err(io::Error::new(io::ErrorKind::TimedOut, "the request came too slowly")), None)),
        }
    }))
}
