//! `gleaner reference` with the built program: layers of names, and what `--translate` makes of them.

mod files;
mod gazetteer;
mod get;

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::pipeline::{Fixture, photos, shared, talk};

const NAMES: &str = "wn30_offset\tenglish\tlang\tlemma\tsource\tlicence\n\
    1\tmonkey\tita\tscimmia\tx\tCC BY 3.0\n1\tmonkey\tita\tbertuccia\tx\tCC BY 3.0\n\
    1\tmonkey\tmsa\tkera_kecil\ty\tMIT\n2\tape|anthropoid\tita\tbertuccia\tx\tCC BY 3.0\nbroken line\n";

fn fixture() -> Fixture {
    let fixture = Fixture::new(photos(60, 5));
    fs::write(fixture.path("Wild names.tsv"), NAMES).unwrap();
    fixture
}

fn listed(fixture: &Fixture) -> Vec<Value> {
    let output = fixture.expect(0, &["reference", "list", "--json"]);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_table_of_names_that_was_added_once_is_used_by_every_translation() {
    let fixture = fixture();
    let translate = ["scrape", "-s", "monkey", "--translate", "it,ms", "-n", "2", "-d", "false", "--dataset", "d"];
    let before = talk(&fixture.expect(0, &translate));
    assert!(before.contains("also searched for as: scimmia (it)") && !before.contains("bertuccia"), "{before}");

    let args = ["reference", "add", "Wild names.tsv", "--version", "3.0", "--citation", "Bond & Foster 2013"];
    let added = talk(&fixture.expect(0, &args));
    assert!(added.contains("wild-names: 7 names, 2 things, 3 languages"), "{added}");
    assert!(added.contains("licences of the rows: CC BY 3.0 (3), MIT (1)"), "{added}");

    // The file itself is not needed any more.
    fs::remove_file(fixture.path("Wild names.tsv")).unwrap();
    let after = talk(&fixture.expect(0, &translate));
    assert!(after.contains("also searched for as: scimmia (it)") && after.contains("(names of CLDR)"), "{after}");
    assert!(after.contains("bertuccia (it), kera kecil (ms) (names of wild-names)"), "{after}");
    assert!(after.contains("\"bertuccia\" (it) also means: ape"), "{after}");

    let layers = listed(&fixture);
    assert_eq!(layers.len(), 1);
    let layer = &layers[0];
    assert_eq!(
        (&layer["name"], &layer["kind"], &layer["version"]),
        (&"wild-names".into(), &"names".into(), &"3.0".into())
    );
    assert_eq!(layer["licenses"], serde_json::json!(["CC BY 3.0", "MIT"]));
    assert_eq!(layer["source_sha256"], gleaner::hash::sha256_hex(NAMES.as_bytes()));
    assert!(layer["added_at"].as_str().unwrap().ends_with('Z'), "{layer}");
    let shown = talk(&fixture.expect(0, &["reference", "list"]));
    for part in ["Bond & Foster 2013", "CC BY 3.0, MIT", "Wild names.tsv", "version   3.0"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }

    let refused = talk(&fixture.expect(2, &["reference", "remove", "wild-names"]));
    assert!(refused.contains("was not removed") && refused.contains("--yes"), "{refused}");
    fixture.expect(0, &["reference", "remove", "wild-names", "--yes"]);
    assert!(listed(&fixture).is_empty());
    let again = talk(&fixture.expect(2, &["reference", "remove", "wild-names", "--yes"]));
    assert!(again.contains("there is no reference layer wild-names"), "{again}");
}

#[test]
fn a_file_is_checked_before_it_is_added_and_replaces_another_only_if_that_is_wanted() {
    let fixture = fixture();
    let add = |code: i32, more: &[&str]| talk(&fixture.expect(code, &[&["reference", "add"], more].concat()));
    fs::write(fixture.path("other.csv"), "name\nx\n").unwrap();
    fs::write(fixture.path("bare.tsv"), NAMES.replace("licence", "notes")).unwrap();
    for (args, said) in [
        (&["none.tsv"][..], "none.tsv: No such file"),
        (&["Wild names.ts"], "did you mean"),
        (&["other.csv"], "its first line has to name a column scientificName"),
        (&["other.csv", "--kind", "names"], "its first line has to name the columns"),
        (&["bare.tsv"], "does not say under which licence"),
        (&["Wild names.tsv", "--name", "../up"], "is no name of a layer"),
        (&["Wild names.tsv", "--kind", "maps"], "possible values: names, taxa, polygons, raster, ranges, gazetteer"),
        (&["Wild names.tsv", "--kind", "polygons"], "it is no GeoJSON"),
        (&["Wild names.tsv", "--kind", "raster"], "it cannot be read as TIFF"),
    ] {
        let answer = add(2, args);
        assert!(answer.contains(said), "{args:?}: {answer}");
        assert!(listed(&fixture).is_empty(), "{args:?}");
    }
    add(0, &["bare.tsv", "--license", "CC0-1.0"]);
    assert_eq!(listed(&fixture)[0]["licenses"], serde_json::json!(["CC0-1.0"]));
    let second = add(2, &["Wild names.tsv", "--name", "bare"]);
    assert!(second.contains("there is a reference layer bare already") && second.contains("--replace"), "{second}");
    add(0, &["Wild names.tsv", "--name", "bare", "--replace"]);
    let layers = listed(&fixture);
    assert_eq!((layers.len(), &layers[0]["source_name"]), (1, &"Wild names.tsv".into()));
    let folder = fixture.path("home/.local/share/gleaner/reference/bare");
    let files: BTreeSet<String> =
        fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(files.len(), 2, "nothing is left of the layer before: {files:?}");
    let misspelt = talk(&fixture.expect(2, &["reference", "remove", "barre", "--yes"]));
    assert!(misspelt.contains("did you mean bare?"), "{misspelt}");

    // A copy that was changed is not used.
    let copy =
        files.iter().find(|file| std::path::Path::new(file).extension().is_some_and(|suffix| suffix == "tsv")).unwrap();
    fs::write(folder.join(copy), NAMES.replace("scimmia", "cane")).unwrap();
    let args = ["scrape", "-s", "monkey", "--translate", "it", "--dataset", "d"];
    let damaged = talk(&fixture.expect(2, &args));
    assert!(damaged.contains("the reference layer bare is damaged") && damaged.contains("--replace"), "{damaged}");
    fs::write(folder.join("layer.json"), "{").unwrap();
    let listed = talk(&fixture.expect(1, &["reference", "list"]));
    assert!(listed.contains("the reference layer bare is damaged: layer.json"), "{listed}");
    add(0, &["Wild names.tsv", "--name", "bare", "--replace"]);
    fixture.expect(0, &["reference", "list"]);
}

/// Two areas that share an edge, and one without a name.
const PARKS: &str = r#"{"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"ID": 7, "Park": "Danum", "kind_name": "reserve"},
     "geometry": {"type": "Polygon", "coordinates": [[[116, 4], [118, 4], [118, 6], [116, 6], [116, 4]]]}},
    {"type": "Feature", "properties": {"ID": 8, "Park": "Tabin", "kind_name": "reserve"},
     "geometry": {"type": "Polygon", "coordinates": [[[118, 4], [120, 4], [120, 6], [118, 6], [118, 4]]]}},
    {"type": "Feature", "properties": null,
     "geometry": {"type": "Polygon", "coordinates": [[[10, 0], [11, 0], [11, 1], [10, 1], [10, 0]]]}}]}"#;

