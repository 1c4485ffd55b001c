//! Rows of texts and numbers.

use serde_json::Value;

use super::super::answer::Table;
use super::{Anchor, Drawing, WIDTH, cut};
use crate::photo::text::grouped;

const ROW: f64 = 18.0;

pub fn draw(table: &Table) -> Drawing {
    let mut drawing = Drawing::of_height((table.rows.len() + 1) as f64 * ROW);
    let width = WIDTH / table.header.len().max(1) as f64;
    let letters = (width / 6.0) as usize;
    for (column, name) in table.header.iter().enumerate() {
        drawing.text((column as f64 * width, 12.0), Anchor::Start, &cut(name, letters));
    }
    drawing.rule(ROW - 2.0, (0.0, WIDTH));
    for (line, row) in table.rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            let text = match cell {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.as_u64().map_or_else(|| other.to_string(), grouped),
            };
            drawing.text((column as f64 * width, (line + 1) as f64 * ROW + 12.0), Anchor::Start, &cut(&text, letters));
        }
    }
    drawing
}
