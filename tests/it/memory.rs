//! A store in memory, for tests of code that reads stores.

use std::collections::BTreeMap;
use std::ops::Bound;

use gleaner::photo::{PhotoId, State, Vector};
use gleaner::seal::{SealedPhoto, is_mark};
use gleaner::store::{
    ChangeFeed, EachChecked, NoteStore, RecordRead, RecordWrite, SealedChange, Store, StoreCheck, StoreError,
    StoredRecord, VectorStore,
};
use parking_lot::Mutex;

#[derive(Default)]
pub struct Memory(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    seq: u64,
    /// The last change of each id; `None` is a tombstone.
    photos: BTreeMap<PhotoId, (u64, Option<SealedPhoto>)>,
    notes: BTreeMap<String, String>,
    vectors: BTreeMap<(String, PhotoId), Vector>,
}

impl Memory {
    pub fn of(photos: &[SealedPhoto]) -> Self {
        let memory = Self::default();
        memory.save(photos).unwrap();
        memory
    }
}

impl Store for Memory {}

impl RecordRead for Memory {
    fn load_sealed(&self, ids: &[PhotoId]) -> Result<Vec<SealedPhoto>, StoreError> {
        let inner = self.0.lock();
        Ok(ids.iter().filter_map(|id| inner.photos.get(id)?.1.clone()).collect())
    }

    fn scan_sealed(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<SealedPhoto>, StoreError> {
        let inner = self.0.lock();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let ahead = inner.photos.range((from, Bound::Unbounded));
        Ok(ahead.filter_map(|(_, (_, photo))| photo.clone()).take(limit).collect())
    }

    fn withdrawn(&self, marks: Option<&[PhotoId]>) -> Result<Vec<PhotoId>, StoreError> {
        let inner = self.0.lock();
        let wanted = |mark: &&PhotoId| is_mark(mark) && marks.is_none_or(|marks| marks.contains(mark));
        Ok(inner.photos.keys().filter(wanted).cloned().collect())
    }

    fn count_by_state(&self) -> Result<Vec<(State, u64)>, StoreError> {
        let mut counts = BTreeMap::new();
        for sealed in self.scan_sealed(None, usize::MAX)? {
            *counts.entry(sealed.photo().state()).or_default() += 1;
        }
        Ok(counts.into_iter().collect())
    }

    fn check(&self, each: &mut EachChecked<'_>) -> anyhow::Result<StoreCheck> {
        let photos = self.scan_sealed(None, usize::MAX)?;
        let count = photos.len() as u64;
        each(photos.into_iter().map(StoredRecord::of).collect::<Result<_, _>>()?)?;
        Ok(StoreCheck { photos: count, ..StoreCheck::default() })
    }
}

impl RecordWrite for Memory {
    fn save(&self, photos: &[SealedPhoto]) -> Result<(), StoreError> {
        let mut inner = self.0.lock();
        for sealed in photos {
            inner.seq += 1;
            let seq = inner.seq;
            inner.photos.insert(sealed.photo().id.clone(), (seq, Some(sealed.clone())));
        }
        Ok(())
    }

    fn remove(&self, ids: &[PhotoId]) -> Result<usize, StoreError> {
        let mut inner = self.0.lock();
        let mut removed = 0;
        for id in ids {
            let seq = inner.seq + 1;
            if let Some(known) = inner.photos.get_mut(id).filter(|known| known.1.is_some()) {
                *known = (seq, None);
                inner.seq = seq;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn withdraw(&self, ids: &[PhotoId], marks: &[PhotoId]) -> Result<usize, StoreError> {
        let removed = self.remove(ids)?;
        let mut inner = self.0.lock();
        ids.iter().for_each(|id| drop(inner.photos.remove(id)));
        for mark in marks {
            inner.seq += 1;
            let seq = inner.seq;
            inner.photos.insert(mark.clone(), (seq, None));
        }
        Ok(removed)
    }
}

impl ChangeFeed for Memory {
    fn changes_sealed(&self, after_seq: u64, limit: usize) -> Result<Vec<SealedChange>, StoreError> {
        let inner = self.0.lock();
        let newer = inner.photos.iter().filter(|(_, (seq, _))| *seq > after_seq);
        let mut changes: Vec<_> = newer
            .map(|(id, (seq, photo))| SealedChange { seq: *seq, id: id.clone(), photo: photo.clone(), damaged: false })
            .collect();
        changes.sort_by_key(|change| change.seq);
        changes.truncate(limit);
        Ok(changes)
    }

    fn last_seq(&self) -> Result<u64, StoreError> {
        Ok(self.0.lock().seq)
    }
}

impl NoteStore for Memory {
    fn note(&self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(self.0.lock().notes.get(key).cloned())
    }

    fn notes(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        let state = self.0.lock();
        let mut found: Vec<_> = state.notes.iter().filter(|(key, _)| key.starts_with(prefix)).collect();
        found.sort();
        Ok(found.into_iter().map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    fn set_note(&self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        let notes = &mut self.0.lock().notes;
        match value {
            Some(value) => drop(notes.insert(key.to_owned(), value.to_owned())),
            None => drop(notes.remove(key)),
        }
        Ok(())
    }
}

impl VectorStore for Memory {
    fn save_vectors(&self, model: &str, vectors: &[(PhotoId, Vector)]) -> Result<(), StoreError> {
        let kept = vectors.iter().map(|(id, vector)| ((model.to_owned(), id.clone()), vector.clone()));
        self.0.lock().vectors.extend(kept);
        Ok(())
    }

    fn remove_vectors(&self, ids: &[PhotoId]) -> Result<(), StoreError> {
        self.0.lock().vectors.retain(|(_, id), _| !ids.contains(id));
        Ok(())
    }

    fn load_vectors(&self, model: &str, ids: &[PhotoId]) -> Result<Vec<(PhotoId, Vector)>, StoreError> {
        let vectors = &self.0.lock().vectors;
        let found = |id: &PhotoId| Some((id.clone(), vectors.get(&(model.to_owned(), id.clone()))?.clone()));
        Ok(ids.iter().filter_map(found).collect())
    }

    fn scan_vectors(
        &self,
        model: &str,
        after: Option<&PhotoId>,
        limit: usize,
    ) -> Result<Vec<(PhotoId, Vector)>, StoreError> {
        let vectors = &self.0.lock().vectors;
        let of_model = vectors.iter().filter(|((of, id), _)| of == model && after.is_none_or(|after| id > after));
        Ok(of_model.map(|((_, id), vector)| (id.clone(), vector.clone())).take(limit).collect())
    }

    fn count_vectors(&self, model: &str) -> Result<u64, StoreError> {
        Ok(self.0.lock().vectors.keys().filter(|(of, _)| of == model).count() as u64)
    }

    fn vector_models(&self) -> Result<Vec<String>, StoreError> {
        let models: std::collections::BTreeSet<String> =
            self.0.lock().vectors.keys().map(|(of, _)| of.clone()).collect();
        Ok(models.into_iter().collect())
    }
}
