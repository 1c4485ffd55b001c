//! Densities over the hours of a day.

use super::super::answer::Densities;
use super::super::bins::plain;
use super::{Anchor, Drawing, WIDTH, axis, cut, paint};
use crate::photo::text::grouped;

const HEIGHT: f64 = 240.0;
const LEFT: f64 = 48.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 22.0;

pub fn draw(all: &Densities) -> Drawing {
    let mut drawing = Drawing::of_height(HEIGHT + all.curves.len() as f64 * 16.0);
    let photos: u64 = all.marks.iter().map(|mark| mark.value).sum();
    let share = |photos_in: u64| 100.0 * photos_in as f64 / photos.max(1) as f64;
    let bars = all.marks.iter().map(|mark| share(mark.value));
    let most = all.curves.iter().flat_map(|curve| &curve.percent).copied().chain(bars).fold(0.0, f64::max);
    let ticks = axis::counts(most.max(4.0));
    let top = ticks.last().copied().unwrap_or(1) as f64;
    let x = |hour: f64| LEFT + (WIDTH - LEFT - RIGHT) * hour / 24.0;
    let y = |percent: f64| TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - percent / top);
    for percent in ticks {
        drawing.rule(y(percent as f64), (LEFT, WIDTH - RIGHT));
        drawing.text((LEFT - 6.0, y(percent as f64) + 3.5), Anchor::End, &format!("{percent} %"));
    }
    for (hour, mark) in all.marks.iter().enumerate() {
        let percent = share(mark.value);
        let (left, height) = (x(hour as f64), y(0.0) - y(percent));
        let title = format!("{}: {} photos ({} %)", mark.label, grouped(mark.value), plain(percent));
        drawing.rect([left + 1.0, y(0.0) - height, x(1.0) - x(0.0) - 2.0, height], paint::ALL, &title);
    }
    for hour in (0..=24).step_by(3) {
        drawing.text((x(f64::from(hour)), HEIGHT - 6.0), Anchor::Middle, &format!("{hour}:00"));
    }
    for (nth, (curve, stroke)) in all.curves.iter().zip(paint::SERIES.iter().cycle()).enumerate() {
        let steps = curve.percent.len() as f64;
        let round = curve.percent.iter().chain(curve.percent.first()).enumerate();
        let points: Vec<_> = round.map(|(step, percent)| (x(24.0 * step as f64 / steps), y(*percent))).collect();
        drawing.path(&points, stroke);
        let below = HEIGHT + nth as f64 * 16.0;
        drawing.rect([LEFT, below + 2.0, 10.0, 10.0], stroke, "");
        let label = format!("{} ({})", curve.label, grouped(curve.n));
        drawing.text((LEFT + 16.0, below + 11.0), Anchor::Start, &cut(&label, 80));
    }
    drawing
}
