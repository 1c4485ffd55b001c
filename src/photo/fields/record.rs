//! Fields of the source's record: id, texts, searches, URLs.

use super::{Caption, Chart, Facet, Field, Kind, NOTHING, Name, Names, column};
use super::{caption, read};
use crate::photo::text::plain_text;
use crate::photo::{Media, Photo, State};

pub(super) static FIELDS: &[Field] = &[
    Field {
        name: "id",
        search: Some(|photo, add| add(photo.id.as_str())),
        searched_as: "id",
        columns: &[column("id", "text", "`source:own-id`, the key of a photo (DwC `occurrenceID`)")],
        ..NOTHING
    },
    Field {
        name: "source",
        label: "Source",
        // The program's sources are no concern of this module: they are added where a filter is checked.
        kind: Names::usual(|photo| Some(Name::plain(photo.id.source())), Vec::new),
        examples: &["source:flickr"],
        meaning: "come from that source",
        facet: Some(Facet { rank: 40, open: false }),
        columns: &[column("source", "text", "the photo service, as `gleaner sources` lists it, or `folder`")],
        ..NOTHING
    },
    Field {
        name: "state",
        label: "State",
        kind: Names::one_of(|photo| Some(Name::plain(photo.state().as_str())), State::NAMES),
        examples: &["state:stored"],
        meaning: "have that state: `found`, `stored`, `rejected`, `gone` or `failed`",
        facet: Some(Facet { rank: 90, open: false }),
        columns: &[column(
            "state",
            "text",
            "`found` (metadata only), `stored` (image on disk), `rejected`, `gone`, `failed` (the next run tries again)",
        )],
        ..NOTHING
    },
    Field {
        name: "title",
        caption: Some(Caption { rank: 10, name: "title", text: |photo| Some(caption::title(photo)) }),
        search: Some(|photo, add| add(&photo.title)),
        searched_as: "title",
        columns: &[column("title", "text", "as received from the source, in any script")],
        ..NOTHING
    },
    Field {
        name: "description",
        search: Some(|photo, add| add(&plain_text(&photo.description))),
        searched_as: "description (without HTML)",
        columns: &[column("description", "text", "as received from the source, may contain HTML")],
        ..NOTHING
    },
    Field {
        name: "tags",
        search: Some(|photo, add| photo.tags.iter().for_each(|tag| add(tag))),
        searched_as: "tags",
        columns: &[column("tags", "list of texts", "in the source's order, as the source normalised them")],
        ..NOTHING
    },
    Field {
        name: "machine_tags",
        search: Some(|photo, add| photo.machine_tags.iter().for_each(|tag| add(tag))),
        searched_as: "machine tags",
        columns: &[column("machine_tags", "list of texts", "`namespace:predicate=value`")],
        ..NOTHING
    },
    Field {
        name: "media",
        label: "Medium",
        unknown: "Medium not given",
        kind: Names::one_of(|photo| known(Some(photo.media.as_str())), Media::NAMES),
        examples: &["media:photo"],
        meaning: "are of that medium, as their source says: `photo` or `video`",
        columns: &[column("media", "text", "`photo`, `video`, ...")],
        ..NOTHING
    },
    Field {
        name: "term",
        label: "Search term",
        kind: Kind::Sets(read::terms),
        examples: &["term:\"monkey wild\",cage"],
        meaning: "were found by one of these searches",
        facet: Some(Facet { rank: 10, open: true }),
        chart: Some(Chart { rank: 70, title: "Search terms" }),
        caption: Some(Caption { rank: 40, name: "terms", text: caption::terms }),
        search: Some(|photo, add| photo.searches.iter().for_each(|found| add(&found.term))),
        searched_as: "search terms",
        columns: &[
            column(
                "searches.term",
                "list of texts",
                "the terms of the searches that found it; in JSON Lines `searches` is a list of `{term, rank, bbox, criteria, language, source}`",
            ),
            column("searches.rank", "list of numbers", "best position in that search, from 1"),
            column("searches.bbox", "list of texts", "the box that was searched: `west,south,east,north`, degrees"),
        ],
        ..NOTHING
    },
    Field {
        name: "landing_url",
        columns: &[column("landing_url", "URL", "the photo's web page (Dublin Core `references`)")],
        ..NOTHING
    },
    Field { name: "image_url", columns: &[column("image_url", "URL", "address of the image")], ..NOTHING },
    Field {
        name: "file_name",
        search: Some(|photo, add| photo.file_name.iter().for_each(|name| add(name))),
        searched_as: "file name",
        columns: &[column("file_name", "text", "the file's name at the source")],
        ..NOTHING
    },
    Field {
        name: "file_path",
        columns: &[column("file_path", "text", "path of the image in the dataset's folder")],
        ..NOTHING
    },
];

/// An optional name.
pub(super) fn known(name: Option<&str>) -> Option<Name<'_>> {
    name.map(Name::plain)
}

/// A name that is computed from several fields.
pub(super) fn made(name: fn(&Photo) -> Option<String>, photo: &Photo) -> Option<Name<'_>> {
    name(photo).map(Name::plain)
}
