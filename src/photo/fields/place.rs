//! Where a photo was taken.

use std::borrow::Cow;

use super::record::made;
use super::{Caption, Chart, Facet, Field, Form, Kind, NOTHING, Name, Names, Shape, Unit, column};
use super::{caption, read};

pub(super) static FIELDS: &[Field] = &[
    Field {
        name: super::PLACE,
        label: "Place",
        unknown: "No coordinates",
        kind: Kind::Places(read::coordinates),
        examples: &["place:any", "place:none"],
        meaning: "have coordinates (`any`), or have none (`none`)",
        facet: Some(Facet { rank: 30, open: false }),
        caption: Some(Caption { rank: 20, name: "place", text: caption::place }),
        columns: &[
            column("location.latitude", "degrees, WGS 84", "DwC `decimalLatitude`"),
            column("location.longitude", "degrees, WGS 84", "DwC `decimalLongitude`"),
            column("location.uncertainty_m", "metres", "DwC `coordinateUncertaintyInMeters`"),
            column("location.accuracy", "number", "Flickr's 1 (world) to 16 (street)"),
            column(
                "location.origin",
                "text",
                "`source` (geotag), `exif` (the file), `title` (a place named there: approximate)",
            ),
        ],
        ..NOTHING
    },
    Field {
        name: super::LATITUDE,
        label: "Latitude",
        unknown: "No place",
        kind: Kind::Range {
            read: |photo| read::coordinates(photo).map(|(latitude, _)| latitude),
            least: -90.0,
            most: 90.0,
            bins: 36,
        },
        unit: Some(Unit::Latitude),
        examples: &["latitude:-23.4..23.4"],
        meaning: "were taken at that latitude, degrees",
        facet: Some(Facet { rank: 160, open: false }),
        ..NOTHING
    },
    Field {
        name: "near",
        kind: Kind::Area(Shape::Near),
        examples: &["near:5.84,118.1,50km", "near:-3.2,55.4,800m"],
        meaning: "are within that distance of a point: latitude,longitude,distance",
        ..NOTHING
    },
    Field {
        name: "box",
        kind: Kind::Area(Shape::Box),
        examples: &["box:116,4,127,22", "box:170,-50,-170,-10"],
        meaning: "are between west, south, east, north; west > east crosses the antimeridian",
        ..NOTHING
    },
    Field {
        name: "polygon",
        kind: Kind::Area(Shape::Polygon),
        examples: &["polygon:116,4,127,4,127,22"],
        meaning: "are in the polygon of longitude, latitude, longitude, ...",
        ..NOTHING
    },
    Field {
        name: "cell",
        kind: Kind::Area(Shape::Cell),
        examples: &["cell:856922a3fffffff"],
        meaning: "are in one of these H3 cells of resolution 0 to 7",
        ..NOTHING
    },
    Field {
        name: "hexagon",
        kind: Kind::Area(Shape::Hexagon),
        examples: &["hexagon:2500,12,40"],
        meaning: "are in that hexagon of a grid of equal areas: area in km², row, column (analysis `distribution`)",
        ..NOTHING
    },
    Field {
        name: "country",
        label: "Country",
        unknown: "Unknown country",
        kind: Kind::Names(Names {
            read: |photo| {
                let place = photo.place.as_ref()?;
                let label = place.country_name.as_deref().map(Cow::Borrowed);
                Some(Name { value: place.country.as_deref()?.into(), label })
            },
            form: Form::CountryCode,
            also: |_| None,
        }),
        examples: &["country:IN,MY", "country:India", "country:none"],
        meaning: "were taken in that country (code of ISO 3166-1, or a name)",
        facet: Some(Facet { rank: 53, open: true }),
        chart: Some(Chart { rank: 30, title: "Countries" }),
        search: Some(|photo, add| {
            photo.place.iter().filter_map(|place| place.country_name.as_ref()).for_each(|name| add(name));
        }),
        searched_as: "country",
        columns: &[
            column("place.country", "text", "ISO 3166-1 alpha-2 (DwC `countryCode`)"),
            column("place.country_name", "text", "English name (DwC `country`)"),
            column(
                "place.claims",
                "list of texts",
                "every ISO code whose polygon contains the point, then who else claims it",
            ),
        ],
        ..NOTHING
    },
    Field {
        name: "subdivision",
        search: Some(|photo, add| {
            let parts = photo.place.iter().filter_map(|place| place.subdivision.as_ref());
            parts.filter_map(|part| part.name.as_ref()).for_each(|name| add(name));
        }),
        searched_as: "subdivision",
        columns: &[
            column("place.subdivision.code", "text", "ISO 3166-2, or GeoNames `CC.admin1`"),
            column("place.subdivision.name", "text", "DwC `stateProvince`"),
            column("place.subdivision.origin", "text", "`polygon` or `nearest` (that of the nearest town)"),
        ],
        ..NOTHING
    },
    Field {
        name: "city",
        label: "City",
        unknown: "Unknown city",
        kind: Kind::Names(Names {
            read: |photo| made(read::city_name, photo),
            form: Form::Free,
            also: |name| name.rsplit_once(", ").map(|(city, _)| city),
        }),
        examples: &["city:Sandakan", "city:\"Sandakan, MY\""],
        meaning: "were taken in that city, town or village, or have it nearest",
        facet: Some(Facet { rank: 60, open: false }),
        chart: Some(Chart { rank: 40, title: "Cities" }),
        search: Some(|photo, add| {
            photo.place.iter().filter_map(|place| place.city.as_ref()).for_each(|city| add(&city.name));
        }),
        searched_as: "city",
        columns: &[
            column(
                "place.city.name",
                "text",
                "the city, town or village (GeoNames) that it is in, else the nearest one in that country",
            ),
            column("place.city.geonameid", "number", "its GeoNames id"),
            column("place.city.distance_km", "kilometres", "great circle from it to the photo"),
            column("place.city.direction", "text", "direction of the photo from it (`SE`)"),
        ],
        ..NOTHING
    },
    Field {
        name: "sea",
        search: Some(|photo, add| photo.place.iter().filter_map(|place| place.sea.as_ref()).for_each(|name| add(name))),
        searched_as: "sea",
        columns: &[
            column("place.at_sea", "true/false", "whether the point is at sea"),
            column("place.offshore_km", "kilometres", "distance from land, if at sea"),
            column("place.sea", "text", "name of the sea (DwC `waterBody`)"),
        ],
        ..NOTHING
    },
    Field {
        name: "place_data",
        columns: &[
            column("place.border_uncertain", "true/false", "another country is within the uncertainty"),
            column("place.data_version", "text", "versions of the place data"),
        ],
        ..NOTHING
    },
];
