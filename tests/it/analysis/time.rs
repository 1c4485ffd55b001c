//! The analysis of times of day beside astral and densities of exact times in Python.

use std::path::Path;
use std::process::Command;

use gleaner::analysis::{self, Answer, Density, Request, Shape};
use gleaner::explorer::{Clauses, Explorer};
use gleaner::photo::filter::Filter;
use gleaner::photo::{Granularity, Location, Photo, PhotoId, Place, Taken, Taxon, fields};
use serde_json::Value;

use super::super::explorer::generated::World;

/// Photos; with `GLEANER_FULL=1` more.
fn photos() -> u64 {
    if std::env::var_os("GLEANER_FULL").is_some() { 20_000 } else { 3_000 }
}

/// A row of the reference's table as a photo.
fn photo(row: &csv::StringRecord) -> Photo {
    let known = &row[6];
    let granularity = match known {
        "day" => Granularity::Day,
        "hour" => Granularity::Hour,
        _ => Granularity::Second,
    };
    Photo {
        id: PhotoId::new("flickr", &row[0]),
        owner_pseudonym: Some(format!("{:0>24}", &row[1])),
        taken: Some(Taken { local: row[5].parse().ok(), granularity: Some(granularity.into()), ..Taken::default() }),
        location: Location::new(row[2].parse().unwrap(), row[3].parse().unwrap()).filter(|_| known != "place"),
        place: (known != "zone").then(|| Place { time_zone: Some(row[4].to_owned()), ..Place::default() }),
        taxon: (&row[7] == "1").then(|| Taxon { scientific_name: "Macaca".to_owned(), ..Taxon::default() }),
        ..Photo::default()
    }
}

fn answer(explorer: &Explorer, filter: &str, unit: &str) -> Answer {
    let given = [("unit".to_owned(), unit.to_owned())];
    let request = Request::new(analysis::named("time").unwrap(), Clauses::All, given).unwrap();
    request.answer(&explorer.view(&filter.parse::<Filter>().unwrap())).unwrap()
}

