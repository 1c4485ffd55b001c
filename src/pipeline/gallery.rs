//! Photos of a walk through a gallery: saves their records as they are found, and yields those that need a stage. The
//! progress is a note, so that the next run continues at the page where this one ended.

use std::sync::Arc;

use anyhow::{Context, Result};
use futures::stream::{self, BoxStream, StreamExt};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::listed::Listed;
use super::worker_session::WorkerSession;
use crate::hash::sha256_hex;
use crate::photo::Photo;
use crate::seal::SealedPhoto;
use crate::sources::page::walk::{Batch, Ended, Progress, Report, Walk};
use crate::store::NoteStore;

/// Photos that wait for their download in memory.
const WAITING: usize = 256;
/// Photos read from the store at a time.
const SCAN: usize = 500;

/// What a walk has brought.
#[derive(Clone, Debug)]
pub struct Walked {
    /// The counts, with those of the runs that it continues.
    pub report: Report,
    /// Why it ended; `None` if the user stopped it.
    pub ended: Option<Ended>,
}

/// The key of the note with the progress of a walk that begins at this address.
pub fn note_key(start: &str) -> String {
    format!("walk:{}", &sha256_hex(start.as_bytes())[..32])
}

/// The progress of a walk, as stored.
#[derive(Debug, Deserialize, Serialize)]
pub struct Note {
    /// The store's last change before the walk began.
    since: u64,
    progress: Progress,
}

impl Note {
    /// The note of an earlier run; `None` if there is none that this version can read.
    pub fn read(store: &dyn NoteStore, key: &str) -> Result<Option<Self>> {
        Ok(store.note(key)?.and_then(|note| serde_json::from_str(&note).ok()))
    }
}

/// A walk whose photos are saved.
pub struct Gallery {
    /// Saves and chooses the photos.
    pub listed: Listed,
    /// The source's name.
    pub source: &'static str,
    /// The key of the note.
    pub key: String,
}

impl Gallery {
    /// Saves and yields the photos of a walk: after the first batch, or where `earlier` ended. The result is ready when
    /// the stream has ended; the browser is then gone.
    pub fn start(
        self,
        walk: Walk,
        first: Option<Batch>,
        earlier: Option<Note>,
    ) -> (BoxStream<'static, Result<Photo>>, JoinHandle<Result<Walked>>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        let task = tokio::spawn(async move {
            let mut walk = walk;
            let walked = self.run(&mut walk, first, earlier, &sender).await;
            walk.close().await;
            walked
        });
        let next = |mut receiver: mpsc::Receiver<Photo>| async { Some((Ok(receiver.recv().await?), receiver)) };
        (stream::unfold(receiver, next).boxed(), task)
    }

    async fn run(
        &self,
        walk: &mut Walk,
        first: Option<Batch>,
        earlier: Option<Note>,
        pipeline: &mpsc::Sender<Photo>,
    ) -> Result<Walked> {
        let store = Arc::clone(self.listed.writer.store());
        let mut since = tokio::task::spawn_blocking(move || store.last_seq()).await.context("reading failed")??;
        let mut next = first;
        if let Some(note) = earlier {
            since = note.since;
            self.send_left(&note, pipeline).await?;
            walk.resume(note.progress);
            next = Some(Batch::default());
        }
        let ended = loop {
            let Some(batch) = next else { break walk.ended().cloned() };
            self.save(batch, since, pipeline).await?;
            next = tokio::select! {
                biased;
                () = self.listed.stop.clone().raised() => break None,
                batch = walk.next_batch() => batch?,
            };
        };
        if ended.is_some() {
            self.listed.observer.all_queued();
        }
        if matches!(ended, Some(Ended::Complete | Ended::Here(_))) {
            self.note(None).await?;
        }
        Ok(Walked { report: walk.report().clone(), ended })
    }

    /// Saves the records of a batch, then the progress, then sends what needs a stage.
    async fn save(&self, batch: Batch, since: u64, pipeline: &mpsc::Sender<Photo>) -> Result<()> {
        let wanted = self.listed.save_and_choose(batch.photos, self.source).await?;
        if let Some(progress) = batch.done {
            let note = serde_json::to_string(&Note { since, progress }).context("writing the progress")?;
            self.note(Some(note)).await?;
        }
        self.send(wanted, pipeline).await
    }

    /// Sends the photos that an earlier run saved, if they still need a stage.
    async fn send_left(&self, note: &Note, pipeline: &mpsc::Sender<Photo>) -> Result<()> {
        let mut since = note.since;
        while !self.listed.stop.is_raised() {
            let store = Arc::clone(self.listed.writer.store());
            let changes = tokio::task::spawn_blocking(move || store.changes_sealed(since, SCAN));
            let changes = changes.await.context("reading failed")??;
            let Some(last) = changes.last() else { break };
            since = last.seq;
            let photos = changes.into_iter().filter_map(|change| change.photo).map(SealedPhoto::into_photo);
            let photos = photos.filter(|photo| note.progress.has(&photo.id)).collect();
            self.send(self.listed.choose(photos), pipeline).await?;
        }
        Ok(())
    }

    async fn send(&self, photos: Vec<Photo>, pipeline: &mpsc::Sender<Photo>) -> Result<()> {
        let photos = WorkerSession::lease_photos(self.listed.session.clone(), photos).await?;
        self.listed.observer.photos_queued(photos.len() as u64);
        for photo in photos {
            // The pipeline ends before the walk where the user stops it.
            if pipeline.send(photo).await.is_err() {
                break;
            }
        }
        Ok(())
    }

    async fn note(&self, text: Option<String>) -> Result<()> {
        let (store, key) = (Arc::clone(self.listed.writer.store()), self.key.clone());
        let set = tokio::task::spawn_blocking(move || store.set_note(&key, text.as_deref()));
        Ok(set.await.context("saving the progress failed")??)
    }
}
