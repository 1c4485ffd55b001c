//! Asks a source again for photos that are stored. A source that can be asked by id implements [`Lookup`].

use std::collections::{HashMap, HashSet};

use super::{Record, ResponseError};
use crate::net::Request;
use crate::photo::{Photo, PhotoId, Size};

/// A source that can be asked by id, without network access: it builds requests and parses responses.
pub trait Lookup: Send + Sync {
    /// The most keys in one request.
    fn batch(&self) -> usize;

    /// The key by which the source is asked for a photo: its own id, or that of the observation. `None` if the record does
    /// not say it.
    fn key(&self, photo: &Photo) -> Option<String>;

    /// The request for the records with these keys.
    fn request(&self, keys: &[String]) -> Request;

    /// Parses the answer. A photo that the answer lacks is taken for withdrawn, so everything but a definite and complete
    /// answer is an error. An invalid record becomes a photo with a fault.
    fn parse(&self, keys: &[String], status: u16, body: &[u8]) -> Result<Vec<Record>, ResponseError>;

    /// The request for all sizes of a photo whose addresses have changed; `None` if `parse` gives all of them.
    fn sizes_request(&self, _photo: &Photo) -> Option<Request> {
        None
    }

    /// Parses the sizes, smallest first.
    fn parse_sizes(&self, _status: u16, _body: &[u8]) -> Result<Vec<Size>, ResponseError> {
        Ok(Vec::new())
    }
}

/// What a source says about photos that it was asked for.
#[derive(Debug, Default)]
pub struct LookupResult {
    /// The photos that it shows, as it describes them now.
    pub found: Vec<Record>,
    /// The photos that it does not show any more.
    pub withdrawn: Vec<PhotoId>,
    /// Photos of an answer with a record that cannot be read: it may be theirs.
    pub unclear: Vec<PhotoId>,
}

impl LookupResult {
    /// Compares the asked photos with the records of a complete answer.
    pub fn of(asked: &[PhotoId], records: Vec<Record>) -> Self {
        let has_unreadable = records.iter().any(|record| record.photo.fault.is_some());
        // A photo that an aggregator describes has the id of its owner's source there.
        let id = |record: &Record| record.origin.clone().unwrap_or_else(|| record.photo.id.clone());
        let mut by_id: HashMap<PhotoId, Record> = HashMap::new();
        for record in records.into_iter().filter(|record| record.photo.fault.is_none()) {
            by_id.entry(record.photo.id.clone()).or_insert_with(|| record.clone());
            by_id.entry(id(&record)).or_insert(record);
        }
        let (mut result, mut seen) = (Self::default(), HashSet::new());
        for own in asked.iter().filter(|own| seen.insert(*own)) {
            match by_id.remove(own) {
                Some(record) => {
                    let photo = Photo { id: own.clone(), ..record.photo };
                    result.found.push(Record { photo, ..record });
                }
                None if has_unreadable => result.unclear.push(own.clone()),
                None => result.withdrawn.push(own.clone()),
            }
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::unreadable;

    fn id(own: &str) -> PhotoId {
        PhotoId::new("gbif", own)
    }

    fn record(own: &str) -> Record {
        Photo { id: id(own), ..Photo::default() }.into()
    }

    #[test]
    fn only_a_photo_that_a_complete_answer_lacks_is_withdrawn() {
        let asked = [id("1"), id("2"), id("2"), id("3")];
        let result = LookupResult::of(&asked, vec![record("3"), record("9"), record("1")]);
        assert_eq!(result.found.iter().map(|record| &record.photo.id).collect::<Vec<_>>(), [&asked[0], &asked[3]]);
        assert_eq!((&result.withdrawn[..], result.unclear.len()), (&asked[1..2], 0));
        let unreadable = unreadable("gbif", "{}", "it has no key").into();
        let result = LookupResult::of(&asked, vec![record("3"), unreadable]);
        assert_eq!((result.found.len(), result.withdrawn.len(), result.unclear.len()), (1, 0, 2));
    }
}
