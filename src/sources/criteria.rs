//! What a search asks for besides its words: where, when, and under which licence.
//!
//! A service that can search by a criterion is asked by it. The answers are checked here in any case: services ignore
//! parameters, blur ranges, and know no exact areas.

use std::fmt;

use jiff::tz::Offset;

use super::area::Area;
use super::{About, SearchBy};
use crate::photo::filter::{DaySpan, FilterError};
use crate::photo::{LicenseSet, Photo};
use crate::places::DATA_VERSION;

/// Criteria besides the words; all of them must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Criteria {
    /// Where the photo was taken.
    pub area: Option<Area>,
    /// When it was taken, by the camera's clock. A date that is less exact must be within it as a whole.
    pub taken: Option<DaySpan>,
    /// When it was published, in UTC.
    pub posted: Option<DaySpan>,
    /// Licences that are accepted.
    pub licenses: Option<LicenseSet>,
}

/// The criterion that a photo does not meet, for counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unmet {
    /// It is outside the area, or has no coordinates.
    Area,
    /// It was taken at another time, or its date is unknown.
    Taken,
    /// It was published at another time.
    Posted,
    /// It has another licence, or none that is known.
    License,
}

impl Unmet {
    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Taken => "taken",
            Self::Posted => "posted",
            Self::License => "license",
        }
    }
}

/// The days of a text: `2019`, `2019-05..2020`, `2015..`. The error is for a person.
pub fn days(text: &str) -> Result<DaySpan, String> {
    const FORMS: &str = "2019, 2019-05-04, 2019-05..2020, 2015.. or ..2018";
    // The filter's example names the filter's field.
    text.parse().map_err(|err: FilterError| match err.message.split_once(';') {
        Some((why, _)) => format!("{why}; write {FORMS}"),
        None => err.message,
    })
}

impl Criteria {
    /// Fails if a source cannot answer a search with these criteria at all: the criterion, and why.
    pub fn check_for(&self, about: &About) -> Result<(), (Unmet, String)> {
        if self.area.is_some() && !about.located {
            let why = format!("the records of {} have no coordinates, so it cannot be searched by area", about.title);
            return Err((Unmet::Area, why));
        }
        if self.posted.is_some() && !about.search_by.contains(&SearchBy::Posted) {
            return Err((Unmet::Posted, format!("{} cannot be searched by the day of publication", about.title)));
        }
        Ok(())
    }

    /// Whether a photo meets all criteria; otherwise the first one that it does not meet.
    pub fn check(&self, photo: &Photo) -> Result<(), Unmet> {
        self.check_record(photo)?;
        self.check_area(photo)
    }

    /// The criteria but the area, which takes longer.
    pub fn check_record(&self, photo: &Photo) -> Result<(), Unmet> {
        if self.licenses.as_ref().is_some_and(|set| !set.holds(photo.license_in_force().as_deref())) {
            return Err(Unmet::License);
        }
        let taken = || photo.taken.as_ref().and_then(crate::photo::Taken::period);
        if self.taken.is_some_and(|span| !taken().is_some_and(|period| span.holds(period))) {
            return Err(Unmet::Taken);
        }
        let posted = || photo.posted_at.map(|at| Offset::UTC.to_datetime(at).date());
        // A source that does not say when a photo was published was asked by the criterion, or refused it.
        if self.posted.is_some_and(|span| posted().is_some_and(|day| !span.contains(day))) {
            return Err(Unmet::Posted);
        }
        Ok(())
    }

    /// The area. A country is that of the photo's place, if the photo has one of the present atlas.
    pub fn check_area(&self, photo: &Photo) -> Result<(), Unmet> {
        let place = photo.place.as_ref().filter(|place| place.data_version == DATA_VERSION);
        let inside = |area: &Area| match (&photo.location, area, place) {
            (None, _, _) => false,
            (Some(_), Area::Country(code), Some(place)) => place.country.as_deref() == Some(*code),
            (Some(at), area, _) => area.holds(at.latitude, at.longitude),
        };
        if self.area.as_ref().is_some_and(|area| !inside(area)) { Err(Unmet::Area) } else { Ok(()) }
    }

    /// The box of `-b`.
    pub fn bbox(&self) -> Option<crate::photo::Bbox> {
        match self.area {
            Some(Area::Box(bbox)) => Some(bbox),
            _ => None,
        }
    }

    /// All criteria but a box, as text: part of the identity of a search. `None` if there are none.
    pub fn text(&self) -> Option<String> {
        let text = Self { area: self.area.clone().filter(|area| !matches!(area, Area::Box(_))), ..self.clone() };
        Some(text.to_string()).filter(|text| !text.is_empty())
    }
}

impl fmt::Display for Criteria {
    /// `country:PH taken:2015.. posted:2010..2025 license:open`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            self.area.as_ref().map(ToString::to_string),
            self.taken.map(|span| format!("taken:{span}")),
            self.posted.map(|span| format!("posted:{span}")),
            self.licenses.as_ref().map(|set| format!("license:{set}")),
        ];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}
