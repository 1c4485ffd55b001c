//! Order, windows, positions, aspects and ticks agree with each other.

use std::cmp::Reverse;

use gleaner::explorer::Sort;
use gleaner::photo::filter::NumberField;
use gleaner::photo::{Photo, PhotoId, ScoreKey, fields};

use super::generated::{World, filter};

const FILTERS: [&str; 3] = ["", "score.monkey:>=0.3", "term:none country:MY"];

fn sorts() -> Vec<Sort> {
    let names = ["newest", "oldest", "views", "faves", "-faves", "score.monkey", "-score.cage", "score.none"];
    names.map(|name| Sort::named(name).unwrap()).into()
}

/// A sort key; photos without a value come last, ties are sorted by id.
fn key(photo: &Photo, sort: &Sort) -> (bool, Reverse<i64>, PhotoId) {
    let taken = || fields::period(photo).map(|period| period.sorted_at());
    let epoch = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
    let second = || taken().map(|at| at.duration_since(epoch).as_secs());
    let score = |key: &ScoreKey| fields::score(photo, key).map(|value| (f64::from(value.max(-1.0)) * 1e9) as i64);
    let value = match sort {
        Sort::Newest => second(),
        Sort::Oldest => second().map(|second| -second),
        Sort::Most(NumberField::Score(key)) => score(key),
        Sort::Least(NumberField::Score(key)) => score(key).map(|value| -value),
        Sort::Most(field) => field.value(photo).map(|value| value as i64),
        Sort::Least(field) => field.value(photo).map(|value| -value as i64),
    };
    (value.is_none(), Reverse(value.unwrap_or(0)), photo.id.clone())
}

/// Compares order, pages and positions for every sort.
pub fn check(world: &World) {
    let explorer = world.explorer();
    check_with(world, &explorer);
}

pub fn check_with(world: &World, explorer: &gleaner::explorer::Explorer) {
    for (text, sort) in FILTERS.iter().flat_map(|text| sorts().into_iter().map(move |sort| (text, sort))) {
        let filter = filter(text);
        let mut wanted = world.passing(&filter);
        wanted.sort_by_key(|photo| key(photo, &sort));
        let wanted: Vec<PhotoId> = wanted.iter().map(|photo| photo.id.clone()).collect();
        let whole = explorer.window(&filter, &sort, 0, 100_000);
        assert_eq!((whole.total as usize, &whole.ids), (wanted.len(), &wanted), "{text} {sort:?}");
        for from in [0, 1, 7, wanted.len().saturating_sub(1), wanted.len(), wanted.len() + 9] {
            let page = explorer.window(&filter, &sort, from as u64, 7).ids;
            assert_eq!(
                page,
                wanted.get(from..(from + 7).min(wanted.len())).unwrap_or_default(),
                "{text} {sort:?} {from}"
            );
        }
        for index in (0..wanted.len()).step_by(13).chain(wanted.len().checked_sub(1)) {
            let position = explorer.position(&filter, &sort, &wanted[index]).unwrap();
            assert_eq!((position.index as usize, position.total as usize), (index, wanted.len()));
            assert_eq!(position.previous.as_ref(), index.checked_sub(1).map(|at| &wanted[at]));
            assert_eq!(position.next.as_ref(), wanted.get(index + 1));
        }
        let (_, aspects) = explorer.aspects(&filter, &sort);
        assert_eq!(aspects.len(), wanted.len());
        let (_, ticks) = explorer.ticks(&filter, &sort);
        assert!(ticks.len() <= 300 && ticks.windows(2).all(|pair| pair[0].from <= pair[1].from), "{sort:?}");
        assert!(wanted.is_empty() || ticks[0].from == 0);
    }
}

#[test]
fn every_sort_returns_every_photo_once_and_positions_agree() {
    check(&World::of(300));
}

#[test]
fn ticks_mark_the_first_photo_of_each_year_or_month() {
    let world = World::of(300);
    let explorer = world.explorer();
    let ids = explorer.window(&filter(""), &Sort::Newest, 0, 1000).ids;
    let day = |at: u64| {
        let photo = world.photos.iter().find(|photo| photo.id == ids[at as usize]).unwrap();
        fields::period(photo).map_or("no date".to_owned(), |period| period.sorted_at().date().to_string())
    };
    let known_to_month = |at: u64| {
        let photo = world.photos.iter().find(|photo| photo.id == ids[at as usize]).unwrap();
        fields::period(photo).is_some_and(|period| period.month().is_some())
    };
    for tick in explorer.ticks(&filter(""), &Sort::Newest).1 {
        assert!(day(tick.from).starts_with(&tick.label), "{tick:?}");
        assert!(tick.level == 0 || known_to_month(tick.from), "{tick:?}");
        let counts_too = tick.level == 0 || tick.from > 0 && known_to_month(tick.from - 1);
        assert!(
            tick.from == 0 || !counts_too || !day(tick.from - 1).starts_with(&tick.label),
            "{tick:?} begins earlier"
        );
    }
}

#[test]
fn an_aspect_is_the_width_over_the_height() {
    let world = World::of(50);
    let (_, aspects) = world.explorer().aspects(&filter(""), &Sort::named("views").unwrap());
    let ids = world.explorer().window(&filter(""), &Sort::named("views").unwrap(), 0, 50).ids;
    for (id, byte) in ids.iter().zip(aspects) {
        let size = &world.photos.iter().find(|photo| photo.id == *id).unwrap().sizes[0];
        let told = ((f64::from(byte) - 128.0) / 32.0).exp2();
        let ratio = f64::from(size.width) / f64::from(size.height);
        assert!((told / ratio - 1.0).abs() < 0.012, "{told} for {ratio}");
    }
}
