//! `/api/v1`: every route in one table, each with its description for OpenAPI.

mod analyses;
mod concepts;
mod dataset;
mod export;
mod facets;
mod key;
mod live;
mod map;
mod photo;
mod photos;
mod recordings;
mod reviews;
mod similar;
mod training;
mod views;

use std::sync::Arc;

use anyhow::Result;
use axum::Json;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};
use utoipa::OpenApi;

use super::app_state::AppState;
use super::{Route, failure};
use export::MediaTypes;

pub use live::Change;

/// The API in the words of OpenAPI; `web/openapi.json` is this, written down.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Gleaner explorer",
        description = "A dataset of photos: counts, order, places, and the photos themselves. \
        `q` is a filter text (docs/filter.md). Methods other than GET need the header `X-Gleaner: 1`."
    ),
    paths(
        dataset::dataset,
        dataset::filter,
        facets::facets,
        facets::choices,
        photos::photos,
        photos::aspects,
        photos::ticks,
        photo::photo,
        photo::personal,
        map::map,
        map::seasons,
        export::export,
        analyses::list,
        analyses::answer,
        similar::similar,
        concepts::list,
        concepts::save,
        concepts::remove,
        concepts::senses,
        concepts::report,
        reviews::sample,
        reviews::list,
        reviews::save,
        reviews::cut,
        training::train,
        training::score,
        training::work,
        views::list,
        views::save,
        views::remove,
        live::live,
        key::unlock,
        key::lock,
        recordings::begin,
        recordings::append,
        recordings::finish,
        recordings::list,
        recordings::download,
        recordings::remove,
        document,
    ),
    components(schemas(failure::ErrorBody)),
    modifiers(&MediaTypes)
)]
pub struct Description;

/// All routes of the API.
pub fn routes() -> Vec<Route> {
    vec![
        Route::new("/api/v1/dataset", &["GET"], get(dataset::dataset)),
        Route::new("/api/v1/filter", &["GET"], get(dataset::filter)),
        Route::new("/api/v1/facets", &["GET"], get(facets::facets)),
        Route::new("/api/v1/facets/{name}", &["GET"], get(facets::choices)),
        Route::new("/api/v1/photos", &["GET"], get(photos::photos)),
        Route::new("/api/v1/aspects", &["GET"], get(photos::aspects)),
        Route::new("/api/v1/ticks", &["GET"], get(photos::ticks)),
        Route::new("/api/v1/photos/{id}", &["GET"], get(photo::photo)),
        Route::new("/api/v1/photos/{id}/personal", &["GET"], get(photo::personal)),
        Route::new("/api/v1/map", &["GET"], get(map::map)),
        Route::new("/api/v1/seasons", &["GET"], get(map::seasons)),
        Route::new("/api/v1/export", &["GET"], get(export::export)),
        Route::new("/api/v1/analyses", &["GET"], get(analyses::list)),
        Route::new("/api/v1/analyses/{name}", &["GET"], get(analyses::answer)),
        Route::new("/api/v1/similar", &["GET"], get(similar::similar)),
        Route::new("/api/v1/concepts", &["GET"], get(concepts::list)),
        Route::new("/api/v1/concepts/{name}", &["PUT", "DELETE"], put(concepts::save).delete(concepts::remove)),
        Route::new("/api/v1/concepts/{name}/report", &["GET"], get(concepts::report)),
        Route::new("/api/v1/concepts/{name}/sample", &["GET"], get(reviews::sample)),
        Route::new("/api/v1/concepts/{name}/reviews", &["GET", "PUT"], get(reviews::list).put(reviews::save)),
        Route::new("/api/v1/concepts/{name}/cut", &["GET"], get(reviews::cut)),
        Route::new("/api/v1/concepts/{name}/train", &["POST"], post(training::train)),
        Route::new("/api/v1/senses", &["GET"], get(concepts::senses)),
        Route::new("/api/v1/score", &["POST"], post(training::score)),
        Route::new("/api/v1/work", &["GET"], get(training::work)),
        Route::new("/api/v1/views", &["GET"], get(views::list)),
        Route::new("/api/v1/views/{name}", &["PUT", "DELETE"], put(views::save).delete(views::remove)),
        Route::new("/api/v1/live", &["GET"], get(live::live)),
        Route::new("/api/v1/unlock", &["POST"], post(key::unlock)),
        Route::new("/api/v1/lock", &["POST"], post(key::lock)),
        Route::new("/api/v1/recordings", &["GET", "POST"], get(recordings::list).post(recordings::begin)),
        Route::new(
            "/api/v1/recordings/{name}",
            &["GET", "DELETE"],
            get(recordings::download).delete(recordings::remove),
        ),
        Route::new(
            "/api/v1/recordings/{id}/finish",
            &["POST"],
            post(recordings::finish).layer(DefaultBodyLimit::max(recordings::MOST_ENDING)),
        ),
        Route::new(
            "/api/v1/recordings/{id}/{seq}",
            &["PUT"],
            put(recordings::append).layer(DefaultBodyLimit::max(recordings::MOST_PIECE)),
        ),
        Route::new("/api/v1/openapi.json", &["GET"], get(document)),
    ]
}

/// This description
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "dataset", responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}

/// The description as text, as `web/openapi.json` holds it.
pub fn description() -> Result<String> {
    Ok(Description::openapi().to_pretty_json()? + "\n")
}

/// A state that every route has.
type Here = axum::extract::State<Arc<AppState>>;
