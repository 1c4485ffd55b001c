//! The registry of fields: its entries are consistent and agree with the docs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use gleaner::explorer::Sort;
use gleaner::photo::Photo;
use gleaner::photo::fields::{self, Field, Form, Kind};
use gleaner::photo::filter::Filter;
use serde_json::json;

#[test]
fn every_name_rank_and_column_is_there_once() {
    let once = |what: &str, names: Vec<String>| {
        let distinct: BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{what}: {names:?}");
    };
    let of = |name: fn(&Field) -> Option<String>| fields::all().filter_map(name).collect();
    once("names", of(|field| Some(field.name.to_owned())));
    once("ranks of facets", of(|field| field.facet.map(|facet| facet.rank.to_string())));
    once("ranks of charts", of(|field| field.chart.map(|chart| chart.rank.to_string())));
    once("ranks of captions", of(|field| field.caption.map(|caption| caption.rank.to_string())));
    once("captions", of(|field| field.caption.map(|caption| caption.name.to_owned())));
    once("columns", fields::columns().map(|column| column.path.to_owned()).collect());
}

#[test]
fn every_example_is_a_clause_on_its_field() {
    for field in fields::filterable() {
        assert!(!field.examples.is_empty() && !field.meaning.is_empty(), "{} is not described", field.name);
        for example in field.examples {
            let filter: Filter = example.parse().unwrap_or_else(|err| panic!("{example}: {err}"));
            assert_eq!(filter.clauses.len(), 1, "{example}");
            let name = field.name.trim_end_matches("NAME");
            assert!(example.trim_start_matches('-').starts_with(name), "{example} is not about {name}");
        }
    }
}

#[test]
fn every_name_that_a_filter_may_ask_for_is_described() {
    for field in fields::filterable() {
        let Kind::Names(names) = &field.kind else { continue };
        let Form::OneOf(allowed) = names.form else { continue };
        let missing: Vec<_> =
            allowed.iter().filter(|name| !field.meaning.contains(format!("`{name}`").as_str())).collect();
        assert!(missing.is_empty(), "the meaning of the field {} does not mention {missing:?}", field.name);
    }
}

#[test]
fn what_has_a_facet_or_an_order_can_be_filtered_and_is_labelled() {
    for field in fields::all().filter(|field| field.facet.is_some()) {
        assert!(!field.label.is_empty() && !matches!(field.kind, Kind::Plain | Kind::Area(_)), "{}", field.name);
    }
    for sort in fields::all().flat_map(|field| field.sorts) {
        assert!(Sort::named(sort.name).is_some(), "{}", sort.name);
    }
}

#[test]
fn unknown_fields_of_a_newer_version_are_kept() {
    let record = json!({
        "id": "flickr:1", "title": "A monkey", "mood": "calm", "taxa": {"id": 7, "names": ["a", null]},
        "location": {"latitude": 1.5, "longitude": 2.5, "origin": "source", "geoid": {"height_m": 3}},
        "scores": {"monkey": {"value": 0.5, "scorer": "s", "version": "1", "sigma": 0.125}},
    });
    let mut photo: Photo = serde_json::from_value(record.clone()).unwrap();
    assert_eq!(serde_json::from_str::<Photo>(&record.to_string()).unwrap(), photo);
    let written = serde_json::to_value(&photo).unwrap();
    for path in ["/mood", "/taxa", "/location/geoid", "/scores/monkey/sigma"] {
        assert_eq!(written.pointer(path), record.pointer(path), "{path}");
    }
    photo.location = None;
    assert_eq!(serde_json::to_value(&photo).unwrap().get("location"), None, "a removed object does not reappear");
    photo.unknown = gleaner::photo::Unknown::default();
    assert!(serde_json::to_value(&photo).unwrap().get("mood").is_none());
}

