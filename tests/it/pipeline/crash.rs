//! A scrape that is killed at any moment and repeated gives the same dataset.

use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use testbed::faults::{Fault, Target};

use super::{Fixture, photos};

/// A reproducible pseudo-random sequence.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

#[test]
fn fifty_kills_at_random_moments_do_not_change_the_dataset() {
    let fixture = Fixture::new(photos(1_500, 11).latency_ms(4));
    let whole = ["scrape", "-s", "monkey", "-s", "wild", "-n", "250", "--dataset", "whole", "--key-file", "k.key"];
    fixture.expect(0, &whole);
    let wanted = fixture.digest("whole");
    let photos = fixture.records("whole", false).len();
    assert!(photos > 300, "only {photos} photos");
    let cut = ["scrape", "-s", "monkey", "-s", "wild", "-n", "250", "--dataset", "cut", "--key-file", "k.key"];
    let (mut kills, mut state) = (0, 2026);
    for _ in 0..50 {
        let mut child = fixture.command(&cut).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let until = Instant::now() + Duration::from_millis(30 + random(&mut state) % 270);
        while Instant::now() < until && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(2));
        }
        if child.try_wait().unwrap().is_none() {
            kills += 1;
        }
        // SIGKILL ends the program without cleanup.
        let _ = child.kill();
        child.wait().unwrap();
    }
    println!("{kills} kills hit a running program");
    assert!(kills >= 10, "the program ended before it could be killed: {kills}");
    fixture.expect(0, &cut);
    assert_eq!(fixture.digest("cut"), wanted);
    let status = |dataset| -> serde_json::Value {
        let mut status = serde_json::from_slice(&fixture.expect(0, &["status", dataset, "--json"]).stdout).unwrap();
        // How often pages were received depends on the kills.
        ["dataset", "sizes", "completeness"]
            .iter()
            .for_each(|part| drop(serde_json::Value::as_object_mut(&mut status).unwrap().remove(*part)));
        status
    };
    assert_eq!(status("cut"), status("whole"));
    assert_eq!(fixture.records("cut", false).len(), photos);
}

#[test]
fn an_interrupted_scrape_keeps_its_photos_and_the_next_run_completes_it() {
    // Ctrl-C, and a terminal that is closed.
    ["-INT", "-HUP"].into_iter().for_each(interrupt);
}

fn interrupt(signal: &str) {
    let fixture = Fixture::new(photos(600, 3).latency_ms(20));
    let args = ["scrape", "-s", "monkey", "-n", "200", "--dataset", "d", "--key-file", "k.key"];
    let child = fixture.command(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    sleep(Duration::from_millis(900));
    let asked = Instant::now();
    let killed = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    // On a fast machine it may already be complete; then there is nothing to stop.
    if killed.success() && output.status.code() != Some(0) {
        assert_eq!(output.status.code(), Some(130), "{}", super::talk(&output));
        assert!(asked.elapsed() < Duration::from_secs(30));
        let said = super::talk(&output);
        for part in ["stopping: ", "stopped after ", "to continue: gleaner scrape -s monkey -n 200 --dataset d"] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
    fixture.expect(0, &args);
    let again = ["scrape", "-s", "monkey", "-n", "200", "--dataset", "e", "--key-file", "k.key"];
    fixture.expect(0, &again);
    assert_eq!(fixture.digest("d"), fixture.digest("e"));
}

#[test]
fn an_interrupted_search_resumes_also_after_a_smaller_complete_one() {
    let reset = Fault::named("reset").unwrap();
    // Calls 0 (complete), 1 and 2: the second page of the larger search gets no answer.
    let fixture = Fixture::new(photos(3_000, 7).plain().script(Target::ApiCall(2), reset));
    let settings = fs::read_to_string(fixture.path("gleaner.toml")).unwrap().replace("attempts = 8", "attempts = 1");
    fs::write(fixture.path("gleaner.toml"), settings).unwrap();
    let search = |number| ["scrape", "-s", "-nowhere", "-d", "false", "--dataset", "d", "-n", number];
    fixture.expect(0, &search("200"));
    let cut = super::talk(&fixture.expect(1, &search("1000")));
    assert!(cut.contains("the search ended early") && cut.contains("500 photos found"), "{cut}");
    let whole = super::talk(&fixture.expect(0, &search("1000")));
    assert!(whole.contains("1,000 photos found"), "{whole}");
    assert_eq!(fixture.records("d", false).len(), 1_000);
    let calls = fixture.flickr.stats().api_calls;
    assert_eq!(calls, 4, "the received page is not requested again");
    // More photos are requested than before, so the search is repeated with other pages and slices.
    fixture.expect(0, &search("1500"));
    assert_eq!(fixture.records("d", false).len(), 1_500);
}

#[test]
fn a_damaged_or_missing_image_is_reported_and_can_be_downloaded_again() {
    let fixture = Fixture::new(photos(40, 7));
    fixture.expect(0, &["scrape", "-s", "-nowhere", "-n", "10", "--dataset", "d", "--skip", "thumbnail"]);
    let records = fixture.records("d", false);
    let image = |nth: usize| fixture.path("d").join(records[nth]["file_path"].as_str().unwrap());
    let bytes = fs::read(image(0)).unwrap();
    fs::write(image(0), &bytes[..bytes.len() / 2]).unwrap();
    fs::remove_file(image(1)).unwrap();
    fixture.expect(1, &["enrich", "d"]);
    let states = |nth: usize| fixture.records("d", false)[nth]["state"].clone();
    assert_eq!((states(0), states(1), states(2)), ("rejected".into(), "failed".into(), "stored".into()));
    assert_eq!(fs::read_dir(fixture.path("d/quarantine")).unwrap().count(), 1);
    fixture.expect(0, &["download", "d", "--again"]);
    assert!(fixture.records("d", false).iter().all(|record| record["state"] == "stored"));
    fixture.digest("d");
}
