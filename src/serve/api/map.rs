//! `map`: photos on the globe.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::SharedState;
use crate::explorer::{MapCells, MapQuery};
use crate::photo::Bbox;
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, QueryParams, RequestContext};

/// The query of `map`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MapParameters {
    /// Filter text.
    q: Option<String>,
    /// `west,south,east,north` in degrees; `west > east` crosses the antimeridian; default: the whole world.
    bbox: Option<String>,
    /// Zoom level of the map, 0-22.
    zoom: Option<f64>,
    /// Return cells even if there are few photos.
    cells: Option<bool>,
    /// `count`, `term:WORDS` or `score.NAME`.
    measure: Option<String>,
}

/// Points or cells of a map
#[utoipa::path(get, path = "/api/v1/map", tag = "counts", params(MapParameters),
    responses((status = 200, body = MapCells), (status = 400, body = ErrorResponse)))]
pub async fn map(
    State(app): SharedState,
    request: RequestContext,
    QueryParams(query): QueryParams<MapParameters>,
) -> ApiResult {
    let filter = extract::filter(&app, query.q.as_deref()).await?;
    let bbox = query.bbox.as_deref().filter(|text| !text.is_empty()).map(str::parse::<Bbox>).transpose();
    let view = MapQuery {
        bbox: bbox.map_err(|wrong| HttpError::bad_request(wrong.to_string()))?,
        zoom: query.zoom.filter(|zoom| zoom.is_finite()).unwrap_or(0.0).clamp(0.0, 22.0),
        cells: query.cells.unwrap_or(false),
        measure: extract::measure(&app, query.measure.as_deref()).await?,
    };
    request.answer(&app, move |explorer, _| Ok(Json(explorer.map(&filter, &view)))).await
}
