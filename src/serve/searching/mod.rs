//! Searches of photo services that are started from the page. One at a time; its photos are saved as `gleaner scrape` saves
//! them.

mod observed;
mod place;
mod request;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::runtime::Handle;

use super::error::HttpError;
use super::job::JobKind;
use super::jobs::{JobRunner, PANICKED, StartError};
use crate::dataset::Dataset;
use crate::net::Client;
use crate::pipeline::collect::Collected;
use crate::pipeline::search_run::SearchRun;
use crate::pipeline::worker_session::WorkerSession;
use crate::pipeline::{RecordWriter, RunSummary, Stop};
use crate::seal::{Key, SealError, Vault};
use crate::sources::access::SourceAccess;
use crate::sources::cost::Cost;
use crate::sources::search::{SearchClient, SearchError};
use crate::sources::translation::TermNames;
use crate::store::{Store, StoreError, adopt_key_id, check_key_id};

pub use observed::{Observed, SearchCount};
use request::ReadRequest;
pub use request::SearchRequest;

/// How long an estimate may take.
const ESTIMATE_TIMEOUT: Duration = Duration::from_secs(30);

/// Reads the dataset's key where the user of this program keeps it.
type ReadKey = Box<dyn Fn(&dyn Store) -> Result<Key> + Send + Sync>;

/// What searches from the page need besides the dataset: settings, the user's keys of services, and the dataset's key. No
/// key comes from the page or goes to it.
pub struct SearchSetup {
    access: SourceAccess,
    client: Client,
    key: ReadKey,
}

impl SearchSetup {
    /// `key` is called when a search starts, and when the page asks whether one may. Fails if the settings of the network are
    /// unusable.
    pub fn new(access: SourceAccess, key: impl Fn(&dyn Store) -> Result<Key> + Send + Sync + 'static) -> Result<Self> {
        let client = Client::new(access.config.net.client())?;
        Ok(Self { access, client, key: Box::new(key) })
    }

    /// Settings and keys of the services.
    pub fn access(&self) -> &SourceAccess {
        &self.access
    }
}

/// A search that was started from the page.
pub struct StartedSearch {
    /// What was asked for.
    pub request: SearchRequest,
    /// When it started.
    pub started_at: Timestamp,
    /// Its progress.
    pub observed: Arc<Observed>,
    /// The content of its file with polygons.
    file: Option<String>,
    stop: Stop,
    ended: Mutex<Option<Ended>>,
}

/// How a search ended.
#[derive(Clone)]
pub struct Ended {
    /// The result, or why there is none.
    pub result: Result<SearchResult, String>,
    /// Whether it was stopped.
    pub stopped: bool,
    /// How long it took.
    pub seconds: f64,
}

/// The result of a search.
#[derive(Clone)]
pub struct SearchResult {
    /// The photos that passed the stages.
    pub summary: RunSummary,
    /// What the sources returned.
    pub collected: Collected,
    /// Photos that were left out because their owners had withdrawn them.
    pub withdrawn: u64,
    /// The result of scoring the new photos, to display; empty if nothing was scored.
    pub scored: Vec<String>,
}

impl StartedSearch {
    /// Whether it was asked to stop.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_raised()
    }

    /// How it ended; `None` while it runs.
    pub fn ended(&self) -> Option<Ended> {
        self.ended.lock().clone()
    }
}

/// The searches of one explorer.
pub struct Searches {
    setup: Option<SearchSetup>,
    dataset: Dataset,
    last: Mutex<Option<Arc<StartedSearch>>>,
}

impl Searches {
    /// Without `setup` none can be started.
    pub fn new(setup: Option<SearchSetup>, dataset: Dataset) -> Self {
        Self { setup, dataset, last: Mutex::default() }
    }

    /// The running search, or the last one.
    pub fn last(&self) -> Option<Arc<StartedSearch>> {
        self.last.lock().clone()
    }

    /// Asks the running search to stop. Photos in progress are finished.
    pub fn stop(&self) {
        if let Some(last) = self.last.lock().as_ref() {
            last.stop.raise();
        }
    }

