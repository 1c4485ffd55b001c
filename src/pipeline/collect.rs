//! Runs searches page by page. Each page's records are saved before images are downloaded, and the progress of each
//! search is stored, so that the next run can resume after an interruption at any time.

mod identified;

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use anyhow::{Context, Result};
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::info;

use super::criteria_check::check_all;
use super::merge::clear_temporary_fault;
use super::search_report::SearchReport;
use super::worker_session::{self, WorkerSession};
use super::{Observer, Pipeline, RecordWriter, SearchProgress, Stop};
use crate::photo::{Found, Photo, PhotoId, StageName};
use crate::sources::plan::Plan;
use crate::sources::search::{SearchClient, SearchError};
use crate::sources::{About, Criteria, Page, PageOutcome, Record, Search};

/// Photos that wait for their download in memory; others wait in the store.
const WAITING: usize = 256;
/// Photos read from the store at a time.
const SCAN: usize = 500;
/// Minimum budget wait that is announced, in seconds; sources with a limit per minute often have shorter waits.
const ANNOUNCED_WAIT_S: u32 = 60;

/// Runs searches and saves the photos that they find.
pub struct Collector {
    /// The client of the source.
    pub client: SearchClient,
    /// Saves the photos.
    pub writer: Arc<RecordWriter>,
    /// Stages that need no image; they run before a record is first saved.
    pub early: Pipeline,
    /// The later stages; it decides which photos need them.
    pub pipeline: Pipeline,
    /// Long edge in pixels to download; `None` for the largest.
    pub long_edge_px: Option<u32>,
    /// This worker's session, if several workers share the store.
    pub session: Option<Arc<WorkerSession>>,
    /// Receives progress events.
    pub observer: Arc<dyn Observer>,
    /// Raised when the user stops the run.
    pub stop: Stop,
}

/// The result of all searches of a run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Collected {
    /// One report for each search, in order.
    pub searches: Vec<SearchReport>,
    /// Number of distinct photos found by all searches.
    pub found: u64,
    /// Number of records that could not be parsed; they are saved with a fault.
    pub unreadable: u64,
    /// Field of the source's records -> records whose value of it could not be kept. The records are kept without it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub odd_fields: BTreeMap<&'static str, u64>,
    /// Searches that did not end because the user stopped the run.
    #[serde(skip)]
    pub unfinished: usize,
    /// Why the searches ended early, if so. Photos found so far are saved, and the next run continues.
    pub cut_short: Option<String>,
}

impl Collected {
    /// Adds the result of another source.
    fn add(&mut self, other: Self) {
        self.searches.extend(other.searches);
        self.found += other.found;
        self.unreadable += other.unreadable;
        for (field, records) in other.odd_fields {
            *self.odd_fields.entry(field).or_default() += records;
        }
        self.unfinished += other.unfinished;
        if let Some(why) = other.cut_short {
            self.cut_short.get_or_insert_default().push_str(&format!("{why}; "));
        }
    }

    fn count(&mut self, page: &Page) {
        self.unreadable += page.photos.iter().filter(|record| record.photo.fault.is_some()).count() as u64;
        for field in page.photos.iter().flat_map(|record| &record.odd) {
            *self.odd_fields.entry(*field).or_default() += 1;
        }
    }
}

/// The progress of a search, stored as a note.
#[derive(Serialize, Deserialize)]
struct Progress {
    plan: Plan,
    searched: bool,
    /// The store's last change before this search began. Photos saved later may come from this search.
    since: u64,
    /// The counts so far.
    #[serde(default)]
    report: SearchReport,
}

/// The photos that are sent to the pipeline.
struct Output {
    /// Fingerprints of all photos that the searches of this run found.
    found: HashSet<u64>,
    /// Fingerprints of the photos that were sent to the pipeline.
    sent: HashSet<u64>,
    pipeline: mpsc::Sender<Photo>,
}

/// A running search.
struct SearchState<'a> {
    search: &'a Search,
    progress: Progress,
    /// Fingerprints of the photos that this search found.
    seen: HashSet<u64>,
    /// Fingerprints of those of them that the second look found again.
    seen_again: HashSet<u64>,
    output: &'a mut Output,
    /// Whether an interrupted run may already have saved the next page.
    repeated: bool,
}

