//! From searches to photos: asks page by page, saves each page's records before anything is
//! downloaded, and remembers how far it came. Killed at any moment, it goes on where it was.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use anyhow::{Context, Result};
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::merge::give_another_chance;
use super::worker_session::{self, WorkerSession};
use super::{Observer, Pipeline, RecordWriter, Stop};
use crate::photo::{Photo, PhotoId, StageName};
use crate::sources::plan::{Outcome, Plan};
use crate::sources::search::{AskError, Asker};
use crate::sources::{Page, Search};

/// Photos that wait to be downloaded in memory; more wait in the store.
const WAITING: usize = 256;
/// Photos read from the store at once.
const SCAN: usize = 500;

/// What a gathering needs.
pub struct Gather {
    /// Asks the source.
    pub asker: Asker,
    /// Saves what was found.
    pub writer: Arc<RecordWriter>,
    /// Stages that need no image: done before a record is first saved.
    pub early: Pipeline,
    /// The stages that come after; decides which photos still have to walk.
    pub pipeline: Pipeline,
    /// Long edge in pixels to download; `None` for the largest.
    pub long_edge_px: Option<u32>,
    /// Who works here, where others may do the same photos.
    pub session: Option<Arc<WorkerSession>>,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
    /// The user's wish to stop.
    pub stop: Stop,
}

/// What came of the searches.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Gathered {
    /// One for each search, in order.
    pub searches: Vec<SearchReport>,
    /// Different photos that they found together.
    pub found: u64,
    /// Records that could not be read; kept with their fault.
    pub unreadable: u64,
    /// Why searching ended early, if it did; what was found is kept and the next run goes on.
    pub cut_short: Option<String>,
}

/// What came of one search.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SearchReport {
    /// The words.
    pub term: String,
    /// Different photos found.
    pub found: u64,
    /// Results the source claimed.
    pub claimed: Option<u64>,
    /// Whether it went on where an earlier run was stopped.
    pub resumed: bool,
    /// Slices that hold more than the source gives away.
    pub truncated_slices: u32,
}

/// How far a search came, as a note of the store.
#[derive(Serialize, Deserialize)]
struct Progress {
    plan: Plan,
    searched: bool,
    /// The store's last change before this search began: what was saved since may be its doing.
    since: u64,
}

impl Gather {
    /// Starts gathering; photos that still have to walk the road come out of the stream. The report
    /// is ready when the stream has ended.
    pub fn start(
        self,
        searches: Vec<Search>,
    ) -> (BoxStream<'static, Result<Photo>>, tokio::task::JoinHandle<Result<Gathered, AskError>>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        let task = tokio::spawn(async move { self.run(searches, sender).await });
        let photos =
            stream::unfold(
                receiver,
                |mut receiver| async move { receiver.recv().await.map(|photo| (Ok(photo), receiver)) },
            );
        (photos.boxed(), task)
    }

    async fn run(self, searches: Vec<Search>, pipeline: mpsc::Sender<Photo>) -> Result<Gathered, AskError> {
        let mut gathered = Gathered::default();
        let mut way = Way { found: HashSet::new(), sent: HashSet::new(), pipeline };
        for search in &searches {
            if self.stop.is_raised() {
                break;
            }
            let report = self.search(search, &mut way, &mut gathered).await?;
            gathered.searches.push(report);
            if gathered.cut_short.is_some() {
                break;
            }
        }
        gathered.found = way.found.len() as u64;
        Ok(gathered)
    }

