//! Copies the changes of one store to another since the last copy. Sealed fields stay sealed.
//!
//! A photo that is unchanged in the target since the last copy is replaced. A photo that was also changed in the target is
//! merged. The progress is a note in the target; the source is only read.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::mpsc;
use std::thread;

use anyhow::{Context, Result, bail};
use parking_lot::Mutex;
use serde::Serialize;

use super::withdraw::{Trace, withdraw};
use super::{Stop, merge};
use crate::dataset::Dataset;
use crate::photo::{PhotoId, Vector};
use crate::seal::{Marker, SealedPhoto, Vault};
use crate::store::{
    DATASET_ID, KEY_ID, MARKER, STORE_ID, SealedChange, Store, StoreError, marker, record_refusal, unfinished_rotation,
};

/// Changes per batch.
const BATCH: usize = 1000;
/// Batches that are written in parallel, so that the server works while the next batch is prepared.
const WRITERS: usize = 3;
/// Batches between two updates of the progress note.
const NOTE_INTERVAL: u64 = 4;
/// Ids read at a time.
const IDS: usize = 10_000;

/// The result of [`copy`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// Photos that the target did not have.
    pub new: u64,
    /// Photos that were different in the target.
    pub changed: u64,
    /// Of these, photos that were also changed in the target; both changes are kept.
    pub merged: u64,
    /// Photos that were the same in the target.
    pub same: u64,
    /// Photos that were removed from the target.
    pub removed: u64,
    /// Photos whose record the target cannot hold; they were left out.
    pub refused: Vec<RefusedRecord>,
    /// Whether the user stopped the copy.
    pub interrupted: bool,
}

/// A record that the target cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RefusedRecord {
    /// Which photo.
    pub id: PhotoId,
    /// Why, without any content.
    pub why: String,
}

/// Options of [`copy`].
pub struct CopyOptions<'a> {
    /// Compare all photos, not only those that changed since the last copy.
    pub all: bool,
    /// Called once with the number of changes that will be looked at, if the source can tell.
    pub on_begin: &'a (dyn Fn(u64) + Sync),
    /// Called after each batch with its number of changes.
    pub on_batch: &'a (dyn Fn(u64) + Sync),
    /// Called for each copied photo with an image, to copy its files.
    pub copy_files: &'a (dyn Fn(&SealedPhoto) -> Result<()> + Sync),
    /// What recognises withdrawn photos: the key, and the target's files. Needed only if photos were withdrawn.
    pub withdrawals: Option<(&'a Vault, &'a Dataset)>,
    /// Raised when the user wants to stop.
    pub stop: &'a Stop,
}

/// Copies the changes of `from` to `to`, which must be open for writing.
pub fn copy(from: &dyn Store, to: &dyn Store, options: &CopyOptions<'_>) -> Result<Copied> {
    let origin = store_id(from)?;
    if store_id(to)? == origin {
        bail!("the source and the target are the same store");
    }
    check_same_dataset(from, to)?;
    let (marker, withdrawn) = copy_withdrawals(from, to, options)?;
    let note = format!("copied:{origin}");
    let noted = to.note(&note)?.and_then(|text| text.parse().ok()).unwrap_or(0);
    let last = from.last_seq()?;
    // If the source was restored from an old backup, its numbers start again from the backup's.
    let start = if options.all || noted > last { 0 } else { noted };
    from.count_changes(start)?.into_iter().for_each(options.on_begin);
    let copied = Mutex::new(Copied { removed: withdrawn, ..Copied::default() });
    let work = Work { from, to, options, origin, marker, models: from.vector_models()?, copied };
    let interrupted = work.run(&note, start)?;
    let copied = work.copied.into_inner();
    Ok(Copied { interrupted, ..copied })
}

/// The id of a store. Another store with a copy of the same dataset has another id.
fn store_id(store: &dyn Store) -> Result<String> {
    let id = store.note(STORE_ID)?.or(store.note(DATASET_ID)?);
    id.context("the dataset has no id: it was never written to")
}

