//! For any filter, text and photo: printing and parsing round-trips, nothing panics, and matches are
//! those of a second, simpler implementation.

use std::fmt;
use std::sync::Arc;

use gleaner::photo::area;
use gleaner::photo::fields::Form;
use gleaner::photo::filter::{Area, ChoiceField, Clause, DaySpan, Filter, NumberField, Span, Test};
use gleaner::photo::{City, Found, Granularity, Interval, Location, Photo, PhotoId, Place, Score, Taken};
use jiff::civil::{Date, date};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Texts that are related to the language, or random.
fn word() -> impl Strategy<Value = String> {
    const KNOWN: [&str; 14] =
        ["none", "any", "OR", "-x", "a b", "\"", "\\", "a,b", "x:y", "猿", "قرد", "É", "score.x", "\u{301}e"];
    prop_oneof![proptest::sample::select(&KNOWN[..]).prop_map(str::to_owned), "[a-zA-Z0-9._+/'-]{1,8}", "(?s).{1,6}",]
}

fn number() -> impl Strategy<Value = f64> {
    let every = any::<f64>().prop_filter("finite", |number| number.is_finite());
    prop_oneof![(-100_i32..2000).prop_map(f64::from), (0.0..1.0_f64), every]
}

/// A span within bounds, with ordered ends.
fn span(ends: impl Strategy<Value = f64> + Clone) -> impl Strategy<Value = Span> {
    (option::of(ends.clone()), option::of(ends), any::<bool>(), any::<bool>()).prop_map(|(a, b, above, below)| {
        let (min, max) = if a.is_some() && b.is_some() && a > b { (b, a) } else { (a, b) };
        Span { min, max, above: above && min.is_some(), below: below && max.is_some() }
    })
}

fn spans_of(field: &NumberField) -> BoxedStrategy<Vec<Span>> {
    match field {
        field if field.is_cycle() => {
            let (first, last) = field.bounds();
            vec(span((first as i32..=last as i32).prop_map(f64::from)), 1..3).boxed()
        }
        field if field.bounds() != (f64::MIN, f64::MAX) => {
            let (least, most) = field.bounds();
            vec(span(least..=most), 1..3).boxed()
        }
        _ => vec(span(number().boxed()), 1..3).boxed(),
    }
}

fn number_field() -> impl Strategy<Value = NumberField> {
    prop_oneof![
        6 => proptest::sample::select(NumberField::all().collect::<Vec<_>>()),
        1 => Just(NumberField::Score("monkey".into())),
        1 => word().prop_map(|key| NumberField::Score(key.into())),
    ]
}

fn day() -> impl Strategy<Value = Date> {
    (1_i16..=9999, 1_i8..=12, 1_i8..=28, 0_u8..4).prop_map(|(year, month, day, edge)| match edge {
        0 => date(year, month, 1),
        1 => date(year, month, 1).last_of_month(),
        2 => date(year, 12, 31),
        _ => date(year, month, day),
    })
}

fn day_span() -> impl Strategy<Value = DaySpan> {
    (option::of(day()), option::of(day())).prop_map(|(a, b)| match (a, b) {
        (Some(from), Some(to)) if from > to => DaySpan { from: b, to: a },
        _ => DaySpan { from: a, to: b },
    })
}

fn area() -> impl Strategy<Value = Area> {
    let (lat, lon) = (|| -90.0..=90.0_f64, || -180.0..=180.0_f64);
    let round = || prop_oneof![(1_u32..100).prop_map(|km| f64::from(km) * 1000.0), 0.1..1e7_f64];
    prop_oneof![
        Just(Area::Any),
        (lat(), lon(), round()).prop_map(|(latitude, longitude, radius_m)| Area::Near {
            latitude,
            longitude,
            radius_m
        }),
        (lon(), lat(), lon(), lat()).prop_map(|(west, a, east, b)| Area::Box {
            west,
            south: a.min(b),
            east,
            north: a.max(b)
        }),
        vec((-540.0..=540.0_f64, lat()), 3..8)
            .prop_map(|ring| Area::Polygon { ring: ring.into_iter().map(|(lon, lat)| [lon, lat]).collect() }),
        vec((lat(), lon(), 0_usize..8), 1..4).prop_map(|points| Area::Cells {
            cells: points
                .into_iter()
                .map(|(lat, lon, up)| {
                    let mut cell = area::finest_cell(lat, lon).unwrap();
                    for _ in 0..up {
                        cell = cell.resolution().pred().and_then(|coarser| cell.parent(coarser)).unwrap_or(cell);
                    }
                    cell.to_string()
                })
                .collect()
        }),
    ]
}

