//! Writing documents: new ones are inserted, existing ones replaced if their `seq` is the one that was read.
//!
//! After an error (an election, a lost response) the stored documents are looked up and only missing ones are written
//! again. A document with the `seq` that this process reserved was written by it.

use std::collections::{HashMap, HashSet};
use std::future::IntoFuture;

use futures::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{RawArrayBuf, RawDocumentBuf, doc, raw::cstr, rawdoc};
use mongodb::error::{Error, ErrorKind};

use super::Collections;
use super::document::{self, Bodies};
use super::retry::{Backoff, DUPLICATE, is_transient, retry, with_timeout};
use super::sequence::SeqRange;
use crate::seal::SealedPhoto;
use crate::store::StoreError;
use crate::store::checksum::Checksums;

/// Most bytes of one command. A command is a document, which may have 16 MiB.
const COMMAND_BYTES: usize = 12 << 20;
/// Most replacements of one command.
const COMMAND_OPERATIONS: usize = 1000;

/// The `seq` of a photo's two documents as they were read; `None` if there was no document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Revision {
    pub photo: Option<i64>,
    pub sealed: Option<i64>,
}

/// A photo to write.
pub struct Entry {
    id: String,
    state: &'static str,
    key_id: String,
    origin: Option<String>,
    bodies: Bodies,
    expected: Revision,
}

impl Entry {
    /// Checks a photo and serializes it.
    pub fn of(sealed: &SealedPhoto) -> Result<Self, StoreError> {
        Ok(Self {
            id: sealed.photo().id.as_str().to_owned(),
            state: sealed.photo().state().as_str(),
            key_id: sealed.key_id().to_owned(),
            origin: sealed.origin().map(str::to_owned),
            bodies: document::bodies(sealed)?,
            expected: Revision::default(),
        })
    }
}

/// Keeps the last of several entries with the same id.
pub fn unique(entries: Vec<Entry>) -> Vec<Entry> {
    let mut last: HashMap<String, usize> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        last.insert(entry.id.clone(), at);
    }
    entries
        .into_iter()
        .enumerate()
        .filter(|(at, entry)| last.get(&entry.id) == Some(at))
        .map(|(_, entry)| entry)
        .collect()
}

/// Sets the revision that each entry replaces.
pub fn set_expected(entries: &mut [Entry], revisions: &HashMap<String, Revision>) {
    for entry in entries {
        entry.expected = revisions.get(&entry.id).copied().unwrap_or_default();
    }
}

impl Entry {
    /// The write of its record.
    fn record(&self, seq: i64, expected: Option<i64>, checksums: &Checksums) -> DocumentWrite {
        let head = (self.state, self.key_id.as_str(), self.origin.as_deref());
        let document = document::photo_document((&self.id, seq), head, &self.bodies.photo, checksums);
        DocumentWrite { id: self.id.clone(), seq, expected, document }
    }

    /// The write of its tokens.
    fn tokens(&self, seq: i64, checksums: &Checksums) -> DocumentWrite {
        let document = document::sealed_document((&self.id, seq), &self.key_id, &self.bodies.sealed, checksums);
        DocumentWrite { id: self.id.clone(), seq, expected: self.expected.sealed, document }
    }
}

/// One document to write.
struct DocumentWrite {
    id: String,
    seq: i64,
    expected: Option<i64>,
    document: RawDocumentBuf,
}

impl Collections {
    /// Writes photos, replacing any stored version.
    pub async fn save(self, mut entries: Vec<Entry>) -> Result<(), StoreError> {
        while !entries.is_empty() {
            let ids: Vec<String> = entries.iter().map(|entry| entry.id.clone()).collect();
            set_expected(&mut entries, &self.revisions(&ids).await?);
            let conflicts = self.write(&entries).await?;
            entries.retain(|entry| conflicts.contains(&entry.id));
        }
        Ok(())
    }

    /// Writes photos whose stored version is the expected one. Returns the ids of the others.
    pub async fn replace(self, entries: Vec<Entry>) -> Result<HashSet<String>, StoreError> {
        self.write(&entries).await
    }

