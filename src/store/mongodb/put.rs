//! Writing documents: new ones are inserted, known ones replaced if they still are what was read.
//!
//! Whatever goes wrong on the way - an election, a lost answer - what stands there is looked up, and only what is missing
//! is written again. A document that has the number that we gave it is ours.

use std::collections::{HashMap, HashSet};
use std::future::IntoFuture;

use futures::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{RawArrayBuf, RawDocumentBuf, doc, raw::cstr, rawdoc};
use mongodb::error::{Error, ErrorKind};

use super::Home;
use super::document::{self, Bodies};
use super::persist::{DUPLICATE, Patience, in_time, may_pass, persist};
use super::sequence::Numbers;
use crate::seal::SealedPhoto;
use crate::store::StoreError;

/// Bytes of one command: a document may have 16 MiB, and a command is one.
const COMMAND_BYTES: usize = 12 << 20;
/// Replacements of one command.
const COMMAND_OPERATIONS: usize = 1000;

/// The `seq` of a photo's two documents as they were read; `None`: it was not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Revision {
    pub photo: Option<i64>,
    pub sealed: Option<i64>,
}

/// A photo that is to be written.
pub struct Entry {
    id: String,
    state: &'static str,
    key_id: String,
    origin: Option<String>,
    bodies: Bodies,
    expected: Revision,
}

impl Entry {
    /// Checks a photo and makes what is written of it.
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

/// Of photos that stand twice the last one.
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

/// Notes what was read of each.
pub fn expect(entries: &mut [Entry], revisions: &HashMap<String, Revision>) {
    for entry in entries {
        entry.expected = revisions.get(&entry.id).copied().unwrap_or_default();
    }
}

impl Entry {
    /// Its record's document.
    fn record(&self, seq: i64, expected: Option<i64>) -> Putting {
        let head = (self.state, self.key_id.as_str(), self.origin.as_deref());
        let document = document::photo_document(&self.id, seq, head, &self.bodies.photo);
        Putting { id: self.id.clone(), seq, expected, document }
    }

    /// The document of what is sealed of it.
    fn secret(&self, seq: i64) -> Putting {
        let document = document::sealed_document(&self.id, seq, &self.key_id, &self.bodies.sealed);
        Putting { id: self.id.clone(), seq, expected: self.expected.sealed, document }
    }
}

/// One document that is to be written.
struct Putting {
    id: String,
    seq: i64,
    expected: Option<i64>,
    document: RawDocumentBuf,
}

impl Home {
    /// Writes photos whatever stands there.
    pub async fn save(self, mut entries: Vec<Entry>) -> Result<(), StoreError> {
        while !entries.is_empty() {
            let ids: Vec<String> = entries.iter().map(|entry| entry.id.clone()).collect();
            expect(&mut entries, &self.revisions(&ids).await?);
            let late = self.write(&entries).await?;
            entries.retain(|entry| late.contains(&entry.id));
        }
        Ok(())
    }

    /// Writes photos that still are what was read; the ids of those that are not.
    pub async fn replace(self, entries: Vec<Entry>) -> Result<HashSet<String>, StoreError> {
        self.write(&entries).await
    }

    async fn write(&self, entries: &[Entry]) -> Result<HashSet<String>, StoreError> {
        if entries.is_empty() {
            return Ok(HashSet::new());
        }
        let numbers = self.take_numbers(entries.len()).await?;
        let mut written: Vec<(&Entry, i64)> = entries.iter().zip(numbers.first..).collect();
        // First what is sealed: a record never stands without it.
        let sealed = written.iter().map(|(entry, seq)| entry.secret(*seq));
        let mut late = put(&self.sealed, sealed.collect()).await?;
        written.retain(|(entry, _)| !late.contains(&entry.id));
        let records = written.iter().map(|(entry, seq)| entry.record(*seq, entry.expected.photo));
        late.extend(put(&self.photos, records.collect()).await?);
        written.retain(|(entry, _)| !late.contains(&entry.id));
        let back: Vec<&str> = written.iter().map(|(entry, _)| entry.id.as_str()).collect();
        let back = doc! {"_id": {"$in": back}};
        persist(|| async { self.tombstones.delete_many(back.clone()).await }).await?;
        self.close(numbers, written).await?;
        Ok(late)
    }

    /// Gives numbers back; what was written too late for followers, who may have read past it, gets new ones.
    async fn close(&self, mut numbers: Numbers, mut written: Vec<(&Entry, i64)>) -> Result<(), StoreError> {
        while !self.give_back(numbers).await? && !written.is_empty() {
            numbers = self.take_numbers(written.len()).await?;
            let again: Vec<_> = written.into_iter().zip(numbers.first..).collect();
            let records = again.iter().map(|((entry, before), seq)| entry.record(*seq, Some(*before)));
            let theirs = put(&self.photos, records.collect()).await?;
            // What others have changed since is seen under their numbers.
            written = again.into_iter().map(|((entry, _), seq)| (entry, seq)).collect();
            written.retain(|(entry, _)| !theirs.contains(&entry.id));
        }
        Ok(())
    }

