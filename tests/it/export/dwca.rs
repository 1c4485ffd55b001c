//! Darwin Core Archives, read by a library that is not ours.

use std::path::Path;

use gleaner::config::Citation;
use gleaner::dataset::Dataset;
use gleaner::export::{self, Export, ExportContext, ExportSummary, OptionValues};
use gleaner::photo::filter::Filter;
use gleaner::photo::{Location, Observation, Photo, PhotoId, Taken, Taxon};
use serde_json::{Value, json};

use super::{NASTY, full, python_with, seal, titled};
use crate::memory::Memory;

fn archive(photos: Vec<Photo>, options: &[(&str, &str)], citation: &str) -> (Vec<u8>, ExportSummary) {
    let format = export::format("dwca").unwrap();
    let given = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let context = ExportContext {
        options: OptionValues::of(format, given).unwrap(),
        citation: Citation::parse(citation).unwrap(),
        ..ExportContext::sealed(Dataset::at("nowhere"))
    };
    let mut out = Vec::new();
    let export = Export::open(format, &context, Filter::default()).unwrap();
    let (_, summary) = export.write_all(&Memory::of(&seal(photos)), &mut out).unwrap();
    (out, summary)
}

/// Prints the rows of the core, each with the rows of its extension, by their terms' names.
const READ: &str = r#"
import json
from dwca.read import DwCAReader
short = lambda data: {term.rsplit("/", 1)[-1]: value for term, value in data.items() if value}
with DwCAReader("a.zip") as archive:
    assert archive.core_contains_term("http://rs.tdwg.org/dwc/terms/basisOfRecord")
    title = archive.metadata.find("dataset/title").text if archive.metadata is not None else None
    rows = [[row.id, short(row.data), [short(media.data) for media in row.extensions]] for row in archive]
print(json.dumps([title, rows]))
"#;

/// An id, its occurrence, its media.
type Row = (String, Value, Vec<Value>);

fn read(bytes: &[u8]) -> Option<(Value, Vec<Row>)> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.zip"), bytes).unwrap();
    let said = python_with("dwca.read", READ, Path::new(folder.path()))?;
    Some(serde_json::from_str(said.lines().last().unwrap()).unwrap())
}

fn macaque() -> Taxon {
    Taxon { scientific_name: "Macaca fascicularis".into(), ..Taxon::default() }
}

#[test]
fn an_occurrence_says_what_its_record_says() {
    let alone = Photo { other_records: Vec::new(), ..full() };
    let (bytes, summary) = archive(vec![alone], &[], "title = \"A & B\"\n[[creators]]\nname = \"G\"\n");
    assert_eq!((summary.rows, summary.notes.len()), (Some((1, "occurrences")), 0));
    let Some((title, rows)) = read(&bytes) else { return };
    assert_eq!(title, "A & B");
    let (id, occurrence, media) = &rows[0];
    assert_eq!(id, "flickr:observation:57754375");
    let license = "https://creativecommons.org/licenses/by-sa/2.0/";
    let expected = json!({
        "occurrenceID": "flickr:observation:57754375",
        "basisOfRecord": "HumanObservation",
        "occurrenceStatus": "present",
        "scientificName": "Macaca fascicularis",
        "taxonRank": "species",
        "vernacularName": "Long-tailed Macaque",
        "kingdom": "Animalia",
        "phylum": "Chordata",
        "class": "Mammalia",
        "order": "Primates",
        "family": "Cercopithecidae",
        "genus": "Macaca",
        "identificationRemarks": "by a reviewer of the dataset, from the picture",
        "identificationVerificationStatus": "research", "degreeOfEstablishment": "captive",
        "occurrenceRemarks": "setting: captive (by words, probability 0.92)",
        "eventDate": "2025-01-02T03:04:05-04:00/2025-01-03T00:00Z",
        "decimalLatitude": "-33.5",
        "decimalLongitude": "-70.25",
        "geodeticDatum": "EPSG:4326",
        "coordinateUncertaintyInMeters": occurrence["coordinateUncertaintyInMeters"],
        "georeferenceRemarks": "geotag of the source",
        "dataGeneralizations": occurrence["dataGeneralizations"],
        "countryCode": "CL",
        "country": "Chile",
        "stateProvince": "Santiago",
        "waterBody": "South Pacific",
        "datasetID": "50c9509d-22c7-4a22-a47d-8c48425ef4a7",
        "datasetName": "Observations of monkeys",
        "references": "https://example.test/1",
        "license": license,
        "rightsHolder": "Jane Example",
    });
    assert_eq!(occurrence, &expected);
    let metres = occurrence["coordinateUncertaintyInMeters"].as_str().unwrap();
    let moved = format!("coordinates moved on purpose by the source by up to {metres} m");
    assert_eq!(occurrence["dataGeneralizations"], moved);
    let expected = json!({
        "type": "StillImage", "format": "image/jpeg", "identifier": "https://img.example.test/1_b.jpg",
        "references": "https://example.test/1", "title": "A monkey",
        "created": "2025-01-02T03:04:05-04:00/2025-01-03T00:00Z",
        "creator": "Jane Example", "license": license, "rightsHolder": "Jane Example",
    });
    assert_eq!(media, &[expected]);

    // Another source reports CC BY-ND 2.0, which is stricter.
    let (_, rows) = read(&archive(vec![full()], &[], "").0).unwrap();
    let license = "https://creativecommons.org/licenses/by-nd/2.0/";
    assert_eq!((&rows[0].1["license"], &rows[0].2[0]["license"]), (&json!(license), &json!(license)));
    let text = format!("{rows:?}");
    assert!(["11111111", "gAAAA", "Ünique", "0012345"].iter().all(|person| !text.contains(person)));
}

