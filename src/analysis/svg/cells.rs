//! Areas of a map in longitude and latitude, with coastlines; larger values are darker. Maps side by side have names and shades of their
//! own.

use std::fmt::Write;

use super::super::answer::{AreaCell, Cells};
use super::super::bins::plain;
use super::heat::shade;
use super::{Anchor, Drawing, WIDTH, escaped, number, paint};
use crate::photo::area::extremes;
use crate::photo::text::grouped;

/// The least and the greatest height of a map, pixels.
const HEIGHT: (f64, f64) = (160.0, 720.0);
/// Maps beside each other.
const ACROSS: usize = 3;
/// Pixels between maps, and above each for its name.
const GAP: f64 = 16.0;
const NAME: f64 = 22.0;
/// No area is drawn narrower than this, pixels: on a map of the world it would not be seen.
const SEEN: f64 = 6.0;

pub fn draw(cells: &Cells) -> Drawing {
    if cells.panels.is_empty() {
        let frame = Frame::of(cells, (0.0, 0.0), WIDTH, HEIGHT);
        let mut drawing = Drawing::of_height(frame.height);
        draw_map(&mut drawing, cells, &frame, None);
        return drawing;
    }
    let across = cells.panels.len().min(ACROSS);
    let width = (WIDTH - GAP * (across - 1) as f64) / across as f64;
    let height = Frame::of(cells, (0.0, 0.0), width, (HEIGHT.0 / 2.0, HEIGHT.1)).height;
    let rows = cells.panels.len().div_ceil(across);
    let mut drawing = Drawing::of_height(rows as f64 * (height + NAME + GAP) - GAP);
    for (at, name) in cells.panels.iter().enumerate() {
        let corner = ((at % across) as f64 * (width + GAP), (at / across) as f64 * (height + NAME + GAP));
        drawing.text((corner.0, corner.1 + NAME - 8.0), Anchor::Start, name);
        let frame = Frame::of(cells, (corner.0, corner.1 + NAME), width, (HEIGHT.0 / 2.0, HEIGHT.1));
        draw_map(&mut drawing, cells, &frame, Some(at as u32));
    }
    drawing
}

/// Where a map is in the drawing.
struct Frame {
    west: f64,
    north: f64,
    /// A degree of longitude is shorter than one of latitude, by the cosine of the middle latitude.
    narrow: f64,
    scale: f64,
    left: f64,
    top: f64,
    height: f64,
}

impl Frame {
    fn of(cells: &Cells, corner: (f64, f64), width: f64, (least, most): (f64, f64)) -> Self {
        let [west, south, east, north] = cells.bounds;
        let narrow = f64::midpoint(south, north).to_radians().cos().max(0.2);
        let (wide, high) = ((east - west).max(0.01) * narrow, (north - south).max(0.01));
        let scale = (width / wide).min(most / high);
        let height = (high * scale).max(least);
        let (left, top) = (corner.0 + (width - wide * scale) / 2.0, corner.1 + (height - high * scale) / 2.0);
        Self { west, north, narrow, scale, left, top, height }
    }

    fn at(&self, longitude: f64, latitude: f64) -> (f64, f64) {
        let x = self.left + (longitude - self.west) * self.narrow * self.scale;
        let y = self.top + (self.north - latitude) * self.scale;
        (x, y)
    }
}

fn path(corners: &[(f64, f64)]) -> String {
    let corners: Vec<String> = corners.iter().map(|(x, y)| format!("{} {}", number(*x), number(*y))).collect();
    format!("M{}", corners.join("L"))
}

/// An outline that can be seen: a smaller one grows around its middle.
fn visible(mut corners: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let (west, east) = extremes(corners.iter().map(|corner| corner.0));
    let (north, south) = extremes(corners.iter().map(|corner| corner.1));
    let (x, y) = (f64::midpoint(west, east), f64::midpoint(north, south));
    let factor = SEEN / (east - west).max(0.01);
    if factor > 1.0 {
        corners.iter_mut().for_each(|at| *at = (x + (at.0 - x) * factor, y + (at.1 - y) * factor));
    }
    corners
}

fn draw_map(drawing: &mut Drawing, cells: &Cells, frame: &Frame, panel: Option<u32>) {
    let value = |cell: &AreaCell| cell.rate.unwrap_or(cell.mark.value as f64);
    let mut own: Vec<&AreaCell> = cells.cells.iter().filter(|cell| cell.panel == panel).collect();
    // Where small areas overlap, the greatest value is in front.
    own.sort_by(|a, b| value(a).total_cmp(&value(b)));
    let most = own.last().map_or(0.0, |cell| value(cell));
    for cell in own {
        let corners =
            visible(cell.outline.iter().map(|[longitude, latitude]| frame.at(*longitude, *latitude)).collect());
        let rate = cell.rate.map_or_else(String::new, |rate| format!(", rate {}", plain(rate)));
        let title = escaped(&format!("{}: {}{rate}", cell.mark.label, grouped(cell.mark.value)));
        // The square root keeps small values visible.
        let fill = shade((value(cell) / most.max(f64::MIN_POSITIVE)).sqrt());
        let _ =
            writeln!(drawing.elements, "<path d=\"{}z\" fill=\"{fill}\"><title>{title}</title></path>", path(&corners));
    }
    let line = |line: &Vec<[f32; 2]>| {
        path(&line.iter().map(|[lon, lat]| frame.at(f64::from(*lon), f64::from(*lat))).collect::<Vec<_>>())
    };
    let coast: String = cells.coast.iter().map(line).collect();
    if !coast.is_empty() {
        let stroke = paint::OUTLINE;
        let _ =
            writeln!(drawing.elements, "<path d=\"{coast}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"0.6\"/>");
    }
}
