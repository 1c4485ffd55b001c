//! Citation files: `--cite` as a folder and an archive, checked by programs that are not ours.

use std::fs;
use std::path::Path;

use gleaner::config::Citation;
use gleaner::dataset::Dataset;
use gleaner::export::package::{Packed, ZippedExport, data_name};
use gleaner::export::{self, Export, ExportContext};
use gleaner::photo::filter::Filter;
use serde_json::{Value, json};

use super::{CSV, JSONL, NASTY, full, python_with, seal, titled};
use crate::memory::Memory;
use crate::pipeline::{Fixture, photos, talk};

const CITATION: &str = r#"
title = "Monkeys: \"wild\" & <free>"
description = "Photos of monkeys.\nTwo lines – and a dash."
license = "CC-BY-4.0"
publisher = "Example Repository"
released = "2026-12-01"
version = "1.0"
doi = "10.5281/zenodo.1234567"
url = "https://example.org/monkeys"
keywords = ["monkeys", "猿"]
language = "en"
[[creators]]
family_names = "Rossi"
given_names = "Anna"
orcid = "0000-0002-1825-0097"
affiliation = "University of Example"
[[creators]]
name = "Monkey Group"
"#;

/// A package of some photos, unpacked into a folder.
fn packed(folder: &Path, format: &str, citation: &str) -> Packed {
    let nasty = NASTY.iter().enumerate().map(|(nth, title)| titled(&format!("a{nth:03}"), title));
    let store = Memory::of(&seal(std::iter::once(full()).chain(nasty).collect()));
    let format = export::format(format).unwrap();
    let context = ExportContext::sealed(Dataset::at("monkeys"));
    let export = Export::open(format, &context, Filter::default()).unwrap();
    let zipped = ZippedExport::new(export, data_name("monkeys", format), Citation::parse(citation).unwrap());
    let mut out = Vec::new();
    let packed = zipped.write_all_with(&store, &mut out, &mut |_| {}).unwrap();
    zip::ZipArchive::new(std::io::Cursor::new(out)).unwrap().extract(folder).unwrap();
    packed
}

/// Checks every file of a package by a program that knows its format, and prints what each read.
const VALIDATORS: &str = r#"
import hashlib, json, os
from cffconvert.cli.create_citation import create_citation
from datacite import schema45
from frictionless import Package
from rocrate.rocrate import ROCrate

cff = create_citation("CITATION.cff", None)
cff.validate()
assert "Monkeys" in cff.as_bibtex() and "Rossi" in cff.as_apalike()

record = json.load(open("datacite.json", encoding="utf-8"))
schema45.validator.validate(record)
schema45.tostring(record)

crate = ROCrate(".")
manifest = json.load(open("manifest.json", encoding="utf-8"))
names = {entity.id for entity in crate.data_entities}
for file in manifest["files"] + manifest["citation_files"]:
    assert hashlib.sha256(open(file["name"], "rb").read()).hexdigest() == file["sha256"], file["name"]
    if file["name"] != "ro-crate-metadata.json":
        assert file["name"] in names, (file["name"], names)
        assert crate.dereference(file["name"])["sha256"] == file["sha256"]
assert "manifest.json" in names
assert set(os.listdir(".")) == names | {"ro-crate-metadata.json"}, (os.listdir("."), names)

# Only the CSV is a table to frictionless.
table = manifest["query"]["format"] == "csv"
report = Package("datapackage.json").validate() if table else Package.validate_descriptor("datapackage.json")
assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])[:20]
rows = Package("datapackage.json").get_resource("photos").read_rows() if table else []
print(json.dumps({
    "cff": [cff.cffobj["title"], cff.cffobj["abstract"]],
    "creators": record["creators"],
    "related": record.get("relatedIdentifiers"),
    "crate": [crate.name, crate.license.id, [author.id for author in crate.root_dataset["author"]]],
    "rows": len(rows),
    "types": [type(rows[0][name]).__name__ for name in ("views", "location.latitude", "posted_at", "taken.unknown", "license.seen_on")] if rows else [],
}))
"#;

const MODULES: &str = "cffconvert, datacite, frictionless, rocrate";

#[test]
fn programs_of_others_accept_every_citation_file() {
    for format in [CSV, JSONL, "geojson", "dwca"] {
        let folder = tempfile::tempdir().unwrap();
        let packed = packed(folder.path(), format, CITATION);
        assert!(packed.beside.missing.is_empty() && packed.beside.left_out.is_empty());
        let Some(said) = python_with(MODULES, VALIDATORS, folder.path()) else { return };
        let said: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        assert_eq!(said["cff"], json!(["Monkeys: \"wild\" & <free>", "Photos of monkeys.\nTwo lines – and a dash."]));
        assert_eq!(said["creators"][0]["name"], "Rossi, Anna");
        assert_eq!(said["creators"][1], json!({"name": "Monkey Group", "nameType": "Organizational"}));
        let gbif = "https://www.gbif.org/dataset/50c9509d-22c7-4a22-a47d-8c48425ef4a7";
        assert_eq!(said["related"][0]["relatedIdentifier"], gbif);
        let authors = ["https://orcid.org/0000-0002-1825-0097", "#creator-2"];
        let license = "https://creativecommons.org/licenses/by/4.0/";
        assert_eq!(said["crate"], json!(["Monkeys: \"wild\" & <free>", license, authors]));
        if format == CSV {
            assert_eq!(said["rows"], 37);
            assert_eq!(said["types"], json!(["int", "Decimal", "datetime", "bool", "date"]));
        }
    }
}

