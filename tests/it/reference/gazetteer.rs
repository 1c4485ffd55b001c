//! Gazetteers in the form of GeoNames, with places that we made up.

use std::fs;
use std::io::Write;

use gleaner::layers::Nearest;
use gleaner::reference::{Catalogue, Registry};
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::listed;
use crate::pipeline::{Fixture, photos, talk};

/// A row as the readme of GeoNames describes it.
fn row(id: u64, name: &str, code: &str, (latitude, longitude): (f64, f64)) -> String {
    let (class, code) = code.split_once('.').unwrap();
    format!(
        "{id}\t{name}\t{name}\tOther \"name,Zweiter Name\t{latitude}\t{longitude}\t{class}\t{code}\tMY\t\t13\t\t\t\t0\t12\t15\tAsia/Kuching\t2024-01-31\n"
    )
}

/// Zoos on both sides of the antimeridian and in the north, a reserve, a museum, towns, and three rows that are broken.
pub fn table() -> String {
    let mut rows = vec![
        row(101, "East Zoo", "S.ZOO", (-16.5, 179.99)),
        row(102, "West Zoo", "S.ZOO", (-16.5, -179.98)),
        row(103, "Tiergarten Süd", "S.ZOO", (52.5, 13.4)),
        row(104, "River Reserve", "L.RESN", (5.41, 118.04)),
        row(105, "House of Apes", "S.MUS", (52.51, 13.4)),
        row(106, "Unclassified", "S.", (1.0, 1.0)),
    ];
    rows.extend((0..20).map(|nth| row(200 + nth, "Town", "P.PPL", (f64::from(nth as u32), 100.0))));
    rows.insert(3, "301\ta row\twith five\tcolumns\tonly\n".into());
    rows.insert(9, row(302, "Nowhere", "S.ZOO", (91.0, 0.0)));
    rows.push(row(303, "No number", "S.ZOO", (0.0, 0.0)).replace("303", "x"));
    rows.concat()
}

fn archive(fixture: &Fixture, name: &str, files: &[(&str, &str)]) {
    let mut archive = ZipWriter::new(fs::File::create(fixture.path(name)).unwrap());
    for (name, content) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
}

fn catalogue(fixture: &Fixture) -> Catalogue {
    Catalogue::of(Registry::at(fixture.path("home/.local/share/gleaner/reference")))
}

