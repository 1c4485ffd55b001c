//! The traits of a store on MongoDB: each call runs on the driver's threads.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use mongodb::bson::RawDocumentBuf;
use rayon::prelude::*;

use super::{MongoStore, checksum, document, write};
use crate::photo::{Photo, PhotoId, State, Vector};
use crate::seal::SealedPhoto;
use crate::store::checksum::{Checksums, Of};
use crate::store::coordination::WorkerCoordination;
use crate::store::{
    Change, ChangeFeed, DamageLog, EachChecked, NoteStore, RecordRead, RecordWrite, SealedChange, Store, StoreCheck,
    StoreError, StoredRecord, Tally, UpdateFn, VectorStore,
};

impl Store for MongoStore {
    fn coordination(&self) -> Option<&dyn WorkerCoordination> {
        Some(self)
    }
}

impl RecordRead for MongoStore {
    fn load_sealed(&self, ids: &[PhotoId]) -> Result<Vec<SealedPhoto>, StoreError> {
        let ids = ids.to_vec();
        self.run(|collections| async move {
            let stored = collections.stored_photos(&ids).await?;
            Ok(stored.into_iter().filter_map(|stored| stored.photo).collect())
        })
    }

    fn scan_sealed(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<SealedPhoto>, StoreError> {
        let after = after.map(|id| id.as_str().to_owned());
        self.run(|collections| async move { collections.scan(after, limit).await })
    }

    fn load(&self, ids: &[PhotoId]) -> Result<Vec<Photo>, StoreError> {
        let ids = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let raw = self.run(|collections| async move { collections.raw_by_ids(ids).await })?;
        let checksums = &self.collections.checksums;
        let read = |document| self.damage.readable(document::read_photo(document, checksums)).transpose();
        raw.iter().filter_map(|document| read(document)).collect()
    }

    fn scan(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<Photo>, StoreError> {
        let after = after.map(|id| id.as_str().to_owned());
        self.run(|collections| async move { collections.scan_plain(after, limit).await })
    }

    fn ids(&self, after: Option<&PhotoId>, limit: usize) -> Result<Vec<PhotoId>, StoreError> {
        let after = after.map(|id| id.as_str().to_owned());
        self.run(|collections| async move { collections.ids(after, limit).await })
    }

    fn withdrawn(&self, marks: Option<&[PhotoId]>) -> Result<Vec<PhotoId>, StoreError> {
        let marks = marks.map(|marks| marks.iter().map(|mark| mark.as_str().to_owned()).collect());
        self.run(|collections| async move { collections.withdrawn(marks).await })
    }

    fn count_by_state(&self) -> Result<Vec<(State, u64)>, StoreError> {
        self.run(|collections| async move { collections.count().await })
    }

    fn tally(&self) -> Result<Tally, StoreError> {
        self.run(|collections| async move { collections.tally().await })
    }

    fn disk_bytes(&self) -> Result<Option<u64>, StoreError> {
        self.run(|collections| async move { collections.disk_bytes().await })
    }

    fn check(&self, each: &mut EachChecked<'_>) -> anyhow::Result<StoreCheck> {
        let (mut found, mut after) = (StoreCheck::default(), String::new());
        let checksums = &self.collections.checksums;
        loop {
            let from = after.clone();
            let some = self.run(|collections| async move { collections.to_check(from).await })?;
            let Some(last) = some.last().and_then(|(photo, _)| photo.get_str("_id").ok()) else { break };
            last.clone_into(&mut after);
            found.photos += some.len() as u64;
            let checked = |(photo, sealed): &(RawDocumentBuf, Option<RawDocumentBuf>)| {
                let sealed = sealed.as_deref();
                let restored = document::restore(photo, sealed, checksums);
                let problem = document::problem((photo, sealed), &restored);
                let record = self.damage.readable(restored.and_then(StoredRecord::of)).ok().flatten();
                let is_unsummed = record.is_some() && !document::has_checksums(photo, sealed, checksums);
                let unsummed = record.as_ref().filter(|_| is_unsummed).map(|record: &StoredRecord| record.id().clone());
                ((record, problem), unsummed)
            };
            let (read, unsummed): (Vec<_>, Vec<_>) = some.par_iter().map(checked).unzip();
            let (readable, wrong): (Vec<_>, Vec<_>) = read.into_iter().unzip();
            found.without_checksum.extend(unsummed.into_iter().flatten());
            found.problems.extend(wrong.into_iter().flatten());
            each(readable.into_iter().flatten().collect())?;
        }
        Ok(found)
    }

    fn damage(&self) -> DamageLog {
        self.damage.clone()
    }
}

impl RecordWrite for MongoStore {
    fn save(&self, photos: &[SealedPhoto]) -> Result<(), StoreError> {
        let entries = photos.iter().map(write::Entry::of).collect::<Result<Vec<_>, _>>()?;
        self.run(|collections| collections.save(write::unique(entries)))
    }

    fn update(&self, ids: &[PhotoId], change: &mut UpdateFn<'_>) -> anyhow::Result<Vec<SealedPhoto>> {
        let mut wanted = ids.to_vec();
        let mut saved = Vec::new();
        while !wanted.is_empty() {
            let asked = wanted.clone();
            let stored = self.run(|collections| async move { collections.stored_photos(&asked).await })?;
            let revisions = stored.iter().map(|stored| (stored.id().to_owned(), stored.revision)).collect();
            // What is in a damaged record may still be mended, so it is not replaced.
            let damaged: HashSet<String> =
                stored.iter().filter(|stored| stored.damaged).map(|stored| stored.id().to_owned()).collect();
            wanted.retain(|id| !damaged.contains(id.as_str()));
            let before = stored.into_iter().filter_map(|stored| stored.photo).collect();
            let changed = change(&wanted, before)?;
            let mut entries = changed.iter().map(write::Entry::of).collect::<Result<Vec<_>, _>>()?;
            write::set_expected(&mut entries, &revisions);
            let conflicts = self.run(|collections| collections.replace(entries))?;
            let (again, done) = changed.into_iter().partition(|sealed| conflicts.contains(sealed.photo().id.as_str()));
            let again: Vec<SealedPhoto> = again;
            saved.extend::<Vec<SealedPhoto>>(done);
            wanted = again.into_iter().map(|sealed| sealed.photo().id.clone()).collect();
        }
        Ok(saved)
    }

    fn mended(&self, ids: &[PhotoId]) -> Result<Vec<SealedPhoto>, StoreError> {
        let ids = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let documents = self.run(|collections| async move { collections.documents(ids).await })?;
        let with = &self.collections.checksums;
        let mended = |(photo, sealed): &(RawDocumentBuf, Option<RawDocumentBuf>)| {
            let photo = checksum::mended(photo, with, Of::Record)?;
            let sealed = match sealed {
                Some(sealed) => Some(checksum::mended(sealed, with, Of::Sealed)?),
                None => None,
            };
            document::restore(&photo, sealed.as_deref(), with).ok()
        };
        Ok(documents.iter().filter_map(mended).collect())
    }

    fn mend_checksum_key(&self) -> Result<bool, StoreError> {
        Checksums::mend(self)
    }

    fn remove(&self, ids: &[PhotoId]) -> Result<usize, StoreError> {
        let ids = ids.iter().map(|id| id.as_str().to_owned()).collect();
        self.run(|collections| async move { collections.remove(ids).await })
    }

    fn withdraw(&self, ids: &[PhotoId], marks: &[PhotoId]) -> Result<usize, StoreError> {
        let owned = |ids: &[PhotoId]| ids.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>();
        let (ids, marks) = (owned(ids), owned(marks));
        self.run(|collections| async move { collections.withdraw(ids, marks).await })
    }
}

impl ChangeFeed for MongoStore {
    fn changes_sealed(&self, after_seq: u64, limit: usize) -> Result<Vec<SealedChange>, StoreError> {
        self.run(|collections| async move { collections.changes(after_seq, limit).await })
    }

    fn changes(&self, after_seq: u64, limit: usize) -> Result<Vec<Change>, StoreError> {
        let raw = self.run(|collections| async move { collections.raw_records(after_seq, limit).await })?;
        // Decoded on the caller's thread, of which there may be several; the driver's threads are for the network.
        raw.into_iter().map(|change| self.collections.change(change)).collect()
    }

    fn count_changes(&self, after_seq: u64) -> Result<Option<u64>, StoreError> {
        self.run(|collections| async move { collections.count_changes(after_seq).await.map(Some) })
    }

    fn last_seq(&self) -> Result<u64, StoreError> {
        self.run(|collections| async move { collections.last_visible_seq().await })
    }

    fn wait_for_change(&self, most: Duration) {
        let signal = self.signal.get_or_init(|| {
            let signal = Arc::default();
            let follow = self.collections.clone().follow(Arc::clone(&signal));
            self.driver.0.as_ref().expect("the runtime exists until drop").spawn(follow);
            signal
        });
        signal.wait(most);
    }
}

impl NoteStore for MongoStore {
    fn note(&self, key: &str) -> Result<Option<String>, StoreError> {
        let key = key.to_owned();
        self.run(|collections| async move { collections.note(&key).await })
    }

    fn notes(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
        let prefix = prefix.to_owned();
        self.run(|collections| async move { collections.notes_with(&prefix).await })
    }

    fn set_note(&self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        let (key, value) = (key.to_owned(), value.map(str::to_owned));
        self.run(|collections| async move { collections.set_note(&key, value.as_deref()).await })
    }

    fn note_or_insert(&self, key: &str, value: &str) -> Result<String, StoreError> {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.run(|collections| async move { collections.first_note(&key, &value).await })
    }
}

impl VectorStore for MongoStore {
    fn save_vectors(&self, model: &str, vectors: &[(PhotoId, Vector)]) -> Result<(), StoreError> {
        let (model, vectors) = (model.to_owned(), vectors.to_vec());
        self.run(|collections| async move { collections.save_vectors(&model, vectors).await })
    }

    fn remove_vectors(&self, ids: &[PhotoId]) -> Result<(), StoreError> {
        let ids: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
        self.run(|collections| async move { collections.remove_vectors(&ids).await })
    }

    fn load_vectors(&self, model: &str, ids: &[PhotoId]) -> Result<Vec<(PhotoId, Vector)>, StoreError> {
        let (model, ids) = (model.to_owned(), ids.to_vec());
        self.run(|collections| async move { collections.vectors(&model, &ids).await })
    }

    fn scan_vectors(
        &self,
        model: &str,
        after: Option<&PhotoId>,
        limit: usize,
    ) -> Result<Vec<(PhotoId, Vector)>, StoreError> {
        let (model, after) = (model.to_owned(), after.map(|id| id.as_str().to_owned()));
        self.run(|collections| async move { collections.scan_vectors(&model, after, limit).await })
    }

    fn count_vectors(&self, model: &str) -> Result<u64, StoreError> {
        let model = model.to_owned();
        self.run(|collections| async move { collections.count_vectors(&model).await })
    }

    fn vector_models(&self) -> Result<Vec<String>, StoreError> {
        self.run(|collections| async move { collections.models().await })
    }
}
