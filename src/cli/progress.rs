//! Progress of a run: a bar with rate and remaining time on a terminal, plain lines otherwise.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use parking_lot::{Mutex, MutexGuard};

use super::report::print_message;
use crate::photo::{Photo, State};
use crate::pipeline::{Observer, SearchProgress};

/// The time between two plain lines.
pub const LINE_EVERY: Duration = Duration::from_secs(10);

/// Prints the progress of a run.
pub struct Progress {
    bar: Option<ProgressBar>,
    plain: Mutex<Plain>,
}

/// The numbers of the plain lines.
struct Plain {
    saved: u64,
    queued: u64,
    faulty: u64,
    last: Instant,
}

/// A progress bar, if stderr is a terminal.
pub fn bar(json: bool) -> Option<ProgressBar> {
    (io::stderr().is_terminal() && !json).then(|| {
        let style = "{spinner} {pos}/{len} photos [{bar:30}] {per_sec}, {eta} left {wide_msg}";
        let style = ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(0).with_style(style.progress_chars("=> "));
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    })
}

impl Progress {
    /// A bar on a terminal, lines otherwise; only notices with `--json`.
    pub fn new(json: bool) -> Self {
        let last = Instant::now();
        Self { bar: bar(json), plain: Mutex::new(Plain { saved: 0, queued: 0, faulty: 0, last }) }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| print_message(text)),
            None => print_message(text),
        }
    }

    fn plain(&self) -> MutexGuard<'_, Plain> {
        self.plain.lock()
    }
}

impl Observer for Progress {
    fn page_received(&self, progress: &SearchProgress<'_>) {
        let SearchProgress { source, term, found, want, claimed } = progress;
        let claim = claimed.map(|claimed| format!(" ({source} reports {claimed})")).unwrap_or_default();
        let text = format!("\"{term}\": {found} of {want} found{claim}");
        match &self.bar {
            Some(bar) => bar.set_message(text),
            None => print_message(&text),
        }
    }

    fn photos_queued(&self, photos: u64) {
        if let Some(bar) = &self.bar {
            bar.inc_length(photos);
        }
        self.plain().queued += photos;
    }

    fn photo_saved(&self, photo: &Photo) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
            return;
        }
        let mut plain = self.plain();
        plain.saved += 1;
        plain.faulty += u64::from(!matches!(photo.state(), State::Found | State::Stored));
        if plain.last.elapsed() >= LINE_EVERY {
            plain.last = Instant::now();
            print_message(&format!(
                "Processed {} of {} photos, {} with faults",
                plain.saved, plain.queued, plain.faulty
            ));
        }
    }

    fn notice(&self, text: &str) {
        self.line(text);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
