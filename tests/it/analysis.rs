//! Analyses: every count equals the photos of its filter, and every answer can be written in every format.

mod elevation;
mod funnel;
mod languages;
mod layers;
mod oracle;
mod ranges;
mod time;
mod visitor_counts;

use std::collections::{BTreeMap, BTreeSet};

use gleaner::analysis::{self, Answer, Mark, Request, Shape};
use gleaner::explorer::{Clauses, Explorer};
use gleaner::photo::filter::Filter;
use gleaner::photo::{Granularity, Photo, Taken};

use super::explorer::generated::{self, World};

const FILTERS: [&str; 6] = [
    "",
    "country:MY",
    "-country:none taken:2005..2015",
    "score.monkey:>=0.5 views:10..1000",
    "month:3..5",
    "zoo country:XX",
];

/// The number that a note begins with: `Left out: 1,234 photos without coordinates.`
fn leading(note: &str) -> u64 {
    let number = note.split_once(": ").map_or(note, |(_, rest)| rest);
    number.split(' ').next().unwrap().replace(',', "").parse().unwrap()
}

/// Every analysis with every value that its parameters need.
fn requests(clauses: Clauses) -> Vec<Request> {
    let given = |analysis: &'static analysis::Analysis| match analysis.name {
        "score" => {
            vec![vec![("concept".to_owned(), "monkey".to_owned())], vec![("concept".to_owned(), "cage".to_owned())]]
        }
        // Photos, so that marks can be compared with the photos of their filter.
        "distribution" => ["user-days", "photos"]
            .map(|unit| vec![("unit".to_owned(), unit.to_owned()), ("km2".to_owned(), "90000".to_owned())])
            .into(),
        _ => vec![Vec::new()],
    };
    let each = |analysis| given(analysis).into_iter().map(move |given| Request::new(analysis, clauses, given).unwrap());
    analysis::all().iter().flat_map(each).collect()
}

fn marks(shape: &Shape) -> Vec<&Mark> {
    match shape {
        Shape::Bars(bars) => bars.marks.iter().chain(&bars.unknown).collect(),
        Shape::Ranking(ranking) => ranking.marks.iter().chain(&ranking.unknown).collect(),
        Shape::HeatMap(map) => map.marks.iter().flatten().collect(),
        Shape::Lines(lines) => lines.series.iter().flat_map(|line| &line.marks).collect(),
        Shape::Cells(cells) => cells.cells.iter().map(|cell| &cell.mark).collect(),
        Shape::Densities(all) => all.marks.iter().collect(),
        Shape::Estimates(_) | Shape::Table(_) => Vec::new(),
    }
}

fn answer(explorer: &Explorer, request: &Request, filter: &str) -> Answer {
    let filter: Filter = filter.parse().unwrap();
    request.answer(&explorer.view(&filter)).unwrap()
}

/// The number of photos of a world that match a filter, tested one by one.
fn passing(world: &World, filter: &str) -> u64 {
    let filter: Filter = filter.parse().unwrap_or_else(|err| panic!("{filter}: {err}"));
    world.photos.iter().filter(|photo| filter.matches(photo)).count() as u64
}

#[test]
fn every_mark_opens_as_many_photos_as_it_counts() {
    let world = World::of(700);
    let explorer = world.explorer();
    let mut checked = 0;
    let both = [Clauses::OfOtherFields, Clauses::All];
    for request in both.into_iter().flat_map(requests) {
        for filter in FILTERS {
            let answer = answer(&explorer, &request, filter);
            if answer.unit != "photos" {
                continue;
            }
            for mark in marks(&answer.shape).into_iter().filter(|mark| !mark.filter.is_empty()) {
                let own = passing(&world, &mark.filter);
                assert_eq!(own, mark.value, "{} of {filter}: {mark:?}", answer.title);
                checked += 1;
            }
        }
    }
    assert!(checked > 1_000, "{checked}");
}

