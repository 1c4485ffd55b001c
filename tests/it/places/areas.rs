//! The areas of searches: polygons of a file beside shapely, and countries at their edges.

use std::path::Path;
use std::process::Command;

use gleaner::sources::area::Area;

#[test]
fn a_hundred_thousand_points_are_in_the_polygons_of_a_file_as_shapely_finds_them() {
    let python = std::env::var_os("GLEANER_PYTHON").unwrap_or_else(|| "python3".into());
    let have = Command::new(&python).args(["-c", "import numpy, shapely"]).output();
    if !have.is_ok_and(|answer| answer.status.success()) {
        assert!(std::env::var_os("GLEANER_CI").is_none(), "must not be skipped here: no Python with shapely");
        println!("skipped: no Python with the package shapely");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/area_reference.py");
    let answer = Command::new(python).arg(script).arg(folder.path()).output().unwrap();
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let area = Area::polygons(&folder.path().join("areas.geojson")).unwrap();
    let boxes = area.boxes();
    let (mut points, mut inside) = (0, 0);
    for line in std::fs::read_to_string(folder.path().join("points.txt")).unwrap().lines() {
        let [latitude, longitude, expected] =
            line.split(' ').collect::<Vec<_>>()[..].try_into().unwrap_or_else(|_| panic!("{line}"));
        let (latitude, longitude): (f64, f64) = (latitude.parse().unwrap(), longitude.parse().unwrap());
        let holds = area.holds(latitude, longitude);
        assert_eq!(holds, expected == "1", "{latitude} {longitude}");
        assert!(!holds || boxes.iter().any(|bbox| bbox.holds(latitude, longitude)), "{latitude} {longitude}");
        points += 1;
        inside += u32::from(holds);
    }
    assert_eq!(points, 100_000);
    assert!(inside > 20_000, "{inside}");
}

/// The point is in the country and in one of the boxes by which the country is searched.
#[test]
fn countries_are_whole_and_end_at_their_borders() {
    for (code, latitude, longitude, place) in [
        ("PH", 9.85, 124.14, "Bohol"),
        ("PH", 5.03, 119.77, "Tawi-Tawi"),
        ("PH", 20.45, 121.97, "Batanes"),
        ("PH", 7.19, 118.3, "Cagayan de Tawi-Tawi, near Borneo"),
        ("MY", 5.84, 118.12, "Sandakan"),
        ("MY", 5.41, 118.03, "Kinabatangan"),
        ("ID", 3.6, 125.5, "Sangihe"),
        ("FJ", -18.14, 178.44, "Suva"),
        ("FJ", -16.43, 179.37, "Labasa"),
        ("FJ", -16.85, 179.98, "Taveuni, west of the antimeridian"),
        ("FJ", -16.8, -179.98, "Taveuni, east of it"),
        ("FJ", -18.2, -178.81, "Lakeba"),
        ("FJ", -12.5, 177.07, "Rotuma"),
        ("RU", 64.73, 177.5, "Anadyr"),
        ("RU", 66.16, -169.82, "Uelen"),
        ("RU", 64.42, -173.23, "Provideniya"),
        ("RU", 71.2, -179.5, "Wrangel Island"),
        ("RU", 65.78, -169.06, "Big Diomede"),
        ("US", 65.755, -168.92, "Little Diomede"),
        ("US", 51.88, -176.65, "Adak"),
        ("US", 52.9, 172.9, "Attu"),
        ("NZ", -43.95, -176.56, "Chatham Islands"),
    ] {
        let country = Area::country(code).unwrap();
        assert!(country.holds(latitude, longitude), "{place} is in {code}");
        assert!(country.boxes().iter().any(|bbox| bbox.holds(latitude, longitude)), "{place} is searched in {code}");
        for other in ["PH", "MY", "ID", "FJ", "RU", "US", "NZ"].into_iter().filter(|other| *other != code) {
            assert!(!Area::country(other).unwrap().holds(latitude, longitude), "{place} is not in {other}");
        }
    }
}
