//! A gazetteer: places with names and feature codes in the table of GeoNames, and which of them is nearest to a point.

use std::collections::BTreeMap;
use std::ops::Range;
use std::str::FromStr;

use thiserror::Error;

use super::{METRES_PER_DEGREE, half_width};
use crate::photo::area::distance_m;

/// Columns of the table, which has no line that names them: identifier, name, name in ASCII, other names, latitude, longitude, feature
/// class, feature code, country, other countries, four levels of subdivision, population, elevation, elevation of a model, time
/// zone, day of the last change.
const COLUMNS: usize = 19;
/// The feature classes: subdivisions, waters, areas, populated places, roads, buildings, mountains, undersea, vegetation.
const CLASSES: &str = "AHLPRSTUV";
/// Cells of the index per degree.
const CELLS_PER_DEGREE: f64 = 10.0;
/// Cells in a row of the index, round the Earth.
const CELLS_IN_ROW: u32 = 3_600;

/// Which features are meant: `S.ZOO`, or all of a class, `S`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeatureCode(String);

impl FeatureCode {
    /// Whether a feature with this class and code, `S.ZOO`, is meant.
    pub fn names(&self, code: &str) -> bool {
        code == self.0 || self.0.len() == 1 && code.starts_with(&self.0)
    }

    /// The text, `S.ZOO`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FeatureCode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let upper = text.trim().to_uppercase();
        let (class, code) = upper.split_once('.').map_or((upper.as_str(), None), |(class, code)| (class, Some(code)));
        let is_class = class.len() == 1 && CLASSES.contains(class);
        let is_code = |code: &str| !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_class && code.is_none_or(is_code) {
            return Ok(Self(upper));
        }
        Err(format!(
            "\"{text}\" is no feature code of GeoNames: a class, one of {CLASSES}, or a class and a code, such as S.ZOO"
        ))
    }
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    /// GeoNames' identifier.
    pub id: u64,
    /// The name.
    pub name: &'a str,
    /// Degrees.
    pub latitude: f64,
    /// Degrees.
    pub longitude: f64,
    /// Class and code, `S.ZOO`; without a code, `S.`.
    pub code: String,
}

impl<'a> Row<'a> {
    /// Reads a line without its end. The error says what is wrong with it.
    pub fn read(line: &'a [u8]) -> Result<Self, String> {
        let line = std::str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())?;
        let cells: Vec<&str> = line.split('\t').collect();
        let &[id, name, _, _, latitude, longitude, class, code, ..] = &cells[..] else {
            return Err(columns(cells.len()));
        };
        if cells.len() != COLUMNS {
            return Err(columns(cells.len()));
        }
        let degrees = |text: &str, most: f64| text.parse::<f64>().ok().filter(|degrees| degrees.abs() <= most);
        let id = id.parse().map_err(|_| "its first column is no identifier".to_owned())?;
        match (degrees(latitude, 90.0), degrees(longitude, 180.0)) {
            (Some(latitude), Some(longitude)) => {
                Ok(Self { id, name, latitude, longitude, code: format!("{class}.{code}") })
            }
            _ => Err("its fifth and sixth column are no latitude and longitude".to_owned()),
        }
    }
}

fn columns(found: usize) -> String {
    format!("it has {found} column{}, not {COLUMNS}", if found == 1 { "" } else { "s" })
}

/// A table that is no gazetteer.
#[derive(Debug, Error)]
#[error("line {line}: {why}")]
pub struct GazetteerError {
    /// From 1.
    line: usize,
    /// What is wrong with it.
    why: String,
}

/// Places by their cell on a grid.
#[derive(Debug, Default)]
pub struct Gazetteer {
    /// In the order of their cells.
    places: Vec<Place>,
    /// The feature codes that the places have.
    codes: Vec<String>,
}

#[derive(Debug)]
struct Place {
    cell: u32,
    code: u32,
    latitude: f64,
    longitude: f64,
    id: u64,
    name: Box<str>,
}

/// The place that is nearest to a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its feature class and code, `S.ZOO`.
    pub code: &'a str,
    /// GeoNames' identifier.
    pub id: u64,
    /// Great-circle distance, metres.
    pub distance_m: f64,
}

