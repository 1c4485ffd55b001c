//! `sources`, `search`: adds photos from photo services, with an estimate before, progress, and a stop.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::Serialize;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use utoipa::ToSchema;

use super::SharedState;
use crate::photo::{State as PhotoState, country};
use crate::pipeline::search_report::SearchReport;
use crate::seal::Vault;
use crate::serve::app_state::AppState;
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{ApiResult, RequestContext};
use crate::serve::job::{JobKind, JobStatus};
use crate::serve::searching::{Ended, SearchCount, SearchRequest, SearchResult, StartedSearch};
use crate::sources::cost::Cost;
use crate::sources::listing::{self, SourceListing};
use crate::sources::translation::TermNames;

/// Bytes of a request with a file of polygons, at most: a text in JSON may have up to twice the bytes of the file.
pub const MAX_SEARCH_BYTES: usize = 17 << 20;

/// The photo services.
#[derive(Serialize, ToSchema)]
pub struct SourcesResponse {
    /// Each with what it can search by, its terms and keys; the texts of keys are never part of it.
    sources: Vec<SourceListing>,
    /// English names of the countries that a search can be limited to, in alphabetical order.
    countries: Vec<&'static str>,
}

/// The search that adds photos: whether one can be started, and the running or the last one.
#[derive(Serialize, ToSchema)]
pub struct SearchResponse {
    /// Whether this browser can start a search.
    available: bool,
    /// Why not, to display.
    #[schema(required)]
    problem: Option<String>,
    /// The status of the running or the last search.
    state: JobStatus,
    /// Whether it was asked to stop.
    stopping: bool,
    /// What it asks for.
    #[schema(required)]
    request: Option<SearchRequest>,
    /// When it started, UTC.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    started_at: Option<jiff::Timestamp>,
    /// The searches that have begun.
    searches: Vec<FoundResponse>,
    /// Photos whose image is wanted, so far.
    queued: u64,
    /// Of these, the ones that are done.
    processed: u64,
    /// Of these, the ones with an image.
    images: u64,
    /// Of these, the ones with a fault.
    faults: u64,
    /// The last messages, to display.
    notices: Vec<String>,
    /// Why it failed, to display.
    #[schema(required)]
    error: Option<String>,
    /// The result, once it has ended.
    #[schema(required)]
    result: Option<SearchResultResponse>,
}

/// The names of the words of a search in other languages. Each name is a search of its own.
#[derive(Serialize, ToSchema)]
pub struct NamesResponse {
    /// Each word with its names.
    words: Vec<TermNames>,
    /// Words that GBIF does not know, to display.
    messages: Vec<String>,
}

/// What one search at one source has found so far.
#[derive(Serialize, ToSchema)]
pub struct FoundResponse {
    /// The source's title.
    source: &'static str,
    /// The words.
    words: String,
    /// Distinct photos found.
    found: u64,
    /// Photos wanted; null: all.
    #[schema(required)]
    want: Option<u64>,
    /// Results that the source reports.
    #[schema(required)]
    claimed: Option<u64>,
}

/// The result of a search.
#[derive(Serialize, ToSchema)]
pub struct SearchResultResponse {
    /// Distinct photos found that meet the criteria; all of them are in the dataset.
    found: u64,
    /// Images saved.
    images: u64,
    /// Of these, images that the dataset had before.
    known_images: u64,
    /// Records that could not be read; they are saved with a fault.
    unreadable: u64,
    /// Why photos have no image: fault -> photos.
    faults: BTreeMap<String, u64>,
    /// Photos that do not meet a criterion, although the source returned them: criterion -> photos. They are not kept.
    left_out: BTreeMap<String, u64>,
    /// Photos that were left out because their owners had withdrawn them.
    withdrawn: u64,
    /// Each search at each source.
    searches: Vec<ReportResponse>,
    /// Why it ended early; the same search continues.
    #[schema(required)]
    ended_early: Option<String>,
    /// Whether it was stopped; the same search continues.
    stopped: bool,
    /// How long it took.
    seconds: f64,
    /// The result of scoring, to display.
    scored: Vec<String>,
}

