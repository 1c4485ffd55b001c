//! Merges a photo with what the store knows of it.

use crate::photo::{FaultKind, Photo, StageName};

/// Completes `newer` with what only `known` (the store's) has: nothing found before is lost. What the source says now
/// replaces what it said before; the result of a stage stays until the stage makes a new one.
pub fn merge(newer: &mut Photo, known: Photo) {
    for found in known.searches {
        newer.found_by(found);
    }
    // The thumbnail stage removes an image that it finds damaged or missing.
    let taken_away = newer.fault.as_ref().is_some_and(|fault| fault.stage == StageName::Thumbnail);
    if newer.file.is_none() && known.file.is_some() && !taken_away {
        // The name and address under which the kept file was downloaded stay with it.
        newer.image_url = known.image_url;
        newer.file_name = known.file_name;
        newer.file = known.file;
    }
    if !taken_away {
        newer.thumbnail = newer.thumbnail.take().or(known.thumbnail);
    }
    newer.camera = newer.camera.take().or(known.camera);
    if newer.location == known.location {
        newer.place = newer.place.take().or(known.place);
    }
    for (concept, score) in known.scores {
        newer.scores.entry(concept).or_insert(score);
    }
    for (service, labels) in known.labels {
        newer.labels.entry(service).or_insert(labels);
    }
    newer.found_at = known.found_at.or(newer.found_at);
    newer.owner_pseudonym = newer.owner_pseudonym.take().or(known.owner_pseudonym);
    newer.personal.fill_from(known.personal);
    if newer.fault.is_none() && newer.file.is_none() {
        newer.fault = known.fault;
    }
}

/// Clears a temporary fault, so that the stages try again.
pub fn give_another_chance(photo: &mut Photo) {
    if photo.fault.as_ref().is_some_and(|fault| fault.kind == FaultKind::Temporary) {
        photo.fault = None;
    }
}
