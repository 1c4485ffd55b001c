//! A raster of numbers: the discs of uncertainty beside numpy, and their bins.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use gleaner::analysis::{self, Answer, Request, Shape};
use gleaner::explorer::Clauses;
use gleaner::photo::filter::Filter;
use gleaner::photo::text::counted;
use gleaner::photo::{Location, Photo};
use gleaner::reference::{Catalogue, Described, RASTER, Registry};
use serde_json::Value;

use super::super::explorer::generated::World;
use super::layers::python;
use super::oracle::of_row;

/// A place and a radius, and mean, least and greatest value of its disc.
type Expected = Vec<((f64, f64, f64), Option<[f64; 3]>)>;

fn relief(folder: &Path) -> Option<(Arc<Catalogue>, Expected)> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/elevation_reference.py");
    if !python(script, folder, "") {
        return None;
    }
    let registry = Registry::at(folder.join("reference"));
    let described = Described {
        license: Some("CC0-1.0".into()),
        unit: Some("m".into()),
        name: Some("elevation".into()),
        ..Described::default()
    };
    let added = registry.add(&RASTER, &folder.join("relief.tif"), described).unwrap();
    assert!(added.remarks[0].starts_with("numbers from "), "{:?}", added.remarks);
    let expected: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let numbers =
        |value: &Value| value.as_array().map(|all| all.iter().map(|one| one.as_f64().unwrap()).collect::<Vec<_>>());
    let places = expected["places"].as_array().unwrap().iter().map(|place| {
        let place = numbers(place).unwrap();
        (place[0], place[1], place[2])
    });
    let discs =
        expected["discs"].as_array().unwrap().iter().map(|disc| numbers(disc).map(|disc| [disc[0], disc[1], disc[2]]));
    Some((Arc::new(Catalogue::of(registry)), places.zip(discs).collect()))
}

fn habitat(photos: Vec<Photo>, layers: &Arc<Catalogue>, given: &[(&str, &str)]) -> Result<Answer, String> {
    let mut world = World::of(0);
    world.save(photos);
    let given = [("layer", "elevation"), ("within", "1000000")].iter().chain(given);
    let given = given.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let request = Request::with_layers(analysis::named("habitat").unwrap(), Clauses::All, given, layers);
    request.unwrap().answer(&world.explorer().view(&Filter::default())).map_err(|err| err.to_string())
}

/// A photo of an owner of its own, so that each is an encounter.
fn photo(nth: usize, (latitude, longitude, radius): (f64, f64, f64)) -> Photo {
    let location = Location::new(latitude, longitude).unwrap();
    Photo {
        location: Some(Location { uncertainty_m: Some(radius as u32), ..location }),
        ..of_row(&csv::StringRecord::from(vec![&nth.to_string(), &nth.to_string(), "2016-05-04", "1", "1"]))
    }
}

#[test]
fn mean_least_and_greatest_value_in_a_disc_are_those_of_numpy() {
    let folder = tempfile::tempdir().unwrap();
    let Some((layers, expected)) = relief(folder.path()) else { return };
    let layer = layers.open("elevation").unwrap();
    let numbers = layer.numbers().unwrap();
    assert_eq!((&*numbers.unit, layer.classes.len()), ("m", 0));
    let mut without = 0;
    for ((latitude, longitude, radius), expected) in &expected {
        let found = numbers.raster.disc(*latitude, *longitude, *radius);
        assert_eq!(found.is_some(), expected.is_some(), "{latitude} {longitude} {radius}");
        without += usize::from(found.is_none());
        if let (Some(found), Some([mean, min, max])) = (found, expected) {
            assert_eq!((found.min, found.max), (*min, *max), "{latitude} {longitude} {radius}");
            assert!((found.mean - mean).abs() < 1e-6, "{latitude} {longitude} {radius}: {} {mean}", found.mean);
        }
    }
    assert_eq!(expected.len(), 600);
    assert!((20..200).contains(&without), "{without} discs have no value");
}

#[test]
fn habitat_compares_bins_of_elevation_and_counts_apart_what_is_too_uncertain_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let Some((layers, expected)) = relief(folder.path()) else { return };
    let photos: Vec<Photo> = expected.iter().enumerate().map(|(nth, (place, _))| photo(nth, *place)).collect();
    let width = 400.0;
    let answer = habitat(photos, &layers, &[("bin", "400")]).unwrap();
    let Shape::Estimates(found) = &answer.shape else { panic!("{:?}", answer.shape) };
    let known: Vec<[f64; 3]> = expected.iter().filter_map(|(_, disc)| *disc).collect();
    let fits: Vec<&[f64; 3]> = known.iter().filter(|[_, min, max]| max - min <= width).collect();
    assert!(fits.len() > 200 && fits.len() + 50 < known.len(), "{} of {}", fits.len(), known.len());
    for estimate in &found.estimates {
        let low: f64 = estimate.label.split(" to ").next().unwrap().parse().unwrap();
        assert_eq!(estimate.label, format!("{low} to {} m", low + width));
        let expected = fits.iter().filter(|[mean, ..]| (low..low + width).contains(mean)).count();
        assert_eq!(estimate.n as usize, expected, "{}", estimate.label);
        // All photos are compared with themselves.
        assert_eq!(estimate.value, Some(1.0));
    }
    assert_eq!(found.estimates.iter().map(|one| one.n as usize).sum::<usize>(), fits.len());
    let notes = answer.notes.join("\n");
    let (apart, without) = (known.len() - fits.len(), expected.len() - known.len());
    assert!(notes.contains(&format!("{} with values in their disc", counted(apart as u64, "encounter"))), "{notes}");
    assert!(
        notes.contains(&format!("{} where the layer has no value", counted(without as u64, "encounter"))),
        "{notes}"
    );
    assert!(notes.contains("in bins of 400 m") && notes.contains("Layer elevation: relief.tif"), "{notes}");
    let mean = fits.iter().map(|[mean, ..]| mean).sum::<f64>() / fits.len() as f64;
    assert!(notes.contains(&format!("mean {}", format!("{mean:.4}").trim_end_matches('0'))), "{mean}: {notes}");

    let photos = || expected.iter().enumerate().map(|(nth, (place, _))| photo(nth, *place)).collect();
    let Shape::Estimates(usual) = habitat(photos(), &layers, &[]).unwrap().shape else { panic!("no estimates") };
    assert!((5..=12).contains(&usual.estimates.len()), "{} bins", usual.estimates.len());
    let narrow = habitat(photos(), &layers, &[("bin", "1")]).unwrap_err();
    assert!(narrow.contains("bins of 1 m would be more than 200; choose wider ones"), "{narrow}");
}

#[test]
fn a_raster_of_many_values_needs_a_unit_and_a_unit_excludes_classes() {
    let folder = tempfile::tempdir().unwrap();
    if relief(folder.path()).is_none() {
        return;
    }
    let registry = Registry::at(folder.path().join("reference"));
    let add = |described: Described| {
        let described = Described { license: Some("CC0-1.0".into()), name: Some("other".into()), ..described };
        registry.add(&RASTER, &folder.path().join("relief.tif"), described).unwrap_err().to_string()
    };
    let wrong = add(Described::default());
    assert!(wrong.contains("more than 1000 different values") && wrong.contains("--unit m"), "{wrong}");
    let unit = |unit: &str| Described { unit: Some(unit.into()), ..Described::default() };
    assert!(add(unit(" ")).contains("the unit of its numbers is empty"));
    let both = add(Described { classes: Some(b"1,one\n".to_vec()), ..unit("m") });
    assert!(both.contains("--classes or --unit"), "{both}");
}