/// Compares a part of a document, between two marks, with the registry; writes it with GLEANER_BLESS=1.
fn assert_generated(document: &str, mark: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let text = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("{document} lacks the marker {mark}"));
    let (written, after) = rest.split_once(&end).unwrap();
    if std::env::var_os("GLEANER_BLESS").is_some() && written != wanted {
        std::fs::write(&path, format!("{before}{begin}{wanted}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(written, wanted, "{document}: write it with GLEANER_BLESS=1 cargo test --test it fields::");
}

#[test]
fn the_table_of_clauses_in_the_docs_is_that_of_the_fields() {
    let mut table = "| Clause | Examples | Photos that pass |\n|---|---|---|\n".to_owned();
    table += "| words | `macaque` `\"snow monkey\"` `猿` `-cage` | hold these words somewhere in their text, also inside \
              a longer word |\n";
    for field in fields::filterable() {
        let examples: Vec<_> = field.examples.iter().map(|example| format!("`{example}`")).collect();
        writeln!(table, "| `{}` | {} | {} |", field.name, examples.join(" "), field.meaning).unwrap();
    }
    assert_generated("docs/filter.md", "clauses", &table);
    let searched: Vec<_> =
        fields::all().filter(|field| field.search.is_some()).map(|field| field.searched_as).collect();
    assert!(searched.iter().all(|name| !name.is_empty()));
    assert_generated("docs/filter.md", "searched", &format!("{}.\n", searched.join(", ")));
}

#[test]
fn the_table_of_columns_in_the_docs_is_that_of_the_fields() {
    let mut table = "| Field | Type, unit | Meaning |\n|---|---|---|\n".to_owned();
    for column in fields::columns() {
        writeln!(table, "| `{}` | {} | {} |", column.path, column.unit, column.meaning).unwrap();
    }
    assert_generated("docs/export.md", "columns", &table);
}

/// The captions of a photo, by name.
fn lines(record: serde_json::Value) -> BTreeMap<&'static str, String> {
    let photo: Photo = serde_json::from_value(record).unwrap();
    fields::captions().iter().filter_map(|(_, caption)| Some((caption.name, (caption.text)(&photo)?))).collect()
}

#[test]
fn each_caption_is_one_line() {
    let record = json!({
        "id": "flickr:1", "title": " Snow monkey ", "views": 1234, "faves": 1, "attribution": "A. Person",
        "searches": [{"term": "macaque", "rank": 1}, {"term": "monkey wild", "rank": 2}],
        "taken": {"local": "2019-05-04T13:22:11", "granularity": "second"},
        "place": {"country": "JP", "country_name": "Japan",
            "city": {"name": "Nagano", "geonameid": 1, "distance_km": 0.5, "direction": "N"}},
        "license": {"id": "CC-BY-4.0", "name": "CC BY 4.0"},
        "scores": {"monkey": {"value": 0.9333, "scorer": "s", "version": "1"}, "monkey@s": {"value": 0.9333},
            "cage": {"below": 0.5, "scorer": "s", "version": "1"}},
    });
    let said = lines(record.clone());
    for (name, line) in [
        ("title", "Snow monkey"),
        ("place", "Nagano, Japan"),
        ("date", "4 May 2019"),
        ("terms", "macaque · monkey wild"),
        ("scores", "cage below minimum · monkey 0.93"),
        ("views", "1,234 views · 1 fave"),
        ("author", "A. Person"),
        ("licence", "CC BY 4.0"),
    ] {
        assert_eq!(said.get(name).map(String::as_str), Some(line), "{name}");
    }
    assert_eq!(said.get("camera"), None);
    for (granularity, line) in [("month", "May 2019"), ("year", "2019"), ("circa", "about 2019")] {
        let mut vague = record.clone();
        vague["taken"]["granularity"] = granularity.into();
        assert_eq!(lines(vague)["date"], line);
    }
    let bare = lines(json!({"id": "flickr:1", "taken": {"local": "2019-05-04T13:22:11", "unknown": true}}));
    assert_eq!(bare, BTreeMap::from([("title", "Untitled 1".to_owned())]));
}
