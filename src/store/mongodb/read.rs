//! Reading and removing photos.

use std::collections::HashMap;

use futures::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Document, RawDocumentBuf, doc};

use super::Collections;
use super::document::{read_photo, restore};
use super::retry::retry;
use super::sequence::SeqRange;
use super::write::Revision;
use crate::photo::{Photo, PhotoId, State};
use crate::seal::{MARKS, SealedPhoto};
use crate::store::{Change, SealedChange, StoreError};

/// Number of records that are checked at once.
const CHECK_BATCH: usize = 500;

/// A stored photo. `photo` is `None` if only tokens are left of it, or if it is damaged.
pub struct StoredPhoto {
    id: String,
    pub photo: Option<SealedPhoto>,
    pub damaged: bool,
    pub revision: Revision,
}

impl StoredPhoto {
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// `seq`, id and the photo's document; `None` if the photo was removed.
pub type RawChange = (u64, PhotoId, Option<RawDocumentBuf>);

impl Collections {
    /// The stored photos among `ids`, in the order of `ids`.
    pub async fn stored_photos(&self, ids: &[PhotoId]) -> Result<Vec<StoredPhoto>, StoreError> {
        let ids: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let which = doc! {"_id": {"$in": &ids}};
        // Tokens are written first, so they are read last: they may be newer than the record, never older.
        let mut photos = by_id(find(&self.photos, &which, Query::default()).await?);
        let mut sealed = by_id(find(&self.sealed, &which, Query::default()).await?);
        let mut stored = Vec::new();
        for id in ids {
            let (photo, sealed) = (photos.remove(&id), sealed.remove(&id));
            if photo.is_none() && sealed.is_none() {
                continue;
            }
            let seq = |document: &Option<RawDocumentBuf>| document.as_ref().and_then(|there| there.get_i64("seq").ok());
            let revision = Revision { photo: seq(&photo), sealed: seq(&sealed) };
            let is_there = photo.is_some();
            let restored = photo.map(|photo| restore(&photo, sealed.as_deref(), &self.checksums));
            let photo = restored.map(|read| self.damage.readable(read)).transpose()?.flatten();
            stored.push(StoredPhoto { id, damaged: is_there && photo.is_none(), photo, revision });
        }
        Ok(stored)
    }

    /// The documents of these photos, each with that of its tokens.
    pub async fn documents(
        &self,
        ids: Vec<String>,
    ) -> Result<Vec<(RawDocumentBuf, Option<RawDocumentBuf>)>, StoreError> {
        let which = doc! {"_id": {"$in": &ids}};
        let mut photos = by_id(find(&self.photos, &which, Query::default()).await?);
        let mut sealed = by_id(find(&self.sealed, &which, Query::default()).await?);
        Ok(ids.iter().filter_map(|id| Some((photos.remove(id)?, sealed.remove(id)))).collect())
    }

    /// At most `limit` photos with their tokens, by id.
    pub async fn scan(&self, after: Option<String>, limit: usize) -> Result<Vec<SealedPhoto>, StoreError> {
        let mut after = after;
        loop {
            let photos = self.raw_photos(after, limit).await?;
            let last = last_id(&photos);
            let found: Vec<_> = self.with_sealed(photos).await?.into_iter().flatten().collect();
            if !found.is_empty() || last.is_none() {
                return Ok(found);
            }
            after = last;
        }
    }

    /// At most `limit` photos without tokens, by id; none only at the end.
    pub async fn scan_plain(&self, after: Option<String>, limit: usize) -> Result<Vec<Photo>, StoreError> {
        let mut after = after;
        loop {
            let photos = self.raw_photos(after, limit).await?;
            let last = last_id(&photos);
            let read = |photo: &RawDocumentBuf| self.damage.readable(read_photo(photo, &self.checksums)).transpose();
            let found = photos.iter().filter_map(read).collect::<Result<Vec<_>, _>>()?;
            if !found.is_empty() || last.is_none() {
                return Ok(found);
            }
            after = last;
        }
    }

    /// At most `limit` record documents, by id.
    pub async fn raw_photos(&self, after: Option<String>, limit: usize) -> Result<Vec<RawDocumentBuf>, StoreError> {
        let which = doc! {"_id": {"$gt": after.unwrap_or_default()}};
        find(&self.photos, &which, Query { sort: Some(doc! {"_id": 1}), limit }).await
    }

    /// The stored record documents of these photos, in the order of `ids`.
    pub async fn raw_by_ids(&self, ids: Vec<String>) -> Result<Vec<RawDocumentBuf>, StoreError> {
        let mut photos = by_id(find(&self.photos, &doc! {"_id": {"$in": &ids}}, Query::default()).await?);
        Ok(ids.iter().filter_map(|id| photos.remove(id)).collect())
    }

    /// Changes with tokens, by number.
    pub async fn changes(&self, after: u64, limit: usize) -> Result<Vec<SealedChange>, StoreError> {
        let raw = self.raw_records(after, limit).await?;
        let photos = raw.iter().filter_map(|(.., photo)| photo.clone()).collect();
        let mut photos = self.with_sealed(photos).await?.into_iter();
        let change = |(seq, id, document): RawChange| {
            let is_there = document.is_some();
            let photo = document.and_then(|_| photos.next().flatten());
            SealedChange { seq, id, damaged: is_there && photo.is_none(), photo }
        };
        Ok(raw.into_iter().map(change).collect())
    }

