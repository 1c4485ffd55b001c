//! Counts of a dataset's photos by state, source, search, score and so on: the numbers of `gleaner status`.
//!
//! A store answers [`RecordRead::tally`](super::RecordRead::tally) without reading every record where it can: SQLite keeps
//! the counts in a table that changes in the same transaction as the records.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::StoreError;
use crate::photo::vocabulary::vocabulary;
use crate::photo::{Photo, PhotoId, REVIEW};

/// Increase this when photos are counted differently; stored counts are made again.
pub(super) const RULES: u32 = 3;

vocabulary! {
    /// What photos are counted by.
    pub enum Aspect {
        /// The state in the pipeline.
        State = "state",
        /// The source.
        Source = "source",
        /// The words of a search that found it.
        Search = "search",
        /// The country's name, else its code.
        Country = "country",
        /// The id of the licence that counts.
        License = "license",
        /// Stage and message of its fault.
        Fault = "fault",
        /// What it has: see [`IMAGE`], [`THUMBNAIL`], [`LOCATION`].
        Part = "part",
        /// Its scores: the key, a line feed, and the version. A person's verdict has no version here.
        Score = "score",
        /// The service that labelled it.
        Labels = "labels",
        /// The service that refused to label it.
        Refused = "refused",
        /// Its owner.
        Owner = "owner",
        /// The key of a score with a value, also of photos that are not listed.
        Valued = "valued",
        /// The key of a score that is only known to be below a threshold, also of photos that are not listed.
        Below = "below",
        /// The source of a photo that is not listed; it is counted by nothing else but its scores' keys.
        Unlisted = "unlisted",
    }
}

/// A value of [`Aspect::Part`]: an image file. Its bytes are counted too.
pub const IMAGE: &str = "image";
/// A value of [`Aspect::Part`]: a thumbnail.
pub const THUMBNAIL: &str = "thumbnail";
/// A value of [`Aspect::Part`]: coordinates.
pub const LOCATION: &str = "location";

/// A number of photos, and the bytes of their images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tallied {
    /// Photos.
    pub photos: u64,
    /// Bytes of their images, for [`IMAGE`] only.
    pub bytes: u64,
}

/// Photos by aspect and value. Owners are counted, not listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    counts: BTreeMap<Aspect, BTreeMap<String, Tallied>>,
    /// Owners with at least one photo.
    pub owners: u64,
}

impl Tally {
    /// The values of an aspect.
    pub fn of(&self, aspect: Aspect) -> impl Iterator<Item = (&str, Tallied)> {
        self.counts.get(&aspect).into_iter().flatten().map(|(value, tallied)| (value.as_str(), *tallied))
    }

    /// Photos with a value.
    pub fn get(&self, aspect: Aspect, value: &str) -> Tallied {
        self.counts.get(&aspect).and_then(|values| values.get(value)).copied().unwrap_or_default()
    }

    /// Source -> its stored photos, also those that are not listed.
    pub fn stored_by_source(&self) -> BTreeMap<&str, u64> {
        let mut sources = BTreeMap::new();
        for (source, tallied) in self.of(Aspect::Source).chain(self.of(Aspect::Unlisted)) {
            *sources.entry(source).or_default() += tallied.photos;
        }
        sources
    }

    /// All photos that are listed.
    pub fn photos(&self) -> u64 {
        self.of(Aspect::State).map(|(_, tallied)| tallied.photos).sum()
    }

    /// Photos with a score of this key (`monkey@local`), by the version of the score.
    pub fn scored<'a>(&'a self, key: &'a str) -> impl Iterator<Item = (&'a str, u64)> {
        self.of(Aspect::Score).filter_map(move |(value, tallied)| {
            let (own, version) = value.split_once('\n')?;
            (own == key).then_some((version, tallied.photos))
        })
    }

    /// Counts photos that are read page by page, by id.
    pub(super) fn of_all(
        read: impl Fn(Option<&PhotoId>) -> Result<Vec<Photo>, StoreError>,
    ) -> Result<Self, StoreError> {
        let (mut counter, mut after) = (Counter::default(), None);
        loop {
            let batch = read(after.as_ref())?;
            let Some(last) = batch.last() else { return Ok(counter.end()) };
            after = Some(last.id.clone());
            batch.iter().for_each(|photo| counter.add(photo));
        }
    }

    /// Adds the photos of one aspect and value.
    pub(super) fn add(&mut self, aspect: Aspect, value: String, tallied: Tallied) {
        let sum = self.counts.entry(aspect).or_default().entry(value).or_default();
        sum.photos += tallied.photos;
        sum.bytes += tallied.bytes;
    }
}

