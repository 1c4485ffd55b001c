//! Merges a photo with what the store knows of it.

use crate::photo::{FaultKind, Photo, StageName};

/// Completes `newer` with what only `known` (the store's) has: nothing found before is lost. What the source says now
/// replaces what it said before; the result of a stage stays until the stage makes a new one.
///
/// Every field of a photo is named here, so that a new one does not compile before it has its rule.
pub fn merge(newer: &mut Photo, known: Photo) {
    let before = (!known.unknown.is_empty()).then(|| known.known_fields());
    let Photo {
        id: _,
        searches,
        // The source gives these again with each record.
        title: _,
        description: _,
        tags: _,
        machine_tags: _,
        media: _,
        kind: _,
        landing_url: _,
        image_url,
        file_name,
        sizes: _,
        views: _,
        faves: _,
        comments: _,
        license: _,
        attribution: _,
        changes: _,
        taken: _,
        posted_at: _,
        updated_at: _,
        taxon: _,
        observation: _,
        location,
        found_at,
        file,
        thumbnail,
        camera,
        place,
        scores,
        labels,
        owner_pseudonym,
        fault,
        unknown,
        personal,
        received: _,
    } = known;
    for found in searches {
        newer.found_by(found);
    }
    // The thumbnail stage removes an image that it finds damaged or missing.
    let removed = newer.fault.as_ref().is_some_and(|fault| fault.stage == StageName::Thumbnail);
    if newer.file.is_none() && file.is_some() && !removed {
        // The name and address under which the kept file was downloaded stay with it.
        newer.image_url = image_url;
        newer.file_name = file_name;
        newer.file = file;
    }
    if !removed {
        newer.thumbnail = newer.thumbnail.take().or(thumbnail);
    }
    newer.camera = newer.camera.take().or(camera);
    if newer.location == location {
        newer.place = newer.place.take().or(place);
    }
    for (concept, score) in scores {
        newer.scores.entry(concept).or_insert(score);
    }
    for (service, seen) in labels {
        newer.labels.entry(service).or_insert(seen);
    }
    newer.found_at = found_at.or(newer.found_at);
    newer.owner_pseudonym = newer.owner_pseudonym.take().or(owner_pseudonym);
    newer.personal.fill_from(personal);
    if newer.fault.is_none() && newer.file.is_none() {
        // The newer record was read and can be stored: what was wrong with an older one is over.
        newer.fault = fault.filter(|fault| fault.stage != StageName::Search);
    }
    if let Some(before) = before {
        let after = newer.known_fields();
        newer.unknown.fill_from(unknown, &before, &after);
    }
}

/// Clears a temporary fault, so that the stages try again.
pub fn give_another_chance(photo: &mut Photo) {
    if photo.fault.as_ref().is_some_and(|fault| fault.kind == FaultKind::Temporary) {
        photo.fault = None;
    }
}