#[test]
fn the_features_of_a_gazetteer_that_are_wanted_are_kept_and_the_nearest_is_found() {
    let fixture = Fixture::new(photos(1, 1));
    fs::write(fixture.path("MY.txt"), table()).unwrap();
    archive(&fixture, "MY.zip", &[("readme.txt", "Readme\n"), ("MY.txt", &table())]);
    let add = |more: &[&str]| {
        let licensed = ["--license", "CC BY 4.0", "--citation", "GeoNames"];
        talk(&fixture.expect(0, &[&["reference", "add"], more, &licensed].concat()))
    };
    let said = add(&["MY.txt"]);
    assert!(said.contains("my: 3 places"), "{said}");
    assert!(said.contains("kept of 29 rows: 3 S.ZOO (--features)"), "{said}");
    let bad = "3 rows were left out, because they cannot be read; the first is line 4: it has 5 columns, not 19";
    assert!(said.contains(bad), "{said}");
    add(&["MY.zip", "--features", "s.mus, L,S.ZOO", "--name", "more"]);

    let layers = listed(&fixture);
    assert_eq!((&layers[0]["name"], &layers[0]["kind"]), (&json!("more"), &json!("gazetteer")));
    assert_eq!(layers[0]["features"], json!(["L", "S.MUS", "S.ZOO"]));
    assert_eq!(layers[0]["contents"], json!({"places": 5, "rows_left_out": 3, "rows_read": 29}));
    assert_eq!(layers[1]["source_sha256"], gleaner::hash::sha256_hex(table().as_bytes()));
    assert!(talk(&fixture.expect(0, &["reference", "list"])).contains("features  L, S.MUS, S.ZOO"));
    // The copy has the rows that are kept and no other.
    let folder = fixture.path("home/.local/share/gleaner/reference/my");
    let copy = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    let copy = copy.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "txt")).unwrap();
    let kept = fs::read_to_string(&copy).unwrap();
    assert_eq!(kept.lines().count(), 3);
    assert!(kept.lines().all(|line| table().lines().any(|row| row == line)), "unchanged: {kept}");

    let gazetteers = catalogue(&fixture).gazetteers().unwrap();
    let [(citation, more), (_, zoos)] = &gazetteers[..] else { panic!("two: {gazetteers:?}") };
    assert!(citation.contains("Layer more: MY.zip") && citation.contains("CC BY 4.0; GeoNames"), "{citation}");
    let near = |latitude, longitude, codes: &[&str], within_m| {
        let found: Option<Nearest> = more.nearest(latitude, longitude, codes, within_m);
        found.map(|near| (near.name.to_owned(), near.code.to_owned(), near.id, near.distance_m.round()))
    };
    // A hundredth of a degree of longitude here is 1,066 m: the nearer zoo is on the other side of the antimeridian.
    let west = near(-16.5, 179.999, &["S.ZOO"], 5_000.0).unwrap();
    assert_eq!((west.0.as_str(), west.1.as_str(), west.2), ("East Zoo", "S.ZOO", 101));
    let across = near(-16.5, 179.996, &["S.ZOO"], 5_000.0).unwrap();
    assert_eq!((across.2, across.3), (101, 640.0));
    assert_eq!(near(-16.5, -179.999, &["S.ZOO"], 5_000.0).unwrap().2, 101);
    assert_eq!(near(-16.5, -179.99, &["S.ZOO"], 5_000.0).unwrap().2, 102);
    assert_eq!(near(52.5, 13.4, &["S.MUS", "S.ZOO"], 1.0).unwrap().0, "Tiergarten Süd");
    assert_eq!(near(52.5, 13.4, &["S.MUS"], 1_000.0), None);
    assert_eq!(near(52.5, 13.4, &["S.MUS"], 1_200.0).unwrap().2, 105);
    assert_eq!(near(5.4, 118.0, &["L.RESN"], 10_000.0).unwrap().2, 104);
    assert_eq!((zoos.count(&["S.ZOO"]), zoos.count(&["S.MUS"]), more.count(&["L"])), (3, 0, 1));

    // A copy that was changed is not used.
    fs::write(&copy, kept.replace("East", "Past")).unwrap();
    let damaged = catalogue(&fixture).gazetteers().unwrap_err().to_string();
    assert!(damaged.contains("the reference layer my is damaged"), "{damaged}");
}

#[test]
fn what_is_no_gazetteer_is_refused_with_what_was_expected() {
    let fixture = Fixture::new(photos(1, 1));
    fs::write(fixture.path("MY.txt"), table()).unwrap();
    fs::write(fixture.path("notes.txt"), "Some notes,\nbut no table.\n").unwrap();
    fs::write(fixture.path("long.txt"), "x".repeat(400_000)).unwrap();
    archive(&fixture, "two.zip", &[("A.txt", &table()), ("B.txt", &table())]);
    fs::write(fixture.path("cut.zip"), &b"PK\x03\x04 no archive"[..]).unwrap();
    let kinds = "names, taxa, polygons, raster, ranges, gazetteer";
    for (args, said) in [
        (
            &["notes.txt", "--kind", "gazetteer"][..],
            "which have 19 columns separated by tabs; line 1: it has 1 column, not 19",
        ),
        (&["long.txt", "--kind", "gazetteer"], "line 1: it has more than 131072 bytes"),
        (&["notes.txt"], "notes.txt is not added as names"),
        (&["MY.txt", "--features", "S.AIRP"], "it has no feature S.AIRP; the most frequent are P.PPL (20), S.ZOO (3)"),
        (&["MY.txt", "--features", "zoo"], "\"zoo\" is no feature code of GeoNames"),
        (&["MY.txt", "--classes", "notes.txt"], "--classes is for the kind raster, not for gazetteer"),
        (&["two.zip", "--kind", "gazetteer"], "its archive has 2 tables, not one: A.txt, B.txt"),
        (&["cut.zip", "--kind", "gazetteer"], "its archive cannot be read"),
    ] {
        let args = [&["reference", "add"], args, &["--license", "CC BY 4.0"]].concat();
        let answer = talk(&fixture.expect(2, &args));
        assert!(answer.contains(said) && answer.contains(kinds), "{args:?}: {answer}");
    }
    assert!(listed(&fixture).is_empty());
    let answer = talk(&fixture.expect(2, &["reference", "add", "MY.txt"]));
    assert!(answer.contains("does not say under which licence"), "{answer}");
}
