//! The progress of a command: a bar with rate and remaining time on a terminal, a line now and then otherwise.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use parking_lot::Mutex;

use super::output::{counted, print_message, this_command};
use crate::photo::text::grouped;
use crate::photo::{Photo, State};
use crate::pipeline::{Observer, SearchProgress};
use crate::sources::ALL;

/// The time between two lines without a terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows how far a command is. The shown part only grows, because there is no bar before the total is known.
pub struct Meter {
    bar: Option<ProgressBar>,
    is_silent: bool,
    counts: Arc<Mutex<Counts>>,
}

/// What is done so far.
#[derive(Debug)]
struct Counts {
    noun: &'static str,
    /// Work that was done; it determines the rate.
    worked: u64,
    /// What needed no work.
    passed: u64,
    total: Option<u64>,
    faulty: u64,
    /// More about the progress, such as that of a search.
    note: String,
    since: Instant,
    last_line: Instant,
    has_lines: bool,
}

const WITHOUT_TOTAL: &str = "{spinner} {text}";
const WITH_TOTAL: &str = "[{bar:30}] {text}";

fn style(template: &str, counts: &Arc<Mutex<Counts>>) -> ProgressStyle {
    let counts = Arc::clone(counts);
    let text = move |_: &ProgressState, to: &mut dyn std::fmt::Write| {
        let _ = to.write_str(&counts.lock().text(true));
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    style.progress_chars("=> ").with_key("text", text)
}

impl Meter {
    /// Counts what `noun` names (`photo`), of which there are `total` if that is known. With `json` nothing is shown.
    pub fn new(noun: &'static str, total: Option<u64>, json: bool) -> Self {
        let now = Instant::now();
        let counts = Counts {
            noun,
            worked: 0,
            passed: 0,
            total: None,
            faulty: 0,
            note: String::new(),
            since: now,
            last_line: now,
            has_lines: false,
        };
        let counts = Arc::new(Mutex::new(counts));
        let bar = (io::stderr().is_terminal() && !json).then(|| {
            let bar = ProgressBar::no_length().with_style(style(WITHOUT_TOTAL, &counts));
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        let meter = Self { bar, is_silent: json, counts };
        total.into_iter().for_each(|total| meter.set_total(total));
        meter
    }

    /// The total is known now.
    pub fn set_total(&self, total: u64) {
        self.counts.lock().total = Some(total);
        if let Some(bar) = &self.bar {
            bar.set_style(style(WITH_TOTAL, &self.counts));
            bar.set_length(total);
        }
    }

    /// The work begins now: what took time before does not count for the rate.
    pub fn begin(&self) {
        let mut counts = self.counts.lock();
        if counts.worked == 0 {
            counts.since = Instant::now();
        }
    }

    /// `number` more are done.
    pub fn work(&self, number: u64) {
        self.step(|counts| counts.worked += number);
    }

    /// `number` are done in all.
    pub fn work_to(&self, number: u64) {
        self.step(|counts| counts.worked = counts.worked.max(number));
    }

    /// `number` more needed no work.
    pub fn pass(&self, number: u64) {
        self.step(|counts| counts.passed += number);
    }

    /// One more is done, with a fault.
    fn work_with_fault(&self) {
        self.step(|counts| (counts.worked, counts.faulty) = (counts.worked + 1, counts.faulty + 1));
    }

    /// Shows a text after the numbers.
    fn note(&self, text: String) {
        self.step(|counts| counts.note = text);
    }

    fn step(&self, change: impl FnOnce(&mut Counts)) {
        let mut counts = self.counts.lock();
        change(&mut counts);
        if let Some(bar) = &self.bar {
            let done = counts.done();
            drop(counts);
            bar.set_position(done);
        } else if !self.is_silent && counts.last_line.elapsed() >= LINE_EVERY {
            counts.last_line = Instant::now();
            counts.has_lines = true;
            print_message(&counts.text(true));
        }
    }

    /// Prints a message above the bar.
    pub fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| print_message(text)),
            None => print_message(text),
        }
    }

    /// Ends the display. It shows the last numbers.
    pub fn end(&self) {
        let mut counts = self.counts.lock();
        let text = counts.text(false);
        let (has_lines, is_shown) = (counts.has_lines, counts.done() > 0 && counts.total.is_some());
        counts.has_lines = false;
        drop(counts);
        match &self.bar {
            Some(bar) if bar.is_finished() => {}
            Some(bar) if is_shown => bar.abandon(),
            Some(bar) => bar.finish_and_clear(),
            None if has_lines => print_message(&text),
            None => {}
        }
    }

    /// Ends the display and says that the user stopped the command, what is done, what remains, and what goes on with it.
    pub fn stopped(&self) {
        self.end();
        print_message(&self.counts.lock().stopped());
        print_message(&format!("to continue: {}", this_command()));
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.end();
    }
}

