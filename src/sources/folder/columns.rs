//! The column names of a metadata file, and suggestions for unknown names.

use crate::photo::suggest::{bare, nearest};
use crate::photo::{PersonalField, fields};
use crate::sources::rows::missing::Kind;

/// The content of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    File,
    SourceFile,
    FilePath,
    FileName,
    Image,
    AssociatedMedia,
    AccessUri,
    MediaId,
    Identifier,
    Title,
    Description,
    Tags,
    TagPaths,
    MachineTags,
    Latitude,
    LatitudeRef,
    Longitude,
    LongitudeRef,
    Position,
    Uncertainty,
    Origin,
    Edtf,
    Taken,
    Granularity,
    EventTime,
    EventStart,
    EventEnd,
    Year,
    Month,
    Day,
    UtcOffset,
    TimeZone,
    PostedAt,
    License,
    LicenseName,
    LicenseUrl,
    Attribution,
    Changes,
    LandingUrl,
    Views,
    Faves,
    Comments,
    OwnerName,
    Owner,
    PathAlias,
    ScientificName,
    VernacularName,
    TaxonRank,
    TaxonId,
    ImageUrl,
    Alt,
}

/// The columns that may hold the address of an image, in the order in which they are tried.
pub const ADDRESSES: [Column; 7] = [
    Column::ImageUrl,
    Column::AccessUri,
    Column::AssociatedMedia,
    Column::Image,
    Column::FilePath,
    Column::File,
    Column::Identifier,
];

/// The columns that may name the photo, in the order in which they are tried.
pub const NAMING: [Column; 9] = [
    Column::File,
    Column::SourceFile,
    Column::FilePath,
    Column::FileName,
    Column::Image,
    Column::AssociatedMedia,
    Column::AccessUri,
    Column::MediaId,
    Column::Identifier,
];

/// The names of each column, in lower case, without `_`, `-` and spaces. The first is the documented one. Names are
/// those of Gleaner's exports, EXIF and IPTC as exiftool writes them, Darwin Core and Camtrap DP.
const NAMES: [(Column, &[&str]); 51] = [
    (Column::File, &["file"]),
    (Column::SourceFile, &["SourceFile"]),
    (Column::FilePath, &["file_path", "path"]),
    (Column::FileName, &["file_name"]),
    (Column::Image, &["image", "photo", "image_name", "image_file", "photo_name"]),
    (Column::AssociatedMedia, &["associatedMedia"]),
    (Column::AccessUri, &["accessURI"]),
    (Column::MediaId, &["mediaID"]),
    (Column::Identifier, &["identifier"]),
    (Column::Title, &["title", "ObjectName", "XPTitle"]),
    (
        Column::Description,
        &["description", "caption", "Caption-Abstract", "ImageDescription", "mediaComments", "occurrenceRemarks"],
    ),
    (Column::Tags, &["tags", "keywords", "subject", "XPKeywords"]),
    (Column::TagPaths, &["HierarchicalSubject", "TagsList", "hierarchical_keywords", "LastKeywordXMP"]),
    (Column::MachineTags, &["machine_tags"]),
    (Column::Latitude, &["latitude", "lat", "decimalLatitude", "location.latitude", "GPSLatitude"]),
    (Column::LatitudeRef, &["GPSLatitudeRef"]),
    (Column::Longitude, &["longitude", "lon", "lng", "long", "decimalLongitude", "location.longitude", "GPSLongitude"]),
    (Column::LongitudeRef, &["GPSLongitudeRef"]),
    (Column::Position, &["GPSPosition", "GPSCoordinates", "coordinates", "lat_lon", "lat_lng"]),
    (
        Column::Uncertainty,
        &[
            "uncertainty_m",
            "coordinateUncertaintyInMeters",
            "coordinateUncertainty",
            "location.uncertainty_m",
            "GPSHPositioningError",
        ],
    ),
    (Column::Origin, &["location_origin", "location.origin"]),
    (Column::Edtf, &["taken.edtf"]),
    (
        Column::Taken,
        &["taken", "taken.local", "date_taken", "DateTimeOriginal", "eventDate", "timestamp", "CreateDate", "date"],
    ),
    (Column::Granularity, &["taken.granularity", "granularity"]),
    (Column::EventTime, &["eventTime"]),
    (Column::EventStart, &["eventStart"]),
    (Column::EventEnd, &["eventEnd"]),
    (Column::Year, &["year"]),
    (Column::Month, &["month"]),
    (Column::Day, &["day"]),
    (Column::UtcOffset, &["taken.utc_offset", "OffsetTimeOriginal"]),
    (Column::TimeZone, &["taken.time_zone"]),
    (Column::PostedAt, &["posted_at"]),
    (Column::License, &["license", "licence", "license.id", "UsageTerms"]),
    (Column::LicenseName, &["license.name"]),
    (Column::LicenseUrl, &["license.url", "license_url"]),
    (Column::Attribution, &["attribution", "author", "credit", "creator"]),
    (Column::Changes, &["changes"]),
    (Column::LandingUrl, &["landing_url", "source_url"]),
    (Column::Views, &["views"]),
    (Column::Faves, &["faves"]),
    (Column::Comments, &["comments"]),
    (
        Column::OwnerName,
        &["owner_name", "personal.owner_name", "recordedBy", "rightsHolder", "Artist", "By-line", "photographer"],
    ),
    (Column::Owner, &["owner", "personal.owner", "recordedByID"]),
    (Column::PathAlias, &["path_alias", "personal.path_alias"]),
    (Column::ScientificName, &["scientificName", "taxon.scientific_name"]),
    (Column::VernacularName, &["vernacularName", "taxon.vernacular_name"]),
    (Column::TaxonRank, &["taxonRank", "taxon.rank"]),
    (Column::TaxonId, &["taxonID", "taxon.source_id"]),
    (Column::ImageUrl, &["url", "image_url", "image_link", "img_url", "photo_url", "contentUrl", "link"]),
    // Where a table has coordinates, `alt` may be an altitude, so a number is no text.
    (Column::Alt, &["alt", "alt_text", "text"]),
];

