//! `dataset` and `filter`: the content of the dataset, and parsed filters.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::SharedState;
use super::export::{self, ExportEntry};
use super::field::{self, FieldAnswer, NameAndLabel};
use crate::explorer::Explorer;
use crate::photo::fields;
use crate::photo::filter::Filter;
use crate::serve::app_state::is_sealed;
use crate::serve::error::ErrorResponse;
use crate::serve::extract::{self, ApiResult, QueryParams, RequestContext};

/// The content of the dataset, and the permissions of this browser.
#[derive(Serialize, ToSchema)]
pub struct DatasetResponse {
    /// The folder's name.
    name: String,
    /// Gleaner's version.
    version: String,
    /// Increases with every change of the dataset.
    generation: u64,
    /// Number of photos.
    photos: u64,
    /// Number of photos with coordinates.
    placed: u64,
    /// Search terms, the most frequent first.
    terms: Vec<String>,
    /// Concepts with at least one score, by name.
    concepts: Vec<String>,
    /// Names of all facets, in the order of the panel.
    facets: Vec<String>,
    /// The filterable fields, in the order of the panel; `score.NAME` represents the scores of all concepts.
    fields: Vec<FieldAnswer>,
    /// Orders of photos; there are also orders by score, `score.NAME` and `-score.NAME`.
    sorts: Vec<NameAndLabel>,
    /// Caption lines, in display order.
    captions: Vec<NameAndLabel>,
    /// Names of the fields with a chart, in display order.
    charts: Vec<&'static str>,
    /// Names of the sources.
    sources: Vec<String>,
    /// Export formats that can be downloaded.
    exports: Vec<ExportEntry>,
    /// The dataset's key.
    key: KeyState,
    /// The permissions of this browser.
    may: Permissions,
    /// Credits for the map's data.
    credits: Vec<Credit>,
}

/// Whether the dataset has sealed fields, and whether they are unlocked in this browser.
#[derive(Serialize, ToSchema)]
pub struct KeyState {
    /// Whether fields are sealed with a key.
    sealed: bool,
    /// Whether the key was entered in this browser.
    unlocked: bool,
}

/// The permissions of this browser.
#[derive(Serialize, ToSchema)]
pub struct Permissions {
    /// Enter the key to see who took a photo.
    unlock: bool,
    /// Save recordings of the screen in the dataset's folder.
    record: bool,
    /// Save views.
    save: bool,
}

/// A line of credit.
#[derive(Serialize, ToSchema)]
pub struct Credit {
    /// Name and licence.
    text: String,
    /// Address of more information.
    url: String,
}

/// The content of the dataset
#[utoipa::path(get, path = "/api/v1/dataset", tag = "dataset", responses((status = 200, body = DatasetResponse)))]
pub async fn dataset(State(app): SharedState, request: RequestContext) -> ApiResult {
    let unlocked = app.sessions.vault(request.headers()).is_some();
    let writable = app.writable;
    let name = app.name.clone();
    request
        .answer(&app, move |explorer, store| {
            let sealed = is_sealed(store)?;
            let about = explorer.summary();
            Ok(Json(DatasetResponse {
                name,
                version: env!("CARGO_PKG_VERSION").to_owned(),
                generation: about.generation,
                photos: about.photos,
                placed: about.placed,
                terms: about.terms,
                concepts: about.scores.into_iter().map(String::from).collect(),
                facets: about.facets,
                fields: field::fields(),
                sorts: field::sorts(),
                captions: field::captions(),
                charts: fields::charts().iter().map(|field| field.name).collect(),
                sources: sources(explorer),
                exports: export::entries(),
                key: KeyState { sealed, unlocked },
                may: Permissions { unlock: sealed, record: writable, save: writable },
                credits: credits(),
            }))
        })
        .await
}

fn sources(explorer: &Explorer) -> Vec<String> {
    let choices = explorer.choices(&Filter::default(), "source", "", 100);
    choices.map_or_else(Vec::new, |choices| choices.values.into_iter().map(|choice| choice.value).collect())
}

fn credits() -> Vec<Credit> {
    let credit = |text: &str, url: &str| Credit { text: text.to_owned(), url: url.to_owned() };
    vec![
        credit("Natural Earth (public domain)", "https://www.naturalearthdata.com/"),
        credit("Visionscarto world atlas (BSD-3-Clause)", "https://visionscarto.net/"),
        credit("GeoNames (CC BY 4.0)", "https://www.geonames.org/"),
    ]
}

/// The query of `filter`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FilterQuery {
    /// Filter text.
    q: Option<String>,
}

/// A parsed filter.
#[derive(Serialize, ToSchema)]
pub struct FilterResponse {
    /// The filter in its canonical form.
    canonical: String,
    /// The filter as a list of clauses.
    filter: Filter,
    /// A command that exports the same photos.
    cli: String,
}

/// Parses a filter
#[utoipa::path(get, path = "/api/v1/filter", tag = "dataset", params(FilterQuery),
    responses((status = 200, body = FilterResponse), (status = 400, body = ErrorResponse)))]
pub async fn filter(
    State(app): SharedState,
    request: RequestContext,
    QueryParams(query): QueryParams<FilterQuery>,
) -> ApiResult {
    let filter = extract::filter(&app, query.q.as_deref()).await?;
    let name = app.name.clone();
    request
        .answer(&app, move |_, _| {
            let canonical = filter.to_string();
            let quoted = canonical.replace('\'', "'\\''");
            let cli = format!("gleaner export '{}' --filter '{quoted}'", name.replace('\'', "'\\''"));
            Ok(Json(FilterResponse { canonical, filter, cli }))
        })
        .await
}
