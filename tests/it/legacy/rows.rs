//! `gleaner export --format legacy`: original rows, changed cells, and photos that Gleaner found.

use std::sync::Arc;

use gleaner::legacy::{self, DataFrame, Row, RowCollector, RowCounts, RowSettings, RowTable, write_json};
use gleaner::photo::{Found, Location, PersonalField, Photo, PhotoId, Score, Taken};
use gleaner::seal::{Key, Vault};
use serde_json::{Value, json};

use super::{Fixture, NAMES, frame, frame_with_special_cases, row, row_with};

fn imported(rows: &Value) -> Vec<Photo> {
    let frame = DataFrame::read("df.json", rows.to_string().as_bytes()).unwrap();
    let mut photos = legacy::import_rows(frame, legacy::SPECIES).photos;
    photos.iter_mut().for_each(|photo| legacy::fill_missing(photo, legacy::SPECIES));
    photos
}

/// Stores photos and returns their exported rows, with personal cells in clear.
fn written(photos: Vec<Photo>) -> (Value, Vec<Row>, RowCounts) {
    let vault = Arc::new(Vault::new(Key::generate()));
    let settings = RowSettings {
        vault: Arc::clone(&vault),
        seal: None,
        python_key: None,
        species: legacy::SPECIES.into(),
        typed: true,
    };
    let mut collector = RowCollector::new(settings);
    photos.into_iter().for_each(|photo| collector.add(&vault.seal(photo).unwrap()).unwrap());
    let RowTable { rows, counts, .. } = collector.finish();
    let mut text = Vec::new();
    write_json(&rows, &mut text).unwrap();
    (serde_json::from_slice(&text).unwrap(), rows, counts)
}

#[test]
fn imported_rows_are_exported_unchanged_even_if_two_rows_of_a_photo_differ() {
    let (out, _, said) = written(imported(&frame_with_special_cases()));
    assert_eq!(out.to_string(), frame_with_special_cases().to_string());
    assert_eq!((said.rows, said.imported, said.changed_cells, said.photos), (8, 8, 0, 7));
}

#[test]
fn a_cell_whose_meaning_changed_comes_from_the_record_in_all_rows_of_the_photo() {
    let mut photos = imported(&frame_with_special_cases());
    let photo = photos.iter_mut().find(|photo| photo.searches.len() == 2).unwrap();
    photo.scores.insert("monkey".into(), Score::known(0.25, "local", "1"));
    photo.location = Location::new(52.5, 13.4);
    photo.views = Some(7);
    photo.title = "new".into();
    photo.personal.find(PersonalField::OwnerName, "Somebody Else");
    let (out, _, said) = written(photos);
    for index in ["1", "5"] {
        assert_eq!(out["species prediction score"][index], 0.25);
        assert_eq!(out["cage prediction score"][index], 0.49);
        assert_eq!((&out["latitude"][index], &out["country"][index]), (&json!(52.5), &json!("")));
        assert_eq!((&out["views"][index], &out["title"][index]), (&json!(7), &json!("new")));
        assert_eq!(out["owner name"][index], "Somebody Else");
        assert_eq!(out["owner"][index], NAMES[2]);
    }
    assert_eq!(out["views"]["0"], 1497);
    assert_eq!(said.changed_cells, 2 * 8);
}

#[test]
fn a_search_of_ours_that_finds_an_imported_photo_is_one_more_row() {
    let mut photos = imported(&frame(&[row(1)]));
    photos[0].found_by(Found { term: "scimmia".into(), rank: 4, ..Found::default() });
    let (out, rows, _) = written(photos);
    assert_eq!(rows.len(), 2);
    assert_eq!(out["search term"], json!({"0": "monkey wild", "1": "scimmia"}));
    assert_eq!(out["filename"]["1"], "flickr_scimmia-3.jpg");
    assert_eq!(out["link"]["1"], out["link"]["0"]);
}

/// A photo as Gleaner's search finds it.
fn scraped() -> Photo {
    let mut photo = Photo {
        id: PhotoId::new("flickr", "123"),
        media: "photo".into(),
        title: "it's".into(),
        tags: vec!["a".into(), "b".into()],
        image_url: Some("https://live.staticflickr.com/1/123_ab_o.png".into()),
        file_name: Some("123_ab_o.png".into()),
        posted_at: Some("2019-05-01T10:00:00Z".parse().unwrap()),
        found_at: Some("2026-05-01T12:00:00Z".parse().unwrap()),
        taken: Some(Taken { unknown: true, ..Taken::default() }),
        ..Photo::default()
    };
    photo.found_by(Found { term: "wild monkey".into(), rank: 1, ..Found::default() });
    photo.found_by(Found { term: "猿".into(), rank: 12, ..Found::default() });
    photo.personal.find(PersonalField::Owner, "1@N02");
    photo.personal.find(PersonalField::PathAlias, Value::Null);
    photo.personal.find(PersonalField::Exif, json!({"Make": "O'Neil", "n": [1, true, null]}));
    photo.personal.find(PersonalField::RawRecord, json!({"id": "123"}));
    photo
}

