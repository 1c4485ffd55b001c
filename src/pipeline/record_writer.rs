//! Saves photos in batches: merges them with their stored versions, seals and writes them.

use std::collections::{HashMap, HashSet};
use std::slice;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use parking_lot::Mutex;
use rayon::prelude::*;

use super::Choice;
use super::merge::merge;
use crate::dataset::Dataset;
use crate::files::BlobName;
use crate::legacy::original_row;
use crate::photo::{Fault, FaultKind, FileHash, PersonalField, Photo, PhotoId, StageName};
use crate::picture::{Defect, format};
use crate::seal::{Marker, SealedPhoto, Vault};
use crate::store::{self, Store, record_refusal};

/// Largest rejected file that is kept for inspection, in bytes.
const QUARANTINED_MAX: usize = 24 << 20;

/// Photos read from the store at a time.
const SCAN: usize = 200;

/// Seals and saves photos of one dataset.
pub struct RecordWriter {
    store: Arc<dyn Store>,
    vault: Arc<Vault>,
    dataset: Dataset,
    /// Locked from reading the stored versions until the merged photos are saved.
    turn: Mutex<()>,
    /// What makes the marks of withdrawn photos, once there are any.
    marker: OnceLock<Marker>,
    /// Photos that were not saved because their owners withdrew them.
    left_out: AtomicU64,
}

impl RecordWriter {
    /// A writer for the dataset whose store is `store`.
    pub fn new(store: Arc<dyn Store>, vault: Arc<Vault>, dataset: Dataset) -> Self {
        let (turn, marker, left_out) = Default::default();
        Self { store, vault, dataset, turn, marker, left_out }
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The vault.
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// Photos that were not saved because their owners had withdrawn them.
    pub fn left_out(&self) -> u64 {
        self.left_out.load(Ordering::Relaxed)
    }

    /// Saves a batch in one transaction and returns it as saved: merged with the stored versions,
    /// with personal fields as tokens. The batch is durable when this returns. Photos that their owners withdrew are left
    /// out.
    pub async fn save(self: &Arc<Self>, photos: Vec<Photo>) -> Result<Vec<Photo>> {
        let writer = Arc::clone(self);
        tokio::task::spawn_blocking(move || writer.save_now(photos)).await.context("saving failed")?
    }

    /// Merges a photo from a source with its stored version, if there is one.
    pub async fn merge_stored(self: &Arc<Self>, mut photo: Photo) -> Result<Photo> {
        if let Some(known) = self.load(&photo.id).await? {
            merge(&mut photo, known);
        }
        Ok(photo)
    }

    /// The stored version of a photo, prepared for another run of the pipeline.
    pub async fn load(self: &Arc<Self>, id: &PhotoId) -> Result<Option<Photo>> {
        let writer = Arc::clone(self);
        let id = id.clone();
        let known = tokio::task::spawn_blocking(move || writer.store.load_sealed(&[id]))
            .await
            .context("reading the store failed")??;
        let mut known = known.into_iter().next().map(SealedPhoto::into_photo);
        if let Some(known) = &mut known {
            // A local file is read again, because it may have been replaced.
            known.fault = known.fault.take().filter(|fault| fault.stage == StageName::Search);
        }
        Ok(known)
    }

    /// The chosen stored photos by id, prepared for another run of the pipeline. `passed` is called with the number of
    /// photos that were looked at and are not chosen.
    pub fn scan(
        self: &Arc<Self>,
        choice: Arc<Choice>,
        passed: impl Fn(u64) + Send + 'static,
    ) -> BoxStream<'static, Result<Photo>> {
        let from = (Arc::clone(self), None::<PhotoId>);
        let batches = stream::try_unfold(from, |(writer, after)| async move {
            let store = Arc::clone(&writer.store);
            let batch = tokio::task::spawn_blocking(move || store.scan_sealed(after.as_ref(), SCAN));
            let batch = batch.await.context("reading the store failed")??;
            let next = batch.last().map(|photo| photo.photo().id.clone());
            anyhow::Ok(next.map(|next| (batch, (writer, Some(next)))))
        });
        let chosen = move |batch: Vec<SealedPhoto>| {
            let all = batch.len();
            let photos = batch.into_iter().filter_map(|sealed| choice.prepare(sealed.into_photo()));
            let photos: Vec<Photo> = photos.collect();
            passed((all - photos.len()) as u64);
            stream::iter(photos.into_iter().map(anyhow::Ok))
        };
        batches.map_ok(chosen).try_flatten().boxed()
    }

    fn save_now(&self, photos: Vec<Photo>) -> Result<Vec<Photo>> {
        if photos.is_empty() {
            return Ok(photos);
        }
        let mut batch = self.not_withdrawn(deduplicate(photos))?;
        for photo in &mut batch {
            self.quarantine(photo)?;
            photo.received = None;
        }
        let turn = self.turn.lock();
        let ids: Vec<PhotoId> = batch.iter().map(|photo| photo.id.clone()).collect();
        let found: HashMap<&PhotoId, &Photo> = batch.iter().map(|photo| (&photo.id, photo)).collect();
        let sealed = self.store.update(&ids, &mut |ids, known| {
            let known = known.into_iter().map(|known| (known.photo().id.clone(), known));
            let mut known: HashMap<PhotoId, SealedPhoto> = known.collect();
            let (mut merged, mut replaced) = (Vec::with_capacity(ids.len()), Vec::new());
            for id in ids {
                let mut photo = (*found[id]).clone();
                if let Some(known) = known.remove(id) {
                    self.merge_records(&mut photo, &known)?;
                    let before = known.photo().file.as_ref().map(|file| file.sha256.clone());
                    merge(&mut photo, known.into_photo());
                    if before.is_some() && before.as_ref() != photo.file.as_ref().map(|file| &file.sha256) {
                        replaced.push(id.clone());
                    }
                }
                merged.push(photo);
            }
            // Before the record: vectors of another picture would look complete.
            if !replaced.is_empty() {
                self.store.remove_vectors(&replaced)?;
            }
            self.storable(seal_all(&self.vault, merged)?)
        })?;
        drop(turn);
        Ok(sealed.into_iter().map(SealedPhoto::into_photo).collect())
    }