#[test]
fn with_all_clauses_only_photos_that_pass_are_counted() {
    let world = World::of(400);
    let explorer = world.explorer();
    for filter in ["country:MY", "views:10..1000", "taken:2005-02..2006", "term:\"monkey wild\""] {
        for request in requests(Clauses::All) {
            let answer = answer(&explorer, &request, filter);
            if let (Shape::Bars(_), "photos", false) =
                (&answer.shape, answer.unit.as_str(), request.analysis.name == "score")
            {
                let counted: u64 = marks(&answer.shape).iter().map(|mark| mark.value).sum();
                let said = answer.notes.iter().find(|note| note.contains("less exact than a bar"));
                let left_out = said.map_or(0, |note| leading(note));
                assert_eq!(counted + left_out, passing(&world, filter), "{} of {filter}", answer.title);
                assert!(left_out > 0 || request.analysis.name != "taken", "some dates are years: {filter}");
            }
        }
    }
}

#[test]
fn every_answer_is_written_as_a_table_as_csv_and_as_svg_also_of_no_photos() {
    for world in [World::of(0), World::of(60)] {
        let explorer = world.explorer();
        for request in requests(Clauses::All) {
            let filter: Filter = FILTERS[0].parse().unwrap();
            let Ok(answer) = request.answer(&explorer.view(&filter)) else {
                assert_eq!((request.analysis.name, world.photos.len()), ("score", 0), "only scores need photos");
                continue;
            };
            let (svg, csv) = (analysis::svg(&answer, "<monkeys> & \"apes\""), analysis::csv(&answer));
            assert!(svg.contains("&lt;monkeys&gt; &amp; &quot;apes&quot;") && !svg.contains("NaN"), "{svg}");
            let mut reader = unclosed_elements(&svg);
            assert_eq!(reader.next(), None, "{svg}");
            let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
            assert!(rows.records().all(|row| row.is_ok()), "{csv}");
            assert!(analysis::table(&answer).contains(&answer.title));
        }
    }
}

/// Names of elements that are not closed in the right order.
fn unclosed_elements(text: &str) -> std::vec::IntoIter<String> {
    let mut open: Vec<String> = Vec::new();
    for part in text.split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect("every tag is closed");
        let name: String = tag.trim_start_matches('/').chars().take_while(|c| c.is_alphanumeric()).collect();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    open.into_iter()
}

#[test]
fn wrong_parameters_are_named_with_valid_values() {
    let request = |name: &str, given: &[(&str, &str)]| {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Request::new(analysis::named(name).unwrap(), Clauses::All, given).map_err(|err| err.to_string())
    };
    assert_eq!(
        request("country", &[("limit", "0")]).unwrap_err(),
        "the parameter \"limit\" takes a whole number from 1 to 1000, not \"0\""
    );
    assert_eq!(request("country", &[("most", "3")]).unwrap_err(), "country has no parameter \"most\"; it has limit");
    assert_eq!(request("month", &[("limit", "3")]).unwrap_err(), "month has no parameter \"limit\"");
    assert!(request("score", &[]).unwrap_err().starts_with("score requires the parameter \"concept\""));
    let world = World::of(50);
    let explorer = world.explorer();
    let filter = Filter::default();
    let unknown = request("score", &[("concept", "unicorn")]).unwrap().answer(&explorer.view(&filter)).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "the parameter \"concept\" takes a concept with scores in this dataset (cage, monkey), not \"unicorn\""
    );
}

