//! Where a search of the page looks for photos: in a country, a box, a circle, or the polygons of a file.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::hash::sha256_hex;
use crate::photo::Bbox;
use crate::serve::error::HttpError;
use crate::sources::area::{Area, AreaError};

/// Bytes of a file with polygons, at most.
const MAX_BYTES: usize = 8 << 20;
/// Characters of its name, at most.
const MAX_NAME: usize = 255;

/// A file with polygons.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolygonFile {
    /// Its name.
    name: String,
    /// Its content: GeoJSON with polygons in longitude and latitude, 8 MiB at most. Responses do not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    geojson: Option<String>,
    /// SHA-256 of the content, as a response has it. With it, and without the content, the file of the last search is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

impl PolygonFile {
    /// Takes the content out and leaves its digest.
    pub(super) fn take(&mut self) -> Option<String> {
        let content = self.geojson.take()?;
        self.sha256 = Some(sha256_hex(content.as_bytes()));
        Some(content)
    }

    /// Puts the content of another file back, if this one has none and means that one.
    pub(super) fn put(&mut self, of: &Self, content: &str) {
        if self.geojson.is_none() && self.sha256.is_some() && self.sha256 == of.sha256 {
            self.geojson = Some(content.to_owned());
        }
    }

    fn area(&self) -> Result<Area, HttpError> {
        let wrong = |why: String| HttpError::bad_field("polygon", why);
        let Some(content) = &self.geojson else {
            return Err(wrong("Choose the file with the polygons again: its content is not kept".to_owned()));
        };
        if content.len() > MAX_BYTES || self.name.chars().count() > MAX_NAME {
            return Err(wrong("The file is too large: 8 MiB at most".to_owned()));
        }
        Area::polygons_of(&self.name, content.as_bytes())
            .map_err(|err| wrong(format!("{}: {err}; {}", self.name, AreaError::HINT)))
    }
}

/// The members of a request that say where.
pub(super) struct PlaceRequest<'a> {
    pub country: Option<&'a str>,
    pub bbox: Option<&'a str>,
    pub near: Option<&'a str>,
    pub polygon: Option<&'a PolygonFile>,
}

impl PlaceRequest<'_> {
    /// The members that are there.
    fn fields(&self) -> Vec<&'static str> {
        let all = [
            ("country", self.country.is_some()),
            ("bbox", self.bbox.is_some()),
            ("near", self.near.is_some()),
            ("polygon", self.polygon.is_some()),
        ];
        all.into_iter().filter(|(_, is_there)| *is_there).map(|(field, _)| field).collect()
    }

    /// The member that says where.
    pub(super) fn field(&self) -> &'static str {
        self.fields().first().copied().unwrap_or("country")
    }

    /// The area; `None` for anywhere.
    pub(super) fn area(&self) -> Result<Option<Area>, HttpError> {
        let field = self.field();
        if self.fields().len() > 1 {
            let why = "A search has one area: a country, a box, a circle or polygons";
            return Err(HttpError::bad_field(field, why));
        }
        if let Some(country) = self.country {
            let area = Area::country(country);
            return area
                .map(Some)
                .map_err(|err| HttpError::bad_field(field, format!("{country}: {err}; {}", err.hint())));
        }
        if let Some(bbox) = self.bbox {
            let bbox = bbox.parse::<Bbox>().map_err(|err| HttpError::bad_field(field, err.to_string()))?;
            return Ok(Some(Area::Box(bbox)));
        }
        if let Some(near) = self.near {
            return Area::near(near).map(Some).map_err(|err| HttpError::bad_field(field, err.to_string()));
        }
        self.polygon.map(PolygonFile::area).transpose()
    }
}
