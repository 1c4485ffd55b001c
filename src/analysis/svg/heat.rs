//! One cell for each value; larger values are darker.

use super::super::answer::HeatMap;
use super::super::bins::grouped;
use super::{Anchor, Drawing, WIDTH, paint};

const ROW: f64 = 26.0;
const LEFT: f64 = 90.0;
const BOTTOM: f64 = 22.0;

pub fn draw(map: &HeatMap) -> Drawing {
    let height = map.rows.len() as f64 * ROW + BOTTOM;
    let mut drawing = Drawing::of_height(height);
    let width = (WIDTH - LEFT - 8.0) / map.columns.len().max(1) as f64;
    let most = map.marks.iter().flatten().map(|mark| mark.value).max().unwrap_or(0).max(1) as f64;
    for (line, (name, marks)) in map.rows.iter().zip(&map.marks).enumerate() {
        let y = line as f64 * ROW;
        drawing.text((LEFT - 8.0, y + ROW / 2.0 + 3.5), Anchor::End, name);
        for (column, mark) in marks.iter().enumerate() {
            let area = [LEFT + column as f64 * width, y, width - 1.5, ROW - 1.5];
            // The square root keeps small values visible.
            let depth = (mark.value as f64 / most).sqrt();
            let fill = if mark.value == 0 { paint::EMPTY.to_owned() } else { shade(depth) };
            drawing.rect(area, &fill, &format!("{}: {}", mark.label, grouped(mark.value)));
        }
    }
    for (column, name) in map.columns.iter().enumerate() {
        drawing.text((LEFT + (column as f64 + 0.5) * width, height - 6.0), Anchor::Middle, name);
    }
    drawing
}

/// The colour of a cell on white; `depth` is 0..=1.
fn shade(depth: f64) -> String {
    let channel = |at: usize| {
        let full = u8::from_str_radix(&paint::CELL[1 + 2 * at..3 + 2 * at], 16).expect("a colour has six hex digits");
        let share = 0.1 + 0.9 * depth;
        (255.0 - share * (255.0 - f64::from(full))).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", channel(0), channel(1), channel(2))
}