/// Columns of an export that Gleaner computes, or that only the source can give.
const MADE: [&str; 23] = [
    "id",
    "source",
    "state",
    "media",
    "updated_at",
    "found_at",
    "downloaded_at",
    "owner_pseudonym",
    "taken.unknown",
    "license.source_id",
    "license.seen_on",
    "location.accuracy",
    "searches",
    "sizes",
    "file.",
    "thumbnail.",
    "camera.",
    "place.",
    "scores.",
    "sealed.",
    "fault.",
    "searches.",
    "sizes.",
];

/// Whether a column of an export holds a personal field, or a part of it.
fn is_personal(lower: &str) -> bool {
    let Some(name) = lower.strip_prefix("personal.") else { return false };
    let field = name.split('.').next().unwrap_or(name);
    PersonalField::ALL.iter().any(|known| known.as_str() == field)
}

/// The meaning of a column name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A column that is read.
    Read(Column),
    /// A column of exports that is ignored, because it is computed again.
    Made,
    /// An unknown name, with the closest known one.
    Unknown(Option<&'static str>),
}

/// exiftool's groups, in lower case, up to a `-` or a number: `XMP-dc` and `IFD0` are of `xmp` and `ifd`.
const GROUPS: [&str; 10] =
    ["composite", "exif", "exififd", "file", "gps", "ifd", "iptc", "makernotes", "system", "xmp"];

/// What follows exiftool's group or a vocabulary's prefix: `EXIF:GPSLatitude` (exiftool -G), `EXIF.GPSLatitude` (an object
/// of exiftool -g), `dwc:eventDate`.
fn without_group(name: &str) -> Option<&str> {
    if let Some((_, rest)) = name.rsplit_once(':') {
        return Some(rest);
    }
    let (group, rest) = name.split_once('.')?;
    let group = group.split('-').next()?.trim_end_matches(|c: char| c.is_ascii_digit()).to_lowercase();
    (GROUPS.contains(&group.as_str()) && !rest.contains('.')).then_some(rest)
}

/// Looks up a name, then the name without its group.
pub fn meaning(name: &str) -> Meaning {
    let wanted = bare(name);
    let known = |wanted: &str| {
        let is_one = |names: &&[&str]| names.iter().any(|name| bare(name) == wanted);
        NAMES.iter().find(|(_, names)| is_one(names)).map(|(column, _)| *column)
    };
    if let Some(column) = known(&wanted) {
        return Meaning::Read(column);
    }
    let lower = name.trim().to_lowercase();
    if fields::columns().any(|column| column.path == lower)
        || is_personal(&lower)
        || MADE.iter().any(|made| lower == *made || made.ends_with('.') && lower.starts_with(made))
    {
        return Meaning::Made;
    }
    if let Some(column) = without_group(name).and_then(|rest| known(&bare(rest))) {
        return Meaning::Read(column);
    }
    Meaning::Unknown(nearest(&wanted, NAMES.iter().flat_map(|(_, names)| names.iter().copied())))
}

impl Column {
    /// The documented name.
    pub fn as_str(self) -> &'static str {
        NAMES.iter().find(|(column, _)| *column == self).map_or("", |(_, names)| names[0])
    }

    /// Whether it holds texts, where a name may stand, or values of a certain form.
    pub fn kind(self) -> Kind {
        match self {
            Self::Title
            | Self::Description
            | Self::Tags
            | Self::TagPaths
            | Self::MachineTags
            | Self::Attribution
            | Self::Changes
            | Self::OwnerName
            | Self::Owner
            | Self::PathAlias
            | Self::VernacularName
            | Self::Alt => Kind::Text,
            _ => Kind::Typed,
        }
    }

    /// The largest absolute value of its numbers; `None` for a column of something else.
    pub fn limit(self) -> Option<f64> {
        match self {
            Self::Latitude => Some(90.0),
            Self::Longitude => Some(180.0),
            Self::Uncertainty => Some(f64::from(u32::MAX)),
            Self::Views | Self::Faves | Self::Comments => Some(f64::INFINITY),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Column, Meaning, NAMES, meaning};

    #[test]
    fn names_are_known_in_any_spelling_and_slips_are_guessed() {
        for name in [
            "Latitude",
            " decimal latitude ",
            "LAT",
            "location.latitude",
            "EXIF:GPSLatitude",
            "GPS.GPSLatitude",
            "XMP-exif.GPSLatitude",
            "dwc:decimalLatitude",
        ] {
            assert_eq!(meaning(name), Meaning::Read(Column::Latitude), "{name}");
        }
        for made in ["place.city.name", "personal.raw_record.dwc:eventDate"] {
            assert_eq!(meaning(made), Meaning::Made, "{made}");
        }
        for (slip, meant) in
            [("lattitude", "latitude"), ("licnese", "license"), ("ttile", "title"), ("atribution", "attribution")]
        {
            assert_eq!(meaning(slip), Meaning::Unknown(Some(meant)), "{slip}");
        }
        for stranger in ["mood", "weather", "", "a", "猿"] {
            assert_eq!(meaning(stranger), Meaning::Unknown(None), "{stranger}");
        }
        for (column, names) in NAMES {
            names.iter().for_each(|name| assert_eq!(meaning(name), Meaning::Read(column), "{name}"));
        }
    }
}