#[test]
fn any_text_of_a_citation_arrives_unchanged() {
    let texts = NASTY.iter().chain(&["\u{7f}\u{85}\u{9b}", "- a: b # c", "{a: [b]}", "%YAML 1.2\n---", "\\u0041 \\n"]);
    let texts: Vec<&str> = texts.copied().filter(|text| !text.trim().is_empty()).collect();
    let folder = tempfile::tempdir().unwrap();
    for (nth, text) in texts.iter().enumerate() {
        let quoted = serde_json::to_string(text).unwrap().replace('\u{7f}', "\\u007f");
        let toml =
            format!("title = {quoted}\ndescription = {quoted}\npublisher = \"P\"\n[[creators]]\nname = {quoted}\n");
        packed(&folder.path().join(format!("{nth:02}")), JSONL, &toml);
    }
    let script = "
import json, os
from ruamel.yaml import YAML
from cffconvert.cli.create_citation import create_citation
for name in sorted(os.listdir('.')):
    create_citation(name + '/CITATION.cff', None).validate()
    read = YAML(typ='safe').load(open(name + '/CITATION.cff', encoding='utf-8', newline=''))
    record = json.load(open(name + '/datacite.json', encoding='utf-8'))
    print(json.dumps([read['title'], read['abstract'], read['authors'][0]['name'], record['titles'][0]['title']]))
";
    let Some(said) = python_with("cffconvert, ruamel.yaml", script, folder.path()) else { return };
    assert_eq!(said.lines().count(), texts.len());
    for (line, text) in said.lines().zip(texts) {
        let said: Vec<String> = serde_json::from_str(line).unwrap();
        assert_eq!(said, [text; 4], "{text:?}");
    }
}

#[test]
fn what_was_not_given_is_in_no_file_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let packed = packed(folder.path(), CSV, "");
    assert_eq!(packed.beside.missing, ["title", "creators", "license", "description", "publisher"]);
    assert_eq!(packed.beside.left_out, ["CITATION.cff", "datacite.json"]);
    assert!(!folder.path().join("CITATION.cff").exists() && !folder.path().join("datacite.json").exists());
    let script = "
import json
from frictionless import Package
from rocrate.rocrate import ROCrate
crate, package = ROCrate('.'), Package('datapackage.json')
assert package.validate().valid
print(json.dumps([crate.name, crate.root_dataset.get('author'), package.title, package.contributors, package.licenses]))
";
    let Some(said) = python_with(MODULES, script, folder.path()) else { return };
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), json!(["monkeys", null, "monkeys", [], []]));
}

#[test]
fn the_program_writes_a_folder_that_can_be_cited_and_says_what_is_missing() {
    let fixture = Fixture::new(photos(300, 5));
    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "12", "-d", "false", "--dataset", "d"]);
    let cite = |code: i32, more: &[&str]| {
        talk(&fixture.expect(code, &[&["export", "d", "--format", "csv", "--cite"], more].concat()))
    };
    let said = cite(0, &["-o", "out"]);
    for part in [
        "12 photos -> out (personal fields sealed)",
        "with datapackage.json, ro-crate-metadata.json, manifest.json",
        "not written, because required fields are missing: CITATION.cff, datacite.json",
        "missing: title, creators, license, description, publisher",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    fs::write(fixture.path("citation.toml"), CITATION).unwrap();
    let said = cite(0, &["-o", "out", "--citation", "citation.toml"]);
    assert!(said.contains("with CITATION.cff, datacite.json,") && !said.contains("missing"), "{said}");
    if python_with(MODULES, VALIDATORS, &fixture.path("out")).is_none() {
        return;
    }
    // The settings say it too, and a file that an earlier export wrote and this one does not is gone.
    cite(0, &["-o", "out"]);
    assert!(!fixture.path("out/CITATION.cff").exists());
    let settings = fs::read_to_string(fixture.path("gleaner.toml")).unwrap();
    let table = CITATION.replace("[[creators]]", "[[citation.creators]]");
    fs::write(fixture.path("gleaner.toml"), format!("{settings}\n[citation]\n{table}")).unwrap();
    cite(0, &["-o", "out.zip"]);
    fs::create_dir(fixture.path("unpacked")).unwrap();
    let archive = fs::File::open(fixture.path("out.zip")).unwrap();
    zip::ZipArchive::new(archive).unwrap().extract(fixture.path("unpacked")).unwrap();
    python_with(MODULES, VALIDATORS, &fixture.path("unpacked")).unwrap();

    for (more, part) in [
        (&[][..], "--cite writes several files"),
        (&["-o", "d"], "the folder d has other files"),
        (&["-o", "gleaner.toml"], "gleaner.toml is a file"),
        (&["-o", "out", "--citation", "none.toml"], "could not read none.toml"),
        (&["-o", "out", "--manifest", "m.json"], "cannot be used with"),
        (&["-o", "mongodb://127.0.0.1/x", "--format", "legacy"], ""),
    ] {
        let said = if part.is_empty() { continue } else { cite(2, more) };
        assert!(said.contains(part), "{more:?}: {said}");
    }
    fs::write(fixture.path("wrong.toml"), "licence = \"CC0-1.0\"\n").unwrap();
    let said = cite(2, &["-o", "out", "--citation", "wrong.toml"]);
    assert!(said.contains("wrong.toml") && said.contains("licence"), "{said}");
}
