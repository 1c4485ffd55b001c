//! Camtrap DP, validated by frictionless against the standard's own schemas, and beside Darwin Core.

use gleaner::config::Citation;
use gleaner::dataset::Dataset;
use gleaner::export::{self, Export, ExportContext, ExportSummary, OptionValues};
use gleaner::photo::filter::Filter;
use gleaner::photo::{Location, Photo, PhotoId, Place, Score, ScoreKey, Taken};
use gleaner::reviews::{Review, Reviews, Verdict};
use serde_json::{Value, json};

use super::{NASTY, full, macaque, python_with, seal, titled};
use crate::memory::Memory;
use crate::pipeline::shared;

const CITATION: &str = "title = \"A & B\"\nlicense = \"CC-BY-4.0\"\n[[creators]]\nname = \"G\"\n";

fn package(
    format: &str,
    photos: Vec<Photo>,
    dataset: Dataset,
    options: &[(&str, &str)],
    citation: &str,
) -> (Vec<u8>, ExportSummary) {
    let format = export::format(format).unwrap();
    let given = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let context = ExportContext {
        options: OptionValues::of(format, given).unwrap(),
        citation: Citation::parse(citation).unwrap(),
        ..ExportContext::sealed(dataset)
    };
    let mut out = Vec::new();
    let export = Export::open(format, &context, Filter::default()).unwrap();
    let (_, summary) = export.write_all(&Memory::of(&seal(photos)), &mut out).unwrap();
    (out, summary)
}

fn camtrap(photos: Vec<Photo>, options: &[(&str, &str)]) -> (Vec<u8>, ExportSummary) {
    package("camtrap-dp", photos, Dataset::at("nowhere"), options, CITATION)
}

/// Unpacks the package, puts the standard's schemas in the place of their addresses, and validates: the descriptor by the
/// profile, the tables with frictionless, foreign keys included. Prints the package and its tables.
const VALIDATE: &str = r#"
import csv, json, os, sys, zipfile
from frictionless import Package, system
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

oracles, is_empty = open("oracles").read().split("\n")
zipfile.ZipFile("a.zip").extractall("p")
given = json.load(open("p/datapackage.json"))
profile = json.load(open(oracles + "/camtrap-dp/camtrap-dp-profile.json"))
base = json.load(open(oracles + "/frictionless/datapackage-1.0.json"))
# The form of GeoJSON is checked by shapely below.
known = {"https://specs.frictionlessdata.io/schemas/data-package.json": base, "http://json.schemastore.org/geojson.json": {}}
resources = [(url, Resource(schema, DRAFT4)) for url, schema in known.items()]
from jsonschema import Draft4Validator
errors = list(Draft4Validator(profile, registry=Registry().with_resources(resources)).iter_errors(given))
errors = [f"{list(error.path)}: {error.message[:300]}" for error in errors]
if is_empty == "empty":
    assert errors, "a package without photos cannot be valid"
else:
    assert not errors, errors
    from shapely.geometry import shape
    assert shape(given["spatial"]).is_valid
tables = {}
for resource in given["resources"]:
    name = resource["name"]
    assert resource["schema"].endswith(f"/1.0.2/{name}-table-schema.json")
    resource["schema"] = json.load(open(f"{oracles}/camtrap-dp/{name}-table-schema.json"))
    with open(f"p/{resource['path']}", encoding="utf-8", newline="") as file:
        tables[name] = [{key: value for key, value in row.items() if value} for row in csv.DictReader(file)]
given.pop("profile")
with system.use_context(trusted=True):
    report = Package(given, basepath="p").validate()
if is_empty != "empty":
    assert report.valid, report.flatten(["type", "resourceName", "fieldName", "rowNumber", "note"])
print(json.dumps([given, tables]))
"#;

/// The package and its tables, if they are valid.
fn valid(bytes: &[u8], is_empty: bool) -> Option<(Value, Value)> {
    let oracles = shared("reference/oracles")?;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.zip"), bytes).unwrap();
    let state = if is_empty { "empty" } else { "" };
    std::fs::write(folder.path().join("oracles"), format!("{}\n{state}", oracles.display())).unwrap();
    let said = python_with("frictionless, jsonschema, referencing, shapely", VALIDATE, folder.path())?;
    Some(serde_json::from_str(said.lines().last().unwrap()).unwrap())
}

