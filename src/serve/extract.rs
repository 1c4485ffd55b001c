//! Extractors: query and path parameters, the filter, the sort order, and conditional requests (ETag).

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::app_state::AppState;
use super::error::HttpError;
use crate::explorer::{Explorer, Measure, Sort};
use crate::hash::hex;
use crate::photo::ScoreKey;
use crate::photo::filter::{Filter, FilterError, KnownNames, NumberField, Parsed};
use crate::photo::suggest::did_you_mean;
use crate::store::Store;

/// The result of an API handler.
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

/// Path parameters.
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

/// The body of a request. A member that is not known is refused by its name, and `must_be` says what is expected.
pub fn body<T>(body: Result<Json<T>, JsonRejection>, must_be: &str) -> Result<T, HttpError> {
    let refused = match body {
        Ok(Json(body)) => return Ok(body),
        Err(refused) => refused.body_text(),
    };
    let is_name = |name: &&str| name.len() <= 40 && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let unknown = refused.split_once("unknown field `").map(|(_, rest)| rest.split('`').next().unwrap_or_default());
    Err(HttpError::bad_request(match unknown {
        Some(name) => format!(
            "There is no member {}in the body: {must_be}",
            match Some(name).filter(is_name) {
                Some(name) => format!("\"{name}\" "),
                None => "of this name ".to_owned(),
            }
        ),
        None => must_be.to_owned(),
    }))
}

/// Address and headers of a request: its ETags and its session.
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

    /// Makes the response on a thread that may block; 304 if the client has it. Not for responses with sealed data.
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

    /// The ETag: this run of the program, the dataset's version, the request, whether the browser is unlocked, and whether
    /// it takes compressed responses.
    fn tag(&self, of: &AppState) -> HeaderValue {
        let mut digest = Sha256::new();
        digest.update(self.uri.path_and_query().map_or("", |asked| asked.as_str()));
        digest.update([u8::from(of.sessions.vault(&self.headers).is_some())]);
        // A different content coding needs a different ETag.
        digest.update([u8::from(accepts_gzip(&self.headers))]);
        let tag = format!("\"{}-{}-{}\"", of.run, of.generation(), hex(&digest.finalize()[..8]));
        HeaderValue::from_str(&tag).expect("hex digits and hyphens are a header's value")
    }
}

/// Whether a client takes a response that is compressed with gzip.
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
        let refused = parts.filter_map(|part| part.strip_prefix("q=")).any(|weight| weight.parse() == Ok(0.0));
        named && !refused
    })
}

/// Whether `If-None-Match` contains this ETag.
pub fn etag_matches(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|known| known.trim().trim_start_matches("W/").as_bytes() == tag)
}

/// Bytes of a filter text, at most. Filters cost time and memory, and come from anyone.
const MAX_FILTER_BYTES: usize = 16 * 1024;

/// Clauses of a filter, at most.
const MAX_CLAUSES: usize = 64;

/// Values of a clause or corners of its polygon, at most.
const MAX_VALUES: usize = 1_000;

/// The filter of `q`; without one, all photos. Names of concepts and the like are checked against the dataset. The language
/// has no limits; the explorer does.
pub async fn filter(app: &Arc<AppState>, q: Option<&str>) -> Result<Filter, HttpError> {
    let text = q.unwrap_or_default();
    if text.len() > MAX_FILTER_BYTES {
        return Err(HttpError::bad_request(
            "This filter is too long: the explorer accepts 16 KB; gleaner export --filter has no limit",
        ));
    }
    let wrong = |wrong: FilterError| HttpError { at: Some(wrong.at), ..HttpError::bad_request(wrong.message) };
    let parsed = text.parse::<Parsed>().map_err(wrong)?;
    let filter = if parsed.is_checked() {
        parsed.unchecked()
    } else {
        parsed.checked(&known_names(app).await?).map_err(wrong)?
    };
    if filter.clauses.len() > MAX_CLAUSES {
        return Err(HttpError::bad_request("This filter has too many clauses: the explorer accepts 64"));
    }
    if filter.clauses.iter().any(|clause| clause.test.values() > MAX_VALUES) {
        let message =
            "A clause of this filter has too many values: the explorer accepts 1,000 values or corners in a clause";
        return Err(HttpError::bad_request(message));
    }
    Ok(filter)
}

/// The names that a filter, an order or a measure may use in this dataset.
async fn known_names(app: &Arc<AppState>) -> Result<KnownNames, HttpError> {
    let own = Arc::clone(app);
    let known = move |explorer: &Explorer, _: &dyn Store| {
        let concepts = own.jobs.concepts().map_err(HttpError::conflict_from)?;
        Ok(explorer.known_names(&concepts).with_layers(own.layers.clone()))
    };
    app.query(known).await
}

/// The order of `sort`; by default the newest photos come first. A score must be one that the dataset knows.
pub async fn sort(app: &Arc<AppState>, text: Option<&str>) -> Result<Sort, HttpError> {
    let text = text.unwrap_or_default();
    let sort = Sort::named(text).ok_or_else(|| {
        let near = did_you_mean(text, Sort::names());
        let known = Sort::names().collect::<Vec<_>>().join(", ");
        let all = if near.is_empty() { "; orders are " } else { " Orders are " };
        HttpError::bad_request(format!("There is no order \"{text}\"{near}{all}{known}"))
    })?;
    if let Sort::Most(NumberField::Score(key)) | Sort::Least(NumberField::Score(key)) = &sort {
        known_names(app).await?.check_score(key).map_err(HttpError::bad_request)?;
    }
    Ok(sort)
}

/// The measure that colours the map; by default the count. Its concept or search must be one that the dataset knows.
pub async fn measure(app: &Arc<AppState>, text: Option<&str>) -> Result<Measure, HttpError> {
    let text = text.unwrap_or_default();
    match (text, text.strip_prefix("term:"), text.strip_prefix("score.")) {
        ("" | "count", ..) => Ok(Measure::Count),
        (_, Some(term), _) => Ok(Measure::Share(term.to_owned())),
        (_, _, Some(key)) if !key.is_empty() => {
            let key = ScoreKey::from(key);
            known_names(app).await?.check_score(&key).map_err(HttpError::bad_request)?;
            Ok(Measure::Score(key))
        }
        _ => Err(HttpError::bad_request(format!(
            "There is no measure \"{text}\": it is count, term:WORDS or score.NAME"
        ))),
    }
}