/// Checks that both hold the same dataset, sealed with the same key. An empty target becomes that dataset.
fn check_same_dataset(from: &dyn Store, to: &dyn Store) -> Result<()> {
    for store in [from, to] {
        if unfinished_rotation(store)?.is_some() {
            bail!("a key rotation was interrupted: finish it first with `gleaner key rotate`");
        }
    }
    let is_empty = to.note(KEY_ID)?.is_none() && to.scan(None, 1)?.is_empty();
    for (key, what) in [(KEY_ID, "was sealed with another key"), (DATASET_ID, "is another dataset")] {
        let (here, there) = (from.note(key)?, to.note(key)?);
        if is_empty {
            to.set_note(key, here.as_deref())?;
        } else if here != there {
            let short = |id: Option<String>| id.map_or_else(|| "none".to_owned(), |id| id.chars().take(8).collect());
            bail!("the target {what} (it has {}, the source {}); nothing was copied", short(there), short(here));
        }
    }
    Ok(())
}

/// Removes from the target what was withdrawn from the source. Returns what makes the marks, if there are any, and how many
/// photos were removed.
fn copy_withdrawals(from: &dyn Store, to: &dyn Store, options: &CopyOptions<'_>) -> Result<(Option<Marker>, u64)> {
    if from.note(MARKER)?.is_none() && to.note(MARKER)?.is_none() {
        return Ok((None, 0));
    }
    let Some((vault, dataset)) = options.withdrawals else {
        bail!("photos were withdrawn from one of the two, which only the dataset's key recognises; nothing was copied");
    };
    let (Some(theirs), own) = (marker(from, vault)?, marker(to, vault)?) else { return Ok((marker(to, vault)?, 0)) };
    let probe = PhotoId::default();
    if own.is_some_and(|own| own.mark(&probe) != theirs.mark(&probe)) {
        bail!("photos were withdrawn from both under different keys of the dataset; nothing was copied");
    }
    to.note_or_insert(MARKER, &theirs.seal(vault))?;
    let known: HashSet<PhotoId> = to.withdrawn(None)?.into_iter().collect();
    let marks: Vec<PhotoId> = from.withdrawn(None)?.into_iter().filter(|mark| !known.contains(mark)).collect();
    if marks.is_empty() {
        return Ok((Some(theirs), 0));
    }
    let (mut ids, mut after) = (Vec::new(), None);
    let new: HashSet<&PhotoId> = marks.iter().collect();
    loop {
        let some = to.ids(after.as_ref(), IDS)?;
        let Some(last) = some.last() else { break };
        after = Some(last.clone());
        ids.extend(some.into_iter().filter(|id| new.contains(&theirs.mark(id))));
    }
    let of_these: Vec<PhotoId> = ids.iter().map(|id| theirs.mark(id)).collect();
    let removed = withdraw(dataset, to, &ids, Trace::Marks(&of_these))?;
    // Marks of photos that the target does not have keep them out.
    let rest: Vec<PhotoId> = marks.into_iter().filter(|mark| !of_these.contains(mark)).collect();
    to.withdraw(&[], &rest)?;
    Ok((Some(theirs), removed.photos))
}

struct Work<'a> {
    from: &'a dyn Store,
    to: &'a dyn Store,
    options: &'a CopyOptions<'a>,
    origin: String,
    /// What makes the marks of withdrawn photos, if there are any.
    marker: Option<Marker>,
    models: Vec<String>,
    copied: Mutex<Copied>,
}

/// Completed batches, in any order, and the last change up to which all are completed.
#[derive(Default)]
struct CopyProgress {
    next: u64,
    done: BTreeMap<u64, u64>,
    reached: Option<u64>,
    since_note: u64,
}

