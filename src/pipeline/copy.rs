//! From one store to another: only what changed since the last time, nothing sealed is opened, nothing is lost.
//!
//! Where the other store is known to hold what was copied there before, it is replaced; where somebody else changed a
//! photo meanwhile, both are merged. How far it came is a note of the store that is written to: the first one is only read.

use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc;
use std::thread;

use anyhow::{Context, Result, bail};
use parking_lot::Mutex;
use serde::Serialize;

use super::{Stop, merge};
use crate::photo::{PhotoId, Vector};
use crate::seal::SealedPhoto;
use crate::store::{DATASET_ID, KEY_ID, STORE_ID, SealedChange, Store, StoreError, unfinished_rotation};

/// Changes that are read and written at once.
const BATCH: usize = 1000;
/// Batches that are written at the same time: a server works while the next one is made ready.
const AT_ONCE: usize = 3;
/// Batches after which it is noted how far it came.
const NOTED: u64 = 4;

/// What was copied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// Photos that the other store did not have.
    pub new: u64,
    /// Photos that it had otherwise.
    pub changed: u64,
    /// Of these: photos that others had changed there as well; both changes are kept.
    pub merged: u64,
    /// Photos that it had just so.
    pub same: u64,
    /// Photos that were removed.
    pub removed: u64,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

/// How to copy.
pub struct Copying<'a> {
    /// Also compare what did not change since the last time.
    pub all: bool,
    /// Told after each batch: how many changes were gone through.
    pub went: &'a (dyn Fn(u64) + Sync),
    /// Photos that were written, for what goes along with them (image files).
    pub along: &'a (dyn Fn(&SealedPhoto) -> Result<()> + Sync),
    /// The user's wish to stop.
    pub stop: &'a Stop,
}

/// Copies what changed in `from` into `to`, which is open for writing.
pub fn copy(from: &dyn Store, to: &dyn Store, copying: &Copying<'_>) -> Result<Copied> {
    let origin = store_id(from)?;
    if store_id(to)? == origin {
        bail!("both are the same store");
    }
    make_same(from, to)?;
    let note = format!("copied:{origin}");
    let known = to.note(&note)?.and_then(|text| text.parse().ok()).unwrap_or(0);
    let last = from.last_seq()?;
    // A store that was put back from an old copy counts from where that copy was.
    let start = if copying.all || known > last { 0 } else { known };
    let work = Work { from, to, copying, origin, models: from.vector_models()?, copied: Mutex::default() };
    let interrupted = work.run(&note, start)?;
    let copied = work.copied.into_inner();
    Ok(Copied { interrupted, ..copied })
}

/// What tells one store from another, also from a copy of the same dataset.
fn store_id(store: &dyn Store) -> Result<String> {
    let id = store.note(STORE_ID)?.or(store.note(DATASET_ID)?);
    id.context("the dataset has no id: it was never written to")
}

/// Checks that both hold the same dataset, sealed with the same key; an empty store becomes that dataset.
fn make_same(from: &dyn Store, to: &dyn Store) -> Result<()> {
    for store in [from, to] {
        if unfinished_rotation(store)?.is_some() {
            bail!("a change of keys was interrupted: finish it first, with gleaner key rotate");
        }
    }
    let is_empty = to.note(KEY_ID)?.is_none() && to.scan(None, 1)?.is_empty();
    for (key, what) in [(KEY_ID, "was sealed with another key"), (DATASET_ID, "is another dataset")] {
        let (here, there) = (from.note(key)?, to.note(key)?);
        if is_empty {
            to.set_note(key, here.as_deref())?;
        } else if here != there {
            let short = |id: Option<String>| id.map_or_else(|| "none".to_owned(), |id| id.chars().take(8).collect());
            bail!("what is there {what} (it has {}, this one {}); nothing was copied", short(there), short(here));
        }
    }
    Ok(())
}

struct Work<'a> {
    from: &'a dyn Store,
    to: &'a dyn Store,
    copying: &'a Copying<'a>,
    origin: String,
    models: Vec<String>,
    copied: Mutex<Copied>,
}

/// So many batches were done, in any order; the note says up to where all are.
#[derive(Default)]
struct Frontier {
    next: u64,
    done: BTreeMap<u64, u64>,
    reached: Option<u64>,
    unnoted: u64,
}

impl Frontier {
    /// A batch is done that ends with `seq`; how far all are, when it is time to note that.
    fn pass(&mut self, batch: u64, seq: u64) -> Option<u64> {
        self.done.insert(batch, seq);
        while let Some(seq) = self.done.remove(&self.next) {
            self.next += 1;
            self.unnoted += 1;
            self.reached = Some(seq);
        }
        if self.unnoted < NOTED {
            return None;
        }
        self.unnoted = 0;
        self.reached
    }
}

