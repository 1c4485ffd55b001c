//! Totals and facets agree with counts made photo by photo.

use std::collections::BTreeSet;

use gleaner::explorer::{Choices, Explorer, Facet, Histogram, Sort};
use gleaner::photo::fields;
use gleaner::photo::filter::{ChoiceField, Clause, Filter, NumberField, Test};
use gleaner::photo::{Photo, PhotoId};
use proptest::prelude::*;

use super::generated::{CLAUSES, TITLES, World, filter};

/// A facet's name of the field that a clause is on.
fn field_of(test: &Test) -> String {
    match test {
        Test::Text { .. } => String::new(),
        Test::Choice { field, .. } => field.as_str().to_owned(),
        Test::Number { field, .. } => field.name(),
        Test::Taken { .. } => "taken".into(),
        Test::Place { .. } => "place".into(),
    }
}

fn without(filter: &Filter, name: &str) -> Filter {
    Filter { clauses: filter.clauses.iter().filter(|clause| field_of(&clause.test) != name).cloned().collect() }
}

fn check_choices(photos: &[&Photo], choices: &Choices) {
    let values = |photo: &Photo| -> Vec<String> {
        if choices.name == "place" {
            return photo.location.iter().map(|_| "any".to_owned()).collect();
        }
        let field = ChoiceField::named(&choices.name).expect("a field of names");
        field.names(photo).into_iter().map(std::borrow::Cow::into_owned).collect()
    };
    for choice in &choices.values {
        let wanted = photos.iter().filter(|photo| values(photo).contains(&choice.value)).count();
        assert_eq!(choice.count, wanted as u64, "{} {}", choices.name, choice.value);
    }
    let told: BTreeSet<_> = choices.values.iter().map(|choice| choice.value.clone()).collect();
    assert!(photos.iter().flat_map(|photo| values(photo)).all(|value| told.contains(&value)), "{}", choices.name);
    assert_eq!(choices.none.count, photos.iter().filter(|photo| values(photo).is_empty()).count() as u64);
}

fn check_histogram(photos: &[&Photo], histogram: &Histogram) {
    if histogram.name == "taken" {
        return check_days(photos, histogram);
    }
    let field = NumberField::named(&histogram.name).expect("a field of numbers");
    let value = |photo: &Photo| field.value(photo);
    // Without values there are no bins.
    let last = histogram.counts.len().saturating_sub(1);
    for (bin, count) in histogram.counts.iter().enumerate() {
        let (from, to) = (histogram.edges[bin] as f32, histogram.edges[bin + 1] as f32);
        let within =
            |value: f64| (value as f32) >= from && ((value as f32) < to || bin == last && (value as f32) <= to);
        let wanted = photos.iter().filter_map(|photo| value(photo)).filter(|value| within(*value)).count();
        assert_eq!(*count, wanted as u64, "{} from {from} to {to}", histogram.name);
    }
    assert_eq!(histogram.none.count, photos.iter().filter(|photo| value(photo).is_none()).count() as u64);
    let under = photos.iter().filter(|photo| value(photo) == Some(f64::NEG_INFINITY)).count() as u64;
    let told = histogram.under_floor.as_ref().map_or(0, |floor| floor.count);
    assert_eq!(told, under, "{}: below minimum", histogram.name);
    assert_eq!(histogram.counts.iter().sum::<u64>() + histogram.none.count + under, photos.len() as u64);
    assert!(histogram.all.iter().zip(&histogram.counts).all(|(all, count)| all >= count));
}

/// A date is in a bin if it lies within it as a whole.
fn check_days(photos: &[&Photo], histogram: &Histogram) {
    let number = |date: jiff::civil::Date| f64::from((date - jiff::civil::date(1970, 1, 1)).get_days());
    let periods: Vec<_> = photos.iter().filter_map(|photo| fields::period(photo)).collect();
    let within = |from: f64, to: f64| {
        let is_in =
            |period: &&gleaner::photo::Period| number(period.first.date()) >= from && number(period.last.date()) < to;
        periods.iter().filter(is_in).count() as u64
    };
    for (ends, count) in histogram.edges.windows(2).zip(&histogram.counts) {
        assert_eq!(*count, within(ends[0], ends[1]), "taken from {} to {}", ends[0], ends[1]);
    }
    assert_eq!(histogram.none.count, (photos.len() - periods.len()) as u64);
    let less_exact = histogram.less_exact.as_ref().map_or(0, |less| less.count);
    assert_eq!(histogram.counts.iter().sum::<u64>() + histogram.none.count + less_exact, photos.len() as u64);
}

