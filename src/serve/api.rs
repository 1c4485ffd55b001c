//! `/api/v1`: the public records as JSON, page by page; tokens and people stay where they are.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Shelf;
use super::failure::Failure;
use crate::export;
use crate::seal::SealedPhoto;

/// Photos a page, unless asked otherwise.
const PAGE: usize = 50;

/// Photos a page, at most.
const MOST: usize = 200;

/// The query of `GET /api/v1/photos`.
#[derive(Deserialize)]
pub struct Asked {
    after: Option<String>,
    limit: Option<usize>,
}

/// `GET /api/v1/photos?after=ID&limit=N`: `{"photos": [...], "next": ID or null}`.
pub async fn photos(State(shelf): State<Arc<Shelf>>, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    page(&shelf, asked).await.map_or_else(Failure::json, IntoResponse::into_response)
}

async fn page(shelf: &Arc<Shelf>, asked: Result<Query<Asked>, QueryRejection>) -> Result<Json<Value>, Failure> {
    const WRONG: &str = "The query takes after=ID and limit=N, N from 1 to 200";
    let Query(asked) = asked.map_err(|_| Failure::question(WRONG))?;
    let limit = asked.limit.unwrap_or(PAGE);
    if !(1..=MOST).contains(&limit) {
        return Err(Failure::question(WRONG));
    }
    let page = shelf.page(asked.after, limit).await?;
    let photos = page.photos.iter().map(record).collect::<Result<Vec<_>, _>>()?;
    Ok(Json(json!({"photos": photos, "next": page.next})))
}

/// `GET /api/v1/photos/{id}`: one public record.
pub async fn photo(State(shelf): State<Arc<Shelf>>, id: Result<Path<String>, PathRejection>) -> Response {
    let Ok(Path(id)) = id else { return Failure::no_photo().json() };
    let found = shelf.photo(id).await.and_then(|sealed| record(&sealed));
    found.map_or_else(Failure::json, |record| Json(record).into_response())
}

/// `GET /api/v1/summary`: `{"photos": N, "states": {"stored": N, ...}}`.
pub async fn summary(State(shelf): State<Arc<Shelf>>) -> Response {
    let counts = match shelf.ask(|store| store.count()).await {
        Ok(counts) => counts,
        Err(failure) => return failure.json(),
    };
    let photos: u64 = counts.iter().map(|(_, count)| count).sum();
    let states: Map<String, Value> =
        counts.iter().map(|(state, count)| (state.as_str().into(), json!(count))).collect();
    Json(json!({"photos": photos, "states": states})).into_response()
}

fn record(sealed: &SealedPhoto) -> Result<Map<String, Value>, Failure> {
    export::public(sealed).map_err(|_| Failure::unreadable())
}
