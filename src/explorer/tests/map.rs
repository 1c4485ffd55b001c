//! Points and cells add up.

use gleaner::explorer::{MapQuery, Measure, Sort};
use gleaner::photo::Bbox;

use super::generated::{World, filter};

const BOXES: [&str; 4] = ["-180 -90 180 90", "116 4 119 7", "179 -30 -179.9 0", "0 10 20 85"];

fn query(bbox: Option<Bbox>, zoom: f64, cells: bool) -> MapQuery {
    MapQuery { bbox, zoom, cells, measure: Measure::Count }
}

#[test]
fn every_photo_counts_once_for_any_box_and_zoom() {
    let world = World::of(400);
    let explorer = world.explorer();
    for text in ["", "score.monkey:>=0.4", "place:none"] {
        let passing = world.passing(&filter(text));
        for bbox in BOXES.iter().map(|text| Some(text.parse::<Bbox>().unwrap())).chain([None]) {
            let holds = |at: &gleaner::photo::Location| bbox.is_none_or(|bbox| bbox.holds(at.latitude, at.longitude));
            let inside = passing.iter().filter(|photo| photo.location.as_ref().is_some_and(holds)).count() as u64;
            let unplaced = passing.iter().filter(|photo| photo.location.is_none()).count() as u64;
            for zoom in [0.0, 2.0, 5.5, 9.0, 22.0] {
                let map = explorer.map(&filter(text), &query(bbox, zoom, true));
                assert_eq!((map.total, map.unplaced), (passing.len() as u64, unplaced));
                assert_eq!(map.inside + map.outside + map.unplaced, map.total);
                assert_eq!(map.cells.iter().map(|cell| cell.count).sum::<u64>(), map.inside);
                assert!(map.shape == "cells" && map.points.is_none());
                let mut seen = 0;
                for cell in &map.cells {
                    let opened = world.passing(&filter(&format!("{text} cell:{}", cell.id)));
                    assert_eq!(opened.len() as u64, cell.count, "a cell at the edge is counted completely");
                    let seen_here = opened.iter().filter(|photo| photo.location.as_ref().is_some_and(holds)).count();
                    assert!(seen_here > 0, "cells without photos in the box are omitted");
                    seen += seen_here as u64;
                }
                assert_eq!(seen, inside, "every photo in the box is counted");
            }
            let map = explorer.map(&filter(text), &query(bbox, 3.0, false));
            let points = map.points.unwrap();
            assert_eq!((points.lon.len() as u64, map.inside), (inside, inside));
            let ids = explorer.window(&filter(text), &Sort::Newest, 0, 1000).ids;
            for (at, position) in points.position.iter().enumerate() {
                let photo = passing.iter().find(|photo| photo.id == ids[*position as usize]).unwrap();
                assert!((photo.location.as_ref().unwrap().latitude as f32 - points.lat[at]).abs() < f32::EPSILON);
            }
        }
    }
}

#[test]
fn the_filter_of_a_cell_selects_exactly_its_photos_and_its_ring_is_closed() {
    let world = World::of(300);
    let explorer = world.explorer();
    for zoom in [0.0, 4.0, 8.0] {
        for cell in explorer.map(&filter(""), &query(None, zoom, true)).cells {
            let opened = filter(&format!("cell:{}", cell.id));
            assert_eq!(explorer.facets(&opened, &["place".into()]).total, cell.count);
            assert_eq!(world.passing(&opened).len() as u64, cell.count);
            let longitudes: Vec<f32> = cell.ring.iter().map(|corner| corner[0]).collect();
            let polar = cell.ring.iter().any(|corner| corner[1].abs() > 85.0);
            let span = longitudes.iter().copied().fold(f32::MIN, f32::max)
                - longitudes.iter().copied().fold(f32::MAX, f32::min);
            assert!(polar || span < 180.0, "{cell:?}");
            assert!((-180.0..=180.0).contains(&cell.centre[0]), "{cell:?}");
        }
    }
}

#[test]
fn measures_are_shares_and_means() {
    let world = World::of(200);
    let explorer = world.explorer();
    let of = |measure| MapQuery { cells: true, measure, ..MapQuery::default() };
    let photos = world.passing(&filter("place:any"));
    let cells = explorer.map(&filter(""), &of(Measure::Share("Monkey wild".into()))).cells;
    let shared: f64 = cells.iter().map(|cell| f64::from(cell.value.unwrap()) * cell.count as f64).sum();
    let found = photos.iter().filter(|photo| photo.searches.iter().any(|found| found.term == "monkey wild")).count();
    assert!((shared - found as f64).abs() < 0.01, "{shared} {found}");
    for cell in explorer.map(&filter(""), &of(Measure::Score("monkey".into()))).cells {
        let there = world.passing(&filter(&format!("cell:{}", cell.id)));
        let scores: Vec<f64> = there.iter().filter_map(|photo| photo.scores.get("monkey")?.value).collect();
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        assert_eq!(cell.value.is_some(), !scores.is_empty());
        assert!(cell.value.is_none_or(|value| (f64::from(value) - mean).abs() < 1e-5));
    }
}

#[test]
fn seasons_count_every_photo_once() {
    let world = World::of(200);
    let caged = filter("score.cage:any");
    let explorer = world.explorer();
    let seasons = explorer.view(&caged).seasons();
    let counted: u64 = seasons.months.iter().flatten().sum();
    assert_eq!(counted + seasons.unknown, world.passing(&caged).len() as u64);
    assert_eq!((seasons.south.len(), seasons.months.len(), seasons.south[0]), (12, 12, -90));
}
