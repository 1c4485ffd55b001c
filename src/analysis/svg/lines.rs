//! Lines over time.

use super::super::answer::Lines;
use super::{Anchor, Drawing, WIDTH, axis, cut, paint};
use crate::photo::text::grouped;

const HEIGHT: f64 = 240.0;
const LEFT: f64 = 48.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 22.0;
/// The minimum distance between two labels below the lines, pixels.
const APART: f64 = 64.0;

pub fn draw(lines: &Lines) -> Drawing {
    let named = lines.series.iter().any(|line| !line.label.is_empty());
    let legend = if named { lines.series.len() as f64 * 16.0 } else { 0.0 };
    let mut drawing = Drawing::of_height(HEIGHT + legend);
    let marks = lines.series.first().map_or(&[][..], |line| &line.marks);
    let most = lines.series.iter().flat_map(|line| &line.marks).map(|mark| mark.value).max().unwrap_or(0);
    let counts = axis::counts((most as f64).max(1.0));
    let top = counts.last().copied().unwrap_or(1) as f64;
    let room = WIDTH - LEFT - RIGHT;
    let x = |at: usize| LEFT + room * (at as f64 + 0.5) / marks.len().max(1) as f64;
    let y = |value: f64| TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - value / top);
    for count in counts {
        drawing.rule(y(count as f64), (LEFT, WIDTH - RIGHT));
        drawing.text((LEFT - 6.0, y(count as f64) + 3.5), Anchor::End, &grouped(count));
    }
    for (line, stroke) in lines.series.iter().zip(paint::SERIES.iter().cycle()) {
        let points: Vec<_> = line.marks.iter().enumerate().map(|(at, mark)| (x(at), y(mark.value as f64))).collect();
        drawing.path(&points, stroke);
        for ((x, y), mark) in points.iter().zip(&line.marks).filter(|(_, mark)| mark.value > 0) {
            let label = format!("{}: {}", mark.label, grouped(mark.value));
            drawing.rect([x - 1.5, y - 1.5, 3.0, 3.0], stroke, &label);
        }
    }
    let step = (APART * marks.len() as f64 / room).ceil().max(1.0) as usize;
    for (at, mark) in marks.iter().enumerate().step_by(step) {
        drawing.text((x(at), HEIGHT - 6.0), Anchor::Middle, &mark.label);
    }
    if named {
        for (nth, (line, stroke)) in lines.series.iter().zip(paint::SERIES.iter().cycle()).enumerate() {
            let y = HEIGHT + nth as f64 * 16.0;
            drawing.rect([LEFT, y + 2.0, 10.0, 10.0], stroke, "");
            drawing.text((LEFT + 16.0, y + 11.0), Anchor::Start, &cut(&line.label, 60));
        }
    }
    drawing
}