/// Starts the searches of several sources side by side. The stream yields the photos that need the pipeline; the result is
/// ready when the stream has ended. If one of several sources fails, the others go on.
pub fn start_all(
    collectors: Vec<Collector>,
    searches: &[Search],
    observer: Arc<dyn Observer>,
) -> (BoxStream<'static, Result<Photo>>, JoinHandle<Result<Collected, SearchError>>) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let run = |collector: Collector| {
        let (title, sender, searches) = (collector.about().title, sender.clone(), searches.to_vec());
        (title, tokio::spawn(async move { collector.run(searches, sender).await }))
    };
    let running: Vec<_> = collectors.into_iter().map(run).collect();
    let task = tokio::spawn(async move {
        let (alone, mut all) = (running.len() == 1, Collected::default());
        for (title, task) in running {
            match task.await.context("searching failed")? {
                Ok(collected) => all.add(collected),
                Err(err) if alone => return Err(err),
                Err(err) => all.cut_short.get_or_insert_default().push_str(&format!("{title}: {err}; ")),
            }
        }
        if let Some(why) = &mut all.cut_short {
            why.truncate(why.trim_end_matches("; ").len());
        }
        if all.unfinished == 0 {
            observer.all_queued();
        }
        Ok(all)
    });
    let photos =
        stream::unfold(
            receiver,
            |mut receiver| async move { receiver.recv().await.map(|photo| (Ok(photo), receiver)) },
        );
    (photos.boxed(), task)
}

impl Collector {
    async fn run(self, searches: Vec<Search>, pipeline: mpsc::Sender<Photo>) -> Result<Collected, SearchError> {
        let mut collected = Collected { unfinished: searches.len(), ..Collected::default() };
        let mut output = Output { found: HashSet::new(), sent: HashSet::new(), pipeline };
        for search in &searches {
            if self.stop.is_raised() {
                break;
            }
            let report = self.search(search, &mut output, &mut collected).await?;
            collected.unfinished -= usize::from(!self.stop.is_raised());
            collected.searches.push(report);
            if collected.cut_short.is_some() {
                break;
            }
        }
        for (field, records) in &collected.odd_fields {
            let what = "holds no value that can be kept; these photos are stored without it";
            self.observer.notice(&format!("records whose field `{field}` {what}: {records}"));
        }
        collected.found = output.found.len() as u64;
        Ok(collected)
    }

    async fn search(
        &self,
        search: &Search,
        output: &mut Output,
        collected: &mut Collected,
    ) -> Result<SearchReport, SearchError> {
        let key = note_key(self.about().name, search);
        let (progress, resumed) = self.progress(&key, search).await?;
        let mut state = SearchState {
            search,
            progress,
            seen: HashSet::new(),
            seen_again: HashSet::new(),
            output,
            repeated: resumed,
        };
        if resumed {
            self.resume(&mut state).await?;
            self.report(&state);
        }
        while !state.progress.searched && !self.stop.is_raised() {
            let Some((query, cursor)) = state.progress.plan.next(search, self.about()) else { break };
            announce_wait(&self.client, "the search", self.observer.as_ref());
            let page = match self.client.page(&query, &cursor, self.stop.clone().raised()).await {
                Ok(Some(page)) => page,
                Ok(None) => {
                    state.progress.plan.end_of_results(self.about());
                    continue;
                }
                Err(SearchError::Stopped) => break,
                Err(SearchError::Unanswered(why)) => {
                    collected.cut_short = Some(format!("{}, \"{}\": {why}", self.about().title, search.term));
                    break;
                }
                Err(err) => return Err(err),
            };
            collected.count(&page);
            self.save_page(page, &mut state).await?;
            state.repeated = false;
            self.note(&key, &state.progress).await?;
            self.report(&state);
        }
        if !self.stop.is_raised() && collected.cut_short.is_none() {
            state.progress.searched = true;
            self.note(&key, &state.progress).await?;
        }
        let Progress { plan, report, searched, .. } = state.progress;
        let report = SearchReport {
            finished: searched,
            found: plan.found(),
            claimed: plan.claimed,
            population: plan.population().filter(|_| searched),
            resumed,
            truncated_slices: plan.truncated,
            gaps: plan.gaps,
            ..report
        };
        let (store, saved) = (Arc::clone(self.writer.store()), report.clone());
        blocking(move || saved.save(store.as_ref())).await?;
        Ok(report)
    }

