//! Photo-user-days beside visitor counts, for the parks of the R package VisitorCounts and beside pandas.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use gleaner::analysis::{self, Answer, Request, Shape, Table};
use gleaner::explorer::{Clauses, Explorer};
use gleaner::photo::filter::Filter;
use gleaner::photo::{Granularity, Location, Photo, PhotoId, Taken};
use gleaner::reference::{COUNTS, Catalogue, Described, POLYGONS, Registry};
use serde_json::{Value, json};

use super::super::explorer::generated::World;
use crate::pipeline::shared;

/// Photos of one park and month, each of another owner.
fn photos(park: usize, month: jiff::civil::Date, user_days: u64) -> Vec<Photo> {
    let taken =
        Taken { local: Some(month.at(12, 0, 0, 0)), granularity: Some(Granularity::Second.into()), ..Taken::default() };
    let each = (0..user_days).map(|owner| Photo {
        id: PhotoId::new("flickr", &format!("{park}{}{owner:04}", month.strftime("%Y%m"))),
        owner_pseudonym: Some(format!("{owner:024}")),
        taken: Some(taken.clone()),
        location: Location::new(10.5, park as f64 + 0.5),
        ..Photo::default()
    });
    each.collect()
}

/// A square of one degree for each name, the first at the equator's origin.
fn squares(names: &[&str]) -> Value {
    let square = |(west, name): (usize, &&str)| {
        let corners: Vec<[usize; 2]> = [[0, 10], [1, 10], [1, 11], [0, 11], [0, 10]].map(|[x, y]| [x + west, y]).into();
        json!({"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [corners]}})
    };
    json!({"type": "FeatureCollection", "features": names.iter().enumerate().map(square).collect::<Vec<_>>()})
}

/// The layers `parks` (squares) and `visitors` (a table).
fn layers(folder: &Path, names: &[&str], table: &Path, described: Described) -> Arc<Catalogue> {
    let registry = Registry::at(folder.join("reference"));
    let license = || Some("MIT".to_owned());
    let polygons = folder.join("parks.geojson");
    fs::write(&polygons, squares(names).to_string()).unwrap();
    registry.add(&POLYGONS, &polygons, Described { license: license(), ..Described::default() }).unwrap();
    let described = Described { name: Some("visitors".into()), license: license(), ..described };
    registry.add(&COUNTS, table, described).unwrap();
    Arc::new(Catalogue::of(registry))
}

fn answer(explorer: &Explorer, given: &[(&str, &str)], layers: &Arc<Catalogue>) -> Answer {
    let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let analysis = analysis::named("visitor-counts").unwrap();
    let request = Request::with_layers(analysis, Clauses::All, given, layers).unwrap();
    request.answer(&explorer.view(&Filter::default())).unwrap()
}

fn table(answer: &Answer) -> &Table {
    let Shape::Table(table) = &answer.shape else { panic!("{:?}", answer.shape) };
    table
}

/// Pearson, Pearson of ln(1 + x) and Spearman for each park by months and by years, and of the parks' means.
const PANDAS: &str = r#"
import json, sys
import numpy as np, pandas as pd
table = pd.read_csv(sys.argv[1]).dropna()
table = table[table.park.isin(sys.argv[2].split(","))]
def correlations(x):
    of = lambda x, method: float(x.corr(method=method).iloc[0, 1])
    return [of(x, "pearson"), of(np.log1p(x), "pearson"), of(x, "spearman")]
by_park = {park: own for park, own in table.groupby("park")}
out = {"month": {park: correlations(own[["pud", "nps"]]) for park, own in by_park.items()}, "year": {}}
for park, own in by_park.items():
    out["year"][park] = correlations(own.groupby(own.date.str[:4])[["pud", "nps"]].sum())
out["means"] = correlations(table.groupby("park")[["pud", "nps"]].mean())
print(json.dumps(out))
"#;

#[test]
fn the_correlations_of_the_parks_of_visitorcounts_are_those_of_pandas() {
    let Some(path) = shared("reference/oracles/visitorcounts-park_visitation.csv") else { return };
    let python = std::env::var_os("GLEANER_PYTHON").unwrap_or_else(|| "python3".into());
    let mut table_of_parks = csv::Reader::from_path(&path).unwrap();
    let rows: Vec<(String, String, f64)> = table_of_parks
        .deserialize::<(String, String, f64, f64)>()
        .map(|row| row.map(|(date, park, pud, _)| (date, park, pud)).unwrap())
        .collect();
    let all: std::collections::BTreeSet<&str> = rows.iter().map(|(_, park, _)| park.as_str()).collect();
    assert_eq!(all.len(), 20);
    let few = ["BADL", "BIBE", "HALE"];
    let parks: Vec<&str> =
        all.into_iter().filter(|park| std::env::var_os("GLEANER_FULL").is_some() || few.contains(park)).collect();
    let expected = Command::new(python).args(["-c", PANDAS]).arg(&path).arg(parks.join(",")).output();
    let Some(expected) = expected.ok().filter(|answer| answer.status.success()) else {
        assert!(std::env::var_os("GLEANER_CI").is_none(), "must not be skipped here: no Python with pandas");
        println!("skipped: no Python with the package pandas");
        return;
    };
    let expected: Value = serde_json::from_slice(&expected.stdout).unwrap();
    let mut world = World::of(0);
    for (date, park, user_days) in &rows {
        if let Some(number) = parks.iter().position(|known| known == park) {
            let some = photos(number, date.parse().unwrap(), *user_days as u64);
            some.chunks(5_000).for_each(|some| world.save(some.to_vec()));
        }
    }
    let explorer = world.explorer();
    let folder = tempfile::tempdir().unwrap();
    let described = Described { count_field: Some("nps".into()), ..Described::default() };
    let layers = layers(folder.path(), &parks, &path, described);
    for step in ["month", "year"] {
        let answer = answer(&explorer, &[("by", "polygons:parks"), ("step", step)], &layers);
        let rows = &table(&answer).rows;
        assert_eq!(rows.len(), parks.len() + 1);
        for row in rows {
            let name = row[0].as_str().unwrap();
            let of = if name == "Means of the areas" { &expected["means"] } else { &expected[step][name] };
            if of.is_null() || (step == "year" && name == "Means of the areas") {
                assert_eq!(name, "Means of the areas", "{row:?}");
                continue;
            }
            println!("{step} {name}: {:?}", &row[2..]);
            for (own, expected) in [(5, 0), (8, 1), (9, 2)] {
                let difference = (row[own].as_f64().unwrap() - of[expected].as_f64().unwrap()).abs();
                assert!(difference < 6e-5, "{step} {name}: {row:?} and {of}");
            }
            if name != "Means of the areas" {
                let compared = if step == "month" { 156 } else { 13 };
                assert_eq!(row[2], compared);
                let (low, high) = (row[6].as_f64().unwrap(), row[7].as_f64().unwrap());
                assert!(low < row[5].as_f64().unwrap() && row[5].as_f64().unwrap() < high, "{row:?}");
            }
        }
    }
}

#[test]
fn months_without_photos_count_months_before_the_first_do_not_and_names_without_an_area_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gates.csv");
    let rows = "park;year;month;visitors\nnorth;2018;12;9\nNorth;2019;1;10\nnorth;2019;2;20\nnorth;2019;3;30\nnorth;2019;4;NA\n\
                north;2020;7;1\nWest;2019;1;5\n";
    fs::write(&file, rows).unwrap();
    let layers = layers(folder.path(), &["North", "South"], &file, Described::default());
    let mut world = World::of(0);
    let month = |month: i8| jiff::civil::Date::new(2019, month, 1).unwrap();
    world.save(photos(0, month(1), 1));
    world.save(photos(0, month(3), 3));
    world.save(photos(1, month(2), 8));
    let explorer = world.explorer();
    let by = ("by", "polygons:parks");
    let own = answer(&explorer, &[by], &layers);
    let rows = &table(&own).rows;
    assert_eq!(rows.len(), 1, "{rows:?}");
    // User-days 1, 0, 3 beside 10, 20, 30.
    assert_eq!(rows[0][..5], [json!("North"), json!(1), json!(3), json!(1.33), json!(20.0)]);
    assert_eq!(rows[0][5], json!(0.6547));
    assert_eq!(rows[0][6..8], [Value::Null, Value::Null], "one year has no interval");
    let notes = own.notes.join("\n");
    assert!(
        notes.contains("Left out: 2 counts of months before the first photo (2019-01), after the last (2019-03)"),
        "{notes}"
    );
    assert!(notes.contains("Without an area of that name: 1 name of the counts (West)."), "{notes}");
    assert!(notes.contains("Layer visitors: gates.csv"), "{notes}");

    // Per activity: 1 of 1, 0 of 8, 3 of 3.
    let share = answer(&explorer, &[by, ("per", "taken:any")], &layers);
    assert_eq!(table(&share).rows[0][3], json!(0.666_667));
    assert_eq!(table(&share).rows[0][5], json!(0.0));
    let wrong = [("counts".to_owned(), "gate".to_owned())];
    let wrong = Request::with_layers(analysis::named("visitor-counts").unwrap(), Clauses::All, wrong, &layers);
    assert!(wrong.unwrap_err().to_string().contains("takes all, visitors, not \"gate\""));
}

#[test]
fn a_table_of_counts_that_is_not_clear_is_refused_with_the_question() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::at(folder.path().join("reference"));
    let cases = [
        (
            "park,date,pud,nps\nA,2019-01,1,2\n",
            "several columns have numbers; say which one has the visitors with --count-field: pud, nps",
        ),
        ("park,pud\nA,1\n", "it has no column date, or year and month"),
        ("region,date,visits\nA,2019-01,1\n", "say which one does with --name-field: region, date, visits"),
        ("park,date,visits\nA,January,1\n", "line 2: \"January\" is no month"),
        ("park,date,visits\nA,2019-01,1\nA,2019-02,\"1,5\"\n", "line 3: \"1,5\" is no count"),
        ("park,date,visits\nA,2019-01,-4\n", "line 2: \"-4\" is no count"),
        ("park,date,visits\nA,2019-13,4\n", "line 2: \"2019-13\" is no month"),
        ("park,date,visits\nA,2019-01,\n", "it has no counts"),
    ];
    for (text, expected) in cases {
        let file = folder.path().join("counts.csv");
        fs::write(&file, text).unwrap();
        let described = Described { license: Some("MIT".into()), ..Described::default() };
        let said = registry.add(&COUNTS, &file, described).unwrap_err().to_string();
        assert!(said.contains(expected), "{text}: {said}");
    }
}
