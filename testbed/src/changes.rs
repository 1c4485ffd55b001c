//! What owners change after a photo was found: they withdraw it, change its licence, move it, or replace the picture.

use std::collections::HashMap;

use parking_lot::RwLock;

use crate::query::Facts;
use crate::random;
use crate::record::Record;

/// The changes of one photo.
#[derive(Debug, Clone, Default)]
struct Change {
    withdrawn: bool,
    license: Option<u8>,
    place: Option<(f64, f64)>,
    title: Option<String>,
    version: u32,
    missing: u32,
}

/// The changes of all photos, by id.
#[derive(Debug, Default)]
pub struct Changes(RwLock<HashMap<u64, Change>>);

impl Changes {
    /// Deletes a photo, or makes it private: the API says the same of both.
    pub fn withdraw(&self, id: u64) {
        self.0.write().entry(id).or_default().withdrawn = true;
    }

    /// Makes a withdrawn photo public again.
    pub fn publish(&self, id: u64) {
        self.0.write().entry(id).or_default().withdrawn = false;
    }

    /// Changes the licence.
    pub fn relicense(&self, id: u64, license: u8) {
        self.0.write().entry(id).or_default().license = Some(license);
    }

    /// Changes the coordinates.
    pub fn move_to(&self, id: u64, place: (f64, f64)) {
        self.0.write().entry(id).or_default().place = Some(place);
    }

    /// Changes the title.
    pub fn rename(&self, id: u64, title: &str) {
        self.0.write().entry(id).or_default().title = Some(title.to_owned());
    }

    /// Replaces the picture: it gets a new secret, so that all its addresses change.
    pub fn replace_picture(&self, id: u64) {
        self.0.write().entry(id).or_default().version += 1;
    }

    /// The API says of the next request for this photo alone that there is no such photo.
    pub fn miss_once(&self, id: u64) {
        self.0.write().entry(id).or_default().missing += 1;
    }

    pub(crate) fn is_missed(&self, id: u64) -> bool {
        let mut all = self.0.write();
        let Some(change) = all.get_mut(&id).filter(|change| change.missing > 0) else { return false };
        change.missing -= 1;
        true
    }

    /// The photo as it is now; `None` if it was withdrawn.
    pub(crate) fn apply(&self, mut record: Record) -> Option<Record> {
        let all = self.0.read();
        let Some(change) = all.get(&record.id) else { return Some(record) };
        record.license = change.license.unwrap_or(record.license);
        record.place = change.place.or(record.place);
        record.title = change.title.clone().unwrap_or(record.title);
        if change.version > 0 {
            let bits = random::bits(random::hash(record.secret.as_bytes()), u64::from(change.version), "version");
            record.secret = format!("{:010x}", bits >> 24);
            record.version = change.version;
        }
        (!change.withdrawn).then_some(record)
    }

    /// What a search compares, as it is now; `None` if the photo was withdrawn.
    pub(crate) fn facts(&self, mut facts: Facts) -> Option<Facts> {
        let all = self.0.read();
        let Some(change) = all.get(&facts.id) else { return Some(facts) };
        facts.license = change.license.unwrap_or(facts.license);
        facts.place = change.place.or(facts.place);
        (!change.withdrawn).then_some(facts)
    }
}
