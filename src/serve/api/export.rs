//! `export`: the photos that pass as one file, or as a ZIP archive with manifest and citation files, streamed.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use futures::stream;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use tracing::error;
use utoipa::openapi::{ObjectBuilder, OpenApi, RefOr, Schema};
use utoipa::{IntoParams, Modify, ToSchema};

use super::SharedState;
use crate::export::package::{ZippedExport, data_name};
use crate::export::{self, EXPORTS, Export, ExportContext, ExportFormat, OptionKind, OptionValues};
use crate::serve::app_state::AppState;
use crate::serve::error::{ErrorResponse, HttpError};
use crate::serve::extract::{self, ApiResult, QueryParams};
use crate::store::Store;

/// The default format.
const DEFAULT_FORMAT: &str = "csv";

const ZIP: &str = "application/zip";

/// The query of `export`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// Filter text.
    q: Option<String>,
    /// The format; default: `csv`.
    #[param(schema_with = format_names)]
    format: Option<String>,
    /// A ZIP archive with the file, its manifest and citation files instead of the file alone.
    #[param(value_type = Option<bool>)]
    cite: Option<Cite>,
    /// The format's own options.
    #[serde(flatten)]
    #[param(ignore)]
    options: BTreeMap<String, String>,
}

/// `true` or `false`. Beside a flattened map serde has only texts and reads no bool from them.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Cite {
    True,
    False,
}

/// An export format that can be downloaded.
#[derive(Serialize, ToSchema)]
pub struct ExportEntry {
    /// The value of `format`.
    name: &'static str,
    /// The label to display.
    label: &'static str,
    /// Its purpose.
    description: &'static str,
}

/// The formats that can be downloaded, in display order.
pub fn entries() -> Vec<ExportEntry> {
    let entry =
        |format: &ExportFormat| ExportEntry { name: format.name, label: format.label, description: format.description };
    downloads().map(entry).collect()
}

fn downloads() -> impl Iterator<Item = &'static ExportFormat> {
    EXPORTS.iter().filter(|format| format.is_download())
}

fn format_names() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .enum_values(Some(downloads().map(|format| format.name)))
        .default(Some(DEFAULT_FORMAT.into()))
        .into()
}

/// Lists the media types of all formats in the API's description.
pub struct MediaTypes;

impl Modify for MediaTypes {
    fn modify(&self, document: &mut OpenApi) {
        let export = document.paths.paths.get_mut("/api/v1/export").and_then(|path| path.get.as_mut());
        let Some(RefOr::T(found)) = export.and_then(|export| export.responses.responses.get_mut("200")) else { return };
        let Some(content) = found.content.shift_remove("text/csv") else { return };
        let media_types = downloads().map(|format| format.media_type).chain([ZIP]);
        found.content.extend(media_types.map(|media_type| (media_type.to_owned(), content.clone())));
    }
}

/// The photos that pass, as a file; personal fields stay sealed
#[utoipa::path(get, path = "/api/v1/export", tag = "photos", params(ExportQuery),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 400, body = ErrorResponse)))]
pub async fn export(State(app): SharedState, QueryParams(query): QueryParams<ExportQuery>) -> ApiResult {
    let filter = extract::filter(&app, query.q.as_deref()).await?;
    let format = format(query.format.as_deref().unwrap_or(DEFAULT_FORMAT))?;
    let options = options(format, query.options)?;
    let citation = app.citation.clone();
    let context = ExportContext { options, citation, ..ExportContext::sealed(app.dataset.clone()) };
    let export = Export::open(format, &context, filter).map_err(HttpError::read_failed)?;
    let name = data_name(&app.name, format);
    let (download, media_type, file) = if query.cite == Some(Cite::True) {
        let zipped = ZippedExport::new(export, name.clone(), app.citation.clone());
        (Download::Package(Box::new(zipped)), ZIP, format!("{name}.zip"))
    } else {
        (Download::File(Box::new(export)), format.media_type, name)
    };
    let pieces = stream::try_unfold((app, Some(download)), |(app, download)| piece(app, download));
    let headers = [
        (CONTENT_TYPE, media_type.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

fn format(name: &str) -> Result<&'static ExportFormat, HttpError> {
    let known = export::format(name);
    if let Some(format) = known.filter(|format| format.is_download()) {
        return Ok(format);
    }
    let names = downloads().map(|format| format.name).collect::<Vec<_>>().join(", ");
    Err(HttpError::bad_request(match known {
        Some(format) => {
            format!(
                "The format {} is only available with `gleaner export`; formats to download are {names}.",
                format.name
            )
        }
        None => format!("There is no format \"{name}\"; formats are {names}."),
    }))
}

fn options(format: &'static ExportFormat, given: BTreeMap<String, String>) -> Result<OptionValues, HttpError> {
    let is_path = |name: &&String| {
        format.options.iter().any(|option| option.name == name.as_str() && option.kind == OptionKind::Path)
    };
    if let Some(name) = given.keys().find(is_path) {
        return Err(HttpError::bad_request(format!(
            "The option `{name}` is only available on the command line, because its value is a path."
        )));
    }
    OptionValues::of(format, given).map_err(|err| HttpError::bad_request(format!("Invalid query: {err}.")))
}

/// What is downloaded.
enum Download {
    /// One file.
    File(Box<Export>),
    /// The file with manifest and citation files.
    Package(Box<ZippedExport>),
}

impl Download {
    /// Writes the next batch; returns whether it was the last.
    fn next(&mut self, store: &dyn Store, out: &mut Vec<u8>) -> anyhow::Result<bool> {
        Ok(match self {
            Self::File(export) => export.next(store, out)?.is_some(),
            Self::Package(zipped) => zipped.next(store, out)?.is_some(),
        })
    }
}

/// The next part of an export. A thread is busy only while it writes a part, so a slow reader blocks none.
async fn piece(
    app: Arc<AppState>,
    mut download: Option<Download>,
) -> io::Result<Option<(Bytes, (Arc<AppState>, Option<Download>))>> {
    while let Some(mut current) = download {
        let own = Arc::clone(&app);
        let written = spawn_blocking(move || {
            let mut out = Vec::new();
            let ended = current.next(own.store.as_ref(), &mut out)?;
            anyhow::Ok((out, (!ended).then_some(current)))
        });
        // An error ends the response, so that an incomplete file is not taken for a complete one.
        let cut = || io::Error::other("the dataset could not be read completely");
        let (out, rest) = written.await.map_err(anyhow::Error::from).flatten().map_err(|err| {
            error!(error = format!("{err:#}"), "an export was aborted");
            cut()
        })?;
        if !out.is_empty() {
            return Ok(Some((Bytes::from(out), (app, rest))));
        }
        download = rest;
    }
    Ok(None)
}