    async fn write(&self, entries: &[Entry]) -> Result<HashSet<String>, StoreError> {
        if entries.is_empty() {
            return Ok(HashSet::new());
        }
        let range = self.reserve_seqs(entries.len()).await?;
        let mut written: Vec<(&Entry, i64)> = entries.iter().zip(range.first..).collect();
        // Tokens first: a record must never exist without them.
        let sealed = written.iter().map(|(entry, seq)| entry.tokens(*seq, &self.checksums));
        let mut conflicts = write_documents(&self.sealed, sealed.collect()).await?;
        written.retain(|(entry, _)| !conflicts.contains(&entry.id));
        let records = written.iter().map(|(entry, seq)| entry.record(*seq, entry.expected.photo, &self.checksums));
        conflicts.extend(write_documents(&self.photos, records.collect()).await?);
        written.retain(|(entry, _)| !conflicts.contains(&entry.id));
        let back: Vec<&str> = written.iter().map(|(entry, _)| entry.id.as_str()).collect();
        let back = doc! {"_id": {"$in": back}};
        retry(|| async { self.tombstones.delete_many(back.clone()).await }).await?;
        self.release(range, written).await?;
        Ok(conflicts)
    }

    /// Releases numbers. If the reservation has expired, followers may have read past them: the records get new ones.
    async fn release(&self, mut range: SeqRange, mut written: Vec<(&Entry, i64)>) -> Result<(), StoreError> {
        while !self.release_seqs(range).await? && !written.is_empty() {
            range = self.reserve_seqs(written.len()).await?;
            let again: Vec<_> = written.into_iter().zip(range.first..).collect();
            let records = again.iter().map(|((entry, before), seq)| entry.record(*seq, Some(*before), &self.checksums));
            let theirs = write_documents(&self.photos, records.collect()).await?;
            // What others have changed since has their numbers.
            written = again.into_iter().map(|((entry, _), seq)| (entry, seq)).collect();
            written.retain(|(entry, _)| !theirs.contains(&entry.id));
        }
        Ok(())
    }

    /// The stored revisions of these photos.
    async fn revisions(&self, ids: &[String]) -> Result<HashMap<String, Revision>, StoreError> {
        let mut revisions: HashMap<String, Revision> = HashMap::new();
        for (id, seq) in seqs(&self.photos, ids).await? {
            revisions.entry(id).or_default().photo = Some(seq);
        }
        for (id, seq) in seqs(&self.sealed, ids).await? {
            revisions.entry(id).or_default().sealed = Some(seq);
        }
        Ok(revisions)
    }
}

/// Writes documents. Returns the ids of those whose stored version is not the expected one.
async fn write_documents(
    into: &Collection<RawDocumentBuf>,
    mut open: Vec<DocumentWrite>,
) -> Result<HashSet<String>, StoreError> {
    let mut conflicts = HashSet::new();
    let mut backoff = Backoff::default();
    while !open.is_empty() {
        let Err(err) = attempt(into, &open).await else { break };
        let ids: Vec<String> = open.iter().map(|write| write.id.clone()).collect();
        let stored = seqs(into, &ids).await?;
        let mut left = Vec::new();
        for write in open {
            match stored.get(&write.id).copied() {
                Some(seq) if seq == write.seq => {}
                seq if seq == write.expected => left.push(write),
                _ => drop(conflicts.insert(write.id)),
            }
        }
        open = left;
        match err {
            // All commands have a response; the remaining documents had another stored version.
            Unconfirmed::Conflict => backoff.pause().await,
            Unconfirmed::Error(err) if open.is_empty() && is_transient(&err) => {}
            Unconfirmed::Error(err) => backoff.wait(err).await?,
        }
    }
    Ok(conflicts)
}

/// Why some documents may not be written.
enum Unconfirmed {
    /// Another version was stored.
    Conflict,
    /// The server or the network failed.
    Error(Error),
}

