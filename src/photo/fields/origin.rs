//! Counts, licence, credit and dates.

use std::borrow::Cow;

use super::record::known;
use super::{Caption, Chart, Facet, Field, Kind, NOTHING, Name, Names, SortName, Unit, column};
use super::{caption, read};
use crate::photo::License;

pub(super) static FIELDS: &[Field] = &[
    Field {
        name: "views",
        label: "Views",
        unknown: "Views unknown",
        kind: Kind::Counts(|photo| photo.views),
        examples: &["views:100..", "views:3..8"],
        meaning: "have that number of views",
        facet: Some(Facet { rank: 120, open: true }),
        chart: Some(Chart { rank: 90, title: "Views" }),
        sorts: &[SortName { name: "views", label: "Most viewed", ascending: false }],
        caption: Some(Caption { rank: 60, name: "views", text: caption::views }),
        columns: &[column("views", "count", "at the time of the search")],
        ..NOTHING
    },
    Field {
        name: "faves",
        label: "Favourites",
        unknown: "Favourites unknown",
        kind: Kind::Counts(|photo| photo.faves),
        examples: &["faves:any", "faves:>=10"],
        meaning: "have that number of favourites",
        facet: Some(Facet { rank: 130, open: false }),
        chart: Some(Chart { rank: 100, title: "Favourites" }),
        sorts: &[SortName { name: "faves", label: "Most favoured", ascending: false }],
        columns: &[column("faves", "count", "at the time of the search")],
        ..NOTHING
    },
    Field { name: "comments", columns: &[column("comments", "count", "at the time of the search")], ..NOTHING },
    Field {
        name: "license",
        label: "Licence",
        unknown: "No licence given",
        kind: Names::usual(
            |photo| {
                Some(match photo.license_in_force()? {
                    Cow::Borrowed(license) => {
                        Name { value: license.id.as_str().into(), label: Some(Cow::Borrowed(&license.name)) }
                    }
                    Cow::Owned(license) => Name { value: license.id.into(), label: Some(license.name.into()) },
                })
            },
            License::known,
        ),
        examples: &["license:CC-BY-2.0,CC0-1.0"],
        meaning: "have that licence (SPDX identifier), the stricter one if sources disagree; `licence:` is accepted too",
        facet: Some(Facet { rank: 70, open: false }),
        chart: Some(Chart { rank: 60, title: "Licences" }),
        caption: Some(Caption { rank: 90, name: "licence", text: caption::license }),
        search: Some(|photo, add| {
            if let Some(license) = photo.license_in_force() {
                [&license.id, &license.name].into_iter().for_each(|text| add(text));
            }
        }),
        searched_as: "licence",
        columns: &[
            column(
                "license.id",
                "text",
                "SPDX identifier, or `LicenseRef-...` if there is none; the stricter licence if sources disagree",
            ),
            column("license.name", "text", "name to display"),
            column("license.url", "URL", "address of its text (Dublin Core `license`)"),
            column("license.source_id", "number", "the source's own number of the licence (Flickr 0-16)"),
            column("license.seen_on", "date", "the day on which the source reported it; licences change"),
        ],
        ..NOTHING
    },
    Field {
        name: "attribution",
        caption: Some(Caption { rank: 80, name: "author", text: caption::author }),
        search: Some(|photo, add| photo.attribution.iter().for_each(|text| add(text))),
        searched_as: "attribution",
        columns: &[column(
            "attribution",
            "text",
            "the author to credit, if the licence or your own metadata states it publicly",
        )],
        ..NOTHING
    },
    Field {
        name: "changes",
        columns: &[column("changes", "text", "changes since the author published it, which CC BY asks to state")],
        ..NOTHING
    },
    Field {
        name: super::TAKEN,
        label: "Date taken",
        unknown: "Unknown date",
        kind: Kind::Days(read::period),
        examples: &["taken:2019-05..2020", "taken:2019", "taken:none"],
        meaning: "were taken in that year, in that month, or on that day, by the camera's clock; a date that is less exact must lie \
            within it as a whole",
        facet: Some(Facet { rank: 110, open: true }),
        chart: Some(Chart { rank: 10, title: "Photos over time" }),
        sorts: &[
            SortName { name: "newest", label: "Newest first", ascending: false },
            SortName { name: "oldest", label: "Oldest first", ascending: true },
        ],
        caption: Some(Caption { rank: 30, name: "date", text: caption::date }),
        columns: &[
            column(
                "taken.local",
                "date and time, no zone",
                "the camera's clock (EXIF `DateTimeOriginal`); of an interval the start",
            ),
            column(
                "taken.granularity",
                "text",
                "precision of the date: `second`, `minute`, `hour`, `day`, `month`, `year`, `decade`, `century`, `circa` (about \
                    that year), `interval`",
            ),
            column("taken.unknown", "true/false", "the source states that the date is unknown"),
        ],
        ..NOTHING
    },
    Field {
        name: super::MONTH,
        label: "Month",
        unknown: "Unknown month",
        kind: Kind::Cycle { read: read::month, first: 1, last: 12 },
        unit: Some(Unit::Month),
        examples: &["month:6..8", "month:11..2"],
        meaning: "were taken in that month, 1 to 12, if it is known; 11..2 is November to February",
        facet: Some(Facet { rank: 140, open: false }),
        chart: Some(Chart { rank: 20, title: "Month" }),
        ..NOTHING
    },
    Field {
        name: super::HOUR,
        label: "Hour of day",
        unknown: "Unknown hour",
        kind: Kind::Cycle { read: read::hour, first: 0, last: 23 },
        unit: Some(Unit::Hour),
        examples: &["hour:5,6", "hour:22..4"],
        meaning: "were taken in that hour of the camera's clock, 0 to 23, if it is known",
        facet: Some(Facet { rank: 150, open: false }),
        chart: Some(Chart { rank: 15, title: "Hour of day" }),
        ..NOTHING
    },
    Field { name: "posted_at", columns: &[column("posted_at", "time", "when it was posted at the source")], ..NOTHING },
    Field {
        name: "updated_at",
        columns: &[column("updated_at", "time", "when the source last changed the record")],
        ..NOTHING
    },
    Field { name: "found_at", columns: &[column("found_at", "time", "when a search first found it")], ..NOTHING },
    Field {
        name: "downloaded_at",
        columns: &[column(
            "downloaded_at",
            "time",
            "when the image was downloaded (in JSON Lines also `file.downloaded_at`)",
        )],
        ..NOTHING
    },
];

/// The pseudonym of the owner.
pub(super) const PERSON_FIELD: Field = Field {
    name: super::PERSON,
    label: "Photographer",
    kind: Names::free(|photo| known(photo.owner_pseudonym.as_deref())),
    examples: &["person:0123456789abcdef01234567"],
    meaning: "belong to the owner with that pseudonym (`owner_pseudonym`)",
    columns: &[column(
        "owner_pseudonym",
        "24 hex digits",
        "the same for all photos of an owner, within this dataset; identifies nobody",
    )],
    ..NOTHING
};