    /// Changes as documents, by number, up to the first that is still being written.
    pub async fn raw_records(&self, after: u64, limit: usize) -> Result<Vec<RawChange>, StoreError> {
        let last = i64::try_from(self.last_visible_seq().await?).unwrap_or(i64::MAX);
        let which = doc! {"seq": {"$gt": i64::try_from(after).unwrap_or(i64::MAX), "$lte": last}};
        let query = || Query { sort: Some(doc! {"seq": 1}), limit };
        let photos = find(&self.photos, &which, query()).await?;
        let tombstones = find(&self.tombstones.clone_with_type(), &which, query()).await?;
        let change = |document: RawDocumentBuf, is_record: bool| {
            let seq = u64::try_from(document.get_i64("seq").unwrap_or(0)).unwrap_or(0);
            let id = PhotoId::from_text(document.get_str("_id").unwrap_or_default());
            (seq, id, is_record.then_some(document))
        };
        let mut changes: Vec<RawChange> = photos.into_iter().map(|photo| change(photo, true)).collect();
        if !tombstones.is_empty() {
            changes.extend(tombstones.into_iter().map(|tombstone| change(tombstone, false)));
            changes.sort_by_key(|(seq, ..)| *seq);
            changes.truncate(limit);
        }
        Ok(changes)
    }

    /// How many changes there are after a number.
    pub async fn count_changes(&self, after: u64) -> Result<u64, StoreError> {
        let which = doc! {"seq": {"$gt": i64::try_from(after).unwrap_or(i64::MAX)}};
        let photos = retry(|| async { self.photos.count_documents(which.clone()).hint(hint("seq")).await }).await?;
        let removed =
            retry(|| async { self.tombstones.count_documents(which.clone()).hint(hint("seq")).await }).await?;
        Ok(photos + removed)
    }

    /// The photos of these documents with their tokens; `None` in place of a damaged one, which is noted.
    async fn with_sealed(&self, photos: Vec<RawDocumentBuf>) -> Result<Vec<Option<SealedPhoto>>, StoreError> {
        if photos.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = photos.iter().filter_map(|photo| photo.get_str("_id").ok()).collect();
        let sealed = by_id(find(&self.sealed, &doc! {"_id": {"$in": ids}}, Query::default()).await?);
        let with_tokens = |photo: &RawDocumentBuf| {
            let sealed = photo.get_str("_id").ok().and_then(|id| sealed.get(id)).map(|sealed| &**sealed);
            self.damage.readable(restore(photo, sealed, &self.checksums))
        };
        photos.iter().map(with_tokens).collect()
    }

    /// Removes photos and returns how many were removed. Tombstones come first, so that an interrupted removal can be
    /// repeated.
    pub async fn remove(&self, ids: Vec<String>) -> Result<usize, StoreError> {
        let which = doc! {"_id": {"$in": ids}};
        let stored = find(&self.photos, &which, Query::default()).await?;
        let ids: Vec<String> = stored.iter().filter_map(|photo| Some(photo.get_str("_id").ok()?.to_owned())).collect();
        if ids.is_empty() {
            return Ok(0);
        }
        let mut range = self.write_tombstones(&ids).await?;
        let which = doc! {"_id": {"$in": &ids}};
        retry(|| async { self.photos.delete_many(which.clone()).await }).await?;
        retry(|| async { self.sealed.delete_many(which.clone()).await }).await?;
        self.remove_vectors(&ids).await?;
        while !self.release_seqs(range).await? {
            range = self.write_tombstones(&ids).await?;
        }
        Ok(ids.len())
    }

    /// Removes photos, and every trace of their ids, and adds marks. The marks come first, so that an interrupted removal can
    /// be repeated. Returns how many records were removed.
    pub async fn withdraw(&self, ids: Vec<String>, marks: Vec<String>) -> Result<usize, StoreError> {
        let mut range = self.write_tombstones(&marks).await?;
        let which = doc! {"_id": {"$in": &ids}};
        let removed = retry(|| async { self.photos.delete_many(which.clone()).await }).await?.deleted_count;
        retry(|| async { self.sealed.delete_many(which.clone()).await }).await?;
        retry(|| async { self.tombstones.delete_many(which.clone()).await }).await?;
        self.remove_vectors(&ids).await?;
        let of_them = doc! {"_id.photo": {"$in": &ids}};
        retry(|| async { self.leases.delete_many(of_them.clone()).await }).await?;
        while !self.release_seqs(range).await? {
            range = self.write_tombstones(&marks).await?;
        }
        Ok(usize::try_from(removed).unwrap_or(usize::MAX))
    }

    /// At most `limit` ids, in order.
    pub async fn ids(&self, after: Option<String>, limit: usize) -> Result<Vec<PhotoId>, StoreError> {
        let which = doc! {"_id": {"$gt": after.unwrap_or_default()}};
        self.only_ids(&self.photos.clone_with_type(), which, i64::try_from(limit).unwrap_or(i64::MAX)).await
    }