#[test]
fn polygons_are_added_with_the_attribute_that_names_them_and_analyses_take_them() {
    let fixture = fixture();
    fs::write(fixture.path("Parks.geojson"), PARKS).unwrap();
    let add = |code: i32, more: &[&str]| {
        talk(&fixture.expect(code, &[&["reference", "add", "Parks.geojson"], more].concat()))
    };
    assert!(add(2, &[]).contains("does not say under which licence"));
    let licensed = ["--license", "CC BY 4.0", "--version", "2026"];
    let wrong = add(2, &[&licensed[..], &["--name-field", "park"]].concat());
    assert!(wrong.contains("no attribute park; did you mean Park?; they have ID, Park, kind_name"), "{wrong}");
    let added = add(0, &licensed);
    assert!(
        added.contains("parks: 2 areas, 3 polygons") && added.contains("named by the attribute kind_name"),
        "{added}"
    );
    let added = add(0, &[&licensed[..], &["--name-field", "Park", "--replace"]].concat());
    assert!(added.contains("parks: 3 areas, 3 polygons") && added.contains("named by the attribute Park"), "{added}");
    assert!(
        add(2, &[&licensed[..], &["--name", "climate"]].concat())
            .contains("there is a reference layer climate already")
    );
    assert_eq!(listed(&fixture)[0]["name_field"], "Park");
    assert!(talk(&fixture.expect(0, &["reference", "list"])).contains("named by  Park"));

    fixture.expect(0, &["scrape", "-s", "monkey", "-n", "20", "-d", "false", "--dataset", "d"]);
    let visits = |code: i32, by: &str| {
        let output = fixture.expect(code, &["analyse", "visits", "d", "--set", &format!("by={by}"), "--format", "csv"]);
        format!("{}{}", String::from_utf8_lossy(&output.stdout), talk(&output))
    };
    let table = visits(0, "polygons:parks");
    for line in ["Area,Code,PUD,PUD_YR_AVG,PUD_JAN", "Danum,1,", "Tabin,2,", "feature 3,3,0,"] {
        assert!(table.contains(line), "{line}: {table}");
    }
    let wrong = visits(2, "polygons:park");
    assert!(
        wrong.contains("country, subdivision, city, polygons:parks") && wrong.contains("did you mean polygons:parks?"),
        "{wrong}"
    );
    let habitat = fixture.expect(0, &["analyse", "habitat", "d", "--set", "layer=parks"]);
    assert!(talk(&habitat).contains("Layer parks: Parks.geojson, version 2026"), "{}", talk(&habitat));
    let all = fixture.expect(0, &["analyse", "--list", "--json"]);
    let all: Vec<Value> = serde_json::from_slice(&all.stdout).unwrap();
    let layer = &all.iter().find(|one| one["name"] == "habitat").unwrap()["parameters"][0];
    assert_eq!(
        (&layer["name"], &layer["values"]),
        (&"layer".into(), &serde_json::json!(["land-cover", "climate", "parks"]))
    );
    fixture.expect(0, &["reference", "remove", "parks", "--yes"]);
    assert!(visits(2, "polygons:parks").contains("`gleaner reference add` adds layers of polygons"));
}