/// A photo that has what the standard requires.
fn whole(own: &str, at: &str) -> Photo {
    Photo {
        id: PhotoId::new("inaturalist", own),
        taken: Some(Taken::parse(at).unwrap()),
        location: Location::new(5.5, 118.25),
        image_url: Some(format!("https://img.example.test/{own}/original.jpeg?x=1")),
        owner_pseudonym: Some("0123456789abcdef01234567".into()),
        ..titled(own, "t")
    }
}

#[test]
fn a_photographers_day_at_a_place_is_a_deployment_and_each_photo_says_what_is_known() {
    let moment = Photo { taken: Some(Taken::parse("2019-05-04T13:22:05+08:00").unwrap()), ..full() };
    let there = Place { time_zone: Some("Asia/Kuala_Lumpur".into()), ..Place::default() };
    let photos = vec![
        moment,
        whole("1", "2019-05-04T23:59:59+08:00"),
        whole("2", "2019-05-04T06:00:00+08:00"),
        whole("3", "2019-05-04T07:00:00"),
        whole("4", "2019-05-05T07:00:00+08:00"),
        Photo { owner_pseudonym: None, ..whole("5", "2019-05-04T08:00:00+08:00") },
        Photo { place: Some(there), ..whole("6", "2019-05-06T09:00:00") },
    ];
    let (bytes, summary) = camtrap(photos, &[]);
    assert_eq!((summary.rows, summary.notes.len()), (Some((7, "media")), 0), "{:?}", summary.notes);
    let Some((package, tables)) = valid(&bytes, false) else { return };
    let deployments = tables["deployments"].as_array().unwrap();
    let found: Vec<_> = deployments
        .iter()
        .map(|row| {
            ["deploymentID", "deploymentStart", "deploymentEnd", "timestampIssues"]
                .map(|name| row[name].as_str().unwrap())
        })
        .collect();
    let owner = "0123456789abcdef01234567";
    let [day, next, zone] = [4, 5, 6].map(|day| format!("{owner}:5.5,118.25:2019-05-0{day}"));
    // Of the owner's id.
    let pseudonym = "3d7f97fc1822d8e85212e266";
    let (other, alone) = (format!("{pseudonym}:-33.5,-70.25:2019-05-04"), "inaturalist:5:5.5,118.25:2019-05-04");
    assert_eq!(
        found,
        [
            // The offset of one photo is not known, so that its time may be wrong.
            [day.as_str(), "2019-05-04T06:00:00+08:00", "2019-05-04T23:59:59+08:00", "true"],
            [&next, "2019-05-05T07:00:00+08:00", "2019-05-05T07:00:00+08:00", "false"],
            // The source does not state the offset, but the zone of the coordinates is known.
            [&zone, "2019-05-06T09:00:00+08:00", "2019-05-06T09:00:00+08:00", "true"],
            [&other, "2019-05-04T13:22:05+08:00", "2019-05-04T13:22:05+08:00", "false"],
            [alone, "2019-05-04T08:00:00+08:00", "2019-05-04T08:00:00+08:00", "false"],
        ]
    );
    let of_full = &deployments[3];
    assert_eq!(
        (&of_full["setupBy"], &of_full["cameraModel"], &of_full["cameraHeading"]),
        (&json!(pseudonym), &json!("Make-Model"), &json!("270"))
    );
    let media = tables["media"].as_array().unwrap();
    let license = "https://creativecommons.org/licenses/by-nd/2.0/";
    let expected = json!({
        "mediaID": "flickr:1", "deploymentID": other, "timestamp": "2019-05-04T13:22:05+08:00",
        "filePath": "https://img.example.test/1_b.jpg", "filePublic": "true", "fileName": "1_b.jpg",
        "fileMediatype": "image/jpeg",
        "mediaComments": format!("license: {license}; rightsHolder: Jane Example; references: https://example.test/1"),
    });
    assert_eq!(media[0], expected);
    assert_eq!((&media[3]["timestamp"], &media[3]["captureMethod"]), (&json!("2019-05-04T07:00:00Z"), &Value::Null));
    let expected = json!({
        "observationID": "flickr:1", "deploymentID": other, "mediaID": "flickr:1",
        "eventID": "flickr:observation:57754375",
        "eventStart": "2019-05-04T13:22:05+08:00", "eventEnd": "2019-05-04T13:22:05+08:00",
        "observationLevel": "media", "observationType": "animal", "scientificName": "Macaca fascicularis",
        "classificationMethod": "human", "classifiedBy": "a reviewer of the dataset",
        "classificationTimestamp": "2026-05-01T12:00:00Z",
        "observationTags": "degreeOfEstablishment:captive | identificationVerificationStatus:research | setting:captive",
    });
    assert_eq!(tables["observations"][0], expected);
    assert_eq!(tables["observations"][1]["observationType"], "unclassified");
    assert_eq!(package["taxonomic"][0]["family"], "Cercopithecidae");
    assert_eq!(package["created"], "2026-05-01T12:00:00Z", "of the newest record, so that equal exports are equal");
    assert_eq!(package["temporal"], json!({"start": "2019-05-04", "end": "2019-05-06"}));
    assert_eq!(package["contributors"], json!([{"title": "G", "role": "contributor"}]));
    let scopes: Vec<_> = package["licenses"].as_array().unwrap().iter().map(|one| &one["scope"]).collect();
    assert_eq!(scopes, ["data", "media"]);
    let text = format!("{package}{tables}");
    assert!(["11111111", "gAAAA", "Ünique", "0012345"].iter().all(|person| !text.contains(person)));
}