#[test]
fn photos_of_one_observation_are_one_occurrence_with_all_its_media() {
    let of = |own: &str, observation: &str, captive: Option<bool>, group: &str| Photo {
        id: PhotoId::new("inaturalist", own),
        taxon: Some(Taxon { iconic_group: Some(group.into()), ..macaque() }),
        observation: Some(Observation { id: observation.into(), captive, ..Observation::default() }),
        image_url: Some(format!("https://img.example.test/{own}")),
        ..titled(own, "t")
    };
    let photos = vec![
        of("1", "7", Some(true), "Mammalia"),
        of("2", "8", Some(true), "Plantae"),
        of("3", "7", Some(true), "Mammalia"),
        of("4", "9", Some(false), "Mammalia"),
        titled("5", "no taxon"),
    ];
    let (bytes, summary) = archive(photos.clone(), &[], "");
    assert_eq!((&summary.counts["media"], &summary.counts["left_out"]), (&json!(4), &json!(1)));
    assert!(summary.notes[0].starts_with("left out: 1 photo without a taxon") && summary.notes[1].contains("eml.xml"));
    let Some((title, rows)) = read(&bytes) else { return };
    assert!(title.is_null());
    let found: Vec<_> = rows
        .iter()
        .map(|(id, row, media)| {
            let images: Vec<_> = media.iter().map(|medium| medium["identifier"].as_str().unwrap()).collect();
            (id.rsplit(':').next().unwrap(), row["degreeOfEstablishment"].as_str(), images)
        })
        .collect();
    let image = |own: u8| format!("https://img.example.test/{own}");
    let (one, two, three, four) = (image(1), image(2), image(3), image(4));
    assert_eq!(
        found,
        [
            ("7", Some("captive"), vec![one.as_str(), &three]),
            ("8", Some("cultivated"), vec![&two]),
            ("9", None, vec![&four]),
        ]
    );
    let options = [("without-taxon", "keep"), ("basis-of-record", "MachineObservation")];
    let (_, rows) = read(&archive(photos, &options, "").0).unwrap();
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|(_, row, _)| row["basisOfRecord"] == "MachineObservation"));
    let bare = json!({"occurrenceID": "flickr:5", "basisOfRecord": "MachineObservation"});
    let without: Vec<_> = rows.iter().filter(|(id, ..)| id == "flickr:5").map(|(_, row, _)| row.clone()).collect();
    assert_eq!(without, [bare], "what a record does not say is empty");
}

#[test]
fn only_dates_of_iso_8601_are_event_dates_and_no_text_breaks_a_row() {
    let dates = [
        ("2019-05-04", "eventDate"),
        ("2019", "eventDate"),
        ("2019-05", "eventDate"),
        ("2006-07/2006-08", "eventDate"),
        ("2019-05-04T13:22:05+08:00", "eventDate"),
        ("1998~", "verbatimEventDate"),
        ("199X", "verbatimEventDate"),
        ("../2005", "verbatimEventDate"),
        ("2005/..", "verbatimEventDate"),
    ];
    let dated = dates.iter().enumerate().map(|(nth, (date, _))| Photo {
        taxon: Some(macaque()),
        taken: Some(Taken::parse(date).unwrap_or_else(|| panic!("{date}"))),
        ..titled(&format!("a{nth}"), "t")
    });
    let nasty = NASTY.iter().enumerate().map(|(nth, text)| Photo {
        taxon: Some(macaque()),
        attribution: Some((*text).to_owned()),
        image_url: Some("https://img.example.test/".into()),
        location: Location::new(1e-7, -0.5),
        ..titled(&format!("b{nth:02}"), text)
    });
    let Some((_, rows)) = read(&archive(dated.chain(nasty).collect(), &[], "").0) else { return };
    assert_eq!(rows.len(), dates.len() + NASTY.len());
    for ((date, term), (_, row, _)) in dates.iter().zip(&rows) {
        let other = if *term == "eventDate" { "verbatimEventDate" } else { "eventDate" };
        assert!(row[*term].is_string() && row[other].is_null(), "{date}: {row}");
    }
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (text, (_, row, media)) in NASTY.iter().zip(&rows[dates.len()..]) {
        let text = plain(&text.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " "));
        assert_eq!(plain(row["rightsHolder"].as_str().unwrap_or_default()), text);
        assert_eq!(plain(media[0]["title"].as_str().unwrap_or_default()), text);
        assert_eq!((&row["decimalLatitude"], &row["decimalLongitude"]), (&json!("0.0000001"), &json!("-0.5")));
    }
}

#[test]
fn an_archive_without_photos_is_read_too_and_equal_exports_have_equal_bytes() {
    let Some((_, rows)) = read(&archive(Vec::new(), &[], "").0) else { return };
    assert!(rows.is_empty());
    let citation = "title = \"T\"\n[[creators]]\nname = \"G\"\n";
    assert_eq!(archive(vec![full()], &[], citation).0, archive(vec![full()], &[], citation).0);
}
