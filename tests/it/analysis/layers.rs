//! The user's polygons and rasters in analyses, beside shapely.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use gleaner::analysis::{self, Answer, Request, Shape};
use gleaner::explorer::{Clauses, Explorer};
use gleaner::photo::filter::{Filter, KnownNames, Parsed};
use gleaner::photo::{Location, Photo};
use gleaner::reference::{Catalogue, Described, Kind, POLYGONS, RASTER, Registry};
use serde_json::{Value, json};

use super::super::explorer::generated::World;
use super::oracle::of_row;
use crate::pipeline::shared;

/// Photos; with `GLEANER_FULL=1` more.
fn photos() -> u64 {
    if std::env::var_os("GLEANER_FULL").is_some() { 1_000_000 } else { 8_000 }
}

fn described(more: Described) -> Described {
    Described { license: Some("CC0-1.0".into()), version: Some("7".into()), citation: Some("Made 2026".into()), ..more }
}

fn add(folder: &Path, kind: &Kind, file: &Path, more: Described) -> Result<Arc<Catalogue>, String> {
    let registry = Registry::at(folder.join("reference"));
    registry.add(kind, file, described(more)).map_err(|err| err.to_string())?;
    Ok(Arc::new(Catalogue::of(registry)))
}

fn answer(explorer: &Explorer, name: &str, given: &[(&str, &str)], layers: &Arc<Catalogue>) -> Result<Answer, String> {
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let request = Request::with_layers(analysis::named(name).unwrap(), Clauses::All, given, layers);
    let request = request.map_err(|err| err.to_string())?;
    request.answer(&explorer.view(&Filter::default())).map_err(|err| err.to_string())
}

fn rows(answer: &Answer) -> &[Vec<Value>] {
    let Shape::Table(table) = &answer.shape else { panic!("{:?}", answer.shape) };
    &table.rows
}

