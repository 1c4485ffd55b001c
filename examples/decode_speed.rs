//! How many JPEGs a second one core checks, decodes and makes thumbnails of:
//! `cargo run --release --example decode_speed -- FOLDER [ROUNDS]`
//!
//! Prints one line of JSON: photos, and seconds of processor time.
#![allow(clippy::print_stdout)]

use gleaner::picture::{decode::decode, format::sniff, thumbnail};

fn main() -> anyhow::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "../shared/seed-sample/images".into());
    let rounds = std::env::args().nth(2).map_or(Ok(1), |rounds| rounds.parse())?;
    let files: Vec<Vec<u8>> =
        std::fs::read_dir(folder)?.map(|entry| std::fs::read(entry?.path())).collect::<Result<_, _>>()?;
    let jpegs: Vec<_> = files.iter().filter(|file| file.starts_with(b"\xff\xd8")).collect();
    let started = cpu_s();
    for _ in 0..rounds {
        for bytes in &jpegs {
            let picture = decode(bytes, sniff(bytes)?, Some(thumbnail::DECODE_LONG_EDGE_PX))?;
            drop(thumbnail::make(&picture, 1)?);
        }
    }
    println!("{}", serde_json::json!({ "photos": jpegs.len() * rounds, "seconds": cpu_s() - started }));
    Ok(())
}

/// Processor time of all threads so far; Linux counts it in 1/100 s.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().map(|rest| rest.split_whitespace().skip(11).take(2));
    ticks.map_or(f64::NAN, |ticks| ticks.filter_map(|tick| tick.parse::<f64>().ok()).sum::<f64>() / 100.0)
}