/// What one search at one source reached.
#[derive(Serialize, ToSchema)]
pub struct ReportResponse {
    /// The source's name.
    source: String,
    /// The words.
    words: String,
    /// Results that the source reports.
    #[schema(required)]
    claimed: Option<u64>,
    /// Records received.
    received: u64,
    /// Distinct photos kept.
    kept: u64,
    /// Results that the source does not return.
    missing: u64,
    /// Whether everything that was wanted was asked for.
    finished: bool,
}

impl From<SearchCount> for FoundResponse {
    fn from(of: SearchCount) -> Self {
        Self { source: of.source, words: of.term, found: of.found, want: of.want, claimed: of.claimed }
    }
}

impl ReportResponse {
    fn of(report: &SearchReport) -> Self {
        Self {
            source: report.source.clone(),
            words: report.term.clone(),
            claimed: report.claimed,
            received: report.received,
            kept: report.found,
            missing: report.missing(),
            finished: report.finished,
        }
    }
}

impl SearchResultResponse {
    fn of(result: &SearchResult, ended: &Ended) -> Self {
        let SearchResult { summary, collected, withdrawn, scored } = result;
        let mut left_out = BTreeMap::new();
        for (criterion, photos) in collected.searches.iter().flat_map(|search| &search.left_out) {
            *left_out.entry(criterion.clone()).or_default() += photos;
        }
        Self {
            found: collected.found,
            images: summary.of(PhotoState::Stored),
            known_images: summary.known_images,
            unreadable: collected.unreadable,
            faults: summary.reasons.clone(),
            left_out,
            withdrawn: *withdrawn,
            searches: collected.searches.iter().map(ReportResponse::of).collect(),
            ended_early: collected.cut_short.clone(),
            stopped: ended.stopped,
            seconds: ended.seconds,
            scored: scored.clone(),
        }
    }
}

impl SearchResponse {
    /// `at_work`: the job of the search is not over, so that none can be started.
    fn of(last: Option<&StartedSearch>, at_work: bool, problem: Option<String>) -> Self {
        let progress = last.map(|last| last.observed.progress()).unwrap_or_default();
        let ended = last.and_then(StartedSearch::ended).filter(|_| !at_work);
        let outcome = ended.as_ref().map(|ended| ended.result.as_ref().map(|result| (result, ended)));
        Self {
            available: problem.is_none(),
            problem,
            state: match (last, &outcome) {
                (None, _) => JobStatus::Idle,
                (Some(_), None) => JobStatus::Running,
                (Some(_), Some(Ok(_))) => JobStatus::Done,
                (Some(_), Some(Err(_))) => JobStatus::Failed,
            },
            stopping: last.is_some_and(StartedSearch::is_stopping),
            request: last.map(|last| last.request.clone()),
            started_at: last.map(|last| last.started_at),
            searches: progress.searches.into_iter().map(FoundResponse::from).collect(),
            queued: progress.queued,
            processed: progress.processed,
            images: progress.images,
            faults: progress.faults,
            notices: progress.notices,
            error: outcome.and_then(Result::err).cloned(),
            result: outcome.and_then(Result::ok).map(|(result, ended)| SearchResultResponse::of(result, ended)),
        }
    }
}

/// The key that seals the photos of a search of this browser; an error says why there can be none.
fn vault(app: &AppState, unlocked: Option<Arc<Vault>>) -> Result<Arc<Vault>, HttpError> {
    app.searches.setup()?;
    if !app.writable {
        return Err(HttpError::conflict("Photos cannot be added: the dataset's folder is read-only"));
    }
    app.searches.vault(unlocked, app.store.as_ref())
}

async fn respond(app: &Arc<AppState>, request: &RequestContext, status: StatusCode) -> ApiResult {
    let (own, unlocked) = (Arc::clone(app), app.sessions.vault(request.headers()));
    let response = app.query(move |_, _| {
        let problem = vault(&own, unlocked).err().map(|err| err.message.into_owned());
        let last = own.searches.last();
        let job = own.jobs.job();
        let at_work = job.kind == JobKind::Search && job.status == JobStatus::Running;
        Ok(SearchResponse::of(last.as_deref(), at_work, problem))
    });
    Ok((status, [(CACHE_CONTROL, "no-store")], Json(response.await?)).into_response())
}