#[test]
fn a_photo_that_lacks_what_the_standard_requires_is_left_out_and_counted() {
    let whole = || whole("1", "2019-05-04T13:22:05+08:00");
    let lacking = [
        Photo { location: None, ..whole() },
        Photo { taken: Taken::parse("2019-05-04"), ..whole() },
        Photo { taken: None, ..whole() },
        Photo { image_url: None, ..whole() },
        Photo { image_url: Some("https://img.example.test/1".into()), ..whole() },
        Photo { image_url: Some("https://img.example.test/a/../1.jpg".into()), ..whole() },
    ];
    let with_ids = |photos: Vec<Photo>| {
        photos.into_iter().enumerate().map(|(nth, photo)| Photo { id: PhotoId::new("gbif", &nth.to_string()), ..photo })
    };
    let (bytes, summary) = camtrap(with_ids(lacking.clone().into()).collect(), &[]);
    assert_eq!(summary.counts["left_out"], 6);
    let reasons = ["coordinates", "to the second", "neither an image", "address does not name", "is empty"];
    assert_eq!(summary.notes.len(), reasons.len(), "{:?}", summary.notes);
    assert!(summary.notes.iter().zip(reasons).all(|(note, reason)| note.contains(reason)), "{:?}", summary.notes);
    if let Some((package, tables)) = valid(&bytes, true) {
        assert_eq!(tables, json!({"deployments": [], "media": [], "observations": []}));
        assert!(package.get("spatial").is_none() && package.get("temporal").is_none(), "nothing is invented");
    }
    // The image of a user's own folder has no address. Its path is in the dataset's folder, which is not public.
    let own = Photo { file: full().file, image_url: None, ..whole() };
    let Some((_, tables)) = valid(&camtrap(vec![own], &[("capture-method", "timeLapse")]).0, false) else { return };
    let medium = &tables["media"][0];
    let path = format!("images/ab/{}.jpg", "ab".repeat(32));
    assert_eq!((&medium["filePath"], &medium["filePublic"]), (&json!(path), &json!("false")));
    assert_eq!(medium["captureMethod"], "timeLapse");
}

