//! Country, city and sea of chosen points, and properties of all points.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod areas;
mod cases;
mod islands;

use gleaner::photo::{Location, Photo, Place, SubdivisionOrigin};
use gleaner::places::{Atlas, DATA_VERSION, attribution};
use gleaner::stages::{Geocode, Stage};
use proptest::prelude::*;

/// Latitude, longitude, country (`-` for none), city or sea (empty: not looked at), at sea.
const KNOWN: &[(f64, f64, &str, &str, bool)] = &[
    (-8.65, 115.22, "ID", "Denpasar", false),
    (6.61857, 99.610_633, "TH", "", false),
    (22.3193, 114.1694, "HK", "Kowloon", false),
    (22.198, 113.544, "MO", "Macau", false),
    (42.6629, 21.1655, "XK", "Pristina", false),
    (35.01, 33.75, "GB", "Dhekelia", false),
    (36.14, -5.353, "GI", "", false),
    (-18.14, 178.44, "FJ", "Suva", false),
    (-16.8, -179.97, "FJ", "Savusavu", false),
    (-16.75, 179.98, "FJ", "South Pacific Ocean", true),
    (66.17, -169.81, "RU", "Uelen", false),
    (67.0, -178.0, "RU", "Egvekinot", false),
    (-77.85, 166.67, "AQ", "", false),
    (-82.0, 0.0, "AQ", "", false),
    (-90.0, 0.0, "AQ", "", false),
    (90.0, 0.0, "-", "Arctic Ocean", true),
    (0.0, 0.0, "-", "South Atlantic Ocean", true),
    (30.0, -40.0, "-", "North Atlantic Ocean", true),
    (56.5, 3.0, "-", "North Sea", true),
    (42.0, 51.0, "-", "Caspian Sea", true),
    (3.0, 72.9, "MV", "Laccadive Sea", true),
    (-1.0, 33.0, "TZ", "Musoma", false),
    (48.573, 7.802, "DE", "Kehl", false),
    (48.58, 7.745, "FR", "Strasbourg", false),
    (78.22, 15.65, "SJ", "Longyearbyen", false),
    (25.03, 121.56, "TW", "Taipei", false),
    (27.15, -13.2, "MA", "Laayoune", false),
    (44.95, 34.1, "UA", "Simferopol", false),
    (28.1, -15.42, "ES", "", false),
    (38.9, -77.03, "US", "Washington", false),
    (41.9029, 12.4534, "VA", "Vatican City", false),
    (43.7384, 7.4246, "MC", "Monaco", false),
    (-1.29, 36.82, "KE", "Nairobi", false),
    (-29.5, 28.3, "LS", "", false),
    (18.46, -66.1, "PR", "San Juan", false),
    (5.0, -52.5, "GF", "", false),
    (60.1, 19.94, "AX", "Mariehamn", false),
    (64.18, -51.7, "GL", "Nuuk", false),
    (-49.35, 70.2, "TF", "Port-aux-Français", false),
    (12.17, -68.27, "BQ", "", false),
    (-0.75, -90.3, "EC", "Puerto Ayora", false),
    (-12.19, 96.83, "CC", "West Island", false),
    (1.35, 103.82, "SG", "", false),
    (54.18, 7.88, "DE", "Helgoland", false),
];

fn place(latitude: f64, longitude: f64) -> Place {
    Atlas::load().place(latitude, longitude, None)
}

#[test]
fn known_points_have_the_expected_place() {
    for &(latitude, longitude, country, name, at_sea) in KNOWN {
        let place = place(latitude, longitude);
        let found = if at_sea { place.sea.as_deref() } else { place.city.as_ref().map(|city| city.name.as_str()) };
        assert_eq!(place.country.as_deref().unwrap_or("-"), country, "{latitude} {longitude}: {place:?}");
        assert_eq!(place.at_sea, at_sea, "{latitude} {longitude}: {place:?}");
        assert!(name.is_empty() || found == Some(name), "{latitude} {longitude} is not {name}: {place:?}");
        assert_eq!(place.country.is_some(), place.country_name.is_some(), "{place:?}");
        assert_eq!(place.offshore_km.is_some(), at_sea, "{place:?}");
    }
}

