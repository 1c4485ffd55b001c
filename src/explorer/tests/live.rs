//! Changes of the store reach the explorer.

use gleaner::photo::PhotoId;
use gleaner::seal::{Key, Vault};

use super::generated::{CLAUSES, World, filter, photo};
use super::{counts, gallery};

#[test]
fn new_changed_and_removed_photos_are_seen_at_once() {
    let mut world = World::of(120);
    let explorer = world.explorer();
    assert!(!explorer.follow().unwrap(), "nothing changed");
    let before = explorer.summary().generation;
    world.save((120..160).map(photo).collect());
    let mut changed = photo(3);
    changed.title = "An entirely new pangolin".into();
    changed.scores.entry("pangolin".into()).or_default().value = Some(0.9);
    changed.views = Some(7_000_000);
    world.save(vec![changed]);
    for n in [0, 5, 130] {
        world.remove(&PhotoId::new("flickr", &n.to_string()));
    }
    assert!(explorer.follow().unwrap() && !explorer.follow().unwrap());
    let summary = explorer.summary();
    assert!(summary.generation > before);
    assert_eq!(summary.photos, world.photos.len() as u64);
    assert!(summary.scores.contains(&"pangolin".into()) && summary.facets.contains(&"score.pangolin".to_owned()));
    assert_eq!(explorer.facets(&filter("pangolin"), &[]).total, 1);
    for text in CLAUSES.iter().chain(&["score.pangolin:any", "", "views:1000000.."]) {
        counts::check(&world, &explorer, &filter(text));
    }
    gallery::check_with(&world, &explorer);
    world.save(vec![photo(0)]);
    assert!(explorer.follow().unwrap());
    counts::check(&world, &explorer, &filter("\"flickr:0\""));
}

#[test]
fn a_withdrawn_photo_leaves_the_explorer_and_its_snapshot_although_no_change_names_it() {
    let mut world = World::of(60);
    let explorer = world.explorer();
    let marker = Vault::new(Key::generate()).marker();
    let gone: Vec<PhotoId> = [3, 17].map(|n: u64| PhotoId::new("flickr", &n.to_string())).into();
    let marks: Vec<PhotoId> = gone.iter().map(|id| marker.mark(id)).collect();
    world.store.withdraw(&gone, &marks).unwrap();
    world.photos.retain(|photo| !gone.contains(&photo.id));
    world.save(vec![photo(61)]);
    assert!(explorer.follow().unwrap() && !explorer.follow().unwrap());
    assert_eq!(explorer.summary().photos, 59);
    for text in ["", "monkey", "\"flickr:17\"", "views:100.."] {
        counts::check(&world, &explorer, &filter(text));
    }
    gallery::check_with(&world, &explorer);
    let bytes = std::fs::read(world.dataset().snapshot()).unwrap();
    assert!(!bytes.windows(10).any(|part| part == b"\nflickr:17"), "the list of the last changes");
    gallery::check_with(&world, &world.explorer());
}

#[test]
fn many_changes_trigger_a_new_sort_and_nothing_else() {
    let mut world = World::of(1050);
    let explorer = world.explorer();
    counts::check(&world, &explorer, &filter("monkey views:100.."));
    world.save((0..1050).rev().map(photo).collect());
    assert!(explorer.follow().unwrap());
    for text in ["monkey views:100..", "猴 -country:IN", "taken:2010..", ""] {
        counts::check(&world, &explorer, &filter(text));
    }
    gallery::check_with(&world, &explorer);
    world.remove(&PhotoId::new("flickr", "7"));
    assert!(explorer.follow().unwrap());
    counts::check(&world, &explorer, &filter("monkey views:100.."));
}

#[test]
fn numbers_beyond_32_bits_count_the_same_everywhere() {
    let mut world = World::of(20);
    let mut large = |n: u64, views: u64| {
        let mut photo = photo(n);
        (photo.views, photo.faves) = (Some(views), Some(views));
        world.save(vec![photo]);
    };
    large(0, 4_294_967_293);
    large(1, 4_294_967_294);
    large(2, 4_294_967_295);
    large(3, 9_000_000_000);
    let explorer = world.explorer();
    for text in
        ["views:4294967294", "views:4294967295..", "views:5000000000..", "faves:..4294967294", "faves:>4294967293"]
    {
        counts::check(&world, &explorer, &filter(text));
    }
    assert_eq!(explorer.facets(&filter("views:4294967294.."), &[]).total, 3);
}