    async fn search(&self, search: &Search, way: &mut Way, gathered: &mut Gathered) -> Result<SearchReport, AskError> {
        let about = self.asker.source().about();
        let key = note_key(about.name, search);
        let (mut progress, resumed) = self.progress(&key, search, about.page_cap).await?;
        let mut seen = HashSet::new();
        if resumed {
            self.take_up(search, progress.since, &mut seen, way).await?;
            progress.plan.found_before(seen.len() as u64);
        }
        let mut repeated = resumed;
        while !progress.searched && !self.stop.is_raised() {
            let Some((query, number)) = progress.plan.next(&search.term) else { break };
            if let Some(wait_s) = self.asker.budget_wait_s().filter(|wait_s| *wait_s > 5) {
                self.observer.notice(&format!(
                    "the hourly budget of requests is spent; going on in {} min",
                    wait_s.div_ceil(60)
                ));
            }
            let page = match self.asker.ask(&query, number, self.stop.clone().raised()).await {
                Ok(Some(page)) => page,
                Ok(None) => {
                    progress.plan.end_slice();
                    continue;
                }
                Err(AskError::Stopped) => break,
                Err(AskError::Unanswered(why)) => {
                    gathered.cut_short = Some(why);
                    break;
                }
                Err(err) => return Err(err),
            };
            let mut taking = Taking { progress: &mut progress, seen: &mut seen, way, gathered, repeated };
            self.take_in(search, page, &mut taking).await?;
            repeated = false;
            self.note(&key, Some(&progress)).await?;
            let plan = &progress.plan;
            self.observer.page(&search.term, plan.found(), search.want, plan.claimed.unwrap_or(0));
        }
        if !self.stop.is_raised() && gathered.cut_short.is_none() {
            progress.searched = true;
            self.note(&key, Some(&progress)).await?;
        }
        let Progress { plan, .. } = progress;
        let found = plan.found();
        Ok(SearchReport {
            term: search.term.clone(),
            found,
            claimed: plan.claimed,
            resumed,
            truncated_slices: plan.truncated,
        })
    }

    /// Where this search stands: as an earlier run left it, or at its beginning.
    async fn progress(&self, key: &str, search: &Search, page_cap: u64) -> Result<(Progress, bool), AskError> {
        let store = Arc::clone(self.writer.store());
        let owned = key.to_owned();
        let note = blocking(move || store.note(&owned).map_err(anyhow::Error::from)).await?;
        let mut earlier = note.and_then(|note| serde_json::from_str::<Progress>(&note).ok());
        earlier = earlier.and_then(|mut earlier| earlier.plan.want_now(search.want).then_some(earlier));
        Ok(match earlier {
            Some(earlier) => (earlier, true),
            None => {
                let store = Arc::clone(self.writer.store());
                let since = blocking(move || store.last_seq().map_err(anyhow::Error::from)).await?;
                let plan = Plan::new(search, page_cap, Timestamp::now().as_second());
                (Progress { plan, searched: false, since }, false)
            }
        })
    }

    /// Goes through what the cut run saved of this search: what it found, and what still has to walk.
    async fn take_up(
        &self,
        search: &Search,
        since: u64,
        seen: &mut HashSet<u64>,
        way: &mut Way,
    ) -> Result<(), AskError> {
        let wanted = search.found(0);
        let mut since = since;
        while !self.stop.is_raised() {
            let store = Arc::clone(self.writer.store());
            let changes = blocking(move || store.changes_sealed(since, SCAN).map_err(anyhow::Error::from)).await?;
            let Some(last) = changes.last() else { break };
            since = last.seq;
            let mut left = Vec::new();
            for sealed in changes.into_iter().filter_map(|change| change.photo) {
                let searches = &sealed.photo().searches;
                let unreadable = sealed.photo().fault.as_ref().is_some_and(|fault| fault.stage == StageName::Search);
                let found = searches.iter().any(|found| found.term == wanted.term && found.bbox == wanted.bbox);
                if found && !unreadable && seen.insert(fingerprint(&sealed.photo().id)) {
                    way.found.insert(fingerprint(&sealed.photo().id));
                    let mut photo = sealed.into_photo();
                    if photo.file.is_none() {
                        self.asker.source().choose_size(&mut photo, self.long_edge_px);
                    }
                    left.push(photo);
                }
            }
            self.send(left, way).await?;
        }
        Ok(())
    }

