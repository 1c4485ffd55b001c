//! The server of `gleaner serve`: an opened dataset with access control and limits.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use tokio::sync::watch;

use super::access::AccessControl;
use super::app_state::{AppState, DatasetState};
use super::attempt_limiter::AttemptLimiter;
use super::connections::ConnectionLimits;
use super::jobs::JobRunner;
use super::recording::Recordings;
use super::searching::{SearchSetup, Searches};
use super::sessions::Sessions;
use super::views::Views;
use crate::config::Citation;
use crate::dataset::Dataset;
use crate::disk;
use crate::explorer::Explorer;
use crate::hash::hex;
use crate::pipeline::same_photo;
use crate::pipeline::scoring_context::ScoringContext;
use crate::reference::Catalogue;
use crate::store::Store;

/// An opened dataset with access control and limits.
pub struct ExplorerServer {
    store: Arc<dyn Store>,
    dataset: Dataset,
    explorer: Explorer,
    access: AccessControl,
    limits: ConnectionLimits,
    hosts: Vec<String>,
    jobs: JobRunner,
    searching: Option<SearchSetup>,
    citation: Citation,
    layers: Arc<Catalogue>,
}

impl ExplorerServer {
    /// Reads the columns of a dataset, and blocks until that is done. Open to this machine only.
    pub fn open(store: Arc<dyn Store>, dataset: Dataset) -> Result<Self> {
        Self::open_with(store, dataset, Arc::default())
    }

    /// The same with the concepts and models of the settings.
    pub fn open_with(store: Arc<dyn Store>, dataset: Dataset, context: Arc<ScoringContext>) -> Result<Self> {
        let explorer = Explorer::open(Arc::clone(&store), &dataset)?;
        let jobs = JobRunner::open(dataset.clone(), context)?;
        Ok(Self {
            store,
            dataset,
            explorer,
            access: AccessControl::Local,
            limits: ConnectionLimits::default(),
            hosts: Vec::new(),
            jobs,
            searching: None,
            citation: Citation::default(),
            layers: Arc::default(),
        })
    }

    /// Sets who may use it.
    pub fn with_access(mut self, access: AccessControl) -> Self {
        self.access = access;
        self
    }

    /// Sets the limits of connections.
    pub fn with_limits(mut self, limits: ConnectionLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets further host names that requests may be addressed to.
    pub fn with_hosts(mut self, hosts: Vec<String>) -> Self {
        self.hosts = hosts;
        self
    }

    /// Lets the page add photos from photo services.
    pub fn with_searches(mut self, setup: SearchSetup) -> Self {
        self.searching = Some(setup);
        self
    }

    /// Sets how the dataset is described in the citation files of an export.
    pub fn with_citation(mut self, citation: Citation) -> Self {
        self.citation = citation;
        self
    }

    /// Sets the layers of the user that analyses use.
    pub fn with_layers(mut self, layers: Arc<Catalogue>) -> Self {
        self.layers = layers;
        self
    }

    /// The number of damaged records, which are not in the columns; 0 while another process writes.
    pub fn damaged(&self) -> Result<u64> {
        let seq = self.store.last_seq()?;
        self.explorer.follow()?;
        let all: u64 = self.store.count_by_state()?.iter().map(|(_, count)| count).sum();
        let (_, read) = self.explorer.state();
        let read = read + same_photo::unlisted(self.store.as_ref())?;
        Ok(if self.store.last_seq()? == seq { all.saturating_sub(read) } else { 0 })
    }

    pub(super) fn limits(&self) -> ConnectionLimits {
        self.limits
    }

    pub(super) fn state(&self) -> DatasetState {
        DatasetState::of(&self.explorer)
    }

    /// The state of the application on this port. `changes` follows the dataset.
    pub(super) fn into_app(self, port: u16, changes: watch::Receiver<DatasetState>) -> AppState {
        let root = self.dataset.root().canonicalize().unwrap_or_else(|_| self.dataset.root().to_owned());
        let name = self.dataset.name();
        let mut run = [0; 4];
        getrandom::fill(&mut run).expect("the operating system provides random bytes");
        AppState {
            views: Views::at(self.dataset.views()),
            recordings: Recordings::at(self.dataset.recordings()),
            sessions: Sessions::new(port),
            wrong_keys: AttemptLimiter::default(),
            wrong_tokens: AttemptLimiter::default(),
            explorer: Arc::new(self.explorer),
            store: self.store,
            access: self.access,
            jobs: Arc::new(self.jobs),
            searches: Arc::new(Searches::new(self.searching, self.dataset.clone())),
            dataset: self.dataset,
            citation: self.citation,
            layers: self.layers,
            writable: is_writable(&root),
            hosts: self.hosts,
            name,
            run: hex(&run),
            changes,
        }
    }
}

/// Whether a file can be created in a folder. The folder's mode alone does not say: the disk may be read-only.
fn is_writable(folder: &Path) -> bool {
    let path = folder.join(format!(".writable-{}", std::process::id()));
    let created = disk::private_options().create_new(true).open(&path).is_ok();
    created && fs::remove_file(&path).is_ok()
}