#[test]
fn a_city_is_a_city_and_its_quarter_has_a_field_of_its_own() {
    for (latitude, longitude, city, quarter) in [
        (52.4983, 13.4066, "Berlin", "Kreuzberg"),
        (22.3193, 114.1694, "Kowloon", "Mong Kok"),
        (35.6938, 139.7035, "Tokyo", ""),
        (48.8867, 2.3431, "Paris", ""),
        (51.5417, -0.1433, "London", "Camden Town"),
        (52.39, 13.06, "Potsdam", ""),
        (40.6602, -73.969, "New York City", "Flatbush"),
        (40.8506, -73.8769, "New York City", "The Bronx"),
        (40.758, -73.9855, "New York City", "Times Square"),
        (40.744, -74.0324, "Hoboken", ""),
        (35.7148, 139.7967, "Tokyo", "Asakusa"),
        (35.6664, 139.316, "Hachiōji", ""),
        (48.8848, 2.2685, "Neuilly-sur-Seine", ""),
        (-22.9711, -43.1822, "Rio de Janeiro", "Copacabana"),
        (-22.8832, -43.1034, "Niterói", ""),
        (41.0226, 29.0153, "Istanbul", "Üsküdar"),
        (3.1466, 101.7108, "Kuala Lumpur", "Bukit Bintang"),
        (3.1073, 101.6067, "Petaling Jaya", ""),
        (31.2304, 121.5447, "Shanghai", ""),
        (30.0131, 31.2089, "Giza", ""),
        (-33.8915, 151.2767, "Sydney", "Bondi Beach"),
    ] {
        let place = place(latitude, longitude);
        assert_eq!(place.city.as_ref().map(|city| city.name.as_str()), Some(city), "{place:?}");
        let found = place.locality.as_ref().map_or("", |quarter| quarter.name.as_str());
        assert!(quarter.is_empty() || found == quarter, "{quarter}: {place:?}");
    }
    let lone = place(-8.65, 115.22);
    assert_eq!(lone.city.unwrap().name, "Denpasar");
}

#[test]
fn a_disputed_place_lists_every_claim() {
    for (name, latitude, longitude, claims) in [
        ("East Jerusalem", 31.776, 35.235, &["IL", "PS"][..]),
        ("Sheikh Jarrah", 31.792, 35.231, &["IL", "PS"]),
        ("Golan", 33.0, 35.75, &["IL", "SY"]),
        ("Majdal Shams", 33.267, 35.77, &["IL", "SY"]),
        ("Laayoune", 27.15, -13.2, &["EH", "MA"]),
        ("Tifariti", 26.158, -10.567, &["EH", "MA"]),
        ("Simferopol", 44.95, 34.1, &["RU", "UA"]),
        ("Sevastopol", 44.6, 33.52, &["RU", "UA"]),
        ("Srinagar", 34.08, 74.8, &["IN", "PK"]),
        ("Gilgit", 35.92, 74.31, &["IN", "PK"]),
        ("Leh", 34.16, 77.58, &["IN", "PK"]),
        ("Aksai Chin", 35.1, 79.2, &["CN", "IN"]),
        ("Pristina", 42.66, 21.16, &["RS", "XK"]),
        ("Taipei", 25.03, 121.56, &["CN", "TW"]),
        ("Stanley", -51.69, -57.86, &["AR", "FK", "GB"]),
        ("Tel Aviv", 32.08, 34.78, &["IL"]),
        ("Damascus", 33.51, 36.29, &["SY"]),
        ("Lahore", 31.55, 74.34, &["PK"]),
        ("Agadir", 30.42, -9.6, &["MA"]),
        ("Nemuro", 43.33, 145.58, &["JP"]),
    ] {
        let place = place(latitude, longitude);
        let country = |id: &String| id.split('-').next().unwrap_or_default().to_owned();
        let found: std::collections::BTreeSet<String> = place.claims.iter().map(country).collect();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), claims, "{name}: {place:?}");
        assert!(place.country.as_deref().is_some_and(|code| claims.contains(&code)), "{name}: {place:?}");
    }
}

