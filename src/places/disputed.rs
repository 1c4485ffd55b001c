//! Areas that several states claim and that the polygons give to one of them. The outlines are coarse: a few kilometres.

use super::country::Claims;
use super::sphere::Point;

/// An area that is in dispute.
struct Area {
    /// Who claims it, ISO 3166-1 alpha-2, by code.
    claimants: &'static [&'static str],
    /// Its outline: latitude and longitude in degrees.
    outline: &'static [(f64, f64)],
}

const AREAS: &[Area] = &[
    // Western Sahara.
    Area {
        claimants: &["EH", "MA"],
        outline: &[
            (27.667, -13.5),
            (27.667, -8.667),
            (26.0, -8.667),
            (26.0, -12.0),
            (23.45, -12.0),
            (22.78, -13.1),
            (21.33, -13.0),
            (21.33, -16.95),
            (20.75, -17.0),
            (20.75, -17.4),
            (22.0, -17.3),
            (23.5, -16.6),
            (24.5, -16.1),
            (26.0, -14.9),
            (27.2, -13.9),
        ],
    },
    // The Golan Heights.
    Area {
        claimants: &["IL", "SY"],
        outline: &[
            (33.25, 35.63),
            (33.42, 35.86),
            (33.12, 35.86),
            (32.98, 35.89),
            (32.85, 35.88),
            (32.68, 35.76),
            (32.68, 35.67),
            (32.72, 35.645),
            (32.85, 35.65),
            (32.9, 35.63),
            (33.1, 35.63),
        ],
    },
    // East Jerusalem.
    Area {
        claimants: &["IL", "PS"],
        outline: &[
            (31.73, 35.205),
            (31.755, 35.228),
            (31.775, 35.2265),
            (31.79, 35.226),
            (31.81, 35.2),
            (31.87, 35.21),
            (31.87, 35.245),
            (31.82, 35.265),
            (31.76, 35.27),
            (31.72, 35.25),
        ],
    },
    // Kashmir.
    Area {
        claimants: &["IN", "PK"],
        outline: &[
            (32.3, 75.6),
            (32.5, 75.0),
            (32.5, 74.65),
            (32.8, 74.4),
            (32.95, 73.9),
            (33.15, 73.62),
            (33.6, 73.6),
            (34.0, 73.45),
            (34.4, 73.4),
            (34.8, 73.95),
            (35.1, 73.7),
            (35.6, 73.0),
            (36.1, 72.55),
            (36.85, 73.2),
            (36.9, 74.5),
            (37.05, 75.4),
            (36.6, 75.9),
            (36.0, 76.2),
            (35.75, 77.0),
            (35.5, 77.85),
            (35.0, 78.2),
            (34.4, 78.8),
            (33.75, 78.75),
            (33.3, 79.1),
            (32.7, 79.4),
            (32.6, 78.7),
            (32.3, 78.4),
            (32.6, 77.9),
            (32.9, 77.1),
            (33.2, 76.6),
            (32.8, 75.95),
        ],
    },
    // Aksai Chin and the Shaksgam valley.
    Area {
        claimants: &["CN", "IN"],
        outline: &[
            (37.05, 75.4),
            (36.6, 76.3),
            (36.1, 76.95),
            (35.6, 78.2),
            (35.95, 79.3),
            (35.75, 80.2),
            (34.85, 80.2),
            (34.3, 79.5),
            (34.4, 78.8),
            (35.0, 78.2),
            (35.5, 77.85),
            (35.75, 77.0),
            (36.0, 76.2),
            (36.6, 75.9),
        ],
    },
    // Arunachal Pradesh.
    Area {
        claimants: &["CN", "IN"],
        outline: &[
            (26.9, 92.0),
            (26.95, 93.5),
            (27.5, 94.2),
            (27.9, 95.4),
            (27.3, 95.9),
            (27.1, 97.0),
            (28.2, 97.4),
            (29.4, 96.2),
            (29.3, 94.8),
            (28.6, 93.4),
            (27.85, 92.3),
            (27.8, 91.7),
        ],
    },
    // Crimea.
    Area {
        claimants: &["RU", "UA"],
        outline: &[(46.25, 33.4), (46.25, 34.9), (45.5, 36.7), (44.9, 36.7), (44.3, 34.0), (44.3, 33.2), (45.3, 32.2)],
    },
    // Kosovo.
    Area {
        claimants: &["RS", "XK"],
        outline: &[
            (43.27, 20.8),
            (43.0, 21.3),
            (42.7, 21.75),
            (42.3, 21.55),
            (42.2, 21.2),
            (41.85, 20.75),
            (42.2, 20.55),
            (42.55, 20.1),
            (42.85, 20.35),
        ],
    },
    // Taiwan.
    Area {
        claimants: &["CN", "TW"],
        outline: &[(21.5, 120.2), (22.9, 119.9), (25.5, 121.0), (25.5, 122.2), (21.5, 122.0)],
    },
    // Penghu.
    Area { claimants: &["CN", "TW"], outline: &[(23.1, 119.2), (23.9, 119.2), (23.9, 119.8), (23.1, 119.8)] },
    // The Hala'ib triangle.
    Area {
        claimants: &["EG", "SD"],
        outline: &[(22.0, 34.7), (22.75, 34.9), (23.2, 35.45), (23.2, 35.9), (22.6, 36.6), (22.0, 37.0)],
    },
    // Abyei.
    Area { claimants: &["SD", "SS"], outline: &[(10.17, 27.83), (10.17, 29.0), (9.35, 29.0), (9.35, 27.83)] },
    // The Falkland Islands.
    Area { claimants: &["AR", "FK"], outline: &[(-50.8, -61.8), (-50.8, -57.4), (-52.7, -57.4), (-52.7, -61.8)] },
    // South Georgia and the South Sandwich Islands.
    Area { claimants: &["AR", "GS"], outline: &[(-53.3, -42.5), (-53.3, -25.5), (-59.8, -25.5), (-59.8, -42.5)] },
    // Gibraltar.
    Area { claimants: &["ES", "GI"], outline: &[(36.155, -5.37), (36.155, -5.33), (36.1, -5.33), (36.1, -5.37)] },
    // Ceuta.
    Area { claimants: &["ES", "MA"], outline: &[(35.93, -5.4), (35.93, -5.26), (35.86, -5.26), (35.86, -5.4)] },
    // Melilla.
    Area { claimants: &["ES", "MA"], outline: &[(35.33, -3.0), (35.33, -2.91), (35.25, -2.91), (35.25, -3.0)] },
    // The southern Kurils.
    Area {
        claimants: &["JP", "RU"],
        outline: &[
            (43.4, 145.86),
            (43.58, 145.42),
            (44.1, 145.45),
            (44.5, 145.75),
            (45.6, 148.9),
            (44.9, 149.2),
            (43.7, 147.2),
            (43.35, 146.5),
        ],
    },
    // The Liancourt Rocks.
    Area { claimants: &["JP", "KR"], outline: &[(37.2, 131.82), (37.28, 131.82), (37.28, 131.92), (37.2, 131.92)] },
    // The Senkaku Islands.
    Area { claimants: &["CN", "JP", "TW"], outline: &[(25.65, 123.4), (26.0, 123.4), (26.0, 124.7), (25.65, 124.7)] },
    // The Paracel Islands.
    Area { claimants: &["CN", "TW", "VN"], outline: &[(15.6, 111.0), (17.2, 111.0), (17.2, 113.0), (15.6, 113.0)] },
    // The Spratly Islands.
    Area {
        claimants: &["BN", "CN", "MY", "PH", "TW", "VN"],
        outline: &[(7.0, 111.5), (12.0, 113.0), (12.0, 116.8), (10.0, 116.2), (8.0, 115.2), (7.0, 113.5)],
    },
];

/// The codes of the polygons, and after them the other states that claim the point.
pub(super) fn with_claims(claims: Claims, point: Point) -> Vec<String> {
    let mut ids = claims.ids;
    if ids.is_empty() {
        return ids;
    }
    for claimant in AREAS.iter().filter(|area| area.holds(point)).flat_map(|area| area.claimants) {
        let known = |id: &String| id.split_once('-').map_or(id.as_str(), |(country, _)| country) == *claimant;
        if !ids.iter().any(known) {
            ids.push((*claimant).to_owned());
        }
    }
    ids
}

impl Area {
    /// Whether the point is inside: a ray to the east crosses an odd number of edges. No area crosses the antimeridian.
    fn holds(&self, point: Point) -> bool {
        let ends = self.outline.iter().skip(1).chain(self.outline.first());
        let crosses = |((lat, lon), (next_lat, next_lon)): &(&(f64, f64), &(f64, f64))| {
            (*lat > point.latitude) != (*next_lat > point.latitude)
                && point.longitude < (next_lon - lon) * (point.latitude - lat) / (next_lat - lat) + lon
        };
        self.outline.iter().zip(ends).filter(crosses).count() % 2 == 1
    }
}
