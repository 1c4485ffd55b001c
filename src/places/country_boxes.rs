//! Boxes that contain a country with its islands and territorial waters, for services that are searched by box.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::photo::Bbox;

/// A line for each country: ISO 3166-1 alpha-2, then its boxes, separated by tabs.
const TABLE: &str = include_str!("../../data/country-boxes.tsv");

static BOXES: LazyLock<HashMap<&'static str, Vec<Bbox>>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let (code, boxes) = line.split_once('\t')?;
        Some((code, boxes.split('\t').filter_map(|text| text.parse().ok()).collect()))
    };
    TABLE.lines().filter_map(line).collect()
});

/// Boxes that together contain the country with this code (ISO 3166-1 alpha-2); none for an unknown code. A box may cross the
/// antimeridian.
pub fn country_boxes(code: &str) -> &'static [Bbox] {
    BOXES.get(code).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use proptest::prelude::*;
    use rayon::prelude::*;

    use super::super::Atlas;
    use super::super::sphere::Point;
    use super::*;

    /// Steps of the grid per degree. A box is wider by one step on each side.
    const STEPS: i32 = 10;
    /// Most boxes of a country.
    const MOST: usize = 6;

    /// A box in steps of the grid; `east` may run past a full turn.
    #[derive(Clone, Copy, Debug)]
    struct Steps {
        west: i32,
        south: i32,
        east: i32,
        north: i32,
    }

    impl Steps {
        fn union(self, other: Self) -> Self {
            // The other box as it is, or a turn further east or west: whichever makes the union narrower.
            let turned = [-360 * STEPS, 0, 360 * STEPS].map(|turn| (other.west + turn, other.east + turn));
            let width = |(west, east): &(i32, i32)| self.east.max(*east) - self.west.min(*west);
            let (west, east) = *turned.iter().min_by_key(|ends| width(ends)).unwrap();
            Self {
                west: self.west.min(west),
                south: self.south.min(other.south),
                east: self.east.max(east),
                north: self.north.max(other.north),
            }
        }

        fn size(self) -> f64 {
            let middle = f64::from(self.south + self.north) / 2.0 / f64::from(STEPS);
            f64::from(self.east - self.west) * f64::from(self.north - self.south) * middle.to_radians().cos()
        }

        fn bbox(self) -> Bbox {
            let degrees = |steps: i32| f64::from(steps) / f64::from(STEPS);
            let (west, east) = (degrees(self.west - 1), degrees(self.east + 2));
            let turned = |degrees: f64| ((degrees + 540.0).rem_euclid(360.0) - 180.0) * 10.0;
            let (south, north) = (degrees(self.south - 1).max(-90.0), degrees(self.north + 2).min(90.0));
            if east - west >= 360.0 {
                return Bbox { west: -180.0, south, east: 180.0, north };
            }
            Bbox { west: turned(west).round() / 10.0, south, east: turned(east).round() / 10.0, north }
        }
    }

    /// Squares of the grid by country.
    fn squares() -> BTreeMap<String, Vec<(i32, i32)>> {
        let atlas = Atlas::load();
        let rows: Vec<Vec<(String, (i32, i32))>> = (-90 * STEPS..90 * STEPS)
            .into_par_iter()
            .map(|y| {
                let middle = |step: i32| (f64::from(step) + 0.5) / f64::from(STEPS);
                let square = |x: i32| {
                    let point = Point::new(middle(y), middle(x))?;
                    atlas.0.countries.code(point).map(|code| (code.to_owned(), (x, y)))
                };
                (-180 * STEPS..180 * STEPS).filter_map(square).collect()
            })
            .collect();
        let mut by_code: BTreeMap<String, Vec<(i32, i32)>> = BTreeMap::new();
        for (code, square) in rows.into_iter().flatten() {
            by_code.entry(code).or_default().push(square);
        }
        // Islands that the polygons lack, with their territorial waters.
        for (code, point) in atlas.0.islands.points() {
            let step = |degrees: f64| (degrees * f64::from(STEPS)).floor() as i32;
            let (height, width) = (0.22, 0.22 / point.latitude.to_radians().cos().max(0.05));
            for (dx, dy) in [(-width, -height), (width, height)] {
                let east = (step(point.longitude + dx) + 180 * STEPS).rem_euclid(360 * STEPS) - 180 * STEPS;
                let square = (east, step(point.latitude + dy));
                by_code.entry(code.to_owned()).or_default().push(square);
            }
        }
        by_code
    }

    /// The boxes of parts that are more than about two degrees apart.
    fn parts(squares: &[(i32, i32)]) -> Vec<Steps> {
        let coarse = |(x, y): (i32, i32)| (x.div_euclid(STEPS), y.div_euclid(STEPS));
        let mut by_coarse: BTreeMap<(i32, i32), Vec<(i32, i32)>> = BTreeMap::new();
        squares.iter().for_each(|&square| by_coarse.entry(coarse(square)).or_default().push(square));
        let mut seen: HashSet<(i32, i32)> = HashSet::new();
        let mut found = Vec::new();
        for &start in by_coarse.keys() {
            if !seen.insert(start) {
                continue;
            }
            let (mut queue, mut part) = (vec![(start, 0)], None::<Steps>);
            while let Some(((x, y), turns)) = queue.pop() {
                for &(square_x, square_y) in &by_coarse[&(x, y)] {
                    let at = square_x + turns * 360 * STEPS;
                    let own = Steps { west: at, south: square_y, east: at, north: square_y };
                    part = Some(part.map_or(own, |part| Steps {
                        west: part.west.min(own.west),
                        south: part.south.min(own.south),
                        east: part.east.max(own.east),
                        north: part.north.max(own.north),
                    }));
                }
                for (dx, dy) in (-2..=2).flat_map(|dx| (-2..=2).map(move |dy| (dx, dy))) {
                    let there = x + dx;
                    let next = ((there + 180).rem_euclid(360) - 180, y + dy);
                    if by_coarse.contains_key(&next) && seen.insert(next) {
                        queue.push((next, turns + (there - next.0) / 360));
                    }
                }
            }
            found.extend(part);
        }
        found
    }

    /// Merges boxes while there are too many, or where that adds little.
    fn merged(mut boxes: Vec<Steps>) -> Vec<Steps> {
        loop {
            let pairs = (0..boxes.len()).flat_map(|a| (a + 1..boxes.len()).map(move |b| (a, b)));
            let added = |(a, b): &(usize, usize)| {
                let (one, other) = (boxes[*a], boxes[*b]);
                let together = one.union(other).size();
                (together - one.size() - other.size(), together)
            };
            let best = pairs.map(|pair| (added(&pair), pair)).min_by(|one, other| one.0.0.total_cmp(&other.0.0));
            let Some(((more, together), (a, b))) = best else { return boxes };
            if boxes.len() <= MOST && more > together * 0.3 {
                return boxes;
            }
            let other = boxes.swap_remove(b);
            boxes[a] = boxes[a].union(other);
        }
    }

    fn table() -> String {
        let squares: Vec<_> = squares().into_iter().collect();
        let line = |(code, squares): (String, Vec<(i32, i32)>)| {
            let mut boxes: Vec<String> = merged(parts(&squares)).iter().map(|steps| steps.bbox().to_string()).collect();
            boxes.sort();
            format!("{code}\t{}\n", boxes.join("\t"))
        };
        let lines: String = squares.into_par_iter().filter(|(code, _)| code != "AQ").map(line).collect();
        // Antarctica is whatever land is south of 60 degrees.
        format!("AQ\t-180,-90,180,-60\n{lines}")
    }

    #[test]
    fn the_table_is_what_the_polygons_say() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/country-boxes.tsv");
        let made = table();
        if std::env::var_os("GLEANER_BLESS").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap();
        assert!(made == written, "GLEANER_BLESS=1 cargo test --lib places::country_boxes writes it");
    }

    #[test]
    fn every_country_has_a_box_and_distant_parts_have_their_own() {
        assert!(BOXES.len() >= 245, "{} countries", BOXES.len());
        let unnamed: Vec<_> = BOXES.keys().filter(|code| crate::photo::country::name(code).is_none()).collect();
        assert!(unnamed.is_empty(), "{unnamed:?}");
        assert!(country_boxes("XX").is_empty());
        assert!(country_boxes("US").len() >= 3, "Alaska, Hawaii and the rest: {:?}", country_boxes("US"));
        for (code, latitude, longitude) in [
            ("FJ", -16.8, 179.99),
            ("FJ", -16.8, -179.99),
            ("RU", 66.0, -172.0),
            ("RU", 54.7, 20.5),
            ("NZ", -43.9, -176.5),
            ("PH", 4.6, 119.4),
        ] {
            assert!(
                country_boxes(code).iter().any(|bbox| bbox.holds(latitude, longitude)),
                "{code} {latitude} {longitude}"
            );
        }
        let philippines = country_boxes("PH");
        assert!(!philippines.iter().any(|bbox| bbox.holds(14.6, 110.0)), "{philippines:?}");
    }

    proptest! {
        // 100,000 with GLEANER_FULL=1.
        #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("GLEANER_FULL").is_some() { 100_000 } else { 2_000 }))]
        #[test]
        fn a_point_of_a_country_is_in_one_of_its_boxes(latitude in -85.0..85.0_f64, longitude in -180.0..180.0_f64) {
            if let Some(code) = Atlas::load().place(latitude, longitude, None).country {
                prop_assert!(country_boxes(&code).iter().any(|bbox| bbox.holds(latitude, longitude)), "{code}");
            }
        }
    }
}
