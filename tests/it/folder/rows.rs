//! Tables as R, pandas, spreadsheets, MySQL, exiftool, Lightroom, Camtrap DP and Darwin Core write them: a table of cases
//! for each kind of oddity.

use std::collections::BTreeMap;
use std::fs;

use gleaner::photo::{PersonalField, Photo};
use gleaner::sources::folder::Folder;
use gleaner::sources::rows::TableOptions;
use gleaner::sources::rows::lists::Separator;
use gleaner::sources::rows::numbers::Decimal;
use serde_json::{Value, json};

use super::super::pipeline::shared;
use super::{folder, put};

/// The photos that each case has.
pub const NAMES: [&str; 3] = ["a.jpg", "b.jpg", "sub/c.jpg"];

/// Photo -> its record, with what is personal; and the warnings.
fn read_with(name: &str, bytes: &[u8], options: &TableOptions) -> (BTreeMap<String, Value>, String) {
    let dir = folder(&NAMES);
    let table = tempfile::tempdir().unwrap();
    put(table.path(), name, bytes);
    let folder = Folder::open_with(dir.path(), Some(&table.path().join(name)), options).unwrap();
    let warnings = folder.warnings().join("\n");
    (folder.photos().map(|photo| (photo.id.own().to_owned(), record(&photo))).collect(), warnings)
}

fn record(photo: &Photo) -> Value {
    let mut record = serde_json::to_value(photo).unwrap();
    for field in [PersonalField::OwnerName, PersonalField::Owner, PersonalField::RawRecord] {
        record[field.as_str()] = photo.personal.clear(field).cloned().unwrap_or_default();
    }
    record
}

/// Whether a record has these values, by JSON pointer; null stands for nothing.
pub fn assert_says(what: &str, record: &Value, expected: &Value) {
    for (pointer, value) in expected.as_object().unwrap() {
        let found = record.pointer(pointer).cloned().unwrap_or_default();
        let nothing = found == json!("") || found == json!([]);
        let found = if nothing { Value::Null } else { found };
        assert_eq!(&found, value, "{what}: {pointer}");
    }
}

/// Reads a table and compares photos; returns the warnings.
pub fn check(name: &str, text: impl AsRef<[u8]>, expected: &[(&str, Value)]) -> String {
    check_with(name, text, expected, &TableOptions::default())
}

pub fn check_with(name: &str, text: impl AsRef<[u8]>, expected: &[(&str, Value)], options: &TableOptions) -> String {
    let (records, warnings) = read_with(name, text.as_ref(), options);
    let shown = String::from_utf8_lossy(text.as_ref()).into_owned();
    expected.iter().for_each(|(photo, says)| assert_says(&format!("{shown}\n{photo}"), &records[*photo], says));
    warnings
}

fn nothing() -> Value {
    json!({"/title": null, "/description": null, "/tags": null, "/location": null, "/taken": null, "/license": null,
        "/attribution": null, "/owner": null, "/owner_name": null, "/views": null})
}

