//! Shared by the commands that score: the scoring context from the settings, and the progress display.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;

use super::output::{UsageError, counted, print_message};
use super::progress::Meter;
use super::source_access;
use super::{Global, near, settings};
use crate::config::Config;
use crate::dataset::Dataset;
use crate::models::Runtime;
use crate::photo::PhotoId;
use crate::pipeline::score::{ScoreObserver, Scored};
use crate::pipeline::scoring_context::{ScoringContext, Settings};
use crate::stages::Derived;

/// Unreadable images that are reported one by one.
const UNREADABLE_SHOWN: u64 = 5;

/// The scoring context of the settings; `model` overrides the settings' model.
pub fn context(config: &Config, model: Option<&Path>) -> Result<ScoringContext> {
    for path in [model, config.score.model.as_deref(), config.score.pair.as_deref()].into_iter().flatten() {
        if !path.exists() {
            let message = format!("there is no model description {}{}", path.display(), near::file(path));
            return Err(UsageError::error(message, "docs/models.md shows one; without it the bundled model is used"));
        }
    }
    let settings = Settings {
        concepts: config.concepts.clone(),
        model: model.map(Path::to_path_buf).or_else(|| config.score.model.clone()),
        pair: config.score.pair.clone(),
        runtime: runtime(config)?,
        registry: source_access::registry()?,
        setting: config.setting.clone(),
    };
    Ok(ScoringContext::new(settings))
}

/// What follows from the scores and labels of a dataset's photos.
pub fn derived(dataset: &Dataset, global: &Global) -> Result<Arc<Derived>> {
    context(&settings::config(global)?, None)?.derived(dataset)
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

/// Shows the progress of scoring.
pub struct ScoreProgress {
    meter: Meter,
    unreadable: AtomicU64,
}

impl ScoreProgress {
    /// For a run over `total` photos.
    pub fn new(total: u64, json: bool) -> Self {
        Self { meter: Meter::new("photo", Some(total), json), unreadable: AtomicU64::new(0) }
    }

    /// Ends the display; a stopped run says what remains.
    pub fn end(&self, scored: &Scored) {
        if scored.interrupted { self.meter.stopped() } else { self.meter.end() }
    }
}

impl ScoreObserver for ScoreProgress {
    fn processed(&self, photos: u64) {
        self.meter.work(photos);
    }

    fn unreadable(&self, id: &PhotoId, why: &str) {
        if self.unreadable.fetch_add(1, Ordering::Relaxed) < UNREADABLE_SHOWN {
            self.meter.say(&format!("  {id} cannot be scored: {why}"));
        }
    }
}

/// One line that summarises a run.
pub fn summary(scored: &Scored) -> String {
    let Scored { photos, looked, changed, unreadable, .. } = scored;
    let mut text = format!("Checked {}", counted(*photos, "photo"));
    text += &match looked {
        0 => ", no new images to analyse".to_owned(),
        looked => format!(", analysed {}", counted(*looked, "image")),
    };
    text += &match changed {
        0 => "; no scores changed".to_owned(),
        changed => format!("; scores of {} changed", counted(*changed, "photo")),
    };
    if *unreadable > 0 {
        text += &format!("; {} could not be read", counted(*unreadable, "image"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_says_what_was_checked_analysed_and_changed() {
        let scored = |photos, looked, changed, unreadable| {
            summary(&Scored { photos, looked, changed, unreadable, interrupted: false })
        };
        assert_eq!(scored(197, 176, 0, 0), "Checked 197 photos, analysed 176 images; no scores changed");
        assert_eq!(scored(1, 0, 1, 0), "Checked 1 photo, no new images to analyse; scores of 1 photo changed");
        assert_eq!(
            scored(12_345, 1, 1_000, 2),
            "Checked 12,345 photos, analysed 1 image; scores of 1,000 photos changed; 2 images could not be read"
        );
    }
}
