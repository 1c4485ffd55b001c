//! How many photos a second one core checks, decodes and makes thumbnails of:
//! `cargo run --release --example decode_speed -- <folder of images>`
#![allow(clippy::print_stdout)]

use std::time::Instant;

use gleaner::picture::{decode::decode, format::sniff, thumbnail};

fn main() -> anyhow::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "../shared/seed-sample/images".into());
    let files: Vec<Vec<u8>> =
        std::fs::read_dir(folder)?.map(|entry| std::fs::read(entry?.path())).collect::<Result<_, _>>()?;
    for (name, min_long_edge_px) in [("full size", None), ("scaled", Some(thumbnail::DECODE_LONG_EDGE_PX))] {
        let (started, before_s) = (Instant::now(), cpu_s());
        let mut rejected = 0;
        for bytes in &files {
            match sniff(bytes).and_then(|format| decode(bytes, format, min_long_edge_px)) {
                Ok(picture) => drop(thumbnail::make(&picture, 1)?),
                Err(defect) => {
                    rejected += 1;
                    println!("rejected: {defect}");
                }
            }
        }
        let (wall_s, cpu_s) = (started.elapsed().as_secs_f64(), cpu_s() - before_s);
        let count = files.len() as f64;
        println!(
            "{name}: {count} files, {rejected} rejected, {:.1}/s wall, {:.1}/s/core, peak RSS {}",
            count / wall_s,
            count / cpu_s,
            peak_rss(),
        );
    }
    Ok(())
}

/// Processor time of all threads so far; Linux counts it in 1/100 s.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().map(|rest| rest.split_whitespace().skip(11).take(2));
    ticks.map_or(f64::NAN, |ticks| ticks.filter_map(|tick| tick.parse::<f64>().ok()).sum::<f64>() / 100.0)
}

fn peak_rss() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown").trim().to_owned()
}