fn curves(answer: &Answer) -> &[Density] {
    let Shape::Densities(all) = &answer.shape else { panic!("{:?}", answer.shape) };
    &all.curves
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[test]
fn a_planted_daily_curve_is_recovered_and_photos_without_a_time_are_left_out() {
    let python = std::env::var_os("GLEANER_PYTHON").unwrap_or_else(|| "python3".into());
    let have = Command::new(&python).args(["-c", "import numpy, astral"]).output();
    if !have.is_ok_and(|answer| answer.status.success()) {
        assert!(std::env::var_os("GLEANER_CI").is_none(), "must not be skipped here: no Python with numpy and astral");
        println!("skipped: no Python with the packages numpy and astral");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/time_reference.py");
    let made = Command::new(python).arg(script).arg(folder.path()).arg(photos().to_string()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut table = csv::ReaderBuilder::new().has_headers(false).from_path(folder.path().join("photos.csv")).unwrap();
    let expected: Value = serde_json::from_slice(&std::fs::read(folder.path().join("expected.json")).unwrap()).unwrap();
    let (mut all, mut worst_deg, mut worst_h) = (Vec::new(), 0.0_f64, 0.0_f64);
    for row in table.records().map(Result::unwrap) {
        let photo = photo(&row);
        assert_eq!(fields::sun(&photo).is_some(), &row[6] == "all", "{row:?}");
        if let Some(sun) = fields::sun(&photo) {
            let turn = sun.solar_time_h - row[9].parse::<f64>().unwrap();
            worst_h = worst_h.max((turn - 24.0 * (turn / 24.0).round()).abs());
            worst_deg = worst_deg.max((sun.elevation_deg - row[8].parse::<f64>().unwrap()).abs());
        }
        all.push(photo);
    }
    println!("worst: {worst_deg:.4} degrees of elevation, {worst_h:.4} hours of solar time");
    assert!(worst_deg < 0.05 && worst_h < 0.01, "{worst_deg} degrees, {worst_h} hours");
    let mut world = World::of(0);
    all.chunks(5_000).for_each(|some| world.save(some.to_vec()));
    let explorer = world.explorer();

    let answer = answer(&explorer, "taxon:Macaca", "photos");
    let (own, others) = (&curves(&answer)[0], &curves(&answer)[1]);
    assert_eq!((own.n, others.n), (expected["planted"].as_u64().unwrap(), expected["others"].as_u64().unwrap()));
    for (curve, expected) in [(own, &expected["density"]), (others, &expected["other_density"])] {
        let worst = curve.percent.iter().zip(numbers(expected)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst < 0.1, "{}: {worst} percent per hour off", curve.label);
    }
    let truth = numbers(&expected["truth"]);
    let common = own.percent.iter().zip(&truth).map(|(a, b)| a.min(*b)).sum::<f64>() / truth.iter().sum::<f64>();
    println!("overlap with the planted curve: {common:.3}");
    assert!(common >= 0.95, "{common}");
    let said = answer.notes.iter().find_map(|note| note.split_once("0 to 1): ")).expect("the overlap is said");
    let said: f64 = said.1[..4].parse().unwrap();
    assert!((said - expected["overlap"].as_f64().unwrap()).abs() <= 0.01, "{said}: {expected}");
    let left_out = |why: &str| -> u64 {
        let note = answer.notes.iter().find(|note| note.contains(why)).expect("it is said");
        super::leading(note)
    };
    let planted = all.iter().filter(|photo| photo.taxon.is_some()).count() as u64;
    assert_eq!(own.n + left_out("without coordinates") + left_out("time of day or its offset"), planted);
}

#[test]
fn user_hours_count_a_burst_once_and_without_other_photos_nothing_is_compared() {
    let mut world = World::of(0);
    let burst = |nth: u64| Photo {
        id: PhotoId::new("flickr", &nth.to_string()),
        owner_pseudonym: Some(format!("{:0>24}", nth / 50)),
        taken: Taken::parse(&format!("2019-05-04T10:10:{:02}", nth % 50)),
        location: Location::new(5.5, 118.3),
        place: Some(Place { time_zone: Some("Asia/Kuching".to_owned()), ..Place::default() }),
        ..Photo::default()
    };
    world.save((0..100).map(burst).collect());
    let explorer = world.explorer();
    assert_eq!(curves(&answer(&explorer, "", "photos"))[0].n, 100);
    let hours = answer(&explorer, "", "user-hours");
    assert_eq!((curves(&hours).len(), curves(&hours)[0].n), (1, 2));
    assert!(hours.notes.iter().any(|note| note.contains("no other photos")), "{:?}", hours.notes);
}

#[test]
fn months_and_latitudes_are_counted_in_photo_user_days() {
    let mut world = World::of(0);
    let photo = |nth: u64, owner: u64, taken: &str, latitude: f64| Photo {
        id: PhotoId::new("flickr", &nth.to_string()),
        owner_pseudonym: Some(format!("{owner:0>24}")),
        taken: Taken::parse(taken),
        location: Location::new(latitude, 118.3),
        ..Photo::default()
    };
    let photos = [
        photo(1, 1, "2019-05-04", 5.5),
        photo(2, 1, "2019-05-04T10:00", 14.9),
        photo(3, 2, "2019-05-04", 5.5),
        photo(4, 1, "2020-05-04", 15.0),
        photo(5, 1, "2020-12-31", 90.0),
        photo(6, 1, "2020-12", 5.5),
        photo(7, 1, "2020-02-03", -0.1),
    ];
    world.save(photos.into());
    let given = [("by".to_owned(), "month".to_owned())];
    let request = Request::new(analysis::named("time").unwrap(), Clauses::All, given).unwrap();
    let explorer = world.explorer();
    let everything = Filter::default();
    let answer = request.answer(&explorer.view(&everything)).unwrap();
    let Shape::HeatMap(map) = &answer.shape else { panic!("{:?}", answer.shape) };
    let found: Vec<(&str, u64)> =
        map.marks.iter().flatten().filter(|mark| mark.value > 0).map(|mark| (&*mark.label, mark.value)).collect();
    assert_eq!(
        found,
        [("Dec, 75–90° N", 1), ("May, 15–30° N", 1), ("May, 0–15° N", 2), ("Feb, 0–15° S", 1)],
        "{:?}",
        answer.notes
    );
    assert_eq!(answer.unit, "photo-user-days");
    assert!(
        answer.notes.iter().any(|note| note.starts_with("Left out: 1 photo without a known day")),
        "{:?}",
        answer.notes
    );
}