#[test]
fn every_analysis_is_named_once_and_described_in_the_docs() {
    let names: Vec<&str> = analysis::all().iter().map(|analysis| analysis.name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/analyses.md")).unwrap();
    for name in names {
        assert!(docs.contains(&format!("`{name}`")), "docs/analyses.md does not describe `{name}`");
    }
}

/// Runs `gleaner analyse` on a world's dataset: exit code, stdout, stderr.
fn program(world: &World, args: &[&str]) -> (Option<i32>, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_gleaner"))
        .arg("analyse")
        .args(args)
        .arg(world.folder.path())
        .env("XDG_CONFIG_HOME", world.folder.path().join("config"))
        .current_dir(world.folder.path())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_program_answers_as_the_library_does_and_names_what_is_misspelt() {
    let world = World::of(60);
    let (code, said, _) = program(&world, &["country", "--filter", "country:MY", "--format", "json"]);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let request = Request::new(analysis::named("country").unwrap(), Clauses::All, []).unwrap();
    let expected = serde_json::to_value(answer(&world.explorer(), &request, "country:MY")).unwrap();
    assert_eq!((code, said), (Some(0), expected));
    for (args, message) in [
        (&["contry"][..], "there is no analysis \"contry\"\nhint: did you mean country?"),
        (&["nothing"], "hint: the analyses are taken, "),
        (&["country", "--set", "limit=0"], "takes a whole number from 1 to 1000, not \"0\""),
        (&["country", "--set", "limit"], "--set requires NAME=VALUE, got \"limit\""),
    ] {
        let (code, _, said) = program(&world, args);
        assert!(code == Some(2) && said.contains(message), "{args:?}: {said}");
    }
}

/// Distinct owner and day of photos, month by month, in one pass over the photos themselves.
fn user_days(world: &World, filter: &Filter) -> BTreeMap<(i16, i8), u64> {
    let mut seen = BTreeSet::new();
    for photo in world.photos.iter().filter(|photo| filter.matches(photo)) {
        let Some(taken) = photo.taken.as_ref().filter(|taken| !taken.unknown) else { continue };
        let days = [Granularity::Second, Granularity::Day];
        let exact = taken.granularity.as_ref().is_none_or(|told| days.iter().any(|day| told == day));
        if let (true, Some(local), Some(owner)) = (exact, taken.local, &photo.owner_pseudonym) {
            seen.insert((owner.clone(), local.date()));
        }
    }
    let mut months = BTreeMap::new();
    seen.into_iter().for_each(|(_, day)| *months.entry((day.year(), day.month())).or_default() += 1);
    months
}

#[test]
fn photo_user_days_are_distinct_owners_and_days_and_what_is_left_out_is_counted() {
    let mut world = World::of(900);
    // Many photos by one person on one day, and two people on the same day.
    let taken = Taken { local: "2019-05-04T10:00:00".parse().ok(), ..Taken::default() };
    let more = (0..30).map(|nth| Photo {
        taken: Some(taken.clone()),
        owner_pseudonym: Some(format!("{:024x}", nth / 20)),
        ..generated::photo(2_000 + nth)
    });
    world.save(more.collect());
    let explorer = world.explorer();
    let request = Request::new(analysis::named("user-days").unwrap(), Clauses::All, []).unwrap();
    for text in FILTERS {
        let filter: Filter = text.parse().unwrap();
        let expected = user_days(&world, &filter);
        let answer = answer(&explorer, &request, text);
        let Shape::Lines(lines) = &answer.shape else { panic!("not lines") };
        let found = lines.series[0].marks.iter().filter(|mark| mark.value > 0).map(|mark| mark.value);
        assert_eq!(found.collect::<Vec<_>>(), expected.values().copied().collect::<Vec<_>>(), "{text}");
        let months = i16::try_from(lines.series[0].marks.len()).unwrap();
        let span = expected.keys().next().zip(expected.keys().last());
        let wanted = span.map_or(0, |((y1, m1), (y2, m2))| (y2 - y1) * 12 + i16::from(m2 - m1) + 1);
        assert_eq!(months, wanted, "every month is present: {text}");
        assert_eq!(leading(&answer.notes[0]), expected.values().sum::<u64>());
        let counted: u64 = answer.notes[0].rsplit(' ').nth(1).unwrap().replace(',', "").parse().unwrap();
        let left_out: u64 = answer.notes[1..].iter().map(|note| leading(note)).sum();
        assert_eq!(counted + left_out, passing(&world, text), "{:?}", answer.notes);
    }
    let all = answer(&explorer, &request, "");
    let Shape::Lines(lines) = &all.shape else { panic!("not lines") };
    let mark = lines.series[0].marks.iter().find(|mark| mark.label == "May 2019").unwrap();
    assert_eq!(mark.filter, "taken:2019-05");
}
