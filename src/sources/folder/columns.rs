//! The column names of a metadata file, and suggestions for unknown names.

use super::super::suggest::{bare, nearest};
use crate::photo::fields;

/// The content of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    File,
    FilePath,
    FileName,
    Title,
    Description,
    Tags,
    MachineTags,
    Latitude,
    Longitude,
    Uncertainty,
    Origin,
    Taken,
    Granularity,
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
}

/// The names of each column, in lower case, without `_`, `-` and spaces. The first is the documented one.
const NAMES: [(Column, &[&str]); 26] = [
    (Column::File, &["file"]),
    (Column::FilePath, &["file_path", "path"]),
    (Column::FileName, &["file_name"]),
    (Column::Title, &["title"]),
    (Column::Description, &["description"]),
    (Column::Tags, &["tags", "keywords"]),
    (Column::MachineTags, &["machine_tags"]),
    (Column::Latitude, &["latitude", "lat", "decimalLatitude", "location.latitude"]),
    (Column::Longitude, &["longitude", "lon", "lng", "long", "decimalLongitude", "location.longitude"]),
    (Column::Uncertainty, &["uncertainty_m", "coordinateUncertaintyInMeters", "location.uncertainty_m"]),
    (Column::Origin, &["location_origin", "location.origin"]),
    (Column::Taken, &["taken", "taken.local", "date_taken", "DateTimeOriginal", "eventDate"]),
    (Column::Granularity, &["taken.granularity", "granularity"]),
    (Column::PostedAt, &["posted_at"]),
    (Column::License, &["license", "licence", "license.id"]),
    (Column::LicenseName, &["license.name"]),
    (Column::LicenseUrl, &["license.url", "license_url"]),
    (Column::Attribution, &["attribution", "author", "credit", "creator"]),
    (Column::Changes, &["changes"]),
    (Column::LandingUrl, &["landing_url", "source_url"]),
    (Column::Views, &["views"]),
    (Column::Faves, &["faves"]),
    (Column::Comments, &["comments"]),
    (Column::OwnerName, &["owner_name", "personal.owner_name"]),
    (Column::Owner, &["owner", "personal.owner"]),
    (Column::PathAlias, &["path_alias", "personal.path_alias"]),
];

/// Columns of an export that Gleaner computes, or that only the source can give.
const MADE: [&str; 28] = [
    "id",
    "source",
    "state",
    "media",
    "image_url",
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
    "personal.exif",
    "personal.raw_record",
    "file.",
    "thumbnail.",
    "camera.",
    "place.",
    "scores.",
    "sealed.",
    "fault.",
    "searches.",
    "sizes.",
    "personal.exif.",
    "personal.raw_record.",
];

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

/// Looks up a name.
pub fn meaning(name: &str) -> Meaning {
    let wanted = bare(name);
    let known = |names: &&[&str]| names.iter().any(|name| bare(name) == wanted);
    if let Some((column, _)) = NAMES.iter().find(|(_, names)| known(names)) {
        return Meaning::Read(*column);
    }
    let lower = name.trim().to_lowercase();
    if fields::columns().any(|column| column.path == lower)
        || MADE.iter().any(|made| lower == *made || made.ends_with('.') && lower.starts_with(made))
    {
        return Meaning::Made;
    }
    Meaning::Unknown(nearest(&wanted, NAMES.iter().flat_map(|(_, names)| names.iter().copied())))
}

impl Column {
    /// The documented name.
    pub fn as_str(self) -> &'static str {
        NAMES.iter().find(|(column, _)| *column == self).map_or("", |(_, names)| names[0])
    }
}

#[cfg(test)]
mod tests {
    use super::{Column, Meaning, meaning};

    #[test]
    fn names_are_known_in_any_spelling_and_slips_are_guessed() {
        for name in ["Latitude", " decimal latitude ", "LAT", "location.latitude"] {
            assert_eq!(meaning(name), Meaning::Read(Column::Latitude), "{name}");
        }
        assert_eq!(meaning("place.city.name"), Meaning::Made);
        for (slip, meant) in
            [("lattitude", "latitude"), ("licnese", "license"), ("ttile", "title"), ("atribution", "attribution")]
        {
            assert_eq!(meaning(slip), Meaning::Unknown(Some(meant)), "{slip}");
        }
        for stranger in ["mood", "weather", "", "a", "猿"] {
            assert_eq!(meaning(stranger), Meaning::Unknown(None), "{stranger}");
        }
    }
}
