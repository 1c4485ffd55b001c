//! Checks the photos of a page against the criteria of a search.

use rayon::prelude::*;

use crate::photo::Photo;
use crate::sources::area::Area;
use crate::sources::{Criteria, Unmet};
use crate::stages::Geocode;

/// The photos with their ranks, each with the criterion that it does not meet, if there is one. With `geocodes`, the place that a
/// country is checked by stays in the photo, so that it is looked up once. Those with a fault are not checked.
pub(super) fn check_all(
    photos: Vec<(u64, Photo)>,
    criteria: &Criteria,
    geocodes: bool,
) -> Vec<(Option<Unmet>, u64, Photo)> {
    let locates = geocodes && matches!(criteria.area, Some(Area::Country(_)));
    let check = |photo: &mut Photo| {
        criteria.check_record(photo)?;
        if locates {
            Geocode::locate(photo);
        }
        criteria.check_area(photo)
    };
    let checked = |(rank, mut photo): (u64, Photo)| {
        let unmet = if photo.fault.is_some() { None } else { check(&mut photo).err() };
        (unmet, rank, photo)
    };
    photos.into_par_iter().map(checked).collect()
}