impl CopyProgress {
    /// Marks a batch that ends with `seq` as completed. Returns the change up to which all are completed, if it should be stored.
    fn finish(&mut self, batch: u64, seq: u64) -> Option<u64> {
        self.done.insert(batch, seq);
        while let Some(seq) = self.done.remove(&self.next) {
            self.next += 1;
            self.since_note += 1;
            self.reached = Some(seq);
        }
        if self.since_note < NOTE_INTERVAL {
            return None;
        }
        self.since_note = 0;
        self.reached
    }
}

impl Work<'_> {
    /// Reads in this thread and writes in others. Returns whether it was stopped.
    fn run(&self, note: &str, start: u64) -> Result<bool> {
        let progress = Mutex::new(CopyProgress::default());
        let (sender, receiver) = mpsc::sync_channel::<(u64, Vec<SealedChange>)>(1);
        let receiver = Mutex::new(receiver);
        let write = || -> Result<()> {
            loop {
                let next = receiver.lock().recv();
                let Ok((number, batch)) = next else { return Ok(()) };
                let (count, seq) = (batch.len() as u64, batch.last().map_or(0, |change| change.seq));
                self.write(batch)?;
                let mut progress = progress.lock();
                if let Some(reached) = progress.finish(number, seq) {
                    self.to.set_note(note, Some(&reached.to_string()))?;
                }
                (self.options.on_batch)(count);
            }
        };
        let interrupted = thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS).map(|_| scope.spawn(write)).collect();
            let read = self.read(start, sender);
            for writer in writers {
                writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            }
            read
        })?;
        let reached = progress.into_inner().reached;
        if let Some(reached) = reached {
            self.to.set_note(note, Some(&reached.to_string()))?;
        }
        Ok(interrupted)
    }

    fn read(&self, start: u64, batches: mpsc::SyncSender<(u64, Vec<SealedChange>)>) -> Result<bool> {
        let mut after = start;
        for number in 0.. {
            if self.options.stop.is_raised() {
                return Ok(true);
            }
            let batch = self.from.changes_sealed(after, BATCH)?;
            let Some(end) = batch.last() else { break };
            after = end.seq;
            if batches.send((number, batch)).is_err() {
                // Every writer has ended with an error, which is returned.
                break;
            }
        }
        Ok(false)
    }

    fn write(&self, batch: Vec<SealedChange>) -> Result<()> {
        let mut gone = Vec::new();
        let mut photos = HashMap::new();
        let mut ids = Vec::new();
        // A damaged record is copied once it is mended.
        for change in batch.into_iter().filter(|change| !change.damaged) {
            match change.photo {
                Some(photo) => {
                    ids.push(change.id.clone());
                    photos.insert(change.id, photo);
                }
                None => gone.push(change.id),
            }
        }
        self.remove_withdrawn(&mut photos)?;
        let refused = refused(&photos);
        for record in &refused {
            photos.remove(&record.id);
        }
        ids.retain(|id| photos.contains_key(id));
        let mut counts = HashMap::new();
        let written = self.to.update(&ids, &mut |ids, known| self.to_write(&photos, (ids, known), &mut counts))?;
        let replaced = self.replace_damaged(&photos)?;
        self.copy_vectors(&ids)?;
        for sealed in photos.values().filter(|sealed| sealed.photo().file.is_some()) {
            (self.options.copy_files)(sealed)?;
        }
        let removed = if gone.is_empty() { 0 } else { self.to.remove(&gone)? };
        let mut copied = self.copied.lock();
        copied.removed += removed as u64;
        copied.refused.extend(refused);
        copied.changed += replaced;
        copied.same += (ids.len() - written.len()) as u64 - replaced;
        for sealed in written {
            match counts.get(&sealed.photo().id) {
                Some(CopyKind::New) | None => copied.new += 1,
                Some(CopyKind::Replaced) => copied.changed += 1,
                Some(CopyKind::Merged) => {
                    copied.changed += 1;
                    copied.merged += 1;
                }
            }
        }
        Ok(())
    }

    /// Replaces records that are damaged in the target: the source has them whole. Returns how many.
    fn replace_damaged(&self, photos: &HashMap<PhotoId, SealedPhoto>) -> Result<u64, StoreError> {
        let damage = self.to.damage();
        if damage.is_empty() {
            return Ok(0);
        }
        let damaged = damage.found().records;
        let whole = photos.iter().filter(|(id, _)| damaged.contains_key(*id));
        let whole: Vec<SealedPhoto> = whole.map(|(_, sealed)| sealed.clone().copied_from(&self.origin)).collect();
        self.to.save(&whole)?;
        whole.iter().for_each(|sealed| damage.forget(&sealed.photo().id));
        Ok(whole.len() as u64)
    }

    /// Removes the photos that were withdrawn from the target.
    fn remove_withdrawn(&self, photos: &mut HashMap<PhotoId, SealedPhoto>) -> Result<(), StoreError> {
        let Some(marker) = &self.marker else { return Ok(()) };
        let by_mark: HashMap<PhotoId, PhotoId> = photos.keys().map(|id| (marker.mark(id), id.clone())).collect();
        let marks: Vec<PhotoId> = by_mark.keys().cloned().collect();
        for mark in self.to.withdrawn(Some(&marks))? {
            photos.remove(&by_mark[&mark]);
        }
        Ok(())
    }

    /// The photos to write, given the target's versions of them.
    fn to_write(
        &self,
        photos: &HashMap<PhotoId, SealedPhoto>,
        (ids, known): (&[PhotoId], Vec<SealedPhoto>),
        kinds: &mut HashMap<PhotoId, CopyKind>,
    ) -> Result<Vec<SealedPhoto>> {
        let mut known: HashMap<PhotoId, SealedPhoto> =
            known.into_iter().map(|sealed| (sealed.photo().id.clone(), sealed)).collect();
        let mut changed = Vec::with_capacity(ids.len());
        for id in ids {
            let ours = photos[id].clone();
            let (kind, sealed) = match known.remove(id) {
                None => (CopyKind::New, ours.copied_from(&self.origin)),
                Some(theirs) if theirs.is_same(&ours) => continue,
                Some(theirs) if theirs.origin() == Some(&self.origin) => {
                    (CopyKind::Replaced, ours.copied_from(&self.origin))
                }
                Some(theirs) => {
                    let merged = merged(ours, theirs.clone())?;
                    if merged.is_same(&theirs) {
                        continue;
                    }
                    (CopyKind::Merged, merged)
                }
            };
            kinds.insert(id.clone(), kind);
            changed.push(sealed);
        }
        Ok(changed)
    }

    /// Copies the vectors of these photos.
    fn copy_vectors(&self, ids: &[PhotoId]) -> Result<(), StoreError> {
        for model in &self.models {
            let vectors: Vec<(PhotoId, Vector)> = self.from.load_vectors(model, ids)?;
            if !vectors.is_empty() {
                self.to.save_vectors(model, &vectors)?;
            }
        }
        Ok(())
    }
}

/// The photos that no store can hold. An older program may have written them to SQLite.
fn refused(photos: &HashMap<PhotoId, SealedPhoto>) -> Vec<RefusedRecord> {
    let refused = photos.iter().filter_map(|(id, sealed)| {
        let why = record_refusal(sealed)?;
        Some(RefusedRecord { id: id.clone(), why })
    });
    refused.collect()
}

/// What happened to a photo.
#[derive(Clone, Copy)]
enum CopyKind {
    New,
    Replaced,
    Merged,
}

/// Merges two versions of a photo. Values of `newer` win; values that only `known` has are kept.
fn merged(newer: SealedPhoto, known: SealedPhoto) -> Result<SealedPhoto> {
    let key_id = newer.key_id().to_owned();
    let mut photo = newer.into_photo();
    merge(&mut photo, known.into_photo());
    Ok(SealedPhoto::of_sealed(photo, key_id)?)
}