#[test]
fn the_wordnets_of_many_languages_are_read_whole() {
    let Some(names) = shared("reference/names") else { return };
    let fixture = fixture();
    for (file, languages, rows) in
        [("omw-animals-permissive.tsv", 19, 25_439), ("omw-animals-sharealike.tsv", 740, 39_503)]
    {
        let path = names.join(file);
        let output = fixture.expect(0, &["reference", "add", path.to_str().unwrap()]);
        let said = talk(&output);
        let counted = |text: &str| -> u64 { text.trim_end_matches(')').replace(',', "").parse().unwrap() };
        let licences = said.split("licences of the rows: ").nth(1).unwrap().lines().next().unwrap();
        let sum: u64 = licences.split('(').skip(1).map(|part| counted(part.split(')').next().unwrap())).sum();
        assert_eq!(sum, rows, "{said}");
        let layer = listed(&fixture).into_iter().find(|layer| layer["source_name"] == file).unwrap();
        // English names are in every row, and ISO 639-3 codes that mean the same language are one.
        let found = layer["contents"]["languages"].as_u64().unwrap();
        assert!(found.abs_diff(languages) <= 3, "{layer}");
    }
    let args = ["scrape", "-s", "monkey", "--translate", "tl,sw", "-n", "1", "-d", "false", "--dataset", "d"];
    let said = talk(&fixture.expect(0, &args));
    assert!(said.contains("(names of omw-animals-sharealike)"), "{said}");
}