fn choice() -> impl Strategy<Value = Test> {
    let field = proptest::sample::select(ChoiceField::all().collect::<Vec<_>>());
    (field, vec(word(), 1..4), any::<(bool, bool)>()).prop_map(|(field, mut values, (none, any))| {
        let known: &[&str] = match field.form() {
            Form::OneOf(known) => known,
            Form::CountryCode => &["IN", "MY", "DE"],
            Form::Free | Form::Usual(_) => &[],
        };
        if !known.is_empty() {
            values.iter_mut().for_each(|value| known[value.len() % known.len()].clone_into(value));
        }
        Test::Choice { field, values, none, any }
    })
}

fn test() -> impl Strategy<Value = Test> {
    let numbers = (number_field(), any::<(bool, bool)>()).prop_flat_map(|(field, (none, any))| {
        spans_of(&field).prop_map(move |spans| Test::Number { field: field.clone(), spans, none, any })
    });
    prop_oneof![
        word().prop_map(|text| Test::Text { text }),
        choice(),
        numbers,
        (vec(day_span(), 1..3), any::<(bool, bool)>()).prop_map(|(spans, (none, any))| Test::Taken {
            spans,
            none,
            any
        }),
        area().prop_map(|area| Test::Place { area }),
    ]
}

pub fn any_filter() -> impl Strategy<Value = Filter> {
    vec((any::<bool>(), test()).prop_map(|(negated, test)| Clause { negated, test }), 0..5)
        .prop_map(|clauses| Filter { clauses })
}

/// A photo with values from small sets, so that filters often match.
fn photo() -> impl Strategy<Value = Photo> {
    let few = |values: &'static [&'static str]| option::of(proptest::sample::select(values).prop_map(str::to_owned));
    let taken = (0_u8..8, 2018_i16..2021, 1_i8..=12, 0_i8..24, any::<bool>());
    let texts = (few(&["monkey wild", "Cage"]), few(&["Macaque", "猿", "in a cage"]), few(&["IN", "MY"]));
    let rest =
        (few(&["Sandakan", "Goa"]), option::of(0_u64..4), option::of(0_u8..=10), option::of((-3_i8..3, -3_i8..3)));
    (texts, rest, taken).prop_map(
        |((term, title, country), (city, views, score, at), (kind, year, month, hour, unknown))| {
            let granularity = GRANULARITIES.get(usize::from(kind)).copied();
            let interval = (granularity == Some(Granularity::Interval)).then(|| Interval {
                end: Some(date(year, month, 28).at(0, 0, 0, 0)),
                end_granularity: Some(if hour < 12 { Granularity::Day } else { Granularity::Year }.into()),
                ..Interval::default()
            });
            let taken = Taken {
                local: Some(date(year, month, 3).at(hour, 0, 0, 0)),
                granularity: granularity.map(Into::into),
                unknown,
                interval,
                ..Taken::default()
            };
            let score = score.map(|tenths| f64::from(tenths) / 10.0);
            let city = city.map(|name| City { name, geonameid: 1, distance_km: 0.0, direction: "N".into() });
            Photo {
                id: PhotoId::new("flickr", "1"),
                searches: term.into_iter().map(|term| Found { term, rank: 1, ..Found::default() }).collect(),
                title: title.unwrap_or_default(),
                views,
                taken: Some(taken),
                location: at.and_then(|(lat, lon)| Location::new(f64::from(lat), f64::from(lon))),
                place: Some(Place { country, city, ..Place::default() }),
                scores: score
                    .map(|value| if value > 0.85 { Score::below(0.5, "s", "1") } else { Score::known(value, "s", "1") })
                    .map(|score| ("monkey".into(), score))
                    .into_iter()
                    .collect(),
                ..Photo::default()
            }
        },
    )
}

