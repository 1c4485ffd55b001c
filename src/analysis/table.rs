//! Any answer as a table, for the terminal and as CSV.

use serde_json::{Value, json};

use super::answer::{Answer, AreaCell, IntervalEstimate, Mark, Shape, Table};
use super::time::of_hours;
use crate::export::csv::safe_text;
use crate::photo::text::grouped;

/// The rows of an answer's table.
pub fn rows(answer: &Answer) -> Table {
    let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let (title, unit) = (answer.title.as_str(), capitalised(&answer.unit));
    let all = format!("All {}", answer.unit);
    match &answer.shape {
        Shape::Bars(bars) => {
            let row = |mark: &Mark| vec![json!(mark.label), json!(mark.value), json!(mark.all)];
            let rows = bars.marks.iter().chain(&bars.unknown).map(row).collect();
            Table { header: texts(&[title, &unit, &all]), rows, filters: Vec::new() }
        }
        Shape::Ranking(ranking) => {
            let row = |mark: &Mark| vec![json!(mark.label), json!(mark.key), json!(mark.value), json!(mark.all)];
            let more = (ranking.more > 0)
                .then(|| vec![json!(format!("{} others", grouped(ranking.more))), json!(""), json!(""), json!("")]);
            let rows = ranking.marks.iter().chain(&ranking.unknown).map(row).chain(more).collect();
            Table { header: texts(&[title, "Value", &unit, &all]), rows, filters: Vec::new() }
        }
        Shape::Lines(lines) => {
            let first = lines.series.first().map_or(&[][..], |line| &line.marks);
            let at =
                |row: usize| lines.series.iter().map(move |line| json!(line.marks.get(row).map(|mark| mark.value)));
            let row = |(at_row, mark): (usize, &Mark)| std::iter::once(json!(mark.label)).chain(at(at_row)).collect();
            let names =
                lines.series.iter().map(|line| if line.label.is_empty() { unit.clone() } else { line.label.clone() });
            Table {
                header: std::iter::once(capitalised(&lines.step)).chain(names).collect(),
                rows: first.iter().enumerate().map(row).collect(),
                filters: Vec::new(),
            }
        }
        Shape::HeatMap(map) => {
            let row = |(name, marks): (&String, &Vec<Mark>)| {
                std::iter::once(json!(name)).chain(marks.iter().map(|mark| json!(mark.value))).collect()
            };
            Table {
                header: std::iter::once(map.down.clone()).chain(map.columns.iter().cloned()).collect(),
                rows: map.rows.iter().zip(&map.marks).map(row).collect(),
                filters: Vec::new(),
            }
        }
        Shape::Cells(cells) => {
            let rates = cells.cells.iter().any(|cell| cell.rate.is_some());
            let row = |cell: &AreaCell| {
                let centre = |axis: usize| {
                    let sum: f64 = cell.outline.iter().map(|corner| corner[axis]).sum();
                    json!((sum / cell.outline.len().max(1) as f64 * 1e4).round() / 1e4)
                };
                let panel = cell.panel.and_then(|panel| cells.panels.get(panel as usize)).map(|name| json!(name));
                let numbers = [json!(cell.mark.value)].into_iter().chain(rates.then(|| json!(cell.rate)));
                let place = [json!(cell.mark.label), centre(1), centre(0)];
                panel.into_iter().chain(place).chain(numbers).collect()
            };
            let header = ["Hexagon", "Latitude", "Longitude", &unit].into_iter().chain(rates.then_some("Rate"));
            let header = (!cells.panels.is_empty()).then_some("Species").into_iter().chain(header);
            Table {
                header: texts(&header.collect::<Vec<_>>()),
                rows: cells.cells.iter().map(row).collect(),
                filters: cells.cells.iter().map(|cell| cell.mark.filter.clone()).collect(),
            }
        }
        Shape::Estimates(all) => {
            let digits = |number: Option<f64>| json!(number.map(|number| (number * 1e4).round() / 1e4));
            let row = |one: &IntervalEstimate| {
                vec![
                    json!(one.label),
                    json!((one.n * 10.0).round() / 10.0),
                    digits(Some(one.share)),
                    digits(Some(one.expected)),
                    digits(one.value),
                    digits(one.low),
                    digits(one.high),
                ]
            };
            let header = [&*all.of, &*unit, "Share", "Expected share", &*all.what, "from", "to"];
            Table { header: texts(&header), rows: all.estimates.iter().map(row).collect(), filters: Vec::new() }
        }
        Shape::Densities(all) => {
            let curves: Vec<Vec<f64>> = all.curves.iter().map(|curve| of_hours(&curve.percent)).collect();
            let row = |(hour, mark): (usize, &Mark)| {
                let densities = curves.iter().map(|curve| json!((curve[hour] * 1e3).round() / 1e3));
                [json!(mark.label), json!(mark.value)].into_iter().chain(densities).collect()
            };
            let names = all.curves.iter().map(|curve| format!("{}, %", curve.label));
            Table {
                header: ["Solar time".to_owned(), unit].into_iter().chain(names).collect(),
                rows: all.marks.iter().enumerate().map(row).collect(),
                filters: all.marks.iter().map(|mark| mark.filter.clone()).collect(),
            }
        }
        Shape::Table(table) => table.clone(),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A cell without control characters, which would move the terminal's cursor.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect(),
        Value::Number(number) => number.as_u64().map_or_else(|| number.to_string(), grouped),
        other => other.to_string(),
    }
}

