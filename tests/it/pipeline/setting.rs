//! Wild, captive or no animal, from words to the fitted model, through the program.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{command, talk};

/// A folder with a list of photos, of which nothing is downloaded.
struct Fixture {
    folder: TempDir,
}

const SETTINGS: [&str; 6] = ["wild", "provisioned", "captive", "pet", "urban", "object"];

const LIST: &str = "url,title,tags,description\n\
    https://example.org/1.jpg,Macaque at the zoo,,\n\
    https://example.org/2.jpg,Macaque,\"borneo, nationalpark\",Seen in the wild\n\
    https://example.org/3.jpg,A plush monkey,,\n\
    https://example.org/4.jpg,Holiday,beach,\n\
    https://example.org/5.jpg,Not a zoo,,\n\
    https://example.org/6.jpg,In the jungle,,\n";

impl Fixture {
    fn of(list: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("list.csv"), list).unwrap();
        let fixture = Self { folder };
        // Reviews are copied to the records when a dataset has concepts.
        let concepts = SETTINGS.map(|name| format!("[concepts.{name}]\nwords = [\"{name}\"]\n"));
        fs::create_dir(fixture.folder.path().join("d")).unwrap();
        fs::write(fixture.folder.path().join("d/concepts.toml"), concepts.concat()).unwrap();
        fixture.run(0, &["scrape", "--source", "urls", "list.csv", "-d", "false", "--dataset", "d"]);
        fixture
    }

    fn run(&self, code: i32, args: &[&str]) -> String {
        let output = command(self.folder.path(), args).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", talk(&output));
        talk(&output)
    }

    fn export(&self, filter: &str) -> String {
        let args = ["export", "d", "--format", "jsonl", "--filter", filter];
        let output = command(self.folder.path(), &args).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{filter}: {}", talk(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn records(&self, filter: &str) -> Vec<Value> {
        self.export(filter).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn titles(&self, filter: &str) -> Vec<String> {
        let records = self.records(filter);
        let mut titles: Vec<String> =
            records.iter().map(|record| record["title"].as_str().unwrap().to_owned()).collect();
        titles.sort();
        titles
    }

    /// Adds verdicts on photos, by title, and copies them to the records.
    fn review(&self, verdicts: &[(&str, &str, &str)]) {
        let records = self.records("");
        let mut lines = fs::read_to_string(self.folder.path().join("d/reviews.jsonl")).unwrap_or_default();
        for (nth, (title, concept, verdict)) in verdicts.iter().enumerate() {
            let record = records.iter().find(|record| record["title"] == *title).unwrap();
            let at = format!("2026-05-01T12:00:{:02}.{:03}Z", nth / 1000, nth % 1000);
            let line = json!({"photo": record["id"], "concept": concept, "verdict": verdict, "by": "A", "at": at});
            lines.push_str(&format!("{line}\n"));
        }
        fs::write(self.folder.path().join("d/reviews.jsonl"), lines).unwrap();
        self.run(0, &["score", "d"]);
    }
}

#[test]
fn settings_are_found_kept_filtered_and_decided_by_a_reviewer() {
    let fixture = Fixture::of(LIST);
    assert_eq!(fixture.titles("setting:captive"), ["Macaque at the zoo"]);
    assert_eq!(fixture.titles("setting:wild"), ["Macaque"]);
    assert_eq!(fixture.titles("setting:object setting_by:words"), ["A plush monkey"]);
    assert_eq!(fixture.titles("setting:unknown"), ["Holiday", "In the jungle", "Not a zoo"]);
    assert_eq!(
        fixture.titles("setting_probability:none"),
        ["Holiday", "Not a zoo"],
        "no evidence is not evidence for wild"
    );
    let zoo = &fixture.records("\"at the zoo\"")[0]["setting"];
    assert_eq!((&zoo["name"], &zoo["calibrated"]), (&json!("captive"), &json!(false)));
    assert_eq!(
        zoo["evidence"][0],
        json!({"kind": "words", "verbatim": "at the zoo", "named_in": "title", "setting": "captive", "weight": 4.0})
    );
    let before = fixture.export("");
    let said = fixture.run(0, &["enrich", "d"]);
    assert_eq!(fixture.export(""), before, "a second look changes nothing: {said}");

    fixture.review(&[("Macaque at the zoo", "wild", "yes"), ("A plush monkey", "object", "no")]);
    assert_eq!(fixture.titles("setting:wild"), ["Macaque", "Macaque at the zoo"]);
    assert_eq!(fixture.titles("setting_by:review"), ["A plush monkey", "Macaque at the zoo"]);
    assert_eq!(fixture.titles("setting:object"), Vec::<String>::new());
    let said = fixture.run(2, &["train", "--setting", "d"]);
    assert!(said.contains("1 photos with evidence have a reviewed setting; fitting needs 12"), "{said}");
}