impl Gazetteer {
    /// Reads a table in the published form of GeoNames.
    pub fn read(table: &[u8]) -> Result<Self, GazetteerError> {
        let (mut places, mut codes) = (Vec::new(), BTreeMap::new());
        for (at, line) in table.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
            let row = Row::read(line.strip_suffix(b"\r").unwrap_or(line))
                .map_err(|why| GazetteerError { line: at + 1, why })?;
            let next = codes.len() as u32;
            let code = *codes.entry(row.code).or_insert(next);
            let cell = row_of(row.latitude) * CELLS_IN_ROW + column_of(row.longitude);
            let (latitude, longitude) = (row.latitude, row.longitude);
            places.push(Place { cell, code, latitude, longitude, id: row.id, name: row.name.into() });
        }
        places.sort_by_key(|place| (place.cell, place.id));
        let mut names = vec![String::new(); codes.len()];
        codes.into_iter().for_each(|(name, code)| names[code as usize] = name);
        Ok(Self { places, codes: names })
    }

    /// The number of places.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The number of places with one of these feature codes (`S.ZOO`, or `S` for a whole class).
    pub fn count(&self, codes: &[&str]) -> usize {
        let wanted = self.wanted(codes);
        self.places.iter().filter(|place| wanted[place.code as usize]).count()
    }

    /// The nearest place with one of these feature codes (`S.ZOO`, or `S` for a whole class) that is at most `within_m` metres from
    /// a point in degrees; of equally near ones that with the lowest identifier.
    pub fn nearest(&self, latitude: f64, longitude: f64, codes: &[&str], within_m: f64) -> Option<Nearest<'_>> {
        let wanted = self.wanted(codes);
        if !wanted.contains(&true) || !latitude.is_finite() || !longitude.is_finite() {
            return None;
        }
        let candidates = around(latitude, longitude, within_m).flat_map(|cells| self.in_cells(cells));
        let candidates = candidates.filter(|place| wanted[place.code as usize]);
        let far = candidates.map(|place| (place, distance_m((latitude, longitude), (place.latitude, place.longitude))));
        let near = far.filter(|(_, distance)| *distance <= within_m);
        let (place, distance_m) = near.min_by(|(a, a_m), (b, b_m)| a_m.total_cmp(b_m).then(a.id.cmp(&b.id)))?;
        Some(Nearest { name: &place.name, code: &self.codes[place.code as usize], id: place.id, distance_m })
    }

    /// For each code of the gazetteer whether it is wanted.
    fn wanted(&self, codes: &[&str]) -> Vec<bool> {
        let codes: Vec<FeatureCode> = codes.iter().filter_map(|code| code.parse().ok()).collect();
        self.codes.iter().map(|own| codes.iter().any(|code| code.names(own))).collect()
    }

    fn in_cells(&self, cells: Range<u32>) -> &[Place] {
        let first = self.places.partition_point(|place| place.cell < cells.start);
        let places = &self.places[first..];
        &places[..places.partition_point(|place| place.cell < cells.end)]
    }
}

fn row_of(latitude: f64) -> u32 {
    ((latitude.clamp(-90.0, 90.0) + 90.0) * CELLS_PER_DEGREE) as u32
}

fn column_of(longitude: f64) -> u32 {
    (((longitude + 540.0).rem_euclid(360.0) * CELLS_PER_DEGREE) as u32).min(CELLS_IN_ROW - 1)
}

