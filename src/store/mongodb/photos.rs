//! Reading and removing photos.

use std::collections::HashMap;

use mongodb::Collection;
use mongodb::bson::{Document, RawDocumentBuf, doc};

use super::Home;
use super::document::{self, read_photo, restore};
use super::persist::persist;
use super::put::Revision;
use super::sequence::Numbers;
use crate::photo::{PhotoId, State};
use crate::seal::SealedPhoto;
use crate::store::{Change, STATES, SealedChange, StoreError};

/// Records that are checked at once.
const CHECKED: usize = 500;

/// What is known of a photo, or of what is left of one: something sealed without a record.
pub struct Known {
    id: String,
    pub photo: Option<SealedPhoto>,
    pub revision: Revision,
}

impl Known {
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// One change as it lies there: a photo's document, or the id of one that was removed.
pub type RawChange = (u64, PhotoId, Option<RawDocumentBuf>);

impl Home {
    /// What is known of these photos, in their order.
    pub async fn known(&self, ids: &[PhotoId]) -> Result<Vec<Known>, StoreError> {
        let ids: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
        let which = doc! {"_id": {"$in": &ids}};
        // What is sealed is read last: it is written first, and may only be newer.
        let mut photos = by_id(found(&self.photos, &which, Reading::default()).await?);
        let mut sealed = by_id(found(&self.sealed, &which, Reading::default()).await?);
        let mut known = Vec::new();
        for id in ids {
            let (photo, sealed) = (photos.remove(&id), sealed.remove(&id));
            if photo.is_none() && sealed.is_none() {
                continue;
            }
            let seq = |document: &Option<RawDocumentBuf>| document.as_ref().and_then(|there| there.get_i64("seq").ok());
            let revision = Revision { photo: seq(&photo), sealed: seq(&sealed) };
            let photo = photo.map(|photo| restore(&photo, sealed.as_deref())).transpose()?;
            known.push(Known { id, photo, revision });
        }
        Ok(known)
    }

    /// Photos by id.
    pub async fn scan(&self, after: Option<String>, limit: usize) -> Result<Vec<SealedPhoto>, StoreError> {
        let photos = self.raw_photos(after, limit).await?;
        self.with_sealed(photos).await
    }

    /// Records by id.
    pub async fn raw_photos(&self, after: Option<String>, limit: usize) -> Result<Vec<RawDocumentBuf>, StoreError> {
        let which = doc! {"_id": {"$gt": after.unwrap_or_default()}};
        found(&self.photos, &which, Reading { sort: Some(doc! {"_id": 1}), limit }).await
    }

    /// The records of these photos that are there, in their order.
    pub async fn raw_of(&self, ids: Vec<String>) -> Result<Vec<RawDocumentBuf>, StoreError> {
        let mut photos = by_id(found(&self.photos, &doc! {"_id": {"$in": &ids}}, Reading::default()).await?);
        Ok(ids.iter().filter_map(|id| photos.remove(id)).collect())
    }

    /// Changes by number, with what is sealed.
    pub async fn changes(&self, after: u64, limit: usize) -> Result<Vec<SealedChange>, StoreError> {
        let raw = self.raw_records(after, limit).await?;
        let photos = raw.iter().filter_map(|(.., photo)| photo.clone()).collect();
        let mut photos = self.with_sealed(photos).await?.into_iter();
        let change = |(seq, id, photo): RawChange| SealedChange { seq, id, photo: photo.and_then(|_| photos.next()) };
        Ok(raw.into_iter().map(change).collect())
    }

    /// Changes by number as they lie there, up to the first that is still being written.
    pub async fn raw_records(&self, after: u64, limit: usize) -> Result<Vec<RawChange>, StoreError> {
        let last = i64::try_from(self.horizon().await?).unwrap_or(i64::MAX);
        let which = doc! {"seq": {"$gt": i64::try_from(after).unwrap_or(i64::MAX), "$lte": last}};
        let reading = || Reading { sort: Some(doc! {"seq": 1}), limit };
        let photos = found(&self.photos, &which, reading()).await?;
        let buried = found(&self.tombstones.clone_with_type(), &which, reading()).await?;
        let change = |document: RawDocumentBuf, is_there: bool| {
            let seq = u64::try_from(document.get_i64("seq").unwrap_or(0)).unwrap_or(0);
            let id = PhotoId::from_text(document.get_str("_id").unwrap_or_default());
            (seq, id, is_there.then_some(document))
        };
        let mut changes: Vec<RawChange> = photos.into_iter().map(|photo| change(photo, true)).collect();
        if !buried.is_empty() {
            changes.extend(buried.into_iter().map(|buried| change(buried, false)));
            changes.sort_by_key(|(seq, ..)| *seq);
            changes.truncate(limit);
        }
        Ok(changes)
    }

