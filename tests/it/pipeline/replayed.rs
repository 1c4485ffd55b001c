//! The program in a folder of its own, with a replayed photo service in its settings.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use testbed::replay::{Replay, Running};
use tokio::runtime::Runtime;

use super::{command, talk};
use crate::sources::fixtures;

pub struct Fixture {
    pub service: Running,
    pub folder: TempDir,
    _runtime: Runtime,
}

impl Fixture {
    /// Replays the pages of a source, as `change` wants it.
    pub fn new(source: &str, change: impl FnOnce(Replay) -> Replay) -> Self {
        let runtime = Runtime::new().unwrap();
        let service = runtime.block_on(change(Replay::of(fixtures(source))).start()).unwrap();
        let folder = TempDir::new().unwrap();
        let settings = format!(
            "[net]\ntrusted_hosts = [\"127.0.0.1\"]\nattempts = 8\nretry_base_ms = 5\n\
             [sources.{source}]\napi_url = \"{}\"\nrequests_per_second = 500.0\nrequests_per_minute = 0\n\
             images_per_second = 5000.0\nimages_at_once = 8\n",
            service.api_url
        );
        fs::write(folder.path().join("gleaner.toml"), settings).unwrap();
        Self { service, folder, _runtime: runtime }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Changes the settings.
    pub fn set(&self, from: &str, to: &str) {
        let settings = fs::read_to_string(self.path("gleaner.toml")).unwrap().replace(from, to);
        fs::write(self.path("gleaner.toml"), settings).unwrap();
    }

    pub fn expect(&self, code: i32, args: &[&str]) -> Output {
        // No key of any service is set.
        let output = command(self.folder.path(), args).env_remove("FLICKR_API_KEY").output().unwrap();
        assert_eq!(output.status.code(), Some(code), "gleaner {args:?}\n{}", talk(&output));
        output
    }

    pub fn records(&self, unseal: bool) -> BTreeMap<String, Value> {
        let mut args = vec!["export", "d", "--format", "jsonl", "--key-file", "k.key"];
        args.extend(unseal.then_some("--unseal"));
        let text = String::from_utf8(self.expect(0, &args).stdout).unwrap();
        let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        records.map(|record| (record["id"].as_str().unwrap().to_owned(), record)).collect()
    }

    /// The decrypted records without values that depend on the host or the time.
    pub fn stable(&self) -> String {
        let mut records = self.records(true);
        // Ids of unreadable records depend on their bytes, which contain the host.
        records.retain(|id, _| !id.contains("unreadable"));
        for record in records.values_mut() {
            for field in ["found_at", "checked_at", "downloaded_at"] {
                record.as_object_mut().unwrap().remove(field);
            }
            for other in record.get_mut("other_records").and_then(Value::as_array_mut).into_iter().flatten() {
                other.as_object_mut().unwrap().remove("checked_at");
            }
            if let Some(file) = record.get_mut("file").and_then(Value::as_object_mut) {
                file.remove("downloaded_at");
            }
        }
        serde_json::to_string_pretty(&records).unwrap().replace(&self.service.image_url, "HOST")
    }
}