    fn about(&self) -> &'static About {
        self.client.source().about()
    }

    /// The entry for a photo that a search found; it names the source if another one owns the photo.
    fn found(&self, search: &Search, id: &PhotoId, rank: u64) -> Found {
        let source = self.about().name;
        Found { source: (id.source() != source).then(|| source.to_owned()), ..search.found(rank) }
    }

    fn report(&self, state: &SearchState<'_>) {
        let plan = &state.progress.plan;
        self.observer.page_received(&SearchProgress {
            source: self.about().title,
            term: &state.search.term,
            found: plan.found(),
            want: state.search.want,
            claimed: plan.claimed,
        });
    }

    /// The progress of this search from an earlier run, or its beginning.
    async fn progress(&self, key: &str, search: &Search) -> Result<(Progress, bool), SearchError> {
        let about = self.about();
        let store = Arc::clone(self.writer.store());
        let owned = key.to_owned();
        let note = blocking(move || store.note(&owned).map_err(anyhow::Error::from)).await?;
        // If this version cannot read the note, the search starts again; stored photos are recognised.
        let earlier = note.and_then(|note| {
            let progress = serde_json::from_str::<Progress>(&note);
            progress
                .inspect_err(|err| info!(error = %err, "the search starts again: its stored progress cannot be read"))
                .ok()
        });
        let earlier = earlier.and_then(|mut earlier| earlier.plan.resume(search.want, about).then_some(earlier));
        Ok(match earlier {
            Some(earlier) => (earlier, true),
            None => {
                let store = Arc::clone(self.writer.store());
                let since = blocking(move || store.last_seq().map_err(anyhow::Error::from)).await?;
                let plan = Plan::new(search, about, Timestamp::now().as_second());
                let report = SearchReport::of(about.name, search);
                (Progress { plan, searched: false, since, report }, false)
            }
        })
    }

    /// Sends the photos that an interrupted run of this search saved to the pipeline, if they still need it.
    async fn resume(&self, state: &mut SearchState<'_>) -> Result<(), SearchError> {
        let mut since = state.progress.since;
        while !self.stop.is_raised() {
            let store = Arc::clone(self.writer.store());
            let changes = blocking(move || store.changes_sealed(since, SCAN).map_err(anyhow::Error::from)).await?;
            let Some(last) = changes.last() else { break };
            since = last.seq;
            let mut left = Vec::new();
            for sealed in changes.into_iter().filter_map(|change| change.photo) {
                let searches = &sealed.photo().searches;
                let unreadable = sealed.photo().fault.as_ref().is_some_and(|fault| fault.stage == StageName::Search);
                let wanted = self.found(state.search, &sealed.photo().id, 0);
                let found = searches.iter().any(|found| found.is_same_search(&wanted));
                if found && !unreadable && state.seen.insert(fingerprint(&sealed.photo().id)) {
                    state.output.found.insert(fingerprint(&sealed.photo().id));
                    let mut photo = sealed.into_photo();
                    // For a photo of another source, that source chose the size.
                    if photo.file.is_none() && photo.id.source() == self.about().name {
                        self.client.source().choose_size(&mut photo, self.long_edge_px);
                    }
                    left.push(photo);
                }
            }
            self.send(left, state.output).await?;
        }
        state.progress.plan.set_found(state.seen.len() as u64);
        Ok(())
    }

    /// Saves the new records of a page, and sends the photos that need the pipeline to it.
    async fn save_page(&self, page: Page, state: &mut SearchState<'_>) -> Result<(), SearchError> {
        let Page { photos: records, next, total, per_page, withheld } = page;
        let results = records.len() as u64;
        let first = state.progress.plan.first_rank(per_page);
        let posted_until = posted_until(&records);
        let missing = state.progress.plan.missing();
        let photos = self.identified(records).await?;
        let photos = self.meeting_criteria((first..).zip(photos).collect(), state).await?;
        let (mut kept, mut new, mut known) = (Vec::new(), 0, 0);
        for (rank, mut photo) in photos {
            if photo.fault.as_ref().is_none_or(|fault| fault.stage != StageName::Search) {
                if new == missing {
                    continue;
                }
                if !state.seen.insert(fingerprint(&photo.id)) {
                    state.progress.report.repeated += 1;
                    let is_second_look = state.progress.plan.population_is_sought();
                    known += u64::from(is_second_look && state.seen_again.insert(fingerprint(&photo.id)));
                    continue;
                }
                new += 1;
                state.output.found.insert(fingerprint(&photo.id));
            }
            let found = self.found(state.search, &photo.id, rank);
            photo.found_by(found);
            photo.found_at = photo.found_at.or(Some(Timestamp::now()));
            // An aggregator's record is a copy, which says nothing about the original.
            if photo.id.source() == self.about().name {
                photo.checked_at = Some(Timestamp::now());
            }
            kept.push(photo);
        }
        let early = stream::iter(kept).map(|photo| self.early.process(photo)).buffered(self.early.at_once);
        let saved = self.writer.save(early.try_collect().await?).await?;
        let repeated = state.repeated;
        let outcome = PageOutcome { results, new, known, per_page, total, next, posted_until, withheld, repeated };
        state.progress.plan.answered(&outcome, state.search, self.about());
        state.progress.report.received += results;
        state.progress.report.asked_at = Some(Timestamp::now());
        self.send(saved, state.output).await
    }

    /// The photos that meet the criteria of the search; the others are counted.
    async fn meeting_criteria(
        &self,
        photos: Vec<(u64, Photo)>,
        state: &mut SearchState<'_>,
    ) -> Result<Vec<(u64, Photo)>, SearchError> {
        if state.search.criteria == Criteria::default() {
            return Ok(photos);
        }
        let criteria = state.search.criteria.clone();
        let geocodes = self.early.stages.iter().any(|stage| stage.name() == StageName::Geocode);
        // Points at sea take some time.
        let checked = blocking(move || Ok(check_all(photos, &criteria, geocodes)));
        let mut met = Vec::new();
        for (unmet, rank, photo) in checked.await? {
            match unmet {
                Some(unmet) => *state.progress.report.left_out.entry(unmet.as_str().to_owned()).or_default() += 1,
                None => met.push((rank, photo)),
            }
        }
        Ok(met)
    }

    /// Sends photos to the pipeline, each once per run, if they need a stage and no other worker has leased
    /// them.
    async fn send(&self, photos: Vec<Photo>, output: &mut Output) -> Result<(), SearchError> {
        let mut wanted = Vec::new();
        for mut photo in photos {
            clear_temporary_fault(&mut photo);
            if self.pipeline.wants(&photo) && output.sent.insert(fingerprint(&photo.id)) {
                wanted.push(photo);
            }
        }
        while !wanted.is_empty() {
            let rest = wanted.split_off(wanted.len().min(worker_session::LEASE_BATCH));
            for photo in WorkerSession::lease_photos(self.session.clone(), std::mem::replace(&mut wanted, rest)).await?
            {
                self.observer.photos_queued(1);
                // The receiver is closed when the run ends; the photo is already in the store.
                let _ = output.pipeline.send(photo).await;
            }
        }
        Ok(())
    }

    async fn note(&self, key: &str, progress: &Progress) -> Result<(), SearchError> {
        let text = serde_json::to_string(progress).context("a plan is always JSON")?;
        let (store, key) = (Arc::clone(self.writer.store()), key.to_owned());
        blocking(move || store.set_note(&key, Some(&text)).map_err(anyhow::Error::from)).await?;
        Ok(())
    }
}