#[test]
fn people_and_scorers_say_which_photos_show_animals_and_no_reviewer_is_named() {
    let home = tempfile::tempdir().unwrap();
    let dataset = Dataset::at(home.path());
    let mut reviews = Reviews::open(&dataset).unwrap();
    let review = |own: &str, verdict, by: &str| Review {
        photo: PhotoId::new("inaturalist", own),
        concept: "monkey".into(),
        verdict,
        by: by.into(),
        at: "2026-01-02T03:04:05Z".parse().unwrap(),
        taxon: None,
    };
    reviews.append(&[review("1", Verdict::Yes, "Zoë Brown"), review("2", Verdict::No, "Anna Rossi")]).unwrap();
    reviews.append(&[review("3", Verdict::Cleared, "Anna Rossi"), review("4", Verdict::Unsure, "Anna Rossi")]).unwrap();
    let scored = |own: &str, value: f64| {
        let score = Score::known(value, "local", "7");
        Photo { scores: [(ScoreKey::main("monkey"), score)].into(), ..whole(own, "2019-05-04T13:22:05+08:00") }
    };
    let below = Photo {
        scores: [(ScoreKey::main("monkey"), Score::below(0.5, "vision", "1"))].into(),
        ..whole("6", "2019-05-04T13:22:05+08:00")
    };
    let photos = vec![scored("1", 0.1), scored("2", 0.9), scored("3", 0.9), scored("4", 0.9), scored("5", 0.7), below];
    let options = [("animals", "monkey"), ("animals-from", "0.8")];
    let (bytes, summary) = package("camtrap-dp", photos.clone(), dataset, &options, CITATION);
    assert_eq!(summary.counts["observations"], 11);
    if let Some((_, tables)) = valid(&bytes, false) {
        let rows = tables["observations"].as_array().unwrap();
        let said: Vec<_> = rows
            .iter()
            .filter(|row| row["observationTags"] == "concept:monkey")
            .map(|row| {
                let text = |name: &str| row[name].as_str().unwrap_or_default();
                let by =
                    [text("classificationMethod"), text("classifiedBy"), text("classificationTimestamp")].join(" ");
                format!(
                    "{} {} {by} {}",
                    text("observationID"),
                    text("observationType"),
                    text("classificationProbability")
                )
            })
            .collect();
        assert_eq!(
            said,
            [
                "inaturalist:1:monkey animal human reviewer 1 2026-01-02T03:04:05Z ",
                "inaturalist:3:monkey animal machine local 7  0.9",
                "inaturalist:4:monkey unknown human reviewer 2 2026-01-02T03:04:05Z ",
                "inaturalist:5:monkey unknown machine local 7  0.7",
                "inaturalist:6:monkey unknown machine vision 1  ",
            ]
        );
        assert!(!tables.to_string().contains("Zoë") && !tables.to_string().contains("Rossi"));
    }
    let (_, summary) = camtrap(photos, &[("animals", "monky")]);
    assert!(summary.notes.last().unwrap().contains("monky"), "{:?}", summary.notes);
    let format = export::format("camtrap-dp").unwrap();
    let error = OptionValues::of(format, [("animals-from".to_owned(), "80".to_owned())]).unwrap_err();
    assert!(error.to_string().contains("a number from 0 to 1"), "{error}");
}

#[test]
fn no_text_breaks_a_table() {
    let nasty = NASTY.iter().enumerate().map(|(nth, text)| Photo {
        attribution: Some((*text).to_owned()),
        file_name: Some((*text).to_owned()),
        taxon: Some(gleaner::photo::Taxon { scientific_name: (*text).to_owned(), ..macaque() }),
        ..whole(&format!("{nth:02}"), "2019-05-04T13:22:05+08:00")
    });
    let (bytes, _) = package("camtrap-dp", nasty.collect(), Dataset::at("nowhere"), &[], "");
    let Some((package, tables)) = valid(&bytes, false) else { return };
    assert_eq!(tables["media"].as_array().unwrap().len(), NASTY.len());
    // Without creators the contributors are the services that the photos are from.
    assert_eq!(package["contributors"][0]["title"], "iNaturalist");
    assert!(package.get("licenses").is_none());
}

/// The transformation of Camtrap DP to Darwin Core as the golden pair shows it, for the terms that both formats of Gleaner
/// have: first the pair itself, then a photo exported both ways. Prints the terms in which our archive differs.
const GOLDEN: &str = r#"
import csv, json, zipfile
from datetime import datetime, timezone

oracles = open("oracles").read()
def rows(text, **form):
    return list(csv.DictReader(text.splitlines(keepends=True), **form))

def utc(text):
    return datetime.fromisoformat(text).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

