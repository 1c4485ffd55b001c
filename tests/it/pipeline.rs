//! The whole pipeline, run with the built program against the simulated Flickr.

mod brave;
mod commons;
mod completeness;
mod crash;
mod criteria;
mod details;
mod every_source;
mod faults;
mod fields;
mod gbif;
mod gbif_names;
mod inaturalist;
mod messages;
mod openverse;
mod openverse_client;
mod page;
mod parquet;
mod plan;
pub mod privacy;
mod refresh;
mod replayed;
mod retry;
mod same_photo;
mod same_photo_interrupted;
mod setting;
mod taxa;
mod urls;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use testbed::flickr::{Flickr, Running};
use tokio::runtime::Runtime;

/// A key of the right form; the simulated Flickr accepts any.
pub const API_KEY: &str = "c0ffee00c0ffee00c0ffee00c0ffee00";

/// Generated photos that can all be downloaded. A test can change the settings.
pub fn photos(number: u64, seed: u64) -> Flickr {
    Flickr::builder().generate(number).seed(seed).config(|config| {
        (config.gone, config.videos, config.opted_out) = (0.0, 0.0, 0.0);
        config.edge_px = 320;
    })
}

/// A simulated Flickr and a folder in which the program runs.
pub struct Fixture {
    pub flickr: Running,
    pub folder: TempDir,
    _runtime: Runtime,
}

impl Fixture {
    pub fn new(flickr: Flickr) -> Self {
        let runtime = Runtime::new().unwrap();
        let flickr = runtime.block_on(flickr.start()).unwrap();
        let folder = TempDir::new().unwrap();
        let settings = format!(
            "[net]\ntrusted_hosts = [\"127.0.0.1\"]\nimages_per_second = 5000.0\nimages_at_once = 8\nattempts = 8\nretry_base_ms = 5\n\
             [sources.flickr]\napi_url = \"{}\"\nrequests_per_second = 500.0\n",
            flickr.api_url
        );
        fs::write(folder.path().join("gleaner.toml"), settings).unwrap();
        Self { flickr, folder, _runtime: runtime }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with arguments, in the folder, without this user's environment.
    pub fn command(&self, args: &[&str]) -> Command {
        command(self.folder.path(), args)
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs it and asserts its exit code.
    pub fn expect(&self, code: i32, args: &[&str]) -> Output {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(code), "gleaner {args:?}\n{}", talk(&output));
        output
    }

    /// The dataset's records as exported.
    pub fn records(&self, dataset: &str, unseal: bool) -> Vec<Value> {
        let mut args = vec!["export", dataset, "--format", "jsonl"];
        args.extend(unseal.then_some("--unseal"));
        let output = self.expect(0, &args);
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Runs `gleaner verify --read-data`, which must find no fault; returns the digest.
    pub fn digest(&self, dataset: &str) -> String {
        let output = self.expect(0, &["verify", dataset, "--read-data", "--json"]);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found["problems"], Value::Array(Vec::new()));
        found["digest"].as_str().unwrap().to_owned()
    }
}

pub fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gleaner"));
    command
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder.join("home"))
        .env("TMPDIR", folder)
        .env("FLICKR_API_KEY", API_KEY);
    command
}

/// The program's messages.
pub fn talk(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A file or folder of `../shared`, if it exists; in CI it is required. The path is absolute, for programs that run elsewhere.
pub fn shared(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("GLEANER_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(root).join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("GLEANER_CI").is_none(), "{} must be there in CI", path.display());
    println!("skipped: {} is missing", path.display());
    None
}
