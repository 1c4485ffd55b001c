//! From an image file to a score, for benchmarks: `score [--library LIB] [--threads N] [--repeat N] FILE..`
//!
//! Prints one line of JSON: photos, seconds without loading the model, how many of them (over all threads) went
//! into preparing and into the model, and each file's score for monkeys.
#![allow(missing_docs, clippy::print_stdout, reason = "a program for benchmarks")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result};
use gleaner::models::{Model, Runtime, softmax};

/// ImageNet's twenty primates.
const PRIMATES: std::ops::Range<usize> = 365..385;

struct Options {
    runtime: Runtime,
    threads: usize,
    repeat: usize,
    files: Vec<PathBuf>,
}

fn main() -> Result<()> {
    let options = options()?;
    let model = Model::bundled(&options.runtime)?;
    let spent = [AtomicU64::new(0), AtomicU64::new(0)];
    let (next, count) = (AtomicUsize::new(0), options.files.len() * options.repeat);
    let started = Instant::now();
    let work = || -> Result<Vec<(usize, f32)>> {
        let mut scores = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return Ok(scores);
            }
            let at = number % options.files.len();
            scores.push((at, score(&model, &options.files[at], &spent)?));
        }
    };
    let scores = std::thread::scope(|scope| -> Result<Vec<_>> {
        let threads: Vec<_> = (0..options.threads).map(|_| scope.spawn(work)).collect();
        let answers = threads.into_iter().map(|thread| thread.join().expect("no thread panics"));
        Ok(answers.collect::<Result<Vec<_>>>()?.concat())
    })?;
    let seconds = started.elapsed().as_secs_f64();
    let mut by_file = vec![0.0; options.files.len()];
    scores.into_iter().for_each(|(at, score)| by_file[at] = score);
    let [prepare, run] = spent.map(|micros| micros.into_inner() as f64 / 1e6);
    let said = serde_json::json!({
        "photos": count, "seconds": seconds, "prepare_seconds": prepare, "run_seconds": run, "scores": by_file
    });
    println!("{said}");
    Ok(())
}

fn score(model: &Model, path: &Path, spent: &[AtomicU64; 2]) -> Result<f32> {
    let bytes = std::fs::read(path)?;
    let started = Instant::now();
    let picture = model.prepare(&bytes).with_context(|| path.display().to_string())?;
    let prepared = Instant::now();
    let output = model.run(&picture)?;
    for (spent, duration) in spent.iter().zip([prepared - started, prepared.elapsed()]) {
        spent.fetch_add(duration.as_micros() as u64, Ordering::Relaxed);
    }
    let probabilities = softmax(&output.logits.context("the model has classes")?);
    Ok(probabilities[PRIMATES].iter().sum())
}

fn options() -> Result<Options> {
    let threads = std::thread::available_parallelism()?.get();
    let mut options = Options { runtime: Runtime::rust(), threads, repeat: 1, files: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--library" => options.runtime = Runtime::onnx_runtime(Path::new(&value()?))?,
            "--threads" => options.threads = value()?.parse()?,
            "--repeat" => options.repeat = value()?.parse()?,
            _ => options.files.push(argument.into()),
        }
    }
    Ok(options)
}