#[test]
fn every_claim_is_kept_with_the_smallest_first() {
    assert_eq!(place(22.3193, 114.1694).claims, ["HK", "CN"]);
    assert_eq!(place(44.95, 34.1).claims, ["UA-43", "RU"]);
}

#[test]
fn subdivisions_come_by_polygon_where_there_is_one_and_by_the_nearest_place_elsewhere() {
    let texas = place(29.76, -95.37).subdivision.unwrap();
    assert_eq!((texas.code.as_str(), texas.name.as_deref()), ("US-TX", Some("Texas")));
    assert_eq!(texas.origin, SubdivisionOrigin::Polygon);
    let nairobi = place(-1.29, 36.82).subdivision.unwrap();
    assert_eq!((nairobi.code.as_str(), nairobi.name.as_deref()), ("KE.05", Some("Nairobi County")));
    assert_eq!(nairobi.origin, SubdivisionOrigin::Nearest);
}

#[test]
fn a_city_has_the_distance_and_direction_of_the_photo() {
    let city = place(-49.35, 70.3).city.unwrap();
    assert_eq!((city.name.as_str(), city.geonameid, city.direction.as_str()), ("Port-aux-Français", 1_546_102, "E"));
    assert!((5.0..8.0).contains(&city.distance_km), "{city:?}");
}

#[test]
fn imprecise_coordinates_have_no_city() {
    let atlas = Atlas::load();
    assert!(atlas.place(48.47, 7.94, Some(49_000)).city.is_some());
    let vague = atlas.place(48.47, 7.94, Some(156_543));
    assert_eq!((vague.country.as_deref(), vague.city), (Some("DE"), None));
}

#[test]
fn a_border_within_the_uncertainty_is_reported() {
    let atlas = Atlas::load();
    assert!(!atlas.place(48.47, 7.94, None).border_uncertain);
    assert!(atlas.place(48.47, 7.94, Some(20_000)).border_uncertain);
    assert!(atlas.place(48.573, 7.802, None).border_uncertain, "the Rhine is 100 m away");
}

#[test]
fn a_country_ends_at_sea_after_twelve_nautical_miles() {
    let near = place(-8.2, 114.0 - 10.0 / 111.0);
    assert!(!near.at_sea, "inland Java: {near:?}");
    let within = place(-9.0, 115.1);
    assert_eq!((within.country.as_deref(), within.at_sea), (Some("ID"), true), "{within:?}");
    let beyond = place(-10.0, 115.1);
    assert_eq!((beyond.country, beyond.city, beyond.at_sea), (None, None, true));
    assert!(beyond.claims.is_empty());
}

#[test]
fn invalid_coordinates_have_no_place() {
    for (latitude, longitude) in [(f64::NAN, 1.0), (1.0, f64::INFINITY), (90.1, 0.0), (0.0, 400.0)] {
        let nothing = Place { data_version: DATA_VERSION.to_owned(), ..Place::default() };
        assert_eq!(place(latitude, longitude), nothing);
    }
}

#[test]
fn every_data_source_is_credited() {
    for source in ["OpenStreetMap", "GeoNames", "Natural Earth", "GSHHG"] {
        assert!(attribution().iter().any(|line| line.contains(source)), "{source}");
    }
}