    /// The marks of withdrawn photos among `marks`, or all of them.
    pub async fn withdrawn(&self, marks: Option<Vec<String>>) -> Result<Vec<PhotoId>, StoreError> {
        let which = match marks {
            Some(marks) => doc! {"_id": {"$in": marks}},
            None => doc! {"_id": {"$gte": MARKS.0, "$lt": MARKS.1}},
        };
        self.only_ids(&self.tombstones, which, 0).await
    }

    async fn only_ids(
        &self,
        of: &Collection<Document>,
        which: Document,
        limit: i64,
    ) -> Result<Vec<PhotoId>, StoreError> {
        let find = || of.find(which.clone()).projection(doc! {"_id": 1}).sort(doc! {"_id": 1}).limit(limit);
        let found: Vec<Document> = retry(|| async { find().await?.try_collect().await }).await?;
        Ok(found.iter().filter_map(|document| document.get_str("_id").ok()).map(PhotoId::from_text).collect())
    }

    /// Writes tombstones with new numbers. The caller must release the numbers.
    async fn write_tombstones(&self, ids: &[String]) -> Result<SeqRange, StoreError> {
        let range = self.reserve_seqs(ids.len()).await?;
        for (id, seq) in ids.iter().zip(range.first..) {
            let (which, to) = (doc! {"_id": id}, doc! {"$set": {"seq": seq}});
            retry(|| async { self.tombstones.update_one(which.clone(), to.clone()).upsert(true).await }).await?;
        }
        Ok(range)
    }

    /// At most [`CHECK_BATCH`] records' documents by id, each with that of its tokens.
    pub async fn to_check(&self, after: String) -> Result<Vec<(RawDocumentBuf, Option<RawDocumentBuf>)>, StoreError> {
        let query = Query::sorted(doc! {"_id": 1}, CHECK_BATCH);
        let photos = find(&self.photos, &doc! {"_id": {"$gt": after}}, query).await?;
        let ids: Vec<&str> = photos.iter().filter_map(|photo| photo.get_str("_id").ok()).collect();
        let mut sealed = by_id(find(&self.sealed, &doc! {"_id": {"$in": &ids}}, Query::default()).await?);
        let tokens = photos.iter().map(|photo| photo.get_str("_id").ok().and_then(|id| sealed.remove(id)));
        let tokens: Vec<_> = tokens.collect();
        Ok(photos.into_iter().zip(tokens).collect())
    }

    /// How many photos are in each state.
    pub async fn count(&self) -> Result<Vec<(State, u64)>, StoreError> {
        let mut counts = Vec::new();
        for &state in State::ALL {
            let which = doc! {"state": state.as_str()};
            let count =
                retry(|| async { self.photos.count_documents(which.clone()).hint(hint("state")).await }).await?;
            if count > 0 {
                counts.push((state, count));
            }
        }
        Ok(counts)
    }
}

fn hint(name: &str) -> mongodb::options::Hint {
    mongodb::options::Hint::Name(name.to_owned())
}

/// Sort order and limit of a query.
#[derive(Default)]
pub struct Query {
    sort: Option<Document>,
    /// 0: no limit.
    limit: usize,
}

impl Query {
    /// The first `limit` documents in an order.
    pub fn sorted(sort: Document, limit: usize) -> Self {
        Self { sort: Some(sort), limit }
    }
}

/// The documents that match a filter.
pub async fn find(
    of: &Collection<RawDocumentBuf>,
    which: &Document,
    query: Query,
) -> Result<Vec<RawDocumentBuf>, StoreError> {
    let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
    retry(|| async {
        let mut find = of.find(which.clone()).limit(limit);
        if let Some(sort) = &query.sort {
            find = find.sort(sort.clone());
        }
        if limit > 0 {
            // One response has at most 16 MiB.
            find = find.batch_size(u32::try_from(limit).unwrap_or(u32::MAX));
        }
        let mut cursor = find.await?;
        let mut documents = Vec::new();
        while cursor.advance().await? {
            documents.push(cursor.current().to_owned());
        }
        Ok(documents)
    })
    .await
}

fn by_id(documents: Vec<RawDocumentBuf>) -> HashMap<String, RawDocumentBuf> {
    let with_id = |document: RawDocumentBuf| Some((document.get_str("_id").ok()?.to_owned(), document));
    documents.into_iter().filter_map(with_id).collect()
}

fn last_id(documents: &[RawDocumentBuf]) -> Option<String> {
    documents.last().and_then(|document| document.get_str("_id").ok()).map(str::to_owned)
}

impl Collections {
    /// A change without tokens.
    pub fn change(&self, (seq, id, document): RawChange) -> Result<Change, StoreError> {
        let photo = document.as_ref().map(|document| read_photo(document, &self.checksums));
        let photo = photo.map(|read| self.damage.readable(read)).transpose()?.flatten();
        Ok(Change { seq, id, damaged: document.is_some() && photo.is_none(), photo })
    }
}
