//! Vertical bars; behind them the distribution of the whole dataset, scaled to the same total.

use super::super::answer::{Bars, Mark};
use super::{Anchor, Drawing, WIDTH, axis, paint};
use crate::photo::text::grouped;

const HEIGHT: f64 = 220.0;
const LEFT: f64 = 48.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 22.0;

/// The values of the whole dataset, scaled to the total of the photos that pass.
pub fn expected(marks: &[Mark]) -> Vec<f64> {
    let all = |mark: &Mark| mark.all.unwrap_or_default();
    let (now, whole) = (marks.iter().map(|mark| mark.value).sum::<u64>(), marks.iter().map(all).sum::<u64>());
    let scale = if whole > 0 { now as f64 / whole as f64 } else { 0.0 };
    marks.iter().map(|mark| all(mark) as f64 * scale).collect()
}

pub fn draw(bars: &Bars) -> Drawing {
    let mut drawing = Drawing::of_height(HEIGHT);
    let usual = expected(&bars.marks);
    let values = bars.marks.iter().map(|mark| mark.value as f64);
    let counts = axis::counts(values.chain(usual.iter().copied()).fold(1.0, f64::max));
    let top = counts.last().copied().unwrap_or(1) as f64;
    let bin = (WIDTH - LEFT - RIGHT) / bars.marks.len().max(1) as f64;
    let y = |value: f64| TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - value / top);
    for count in counts {
        drawing.rule(y(count as f64), (LEFT, WIDTH - RIGHT));
        drawing.text((LEFT - 6.0, y(count as f64) + 3.5), Anchor::End, &grouped(count));
    }
    let gap = if bin > 4.0 { 1.0 } else { 0.0 };
    for (at, (mark, usual)) in bars.marks.iter().zip(&usual).enumerate() {
        let x = LEFT + at as f64 * bin;
        let bar = |value: f64| [x, y(value), (bin - gap).max(0.5), y(0.0) - y(value)];
        if *usual > 0.0 {
            drawing.rect(bar(*usual), paint::ALL, "");
        }
        if mark.value > 0 {
            drawing.rect(bar(mark.value as f64), paint::VALUE, &format!("{}: {}", mark.label, grouped(mark.value)));
        }
    }
    let steps: Vec<(f64, f64)> = usual
        .iter()
        .enumerate()
        .flat_map(|(at, usual)| {
            let (x, y) = (LEFT + at as f64 * bin, y(*usual));
            [(x, y), (x + bin, y)]
        })
        .collect();
    if bars.marks.iter().any(|mark| mark.all.is_some()) {
        drawing.path(&steps, paint::OUTLINE);
    }
    let mut free = f64::MIN;
    for tick in axis::ticks(&bars.axis) {
        let (x, half) = (LEFT + tick.at * bin, tick.label.chars().count() as f64 * 3.2 + 3.0);
        if x - half >= free {
            drawing.text((x, HEIGHT - 6.0), Anchor::Middle, &tick.label);
            free = x + half;
        }
    }
    drawing
}