/// Cells that a disc touches: in each row one range, or two across the antimeridian.
fn around(latitude: f64, longitude: f64, radius_m: f64) -> impl Iterator<Item = Range<u32>> {
    // A little more, so that rounding leaves no cell out.
    let radius = (radius_m.max(0.0) / METRES_PER_DEGREE).min(180.0) + 1e-6;
    let (south, north) = (latitude - radius, latitude + radius);
    let across = half_width(latitude, radius) + 1e-6;
    let columns = if across >= 179.0 {
        [0..CELLS_IN_ROW, 0..0]
    } else {
        let (west, east) = (column_of(longitude - across), column_of(longitude + across));
        if west <= east { [west..east + 1, 0..0] } else { [west..CELLS_IN_ROW, 0..east + 1] }
    };
    (row_of(south)..=row_of(north)).flat_map(move |row| {
        let first = row * CELLS_IN_ROW;
        columns
            .clone()
            .into_iter()
            .filter(|cells| !cells.is_empty())
            .map(move |cells| first + cells.start..first + cells.end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: u64, code: &str, latitude: f64, longitude: f64) -> String {
        let (class, code) = code.split_once('.').unwrap();
        format!(
            "{id}\tPlace {id}\tPlace {id}\t\t{latitude}\t{longitude}\t{class}\t{code}\tMY\t\t\t\t\t\t0\t\t12\tAsia/Kuching\t2024-01-31\n"
        )
    }

    /// Numbers that look random, the same each time, 0..1.
    fn numbers() -> impl Iterator<Item = f64> {
        let mut state = 7_u64;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        })
    }

    #[test]
    fn the_nearest_place_is_the_one_that_a_search_through_all_of_them_finds() {
        let mut random = numbers();
        let mut next = |from: f64, to: f64| from + (to - from) * random.next().unwrap();
        let mut table = String::new();
        for id in 1..=4_000 {
            let code = ["S.ZOO", "S.MUS", "L.RESN"][id as usize % 3];
            // A third each: anywhere, near the poles, near the antimeridian.
            let (latitude, longitude) = match id % 7 {
                0 | 1 => (next(88.5, 90.0), next(-180.0, 180.0)),
                2 => (next(-90.0, -89.0), next(-180.0, 180.0)),
                3 | 4 => {
                    (next(-60.0, 60.0), if next(0.0, 1.0) < 0.5 { next(179.5, 180.0) } else { next(-180.0, -179.5) })
                }
                _ => (next(-90.0, 90.0), next(-180.0, 180.0)),
            };
            table += &line(id, code, latitude, longitude);
        }
        table += &line(4_001, "S.ZOO", 90.0, 0.0);
        table += &line(4_002, "S.ZOO", -12.0, -180.0);
        table += &line(4_003, "S.ZOO", -12.0, 180.0);
        let gazetteer = Gazetteer::read(table.as_bytes()).unwrap();
        assert_eq!((gazetteer.len(), gazetteer.count(&["S"])), (4_003, 2_670));
        let mut found = 0;
        for nth in 0..3_000 {
            let (latitude, longitude) = match nth % 4 {
                0 => (next(-90.0, 90.0), next(-180.0, 180.0)),
                1 => (next(89.0, 90.0), next(-180.0, 180.0)),
                2 => (next(-60.0, 60.0), next(179.8, 180.2)),
                _ => (-12.0, if nth % 8 == 3 { 180.0 } else { -180.0 }),
            };
            let longitude = if longitude > 180.0 { longitude - 360.0 } else { longitude };
            let codes: &[&str] = [&["S.ZOO"][..], &["L.RESN", "S.MUS"], &["S"]][nth % 3];
            let within = [500.0, 20_000.0, 400_000.0, 21_000_000.0][nth / 3 % 4];
            let all = gazetteer.places.iter().filter(|place| {
                let code = &gazetteer.codes[place.code as usize];
                codes.iter().any(|wanted| code == wanted || code.starts_with(&format!("{wanted}.")))
            });
            let far = all.map(|place| (distance_m((latitude, longitude), (place.latitude, place.longitude)), place.id));
            let expected = far.filter(|(distance, _)| *distance <= within).min_by(|a, b| a.partial_cmp(b).unwrap());
            let own = gazetteer.nearest(latitude, longitude, codes, within);
            assert_eq!(own.map(|near| (near.distance_m, near.id)), expected, "{latitude} {longitude} {within}");
            found += usize::from(own.is_some());
        }
        assert!((1_000..2_900).contains(&found), "some are too far: {found}");
        assert_eq!(gazetteer.nearest(f64::NAN, 0.0, &["S"], 1e9), None);
        assert_eq!(gazetteer.nearest(0.0, 0.0, &["S.AQ"], 1e9), None);
    }

    #[test]
    fn a_line_that_is_no_row_is_an_error_and_codes_are_checked() {
        let good = line(1, "S.ZOO", 1.5, 110.3);
        let cells = |change: &dyn Fn(&mut Vec<&str>)| {
            let mut cells: Vec<&str> = good.trim_end_matches('\n').split('\t').collect();
            change(&mut cells);
            Gazetteer::read(format!("{good}{}\n", cells.join("\t")).as_bytes()).unwrap_err().to_string()
        };
        assert_eq!(cells(&|cells| cells.truncate(18)), "line 2: it has 18 columns, not 19");
        assert_eq!(cells(&|cells| cells[0] = "x"), "line 2: its first column is no identifier");
        for (column, text) in [(4, "91"), (4, "NaN"), (5, "-181"), (5, "")] {
            let wrong = cells(&|cells| cells[column] = text);
            assert_eq!(wrong, "line 2: its fifth and sixth column are no latitude and longitude", "{text}");
        }
        assert_eq!(Gazetteer::read(b"\xff\t\n").unwrap_err().to_string(), "line 1: it is not UTF-8");
        for wrong in ["", "Z.ZOO", "S.", "S.ZOO.X", "zoo", "S.Z O"] {
            assert!(FeatureCode::from_str(wrong).is_err(), "{wrong}");
        }
        let zoo: FeatureCode = " s.zoo".parse().unwrap();
        assert!(zoo.names("S.ZOO") && !zoo.names("S.ZOOX") && FeatureCode::from_str("S").unwrap().names("S.MUS"));
    }
}
