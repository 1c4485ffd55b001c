//! `export`: the photos that pass as one file, streamed.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use futures::stream;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use utoipa::{IntoParams, ToSchema};

use super::Here;
use crate::export::{self, Format, Selection};
use crate::serve::ask::{self, Answer, Asked};
use crate::serve::failure::ErrorBody;

/// Bytes written at a time.
const PIECE: usize = 64 * 1024;

/// Pieces that may wait for a slow reader.
const WAITING: usize = 4;

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
    responses((status = 200, body = String, content_type = "text/csv"), (status = 400, body = ErrorBody)))]
pub async fn export(State(shelf): Here, Asked(query): Asked<ExportQuery>) -> Answer {
    let filter = ask::filter(query.q.as_deref())?;
    let (format, suffix, media) = match query.format {
        FormatName::Csv => (Format::Csv, "csv", "text/csv; charset=utf-8"),
        FormatName::Jsonl => (Format::Jsonl, "jsonl", "application/jsonl"),
    };
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = shelf.name.chars().map(plain).collect();
    let (send, receive) = mpsc::channel(WAITING);
    let own = Arc::clone(&shelf);
    spawn_blocking(move || {
        let some = Selection { format, filter: &filter, open: None };
        let mut out = BufWriter::with_capacity(PIECE, Pieces(send.clone()));
        let written = export::write_some(own.store.as_ref(), &some, &mut out);
        if written.is_err() {
            // The reader must not take half a file for a whole one.
            let _ = send.blocking_send(Err(io::Error::other("the dataset could not be read to its end")));
        }
    });
    let pieces =
        stream::unfold(receive, |mut receive| async move { receive.recv().await.map(|piece| (piece, receive)) });
    let headers = [
        (CONTENT_TYPE, media.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{suffix}\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// Writes into a channel; who waits at its other end decides how fast.
struct Pieces(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
