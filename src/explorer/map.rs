//! The map: points, or H3 cells with their counts.

use super::bitmap::Bitmap;
use super::grid;
use super::order::Order;
use super::overall::Overall;
use super::selection::{Memory, Selection};
use super::table::Table;
use super::{MapCells, MapQuery, Measure, Points, Sort};
use crate::photo::Bbox;
use crate::photo::area::in_longitudes;

/// Up to so many photos are told one by one.
const MOST_POINTS: u64 = 50_000;

/// Rows that pass, and how many of them are where.
struct Sorted {
    inside: Bitmap,
    outside: u64,
    unplaced: u64,
}

/// Answers a map's question about the rows that pass.
pub(super) fn map(table: &Table, memory: &Memory, selection: &Selection, query: &MapQuery) -> MapCells {
    let (rows, total) = (&selection.rows, selection.total);
    let overall = memory.overall(table);
    let Sorted { inside, outside, unplaced } = sort(table, &overall, selection, query.bbox);
    let count = inside.count();
    let resolution = grid::resolution(query.zoom);
    let mut answer = MapCells {
        generation: table.generation,
        total,
        inside: count,
        outside,
        unplaced,
        resolution,
        terms: overall.terms.clone(),
        ..MapCells::default()
    };
    if count <= MOST_POINTS && !query.cells {
        "points".clone_into(&mut answer.shape);
        let order = memory.order(table, &Sort::Newest);
        let told = Told { order: &order, measure: &query.measure, term_numbers: &overall.term_numbers };
        answer.points = Some(points(table, rows, &inside, &told));
    } else {
        "cells".clone_into(&mut answer.shape);
        let mut placed = overall.placed.clone();
        placed.and(rows);
        let asked = (&placed, query.bbox.map(|_| &inside));
        answer.cells = grid::cells(table, &memory.grid(table, resolution), asked, &query.measure);
        // A cell at the edge of the box is told whole: `cell:ID` opens what it counts.
        answer.inside = answer.cells.iter().map(|cell| cell.count).sum();
        answer.outside = total - unplaced - answer.inside;
    }
    answer
}

/// What is told of points, and in which order.
struct Told<'a> {
    order: &'a Order,
    measure: &'a Measure,
    term_numbers: &'a [u8],
}

fn sort(table: &Table, overall: &Overall, selection: &Selection, bbox: Option<Bbox>) -> Sorted {
    let (latitude, longitude) = (&table.columns.latitude, &table.columns.longitude);
    let mut inside = overall.placed.clone();
    inside.and(&selection.rows);
    let (total, placed) = (selection.total, inside.count());
    if let Some(bbox) = bbox {
        let holds = |row: usize| in_longitudes(longitude[row], bbox.min_lon, bbox.max_lon);
        inside.and(&Bitmap::of_values(latitude, |at| (bbox.min_lat..=bbox.max_lat).contains(&at)));
        let beside: Vec<usize> = inside.rows().filter(|row| !holds(*row)).collect();
        beside.into_iter().for_each(|row| inside.clear(row));
    }
    let outside = placed - inside.count();
    Sorted { inside, outside, unplaced: total - placed }
}

fn points(table: &Table, rows: &Bitmap, inside: &Bitmap, told: &Told<'_>) -> Points {
    let columns = &table.columns;
    let scores = match told.measure {
        Measure::Score(concept) => Some(columns.scores.get(concept)),
        _ => None,
    };
    let mut points = Points { value: scores.map(|_| Vec::new()), ..Points::default() };
    for (position, row) in told.order.rows(rows).enumerate() {
        if !inside.has(row) {
            continue;
        }
        points.lon.push(columns.longitude[row] as f32);
        points.lat.push(columns.latitude[row] as f32);
        points.term.push(told.term_numbers[columns.terms.codes.at(row) as usize]);
        points.position.push(position as u32);
        if let (Some(values), Some(scores)) = (&mut points.value, scores) {
            values.push(scores.map(|scores| scores.values[row]).filter(|value| !value.is_nan()));
        }
    }
    points
}
