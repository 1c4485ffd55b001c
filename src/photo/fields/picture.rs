//! The camera, the image file and its processing.

use super::origin::PERSON_FIELD;
use super::read;
use super::record::{known, made};
use super::{Caption, Chart, Facet, Field, NOTHING, Names, column};
use crate::photo::StageName;

pub(super) static FIELDS: &[Field] = &[
    Field {
        name: "camera",
        label: "Camera",
        unknown: "Unknown camera",
        kind: Names::free(|photo| made(read::camera_name, photo)),
        examples: &["camera:\"Canon EOS 80D\""],
        meaning: "were taken with that camera (EXIF Make and Model, without repeating the maker's name)",
        facet: Some(Facet { rank: 80, open: false }),
        chart: Some(Chart { rank: 50, title: "Cameras" }),
        caption: Some(Caption { rank: 70, name: "camera", text: read::camera_name }),
        search: Some(|photo, add| read::camera_name(photo).iter().for_each(|name| add(name))),
        searched_as: "camera",
        columns: &[
            column("camera.make", "text", "EXIF `Make`"),
            column("camera.model", "text", "EXIF `Model`"),
            column("camera.lens", "text", "EXIF `LensModel`"),
            column("camera.exposure_time_s", "seconds", "EXIF `ExposureTime`"),
            column("camera.f_number", "number", "EXIF `FNumber`"),
            column("camera.iso", "number", "EXIF `PhotographicSensitivity`"),
            column("camera.exposure_bias_ev", "EV", "EXIF `ExposureBiasValue`"),
            column("camera.focal_length_mm", "millimetres", "EXIF `FocalLength`"),
            column("camera.focal_length_35mm", "millimetres", "EXIF `FocalLengthIn35mmFilm`"),
            column("camera.flash_fired", "true/false", "EXIF `Flash`, bit 0"),
        ],
        ..NOTHING
    },
    Field {
        name: "file",
        columns: &[
            column("file.sha256", "hex", "of the bytes as received; names the file"),
            column("file.stored_sha256", "hex", "of the bytes on disk, without metadata"),
            column("file.format", "text", "`jpeg`, `png`, `webp`, `gif`, by content"),
            column("file.width", "pixels", "as encoded, before orientation"),
            column("file.height", "pixels", "as encoded, before orientation"),
            column("file.orientation", "number", "EXIF `Orientation`, 1-8"),
            column("file.bytes", "bytes", "as received"),
            column("file.stored_bytes", "bytes", "on disk"),
        ],
        ..NOTHING
    },
    Field {
        name: "sizes",
        columns: &[
            column(
                "sizes.label",
                "list of texts",
                "the sizes that the source offers; in JSON Lines a list of `{label, url, width, height}`",
            ),
            column("sizes.url", "list of URLs", "their addresses"),
            column("sizes.width", "list of pixels", "0: not known"),
            column("sizes.height", "list of pixels", "0: not known"),
        ],
        ..NOTHING
    },
    Field {
        name: "thumbnail",
        columns: &[
            column("thumbnail.width", "pixels", "orientation applied"),
            column("thumbnail.height", "pixels", "orientation applied"),
            column(
                "thumbnail.thumbhash",
                "base64",
                "[ThumbHash](https://evanw.github.io/thumbhash/), a blur of 25 bytes",
            ),
        ],
        ..NOTHING
    },
    PERSON_FIELD,
    Field {
        name: "fault",
        label: "Fault",
        unknown: "No fault",
        kind: Names::one_of(|photo| known(photo.fault.as_ref().map(|fault| fault.stage.as_str())), StageName::NAMES),
        examples: &["fault:download,thumbnail", "-fault:any"],
        meaning: "failed at that stage: `search`, `download`, `exif`, `geocode`, `taxa`, `range`, `setting`, `thumbnail`",
        facet: Some(Facet { rank: 100, open: false }),
        columns: &[
            column("fault.stage", "text", "the stage that failed, if any"),
            column("fault.kind", "text", "`rejected`, `permanent`, `temporary`"),
            column("fault.message", "text", "reason to display"),
        ],
        ..NOTHING
    },
];
