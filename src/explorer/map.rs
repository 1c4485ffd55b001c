//! The map: points, or H3 cells with their counts.

use super::bitmap::Bitmap;
use super::grid;
use super::order::Order;
use super::overall::Overall;
use super::selection::{QueryCaches, Selection};
use super::table::Table;
use super::{MapCells, MapQuery, Measure, Points, Sort};
use crate::photo::Bbox;
use crate::photo::area::in_longitudes;

/// Maximum number of photos that are returned as points.
const MAX_POINTS: u64 = 50_000;

/// Rows that pass and have a place, and those inside the box, if there is one.
struct Placed {
    rows: Bitmap,
    inside: Option<Bitmap>,
}

/// Answers a map query for the rows that pass.
pub(super) fn map(table: &Table, caches: &QueryCaches, selection: &Selection, query: &MapQuery) -> MapCells {
    let (rows, total) = (&selection.rows, selection.total);
    let overall = caches.overall(table);
    let placed = place(table, &overall, rows, query.bbox);
    let inside = placed.inside.as_ref().unwrap_or(&placed.rows);
    let (unplaced, count) = (total - placed.rows.count(), inside.count());
    let resolution = grid::resolution(query.zoom);
    let mut answer = MapCells {
        generation: table.generation,
        total,
        inside: count,
        outside: total - unplaced - count,
        unplaced,
        resolution,
        terms: overall.terms.clone(),
        ..MapCells::default()
    };
    if count <= MAX_POINTS && !query.cells {
        "points".clone_into(&mut answer.shape);
        let order = caches.order(table, &Sort::Newest);
        let options = PointOptions { order: &order, measure: &query.measure, term_numbers: &overall.term_numbers };
        answer.points = Some(points(table, rows, inside, &options));
    } else {
        "cells".clone_into(&mut answer.shape);
        let asked = (&placed.rows, placed.inside.as_ref());
        answer.cells = grid::cells(table, &caches.grid(table, resolution), asked, &query.measure);
        // A cell at the edge of the box counts all of its photos, so that `cell:ID` selects the same photos.
        answer.inside = answer.cells.iter().map(|cell| cell.count).sum();
        answer.outside = total - unplaced - answer.inside;
    }
    answer
}

/// The values and the order of the points.
struct PointOptions<'a> {
    order: &'a Order,
    measure: &'a Measure,
    term_numbers: &'a [u8],
}

fn place(table: &Table, overall: &Overall, passing: &Bitmap, bbox: Option<Bbox>) -> Placed {
    let (latitude, longitude) = (table.columns.latitude(), table.columns.longitude());
    let mut rows = overall.placed.clone();
    rows.and(passing);
    let inside = bbox.map(|bbox| {
        let mut inside = Bitmap::of_values(latitude, |at| (bbox.south..=bbox.north).contains(&at));
        inside.and(&rows);
        inside.keep(|row| in_longitudes(longitude[row], bbox.west, bbox.east));
        inside
    });
    Placed { rows, inside }
}

fn points(table: &Table, rows: &Bitmap, inside: &Bitmap, options: &PointOptions<'_>) -> Points {
    let columns = &table.columns;
    let scores = match options.measure {
        Measure::Score(key) => Some(columns.scores.get(key)),
        _ => None,
    };
    let (latitude, longitude, terms) = (columns.latitude(), columns.longitude(), &columns.terms().codes);
    let mut points = Points { value: scores.map(|_| Vec::new()), ..Points::default() };
    for (position, row) in options.order.rows(rows).enumerate() {
        if !inside.has(row) {
            continue;
        }
        points.lon.push(longitude[row] as f32);
        points.lat.push(latitude[row] as f32);
        points.term.push(options.term_numbers[terms.at(row) as usize]);
        points.position.push(position as u32);
        if let (Some(values), Some(scores)) = (&mut points.value, scores) {
            values.push(scores.map(|scores| scores.values[row]).filter(|value| value.is_finite()));
        }
    }
    points
}
