//! `live`: an event stream of the dataset's changes.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;

use super::SharedState;
use crate::serve::app_state::DatasetState;
use crate::serve::connections;

/// Time between two keep-alive comments.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);

/// Server-sent events: `change` when the dataset has changed, once at the start; a comment every 15 seconds
#[utoipa::path(get, path = "/api/v1/live", tag = "dataset",
    responses((status = 200, body = DatasetState, content_type = "text/event-stream", description = "Data of `change`")))]
pub async fn live(State(app): SharedState) -> Response {
    connections::live();
    let mut changes = app.changes.clone();
    changes.mark_changed();
    let events = stream::unfold(changes, |mut changes| async move {
        // An error means that the explorer stops.
        changes.changed().await.ok()?;
        let change = *changes.borrow_and_update();
        let event = Event::default().event("change").json_data(change).ok()?;
        Some((Ok::<_, Infallible>(event), changes))
    });
    let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE_INTERVAL));
    ([(CACHE_CONTROL, "no-store")], sse).into_response()
}
