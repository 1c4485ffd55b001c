//! Numbers of analyses beside shapely and pyproj.

use std::path::Path;
use std::process::Command;

use gleaner::analysis::{self, Answer, Request, Shape};
use gleaner::explorer::{Clauses, Explorer};
use gleaner::photo::filter::Filter;
use gleaner::photo::{Granularity, Location, Photo, PhotoId, Place, Taken, Taxon};
use serde_json::Value;

use super::super::explorer::generated::World;

/// Photos; with `GLEANER_FULL=1` more.
fn photos() -> u64 {
    if std::env::var_os("GLEANER_FULL").is_some() { 300_000 } else { 8_000 }
}

/// The first five cells of a row of the reference's tables as a photo: id, owner, day, latitude, longitude.
pub fn of_row(row: &csv::StringRecord) -> Photo {
    let given = |at: usize| Some(&row[at]).filter(|text| !text.is_empty());
    Photo {
        id: PhotoId::new("flickr", &row[0]),
        owner_pseudonym: given(1).map(|owner| format!("{owner:0>24}")),
        taken: given(2).map(|day| Taken {
            local: Some(day.parse::<jiff::civil::Date>().unwrap().at(12, 0, 0, 0)),
            granularity: Some(Granularity::Second.into()),
            ..Taken::default()
        }),
        location: Location::new(row[3].parse().unwrap(), row[4].parse().unwrap()),
        ..Photo::default()
    }
}

/// A row with country and species as a photo.
fn photo(row: &csv::StringRecord) -> Photo {
    let country = Some(&row[5]).filter(|country| !country.is_empty());
    Photo {
        place: country.map(|country| Place { country: Some(country.to_owned()), ..Place::default() }),
        taxon: Some(Taxon { scientific_name: row[6].to_owned(), ..Taxon::default() }),
        ..of_row(row)
    }
}

fn answer(explorer: &Explorer, name: &str, given: &[(&str, &str)]) -> Answer {
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let request = Request::new(analysis::named(name).unwrap(), Clauses::All, given).unwrap();
    request.answer(&explorer.view(&Filter::default())).unwrap()
}

/// The rows of a table by their first cell.
fn row<'a>(answer: &'a Answer, column: usize, key: &str) -> &'a [Value] {
    let Shape::Table(table) = &answer.shape else { panic!("{:?}", answer.shape) };
    table.rows.iter().find(|row| row[column] == key).unwrap_or_else(|| panic!("{key}: {:?}", table.rows))
}

#[test]
fn visits_extents_and_hexagons_are_those_of_shapely_and_pyproj() {
    let python = std::env::var_os("GLEANER_PYTHON").unwrap_or_else(|| "python3".into());
    let have = Command::new(&python).args(["-c", "import numpy, shapely, pyproj"]).output();
    if !have.is_ok_and(|answer| answer.status.success()) {
        assert!(
            std::env::var_os("GLEANER_CI").is_none(),
            "must not be skipped here: no Python with shapely and pyproj"
        );
        println!("skipped: no Python with the packages shapely and pyproj");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/analysis_reference.py");
    let made = Command::new(python).arg(script).arg(folder.path()).arg(photos().to_string()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut table = csv::ReaderBuilder::new().has_headers(false).from_path(folder.path().join("photos.csv")).unwrap();
    let mut world = World::of(0);
    let all: Vec<Photo> = table.records().map(|row| photo(&row.unwrap())).collect();
    for some in all.chunks(5_000) {
        world.save(some.to_vec());
    }
    let explorer = world.explorer();
    let expected: Value = serde_json::from_slice(&std::fs::read(folder.path().join("expected.json")).unwrap()).unwrap();

    let visits = answer(&explorer, "visits", &[]);
    for (country, numbers) in expected["visits"].as_object().unwrap() {
        let row = row(&visits, 1, country);
        assert_eq!(row[2], numbers[0], "{country}: {row:?}");
        for (own, expected) in row[3..16].iter().zip(&numbers.as_array().unwrap()[1..]) {
            assert!((own.as_f64().unwrap() - expected.as_f64().unwrap()).abs() < 1e-4, "{country}: {row:?}");
        }
    }

    let extent = answer(&explorer, "extent", &[]);
    for (taxon, numbers) in expected["extents"].as_object().unwrap() {
        let row = row(&extent, 0, taxon);
        let number = |at: usize| row[at].as_f64().unwrap();
        let expected = |at: usize| numbers[at].as_f64().unwrap();
        assert_eq!(row[1], numbers[0], "{taxon}");
        assert!((number(3) / expected(1) - 1.0).abs() < 1e-3, "{taxon}: {} {}", number(3), expected(1));
        assert_eq!(row[6].as_u64(), numbers[2].as_u64(), "{taxon}");
        for (value, low, high) in [(3, 4, 5), (6, 7, 8)] {
            assert!(
                number(low) <= number(value) && number(value) <= number(high) && number(low) < number(high),
                "{taxon}: {row:?}"
            );
        }
    }
    assert_eq!(row(&extent, 0, "All photos")[3], Value::Null, "both poles are not in one half of the Earth");

    let km2 = expected["km2"].to_string();
    let Shape::Cells(cells) = answer(&explorer, "distribution", &[("unit", "photos"), ("km2", &km2)]).shape else {
        panic!("cells")
    };
    let hexagons = expected["hexagons"].as_object().unwrap();
    assert_eq!(cells.cells.len(), hexagons.len());
    for cell in &cells.cells {
        assert_eq!(hexagons[&cell.mark.label], cell.mark.value, "{}", cell.mark.label);
    }
}
