//! What must hold for every service: faults and kills change nothing, and each request is counted before it is sent.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use gleaner::sources::{SOURCES, SearchBy, find};
use serde_json::Value;
use testbed::replay::ANY_API_MIX;

use super::command;
use super::replayed::Fixture;

/// The services that are replayed; Flickr is simulated (`crash`, `faults`).
fn replayed() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().map(|entry| entry.about.name).filter(|name| *name != "flickr")
}

fn scrape(source: &str) -> Vec<&str> {
    let is_by_taxon = find(source).unwrap().about.search_by.contains(&SearchBy::Taxon);
    let term = if is_by_taxon { "Macaca fascicularis" } else { "macaque" };
    vec!["scrape", "--source", source, "-s", term, "-n", "1000", "--dataset", "d", "--key-file", "k.key"]
}

fn files_of_budgets(fixture: &Fixture, source: &str) -> Vec<PathBuf> {
    let state = fixture.path("home/.local/state/gleaner");
    let files = fs::read_dir(&state).unwrap_or_else(|err| panic!("{}: {err}", state.display()));
    let files = files.map(|file| file.unwrap().path());
    let of = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with(&format!("budget-{source}")) && !name.ends_with("-images")
    };
    files.filter(of).collect()
}

/// The records in order, without ids, which may be a digest of an address with the port of the service.
fn without_ids(fixture: &Fixture) -> Vec<String> {
    let records: BTreeMap<String, Value> = serde_json::from_str(&fixture.stable()).unwrap();
    let record = |mut record: Value| {
        record.as_object_mut().unwrap().remove("id");
        record.to_string()
    };
    let mut records: Vec<String> = records.into_values().map(record).collect();
    records.sort();
    assert!(!records.is_empty());
    records
}

#[test]
fn faults_and_twenty_kills_change_no_dataset_and_exceed_no_budget() {
    for (source, seed) in replayed().zip(1_u64..) {
        let whole = Fixture::new(source, |replay| replay);
        let run = |fixture: &Fixture| {
            let mut command = command(fixture.folder.path(), &scrape(source));
            command.env_remove("FLICKR_API_KEY").env("BRAVE_API_KEY", "BSA0123456789abcdefghijklmnopqr");
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        // Fixtures have records with faults.
        let code = run(&whole).status().unwrap().code();
        assert!(matches!(code, Some(0 | 1)), "{source}: {code:?}");

        let stormy =
            Fixture::new(source, |replay| replay.fault_kinds(ANY_API_MIX, ANY_API_MIX).faults(0.3).latency_ms(30));
        fs::copy(whole.path("k.key"), stormy.path("k.key")).unwrap();
        stormy.set("requests_per_second = 500.0", "requests_per_second = 500.0\nrequests_per_hour = 3000");
        let (mut kills, mut state) = (0, seed);
        for _ in 0..20 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let until = Instant::now() + Duration::from_millis(15 + (state >> 33) % 200);
            let mut child = run(&stormy).spawn().unwrap();
            while Instant::now() < until && child.try_wait().unwrap().is_none() {
                sleep(Duration::from_millis(2));
            }
            kills += u32::from(child.try_wait().unwrap().is_none());
            // SIGKILL ends the program without cleanup.
            let _ = child.kill();
            child.wait().unwrap();
        }
        // A killed run may have reported the records with faults.
        let code = run(&stormy).status().unwrap().code();
        assert!(matches!(code, Some(0 | 1)), "{source}: {code:?}");
        println!("{source}: {kills} of 20 kills hit a running program");
        assert!(kills >= 1, "{source}: {kills}");
        assert!(without_ids(&stormy) == without_ids(&whole), "{source}: {} {}", stormy.stable(), whole.stable());
        let files = files_of_budgets(&stormy, source);
        let counted: u64 = files.iter().map(|file| fs::metadata(file).unwrap().len() / 4).sum();
        let sent = stormy.service.stats().api_calls;
        assert!(
            files.len() == 1 && counted >= sent && sent > 0,
            "{source}: {sent} requests, {counted} counted, {files:?}"
        );
    }
}