#[test]
fn words_for_not_given_are_no_values_and_are_said_once() {
    let r = "\"file\",\"title\",\"tags\",\"latitude\",\"longitude\",\"license\",\"owner_name\",\"views\"\n\
        \"a.jpg\",\"Heron\",\"heron|lake\",47.5,8.25,\"CC0\",\"NA\",12\n\"b.jpg\",NA,NA,NA,NA,NA,NA,NA\n";
    let said = check("r.csv", r, &[("a.jpg", json!({"/title": "Heron", "/owner_name": "NA"})), ("b.jpg", nothing())]);
    let expected = "r.csv: read as \"not given\": \"NA\" in title (1), tags (1), latitude (1), longitude (1), license (1), \
        views (1), owner_name (1) (--keep-na keeps such words as texts)\n\
        r.csv: kept as a text, since it is in quotes: \"NA\" in owner_name (1)";
    assert!(said.starts_with(expected), "{said}");

    let all = ["NA", "NULL", "null", "NaN", "nan", "None", "N/A", "n/a", "-", "\\N", "#N/A", "<NA>", "NaT"];
    for word in all {
        let table = format!("file;title;latitude;owner;taken\na.jpg;{word};{word};{word};{word}\nb.jpg;x;;;\n");
        check("t.csv", table, &[("a.jpg", nothing()), ("b.jpg", json!({"/title": "x"}))]);
    }
    for (name, text, a, b) in [
        // pandas, with str(nan) and lists
        (
            "p.csv",
            "file,title,tags,views\na.jpg,Heron,\"['grey heron', 'lake']\",12.0\nb.jpg,nan,nan,NaN\n",
            json!({"/tags": ["grey heron", "lake"], "/views": 12}),
            nothing(),
        ),
        // a program that puts everything in quotes
        (
            "q.csv",
            "\"file\",\"title\",\"latitude\",\"longitude\"\n\"a.jpg\",\"Heron\",\"47.5\",\"8.25\"\n\"b.jpg\",\"NULL\",\"NULL\",\"NULL\"\n",
            json!({"/location/latitude": 47.5}),
            nothing(),
        ),
        // MySQL writes \N; NA is a person
        (
            "m.tsv",
            "file\ttitle\towner\tviews\na.jpg\t\\N\tNA\t\\N\nb.jpg\t\\N\t\\N\t3\n",
            json!({"/title": null, "/owner": "NA", "/views": null}),
            json!({"/owner": null, "/views": 3}),
        ),
        // JSON has null; "NA" is a text, but no number
        (
            "j.jsonl",
            "{\"file\":\"a.jpg\",\"title\":\"NA\",\"views\":null,\"faves\":NaN}\n{\"file\":\"b.jpg\",\"title\":\"-\",\"comments\":\"N/A\"}\n",
            json!({"/title": "NA", "/views": null}),
            nothing(),
        ),
    ] {
        check(name, text, &[("a.jpg", a), ("b.jpg", b)]);
    }
    let keep = TableOptions { keep_na: true, ..TableOptions::default() };
    let said = check_with(
        "r.csv",
        "file,title,views\na.jpg,NA,NA\n",
        &[("a.jpg", json!({"/title": "NA", "/views": null}))],
        &keep,
    );
    assert!(said.contains("column views: \"NA\" is not a whole number") && !said.contains("not given"), "{said}");
}

#[test]
fn one_odd_value_costs_neither_its_row_nor_its_record() {
    let half = r#"{"file":"a.jpg","title":"half \ud83d","views":1e999,"latitude":47.5,"longitude":8.25}"#;
    let said = check(
        "h.jsonl",
        half,
        &[("a.jpg", json!({"/title": "half \u{fffd}", "/views": null, "/location/latitude": 47.5}))],
    );
    assert!(said.contains("h.jsonl, line 1, column views: \"1e999\" is not a whole number"), "{said}");
    let counts = "file,views,faves\na.jpg,9223372036854775808,3\nb.jpg,9223372036854775807,-1\n";
    let said = check(
        "c.csv",
        counts,
        &[("a.jpg", json!({"/views": null, "/faves": 3})), ("b.jpg", json!({"/views": i64::MAX, "/faves": null}))],
    );
    assert!(
        said.contains("c.csv, line 2, column views: \"9223372036854775808\" is not a whole number from 0 to"),
        "{said}"
    );
    let far = "file,title,lat,lon,uncertainty_m\na.jpg,Heron,95,8,10\nb.jpg,x,7,8,5000000000\n";
    let said = check(
        "f.csv",
        far,
        &[
            ("a.jpg", json!({"/title": "Heron", "/location": null})),
            ("b.jpg", json!({"/location/latitude": 7.0, "/location/uncertainty_m": null})),
        ],
    );
    assert_eq!(said.matches("f.csv, line").count(), 2, "{said}");
}

