//! Manifests: what they say, their digest, and where the program writes them.

use std::fs;
use std::path::Path;

use gleaner::dataset::Dataset;
use gleaner::export::manifest::Manifest;
use gleaner::export::{self, Export, ExportContext, OptionValues};
use gleaner::hash::sha256_hex;
use gleaner::photo::filter::Parsed;
use gleaner::photo::{Photo, PhotoId};
use gleaner::seal::SealedPhoto;
use gleaner::store::{NoteStore, RecordWrite};
use serde_json::{Value, json};

use super::{CSV, JSONL, full, python_with, seal, titled, vault};
use crate::memory::Memory;
use crate::pipeline::{Fixture, photos, talk};

/// An export of a store, and its manifest.
fn recorded(store: &Memory, format: &str, filter: &str, name: &str) -> (Vec<u8>, Manifest) {
    let context = ExportContext::sealed(Dataset::at("nowhere/monkeys"));
    recorded_in(&context, store, format, filter, name)
}

fn recorded_in(context: &ExportContext, store: &Memory, format: &str, filter: &str, name: &str) -> (Vec<u8>, Manifest) {
    let format = export::format(format).unwrap();
    let options = OptionValues::of(format, []).unwrap();
    let context = ExportContext {
        options,
        vault: context.vault.clone(),
        unseal: context.unseal,
        ..ExportContext::sealed(context.dataset.clone())
    };
    let filter = filter.parse::<Parsed>().unwrap().unchecked();
    let mut export = Export::open(format, &context, filter).unwrap().recorded();
    let mut out = Vec::new();
    let summary = export.write_all_with(store, &mut out, &mut |_| {}).unwrap();
    (out, export.manifest(store, &summary, Some(name.to_owned())).unwrap())
}

/// One photo with every field, and two with nothing but a title.
fn three() -> Vec<SealedPhoto> {
    seal(vec![full(), titled("2", "another"), Photo { id: PhotoId::new("folder", "a"), ..titled("", "own") }])
}

fn json_of(manifest: &Manifest) -> Value {
    serde_json::from_str(&manifest.text().unwrap()).unwrap()
}