fn body(body: Result<Json<SearchRequest>, JsonRejection>) -> Result<SearchRequest, HttpError> {
    let explain =
        |err: JsonRejection| HttpError::bad_request(format!("The search cannot be read: {}", err.body_text()));
    body.map(|Json(request)| request).map_err(explain)
}

/// The photo services
#[utoipa::path(get, operation_id = "list_sources", path = "/api/v1/sources", tag = "search",
    responses((status = 200, body = SourcesResponse), (status = 409, body = ErrorResponse)))]
pub async fn sources(State(app): SharedState) -> ApiResult {
    let own = Arc::clone(&app);
    // Keys are read from a file.
    let sources = app.query(move |_, _| Ok(listing::services(own.searches.setup()?.access().user.as_ref()))).await?;
    let mut countries: Vec<&str> = country::all().map(|(_, name)| name).collect();
    countries.sort_unstable();
    Ok(([(CACHE_CONTROL, "no-store")], Json(SourcesResponse { sources, countries })).into_response())
}

/// The search that adds photos: the running or the last one
#[utoipa::path(get, operation_id = "search_progress", path = "/api/v1/search", tag = "search",
    responses((status = 200, body = SearchResponse)))]
pub async fn progress(State(app): SharedState, request: RequestContext) -> ApiResult {
    respond(&app, &request, StatusCode::OK).await
}

/// Estimates the photos, requests and time of a search; the services are asked only for numbers
#[utoipa::path(post, operation_id = "estimate_search", path = "/api/v1/search/estimate", tag = "search", request_body = SearchRequest,
    responses((status = 200, body = Cost), (status = 400, body = ErrorResponse), (status = 409, body = ErrorResponse)))]
pub async fn estimate(State(app): SharedState, asked: Result<Json<SearchRequest>, JsonRejection>) -> ApiResult {
    let cost = app.searches.estimate(body(asked)?).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(cost)).into_response())
}

/// The names in other languages that a search would look for besides its words
#[utoipa::path(post, operation_id = "search_names", path = "/api/v1/search/names", tag = "search", request_body = SearchRequest,
    responses((status = 200, body = NamesResponse), (status = 400, body = ErrorResponse), (status = 409, body = ErrorResponse)))]
pub async fn names(State(app): SharedState, asked: Result<Json<SearchRequest>, JsonRejection>) -> ApiResult {
    let (words, messages) = app.searches.names(&body(asked)?).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(NamesResponse { words, messages })).into_response())
}

/// Starts a search that adds photos; one at a time
#[utoipa::path(post, operation_id = "start_search", path = "/api/v1/search", tag = "search", request_body = SearchRequest,
    responses((status = 202, body = SearchResponse), (status = 400, body = ErrorResponse), (status = 409, body = ErrorResponse)))]
pub async fn start(
    State(app): SharedState,
    request: RequestContext,
    asked: Result<Json<SearchRequest>, JsonRejection>,
) -> ApiResult {
    let asked = body(asked)?;
    let (own, unlocked, runtime) = (Arc::clone(&app), app.sessions.vault(request.headers()), Handle::current());
    let started = spawn_blocking(move || {
        let vault = vault(&own, unlocked)?;
        own.searches.start(&own.jobs, (asked, vault), runtime)
    });
    started.await.map_err(HttpError::read_failed)??;
    respond(&app, &request, StatusCode::ACCEPTED).await
}

/// Stops the running search; photos in progress are finished, and the same search continues later
#[utoipa::path(delete, operation_id = "stop_search", path = "/api/v1/search", tag = "search",
    responses((status = 202, body = SearchResponse)))]
pub async fn stop(State(app): SharedState, request: RequestContext) -> ApiResult {
    app.searches.stop();
    respond(&app, &request, StatusCode::ACCEPTED).await
}