/// A table as people read it: numbers with commas, no control characters.
pub struct TextTable {
    /// The names of the columns.
    pub header: Vec<String>,
    /// The rows; each has as many cells as the header.
    pub rows: Vec<Vec<String>>,
    /// Whether a column has numbers, which are aligned to the right.
    pub is_number: Vec<bool>,
    /// The characters of each column's longest cell or of its name.
    pub widths: Vec<usize>,
}

impl TextTable {
    /// The texts of a table.
    pub fn of(table: &Table) -> Self {
        let header: Vec<String> = table.header.iter().map(|name| shown(&json!(name))).collect();
        let cell = |row: &[Value], column: usize| row.get(column).map_or_else(String::new, shown);
        let columns = 0..header.len();
        let is_number =
            columns.clone().map(|column| table.rows.iter().any(|row| row.get(column).is_some_and(Value::is_number)));
        let is_number = is_number.collect();
        let rows: Vec<Vec<String>> =
            table.rows.iter().map(|row| columns.clone().map(|column| cell(row, column)).collect()).collect();
        let width = |column: usize| {
            let lengths = std::iter::once(&header).chain(&rows).map(|row| row[column].chars().count());
            lengths.max().unwrap_or(0)
        };
        let widths = columns.clone().map(width).collect();
        Self { header, rows, is_number, widths }
    }
}

/// An answer for a terminal: the title, aligned columns, the notes.
pub fn table(answer: &Answer) -> String {
    let TextTable { header, rows, is_number, widths } = TextTable::of(&rows(answer));
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(at, cell)| {
            let blanks = " ".repeat(widths[at].saturating_sub(cell.chars().count()));
            if is_number[at] { format!("{blanks}{cell}") } else { format!("{cell}{blanks}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let lines = [shown(&json!(answer.title)), String::new(), line(&header)];
    let notes = answer.notes.iter().map(|note| shown(&json!(note)));
    let all = lines.into_iter().chain(rows.iter().map(line)).chain(std::iter::once(String::new())).chain(notes);
    all.collect::<Vec<_>>().join("\n")
}

/// An answer as CSV (RFC 4180). No cell starts a formula.
pub fn csv(answer: &Answer) -> String {
    let table = rows(answer);
    let quoted = |text: &str| {
        let safe = safe_text(text);
        if safe.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
    };
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => quoted(text),
        other => other.to_string(),
    };
    let header = table.header.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(",");
    let rows = table.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(","));
    std::iter::once(header).chain(rows).map(|line| line + "\r\n").collect()
}