    /// What stands there of these photos.
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

/// Writes documents; the ids of those where something else stands than was expected.
async fn put(into: &Collection<RawDocumentBuf>, mut open: Vec<Putting>) -> Result<HashSet<String>, StoreError> {
    let mut late = HashSet::new();
    let mut patience = Patience::default();
    while !open.is_empty() {
        let Err(err) = attempt(into, &open).await else { break };
        let ids: Vec<String> = open.iter().map(|putting| putting.id.clone()).collect();
        let there = seqs(into, &ids).await?;
        let mut left = Vec::new();
        for putting in open {
            match there.get(&putting.id).copied() {
                Some(seq) if seq == putting.seq => {}
                seq if seq == putting.expected => left.push(putting),
                _ => drop(late.insert(putting.id)),
            }
        }
        open = left;
        match err {
            // Everything was answered: what was not written had something else in its place.
            Doubt::Other => patience.pause().await,
            Doubt::Error(err) if open.is_empty() && may_pass(&err) => {}
            Doubt::Error(err) => patience.wait(err).await?,
        }
    }
    Ok(late)
}

/// Why it is not certain that everything was written.
enum Doubt {
    /// Something else stood there.
    Other,
    /// The server or the network failed.
    Error(Error),
}

async fn attempt(into: &Collection<RawDocumentBuf>, open: &[Putting]) -> Result<(), Doubt> {
    let (new, known): (Vec<&Putting>, Vec<&Putting>) = open.iter().partition(|putting| putting.expected.is_none());
    let mut doubt = None;
    if !new.is_empty() {
        match in_time(into.insert_many(new.iter().map(|putting| &putting.document)).ordered(false).into_future()).await
        {
            Ok(_) => {}
            Err(err) if is_duplicates(&err) => doubt = Some(Doubt::Other),
            Err(err) => return Err(Doubt::Error(err)),
        }
    }
    let mut rest = &known[..];
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = |putting: &&&Putting| {
            bytes += putting.document.as_bytes().len() + 100;
            bytes < COMMAND_BYTES
        };
        let count = rest.iter().take(COMMAND_OPERATIONS).take_while(fits).count().max(1);
        let (some, others) = rest.split_at(count);
        rest = others;
        if in_time(replace(into, some)).await.map_err(Doubt::Error)? < count {
            doubt = Some(Doubt::Other);
        }
    }
    doubt.map_or(Ok(()), Err)
}

/// Replaces documents that have the expected number; how many those were.
async fn replace(into: &Collection<RawDocumentBuf>, some: &[&Putting]) -> Result<usize, Error> {
    let mut updates = RawArrayBuf::new();
    for putting in some {
        let which = rawdoc! {"_id": putting.id.as_str(), "seq": putting.expected.unwrap_or_default()};
        let mut update = rawdoc! {"q": which};
        update.append(cstr!("u"), putting.document.clone());
        updates.push(update);
    }
    let mut command = rawdoc! {"update": into.name(), "ordered": false};
    command.append(cstr!("updates"), updates);
    command.append(cstr!("writeConcern"), rawdoc! {"w": "majority", "j": true, "wtimeout": 10_000});
    let answer = into.client().database(&into.namespace().db).run_raw_command(command).await?;
    if answer.contains_key("writeErrors") || answer.contains_key("writeConcernError") {
        return Err(concern(&answer));
    }
    Ok(usize::try_from(answer.get_i32("n").unwrap_or(0)).unwrap_or(0))
}

/// Whether everything of a command of updates was carried out and confirmed; documents that were there already do not count.
pub(super) fn carried_out(answer: &mongodb::bson::Document) -> Result<(), Error> {
    let duplicate = |error: &mongodb::bson::Bson| {
        error.as_document().is_some_and(|error| error.get_i32("code").is_ok_and(|code| code == DUPLICATE))
    };
    let all_there = answer.get_array("writeErrors").map_or(true, |errors| errors.iter().all(duplicate));
    if all_there && !answer.contains_key("writeConcernError") { Ok(()) } else { Err(concern(answer)) }
}

/// A command that was carried out in part or not confirmed, as an error that may pass or not.
fn concern(answer: &mongodb::bson::Document) -> Error {
    let first = answer.get_array("writeErrors").ok().and_then(|errors| errors.first()?.as_document());
    let failed = first.or(answer.get_document("writeConcernError").ok());
    let failed = failed.cloned().unwrap_or_default();
    let said = mongodb::bson::deserialize_from_document::<mongodb::error::CommandError>(doc! {
        "code": failed.get_i32("code").unwrap_or(0),
        "codeName": failed.get_str("codeName").unwrap_or("WriteError"),
        "errmsg": failed.get_str("errmsg").unwrap_or("a write failed"),
    });
    match said {
        Ok(said) => ErrorKind::Command(said).into(),
        Err(err) => Error::custom(err.to_string()),
    }
}

fn is_duplicates(err: &Error) -> bool {
    let ErrorKind::InsertMany(many) = err.kind.as_ref() else { return false };
    let only = |errors: &Vec<mongodb::error::IndexedWriteError>| errors.iter().all(|error| error.code == DUPLICATE);
    many.write_concern_error.is_none() && many.write_errors.as_ref().is_some_and(only)
}

/// The `seq` of those of these documents that are there, as a majority has them.
async fn seqs(of: &Collection<RawDocumentBuf>, ids: &[String]) -> Result<HashMap<String, i64>, StoreError> {
    let which = doc! {"_id": {"$in": ids}};
    let found: Vec<RawDocumentBuf> =
        persist(|| async { of.find(which.clone()).projection(doc! {"seq": 1}).await?.try_collect().await }).await?;
    let pair =
        |document: RawDocumentBuf| Some((document.get_str("_id").ok()?.to_owned(), document.get_i64("seq").ok()?));
    Ok(found.into_iter().filter_map(pair).collect())
}
