//! One row for each value: a bar for the photos that pass, a grey bar for the whole dataset scaled to the same total.

use super::super::answer::{Mark, Ranking};
use super::bars::expected;
use super::{Anchor, Drawing, WIDTH, cut, paint};
use crate::photo::text::grouped;

const ROW: f64 = 22.0;
const LEFT: f64 = 200.0;
const RIGHT: f64 = 70.0;
/// The number of values drawn; the table has all of them.
const MAX_ROWS: usize = 30;

pub fn draw(ranking: &Ranking) -> Drawing {
    let marks: Vec<Mark> = ranking.marks.iter().take(MAX_ROWS).chain(&ranking.unknown).cloned().collect();
    let left_out = ranking.more + ranking.marks.len().saturating_sub(MAX_ROWS) as u64;
    let mut drawing = Drawing::of_height((marks.len() + usize::from(left_out > 0)) as f64 * ROW);
    let usual = expected(&marks);
    let most = marks.iter().map(|mark| mark.value as f64).chain(usual.iter().copied()).fold(1.0, f64::max);
    let length = |value: f64| (WIDTH - LEFT - RIGHT) * value / most;
    for (at, (mark, usual)) in marks.iter().zip(&usual).enumerate() {
        let y = at as f64 * ROW;
        let value = length(mark.value as f64);
        drawing.rect([LEFT, y + 4.0, length(*usual), ROW - 8.0], paint::ALL, "");
        drawing.rect([LEFT, y + 4.0, value, ROW - 8.0], paint::VALUE, "");
        drawing.text((LEFT - 8.0, y + 15.0), Anchor::End, &cut(&mark.label, 32));
        drawing.text((LEFT + value.max(length(*usual)) + 6.0, y + 15.0), Anchor::Start, &grouped(mark.value));
    }
    if left_out > 0 {
        let y = marks.len() as f64 * ROW + 15.0;
        drawing.text((LEFT - 8.0, y), Anchor::End, &format!("{} more", grouped(left_out)));
    }
    drawing
}