#[test]
fn the_dialects_of_programs_are_read() {
    let heron = json!({"/title": "Heron, grau", "/license/id": "CC-BY-4.0", "/location/latitude": 47.5, "/location/longitude": 8.25});
    let one = [("a.jpg", heron.clone())];
    let excel = "sep=;\r\nfile;title;license;latitude;longitude\r\na.jpg;\"Heron, grau\";CC-BY-4.0;47,5;8,25\r\n";
    assert_eq!(check("e.csv", excel, &one), "photos without a row in e.csv: 2 of 3");
    let unicode: Vec<u8> =
        format!("\u{feff}{}", excel[7..].replace(';', "\t")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    check("u.txt", &unicode, &one);
    let said = check("u.txt", &unicode[2..], &one);
    assert!(
        said.starts_with("u.txt is not UTF-8; it is read as UTF-16LE (--encoding NAME names another one)"),
        "{said}"
    );
    let latin = b"file;titre;title;auteur\na.jpg;x;H\xe9ron cendr\xe9 \x80;y\n";
    let said = check("l.csv", latin, &[("a.jpg", json!({"/title": "Héron cendré €"}))]);
    assert!(said.starts_with("l.csv is not UTF-8; it is read as windows-1252"), "{said}");
    for (name, text, title) in [
        ("d.csv", "file,title\na.jpg,\"say \"\"hi, you\"\"\"\n", "say \"hi, you\""),
        ("b.csv", "file,title\na.jpg,\"say \\\"hi, you\\\"\"\n", "say \"hi, you\""),
        ("n.csv", "file,title\na.jpg,\"say \"hi, you\"\"\n", "say \"hi, you\""),
        ("p.csv", "file|title\na.jpg|hi, you; there\n", "hi, you; there"),
        ("x.csv", "file,title\n=\"a.jpg\",=\"007\"\n", "007"),
        ("a.json", "[\n {\"file\": \"a.jpg\", \"title\": \"hi, you\"}\n]", "hi, you"),
        ("f.json", "{\"file\":{\"0\":\"a.jpg\"},\"title\":{\"0\":\"hi\"}}", "hi"),
        ("w.json", "{\"images\":[{\"file_name\":\"a.jpg\",\"title\":\"hi\"}]}", "hi"),
    ] {
        check(name, text, &[("a.jpg", json!({"/title": title}))]);
    }
}

#[test]
fn exiftool_camtrap_dp_and_darwin_core_name_their_columns_as_they_like() {
    let place = json!({"/location/latitude": 47.5, "/location/longitude": -8.25, "/tags": ["grey heron", "lake"],
        "/taken/local": "2024-05-01T06:12:00"});
    let dms = "SourceFile,GPSLatitude,GPSLongitude,Keywords,DateTimeOriginal\n\
        ./photos/a.jpg,\"47 deg 30' 0.00\"\" N\",\"8 deg 15' 0.00\"\" W\",\"grey heron, lake\",2024:05:01 06:12:00\n";
    let n = "SourceFile,EXIF:GPSLatitude,EXIF:GPSLatitudeRef,EXIF:GPSLongitude,EXIF:GPSLongitudeRef,IPTC:Keywords,EXIF:DateTimeOriginal\n\
        /home/x/a.jpg,47.5,N,8.25,W,\"grey heron, lake\",2024:05:01 06:12:00\n";
    let list = "[{\"SourceFile\":\"a.jpg\",\"GPSLatitude\":\"47 deg 30' 0.00\\\" N\",\"GPSLongitude\":-8.25,\
        \"Keywords\":[\"grey heron\",\"lake\"],\"DateTimeOriginal\":\"2024:05:01 06:12:00\"}]";
    let position = "[{\"SourceFile\":\"x/a.jpg\",\"GPSPosition\":\"47 deg 30' 0.00\\\" N, 8 deg 15' 0.00\\\" W\",\
        \"Subject\":[\"grey heron\",\"lake\"],\"CreateDate\":\"2024:05:01 06:12:00\"}]";
    for (name, text) in [("e.csv", dms), ("n.csv", n), ("e.json", list), ("p.json", position)] {
        check(name, text, &[("a.jpg", place.clone())]);
    }
    let single =
        "[{\"SourceFile\":\"a.jpg\",\"Keywords\":\"grey heron\"},{\"SourceFile\":\"b.jpg\",\"Keywords\":2024}]";
    check("s.json", single, &[("a.jpg", json!({"/tags": ["grey heron"]})), ("b.jpg", json!({"/tags": ["2024"]}))]);
    let camtrap = "mediaID,deploymentID,timestamp,filePath,filePublic,fileName,fileMediatype\n\
        m1,d1,2020-08-02T05:00:14Z,https://example.org/media/x9,true,a.jpg,image/jpeg\n\
        m2,d1,2020-08-02T05:00:15Z,deployment1/sub/c.jpg,true,c.jpg,image/jpeg\n";
    check(
        "media.csv",
        camtrap,
        &[
            ("a.jpg", json!({"/taken/local": "2020-08-02T05:00:14"})),
            ("sub/c.jpg", json!({"/taken/local": "2020-08-02T05:00:15"})),
        ],
    );
    let observations = "observationID,mediaID,scientificName,count\no1,a,Vulpes vulpes,1\no2,c,Meles meles,2\n";
    check(
        "observations.csv",
        observations,
        &[
            ("a.jpg", json!({"/taxon/scientific_name": "Vulpes vulpes"})),
            ("sub/c.jpg", json!({"/taxon/scientific_name": "Meles meles"})),
        ],
    );
    let occurrence = "occurrenceID\tidentifier\tassociatedMedia\tdecimalLatitude\tdecimalLongitude\tcoordinateUncertaintyInMeters\t\
        eventDate\trecordedBy\tscientificName\tdcterms:license\n\
        o1\turn:x:1\thttps://example.org/m/a.jpg?size=l | https://example.org/m/b.jpg\t47.5\t8.25\t30\t2024-05-01\tJane Example\tArdea cinerea\tCC_BY_4_0\n";
    let heron = json!({"/location/latitude": 47.5, "/location/uncertainty_m": 30, "/owner_name": "Jane Example",
        "/attribution": null, "/taxon/scientific_name": "Ardea cinerea", "/license/id": "CC-BY-4.0"});
    check("occurrence.txt", occurrence, &[("a.jpg", heron.clone()), ("b.jpg", heron)]);
}

#[test]
fn a_table_that_fits_no_photo_is_an_error() {
    for (text, words) in [
        (
            "file,title\nx.jpg,Heron\n",
            "fits none of the photos in the folder (3): for example, \"x.jpg\" is not in the folder",
        ),
        ("file,title\nA.JPG,Heron\n", "did you mean \"a.jpg\"?"),
        ("file,title\n,Heron\n", "its rows name no file"),
        ("title,license\nHeron,CC0\n", "it has no column `file`"),
        ("[]", "it has no column `file`"),
    ] {
        for default in [true, false] {
            let dir = folder(&NAMES);
            let path = dir.path().join("metadata.csv");
            fs::write(&path, text).unwrap();
            let said = super::refused(dir.path(), (!default).then_some(path.as_path()));
            assert!(said.contains("metadata.csv") && said.contains(words), "{said}");
        }
    }
    let said = check("t.csv", "file,title\n", &[("a.jpg", nothing())]);
    assert!(said.contains("t.csv has no rows"), "{said}");
}

#[test]
fn the_separator_of_a_list_is_that_of_its_column_and_is_said() {
    let both = json!({"/tags": ["grey heron", "Lake Constance"]});
    for (name, cells, says) in [
        ("exiftool", ["grey heron, Lake Constance", "grey heron"], "items are separated by \",\""),
        (
            "windows",
            ["grey heron; Lake Constance", "grey heron"],
            "items are separated by \";\", or by \",\" in cells without \";\"",
        ),
        ("windows2", ["grey heron;Lake Constance;", "grey heron"], "items are separated by \";\""),
        ("documented", ["grey heron | Lake Constance", "grey heron"], ""),
    ] {
        let table = format!("file\tkeywords\na.jpg\t{}\nb.jpg\t{}\n", cells[0], cells[1]);
        let said = check("t.csv", table, &[("a.jpg", both.clone()), ("b.jpg", json!({"/tags": ["grey heron"]}))]);
        let says = format!("t.csv, column tags: {says}");
        assert!(if name == "documented" { !said.contains("items") } else { said.contains(&says) }, "{name}: {said}");
    }
    let flickr = "file,tags\na.jpg,\"heron \"\"grey heron\"\" lake\"\nb.jpg,dunes\n";
    let said = check(
        "t.csv",
        flickr,
        &[("a.jpg", json!({"/tags": ["heron", "grey heron", "lake"]})), ("b.jpg", json!({"/tags": ["dunes"]}))],
    );
    assert!(said.contains("items are separated by blanks (--list-separator sets another one)"), "{said}");
    for (column, cell) in [
        ("HierarchicalSubject", "Animals|Birds|grey heron, Places|Lake Constance"),
        ("TagsList", "Animals/Birds/grey heron, Places/Lake Constance"),
    ] {
        check("t.csv", format!("SourceFile\t{column}\na.jpg\t{cell}\n"), &[("a.jpg", both.clone())]);
    }
    let comma = TableOptions { separator: Some(Separator::Comma), ..TableOptions::default() };
    check_with("t.csv", "file\ttags\na.jpg\ta;b,c d\n", &[("a.jpg", json!({"/tags": ["a;b", "c d"]}))], &comma);
}

#[test]
fn numbers_have_one_locale_in_a_file_and_are_asked_about_where_it_does_not_show() {
    for (what, text, uncertainty) in [
        ("German Excel", "file;latitude;longitude;uncertainty_m\na.jpg;47,5;8,25;1.000\n", json!(1000)),
        (
            "R's write.csv2",
            "\"file\";\"latitude\";\"longitude\";\"uncertainty_m\"\n\"a.jpg\";47,5;8,25;1500,5\n",
            json!(1501),
        ),
        ("three decimals", "file;latitude;longitude;uncertainty_m\na.jpg;47,500;8,250;12.500\n", json!(12_500)),
        ("French Excel", "file;latitude;longitude;uncertainty_m\na.jpg;47,5;8,25;1\u{202f}000\n", json!(1000)),
        ("English", "file;latitude;longitude;uncertainty_m\na.jpg;47.5;8.25;\"1,000\"\n", json!(1000)),
        ("a program", "file;latitude;longitude;uncertainty_m\na.jpg;47.5;8.25;1.000\n", json!(1)),
        ("units", "file;latitude;longitude;uncertainty_m\na.jpg;47.5;8.25;1.5 km\n", json!(1500)),
        ("R's numbers", "file;latitude;longitude;uncertainty_m\na.jpg;4.75e+01;8.25;1e+05\n", json!(100_000)),
        ("does not show", "file;latitude;longitude;uncertainty_m\na.jpg;47;8;1.000\n", Value::Null),
    ] {
        let said = check("t.csv", text, &[("a.jpg", json!({"/location/uncertainty_m": uncertainty}))]);
        let asked = "t.csv, line 2, column uncertainty_m: is \"1.000\" the number 1 or 1000? It is not used; \
            say --decimal point for 1, --decimal comma for 1000";
        assert_eq!(said.contains(asked), what == "does not show", "{what}: {said}");
    }
    let said =
        check("t.csv", "file;views\na.jpg;1.000\nb.jpg;2.500\nc.jpg;3.000\n", &[("b.jpg", json!({"/views": null}))]);
    assert!(said.contains("column views: is \"1.000\" the number 1 or 1000?"), "{said}");
    assert!(said.ends_with("(further cells like it: 2)"), "{said}");
    let table = "file;latitude;longitude;views\na.jpg;47;8;1.000\n";
    for (decimal, views) in [(Decimal::Comma, json!(1000)), (Decimal::Point, json!(1))] {
        let told = TableOptions { decimal: Some(decimal), ..TableOptions::default() };
        check_with("t.csv", table, &[("a.jpg", json!({"/views": views}))], &told);
    }
    check(
        "t.json",
        "[{\"file\":\"a.jpg\",\"latitude\":47,\"longitude\":8,\"uncertainty_m\":1.000}]",
        &[("a.jpg", json!({"/location/uncertainty_m": 1}))],
    );
}

#[test]
fn the_public_reports_come_out_right() {
    let Some(cases) = shared("cases") else { return };
    let open = |name: &str| {
        let folder = Folder::open(&cases.join(name).join("photos"), None).unwrap();
        let records: BTreeMap<_, _> =
            folder.photos().map(|photo| (photo.id.own().to_owned(), record(&photo))).collect();
        (records, folder.warnings().join("\n"))
    };
    let (records, said) = open("csv-r-na");
    for name in ["p1.jpg", "p2.jpg"] {
        assert_says(name, &records[name], &nothing());
    }
    assert_says("p3", &records["p3.jpg"], &json!({"/title": "Dunes", "/owner": null, "/location/latitude": -22.5}));
    assert!(said.contains("read as \"not given\": \"NA\" in title (2), description (4)"), "{said}");
    let (records, said) = open("csv-sep-line");
    let heron =
        json!({"/title": "Heron", "/license/id": "CC-BY-4.0", "/location/latitude": 47.5, "/location/longitude": 8.25});
    assert_says("sep", &records["a.jpg"], &heron);
    assert_eq!(said, "");
    let (records, _) = open("csv-keywords-commas");
    for (name, tags) in [
        ("p0.jpg", json!(["grey heron", "Ardea cinerea", "lake"])),
        ("p1.jpg", json!(["summer", "Lake Constance", "birds"])),
        ("p2.jpg", json!(["bird", "heron", "lake"])),
    ] {
        assert_eq!(records[name]["tags"], tags);
    }
    let (records, said) = open("mongo-u64");
    assert_eq!([&records["p0.jpg"]["views"], &records["p2.jpg"]["views"]], [&json!(1), &json!(3)]);
    assert!(records["p1.jpg"].get("views").is_none() && said.contains("line 3, column views"), "{said}");
}
