//! `photos/{id}`: one photo with its readable fields, and its sealed fields for unlocked browsers.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::SharedState;
use super::setting::PhotoSetting;
use super::taxon::PhotoTaxon;
use crate::export;
use crate::photo::{OtherRecord, PersonalField, PhotoId};
use crate::seal::{SealedPhoto, Vault};
use crate::serve::app_state::load;
use crate::serve::description;
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, PathParams, QueryParams, RequestContext};
use crate::serve::html::web_address;
use crate::serve::search_match::{self, SearchMatch};
use crate::serve::tile::{Tile, TileLicense};

/// The query of `photos/{id}`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PhotoQuery {
    /// Filter text of the result that contains it.
    q: Option<String>,
    /// Sort order of that result.
    sort: Option<String>,
}

/// One photo.
#[derive(Serialize, ToSchema)]
pub struct PhotoResponse {
    /// The record as `gleaner export` writes it, without sealed fields (docs/export.md).
    #[schema(value_type = Object)]
    record: Map<String, Value>,
    /// As the gallery shows it.
    tile: Tile,
    /// The description with only a, b, i, em, strong, br and p.
    description_html: String,
    /// Which words of which searches occur in which fields.
    why: Vec<SearchMatch>,
    /// Its position in the result; absent if it does not match the filter.
    #[schema(required)]
    position: Option<PhotoPosition>,
    /// Names of the fields that are sealed.
    sealed: Vec<String>,
    /// The taxon that it shows, and what says so.
    #[schema(required)]
    taxon: Option<PhotoTaxon>,
    /// Wild, captive or not an animal, and what speaks for it.
    #[schema(required)]
    setting: Option<PhotoSetting>,
    /// The records of the photo at other sources.
    also: Vec<AlsoAt>,
    /// Whether its sources report licences that do not allow the same. The tile has the one that counts.
    licenses_disagree: bool,
    /// The licence that its own source reports.
    #[schema(required)]
    source_license: Option<TileLicense>,
}

/// The record of a photo at another source.
#[derive(Serialize, ToSchema)]
pub struct AlsoAt {
    /// The id there.
    id: String,
    /// The source's name.
    source: String,
    /// The web page there.
    #[schema(required)]
    url: Option<String>,
    /// The licence that this source reports.
    #[schema(required)]
    license: Option<TileLicense>,
    /// How it was recognised: `id`, `bytes`, `picture`.
    recognised_by: String,
}

impl AlsoAt {
    fn of(record: &OtherRecord) -> Self {
        Self {
            id: record.id.to_string(),
            source: record.id.source().to_owned(),
            url: record.landing_url.as_deref().and_then(web_address),
            license: record.license.as_ref().map(TileLicense::of),
            recognised_by: record.recognised_by.to_string(),
        }
    }
}

/// The position of a photo in a filtered, sorted result.
#[derive(Serialize, ToSchema)]
pub struct PhotoPosition {
    /// From 0.
    index: u64,
    /// Photos that match.
    total: u64,
    /// Id of the photo before it.
    #[schema(required)]
    previous: Option<String>,
    /// Id of the photo after it.
    #[schema(required)]
    next: Option<String>,
}

/// One photo
#[utoipa::path(get, path = "/api/v1/photos/{id}", tag = "photos",
    params(("id" = String, Path, description = "`source:own-id`"), PhotoQuery),
    responses((status = 200, body = PhotoResponse), (status = 400, body = ErrorResponse), (status = 404, body = ErrorResponse)))]
pub async fn photo(
    State(app): SharedState,
    request: RequestContext,
    PathParams(id): PathParams<String>,
    QueryParams(query): QueryParams<PhotoQuery>,
) -> ApiResult {
    let filter = extract::filter(&app, query.q.as_deref()).await?;
    let sort = extract::sort(&app, query.sort.as_deref()).await?;
    request
        .answer(&app, move |explorer, store| {
            let id = PhotoId::from_text(id);
            let sealed = load(store, &id)?;
            let photo = sealed.photo();
            let position = explorer.position(&filter, &sort, &id).map(|at| PhotoPosition {
                index: at.index,
                total: at.total,
                previous: at.previous.map(|id| id.to_string()),
                next: at.next.map(|id| id.to_string()),
            });
            Ok(Json(PhotoResponse {
                record: export::public(&sealed).map_err(HttpError::read_failed)?,
                tile: Tile::of(photo),
                description_html: description::sanitised(&photo.description),
                why: search_match::of(photo),
                position,
                taxon: PhotoTaxon::of(photo),
                setting: PhotoSetting::of(photo),
                also: photo.other_records.iter().map(AlsoAt::of).collect(),
                licenses_disagree: photo.licenses_disagree(),
                source_license: photo.license.as_ref().map(TileLicense::of),
                sealed: sealed.tokens().keys().map(|field| field.as_str().to_owned()).collect(),
            }))
        })
        .await
}

/// Personal fields; `null`: the source or the file has no value, absent: unknown.
#[derive(Serialize, ToSchema)]
pub struct PersonalResponse {
    /// The owner's id at the source.
    #[schema(value_type = Option<String>)]
    owner: Value,
    /// The owner's display name.
    #[schema(value_type = Option<String>)]
    owner_name: Value,
    /// The owner's name in addresses.
    #[schema(value_type = Option<String>)]
    path_alias: Value,
    /// The metadata of the file.
    #[schema(value_type = Option<Object>)]
    exif: Value,
    /// The source's record as received.
    #[schema(value_type = Option<Object>)]
    raw_record: Value,
    /// Comments at the source (`gleaner enrich --with comments`).
    #[schema(value_type = Option<Vec<Object>>)]
    comments: Value,
    /// The metadata of the file as the source shows it (`gleaner enrich --with exif-api`).
    #[schema(value_type = Option<Object>)]
    exif_api: Value,
}

/// Sealed fields of a photo; the browser must be unlocked
#[utoipa::path(get, path = "/api/v1/photos/{id}/personal", tag = "key",
    params(("id" = String, Path, description = "`source:own-id`")),
    responses((status = 200, body = PersonalResponse), (status = 403, body = ErrorResponse), (status = 404, body = ErrorResponse)))]
pub async fn personal(
    State(app): SharedState,
    request: RequestContext,
    PathParams(id): PathParams<String>,
) -> ApiResult {
    let Some(vault) = app.sessions.vault(request.headers()) else {
        return Err(HttpError::new(
            StatusCode::FORBIDDEN,
            "These fields are sealed; unlock them with the dataset's key first",
        ));
    };
    let answer = app
        .query(move |_, store| {
            let sealed = load(store, &PhotoId::from_text(id))?;
            opened(&sealed, &vault)
        })
        .await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

fn opened(sealed: &SealedPhoto, vault: &Vault) -> Result<PersonalResponse, HttpError> {
    let mut fields = vault.open(sealed).map_err(|err| HttpError::new(StatusCode::CONFLICT, err.to_string()))?;
    let mut field = |field: PersonalField| fields.remove(&field).unwrap_or_default();
    Ok(PersonalResponse {
        owner: field(PersonalField::Owner),
        owner_name: field(PersonalField::OwnerName),
        path_alias: field(PersonalField::PathAlias),
        exif: field(PersonalField::Exif),
        raw_record: field(PersonalField::RawRecord),
        comments: field(PersonalField::Comments),
        exif_api: field(PersonalField::ExifApi),
    })
}
