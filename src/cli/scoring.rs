//! Shared by the commands that score: the scoring context from the settings, and the progress display.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use indicatif::ProgressBar;
use parking_lot::{Mutex, MutexGuard};

use super::progress::{LINE_EVERY, bar};
use super::report::{UsageError, print_message};
use crate::config::Config;
use crate::models::Runtime;
use crate::photo::PhotoId;
use crate::pipeline::score::{ScoreObserver, Scored};
use crate::pipeline::scoring_context::{ScoringContext, Settings};

/// Unreadable images that are reported one by one.
const UNREADABLE_SHOWN: u64 = 5;

/// The scoring context of the settings; `model` overrides the settings' model.
pub fn context(config: &Config, model: Option<&Path>) -> Result<ScoringContext> {
    let settings = Settings {
        concepts: config.concepts.clone(),
        model: model.map(Path::to_path_buf).or_else(|| config.score.model.clone()),
        pair: config.score.pair.clone(),
        runtime: runtime(config)?,
    };
    Ok(ScoringContext::new(settings))
}

/// ONNX Runtime if the environment or the settings name its library, or if it is in a usual folder; else pure Rust.
fn runtime(config: &Config) -> Result<Runtime> {
    let named = env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()).map(PathBuf::from);
    if let Some(path) = named.or_else(|| config.score.onnxruntime.clone()) {
        return Runtime::onnx_runtime(&path).map_err(|err| {
            UsageError::error(
                format!("{err:#}"),
                "unset ORT_DYLIB_PATH and [score] onnxruntime to run models in pure Rust, which is slower",
            )
        });
    }
    let (runtime, warning) = Runtime::best(&["/usr/local/lib", "/usr/lib", "/usr/lib64"].map(PathBuf::from));
    warning.iter().for_each(|warning| print_message(warning));
    Ok(runtime)
}

/// Shows progress: a bar on a terminal, lines otherwise.
pub struct ScoreProgress {
    bar: Option<ProgressBar>,
    counts: Mutex<Counts>,
    total: u64,
}

struct Counts {
    photos: u64,
    unreadable: u64,
    last: Instant,
}

impl ScoreProgress {
    /// For a run over `total` photos.
    pub fn new(total: u64, json: bool) -> Self {
        let bar = bar(json);
        bar.iter().for_each(|bar| bar.set_length(total));
        Self { bar, counts: Mutex::new(Counts { photos: 0, unreadable: 0, last: Instant::now() }), total }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| print_message(text)),
            None => print_message(text),
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock()
    }
}

impl ScoreObserver for ScoreProgress {
    fn processed(&self, photos: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(photos);
        }
        let mut counts = self.counts();
        counts.photos += photos;
        if self.bar.is_none() && counts.last.elapsed() >= LINE_EVERY {
            counts.last = Instant::now();
            print_message(&format!("{} of {} photos scored", counts.photos, self.total));
        }
    }

    fn unreadable(&self, id: &PhotoId, why: &str) {
        let mut counts = self.counts();
        counts.unreadable += 1;
        if counts.unreadable <= UNREADABLE_SHOWN {
            self.line(&format!("  {id} cannot be scored: {why}"));
        }
    }
}

impl Drop for ScoreProgress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// One line that summarises a run.
pub fn summary(scored: &Scored) -> String {
    let mut parts = vec![format!("Checked {} photos", scored.photos)];
    parts.push(match scored.looked {
        0 => "no new images to analyse".to_owned(),
        looked => format!("analysed {looked} images"),
    });
    parts.push(format!("scores of {} changed", scored.changed));
    if scored.unreadable > 0 {
        parts.push(format!("{} could not be read", scored.unreadable));
    }
    parts.join(", ")
}
