//! Deployments: what one photographer took at one place on one day.

use std::collections::BTreeSet;

use anyhow::Result;

use super::medium::{Medium, Moment};
use super::tables::DEPLOYMENTS;
use crate::export::dwca::{data_generalizations, georeference_remarks};

/// A deployment, as far as its media are known.
pub struct Deployment {
    pub latitude: f64,
    pub longitude: f64,
    uncertainty_m: Option<u32>,
    pub first: Moment,
    pub last: Moment,
    owner: Option<String>,
    camera: Agreed<String>,
    heading: Agreed<u16>,
    /// Whether the source does not state the offset from UTC of some time.
    offset_unstated: bool,
    comments: BTreeSet<String>,
}

/// A value that all media have, if they agree.
#[derive(Default)]
enum Agreed<T> {
    /// No medium was seen.
    #[default]
    Open,
    /// All media so far have it, or have none.
    All(Option<T>),
    Differ,
}

impl<T: PartialEq> Agreed<T> {
    fn add(&mut self, value: Option<T>) {
        match self {
            Self::Open => *self = Self::All(value),
            Self::All(known) if *known == value => {}
            _ => *self = Self::Differ,
        }
    }

    fn value(&self) -> Option<&T> {
        if let Self::All(value) = self { value.as_ref() } else { None }
    }
}

impl Deployment {
    /// A deployment with the place and time of its first medium.
    pub fn of(medium: &Medium<'_>) -> Self {
        Self {
            latitude: medium.location.latitude,
            longitude: medium.location.longitude,
            uncertainty_m: None,
            first: medium.at.clone(),
            last: medium.at.clone(),
            owner: medium.photo.owner_pseudonym.clone(),
            camera: Agreed::Open,
            heading: Agreed::Open,
            offset_unstated: false,
            comments: BTreeSet::new(),
        }
    }

    /// Adds a medium.
    pub fn add(&mut self, medium: &Medium<'_>) {
        if medium.at.utc() < self.first.utc() {
            self.first = medium.at.clone();
        }
        if medium.at.utc() > self.last.utc() {
            self.last = medium.at.clone();
        }
        self.uncertainty_m = self.uncertainty_m.max(medium.location.uncertainty_m.filter(|metres| *metres > 0));
        self.camera.add(camera(medium));
        let heading = medium.location.direction_deg.filter(|degrees| (0.0..=360.0).contains(degrees));
        self.heading.add(heading.map(|degrees| degrees.round() as u16));
        self.offset_unstated |= !medium.at.is_stated;
        let offset = match medium.at.offset {
            _ if medium.at.is_stated => None,
            Some(_) => Some("offset from UTC not stated: that of the zone of the coordinates"),
            None => Some("offset from UTC not known: times are written as if the clock were in UTC"),
        };
        self.comments.extend(offset.map(ToOwned::to_owned));
        self.comments.extend(georeference_remarks(medium.photo).map(ToOwned::to_owned));
        self.comments.extend(data_generalizations(medium.photo));
    }

    /// Its row.
    pub fn row(&self, id: &str) -> Result<Vec<u8>> {
        let text = |number: Option<String>| number.unwrap_or_default();
        DEPLOYMENTS.row(&[
            ("deploymentID", id.to_owned()),
            ("latitude", self.latitude.to_string()),
            ("longitude", self.longitude.to_string()),
            ("coordinateUncertainty", text(self.uncertainty_m.map(|metres| metres.to_string()))),
            ("deploymentStart", self.first.to_string()),
            ("deploymentEnd", self.last.to_string()),
            ("setupBy", self.owner.clone().unwrap_or_default()),
            ("cameraModel", self.camera.value().cloned().unwrap_or_default()),
            ("cameraHeading", text(self.heading.value().map(ToString::to_string))),
            ("timestampIssues", self.offset_unstated.to_string()),
            ("deploymentComments", self.comments.iter().cloned().collect::<Vec<_>>().join("; ")),
        ])
    }
}

/// `manufacturer-model`, as the standard wants it.
fn camera(medium: &Medium<'_>) -> Option<String> {
    let camera = medium.photo.camera.as_ref()?;
    let parts: Vec<&str> = [&camera.make, &camera.model].into_iter().flatten().map(String::as_str).collect();
    (!parts.is_empty()).then(|| parts.join("-"))
}