async fn attempt(into: &Collection<RawDocumentBuf>, open: &[DocumentWrite]) -> Result<(), Unconfirmed> {
    let (new, known): (Vec<&DocumentWrite>, Vec<&DocumentWrite>) =
        open.iter().partition(|write| write.expected.is_none());
    let mut unconfirmed = None;
    if !new.is_empty() {
        match with_timeout(into.insert_many(new.iter().map(|write| &write.document)).ordered(false).into_future()).await
        {
            Ok(_) => {}
            Err(err) if is_duplicate_key(&err) => unconfirmed = Some(Unconfirmed::Conflict),
            Err(err) => return Err(Unconfirmed::Error(err)),
        }
    }
    let mut rest = &known[..];
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = |write: &&&DocumentWrite| {
            bytes += write.document.as_bytes().len() + 100;
            bytes < COMMAND_BYTES
        };
        let count = rest.iter().take(COMMAND_OPERATIONS).take_while(fits).count().max(1);
        let (some, others) = rest.split_at(count);
        rest = others;
        if with_timeout(replace(into, some)).await.map_err(Unconfirmed::Error)? < count {
            unconfirmed = Some(Unconfirmed::Conflict);
        }
    }
    unconfirmed.map_or(Ok(()), Err)
}

/// Replaces documents that have the expected `seq`. Returns how many were replaced.
async fn replace(into: &Collection<RawDocumentBuf>, some: &[&DocumentWrite]) -> Result<usize, Error> {
    let mut updates = RawArrayBuf::new();
    for write in some {
        let which = rawdoc! {"_id": write.id.as_str(), "seq": write.expected.unwrap_or_default()};
        let mut update = rawdoc! {"q": which};
        update.append(cstr!("u"), write.document.clone());
        updates.push(update);
    }
    let mut command = rawdoc! {"update": into.name(), "ordered": false};
    command.append(cstr!("updates"), updates);
    command.append(cstr!("writeConcern"), rawdoc! {"w": "majority", "j": true, "wtimeout": 10_000});
    let answer = into.client().database(&into.namespace().db).run_raw_command(command).await?;
    if answer.contains_key("writeErrors") || answer.contains_key("writeConcernError") {
        return Err(answer_error(&answer));
    }
    Ok(usize::try_from(answer.get_i32("n").unwrap_or(0)).unwrap_or(0))
}

/// Checks that all updates of a command were applied and confirmed. A duplicate key is no error.
pub(super) fn check_updates(answer: &mongodb::bson::Document) -> Result<(), Error> {
    let duplicate = |error: &mongodb::bson::Bson| {
        error.as_document().is_some_and(|error| error.get_i32("code").is_ok_and(|code| code == DUPLICATE))
    };
    let all_applied = answer.get_array("writeErrors").map_or(true, |errors| errors.iter().all(duplicate));
    if all_applied && !answer.contains_key("writeConcernError") { Ok(()) } else { Err(answer_error(answer)) }
}

/// The first write error or the write concern error of a response.
fn answer_error(answer: &mongodb::bson::Document) -> Error {
    let first = answer.get_array("writeErrors").ok().and_then(|errors| errors.first()?.as_document());
    let failed = first.or(answer.get_document("writeConcernError").ok());
    let failed = failed.cloned().unwrap_or_default();
    let error = mongodb::bson::deserialize_from_document::<mongodb::error::CommandError>(doc! {
        "code": failed.get_i32("code").unwrap_or(0),
        "codeName": failed.get_str("codeName").unwrap_or("WriteError"),
        "errmsg": failed.get_str("errmsg").unwrap_or("a write failed"),
    });
    match error {
        Ok(error) => ErrorKind::Command(error).into(),
        Err(err) => Error::custom(err.to_string()),
    }
}

fn is_duplicate_key(err: &Error) -> bool {
    let ErrorKind::InsertMany(many) = err.kind.as_ref() else { return false };
    let only = |errors: &Vec<mongodb::error::IndexedWriteError>| errors.iter().all(|error| error.code == DUPLICATE);
    many.write_concern_error.is_none() && many.write_errors.as_ref().is_some_and(only)
}

/// The `seq` of the stored documents among `ids`, as a majority has them.
async fn seqs(of: &Collection<RawDocumentBuf>, ids: &[String]) -> Result<HashMap<String, i64>, StoreError> {
    let which = doc! {"_id": {"$in": ids}};
    let found: Vec<RawDocumentBuf> =
        retry(|| async { of.find(which.clone()).projection(doc! {"seq": 1}).await?.try_collect().await }).await?;
    let pair =
        |document: RawDocumentBuf| Some((document.get_str("_id").ok()?.to_owned(), document.get_i64("seq").ok()?));
    Ok(found.into_iter().filter_map(pair).collect())
}