#[test]
fn photos_of_our_own_get_the_cells_that_the_python_system_would_have_written() {
    let (out, rows, said) = written(vec![scraped()]);
    let expected = json!({
        "filename": "flickr_wild_monkey-0.png", "search term": "wild monkey", "date of download": "01/05/2026",
        "time of download": "12:00:00", "link": "https://live.staticflickr.com/1/123_ab_o.png", "title": "it's",
        "description": null, "date taken": "2019-05-01 10:00:00", "owner name": "", "path alias": "", "owner": "1@N02",
        "latitude": 0.0, "longitude": 0.0, "country": "", "city": "", "machine tags": "", "views": 0, "tags": "a b",
        "exif data": "{'Make': \"O'Neil\", 'n': [1, True, None]}", "species prediction score": 1.0,
        "cage prediction score": 1.0,
    });
    assert_eq!(Value::Object(rows[0].cells.clone()).to_string(), expected.to_string());
    assert_eq!(out["filename"]["1"], "flickr_猿-11.png");
    assert_eq!((said.rows, said.imported), (2, 0));
}

#[test]
fn new_rows_are_counted_on_after_imported_ones_and_no_two_photos_share_a_file_name() {
    let mut other = scraped();
    (other.id, other.searches) = (PhotoId::new("flickr", "124"), Vec::new());
    other.found_by(Found { term: "wild monkey".into(), rank: 1, ..Found::default() });
    let mut photos = imported(&frame(&[row(1), row(2)]));
    photos.extend([scraped(), other]);
    let (out, ..) = written(photos);
    let names: Vec<_> =
        out["filename"].as_object().unwrap().iter().map(|(index, name)| format!("{index} {name}")).collect();
    assert_eq!(
        names,
        [
            "0 \"flickr_monkey_wild-1.jpg\"",
            "1 \"flickr_monkey_wild-2.jpg\"",
            "2 \"flickr_wild_monkey-0.png\"",
            "3 \"flickr_wild_monkey-0~2.png\"",
            "4 \"flickr_猿-11.png\"",
        ]
    );
}

#[test]
fn rows_of_two_data_frames_are_renumbered_if_their_labels_collide() {
    let fixture = Fixture::new();
    fixture.write("a.json", &frame(&[row(1), row(2)]));
    fixture.write("b.json", &frame(&[row_with(3, &json!({"search term": "x"}))]));
    for name in ["a.json", "b.json"] {
        fixture.expect(0, &["import", "seed", name, "--dataset", "d"]);
    }
    let said = fixture.answer(0, &["export", "d", "--format", "seed", "--unseal", "-o", "out.json"]);
    assert_eq!(said["rows"], 3);
    assert_eq!(fixture.read("out.json")["search term"], json!({"0": "monkey wild", "1": "monkey wild", "2": "x"}));
}

#[test]
fn personal_cells_are_sealed_with_the_key_that_is_asked_for_and_in_clear_only_when_asked() {
    let fixture = Fixture::new();
    let clear = frame_with_special_cases();
    fixture.write("df.json", &clear);
    fixture.expect(1, &["import", "seed", "df.json", "--dataset", "d"]);
    let export = |more: &[&'static str]| {
        let args: Vec<_> = ["export", "d", "--format", "seed"].into_iter().chain(more.iter().copied()).collect();
        super::super::pipeline::talk(&fixture.expect(0, &args))
    };
    let said = export(&["--seed-key-file", "KEY_DB.txt", "-o", "theirs.json"]);
    assert!(said.contains("encrypted with the key in KEY_DB.txt"), "{said}");
    assert_eq!(fixture.opened(&fixture.read("theirs.json")), clear);
    let said = export(&["-o", "ours.json"]);
    assert!(said.contains("dataset's own key"), "{said}");
    assert!(super::holding(fixture.folder.path(), &NAMES).iter().all(|path| path.ends_with("df.json")));
    let said = export(&["--unseal", "-o", "clear.json"]);
    assert!(said.contains("it identifies people"), "{said}");
    assert_eq!(fixture.read("clear.json").to_string(), clear.to_string());
    fixture.expect(2, &["export", "d", "--format", "csv", "--seed-key-file", "KEY_DB.txt"]);
}

#[test]
fn the_csv_is_exported_unchanged_and_as_a_data_frame_it_has_numbers() {
    let fixture = Fixture::new();
    fixture.write("df.json", &frame_with_special_cases());
    fixture.expect(1, &["import", "seed", "df.json", "--dataset", "d"]);
    fixture.expect(0, &["export", "d", "--format", "seed-csv", "--unseal", "-o", "df.csv"]);
    fixture.expect(1, &["import", "seed", "df.csv", "--dataset", "e"]);
    fixture.expect(0, &["export", "e", "--format", "seed-csv", "--unseal", "-o", "again.csv"]);
    let read = |name: &str| std::fs::read_to_string(fixture.path(name)).unwrap();
    assert_eq!(read("again.csv"), read("df.csv"));
    fixture.expect(0, &["export", "e", "--format", "seed", "--unseal", "-o", "out.json"]);
    let mut expected = frame_with_special_cases();
    expected["description"]["4"] = json!("two lines ζ \"quoted\" 🐒");
    assert_eq!(fixture.read("out.json").to_string(), expected.to_string());
}
