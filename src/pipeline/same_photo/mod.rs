//! Finds photos of different sources that show the same picture. One of them is listed: it gets the records and
//! licences of the others, which are marked and no longer listed. docs/pipeline.md has the rule.
//!
//! Each pass makes the marks from all records again, so that it does not matter what interrupted an earlier pass or which
//! photos are gone. No key is needed.

mod evidence;
mod groups;
mod pairs;

use std::collections::{BTreeSet, HashMap, HashSet};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use self::evidence::Evidence;
use super::Stop;
use crate::photo::{OtherRecord, Photo, PhotoId, RecognisedBy};
use crate::seal::SealedPhoto;
use crate::store::Store;

/// The note of the last pass.
const NOTE: &str = "same_photos";
/// Photos read at a time.
const SCAN: usize = 1_000;
/// Photos changed in one transaction.
const BATCH: usize = 200;

/// The result of the last pass.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Pass {
    /// The last change of the store that it knew.
    seq: u64,
    /// Photos that are not listed, because another one is.
    unlisted: u64,
}

/// Finds the photos that are the same, and marks them. Returns how many are not listed, because another one is. The store must be open
/// for writing. A raised stop ends it early; the next pass does the rest.
pub fn find(store: &dyn Store, stop: &Stop) -> Result<u64> {
    let last = last_pass(store)?;
    let seq = store.last_seq()?;
    if seq == last.seq || (last.unlisted == 0 && !has_several_sources(store)?) {
        return Ok(last.unlisted);
    }
    let Some(photos) = read(store, stop)? else { return Ok(last.unlisted) };
    let groups = groups::groups(&photos, &pairs::pairs(&photos));
    let unlisted = groups.iter().map(|group| group.len() as u64 - 1).sum();
    if mark(store, &photos, &groups, stop)? {
        // Changes of other processes since the photos were read are for the next pass.
        let own = store.last_seq()?;
        let pass = Pass { seq: if store.coordination().is_none() { own } else { seq }, unlisted };
        store.set_note(NOTE, Some(&serde_json::to_string(&pass)?))?;
    }
    Ok(unlisted)
}

/// How many photos are not listed, because another one is, as the last pass found.
pub fn unlisted(store: &dyn Store) -> Result<u64> {
    last_pass(store).map(|pass| pass.unlisted)
}

fn last_pass(store: &dyn Store) -> Result<Pass> {
    let note = store.note(NOTE)?;
    // What this version cannot read is made again.
    Ok(note.and_then(|note| serde_json::from_str(&note).ok()).unwrap_or_default())
}

/// Whether the photos are from at least two sources: ids are in order, and a source's own begin with its name.
fn has_several_sources(store: &dyn Store) -> Result<bool> {
    let Some(first) = store.ids(None, 1)?.pop() else { return Ok(false) };
    // `;` follows `:`.
    let after = PhotoId::from_text(format!("{};", first.source()));
    Ok(!store.ids(Some(&after), 1)?.is_empty())
}

/// What can be compared of all photos; `None` if it was stopped.
fn read(store: &dyn Store, stop: &Stop) -> Result<Option<Vec<Evidence>>> {
    let (mut photos, mut sources, mut after) = (Vec::new(), HashMap::<String, u16>::new(), None);
    loop {
        if stop.is_raised() {
            return Ok(None);
        }
        let batch = store.scan(after.as_ref(), SCAN)?;
        let Some(last) = batch.last() else { return Ok(Some(photos)) };
        after = Some(last.id.clone());
        for photo in &batch {
            let known = u16::try_from(sources.len()).context("the photos are from too many sources")?;
            let source = *sources.entry(photo.id.source().to_owned()).or_insert(known);
            photos.extend(Evidence::of(photo, source));
        }
    }
}