impl Counts {
    fn done(&self) -> u64 {
        self.worked + self.passed
    }

    /// `1,200 of 5,000 photos, 12.3 photos/s, 5 min left, 3 with faults`; without the remaining time if nothing is going on.
    fn text(&self, is_running: bool) -> String {
        let done = self.done();
        if done == 0 && self.total.is_none() && !self.note.is_empty() {
            return self.note.clone();
        }
        let mut text = match self.total {
            Some(total) => format!("{} of {}", grouped(done), counted(total.max(done), self.noun)),
            None => counted(done, self.noun),
        };
        let seconds = self.since.elapsed().as_secs_f64();
        if self.worked > 0 && seconds > 0.0 {
            let _ = write!(text, ", {}", rate(self.worked as f64 / seconds, self.noun));
        }
        let left =
            self.total.map(|total| total.saturating_sub(done)).filter(|left| *left > 0 && done > 0 && is_running);
        if let Some(left) = left {
            let _ = write!(text, ", {} left", duration(left as f64 * seconds / done as f64));
        }
        if self.faulty > 0 {
            let _ = write!(text, ", {} with faults", grouped(self.faulty));
        }
        if !self.note.is_empty() {
            let _ = write!(text, "; {}", self.note);
        }
        text
    }

    fn stopped(&self) -> String {
        let done = self.done();
        match self.total.filter(|total| *total >= done) {
            Some(total) => {
                let left = grouped(total - done);
                format!("stopped after {} of {}; {left} remain", grouped(done), counted(total, self.noun))
            }
            None => format!("stopped after {}; more remain", counted(done, self.noun)),
        }
    }
}

/// A rate with its unit: `12.3 photos/s`, `1,234 photos/s`, `4.5 photos/min`.
pub fn rate(per_second: f64, noun: &str) -> String {
    match per_second {
        rate if rate >= 99.95 => format!("{} {noun}s/s", grouped(rate.round() as u64)),
        rate if rate >= 0.95 => format!("{rate:.1} {noun}s/s"),
        rate => format!("{:.1} {noun}s/min", rate * 60.0),
    }
}

/// Seconds as a person says them: `40 s`, `5 min`, `2 h 10 min`, `3 days`.
pub fn duration(seconds: f64) -> String {
    // Rounded up, so that it never says 0.
    match seconds.max(1.0).ceil() as u64 {
        seconds @ ..=90 => format!("{seconds} s"),
        seconds @ 91..5_400 => format!("{} min", seconds.div_ceil(60)),
        seconds @ 5_400..172_800 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        seconds => format!("{} days", seconds.div_ceil(86_400)),
    }
}

/// The progress of a run of the pipeline.
pub struct Progress {
    meter: Meter,
    queued: Mutex<u64>,
}

impl Progress {
    /// Of a run over an unknown number of photos.
    pub fn new(json: bool) -> Self {
        Self { meter: Meter::new("photo", None, json), queued: Mutex::new(0) }
    }