    async fn with_sealed(&self, photos: Vec<RawDocumentBuf>) -> Result<Vec<SealedPhoto>, StoreError> {
        if photos.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = photos.iter().filter_map(|photo| photo.get_str("_id").ok()).collect();
        let sealed = by_id(found(&self.sealed, &doc! {"_id": {"$in": ids}}, Reading::default()).await?);
        let whole = |photo: &RawDocumentBuf| {
            restore(photo, photo.get_str("_id").ok().and_then(|id| sealed.get(id)).map(|sealed| &**sealed))
        };
        photos.iter().map(whole).collect()
    }

    /// Removes photos; how many there were. Tombstones come first: a removal that was cut off is done again.
    pub async fn remove(&self, ids: Vec<String>) -> Result<usize, StoreError> {
        let which = doc! {"_id": {"$in": ids}};
        let there = found(&self.photos, &which, Reading::default()).await?;
        let there: Vec<String> = there.iter().filter_map(|photo| Some(photo.get_str("_id").ok()?.to_owned())).collect();
        if there.is_empty() {
            return Ok(0);
        }
        let mut numbers = self.bury(&there).await?;
        let which = doc! {"_id": {"$in": &there}};
        persist(|| async { self.photos.delete_many(which.clone()).await }).await?;
        persist(|| async { self.sealed.delete_many(which.clone()).await }).await?;
        let of_them = doc! {"photo": {"$in": &there}};
        persist(|| async { self.vectors.delete_many(of_them.clone()).await }).await?;
        while !self.give_back(numbers).await? {
            numbers = self.bury(&there).await?;
        }
        Ok(there.len())
    }

    /// Tombstones with new numbers, which are still to be given back.
    async fn bury(&self, ids: &[String]) -> Result<Numbers, StoreError> {
        let numbers = self.take_numbers(ids.len()).await?;
        for (id, seq) in ids.iter().zip(numbers.first..) {
            let (which, to) = (doc! {"_id": id}, doc! {"$set": {"seq": seq}});
            persist(|| async { self.tombstones.update_one(which.clone(), to.clone()).upsert(true).await }).await?;
        }
        Ok(numbers)
    }

    /// Looks at every record and what is sealed of it.
    pub async fn check(&self) -> Result<(u64, Vec<String>), StoreError> {
        let (mut photos, mut problems, mut after) = (0, Vec::new(), String::new());
        loop {
            let reading = Reading::of(doc! {"_id": 1}, CHECKED);
            let some = found(&self.photos, &doc! {"_id": {"$gt": &after}}, reading).await?;
            let ids: Vec<String> =
                some.iter().filter_map(|photo| Some(photo.get_str("_id").ok()?.to_owned())).collect();
            let Some(last) = ids.last() else { break };
            after.clone_from(last);
            let sealed = by_id(found(&self.sealed, &doc! {"_id": {"$in": &ids}}, Reading::default()).await?);
            for (photo, id) in some.iter().zip(&ids) {
                photos += 1;
                problems.extend(document::problem(photo, sealed.get(id).map(|sealed| &**sealed)));
            }
        }
        Ok((photos, problems))
    }

    /// How many photos stand in each state.
    pub async fn count(&self) -> Result<Vec<(State, u64)>, StoreError> {
        let mut counts = Vec::new();
        for state in STATES {
            let which = doc! {"state": state.as_str()};
            let count =
                persist(|| async { self.photos.count_documents(which.clone()).hint(hint("state")).await }).await?;
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

/// How documents are read.
#[derive(Default)]
pub struct Reading {
    sort: Option<Document>,
    /// 0: all.
    limit: usize,
}

impl Reading {
    /// In an order, and no more than so many.
    pub fn of(sort: Document, limit: usize) -> Self {
        Self { sort: Some(sort), limit }
    }
}

/// Documents that pass.
pub async fn found(
    of: &Collection<RawDocumentBuf>,
    which: &Document,
    reading: Reading,
) -> Result<Vec<RawDocumentBuf>, StoreError> {
    let limit = i64::try_from(reading.limit).unwrap_or(i64::MAX);
    persist(|| async {
        let mut find = of.find(which.clone()).limit(limit);
        if let Some(sort) = &reading.sort {
            find = find.sort(sort.clone());
        }
        if limit > 0 {
            // All in one answer, as far as 16 MiB go.
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

/// A change as far as it may be read without a key.
pub fn change((seq, id, document): RawChange) -> Change {
    let photo = document.as_ref().and_then(|document| read_photo(document).ok());
    Change { seq, id, damaged: document.is_some() && photo.is_none(), photo }
}
