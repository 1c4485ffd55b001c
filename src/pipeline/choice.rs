//! Which stored photos a run takes up again, and which of their faults it clears.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};

use crate::photo::filter::Filter;
use crate::photo::{FaultKind, Photo, PhotoId, StageName};
use crate::seal::SealedPhoto;
use crate::store::{Store, for_each_photo};

/// A choice of stored photos. By default all of them, with temporary faults cleared.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Only photos that pass.
    pub filter: Option<Filter>,
    /// Only photos with a fault that is cleared.
    pub only_faults: bool,
    /// Clears the faults of rejected photos too.
    pub rejected: bool,
    /// Clears the faults of photos that are gone too.
    pub gone: bool,
}

impl Choice {
    /// The photo for another run of the pipeline; `None` if it is not chosen.
    pub fn prepare(&self, mut photo: Photo) -> Option<Photo> {
        if !self.passes(&photo) {
            return None;
        }
        let is_cleared = self.clears(&photo);
        if is_cleared {
            photo.fault = None;
        }
        (is_cleared || !self.only_faults).then_some(photo)
    }

    /// Cause of a fault -> photos of the filter that have it.
    pub fn faults(&self, store: &dyn Store) -> Result<BTreeMap<String, u64>> {
        let mut faults = BTreeMap::new();
        for_each_photo(store, |photo| {
            if let Some(fault) = photo.fault.as_ref().filter(|_| self.passes(&photo)) {
                *faults.entry(format!("{}: {}", fault.stage.as_str(), fault.message)).or_default() += 1;
            }
            Ok(())
        })?;
        Ok(faults)
    }

    /// Whether the photo passes the filter.
    pub fn passes(&self, photo: &Photo) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches(photo))
    }

    /// Whether the photo has a fault that allows another attempt. A record that cannot be read or stored allows none.
    fn clears(&self, photo: &Photo) -> bool {
        photo.fault.as_ref().is_some_and(|fault| match fault.kind.known() {
            Some(FaultKind::Temporary) => true,
            _ if fault.stage == StageName::Search => false,
            Some(FaultKind::Permanent) => self.gone,
            // A kind that only a newer program knows counts as rejected.
            Some(FaultKind::Rejected) | None => self.rejected,
        })
    }
}

/// Photos read from the store at a time.
const SCAN: usize = 200;

/// The next stored photos of a source, in the order of their ids: the first ones, or those after an id. Empty at the end.
pub(super) async fn next_of_source(
    store: &Arc<dyn Store>,
    source: &str,
    after: Option<&PhotoId>,
) -> Result<Vec<Photo>> {
    let prefix = format!("{source}:");
    let from = after.cloned().unwrap_or_else(|| PhotoId::from_text(prefix.clone()));
    let photos = next_photos(store, Some(from)).await?.into_iter();
    Ok(photos.take_while(|photo| photo.id.as_str().starts_with(&prefix)).collect())
}

/// The next stored photos, in the order of their ids: the first ones, or those after an id. Empty at the end.
pub(super) async fn next_photos(store: &Arc<dyn Store>, after: Option<PhotoId>) -> Result<Vec<Photo>> {
    let store = Arc::clone(store);
    let read = tokio::task::spawn_blocking(move || store.scan_sealed(after.as_ref(), SCAN)).await;
    let sealed = read.context("reading the store failed")?.context("reading the store failed")?;
    Ok(sealed.into_iter().map(SealedPhoto::into_photo).collect())
}

#[cfg(test)]
mod tests {
    use super::Choice;
    use crate::photo::{Fault, Photo, StageName};

    fn photo(fault: Option<Fault>) -> Photo {
        Photo { fault, ..Photo::default() }
    }

    #[test]
    fn only_faults_that_were_asked_for_are_cleared() {
        let temporary = || Some(Fault::temporary(StageName::Download, "HTTP 503"));
        let rejected = || Some(Fault::rejected(StageName::Thumbnail, "damaged"));
        let gone = || Some(Fault::permanent(StageName::Download, "HTTP 404"));
        let unreadable = || Some(Fault::rejected(StageName::Search, "unreadable record"));
        let cleared = |choice: &Choice| {
            [temporary(), rejected(), gone(), unreadable()].map(|fault| {
                let prepared = choice.prepare(photo(fault.clone()))?;
                assert!(prepared.fault.is_none() || prepared.fault == fault);
                Some(prepared.fault.is_none())
            })
        };
        assert_eq!(cleared(&Choice::default()), [Some(true), Some(false), Some(false), Some(false)]);
        let retry = Choice { only_faults: true, rejected: true, ..Choice::default() };
        assert_eq!(cleared(&retry), [Some(true), Some(true), None, None]);
        let all = Choice { gone: true, ..retry };
        assert_eq!(cleared(&all), [Some(true), Some(true), Some(true), None]);
        assert!(all.prepare(photo(None)).is_none() && Choice::default().prepare(photo(None)).is_some());
    }

    #[test]
    fn the_filter_sees_the_fault_that_is_cleared() {
        let choice = Choice { filter: Some("state:failed".parse().unwrap()), ..Choice::default() };
        assert!(choice.prepare(photo(None)).is_none());
        let failed = photo(Some(Fault::temporary(StageName::Download, "HTTP 503")));
        assert!(choice.prepare(failed).is_some_and(|photo| photo.fault.is_none()));
    }
}
