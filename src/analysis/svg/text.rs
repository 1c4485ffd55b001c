//! Rows of texts and numbers.

use super::super::answer::Table;
use super::super::table::TextTable;
use super::{Anchor, Drawing, WIDTH, cut};

const ROW: f64 = 18.0;
/// The mean width of a letter of 11 px, pixels.
const LETTER: f64 = 6.2;
/// Between two columns, pixels.
const GAP: f64 = 14.0;
/// The longest cell, characters.
const MOST_LETTERS: usize = 60;

pub fn draw(table: &Table) -> Drawing {
    let TextTable { header, rows, is_number, widths } = TextTable::of(table);
    let mut drawing = Drawing::of_height((rows.len() + 1) as f64 * ROW);
    let widths: Vec<f64> = widths.iter().map(|letters| (*letters).min(MOST_LETTERS) as f64 * LETTER).collect();
    let mut left = 0.0;
    let write = |drawing: &mut Drawing, line: usize, column: usize, left: f64, text: &str| {
        let (at, anchor) = if is_number[column] { (left + widths[column], Anchor::End) } else { (left, Anchor::Start) };
        drawing.text((at, line as f64 * ROW + 12.0), anchor, &cut(text, MOST_LETTERS));
    };
    for (column, name) in header.iter().enumerate() {
        write(&mut drawing, 0, column, left, name);
        for (line, row) in rows.iter().enumerate() {
            write(&mut drawing, line + 1, column, left, &row[column]);
        }
        left += widths[column] + GAP;
    }
    drawing.width = WIDTH.max(left - GAP);
    drawing.rule(ROW - 2.0, (0.0, drawing.width));
    drawing
}