pub fn python(script: &str, folder: &Path, more: &str) -> bool {
    let python = std::env::var_os("GLEANER_PYTHON").unwrap_or_else(|| "python3".into());
    let have = Command::new(&python).args(["-c", "import numpy, shapely, pyogrio"]).output();
    if !have.is_ok_and(|answer| answer.status.success()) {
        assert!(std::env::var_os("GLEANER_CI").is_none(), "must not be skipped here: no Python with shapely, pyogrio");
        println!("skipped: no Python with the packages numpy, shapely and pyogrio");
        return false;
    }
    let made = Command::new(python).arg(script).arg(folder).arg(more).current_dir(folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    true
}

#[test]
fn user_days_in_polygons_are_those_of_shapely_also_on_edges_at_poles_and_at_the_antimeridian() {
    let folder = tempfile::tempdir().unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/polygon_reference.py");
    if !python(script, folder.path(), &photos().to_string()) {
        return;
    }
    let layers = add(folder.path(), &POLYGONS, &folder.path().join("polygons.geojson"), Described::default()).unwrap();
    let mut table = csv::ReaderBuilder::new().has_headers(false).from_path(folder.path().join("photos.csv")).unwrap();
    let all: Vec<Photo> = table.records().map(|row| of_row(&row.unwrap())).collect();
    let expected: Value = serde_json::from_slice(&fs::read(folder.path().join("expected.json")).unwrap()).unwrap();

    // Every point in every polygon.
    let layer = layers.open("polygons").unwrap();
    let (mut found, mut points) = (Vec::new(), BTreeMap::<&str, u64>::new());
    for location in all.iter().filter_map(|photo| photo.location.as_ref()) {
        layer.polygons().unwrap().areas(location.latitude, location.longitude, &mut found);
        found.iter().for_each(|area| *points.entry(&layer.classes[*area as usize]).or_default() += 1);
    }
    assert_eq!(layer.classes.len(), 500);
    assert_eq!(json!(points), expected["points"]);

    let mut world = World::of(0);
    all.chunks(5_000).for_each(|some| world.save(some.to_vec()));
    let given = [("by", "polygons:polygons"), ("monthly", "yes"), ("from", "2015"), ("to", "2018")];
    let visits = answer(&world.explorer(), "visits", &given, &layers).unwrap();
    let rows = rows(&visits);
    assert_eq!(rows.len(), 500, "areas without photos are listed too");
    let months = 16 + 12..16 + 24;
    for row in rows {
        let numbers = expected["visits"][row[0].as_str().unwrap()].as_array().unwrap();
        assert_eq!(row[2], numbers[0], "{row:?}");
        for (own, expected) in row[3..16].iter().zip(&numbers[1..14]) {
            assert!((own.as_f64().unwrap() - expected.as_f64().unwrap()).abs() < 1e-4, "{row:?}");
        }
        assert_eq!(row[months.clone()], numbers[14..], "the months of 2016: {row:?}");
    }
    // A row opens the photos in its area, with the same geometry.
    let Shape::Table(table) = &visits.shape else { panic!("{visits:?}") };
    let explorer = world.explorer();
    for (row, filter) in table.rows.iter().zip(&table.filters).step_by(7) {
        let filter = filter.parse::<Parsed>().unwrap().placed(Some(layers.as_ref())).unwrap();
        let inside = expected["points"].get(row[0].as_str().unwrap()).cloned().unwrap_or(json!(0));
        assert_eq!(json!(explorer.view(&filter).total()), inside, "{filter}");
        let matching = all.iter().filter(|photo| filter.matches(photo)).count();
        assert_eq!(json!(matching), inside, "{filter}");
    }
    let known = || KnownNames::default().with_layers(layers.clone());
    for (text, at, part) in [
        ("in:polygon,x", 3, "did you mean polygons?"),
        ("month:3 in:polygons,nowhere", 20, "the layer polygons has no area \"nowhere\""),
        ("in:polygons", 3, "an area of the layer is missing"),
    ] {
        let err = text.parse::<Parsed>().and_then(|parsed| parsed.checked(&known())).expect_err(text);
        assert!(err.message.contains(part) && err.at == at, "{text}: {} at {}", err.message, err.at);
    }
    let first = table.filters[0].parse::<Parsed>().unwrap();
    assert!(!first.is_checked() && first.checked(&KnownNames::default()).unwrap_err().message.contains("no layers"));
    let notes = visits.notes.join("\n");
    let sum = gleaner::hash::sha256_hex(&fs::read(folder.path().join("polygons.geojson")).unwrap());
    let named = format!("Layer polygons: polygons.geojson, version 7, SHA-256 {}; CC0-1.0; Made 2026.", &sum[..16]);
    assert!(notes.contains(&named) && notes.contains("or in no area of polygons"), "{notes}");
}

/// Writes the polygons as GeoPackages: as they are, with heights, and in another system.
const PACKAGES: &str = r#"
import json, sys, numpy as np, shapely
from pyogrio import raw
features = json.load(open("polygons.geojson"))["features"][:60]
shapes = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
names = np.array([feature["properties"]["NAME"] for feature in features], dtype=object)
numbers = np.array([feature["properties"]["number"] for feature in features])
def write(file, shapes, crs="EPSG:4326", kind="MultiPolygon"):
    multi = [shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape]) for shape in shapes]
    geometry = np.array([shapely.to_wkb(shape, flavor="iso") for shape in multi], dtype=object)
    raw.write(file, geometry, [names, numbers], ["NAME", "number"], geometry_type=kind, crs=crs, driver="GPKG")
write("plain.gpkg", shapes)
write("high.gpkg", [shapely.force_3d(shape, 100.0) for shape in shapes], kind="MultiPolygon Z")
write("metres.gpkg", shapes, crs="EPSG:3857")
json.dump({"type": "FeatureCollection", "features": features}, open("same.geojson", "w"))
"#;

#[test]
fn a_geopackage_of_gdal_is_read_as_the_geojson() {
    let folder = tempfile::tempdir().unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/polygon_reference.py");
    fs::write(folder.path().join("packages.py"), PACKAGES).unwrap();
    if !python(script, folder.path(), "2000") || !python("packages.py", folder.path(), "") {
        return;
    }
    let at = |name: &str| folder.path().join(name);
    let mut table = csv::ReaderBuilder::new().has_headers(false).from_path(at("photos.csv")).unwrap();
    let all: Vec<Photo> = table.records().map(|row| of_row(&row.unwrap())).collect();
    let mut world = World::of(0);
    world.save(all);
    let explorer = world.explorer();
    let mut found = Vec::new();
    for name in ["same.geojson", "plain.gpkg", "high.gpkg"] {
        let layers = add(
            folder.path(),
            &POLYGONS,
            &at(name),
            Described { name: Some("areas".into()), replace: true, ..Described::default() },
        );
        let visits = answer(&explorer, "visits", &[("by", "polygons:areas")], &layers.unwrap()).unwrap();
        found.push(json!(rows(&visits)));
    }
    assert_eq!(found[0].as_array().unwrap().len(), 60);
    assert!(found.iter().all(|rows| *rows == found[0]));
    let refused = add(folder.path(), &POLYGONS, &at("metres.gpkg"), Described::default()).err().unwrap();
    assert!(refused.contains("3857") && refused.contains("ogr2ogr -t_srs EPSG:4326"), "{refused}");
}