    /// Saves what is new on a page and sends on what still has to walk.
    async fn take_in(&self, search: &Search, page: Page, taking: &mut Taking<'_>) -> Result<(), AskError> {
        let Taking { progress, seen, way, gathered, repeated } = taking;
        let about = self.asker.source().about();
        let (results, per_page, total) = (page.photos.len() as u64, page.per_page, page.total);
        let unreadable = page.photos.iter().filter(|photo| photo.fault.is_some()).count() as u64;
        let first = progress.plan.first_rank(page.per_page);
        let mut missing = progress.plan.missing();
        let (mut kept, mut new) = (Vec::new(), 0);
        for (rank, mut photo) in (first..).zip(page.photos) {
            if photo.fault.is_none() {
                if missing == 0 || !seen.insert(fingerprint(&photo.id)) {
                    continue;
                }
                missing -= 1;
                new += 1;
                way.found.insert(fingerprint(&photo.id));
            }
            photo.found_by(search.found(rank));
            photo.found_at = Some(Timestamp::now());
            self.asker.source().choose_size(&mut photo, self.long_edge_px);
            kept.push(photo);
        }
        gathered.unreadable += unreadable;
        let early = stream::iter(kept).map(|photo| self.early.walk(photo)).buffered(self.early.at_once);
        let saved = self.writer.keep(early.try_collect().await?).await?;
        progress.plan.answered(Outcome { results, new, per_page, total, repeated: *repeated }, about.result_cap);
        self.send(saved, way).await
    }

    /// Sends photos down the road, each once a run, if any stage has something to do for them and no other worker has.
    async fn send(&self, photos: Vec<Photo>, way: &mut Way) -> Result<(), AskError> {
        let mut wanted = Vec::new();
        for mut photo in photos {
            give_another_chance(&mut photo);
            if self.pipeline.wants(&photo) && way.sent.insert(fingerprint(&photo.id)) {
                wanted.push(photo);
            }
        }
        while !wanted.is_empty() {
            let rest = wanted.split_off(wanted.len().min(worker_session::TAKEN));
            for photo in self.ours(std::mem::replace(&mut wanted, rest)).await? {
                self.observer.sent(1);
                // Nobody listens any more: the run is ending, and the photo is safe in the store.
                let _ = way.pipeline.send(photo).await;
            }
        }
        Ok(())
    }

    /// Those that no other worker has.
    async fn ours(&self, mut photos: Vec<Photo>) -> Result<Vec<Photo>, AskError> {
        let Some(session) = self.session.clone() else { return Ok(photos) };
        let ids: Vec<PhotoId> = photos.iter().map(|photo| photo.id.clone()).collect();
        let ours = blocking(move || Ok(session.hold(&ids)?.granted)).await?;
        photos.retain(|photo| ours.contains(&photo.id));
        Ok(photos)
    }

    async fn note(&self, key: &str, progress: Option<&Progress>) -> Result<(), AskError> {
        let text = progress.map(serde_json::to_string).transpose().context("a plan is always JSON")?;
        let (store, key) = (Arc::clone(self.writer.store()), key.to_owned());
        blocking(move || store.set_note(&key, text.as_deref()).map_err(anyhow::Error::from)).await?;
        Ok(())
    }
}

/// Forgets how far the searches came: the run is complete, and the next one asks anew.
pub fn complete(writer: &RecordWriter, source: &str, searches: &[Search]) -> Result<()> {
    for search in searches {
        writer.store().set_note(&note_key(source, search), None)?;
    }
    Ok(())
}

/// The way to the road, and who was sent along it in this run.
struct Way {
    /// All different photos that the searches of this run found.
    found: HashSet<u64>,
    sent: HashSet<u64>,
    pipeline: mpsc::Sender<Photo>,
}

/// What taking in a page changes.
struct Taking<'a> {
    progress: &'a mut Progress,
    seen: &'a mut HashSet<u64>,
    way: &'a mut Way,
    gathered: &'a mut Gathered,
    /// Whether an earlier run may have taken in this page already.
    repeated: bool,
}

/// Under which name a search is noted.
pub fn note_key(source: &str, search: &Search) -> String {
    let bbox = search.bbox.map(|bbox| bbox.to_string()).unwrap_or_default();
    format!("search:{source}:{bbox}:{}", search.term)
}

/// Eight bytes for an id: a million ids seen take 16 MB, not 100.
fn fingerprint(id: &PhotoId) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.context("reading the store broke down")?
}
