//! The photos that pass by the snapshot are those that pass by their records.

use std::fs;

use gleaner::explorer::passing;
use gleaner::photo::PhotoId;
use gleaner::photo::filter::Filter;

use super::generated::{CLAUSES, World, filter, photo};

/// What the records say, in order.
fn by_records(world: &World, filter: &Filter) -> Vec<PhotoId> {
    let passing = world.photos.iter().filter(|photo| photo.is_listed() && filter.matches(photo));
    let mut ids: Vec<PhotoId> = passing.map(|photo| photo.id.clone()).collect();
    ids.sort();
    ids
}

/// Compares all clauses, alone and in pairs; returns how many were answered by the snapshot.
fn agree(world: &World) -> usize {
    let pairs = CLAUSES.iter().zip(CLAUSES.iter().cycle().skip(7)).map(|(one, other)| format!("{one} {other}"));
    let texts = CLAUSES.iter().map(|text| (*text).to_owned()).chain(pairs);
    let compare = |text: String| {
        let filter = filter(&text);
        let found = passing(&*world.store, &world.dataset(), &filter).unwrap()?;
        assert_eq!(found, by_records(world, &filter), "{text}");
        Some(())
    };
    texts.filter_map(compare).count()
}

#[test]
fn a_filter_reads_from_the_snapshot_which_photos_pass() {
    let mut world = World::of(300);
    assert_eq!(passing(&*world.store, &world.dataset(), &filter("country:MY")).unwrap(), None, "there is no snapshot");
    drop(world.explorer());
    let answered = agree(&world);
    assert!(answered > CLAUSES.len(), "{answered}");
    world.save((290..330).map(photo).collect());
    world.remove(&PhotoId::new("flickr", "5"));
    assert!(agree(&world) > CLAUSES.len(), "changes since the snapshot are followed");
}

#[test]
fn a_snapshot_with_one_wrong_byte_is_used_as_far_as_it_is_not_read() {
    let world = World::of(100);
    drop(world.explorer());
    let whole = fs::read(world.dataset().snapshot()).unwrap();
    let right = by_records(&world, &filter("country:MY month:3..5"));
    for at in (0..whole.len()).step_by(whole.len() / 200) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x11;
        fs::write(world.dataset().snapshot(), damaged).unwrap();
        let found = passing(&*world.store, &world.dataset(), &filter("country:MY month:3..5")).unwrap();
        assert!(found.is_none_or(|found| found == right), "byte {at}");
    }
}

#[test]
fn a_filter_that_most_photos_pass_or_that_columns_cannot_decide_is_left_to_the_records() {
    let world = World::of(100);
    drop(world.explorer());
    for text in ["", "-country:XX", "views:4294967296..", "-views:..5000000000"] {
        assert_eq!(passing(&*world.store, &world.dataset(), &filter(text)).unwrap(), None, "{text}");
    }
}