    /// Waits until no search runs, for a limited time. What is saved by then is complete.
    pub async fn ended(&self, at_most: Duration) {
        let until = tokio::time::Instant::now() + at_most;
        while self.last().is_some_and(|last| last.ended().is_none()) && tokio::time::Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Settings and keys. Fails where this explorer cannot search.
    pub fn setup(&self) -> Result<&SearchSetup, HttpError> {
        self.setup
            .as_ref()
            .ok_or_else(|| HttpError::conflict("This explorer was started without access to photo services"))
    }

    /// Seals the photos of a search: with the key of this browser, or else with the user's key. Fails, for a person, if there
    /// is no key of the dataset.
    pub fn vault(&self, unlocked: Option<Arc<Vault>>, store: &dyn Store) -> Result<Arc<Vault>, HttpError> {
        let setup = self.setup()?;
        let vault = match unlocked {
            Some(vault) => Ok(vault),
            None => (setup.key)(store).map(|key| Arc::new(Vault::new(key))),
        };
        let vault = vault.and_then(|vault| check_key_id(store, vault.key_id()).map(|()| vault));
        vault.map_err(|err| HttpError::conflict(why_no_key(&err)))
    }

    /// The cost of a search, from the numbers of results that the sources report.
    pub async fn estimate(&self, mut request: SearchRequest) -> Result<Cost, HttpError> {
        self.put_file(&mut request);
        let work = async {
            let (clients, read) = self.read(&request).await?;
            let config = &self.setup()?.access.config;
            Cost::of(&clients, &read.searches, config).await.map_err(refused)
        };
        tokio::time::timeout(ESTIMATE_TIMEOUT, work).await.unwrap_or_else(|_| {
            Err(HttpError::conflict(
                "There is no answer within 30 seconds; perhaps a request limit is reached. Try again later",
            ))
        })
    }

    /// The names in other languages that a search would look for besides its words, and messages about them.
    pub async fn names(&self, request: &SearchRequest) -> Result<(Vec<TermNames>, Vec<String>), HttpError> {
        let setup = self.setup()?;
        request.names(&setup.access, &setup.client).await
    }

    /// A request without the content of its file may mean the file of the last search.
    fn put_file(&self, request: &mut SearchRequest) {
        let last = self.last();
        if let Some((last, file)) = last.as_ref().and_then(|last| Some((last, last.file.as_ref()?))) {
            request.put_file(&last.request, file);
        }
    }

    async fn read(&self, request: &SearchRequest) -> Result<(Vec<SearchClient>, ReadRequest), HttpError> {
        let setup = self.setup()?;
        let read = request.read(&setup.access, &setup.client).await?;
        let allowance = request.allowance();
        let client = |entry: &&'static crate::sources::Entry| {
            let client = setup.access.search_client(entry, &setup.client);
            let client = client.map(|client| client.within(allowance.clone()));
            client.map_err(|err| HttpError::bad_field("sources", format!("{}: {err:#}", entry.about.title)))
        };
        Ok((read.entries.iter().map(client).collect::<Result<_, _>>()?, read))
    }

    /// Starts a search in the background. Blocks while GBIF is asked for names and while the store is opened.
    pub fn start(
        self: &Arc<Self>,
        jobs: &Arc<JobRunner>,
        (mut request, vault): (SearchRequest, Arc<Vault>),
        runtime: Handle,
    ) -> Result<(), HttpError> {
        self.put_file(&mut request);
        let (clients, read) = runtime.block_on(self.read(&request))?;
        let setup = self.setup()?;
        let file = request.take_file();
        self.dataset.files().check().map_err(|err| HttpError::conflict(err.to_string()))?;
        let started = Arc::new(StartedSearch {
            request,
            started_at: Timestamp::now(),
            observed: Arc::default(),
            file,
            stop: Stop::default(),
            ended: Mutex::default(),
        });
        let searching = |store: &Arc<dyn Store>| SearchRun {
            dataset: self.dataset.clone(),
            writer: Arc::new(RecordWriter::new(Arc::clone(store), Arc::clone(&vault), self.dataset.clone())),
            access: setup.access.clone(),
            client: setup.client.clone(),
            clients,
            searches: read.searches,
            skipped: started.request.skipped(),
            long_edge_px: started.request.size(),
            observer: started.observed.clone(),
            stop: started.stop.clone(),
        };
        let leased = |store: &Arc<dyn Store>| {
            let searching = searching(store);
            match searching.lease() {
                Ok(lease) => Ok((searching, lease)),
                Err(StoreError::Locked { holder }) => Err(StartError::Held(holder)),
                Err(err) => Err(err.into()),
            }
        };
        let (store, leased) = jobs.begin_writing(JobKind::Search, leased).map_err(not_started)?;
        *self.last.lock() = Some(Arc::clone(&started));
        let end = EndOnPanic { started, since: Instant::now() };
        jobs.run_writing(JobKind::Search, store, move |jobs, store| {
            let key = adopt_key_id(store.as_ref(), vault.key_id());
            let result = key.and_then(|()| run(jobs, &store, leased, &runtime));
            let message = result.as_ref().map(|result| format!("photos found: {}", result.collected.found));
            let message = message.map_err(|err| anyhow::anyhow!("{err:#}"));
            // The end is shown when the store is closed.
            drop(store);
            end.with(result.map_err(|err| format!("{err:#}")));
            message
        });
        Ok(())
    }
}

