//! Merges a new version of a photo with the stored one.

use std::collections::BTreeMap;

use crate::photo::{
    AcceptedTaxon, FaultKind, Identifications, Labels, OtherRecord, PersonalField, Photo, REVIEW, ReviewedTaxon, Score,
    ScoreKey, SourceField, StageName,
};

/// Adds values to `newer` that only `known` (the stored version) has. What the source says now replaces what it said
/// before, also where it no longer says anything. What it was not asked for stays, and so does the result of a stage
/// until the stage makes a new one.
///
/// The function destructures all fields, so that a new field does not compile without a rule.
pub fn merge(newer: &mut Photo, mut known: Photo) {
    keep_from_file(newer, &mut known);
    for field in newer.unasked.clone() {
        field.keep(newer, &known);
    }
    // The source answered while this version was in the pipeline, or this is an aggregator's copy.
    if known.checked_at > newer.checked_at {
        if newer.location != known.location {
            (newer.place, newer.range) = (None, None);
        }
        SourceField::ALL.iter().for_each(|field| field.replace(newer, &known));
    }
    let before = (!known.unknown.is_empty()).then(|| known.known_fields());
    let Photo {
        id: _,
        searches,
        // The source gives these again with each record, except those in `unasked`.
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
        verbatim_coordinates: _,
        taxon: _,
        identifications,
        accepted_taxon,
        reviewed_taxon,
        range,
        setting,
        observation: _,
        dataset: _,
        location,
        found_at,
        described,
        checked_at,
        other_records,
        same_as,
        file,
        thumbnail,
        camera,
        from_file: _,
        place,
        scores,
        labels,
        owner_pseudonym,
        fault,
        unknown,
        personal,
        unasked: _,
        received: _,
    } = known;
    for found in searches {
        newer.found_by(found);
    }
    let sha256 = file.as_ref().map(|file| file.sha256.clone());
    // The thumbnail stage removes an image that it finds damaged or missing.
    let removed = newer.fault.as_ref().is_some_and(|fault| fault.stage == StageName::Thumbnail);
    if newer.file.is_none() && file.is_some() && !removed {
        // The stored file keeps its name and the address from which it was downloaded.
        newer.image_url = image_url;
        newer.file_name = file_name;
        newer.file = file;
    }
    if !removed {
        newer.thumbnail = newer.thumbnail.take().or(thumbnail);
    }
    newer.camera = newer.camera.take().or(camera);
    // What a program saw in the picture does not hold for another picture.
    let is_other = sha256.is_some() && newer.file.as_ref().map(|file| &file.sha256) != sha256.as_ref();
    if newer.location == location {
        newer.place = newer.place.take().or(place);
        newer.range = newer.range.take().or(range);
    }
    keep_scores(newer, scores, labels, is_other);
    newer.found_at = found_at.or(newer.found_at);
    newer.checked_at = newer.checked_at.max(checked_at);
    keep_other_records(newer, other_records);
    newer.same_as = same_as;
    // Searches do not ask for it.
    newer.described = newer.described.take().or(described);
    keep_taxa(newer, (identifications, reviewed_taxon), accepted_taxon);
    newer.setting = newer.setting.take().or(setting);
    // The pseudonym belongs to the owner: a newer owner has its own, and no owner has none.
    if newer.personal.finding(PersonalField::Owner).is_none() {
        newer.owner_pseudonym = newer.owner_pseudonym.take().or(owner_pseudonym);
    }
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

/// Keeps scores and labels; of another picture only people's verdicts.
fn keep_scores(newer: &mut Photo, scores: BTreeMap<ScoreKey, Score>, labels: BTreeMap<String, Labels>, is_other: bool) {
    for (key, score) in scores.into_iter().filter(|(key, _)| !is_other || key.scorer() == Some(REVIEW)) {
        newer.scores.entry(key).or_insert(score);
    }
    for (service, seen) in labels.into_iter().filter(|_| !is_other) {
        newer.labels.entry(service).or_insert(seen);
    }
}

/// Keeps what the stage `taxa`, a person and a checklist said.
fn keep_taxa(
    newer: &mut Photo,
    (identifications, reviewed): (Option<Identifications>, Option<ReviewedTaxon>),
    accepted: Option<AcceptedTaxon>,
) {
    newer.reviewed_taxon = newer.reviewed_taxon.take().or(reviewed);
    newer.identifications = newer.identifications.take().or(identifications);
    newer.accepted_taxon = newer.accepted_taxon.take().or(accepted);
}

/// Keeps the records of other sources. Those that were found by comparing pictures are the store's: only the pass over all
/// photos writes them.
fn keep_other_records(newer: &mut Photo, known: Vec<OtherRecord>) {
    let mut records = std::mem::take(&mut newer.other_records);
    records.retain(OtherRecord::is_by_id);
    known.into_iter().chain(records).for_each(|record| newer.add_other_record(record));
}

/// What the file said stays while the source says nothing, unless the file was read again or is not to be used.
fn keep_from_file(newer: &mut Photo, known: &mut Photo) {
    let Some(mut names) = known.from_file.take() else { return };
    let is_replaced = newer.from_file.is_some();
    names.retain(|name| match name.as_str() {
        "taken" => take(&mut known.taken, &mut newer.taken, is_replaced),
        "location" => take(&mut known.location, &mut newer.location, is_replaced),
        "title" => take(&mut known.title, &mut newer.title, is_replaced),
        "description" => take(&mut known.description, &mut newer.description, is_replaced),
        _ => false,
    });
    if !is_replaced {
        newer.from_file = Some(names);
    }
}

/// Keeps a known value where there is no newer one, or removes it if it is replaced; whether it was kept.
fn take<T: Clone + Default + PartialEq>(known: &mut T, newer: &mut T, is_replaced: bool) -> bool {
    if is_replaced {
        *known = T::default();
    }
    let is_kept = !is_replaced && *newer == T::default();
    if is_kept {
        newer.clone_from(known);
    }
    is_kept
}

/// Removes a temporary fault, so that the stages try again.
pub fn clear_temporary_fault(photo: &mut Photo) {
    if photo.fault.as_ref().is_some_and(|fault| fault.kind == FaultKind::Temporary) {
        photo.fault = None;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::merge;
    use crate::photo::{License, Location, OtherRecord, PersonalField, Photo, PhotoId, RecognisedBy, SourceField};

    fn known() -> Photo {
        let mut known = Photo { title: "Heron".to_owned(), tags: vec!["lake".to_owned()], ..Photo::default() };
        known.license = Some(License::all_rights_reserved());
        known.location = Location::new(47.5, 8.25);
        known.owner_pseudonym = Some("p1".to_owned());
        known.personal.keep_sealed(PersonalField::Owner, "token".to_owned());
        known
    }

    #[test]
    fn what_a_source_was_asked_for_follows_it_and_the_rest_stays() {
        let mut newer = Photo::default();
        merge(&mut newer, known());
        assert!(newer.title.is_empty() && newer.license.is_none() && newer.location.is_none(), "all was asked for");
        assert_eq!(newer.owner_pseudonym.as_deref(), Some("p1"), "nobody was asked for the owner");

        let mut newer = Photo { title: "Egret".to_owned(), ..Photo::default() };
        newer.unasked.extend([SourceField::Title, SourceField::License, SourceField::Location]);
        merge(&mut newer, known());
        assert_eq!((newer.title.as_str(), newer.tags.len()), ("Egret", 0));
        assert_eq!((newer.license, newer.location), (known().license, known().location));

        let mut newer = Photo::default();
        newer.unasked.extend(SourceField::ALL);
        merge(&mut newer, known());
        newer.unasked.clear();
        assert_eq!(newer, known());
    }

    #[test]
    fn an_older_answer_of_the_source_does_not_replace_a_newer_one() {
        let at = |text: &str| Some(text.parse().unwrap());
        let known = || Photo { checked_at: at("2026-05-02T00:00:00Z"), ..known() };
        let copy = Photo { title: "Copied".to_owned(), license: Some(License::parse("cc0", None)), ..Photo::default() };
        let earlier = Photo { checked_at: at("2026-05-01T00:00:00Z"), ..copy.clone() };
        for mut newer in [copy.clone(), earlier] {
            merge(&mut newer, known());
            assert_eq!((newer.title.as_str(), &newer.license), ("Heron", &known().license));
        }
        let mut later = Photo { checked_at: at("2026-05-03T00:00:00Z"), ..copy };
        merge(&mut later, known());
        assert_eq!(later.title, "Copied");
    }

    #[test]
    fn every_other_source_keeps_its_newest_record() {
        let record = |own: &str, license: &str, by: RecognisedBy| OtherRecord {
            id: PhotoId::new("openverse", own),
            license: Some(License::parse(license, None)),
            recognised_by: by.into(),
            ..OtherRecord::default()
        };
        let (id, picture) = (RecognisedBy::Id, RecognisedBy::Picture);
        let with = |records: &[OtherRecord]| Photo { other_records: records.to_vec(), ..known() };
        let (old, new) = (record("1", "cc-by-2.0", id), record("1", "cc-by-nc-2.0", id));
        let (second, compared) = (record("2", "cc0", id), record("3", "cc0", picture));
        let mut newer = with(&[new.clone(), compared.clone()]);
        merge(&mut newer, with(&[old.clone(), second.clone()]));
        assert_eq!(newer.other_records, [new, second], "the store no longer says that the pictures are equal");
        let mut newer = with(&[]);
        merge(&mut newer, with(&[old.clone(), compared.clone()]));
        assert_eq!(newer.other_records, [old, compared]);
    }

    #[test]
    fn a_pseudonym_goes_and_comes_with_its_owner() {
        let mut none = Photo::default();
        none.personal.find(PersonalField::Owner, Value::Null);
        let mut other = Photo::default();
        other.personal.find(PersonalField::Owner, "u2");
        let mut sealed = Photo { owner_pseudonym: Some("p2".to_owned()), ..Photo::default() };
        sealed.personal.keep_sealed(PersonalField::Owner, "another".to_owned());
        let mut taken_back = Photo::default();
        taken_back.personal.keep_sealed(PersonalField::Owner, "null".to_owned());
        // Without one, sealing makes it of the owner.
        for (mut newer, pseudonym) in [(none, None), (other, None), (sealed, Some("p2")), (taken_back, None)] {
            let owner = newer.personal.finding(PersonalField::Owner).cloned();
            merge(&mut newer, known());
            assert_eq!(newer.owner_pseudonym.as_deref(), pseudonym);
            assert!(newer.personal.finding(PersonalField::Owner) == owner.as_ref());
        }
    }
}
