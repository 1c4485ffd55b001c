//! What every answer is made from: the store, the columns, who was let in, what was saved.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::access::AccessControl;
use super::api::Change;
use super::connections::Limits;
use super::failure::Failure;
use super::jobs::JobRunner;
use super::recording::{RecordingError, Recordings};
use super::sessions::Sessions;
use super::tries::Tries;
use super::views::Views;
use crate::dataset::Dataset;
use crate::disk;
use crate::explorer::Explorer;
use crate::hash::hex;
use crate::photo::PhotoId;
use crate::pipeline::scoring_context::ScoringContext;
use crate::seal::SealedPhoto;
use crate::store::{KEY_ID, Store};

/// A dataset that is to be served, and who may come in.
pub struct Site {
    store: Arc<dyn Store>,
    dataset: Dataset,
    explorer: Explorer,
    access: AccessControl,
    limits: Limits,
    hosts: Vec<String>,
    jobs: JobRunner,
}

impl Site {
    /// Reads the columns of a dataset, which blocks for as long as that takes; open to this machine.
    pub fn open(store: Arc<dyn Store>, dataset: Dataset) -> Result<Self> {
        Self::open_with(store, dataset, Arc::default())
    }

    /// The same with what the settings say about concepts and models.
    pub fn open_with(store: Arc<dyn Store>, dataset: Dataset, context: Arc<ScoringContext>) -> Result<Self> {
        let explorer = Explorer::open(Arc::clone(&store), &dataset)?;
        let jobs = JobRunner::open(dataset.clone(), context)?;
        Ok(Self {
            store,
            dataset,
            explorer,
            access: AccessControl::Local,
            limits: Limits::default(),
            hosts: Vec::new(),
            jobs,
        })
    }

    /// The same behind another door.
    pub fn behind(mut self, access: AccessControl) -> Self {
        self.access = access;
        self
    }

