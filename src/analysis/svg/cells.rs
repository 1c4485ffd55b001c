//! Areas of a map in longitude and latitude, with coastlines; larger values are darker.

use std::fmt::Write;

use super::super::answer::{AreaCell, Cells};
use super::super::bins::plain;
use super::heat::shade;
use super::{Drawing, WIDTH, escaped, number, paint};
use crate::photo::text::grouped;

/// The least and the greatest height of a map, pixels.
const HEIGHT: (f64, f64) = (160.0, 720.0);

pub fn draw(cells: &Cells) -> Drawing {
    let [west, south, east, north] = cells.bounds;
    // A degree of longitude is shorter than one of latitude, by the cosine of the middle latitude.
    let narrow = f64::midpoint(south, north).to_radians().cos().max(0.2);
    let (wide, high) = ((east - west).max(0.01) * narrow, (north - south).max(0.01));
    let scale = (WIDTH / wide).min(HEIGHT.1 / high);
    let height = (high * scale).max(HEIGHT.0);
    let (left, top) = ((WIDTH - wide * scale) / 2.0, (height - high * scale) / 2.0);
    let at = |longitude: f64, latitude: f64| {
        let (x, y) = (left + (longitude - west) * narrow * scale, top + (north - latitude) * scale);
        format!("{} {}", number(x), number(y))
    };
    let mut drawing = Drawing::of_height(height);
    let value = |cell: &AreaCell| cell.rate.unwrap_or(cell.mark.value as f64);
    let most = cells.cells.iter().map(value).fold(0.0, f64::max);
    for cell in &cells.cells {
        let corners: Vec<String> = cell.outline.iter().map(|[longitude, latitude]| at(*longitude, *latitude)).collect();
        let rate = cell.rate.map_or_else(String::new, |rate| format!(", rate {}", plain(rate)));
        let title = escaped(&format!("{}: {}{rate}", cell.mark.label, grouped(cell.mark.value)));
        // The square root keeps small values visible.
        let fill = shade((value(cell) / most.max(f64::MIN_POSITIVE)).sqrt());
        let _ = writeln!(
            drawing.elements,
            "<path d=\"M{}z\" fill=\"{fill}\"><title>{title}</title></path>",
            corners.join("L")
        );
    }
    let coast: String = cells
        .coast
        .iter()
        .map(|line| {
            let corners: Vec<String> = line.iter().map(|[lon, lat]| at(f64::from(*lon), f64::from(*lat))).collect();
            format!("M{}", corners.join("L"))
        })
        .collect();
    if !coast.is_empty() {
        let stroke = paint::OUTLINE;
        let _ =
            writeln!(drawing.elements, "<path d=\"{coast}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"0.6\"/>");
    }
    drawing
}
