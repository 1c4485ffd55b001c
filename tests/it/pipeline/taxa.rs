//! Taxa from words and machine tags, and accepted taxa of GBIF, replayed.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;
use testbed::replay::{Replay, Running};
use tokio::runtime::Runtime;

use super::{command, talk};

/// A folder with a list of photos, of which nothing is downloaded, and GBIF.
struct Fixture {
    folder: TempDir,
    gbif: Running,
    _answers: TempDir,
    _runtime: Runtime,
}

const LIST: &str = "url,title,tags\n\
    https://example.org/1.jpg,Long-tailed macaque,\"sarawak, monkey\"\n\
    https://example.org/2.jpg,Macaca mulatta,\n\
    https://example.org/3.jpg,The new drill,tools\n\
    https://example.org/4.jpg,Holiday,beach\n\
    https://example.org/5.jpg,A gibbon,\n";

impl Fixture {
    fn new() -> Self {
        let answers = TempDir::new().unwrap();
        let accepted = |key: u64, name: &str, family: &str, genus: &str| {
            json!({"usageKey": key, "canonicalName": name, "rank": "SPECIES", "matchType": "EXACT", "kingdom": "Animalia",
                "phylum": "Chordata", "class": "Mammalia", "order": "Primates", "family": family, "genus": genus})
        };
        let files = [
            ("fascicularis.json", accepted(1, "Macaca fascicularis", "Cercopithecidae", "Macaca")),
            (
                "synonym.json",
                json!({"usageKey": 7, "acceptedUsageKey": 2, "canonicalName": "Macaca mulatta", "matchType": "EXACT"}),
            ),
            ("accepted.json", accepted(2, "Macaca rhesus", "Cercopithecidae", "Macaca")),
            ("endangered.json", json!({"category": "ENDANGERED", "code": "EN"})),
            ("none.json", json!({"matchType": "NONE"})),
            ("empty.json", json!({})),
        ];
        for (file, content) in files {
            fs::write(answers.path().join(file), content.to_string()).unwrap();
        }
        let pages = json!([
            {"when": {"name": "Macaca fascicularis", "strict": "true", "kingdom": "ANIMALIA"}, "file": "fascicularis.json"},
            {"when": {"name": "Macaca mulatta"}, "file": "synonym.json"},
            {"when": {"name": "Hylobatidae"}, "file": "none.json"},
            {"when": {"path": "/species/2"}, "file": "accepted.json"},
            {"when": {"path": "/species/1/iucnRedListCategory"}, "file": "endangered.json"},
            {"when": {"path": "/species/2/iucnRedListCategory"}, "file": "empty.json"},
        ]);
        fs::write(answers.path().join("pages.json"), pages.to_string()).unwrap();
        let runtime = Runtime::new().unwrap();
        let gbif = runtime.block_on(Replay::of(answers.path()).start()).unwrap();
        let folder = TempDir::new().unwrap();
        let settings = format!(
            "[net]\ntrusted_hosts = [\"127.0.0.1\"]\nattempts = 2\nretry_base_ms = 5\n\
             [sources.gbif]\napi_url = \"{}\"\nrequests_per_second = 500.0\n",
            gbif.api_url
        );
        fs::write(folder.path().join("gleaner.toml"), settings).unwrap();
        fs::write(folder.path().join("list.csv"), LIST).unwrap();
        Self { folder, gbif, _answers: answers, _runtime: runtime }
    }

    fn run(&self, code: i32, args: &[&str]) -> String {
        let output = command(self.folder.path(), args).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", talk(&output));
        talk(&output)
    }

    /// The records by title.
    fn records(&self, filter: &str) -> Vec<Value> {
        let args = ["export", "d", "--format", "jsonl", "--filter", filter];
        let output = command(self.folder.path(), &args).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{filter}: {}", talk(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        let mut records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        records.sort_by_key(|record| record["title"].as_str().unwrap().to_owned());
        records
    }

