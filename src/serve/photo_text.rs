//! A photo's fields in words: title, place, date, credit, camera, sizes.

pub use crate::photo::fields::title;
use crate::photo::{License, LocationOrigin, OtherRecord, Photo, State, fields};

use super::html::{Escaped, link};

/// "City, Country", or the sea, as far as known.
pub fn place(photo: &Photo) -> Option<String> {
    let place = photo.place.as_ref()?;
    let country = place.country_name.as_ref().or(place.country.as_ref());
    let parts: Vec<&str> = match (&place.sea, place.at_sea) {
        (Some(sea), true) => vec![sea],
        (None, true) => vec!["At sea"],
        _ => [place.city.as_ref().map(|city| &city.name), country].into_iter().flatten().map(String::as_str).collect(),
    };
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The alternative text of the image.
pub fn alternative(photo: &Photo) -> String {
    place(photo).map_or_else(|| title(photo), |place| format!("{}, {place}", title(photo)))
}

/// The author to credit; owners are sealed.
pub fn credit(photo: &Photo) -> &str {
    photo.attribution.as_deref().map(str::trim).filter(|credit| !credit.is_empty()).unwrap_or("owner sealed")
}

/// The licence as HTML, linked to its text; `None` if unknown.
pub fn license(photo: &Photo) -> Option<String> {
    photo.license_in_force().map(|license| license_link(&license))
}

fn license_link(license: &License) -> String {
    let name = if license.name.is_empty() { &license.id } else { &license.name };
    link(license.url.as_deref(), name)
}

/// What each source reports, as HTML, if their licences do not allow the same.
pub fn disagreement(photo: &Photo) -> Option<String> {
    let own = photo.license.iter().map(|license| (photo.id.source(), license));
    let others = photo.other_records.iter().filter_map(|record| Some((record.id.source(), record.license.as_ref()?)));
    let each = own.chain(others).map(|(source, license)| format!("{}: {}", Escaped(source), license_link(license)));
    let each = each.collect::<Vec<_>>().join(", ");
    photo.licenses_disagree().then(|| format!("The sources disagree, the stricter licence counts. {each}"))
}

/// A link to the page at another source as HTML, with the licence that it reports.
pub fn also_at(record: &OtherRecord) -> String {
    let license = record.license.as_ref().map(license_link);
    let parts = [Some(link(record.landing_url.as_deref(), record.id.source())), license];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" <span aria-hidden=\"true\">·</span> ")
}

/// A link to the page at the source as HTML, if its address is safe.
pub fn landing(photo: &Photo, text: &str) -> Option<String> {
    let html = link(photo.landing_url.as_deref(), text);
    html.starts_with("<a ").then_some(html)
}

/// The text on the tile of a photo without an image.
pub fn state(state: State) -> &'static str {
    match state {
        State::Found => "not downloaded",
        State::Stored => "stored",
        State::Rejected => "rejected",
        State::Gone => "gone at the source",
        State::Failed => "failed, will be retried",
    }
}

/// Quarter, "12 km SE of X", subdivision, country, sea.
pub fn place_details(photo: &Photo) -> Option<String> {
    let place = photo.place.as_ref()?;
    let mut parts: Vec<String> = place.locality.iter().map(|quarter| quarter.name.clone()).collect();
    if let Some(city) = &place.city {
        parts.push(if city.distance_km < 1.0 {
            city.name.clone()
        } else {
            format!("{:.0} km {} of {}", city.distance_km, city.direction, city.name)
        });
    }
    parts.extend(place.subdivision.as_ref().and_then(|part| part.name.clone()));
    parts.extend(place.country_name.clone().or_else(|| place.country.clone()));
    if place.at_sea {
        parts.push(place.sea.clone().unwrap_or_else(|| "at sea".to_owned()));
        parts.extend(place.offshore_km.map(|km| format!("{km:.0} km from land")));
    }
    let doubt = if place.border_uncertain {
        " (or in a neighbouring country: the border is within the uncertainty)"
    } else {
        ""
    };
    (!parts.is_empty()).then(|| parts.join(", ") + doubt)
}

/// Degrees and their uncertainty.
pub fn coordinates(photo: &Photo) -> Option<String> {
    let at = photo.location.as_ref()?;
    let off = match at.uncertainty_m {
        Some(metres) if metres >= 1000 => format!(" ± {} km", metres.div_ceil(1000)),
        Some(metres) => format!(" ± {metres} m"),
        None => String::new(),
    };
    let origin = match at.origin.known() {
        Some(LocationOrigin::Exif) => " (from the file)",
        Some(LocationOrigin::Title) => " (a place in the title)",
        Some(LocationOrigin::Source) | None => "",
    };
    Some(format!("{:.5}, {:.5}{off}{origin}", at.latitude, at.longitude))
}

/// Camera and settings in one line.
pub fn camera(photo: &Photo) -> Option<String> {
    let camera = photo.camera.as_ref()?;
    let exposure = camera
        .exposure_time_s
        .filter(|seconds| *seconds > 0.0)
        .map(|seconds| if seconds < 0.5 { format!("1/{:.0} s", 1.0 / seconds) } else { format!("{seconds} s") });
    let parts: Vec<String> = [
        fields::camera_name(photo),
        camera.lens.clone(),
        camera.focal_length_mm.map(|mm| format!("{mm:.0} mm")),
        camera.f_number.map(|f| format!("f/{f}")),
        exposure,
        camera.iso.map(|iso| format!("ISO {iso}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// Format, pixels and bytes of the stored file.
pub fn file(photo: &Photo) -> Option<String> {
    let file = photo.file.as_ref()?;
    let size = match file.stored_bytes {
        bytes if bytes >= 1_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        bytes => format!("{} kB", bytes.div_ceil(1000)),
    };
    Some(format!("{} · {} × {} px · {size}", file.format.as_str().to_uppercase(), file.width, file.height))
}

/// A line of credit as HTML: author, licence, source.
pub fn credit_line(photo: &Photo) -> String {
    let parts = [Some(format!("<bdi>{}</bdi>", Escaped(credit(photo)))), license(photo), landing(photo, "source")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" <span aria-hidden=\"true\">·</span> ")
}