/// Compares everything that is counted for a filter.
pub fn check(world: &World, explorer: &Explorer, filter: &Filter) {
    let passing = world.passing(filter);
    let facets = explorer.facets(filter, &[]);
    assert_eq!(facets.total, passing.len() as u64, "{filter}");
    assert_eq!(facets.photos, world.photos.len() as u64);
    let people: BTreeSet<_> = passing.iter().filter_map(|photo| photo.owner_pseudonym.as_ref()).collect();
    assert_eq!(facets.people, people.len() as u64, "{filter}");
    for facet in &facets.facets {
        match facet {
            Facet::Choices(choices) => check_choices(&world.passing(&without(filter, &choices.name)), choices),
            Facet::Histogram(histogram) => {
                check_histogram(&world.passing(&without(filter, &histogram.name)), histogram);
            }
        }
    }
    let ids: BTreeSet<PhotoId> = explorer.window(filter, &Sort::Newest, 0, 10_000).ids.into_iter().collect();
    assert_eq!(ids, passing.iter().map(|photo| photo.id.clone()).collect(), "{filter}");
}

#[test]
fn every_clause_counts_like_a_photo_by_photo_check() {
    let world = World::of(400);
    let explorer = world.explorer();
    for clause in CLAUSES {
        check(&world, &explorer, &filter(clause));
        check(&world, &explorer, &filter(&format!("score.monkey:0.2..0.8 {clause}")));
    }
}

#[test]
fn values_named_by_a_filter_are_listed_and_others_can_be_searched() {
    let world = World::of(200);
    let explorer = world.explorer();
    let facets = explorer.facets(&filter("country:ZZ,MY"), &["country".into()]);
    let Facet::Choices(countries) = &facets.facets[0] else { panic!("not a choice") };
    let named = countries.values.iter().find(|choice| choice.value == "ZZ").unwrap();
    assert_eq!((named.count, named.all), (0, 0));
    assert!(
        countries.values.iter().any(|choice| choice.value == "FJ" && choice.count > 0),
        "left out of its own count"
    );
    let found = explorer.choices(&filter(""), "country", "alay", 1).unwrap();
    assert_eq!(found.values.iter().map(|choice| choice.value.as_str()).collect::<Vec<_>>(), ["MY"]);
    assert!(explorer.choices(&filter(""), "weather", "", 1).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn combined_clauses_count_like_a_photo_by_photo_check(picked in prop::collection::vec((0..CLAUSES.len(), any::<bool>()), 1..4)) {
        thread_local! {
            static WORLD: (World, Explorer) = { let world = World::of(150); let explorer = world.explorer(); (world, explorer) };
        }
        let mut asked = Filter::default();
        for (at, negated) in picked {
            let mut more = filter(CLAUSES[at]);
            more.clauses.iter_mut().for_each(|clause| clause.negated ^= negated);
            asked.clauses.extend(more.clauses);
        }
        WORLD.with(|(world, explorer)| check(world, explorer, &asked));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn text_is_found_at_any_position(at in 0..TITLES.len(), skip in 0..20_usize, take in 1..7_usize, upper: bool) {
        thread_local! {
            static WORLD: (World, Explorer) = { let world = World::of(60); let explorer = world.explorer(); (world, explorer) };
        }
        let part: String = TITLES[at].chars().skip(skip).take(take).collect();
        let text = if upper { part.to_uppercase() } else { part };
        let asked = Filter { clauses: vec![Clause { negated: false, test: Test::Text { text: text.clone() } }] };
        WORLD.with(|(world, explorer)| {
            let total = explorer.facets(&asked, &["place".into()]).total;
            assert_eq!(total, world.passing(&asked).len() as u64, "{text:?}");
        });
    }
}