impl Work<'_> {
    /// Reads in this thread, writes in others; whether it was stopped.
    fn run(&self, note: &str, start: u64) -> Result<bool> {
        let frontier = Mutex::new(Frontier::default());
        let (sender, receiver) = mpsc::sync_channel::<(u64, Vec<SealedChange>)>(1);
        let receiver = Mutex::new(receiver);
        let write = || -> Result<()> {
            loop {
                let next = receiver.lock().recv();
                let Ok((number, batch)) = next else { return Ok(()) };
                let (count, seq) = (batch.len() as u64, batch.last().map_or(0, |change| change.seq));
                self.write(batch)?;
                let mut frontier = frontier.lock();
                if let Some(reached) = frontier.pass(number, seq) {
                    self.to.set_note(note, Some(&reached.to_string()))?;
                }
                (self.copying.went)(count);
            }
        };
        let interrupted = thread::scope(|scope| {
            let writers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(write)).collect();
            let read = self.read(start, sender);
            for writer in writers {
                writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            }
            read
        })?;
        let reached = frontier.into_inner().reached;
        if let Some(reached) = reached {
            self.to.set_note(note, Some(&reached.to_string()))?;
        }
        Ok(interrupted)
    }

    fn read(&self, start: u64, batches: mpsc::SyncSender<(u64, Vec<SealedChange>)>) -> Result<bool> {
        let mut after = start;
        for number in 0.. {
            if self.copying.stop.is_raised() {
                return Ok(true);
            }
            let batch = self.from.changes_sealed(after, BATCH)?;
            let Some(end) = batch.last() else { break };
            after = end.seq;
            if batches.send((number, batch)).is_err() {
                // Every writer has ended, with an error that is told.
                break;
            }
        }
        Ok(false)
    }

    fn write(&self, batch: Vec<SealedChange>) -> Result<()> {
        let mut gone = Vec::new();
        let mut photos = HashMap::new();
        let mut ids = Vec::new();
        for change in batch {
            match change.photo {
                Some(photo) => {
                    ids.push(change.id.clone());
                    photos.insert(change.id, photo);
                }
                None => gone.push(change.id),
            }
        }
        let mut counts = HashMap::new();
        let written = self.to.update(&ids, &mut |ids, known| self.changed(&photos, (ids, known), &mut counts))?;
        self.vectors(&ids)?;
        for sealed in photos.values().filter(|sealed| sealed.photo().file.is_some()) {
            (self.copying.along)(sealed)?;
        }
        let removed = if gone.is_empty() { 0 } else { self.to.remove(&gone)? };
        let mut copied = self.copied.lock();
        copied.removed += removed as u64;
        copied.same += (ids.len() - written.len()) as u64;
        for sealed in written {
            match counts.get(&sealed.photo().id) {
                Some(Kind::New) | None => copied.new += 1,
                Some(Kind::Replaced) => copied.changed += 1,
                Some(Kind::Merged) => {
                    copied.changed += 1;
                    copied.merged += 1;
                }
            }
        }
        Ok(())
    }

    /// What is to be written of these photos, over what is known of them there.
    fn changed(
        &self,
        photos: &HashMap<PhotoId, SealedPhoto>,
        (ids, known): (&[PhotoId], Vec<SealedPhoto>),
        kinds: &mut HashMap<PhotoId, Kind>,
    ) -> Result<Vec<SealedPhoto>> {
        let mut known: HashMap<PhotoId, SealedPhoto> =
            known.into_iter().map(|sealed| (sealed.photo().id.clone(), sealed)).collect();
        let mut changed = Vec::with_capacity(ids.len());
        for id in ids {
            let ours = photos[id].clone();
            let (kind, sealed) = match known.remove(id) {
                None => (Kind::New, ours.copied_from(&self.origin)),
                Some(theirs) if theirs.is_same(&ours) => continue,
                Some(theirs) if theirs.origin() == Some(&self.origin) => {
                    (Kind::Replaced, ours.copied_from(&self.origin))
                }
                Some(theirs) => {
                    let merged = united(ours, theirs.clone())?;
                    if merged.is_same(&theirs) {
                        continue;
                    }
                    (Kind::Merged, merged)
                }
            };
            kinds.insert(id.clone(), kind);
            changed.push(sealed);
        }
        Ok(changed)
    }

    /// What models made of these photos goes along.
    fn vectors(&self, ids: &[PhotoId]) -> Result<(), StoreError> {
        for model in &self.models {
            let vectors: Vec<(PhotoId, Vector)> = self.from.load_vectors(model, ids)?;
            if !vectors.is_empty() {
                self.to.save_vectors(model, &vectors)?;
            }
        }
        Ok(())
    }
}

/// What happened to a photo.
#[derive(Clone, Copy)]
enum Kind {
    New,
    Replaced,
    Merged,
}

/// Two records of one photo as one: what the newer says stands, what only the other has is kept.
fn united(newer: SealedPhoto, known: SealedPhoto) -> Result<SealedPhoto> {
    let key_id = newer.key_id().to_owned();
    let mut photo = newer.into_photo();
    merge(&mut photo, known.into_photo());
    Ok(SealedPhoto::of_sealed(photo, key_id)?)
}