/// Ends a search whose thread panics, so that the page does not wait for it.
struct EndOnPanic {
    started: Arc<StartedSearch>,
    since: Instant,
}

impl EndOnPanic {
    fn with(&self, result: Result<SearchResult, String>) {
        let (stopped, seconds) = (self.started.stop.is_raised(), self.since.elapsed().as_secs_f64());
        *self.started.ended.lock() = Some(Ended { result, stopped, seconds });
    }
}

impl Drop for EndOnPanic {
    fn drop(&mut self) {
        if self.started.ended.lock().is_none() {
            // What still runs in the background would keep the store open.
            self.started.stop.raise();
            self.with(Err(PANICKED.to_owned()));
        }
    }
}

/// Runs the searches, then scores the new photos if there are concepts.
fn run(
    jobs: &JobRunner,
    store: &Arc<dyn Store>,
    (searching, lease): (SearchRun, Option<WorkerSession>),
    runtime: &Handle,
) -> Result<SearchResult> {
    jobs.set_message("searching");
    let (stop, writer) = (searching.stop.clone(), Arc::clone(&searching.writer));
    let (summary, collected) = runtime.block_on(searching.run(lease))?;
    let mut scored = Vec::new();
    if !stop.is_raised() {
        // The photos are saved in any case.
        scored = score(jobs, store, &stop)
            .unwrap_or_else(|err| vec![format!("the new photos could not be scored: {err:#}")]);
    }
    Ok(SearchResult { summary, collected, withdrawn: writer.left_out(), scored })
}

/// Scores all photos if there are concepts. Returns messages.
fn score(jobs: &JobRunner, store: &Arc<dyn Store>, stop: &Stop) -> Result<Vec<String>> {
    if jobs.concepts()?.is_empty() { Ok(Vec::new()) } else { jobs.score_all(store, stop) }
}

fn not_started(err: StartError) -> HttpError {
    match err {
        StartError::Busy => HttpError::conflict(err.to_string()),
        StartError::Held(holder) => HttpError::conflict(format!(
            "Another worker runs this search ({holder}), and its photos appear here too; wait until it ends, or search for something else"
        )),
        StartError::Store(StoreError::Locked { holder }) => HttpError::conflict(format!(
            "Another process writes to this dataset ({holder}); wait until it ends, and start again"
        )),
        StartError::Store(err) => HttpError::write_failed(err),
    }
}

/// A refusal of a service.
fn refused(err: SearchError) -> HttpError {
    match err {
        SearchError::Credentials { .. } => HttpError::bad_field("sources", err.to_string()),
        SearchError::Query(why) => HttpError::bad_field("words", why),
        SearchError::Unanswered(why) => HttpError::conflict(why),
        SearchError::Stopped => HttpError::conflict("The explorer stops"),
        SearchError::Other(err) => HttpError::read_failed(err),
    }
}

fn why_no_key(err: &anyhow::Error) -> String {
    let seal = err.chain().find_map(|cause| cause.downcast_ref::<SealError>());
    match seal {
        Some(SealError::NoKey(_)) => {
            "Personal fields of new photos are encrypted, and the dataset's key is not on this machine: unlock the protected \
             fields in this browser, or start gleaner serve with GLEANER_KEY or --key-file"
                .to_owned()
        }
        Some(SealError::WrongKey { .. }) => {
            format!("{err:#}; start gleaner serve with the right one in GLEANER_KEY or --key-file")
        }
        Some(SealError::Rotating { .. }) => format!("{err:#}; finish it with gleaner key rotate"),
        _ => format!("{err:#}"),
    }
}
