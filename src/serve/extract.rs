//! What is asked: query parameters in our words when they are wrong, filter, order, and whether the asker has the answer.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::app_state::AppState;
use super::error::HttpError;
use crate::explorer::{Explorer, Measure, Sort};
use crate::hash::hex;
use crate::photo::filter::Filter;
use crate::store::Store;

/// What an API route answers.
pub type ApiResult = Result<Response, HttpError>;

/// Query parameters.
pub struct QueryParams<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for QueryParams<T> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(asked)) => Ok(Self(asked)),
            Err(wrong) => Err(HttpError::bad_request(format!("These query parameters cannot be read: {wrong}"))),
        }
    }
}

/// Parts of the path.
pub struct PathParams<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for PathParams<T> {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        Path::<T>::from_request_parts(parts, state)
            .await
            .map(|Path(named)| Self(named))
            .map_err(|_| HttpError::not_found())
    }
}

/// Who asks: what it has already, and as whom it comes.
pub struct RequestContext {
    uri: Uri,
    headers: HeaderMap,
}

impl<S: Send + Sync> FromRequestParts<S> for RequestContext {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self { uri: parts.uri.clone(), headers: parts.headers.clone() })
    }
}

impl RequestContext {
    /// The headers of the request.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The answer, made on a thread that may block; 304 where the asker has it. For what holds nothing that was sealed.
    pub async fn answer<T, F>(&self, from: &Arc<AppState>, make: F) -> ApiResult
    where
        T: IntoResponse,
        F: FnOnce(&Explorer, &dyn Store) -> Result<T, HttpError> + Send + 'static,
    {
        let tag = self.tag(from);
        let headers = [(ETAG, tag.clone()), (CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
        if etag_matches(&self.headers, &tag) {
            return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
        }
        let response = from.query(move |explorer, store| make(explorer, store).map(T::into_response)).await?;
        Ok((headers, response).into_response())
    }

    /// Names the answer: this run of the program, the dataset's state, the question, and whether it is unlocked.
    fn tag(&self, of: &AppState) -> HeaderValue {
        let mut digest = Sha256::new();
        digest.update(self.uri.path_and_query().map_or("", |asked| asked.as_str()));
        digest.update([u8::from(of.sessions.vault(&self.headers).is_some())]);
        let tag = format!("\"{}-{}-{}\"", of.run, of.generation(), hex(&digest.finalize()[..8]));
        HeaderValue::from_str(&tag).expect("hex digits and hyphens are a header's value")
    }
}

/// Whether the asker says that it has what this tag names.
pub fn etag_matches(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|known| known.trim().trim_start_matches("W/").as_bytes() == tag)
}

/// Bytes of a filter text, at most: anyone may ask, and the answer takes time and memory.
const MAX_FILTER_BYTES: usize = 16 * 1024;

/// Clauses of a filter, at most.
const MAX_CLAUSES: usize = 64;

/// Values of a clause or corners of its polygon, at most.
const MAX_VALUES: usize = 1_000;

/// The filter of `q`; none is every photo. The language has no limits, but this explorer has.
pub fn filter(q: Option<&str>) -> Result<Filter, HttpError> {
    let text = q.unwrap_or_default();
    if text.len() > MAX_FILTER_BYTES {
        return Err(HttpError::bad_request(
            "This filter is too long: the explorer takes 16 KB, gleaner export --filter any",
        ));
    }
    let filter = text
        .parse::<Filter>()
        .map_err(|wrong| HttpError { at: Some(wrong.at), ..HttpError::bad_request(wrong.message) })?;
    if filter.clauses.len() > MAX_CLAUSES {
        return Err(HttpError::bad_request("This filter has too many clauses: the explorer takes 64"));
    }
    if filter.clauses.iter().any(|clause| clause.test.values() > MAX_VALUES) {
        let message = "A clause of this filter has too many values: the explorer takes 1,000 values or corners in each";
        return Err(HttpError::bad_request(message));
    }
    Ok(filter)
}

/// The order of `sort`; none is the newest first.
pub fn sort(text: Option<&str>) -> Result<Sort, HttpError> {
    Sort::named(text.unwrap_or_default())
        .ok_or_else(|| HttpError::bad_request(format!("sort is one of {}", Sort::names())))
}

/// What colours the map; none is the count.
pub fn measure(text: Option<&str>) -> Result<Measure, HttpError> {
    let text = text.unwrap_or_default();
    match (text, text.strip_prefix("term:"), text.strip_prefix("score.")) {
        ("" | "count", ..) => Ok(Measure::Count),
        (_, Some(term), _) => Ok(Measure::Share(term.to_owned())),
        (_, _, Some(concept)) => Ok(Measure::Score(concept.to_owned())),
        _ => Err(HttpError::bad_request("measure is count, term:WORDS or score.NAME")),
    }
}