proptest! {
    #[test]
    fn no_number_panics(latitude in any::<f64>(), longitude in any::<f64>(), uncertainty in any::<Option<u32>>()) {
        let place = Atlas::load().place(latitude, longitude, uncertainty);
        prop_assert_eq!(place.data_version, DATA_VERSION);
    }

    #[test]
    fn every_point_on_earth_is_somewhere(latitude in -90.0..=90.0_f64, longitude in -180.0..=180.0_f64, uncertainty in any::<Option<u32>>()) {
        let place = Atlas::load().place(latitude, longitude, uncertainty);
        prop_assert_eq!(place.at_sea, place.offshore_km.is_some());
        prop_assert!(place.country.is_some() || place.city.is_none());
        prop_assert!(place.city.is_none_or(|city| (0.0..=500.0).contains(&city.distance_km)));
    }

    #[test]
    fn a_full_turn_of_longitude_changes_nothing(latitude in -90_i32 * 64..=90 * 64, longitude in -180_i32 * 64..180 * 64) {
        // 64ths of a degree are exact in binary, before and after the turn.
        let (latitude, longitude) = (f64::from(latitude) / 64.0, f64::from(longitude) / 64.0);
        let turned = if longitude < 0.0 { longitude + 360.0 } else { longitude - 360.0 };
        prop_assert_eq!(place(latitude, longitude), place(latitude, turned));
    }
}

#[test]
fn a_zone_is_that_of_the_country_and_nautical_at_sea() {
    let zone = |latitude: f64, longitude: f64| Atlas::load().place(latitude, longitude, None).time_zone;
    for (latitude, longitude, name) in [
        (5.5, 118.3, "Asia/Kuching"),
        (35.7, 138.2, "Asia/Tokyo"),
        (36.14, -5.35, "Europe/Gibraltar"),
        (-0.6, -90.4, "Pacific/Galapagos"),
        (30.0, -140.0, "Etc/GMT+9"),
        (-30.0, 80.0, "Etc/GMT-5"),
        (45.0, -3.0e-5, "Europe/Paris"),
        (30.0, -179.9, "Etc/GMT+12"),
    ] {
        assert_eq!(zone(latitude, longitude).as_deref(), Some(name), "{latitude},{longitude}");
        assert!(jiff::tz::TimeZone::get(name).is_ok(), "{name}");
    }
    assert_eq!(zone(-80.0, 21.0), None);
}

#[tokio::test]
async fn the_stage_fills_the_place_once_per_version_of_the_data() {
    let stage = Geocode;
    let mut photo = Photo::default();
    assert!(!stage.wants(&photo), "nothing to look up");
    photo.location = Location::new(-8.65, 115.22);
    assert!(stage.wants(&photo));
    stage.apply(&mut photo).await.unwrap();
    assert_eq!(photo.place.as_ref().unwrap().country.as_deref(), Some("ID"));
    assert!(!stage.wants(&photo));
    photo.place.as_mut().unwrap().data_version = "older".to_owned();
    assert!(stage.wants(&photo));
}

#[test]
fn the_first_datasets_countries_agree_but_for_an_island_that_is_nearer_to_a_foreign_town() {
    let Some(path) = crate::pipeline::shared("seed-sample/dataframe_encrypted.json") else { return };
    let table: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (mut compared, mut differing) = (0, Vec::new());
    for (row, country) in table["country"].as_object().unwrap() {
        let number = |column: &str| table[column][row].as_f64();
        let (Some(latitude), Some(longitude)) = (number("latitude"), number("longitude")) else { continue };
        let Some(location) = Location::new(latitude, longitude) else { continue };
        let place = place(location.latitude, location.longitude);
        compared += 1;
        let then = match country.as_str() {
            Some("Czech Republic") => Some("Czechia"),
            Some("Swaziland") => Some("Eswatini"),
            name => name,
        };
        if place.country_name.as_deref() != then {
            let tarutao = (latitude - 6.6).abs() < 0.1 && (longitude - 99.6).abs() < 0.1;
            differing.push((tarutao, place.country_name));
        }
    }
    println!("{compared} rows compared, differing: {differing:?}");
    assert!(differing.iter().all(|(tarutao, name)| *tarutao && name.as_deref() == Some("Thailand")), "{differing:?}");
    assert!(compared > 0, "the sample has rows with coordinates");
}
