//! Saves labels in the store. They are not personal, so no key is needed.

use std::collections::HashMap;

use anyhow::Result;

use crate::photo::{Labels, Photo, PhotoId};
use crate::scorers::vision;
use crate::seal::SealedPhoto;
use crate::stages::Derived;
use crate::store::Store;

/// Photos per transaction when labels are copied.
const COPIED_AT_ONCE: usize = 100;

/// Saves labels in one transaction.
pub(super) fn labels((store, derived): (&dyn Store, &Derived), found: Vec<(PhotoId, Labels)>) -> Result<()> {
    let found: HashMap<PhotoId, Labels> = found.into_iter().collect();
    let ids: Vec<PhotoId> = found.keys().cloned().collect();
    let labelled = |sealed: SealedPhoto| {
        let Photo { id, scores, labels: mut known, .. } = sealed.photo().clone();
        known.extend(found.get(&id).map(|new| (vision::NAME.to_owned(), new.clone())));
        derived.of_sealed(sealed.with_scores(scores, known))
    };
    store.update(&ids, &mut |_, known| known.into_iter().map(labelled).collect()).map(drop)
}

/// Copies the labels that the same image has under another photo's id.
pub(super) fn copy_labels((store, derived): (&dyn Store, &Derived), copies: &[(PhotoId, PhotoId)]) -> Result<u64> {
    for some in copies.chunks(COPIED_AT_ONCE) {
        let from: Vec<PhotoId> = some.iter().map(|(from, _)| from.clone()).collect();
        let known = store.load_sealed(&from)?;
        let labels_of = |id: &PhotoId| {
            let photo = known.iter().map(SealedPhoto::photo).find(|photo| photo.id == *id)?;
            photo.labels.get(vision::NAME).cloned()
        };
        labels((store, derived), some.iter().filter_map(|(from, to)| Some((to.clone(), labels_of(from)?))).collect())?;
    }
    Ok(copies.len() as u64)
}