def darwin_core(package, deployments, media, observations):
    places = {row["deploymentID"]: row for row in deployments}
    files = {row["mediaID"]: row for row in media}
    kingdoms = {taxon["scientificName"]: taxon.get("kingdom") for taxon in package["taxonomic"]}
    license = next((one.get("name") or one["path"] for one in package.get("licenses", []) if one["scope"] == "data"), "")
    for row in observations:
        if row["observationType"] != "animal" or row["observationLevel"] != "media" or not row["scientificName"]:
            continue
        place, file = places[row["deploymentID"]], files[row["mediaID"]]
        yield {
            "occurrenceID": row["observationID"],
            "eventID": row["eventID"],
            "basisOfRecord": "MachineObservation",
            "occurrenceStatus": "present",
            "scientificName": row["scientificName"],
            "kingdom": kingdoms[row["scientificName"]] or "Animalia",
            "eventDate": utc(row["eventStart"]),
            "decimalLatitude": place["latitude"],
            "decimalLongitude": place["longitude"],
            "geodeticDatum": "EPSG:4326",
            "coordinateUncertaintyInMeters": place["coordinateUncertainty"],
            "identifiedBy": row["classifiedBy"],
            "datasetID": package["id"] if "id" in package else "",
            "datasetName": package["title"],
            "license": license,
        }, {
            "identifier": file["mediaID"],
            "dc:type": "StillImage" if file["fileMediatype"].startswith("image") else "MovingImage",
            "accessURI": file["filePath"],
            "dc:format": file["fileMediatype"],
            "CreateDate": utc(file["timestamp"]),
        }

def load(read):
    names = ("deployments", "media", "observations")
    return [json.loads(read("datapackage.json")), *(rows(read(name + ".csv")) for name in names)]

# The pair.
golden = oracles + "/camtrap-dp-to-dwc/"
made = list(darwin_core(*load(lambda name: open(f"{oracles}/camtrap-dp/{name}", encoding="utf-8", newline="").read())))
key = lambda row: row["occurrenceID"]
expected = sorted(rows(open(golden + "occurrence_media_based.csv", encoding="utf-8", newline="").read()), key=key)
found = sorted((one for one, _ in made), key=key)
assert [row["occurrenceID"] for row in found] == [row["occurrenceID"] for row in expected]
for one, other in zip(found, expected):
    assert {name: other[name] for name in one} == one, (one, other)
media = {row["identifier"]: row for row in rows(open(golden + "multimedia_media_based.csv", encoding="utf-8", newline="").read())}
for _, file in made:
    assert {name: media[file["identifier"]][name] for name in file} == file

# A photo both ways.
package = zipfile.ZipFile("a.zip")
(occurrence, file), = darwin_core(*load(lambda name: package.read(name).decode()))
archive = zipfile.ZipFile("b.zip")
tabs = lambda name: rows(archive.read(name).decode(), delimiter="\t", quoting=csv.QUOTE_NONE)
(ours,), (image,) = tabs("occurrence.txt"), tabs("multimedia.txt")
differ = [f"{name}: {value} | {ours.get(name)}" for name, value in occurrence.items() if ours.get(name) != value]
same = {"dc:type": "type", "accessURI": "identifier", "dc:format": "format", "CreateDate": "created"}
differ += [f"{name}: {file[name]} | {image[own]}" for name, own in same.items() if file[name] != image[own]]
assert utc(ours["eventDate"]) == occurrence["eventDate"] and utc(image["created"]) == file["CreateDate"]
print(json.dumps(differ))
"#;

#[test]
fn darwin_core_of_a_photo_is_what_the_golden_pair_makes_of_its_camtrap_package() {
    let Some(oracles) = shared("reference/oracles") else { return };
    let photo = Photo { taken: Some(Taken::parse("2019-05-04T13:22:05+08:00").unwrap()), ..full() };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("oracles", oracles.to_str().unwrap().as_bytes());
    write("a.zip", &camtrap(vec![photo.clone()], &[]).0);
    write("b.zip", &package("dwca", vec![photo], Dataset::at("nowhere"), &[], CITATION).0);
    let Some(said) = python_with("csv", GOLDEN, folder.path()) else { return };
    let differ: Vec<String> = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    // docs/export.md says why.
    assert_eq!(
        differ,
        [
            "occurrenceID: flickr:1 | flickr:observation:57754375",
            "eventID: flickr:observation:57754375 | None",
            "basisOfRecord: MachineObservation | HumanObservation",
            "eventDate: 2019-05-04T05:22:05Z | 2019-05-04T13:22:05+08:00",
            "identifiedBy: a reviewer of the dataset | None",
            "datasetID:  | 50c9509d-22c7-4a22-a47d-8c48425ef4a7",
            "datasetName: A & B | Observations of monkeys",
            "license: CC-BY-4.0 | https://creativecommons.org/licenses/by-nd/2.0/",
            "CreateDate: 2019-05-04T05:22:05Z | 2019-05-04T13:22:05+08:00",
        ]
    );
}
