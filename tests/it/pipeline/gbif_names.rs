//! `--translate` with names of GBIF, replayed.

use std::fs;

use serde_json::json;
use tempfile::TempDir;
use testbed::replay::{Replay, Running};
use tokio::runtime::Runtime;

use super::{Fixture, photos, talk};

/// GBIF's answers for a taxon, a synonym of it, a misspelling and a word.
fn gbif(runtime: &Runtime) -> (Running, TempDir) {
    let folder = TempDir::new().unwrap();
    let taxon = |kind: &str| json!({"usageKey": 5_219_601, "canonicalName": "Macaca fascicularis", "matchType": kind, "confidence": 99});
    let name = |name: &str, language: &str| json!({"taxonKey": 1, "vernacularName": name, "language": language, "source": "x"});
    let names = json!({"offset": 0, "limit": 500, "endOfRecords": true, "results": [
        name("Javaneraffe", "deu"), name("Langschwanzmakak", "deu"), name("Langschwanzmakak", "deu"),
        name("カニクイザル", "jpn"), name("Crab-eating Macaque", "eng"), name("Monyet", ""), {"vernacularName": "Kera"},
    ]});
    let files = [
        ("exact.json", taxon("EXACT")),
        ("similar.json", taxon("FUZZY")),
        ("none.json", json!({"matchType": "NONE", "confidence": 100})),
        ("names.json", names),
    ];
    for (file, content) in files {
        fs::write(folder.path().join(file), content.to_string()).unwrap();
    }
    let pages = json!([
        {"when": {"name": "Macaca fascicularis"}, "file": "exact.json"},
        {"when": {"name": "Macaca fasciculari"}, "file": "similar.json"},
        {"when": {"name": "long tail"}, "file": "none.json"},
        {"when": {"limit": "500", "offset": "0"}, "file": "names.json"},
    ]);
    fs::write(folder.path().join("pages.json"), pages.to_string()).unwrap();
    (runtime.block_on(Replay::of(folder.path()).start()).unwrap(), folder)
}

#[test]
fn a_scientific_name_is_also_searched_for_by_its_names_at_gbif_which_are_kept() {
    let runtime = Runtime::new().unwrap();
    let (gbif, _folder) = gbif(&runtime);
    let fixture = Fixture::new(photos(30, 5));
    let settings = fs::read_to_string(fixture.path("gleaner.toml")).unwrap();
    let own = format!("{settings}[sources.gbif]\napi_url = \"{}\"\nrequests_per_second = 500.0\n", gbif.api_url);
    fs::write(fixture.path("gleaner.toml"), own).unwrap();
    let scrape = |code: i32, term: &str, more: &[&str]| {
        let args = ["scrape", "-s", term, "-n", "2", "-d", "false", "--translate", "de,ja,en"];
        talk(&fixture.expect(code, &[&args[..], more].concat()))
    };
    let said = scrape(0, "Macaca fascicularis", &["--gbif-names"]);
    let expected =
        "also searched for as: Langschwanzmakak (de), Javaneraffe (de), カニクイザル (ja), Crab-eating Macaque (en)";
    assert!(said.contains(expected), "{said}");
    assert_eq!(gbif.queries().len(), 2);
    let said = scrape(0, "macaca fascicularis", &["--gbif-names"]);
    assert!(said.contains(expected), "the letters' case does not matter: {said}");
    assert_eq!(gbif.queries().len(), 2, "what is kept is not asked for again");

    let said = scrape(0, "Macaca fasciculari", &["--gbif-names"]);
    assert!(said.contains("is no scientific name at GBIF; did you mean Macaca fascicularis?"), "{said}");
    let said = scrape(0, "long tail", &["--gbif-names"]);
    assert!(said.contains("\"long tail\" is no scientific name at GBIF"), "{said}");
    let said = scrape(0, "Macaca fascicularis", &[]);
    assert!(
        said.contains("has no names in other languages in the tables"),
        "GBIF is asked only where it is to be: {said}"
    );
    assert_eq!(gbif.queries().len(), 4);
    let said = scrape(2, "Nomen ignotum", &["--gbif-names"]);
    assert!(said.contains("GBIF could not be asked for names: GBIF responded with HTTP 404"), "{said}");
    let said = talk(&fixture.expect(2, &["scrape", "-s", "x", "--gbif-names"]));
    assert!(said.contains("--translate"), "{said}");
}
