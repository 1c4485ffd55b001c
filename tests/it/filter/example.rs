//! Examples of parsing, printing and matching.

use gleaner::photo::equal_area::{Hexagon, HexagonGrid};
use gleaner::photo::fields::search_text;
use gleaner::photo::filter::{Filter, FilterError};
use gleaner::photo::text::plain_text;
use gleaner::photo::{Camera, Classification, Granularity, Location, Photo, Taxon, fields};
use serde_json::Value;

use super::{blank, filter, macaque};

#[test]
fn every_filter_of_the_shared_file_is_read_and_written_as_it_says() {
    let rows: Vec<Value> = serde_json::from_str(include_str!("../../fixtures/filters.json")).unwrap();
    assert!(rows.len() > 40);
    for row in rows {
        let (text, canonical) = (row["text"].as_str().unwrap(), row["canonical"].as_str().unwrap());
        let read = filter(text);
        assert_eq!(serde_json::to_value(&read).unwrap(), row["filter"], "{text}");
        assert_eq!(read.to_string(), canonical, "{text}");
        assert_eq!(filter(canonical), read, "{canonical}");
        assert_eq!(serde_json::from_value::<Filter>(row["filter"].clone()).unwrap(), read, "{text}");
    }
}

#[test]
fn every_example_of_the_docs_is_a_filter() {
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/filter.md")).unwrap();
    let blocks = docs.split("```filter\n").skip(1).flat_map(|rest| rest.split("```").next().unwrap().lines());
    let rows = docs.lines().filter(|line| line.starts_with("| ")).skip(1);
    let cells = rows.flat_map(|row| row.split(" | ").nth(1).unwrap().split('`').skip(1).step_by(2));
    let examples: Vec<&str> = blocks.chain(cells).collect();
    assert!(examples.len() > 50, "the walk found too little: {examples:?}");
    examples.into_iter().for_each(|example| assert_eq!(filter(&filter(example).to_string()), filter(example)));
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_the_right_form() {
    for (text, at, part) in [
        ("contry:IN", 0, "there is no field \"contry\"; did you mean country? Fields are term,"),
        ("cage -12:30", 6, "put it in quotes"),
        ("猿 country:Indai", 10, "country:IN,MY"),
        ("country:", 8, "country:IN,MY"),
        ("country: IN", 8, "no blanks around colons"),
        ("country:IN,", 11, "a value is missing"),
        ("term:\"a\"b", 8, "a comma or a blank"),
        ("cage \"snow monkey", 5, "never closed"),
        ("\"\"", 0, "nothing stands between"),
        ("term:\"\"", 5, "a value is missing"),
        ("\"a\":b", 3, "a blank is missing"),
        ("- cage", 1, "-country:IN"),
        ("--cage", 1, "-cage"),
        ("monkey OR ape", 7, "a comma means or"),
        ("fault:any,down", 10, "one of search, download, exif, geocode, taxa, range, setting, thumbnail"),
        ("state:lost", 6, "found, stored, rejected, gone, failed"),
        ("views:many", 6, "views:3..8"),
        ("views:1..x", 6, "\"x\" is not a number"),
        ("views:>", 6, "is not a number"),
        ("views:inf", 6, "is not a number"),
        ("score.monkey:0.8..0.2", 13, "write 0.2..0.8"),
        ("score.:1", 0, "there is no field"),
        ("score.\"a\"b:1", 9, "a colon is missing"),
        ("month:13", 6, "13 is outside 1..12"),
        ("taken:2019-13", 6, "taken:2019-05"),
        ("taken:2019-02-30", 6, "no year, month or day"),
        ("taken:19", 6, "no year, month or day"),
        ("taken:2020..2019", 6, "the earlier date first"),
        ("place:here", 6, "place:none"),
        ("near:5.84,118.1", 5, "near:5.84,118.1,50km"),
        ("near:118.1,5.84,50km", 5, "118.1 is outside -90..90"),
        ("near:5.84,118.1,50", 16, "no distance in km or m"),
        ("near:5.84,118.1,-1km", 16, "no distance in km or m"),
        ("box:1,2,3", 4, "box:116,4,127,22"),
        ("box:1,20,3,2", 6, "north of the north edge"),
        ("hexagon:2500,12", 8, "area of the grid's hexagons in km², row, column"),
        ("hexagon:0,12,40", 8, "a hexagon has 1 to 10000000 km², not 0"),
        ("hexagon:2500,12,x", 16, "no such number"),
        ("polygon:1,2,3,4", 8, "three or more corners"),
        ("cell:8f2830828052d25", 5, "resolution 0 to 7"),
        ("cell:xyz", 5, "no such cell"),
    ] {
        let FilterError { at: found, message } = text.parse::<Filter>().expect_err(text);
        assert_eq!(found, at, "{text}: {message}");
        assert!(message.contains(part), "{text}: {message}");
    }
}

/// Asserts which filters a photo matches and which it does not.
fn assert_passes(photo: &Photo, passes: &[&str], fails: &[&str]) {
    for text in passes {
        assert!(filter(text).matches(photo), "{text} should pass");
        let mut negated = filter(text);
        if let [clause] = &mut negated.clauses[..] {
            clause.negated = !clause.negated;
            assert!(!negated.matches(photo), "{negated} should not pass");
        }
    }
    for text in fails {
        assert!(!filter(text).matches(photo), "{text} should not pass");
    }
}

#[test]
fn words_stand_anywhere_in_the_text_in_any_script() {
    let passes = [
        "",
        "macaque",
        "MACA",
        "\"long-tailed macaque\"",
        "cage",
        "\"cage & sad\"",
        "温泉",
        "ニホンザル",
        "قرد",
        "قِرد",
        "\"monkey  wild\"",
        "\"taxonomy:genus=macaca\"",
        "\"zoë ünique\"",
        "malaysia",
        "sandakan",
        "\"eos 80d\"",
        "0a1b",
        "\"flickr:534\"",
        "cc-by",
        "ｍａｃａｃａ",
        "macaque cage",
    ];
    let fails =
        ["gorilla", "\"macaque in\"", "leopard", "href", "\"macaca borneo\"", "Zoe", "macaque gorilla", "11111111"];
    assert_passes(&macaque(), &passes, &fails);
}

#[test]
fn names_match_without_case_and_none_is_a_value() {
    let passes = [
        "term:\"Monkey Wild\"",
        "term:cage,猿",
        "term:any",
        "source:FLICKR",
        "country:my",
        "country:IN,MY",
        "city:sandakan",
        "city:\"Sandakan, MY\"",
        "license:cc-by-2.0",
        "camera:\"canon eos 80d\"",
        "fault:thumbnail",
        "fault:any",
        "state:failed",
        "person:0123456789ABCDEF01234567",
    ];
    let fails = [
        "term:monkey",
        "term:none",
        "source:folder",
        "country:IN",
        "country:none",
        "city:\"Sandakan, ID\"",
        "city:Sanda",
        "license:CC-BY-4.0",
        "camera:Canon",
        "fault:download",
        "fault:none",
        "state:stored",
        "person:none",
    ];
    assert_passes(&macaque(), &passes, &fails);
    let none =
        ["term:none", "country:none,MY", "city:none", "license:none", "camera:none", "fault:none", "person:none"];
    assert_passes(&blank(), &none, &["term:any", "country:any", "country:MY", "camera:any", "fault:any"]);
    assert_passes(&blank(), &["-country:IN", "state:found", "source:folder", "-term:\"none\""], &["term:\"none\""]);
}

#[test]
fn numbers_match_spans_and_scores_are_32_bit() {
    let passes = [
        "views:120",
        "views:100..",
        "views:>119",
        "views:..5,120..121",
        "faves:0",
        "faves:<=0",
        "month:5",
        "month:11..6",
        "hour:13",
        "hour:22..14",
        "latitude:5.84",
        "latitude:>5..<6",
        "score.monkey:>=0.45",
        "score.monkey:0.45",
        "score.monkey:..0.45",
        "score.\"wild animal\":0.1",
        "score.zebra:none",
        "score.monkey:any",
        "views:any",
    ];
    let fails = [
        "views:121..",
        "views:>120",
        "views:<120",
        "views:none",
        "faves:1..",
        "month:6..4",
        "hour:14..12",
        "latitude:<5.84",
        "score.monkey:>0.45",
        "score.monkey:<0.45",
        "score.Monkey:any",
        "score.zebra:0..1",
        "score.monkey:none",
    ];
    assert_passes(&macaque(), &passes, &fails);
    let none = ["views:none", "faves:1..,none", "month:none", "hour:none", "latitude:none", "score.monkey:none"];
    assert_passes(&blank(), &none, &["views:any", "views:0", "latitude:..90", "month:1..12"]);
}

#[test]
fn dates_match_by_the_cameras_clock_as_exactly_as_they_are_known() {
    let passes =
        ["taken:2019", "taken:2019-05", "taken:2019-05-04", "taken:..2019-05", "taken:2018,2019..", "taken:any"];
    let fails = ["taken:2018", "taken:>2019", "taken:<2019-05", "taken:2019-05-05..", "taken:none"];
    assert_passes(&macaque(), &passes, &fails);
    let with = |granularity: Granularity, unknown| {
        let mut photo = macaque();
        let taken = photo.taken.as_mut().unwrap();
        (taken.granularity, taken.unknown) = (Some(granularity.into()), unknown);
        photo
    };
    let day = &["taken:2019-05-04", "taken:2019-05", "month:5", "hour:none"];
    assert_passes(&with(Granularity::Day, false), day, &["hour:13", "hour:any"]);
    let month = &["taken:2019", "taken:2019-05", "taken:2019-05-01..2019-05-31", "month:5", "hour:none"];
    let days = &["hour:13", "taken:2019-05-04", "taken:2019-05-04..", "taken:..2019-05-30", "taken:none"];
    assert_passes(&with(Granularity::Month, false), month, days);
    let year = &["taken:2019", "taken:2018..2019", "taken:..2019", "month:none", "hour:none", "taken:any"];
    assert_passes(
        &with(Granularity::Year, false),
        year,
        &["month:5", "taken:2019-05", "taken:2019-01", "taken:2019-02.."],
    );
    assert_passes(&with(Granularity::Decade, false), &["taken:2010..2019", "taken:any"], &["taken:2019", "month:any"]);
    assert_passes(&with(Granularity::Circa, false), &["taken:2019", "month:none"], &["hour:any"]);
    assert_passes(&with(Granularity::Second, true), &["taken:none", "month:none", "hour:none"], &["taken:2019"]);
    assert_passes(&blank(), &["taken:none", "taken:2019,none", "-taken:2019"], &["taken:any", "taken:.."]);
}

#[test]
fn an_interval_has_the_month_day_and_hour_in_which_it_lies() {
    let of = |text: &str| Photo { taken: gleaner::photo::Taken::parse(text), ..blank() };
    for (text, passes, fails) in [
        (
            "2006-07/08",
            &["taken:2006", "taken:2006-07..2006-08", "month:none", "hour:none"][..],
            &["taken:2006-07", "month:7"][..],
        ),
        (
            "2023-08-13T00:00Z/2023-08-16T00:00Z",
            &["taken:2023-08", "taken:2023-08-13..2023-08-16", "month:8", "hour:none"],
            &["taken:2023-08-13", "hour:0", "taken:2023-08-14.."],
        ),
        ("2007-03-01T13:00:00Z/2008-05-11T15:30:00Z", &["taken:2007..2008", "month:none"], &["taken:2007", "hour:13"]),
        ("2024-05-01T06:10/06:40", &["taken:2024-05-01", "hour:6", "month:5"], &["hour:none"]),
        ("2024-05-01T06:10/07:40", &["taken:2024-05-01", "hour:none"], &["hour:6", "hour:7"]),
        ("2019/..", &["taken:2018-06..", "taken:any", "month:none"], &["taken:2019", "taken:..2050", "taken:none"]),
        ("../1899", &["taken:..1900", "taken:any", "hour:none"], &["taken:1800..", "taken:1899", "taken:none"]),
        ("1809-02-12", &["taken:1809-02-12", "hour:none", "-hour:0"], &["hour:any"]),
    ] {
        assert_passes(&of(text), passes, fails);
    }
}

fn at(latitude: f64, longitude: f64) -> Photo {
    Photo { location: Location::new(latitude, longitude), ..blank() }
}

#[test]
fn places_match_circles_boxes_polygons_and_cells() {
    let passes = [
        "place:any",
        "near:5.84,118.1,1m",
        "near:5.84,119,100km",
        "box:116,4,127,22",
        "box:118.1,5.84,118.1,5.84",
        "polygon:116,4,127,4,127,22,116,22",
        "polygon:476,4,487,4,487,22,476,22",
        "cell:876922a35ffffff,80ebfffffffffff",
    ];
    let cell = gleaner::photo::area::finest_cell(5.84, 118.1).unwrap();
    let passes: Vec<String> = passes.iter().map(|text| text.replace("876922a35ffffff", &cell.to_string())).collect();
    let passes: Vec<&str> = passes.iter().map(String::as_str).collect();
    let fails = [
        "near:5.84,119,99km",
        "box:116,4,118,22",
        "box:127,4,116,22",
        "polygon:116,4,127,4,127,5",
        "cell:80ebfffffffffff",
    ];
    assert_passes(&macaque(), &passes, &fails);
    assert_passes(&blank(), &["place:none", "-near:5.84,118.1,1m"], &["box:-180,-90,180,90", "place:any"]);
}

#[test]
fn a_hexagon_is_that_of_the_grid_and_a_taxon_holds_all_below_it() {
    let grid = HexagonGrid::of_area(2_500);
    let Hexagon { row, column } = grid.hexagon(5.84, 118.1);
    let (own, next) = (format!("hexagon:2500,{row},{column}"), format!("hexagon:2500,{row},{}", column + 1));
    let finer = format!("hexagon:2400,{row},{column}");
    assert_passes(&macaque(), &[&own, &format!("-{next}")], &[&next, &finer]);
    assert_eq!(filter(&own).to_string(), own);

    let classification = Classification {
        class: Some("Mammalia".into()),
        family: Some("Cercopithecidae".into()),
        ..Classification::default()
    };
    let taxon = Taxon {
        scientific_name: "Macaca fascicularis aureus".into(),
        rank: Some("subspecies".into()),
        classification: Some(classification),
        ..Taxon::default()
    };
    let photo = Photo { taxon: Some(taxon), ..blank() };
    let passes = [
        "taxon:\"macaca fascicularis aureus\"",
        "taxon:\"Macaca fascicularis\"",
        "taxon:macaca",
        "taxon:Cercopithecidae,Felidae",
        "taxon:mammalia",
        "species:\"Macaca fascicularis\"",
    ];
    assert_passes(&photo, &passes, &["taxon:Macac", "taxon:Aves", "species:macaca", "taxon:none"]);
}

#[test]
fn areas_cross_the_antimeridian_and_cover_the_poles() {
    let fiji = ["box:170,-50,-170,-10", "near:-17,-179.9,30km", "polygon:175,-20,185,-20,185,-10,175,-10"];
    assert_passes(&at(-17.0, 179.9), &fiji, &["box:-170,-50,170,-10", "near:-17,-179.9,20km"]);
    assert_passes(&at(-17.0, -179.9), &fiji, &["polygon:165,-20,180,-20,180,-10,165,-10"]);
    assert_passes(&at(-17.0, -179.9), &["polygon:-185,-20,-175,-20,-175,-10,-185,-10"], &[]);
    assert_passes(&at(-17.0, 180.0), &["box:-180,-20,-170,-10", "box:170,-20,180,-10", "box:170,-20,-170,-10"], &[]);
    assert_passes(&at(90.0, 0.0), &["near:89.9,180,12km", "box:-180,80,180,90"], &["near:89.9,180,11km"]);
}

#[test]
fn parents_hold_exactly_what_their_children_hold() {
    for (latitude, longitude) in [(5.84, 118.1), (-17.0, 179.99), (52.5, 13.4), (89.9, 10.0), (64.7, 10.54)] {
        let mut cell = gleaner::photo::area::finest_cell(latitude, longitude).unwrap();
        loop {
            assert!(filter(&format!("cell:{cell}")).matches(&at(latitude, longitude)), "{cell}");
            let Some(up) = cell.resolution().pred().and_then(|coarser| cell.parent(coarser)) else { break };
            cell = up;
        }
    }
}

#[test]
fn the_searched_text_holds_one_field_a_line() {
    let text = search_text(&macaque());
    let expected = "flickr:53412345678\nlong-tailed macaque\nin a cage & sad ニホンザルの温泉 قرد\nmacaca\nborneo\ntaxonomy:genus=macaca\nmonkey wild\n猿\n53412345678_0a1b_b.jpg\ncc-by-2.0\ncc by 2.0\nzoë ünique\nmalaysia\nsandakan\ncanon eos 80d";
    assert_eq!(text, expected);
    assert_eq!(search_text(&blank()), "folder:a.jpg");
}

#[test]
fn html_becomes_what_a_person_reads() {
    for (html, text) in [
        ("a < b & c > d", "a < b & c > d"),
        ("mon<b>key</b>", "monkey"),
        ("one<br/>two</p>three", "one two three"),
        ("<script>if (a<b) steal()</script>x", " x"),
        ("<STYLE>p{}</style >x", " x"),
        ("a<!-- no -->b", "ab"),
        ("&lt;b&gt; &#77;&#x4f; &unknown; &#xD800; &", "<b> MO &unknown; &#xD800; &"),
        ("Tom &amp; J&eacute;r&ocirc;me &#8211; 5&deg;", "Tom & Jérôme – 5°"),
        ("a < b&amp;&lt;i>c<i>d &am<i>p;", "a < b&<i>cd &amp;"),
        ("<b", "<b"),
        ("<3 猿&quot;", "<3 猿\""),
        ("<script>never closed", " "),
        ("<!-- never closed", ""),
    ] {
        assert_eq!(plain_text(html), text, "{html}");
    }
}

#[test]
fn a_maker_is_named_once() {
    let named = |make: Option<&str>, model: Option<&str>| {
        let camera = Camera { make: make.map(Into::into), model: model.map(Into::into), ..Camera::default() };
        fields::camera_name(&Photo { camera: Some(camera), ..blank() })
    };
    assert_eq!(named(Some("Canon"), Some("Canon  EOS 80D")).as_deref(), Some("Canon EOS 80D"));
    assert_eq!(named(Some("NIKON CORPORATION"), Some("NIKON D90")).as_deref(), Some("NIKON D90"));
    assert_eq!(named(Some("SONY"), Some("DSC-H10")).as_deref(), Some("SONY DSC-H10"));
    assert_eq!(named(Some("Apple"), None).as_deref(), Some("Apple"));
    assert_eq!(named(None, Some("X100")).as_deref(), Some("X100"));
    assert_eq!(named(Some(" "), None), None);
}
