//! `export`: the photos that pass as one file, streamed.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use futures::stream;
use serde::Deserialize;
use tokio::task::spawn_blocking;
use utoipa::{IntoParams, ToSchema};

use super::SharedState;
use crate::export::{Format, Selection, Steps};
use crate::photo::filter::Filter;
use crate::serve::app_state::AppState;
use crate::serve::error::ErrorResponse;
use crate::serve::extract::{self, ApiResult, QueryParams};

/// The query of `export`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// Filter text.
    q: Option<String>,
    /// `csv` or `jsonl`; absent: `csv`.
    #[serde(default)]
    #[param(inline, required = false)]
    format: FormatName,
}

/// How a dataset is written.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FormatName {
    /// A table.
    #[default]
    Csv,
    /// One JSON object a photo and line.
    Jsonl,
}

/// The photos that pass, as a file; personal fields stay sealed
#[utoipa::path(get, path = "/api/v1/export", tag = "photos", params(ExportQuery),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 400, body = ErrorResponse)))]
pub async fn export(State(app): SharedState, QueryParams(query): QueryParams<ExportQuery>) -> ApiResult {
    let filter = extract::filter(query.q.as_deref())?;
    let (format, suffix, media) = match query.format {
        FormatName::Csv => (Format::Csv, "csv", "text/csv; charset=utf-8"),
        FormatName::Jsonl => (Format::Jsonl, "jsonl", "application/jsonl"),
    };
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = app.name.chars().map(plain).collect();
    let asked = Arc::new((format, filter));
    let pieces = stream::try_unfold((app, Steps::default()), move |(app, steps)| piece(app, steps, Arc::clone(&asked)));
    let headers = [
        (CONTENT_TYPE, media.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{suffix}\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// The next piece of an export. A thread is busy only while it writes one: who reads slowly holds none.
async fn piece(
    app: Arc<AppState>,
    mut steps: Steps,
    asked: Arc<(Format, Filter)>,
) -> io::Result<Option<(Bytes, (Arc<AppState>, Steps))>> {
    loop {
        let (own, asked) = (Arc::clone(&app), Arc::clone(&asked));
        let written = spawn_blocking(move || {
            let some = Selection { format: asked.0, filter: &asked.1, open: None };
            let mut out = Vec::new();
            let more = steps.next(own.store.as_ref(), &some, &mut out)?;
            anyhow::Ok((out, more.is_some(), steps))
        });
        // The reader must not take half a file for a whole one.
        let cut = || io::Error::other("the dataset could not be read to its end");
        let (out, more, after) = written.await.map_err(|_| cut())?.map_err(|_| cut())?;
        if !out.is_empty() {
            return Ok(Some((Bytes::from(out), (app, after))));
        }
        if !more {
            return Ok(None);
        }
        steps = after;
    }
}