/// What a photo is counted by: aspects and values, each once, with the bytes of its image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counted(Vec<(Aspect, String, u64)>);

impl Counted {
    pub(super) fn of(photo: &Photo) -> Self {
        let mut values = values(photo);
        values.sort_unstable();
        values.dedup();
        Self(values)
    }
}

fn values(photo: &Photo) -> Vec<(Aspect, String, u64)> {
    let mut values = Vec::with_capacity(16);
    let mut count = |aspect: Aspect, value: &str, bytes: u64| values.push((aspect, value.to_owned(), bytes));
    for (key, score) in &photo.scores {
        count(if score.is_below() { Aspect::Below } else { Aspect::Valued }, key.as_str(), 0);
    }
    if !photo.is_listed() {
        count(Aspect::Unlisted, photo.id.source(), 0);
        return values;
    }
    count(Aspect::State, photo.state().as_str(), 0);
    count(Aspect::Source, photo.id.source(), 0);
    photo.searches.iter().for_each(|found| count(Aspect::Search, &found.term, 0));
    let place = photo.place.as_ref();
    if let Some(country) = place.and_then(|place| place.country_name.as_ref().or(place.country.as_ref())) {
        count(Aspect::Country, country, 0);
    }
    if let Some(license) = photo.license_in_force() {
        count(Aspect::License, &license.id, 0);
    }
    if let Some(fault) = &photo.fault {
        count(Aspect::Fault, &format!("{}: {}", fault.stage.as_str(), fault.message), 0);
    }
    if let Some(file) = &photo.file {
        count(Aspect::Part, IMAGE, file.stored_bytes);
    }
    for (part, is_there) in [(THUMBNAIL, photo.thumbnail.is_some()), (LOCATION, photo.location.is_some())] {
        if is_there {
            count(Aspect::Part, part, 0);
        }
    }
    for (key, score) in &photo.scores {
        match key.scorer() {
            Some(REVIEW) => count(Aspect::Score, &format!("{key}\n"), 0),
            Some(_) => count(Aspect::Score, &format!("{key}\n{}", score.version), 0),
            None => {}
        }
    }
    for (service, labels) in &photo.labels {
        count(if labels.refused.is_some() { Aspect::Refused } else { Aspect::Labels }, service, 0);
    }
    if let Some(owner) = &photo.owner_pseudonym {
        count(Aspect::Owner, owner, 0);
    }
    values
}

/// A change of the counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    pub(super) photos: i64,
    pub(super) bytes: i64,
}

/// How the counts change when records are written.
#[derive(Debug, Default)]
pub(super) struct Changes(HashMap<(Aspect, String), Step>);

impl Changes {
    /// A record is replaced, added (`before` is `None`) or removed (`after` is `None`).
    pub(super) fn replace(&mut self, before: Option<Counted>, after: Option<Counted>) {
        if before == after {
            return;
        }
        before.into_iter().for_each(|counted| self.step(counted, -1));
        after.into_iter().for_each(|counted| self.step(counted, 1));
    }

    fn step(&mut self, counted: Counted, sign: i64) {
        for (aspect, value, bytes) in counted.0 {
            let step = self.0.entry((aspect, value)).or_default();
            step.photos += sign;
            step.bytes += sign * i64::try_from(bytes).unwrap_or(i64::MAX);
        }
    }

    /// Adds the changes of another thread.
    pub(super) fn merge(mut self, other: Self) -> Self {
        for (key, added) in other.0 {
            let step = self.0.entry(key).or_default();
            step.photos += added.photos;
            step.bytes += added.bytes;
        }
        self
    }

    /// The changes that are not zero.
    pub(super) fn steps(&self) -> impl Iterator<Item = (Aspect, &str, Step)> {
        let changed = |step: &Step| step.photos != 0 || step.bytes != 0;
        self.0
            .iter()
            .filter(move |(_, step)| changed(step))
            .map(|((aspect, value), step)| (*aspect, value.as_str(), *step))
    }
}

/// Counts photos that are read one after the other.
#[derive(Debug, Default)]
pub(super) struct Counter {
    tally: Tally,
    owners: HashSet<String>,
}

impl Counter {
    pub(super) fn add(&mut self, photo: &Photo) {
        for (aspect, value, bytes) in Counted::of(photo).0 {
            if aspect == Aspect::Owner {
                self.owners.insert(value);
            } else {
                self.tally.add(aspect, value, Tallied { photos: 1, bytes });
            }
        }
    }

    pub(super) fn end(mut self) -> Tally {
        self.tally.owners = self.owners.len() as u64;
        self.tally
    }
}
