//! The areas of an analysis: countries and other fields of places, or the polygons of a layer.

use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::parameters::POLYGONS;
use super::{AnalysisError, Request, marks};
use crate::explorer::{PhotoRow, RowNames, View};
use crate::layers::ClassLayer;
use crate::photo::filter::ChoiceField;

/// Areas by number.
pub enum Areas<'v> {
    /// The values of a field.
    Field(RowNames<'v>, String),
    /// Named polygons.
    Polygons(Arc<ClassLayer>),
}

impl<'v> Areas<'v> {
    /// The areas that a parameter names.
    pub fn of(view: &'v View, request: &Request, parameter: &str) -> Result<Self, AnalysisError> {
        let by = request.text(parameter);
        Ok(match by.strip_prefix(POLYGONS) {
            Some(layer) => Self::Polygons(request.layer(layer)?),
            None => Self::Field(view.names(by), by.to_owned()),
        })
    }

    /// The areas of each photo, which may be several of a layer.
    pub fn at(&self, view: &View, rows: &[PhotoRow]) -> Vec<Vec<u32>> {
        let polygons = match self {
            Self::Field(names, _) => return rows.iter().map(|row| names.of(*row).into_iter().collect()).collect(),
            Self::Polygons(layer) => layer.polygons(),
        };
        let points: Vec<Option<(f64, f64)>> = rows.iter().map(|row| view.point(*row)).collect();
        let areas = |point: &Option<(f64, f64)>| {
            let mut found = Vec::new();
            if let (Some(polygons), Some((latitude, longitude))) = (polygons, point) {
                polygons.areas(*latitude, *longitude, &mut found);
            }
            found
        };
        points.par_iter().map(areas).collect()
    }

    /// Areas that are listed also without photos: those of a layer, as InVEST does.
    pub fn all(&self) -> Vec<u32> {
        match self {
            Self::Field(..) => Vec::new(),
            Self::Polygons(layer) => (0..layer.classes.len() as u32).collect(),
        }
    }

    /// The name to display.
    pub fn label(&self, area: u32) -> &str {
        match self {
            Self::Field(names, _) => names.label(area),
            Self::Polygons(layer) => layer.classes.get(area as usize).map_or("", String::as_str),
        }
    }

    /// The code: of a field the value as in a filter, of a layer the number of the area in its file, from 1.
    pub fn code(&self, area: u32) -> Value {
        match self {
            Self::Field(names, _) => json!(names.value(area)),
            Self::Polygons(_) => json!(area + 1),
        }
    }

    /// The filter of the photos of an area.
    pub fn filter(&self, view: &View, area: u32) -> String {
        let own = match self {
            Self::Field(names, field) => ChoiceField::named(field).map(|field| marks::value(field, names.value(area))),
            Self::Polygons(layer) => Some(marks::area(&layer.title, self.label(area))),
        };
        marks::narrowed(view.filter(), &[], own)
    }

    /// Which photos are in no area.
    pub fn none(&self) -> String {
        match self {
            Self::Field(_, field) => format!("without a known {field}"),
            Self::Polygons(layer) => format!("without coordinates, or in no area of {}", layer.title),
        }
    }

    /// Which layer was used, for the notes.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Self::Field(..) => Vec::new(),
            Self::Polygons(layer) => vec![
                "A photo in several areas counts in each. A point on an edge is in the area east of it (north, along a parallel)."
                    .to_owned(),
                layer.citation.clone(),
            ],
        }
    }
}