    /// The photos without those that their owners withdrew.
    fn not_withdrawn(&self, mut batch: Vec<Photo>) -> Result<Vec<Photo>> {
        let marker = match self.marker.get() {
            Some(marker) => marker,
            None => match store::marker(self.store.as_ref(), &self.vault)? {
                Some(marker) => self.marker.get_or_init(|| marker),
                None => return Ok(batch),
            },
        };
        let marks: Vec<PhotoId> = batch.iter().map(|photo| marker.mark(&photo.id)).collect();
        let withdrawn: HashSet<PhotoId> = self.store.withdrawn(Some(&marks))?.into_iter().collect();
        let mut marks = marks.iter();
        batch.retain(|_| marks.next().is_none_or(|mark| !withdrawn.contains(mark)));
        self.left_out.fetch_add(withdrawn.len() as u64, Ordering::Relaxed);
        Ok(batch)
    }

    /// Replaces each record that no store can hold: by the one that is stored, or by a short one with the photo's id
    /// and image. A fault says why.
    fn storable(&self, mut batch: Vec<SealedPhoto>) -> Result<Vec<SealedPhoto>> {
        let refused: Vec<(usize, String)> =
            batch.par_iter().enumerate().filter_map(|(at, sealed)| Some((at, record_refusal(sealed)?))).collect();
        for (at, why) in refused {
            let photo = batch[at].photo();
            let known = self.store.load_sealed(slice::from_ref(&photo.id))?.pop().map(SealedPhoto::into_photo);
            let mut short = known.unwrap_or_else(|| shortened(photo));
            short.fault = Some(Fault::rejected(StageName::Search, format!("the record cannot be stored: {why}")));
            batch[at] = self.vault.seal(short)?;
        }
        Ok(batch)
    }

    /// Keeps the rows of the Python system that are in the known raw record, when a new one replaces it.
    fn merge_records(&self, photo: &mut Photo, known: &SealedPhoto) -> Result<()> {
        let Some(newer) = photo.personal.clear(PersonalField::RawRecord).cloned() else { return Ok(()) };
        if let Some(known) = self.vault.open_field(known, PersonalField::RawRecord)? {
            photo.personal.find(PersonalField::RawRecord, original_row::merge(newer, known));
        }
        Ok(())
    }

    /// Stores rejected bytes for inspection. They may contain personal data, so they are sealed.
    fn quarantine(&self, photo: &Photo) -> Result<()> {
        let rejected = photo.fault.as_ref().is_some_and(|fault| fault.kind == FaultKind::Rejected);
        let Some(received) = photo.received.as_ref().filter(|_| rejected) else { return Ok(()) };
        // Nothing is wrong with it; it stays where it came from.
        if matches!(format::sniff(&received.bytes), Err(Defect::Undecodable(_))) {
            return Ok(());
        }
        // Sealing takes four times their memory, and who wants to look at them gets them from their address.
        if received.bytes.len() > QUARANTINED_MAX {
            return Ok(());
        }
        let sha256 = FileHash::of(&received.bytes);
        let token = self.vault.seal_bytes(&received.bytes);
        let name = BlobName::Quarantined { sha256: &sha256 };
        self.dataset.files().write(name, token.as_bytes()).context("could not quarantine the rejected bytes")
    }
}

/// What of a photo has a bounded size.
fn shortened(photo: &Photo) -> Photo {
    Photo {
        id: photo.id.clone(),
        searches: photo.searches.iter().take(100).cloned().collect(),
        media: photo.media.clone(),
        posted_at: photo.posted_at,
        found_at: photo.found_at,
        file: photo.file.clone(),
        thumbnail: photo.thumbnail.clone(),
        ..Photo::default()
    }
}

/// Merges photos that are in a batch several times; later ones take precedence.
fn deduplicate(photos: Vec<Photo>) -> Vec<Photo> {
    let mut batch: Vec<Photo> = Vec::with_capacity(photos.len());
    let mut places: HashMap<PhotoId, usize> = HashMap::new();
    for mut photo in photos {
        match places.get(&photo.id) {
            Some(&place) => {
                merge(&mut photo, std::mem::take(&mut batch[place]));
                batch[place] = photo;
            }
            None => {
                places.insert(photo.id.clone(), batch.len());
                batch.push(photo);
            }
        }
    }
    batch
}

/// Seals photos on all cores. A run without images spends most of its time here.
fn seal_all(vault: &Vault, photos: Vec<Photo>) -> Result<Vec<SealedPhoto>> {
    Ok(photos.into_par_iter().with_min_len(16).map(|photo| vault.seal(photo)).collect::<Result<_, _>>()?)
}
