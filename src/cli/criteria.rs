//! The options of `gleaner scrape` for what a search asks for besides its words.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::near;
use super::output::UsageError;
use crate::photo::filter::DaySpan;
use crate::photo::{Bbox, LicenseSet};
use crate::sources::area::{Area, AreaError};
use crate::sources::criteria::days;
use crate::sources::{About, Criteria, Unmet};

/// Where, when, and under which licence.
#[derive(Clone, Debug, Default, Args)]
pub struct CriteriaArgs {
    /// Search only in this bounding box: "west south east north" in degrees
    #[arg(short, long, value_name = "BOX", allow_hyphen_values = true, group = "area")]
    bbox: Option<Bbox>,
    /// Search only in this country: a code of ISO 3166-1, or its name in any language
    #[arg(long, value_name = "COUNTRY", group = "area")]
    country: Option<String>,
    /// Search only in the polygons of this GeoJSON file
    #[arg(long, value_name = "FILE", group = "area")]
    polygon: Option<PathBuf>,
    /// Search only around this point: "latitude,longitude,kilometres"
    #[arg(long, value_name = "CIRCLE", allow_hyphen_values = true, group = "area")]
    near: Option<String>,
    /// Only photos taken within these days, by the camera's clock: 2019, 2019-05..2020, 2015..
    #[arg(long, value_name = "DAYS", value_parser = days)]
    taken: Option<DaySpan>,
    /// Only photos published within these days (UTC): 2010..2025
    #[arg(long, value_name = "DAYS", value_parser = days)]
    posted: Option<DaySpan>,
    /// Only photos under these licences: open, commercial, modifiable, or terms such as cc0,by,by-sa
    #[arg(long, value_name = "LICENCES")]
    license: Option<LicenseSet>,
}

impl CriteriaArgs {
    /// Whether any option is given.
    pub fn any(&self) -> bool {
        let area = self.bbox.is_some() || self.country.is_some() || self.polygon.is_some() || self.near.is_some();
        area || self.taken.is_some() || self.posted.is_some() || self.license.is_some()
    }

    /// The criteria.
    pub fn read(&self) -> Result<Criteria> {
        let licenses = self.license.clone();
        Ok(Criteria { area: self.area()?, taken: self.taken, posted: self.posted, licenses })
    }

    fn area(&self) -> Result<Option<Area>> {
        if let Some(bbox) = self.bbox {
            return Ok(Some(Area::Box(bbox)));
        }
        if let Some(text) = &self.near {
            let circle = Area::near(text);
            return circle
                .map(Some)
                .map_err(|err| UsageError::error(format!("--near {text}: {err}"), "latitude comes first"));
        }
        if let Some(path) = &self.polygon {
            let meant = if path.exists() { String::new() } else { near::file(path) };
            let polygons = Area::polygons(path);
            return polygons.map(Some).map_err(|err| {
                UsageError::error(format!("--polygon {}: {err}{meant}", path.display()), AreaError::HINT)
            });
        }
        let Some(text) = &self.country else { return Ok(None) };
        if text.trim().is_empty() {
            return Err(UsageError::error("--country needs a country", "for example: --country PH"));
        }
        Area::country(text).map(Some).map_err(|err| UsageError::error(format!("--country {text}: {err}"), err.hint()))
    }
}

/// Fails if a source cannot answer a search with these criteria at all.
pub fn check(criteria: &Criteria, about: &About) -> Result<()> {
    criteria.check_for(about).map_err(|(unmet, why)| {
        let hint = match unmet {
            Unmet::Posted => "leave --posted out; `gleaner sources` lists the search options of each source",
            _ => "leave the area out, or choose another source; `gleaner sources` lists the search options of each",
        };
        UsageError::error(why, hint)
    })
}
