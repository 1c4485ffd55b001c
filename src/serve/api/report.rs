//! `report`: a report of the photos that pass, as one HTML file.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::IntoParams;

use super::SharedState;
use super::analyses::no_such_analysis;
use crate::analysis;
use crate::report::{Chosen, Report, file_name};
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, QueryParams, RequestContext};

/// The query of `report`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// Filter text.
    q: Option<String>,
    /// The analyses, separated by semicolons, with parameters after a colon: `country;visits:by=city`. Default: the
    /// usual ones.
    analyses: Option<String>,
}

/// A report of the photos that pass: analyses, methods, references and credits
#[utoipa::path(get, path = "/api/v1/report", tag = "counts", params(ReportQuery),
    responses((status = 200, body = String, content_type = "text/html"), (status = 400, body = ErrorResponse), (status = 404, body = ErrorResponse)))]
pub async fn report(
    State(app): SharedState,
    request: RequestContext,
    QueryParams(query): QueryParams<ReportQuery>,
) -> ApiResult {
    let filter = extract::filter(&app, query.q.as_deref()).await?;
    let invalid = |why: String| HttpError::bad_request(format!("Invalid query: {why}"));
    let chosen = match query.analyses.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        None => Chosen::usual(),
        Some(text) => text.split(';').map(|text| Chosen::parse(text).map_err(invalid)).collect::<Result<_, _>>()?,
    };
    let checked = |chosen: Chosen| {
        let analysis = analysis::named(&chosen.name).ok_or_else(|| no_such_analysis(&chosen.name))?;
        chosen.asked(analysis, &app.layers).map_err(|err| invalid(err.to_string()))
    };
    let asked = chosen.into_iter().map(checked).collect::<Result<Vec<_>, HttpError>>()?;
    let (dataset, citation, name) = (app.dataset.clone(), app.citation.clone(), app.name.clone());
    request
        .answer(&app, move |explorer, store| {
            let report = Report::make(&dataset, store, explorer, &filter, (asked, citation));
            let report = report.map_err(HttpError::read_failed)?;
            let headers = [
                (CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
                (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file_name(&name))),
            ];
            Ok((headers, report.html()).into_response())
        })
        .await
}
