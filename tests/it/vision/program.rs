//! The built program: nothing is sent without consent, the key is stored nowhere, the same command resumes.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use testbed::vision::{Running, Vision};

use super::{Fixture, KEY};
use crate::pipeline::{command, talk};

/// The simulated service, and a folder with a dataset that is not open.
struct ProgramFixture {
    vision: Running,
    folder: TempDir,
}

impl ProgramFixture {
    async fn new(vision: Vision, photos: u64) -> Self {
        let Fixture { vision, _folder: folder, .. } = Fixture::new(vision, photos).await;
        let settings = format!(
            "[net]\ntrusted_hosts = [\"127.0.0.1\"]\nretry_base_ms = 1\n[vision]\napi_url = \"{}\"\ncalls_per_minute = 60000.0\ncalls_at_once = 1\n\
             [concepts.monkey]\nwords = [\"monkey\", \"titi\"]\n",
            vision.api_url
        );
        fs::write(folder.path().join("gleaner.toml"), settings).unwrap();
        Self { vision, folder }
    }

    /// Runs the program in the folder and asserts that its output does not contain the key.
    async fn run(&self, args: &[&str]) -> Output {
        let mut command = command(self.folder.path(), args);
        command.env("GOOGLE_VISION_KEY", KEY);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(!talk(&output).contains(KEY), "{}", talk(&output));
        output
    }

    async fn records(&self) -> Vec<Value> {
        let output = self.run(&["export", "set", "--format", "jsonl"]).await;
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn holds(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().flatten().any(|entry| match entry.path() {
        path if path.is_dir() => holds(&path, text),
        path => fs::read(path).unwrap().windows(text.len()).any(|bytes| bytes == text.as_bytes()),
    })
}

#[tokio::test]
async fn photos_are_sent_only_by_consent_and_labels_become_scores() {
    let fixture = ProgramFixture::new(Vision::builder().key(KEY).per_day(16), 20).await;
    let asked = fixture.run(&["score", "set", "--with", "vision"]).await;
    assert_eq!((asked.status.code(), fixture.vision.stats().calls), (Some(2), 0), "{}", talk(&asked));
    assert!(talk(&asked).contains("20 images in 2 calls: about 0.00 USD"), "{}", talk(&asked));
    fixture.run(&["score", "set", "--with", "vision", "--yes"]).await;
    assert_eq!(fixture.records().await.iter().filter(|record| record["labels"]["vision"].is_object()).count(), 16);
    fixture.vision.next_day();
    let done = fixture.run(&["score", "set", "--with", "vision", "--yes"]).await;
    assert_eq!(done.status.code(), Some(0), "{}", talk(&done));
    let stats = fixture.vision.stats();
    assert_eq!((stats.bill(), stats.charged_twice()), (20, 0));
    let mut found = (0, 0);
    for record in fixture.records().await {
        let labels = record["labels"]["vision"]["labels"].as_array().unwrap().clone();
        let monkeys =
            labels.iter().filter(|label| label["description"].as_str().unwrap().to_lowercase().contains("monkey"));
        let best = monkeys.filter_map(|label| label["score"].as_f64()).max_by(f64::total_cmp);
        let score = &record["scores"]["monkey@vision"];
        match best {
            Some(best) => assert_eq!((score["value"].as_f64(), score.get("below")), (Some(best), None), "{record}"),
            None => assert_eq!((score.get("value"), score["below"].as_f64()), (None, Some(0.5)), "{record}"),
        }
        found = if best.is_some() { (found.0 + 1, found.1) } else { (found.0, found.1 + 1) };
    }
    assert!(found.0 > 0 && found.1 > 0, "{found:?}");
    assert!(!holds(fixture.folder.path(), KEY), "the key is in no file");
}

#[tokio::test]
async fn a_refused_key_ends_with_13_and_a_missing_one_with_2() {
    let fixture = ProgramFixture::new(Vision::builder().key("another one"), 2).await;
    let refused = fixture.run(&["score", "set", "--with", "vision", "--yes"]).await;
    assert_eq!(refused.status.code(), Some(13), "{}", talk(&refused));
    assert!(talk(&refused).contains("API key not valid") && talk(&refused).contains("GOOGLE_VISION_KEY"));
    let mut missing = command(fixture.folder.path(), &["score", "set", "--with", "vision", "--yes"]);
    let missing = tokio::task::spawn_blocking(move || missing.output().unwrap()).await.unwrap();
    assert_eq!(missing.status.code(), Some(2), "{}", talk(&missing));
    fs::write(fixture.folder.path().join("credentials.json"), format!("{{\"GOOGLE_VISION_KEY\": \"{KEY} {KEY}\"}}"))
        .unwrap();
    let mut odd = command(fixture.folder.path(), &["score", "set", "--with", "vision", "--yes"]);
    let odd = tokio::task::spawn_blocking(move || odd.output().unwrap()).await.unwrap();
    assert!(odd.status.code() == Some(2) && !talk(&odd).contains(KEY), "{}", talk(&odd));
    assert_eq!(fixture.vision.stats().bill(), 0);
}