    /// The run looks at this number of photos, some of which may need no work.
    pub fn set_total(&self, photos: u64) {
        self.meter.set_total(photos);
    }

    /// Ends the display of a stopped run.
    pub fn stopped(&self) {
        self.meter.stopped();
    }
}

impl Observer for Progress {
    fn page_received(&self, progress: &SearchProgress<'_>) {
        let SearchProgress { source, term, found, want, claimed } = progress;
        let claim = claimed.map(|claimed| format!(" ({source} reports {})", grouped(claimed))).unwrap_or_default();
        let wanted = if *want == ALL { String::new() } else { format!(" of {}", grouped(*want)) };
        self.meter.note(format!("\"{term}\": {}{wanted} found{claim}", grouped(*found)));
    }

    fn photos_queued(&self, photos: u64) {
        self.meter.begin();
        *self.queued.lock() += photos;
    }

    fn all_queued(&self) {
        self.meter.note(String::new());
        let queued = *self.queued.lock();
        if self.meter.counts.lock().total.is_none() {
            self.meter.set_total(queued);
        }
    }

    fn photos_passed(&self, photos: u64) {
        self.meter.pass(photos);
    }

    fn photo_saved(&self, photo: &Photo) {
        match photo.state() {
            State::Found | State::Stored => self.meter.work(1),
            State::Rejected | State::Gone | State::Failed => self.meter.work_with_fault(),
        }
    }

    fn notice(&self, text: &str) {
        self.meter.say(text);
    }

    fn ended(&self) {
        self.meter.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_a_unit_and_a_sensible_number_of_digits() {
        for (per_second, text) in [
            (12.345, "12.3 photos/s"),
            (1.0, "1.0 photos/s"),
            (99.94, "99.9 photos/s"),
            (99.96, "100 photos/s"),
            (12_345.6, "12,346 photos/s"),
            (0.5, "30.0 photos/min"),
            (0.02, "1.2 photos/min"),
            (0.0, "0.0 photos/min"),
        ] {
            assert_eq!(rate(per_second, "photo"), text);
        }
    }

    #[test]
    fn the_remaining_time_is_never_zero_and_has_at_most_two_units() {
        for (seconds, text) in [
            (0.0, "1 s"),
            (0.2, "1 s"),
            (59.1, "60 s"),
            (91.0, "2 min"),
            (3_600.0, "60 min"),
            (7_260.0, "2 h 1 min"),
            (1e6, "12 days"),
            (f64::INFINITY, "213503982334602 days"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn the_shown_part_grows_to_the_total() {
        let progress = Progress::new(true);
        let text = || progress.meter.counts.lock().text(false);
        progress.page_received(&SearchProgress {
            source: "Flickr",
            term: "ape",
            found: 2,
            want: 3,
            claimed: Some(1_200),
        });
        progress.photos_queued(2);
        progress.photo_saved(&Photo::default());
        assert!(text().starts_with("1 photo, "), "{}", text());
        assert!(text().ends_with("; \"ape\": 2 of 3 found (Flickr reports 1,200)"), "{}", text());
        assert_eq!(progress.meter.counts.lock().stopped(), "stopped after 1 photo; more remain");
        progress.photos_queued(1);
        progress.all_queued();
        assert!(text().starts_with("1 of 3 photos, ") && !text().contains("ape"), "{}", text());
        assert_eq!(progress.meter.counts.lock().stopped(), "stopped after 1 of 3 photos; 2 remain");
        progress.photos_passed(1);
        let fault = crate::photo::Fault::temporary(crate::photo::StageName::Download, "404");
        progress.photo_saved(&Photo { fault: Some(fault), ..Photo::default() });
        assert!(text().starts_with("3 of 3 photos, ") && text().ends_with(", 1 with faults"), "{}", text());
        progress.photo_saved(&Photo::default());
        assert!(text().starts_with("4 of 4 photos, "), "{}", text());
    }
}
