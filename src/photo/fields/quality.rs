//! Reasons to doubt the place and the date, the time zone, and where the sun stood.

use super::{Facet, Field, Kind, NOTHING, column, read};

pub(super) static FIELDS: &[Field] = &[
    Field {
        name: super::FLAG,
        label: "Flag",
        unknown: "No flag",
        kind: Kind::Sets(read::flags),
        examples: &["flag:coordinates_zero", "-flag:any", "-flag:country_centroid,date_default"],
        meaning: "have that reason to doubt their place or date (docs/quality.md); `-flag:any` are those without one",
        facet: Some(Facet { rank: 47, open: false }),
        columns: &[
            column("flags", "list of texts", "reasons to doubt its place or date (docs/quality.md)"),
            column(
                "verbatim_coordinates",
                "text",
                "DwC `verbatimCoordinates`: stated coordinates that cannot be a place: 0,0, or not on Earth",
            ),
            column("place.centre", "text", "the coordinates are those of the middle of a `country` or a `capital`"),
        ],
        ..NOTHING
    },
    Field {
        name: "place_zone",
        columns: &[
            column("place.time_zone", "text", "the time zone of the coordinates (IANA): `Asia/Kuala_Lumpur`"),
            column(
                "place.utc_offset",
                "text",
                "difference from UTC in that zone by the camera's clock; `taken.utc_offset` is what the source says",
            ),
        ],
        ..NOTHING
    },
    Field {
        name: super::SOLAR_TIME,
        label: "Solar time, h",
        unknown: "Unknown solar time",
        kind: Kind::Range { read: |photo| Some(read::sun(photo)?.solar_time_h), least: 0.0, most: 24.0, bins: 24 },
        examples: &["solar_time:5..7", "solar_time:22..24,0..4"],
        meaning: "were taken at that apparent solar time, hours; at 12 the sun is highest. Time of day, offset from UTC and coordinates \
            must be known",
        facet: Some(Facet { rank: 151, open: false }),
        columns: &[column(
            "sun.solar_time_h",
            "hours",
            "apparent solar time when it was taken; at 12 the sun is highest",
        )],
        ..NOTHING
    },
    Field {
        name: super::SUN_ELEVATION,
        label: "Elevation of the sun, °",
        unknown: "Unknown elevation",
        kind: Kind::Range { read: |photo| Some(read::sun(photo)?.elevation_deg), least: -90.0, most: 90.0, bins: 36 },
        examples: &["sun_elevation:..-6", "sun_elevation:-6..0"],
        meaning: "were taken with the sun at that elevation, degrees; below the horizon it is negative",
        facet: Some(Facet { rank: 152, open: false }),
        columns: &[column("sun.elevation_deg", "degrees", "elevation of the sun when it was taken")],
        ..NOTHING
    },
];
