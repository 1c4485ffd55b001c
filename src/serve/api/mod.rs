//! `/api/v1`: each route is declared once, on its handler, and OpenAPI describes all of them.

mod analyses;
mod concepts;
mod dataset;
mod export;
mod facets;
mod field;
mod key;
mod live;
mod map;
mod photo;
mod photos;
mod recordings;
mod report;
mod reviewed_taxon;
mod reviews;
mod search;
mod setting;
mod similar;
mod taxon;
mod training;
mod views;

use std::sync::Arc;

use anyhow::Result;
use axum::Json;
use axum::extract::DefaultBodyLimit;
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use super::app_state::AppState;

/// The title and the introduction of the API's description.
#[derive(OpenApi)]
#[openapi(info(
    title = "Gleaner explorer",
    description = "A dataset of photos: counts, order, places, and the photos themselves. \
        `q` is a filter text (docs/filter.md). Methods other than GET need the header `X-Gleaner: 1`."
))]
struct Introduction;

/// All routes of the API, with their OpenAPI description.
pub fn router() -> OpenApiRouter<Arc<AppState>> {
    OpenApiRouter::with_openapi(Introduction::openapi())
        .routes(routes!(dataset::dataset))
        .routes(routes!(dataset::filter))
        .routes(routes!(facets::facets))
        .routes(routes!(facets::choices))
        .routes(routes!(photos::photos))
        .routes(routes!(photos::aspects))
        .routes(routes!(photos::ticks))
        .routes(routes!(photo::photo))
        .routes(routes!(photo::personal))
        .routes(routes!(map::map))
        .routes(routes!(export::export))
        .routes(routes!(analyses::list))
        .routes(routes!(analyses::answer))
        .routes(routes!(report::report))
        .routes(routes!(similar::similar))
        .routes(routes!(concepts::list))
        .routes(routes!(concepts::save, concepts::remove))
        .routes(routes!(concepts::senses))
        .routes(routes!(concepts::report))
        .routes(routes!(reviews::sample))
        .routes(routes!(reviews::list, reviews::save))
        .routes(routes!(reviews::cut))
        .routes(routes!(reviewed_taxon::suggest))
        .routes(routes!(reviewed_taxon::save))
        .routes(routes!(training::train))
        .routes(routes!(training::adopt))
        .routes(routes!(training::score))
        .routes(routes!(training::work))
        .routes(routes!(search::sources))
        .routes(
            routes!(search::progress, search::start, search::stop)
                .layer(DefaultBodyLimit::max(search::MAX_SEARCH_BYTES)),
        )
        .routes(routes!(search::estimate).layer(DefaultBodyLimit::max(search::MAX_SEARCH_BYTES)))
        .routes(routes!(search::names))
        .routes(routes!(views::list))
        .routes(routes!(views::save, views::remove))
        .routes(routes!(live::live))
        .routes(routes!(key::unlock))
        .routes(routes!(key::lock))
        .routes(routes!(recordings::list, recordings::begin))
        .routes(routes!(recordings::download, recordings::remove))
        .routes(routes!(recordings::append).layer(DefaultBodyLimit::max(recordings::MAX_CHUNK_BYTES)))
        .routes(routes!(recordings::finish).layer(DefaultBodyLimit::max(recordings::MAX_FINISH_BYTES)))
        .routes(routes!(document))
}

/// The description of all routes.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut openapi = router().into_openapi();
    export::MediaTypes.modify(&mut openapi);
    openapi
}

/// This description
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "dataset", responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(openapi())
}

/// The description as text, as `web/openapi.json` holds it.
pub fn description() -> Result<String> {
    Ok(openapi().to_pretty_json()? + "\n")
}

/// The application state, as every handler takes it.
type SharedState = axum::extract::State<Arc<AppState>>;