#[test]
fn the_model_is_fitted_to_reviews_and_used_by_the_next_enrich() {
    let mut list = "url,title,tags,author\n".to_owned();
    let mut verdicts = Vec::new();
    for number in 0..40 {
        let (words, setting) =
            [("zoo", "captive"), ("national park", "wild"), ("zoo", "wild"), ("plush", "object")][number % 4];
        let title = format!("{words} {number}");
        list.push_str(&format!("https://example.org/{number}.jpg,{title},,person {}\n", number / 2));
        verdicts.push((title, setting));
    }
    let fixture = Fixture::of(&list);
    let verdicts: Vec<(&str, &str, &str)> =
        verdicts.iter().map(|(title, setting)| (title.as_str(), *setting, "yes")).collect();
    fixture.review(&verdicts);
    let before = fixture.export("");
    let args = ["train", "--setting", "d", "--json"];
    let output = command(fixture.folder.path(), &args).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", talk(&output));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    compare_with_numpy(&before, &answer["parameters"]);
    let measures = &answer["measures"];
    assert_eq!(measures["photos"], 40, "{answer}");
    let error = |which: &str, name: &str| measures[which][name].as_f64().unwrap();
    assert!(error("fitted", "log_loss") < error("assumed", "log_loss"), "half of the zoos are wild: {answer}");
    assert!(error("fitted", "brier") < error("assumed", "brier"), "{answer}");
    let said = fixture.run(0, &["train", "--setting", "d"]);
    assert!(said.contains("Brier") && said.contains("next: gleaner enrich d"), "{said}");
    fixture.run(0, &["enrich", "d"]);
    let records = fixture.records("");
    assert!(records.iter().all(|record| record["setting"]["calibrated"] == true));
    let zoo = records.iter().find(|record| record["title"] == "zoo 0").unwrap();
    assert!(zoo["setting"]["probability"].as_f64().unwrap() < 0.8, "the words are worth less here: {zoo}");
}

/// The same fit by numpy, from the exported evidence and verdicts: fixed-step gradient descent in place of Newton's method.
const NUMPY: &str = r#"
import json, sys, numpy as np
settings = ["wild", "provisioned", "captive", "pet", "urban", "object"]
scales = {"words": 0, "place": 0, "source": 1, "score": 2, "distance": 3, "range": 4}
sums, truth = [], []
for line in open("before.jsonl"):
    record = json.loads(line)
    of_photo = np.zeros((6, 5))
    for each in record.get("setting", {}).get("evidence", []):
        of_photo[settings.index(each["setting"]), scales[each["kind"]]] += each["weight"]
    said = [at for at, name in enumerate(settings) if record["scores"].get(name + "@review", {}).get("value") == 1]
    if said and of_photo.any():
        sums.append(of_photo)
        truth.append(said[0])
features = np.concatenate([np.broadcast_to(np.eye(6), (len(sums), 6, 6)), np.array(sums)], axis=2)
prior = np.array([0.0] * 6 + [1.0] * 5)
at = prior.copy()
for _ in range(20000):
    odds = features @ at
    shares = np.exp(odds - odds.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    shares[np.arange(len(truth)), truth] -= 1
    step = 0.002 * (np.einsum("is,isf->f", shares, features) + 4 * (at - prior))
    at -= step
    at[6:] = at[6:].clip(0)
print(json.dumps(at.tolist()))
"#;

fn compare_with_numpy(before: &str, fitted: &Value) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("before.jsonl"), before).unwrap();
    let Some(said) = crate::export::python_with("numpy", NUMPY, folder.path()) else { return };
    let theirs: Vec<f64> = serde_json::from_str(&said).unwrap();
    let ours = ["intercepts", "scales"].into_iter().flat_map(|name| fitted[name].as_array().unwrap());
    for (ours, theirs) in ours.zip(&theirs) {
        assert!((ours.as_f64().unwrap() - theirs).abs() < 2e-3, "{fitted} {theirs:?}");
    }
}