#[test]
fn habitat_use_is_also_of_ecoregions_and_of_a_raster_of_the_user() {
    let (Some(regions), Some(raster)) = (
        shared("reference/geo/resolve-ecoregions2017-simplified.geojson"),
        shared("reference/geo/MCD12C1.A2019001.006.2020220162300.tif"),
    ) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let name = |name: &str| Some(name.to_owned());
    add(folder.path(), &POLYGONS, &regions, Described { name: name("ecoregions"), ..Described::default() }).unwrap();
    let biomes = Described { name: name("biomes"), name_field: name("BIOME_NAME"), ..Described::default() };
    add(folder.path(), &POLYGONS, &regions, biomes).unwrap();
    let classes = Some(b"value;name\n2;Rain forest\n13;Town\n".to_vec());
    let layers =
        add(folder.path(), &RASTER, &raster, Described { name: name("cover"), classes, ..Described::default() })
            .unwrap();
    assert_eq!(layers.names(), ["land-cover", "climate", "biomes", "cover", "ecoregions"]);
    assert_eq!(layers.polygons(), ["biomes", "ecoregions"]);
    // Danum Valley three times, Kuala Lumpur, and the middle of the Pacific.
    let places = [(4.96, 117.8), (4.9, 117.6), (5.1, 117.4), (3.15, 101.69), (0.0, -140.0)];
    let photos = places.iter().enumerate().map(|(nth, (latitude, longitude))| Photo {
        location: Location::new(*latitude, *longitude),
        ..of_row(&csv::StringRecord::from(vec![&nth.to_string(), &nth.to_string(), "2016-05-04", "1", "1"]))
    });
    let mut world = World::of(0);
    world.save(photos.collect());
    let explorer = world.explorer();
    let used = |layer: &str| {
        let answer = answer(&explorer, "habitat", &[("layer", layer)], &layers).unwrap();
        let Shape::Estimates(found) = answer.shape else { panic!("no estimates") };
        let classes: BTreeMap<String, u64> =
            found.estimates.into_iter().map(|one| (one.label, one.n.round() as u64)).collect();
        (classes, found.of, answer.notes.join("\n"))
    };
    let (found, of, notes) = used("ecoregions");
    assert_eq!(of, "ecoregions");
    assert_eq!(found["Borneo lowland rain forests"], 3, "{found:?}");
    assert_eq!(found["Peninsular Malaysian rain forests"], 1, "{found:?}");
    assert!(notes.contains("Left out: 1 encounter where the layer has no value"), "{notes}");
    assert!(notes.contains("version 7") && notes.contains("CC0-1.0; Made 2026."), "{notes}");
    assert_eq!(used("biomes").0["Tropical & Subtropical Moist Broadleaf Forests"], 4);
    // Values without a name in the table are named by their number.
    let (found, ..) = used("cover");
    assert_eq!((found["Rain forest"], found["Town"], found["0"]), (3, 1, 1), "{found:?}");
    assert_eq!(used("land-cover").0["Urban and built-up"], 1);
    let said = |name: &str, given: &[(&str, &str)]| answer(&explorer, name, given, &layers).unwrap_err();
    let wrong = said("habitat", &[("layer", "ecoregion")]);
    assert!(
        wrong.contains("takes land-cover, climate, biomes, cover, ecoregions, not")
            && wrong.ends_with("did you mean ecoregions?"),
        "{wrong}"
    );
    let wrong = said("visits", &[("by", "polygons:cover")]);
    assert!(
        wrong.contains("polygons:biomes, polygons:ecoregions") && wrong.contains("not \"polygons:cover\""),
        "{wrong}"
    );
    // A layer that was removed, and one whose copy was changed.
    Registry::at(folder.path().join("reference")).remove("biomes").unwrap();
    assert!(!said("habitat", &[("layer", "biomes")]).is_empty());
    let copy = fs::read_dir(folder.path().join("reference/cover")).unwrap().map(|file| file.unwrap().path());
    let copy = copy.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "tif")).unwrap();
    fs::write(copy, b"other").unwrap();
    let layers = Arc::new(Catalogue::of(Registry::at(folder.path().join("reference"))));
    let wrong = answer(&explorer, "habitat", &[("layer", "cover")], &layers).unwrap_err();
    assert!(wrong.contains("the reference layer cover is damaged"), "{wrong}");
}
