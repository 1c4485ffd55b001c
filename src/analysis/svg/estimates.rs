//! One row for each estimate: its interval on a logarithmic axis, and a line at the reference.

use super::super::answer::{IntervalEstimate, IntervalEstimates};
use super::super::bins::plain;
use super::{Anchor, Drawing, WIDTH, cut, paint};

const ROW: f64 = 22.0;
const LEFT: f64 = 220.0;
const RIGHT: f64 = 120.0;
const BOTTOM: f64 = 24.0;
/// Values of the axis are within these.
const REACH: (f64, f64) = (0.01, 100.0);

pub fn draw(all: &IntervalEstimates) -> Drawing {
    let height = all.estimates.len() as f64 * ROW;
    let mut drawing = Drawing::of_height(height + BOTTOM);
    let values = || all.estimates.iter().flat_map(|one| [one.low, one.high, one.value]).flatten().filter(|v| *v > 0.0);
    let least = values().fold(all.reference / 2.0, f64::min).max(REACH.0);
    let most = values().fold(all.reference * 2.0, f64::max).min(REACH.1);
    let x = |value: f64| {
        let share = (value.clamp(least, most) / least).ln() / (most / least).ln();
        LEFT + share * (WIDTH - LEFT - RIGHT)
    };
    for tick in
        [0.01, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0].into_iter().filter(|tick| (least..=most).contains(tick))
    {
        drawing.rect([x(tick), 0.0, 0.5, height], paint::RULE, "");
        drawing.text((x(tick), height + 15.0), Anchor::Middle, &plain(tick));
    }
    drawing.rect([x(all.reference) - 0.5, 0.0, 1.0, height], paint::OUTLINE, "");
    for (at, one) in all.estimates.iter().enumerate() {
        let y = at as f64 * ROW + ROW / 2.0;
        drawing.text((LEFT - 8.0, y + 4.0), Anchor::End, &cut(&one.label, 34));
        let IntervalEstimate { value: Some(value), low: Some(low), high: Some(high), .. } = one else { continue };
        let text = format!("{value:.2} ({low:.2}–{high:.2})");
        drawing.rect([x(*low), y - 1.0, (x(*high) - x(*low)).max(1.0), 2.0], paint::VALUE, &text);
        drawing.rect([x(*value) - 3.0, y - 3.0, 6.0, 6.0], paint::VALUE, &text);
        drawing.text((WIDTH - RIGHT + 8.0, y + 4.0), Anchor::Start, &text);
    }
    drawing
}
