//! `analyses`: analyses of the photos that pass, as JSON, CSV or SVG.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::SharedState;
use crate::analysis::{self, Analysis, Answer, Parameter, ParameterKind, Request};
use crate::explorer::{Clauses, View};
use crate::photo::filter::Filter;
use crate::pipeline::search_report::SearchReport;
use crate::reference::Catalogue;
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, PathParams, QueryParams, RequestContext};

/// An available analysis.
#[derive(Serialize, ToSchema)]
pub struct AnalysisEntry {
    /// The name in the URL.
    name: &'static str,
    /// The heading of its answer.
    title: &'static str,
    /// The question that it answers.
    question: &'static str,
    /// Its parameters, in addition to the filter.
    parameters: Vec<ParameterEntry>,
}

/// A parameter of an analysis.
#[derive(Serialize, ToSchema)]
pub struct ParameterEntry {
    /// The name in the query.
    name: &'static str,
    /// What it does.
    help: &'static str,
    /// The default value; absent if the parameter is required.
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'static str>,
    /// `number`, `concept`, `choice` or `filter`.
    kind: &'static str,
    /// The values that it accepts in this dataset, if they are words.
    values: Vec<String>,
    /// The smallest number that it accepts.
    #[serde(skip_serializing_if = "Option::is_none")]
    least: Option<u64>,
    /// The largest number that it accepts.
    #[serde(skip_serializing_if = "Option::is_none")]
    most: Option<u64>,
}

/// The analyses, in the order of the page
#[utoipa::path(get, path = "/api/v1/analyses", tag = "counts", responses((status = 200, body = Vec<AnalysisEntry>)))]
pub async fn list(State(app): SharedState, request: RequestContext) -> ApiResult {
    let layers = Arc::clone(&app.layers);
    request
        .answer(&app, move |explorer, _| {
            let everything = Filter::default();
            let view = explorer.view(&everything);
            Ok(Json(analysis::all().iter().map(|analysis| entry(analysis, &view, &layers)).collect::<Vec<_>>()))
        })
        .await
}

fn entry(analysis: &'static Analysis, view: &View, layers: &Catalogue) -> AnalysisEntry {
    let parameter = |parameter: &Parameter| ParameterEntry {
        name: parameter.name,
        help: parameter.help,
        default: parameter.default,
        kind: parameter.kind.name(),
        values: match parameter.kind {
            ParameterKind::Concept => view.concepts(),
            kind => kind.words(layers),
        },
        least: bounds(parameter).map(|(least, _)| least),
        most: bounds(parameter).map(|(_, most)| most),
    };
    AnalysisEntry {
        name: analysis.name,
        title: analysis.title,
        question: &analysis.question,
        parameters: analysis.parameters.iter().map(parameter).collect(),
    }
}

/// The smallest and the largest number that a parameter accepts.
fn bounds(parameter: &Parameter) -> Option<(u64, u64)> {
    if let ParameterKind::Number(least, most) = parameter.kind { Some((least, most)) } else { None }
}

/// The query of `analyses/{name}`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AnalysisQuery {
    /// Filter text.
    q: Option<String>,
    /// The format of the answer; default: `json`.
    #[serde(default)]
    #[param(inline, required = false)]
    format: AnswerFormat,
    /// Ignore the clauses on the counted field itself, so that its other values have counts too.
    #[serde(default)]
    choosing: bool,
    /// The analysis' own parameters.
    #[serde(flatten)]
    #[param(ignore)]
    parameters: BTreeMap<String, String>,
}

/// The format of an answer.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AnswerFormat {
    /// JSON.
    #[default]
    Json,
    /// A table (RFC 4180).
    Csv,
    /// A chart.
    Svg,
}

/// The answer of one analysis
#[utoipa::path(get, path = "/api/v1/analyses/{name}", tag = "counts",
    params(("name" = String, Path, description = "`taken`, `country`, `season`, ..."), AnalysisQuery),
    responses((status = 200, body = Answer), (status = 400, body = ErrorResponse), (status = 404, body = ErrorResponse)))]
pub async fn answer(
    State(app): SharedState,
    request: RequestContext,
    PathParams(name): PathParams<String>,
    QueryParams(query): QueryParams<AnalysisQuery>,
) -> ApiResult {
    let filter = extract::filter(&app, query.q.as_deref()).await?;
    let analysis = analysis::named(&name).ok_or_else(|| no_such_analysis(&name))?;
    let clauses = if query.choosing { Clauses::OfOtherFields } else { Clauses::All };
    let wrong = |err: analysis::AnalysisError| HttpError::bad_request(format!("Invalid query: {err}"));
    let layers = Arc::clone(&app.layers);
    let source = app.name.clone();
    request
        .answer(&app, move |explorer, store| {
            let asked = Request::with_layers(analysis, clauses, query.parameters, &layers).map_err(wrong)?;
            let asked = asked.with_reports(SearchReport::all(store).map_err(HttpError::read_failed)?);
            let answer = asked.answer(&explorer.view(&filter)).map_err(wrong)?;
            Ok(match query.format {
                AnswerFormat::Json => Json(answer).into_response(),
                AnswerFormat::Csv => download("text/csv; charset=utf-8", &answer, "csv", analysis::csv(&answer)),
                AnswerFormat::Svg => download("image/svg+xml", &answer, "svg", analysis::svg(&answer, &source)),
            })
        })
        .await
}

pub(super) fn no_such_analysis(name: &str) -> HttpError {
    let known = analysis::all().iter().map(|analysis| analysis.name).collect::<Vec<_>>().join(", ");
    HttpError::new(StatusCode::NOT_FOUND, format!("There is no analysis \"{name}\"; there are {known}."))
}

/// A file named after the title.
fn download(media_type: &'static str, answer: &Answer, suffix: &str, text: String) -> Response {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = answer.title.chars().map(plain).collect();
    let headers = [
        (CONTENT_TYPE, media_type.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{suffix}\"")),
    ];
    (headers, text).into_response()
}
