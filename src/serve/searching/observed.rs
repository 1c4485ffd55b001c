//! The progress of a search that was started from the page.

use parking_lot::Mutex;

use crate::photo::{Photo, State};
use crate::pipeline::{Observer, SearchProgress};
use crate::sources::ALL;

/// Messages that are kept.
const MAX_NOTICES: usize = 5;

/// The photos that one search has found.
#[derive(Clone, Debug)]
pub struct SearchCount {
    /// The source's title.
    pub source: &'static str,
    /// The words.
    pub term: String,
    /// Distinct photos found.
    pub found: u64,
    /// Photos wanted; `None`: all.
    pub want: Option<u64>,
    /// Results that the source reports.
    pub claimed: Option<u64>,
}

/// The progress so far.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// The searches that have begun.
    pub searches: Vec<SearchCount>,
    /// Photos whose image is wanted.
    pub queued: u64,
    /// Of these, the ones that are done.
    pub processed: u64,
    /// Of these, the ones with an image.
    pub images: u64,
    /// Of these, the ones with a fault.
    pub faults: u64,
    /// The last messages.
    pub notices: Vec<String>,
}

/// Counts the events of a run.
#[derive(Default)]
pub struct Observed(Mutex<Progress>);

impl Observed {
    /// The progress so far.
    pub fn progress(&self) -> Progress {
        self.0.lock().clone()
    }
}

impl Observer for Observed {
    fn page_received(&self, of: &SearchProgress<'_>) {
        let mut progress = self.0.lock();
        let want = Some(of.want).filter(|want| *want != ALL);
        let (source, found, claimed) = (of.source, of.found, of.claimed);
        match progress.searches.iter_mut().find(|known| known.source == source && known.term == of.term) {
            Some(known) => (known.found, known.claimed) = (found, claimed),
            None => progress.searches.push(SearchCount { source, term: of.term.to_owned(), found, want, claimed }),
        }
    }

    fn photos_queued(&self, photos: u64) {
        self.0.lock().queued += photos;
    }

    fn photo_saved(&self, photo: &Photo) {
        let mut progress = self.0.lock();
        progress.processed += 1;
        progress.images += u64::from(photo.state() == State::Stored);
        progress.faults += u64::from(photo.fault.is_some());
    }

    fn notice(&self, text: &str) {
        let mut progress = self.0.lock();
        if progress.notices.len() == MAX_NOTICES {
            progress.notices.remove(0);
        }
        progress.notices.push(text.to_owned());
    }
}
