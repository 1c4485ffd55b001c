//! What the columns of a metadata file are called, and which name was probably meant.

use super::super::suggest::{bare, nearest};

/// What a column says about a photo.
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

/// Each column's names, without case, `_`, `-` and blanks; the first is the one that docs give.
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

/// Columns of an export that Gleaner makes itself, or that only the source could know.
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

/// What a name in the first line of a metadata file means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It is read.
    Read(Column),
    /// An export has it; it is computed again.
    Made,
    /// Nobody knows; perhaps this was meant.
    Unknown(Option<&'static str>),
}

/// Looks a name up.
pub fn meaning(name: &str) -> Meaning {
    let wanted = bare(name);
    let known = |names: &&[&str]| names.iter().any(|name| bare(name) == wanted);
    if let Some((column, _)) = NAMES.iter().find(|(_, names)| known(names)) {
        return Meaning::Read(*column);
    }
    let lower = name.trim().to_lowercase();
    if MADE.iter().any(|made| lower == *made || made.ends_with('.') && lower.starts_with(made)) {
        return Meaning::Made;
    }
    Meaning::Unknown(nearest(&wanted, NAMES.iter().flat_map(|(_, names)| names.iter().copied())))
}

impl Column {
    /// The name that docs give it.
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