/// The granularities of the photos; the kind after them has none.
const GRANULARITIES: [Granularity; 7] = [
    Granularity::Second,
    Granularity::Hour,
    Granularity::Day,
    Granularity::Month,
    Granularity::Year,
    Granularity::Circa,
    Granularity::Interval,
];

/// Whether a date has one of these granularities, or none.
fn is_one_of(taken: &Taken, these: &[Granularity]) -> bool {
    taken.granularity.as_ref().is_none_or(|told| these.iter().any(|known| told == known))
}

/// Whether an interval lies within one month: one that ends on the 28th does, one that ends with its year in December.
fn is_short(taken: &Taken) -> bool {
    let local = taken.local.unwrap();
    taken.interval.is_some() && (local.hour() < 12 || local.month() == 12)
}

/// One clause as text, and its meaning, implemented independently of the program.
#[derive(Clone)]
struct Meaning {
    text: String,
    means: Arc<dyn Fn(&Photo) -> bool>,
}

impl fmt::Debug for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn meaning() -> impl Strategy<Value = Meaning> {
    fn of(text: String, means: impl Fn(&Photo) -> bool + 'static) -> Meaning {
        Meaning { text, means: Arc::new(means) }
    }
    fn clock(photo: &Photo) -> Option<&Taken> {
        photo.taken.as_ref().filter(|taken| !taken.unknown)
    }
    let tenth = |tenth: u8| f64::from(tenth) / 10.0;
    prop_oneof![
        proptest::sample::select(&["macaque", "CAGE", "猿", "\"monkey wild\""][..]).prop_map(|word| {
            let plain = word.trim_matches('"').to_lowercase();
            of(word.to_owned(), move |photo| {
                let terms = photo.searches.iter().map(|found| found.term.to_lowercase());
                terms.chain([photo.title.to_lowercase()]).any(|text| text.contains(&plain))
            })
        }),
        proptest::sample::select(&["IN", "MY"][..]).prop_map(|code| {
            of(format!("country:{code},none"), move |photo| {
                photo.place.as_ref().unwrap().country.as_deref().is_none_or(|country| country == code)
            })
        }),
        Just(()).prop_map(|()| {
            of("city:\"Goa, IN\",Sandakan".into(), |photo| {
                let place = photo.place.as_ref().unwrap();
                place.city.as_ref().is_some_and(|city| {
                    city.name == "Sandakan" || city.name == "Goa" && place.country.as_deref() == Some("IN")
                })
            })
        }),
        (0_u64..4, 0_u64..4).prop_map(|(a, b)| {
            of(format!("views:{a},>{b}"), move |photo| photo.views.is_some_and(|views| views == a || views > b))
        }),
        (0_u8..=10, 0_u8..=10).prop_map(move |(a, b)| {
            let (low, high) = (a.min(b), a.max(b));
            of(format!("score.monkey:{}..<{},none", tenth(low), tenth(high)), move |photo| {
                photo.scores.get("monkey").is_none_or(|score| {
                    // Under a floor is less than any number, so within none that has a lower end.
                    score.value.is_some_and(|value| (low..high).contains(&((value * 10.0).round() as u8)))
                })
            })
        }),
        (2018_i16..2021, 1_i8..=12).prop_map(|(year, month)| {
            of(format!("taken:..{year}-{month:02}"), move |photo| {
                clock(photo).is_some_and(|taken| {
                    let local = taken.local.unwrap();
                    let exact = [Granularity::Second, Granularity::Hour, Granularity::Day, Granularity::Month];
                    let is_month = is_one_of(taken, &exact) || is_short(taken);
                    (local.year(), if is_month { local.month() } else { 12 }) <= (year, month)
                })
            })
        }),
        (1_i8..=12, 0_i8..24, any::<bool>()).prop_map(|(month, hour, by_hour)| {
            if by_hour {
                of(format!("hour:{hour}..3"), move |photo| {
                    // Midnight, without a granularity, is a day.
                    let exact = |taken: &&Taken| {
                        let is_stated = taken.granularity.is_some() || taken.local.unwrap().hour() > 0;
                        is_stated && is_one_of(taken, &[Granularity::Second, Granularity::Hour])
                    };
                    clock(photo).filter(exact).is_some_and(|taken| {
                        let at = taken.local.unwrap().hour();
                        if hour <= 3 { (hour..=3).contains(&at) } else { at >= hour || at <= 3 }
                    })
                })
            } else {
                of(format!("month:{month}"), move |photo| {
                    let exact = [Granularity::Second, Granularity::Hour, Granularity::Day, Granularity::Month];
                    let known = |taken: &&Taken| is_one_of(taken, &exact) || is_short(taken);
                    clock(photo).filter(known).is_some_and(|taken| taken.local.unwrap().month() == month)
                })
            }
        }),
        (-3_i8..3, -3_i8..3).prop_map(|(west, south)| {
            of(format!("box:{west},{south},3,3"), move |photo| {
                photo
                    .location
                    .as_ref()
                    .is_some_and(|at| at.longitude >= f64::from(west) && at.latitude >= f64::from(south))
            })
        }),
        // Corners between whole degrees: no photo lies on an edge. Two degrees are 222 km, three 333 km.
        (0_u8..3).prop_map(|kind| match kind {
            0 => of("polygon:-1.5,-1.5,1.5,-1.5,1.5,1.5,-1.5,1.5".into(), |photo| {
                photo.location.as_ref().is_some_and(|at| at.latitude.abs() < 1.5 && at.longitude.abs() < 1.5)
            }),
            1 => of("near:0,0,230km".into(), |photo| {
                photo.location.as_ref().is_some_and(|at| at.latitude.powi(2) + at.longitude.powi(2) <= 4.1)
            }),
            _ => of("place:none".into(), |photo| photo.location.is_none()),
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_filter_is_read_back_as_it_was_written(filter in any_filter()) {
        let text = filter.to_string();
        prop_assert_eq!(text.parse::<Filter>().map_err(|err| format!("{text}: {err} at {}", err.at)), Ok(filter.clone()));
        let json = serde_json::to_string(&filter).unwrap();
        prop_assert_eq!(serde_json::from_str::<Filter>(&json).unwrap(), filter);
    }

    #[test]
    fn any_text_is_a_filter_or_an_error_with_a_place_in_it(
        text in prop_oneof!["(?s).{0,40}", "([a-z.]{0,8}[:,.\"<>= -]{0,3}[0-9猿]{0,3}){0,6}", vec(word(), 0..5).prop_map(|words| words.concat())]
    ) {
        match text.parse::<Filter>() {
            Ok(filter) => prop_assert_eq!(filter.to_string().parse::<Filter>(), Ok(filter)),
            Err(err) => prop_assert!(err.at <= text.chars().count() && !err.message.is_empty(), "{:?}", err),
        }
    }

    #[test]
    fn any_known_field_with_any_value_is_a_filter_or_an_error(
        field in proptest::sample::select(&["views", "taken", "near", "box", "polygon", "cell", "month", "score.x", "country", "place"][..]),
        value in "[0-9a-z.,<>=\"-]{0,16}",
    ) {
        let text = format!("{field}:{value}");
        match text.parse::<Filter>() {
            Ok(filter) => prop_assert_eq!(filter.to_string().parse::<Filter>(), Ok(filter)),
            Err(err) => prop_assert!(err.at <= text.chars().count()),
        }
    }

    #[test]
    fn any_filter_takes_any_photo(filter in any_filter(), photo in photo()) {
        let each = filter.clauses.iter().all(|clause| Filter { clauses: vec![clause.clone()] }.matches(&photo));
        prop_assert_eq!(filter.matches(&photo), each);
        for clause in &filter.clauses {
            let with = |negated| Filter { clauses: vec![Clause { negated, ..clause.clone() }] }.matches(&photo);
            prop_assert_ne!(with(true), with(false), "{}", clause);
        }
    }

    #[test]
    fn what_passes_is_what_a_simpler_reading_says(
        clauses in vec((meaning(), any::<bool>()), 0..4),
        photos in vec(photo(), 8),
    ) {
        let text: Vec<_> = clauses.iter().map(|(clause, negated)| format!("{}{clause:?}", if *negated { "-" } else { "" })).collect();
        let filter: Filter = text.join(" ").parse().unwrap();
        for photo in &photos {
            let expected = clauses.iter().all(|(clause, negated)| (clause.means)(photo) != *negated);
            prop_assert_eq!(filter.matches(photo), expected, "{} {:?}", filter, photo);
        }
    }
}
