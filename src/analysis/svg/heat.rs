//! One cell for each value; larger values are darker.

use super::super::answer::HeatMap;
use super::{Anchor, Drawing, WIDTH, cut, paint};
use crate::photo::text::grouped;

const ROW: f64 = 26.0;
const LEFT: f64 = 90.0;
/// Pixels that a letter may take.
const LETTER: f64 = 6.3;
const BOTTOM: f64 = 22.0;

pub fn draw(map: &HeatMap) -> Drawing {
    let height = map.rows.len() as f64 * ROW + BOTTOM;
    let mut drawing = Drawing::of_height(height);
    let width = (WIDTH - LEFT - 8.0) / map.columns.len().max(1) as f64;
    let most = map.marks.iter().flatten().map(|mark| mark.value).max().unwrap_or(0).max(1) as f64;
    for (line, (name, marks)) in map.rows.iter().zip(&map.marks).enumerate() {
        let y = line as f64 * ROW;
        drawing.text((LEFT - 8.0, y + ROW / 2.0 + 3.5), Anchor::End, &cut(name, ((LEFT - 8.0) / LETTER) as usize));
        for (column, mark) in marks.iter().enumerate() {
            let area = [LEFT + column as f64 * width, y, width - 1.5, ROW - 1.5];
            // The square root keeps small values visible.
            let depth = (mark.value as f64 / most).sqrt();
            let fill = if mark.value == 0 { paint::EMPTY.to_owned() } else { shade(depth) };
            drawing.rect(area, &fill, &format!("{}: {}", mark.label, grouped(mark.value)));
        }
    }
    // So many that none touches the next.
    let longest = map.columns.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let stride = ((longest as f64 * LETTER + 6.0) / width).ceil().max(1.0) as usize;
    for (column, name) in map.columns.iter().enumerate().step_by(stride) {
        drawing.text((LEFT + (column as f64 + 0.5) * width, height - 6.0), Anchor::Middle, name);
    }
    drawing
}

/// The colour of a cell on white; `depth` is 0..=1.
pub(super) fn shade(depth: f64) -> String {
    let channel = |at: usize| {
        let full = u8::from_str_radix(&paint::CELL[1 + 2 * at..3 + 2 * at], 16).expect("a colour has six hex digits");
        let share = 0.1 + 0.9 * depth;
        (255.0 - share * (255.0 - f64::from(full))).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", channel(0), channel(1), channel(2))
}

#[cfg(test)]
mod tests {
    use super::super::super::answer::{HeatMap, Mark};
    use super::draw;

    fn elements(columns: &[String], row: &str) -> String {
        let marks = vec![vec![Mark::default(); columns.len()]];
        let (rows, columns) = (vec![row.to_owned()], columns.to_vec());
        draw(&HeatMap { down: String::new(), rows, columns, marks, fields: Vec::new() }).elements
    }

    #[test]
    fn names_that_would_touch_are_left_out_and_long_ones_are_cut() {
        let hours: Vec<String> = (0..24).map(|hour| format!("{hour}:00")).collect();
        let drawn = elements(&hours, "Sunday, and every public holiday");
        let shown: Vec<&String> = hours.iter().filter(|hour| drawn.contains(&format!(">{hour}<"))).collect();
        assert_eq!(
            shown,
            ["0:00", "2:00", "4:00", "6:00", "8:00", "10:00", "12:00", "14:00", "16:00", "18:00", "20:00", "22:00"]
        );
        assert!(drawn.contains(">Sunday, and …<"), "{drawn}");
        let months: Vec<String> = ["Jan", "Feb", "Mar"].map(str::to_owned).into();
        let drawn = elements(&months, "45–60° N");
        assert!(months.iter().all(|month| drawn.contains(&format!(">{month}<"))) && drawn.contains(">45–60° N<"));
    }
}
