//! What commands that score have in common: the settings' kit, and showing how far a walk is.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use indicatif::ProgressBar;
use parking_lot::{Mutex, MutexGuard};

use super::progress::{LINE_EVERY, bar};
use super::report::{Misuse, say};
use crate::config::Config;
use crate::models::Runtime;
use crate::photo::PhotoId;
use crate::pipeline::score::{ScoreObserver, Scored};
use crate::pipeline::scoring_context::{ScoringContext, Settings};

/// Images that cannot be read which are told one by one.
const TOLD: u64 = 5;

/// Opens what the settings say about scoring; `model` comes before the settings' own.
pub fn context(config: &Config, model: Option<&Path>) -> Result<ScoringContext> {
    let settings = Settings {
        concepts: config.concepts.clone(),
        model: model.map(Path::to_path_buf).or_else(|| config.score.model.clone()),
        pair: config.score.pair.clone(),
        runtime: runtime(config)?,
    };
    Ok(ScoringContext::new(settings))
}

/// ONNX Runtime where the environment or the settings name its library, or where it usually lies; else pure Rust.
fn runtime(config: &Config) -> Result<Runtime> {
    let named = env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()).map(PathBuf::from);
    if let Some(path) = named.or_else(|| config.score.onnxruntime.clone()) {
        return Runtime::onnx_runtime(&path).map_err(|err| {
            Misuse::error(
                format!("{err:#}"),
                "leave ORT_DYLIB_PATH and [score] onnxruntime away: models then run in pure Rust, slower",
            )
        });
    }
    let (runtime, warning) = Runtime::best(&["/usr/local/lib", "/usr/lib", "/usr/lib64"].map(PathBuf::from));
    warning.iter().for_each(|warning| say(warning));
    Ok(runtime)
}

/// Shows a walk over photos: a bar on a terminal, lines otherwise.
pub struct ScoreProgress {
    bar: Option<ProgressBar>,
    told: Mutex<Told>,
    total: u64,
}

struct Told {
    photos: u64,
    unreadable: u64,
    last: Instant,
}

impl ScoreProgress {
    /// Of so many photos.
    pub fn new(total: u64, json: bool) -> Self {
        let bar = bar(json);
        bar.iter().for_each(|bar| bar.set_length(total));
        Self { bar, told: Mutex::new(Told { photos: 0, unreadable: 0, last: Instant::now() }), total }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| say(text)),
            None => say(text),
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock()
    }
}

impl ScoreObserver for ScoreProgress {
    fn went(&self, photos: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(photos);
        }
        let mut told = self.told();
        told.photos += photos;
        if self.bar.is_none() && told.last.elapsed() >= LINE_EVERY {
            told.last = Instant::now();
            say(&format!("{} of {} photos scored", told.photos, self.total));
        }
    }

    fn unreadable(&self, id: &PhotoId, why: &str) {
        let mut told = self.told();
        told.unreadable += 1;
        if told.unreadable <= TOLD {
            self.line(&format!("  {id} cannot be looked at: {why}"));
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

/// One line about what came of a walk.
pub fn told(scored: &Scored) -> String {
    let mut parts = vec![format!("{} photos gone through", scored.photos)];
    parts.push(match scored.looked {
        0 => "no new image looked at".to_owned(),
        looked => format!("{looked} images looked at"),
    });
    parts.push(format!("{} with new scores", scored.changed));
    if scored.unreadable > 0 {
        parts.push(format!("{} could not be read", scored.unreadable));
    }
    parts.join(", ")
}
