//! Killed at any moment and run again: the same dataset.

use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Stand, photos};

/// A cheap sequence of numbers that looks random and is the same each time.
fn dice(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

#[test]
fn fifty_kills_at_random_moments_leave_the_same_dataset_as_none() {
    let stand = Stand::new(photos(1_500, 11).latency_ms(4));
    let whole = ["scrape", "-s", "monkey", "-s", "wild", "-n", "250", "--dataset", "whole", "--key-file", "k.key"];
    stand.expect(0, &whole);
    let wanted = stand.digest("whole");
    let photos = stand.records("whole", false).len();
    assert!(photos > 300, "only {photos} photos to be killed among");
    let cut = ["scrape", "-s", "monkey", "-s", "wild", "-n", "250", "--dataset", "cut", "--key-file", "k.key"];
    let (mut kills, mut state) = (0, 2026);
    for _ in 0..50 {
        let mut child = stand.command(&cut).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let until = Instant::now() + Duration::from_millis(30 + dice(&mut state) % 270);
        while Instant::now() < until && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(2));
        }
        if child.try_wait().unwrap().is_none() {
            kills += 1;
        }
        // SIGKILL: nothing of the program runs any more.
        let _ = child.kill();
        child.wait().unwrap();
    }
    println!("{kills} kills hit a running program");
    assert!(kills >= 10, "the program was too quick to be killed: {kills}");
    stand.expect(0, &cut);
    assert_eq!(stand.digest("cut"), wanted);
    assert_eq!(stand.records("cut", false).len(), photos);
}

#[test]
fn a_polite_stop_keeps_what_arrived_and_the_next_run_ends_the_work() {
    let stand = Stand::new(photos(600, 3).latency_ms(20));
    let args = ["scrape", "-s", "monkey", "-n", "200", "--dataset", "d", "--key-file", "k.key"];
    let child = stand.command(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    sleep(Duration::from_millis(900));
    let asked = Instant::now();
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    // It may have been done already on a fast machine; then there was nothing to stop.
    if killed.success() && output.status.code() != Some(0) {
        assert_eq!(output.status.code(), Some(130), "{}", super::talk(&output));
        assert!(asked.elapsed() < Duration::from_secs(30));
        assert!(super::talk(&output).contains("stopping"));
    }
    stand.expect(0, &args);
    let again = ["scrape", "-s", "monkey", "-n", "200", "--dataset", "e", "--key-file", "k.key"];
    stand.expect(0, &again);
    assert_eq!(stand.digest("d"), stand.digest("e"));
}