/// Writes the records of the groups, and removes what is no longer true. Whether it was not stopped.
fn mark(store: &dyn Store, photos: &[Evidence], groups: &[Vec<u32>], stop: &Stop) -> Result<bool> {
    let id = |at: &u32| &photos[*at as usize].id;
    let first_of: HashMap<&PhotoId, &PhotoId> =
        groups.iter().flat_map(|group| group[1..].iter().map(|at| (id(at), id(&group[0])))).collect();
    let rest_of: HashMap<&PhotoId, &[u32]> = groups.iter().map(|group| (id(&group[0]), &group[1..])).collect();
    let marked = photos.iter().filter(|photo| photo.is_marked).map(|photo| &photo.id);
    let ids: BTreeSet<&PhotoId> = groups.iter().flatten().map(id).chain(marked).collect();
    let ids: Vec<PhotoId> = ids.into_iter().cloned().collect();
    for some in ids.chunks(BATCH) {
        if stop.is_raised() {
            return Ok(false);
        }
        store.update(some, &mut |_, known| {
            let rest = known.iter().filter_map(|sealed| rest_of.get(&sealed.photo().id));
            let rest: Vec<PhotoId> = rest.flat_map(|rest| rest.iter().map(id).cloned()).collect();
            let rest: HashMap<PhotoId, Photo> =
                store.load(&rest)?.into_iter().map(|photo| (photo.id.clone(), photo)).collect();
            let marked = |sealed: SealedPhoto| {
                let photo = sealed.photo();
                let same = rest_of.get(&photo.id).into_iter().flat_map(|rest| rest.iter());
                let same = same.filter_map(|at| rest.get(id(at))).collect::<Vec<_>>();
                let records = records(photo, &same);
                let same_as = first_of.get(&photo.id).map(|first| (*first).clone());
                let is_changed = records != photo.other_records || same_as != photo.same_as;
                is_changed.then(|| sealed.with_other_records(records, same_as))
            };
            Ok(known.into_iter().filter_map(marked).collect())
        })?;
    }
    Ok(true)
}

/// The records of a photo at other sources: those that name it, and those of the photos that are not listed because it is.
fn records(photo: &Photo, same: &[&Photo]) -> Vec<OtherRecord> {
    let mut whole = Photo::default();
    for other in same {
        let files = photo.file.as_ref().zip(other.file.as_ref());
        let is_equal = files.is_some_and(|(one, other)| one.sha256 == other.sha256);
        let by = if is_equal { RecognisedBy::Bytes } else { RecognisedBy::Picture };
        whole.add_other_record(OtherRecord {
            id: other.id.clone(),
            landing_url: other.landing_url.clone(),
            license: other.license.clone(),
            recognised_by: by.into(),
            checked_at: other.checked_at,
        });
        for record in other.other_records.iter().filter(|record| record.is_by_id()) {
            whole.add_other_record(OtherRecord { recognised_by: by.into(), ..record.clone() });
        }
    }
    let by_id = photo.other_records.iter().filter(|record| record.is_by_id());
    by_id.for_each(|record| whole.add_other_record(record.clone()));
    whole.other_records
}

/// Removes every trace of photos from the records of others, before they are removed themselves: photos that were
/// not listed because of them are listed again.
pub fn release(store: &dyn Store, gone: &HashSet<&PhotoId>) -> Result<()> {
    let ids: Vec<PhotoId> = gone.iter().map(|id| (*id).clone()).collect();
    for some in ids.chunks(BATCH) {
        let leaving = store.load(some)?;
        let mut traces: HashSet<PhotoId> = leaving.iter().map(|photo| photo.id.clone()).collect();
        let mut partners: HashSet<PhotoId> = leaving.iter().filter_map(|photo| photo.same_as.clone()).collect();
        for record in leaving.iter().flat_map(|photo| &photo.other_records) {
            if record.is_by_id() {
                traces.insert(record.id.clone())
            } else {
                partners.insert(record.id.clone())
            };
        }
        let partners: Vec<PhotoId> = partners.into_iter().filter(|id| !gone.contains(id)).collect();
        for some in partners.chunks(BATCH) {
            store.update(some, &mut |_, known| {
                let released = |sealed: SealedPhoto| {
                    let photo = sealed.photo();
                    let stays = |record: &&OtherRecord| record.is_by_id() || !traces.contains(&record.id);
                    let records: Vec<OtherRecord> = photo.other_records.iter().filter(stays).cloned().collect();
                    let same_as = photo.same_as.clone().filter(|first| !gone.contains(first));
                    let is_changed = records != photo.other_records || same_as != photo.same_as;
                    is_changed.then(|| sealed.with_other_records(records, same_as))
                };
                Ok(known.into_iter().filter_map(released).collect())
            })?;
        }
    }
    Ok(())
}
