//! Reasons to doubt the place and the date, the time zone, and where the sun stood.

use super::record::known;
use super::{Facet, Field, Kind, NOTHING, Names, Shape, column, read};
use crate::photo::{CategoryBasis, EvidenceKind, Script, SettingName};

/// Kilometres round half the Earth.
const FARTHEST_KM: f64 = 20_040.0;

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
    Field {
        name: super::SETTING,
        label: "Setting",
        unknown: "Unknown setting",
        kind: Names::one_of(|photo| known(Some(photo.setting_in_force().name.as_str())), SettingName::NAMES),
        examples: &["setting:wild", "-setting:captive,pet,object"],
        meaning: "show a `wild` animal, a `provisioned`, `captive` or `urban` one, a `pet` or performing one, an `object` (museum, toy, art), or \
            `unknown` (docs/setting.md)",
        facet: Some(Facet { rank: 50, open: false }),
        columns: &[
            column("setting.name", "text", "the setting by its evidence; `setting_in_force` is the one that counts"),
            column("setting.probability", "0 to 1", "the probability of the most probable setting"),
            column("setting.calibrated", "true/false", "the weights were fitted to reviewed photos"),
            column("setting.model", "text", "the version of the model"),
            column(
                "setting",
                "JSON; in JSON Lines an object",
                "all of it: the probability of each setting (`probabilities`), and each piece of `evidence` with its `kind`, the words or \
                    value (`verbatim`), the text that has them, the `setting` for which it speaks and its `weight` (natural logarithm of a \
                    likelihood ratio)",
            ),
            column(
                "setting_in_force",
                "text",
                "the setting that counts: a reviewer's verdict, else by evidence; empty: unknown",
            ),
        ],
        ..NOTHING
    },
    Field {
        name: super::SETTING_BASIS,
        label: "Setting according to",
        unknown: "Nothing",
        kind: Names::one_of(
            |photo| known(photo.setting_in_force().basis.map(EvidenceKind::as_str)),
            EvidenceKind::NAMES,
        ),
        examples: &["setting_by:review,source"],
        meaning: "have that as strongest evidence of their setting: `words`, the `place`, the `source`, a `score`, the `distance` to a \
            zoo, the `range` of the species, a `review`",
        facet: Some(Facet { rank: 51, open: false }),
        ..NOTHING
    },
    Field {
        name: "setting_probability",
        label: "Probability of the setting",
        unknown: "No setting",
        kind: Kind::Range { read: |photo| photo.setting_in_force().probability, least: 0.0, most: 1.0, bins: 20 },
        examples: &["setting_probability:>=0.9"],
        meaning: "have that probability of their most probable setting, 0 to 1; 1 for a reviewer's verdict",
        facet: Some(Facet { rank: 162, open: false }),
        ..NOTHING
    },
    Field {
        name: super::SCRIPT,
        label: "Script of the words",
        unknown: "No words",
        kind: Names::one_of(|photo| known(photo.script().map(Script::as_str)), Script::NAMES),
        examples: &["script:han,kana", "-script:latin"],
        meaning: "have most letters of title, description and tags in that script: `latin`, `greek`, `cyrillic`, `armenian`, \
            `hebrew`, `arabic`, `devanagari`, `bengali`, `gurmukhi`, `gujarati`, `oriya`, `tamil`, `telugu`, `kannada`, `malayalam`, `sinhala`, \
            `thai`, `lao`, `tibetan`, `myanmar`, `georgian`, `ethiopic`, `khmer`, `hangul`, `kana` (Japanese), `han` (Chinese)",
        facet: Some(Facet { rank: 54, open: false }),
        reads_texts: true,
        ..NOTHING
    },
    Field {
        name: super::SEARCH_LANGUAGE,
        label: "Language of the search",
        unknown: "As typed",
        kind: Names::free(|photo| known(photo.searches.iter().find_map(|found| found.language.as_deref()))),
        examples: &["search_language:ja,ko"],
        meaning: "were found by a translated term in that language (BCP 47)",
        ..NOTHING
    },
    Field {
        name: super::CATEGORY_BASIS,
        label: "Red List category according to",
        unknown: "No category",
        kind: Names::one_of(|photo| known(photo.category_by().map(CategoryBasis::as_str)), CategoryBasis::NAMES),
        examples: &["iucn_by:checklist"],
        meaning: "have their Red List category from the `source`, from the `checklist` that was asked for the accepted taxon (GBIF), or from a \
            `table` of taxa (docs/reference.md)",
        ..NOTHING
    },
    Field {
        name: "reviewed_taxon",
        columns: &[
            column(
                "reviewed_taxon.taxon.scientific_name",
                "text",
                "the taxon that a reviewer saw; it counts above all others",
            ),
            column("reviewed_taxon.taxon.vernacular_name", "text", "DwC `vernacularName`"),
            column("reviewed_taxon.taxon.rank", "text", "its rank"),
            column("reviewed_taxon.taxon.iconic_group", "text", "its large group, if the table of names gives it"),
            column("reviewed_taxon.taxon.classification.kingdom", "text", "DwC `kingdom` of the reviewer's taxon"),
            column("reviewed_taxon.taxon.classification.phylum", "text", "DwC `phylum`"),
            column("reviewed_taxon.taxon.classification.class", "text", "DwC `class`"),
            column("reviewed_taxon.taxon.classification.order", "text", "DwC `order`"),
            column("reviewed_taxon.taxon.classification.family", "text", "DwC `family`"),
            column("reviewed_taxon.taxon.classification.genus", "text", "DwC `genus`"),
            column("reviewed_taxon.taxon.iucn_category", "text", "its category on the IUCN Red List by that table"),
            column("reviewed_taxon.taxon.source_id", "text", "its key, if it has one"),
            column("reviewed_taxon.at", "time", "when; without a taxon: the reviewer saw no organism"),
        ],
        ..NOTHING
    },
    Field {
        name: "in",
        kind: Kind::Area(Shape::Layer),
        examples: &["in:parks,Bako", "in:parks,\"Bako National Park\",Kubah"],
        meaning: "were taken in one of those areas of a layer of polygons (docs/reference.md): layer, then areas; as `gleaner analyse visits` \
            counts them",
        ..NOTHING
    },
    Field {
        name: super::RANGE_DISTANCE,
        label: "Outside the range, km",
        unknown: "No known range",
        kind: Kind::Range {
            read: |photo| photo.outside_range_m().map(|metres| f64::from(metres) / 1_000.0),
            least: 0.0,
            most: FARTHEST_KM,
            bins: 20,
        },
        examples: &["range_distance:0", "range_distance:>=500", "range_distance:any"],
        meaning: "were taken that far outside the known range of their species, km, from the disc of the coordinates' uncertainty; 0 inside. \
            A layer of ranges must have the species (docs/reference.md)",
        facet: Some(Facet { rank: 163, open: false }),
        columns: &[
            column("range.species", "text", "the species whose range was looked up in a layer"),
            column("range.distance_m", "metres", "from the coordinates to that range; 0 inside"),
            column("range.cell_m", "metres", "edge of the cells in which the range is known; empty for polygons"),
            column("range.layer", "text", "the layer of ranges"),
            column("range.layer_sha256", "text", "SHA-256 of the layer's file"),
        ],
        ..NOTHING
    },
    Field {
        name: "thumbnail_file",
        columns: &[column("thumbnail.sha256", "hex", "of the thumbnail's file; empty if an older program made it")],
        ..NOTHING
    },
];
