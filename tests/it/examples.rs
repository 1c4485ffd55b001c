//! The programs in examples/ run and stay short.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use gleaner::photo::Photo;
use gleaner::sources::{Cursor, Query, ResponseError};

#[allow(dead_code)]
#[path = "../../examples/own_scorer.rs"]
mod own_scorer;
#[allow(dead_code)]
#[path = "../../examples/own_source.rs"]
mod own_source;
#[allow(dead_code)]
#[path = "../../examples/read_dataset.rs"]
mod read_dataset;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_template_examples_have_at_most_50_lines() {
    for name in ["own_scorer", "own_source", "read_dataset"] {
        let text = fs::read_to_string(root().join(format!("examples/{name}.rs"))).expect("the example exists");
        assert!(text.lines().count() <= 50, "{name} has {} lines", text.lines().count());
    }
}

#[test]
fn the_example_scorer_scores_by_favourites() {
    let score = |faves| own_scorer::score(Photo { faves, ..Photo::default() }).unwrap();
    assert_eq!((score(Some(30)), score(None)), (Some(0.75), None));
}

#[test]
fn the_example_source_builds_addresses_and_parses_pages() {
    let query = Query { text: "猿".into(), per_page: 100, ..Query::default() };
    let url = own_source::page_url(&query, &Cursor::of("page", 2)).unwrap();
    assert_eq!(url.query(), Some("q=%E7%8C%BF&page=2"));
    let page = own_source::parse(200, br#"{"total": 2, "next": 2, "results": [{"id": 7}, {"title": "x"}]}"#).unwrap();
    let ids: Vec<String> = page.photos.iter().map(|record| record.photo.id.to_string()).collect();
    assert!(ids[0] == "example:7" && ids[1].starts_with("example:unreadable-"), "{ids:?}");
    assert!(page.photos[1].photo.fault.is_some() && page.next == Some(Cursor::of("page", 2)));
    assert!(matches!(own_source::parse(503, b""), Err(ResponseError::Temporary(_))));
}

#[test]
fn a_dataset_is_read_without_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_gleaner"))
        .args(["scrape", "--source", "folder", "--dataset", "demo"])
        .arg(root().join("demo/photos"))
        .arg("--metadata")
        .arg(root().join("demo/ATTRIBUTION.csv"))
        .args(["--skip", "thumbnail"])
        .current_dir(folder.path())
        .env("XDG_CONFIG_HOME", folder.path())
        .env_remove("GLEANER_KEY")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let counts = read_dataset::photos_by_country(&folder.path().join("demo")).unwrap();
    assert_eq!(counts.values().sum::<u64>(), 26, "{counts:?}");
    assert!(counts["IN"] >= 1, "{counts:?}");
}