#[test]
fn a_manifest_says_what_was_asked_and_what_was_written() {
    let store = Memory::of(&three());
    store.set_note("dataset_id", Some("00ff")).unwrap();
    let (out, manifest) = recorded(&store, CSV, "source:flickr", "monkeys.csv");
    let said = json_of(&manifest);
    assert_eq!(said["manifest_version"], 1);
    assert_eq!(said["software"], json!({"name": "gleaner", "version": env!("CARGO_PKG_VERSION")}));
    assert_eq!((&said["dataset"]["name"], &said["dataset"]["id"]), (&json!("monkeys"), &json!("00ff")));
    assert_eq!((&said["dataset"]["photos"], &said["dataset"]["withdrawn"]), (&json!(3), &json!(0)));
    assert_eq!(said["dataset"]["digest"], gleaner::store::digest(&store, None).unwrap());
    assert_eq!((&said["query"]["filter"], &said["query"]["format"]), (&json!("source:flickr"), &json!("csv")));
    assert_eq!((&said["query"]["personal_fields"], &said["photos"]), (&json!("sealed"), &json!(2)));
    let header =
        String::from_utf8(out.clone()).unwrap().lines().next().unwrap().trim_start_matches('\u{feff}').to_owned();
    let columns: Vec<_> = said["query"]["columns"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    assert_eq!(columns.join(","), header);
    let file = json!([{"name": "monkeys.csv", "media_type": "text/csv; charset=utf-8", "bytes": out.len(),
        "sha256": sha256_hex(&out)}]);
    assert_eq!(said["files"], file);
    let searches = json!([
        {"source": "flickr", "term": "猿", "photos": 1},
        {"source": "gbif", "term": "monkey wild", "bbox": "-10,4,127,22", "criteria": "license:open", "photos": 1},
    ]);
    assert_eq!(said["searches"], searches);
    assert_eq!((&said["sources"][0]["name"], &said["sources"][0]["photos"]), (&json!("flickr"), &json!(2)));
    let cited = json!([{
        "source": "gbif", "key": "50c9509d-22c7-4a22-a47d-8c48425ef4a7", "title": "Observations of monkeys",
        "publisher": "28eb1a3f-1c15-4a95-931a-4af90ecb574d",
        "url": "https://www.gbif.org/dataset/50c9509d-22c7-4a22-a47d-8c48425ef4a7", "photos": 1,
    }]);
    assert_eq!(said["cited_datasets"], cited);
    assert_eq!(said["licenses"].as_array().unwrap().len(), 2);
    assert_eq!(said["licenses"][0], json!({"photos": 1}), "no licence is stated");
    let score = json!([{"key": "wild", "scorer": "model", "version": "1", "photos": 1, "in_filter": false}]);
    assert_eq!(said["scores"], score);
    assert_eq!(said["labels"], json!([{"name": "vision", "version": "1", "photos": 1}]));
    assert_eq!(said["place_data"], json!([{"name": "places", "version": "1", "photos": 1}]));
    let layer = full().range.unwrap();
    let ranges = json!([{"name": layer.layer, "used_for": "range", "sha256": layer.layer_sha256, "photos": 1}]);
    assert_eq!(said["reference_layers"], ranges);
}

#[test]
fn a_manifest_counts_photos_by_the_layers_that_told_of_them() {
    let mut photos = vec![full(), Photo { id: PhotoId::new("flickr", "2"), ..full() }, titled("3", "nothing")];
    let named = |photo: &mut Photo, layers: &[&str]| {
        let first = &mut photo.identifications.as_mut().unwrap().all[0];
        first.layers = layers.iter().map(|name| (*name).to_owned()).collect();
    };
    named(&mut photos[0], &["omw", "own"]);
    named(&mut photos[1], &["omw"]);
    let evidence = &mut photos[1].setting.as_mut().unwrap().evidence;
    evidence[0].layer = Some("zoos".into());
    evidence.push(evidence[0].clone());
    // The range of another species than the one that counts.
    photos[1].range.as_mut().unwrap().species = "Pongo abelii".into();
    let (_, manifest) = recorded(&Memory::of(&seal(photos)), JSONL, "", "a.jsonl");
    let counted: Vec<_> =
        manifest.reference_layers.iter().map(|layer| (layer.name.as_str(), layer.used_for, layer.photos)).collect();
    let ranges = full().range.unwrap().layer;
    assert_eq!(counted, [("omw", "taxon", 2), ("own", "taxon", 1), (&*ranges, "range", 1), ("zoos", "setting", 1)]);
}

#[test]
fn a_score_that_the_filter_asks_for_is_marked() {
    let store = Memory::of(&three());
    let names = |filter: &str| {
        let filter = filter.parse::<Parsed>().unwrap().unchecked();
        let context = ExportContext::sealed(Dataset::at("d"));
        let mut export = Export::open(export::format(CSV).unwrap(), &context, filter).unwrap().recorded();
        let summary = export.write_all_with(&store, &mut Vec::new(), &mut |_| {}).unwrap();
        export.manifest(&store, &summary, None).unwrap()
    };
    let manifest = names("score.wild:>0.2");
    assert_eq!((manifest.photos, manifest.scores[0].in_filter), (1, true));
    assert!(!names("views:1..").scores[0].in_filter);
}

#[test]
fn equal_exports_have_equal_digests_and_others_have_not() {
    let store = Memory::of(&three());
    let digest =
        |store: &Memory, format: &str, filter: &str, name: &str| recorded(store, format, filter, name).1.digest;
    let first = digest(&store, CSV, "", "a.csv");
    assert_eq!(digest(&store, CSV, "", "b.csv"), first, "the name of the file does not count");
    let renamed = ExportContext::sealed(Dataset::at("elsewhere"));
    assert_eq!(recorded_in(&renamed, &store, CSV, "", "a.csv").1.digest, first, "nor that of the dataset");
    assert_ne!(digest(&store, JSONL, "", "a.csv"), first);
    assert_ne!(digest(&store, CSV, "source:flickr", "a.csv"), first);
    store.save(&seal(vec![titled("9", "new")])).unwrap();
    assert_ne!(digest(&store, CSV, "", "a.csv"), first);
    // Sealed again, the tokens differ, and with them the file; the digest of the dataset does not.
    let one = recorded(&Memory::of(&three()), CSV, "", "a.csv").1;
    let other = recorded(&Memory::of(&three()), CSV, "", "a.csv").1;
    assert_eq!(one.dataset.digest, other.dataset.digest);
    assert_ne!(one.files[0].sha256, other.files[0].sha256);
}

#[test]
fn a_manifest_holds_nothing_personal_even_of_an_export_in_clear() {
    let store = Memory::of(&three());
    let open = ExportContext {
        vault: Some(std::sync::Arc::new(vault())),
        unseal: true,
        ..ExportContext::sealed(Dataset::at("d"))
    };
    for format in [CSV, JSONL, "geojson", "dwca"] {
        let (_, manifest) = recorded_in(&open, &store, format, "", "x");
        let text = manifest.text().unwrap();
        for personal in ["Ünique", "11111111", "0012345", "{broken", "gAAAA", "Jane Example"] {
            assert!(!text.contains(personal), "{format}: {personal}");
        }
        let written = if export::format(format).unwrap().key == export::KeyUse::Never { "none" } else { "in clear" };
        assert_eq!(manifest.query.personal_fields, written);
    }
}

/// The Python code of docs/manifest.md, and a check with the JSON Schema.
fn check(folder: &Path, manifest: &str) -> bool {
    let docs = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/manifest.md")).unwrap();
    let code = docs.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let code = code.replace("monkeys.csv.manifest.json", manifest);
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/manifest.schema.json");
    let validate = format!(
        "\nimport jsonschema\nschema = json.load(open({schema:?}, encoding='utf-8'))\n\
         jsonschema.Draft202012Validator.check_schema(schema)\n\
         found = json.load(open({manifest:?}, encoding='utf-8'))\n\
         checker = jsonschema.Draft202012Validator.FORMAT_CHECKER\n\
         jsonschema.Draft202012Validator(schema, format_checker=checker).validate(found)\n"
    );
    python_with("jsonschema", &format!("{code}{validate}"), folder).is_some()
}

#[test]
fn every_manifest_has_the_form_of_its_schema_and_the_digest_of_the_docs() {
    let folder = tempfile::tempdir().unwrap();
    let stores = [("none", Memory::default()), ("three", Memory::of(&three()))];
    for (name, store) in &stores {
        for format in [CSV, JSONL, "geojson", "dwca"] {
            let file = format!("{name}-{format}.json");
            let (_, manifest) = recorded(store, format, "-\"猿 é\" views:0..", "data");
            fs::write(folder.path().join(&file), manifest.text().unwrap()).unwrap();
            if !check(folder.path(), &file) {
                return;
            }
        }
    }
}

#[test]
fn an_export_to_a_file_has_its_manifest_beside_it() {
    let fixture = Fixture::new(photos(300, 5));
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "12", "-d", "false", "--dataset", "d"]);
    let output = fixture.expect(0, &["export", "d", "--format", "csv", "-o", "d.csv", "--filter", "views:1.."]);
    assert!(talk(&output).contains("manifest -> d.csv.manifest.json"), "{}", talk(&output));
    let read = |name: &str| serde_json::from_slice::<Value>(&fs::read(fixture.path(name)).unwrap()).unwrap();
    let said = read("d.csv.manifest.json");
    let data = fs::read(fixture.path("d.csv")).unwrap();
    assert_eq!(said["files"][0]["sha256"], sha256_hex(&data));
    assert_eq!((&said["files"][0]["name"], &said["query"]["filter"]), (&json!("d.csv"), &json!("views:>=1")));
    // The completeness of the searches is what `status` says.
    let status: Value = serde_json::from_slice(&fixture.expect(0, &["status", "d", "--json"]).stdout).unwrap();
    let mut search = said["searches"][0].clone();
    let object = search.as_object_mut().unwrap();
    assert!(object.remove("photos").unwrap().as_u64().unwrap() > 0 && object.remove("missing").is_some());
    assert_eq!(search, status["completeness"][0]);
    assert!(said["sources"][0]["citation"].as_str().unwrap().starts_with("Flickr. Searched 20"), "{said}");
    check(fixture.folder.path(), "d.csv.manifest.json");

    // On standard output only where it is named; never beside a device; not at all with --no-manifest.
    fixture.expect(0, &["export", "d", "--format", "csv", "--filter", "views:1..", "--manifest", "named.json"]);
    assert_eq!(read("named.json")["digest"], said["digest"]);
    fixture.expect(0, &["export", "d", "-o", "/dev/null"]);
    assert!(!Path::new("/dev/null.manifest.json").exists());
    fixture.expect(0, &["export", "d", "-o", "alone.jsonl", "--no-manifest"]);
    assert!(fixture.path("alone.jsonl").exists() && !fixture.path("alone.jsonl.manifest.json").exists());
    let json = fixture.expect(0, &["export", "d", "-o", "d.jsonl", "--json"]).stdout;
    assert_eq!(serde_json::from_slice::<Value>(&json).unwrap()["manifest"], "d.jsonl.manifest.json");
    let both = fixture.expect(2, &["export", "d", "-o", "x.csv", "--no-manifest", "--manifest", "m.json"]);
    assert!(talk(&both).contains("--no-manifest") && !fixture.path("x.csv").exists(), "{}", talk(&both));
}