/// Says when a long wait for the budget begins. `what` continues after it.
pub(super) fn announce_wait(client: &SearchClient, what: &str, observer: &dyn Observer) {
    if let Some((wait_s, window)) = client.budget_wait().filter(|(wait_s, _)| *wait_s > ANNOUNCED_WAIT_S) {
        let minutes = wait_s.div_ceil(60);
        let why = match window {
            Some(window) => format!("the request limit ({window}) is reached"),
            None => format!("{} asked for a pause", client.source().about().title),
        };
        observer.notice(&format!("{why}; {what} continues in {minutes} min"));
    }
}

/// The Unix second of upload up to which a page in the order of uploads is complete. Of the last records the earliest counts: a
/// source may sort a few of them wrongly.
fn posted_until(records: &[Record]) -> Option<i64> {
    const LAST: usize = 10;
    let posted = records.iter().rev().filter_map(|record| record.photo.posted_at).take(LAST);
    posted.map(Timestamp::as_second).min()
}

/// Removes the progress of completed searches, so that the next run starts from the first page.
pub fn forget_progress(writer: &RecordWriter, source: &str, searches: &[Search]) -> Result<()> {
    for search in searches {
        writer.store().set_note(&note_key(source, search), None)?;
    }
    Ok(())
}

/// The key of a search's note.
pub fn note_key(source: &str, search: &Search) -> String {
    let bbox = search.criteria.bbox().map(|bbox| bbox.to_string()).unwrap_or_default();
    let criteria = search.criteria.text().map(|text| format!("{text}:")).unwrap_or_default();
    format!("search:{source}:{bbox}:{criteria}{}", search.term)
}

/// A hash of eight bytes: a million of them take 16 MB, instead of 100 MB for ids.
fn fingerprint(id: &PhotoId) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.context("reading the store failed")?
}