    fn titles(&self, filter: &str) -> Vec<String> {
        self.records(filter).iter().map(|record| record["title"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn a_photo_has_the_taxon_of_its_words_and_gbif_completes_it() {
    let fixture = Fixture::new();
    fixture.run(0, &["scrape", "--source", "urls", "list.csv", "-d", "false", "--dataset", "d"]);
    assert_eq!(fixture.titles("taxon:Macaca"), ["Long-tailed macaque", "Macaca mulatta"]);
    assert_eq!(fixture.titles("taxon:Hominoidea"), ["A gibbon"]);
    assert_eq!(fixture.titles("taxon:monkeys identified_by:words"), ["Long-tailed macaque", "Macaca mulatta"]);
    assert_eq!(fixture.titles("taxon:none"), ["Holiday", "The new drill"]);
    let drill = &fixture.records("drill")[0]["identifications"];
    assert_eq!((&drill["taxon"], &drill["all"][0]["homonym"]), (&Value::Null, &json!(true)));

    let said = fixture.run(0, &["enrich", "d", "--with", "taxa"]);
    assert!(said.contains("GBIF has a taxon for 2 of 3 names of 3 photos (6 requests); 3 photos changed"), "{said}");
    assert!(said.contains("no taxon there: Hylobatidae"), "{said}");
    assert_eq!(fixture.titles("iucn:EN"), ["Long-tailed macaque"]);
    let synonym = &fixture.records("taxon:\"Macaca rhesus\"")[0];
    assert_eq!(synonym["accepted_taxon"]["name"], "Macaca mulatta");
    assert_eq!(synonym["accepted_taxon"]["taxon"]["source_id"], "2");
    assert_eq!(fixture.titles("taxon:Hylobatidae"), ["A gibbon"], "what GBIF does not know stays as it is named");

    let before = fixture.gbif.queries().len();
    let said = fixture.run(0, &["enrich", "d", "--with", "taxa"]);
    assert!(said.contains("(0 requests); 0 photos changed"), "{said}");
    assert_eq!(fixture.gbif.queries().len(), before, "answers are kept");
    fixture.run(0, &["enrich", "d"]);
    assert_eq!(fixture.titles("iucn:EN"), ["Long-tailed macaque"], "the stage does not undo it");
    let said = fixture.run(0, &["enrich", "d", "--with", "taxa", "--again"]);
    assert!(said.contains("(6 requests)"), "{said}");
    let said = fixture.run(2, &["enrich", "d", "--with", "taxa,comments"]);
    assert!(said.contains("--with taxa takes no other details"), "{said}");
}

#[test]
fn a_layer_of_taxa_that_is_added_later_is_used_by_the_next_enrich() {
    let fixture = Fixture::new();
    let list = "url,title\nhttps://example.org/1.jpg,Hose's langur\n";
    fs::write(fixture.folder.path().join("list.csv"), list).unwrap();
    fixture.run(0, &["scrape", "--source", "urls", "list.csv", "-d", "false", "--dataset", "d"]);
    assert_eq!(fixture.titles("taxon:any"), Vec::<String>::new());
    let mdd = "sciName,mainCommonName,order,family,genus,iucnStatus,MSW3_sciName\n\
        Presbytis_hosei,Hose's Langur,PRIMATES,CERCOPITHECIDAE,Presbytis,VU,x\n";
    fs::write(fixture.folder.path().join("mdd.csv"), mdd).unwrap();
    let said = fixture.run(2, &["reference", "add", "mdd.csv", "--kind", "names", "--license", "CC BY 4.0"]);
    assert!(said.contains("wn30_offset"), "a table of taxa is no table of names: {said}");
    let said = fixture.run(2, &["reference", "add", "list.csv", "--license", "CC0-1.0"]);
    assert!(said.contains("scientificName"), "{said}");
    let said = fixture.run(0, &["reference", "add", "mdd.csv", "--license", "CC BY 4.0"]);
    assert!(said.contains("mdd: 1 taxon, 1 name"), "{said}");
    fixture.run(0, &["enrich", "d"]);
    assert_eq!(fixture.titles("taxon:Presbytis iucn:VU"), ["Hose's langur"]);
    fixture.run(0, &["reference", "remove", "mdd", "--yes"]);
    fixture.run(0, &["enrich", "d"]);
    assert_eq!(fixture.titles("taxon:any"), Vec::<String>::new(), "what a removed layer said is taken back");
}

#[test]
fn a_reviewer_decides_which_taxon_counts_and_all_else_stays_beside_it() {
    let fixture = Fixture::new();
    fixture.run(0, &["scrape", "--source", "urls", "list.csv", "-d", "false", "--dataset", "d"]);
    let id = |title: &str| {
        let records = fixture.records("");
        let record = records.iter().find(|record| record["title"] == title).unwrap();
        record["id"].as_str().unwrap().to_owned()
    };
    let (gibbon, holiday, mulatta) = (id("A gibbon"), id("Holiday"), id("Macaca mulatta"));
    let said = fixture.run(0, &["review", "d", &gibbon, &holiday, "--taxon", "proboscis monkey", "--by", "ada"]);
    assert!(said.contains("Nasalis larvatus: 2 photos reviewed, 2 changed"), "{said}");
    assert_eq!(fixture.titles("taxon:Nasalis identified_by:review"), ["A gibbon", "Holiday"]);
    assert_eq!(fixture.titles("taxon:Hominoidea"), Vec::<String>::new());
    let record = &fixture.records("gibbon")[0];
    assert_eq!(record["identifications"]["taxon"]["scientific_name"], "Hylobatidae", "what its words say stays");
    assert_eq!(record["reviewed_taxon"]["taxon"]["scientific_name"], "Nasalis larvatus");
    assert!(!record.to_string().contains("ada"), "the reviewer is in reviews.jsonl only: {record}");

    fixture.run(0, &["review", "d", &mulatta, "--no-organism"]);
    assert_eq!(fixture.titles("taxon:none identified_by:review"), ["Macaca mulatta"]);
    fixture.run(0, &["enrich", "d"]);
    fixture.run(0, &["score", "d"]);
    assert_eq!(fixture.titles("identified_by:review"), ["A gibbon", "Holiday", "Macaca mulatta"], "it stays");
    fixture.run(0, &["review", "d", &gibbon, &mulatta, "--withdraw"]);
    assert_eq!(fixture.titles("taxon:Hominoidea identified_by:words"), ["A gibbon"]);
    let lines = fs::read_to_string(fixture.folder.path().join("d/reviews.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 5, "nothing is overwritten: {lines}");
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((&first["concept"], &first["verdict"], &first["by"]), (&json!("@taxon"), &json!("yes"), &json!("ada")));

    for (args, part) in [
        (&["--taxon", "Nasalis larvata"][..], "did you mean Nasalis larvatus?"),
        (&["--taxon", "x", "--no-organism"], "cannot be used with"),
        (&[], "required"),
    ] {
        let said = fixture.run(2, &[&["review", "d", &gibbon], args].concat());
        assert!(said.contains(part), "{args:?}: {said}");
    }
    assert!(fixture.run(2, &["review", "d", "urls:none", "--withdraw"]).contains("no photo urls:none"));
}