    /// The same with other limits.
    pub fn within(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same answering to further host names.
    pub fn named(mut self, hosts: Vec<String>) -> Self {
        self.hosts = hosts;
        self
    }

    /// How many records the columns leave out because they are damaged; 0 while another process writes.
    pub fn damaged(&self) -> Result<u64> {
        let seq = self.store.last_seq()?;
        self.explorer.follow()?;
        let all: u64 = self.store.count_by_state()?.iter().map(|(_, count)| count).sum();
        let (_, read) = self.explorer.state();
        Ok(if self.store.last_seq()? == seq { all.saturating_sub(read) } else { 0 })
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    pub(super) fn state(&self) -> Change {
        state(&self.explorer)
    }

    pub(super) fn app(self, port: u16, changes: watch::Receiver<Change>) -> AppState {
        let root = self.dataset.root().canonicalize().unwrap_or_else(|_| self.dataset.root().to_owned());
        let name = root.file_name().map_or_else(|| "dataset".to_owned(), |name| name.to_string_lossy().into_owned());
        let mut run = [0; 4];
        getrandom::fill(&mut run).expect("an operating system without random bytes can run no program of this kind");
        AppState {
            views: Views::at(self.dataset.views()),
            recordings: Recordings::at(self.dataset.recordings()),
            sessions: Sessions::new(port),
            wrong_keys: Tries::default(),
            wrong_tokens: Tries::default(),
            explorer: Arc::new(self.explorer),
            store: self.store,
            dataset: self.dataset,
            access: self.access,
            jobs: Arc::new(self.jobs),
            writable: is_writable(&root),
            hosts: self.hosts,
            name,
            run: hex(&run),
            changes,
        }
    }
}

/// What every answer is made from.
pub struct AppState {
    pub store: Arc<dyn Store>,
    pub dataset: Dataset,
    pub explorer: Arc<Explorer>,
    pub access: AccessControl,
    pub jobs: Arc<JobRunner>,
    pub sessions: Sessions,
    pub wrong_keys: Tries,
    pub wrong_tokens: Tries,
    pub views: Views,
    pub recordings: Recordings,
    /// The folder's name, for a person.
    pub name: String,
    /// Names this run of the program, in tags of answers.
    pub run: String,
    pub changes: watch::Receiver<Change>,
    /// Whether views and recordings can be kept in the dataset's folder.
    pub writable: bool,
    /// Further names of the machine, as its user gave them.
    pub hosts: Vec<String>,
}

impl AppState {
    /// Asks columns and store on a thread that may block.
    pub async fn ask<T, F>(self: &Arc<Self>, question: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&Explorer, &dyn Store) -> Result<T, Failure> + Send + 'static,
    {
        let own = Arc::clone(self);
        let answer = spawn_blocking(move || question(&own.explorer, own.store.as_ref())).await;
        answer.map_err(|_| Failure::unreadable())?
    }

    /// Asks for what lies in files of our own, on a thread that may block.
    pub async fn ask_state<T, F>(self: &Arc<Self>, question: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> io::Result<T> + Send + 'static,
    {
        let own = Arc::clone(self);
        let answer = spawn_blocking(move || question(&own)).await.map_err(|_| Failure::unreadable())?;
        answer.map_err(|_| Failure::unkept())
    }

    /// Asks the recordings, on a thread that may block.
    pub async fn ask_recordings<T, F>(self: &Arc<Self>, question: F) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: FnOnce(&Recordings) -> Result<T, RecordingError> + Send + 'static,
    {
        let own = Arc::clone(self);
        let answer = spawn_blocking(move || question(&own.recordings)).await;
        Ok(answer.map_err(|_| Failure::unreadable())??)
    }

    /// The dataset as it is now.
    pub fn state(&self) -> Change {
        state(&self.explorer)
    }

    /// Counts up with every change of the dataset.
    pub fn generation(&self) -> u64 {
        self.changes.borrow().generation
    }

    /// The photo of that id.
    pub async fn photo(self: &Arc<Self>, id: String) -> Result<SealedPhoto, Failure> {
        let id = PhotoId::from_text(id);
        self.ask(move |_, store| load(store, &id)).await
    }

    /// At most `limit` photos after an id, and the id to go on from where there are more.
    pub async fn page(self: &Arc<Self>, after: Option<String>, limit: usize) -> Result<Page, Failure> {
        let after = after.filter(|after| !after.is_empty()).map(PhotoId::from_text);
        let scan = move |store: &dyn Store| store.scan_sealed(after.as_ref(), limit + 1);
        let mut photos = self.ask(move |_, store| scan(store).map_err(|_| Failure::unreadable())).await?;
        let more = photos.len() > limit;
        photos.truncate(limit);
        let next = photos.last().filter(|_| more).map(|last| last.photo().id.clone());
        Ok(Page { photos, next })
    }
}

/// Photos in the order of their ids.
pub struct Page {
    /// At most as many as were asked for.
    pub photos: Vec<SealedPhoto>,
    /// Where the next page begins, if there is one.
    pub next: Option<PhotoId>,
}

/// The photo of that id.
pub fn load(store: &dyn Store, id: &PhotoId) -> Result<SealedPhoto, Failure> {
    let found = store.load_sealed(std::slice::from_ref(id)).map_err(|_| Failure::unreadable())?;
    found.into_iter().next().ok_or_else(Failure::no_photo)
}

/// Whether there is a key that opens something.
pub fn is_sealed(store: &dyn Store) -> Result<bool, Failure> {
    store.note(KEY_ID).map(|id| id.is_some()).map_err(|_| Failure::unreadable())
}

/// Whether a file can be made in a folder: what its mode says is not all that matters.
fn is_writable(folder: &Path) -> bool {
    let path = folder.join(format!(".writable-{}", std::process::id()));
    let made = disk::private_options().create_new(true).open(&path).is_ok();
    made && fs::remove_file(&path).is_ok()
}

fn state(explorer: &Explorer) -> Change {
    let (generation, photos) = explorer.state();
    Change { generation, photos }
}
