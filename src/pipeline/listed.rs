//! Photos of a list of addresses: saves their records, then yields those that need a stage, the hosts in turn.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use anyhow::{Context, Result};
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use jiff::Timestamp;
use url::Url;

use super::merge::clear_temporary_fault;
use super::worker_session::{LEASE_BATCH, WorkerSession};
use super::{Observer, Pipeline, RecordWriter, Stop};
use crate::photo::{Photo, PhotoId};
use crate::seal::SealedPhoto;

/// Records saved at a time.
const BATCH: usize = 500;

/// What saves and chooses the photos.
pub struct Listed {
    /// Saves the photos.
    pub writer: Arc<RecordWriter>,
    /// Stages that need no image; they run before a record is first saved.
    pub early: Pipeline,
    /// The later stages; it decides which photos need them.
    pub pipeline: Pipeline,
    /// This worker's session, if several workers share the store.
    pub session: Option<Arc<WorkerSession>>,
    /// Receives progress events.
    pub observer: Arc<dyn Observer>,
    /// Raised when the user stops the run.
    pub stop: Stop,
}

impl Listed {
    /// Saves the records of `photos`. The stream yields those that need a stage. The stored record of a photo that another
    /// source than `source` owns stays as it is, because the list's record is a copy.
    pub async fn start(self, photos: Vec<Photo>, source: &str) -> Result<BoxStream<'static, Result<Photo>>> {
        let mut wanted = Vec::new();
        let mut rest = photos.into_iter();
        while !self.stop.is_raised() {
            let batch: Vec<Photo> = rest.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                break;
            }
            wanted.extend(self.save_and_choose(batch, source).await?);
        }
        self.observer.photos_queued(wanted.len() as u64);
        self.observer.all_queued();
        let session = self.session;
        let batches = stream::iter(in_turn(wanted)).chunks(LEASE_BATCH);
        let leased = batches.then(move |batch| WorkerSession::lease_photos(session.clone(), batch));
        Ok(leased.map_ok(|batch| stream::iter(batch.into_iter().map(Ok))).try_flatten().boxed())
    }

    /// Saves records, and returns those that need a stage.
    pub(super) async fn save_and_choose(&self, batch: Vec<Photo>, source: &str) -> Result<Vec<Photo>> {
        Ok(self.choose(self.save(batch, source).await?))
    }

    /// Those of saved photos that need a stage.
    pub(super) fn choose(&self, mut saved: Vec<Photo>) -> Vec<Photo> {
        saved.iter_mut().for_each(clear_temporary_fault);
        saved.retain(|photo| self.pipeline.wants(photo));
        saved
    }

    async fn save(&self, batch: Vec<Photo>, source: &str) -> Result<Vec<Photo>> {
        let store = Arc::clone(self.writer.store());
        let owned: Vec<PhotoId> =
            batch.iter().map(|photo| photo.id.clone()).filter(|id| id.source() != source).collect();
        let loaded =
            tokio::task::spawn_blocking(move || store.load_sealed(&owned)).await.context("reading failed")??;
        let mut stored: HashMap<PhotoId, Photo> =
            loaded.into_iter().map(SealedPhoto::into_photo).map(|photo| (photo.id.clone(), photo)).collect();
        let now = Timestamp::now();
        let (mut kept, mut new) = (Vec::new(), Vec::new());
        for photo in batch {
            match stored.remove(&photo.id) {
                Some(known) => kept.push(Photo { image_url: known.image_url.or(photo.image_url), ..known }),
                None => new.push(Photo { found_at: photo.found_at.or(Some(now)), ..photo }),
            }
        }
        let early = stream::iter(new).map(|photo| self.early.process(photo)).buffered(self.early.at_once);
        kept.extend(self.writer.save(early.try_collect().await?).await?);
        Ok(kept)
    }
}

/// The photos in an order in which their hosts take turns, so that a slow host does not hold up the others.
fn in_turn(photos: Vec<Photo>) -> Vec<Photo> {
    let host = |photo: &Photo| Url::parse(photo.image_url.as_deref()?).ok()?.host_str().map(str::to_owned);
    let mut hosts: BTreeMap<Option<String>, VecDeque<Photo>> = BTreeMap::new();
    for photo in photos {
        hosts.entry(host(&photo)).or_default().push_back(photo);
    }
    let (mut ordered, mut queues) = (Vec::new(), hosts.into_values().collect::<Vec<_>>());
    while !queues.is_empty() {
        ordered.extend(queues.iter_mut().filter_map(VecDeque::pop_front));
        queues.retain(|queue| !queue.is_empty());
    }
    ordered
}
